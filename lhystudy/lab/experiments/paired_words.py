"""Two words chosen apart may not go together; the second chosen after the first does.

两个词分开选，可能凑不成一对；先选第一个、再选第二个，就凑得成。

Synthetic: each question has three right answers of two words, with chances of their own.

lesson: what-is-ml
quick: steps=60 questions=6
"""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Measured, Metric, Progress, Table
from lhystudy.lab.seeds import Seeds, cross_entropy

WORDS, PAIRS = 4, 3  # words that each place may hold; right answers to a question


@dataclass(frozen=True)
class Config:
    steps: int = param(400, 10, 5000, en="training steps", zh="训练步数")
    questions: int = param(24, 2, 100, en="questions", zh="问题的个数")


CLAIMS = (
    Claim("joint-matches-more", ">", 0.03,
          en="the answer chosen word after word is right as a whole more often", zh="一词接一词地选，整个答案更常对",
          quantity_en="share of answers wholly right, word after word minus apart",
          quantity_zh="整个答案全对的比例：依次选减分开选"),
    Claim("apart-says-impossible", ">", 0.05,
          en="words chosen apart make pairs that are never an answer", zh="分开选的词，会凑出从不成立的一对",
          quantity_en="share of questions answered with an impossible pair", quantity_zh="答出不可能的一对的问题比例"),
    Claim("joint-says-possible", "<", 0.01,
          en="words chosen one after the other hardly ever do", zh="依次选的词，几乎从不这样",
          quantity_en="share of questions answered with an impossible pair", quantity_zh="答出不可能的一对的问题比例"),
)  # fmt: skip

ZH = {
    "Answers to each question": "每个问题的回答", "apart": "分开选", "word after word": "依次选",
    "best pair of all": "比过所有的对",
    "both words right": "两词全对", "first word right": "第一个词对", "impossible pair": "不可能的一对",
    "training loss": "训练损失",
}  # fmt: skip


class Answerer(nn.Module):
    """Scores of the first word, of the second alone, and of the second after each first word."""

    def __init__(self, questions: int) -> None:
        super().__init__()
        self.first, self.second = nn.Linear(questions, WORDS), nn.Linear(questions, WORDS)
        self.second_after = nn.Linear(questions, WORDS * WORDS)

    def forward(self, question: Tensor) -> Tensor:  # (batch, questions) -> (batch, 2 + WORDS, WORDS)
        parts = [self.first(question)[:, None], self.second(question)[:, None]]
        return torch.cat([*parts, self.second_after(question).view(-1, WORDS, WORDS)], dim=1)


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    count = config.questions
    # three different pairs a question, as numbers below WORDS * WORDS, with chances that are random too
    pairs = seeds.rand(count, WORDS * WORDS).argsort(2)[:, :, :PAIRS]  # (seeds, questions, PAIRS)
    weights = seeds.rand(count, PAIRS)
    chance = torch.zeros(seeds.count, count, WORDS * WORDS, device=seeds.device)
    chance.scatter_(2, pairs, weights / weights.sum(2, keepdim=True))

    answerer = seeds.network(lambda: Answerer(count))
    optimizer = torch.optim.Adam(answerer.parameters(), lr=0.05)
    every = seeds.shared(torch.eye(count))
    for step in range(config.steps):
        asked = seeds.randint(count, (256,))
        place = (seeds.rand(256, 1) > chance.gather(1, asked[..., None].expand(-1, -1, 16)).cumsum(2)).sum(2)
        pair = place.clamp(max=WORDS * WORDS - 1)  # an answer drawn by its chance
        first, second = pair // WORDS, pair % WORDS
        scores = answerer(torch.eye(count, device=seeds.device)[asked])  # (seeds, 256, 2 + WORDS, WORDS)
        after = scores[:, :, 2:].gather(2, first[..., None, None].expand(-1, -1, 1, WORDS))[:, :, 0]
        loss = cross_entropy(scores[:, :, 0], first) + cross_entropy(scores[:, :, 1], second)
        joint = cross_entropy(after, second)
        optimizer.zero_grad()
        (loss + joint).sum().backward()
        optimizer.step()
        if step % (1 + config.steps // 100) == 0:
            yield Metric("apart", step, loss.detach(), chart="training loss")
            yield Metric("second after first", step, joint.detach(), chart="training loss")
        yield Progress(step + 1, config.steps)

    with torch.no_grad():
        scores = answerer(every).log_softmax(3)  # (seeds, questions, 2 + WORDS, WORDS)
    first = scores[:, :, 0].argmax(2)
    after = scores[:, :, 2:].gather(2, first[..., None, None].expand(-1, -1, 1, WORDS))[:, :, 0]
    both = (scores[:, :, 0, :, None] + scores[:, :, 2:]).flatten(2)  # log chance of every pair
    answers = {
        "apart": first * WORDS + scores[:, :, 1].argmax(2),
        "word after word": first * WORDS + after.argmax(2),
        "best pair of all": both.argmax(2),
    }
    by_first = chance.view(seeds.count, count, WORDS, WORDS).sum(3)
    right, possible, first_right = {}, {}, {}
    for name, pair in answers.items():
        hit = chance.gather(2, pair[..., None])[..., 0]  # how often this very pair is the answer
        right[name], possible[name] = hit.mean(1), (hit > 0).float().mean(1)
        first_right[name] = by_first.gather(2, pair[..., None] // WORDS)[..., 0].mean(1)
    yield Table("Answers to each question", ["", "both words right", "first word right", "impossible pair"],
                [[name, right[name], first_right[name], 1 - possible[name]] for name in answers])  # fmt: skip
    yield Measured("joint-matches-more", right["word after word"] - right["apart"])
    yield Measured("apart-says-impossible", 1 - possible["apart"])
    yield Measured("joint-says-possible", 1 - possible["word after word"])
