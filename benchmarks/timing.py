"""Commands timed side by side: run in turn, compared by their medians, told as ratios."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from time import perf_counter

LHYSTUDY = str(Path(sys.executable).with_name("lhystudy"))


def seconds_of(command: Sequence[str], home: str) -> float:
    """Wall seconds of one whole process; its exit code does not matter, its crash does."""
    environment = {**os.environ, "LHYSTUDY_HOME": home, "LHYSTUDY_LANG": "en", "OMP_NUM_THREADS": "1"}
    start = perf_counter()
    run = subprocess.run(command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, check=False)
    seconds = perf_counter() - start
    if run.returncode < 0 or b"Traceback" in run.stderr:
        raise RuntimeError(f"{' '.join(command)} crashed: {run.stderr.decode()}")
    return seconds


def side_by_side(first: Callable[[], float], second: Callable[[], float], times: int) -> tuple[float, float]:
    """Median seconds of both, measured in turn so that a busy moment of the machine meets both."""
    pairs = [(first(), second()) for _ in range(times + 1)][1:]  # the first pair warms the disk's cache
    return statistics.median(a for a, _ in pairs), statistics.median(b for _, b in pairs)


def compare_commands(ours: Sequence[str], theirs: Sequence[str], times: int) -> tuple[float, float]:
    """Median seconds of two commands, each run in its own process with one shared empty data folder."""
    with tempfile.TemporaryDirectory() as home:
        return side_by_side(lambda: seconds_of(ours, home), lambda: seconds_of(theirs, home), times)
