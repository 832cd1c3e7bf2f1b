"""The course: its lessons in a tree, and the one that is being read, with its cards in the flow of the text."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.widgets import Tree

from lhystudy.course.lesson import Lesson, Material
from lhystudy.draw.cells import Role
from lhystudy.errors import StudyError
from lhystudy.store import attempts, reviews, runs
from lhystudy.store import lessons as lesson_table
from lhystudy.store.lessons import Reading
from lhystudy.study.page import Page, State, lay_out
from lhystudy.tui.desk_app import desk_of
from lhystudy.tui.place import Place
from lhystudy.tui.widgets.rows import RowsView, Spot
from lhystudy.words import language, say

WIDE = 104  # columns from which the tree stays beside the text


class CourseTree(Tree[str]):
    DEFAULT_CSS = """
    CourseTree { width: 34; height: 1fr; border-right: solid $border-blurred; background: $surface;
        scrollbar-size: 1 1; overflow-x: hidden; }
    """


class Course(Place):
    """A lesson fills the screen; `o` brings the tree."""

    HELP_TEXT = (
        "Read with the arrow keys, n and b go from section to section, Tab from card to card, and Enter opens a card: "
        "an experiment, a derivation, a quiz, a question. o shows the lessons, L the other language at this paragraph.",
        "用方向键阅读，n 和 b 切换小节，Tab 在卡片间移动，回车打开卡片：实验、推导、小测或疑问。"
        "o 显示课程目录，L 在同一段切换语言。",
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "section(1)", "next section|下一节"),
        Binding("b", "section(-1)", "back|上一节"),
        Binding("o", "tree", "lessons|目录"),
        Binding("m", "note", "note|笔记"),
        Binding("q", "quiz", "quiz|小测"),
        Binding("space", "page", "page down|下一页", show=False),
        Binding("L", "app.switch_language", "中文|English"),
    ]
    CSS = """
    #page { padding: 0 2; }
    """

    def __init__(self) -> None:
        super().__init__()
        self.material: Material | None = None
        self.page: Page | None = None
        self.opened: set[str] = set()

    def compose_place(self) -> ComposeResult:
        with Horizontal():
            yield CourseTree("")
            yield RowsView(id="page")

    def on_mount(self) -> None:
        tree = self.query_one(CourseTree)
        tree.show_root = False
        tree.guide_depth = 2
        tree.display = False
        self.watch(self.query_one("#page", RowsView), "scroll_y", self.follow_reading, init=False)

    def on_screen_resume(self) -> None:
        desk = desk_of(self)
        lessons = desk.course.lessons
        wanted = str(desk.setting("lesson", lessons[0].id if lessons else ""))
        heading = str(desk.setting("heading", ""))
        desk.keep("heading", "")
        self.show_tree()
        if heading or self.material is None or self.material.lesson.id != wanted:
            self.open(wanted, heading)
        else:
            self.show_page()
        self.query_one("#page", RowsView).focus()

    def on_resize(self) -> None:
        self.query_one(CourseTree).display = self.size.width >= WIDE
        self.call_after_refresh(self.show_page)

    # ---- the tree ----

    def show_tree(self) -> None:
        """Units and lessons; a sign says which are read and which are begun."""
        desk, tree = desk_of(self), self.query_one(CourseTree)
        readings = lesson_table.everything(desk.store)
        tree.clear()
        for unit in desk.course.units:
            branch = tree.root.add(unit.title.said(), expand=True)
            for lesson in unit.lessons:
                reading = readings.get(lesson.id)
                sign = "✓" if reading and reading.done else "•" if reading else " "
                branch.add_leaf(f"{sign} {lesson.number} {lesson.title.said()}", data=lesson.id)

    def action_tree(self) -> None:
        """Shows the tree and goes there; from there, back to the text."""
        tree, page = self.query_one(CourseTree), self.query_one("#page", RowsView)
        if tree.display and tree.has_focus:
            tree.display = self.size.width >= WIDE
            page.focus()
        else:
            tree.display = True
            tree.focus()
        self.call_after_refresh(self.show_page)

    @on(Tree.NodeSelected)
    def choose_lesson(self, event: Tree.NodeSelected[str]) -> None:
        if event.node.data:
            self.query_one(CourseTree).display = self.size.width >= WIDE
            self.open(event.node.data)
            self.query_one("#page", RowsView).focus()

    # ---- the text ----

    def open(self, name: str, heading: str = "") -> None:
        """Opens a lesson where it was left, or at a heading."""
        desk = desk_of(self)
        try:
            self.material = desk.material(name)
        except StudyError as error:
            self.notify(str(error), severity="error")
            return
        desk.keep("lesson", self.material.lesson.id)
        self.opened = set()
        reading = self.reading(self.material.lesson)
        lesson_table.put(desk.store, reading)
        self.query_one("#page", RowsView).current = None
        self.show_page()
        self.call_after_refresh(self.go_to_block, reading.place, heading)

    def reading(self, lesson: Lesson) -> Reading:
        """Where the learner stands in the lesson; a new reading begins now."""
        kept = lesson_table.get(desk_of(self).store, lesson.id)
        return kept or Reading(lesson=lesson.id, opened=datetime.now(UTC))

    def go_to_block(self, block: int, heading: str = "") -> None:
        if self.page is None:
            return
        row = self.page.starts[min(block, len(self.page.starts) - 1)] if self.page.starts else 0
        for at, name, _ in self.page.headings:
            row = at if name == heading else row
        self.query_one("#page", RowsView).scroll_to(y=row, animate=False, force=True)

    def show_page(self) -> None:
        """Lays the text out for the width that there is."""
        view = self.query_one("#page", RowsView)
        width = view.content_size.width - 1
        if self.material is None or width < 20:
            return
        marks = self.marks(self.material)
        self.page = lay_out(self.material, language(), width, State(marks, frozenset(self.opened)))
        view.show(self.page.rows, [Spot(part.first, part.end, part.target) for part in self.page.parts])
        self.show_where()

    def marks(self, material: Material) -> dict[str, tuple[str, Role]]:
        """What was done with each card of the lesson."""
        store = desk_of(self).store
        marks: dict[str, tuple[str, Role]] = {}
        for derivation in material.derivations:
            last = attempts.last(store, derivation.id)
            if last is not None:
                done: tuple[str, Role] = (
                    ("✓", "good") if last.status == "complete" else (say("begun", "已开始"), "unsure")
                )
                marks[f"derive:{derivation.id}"] = done
        asked = {review.item: review.correct for review in reviews.everything(store)}
        ran = {run.experiment for run in runs.recent(store, limit=500)}
        for block in material.blocks[language()]:
            items = getattr(block, "items", ())
            if items and all(asked.get(item) for item in items):
                marks[f"quiz:{','.join(items)}"] = ("✓", "good")
            name = getattr(block, "name", "")
            if name in ran:
                marks[f"experiment:{name}"] = (say("run", "已运行"), "good")
        return marks

    def change_language(self) -> None:
        """The other language at the same paragraph: both texts have the same blocks in the same order."""
        block = self.block_at_top()
        self.show_tree()
        self.show_page()
        self.go_to_block(block)

    def block_at_top(self) -> int:
        """The number of the block that the topmost row belongs to."""
        if self.page is None:
            return 0
        top = self.query_one("#page", RowsView).scroll_offset.y
        return max(0, sum(start <= top for start in self.page.starts) - 1)

    def show_where(self) -> None:
        if self.page is None or self.material is None:
            return
        view = self.query_one("#page", RowsView)
        top = view.scroll_offset.y
        number = sum(row <= top for row, _, _ in self.page.headings)
        share = min(1.0, (top + view.size.height) / max(1, len(self.page.rows)))
        title = f"{self.material.lesson.number} {self.material.lesson.title.said()}"
        self.say_where(title, f"§ {max(1, number)}/{len(self.page.headings)} · {share:.0%} · {language()}")

    def follow_reading(self) -> None:
        """Keeps the place, and which sections were read to their end."""
        if self.page is None or self.material is None:
            return
        self.show_where()
        view, desk = self.query_one("#page", RowsView), desk_of(self)
        bottom = view.scroll_offset.y + view.size.height
        ends = [row for row, _, _ in self.page.headings[1:]] + [len(self.page.rows) - 1]
        read = {name for (_, name, _), end in zip(self.page.headings, ends, strict=True) if end <= bottom}
        reading = self.reading(self.material.lesson)
        seen = tuple(dict.fromkeys((*reading.seen, *(name for _, name, _ in self.page.headings if name in read))))
        done = reading.done or (datetime.now(UTC) if len(seen) == len(self.page.headings) else None)
        place = self.block_at_top()
        if (place, seen) != (reading.place, reading.seen):
            lesson_table.put(desk.store, replace(reading, place=place, seen=seen, done=done))

    def action_section(self, step: int) -> None:
        if self.page is None:
            return
        top = self.query_one("#page", RowsView).scroll_offset.y
        rows = [row for row, _, _ in self.page.headings]
        ahead = [row for row in rows if row > top] if step > 0 else [row for row in reversed(rows) if row < top]
        if ahead:
            self.query_one("#page", RowsView).scroll_to(y=ahead[0], animate=False, force=True)

    def action_page(self) -> None:
        self.query_one("#page", RowsView).scroll_page_down(animate=False)

    # ---- the cards ----

    @on(RowsView.Chosen)
    def open_card(self, message: RowsView.Chosen) -> None:
        kind, _, name = message.target.partition(":")
        desk = desk_of(self)
        match kind:
            case "experiment":
                desk.keep("experiment", name)
                self.go("lab")
            case "derive":
                desk.keep("derivation", name)
                self.go("workbench")
            case "quiz":
                desk.keep("quiz", f"items:{name}")
                self.go("quiz")
            case _:
                self.opened ^= {message.target}
                self.show_page()

    def go(self, place: str) -> None:
        self.app.action_go(place)  # type: ignore[attr-defined]

    def action_quiz(self) -> None:
        """A quiz on this lesson."""
        if self.material is not None:
            desk_of(self).keep("quiz", f"lesson:{self.material.lesson.id}")
            self.go("quiz")

    def action_note(self) -> None:
        """A note, or a doubt, on the paragraph at the top."""
        from lhystudy.tui.screens.note import TakeNote

        if self.material is None or self.page is None:
            return
        top = self.query_one("#page", RowsView).scroll_offset.y
        here = [name for row, name, _ in self.page.headings if row <= top]
        self.app.push_screen(TakeNote(self.material.lesson.id, here[-1] if here else ""))
