"""The app in a terminal of its own: keys go in, what it draws is read back as a screen."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import termios
from collections.abc import Mapping, Sequence
from pathlib import Path
from time import perf_counter
from types import TracebackType
from typing import Self

ESCAPES = re.compile(rb"\x1b\[[0-9;?:<>=]*[a-zA-Z~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[()][A-B0]|\x1b[=>78]")
KEYS = {
    "down": b"\x1b[B", "up": b"\x1b[A", "right": b"\x1b[C", "left": b"\x1b[D", "tab": b"\t", "enter": b"\r",
    "escape": b"\x1b", "space": b" ", "ctrl+r": b"\x12", "ctrl+o": b"\x0f", "ctrl+q": b"\x11", "f3": b"\x1bOR",
    "f9": b"\x1b[20~", "pagedown": b"\x1b[6~",
}  # fmt: skip


class Terminal:
    """A program under a pseudo-terminal; used in a `with`, it has ended afterwards."""

    def __init__(self, command: Sequence[str], home: str, environment: Mapping[str, str] | None = None) -> None:
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        variables = {**os.environ, "TERM": "xterm-256color", "LHYSTUDY_HOME": home, "LHYSTUDY_LANG": "en"}
        self.started = perf_counter()
        self.process = subprocess.Popen(
            command, stdin=slave, stdout=slave, stderr=slave, env={**variables, **(environment or {})},
            start_new_session=True,
        )  # fmt: skip
        os.close(slave)

    def press(self, *keys: str) -> None:
        """Sends keys: a name such as `down`, or the character itself."""
        for key in keys:
            os.write(self._master, KEYS.get(key) or key.encode())

    def read(self, seconds: float) -> bytes:
        """What is drawn within that time, as soon as there is something; b'' for nothing."""
        if not select.select([self._master], [], [], seconds)[0]:
            return b""
        try:
            return os.read(self._master, 1 << 20)
        except OSError:  # the program has ended
            return b""

    def wait_for(self, text: str, limit: float = 30.0) -> float:
        """Seconds until the text is drawn. Raises TimeoutError, with what was drawn, when it never is."""
        begin, seen = perf_counter(), b""
        while text.encode() not in ESCAPES.sub(b"", seen):
            if perf_counter() - begin > limit:
                raise TimeoutError(f"{text!r} was not drawn within {limit} s, but {ESCAPES.sub(b'', seen)[-2000:]!r}")
            seen += self.read(0.2)
        return perf_counter() - begin

    def settle(self, quiet: float = 0.15, limit: float = 5.0) -> None:
        """Reads until nothing has been drawn for a while."""
        end = perf_counter() + limit
        while self.read(quiet) and perf_counter() < end:
            pass

    def resident(self) -> int:
        """Bytes of memory that the program holds, where the system tells it; else 0."""
        status = Path(f"/proc/{self.process.pid}/status")
        found = re.search(r"VmRSS:\s+(\d+) kB", status.read_text(encoding="utf-8")) if status.exists() else None
        return int(found.group(1)) * 1024 if found else 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        os.close(self._master)
