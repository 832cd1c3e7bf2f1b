"""The course: its lessons in a tree, and the one that is being read, with its cards in the flow of the text."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.geometry import Region
from textual.widgets import Tree

from lhystudy.course.lesson import Lesson
from lhystudy.course.load import read_lesson
from lhystudy.course.parts import Material
from lhystudy.draw.cells import Role, Row, Run
from lhystudy.draw.width import text_of
from lhystudy.entries import ContentError, Fault
from lhystudy.errors import StudyError
from lhystudy.store import attempts, reviews, runs
from lhystudy.store import lessons as lesson_table
from lhystudy.store import notes as note_table
from lhystudy.store.lessons import Reading
from lhystudy.store.notes import Note
from lhystudy.study import notes
from lhystudy.study.page import Page, State, lay_out
from lhystudy.tui.desk_app import desk_of
from lhystudy.tui.place import Place
from lhystudy.tui.widgets.outline import CourseTree, plain_text
from lhystudy.tui.widgets.rows import RowsView, Spot
from lhystudy.words import language, say

WIDE = 104  # columns from which the tree stays beside the text
MARGIN = 2  # cells at the left of the text, for marks


def read_faults(lesson: Lesson) -> list[Fault]:
    """What is wrong with a lesson's files."""
    return read_lesson(lesson)[1]


def written(mine: list[Note]) -> dict[str, list[tuple[str, str]]]:
    """The notes and open doubts among the learner's own of a lesson, by the place that they stand under."""
    found: dict[str, list[tuple[str, str]]] = {}
    for note in mine:
        if note.resolved is None and note.kind != "highlight":
            found.setdefault(note.place, []).append((note.kind, note.text))
    return found


