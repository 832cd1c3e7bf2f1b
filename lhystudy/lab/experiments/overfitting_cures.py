"""Overfitting on digits, a look-up table, and seven cures, each measured alone.

数字上的过拟合、一张查找表，以及七种对策，各自单独测量。

Real data: handwritten digits. To make overfitting plain a fifth of the labels to learn from are replaced by digits
drawn at random (noise=0 leaves them as they are); the 360 test digits keep their true labels. Every network begins at
the same weights as the plain one unless its size differs.

lesson: general-guidance
quick: steps=10
"""

import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from lhystudy.lab.data import Digits, digits
from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Figure, Measured, Metric, Progress, Table
from lhystudy.lab.seeds import Network, Seeds, cross_entropy


@dataclass(frozen=True)
class Config:
    steps: int = param(200, 10, 5000, en="training steps", zh="训练步数")
    examples: int = param(150, 20, 300, en="digits to learn from", zh="用来学的数字个数")
    noise: float = param(0.2, 0.0, 0.9, en="share of labels drawn at random", zh="随机标签的比例")
    decay: float = param(0.01, 0.0, 1.0, en="lambda of the penalty lambda |w|^2 / 2", zh="惩罚 λ|w|²/2 的 λ")
    drop: float = param(0.5, 0.0, 0.95, en="probability of dropping a unit", zh="丢掉一个单元的概率")


CLAIMS = (
    Claim("it-overfits", ">", 0.5,
          en="the plain network has a far larger loss on new digits than on those learned from",
          zh="普通网络在新数字上的损失远大于学过的",
          quantity_en="test loss minus training loss", quantity_zh="测试损失减训练损失"),
    Claim("table-is-perfect", "<=", 0.0,
          en="a table of the training set makes no mistake there", zh="查找表在训练集上一个也没错",
          quantity_en="training error of the table", quantity_zh="查找表的训练错误率"),
    Claim("table-is-useless", ">", 0.85,
          en="and guesses everywhere else", zh="在别处只能瞎猜",
          quantity_en="test error of the table", quantity_zh="查找表的测试错误率"),
    Claim("more-data", "<", 0.9, en="four times as many digits lower the test loss", zh="四倍的数字降低测试损失",
          quantity_en="test loss over the plain network's", quantity_zh="测试损失与普通网络的之比"),
    Claim("augmentation", "<", 0.9, en="copies shifted by a pixel lower it", zh="平移一个像素的复制品降低测试损失",
          quantity_en="test loss over the plain network's", quantity_zh="测试损失与普通网络的之比"),
    Claim("fewer-units", "<", 0.9, en="a network of 8 hidden units instead of 64 lowers it",
          zh="隐藏单元从 64 个减到 8 个，降低测试损失",
          quantity_en="test loss over the plain network's", quantity_zh="测试损失与普通网络的之比"),
    Claim("fewer-features", "<", 0.9, en="16 coarse pixels instead of 64 lower it",
          zh="64 个像素并成 16 个，降低测试损失",
          quantity_en="test loss over the plain network's", quantity_zh="测试损失与普通网络的之比"),
    Claim("early-stopping", "<", 0.9, en="stopping where the validation loss is lowest lowers it",
          zh="在验证损失最低处停下，降低测试损失",
          quantity_en="test loss over the plain network's", quantity_zh="测试损失与普通网络的之比"),
    Claim("regularisation", "<", 0.9, en="a penalty on large weights lowers it", zh="惩罚大权重，降低测试损失",
          quantity_en="test loss over the plain network's", quantity_zh="测试损失与普通网络的之比"),
    Claim("dropout", "<", 0.9, en="dropout lowers it", zh="Dropout 降低测试损失",
          quantity_en="test loss over the plain network's", quantity_zh="测试损失与普通网络的之比"),
    Claim("dropout-two-modes", ">", 0.01,
          en="in train mode a network with dropout answers differently at each call; in eval mode it does not",
          zh="训练模式下，带 Dropout 的网络每次答得不同；评估模式下则相同",
          quantity_en="mean change of the scores from call to call, train minus eval mode",
          quantity_zh="两次调用间分数的平均变化：训练模式减评估模式"),
)  # fmt: skip

ZH = {"loss of the plain network": "普通网络的损失", "test loss": "测试损失",
      "Seven cures, each alone": "七种对策，各自单独用",
      "network": "网络", "training loss": "训练损失", "test error": "测试错误率", "plain": "普通",
      "more data": "更多数据",
      "shifted copies": "平移复制", "8 hidden units": "8 个隐藏单元", "16 coarse pixels": "16 个粗像素",
      "early stopping": "提早停止", "weight penalty": "权重惩罚", "dropout": "Dropout", "look-up table": "查找表",
      "Test loss of each": "各自的测试损失"}  # fmt: skip

Change = Callable[[Tensor], Tensor]


def build(hidden: int = 64) -> nn.Module:
    return nn.Sequential(nn.Linear(64, hidden), nn.ReLU(), nn.Dropout(0.0), nn.Linear(hidden, 10))


def build_coarse() -> nn.Module:
    """Sees the means of 2 x 2 pixels: (n, 64) -> (n, 16) -> (n, 10)."""
    means = [nn.Unflatten(1, (1, 8, 8)), nn.AvgPool2d(2), nn.Flatten()]
    return nn.Sequential(*means, nn.Linear(16, 64), nn.ReLU(), nn.Linear(64, 10))


def shuffled(seeds: Seeds, data: Digits, noise: float) -> tuple[Tensor, Tensor]:
    """The digits to learn from in an order of each seed's own, a share of labels drawn anew: (seeds, 1437, …)."""
    order = seeds.randperm(len(data.train_images))
    x, y = data.train_images[order], data.train_labels[order]
    drawn = seeds.rand(y.shape[1]) < noise
    return x, torch.where(drawn, seeds.randint(10, (y.shape[1],)), y)


