"""The course as data: units, lessons, the blocks of their texts, derivations, questions, misconceptions, routes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from lhystudy.entries import ContentError, Fault
from lhystudy.errors import MissingError, nearest
from lhystudy.words import Lang, Text, say

if TYPE_CHECKING:
    from lhystudy.quiz.item import Item

LANGUAGES: tuple[Lang, ...] = ("zh", "en")
FILES = ("zh.md", "en.md", "quiz.yaml", "derive.yaml", "questions.yaml")
Pace = Literal["must", "skim"]


# ---- the text of a lesson ------------------------------------------------------------------------


@dataclass(frozen=True)
class Block:
    """A piece of a text. `line` is where it begins in its file, `under` the id of the heading that it stands under."""

    line: int
    under: str


@dataclass(frozen=True)
class Heading(Block):
    """`under` is its own id."""

    level: Literal[2, 3]
    text: str

    @property
    def id(self) -> str:
        return self.under


@dataclass(frozen=True)
class Prose(Block):
    """A paragraph, a list, a table or a block of code, as Markdown."""

    text: str


@dataclass(frozen=True)
class Formula(Block):
    """A displayed formula that no machine checks, and why not."""

    latex: str
    unchecked: str


@dataclass(frozen=True)
class Check(Block):
    """A displayed formula that the checker proves: lines of the derivation language with their places in the file."""

    id: str
    lines: tuple[tuple[int, str], ...]

    @property
    def text(self) -> str:
        return "\n".join(line for _, line in self.lines)


@dataclass(frozen=True)
class ExperimentCard(Block):
    name: str
    settings: Mapping[str, str]
    text: str


@dataclass(frozen=True)
class DeriveCard(Block):
    id: str
    text: str


@dataclass(frozen=True)
class QuizCard(Block):
    items: tuple[str, ...]


@dataclass(frozen=True)
class QuestionCard(Block):
    id: str


@dataclass(frozen=True)
class MisconceptionCard(Block):
    id: str


@dataclass(frozen=True)
class Header:
    """The front matter of a lesson's text in one language."""

    title: str
    summary: str
    minutes: int
    needs: tuple[str, ...]
    lectures: tuple[str, ...]
    terms: Mapping[str, str]  # a word as the text uses it -> what it means


# ---- derivations, questions, misconceptions ------------------------------------------------------


@dataclass(frozen=True)
class ModelStep:
    file_line: int
    line: str
    rule: Text


@dataclass(frozen=True)
class WrongLine:
    """A line that learners write in place of model line `at` (from 1)."""

    file_line: int
    id: str
    at: int
    line: str
    mistake: str
    flaw: Text


@dataclass(frozen=True)
class OtherRoute:
    title: Text
    model: tuple[ModelStep, ...]


@dataclass(frozen=True)
class Derivation:
    id: str
    line: int
    heading: str
    title: Text
    intro: Text
    let: tuple[str, ...]
    given: tuple[str, ...]
    goal: str
    model: tuple[ModelStep, ...]
    other: OtherRoute | None
    blanks: tuple[tuple[int, ...], ...]  # stage by stage, the model lines (from 1) that the learner fills in
    hints: tuple[Text, ...]
    wrong: tuple[WrongLine, ...]

    @property
    def preamble(self) -> tuple[str, ...]:
        """The `let`, `given` and `goal` lines, as the derivation language writes them."""
        goal = (f"goal {self.goal}",) if self.goal else ()
        return (*(f"let {line}" for line in self.let), *(f"given {line}" for line in self.given), *goal)

    def with_wrong(self, wrong: WrongLine) -> tuple[str, ...]:
        """The model's lines with the wrong one put in."""
        lines = [step.line for step in self.model]
        lines[wrong.at - 1] = wrong.line
        return tuple(lines)


@dataclass(frozen=True)
class Question:
    """What a learner asked, and the answer. Evidence names places: experiment:lstm-demo#lstm-beats-rnn."""

    id: str
    line: int
    heading: str
    ask: Text
    answer: Text
    evidence: tuple[str, ...]


@dataclass(frozen=True)
class Misconception:
    """What people hold, what is right, and why people think so."""

    id: str
    line: int
    heading: str
    claim: Text
    correct: Text
    why: Text
    evidence: tuple[str, ...]


# ---- lessons, units, routes ----------------------------------------------------------------------


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
class Material:
    """All that a lesson's folder holds."""

    lesson: Lesson
    blocks: Mapping[Lang, tuple[Block, ...]]
    items: tuple[Item, ...]
    derivations: tuple[Derivation, ...]
    questions: tuple[Question, ...]
    misconceptions: tuple[Misconception, ...]

    def headings(self, lang: Lang) -> tuple[Heading, ...]:
        return tuple(block for block in self.blocks[lang] if isinstance(block, Heading))

    def heading(self, id: str, lang: Lang) -> Heading | None:  # noqa: A002
        return next((heading for heading in self.headings(lang) if heading.id == id), None)

    def item(self, id: str) -> Item | None:  # noqa: A002
        return next((item for item in self.items if item.id == id), None)

    def derivation(self, id: str) -> Derivation | None:  # noqa: A002
        return next((derivation for derivation in self.derivations if derivation.id == id), None)

    def question(self, id: str) -> Question | None:  # noqa: A002
        return next((question for question in self.questions if question.id == id), None)

    def misconception(self, id: str) -> Misconception | None:  # noqa: A002
        return next((misconception for misconception in self.misconceptions if misconception.id == id), None)


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
    id: str
    title: Text
    note: Text
    stops: tuple[Stop, ...]
    optional: tuple[Stop, ...]


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
