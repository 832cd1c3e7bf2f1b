"""Every judge on every labelled pair, in turn, so that a busy moment of the machine meets all of them."""

from __future__ import annotations

import statistics
from dataclasses import dataclass, field
from importlib.util import find_spec
from typing import Any

from benchmarks.checker.examples import rows
from benchmarks.checker.judges import SECONDS
from lhystudy.child import Child, ChildDied, ChildTimeout

START = 60.0  # seconds that a judge may take to start


@dataclass
class Judged:
    """One judge's answers."""

    name: str
    right: int = 0
    false_accepts: list[str] = field(default_factory=list)
    false_rejects: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    timed_out: list[str] = field(default_factory=list)
    ms: list[float] = field(default_factory=list)

    def take(self, row: dict[str, Any], answer: dict[str, Any] | None) -> None:
        """Counts an answer, None where the time was up."""
        self.ms.append(SECONDS * 1000 if answer is None else answer["ms"])
        if answer is None:
            self.timed_out.append(row["id"])
        elif answer["equal"] is None:
            self.refused.append(row["id"])
        elif answer["equal"] == row["equal"]:
            self.right += 1
        else:
            (self.false_accepts if answer["equal"] else self.false_rejects).append(row["id"])

    def line(self) -> str:
        wrong = f"{len(self.false_accepts):15}{len(self.false_rejects):15}"
        silent = f"{len(self.refused):10}{len(self.timed_out):10}"
        speed = f"{statistics.median(self.ms):12.2f}{percentile(self.ms, 95):12.2f}"
        return f"{self.name:14}{self.right / len(self.ms):10.1%}{wrong}{silent}{speed}"


def percentile(values: list[float], share: int) -> float:
    return statistics.quantiles(values, n=100, method="inclusive")[share - 1]


class Asked:
    """A judge's process, begun anew when it is killed."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.child: Child | None = None

    def answer(self, row: dict[str, Any]) -> dict[str, Any] | None:
        try:
            return self.started().ask(row, SECONDS)
        except ChildTimeout:
            self.child = None
            return None
        except ChildDied as death:
            self.child = None
            return {"equal": None, "ms": SECONDS * 1000, "why": death.stderr}

    def started(self) -> Child:
        if self.child is None:
            self.child = Child("benchmarks.checker.judges", self.name)
            if self.child.receive(START) is None:
                raise RuntimeError(f"{self.name} does not start: {self.child.stderr}")
        return self.child


def judged() -> list[Judged]:
    """The answers of every judge that is installed."""
    names = ["lhystudy", "sympy"]
    if find_spec("math_verify") is None:
        print("Math-Verify is not installed (pip install -e '.[bench]'), so it is left out.")
    else:
        names.append("math-verify")
    judges = [(Asked(name), Judged(name)) for name in names]
    for row in rows("pairs"):
        for asked, counted in judges:
            counted.take(row, asked.answer(row))
    for asked, _ in judges:
        if asked.child is not None:
            asked.child.stop(0.5)
    return [counted for _, counted in judges]


def report() -> bool:
    """Prints the table; whether our checker is right on every pair."""
    found = judged()
    print(f"{'':14}{'right':>10}{'false accepts':>15}{'false rejects':>15}{'refused':>10}{'time-outs':>10}", end="")
    print(f"{'median ms':>12}{'p95 ms':>12}")
    for each in found:
        print(each.line())
    for each in found[1:]:
        print(f"{each.name} accepts wrongly: {', '.join(each.false_accepts) or 'nothing'}")
    return found[0].right == len(found[0].ms)
