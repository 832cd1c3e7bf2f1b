"""The line above, which says where one is, and the line below, which says which keys work here."""

from __future__ import annotations

from rich.cells import cell_len
from textual.app import RenderResult
from textual.binding import Binding
from textual.content import Content
from textual.style import Style
from textual.widget import Widget

from lhystudy.words import say

SEPARATOR = "|"  # a binding's description is written "english|中文"


def described(binding: Binding) -> str:
    """A binding's description in the language in use."""
    english, _, chinese = binding.description.partition(SEPARATOR)
    return say(english, chinese or english)


class TitleBar(Widget):
    """Where one is on the left, what is due or done on the right."""

    DEFAULT_CSS = """
    TitleBar { dock: top; height: 1; background: $panel; color: $foreground; padding: 0 1; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._left = ""
        self._right = ""

    def say_where(self, left: str, right: str = "") -> None:
        """Shows both texts; the right one gives way where the line is too narrow."""
        self._left, self._right = left, right
        self.refresh()

    def render(self) -> RenderResult:
        width = self.content_size.width
        gap = width - cell_len(self._left) - cell_len(self._right)
        right = self._right if gap >= 2 else ""
        gap = max(1, width - cell_len(self._left) - cell_len(right))
        return Content.assemble((self._left, "bold"), " " * gap, (right, "$text-muted"))


class KeyBar(Widget):
    """The keys of the screen and of the focused widget, each of which can be clicked; `?` shows them all."""

    DEFAULT_CSS = """
    KeyBar { dock: bottom; height: 1; background: $panel; padding: 0 1; link-style: none; link-color: $foreground;
        link-background-hover: $accent; link-style-hover: none; link-color-hover: $background; }
    """

    def on_mount(self) -> None:
        self.screen.bindings_updated_signal.subscribe(self, lambda _: self.refresh())

    def render(self) -> RenderResult:
        shown = [one.binding for one in self.screen.active_bindings.values() if one.binding.show and one.enabled]
        last = [self.labelled(binding) for binding in shown if binding.action == "help"]
        room = self.content_size.width - sum(part.cell_length for part in last)
        parts: list[Content] = []
        for binding in shown:
            part = self.labelled(binding)
            if binding.action == "help" or part.cell_length > room:
                continue
            room -= part.cell_length
            parts.append(part)
        return Content("").join([*parts, *last])

    def labelled(self, binding: Binding) -> Content:
        """The key and what it does; a click on it is the key."""
        click = Style.from_meta({"@click": f"app.run_binding({binding.key!r})"})
        shown = self.app.get_key_display(binding)
        return Content.assemble((shown, "bold $accent"), " ", described(binding)).stylize(click) + Content("  ")
