"""The words of the course and what they mean."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from lhystudy.course.lesson import Course, Lesson
from lhystudy.draw.cells import Row, Run
from lhystudy.draw.prose import prose
from lhystudy.tui.dialog import Dialog, closing_words
from lhystudy.tui.widgets.rows import RowsView
from lhystudy.words import language, say

WIDTH = 68


def term_rows(course: Course, lesson: Lesson) -> list[Row]:
    """The lesson's own terms first, then those of the others, each with its meaning."""
    rows: list[Row] = []
    for one in (lesson, *(other for other in course.lessons if other.id != lesson.id)):
        terms = one.headers[language()].terms
        if terms:
            rows += [(Run(f"{one.number} {one.title.said()}", "heading"),), ()]
        for word in sorted(terms, key=str.lower):
            rows.append((Run(word, "strong"),))
            rows += [(Run("  "), *row) for row in prose(terms[word], WIDTH - 2)]
        if terms:
            rows.append(())
    return rows


class Terms(Dialog[None]):
    """Closed by Escape, k, or a click beside it."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("k,q", "dismiss(None)", "close|关闭")]
    CSS = """
    Terms RowsView { width: 74; max-width: 96%; height: 90%; border: round $accent; padding: 0 1;
        background: $surface; }
    """

    def __init__(self, course: Course, lesson: Lesson) -> None:
        super().__init__()
        self.course, self.lesson = course, lesson

    def compose(self) -> ComposeResult:
        view = RowsView(term_rows(self.course, self.lesson))
        view.border_title, view.border_subtitle = say("terms", "术语"), closing_words()
        yield view
