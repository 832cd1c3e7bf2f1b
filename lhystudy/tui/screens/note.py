"""Takes down a note or a doubt on the section that is being read."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import cast

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.widgets import Button, TextArea

from lhystudy.errors import StudyError
from lhystudy.store.notes import Kind
from lhystudy.study import notes
from lhystudy.tui.desk_app import desk_of
from lhystudy.tui.dialog import Dialog, closing_words
from lhystudy.words import say


class TakeNote(Dialog[bool]):
    """Kept by one of its two buttons; gives whether something was kept."""

    CSS = """
    TakeNote Vertical { width: 70; max-width: 96%; height: 12; background: $surface;
        border: round $accent; padding: 0 1; }
    TakeNote TextArea { height: 1fr; border: none; padding: 0; background: $surface; }
    TakeNote Horizontal { height: 1; }
    TakeNote Button { margin-right: 2; }
    """

    def __init__(self, lesson: str, heading: str, title: str) -> None:
        super().__init__()
        self.lesson, self.heading, self.title_of_place = lesson, heading, title

    def compose(self) -> ComposeResult:
        with Vertical() as box:
            box.border_title = say("note", "笔记") + f" · {self.title_of_place}"
            box.border_subtitle = say("Tab to the buttons · ", "Tab 到按钮 · ") + closing_words()
            hint = say("What to remember, or what is not clear yet?", "想记住什么？哪里还不清楚？")
            yield TextArea(compact=True, placeholder=hint)
            with Horizontal():
                yield Button(say("keep as note", "存为笔记"), id="note", variant="primary", compact=True)
                yield Button(say("keep as doubt", "存为疑问"), id="doubt", compact=True)

    @on(Button.Pressed)
    def keep(self, event: Button.Pressed) -> None:
        kind = cast(Kind, event.button.id)
        text = self.query_one(TextArea).text
        try:
            notes.add(desk_of(self).store, kind, text, datetime.now(UTC), self.lesson, self.heading)
        except StudyError as error:
            self.notify(str(error), severity="warning")
            return
        self.notify(say("kept", "已保存"))
        self.dismiss(True)
