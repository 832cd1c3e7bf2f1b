"""A digit as four words of a codebook: what a vector-quantised autoencoder keeps, uses and can say.

一个数字写成码本里的四个词：向量量化自编码器保留什么、用上什么、能说出什么。

scikit-learn's digits. Each of four slots of the code is replaced by the nearest of 32 vectors that are learned with
it: a digit takes 4 x 5 bits.

lesson: autoencoder-anomaly
quick: steps=60
full: steps=10000 slots=8 words=128
"""

from collections.abc import Generator, Iterator
from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn.functional import one_hot

from lhystudy.lab.data import digits
from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Figure, Measured, Metric, Progress, Table
from lhystudy.lab.seeds import Network, Seeds

WIDTH = 4  # numbers in a vector of the codebook


@dataclass(frozen=True)
class Config:
    steps: int = param(1000, 20, 20000, en="training steps", zh="训练步数")
    slots: int = param(4, 1, 16, en="words a digit is written with", zh="写一个数字用几个词")
    words: int = param(32, 2, 256, en="vectors in the codebook", zh="码本里向量的个数")
    commitment: float = param(0.25, 0.0, 10.0, en="pull of the code towards its word", zh="编码被拉向所选词的力度")


CLAIMS = (
    Claim("slopes-pass-through", "<", 0.8,
          en="passing the slopes straight through the choice of a word lets the encoder learn",
          zh="让斜率直接穿过选词这一步，编码器才学得到东西",
          quantity_en="error on new digits over that of an encoder that is left as it began",
          quantity_zh="新数字上的误差，与编码器保持初始状态时之比"),
    Claim("words-combine", "<", 0.7,
          en="four words of 32 say more than one word of 32 (k-means)",
          zh="四个 32 选一的词，胜过一个 32 选一的词（k-means）",
          quantity_en="error on new digits over that of the nearest of 32 k-means centres",
          quantity_zh="新数字上的误差，与离 32 个 k-means 中心最近者之比"),
    Claim("whole-codebook-in-use", ">", 0.9,
          en="nearly all words are used", zh="几乎每个词都用上了",
          quantity_en="share of the words that some training digit uses", quantity_zh="训练数字里有人用到的词的比例"),
    Claim("order-of-words-matters", ">", 1.5,
          en="words drawn at random make worse copies of digits than real sequences of words do",
          zh="随机凑出的词，拼成的数字比真实的词序列差",
          quantity_en="squared distance of a decoded image to the nearest training digit, random words over real ones",
          quantity_zh="解码的图与最近的训练数字的平方距离：随机的词比真实的词"),
)  # fmt: skip

ZH = {
    "training error": "训练误差", "New digits": "新数字", "error": "误差", "words in use": "用到的词的比例",
    "straight through": "直通", "encoder left alone": "编码器不动", "k-means, one word": "k-means，一个词",
    "New digits, their copies, and random words": "新数字、重建、随机的词",
}  # fmt: skip


