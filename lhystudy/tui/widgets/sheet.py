"""The sheet of the workbench: an editor with the verdict of each line in its gutter."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from rich.segment import Segment
from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.reactive import reactive
from textual.strip import Strip
from textual.widget import Widget
from textual.widgets import TextArea

from lhystudy.checker.verdict import LineVerdict
from lhystudy.draw.width import clip
from lhystudy.study.telling import SIGNS, short_word
from lhystudy.tui.look import style_of
from lhystudy.tui.symbols import completion

WORST = ("unreadable", "refuted", "undecided", "agrees", "proved", None)


def worst(verdicts: list[LineVerdict]) -> LineVerdict:
    """Of a chain's relations, the one to look at first."""
    return min(verdicts, key=lambda one: WORST.index(one.verdict))


class Gutter(Widget):
    """Line numbers and verdicts, row for row beside the editor; a line being judged shows a dot."""

    DEFAULT_CSS = "Gutter { width: 6; height: 1fr; background: $surface; }"
    top: reactive[int] = reactive(0)

    def __init__(self) -> None:
        super().__init__()
        self.verdicts: Mapping[int, LineVerdict] = {}
        self.pending: frozenset[int] = frozenset()
        self.lines = 1

    def render_line(self, y: int) -> Strip:
        ground = self.rich_style
        n = self.top + y + 1
        if n > self.lines:
            return Strip.blank(self.size.width, ground)
        dark = self.app.current_theme.dark
        judged = self.verdicts.get(n)
        if n in self.pending:
            sign, style = "…", style_of("dim", dark)
        elif judged is None:
            sign, style = " ", style_of("dim", dark)
        else:
            sign, style = SIGNS[judged.verdict].text, style_of(SIGNS[judged.verdict].role, dark)
        number = Segment(f"{n:>3} ", ground + style_of("dim", dark))
        return Strip([number, Segment(sign + " ", ground + style)]).adjust_cell_length(self.size.width, ground)


class Remarks(Widget):
    """In a word what is known of each line, row for row beside the editor."""

    DEFAULT_CSS = "Remarks { width: 17; height: 1fr; background: $surface; padding: 0 1; }"
    top: reactive[int] = reactive(0)

    def __init__(self) -> None:
        super().__init__()
        self.verdicts: Mapping[int, LineVerdict] = {}

    def render_line(self, y: int) -> Strip:
        ground, width = self.rich_style, self.size.width
        judged = self.verdicts.get(self.top + y + 1)
        if judged is None or y >= self.size.height:
            return Strip.blank(width, ground)
        style = style_of(SIGNS[judged.verdict].role, self.app.current_theme.dark)
        return Strip([Segment(clip(short_word(judged), width), ground + style)]).adjust_cell_length(width, ground)


class Editor(TextArea):
    """Plain text, a statement a line; Tab turns \\alpha into α."""

    DEFAULT_CSS = """
    Editor { border: none; padding: 0; background: $surface; scrollbar-size: 1 1; }
    Editor:focus { border: none; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "screen.leave_editor", "leave|离开"),
        Binding("tab", "complete", "\\\\name → symbol|\\\\名称 → 符号", show=False),
    ]

    async def _on_key(self, event: events.Key) -> None:
        """Does what an editing key is bound to here and now: left to bubble up, it could come after later letters."""
        bound = self._bindings.key_to_bindings.get(event.key)
        if bound and not event.is_printable:
            event.stop()
            event.prevent_default()
            await self.app.run_action(bound[0].action, self)

    def action_complete(self) -> None:
        """Turns the \\name before the cursor into its symbol; where there is none, moves the focus on."""
        row, column = self.cursor_location
        found = completion(self.document.get_line(row)[:column])
        if found is None:
            self.screen.focus_next()
        else:
            length, symbol = found
            self.replace(symbol, (row, column - length), (row, column))


class Sheet(Horizontal):
    """The gutter and the editor, scrolled together."""

    DEFAULT_CSS = "Sheet { height: 1fr; min-height: 4; }"

    def compose(self) -> ComposeResult:
        yield Gutter()
        yield Editor(soft_wrap=False, show_line_numbers=False, tab_behavior="focus", compact=True)
        yield Remarks()

    def on_mount(self) -> None:
        self.watch(self.editor, "scroll_y", self._follow, init=False)

    def _follow(self) -> None:
        self.margin_signs.top = self.query_one(Remarks).top = round(self.editor.scroll_y)

    @property
    def margin_signs(self) -> Gutter:
        return self.query_one(Gutter)

    @property
    def editor(self) -> Editor:
        return self.query_one(Editor)

    def count_lines(self) -> None:
        """Numbers as many lines as the text has now."""
        self.margin_signs.lines = self.editor.document.line_count
        self.margin_signs.refresh()

    def refresh_words(self) -> None:
        """Says the words beside the lines in the language now in use, where there is room for them."""
        remarks = self.query_one(Remarks)
        remarks.display = self.size.width >= 56
        remarks.styles.width = 17 if self.size.width < 90 else 26
        remarks.refresh()

    def show_verdicts(self, verdicts: Mapping[int, LineVerdict], pending: frozenset[int] = frozenset()) -> None:
        """Puts the verdicts beside their lines; `pending` lines are still being judged."""
        gutter = self.margin_signs
        gutter.verdicts, gutter.pending = verdicts, pending
        gutter.lines = self.editor.document.line_count
        gutter.refresh()
        remarks = self.query_one(Remarks)
        remarks.verdicts = verdicts
        remarks.refresh()
