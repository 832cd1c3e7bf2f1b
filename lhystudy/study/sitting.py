"""A quiz that was left half done: kept as plain data, and taken up again."""

from __future__ import annotations

from functools import cache
from typing import Any

from lhystudy.course.index import lesson_of_items
from lhystudy.course.lesson import Course
from lhystudy.course.load import read_lesson
from lhystudy.quiz.session import Asked, Session


def to_json(session: Session) -> dict[str, Any]:
    """What is still to be asked, with the seeds of its numbers. The answers given are kept as reviews already."""
    waiting = [{"item": one.item.id, "seed": one.seed, "again": one.again} for one in session.waiting]
    return {"waiting": waiting, "repeats": session.repeats}


def from_json(document: Any, course: Course) -> Session | None:
    """The session of what was still to be asked; None where nothing is left. Items that are gone are left out."""
    if not isinstance(document, dict):
        return None
    there = lesson_of_items(course)
    open_lesson = cache(lambda lesson: read_lesson(course.lesson(lesson))[0])
    asked = []
    for one in document.get("waiting", []):
        name = one.get("item", "")
        item = open_lesson(there[name]).item(name) if name in there else None
        if item is not None:
            asked.append(Asked(item, int(one.get("seed", 0)), bool(one.get("again"))))
    return Session(tuple(asked), repeats=bool(document.get("repeats"))) if asked else None
