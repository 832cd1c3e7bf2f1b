"""Cross-attention fetches each word from the source in any order, and an end symbol says when to stop.

交叉注意力从源句里取词，不在乎存放的顺序；结束符告诉它何时停。

Sentences of two to seven words are translated word for word, so that the length of the output is not known beforehand.
One decoder has the end symbol as its last target in training, the other does not. Synthetic data.

lesson: transformer-decoder
quick: steps=30
"""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from lhystudy.lab.attention import Block, sinusoids, up_to_now
from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Figure, Measured, Metric, Progress, Table
from lhystudy.lab.seeds import Network, Seeds

WORDS, WIDTH, BATCH = 12, 32, 32
PAD, BEGIN, END = WORDS, WORDS, WORDS + 1  # a source is filled up with PAD; outputs begin with BEGIN and stop at END
SHORTEST, LONGEST, LIMIT = 2, 7, 12  # words in a sentence; where decoding is cut off


@dataclass(frozen=True)
class Config:
    steps: int = param(220, 10, 3000, en="training steps", zh="训练步数")
    rate: float = param(0.005, 0.0001, 0.1, en="learning rate", zh="学习率")


CLAIMS = (
    Claim("order-of-memory", "<", 1e-4,
          en="shuffling the encoder's outputs leaves the decoder's outputs as they are",
          zh="打乱编码器输出的存放顺序，解码器的输出不变",
          quantity_en="largest change of a score", quantity_zh="得分的最大变化"),
    Claim("looks-at-its-word", ">", 0.5,
          en="while it writes a word, more than half of the weight lies on that word's source",
          zh="写一个词时，一半以上的权重落在对应的源词上",
          quantity_en="cross-attention weight on the source word", quantity_zh="源词上的交叉注意力权重"),
    Claim("end-gives-length", ">", 0.9,
          en="with the end symbol as last target, outputs have the right length",
          zh="训练时以结束符收尾，输出的长度就对",
          quantity_en="share of outputs of the right length", quantity_zh="长度正确的输出比例"),
    Claim("without-end-runs-on", "<", 0.05,
          en="without it decoding has to be cut off: hardly any output has the right length",
          zh="训练时没有它，只能强行截断：几乎没有一个输出长度正确",
          quantity_en="share of outputs of the right length", quantity_zh="长度正确的输出比例"),
    Claim("words-are-right-anyway", ">", 0.9,
          en="even so, the words that belong there are right",
          zh="即使如此，该有的那些词是对的",
          quantity_en="share of right words, trained without the end symbol",
          quantity_zh="没用结束符训练时，词的正确率"),
)  # fmt: skip

ZH = {
    "training loss": "训练损失", "Length of the outputs": "输出的长度",
    "Cross-attention of one sentence": "一个句子的交叉注意力", "source": "源句", "output": "输出",
    "One sentence": "一个句子", "training": "训练方式", "without end": "不用结束符", "with end": "用结束符",
}  # fmt: skip


class Translator(nn.Module):
    places: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.source, self.word = nn.Embedding(WORDS + 1, WIDTH), nn.Embedding(WORDS + 2, WIDTH)
        self.encoder, self.decoder = Block(WIDTH, inner=64), Block(WIDTH, inner=64, crossed=True)
        self.scores = nn.Linear(WIDTH, WORDS + 2)
        self.register_buffer("places", sinusoids(LIMIT + 1, WIDTH))

    def remember(self, source: Tensor) -> Tensor:  # (batch, m) -> (batch, m, width)
        memory: Tensor = self.encoder(self.source(source) + self.places[: source.shape[1]])
        return memory

    def forward(self, source: Tensor, before: Tensor, order: Tensor) -> Tensor:
        """`order` (m,) is the order in which the memory is handed over: -> scores (batch, n, words + 2)."""
        x = self.word(before) + self.places[: before.shape[1]]
        memory = self.remember(source)[:, order]
        scores: Tensor = self.scores(self.decoder(x, memory, up_to_now(before.shape[1], before.device)))
        return scores

    def looks(self, source: Tensor, before: Tensor) -> Tensor:
        """The weights of cross-attention: (batch, n, m)."""
        x, block = self.word(before) + self.places[: before.shape[1]], self.decoder
        x = block.norms[0](x + block.attention(x, allowed=up_to_now(before.shape[1])))
        assert block.cross is not None  # `crossed` made one
        return block.cross.look(x, self.remember(source))[1][:, 0]


