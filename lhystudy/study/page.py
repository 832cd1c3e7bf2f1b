"""A lesson's text laid out as rows for any width: prose, formulas in two dimensions, cards; the same in both faces."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from lhystudy.course.parts import (
    Block,
    Check,
    DeriveCard,
    ExperimentCard,
    Formula,
    Heading,
    Material,
    MisconceptionCard,
    Prose,
    QuestionCard,
    QuizCard,
)
from lhystudy.draw.cells import Block as DrawnBlock
from lhystudy.draw.cells import Role, Row, Run
from lhystudy.draw.maths import formula
from lhystudy.draw.prose import prose
from lhystudy.draw.width import block_width, clip_row, pad_row, row_width
from lhystudy.draw.wrap import wrap
from lhystudy.errors import StudyError
from lhystudy.lab import catalogue
from lhystudy.study.reading import latex_of_lines
from lhystudy.words import Lang

MEASURE = 80  # cells of a card; a line of prose is a little shorter


@dataclass(frozen=True)
class Part:
    """A card on the page: rows `first` to `end` (excluded). `target` is its kind and name: experiment:lstm-demo."""

    first: int
    end: int
    target: str


@dataclass(frozen=True)
class Page:
    rows: tuple[Row, ...]
    parts: tuple[Part, ...]
    starts: tuple[int, ...]  # the row at which each block of the text begins
    headings: tuple[tuple[int, str, str], ...]  # row, id, text
    places: tuple[str, ...]  # of each block: its heading's id, or heading id/number for what stands under it

    def block_at(self, row: int) -> int:
        """The number of the block that a row belongs to."""
        return max(0, sum(start <= row for start in self.starts) - 1)


@dataclass(frozen=True)
class State:
    """What the learner did: a mark for each card that has one, and the answers that lie open."""

    marks: Mapping[str, tuple[str, Role]] = field(default_factory=dict)  # target -> ("✓ done", "good")
    opened: frozenset[str] = frozenset()
    notes: Mapping[str, Sequence[tuple[str, str]]] = field(default_factory=dict)  # place -> (note or doubt, text)


@lru_cache(maxsize=2048)
def set_prose(text: str, width: int, terms: frozenset[str] = frozenset()) -> tuple[Row, ...]:
    """Markdown as rows, kept: a page is laid out anew whenever a card opens or the window changes."""
    return tuple(prose(text, width, terms))


@lru_cache(maxsize=1024)
def set_formula(latex: str, width: int) -> DrawnBlock:
    """A formula as rows, kept."""
    return formula(latex, width)


def lay_out(material: Material, lang: Lang, width: int, state: State | None = None) -> Page:
    """The lesson in one language, its lines at most `width` cells and never wider than is read with ease."""
    layout = _Layout(material, lang, min(width, MEASURE), state or State())
    for block in material.blocks[lang]:
        layout.add(block)
    return Page(
        tuple(layout.rows), tuple(layout.parts), tuple(layout.starts), tuple(layout.headings), tuple(layout.places)
    )


def plain(material: Material, lang: Lang, width: int, at: str = "") -> list[Row]:
    """The lesson for a pipe or a pager, every answer open: its title and the page, or the page from heading `at` on."""
    header = material.lesson.headers[lang]
    targets = {f"question:{one.id}" for one in material.questions}
    targets |= {f"misconception:{one.id}" for one in material.misconceptions}
    page = lay_out(material, lang, width, State(opened=frozenset(targets)))
    if at:
        first = next((row for row, name, _ in page.headings if name == at), 0)
        return list(page.rows[first:])
    title: list[Row] = [
        (Run(f"{material.lesson.number} {header.title}", "heading"),),
        *prose(header.summary, width),
        (),
    ]
    return [*title, *page.rows]


class _Layout:
    """Rows as they grow, block by block."""

    def __init__(self, material: Material, lang: Lang, width: int, state: State) -> None:
        self.material, self.lang, self.width, self.state = material, lang, width, state
        self.rows: list[Row] = []
        self.parts: list[Part] = []
        self.starts: list[int] = []
        self.headings: list[tuple[int, str, str]] = []
        self.places: list[str] = []
        self.terms = set(material.lesson.headers[lang].terms)  # those that the text has not named yet

    def page(self) -> Page:
        """What was laid out."""
        return Page(tuple(self.rows), tuple(self.parts), tuple(self.starts), tuple(self.headings), tuple(self.places))

    def said(self, en: str, zh: str) -> str:
        """In the language of the text, which need not be the interface's."""
        return zh if self.lang == "zh" else en

    def add(self, block: Block) -> None:
        self.starts.append(len(self.rows))
        under = sum(place.partition("/")[0] == block.under for place in self.places)
        self.places.append(f"{block.under}/{under}" if under else block.under)
        match block:
            case Heading():
                self.headings.append((len(self.rows), block.id, block.text))
                title = set_prose(block.text, self.width)
                self.rows += [tuple(Run(run.text, run.role or "heading") for run in row) for row in title]
            case Prose():
                new = frozenset(term for term in self.terms if term.lower() in block.text.lower())
                self.terms -= new
                self.rows += set_prose(block.text, self.width, new)
            case Formula():
                self.display([block.latex], proved=False)
            case Check():
                self.display(latex_of_lines(tuple(line for _, line in block.lines), self.lang), proved=True)
            case _:
                self.card(block)
        self.notes(self.places[-1])
        self.rows.append(())

    def notes(self, place: str) -> None:
        """What the learner wrote down on this section or paragraph."""
        for kind, text in self.state.notes.get(place, ()):
            sign = Run("? ", "unsure") if kind == "doubt" else Run("✎ ", "due")
            for n, row in enumerate(wrap((Run(text.replace("\n", " "), "emphasis"),), self.width - 2)):
                self.rows.append((sign if n == 0 else Run("  "), *row))

    def display(self, latex: Sequence[str], proved: bool) -> None:
        """Formulas on rows of their own, in the middle; a proved one says so at its right where there is room."""
        for n, one in enumerate(latex):
            block = set_formula(one, self.width - 4)
            indent = Run(" " * max(2, (self.width - block_width(block)) // 2))
            for k, row in enumerate(block.rows):
                line: Row = (indent, *row)
                seal = "✓" if proved and n == len(latex) - 1 and k == block.baseline else ""
                if seal and row_width(line) + 3 <= self.width:
                    line = (*pad_row(line, self.width - 2), Run(seal, "good"))
                self.rows.append(line)

    def card(self, block: Block) -> None:
        """A box whose upper edge says what it is and what the learner did with it."""
        match block:
            case ExperimentCard(name=name, text=text):
                self.box(
                    f"experiment:{name}", self.said("experiment", "实验"), name, [self.experiment_title(name), text]
                )
            case DeriveCard(id=name, text=text):
                derivation = self.material.derivation(name)
                title = derivation.title.in_language(self.lang) if derivation else name
                intro = derivation.intro.in_language(self.lang) if derivation else ""
                self.box(f"derive:{name}", self.said("derivation", "推导"), title, [text or intro])
            case QuizCard(items=items):
                found = [item for item in map(self.material.item, items) if item is not None]
                many = "" if len(found) == 1 else "s"
                count = self.said(f"{len(found)} question{many}", f"{len(found)} 题")
                asks = [item.draw(0).ask.in_language(self.lang) for item in found[:1]]
                self.box(f"quiz:{','.join(items)}", self.said("quiz", "小测"), count, asks)
            case QuestionCard(id=name):
                self.question(name)
            case MisconceptionCard(id=name):
                self.misconception(name)

    def question(self, name: str) -> None:
        question, target = self.material.question(name), f"question:{name}"
        if question is not None:
            texts = [question.ask.in_language(self.lang)]
            if target in self.state.opened:
                texts.append(question.answer.in_language(self.lang))
            self.box(target, self.said("question", "疑问"), "" if len(texts) > 1 else "⏎", texts)

    def misconception(self, name: str) -> None:
        found, target = self.material.misconception(name), f"misconception:{name}"
        if found is not None:
            texts = [f"“{found.claim.in_language(self.lang)}”"]
            if target in self.state.opened:
                texts += [found.correct.in_language(self.lang), found.why.in_language(self.lang)]
            self.box(target, self.said("is this so?", "真的吗？"), "" if len(texts) > 1 else "⏎", texts)

    def experiment_title(self, name: str) -> str:
        try:
            card = catalogue.named(name)
        except StudyError:
            return ""
        return self.said(card.title_en, card.title_zh)

    def box(self, target: str, kind: str, title: str, texts: list[str]) -> None:
        first, inner = len(self.rows), self.width - 4
        mark, role = self.state.marks.get(target, ("", ""))
        head: Row = (Run("╭ ", "dim"), Run(kind, "accent"), Run(f" · {title} " if title else " ", "strong"))
        tail: Row = (Run(f" {mark} " if mark else "", role), Run("─╮", "dim"))
        head = clip_row(head, self.width - row_width(tail))
        self.rows.append((*head, Run("─" * (self.width - row_width(head) - row_width(tail)), "dim"), *tail))
        for n, text in enumerate(text for text in texts if text):
            if n:
                self.rows.append((Run("│", "dim"), Run(" " * (inner + 2)), Run("│", "dim")))
            for row in set_prose(text, inner):
                self.rows.append((Run("│ ", "dim"), *pad_row(clip_row(row, inner), inner), Run(" │", "dim")))
        self.rows.append((Run("╰" + "─" * (self.width - 2) + "╯", "dim"),))
        self.parts.append(Part(first, len(self.rows), target))
