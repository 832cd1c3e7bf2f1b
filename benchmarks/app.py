"""How quickly the app answers, and how much memory it holds, in a real terminal."""

from __future__ import annotations

import statistics
import tempfile
from time import perf_counter

from benchmarks.terminal import Terminal
from benchmarks.timing import LHYSTUDY

PLACES = {"g": "§", "l": "Lab ▸", "q": "Review", "a": "Questions", "P": "Progress", "t": "Today"}
EVENING = (
    *["g"], *["down"] * 12, *["n"] * 4, "L", "pagedown", "L", "b", "tab", "tab", "enter", "t", "tab",
    "l", "down", "a", "tab", "enter", "enter", "q", "t", "w", "x", "=", "x", "escape", "P", "t", "/", "s", "o", "f",
    "escape", "t",
)  # fmt: skip


def opened(home: str) -> Terminal:
    """The app with its tour put aside."""
    terminal = Terminal([LHYSTUDY], home)
    terminal.wait_for("Today")
    terminal.settle()
    terminal.press("f9")
    terminal.settle()
    return terminal


def switch_seconds(rounds: int = 5) -> float:
    """The median over all switches of the slowest place, from the key to its title."""
    taken: dict[str, list[float]] = {key: [] for key in PLACES}
    with tempfile.TemporaryDirectory() as home, opened(home) as terminal:
        for number in range(rounds + 1):
            for key, title in PLACES.items():
                terminal.press(key)
                seconds = terminal.wait_for(title)
                terminal.settle()
                if number:  # the first round imports each place
                    taken[key].append(seconds)
    return max(statistics.median(seconds) for seconds in taken.values())


def key_to_frame_seconds(keys: int = 120) -> float:
    """The 95th percentile from a key to the first bytes it draws, in a lesson, while an experiment trains."""
    taken = []
    with tempfile.TemporaryDirectory() as home, opened(home) as terminal:
        terminal.press("l")
        terminal.wait_for("Lab ▸")
        terminal.settle()
        terminal.press("ctrl+r")
        terminal.wait_for("■")
        terminal.read(2.0)  # the worker has loaded torch and trains
        terminal.press("g")
        terminal.wait_for("§")
        terminal.settle(limit=1.0)
        for number in range(keys):
            begin = perf_counter()
            terminal.press("down" if number % 40 < 20 else "up")
            if terminal.read(1.0):
                taken.append(perf_counter() - begin)
            terminal.settle(0.03, 0.1)
    return statistics.quantiles(taken, n=20)[-1]


def memory_growth(evenings: int = 40) -> tuple[float, int]:
    """The ratio of memory after many evenings' keys to that after a quarter of them, and the number of keys."""
    pressed = 0
    with tempfile.TemporaryDirectory() as home, opened(home) as terminal:
        early = 0
        for number in range(evenings):
            for key in EVENING:
                terminal.press(key)
                terminal.read(0.05)
                pressed += 1
            terminal.settle(0.1, 1.0)
            if number == evenings // 4:
                early = terminal.resident()
        if terminal.process.poll() is not None:
            raise RuntimeError("the app has ended by itself")
        return terminal.resident() / max(1, early), pressed
