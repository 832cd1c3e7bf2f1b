"""An expression, typed in the derivation language and compared by the checker."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any, Self

from lhystudy.checker.verdict import ACCEPTED
from lhystudy.entries import Entry
from lhystudy.quiz.forms import Form, Grade, Judge, TypeFormula
from lhystudy.quiz.item import Item, Slip, common_fields, load_slips
from lhystudy.quiz.template import Numbers, fill
from lhystudy.words import say


@dataclass(frozen=True, kw_only=True)
class Symbolic(Item):
    answer: str
    let: tuple[str, ...]
    given: tuple[str, ...]
    wrong: tuple[Slip, ...]

    def filled(self, numbers: Numbers) -> Self:
        return replace(
            super().filled(numbers),
            answer=fill(self.answer, numbers),
            let=tuple(fill(line, numbers) for line in self.let),
            given=tuple(fill(line, numbers) for line in self.given),
            wrong=tuple(replace(slip.filled(numbers), answer=fill(slip.answer, numbers)) for slip in self.wrong),
        )

    @property
    def context(self) -> tuple[str, ...]:
        """The lines that set the scene."""
        return (*(f"let {line}" for line in self.let), *(f"given {line}" for line in self.given))

    def form(self) -> Form:
        return TypeFormula(self.ask.said(), _names(self.let))

    def grade(self, response: Any, judge: Judge) -> Grade:
        if not isinstance(response, str) or not response.strip():
            return self.unreadable("write an expression", "请写一个式子")
        if _is_equation(response):
            return self.unreadable("write the expression alone, without an equals sign", "只写式子本身，不要写等号")
        if _only_restates(response, self.answer, self.given):
            return self.unreadable("this restates what is asked; work it out", "这只是把问题重写了一遍，请把它算出来")
        found = judge(response, self.answer, self.context)
        if found.verdict == "unreadable":
            note = found.note or say("this cannot be read", "读不懂这个式子")
            return self.unreadable(note, note)
        if found.verdict == "undecided":
            return self.unreadable(
                "this could be neither proved nor refuted in time; try writing it more simply",
                "规定时间内既证不出也驳不倒，请换一种更简单的写法",
            )
        right = found.verdict in ACCEPTED
        slip = None if right else self._slip(response, judge)
        return Grade(
            right=right,
            share=float(right),
            feedback="" if right else slip.feedback.said() if slip else _difference(found),
            explain=self.explain.said(),
            solution=self.answer,
            misconception=slip.misconception if slip else "",
        )

    def _slip(self, typed: str, judge: Judge) -> Slip | None:
        return next((s for s in self.wrong if judge(typed, s.answer, self.context).verdict in ACCEPTED), None)

    def right_response(self) -> str:
        return self.answer

    def wrong_responses(self) -> list[Any]:
        return [slip.answer for slip in self.wrong]


_DERIVATIVE = re.compile(
    r"(?:\bd|∂|\\partial\s?)\s*\S*\s*/\s*\(?\s*(?:d|∂|\\partial)|∂|∇|\\nabla|\\partial|\bgrad_|\bhess_"
)
_NAME = re.compile(r"\s*([^\W\d_]\w*'*)")
_EQUALS = re.compile(r"(?<![<>!])[=＝]")
_GROUP = re.compile(r"[(\[{][^()\[\]{}]*[)\]}]")


def _is_equation(typed: str) -> bool:
    """Whether it is `y = 2 x`: an equals sign outside of brackets and in no condition (`1 if i = j else 0`)."""
    found = 1
    while found:
        typed, found = _GROUP.subn("", typed)
    return bool(_EQUALS.search(typed.partition(" if ")[0]))


def _only_restates(typed: str, answer: str, given: tuple[str, ...]) -> bool:
    """Whether the typed expression is a derivative left standing, or the bare name of what the givens define."""
    if _DERIVATIVE.search(typed) and not _DERIVATIVE.search(answer):
        return True
    bare = typed.strip()
    defined = {line.partition("=")[0].strip() for line in given}
    return bare in defined and bare != answer.strip()


def _names(let: tuple[str, ...]) -> tuple[str, ...]:
    """The names that the `let` lines declare."""
    parts = [part for line in let for part in line.partition(":")[0].split(",")]
    return tuple(found[1] for part in parts if (found := _NAME.match(part)))


def _difference(found: Any) -> str:
    """Where the typed expression and the right one differ, in numbers."""
    if not (example := found.counterexample):
        return str(found.note) or say("not equal to the answer", "与答案不相等")
    point = ", ".join(f"{name} = {value}" for name, value in example.point.items())
    if not point:
        return say(
            f"yours is {example.left}, the answer {example.right}", f"你的是 {example.left}，答案是 {example.right}"
        )
    return say(
        f"at {point} yours is {example.left}, the answer {example.right}",
        f"在 {point} 处，你的是 {example.left}，答案是 {example.right}",
    )


def load(entry: Entry) -> Symbolic:
    return Symbolic(
        **common_fields(entry, "answer", "let", "given", "wrong"),
        answer=entry.word("answer"),
        let=entry.words("let", optional=True),
        given=entry.words("given", optional=True),
        wrong=load_slips(entry),
    )
