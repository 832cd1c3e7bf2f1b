"""The loss of next-symbol prediction comes down to the source's entropy rate and stops there.

预测下一个符号，损失降到信源的熵率就停住。

Synthetic text: each symbol is drawn from chances that depend on the two symbols before it, so the floor is known. On a
short text read again and again the loss on that text goes below the floor, and on new text it rises.

lesson: bert-gpt
quick: steps=40
full: steps=5000 short=1000
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor

from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Measured, Metric, Progress, Table
from lhystudy.lab.language import LanguageModel, windows
from lhystudy.lab.seeds import Network, Seeds, cross_entropy

SYMBOLS, SPAN, BATCH = 5, 16, 32


@dataclass(frozen=True)
class Config:
    steps: int = param(250, 10, 20000, en="training steps of each model", zh="每个模型的训练步数")
    short: int = param(200, 40, 2000, en="symbols of the short text", zh="短文本的符号数")


CLAIMS = (
    Claim("down-to-the-floor", "<", 0.05,
          en="on new text the loss comes down to the entropy rate", zh="新文本上的损失降到熵率",
          quantity_en="loss minus entropy rate, nats", quantity_zh="损失减熵率，奈特"),
    Claim("not-below", ">", 0.0,
          en="and not below it", zh="但不会更低",
          quantity_en="loss minus entropy rate, nats", quantity_zh="损失减熵率，奈特"),
    Claim("beats-pairs", ">", 0.05,
          en="it does better than the best guess from one symbol before", zh="胜过只看前一个符号的最好猜法",
          quantity_en="entropy given one symbol minus the loss, nats", quantity_zh="已知前一个符号时的熵减损失，奈特"),
    Claim("learnt-by-heart", "<", 0.0,
          en="on a short text read again and again the loss on it falls below the floor",
          zh="反复读一段短文本，这段文本上的损失会低于熵率",
          quantity_en="loss on the short text minus entropy rate, nats", quantity_zh="短文本上的损失减熵率，奈特"),
    Claim("pays-on-new-text", ">", 0.1,
          en="and on new text that model is worse", zh="而这个模型在新文本上更差",
          quantity_en="its loss on new text minus that of the model with fresh text, nats",
          quantity_zh="它在新文本上的损失减另一个模型的，奈特"),
)  # fmt: skip

ZH = {
    "loss per symbol, nats": "每个符号的损失，奈特", "Loss per symbol": "每个符号的损失", "what": "项目",
    "nats": "奈特",
    "entropy rate of the source": "信源的熵率", "entropy given one symbol": "只知道前一个符号时的熵",
    "endless text: loss on new text": "文本无穷：新文本上的损失",
    "short text: loss on itself": "短文本：在它自己身上的损失",
    "short text: loss on new text": "短文本：新文本上的损失",
}  # fmt: skip


def source() -> Tensor:
    """The chances of the next symbol given the two before: (SYMBOLS, SYMBOLS, SYMBOLS)."""
    return (1.5 * torch.randn(SYMBOLS, SYMBOLS, SYMBOLS, dtype=torch.float64)).softmax(2)


def entropies(chances: Tensor) -> tuple[Tensor, Tensor]:
    """The entropy of a symbol given the two before it, the source's rate, and given one, in nats: each (seeds,)."""
    pairs = torch.full_like(chances[..., 0], 1 / SYMBOLS**2)  # how often each pair stands in a long text
    for _ in range(300):
        pairs = (pairs[..., None] * chances).sum(1)
    triples = pairs[..., None] * chances
    rate = -(triples * chances.log()).sum((1, 2, 3))
    last = triples.sum(1)  # the last two of three
    return rate, -(last * (last / last.sum(2, keepdim=True)).log()).sum((1, 2))


def texts(chances: Tensor, count: int, length: int, seeds: Seeds) -> Tensor:
    """Texts of the source: (seeds, count, length). The first 20 symbols are thrown away: they remember the start."""
    before, last = seeds.randint(SYMBOLS, (2, count)).unbind(1)
    each = torch.arange(seeds.count, device=seeds.device)[:, None]
    symbols, dice = [], seeds.rand(length + 20, count)
    below = chances.cumsum(3)[..., :-1].float().to(seeds.device)
    for place in range(length + 20):
        before, last = last, (below[each, before, last] < dice[:, place, :, None]).sum(2)
        symbols.append(last)
    return torch.stack(symbols[20:], dim=2)


def loss_on(models: Network, text: Tensor) -> Tensor:
    """The loss of the symbols of which at least two before are seen: (seeds,)."""
    return cross_entropy(models(text[:, :, :-1])[:, :, 1:], text[:, :, 2:])


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    chances = torch.stack(seeds.each(source))
    rate, given_one = entropies(chances)
    new = texts(chances, 1000, SPAN + 1, seeds)
    long = texts(chances, 400, 200, seeds).flatten(1)  # 80,000 symbols, as good as endless
    found: dict[str, tuple[Tensor, Tensor]] = {}
    for done, (name, known) in enumerate({"endless": long, "short": long[:, : config.short]}.items()):
        models = seeds.network(partial(LanguageModel, SYMBOLS, SPAN, 32, 1))
        adam = torch.optim.Adam(models.parameters(), lr=0.01)
        for step in range(config.steps):
            adam.param_groups[0]["lr"] = 0.01 * (1 - step / config.steps)
            loss = loss_on(models, windows(known, BATCH, SPAN + 1, seeds))
            adam.zero_grad()
            loss.sum().backward()
            adam.step()
            if step % (1 + config.steps // 60) == 0:
                yield Metric(name, step, loss.detach(), chart="loss per symbol, nats")
                yield Metric("floor", step, rate, chart="loss per symbol, nats")
            yield Progress(done * config.steps + step + 1, 2 * config.steps)
        with torch.no_grad():
            found[name] = loss_on(models, known.unfold(1, SPAN + 1, 8)[:, :500]).cpu(), loss_on(models, new).cpu()
    (_, loss), (by_heart, elsewhere) = found["endless"], found["short"]
    yield Table("Loss per symbol", ["what", "nats"],
                [["entropy given one symbol", given_one], ["entropy rate of the source", rate],
                 ["endless text: loss on new text", loss], ["short text: loss on itself", by_heart],
                 ["short text: loss on new text", elsewhere]])  # fmt: skip
    yield Measured("down-to-the-floor", loss - rate)
    yield Measured("not-below", loss - rate)
    yield Measured("beats-pairs", given_one - loss)
    yield Measured("learnt-by-heart", by_heart - rate)
    yield Measured("pays-on-new-text", elsewhere - loss)
