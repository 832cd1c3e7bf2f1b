"""Writes small experiments of a learner's own and runs them in real workers."""

from pathlib import Path
from textwrap import indent

from lhystudy.lab.events import ClaimResult, Event, Result, to_line
from lhystudy.lab.host import Run
from lhystudy.lab.request import Request

HEAD = '''"""An experiment of a test.

测试用的实验。

lesson: backprop
quick: steps=2
"""

import os
import random
import sys
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch import nn

from lhystudy.lab.declare import Claim, param
from lhystudy.lab.events import Event, Figure, Log, Measured, Metric, Progress, Table
from lhystudy.lab.seeds import Seeds, clip_gradients, cross_entropy


@dataclass(frozen=True)
class Config:
    steps: int = param(5, 1, 1_000_000_000, en="steps", zh="步数")
    rate: float = param(0.5, 0.0, 1.0, en="rate", zh="学习率")
    kind: str = param("mean", choices=("mean", "sum"), en="kind", zh="种类")
    loud: bool = param(False, en="loud", zh="响亮")


CLAIMS = (
    Claim("big", ">", 0.5, en="it is big", zh="它很大", quantity_en="size", quantity_zh="大小"),
)


def run(config: Config, seeds: Seeds) -> Iterator[Event]:
'''


def write_experiment(folder: Path, body: str, name: str = "mine.py") -> Path:
    """A file whose `run` has this body."""
    file = folder / name
    file.write_text(HEAD + indent(body.strip("\n"), "    ") + "\n", encoding="utf-8")
    return file


def events_of(request: Request) -> list[Event]:
    """All events of a run in a real worker."""
    with Run(request) as run:
        return [moment.event for moment in run.moments()]


def run_body(folder: Path, body: str, seeds: tuple[int, ...] = (0,), **params: object) -> list[Event]:
    """All events of a small experiment."""
    return events_of(Request(str(write_experiment(folder, body)), dict(params), seeds=seeds, device="cpu"))


def result_of(events: list[Event]) -> Result:
    """The last event, which must be the result."""
    assert isinstance(events[-1], Result)
    return events[-1]


def claim_of(events: list[Event]) -> ClaimResult:
    """The one verdict of a run."""
    (claim,) = [event for event in events if isinstance(event, ClaimResult)]
    return claim


def lines_of(events: list[Event]) -> list[str]:
    """What the events say, without the time that the run took."""
    return [to_line(event, 0.0) for event in events if not isinstance(event, Result)]