class Speaker(NamedTuple):
    encoder: Network  # (…, 64) -> (…, slots WIDTH)
    decoder: Network  # and back
    codebook: Tensor  # (seeds, words, WIDTH)

    def choose(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """The code of each image, in slots (seeds, n slots, WIDTH), and the nearest word's place for each slot."""
        code = self.encoder(x).reshape(x.shape[0], -1, WIDTH)
        return code, torch.cdist(code.detach(), self.codebook.detach()).argmin(2)

    def look_up(self, places: Tensor) -> Tensor:
        """(seeds, n slots) -> (seeds, n slots, WIDTH)."""
        return self.codebook.gather(1, places[..., None].expand(-1, -1, WIDTH))

    def decode(self, words: Tensor, images: int) -> Tensor:
        copy: Tensor = self.decoder(words.reshape(words.shape[0], images, -1))
        return copy


def train(images: Tensor, config: Config, learns: bool, seeds: Seeds, name: str) -> Generator[Event, None, Speaker]:
    length = config.slots * WIDTH
    encoder = seeds.network(lambda: nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, length)))
    decoder = seeds.network(lambda: nn.Sequential(nn.Linear(length, 64), nn.ReLU(), nn.Linear(64, 64)))
    speaker = Speaker(encoder, decoder, (0.5 * seeds.randn(config.words, WIDTH)).requires_grad_())
    moving = [*decoder.parameters(), speaker.codebook, *(encoder.parameters() if learns else [])]
    optimizer = torch.optim.Adam(moving, lr=0.003)
    for step in range(config.steps):
        x = images[seeds.randint(len(images), (64,))]  # (seeds, 64 digits, 64)
        code, places = speaker.choose(x)
        chosen = speaker.look_up(places)
        passed = code + (chosen - code).detach()  # its value is `chosen`, its slope goes to `code`
        error = (speaker.decode(passed, 64) - x).square().sum(2).mean(1)
        to_code = (chosen - code.detach()).square().sum(2).mean(1)  # moves the words
        to_word = (code - chosen.detach()).square().sum(2).mean(1)  # keeps the code near its word
        optimizer.zero_grad()
        (error + to_code + config.commitment * to_word).sum().backward()
        optimizer.step()
        if step % (1 + config.steps // 80) == 0:
            yield Metric(name, step, error.detach(), chart="training error")
    return speaker


def one_word(images: Tensor, new: Tensor, config: Config, seeds: Seeds) -> Tensor:
    """Squared error on new images (seeds, m, 64) of the nearest k-means centre: (seeds,)."""
    start = seeds.randperm(images.shape[1])[:, : config.words]
    centres = images.gather(1, start[..., None].expand(-1, -1, 64))
    for _ in range(20):
        member = one_hot(torch.cdist(images, centres).argmin(2), config.words).to(images.dtype)
        sizes = member.sum(1)[..., None]
        centres = torch.where(sizes > 0, member.mT @ images / sizes.clamp(min=1), centres)
    return torch.cdist(new, centres).amin(2).square().mean(1)


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    data = digits().to(seeds.device)
    seen, new = seeds.shared(data.train_images), seeds.shared(data.test_images)
    speaker = yield from train(data.train_images, config, True, seeds, "straight through")
    yield Progress(1, 2)
    fixed = yield from train(data.train_images, config, False, seeds, "encoder left alone")
    yield Progress(2, 2)
    count = new.shape[1]
    with torch.no_grad():
        random_words = speaker.look_up(seeds.randint(config.words, (count * config.slots,)))
        copy, other, nonsense = (who.decode(words, count) for who, words in (
            (speaker, speaker.look_up(speaker.choose(new)[1])), (fixed, fixed.look_up(fixed.choose(new)[1])),
            (speaker, random_words)))  # fmt: skip
        used = {name: one_hot(who.choose(seen)[1], config.words).amax(1).double().mean(1)
                for name, who in (("straight through", speaker), ("encoder left alone", fixed))}  # fmt: skip
    errors = {"straight through": (copy - new).square().sum(2).mean(1),
              "encoder left alone": (other - new).square().sum(2).mean(1),
              "k-means, one word": one_word(seen, new, config, seeds)}  # fmt: skip
    yield Table("New digits", ["", "error", "words in use"], [[n, e, used.get(n, "")] for n, e in errors.items()])
    rows = [images[0, :8].view(8, 8, 8).permute(1, 0, 2).flatten(1) for images in (new, copy, nonsense)]
    yield Figure("New digits, their copies, and random words", "image",
                 {"values": torch.cat(rows).clamp(0, 1).tolist()})  # fmt: skip
    to_real, to_nonsense = (torch.cdist(images, seen).amin(2).square().mean(1) for images in (copy, nonsense))
    yield Measured("slopes-pass-through", errors["straight through"] / errors["encoder left alone"])
    yield Measured("words-combine", errors["straight through"] / errors["k-means, one word"])
    yield Measured("whole-codebook-in-use", used["straight through"])
    yield Measured("order-of-words-matters", to_nonsense / to_real)
