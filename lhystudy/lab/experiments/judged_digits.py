"""A generator draws the digit it is asked for; a classifier's features judge its drawings.

生成器按吩咐画数字；分类器的特征来评判这一堆画。

scikit-learn's digits. A small classifier is trained first. Its 16 hidden features of a set of images have a mean and a
covariance; the Fréchet distance of two sets is |m1 - m2|^2 + tr(C1 + C2 - 2 (C1 C2)^(1/2)).

lesson: gan
quick: steps=10
full: steps=20000 noise=16
"""

from collections.abc import Generator, Iterator
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn.functional import one_hot, softplus

from lhystudy.lab.data import Digits, digits
from lhystudy.lab.declare import Claim, param
from lhystudy.lab.digit_reader import frechet, taught
from lhystudy.lab.events import Event, Figure, Measured, Metric, Progress, Table
from lhystudy.lab.seeds import Network, Seeds


@dataclass(frozen=True)
class Config:
    steps: int = param(1500, 10, 50000, en="turns of generator and discriminator", zh="生成器与判别器轮流的次数")
    noise: int = param(8, 1, 64, en="random numbers fed to the generator", zh="送进生成器的随机数个数")


CLAIMS = (
    Claim("draws-what-is-asked", ">", 0.8,
          en="the generator draws the digit that it is asked for", zh="要它画几，它就画几",
          quantity_en="share of drawings that the classifier reads as asked",
          quantity_zh="分类器读出的数字与要求一致的比例"),
    Claim("missing-digits-cost", ">", 5.0,
          en="perfect images of only half the digits are far from the real ones",
          zh="图再真，只有一半的数字，离真的一堆还是远",
          quantity_en="Fréchet distance of real 0 to 4 over that of all held-out images",
          quantity_zh="只取真的 0 到 4 时的 Fréchet 距离，与全部留出图之比"),
    Claim("copies-win", "<", 0.0,
          en="a generator that copied training images would beat new real ones",
          zh="抄训练图的生成器，得分比新的真图还好",
          quantity_en="Fréchet distance of 360 training images minus that of 360 held-out ones",
          quantity_zh="360 张训练图的 Fréchet 距离减去 360 张留出图的"),
)  # fmt: skip

ZH = {
    "Fréchet distance to the training images": "到训练图的 Fréchet 距离",
    "Drawn on demand, 0 to 9": "按要求画的 0 到 9",
    "Sets of images": "几堆图", "set": "哪一堆", "Frechet distance": "Fréchet 距离", "held out": "留出的真图",
    "held out, 40 only": "留出的真图，只取 40 张", "training images": "训练图",
    "held out, 0 to 4 only": "留出的真图，只取 0 到 4",
    "made": "生成的", "made, untrained": "生成的，未训练", "read as asked": "与要求一致的比例",
}  # fmt: skip


def drawn(makers: Network, labels: Tensor, config: Config, seeds: Seeds) -> Tensor:
    """An image (64 numbers in 0..1) for each wanted digit: (seeds, n) -> (seeds, n, 64)."""
    wanted = one_hot(labels, 10).float()
    images: Tensor = makers(torch.cat([seeds.randn(labels.shape[1], config.noise), wanted], 2))
    return images


def play(makers: Network, readers: Network, data: Digits, config: Config, seeds: Seeds) -> Generator[Event, None, None]:
    """Trains generator and discriminator in turns; both are told the digit."""
    judges = seeds.network(lambda: nn.Sequential(nn.Linear(74, 96), nn.LeakyReLU(0.2), nn.Linear(96, 1)))
    making = torch.optim.Adam(makers.parameters(), lr=0.002, betas=(0.5, 0.9))
    judging = torch.optim.Adam(judges.parameters(), lr=0.002, betas=(0.5, 0.9))
    truth = readers(seeds.shared(data.train_images))[0]
    for step in range(config.steps):
        labels = data.train_labels[pick := seeds.randint(len(data.train_labels), (64,))]
        wanted, made = one_hot(labels, 10).float(), drawn(makers, labels, config, seeds)
        true = torch.cat([data.train_images[pick], wanted], 2)  # (seeds, 64, 74)
        score_true, score_made = judges(torch.cat([true, torch.cat([made.detach(), wanted], 2)], 1)).chunk(2, 1)
        loss = (softplus(-score_true) + softplus(score_made)).mean((1, 2))
        judging.zero_grad()
        loss.sum().backward()
        judging.step()
        making.zero_grad()
        softplus(-judges(torch.cat([made, wanted], 2))).mean((1, 2)).sum().backward()
        making.step()
        if step % (1 + config.steps // 30) == 0:
            distance = frechet(readers(drawn(makers, seeds.shared(data.test_labels), config, seeds))[0], truth)
            yield Metric("made", step, distance, chart="Fréchet distance to the training images")
        yield Progress(step + 1, config.steps)


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    data = digits().to(seeds.device)
    readers = taught(data, seeds)
    makers = seeds.network(
        lambda: nn.Sequential(nn.Linear(config.noise + 10, 96), nn.ReLU(), nn.Linear(96, 64), nn.Sigmoid())
    )
    asked = seeds.shared(data.test_labels)
    before = drawn(makers, asked, config, seeds).detach()
    yield from play(makers, readers, data, config, seeds)
    after = drawn(makers, asked, config, seeds).detach()
    row = drawn(makers, seeds.shared(torch.arange(10, device=seeds.device)), config, seeds)[0].detach().view(10, 8, 8)
    yield Figure("Drawn on demand, 0 to 9", "image", {"values": row.permute(1, 0, 2).flatten(1).tolist()})

    held, known = seeds.shared(data.test_images), seeds.shared(data.train_images)
    sets = {"held out": held, "held out, 40 only": held[:, :40],
             "held out, 0 to 4 only": held[:, data.test_labels < 5], "training images": known[:, ::4],
             "made": after, "made, untrained": before}  # fmt: skip
    truth = readers(known)[0]
    distance = {name: frechet(readers(chosen)[0], truth) for name, chosen in sets.items()}
    right = {name: (readers(sets[name])[1].argmax(2) == asked).float().mean(1)
             for name in ("held out", "made", "made, untrained")}  # fmt: skip
    yield Table("Sets of images", ["set", "Frechet distance", "read as asked"],
                [[name, value, right.get(name, "")] for name, value in distance.items()])  # fmt: skip
    yield Measured("draws-what-is-asked", right["made"])
    yield Measured("missing-digits-cost", distance["held out, 0 to 4 only"] / distance["held out"])
    yield Measured("copies-win", distance["training images"] - distance["held out"])
