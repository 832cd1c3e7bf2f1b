"""The same word needs different tags: a word alone, a window, and attention.

同一个词要标不同的词性：只看单词、滑窗、注意力。

Sentences come from a small grammar, "I daily saw the fast only saw" or "the saw you early watch" (synthetic).
What "saw" is depends on the nearest pronoun or article before it, and up to two words stand between.

lesson: self-attention
quick: steps=40
"""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor, nn
from torch.nn.functional import pad

from lhystudy.lab.attention import Attention, sinusoids
from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Figure, Measured, Metric, Progress, Table
from lhystudy.lab.seeds import Seeds, cross_entropy

KINDS = {"pronoun": ["I", "you", "they"], "article": ["a", "the", "this"], "filler": ["daily", "early", "fast", "only"],
         "either": ["saw", "watch", "duck", "drink", "cut"], "end": ["."]}  # fmt: skip
WORDS = [word for words in KINDS.values() for word in words]
TAGS = ["PRON", "ART", "ADV", "ADJ", "VERB", "NOUN", "END"]
LENGTH, WIDTH, HIDDEN = 8, 16, 32
FIRST = WORDS.index("saw")  # from here on stand the words that may be either


@dataclass(frozen=True)
class Config:
    steps: int = param(500, 10, 3000, en="training steps", zh="训练步数")
    sentences: int = param(2000, 100, 10000, en="training sentences", zh="训练句子数")


CLAIMS = (
    Claim("word-alone-guesses", "<", 0.6,
          en="from the word alone the ambiguous words are a coin toss", zh="只看单词，歧义词的词性等于抛硬币",
          quantity_en="accuracy on ambiguous words", quantity_zh="歧义词上的准确率"),
    Claim("window-helps", ">", 0.1,
          en="a window over three words does better", zh="看三个词的滑窗更准",
          quantity_en="accuracy of the window minus that of the word alone", quantity_zh="滑窗的准确率减去只看单词的"),
    Claim("attention-beats-window", ">", 0.1,
          en="attention with positions does better than the window over three words",
          zh="带位置的注意力胜过看三个词的滑窗",
          quantity_en="accuracy of attention minus that of the window", quantity_zh="注意力的准确率减去滑窗的"),
    Claim("beats-the-long-window", ">", 0.0,
          en="it does better than a window over the whole sentence, too", zh="也胜过罩住整句的滑窗",
          quantity_en="accuracy of attention minus that of the longest window",
          quantity_zh="注意力的准确率减去最长滑窗的"),
    Claim("same-word-same-output", "<", 1e-4,
          en="in I saw a saw, a word alone and attention without positions answer alike for both",
          zh="在 I saw a saw 里，只看单词、或注意力不带位置，对两个 saw 的输出都一样",
          quantity_en="largest difference of a logit between the two", quantity_zh="两处 logit 的最大差"),
    Claim("positions-part-them", ">", 1.0,
          en="attention with positions answers differently for the two", zh="注意力带上位置，对两个 saw 的输出就不同了",
          quantity_en="largest difference of a logit between the two", quantity_zh="两处 logit 的最大差"),
    Claim("both-saws-right", ">", 0.9,
          en="it calls the first a verb and the second a noun", zh="它把前一个标成动词，后一个标成名词",
          quantity_en="1 when both are right, 0 otherwise", quantity_zh="两个都对为 1，否则为 0"),
)  # fmt: skip

ZH = {
    "loss": "损失", "Tagging": "词性标注", "network": "网络", "parameters": "参数个数", "ambiguous words": "歧义词",
    "all words": "所有词",
    "The tags of the first seed": "第一个种子标出的词性", "Accuracy on ambiguous words": "歧义词上的准确率",
    "word": "单词", "window 3": "滑窗 3",
    "window 15": "滑窗 15", "attention": "注意力", "attention + positions": "注意力 + 位置",
}  # fmt: skip


def sentence() -> list[tuple[str, str]]:
    """Words with their tags: two phrases in either order, filled up with full stops to eight."""

    def phrase(opening: str, tags: tuple[str, str, str]) -> list[tuple[str, str]]:
        fillers = [(random.choice(KINDS["filler"]), tags[1]) for _ in range(random.randrange(3))]
        return [(random.choice(KINDS[opening]), tags[0]), *fillers, (random.choice(KINDS["either"]), tags[2])]

    phrases = [phrase("pronoun", ("PRON", "ADV", "VERB")), phrase("article", ("ART", "ADJ", "NOUN"))]
    random.shuffle(phrases)
    tagged = phrases[0] + phrases[1]
    return tagged + [(".", "END")] * (LENGTH - len(tagged))


def sentences(count: int) -> Tensor:
    """Words and tags as numbers: (2, count, 8)."""
    drawn = [sentence() for _ in range(count)]
    return torch.tensor([[[WORDS.index(word) for word, _ in one] for one in drawn],
                         [[TAGS.index(tag) for _, tag in one] for one in drawn]])  # fmt: skip


