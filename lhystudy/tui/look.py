"""The designed themes, and the style of each role that drawing gives to a cell."""

from __future__ import annotations

from functools import lru_cache

from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.filter import LineFilter
from textual.theme import Theme

from lhystudy.draw.cells import Role
from lhystudy.words import OBEYED


class Harmless(LineFilter):
    """Leaves out of every line what the terminal would obey in place of showing it, wherever the text came from.

    Such characters take no cell, so that the line keeps its length.
    """

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        return [
            segment
            if segment.control or segment.text.isprintable()
            else Segment(OBEYED.sub("", segment.text), segment.style)
            for segment in segments
        ]


HARMLESS = Harmless()

# Okabe and Ito's palette, which colour-blind readers can tell apart, in a tint for each ground.
DARK = Theme(
    name="lhystudy-dark",
    primary="#56b4e9",
    secondary="#dc9cc0",
    accent="#56b4e9",
    foreground="#d8dee6",
    background="#11151b",
    surface="#171c24",
    panel="#202733",
    success="#2fbf8f",
    warning="#e6b800",
    error="#f58b72",
    dark=True,
    variables={"footer-key-foreground": "#56b4e9", "border-blurred": "#3a4454"},
)
LIGHT = Theme(
    name="lhystudy-light",
    primary="#005f9e",
    secondary="#943a70",
    accent="#005f9e",
    foreground="#1d232b",
    background="#fbfaf7",
    surface="#f3f1ec",
    panel="#e6e3dc",
    success="#006b48",
    warning="#7a5600",
    error="#ab3500",
    dark=False,
    variables={"footer-key-foreground": "#005f9e", "border-blurred": "#b9b4a8"},
)

SERIES_DARK = ("#56b4e9", "#e69f00", "#dc9cc0", "#2fbf8f", "#f58b72", "#f0e442", "#b7c4d4", "#ab9cea")
SERIES_LIGHT = ("#005f9e", "#8a5300", "#943a70", "#006b48", "#ab3500", "#665e00", "#505a66", "#5b46b0")


CHOSEN_SIGN = "▌"  # stands before what the keys would choose, so that no ground need tell it alone


def chosen_style(dark: bool, few: bool = False) -> Style:
    """The ground of what the keys would choose; with `few` colours, which know no such ground, it is reversed."""
    return Style(reverse=True) if few else Style(bgcolor="#1c3650" if dark else "#d6e7f4")


def hover_style(dark: bool, few: bool = False) -> Style:
    """The ground of what a click would choose; with `few` colours it is underlined."""
    return Style(underline=True) if few else Style(bgcolor="#1a2531" if dark else "#eaf1f7")


@lru_cache(maxsize=256)
def style_of(role: Role, dark: bool) -> Style:
    """The style of a role on a dark or a light ground; state colours always stand beside a sign."""
    theme = DARK if dark else LIGHT
    dim = "#9aa6b5" if dark else "#5a5f66"
    if role.startswith("series"):
        return Style(color=(SERIES_DARK if dark else SERIES_LIGHT)[int(role[6:])])
    match role:
        case "strong":
            return Style(bold=True)
        case "emphasis" | "name":
            return Style(italic=True)
        case "heading":
            return Style(bold=True, color=theme.accent)
        case "good":
            return Style(color=theme.success)
        case "bad":
            return Style(color=theme.error)
        case "unsure":
            return Style(color=theme.warning)
        case "due" | "keyword":
            return Style(color=theme.secondary)
        case "accent" | "bullet":
            return Style(color=theme.accent)
        case "code":
            return Style(color=SERIES_DARK[1] if dark else SERIES_LIGHT[1])
        case "string":
            return Style(color=theme.success)
        case "link" | "term":
            return Style(underline=True)
        case "dim" | "quote" | "rule" | "comment" | "bracket":
            return Style(color=dim)
        case _:
            return Style.null()
