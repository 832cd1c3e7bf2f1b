"""Reading and writing a memory by attention, and two things that only resemble attention.

用注意力读写记忆，以及两样只是看上去像注意力的东西。

Vectors are random, in double precision; gradients by hand stand beside autograd's.

lesson: memory-pointer
quick: slots=4
"""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Figure, Measured, Table
from lhystudy.lab.seeds import Seeds

DOUBLE = torch.float64


@dataclass(frozen=True)
class Config:
    slots: int = param(8, 2, 64, en="slots of the memory", zh="记忆的槽数")
    width: int = param(16, 2, 64, en="entries of a slot", zh="每个槽的分量数")
    sharpness: float = param(20.0, 0.1, 200.0, en="factor on the cosine before softmax", zh="softmax 之前余弦乘的倍数")


CLAIMS = (
    Claim("written-is-read", "<", 0.05,
          en="what is written at a place comes back when a similar content is asked for",
          zh="写进一处的内容，用相近的内容去问，就读得回来",
          quantity_en="distance of the reading from what was written, over its length",
          quantity_zh="读出与写入之差，除以写入的长度"),
    Claim("others-stay", "<", 0.05,
          en="a sharp writing leaves the other slots as they were", zh="集中地写一处，别的槽基本不变",
          quantity_en="largest change of another slot, over its length",
          quantity_zh="其他槽的最大改变，除以它的长度"),
    Claim("gradients-flow", "<", 1e-10,
          en="reading and writing can be differentiated in every part", zh="读与写处处可微",
          quantity_en="largest relative difference of the formulas from autograd",
          quantity_zh="公式与 autograd 的最大相对差"),
    Claim("max-is-one-hot", "<=", 0.0,
          en="max pooling is attention over a map whose weights are 0 and 1", zh="最大池化是权重只有 0 和 1 的注意力",
          quantity_en="largest difference from the one-hot reading", quantity_zh="与独热读出的最大差"),
    Claim("gates-see-input-only", "<", 0.01,
          en="a gate is bottom-up: it follows from the input alone", zh="门是自下而上的：只由输入决定",
          quantity_en="mean difference of a gate's values, same input, two states",
          quantity_zh="输入相同、状态不同时门值的平均差"),
)  # fmt: skip

ZH = {
    "Weights of a writing, and of the reading after it": "写的权重，以及之后读的权重", "One memory": "一块记忆",
    "slot": "槽", "written with": "写的权重", "read with": "读的权重",
}  # fmt: skip


def address(memory: Tensor, key: Tensor, sharpness: float) -> Tensor:
    """Softmax of the cosines between the slots (slots, width) and the key (width,)."""
    return (sharpness * F.cosine_similarity(memory, key[None], dim=1)).softmax(0)


def write(memory: Tensor, weights: Tensor, erase: Tensor, add: Tensor) -> Tensor:
    """m_i (1 - a_i e) + a_i w for all slots."""
    return memory * (1 - weights[:, None] * erase) + weights[:, None] * add


def facts(config: Config) -> tuple[dict[str, float], Tensor, Tensor]:
    memory = torch.randn(config.slots, config.width, dtype=DOUBLE)
    add = torch.randn(config.width, dtype=DOUBLE)
    near_slot = memory[1] + 0.1 * torch.randn(config.width, dtype=DOUBLE)
    sharp = address(memory, near_slot, config.sharpness)
    after = write(memory, sharp, torch.ones(config.width, dtype=DOUBLE), add)
    asked = address(after, add + 0.1 * torch.randn(config.width, dtype=DOUBLE), config.sharpness)
    others = torch.arange(config.slots) != 1
    changes = (after - memory).norm(dim=1)[others] / memory.norm(dim=1)[others]

    logits = torch.randn(config.slots, dtype=DOUBLE, requires_grad=True)
    erase_logits = torch.randn(config.width, dtype=DOUBLE, requires_grad=True)
    m, w = memory.clone().requires_grad_(), add.clone().requires_grad_()
    a, e = logits.softmax(0), erase_logits.sigmoid()
    direction = torch.randn(config.width, dtype=DOUBLE)
    read = a @ write(m, a, e, w)
    gradients = torch.autograd.grad(read @ direction, [m, w, a, e])
    # r = sum_i a_i (m_i (1 - a_i e) + a_i w), so with the direction g of the loss:
    by_hand = [
        a[:, None] * (1 - a[:, None] * e) * direction,
        a.square().sum() * direction,
        (m * direction).sum(1) - 2 * a * (m * e * direction).sum(1) + 2 * a * (w * direction).sum(),
        -(a.square()[:, None] * m).sum(0) * direction,
    ]
    gaps = [((ours - theirs).abs().max() / theirs.abs().max()).item()
            for ours, theirs in zip(by_hand, gradients, strict=True)]  # fmt: skip

    feature_map = torch.randn(1, 1, 6, 6, dtype=DOUBLE)
    winner = F.one_hot(feature_map.flatten().argmax(), 36).to(DOUBLE)
    cell = nn.LSTM(4, 8, dtype=DOUBLE)
    same, states = torch.randn(4, dtype=DOUBLE), torch.randn(2, 8, dtype=DOUBLE).tanh()
    from_input, from_state, *biases = list(cell.parameters())
    gates = (from_input @ same + sum(biases) + states @ from_state.T).sigmoid()  # (2, 32), the first 8 the input gate
    measured = {
        "written-is-read": (asked @ after - add).norm() / add.norm(),
        "others-stay": changes.max(),
        "gradients-flow": torch.tensor(max(gaps)),
        "max-is-one-hot": (F.max_pool2d(feature_map, 6).flatten() - winner @ feature_map.flatten()).abs().max(),
        "gates-see-input-only": (gates[0, :8] - gates[1, :8]).abs().mean(),
    }
    return {claim: float(value) for claim, value in measured.items()}, sharp, asked


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    made = seeds.each(lambda: facts(config))
    _, sharp, asked = made[0]
    yield Figure("Weights of a writing, and of the reading after it", "heat",
                 {"values": [sharp.tolist(), asked.tolist()], "y": ["write", "read"]}, "slot")  # fmt: skip
    rows = [[slot, [weights[slot].item() for _, weights, _ in made], [read[slot].item() for _, _, read in made]]
            for slot in range(config.slots)]  # fmt: skip
    yield Table("One memory", ["slot", "written with", "read with"], rows)
    for claim in CLAIMS:
        yield Measured(claim.id, [measured[claim.id] for measured, _, _ in made])
