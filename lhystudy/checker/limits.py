"""Limits on a worker: how long a line may take and how much memory the process may hold."""

from __future__ import annotations

import mmap
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic
from types import FrameType

MEMORY = 1 << 30  # bytes
AGAIN = 1.0  # seconds: what is raised while garbage is collected is lost, so the alarm rings once more
DEPTH = 20_000  # of Python calls: lines are flat, but sums and products of hundreds of terms nest


class TimeUp(BaseException):
    """The line has had its time. No `except Exception` on the way may swallow it."""


def interruptible() -> bool:
    """Whether this thread can be interrupted by an alarm: on POSIX systems, the main thread."""
    return hasattr(signal, "setitimer") and threading.current_thread() is threading.main_thread()


@contextmanager
def time_limit(seconds: float, error: type[BaseException] = TimeUp) -> Iterator[None]:
    """Raises the error inside the block after `seconds`, where it is interruptible; elsewhere the parent kills.

    Limits nest: the outer one goes on after the inner.
    """
    if not interruptible():
        yield
        return

    def ring(number: int, frame: FrameType | None) -> None:
        raise error

    begun = monotonic()
    before = signal.signal(signal.SIGALRM, ring)
    left, again = signal.setitimer(signal.ITIMER_REAL, seconds, AGAIN)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
        if left:
            signal.setitimer(signal.ITIMER_REAL, max(0.001, left - (monotonic() - begun)), again)


def limit_process(memory: int = MEMORY) -> None:
    """Bounds this process's memory, where the platform can, and lets deep lines be walked."""
    sys.setrecursionlimit(DEPTH)
    try:
        import resource
    except ImportError:  # not on Windows
        return
    hard = resource.getrlimit(resource.RLIMIT_AS)[1]
    bound = memory if hard == resource.RLIM_INFINITY else min(memory, hard)
    try:
        resource.setrlimit(resource.RLIMIT_AS, (bound, hard))
    except (OSError, ValueError):  # macOS refuses
        return


def memory_in_use() -> int:
    """Bytes that count towards this process's limit; 0 where the platform does not tell."""
    try:
        pages = Path("/proc/self/statm").read_text("ascii").split()[0]
    except OSError:  # not on Linux
        return 0
    return int(pages) * mmap.PAGESIZE
