"""Seconds from starting an app in a terminal of its own until a given text stands on the screen."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import tempfile
import termios
from collections.abc import Sequence
from time import perf_counter

BARE_APP = """
from textual.app import App
from textual.widgets import Static
class Bare(App):
    def compose(self):
        yield Static("bare app")
Bare().run()
"""


def first_frame_seconds(command: Sequence[str], text: bytes, limit: float = 20.0) -> float:
    """How long it takes until `text` is drawn in an 80×24 terminal. Raises TimeoutError after `limit`."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    with tempfile.TemporaryDirectory() as home:
        environment = {**os.environ, "TERM": "xterm-256color", "LHYSTUDY_HOME": home, "LHYSTUDY_LANG": "en"}
        start = perf_counter()
        process = subprocess.Popen(
            command, stdin=slave, stdout=slave, stderr=slave, env=environment, start_new_session=True
        )
        seen = b""
        try:
            while text not in seen:
                if perf_counter() - start > limit:
                    raise TimeoutError(f"{text!r} was not drawn within {limit} s; last bytes: {seen[-500:]!r}")
                if select.select([master], [], [], 0.2)[0]:
                    seen += os.read(master, 65536)
            return perf_counter() - start
        finally:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            os.close(master)
            os.close(slave)
