"""A run while it goes on, on a terminal: the chart that changed last and a bar with the time left."""

from __future__ import annotations

import shutil
from time import monotonic
from types import TracebackType
from typing import Any, Self

from lhystudy.cli.report import columns
from lhystudy.lab.card import Card
from lhystudy.lab.catalogue import card_of
from lhystudy.lab.record import Record
from lhystudy.lab.spoken import said
from lhystudy.study.outcome import chart_block
from lhystudy.words import say

FRAME_SECONDS = 0.1
MOST_ROWS = 16


class Live:
    """Redraws at most ten times a second and leaves nothing behind."""

    def __init__(self, record: Record) -> None:
        from rich.console import Console
        from rich.live import Live as Screen
        from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

        self._record = record
        self._card: Card | None = None
        self._shown_at = 0.0
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(bar_width=None),
            TextColumn("{task.fields[counted]}"),
            TimeRemainingColumn(elapsed_when_finished=True),
            expand=True,
        )
        self._task = self._bar.add_task(say("loading torch", "正在加载 torch"), total=None, counted="")
        self._screen = Screen(console=Console(highlight=False), auto_refresh=False, transient=True)

    def show(self, seconds: float) -> None:
        """Draws the record as it stands, unless it was drawn a moment ago."""
        now = monotonic()
        if now - self._shown_at < FRAME_SECONDS:
            return
        self._shown_at = now
        progress = self._record.progress
        if self._record.start is not None:
            self._card = self._card or card_of(self._record.start)
            self._bar.update(
                self._task,
                description=f"{seconds:.1f} s",
                completed=progress.done if progress else 0,
                total=progress.total if progress else None,
                counted=f"{progress.done}/{progress.total}" if progress else "",
            )
        self._screen.update(self._drawn(), refresh=True)

    def _drawn(self) -> Any:
        from rich.console import Group

        from lhystudy.cli.paint import text_of

        latest = self._record.latest_chart
        if latest is None:
            return self._bar
        rows = min(MOST_ROWS, shutil.get_terminal_size((80, 24)).lines - 4)
        if rows < 5:
            return self._bar
        block = chart_block(said(latest, self._card), self._record.charts[latest], columns(), rows)
        return Group(*(text_of(row) for row in block.rows), self._bar)

    def __enter__(self) -> Self:
        self._screen.__enter__()
        self._screen.update(self._bar, refresh=True)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._screen.__exit__(kind, error, trace)
