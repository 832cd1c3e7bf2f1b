"""A language model goes on with the page; a few answered requests turn it into one that answers.

语言模型只会接着写这一页；少数几个问答，就让它变成会回答的模型。

A made-up language: "B D A second" asks for "d ." Most pages that the base model reads are exam papers, where a request
follows a request; on the others the answer stands behind it.

lesson: assistant
quick: pages=40 tuning=10
full: pages=5000 tuning=300
"""

import copy
from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Measured, Metric, Progress, Table
from lhystudy.lab.language import LanguageModel
from lhystudy.lab.seeds import Network, Seeds, cross_entropy

LETTERS = "ABCDEFGH"
SYMBOLS = [*LETTERS, *LETTERS.lower(), "first", "second", "third", "."]
REQUEST = 4  # symbols of a request: three letters and the instruction


@dataclass(frozen=True)
class Config:
    pages: int = param(300, 10, 5000, en="training steps of the base model", zh="底座模型的训练步数")
    answered: float = param(0.3, 0.0, 1.0, en="share of pages with answers", zh="带答案的页所占比例")
    examples: int = param(24, 1, 512, en="answered requests to tune on", zh="微调用的问答个数")
    tuning: int = param(60, 1, 1000, en="steps of tuning", zh="微调的步数")


CLAIMS = (
    Claim("base-goes-on", ">", 0.5,
          en="asked something, the base model writes another request", zh="问底座模型一句，它接着写下一个请求",
          quantity_en="chance that a capital letter follows the request", quantity_zh="请求后面接大写字母的概率"),
    Claim("few-examples-suffice", ">", 0.8,
          en="after 24 answered requests it answers new ones", zh="看过 24 个问答之后，它会回答新的请求",
          quantity_en="chance of the right answer to a new request", quantity_zh="对新请求给出正确回答的概率"),
    Claim("from-scratch-they-do-not", ">", 0.5,
          en="without the base model the same examples teach little", zh="没有底座，同样的例子教不会多少",
          quantity_en="chance of the right answer, tuned minus trained from scratch",
          quantity_zh="正确回答的概率：微调减从头训练"),
    Claim("untuned-instruction-is-followed", ">", 0.5,
          en="an instruction that no tuning example holds is followed too", zh="微调例子里没有的指令，它也照做",
          quantity_en="chance of the right answer to 'second', tuned on the other two",
          quantity_zh="只用另外两种指令微调，second 答对的概率"),
    Claim("price-on-plain-pages", ">", 0.1,
          en="the tuned model predicts the pages of the base worse", zh="微调之后，预测底座读过的那种页变差了",
          quantity_en="loss a symbol on new pages, tuned minus base", quantity_zh="新页上每个符号的损失：微调减底座"),
)  # fmt: skip

ZH = {
    "loss a symbol": "每个符号的损失", "Chance of the right answer": "正确回答的概率", "model": "模型",
    "all three": "三种指令", "base": "底座", "tuned": "微调", "from scratch": "从头训练",
    "tuned without one": "微调，留一种不教", "left out": "没教的那种",
    "goes on": "接着提问", "loss on pages": "页上的损失",
}  # fmt: skip


def requests(seeds: Seeds, count: int, kinds: tuple[int, ...] = (0, 1, 2)) -> tuple[Tensor, Tensor]:
    """Requests (seeds, count, 4) and their answers (seeds, count, 2)."""
    kind = torch.tensor(kinds, device=seeds.device)[seeds.randint(len(kinds), (count, 1))]
    letters = seeds.randint(len(LETTERS), (count, 3))
    answer = letters.gather(2, kind) + len(LETTERS)  # the same letter, small
    stop = torch.full_like(answer, SYMBOLS.index("."))
    return torch.cat([letters, kind + SYMBOLS.index("first")], 2), torch.cat([answer, stop], 2)


def pages(seeds: Seeds, count: int, answered: float) -> Tensor:
    """Pages (seeds, count, 6): a request, then its answer or the beginning of the next request."""
    request, answer = requests(seeds, count)
    onward = torch.where(seeds.rand(count, 1) < answered, answer, seeds.randint(len(LETTERS), (count, 2)))
    return torch.cat([request, onward], 2)


def read(model: Network, page: Tensor, first: int = 0) -> Tensor:
    """The mean loss of the symbols behind place `first`: (seeds,)."""
    return cross_entropy(model(page[..., :-1])[:, :, first:], page[..., 1 + first :])


def train(model: Network, lesson: Tensor, steps: int) -> None:
    """Tunes a model on answered requests: the answer counts, the request does not."""
    optimizer = torch.optim.Adam(model.parameters(), lr=0.005)
    for _ in range(steps):
        loss = read(model, lesson, REQUEST - 1)
        optimizer.zero_grad()
        loss.sum().backward()
        optimizer.step()


@torch.no_grad()
def chances(model: Network, request: Tensor, answer: Tensor) -> Tensor:
    """How probable the whole right answer is: (seeds,)."""
    said = model(torch.cat([request, answer[..., :1]], 2))[:, :, REQUEST - 1 :].softmax(3)
    right: Tensor = said.gather(3, answer[..., None])[..., 0].prod(2)
    return right.mean(1)


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    base = seeds.network(lambda: LanguageModel(len(SYMBOLS), 5, blocks=1))
    scratch = copy.deepcopy(base)
    optimizer = torch.optim.Adam(base.parameters(), lr=0.01)
    for step in range(config.pages):
        loss = read(base, pages(seeds, 64, config.answered))
        optimizer.zero_grad()
        loss.sum().backward()
        optimizer.step()
        if step % 10 == 0:
            yield Metric("base", step, loss.detach(), chart="loss a symbol")
        yield Progress(step + 1, config.pages)

    models = {"base": base}
    for name, start, kinds in (("tuned", base, (0, 1, 2)), ("from scratch", scratch, (0, 1, 2)),
                               ("tuned without one", base, (0, 2))):  # fmt: skip
        models[name] = copy.deepcopy(start)
        train(models[name], torch.cat(requests(seeds, config.examples, kinds), 2), config.tuning)
    plain, new, second = pages(seeds, 512, config.answered), requests(seeds, 512), requests(seeds, 512, (1,))
    right = {name: (chances(model, *new), chances(model, *second)) for name, model in models.items()}
    with torch.no_grad():
        worse = {name: read(model, plain) for name, model in models.items()}
        onward = {name: model(new[0])[:, :, -1].softmax(2)[..., : len(LETTERS)].sum(2).mean(1)
                  for name, model in models.items()}  # fmt: skip
    yield Table("Chance of the right answer", ["model", "all three", "left out", "goes on", "loss on pages"],
                [[name, *right[name], onward[name], worse[name]] for name in models])  # fmt: skip
    yield Measured("base-goes-on", onward["base"])
    yield Measured("few-examples-suffice", right["tuned"][0])
    yield Measured("from-scratch-they-do-not", right["tuned"][0] - right["from scratch"][0])
    yield Measured("untuned-instruction-is-followed", right["tuned without one"][1])
    yield Measured("price-on-plain-pages", worse["tuned"] - worse["base"])
