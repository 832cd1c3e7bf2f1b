"""Finds anything: lessons, sections, questions, misconceptions, derivations, experiments, notes, as one types."""

from __future__ import annotations

from typing import ClassVar

from rich.text import Text
from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.message import Message
from textual.widgets import Input, OptionList
from textual.widgets.option_list import Option
from textual.worker import get_current_worker

from lhystudy.draw.width import pad
from lhystudy.store.db import open_store
from lhystudy.study.search import Hit, search
from lhystudy.tui.desk_app import desk_of
from lhystudy.tui.dialog import Dialog, closing_words
from lhystudy.words import language, say


def kind_word(kind: str) -> str:
    words = {
        "lesson": say("lesson", "课"), "section": say("section", "小节"), "question": say("question", "疑问"),
        "misconception": say("misconception", "误区"), "derivation": say("derivation", "推导"),
        "experiment": say("experiment", "实验"), "note": say("note", "笔记"),
    }  # fmt: skip
    return words.get(kind, kind)


class Search(Dialog[Hit]):
    """Gives the hit that was chosen, or None."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "down", show=False, priority=True),
        Binding("up", "up", show=False, priority=True),
    ]
    CSS = """
    Search { align: center top; }
    Search Vertical { width: 76; max-width: 98%; height: auto; max-height: 90%; margin-top: 1; background: $surface;
        border: round $accent; }
    Search Input { border: none; padding: 0 1; background: $surface; }
    Search OptionList { border: none; height: auto; max-height: 16; background: $surface;
        text-wrap: nowrap; text-overflow: ellipsis; }
    """

    class Found(Message):
        def __init__(self, words: str, hits: list[Hit]) -> None:
            self.words = words
            self.hits = hits
            super().__init__()

    def __init__(self) -> None:
        super().__init__()
        self.hits: list[Hit] = []

    def compose(self) -> ComposeResult:
        with Vertical() as box:
            box.border_title = say("search", "搜索")
            box.border_subtitle = closing_words()
            hint = say("words in English or Chinese", "中文或英文关键词")
            yield Input(placeholder=hint, compact=True)
            yield OptionList(compact=True)

    @on(Input.Changed)
    def look(self, event: Input.Changed) -> None:
        self.find(event.value)

    @work(thread=True, exclusive=True)
    def find(self, words: str) -> None:
        with open_store(holding=True) as database:
            hits = search(desk_of(self).course, database, words, limit=14, typing=True)
        if not get_current_worker().is_cancelled:
            self.post_message(self.Found(words, hits))

    @on(Found)
    def show_hits(self, message: Found) -> None:
        if message.words != self.query_one(Input).value:
            return
        self.hits = message.hits
        options = self.query_one(OptionList)
        options.clear_options()
        for n, hit in enumerate(self.hits):
            kind = pad(kind_word(hit.entry.kind), 14 if language() == "en" else 6)
            line = Text.assemble((f" {kind}", "dim"), (hit.entry.title.said(), "bold"))
            line.append(f"  {hit.excerpt}", "dim")
            line.no_wrap, line.overflow = True, "ellipsis"
            options.add_option(Option(line, id=str(n)))
        if self.hits:
            options.highlighted = 0

    def action_down(self) -> None:
        self.query_one(OptionList).action_cursor_down()

    def action_up(self) -> None:
        self.query_one(OptionList).action_cursor_up()

    @on(Input.Submitted)
    def take_first(self) -> None:
        highlighted = self.query_one(OptionList).highlighted
        if highlighted is not None and highlighted < len(self.hits):
            self.dismiss(self.hits[highlighted])

    @on(OptionList.OptionSelected)
    def take(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(self.hits[int(event.option.id or 0)])
