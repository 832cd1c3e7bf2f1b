"""A number, typed; right within a tolerance."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any, Self

from lhystudy.entries import Entry
from lhystudy.quiz.expression import ExpressionError, evaluate, names_in
from lhystudy.quiz.forms import Form, Grade, Judge, TypeNumber
from lhystudy.quiz.item import Item, Slip, common_fields, load_slips
from lhystudy.quiz.template import Numbers, shown_number
from lhystudy.words import say

ROUNDING = 1e-9  # relative; what binary fractions lose is no mistake of the learner's


@dataclass(frozen=True, kw_only=True)
class Numeric(Item):
    answer: str
    tolerance: float
    relative: float
    unit: str
    wrong: tuple[Slip, ...]

    def filled(self, numbers: Numbers) -> Self:
        return replace(
            super().filled(numbers),
            answer=repr(evaluate(self.answer, numbers)),
            wrong=tuple(
                replace(slip.filled(numbers), answer=repr(evaluate(slip.answer, numbers))) for slip in self.wrong
            ),
        )

    def form(self) -> Form:
        return TypeNumber(self.ask.said(), self.unit)

    def grade(self, response: Any, judge: Judge) -> Grade:
        typed = read_number(response, self.unit)
        if typed is None:
            return self.unreadable("write a number, such as 0.25, 1/4 or 1e-3", "请写一个数，例如 0.25、1/4 或 1e-3")
        value = evaluate(self.answer, {})
        right = self.near(typed, value)
        slip = None if right else next((s for s in self.wrong if self.near(typed, evaluate(s.answer, {}))), None)
        solution = f"{shown_number(float(f'{value:.6g}'))} {self.unit}".strip()
        otherwise = say(f"not {shown_number(typed)}", f"不是 {shown_number(typed)}")
        return Grade(
            right=right,
            share=float(right),
            feedback="" if right else slip.feedback.said() if slip else otherwise,
            explain=self.explain.said(),
            solution=solution,
            misconception=slip.misconception if slip else "",
        )

    def near(self, typed: float, value: float) -> bool:
        """Whether two numbers are the same within the item's tolerance."""
        return abs(typed - value) <= max(self.tolerance, self.relative * abs(value)) + ROUNDING * abs(value)

    def right_response(self) -> str:
        return self.answer

    def wrong_responses(self) -> list[Any]:
        return [slip.answer for slip in self.wrong]


_FULL_WIDTH = str.maketrans("０１２３４５６７８９．－−＋／（）＊×，", "0123456789.--+/()**,")
_THOUSANDS = re.compile(r"(?<![\d.])\d{1,3}(?:,\d{3})+(?![\d,])")


def read_number(response: Any, unit: str = "") -> float | None:
    """The number that was typed, as digits, a fraction, a percentage or plain arithmetic; None when it is none."""
    if isinstance(response, bool) or not isinstance(response, str | int | float):
        return None
    text = str(response).translate(_FULL_WIDTH).strip()
    if unit and text.lower().endswith(unit.lower()):
        text = text[: -len(unit)].strip()
    text = _THOUSANDS.sub(lambda found: found[0].replace(",", ""), text).replace("^", "**")
    percent = text.endswith(("%", "％")) and unit not in ("%", "％")
    text = text.rstrip("%％").strip()
    try:
        if names_in(text):
            return None
        return float(evaluate(text, {})) / (100 if percent else 1)
    except (ExpressionError, OverflowError):
        return None


def load(entry: Entry) -> Numeric:
    fields = common_fields(entry, "answer", "tolerance", "relative", "unit", "wrong")
    slips = load_slips(entry)
    known = {name for name, _ in fields["template"].draws}
    for expression in (entry.word("answer"), *(slip.answer for slip in slips)):
        try:
            unknown = sorted(names_in(expression) - known)
        except ExpressionError as error:
            entry.fault(f"`{expression}`: {error}", "answer")
            continue
        if unknown:
            entry.fault(f'`{expression}`: the template draws no number called "{unknown[0]}"', "answer")
    return Numeric(
        **fields,
        answer=entry.word("answer"),
        tolerance=entry.number("tolerance", 0.0),
        relative=entry.number("relative", 0.0),
        unit=entry.word("unit", ""),
        wrong=slips,
    )