class Window(nn.Module):
    """Tags each word from a window of `size` words about it; a window of 1 is the word alone."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self.words = nn.Embedding(len(WORDS), WIDTH)
        self.size, self.window = size, nn.Linear(WIDTH * size, HIDDEN)
        self.tag = nn.Linear(HIDDEN, len(TAGS))

    def forward(self, words: Tensor) -> Tensor:  # (batch, length) -> (batch, length, tags)
        hidden: Tensor = self.window(self.windows(self.words(words))).relu()
        logits: Tensor = self.tag(hidden)
        return logits

    def windows(self, x: Tensor) -> Tensor:
        """The neighbours of every word in one row, zeros beyond the ends: (…, n, width) -> (…, n, width size)."""
        return pad(x, (0, 0, self.size // 2, self.size // 2)).unfold(-2, self.size, 1).flatten(-2)


class Reader(nn.Module):
    """Tags each word from itself and from what it attends to."""

    places: Tensor

    def __init__(self, positions: bool) -> None:
        super().__init__()
        self.words, self.attention = nn.Embedding(len(WORDS), WIDTH), Attention(WIDTH)
        self.tag = nn.Sequential(nn.Linear(2 * WIDTH, HIDDEN), nn.ReLU(), nn.Linear(HIDDEN, len(TAGS)))
        self.register_buffer("places", sinusoids(LENGTH, WIDTH) * positions)

    def forward(self, words: Tensor) -> Tensor:  # (batch, length) -> (batch, length, tags)
        x = self.words(words) + self.places[: words.shape[1]]
        logits: Tensor = self.tag(torch.cat([x, self.attention(x)], dim=2))
        return logits


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    kinds: dict[str, Callable[[], nn.Module]] = {
        "word": partial(Window, 1), "window 3": partial(Window, 3), "window 15": partial(Window, 15),
        "attention": partial(Reader, False), "attention + positions": partial(Reader, True),
    }  # fmt: skip
    networks = {name: seeds.network(make) for name, make in kinds.items()}
    adams = {name: torch.optim.Adam(network.parameters(), lr=0.01, fused=True) for name, network in networks.items()}
    known = seeds.stack(partial(sentences, config.sentences))  # (seeds, 2, sentences, 8)
    for step in range(config.steps):
        drawn = seeds.randint(config.sentences, (32,))[:, None, :, None].expand(-1, 2, -1, LENGTH)
        words, tags = known.gather(2, drawn).unbind(1)  # each (seeds, 32, 8)
        for name, network in networks.items():
            loss = cross_entropy(network(words).flatten(1, 2), tags.flatten(1))
            adams[name].zero_grad()
            loss.sum().backward()
            adams[name].step()
            if step % 10 == 0:
                yield Metric(name, step, loss.detach(), chart="loss")
        yield Progress(step + 1, config.steps)

    words, tags = seeds.stack(partial(sentences, 500)).unbind(1)
    either = ((words >= FIRST) & (words < len(WORDS) - 1)).double()
    accuracy, rows = {}, []
    for name, network in networks.items():
        with torch.no_grad():
            right = (network(words).argmax(3) == tags).double()
        accuracy[name] = (right * either).sum((1, 2)).cpu() / either.sum((1, 2)).cpu()
        size = sum(p.numel() for p in network.parameters()) // seeds.count
        rows.append([name, size, accuracy[name], right.mean((1, 2)).cpu()])
    yield Table("Tagging", ["network", "parameters", "ambiguous words", "all words"], rows)
    yield Figure(
        "Accuracy on ambiguous words",
        "bars",
        {"names": list(accuracy), "values": [a[0].item() for a in accuracy.values()]},
    )
    yield Measured("word-alone-guesses", accuracy["word"])
    yield Measured("window-helps", accuracy["window 3"] - accuracy["word"])
    yield Measured("attention-beats-window", accuracy["attention + positions"] - accuracy["window 3"])
    yield Measured("beats-the-long-window", accuracy["attention + positions"] - accuracy["window 15"])

    said = torch.tensor([[WORDS.index(word) for word in ["I", "saw", "a", "saw", *["."] * 4]]], device=seeds.device)
    with torch.no_grad():
        logits = {name: network(seeds.shared(said))[:, 0] for name, network in networks.items()}  # (seeds, 8, tags)
    names = {name: [TAGS[tag] for tag in logits[name][0, :4].argmax(1)] for name in logits}
    yield Table("The tags of the first seed", ["network", "I", "saw", "a", "saw"], [[n, *t] for n, t in names.items()])
    gap = {name: (logits[name][:, 1] - logits[name][:, 3]).abs().amax(1) for name in logits}
    yield Measured("same-word-same-output", torch.maximum(gap["word"], gap["attention"]))
    yield Measured("positions-part-them", gap["attention + positions"])
    called = logits["attention + positions"].argmax(2)
    both = (called[:, 1] == TAGS.index("VERB")) & (called[:, 3] == TAGS.index("NOUN"))
    yield Measured("both-saws-right", both.cpu().double())
