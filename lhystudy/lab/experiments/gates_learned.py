"""Gates that nobody supervises open at the word that the label asks for.

没有人监督的门，会在标签要问的那个词上打开。

A sentence is a row of cities; one of them is flagged as the place to arrive at. Two LSTMs read the same sentences.
One is asked for the flagged city, the other for the first city. A GRU is asked for the flagged one. Synthetic data.

lesson: lstm-gru
quick: steps=40 words=6
"""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy, linear, one_hot

from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Figure, Measured, Metric, Progress, Table

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


def sentences(config: Config, count: int, device: torch.device) -> tuple[Tensor, Tensor, Tensor]:
    """Words (time, batch, 5): a city and the flag; the flagged city and the first one, both (batch,)."""
    cities = torch.randint(CITIES, (config.words, count))
    flagged = torch.randint(1, config.words - 1, (count,))
    flag = one_hot(flagged, config.words).T[:, :, None]  # (time, batch, 1)
    words = torch.cat([one_hot(cities, CITIES), flag], dim=2).to(torch.get_default_dtype())
    return words.to(device), cities[flagged, torch.arange(count)].to(device), cities[0].to(device)


def keep_gate(cell: nn.RNNBase, words: Tensor, states: Tensor) -> Tensor:
    """The LSTM's forget gate or the GRU's z at each word: (time, batch, hidden)."""
    before = torch.cat([torch.zeros_like(states[:1]), states[:-1]])
    from_words, from_state, bias, state_bias = (w[HIDDEN : 2 * HIDDEN] for w in cell.all_weights[0])
    return torch.sigmoid(linear(words, from_words, bias) + linear(before, from_state, state_bias))


def run(config: Config, device: torch.device) -> Iterator[Event]:
    networks = {"lstm, flagged": (nn.LSTM, 1), "lstm, first": (nn.LSTM, 2), "gru, flagged": (nn.GRU, 1)}
    accuracies, at_flag, elsewhere, soft = {}, {}, {}, 0.0
    for name, (kind, asked) in networks.items():
        cell, answer = kind(CITIES + 1, HIDDEN).to(device), nn.Linear(HIDDEN, CITIES).to(device)
        cell.bias_ih_l0.data[HIDDEN : 2 * HIDDEN] = config.gate_bias
        cell.bias_hh_l0.data[HIDDEN : 2 * HIDDEN] = 0.0
        weights = [*cell.parameters(), *answer.parameters()]
        adam = torch.optim.Adam(weights, lr=0.01)
        for step in range(config.steps):
            drawn = sentences(config, 64, device)
            states, _ = cell(drawn[0])  # (time, batch, hidden)
            loss = cross_entropy(answer(states[-1]), drawn[asked])  # the only label there is
            adam.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(weights, 1.0)
            adam.step()
            if step % 5 == 0:
                yield Metric(name, step, loss.item(), chart="loss")
        with torch.no_grad():
            drawn = sentences(config, 500, device)
            states, _ = cell(drawn[0])
            accuracies[name] = (answer(states[-1]).argmax(dim=1) == drawn[asked]).float().mean().item()
            keep = keep_gate(cell, drawn[0], states)
            flag = drawn[0][:, :, -1] == 1  # (time, batch)
            at_flag[name], elsewhere[name] = keep[flag].mean().item(), keep[~flag].mean().item()
            soft = ((keep > 0.1) & (keep < 0.9)).float().mean().item()  # of the last network, the GRU
        yield Progress(len(accuracies), len(networks))
    yield Figure("Values of the GRU's z after training", "histogram", {"series": {"z": keep.flatten()[::50].tolist()}})
    yield Table("Keep gate after training", ["network", "accuracy", "at the flag", "elsewhere"],
                [[name, accuracies[name], at_flag[name], elsewhere[name]] for name in networks])  # fmt: skip
    yield Measured("task-learned", min(accuracies.values()))
    yield Measured("gate-finds-the-word", elsewhere["lstm, flagged"] - at_flag["lstm, flagged"])
    yield Measured("label-decides", elsewhere["lstm, first"] - at_flag["lstm, first"])
    yield Measured("gru-gate-is-soft", soft)
