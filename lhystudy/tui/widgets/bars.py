"""The line above, which says where one is, and the line below, which says which keys work here."""

from __future__ import annotations

from typing import Any

from textual.app import RenderResult
from textual.binding import ActiveBinding, Binding
from textual.content import Content
from textual.screen import Screen
from textual.style import Style
from textual.widget import Widget

from lhystudy.draw.width import clip, width
from lhystudy.words import say

ALWAYS = ("go('today')", "help")  # actions whose keys are never left out
SEPARATOR = "|"  # a binding's description is written "english|中文"


def described(binding: Binding) -> str:
    """A binding's description in the language in use."""
    english, _, chinese = binding.description.partition(SEPARATOR)
    return say(english, chinese or english)


def keys_of(place: Screen[Any]) -> list[ActiveBinding]:
    """The described keys that work in a place, each action once: its own, the app's, then the focused widget's."""
    nodes = [place, place.app]
    active = [one for one in place.active_bindings.values() if one.enabled and SEPARATOR in one.binding.description]
    active.sort(key=lambda one: nodes.index(one.node) if one.node in nodes else len(nodes))
    first: dict[str, ActiveBinding] = {}
    for one in active:
        first.setdefault(one.binding.action, one)
    return list(first.values())


class TitleBar(Widget):
    """Where one is on the left, what is due or done on the right."""

    DEFAULT_CSS = """
    TitleBar { dock: top; height: 1; background: $panel; color: $foreground; padding: 0 1; link-style: none;
        link-color: $foreground; link-background-hover: $accent; link-style-hover: none;
        link-color-hover: $background; }
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
        buttons = Content("  ").join(
            [
                Content(""),
                self.button(say("中文", "English"), "app.switch_language"),
                self.button(say("≡ menu", "≡ 菜单"), "app.command_palette"),
            ]
        )
        room = self.content_size.width - buttons.cell_length
        chooser = getattr(self.screen, "CHOOSER", "")
        left = clip(self._left, room - 2) + (" ▾" if chooser and self._left else "")
        right = clip(self._right, max(0, room - width(left) - 2))
        gap = room - width(left) - width(right)
        name = Content.assemble((left, "bold"))
        if chooser:
            name = name.stylize(Style.from_meta({"@click": f"screen.{chooser}()"}))
        return Content.assemble(name, " " * gap, (right, "$text-muted"), buttons)

    def button(self, label: str, action: str) -> Content:
        """Words that a click on acts."""
        return Content.assemble((label, "$accent")).stylize(Style.from_meta({"@click": f"{action}()"}))


class KeyBar(Widget):
    """The keys of the screen and of the focused widget, each of which can be clicked; `?` shows them all."""

    DEFAULT_CSS = """
    KeyBar { dock: bottom; height: 1; background: $panel; padding: 0 1; link-style: none; link-color: $foreground;
        link-background-hover: $accent; link-style-hover: none; link-color-hover: $background; }
    """

    def on_mount(self) -> None:
        self.screen.bindings_updated_signal.subscribe(self, lambda _: self.refresh())

    def render(self) -> RenderResult:
        """As many keys as fit; help, and the way back to today, always do."""
        active = [one.binding for one in self.screen.active_bindings.values() if one.enabled]
        shown = [one for one in active if one.show]
        if not any(one.action == "help" for one in shown):  # a text field takes letters, and with them `?`
            shown = [one for one in active if one.key == "f10" or (one.show and one.action != "search")]
        last = [self.labelled(one) for one in shown if one.action in ALWAYS]
        room = self.content_size.width - sum(part.cell_length for part in last)
        parts: list[Content] = []
        for binding in shown:
            part = self.labelled(binding)
            if binding.action not in ALWAYS and part.cell_length <= room:
                room -= part.cell_length
                parts.append(part)
        return Content("").join([*parts, *last])

    def labelled(self, binding: Binding) -> Content:
        """The key and what it does; a click on it does the same."""
        click = Style.from_meta({"@click": f"app.run_binding({binding.key!r})"})
        shown = self.app.get_key_display(binding)
        return Content.assemble((shown, "bold $accent"), " ", described(binding)).stylize(click) + Content("  ")
