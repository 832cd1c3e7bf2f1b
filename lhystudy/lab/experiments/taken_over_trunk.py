"""Taking over a trained trunk is transfer; hard sharing trains it by both losses. Which losses reach it?

接过训练好的主干是迁移；硬共享让两个损失一起训练它。到底哪些损失传得到主干？

Real digits. Task A tells 0 to 4 apart with many images, task B 5 to 9 with few. The trunk is one layer; it stands in
for the lower layers of a large vision network.

lesson: ensembles-multitask
quick: steps=30
"""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from lhystudy.lab.data import digits
from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Measured, Metric, Table
from lhystudy.lab.seeds import Seeds, cross_entropy


@dataclass(frozen=True)
class Config:
    few: int = param(25, 5, 300, en="images of task B", zh="任务 B 的图数")
    many: int = param(300, 10, 600, en="images of task A", zh="任务 A 的图数")
    hidden: int = param(32, 2, 128, en="units of the trunk", zh="主干的单元数")
    steps: int = param(200, 10, 2000, en="training steps", zh="训练步数")


CLAIMS = (
    Claim("taking-over-is-hard-sharing", ">=", 1.5,
          en="a trunk taken over and frozen is reached by both losses, as in hard sharing",
          zh="接过来冻结的主干，两个损失都传得到，和硬共享一样",
          quantity_en="losses whose gradient reaches it as B is learned", quantity_zh="学 B 时梯度传到主干的损失个数"),
    Claim("hard-sharing-has-two", ">=", 1.5,
          en="in hard sharing both losses reach the trunk", zh="硬共享里两个损失都传到主干",
          quantity_en="losses whose gradient reaches it", quantity_zh="梯度传到主干的损失个数"),
    Claim("frozen-beats-scratch", ">", 0.0,
          en="with few images of B a trunk taken over from A beats one from scratch",
          zh="B 的图很少时，从 A 接来的主干胜过从头学",
          quantity_en="accuracy on B's new images, frozen minus scratch", quantity_zh="B 新图上的准确率：冻结减从头"),
    Claim("sharing-beats-frozen", ">", 0.0,
          en="a trunk trained by both losses beats one taken over and frozen",
          zh="两个损失一起训练的主干，胜过接来冻结的",
          quantity_en="accuracy on B's new images, shared minus frozen", quantity_zh="B 新图上的准确率：共享减冻结"),
)  # fmt: skip

ZH = {
    "accuracy on B's new images": "B 新图上的准确率", "Task B": "任务 B", "trunk": "主干", "losses": "损失个数",
    "accuracy": "准确率", "from scratch": "从头学", "frozen": "接来冻结",
    "fine-tuned": "接来微调", "hard sharing": "硬共享",
}  # fmt: skip


class Net(nn.Module):
    def __init__(self, hidden: int) -> None:
        super().__init__()
        self.trunk, self.a, self.b = nn.Linear(64, hidden), nn.Linear(hidden, 5), nn.Linear(hidden, 5)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:  # (batch, 64) -> two times (batch, 5)
        hidden = torch.relu(self.trunk(x))
        return self.a(hidden), self.b(hidden)


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    data = digits()

    def draw(high: bool, count: int) -> Tensor:
        rows = (data.train_labels >= 5).eq(high).nonzero()[:, 0]
        return rows[torch.randperm(len(rows))[:count]]

    of_a, of_b = seeds.stack(lambda: draw(False, config.many)).cpu(), seeds.stack(lambda: draw(True, config.few)).cpu()
    xa, ya = data.train_images[of_a].to(seeds.device), data.train_labels[of_a].to(seeds.device)
    xb, yb = data.train_images[of_b].to(seeds.device), data.train_labels[of_b].to(seeds.device) - 5
    high = data.test_labels >= 5
    new_b, truth_b = seeds.shared(data.test_images[high]), data.test_labels[high].to(seeds.device) - 5

    net = seeds.network(lambda: Net(config.hidden))
    begin = {name: tensor.detach().clone() for name, tensor in net.named_parameters()}
    learned: dict[str, Tensor] = {}
    rows, reached, accuracy = [], {}, {}
    for name, start, uses in (("A alone", "begin", "a"), ("from scratch", "begin", "b"), ("frozen", "A", "b"),
                              ("fine-tuned", "A", "b"), ("hard sharing", "begin", "ab")):  # fmt: skip
        with torch.no_grad():
            for key, tensor in net.named_parameters():
                tensor.copy_(learned[key] if start == "A" and "trunk" in key else begin[key])
                tensor.requires_grad_(name != "frozen" or "trunk" not in key)
        trained = [tensor for tensor in net.parameters() if tensor.requires_grad]
        optimizer = torch.optim.Adam(trained, lr=0.01)
        trunk = net.one.trunk.weight
        for step in range(config.steps):
            losses = [cross_entropy(net(xa)[0], ya)] * ("a" in uses) + [cross_entropy(net(xb)[1], yb)] * ("b" in uses)
            if step == 0:
                reached[name] = 0
                for loss in losses if trunk.requires_grad else []:
                    gradient = torch.autograd.grad(loss.sum(), trunk, retain_graph=True)[0]
                    reached[name] += int(gradient.abs().max() > 0)
            optimizer.zero_grad()
            torch.stack(losses).sum().backward()
            optimizer.step()
            if "b" in uses and (step % 10 == 0 or step == config.steps - 1):
                with torch.no_grad():
                    accuracy[name] = (net(new_b)[1].argmax(2) == truth_b).double().mean(1)
                yield Metric(name, step, accuracy[name], chart="accuracy on B's new images")
        if name == "A alone":
            learned = {key: tensor.detach().clone() for key, tensor in net.named_parameters()}
        else:
            rows.append([name, reached[name], accuracy[name]])
    yield Table("Task B", ["trunk", "losses", "accuracy"], rows)
    yield Measured("taking-over-is-hard-sharing", reached["frozen"])
    yield Measured("hard-sharing-has-two", reached["hard sharing"])
    yield Measured("frozen-beats-scratch", accuracy["frozen"] - accuracy["from scratch"])
    yield Measured("sharing-beats-frozen", accuracy["hard sharing"] - accuracy["frozen"])
