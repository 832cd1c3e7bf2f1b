"""Three new digits from one picture each: comparing, adapting, or a network that reads the examples.

每个新数字只看一张图：比较、调整，还是让网络把例子和问题一起读进去。

Real data: scikit-learn's digits. The classes 0 to 5 are for training, 6 to 9 are new. A task names three classes and
shows one picture of each; other pictures of them are to be told apart. Three families of meta learning train on tasks:
prototypes in a learned space, a start for descent (MAML), and a plain network fed with the examples and the question.

lesson: meta-learning
quick: steps=20
full: steps=5000 tasks=32
"""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from lhystudy.lab.data import digits
from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Measured, Metric, Progress, Table
from lhystudy.lab.seeds import Seeds, cross_entropy

WAYS, ASKED, KNOWN, WIDTH, MAML_RATE = 3, 5, 6, 32, 0.3
LEARNERS = ("pixels", "prototypes", "scratch", "maml", "reader")


@dataclass(frozen=True)
class Config:
    steps: int = param(300, 10, 10000, en="training steps of each learner", zh="每个学习者的训练步数")
    tasks: int = param(8, 1, 100, en="tasks for each step", zh="每步的任务数")
    adapt: int = param(3, 1, 20, en="descent steps within a task", zh="任务内下降的步数")
    turned: bool = param(
        False, en="turned and mirrored digits as further training classes", zh="旋转和镜像的数字也当训练类别"
    )


CLAIMS = (
    Claim("learned-space-beats-pixels", ">", 0.0,
          en="prototypes in a learned space beat prototypes of pixels", zh="学来的空间里比原型，胜过直接比像素",
          quantity_en="difference of the accuracies on new digits", quantity_zh="新数字上准确率之差"),
    Claim("start-beats-scratch", ">", 0.1,
          en="a few steps go further from MAML's start than from a random one", zh="同样几步，从 MAML 出发走得更远",
          quantity_en="difference of the accuracies on new digits", quantity_zh="新数字上准确率之差"),
    Claim("prototypes-beat-maml", ">", 0.0,
          en="comparing beats adapting", zh="比较胜过调整",
          quantity_en="difference of the accuracies on new digits", quantity_zh="新数字上准确率之差"),
    Claim("reader-needs-no-step", ">", 0.5,
          en="a network that only reads the examples beats chance", zh="只读例子、不走一步的网络，也胜过瞎猜",
          quantity_en="accuracy on new digits (chance: 1/3)", quantity_zh="新数字上的准确率（瞎猜是 1/3）"),
)  # fmt: skip

ZH = {
    "Three classes, one picture each": "三类，每类一张图", "learner": "学习者", "digits 0 to 5": "数字 0 到 5",
    "digits 6 to 9": "数字 6 到 9", "pixels": "像素", "prototypes": "原型", "scratch": "从零开始", "maml": "MAML",
    "reader": "通读", "accuracy on training tasks": "训练任务上的准确率",
}  # fmt: skip

Task = tuple[
    Tensor, Tensor
]  # one picture of each class (seeds, tasks, 3, 64), and pictures to sort (seeds, tasks, 15, 64)


def draw(pictures: Tensor, count: int, seeds: Seeds) -> Task:
    """Tasks from pictures (classes, each, 64): the pictures to sort come class by class, none of them is shown."""
    each = pictures.shape[1]
    classes = seeds.rand(count, len(pictures)).argsort(2)[..., :WAYS, None]  # (seeds, count, 3, 1)
    shown = seeds.randint(each, (count, WAYS, 1))
    asked = (shown + 1 + seeds.randint(each - 1, (count, WAYS, ASKED))) % each
    return pictures[classes, shown][:, :, :, 0], pictures[classes, asked].flatten(2, 3)


def compare(shown: Tensor, asked: Tensor) -> Tensor:
    """Minus the squared distances of what is asked from what is shown (seeds, tasks, 15, 3)."""
    return -(asked[:, :, :, None] - shown[:, :, None]).square().sum(4)


def embedded(network: nn.Module, pictures: Tensor) -> Tensor:
    numbers: Tensor = network(pictures.flatten(1, 2))
    return numbers.view(*pictures.shape[:3], -1)


