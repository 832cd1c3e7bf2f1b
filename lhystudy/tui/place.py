"""A place of the app: a screen with the title bar above, the key bar below, help, and both languages."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.screen import Screen

from lhystudy.draw.cells import Row
from lhystudy.tui.widgets.bars import KeyBar, TitleBar
from lhystudy.words import language, say


class Place(Screen[None]):
    """A screen that the keys t, g, l, w, q, a and P reach. `HELP_TEXT` is (English, Chinese)."""

    HELP_TEXT: ClassVar[tuple[str, str]] = ("", "")
    CHOOSER: ClassVar[str] = ""  # the action that a click on the title takes, where another thing can be chosen

    def __init__(self) -> None:
        super().__init__()
        self._spoken = language()

    def on_screen_resume(self) -> None:
        """A place that was left in one language and is entered in the other shows itself anew."""
        if self._spoken != language():
            self.speak()
        tour = self.app.tour  # type: ignore[attr-defined]
        if tour is not None:
            tour.show()

    def speak(self) -> None:
        """Shows everything in the language now in use."""
        self._spoken = language()
        self.change_language()
        self.refresh_bindings()
        self.query("Coach").refresh(layout=True)

    def compose(self) -> ComposeResult:
        yield TitleBar()
        yield from self.compose_place()
        yield KeyBar()

    def compose_place(self) -> ComposeResult:
        """The widgets between the bars."""
        yield from ()

    def say_where(self, left: str, right: str = "") -> None:
        """Writes the title bar: where one is, and what is due or done."""
        self.query_one(TitleBar).say_where(left, right)

    def change_language(self) -> None:
        """Shows everything again in the language now in use, at the same place."""

    def help_rows(self, width: int) -> list[Row]:
        """What else the help of this place says, below its keys."""
        return []

    def help_text(self) -> str:
        """What this place is for, in the language in use."""
        return say(*self.HELP_TEXT)
