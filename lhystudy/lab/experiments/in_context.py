"""Examples in the prompt: one small model learns from them without any step of training, another does not.

把例子写进提示：一个小模型不用训练就学会，另一个学不会。

A prompt pairs words with values, by a rule that is drawn anew for each prompt (synthetic). One causal model was trained
on nothing but such prompts, the other on the course's prose, letter by letter; its words and values are letters. Both
choose among the values that stand in the prompt.

lesson: bert-gpt
quick: steps=20
full: steps=10000
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor

from lhystudy.errors import StudyError
from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Measured, Metric, Progress, Table
from lhystudy.lab.language import LanguageModel, spelled, windows, write
from lhystudy.lab.seeds import Network, Seeds, cross_entropy
from lhystudy.words import say

KEYS, VALUES, PAIRS, BATCH = 3, 3, 8, 16  # in a prompt: different words, values, pairs
SPAN = 2 * PAIRS
TRAINED, NEW = 12, 12  # words that stand in training prompts, and words that never do


@dataclass(frozen=True)
class Config:
    steps: int = param(400, 10, 20000, en="training steps on prompts; on prose half as many",
                       zh="练提示的步数；读散文是它的一半")  # fmt: skip
    corpus: str = param("prose-en", en="text of the second model, or the path of your own",
                        zh="第二个模型读的文本，或你自己的文件路径")  # fmt: skip


CLAIMS = (
    Claim("prompt-teaches", ">", 0.3,
          en="a model trained on such prompts does better on words shown before",
          zh="专练过这种提示的模型，见过的词答得更准",
          quantity_en="accuracy, word shown before minus word shown first", quantity_zh="准确率，词见过减词初见"),
    Claim("prose-is-enough", ">", 0.1,
          en="so does a small model trained on prose", zh="读散文长大的小模型也是这样",
          quantity_en="the same difference", quantity_zh="同一个差"),
    Claim("works-with-new-words", ">", 0.3,
          en="the first model also learns about words that stood in no training prompt",
          zh="第一个模型对训练提示里没出现过的词也学得会",
          quantity_en="the same difference with new words", quantity_zh="换成新词时的同一个差"),
)  # fmt: skip

ZH = {
    "training loss": "训练损失", "accuracy by how often the word was shown before": "准确率，随这个词先前出现的次数",
    "Accuracy in the prompt": "提示里的准确率", "model": "模型", "shown first": "初次出现", "shown before": "先前见过",
    "The prose model writes on, first seed": "读散文的模型往下写，第一个种子", "given": "给定", "written": "写出",
    "prompts": "练提示", "prompts, new words": "练提示，换新词", "prose": "读散文",
}  # fmt: skip


def prompts(words: Tensor, values: Tensor, count: int, seeds: Seeds) -> tuple[Tensor, Tensor]:
    """Prompts "word value word value …" (seeds, count, SPAN), and how often each pair's word stood before.

    Each prompt draws KEYS of the words and VALUES of the values, and a value for each of its words.
    """
    own = [
        kind[seeds.rand(count, len(kind)).argsort(2)[..., :size]] for kind, size in ((words, KEYS), (values, VALUES))
    ]
    rule = own[1].gather(2, seeds.randint(VALUES, (count, KEYS)))  # (seeds, count, KEYS)
    asked = seeds.randint(KEYS, (count, PAIRS))
    text = torch.stack([own[0].gather(2, asked), rule.gather(2, asked)], dim=3).flatten(2)
    before = (asked[..., None] == asked[..., None, :]).tril(-1).sum(3)
    return text, before


def accuracy(models: Network, text: Tensor, before: Tensor) -> list[Tensor]:
    """The share of values chosen rightly, by how often the word stood before (0, 1, 2, 3): each (seeds,)."""
    with torch.no_grad():
        scores = models(text[:, :, :-1])[:, :, ::2]  # behind each word, (seeds, count, PAIRS, symbols)
    right = text[:, :, 1::2]
    shown = torch.zeros(*text.shape[:2], scores.shape[3], dtype=torch.bool, device=text.device)
    shown = shown.scatter(2, right, torch.ones_like(right, dtype=torch.bool))  # the values that stand in the prompt
    hit = (scores.masked_fill(~shown[:, :, None], -torch.inf).argmax(3) == right).double()
    return [(hit * (before == k)).sum((1, 2)).cpu() / (before == k).sum((1, 2)).cpu() for k in range(4)]


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    device = seeds.device
    usual, new = torch.arange(TRAINED, device=device), torch.arange(TRAINED, TRAINED + NEW, device=device)
    values = torch.arange(TRAINED + NEW, TRAINED + NEW + VALUES, device=device)
    vocabulary, prose = spelled(config.corpus, characters=True)
    if len(vocabulary) < TRAINED + VALUES + 1 or len(prose) <= SPAN:
        told = say("this text needs more characters, and more different ones", "这个文本要有更多的字，不同的字也要更多")
        raise StudyError(told, where=config.corpus)
    common = prose.bincount().argsort(descending=True)[1 : 1 + TRAINED + VALUES].to(device)  # without the space
    prose = seeds.shared(prose)
    found = dict[str, list[Tensor]]()
    for done, (name, symbols) in enumerate({"prompts": TRAINED + NEW + VALUES, "prose": len(vocabulary)}.items()):
        models = seeds.network(partial(LanguageModel, symbols, SPAN, 32))
        adam = torch.optim.Adam(models.parameters(), lr=0.005)
        for step in range(config.steps // (1 + done)):
            if name == "prompts":
                text, _ = prompts(usual, values, BATCH, seeds)
                loss = cross_entropy(models(text[:, :, :-1])[:, :, ::2], text[:, :, 1::2])
            else:
                text = windows(prose, BATCH, SPAN + 1, seeds)
                loss = cross_entropy(models(text[:, :, :-1]), text[:, :, 1:])
            adam.zero_grad()
            loss.sum().backward()
            adam.step()
            if step % (1 + config.steps // 60) == 0:
                yield Metric(name, step, loss.detach(), chart="training loss")
            yield Progress(done * config.steps + step + 1, config.steps * 3 // 2)
        if name == "prompts":
            found[name] = accuracy(models, *prompts(usual, values, 200, seeds))
            found["prompts, new words"] = accuracy(models, *prompts(new, values, 200, seeds))
        else:
            found[name] = accuracy(models, *prompts(common[:TRAINED], common[TRAINED:], 200, seeds))
            written = "".join(vocabulary[place] for place in write(models, prose[:, None, :SPAN], 60, seeds)[0, 0])
            parts = [written[:SPAN].strip(), written[SPAN:].replace("\n", " ")]
            yield Table("The prose model writes on, first seed", ["given", "written"], [parts])
    rows = []
    for name, shares in found.items():
        for shown, share in enumerate(shares):
            yield Metric(name, shown, share, chart="accuracy by how often the word was shown before")
        rows.append([name, shares[0], shares[1]])
    yield Table("Accuracy in the prompt", ["model", "shown first", "shown before"], rows)
    for claim, name in zip(("prompt-teaches", "works-with-new-words", "prose-is-enough"), found, strict=True):
        yield Measured(claim, found[name][1] - found[name][0])
