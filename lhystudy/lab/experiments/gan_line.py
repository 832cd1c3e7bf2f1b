"""A generator and a discriminator take turns, and numbers from nowhere come to look like the real ones.

生成器与判别器轮流学，凭空来的数渐渐像真的。

Two synthetic targets on a line: one peak (normal, mean 3, standard deviation 0.5) and two peaks of equal weight
at -2 and 2 (standard deviation 0.3 each).

lesson: gan
quick: steps=20
full: steps=10000
"""

from collections.abc import Generator, Iterator
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn.functional import softplus

from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Figure, Measured, Metric, Progress, Table
from lhystudy.lab.seeds import Network, Seeds


@dataclass(frozen=True)
class Config:
    steps: int = param(1200, 10, 20000, en="turns of both", zh="双方轮流的次数")
    rate: float = param(0.002, 1e-5, 0.1, en="learning rate of Adam", zh="Adam 的学习率")


CLAIMS = (
    Claim("mean-found", "<", 0.2,
          en="the generator's mean comes to the real one", zh="生成器的均值走到真实的均值",
          quantity_en="distance between the two means, one peak", quantity_zh="一座山时，两个均值之差"),
    Claim("spread-found", "<", 0.2,
          en="its standard deviation comes to the real one", zh="散布也走到真实的散布",
          quantity_en="difference of the standard deviations over the real one, one peak",
          quantity_zh="一座山时，标准差之差除以真实的标准差"),
    Claim("cannot-tell", "<", 0.1,
          en="in the end the discriminator cannot tell: it says about one half",
          zh="到最后判别器分不出来，回答总在一半左右",
          quantity_en="mean distance of D from 1/2 on real and made numbers, one peak",
          quantity_zh="一座山时，D 在真假样本上离 1/2 的平均距离"),
    Claim("both-peaks", ">", 0.25,
          en="with two peaks it serves both", zh="有两座山时，两座都顾到",
          quantity_en="share of made numbers on the peak that gets fewer",
          quantity_zh="分到较少的那座山得到的样本比例"),
)  # fmt: skip

ZH = {
    "mean of the made numbers": "生成样本的均值", "Real and made": "真的与生成的", "One peak": "一座山",
    "Two peaks": "两座山", "real": "真的", "made": "生成的", "mean": "均值", "standard deviation": "标准差",
    "share right of 0": "落在 0 右边的比例", "one peak": "一座山", "two peaks": "两座山",
}  # fmt: skip


def real(peaks: int, count: int, seeds: Seeds) -> Tensor:  # (seeds, count, 1)
    if peaks == 1:
        return 3 + 0.5 * seeds.randn(count, 1)
    return 4.0 * seeds.randint(2, (count, 1)) - 2 + 0.3 * seeds.randn(count, 1)


def play(peaks: int, config: Config, seeds: Seeds) -> Generator[Event, None, tuple[Network, Network]]:
    """Trains both in turns; ends with the generators and the discriminators."""
    makers = seeds.network(lambda: nn.Sequential(nn.Linear(1, 16), nn.ReLU(), nn.Linear(16, 1)))
    judges = seeds.network(
        lambda: nn.Sequential(nn.Linear(1, 32), nn.ReLU(), nn.Linear(32, 32), nn.ReLU(), nn.Linear(32, 1))
    )
    making = torch.optim.Adam(makers.parameters(), lr=config.rate, betas=(0.5, 0.9))
    judging = torch.optim.Adam(judges.parameters(), lr=config.rate, betas=(0.5, 0.9))
    for step in range(config.steps):
        made = makers(seeds.randn(64, 1))
        score_real, score_made = judges(torch.cat([real(peaks, 64, seeds), made.detach()], 1)).chunk(2, 1)
        # D = sigmoid(score): -log D is softplus(-score), -log(1 - D) is softplus(score)
        loss = (softplus(-score_real) + softplus(score_made)).mean((1, 2))
        judging.zero_grad()
        loss.sum().backward()
        judging.step()

        fooled = softplus(-judges(made)).mean((1, 2))  # (seeds,): the generator wants D to say "real"
        making.zero_grad()
        fooled.sum().backward(inputs=list(makers.parameters()))
        making.step()
        if step % (1 + config.steps // 150) == 0:
            yield Metric(f"peaks={peaks}", step, made.detach().mean((1, 2)), chart="mean of the made numbers")
        yield Progress((peaks - 1) * config.steps + step + 1, 2 * config.steps)
    return makers, judges


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    rows: list[list[object]] = []
    for peaks, title in ((1, "One peak"), (2, "Two peaks")):
        makers, judges = yield from play(peaks, config, seeds)
        true = real(peaks, 2000, seeds)
        with torch.no_grad():
            made = makers(seeds.randn(2000, 1))
            doubt = (judges(torch.cat([true, made], 1)).sigmoid() - 0.5).abs().mean((1, 2))
        yield Figure(title, "histogram", {"series": {"real": true[0, :, 0].tolist(), "made": made[0, :, 0].tolist()}})
        for name, x in (("real", true), ("made", made)):
            right = (x > 0).float().mean((1, 2))
            rows.append([title.lower(), name, x.mean((1, 2)), x.std((1, 2)), right])
        if peaks == 1:
            yield Measured("mean-found", (made.mean((1, 2)) - 3).abs())
            yield Measured("spread-found", (made.std((1, 2)) / 0.5 - 1).abs())
            yield Measured("cannot-tell", doubt)
        else:
            yield Measured("both-peaks", torch.minimum(right, 1 - right))
    yield Table("Real and made", ["", "", "mean", "standard deviation", "share right of 0"], rows)
