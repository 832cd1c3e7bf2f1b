"""Gates that nobody supervises open at the word that the label asks for.

没有人监督的门，会在标签要问的那个词上打开。

A sentence is a row of cities; one of them is flagged as the place to arrive at. Two LSTMs read the same sentences.
One is asked for the flagged city, the other for the first city. A GRU is asked for the flagged one. Synthetic data.

lesson: lstm-gru
bfloat16: yes
quick: steps=40 words=6
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor, nn
from torch.nn.functional import one_hot

from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Figure, Measured, Metric, Progress, Table
from lhystudy.lab.seeds import Seeds, clip_gradients, cross_entropy

CITIES, HIDDEN = 4, 16


@dataclass(frozen=True)
class Config:
    steps: int = param(400, 10, 2000, en="training steps", zh="训练步数")
    words: int = param(12, 4, 40, en="cities in a sentence", zh="一句话里的城市数")
    gate_bias: float = param(2.0, 0.0, 5.0, en="bias of the keep gate at the start", zh="保留门的初始偏置")


CLAIMS = (
    Claim("task-learned", ">", 0.95,
          en="all three networks learn their question",
          zh="三个网络都学会了自己的问题",
          quantity_en="smallest of the three accuracies on new sentences", quantity_zh="新句子上三个准确率中最小的"),
    Claim("gate-finds-the-word", ">", 0.2,
          en="asked for the flagged city, the LSTM learns to drop its memory at the flag",
          zh="问的是带标记的城市，LSTM 就学会在标记处放掉旧记忆",
          quantity_en="forget gate elsewhere minus at the flag", quantity_zh="别处的遗忘门减去标记处的"),
    Claim("label-decides", "<", 0.1,
          en="asked for the first city, it treats the flag as any other word",
          zh="问的是第一个城市，标记处的门就与别处无异",
          quantity_en="forget gate elsewhere minus at the flag", quantity_zh="别处的遗忘门减去标记处的"),
    Claim("gru-gate-is-soft", ">", 0.5,
          en="the GRU's update gate mixes: most of its values are neither 0 nor 1",
          zh="GRU 的更新门是混合：多数值既不是 0 也不是 1",
          quantity_en="share of z between 0.1 and 0.9 after training", quantity_zh="z 在 0.1 到 0.9 之间的比例"),
)  # fmt: skip

ZH = {
    "loss": "损失", "Values of the GRU's z after training": "训练后 GRU 的 z 值",
    "Keep gate after training": "训练后的保留门", "network": "网络", "accuracy": "准确率", "at the flag": "标记处",
    "elsewhere": "其他位置",
}  # fmt: skip


class Speaker(nn.Module):
    """A recurrent cell that hears a sentence, and a linear layer that names a city from its last state."""

    def __init__(self, kind: type[nn.LSTM] | type[nn.GRU], gate_bias: float) -> None:
        super().__init__()
        self.cell = kind(CITIES + 1, HIDDEN)
        self.answer = nn.Linear(HIDDEN, CITIES)
        _, _, bias, state_bias = self.cell.all_weights[0]
        bias.data[HIDDEN : 2 * HIDDEN] = gate_bias
        state_bias.data[HIDDEN : 2 * HIDDEN] = 0.0

    def forward(self, words: Tensor) -> tuple[Tensor, Tensor]:
        """Words (time, batch, 6) -> the city named (batch, 5), and the states (time, batch, hidden)."""
        states, _ = self.cell(words)
        return self.answer(states[-1]), states


def sentences(config: Config, count: int, seeds: Seeds) -> tuple[Tensor, Tensor, Tensor]:
    """Words (seeds, time, batch, 6): a city and the flag; the flagged city and the first one, both (seeds, batch)."""
    cities = seeds.randint(CITIES, (config.words, count))
    flagged = 1 + seeds.randint(config.words - 2, (1, count))  # (seeds, 1, batch)
    flag = torch.arange(config.words, device=seeds.device)[:, None] == flagged  # (seeds, time, batch)
    words = torch.cat([one_hot(cities, CITIES), flag[..., None]], dim=3).to(torch.get_default_dtype())
    return words, cities.gather(1, flagged)[:, 0], cities[:, 0]


def keep_gate(cell: nn.RNNBase, words: Tensor, states: Tensor) -> Tensor:
    """The LSTM's forget gate or the GRU's z at each word: (seeds, time, batch, hidden)."""
    before = torch.cat([torch.zeros_like(states[:, :1]), states[:, :-1]], dim=1)
    from_words, from_state, bias, state_bias = (w[:, None, HIDDEN : 2 * HIDDEN] for w in cell.all_weights[0])
    return torch.sigmoid(words @ from_words.mT + before @ from_state.mT + (bias + state_bias)[:, :, None])


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    networks = {"lstm, flagged": (nn.LSTM, 1), "lstm, first": (nn.LSTM, 2), "gru, flagged": (nn.GRU, 1)}
    accuracies, at_flag, elsewhere = {}, {}, {}
    for name, (kind, asked) in networks.items():
        speakers = seeds.network(partial(Speaker, kind, config.gate_bias))
        adam = torch.optim.Adam(speakers.parameters(), lr=0.01)
        for step in range(config.steps):
            drawn = sentences(config, 64, seeds)
            loss = cross_entropy(speakers(drawn[0])[0], drawn[asked])  # the only label there is
            adam.zero_grad()
            loss.sum().backward()
            clip_gradients(speakers.parameters(), 1.0)
            adam.step()
            if step % 5 == 0:
                yield Metric(name, step, loss.detach(), chart="loss")
        with torch.no_grad():
            drawn = sentences(config, 500, seeds)
            answers, states = speakers(drawn[0])
            accuracies[name] = (answers.argmax(dim=2) == drawn[asked]).cpu().double().mean(1)
            keep = keep_gate(speakers.one.cell, drawn[0], states)
            flag = drawn[0][..., -1:].expand_as(keep)  # 1 at the flagged word
            at_flag[name] = (keep * flag).sum((1, 2, 3)) / flag.sum((1, 2, 3))
            elsewhere[name] = (keep * (1 - flag)).sum((1, 2, 3)) / (1 - flag).sum((1, 2, 3))
        yield Progress(len(accuracies), len(networks))
    soft = ((keep > 0.1) & (keep < 0.9)).cpu().double().mean((1, 2, 3))  # of the last network, the GRU
    gates = keep[0].flatten()[::50].tolist()
    yield Figure("Values of the GRU's z after training", "histogram", {"series": {"z": gates}})
    yield Table("Keep gate after training", ["network", "accuracy", "at the flag", "elsewhere"],
                [[name, accuracies[name], at_flag[name], elsewhere[name]] for name in networks])  # fmt: skip
    yield Measured("task-learned", torch.stack(list(accuracies.values())).amin(0))
    yield Measured("gate-finds-the-word", elsewhere["lstm, flagged"] - at_flag["lstm, flagged"])
    yield Measured("label-decides", elsewhere["lstm, first"] - at_flag["lstm, first"])
    yield Measured("gru-gate-is-soft", soft)
