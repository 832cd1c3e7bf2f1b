"""What stands where in a course, found by a glance at the files' lines: fast enough for every command.

The audit proves that the glance and the full reading agree.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from lhystudy.course.lesson import Course, Lesson
from lhystudy.entries import Source

_ENTRY = re.compile(r"^( *)- (?:\{ *)?id: *['\"]?([\w.-]+)", re.MULTILINE)
_HEADING = re.compile(r"^#{2,3} .*\{#([a-z0-9-]+)\}\s*$", re.MULTILINE)


@dataclass(frozen=True)
class Contents:
    """The ids that a lesson's files hold, in their order."""

    headings: tuple[str, ...]
    items: tuple[str, ...]
    derivations: tuple[str, ...]
    questions: tuple[str, ...]  # and misconceptions


def contents(lesson: Lesson) -> Contents:
    """The ids in a lesson's files; empty for a file that cannot be read."""
    return Contents(
        headings=tuple(_HEADING.findall(_text(lesson, "en.md"))),
        items=_ids(_text(lesson, "quiz.yaml")),
        derivations=_ids(_text(lesson, "derive.yaml")),
        questions=_ids(_text(lesson, "questions.yaml")),
    )


def lesson_of_items(course: Course) -> dict[str, str]:
    """The lesson of each quiz item."""
    return {item: lesson.id for lesson in course.lessons for item in _ids(_text(lesson, "quiz.yaml"))}


def lesson_of_derivations(course: Course) -> dict[str, str]:
    """The lesson of each derivation."""
    return {name: lesson.id for lesson in course.lessons for name in _ids(_text(lesson, "derive.yaml"))}


def _ids(text: str) -> tuple[str, ...]:
    """The ids of the entries at the outermost depth at which entries stand."""
    found = [(len(spaces), name) for spaces, name in _ENTRY.findall(text)]
    outermost = min((depth for depth, _ in found), default=0)
    return tuple(name for depth, name in found if depth == outermost)


def _text(lesson: Lesson, name: str) -> str:
    path: Path = lesson.folder / name
    return Source(path, lesson.root, []).read() or ""
