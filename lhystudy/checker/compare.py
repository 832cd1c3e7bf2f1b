"""Two expressions held against each other, as a step between them would be."""

from __future__ import annotations

from collections.abc import Sequence
from time import perf_counter

from lhystudy.checker.judge import judge_line, judge_relation
from lhystudy.checker.lines import begun_with, elapsed
from lhystudy.checker.nodes import Expr, Relation, Step
from lhystudy.checker.reading.latex import latex
from lhystudy.checker.reading.parse import read
from lhystudy.checker.reading.show import show
from lhystudy.checker.reading.unreadable import Unreadable
from lhystudy.checker.standing import Standing
from lhystudy.checker.verdict import Comparison
from lhystudy.words import say


def compare(a: str, b: str, givens: Sequence[str] = (), lets: Sequence[str] = (), seconds: float = 10.0) -> Comparison:
    """Whether two expressions are equal under the givens."""
    begun = perf_counter()
    lines = [*(f"let {line}" for line in lets), *(f"given {line}" for line in givens)]
    standing = begun_with([*lines, a, b])
    for line in lines:
        judged, standing = judge_line(0, line, standing, seconds)
        for verdict in judged:
            if verdict.verdict == "unreadable":
                return Comparison("unreadable", f"{line}: {verdict.note}", ms=elapsed(begun))
    return compared(a, b, standing, seconds, begun)


def compared(a: str, b: str, standing: Standing, seconds: float, begun: float) -> Comparison:
    sides: list[Expr] = []
    for text in (a, b):
        try:
            reading = read(text, standing.setting.problem, None)
        except Unreadable as fault:
            return Comparison("unreadable", f"{text}: {fault}", ms=elapsed(begun))
        statement = reading.statement
        if not isinstance(statement, Step) or statement.first is None or statement.relations:
            note = say(f"{text} is no expression", f"{text} 不是一个表达式")
            return Comparison("unreadable", note, ms=elapsed(begun))
        sides.append(statement.first)
    verdict = judge_relation(Relation("=", sides[0], sides[1]), f"{a} = {b}", standing, seconds)
    return Comparison(
        verdict.verdict or "undecided",
        verdict.note,
        verdict.counterexample,
        verdict.mistake,
        elapsed(begun),
        (show(sides[0]), show(sides[1])),
        (latex(sides[0]), latex(sides[1])),
    )