def shifted(seeds: Seeds, x: Tensor) -> Tensor:
    """Every picture moved by -1, 0 or 1 pixel each way, the rim filled with background: (seeds, n, 64)."""
    padded = nn.functional.pad(x.view(*x.shape[:2], 8, 8), (1, 1, 1, 1))
    moves = seeds.randint(3, (x.shape[1], 2))  # (seeds, n, 2)
    rows = torch.arange(8, device=x.device) + moves[..., :1]  # (seeds, n, 8)
    columns = torch.arange(8, device=x.device) + moves[..., 1:]
    picked = padded.gather(2, rows[..., None].expand(-1, -1, -1, 10))
    return picked.gather(3, columns[:, :, None].expand(-1, -1, 8, -1)).flatten(2)


def train(net: Network, x: Tensor, y: Tensor, change: Change, decay: float, steps: int) -> Iterator[int]:
    """Full-batch Adam on changed pictures; yields the number of steps done, before the first and after each."""
    adam = torch.optim.Adam(net.parameters(), lr=0.01, weight_decay=decay)
    yield 0
    for step in range(steps):
        net.train()
        loss = cross_entropy(net(change(x)), y)
        adam.zero_grad()
        loss.sum().backward()
        adam.step()
        yield step + 1


@torch.no_grad()
def judge(net: Network, x: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
    """Loss and error of each seed in eval mode."""
    net.eval()
    scores = net(x)
    return cross_entropy(scores, y), (scores.argmax(2) != y).float().mean(1)


def table_error(seeds: Seeds, x: Tensor, y: Tensor, new_x: Tensor, new_y: Tensor) -> Tensor:
    """The error on new pictures of a table of (x, y): it recalls the label of a known picture and guesses any other."""
    same = (new_x[:, :, None] == x[:, None]).all(3)  # (seeds, new, n)
    guess = seeds.randint(10, (new_y.shape[1],))
    answer = torch.where(same.any(2), y.gather(1, same.float().argmax(2)), guess)
    return (answer != new_y).float().mean(1)


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    data = digits().to(seeds.device)
    all_x, all_y = shuffled(seeds, data, config.noise)
    n = config.examples
    x, y, valid_x, valid_y = all_x[:, :n], all_y[:, :n], all_x[:, -200:], all_y[:, -200:]
    test_x, test_y = seeds.shared(data.test_images), seeds.shared(data.test_labels)

    def as_they_are(pictures: Tensor) -> Tensor:
        return pictures

    start = seeds.network(build)
    dropping = copy.deepcopy(start)
    dropping.one[2].p = config.drop
    plans: dict[str, tuple[Network, int, Change, float]] = {  # digits to learn from, what is done to them, penalty
        "plain": (copy.deepcopy(start), n, as_they_are, 0.0),
        "more data": (copy.deepcopy(start), 4 * n, as_they_are, 0.0),
        "shifted copies": (copy.deepcopy(start), n, lambda x: shifted(seeds, x), 0.0),
        "8 hidden units": (seeds.network(lambda: build(hidden=8)), n, as_they_are, 0.0),
        "16 coarse pixels": (seeds.network(build_coarse), n, as_they_are, 0.0),
        "weight penalty": (copy.deepcopy(start), n, as_they_are, config.decay),
        "dropout": (dropping, n, as_they_are, 0.0),
    }
    ends: dict[str, tuple[Tensor, Tensor, Tensor]] = {}  # training loss, test loss, test error
    best = torch.full((4, seeds.count), torch.inf, device=seeds.device)  # validation, then as in ends
    for number, (name, (net, size, change, decay)) in enumerate(plans.items()):
        its_x, its_y = all_x[:, :size], all_y[:, :size]
        for step in train(net, its_x, its_y, change, decay, config.steps):
            if name == "plain" and step % 2 == 0:
                now = torch.stack([judge(net, valid_x, valid_y)[0], judge(net, x, y)[0], *judge(net, test_x, test_y)])
                best = torch.where(now[0] < best[0], now, best)
                for series, loss in zip(("validation", "training", "test"), now[:3], strict=True):
                    yield Metric(series, step, loss, chart="loss of the plain network")
            yield Progress(number * config.steps + step, len(plans) * config.steps)
        ends[name] = judge(net, its_x, its_y)[0], *judge(net, test_x, test_y)
    ends["early stopping"] = best[1], best[2], best[3]

    table_train, table_test = table_error(seeds, x, y, x, y), table_error(seeds, x, y, test_x, test_y)
    rows = [[name, *values] for name, values in ends.items()]
    yield Table("Seven cures, each alone", ["network", "training loss", "test loss", "test error"],
                [*rows, ["look-up table", "", "", table_test]])  # fmt: skip
    values = [loss[0].item() for _, loss, _ in ends.values()]
    yield Figure("Test loss of each", "bars", {"names": list(ends), "values": values})
    yield Measured("it-overfits", ends["plain"][1] - ends["plain"][0])
    yield Measured("table-is-perfect", table_train)
    yield Measured("table-is-useless", table_test)
    claims = {"more-data": "more data", "augmentation": "shifted copies", "fewer-units": "8 hidden units",
              "fewer-features": "16 coarse pixels", "early-stopping": "early stopping",
              "regularisation": "weight penalty", "dropout": "dropout"}  # fmt: skip
    for claim, name in claims.items():
        yield Measured(claim, ends[name][1] / ends["plain"][1])
    changes = []
    for mode in (True, False):
        dropping.train(mode)
        changes.append((dropping(test_x) - dropping(test_x)).abs().mean((1, 2)).detach())
    yield Measured("dropout-two-modes", changes[0] - changes[1])