def adapted(weights: list[Tensor], task: Task, steps: int, graph: bool) -> Tensor:
    """Scores (seeds, tasks, 15, 3) of a small network after descent on the shown pictures, from the given start."""
    shown, asked = task
    names = torch.arange(WAYS, device=shown.device).expand(shown.shape[:2] + (WAYS,))

    def scores(fast: list[Tensor], pictures: Tensor) -> Tensor:
        a, b, c, d = fast
        return (pictures @ a + b).relu() @ c + d

    fast = [w.expand(-1, shown.shape[1], -1, -1) for w in weights]
    for _ in range(steps):
        loss = nn.functional.cross_entropy(scores(fast, shown).flatten(0, 2), names.flatten(), reduction="sum") / WAYS
        slopes = torch.autograd.grad(loss, fast, create_graph=graph)
        fast = [w - MAML_RATE * slope for w, slope in zip(fast, slopes, strict=True)]
    return scores(fast, asked)


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    data = digits().to(seeds.device)
    images, labels = torch.cat([data.train_images, data.test_images]), torch.cat([data.train_labels, data.test_labels])
    pictures = torch.stack([images[labels == k][:170] for k in range(10)])  # (10, 170, 64): as many of each
    space = seeds.network(lambda: nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 16)))
    reader = seeds.network(lambda: nn.Sequential(nn.Linear(64 * (1 + WAYS), 128), nn.ReLU(), nn.Linear(128, WAYS)))
    scratch = [(2 * seeds.rand(1, rows, n) - 1) * k**-0.5 for k, n in ((64, WIDTH), (WIDTH, WAYS)) for rows in (k, 1)]
    start = [w.clone().requires_grad_() for w in scratch]
    scratch = [w.requires_grad_() for w in scratch]

    def answers(task: Task, graph: bool) -> dict[str, Tensor]:
        shown, asked = task
        question = torch.cat([asked, shown.flatten(2)[:, :, None].expand(-1, -1, asked.shape[2], -1)], 3)
        return {
            "pixels": compare(shown, asked), "prototypes": compare(embedded(space, shown), embedded(space, asked)),
            "scratch": adapted(scratch, task, config.adapt, False), "maml": adapted(start, task, config.adapt, graph),
            "reader": embedded(reader, question),
        }  # fmt: skip

    familiar = pictures[:KNOWN]
    if config.turned:
        plain = familiar.view(KNOWN, -1, 8, 8)
        views = [torch.rot90(image, k, (2, 3)) for image in (plain, plain.flip(3)) for k in range(4)]
        familiar = torch.cat(views).flatten(2)  # (48, 170, 64)
    right = torch.arange(WAYS, device=seeds.device).repeat_interleave(ASKED)

    def accuracy(task: Task) -> dict[str, Tensor]:
        return {name: (scores.argmax(3) == right).float().mean((1, 2)) for name, scores in answers(task, False).items()}

    adam = torch.optim.Adam([*space.parameters(), *reader.parameters(), *start], lr=0.003)
    for step in range(config.steps):
        task = draw(familiar, config.tasks, seeds)
        given = answers(task, True)
        losses = [cross_entropy(given[name].flatten(1, 2), right.repeat(config.tasks).expand(seeds.count, -1))
                  for name in ("prototypes", "maml", "reader")]  # fmt: skip
        adam.zero_grad()
        torch.stack(losses).sum().backward()
        adam.step()
        if step % (1 + config.steps // 30) == 0:
            for name, share in accuracy(task).items():
                yield Metric(name, step, share, chart="accuracy on training tasks")
        yield Progress(step + 1, config.steps)
    known, new = accuracy(draw(pictures[:KNOWN], 200, seeds)), accuracy(draw(pictures[KNOWN:], 200, seeds))
    yield Table("Three classes, one picture each", ["learner", "digits 0 to 5", "digits 6 to 9"],
                [[name, known[name], new[name]] for name in LEARNERS])  # fmt: skip
    yield Measured("learned-space-beats-pixels", new["prototypes"] - new["pixels"])
    yield Measured("start-beats-scratch", new["maml"] - new["scratch"])
    yield Measured("prototypes-beat-maml", new["prototypes"] - new["maml"])
    yield Measured("reader-needs-no-step", new["reader"])
