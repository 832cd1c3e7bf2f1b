"""The lines of a derivation as a whole: what stands before them, how their letters are taken, what they amount to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from time import perf_counter
from typing import Any

from lhystudy.checker.deciding.decide import Decision
from lhystudy.checker.meaning.setting import Setting
from lhystudy.checker.problem import Problem
from lhystudy.checker.reading.steps import letters_taken
from lhystudy.checker.standing import Standing
from lhystudy.checker.verdict import ACCEPTED, LineVerdict, Status
from lhystudy.words import say

MOST_LINES = 5_000  # of one text that are looked at


def begun_with(lines: Sequence[str]) -> Standing:
    """What the first of the lines builds on: nothing but the letters that the lines take as steps."""
    return Standing(Setting(Problem(steps=letters_taken(lines))))


def lines_before(derivation: Mapping[str, Any]) -> list[str]:
    lines = [f"let {line}" for line in derivation.get("let") or ()]
    lines += [f"given {line}" for line in derivation.get("given") or ()]
    return lines + ([f"goal {derivation['goal']}"] if derivation.get("goal") else [])


def status_of(verdicts: Sequence[LineVerdict], standing: Standing) -> Status:
    found = {line.verdict for line in verdicts}
    if "refuted" in found:
        return "wrong"
    if "unreadable" in found:
        return "unreadable"
    shown = any(verdict in ACCEPTED for verdict in found)
    done = standing.reached if standing.goals else shown
    return "complete" if done and "undecided" not in found else "incomplete"


def elapsed(begun: float) -> float:
    return round((perf_counter() - begun) * 1000, 2)


def one_too_many(n: int, line: str) -> LineVerdict:
    """What is said of the first line that is not looked at."""
    note = say(f"only the first {MOST_LINES} lines are read", f"只读前 {MOST_LINES} 行")
    return LineVerdict(n, line[:100], "step", "unreadable", note=note, column=1)


def failure(fault: Exception) -> str:
    """What is said of a line on which the checker itself went wrong."""
    name = type(fault).__name__
    return say(f"the checker failed on this line ({name})", f"检查这一行时程序出错（{name}）")


def outcome(decision: Decision) -> dict[str, Any]:
    """What a decision says of a line."""
    return {"verdict": decision.verdict, "counterexample": decision.counterexample}
