"""The outline of the course: its lessons in a tree, and the sections of the one that is open."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual.binding import Binding, BindingType
from textual.widgets import Tree

from lhystudy.draw.prose import prose
from lhystudy.draw.width import text_of
from lhystudy.words import language

if TYPE_CHECKING:
    from lhystudy.course.lesson import Course
    from lhystudy.course.parts import Material
    from lhystudy.store.lessons import Reading


def plain_text(markdown: str) -> str:
    """A heading's words without their marks, its formulas on one line."""
    return "".join(text_of(row) for row in prose(markdown, 200))


class CourseTree(Tree[str]):
    """A sign says what is read and what is begun; where there is little room it lies over the text."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "screen.tree", "to the text|回到正文")]
    DEFAULT_CSS = """
    CourseTree { width: 34; height: 1fr; border-right: solid $border-blurred; background: $surface;
        scrollbar-size: 1 1; overflow-x: hidden; }
    CourseTree.-over { layer: above; dock: left; width: 100%; border-right: none; }
    """

    def __init__(self) -> None:
        super().__init__("")
        self.show_root = False
        self.guide_depth = 2

    def show(self, course: Course, readings: Mapping[str, Reading], opened: Material | None) -> None:
        """Units and lessons, and the sections of the lesson that is open."""
        self.clear()
        for unit in course.units:
            if not unit.lessons:
                continue
            branch = self.root.add(unit.title.said(), expand=True)
            for lesson in unit.lessons:
                reading = readings.get(lesson.id)
                sign = "✓" if reading and reading.done else "•" if reading else " "
                label = f"{sign} {lesson.number} {lesson.title.said()}"
                if opened is None or lesson.id != opened.lesson.id:
                    branch.add_leaf(label, data=lesson.id)
                    continue
                here = branch.add(Text(label, "bold"), data=lesson.id, expand=True)
                seen = reading.seen if reading else ()
                for heading in opened.headings(language()):
                    title = plain_text(heading.text)
                    here.add_leaf(f"{'✓' if heading.id in seen else ' '} {title}", data=f"{lesson.id}#{heading.id}")

    def mark(self, opened: Material | None) -> None:
        """Puts the cursor on the lesson that is open."""
        for branch in self.root.children:
            for node in branch.children:
                if opened is not None and node.data == opened.lesson.id:
                    self.move_cursor(node)
