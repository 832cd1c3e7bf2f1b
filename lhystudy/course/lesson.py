"""The course as its lists know it: units, lessons with their headers, routes. What a lesson holds is in `parts`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from lhystudy.entries import ContentError, Fault
from lhystudy.errors import MissingError, nearest
from lhystudy.words import Lang, Text, say

LANGUAGES: tuple[Lang, ...] = ("zh", "en")
FILES = ("zh.md", "en.md", "quiz.yaml", "derive.yaml", "questions.yaml")
Pace = Literal["must", "skim"]
First = Literal["text", "derivations"]


@dataclass(frozen=True)
class Header:
    """The front matter of a lesson's text in one language."""

    title: str
    summary: str
    minutes: int
    needs: tuple[str, ...]
    lectures: tuple[str, ...]
    terms: Mapping[str, str]  # a word as the text uses it -> what it means


@dataclass(frozen=True)
class Lesson:
    """A lesson as the list of lessons knows it; `number` is its place in the course."""

    id: str
    number: int
    unit: str
    folder: Path
    root: Path  # of the content; nothing outside it is read
    headers: Mapping[Lang, Header]

    @property
    def title(self) -> Text:
        return Text(self.headers["en"].title, self.headers["zh"].title)

    @property
    def summary(self) -> Text:
        return Text(self.headers["en"].summary, self.headers["zh"].summary)

    @property
    def minutes(self) -> int:
        return self.headers["en"].minutes

    @property
    def needs(self) -> tuple[str, ...]:
        return self.headers["en"].needs


@dataclass(frozen=True)
class Unit:
    id: str
    title: Text
    lessons: tuple[Lesson, ...]


@dataclass(frozen=True)
class Stop:
    """A lesson on a route. `title` names it also where the lesson is still to come."""

    lesson: str
    title: Text
    pace: Pace


@dataclass(frozen=True)
class Route:
    """An order of lessons. `first` says what of a lesson is taken up first: its text or its derivations."""

    id: str
    title: Text
    note: Text
    stops: tuple[Stop, ...]
    optional: tuple[Stop, ...]
    first: First = "text"


@dataclass(frozen=True)
class Course:
    """Every lesson whose header can be read, in order. `faults` says what is wrong with the rest."""

    root: Path
    units: tuple[Unit, ...]
    routes: tuple[Route, ...]
    faults: tuple[Fault, ...] = ()

    @property
    def lessons(self) -> tuple[Lesson, ...]:
        return tuple(lesson for unit in self.units for lesson in unit.lessons)

    def lesson(self, id: str) -> Lesson:  # noqa: A002
        """The lesson with this id or number. Raises MissingError with the nearest id, or the faults of its header."""
        for lesson in self.lessons:
            if id in (lesson.id, str(lesson.number)):
                return lesson
        broken = [fault for fault in self.faults if f"-{id}/" in fault.file]
        if broken:
            raise ContentError(broken)
        for stop in (stop for route in self.routes for stop in (*route.stops, *route.optional)):
            if stop.lesson == id:
                title = stop.title.said()
                raise MissingError(say(f'the lesson "{title}" is still to come', f"“{title}”这一课还没有写好"))
        near = nearest(id, [lesson.id for lesson in self.lessons])
        raise MissingError(
            say(f'there is no lesson "{id}"', f"没有名为“{id}”的课"),
            hint=say(f'did you mean "{near}"?', f"是不是“{near}”？") if near else "lhystudy list",
        )

    def route(self, id: str) -> Route:  # noqa: A002
        """The route with this id. Raises MissingError with the nearest id."""
        for route in self.routes:
            if route.id == id:
                return route
        near = nearest(id, [route.id for route in self.routes])
        raise MissingError(
            say(f'there is no route "{id}"', f"没有名为“{id}”的路线"),
            hint=say(f'did you mean "{near}"?', f"是不是“{near}”？") if near else "lhystudy list routes",
        )
