"""Mistakes of type and shape that torch refuses, each with what torch says and the repair.

torch 会拒绝的类型错误与形状错误：它怎么说，怎么改。

Each line of code is run as it is shown, on random numbers.

lesson: pytorch
quick: rows=3
"""

from collections.abc import Iterator
from dataclasses import dataclass
from textwrap import shorten
from typing import Any

import torch
from torch import nn
from torch.nn import functional

from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Measured, Table
from lhystudy.lab.seeds import Seeds


@dataclass(frozen=True)
class Config:
    rows: int = param(4, 2, 100, en="rows of the batch", zh="一批有几行")


CLAIMS = (
    Claim("mistakes-are-told", ">=", 1.0,
          en="each of these mistakes raises an error", zh="这些错误每一个都会报错",
          quantity_en="share that raise", quantity_zh="报错的比例"),
    Claim("repairs-run", ">=", 1.0,
          en="each repair runs", zh="每一个改法都能运行",
          quantity_en="share that run", quantity_zh="能运行的比例"),
    Claim("small-t-keeps-integers", ">=", 1.0,
          en="torch.tensor([1]) is int64, torch.Tensor([1]) is float32",
          zh="torch.tensor([1]) 是 int64，torch.Tensor([1]) 是 float32",
          quantity_en="share of the two that are so", quantity_zh="两者中成立的比例"),
    Claim("class-labels-must-be-int64", "<=", 1.0,
          en="cross entropy takes class labels of one type only, int64", zh="交叉熵只接受一种类型的类别标签：int64",
          quantity_en="types accepted, of int64, uint8, int32 and float32",
          quantity_zh="int64、uint8、int32、float32 中被接受的个数"),
    Claim("labels-are-never-floats", "<=", 0.0,
          en="labels can never be floating point", zh="标签不能是浮点数",
          quantity_en="float targets accepted: probabilities (N, C), BCE, MSE",
          quantity_zh="被接受的浮点目标：概率 (N, C)、BCE、MSE"),
)  # fmt: skip

ZH = {
    "Mistake, what torch says, repair": "错误、torch 的话、改法", "line by line": "逐行", "Targets": "目标",
    "loss and target": "损失与目标", "accepted": "是否接受",
}  # fmt: skip

MISTAKES = {  # the mistake: its repair
    "cross_entropy(logits, labels.int())": "cross_entropy(logits, labels.long())",
    "cross_entropy(logits, labels + 3)": "cross_entropy(logits, labels)",
    "cross_entropy(logits, labels[:, None])": "cross_entropy(logits, labels[:, None].squeeze(1))",
    "bce(logits[:, 0], labels)": "bce(logits[:, 0], labels.float())",
    "layer(torch.from_numpy(array))": "layer(torch.from_numpy(array).float())",
    "layer(logits.T)": "layer(logits)",
    "labels.mean()": "labels.float().mean()",
    "logits.sum().backward()": "logits.clone().requires_grad_().sum().backward()",
    "layer(logits).backward()": "layer(logits).sum().backward()",
    "[loss.backward() for loss in [layer(logits).sum()] * 2]": "[layer(logits).sum().backward() for _ in range(2)]",
    "layer(logits).numpy()": "layer(logits).detach().numpy()",
}
TARGETS = (
    *(f"cross_entropy(logits, labels.to(torch.{name}))" for name in ("int64", "uint8", "int32", "float32")),
    "cross_entropy(logits, logits.softmax(1))",
    *(f"{loss}(logits[:, 0], labels.to(torch.{name}))" for loss in ("bce", "mse") for name in ("int64", "float32")),
)


def told(code: str, names: dict[str, Any]) -> str:
    """How the error that the code raises begins, empty where it runs."""
    try:
        eval(code, names)
    except (RuntimeError, ValueError, IndexError) as error:
        return shorten(str(error).split(". ")[0], 72, placeholder=" ...")
    return ""


def scene(rows: int) -> dict[str, Any]:
    """What the lines of code name, drawn under one seed's chance."""
    logits = torch.randn(rows, 3)
    return {
        "torch": torch,
        "cross_entropy": functional.cross_entropy,
        "bce": functional.binary_cross_entropy_with_logits,
        "mse": functional.mse_loss,
        "logits": logits,
        "labels": torch.randint(2, (rows,)),
        "array": logits.double().numpy(),
        "layer": nn.Linear(3, 2),
    }


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
    scenes = seeds.each(lambda: scene(config.rows))
    lines = []
    for mistake, repair in MISTAKES.items():
        lines += [["x  " + mistake], ["   " + told(mistake, scenes[0])], ["ok " + repair]]
    yield Table("Mistake, what torch says, repair", ["line by line"], lines)
    yield Measured(
        "mistakes-are-told", [sum(bool(told(m, names)) for m in MISTAKES) / len(MISTAKES) for names in scenes]
    )
    yield Measured(
        "repairs-run", [sum(not told(r, names) for r in MISTAKES.values()) / len(MISTAKES) for names in scenes]
    )

    runs = {code: [float(not told(code, names)) for names in scenes] for code in TARGETS}
    yield Table("Targets", ["loss and target", "accepted"], [[code, share] for code, share in runs.items()])
    kinds = torch.tensor([1]).dtype == torch.int64, torch.Tensor([1]).dtype == torch.float32
    yield Measured("small-t-keeps-integers", sum(kinds) / 2)
    labels, floats = TARGETS[:4], (TARGETS[4], *TARGETS[6::2])
    yield Measured("class-labels-must-be-int64", [sum(each) for each in zip(*map(runs.get, labels), strict=True)])
    yield Measured("labels-are-never-floats", [sum(each) for each in zip(*map(runs.get, floats), strict=True)])
