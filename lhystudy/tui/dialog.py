"""A window over a place: closed by Escape or by a click beside it."""

from __future__ import annotations

from typing import ClassVar, Generic, TypeVar

from textual import events
from textual.await_complete import AwaitComplete
from textual.binding import Binding, BindingType
from textual.screen import ModalScreen

from lhystudy.words import say

Answer = TypeVar("Answer")


class Dialog(ModalScreen[Answer | None], Generic[Answer]):
    """Gives what was chosen in it, or None where it was only closed."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss(None)", "close|关闭")]
    DEFAULT_CSS = """
    Dialog { align: center middle; background: $background 60%; }
    """

    def dismiss(self, result: Answer | None = None) -> AwaitComplete:
        """Closes it with an answer; what comes after it was closed does nothing."""
        return super().dismiss(result) if self.is_current else AwaitComplete()

    def on_click(self, event: events.Click) -> None:
        if event.widget is self:
            self.dismiss(None)


def closing_words() -> str:
    """How a dialog is closed, for its lower edge."""
    return say("Esc or a click outside closes", "Esc 或点击外面关闭")
