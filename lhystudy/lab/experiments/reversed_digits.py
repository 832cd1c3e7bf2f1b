"""Read all, then write until a stop symbol: a row of digits comes back reversed, and without the symbol never ends.

先读完，再写到停止符为止：一串数字倒着写回来；没有停止符，就写个没完。

A GRU reads two to four digits; its last state is handed to a second GRU, which writes them in reverse order, or as they
were (an auto-encoder). Once more in reverse, without the stop symbol as a target. Synthetic data.

lesson: rnn-applications
quick: steps=30
"""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Figure, Measured, Metric, Progress, Table
from lhystudy.lab.seeds import Network, Seeds
from lhystudy.lab.sequences import shifted

DIGITS, HIDDEN, BATCH = 6, 40, 32
STOP, BEGIN, PAD = DIGITS, DIGITS + 1, DIGITS  # sources are filled up in front, so that all end together
SHORTEST, LONGEST, LIMIT = 2, 4, 8


@dataclass(frozen=True)
class Config:
    steps: int = param(260, 10, 5000, en="training steps", zh="训练步数")
    rate: float = param(0.01, 0.0001, 0.1, en="learning rate", zh="学习率")


CLAIMS = (
    Claim("comes-back-reversed", ">", 0.9,
          en="whole rows come back in reverse order, each at its right length",
          zh="整串倒着写回来，长度也对",
          quantity_en="share of rows without a fault", quantity_zh="一字不错的比例"),
    Claim("stop-gives-length", ">", 0.9,
          en="with the stop symbol as last target the lengths are right",
          zh="训练时以停止符收尾，长度就对",
          quantity_en="share of right lengths", quantity_zh="长度正确的比例"),
    Claim("without-stop-runs-on", "<", 0.05,
          en="without it hardly any output has the right length",
          zh="没有它，几乎没有一个长度正确",
          quantity_en="share of right lengths", quantity_zh="长度正确的比例"),
    Claim("same-machine-copies", ">", 0.9,
          en="with the input as target the same machine is an auto-encoder and gives it back",
          zh="目标换成输入本身，同一台机器就是自编码器，原样写回",
          quantity_en="share of rows without a fault", quantity_zh="一字不错的比例"),
)  # fmt: skip

ZH = {
    "training loss": "训练损失", "Length of the outputs": "输出的长度", "New rows": "新的数字串", "task": "任务",
    "without a fault": "一字不错", "right length": "长度正确", "reverse": "倒写", "copy": "照抄",
    "reverse, no stop": "倒写，无停止符", "source": "输入", "output": "输出",
}  # fmt: skip


class Echo(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.digit, self.word = nn.Embedding(DIGITS + 1, HIDDEN), nn.Embedding(DIGITS + 2, HIDDEN)
        self.encoder, self.decoder = nn.GRU(HIDDEN, HIDDEN), nn.GRU(HIDDEN, HIDDEN)
        self.scores = nn.Linear(HIDDEN, DIGITS + 1)

    def forward(self, source: Tensor, before: Tensor) -> Tensor:  # (batch, m), (batch, n) -> (batch, n, digits + 1)
        states, _ = self.encoder(self.digit(source).transpose(0, 1))
        written, _ = self.decoder(self.word(before).transpose(0, 1), states[-1:].contiguous())
        scores: Tensor = self.scores(written.transpose(0, 1))
        return scores


def rows(count: int, reverse: bool, seeds: Seeds) -> tuple[Tensor, Tensor, Tensor]:
    """Sources (seeds, count, 4), targets (seeds, count, 5) filled up with STOP, lengths (seeds, count)."""
    lengths = SHORTEST + seeds.randint(LONGEST - SHORTEST + 1, (count,))
    digits, place = seeds.randint(DIGITS, (count, LONGEST)), torch.arange(LONGEST + 1, device=seeds.device)
    source = torch.where(place[:-1] >= LONGEST - lengths[..., None], digits, PAD)  # the digits stand at the end
    first = LONGEST - lengths[..., None]
    taken = LONGEST - 1 - place if reverse else first + place
    target = source.gather(2, taken.clamp(0, LONGEST - 1).expand(*lengths.shape, -1))
    return source, torch.where(place < lengths[..., None], target, STOP), lengths


@torch.no_grad()
def write(echoes: Network, source: Tensor) -> Tensor:
    """The best symbol each time, up to the limit: (seeds, batch, limit); behind a STOP everything is STOP."""
    out = torch.full_like(source[:, :, :1], BEGIN)
    done = torch.zeros_like(out, dtype=torch.bool)
    for _ in range(LIMIT):
        best = torch.where(done, STOP, echoes(source, out)[:, :, -1:].argmax(dim=3))
        done = done | (best == STOP)
        out = torch.cat([out, best], dim=2)
    return out[:, :, 1:]


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    place = torch.arange(LONGEST + 1, device=seeds.device)
    whole: dict[str, Tensor] = {}
    length_right, histogram, told = dict(whole), {}, []
    jobs = (("reverse", True, 1), ("copy", False, 1), ("reverse, no stop", True, 0))
    for done, (name, reverse, last) in enumerate(jobs):
        echoes = seeds.network(Echo)
        adam = torch.optim.Adam(echoes.parameters(), lr=config.rate)
        for step in range(config.steps):
            source, target, lengths = rows(BATCH, reverse, seeds)
            losses = -echoes(source, shifted(target, BEGIN)).log_softmax(3).gather(3, target[..., None])[..., 0]
            counted = place < lengths[..., None] + last  # is the STOP behind the digits a target?
            loss = (losses * counted).sum((1, 2)) / counted.sum((1, 2))
            adam.zero_grad()
            loss.sum().backward()
            adam.step()
            if step % (1 + config.steps // 60) == 0:
                yield Metric(name, step, loss.detach(), chart="training loss")
            yield Progress(done * config.steps + step + 1, len(jobs) * config.steps)
        source, target, lengths = rows(200, reverse, seeds)
        out = write(echoes, source)
        written = (out != STOP).sum(2)
        whole[name] = ((out[:, :, : LONGEST + 1] == target).all(2) & (written == lengths)).cpu().double().mean(1)
        length_right[name] = (written == lengths).cpu().double().mean(1)
        histogram[name] = written[0].tolist()
        pair = (source[0, 0, LONGEST - int(lengths[0, 0]) :], out[0, 0, : int(written[0, 0])])
        told.append([name, *(" ".join(map(str, digits.tolist())) for digits in pair)])
    yield Figure("Length of the outputs", "histogram", {"series": histogram})
    yield Table("New rows", ["task", "without a fault", "right length", "source", "output"],
                [[name, whole[name], length_right[name], *pair] for name, *pair in told])  # fmt: skip
    yield Measured("comes-back-reversed", whole["reverse"])
    yield Measured("stop-gives-length", length_right["reverse"])
    yield Measured("without-stop-runs-on", length_right["reverse, no stop"])
    yield Measured("same-machine-copies", whole["copy"])
