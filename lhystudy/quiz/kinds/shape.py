"""The shape of a tensor, typed."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any, Self

from lhystudy.entries import Entry
from lhystudy.quiz.forms import Form, Grade, Judge, TypeLine
from lhystudy.quiz.item import Item, Slip, common_fields, load_slips
from lhystudy.quiz.template import Numbers, fill
from lhystudy.words import say


@dataclass(frozen=True, kw_only=True)
class Shape(Item):
    answer: str
    wrong: tuple[Slip, ...]

    def filled(self, numbers: Numbers) -> Self:
        return replace(
            super().filled(numbers),
            answer=fill(self.answer, numbers),
            wrong=tuple(replace(slip.filled(numbers), answer=fill(slip.answer, numbers)) for slip in self.wrong),
        )

    def form(self) -> Form:
        return TypeLine(self.ask.said(), example="(3, 4)")

    def grade(self, response: Any, judge: Judge) -> Grade:
        typed = read_shape(response)
        if typed is None:
            return self.unreadable("write a shape, such as (32, 10)", "请写一个形状，例如 (32, 10)")
        right = typed == read_shape(self.answer)
        slip = None if right else next((s for s in self.wrong if typed == read_shape(s.answer)), None)
        otherwise = say(f"not {show_shape(typed)}", f"不是 {show_shape(typed)}")
        return Grade(
            right=right,
            share=float(right),
            feedback="" if right else slip.feedback.said() if slip else otherwise,
            explain=self.explain.said(),
            solution=show_shape(read_shape(self.answer) or ()),
            misconception=slip.misconception if slip else "",
        )

    def right_response(self) -> str:
        return self.answer

    def wrong_responses(self) -> list[Any]:
        return [slip.answer for slip in self.wrong]


_PUNCTUATION = str.maketrans("（）［］，、×０１２３４５６７８９", "()[],,,0123456789")
_TIMES = re.compile(r"(?<=\d)\s*(?:[xX]|by|乘以?)\s*(?=\d)")
_SIZE = re.compile(r"-?\w+(?:\s*[-+*/]\s*\w+)*")


def read_shape(response: Any) -> tuple[str, ...] | None:
    """The sizes in order, as texts: `(32, 10)`, `[32,10]`, `32 by 10`, `torch.Size([32, 10])`; None when it is none."""
    if not isinstance(response, str) or len(response) > 200:
        return None
    text = response.translate(_PUNCTUATION).strip()
    text = re.sub(r"^torch\.Size\((.*)\)$", r"\1", text).strip()
    text = _TIMES.sub(",", text)
    bracketed = re.fullmatch(r"\((.*)\)|\[(.*)\]", text)
    inside = (bracketed[1] if bracketed[1] is not None else bracketed[2]) if bracketed else text
    sizes = [size.strip() for size in inside.split(",")]
    if sizes and not sizes[-1]:
        sizes.pop()  # (32,) as Python writes it; () is a scalar
    if not sizes and not bracketed:
        return None
    if not all(_SIZE.fullmatch(size) for size in sizes):
        return None
    return tuple(str(int(size)) if size.isdecimal() else re.sub(r"\s+", "", size) for size in sizes)


def show_shape(sizes: tuple[str, ...]) -> str:
    """A shape as Python writes it."""
    return f"({sizes[0]},)" if len(sizes) == 1 else f"({', '.join(sizes)})"


def load(entry: Entry) -> Shape:
    answer = entry.word("answer")
    slips = load_slips(entry)
    fields = common_fields(entry, "answer", "wrong")
    if not fields["template"]:
        for text in (answer, *(slip.answer for slip in slips)):
            if read_shape(text) is None:
                entry.fault(f'"{text}" is no shape', "answer")
    return Shape(**fields, answer=answer, wrong=slips)
