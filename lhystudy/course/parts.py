"""What a lesson's folder holds, as data: the blocks of its texts, derivations, questions, misconceptions.

Apart from `lesson`, since lists of lessons and the app's first screen do without.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from lhystudy.words import Lang, Text

if TYPE_CHECKING:
    from lhystudy.course.lesson import Lesson
    from lhystudy.quiz.item import Item


# ---- the text ------------------------------------------------------------------------------------


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