def sentences(count: int, seeds: Seeds) -> tuple[Tensor, Tensor, Tensor]:
    """Sources (seeds, count, 7), padded, targets (seeds, count, 8), filled with END, and lengths (seeds, count)."""
    lengths = SHORTEST + seeds.randint(LONGEST - SHORTEST + 1, (count,))
    words, place = seeds.randint(WORDS, (count, LONGEST)), torch.arange(LONGEST + 1, device=seeds.device)
    source = torch.where(place[:-1] < lengths[..., None], words, PAD)
    target = (source + 1) % WORDS  # the translation of a word is another word
    target = torch.cat([target, target[..., :1]], dim=2)
    target = torch.where(place < lengths[..., None], target, END)
    return source, target, lengths


def write(translators: Network, source: Tensor, order: Tensor) -> Tensor:
    """The best word at each step, up to the limit: (seeds, batch, limit); behind an END everything is END."""
    out = torch.full((*source.shape[:2], 1), BEGIN, device=source.device)
    done = torch.zeros_like(out[:, :, 0], dtype=torch.bool)
    for _ in range(LIMIT):
        best = translators(source, out, order)[:, :, -1].argmax(dim=2)
        best = torch.where(done, END, best)
        done = done | (best == END)
        out = torch.cat([out, best[:, :, None]], dim=2)
    return out[:, :, 1:]


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    straight = seeds.shared(torch.arange(LONGEST))
    shuffled = seeds.randperm(LONGEST)
    fresh, meant, lengths = sentences(200, seeds)
    before = torch.cat([torch.full_like(meant[:, :, :1], BEGIN), meant[:, :, :-1]], dim=2)
    place = torch.arange(LONGEST + 1, device=seeds.device)
    histogram, right_length, right_words, examples = {}, {}, {}, []
    for jobs, name in enumerate(("without end", "with end")):
        last = 1 if name == "with end" else 0  # is the END behind the words a target?
        translators = seeds.network(Translator)
        adam = torch.optim.Adam(translators.parameters(), lr=config.rate)
        for step in range(config.steps):
            source, target, long = sentences(BATCH, seeds)
            given = torch.cat([torch.full_like(target[:, :, :1], BEGIN), target[:, :, :-1]], dim=2)
            losses = -translators(source, given, straight).log_softmax(3).gather(3, target[..., None])[..., 0]
            counted = place < long[..., None] + last  # (seeds, batch, 8)
            loss = (losses * counted).sum((1, 2)) / counted.sum((1, 2))
            adam.zero_grad()
            loss.sum().backward()
            adam.step()
            if step % (1 + config.steps // 60) == 0:
                yield Metric(name, step, loss.detach(), chart="training loss")
            yield Progress(jobs * config.steps + step + 1, 2 * config.steps)
        with torch.no_grad():
            out = write(translators, fresh, straight)
            change = translators(fresh, before, shuffled) - translators(fresh, before, straight)
        written = (out != END).sum(2)
        histogram[name] = written[0].tolist()
        right_length[name] = (written == lengths).cpu().double().mean(1)
        real = place[:-1] < lengths[..., None]
        right_words[name] = ((out[:, :, :LONGEST] == meant[:, :, :-1]) & real).sum((1, 2)) / real.sum((1, 2))
        pair = (fresh[0, 0, : lengths[0, 0]], out[0, 0, : written[0, 0]])
        examples.append([name, *(" ".join(map(str, words.tolist())) for words in pair)])
    on_word = []
    for seed in range(seeds.count):
        with torch.no_grad():
            weights = translators[seed].cpu().looks(fresh[seed].cpu(), before[seed].cpu())  # (200, 8, 7)
        words = torch.arange(LONGEST) < lengths[seed].cpu()[:, None]
        on_word.append(weights.diagonal(dim1=1, dim2=2)[words].mean().item())
        if seed == 0:
            example = int(lengths[0].argmax())
            names = [str(place) for place in range(LONGEST + 1)]
            heat = {"values": weights[example].tolist(), "x": names[:-1], "y": names}
    yield Figure("Cross-attention of one sentence", "heat", heat, "source", "output")
    yield Figure("Length of the outputs", "histogram", {"series": {"meant": lengths[0].tolist(), **histogram}})
    yield Table("One sentence", ["training", "source", "output"], examples)
    yield Measured("order-of-memory", change.abs().amax(dim=(1, 2, 3)))
    yield Measured("looks-at-its-word", on_word)
    yield Measured("end-gives-length", right_length["with end"])
    yield Measured("without-end-runs-on", right_length["without end"])
    yield Measured("words-are-right-anyway", right_words["without end"])
