"""A learner's quiz items as cards: a front, a back, and what is remembered of each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from html import escape
from types import SimpleNamespace
from typing import Any

from lhystudy.course.index import lesson_of_items
from lhystudy.course.lesson import Course
from lhystudy.course.load import read_lesson
from lhystudy.draw.html import html
from lhystudy.errors import MissingError, StudyError
from lhystudy.memory.schedule import Memory
from lhystudy.quiz.forms import Arrange, Form, PickMany, PickOne, TypeLine, TypeNumber
from lhystudy.quiz.item import Item
from lhystudy.quiz.kinds.find_the_wrong_line import FindTheWrongLine
from lhystudy.quiz.kinds.symbolic import Symbolic
from lhystudy.store.db import Database
from lhystudy.study.reading import latex_of_lines
from lhystudy.study.review import learned, unseen
from lhystudy.words import say


@dataclass(frozen=True)
class Card:
    """A card in HTML. `memory` is None for an item that was never asked."""

    item: str
    lesson: str
    front: str
    back: str
    memory: Memory | None


def cards_of(course: Course, database: Database, now: datetime) -> list[Card]:
    """The items that were asked, and those of what was read, in the order of the course.

    Raises MissingError when there are none.
    """
    known = learned(database, now)
    there = lesson_of_items(course)
    mine = known.memories.keys() | set(unseen(course, database, known))
    cards: list[Card] = []
    for lesson in course.lessons:
        if not any(there.get(name) == lesson.id for name in mine):
            continue
        for item in read_lesson(lesson)[0].items:
            if item.id in mine and (sides := _sides(item, known.times.get(item.id, 0))):
                cards.append(Card(item.id, lesson.id, *sides, known.memories.get(item.id)))
    if not cards:
        raise MissingError(
            say("there are no quiz items of yours yet", "还没有你的题目"),
            hint=say("read a lesson or take a quiz first", "请先读一课或做一次测验"),
        )
    return cards


def _sides(item: Item, seed: int) -> tuple[str, str] | None:
    """The front and the back with the numbers that a seed draws; None for an item that cannot be asked."""
    try:
        drawn = item.draw(seed)
    except StudyError:
        return None
    form = drawn.form()
    grade = drawn.grade(drawn.right_response(), _agree)
    lines = isinstance(drawn, FindTheWrongLine)  # of the derivation language, which is no Markdown
    further = [grade.feedback, grade.explain] if lines or not grade.explain else [grade.explain]
    back = [_solution(drawn, grade.solution), *(html(text) for text in dict.fromkeys(further) if text)]
    return html(form.ask) + _choices(form, lines), "\n".join(back)


def _solution(item: Item, solution: str) -> str:
    if isinstance(item, Symbolic):
        return html(f"${latex_of_lines((*item.context, solution))[-1]}$")
    is_text = isinstance(item.form(), PickOne | PickMany | Arrange) and not isinstance(item, FindTheWrongLine)
    return html(solution) if is_text else f"<p>{_code(solution)}</p>"


def _agree(typed: str, right: str, context: tuple[str, ...]) -> Any:
    """The judge of the item's own answer, for which no checker need be started."""
    return SimpleNamespace(verdict="proved", note="")


def _choices(form: Form, lines: bool) -> str:
    """What there is to choose from, or in what form the answer is given."""
    match form:
        case PickOne(choices=texts) | PickMany(choices=texts) | Arrange(steps=texts):
            shown = "".join(f"<li>{_code(text) if lines else html(text)}</li>" for text in texts)
            return f"{_task(form)}<ol>{shown}</ol>"
        case TypeNumber(unit=unit) if unit:
            return "<p>" + escape(say(f"in {unit}", f"单位：{unit}"), quote=False) + "</p>"
        case TypeLine(example=example) if example:
            return "<p>" + escape(say(f"for example {example}", f"例如 {example}"), quote=False) + "</p>"
        case _:
            return ""


def _task(form: Form) -> str:
    if isinstance(form, PickMany):
        return "<p>" + say("Choose all that hold.", "选出所有成立的。") + "</p>"
    if isinstance(form, Arrange):
        return "<p>" + say("Put the steps in order.", "给各步排好先后。") + "</p>"
    return ""


def _code(text: str) -> str:
    return f"<code>{escape(text, quote=False)}</code>"
