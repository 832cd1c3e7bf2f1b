"""Lines that learners are known to write in one derivation: what its lesson says of them joins the checker's hints."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from lhystudy.checker.judge import TRIAL, judge_relation
from lhystudy.checker.nodes import Relation, Step
from lhystudy.checker.reading.parse import read
from lhystudy.checker.reading.unreadable import Unreadable
from lhystudy.checker.standing import Standing
from lhystudy.checker.verdict import ACCEPTED, WRONG, LineVerdict


@dataclass(frozen=True)
class KnownSlip:
    """A wrong line as the lesson has it, the name of its mistake, and what the lesson says of it."""

    line: str
    mistake: str
    say: str


def with_known_slip(
    judged: tuple[LineVerdict, ...], text: str, above: Standing, slips: Sequence[KnownSlip], seconds: float
) -> tuple[LineVerdict, ...]:
    """The verdicts on a line, with the lesson's words where it went wrong as a known line does."""
    if not slips or not any(one.verdict in WRONG for one in judged):
        return judged
    known = (slip for slip in slips if same_text(text, slip.line) or same_step(text, slip.line, above, seconds))
    slip = next(known, None)
    return judged if slip is None else tuple(told(one, slip) if one.verdict in WRONG else one for one in judged)


def told(verdict: LineVerdict, slip: KnownSlip) -> LineVerdict:
    """The verdict with the lesson's words after the hint that says where to look."""
    hints = (*verdict.hints[:1], slip.say, *verdict.hints[1:])
    return replace(verdict, mistake=slip.mistake, hint=hints[0], hints=hints)


def same_text(one: str, other: str) -> bool:
    return "".join(one.split()) == "".join(other.split())


def same_step(one: str, other: str, above: Standing, seconds: float) -> bool:
    """Whether both lines, read below the same lines, set equal sides against each other by the same signs."""
    relations = [relations_of(text, above) for text in (one, other)]
    if not all(relations) or len(relations[0]) != len(relations[1]):
        return False
    pairs = list(zip(*relations, strict=True))
    return all(a.sign == b.sign for a, b in pairs) and all(
        judge_relation(Relation("=", left, right), "", above, TRIAL * seconds).verdict in ACCEPTED
        for a, b in pairs
        for left, right in ((a.right, b.right), (a.left, b.left))
        if left != right
    )


def relations_of(text: str, above: Standing) -> tuple[Relation, ...]:
    """The relations of a step; none where it is no step."""
    try:
        statement = read(text, above.setting.problem, above.above).statement
    except Unreadable:
        return ()
    return statement.relations if isinstance(statement, Step) else ()