class Course(Place):
    """A lesson fills the screen; `o` brings the tree."""

    HELP_TEXT = (
        "Read with the arrow keys, n and b go from section to section, Tab from card to card, and Enter opens a card: "
        "an experiment, a derivation, a quiz, a question. A click, or . and , choose a paragraph: h highlights it, m "
        "takes a note on it. o shows the lessons and the sections of this one, k its terms, L is the other language "
        "at this paragraph.",
        "用方向键阅读，n 和 b 切换小节，Tab 在卡片间移动，回车打开卡片：实验、推导、小测或疑问。"
        "点击或用 . 和 , 选中一段：h 划线，m 在这段上记笔记。o 显示各课和本课小节，k 查术语，L 在同一段切换语言。",
    )
    CHOOSER = "tree"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "section(1)", "next section|下一节"),
        Binding("b", "section(-1)", "back|上一节"),
        Binding("o", "tree", "outline|目录"),
        Binding("k", "terms", "terms|术语"),
        Binding("m", "note", "note|笔记"),
        Binding("h", "highlight", "highlight|划线"),
        Binding("full_stop", "paragraph(1)", "next paragraph|下一段", show=False, key_display="."),
        Binding("comma", "paragraph(-1)", "paragraph before|上一段", show=False, key_display=","),
        Binding("q", "quiz", "quiz|小测"),
        Binding("space", "page", "page down|下一页", show=False),
    ]
    CSS = """
    Course { layers: default above; }
    #page { padding: 0 2 0 0; }
    """

    def __init__(self) -> None:
        super().__init__()
        self.material: Material | None = None
        self.page: Page | None = None
        self.opened: set[str] = set()
        self.chosen: int | None = None  # the block that notes and highlights go to
        self.faults: list[Fault] = []

    def compose_place(self) -> ComposeResult:
        with Horizontal():
            yield CourseTree()
            yield RowsView(id="page")

    def on_mount(self) -> None:
        self.query_one(CourseTree).display = False
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
            self.show_again()
        self.query_one("#page", RowsView).focus()

    def on_resize(self) -> None:
        tree, wide = self.query_one(CourseTree), self.size.width >= WIDE
        tree.display = wide
        tree.set_class(not wide, "-over")
        self.call_after_refresh(self.show_again)

    # ---- the tree ----

    def show_tree(self) -> None:
        """The lessons, and the sections of the one that is open."""
        desk = desk_of(self)
        self.query_one(CourseTree).show(desk.course, lesson_table.everything(desk.store), self.material)

    def action_tree(self) -> None:
        """Shows the tree and goes there; from there, back to the text."""
        tree, page = self.query_one(CourseTree), self.query_one("#page", RowsView)
        if tree.display and tree.has_focus:
            tree.display = self.size.width >= WIDE
            page.focus()
        else:
            self.show_tree()
            tree.display = True
            tree.focus()
            self.call_after_refresh(tree.mark, self.material)
        self.call_after_refresh(self.show_again)

    @on(Tree.NodeSelected)
    def choose_lesson(self, event: Tree.NodeSelected[str]) -> None:
        if event.node.data:
            lesson, _, heading = event.node.data.partition("#")
            self.query_one(CourseTree).display = self.size.width >= WIDE
            self.query_one("#page", RowsView).focus()
            self.call_after_refresh(self.open, lesson, heading)

    # ---- the text ----

    def open(self, name: str, heading: str = "") -> None:
        """Opens a lesson where it was left, or at a heading."""
        desk = desk_of(self)
        try:
            lesson = desk.course.lesson(name)
        except StudyError as error:
            self.notify(str(error), severity="error")
            return
        self.material, self.faults = desk.readable(lesson), read_faults(lesson)
        if self.faults:
            self.notify(str(ContentError(self.faults)), severity="error", timeout=10)
        desk.keep("lesson", lesson.id)
        self.opened = {heading} if ":" in heading else set()
        self.chosen = None
        reading = self.reading(lesson)
        lesson_table.put(desk.store, reading)
        self.query_one("#page", RowsView).current = None
        self.show_tree()
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
        if heading in self.page.places:
            row = self.page.starts[self.page.places.index(heading)]
        view = self.query_one("#page", RowsView)
        for n, part in enumerate(self.page.parts):
            if part.target == heading:
                row, view.current = part.first, n
        view.scroll_to(y=row, animate=False, force=True, immediate=True)

    def show_again(self) -> None:
        """Lays the text out anew, at the paragraph where it stands."""
        block, old = self.block_at_top(), self.page
        self.show_page()
        if old is not None and self.page is not None and old.starts != self.page.starts:
            self.call_after_refresh(self.go_to_block, block)

    def show_page(self) -> None:
        """Lays the text out for the width that there is."""
        view = self.query_one("#page", RowsView)
        width = view.content_size.width - 1 - MARGIN
        if self.material is None or width < 20:
            return
        mine = [note for note in note_table.everything(desk_of(self).store) if note.lesson == self.material.lesson.id]
        state = State(self.marks(self.material), frozenset(self.opened), written(mine))
        self.page = lay_out(self.material, language(), width, state)
        spots = [Spot(part.first, part.end, part.target, MARGIN) for part in self.page.parts]
        highlighted = {note.place for note in mine if note.kind == "highlight"}
        view.show(self.with_margin(self.page, highlighted), spots)
        self.show_where()

    def with_margin(self, page: Page, highlighted: set[str]) -> list[Row]:
        """The rows with a margin at the left that marks the chosen block and the highlighted ones."""
        rows: list[Row] = []
        ends = (*page.starts[1:], len(page.rows))
        for n, (start, end) in enumerate(zip(page.starts, ends, strict=True)):
            marked = page.places[n] in highlighted
            role: Role = "accent" if n == self.chosen else "unsure" if marked else ""
            sign = ("█ " if marked else "▌ ") if n == self.chosen else "┃ " if marked else "  "
            for row in page.rows[start:end]:
                rows.append((Run(sign if row else "  ", role), *row))
        return rows

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
        return self.page.block_at(self.query_one("#page", RowsView).scroll_offset.y)

    def show_where(self) -> None:
        if self.page is None or self.material is None:
            return
        view = self.query_one("#page", RowsView)
        top = view.scroll_offset.y
        share = min(1.0, (top + view.size.height) / max(1, len(self.page.rows)))
        number = sum(row <= top or share == 1.0 for row, _, _ in self.page.headings)  # at the end: the last one
        title = f"{self.material.lesson.number} {self.material.lesson.title.said()}"
        if self.faults:
            title = say(f"! {len(self.faults)} faults · ", f"! {len(self.faults)} 处错误 · ") + title
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
        if message.target.startswith(("question:", "misconception:")):
            self.opened ^= {message.target}
            self.show_page()
        else:
            self.app.open_target(message.target)  # type: ignore[attr-defined]

    def go(self, place: str) -> None:
        self.app.action_go(place)  # type: ignore[attr-defined]

    def action_quiz(self) -> None:
        """A quiz on this lesson."""
        if self.material is not None:
            desk_of(self).keep("quiz", f"lesson:{self.material.lesson.id}")
            self.go("quiz")

    # ---- notes and highlights ----

    @on(RowsView.Touched)
    def choose_touched(self, message: RowsView.Touched) -> None:
        """A click on a paragraph chooses it; another click lets it go."""
        if self.page is not None:
            touched = self.page.block_at(message.row)
            self.chosen = None if touched == self.chosen else touched
            self.show_page()

    def action_paragraph(self, step: int) -> None:
        """Chooses the next block, or the one before, and keeps it on the screen."""
        if self.page is None:
            return
        first = self.block_at_top() if self.chosen is None else self.chosen + step
        self.chosen = min(max(first, 0), len(self.page.starts) - 1)
        self.show_page()
        start, end = self.page.starts[self.chosen], (*self.page.starts, len(self.page.rows))[self.chosen + 1]
        view = self.query_one("#page", RowsView)
        height = min(end - start, view.size.height)
        view.scroll_to_region(Region(0, start, 1, height), animate=False, force=True, immediate=True)

    def block_in_hand(self) -> int:
        """The block chosen, else the one at the top of the screen."""
        return self.block_at_top() if self.chosen is None else self.chosen

    def action_highlight(self) -> None:
        """Highlights the block in hand, or takes the highlight away."""
        if self.material is None or self.page is None:
            return
        block = self.block_in_hand()
        rows = self.page.rows[self.page.starts[block] :]
        text = next((text_of(row).strip() for row in rows if row), "…")
        place, lesson = self.page.places[block], self.material.lesson.id
        notes.highlight(desk_of(self).store, text, datetime.now(UTC), lesson, place)
        self.show_page()

    def action_note(self) -> None:
        """A note, or a doubt, on the block in hand."""
        from lhystudy.tui.screens.note import TakeNote

        if self.material is None or self.page is None:
            return
        place = self.page.places[self.block_in_hand()]
        title = next((text for _, name, text in self.page.headings if name == place.partition("/")[0]), "")
        self.app.push_screen(TakeNote(self.material.lesson.id, place, plain_text(title)), lambda _: self.show_page())

    def action_terms(self) -> None:
        """The terms of this lesson and their meaning, then those of the others."""
        from lhystudy.tui.screens.terms import Terms

        if self.material is not None:
            self.app.push_screen(Terms(desk_of(self).course, self.material.lesson))
