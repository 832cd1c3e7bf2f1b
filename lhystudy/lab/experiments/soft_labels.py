"""A small network learns from a large one's probabilities: better than from labels, and digits that it never saw?

小网络向大网络的概率学：比向标签学好吗？从没见过的数字，也学得会吗？

The digits are scikit-learn's. The large network has 256 hidden neurons, the small one a few.

lesson: compression
quick: steps=60
"""

import copy
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor, nn

from lhystudy.lab.data import digits
from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Measured, Metric, Progress, Table
from lhystudy.lab.seeds import Seeds, cross_entropy


@dataclass(frozen=True)
class Config:
    steps: int = param(400, 10, 5000, en="training steps", zh="训练步数")
    hidden: int = param(16, 2, 256, en="hidden neurons of the small network", zh="小网络的隐藏神经元个数")
    temperature: float = param(4.0, 0.5, 50.0, en="temperature of teacher and student", zh="老师和学生的温度")
    images: int = param(1437, 20, 1437, en="pictures that the students see", zh="学生看到的图有几张")
    hidden_digit: int = param(3, 0, 9, en="the digit kept from the last students", zh="最后两个学生没见过的数字")


CLAIMS = (
    Claim("student-learns-more", ">", 0.01,
          en="the small network learns better from the large one than from the labels",
          zh="小网络向大网络学，胜过向标签学",
          quantity_en="accuracy learned from the teacher minus from labels",
          quantity_zh="向老师学与向标签学的准确率之差"),
    Claim("warmth-helps", ">", 0.005,
          en="warmed probabilities teach better than those at temperature 1", zh="升温的概率，比温度 1 的教得好",
          quantity_en="accuracy at the temperature minus at 1", quantity_zh="升温与温度 1 的准确率之差"),
    Claim("teacher-stays-ahead", ">", 0.01,
          en="the large network itself reads better still", zh="大网络自己认得更准",
          quantity_en="accuracy of the teacher minus of the warmed student", quantity_zh="老师与升温学生的准确率之差"),
    Claim("unseen-digit-is-learned", ">", 0.5,
          en="a student reads most of a digit that it was never shown", zh="从没给学生看过的数字，它多半也认得",
          quantity_en="share of that digit read rightly, learned from the teacher without it",
          quantity_zh="该数字认对的比例，向老师学时没有这个数字的图"),
)  # fmt: skip

ZH = {"Accuracy on new digits": "新数字上的准确率", "learned from": "向谁学", "all digits": "所有数字",
      "the hidden digit": "没见过的数字", "teacher": "老师", "labels": "标签", "teacher at 1": "老师，温度 1",
      "teacher, warm": "老师，升温", "labels, one digit hidden": "标签，少一个数字",
      "teacher, one digit hidden": "老师，少一个数字", "accuracy while training": "训练中的准确率"}  # fmt: skip


def network(hidden: int) -> nn.Module:
    return nn.Sequential(nn.Linear(64, hidden), nn.ReLU(), nn.Linear(hidden, 10))


def soft_cross_entropy(scores: Tensor, wanted: Tensor, temperature: float) -> Tensor:
    """The mean of -sum q log p at a temperature, times its square: (seeds, n, 10) twice -> (seeds,)."""
    log_p = (scores / temperature).log_softmax(2)
    return -(temperature**2) * (wanted * log_p).sum(2).mean(1)


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    data = digits().to(seeds.device)
    everything = torch.arange(len(data.train_labels), device=seeds.device)
    seen = everything[: config.images]
    others = seen[data.train_labels[seen] != config.hidden_digit]
    teacher = seeds.network(partial(network, 256))
    lessons = {"teacher": (teacher, 0.0, everything)}  # temperature 0: labels
    beginner = seeds.network(partial(network, config.hidden))
    for name, temperature, shown in (("labels", 0.0, seen), ("teacher at 1", 1.0, seen),
                                     ("teacher, warm", config.temperature, seen),
                                     ("labels, one digit hidden", 0.0, others),
                                     ("teacher, one digit hidden", config.temperature, others)):  # fmt: skip
        lessons[name] = (copy.deepcopy(beginner), temperature, shown)  # all students begin alike
    of_hidden = data.test_labels == config.hidden_digit
    right, on_hidden = {}, {}
    for done, (name, (learner, temperature, shown)) in enumerate(lessons.items()):
        optimizer = torch.optim.Adam(learner.parameters(), lr=0.01)
        for step in range(config.steps + 1):
            if step % 40 == 0 or step == config.steps:
                with torch.no_grad():
                    hits = learner(seeds.shared(data.test_images)).argmax(2) == data.test_labels
                right[name] = hits.cpu().double().mean(1)
                on_hidden[name] = hits[:, of_hidden].cpu().double().mean(1)
                yield Metric(name, step, right[name], chart="accuracy while training")
            drawn = shown[seeds.randint(len(shown), (64,))]
            images = data.train_images[drawn]
            if temperature == 0:
                loss = cross_entropy(learner(images), data.train_labels[drawn])
            else:
                with torch.no_grad():
                    wanted = (teacher(images) / temperature).softmax(2)
                loss = soft_cross_entropy(learner(images), wanted, temperature)
            optimizer.zero_grad()
            loss.sum().backward()
            optimizer.step()
        yield Progress(done + 1, len(lessons))
    yield Table("Accuracy on new digits", ["learned from", "all digits", "the hidden digit"],
                [[name, right[name], on_hidden[name]] for name in lessons])  # fmt: skip
    yield Measured("student-learns-more", right["teacher, warm"] - right["labels"])
    yield Measured("warmth-helps", right["teacher, warm"] - right["teacher at 1"])
    yield Measured("teacher-stays-ahead", right["teacher"] - right["teacher, warm"])
    yield Measured("unseen-digit-is-learned", on_hidden["teacher, one digit hidden"])
