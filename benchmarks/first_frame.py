"""Seconds from starting an app in a terminal of its own until a given text stands on the screen."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from time import perf_counter

from benchmarks.terminal import Terminal

BARE_APP = """
from textual.app import App
from textual.widgets import Static
class Bare(App):
    def compose(self):
        yield Static("bare app")
Bare().run()
"""


def first_frame_seconds(command: Sequence[str], text: str, limit: float = 20.0) -> float:
    """How long it takes until `text` is drawn in an 80×24 terminal. Raises TimeoutError after `limit`."""
    with tempfile.TemporaryDirectory() as home, Terminal(command, home) as terminal:
        terminal.wait_for(text, limit)
        return perf_counter() - terminal.started
