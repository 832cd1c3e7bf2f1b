"""A picture in the terminal's own pixels, in a pseudoterminal that answers as one with Sixel, or not at all."""

import fcntl
import os
import pty
import select
import struct
import subprocess
import sys
import termios
import time
from pathlib import Path

APP = """
import sys
from pathlib import Path
from PIL import Image
from textual.app import App
from lhystudy.errors import StudyError
from lhystudy.tui.pixels import look_at

class Small(App[None]):
    def on_mount(self) -> None:
        self.set_timer(0.1, self.look)

    def look(self) -> None:
        Image.new("RGB", (40, 40), "red").save("red.png")
        try:
            look_at(self, Path("red.png"))
            self.exit(message="back again")
        except StudyError as error:
            self.exit(message=str(error))

Small().run()
"""
ANSWERS = {b"\x1b[c": b"\x1b[?62;4c"}  # what a terminal with Sixel says of itself
SECONDS = 60


def shown(folder: Path, answers: dict[bytes, bytes]) -> bytes:
    """Everything that the app wrote in a terminal that answers so, Enter being pressed once it is asked for."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 800, 480))  # rows, columns, pixels
    environment = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "80", "LINES": "24"}
    command = [sys.executable, "-c", APP]
    app = subprocess.Popen(command, cwd=folder, env=environment, stdin=theirs, stdout=theirs, stderr=theirs)
    os.close(theirs)
    written, answered, until = b"", 0, time.monotonic() + SECONDS
    while time.monotonic() < until:
        if not select.select([ours], [], [], 0.05)[0]:
            if app.poll() is not None:
                break
            continue
        try:
            written += os.read(ours, 1 << 16)
        except OSError:  # the other end is closed
            break
        for question, answer in answers.items():
            if question in written[answered:]:
                os.write(ours, answer)
                answered = len(written)
        if b"Enter goes back" in written[answered:]:
            os.write(ours, b"\r")
            answered = len(written)
    app.wait(timeout=SECONDS)
    os.close(ours)
    return written


def test_a_terminal_with_pixels_shows_the_picture_and_goes_back(tmp_path: Path) -> None:
    written = shown(tmp_path, ANSWERS)
    assert b"\x1bP" in written and b"back again" in written


def test_a_terminal_without_pixels_is_told_so(tmp_path: Path) -> None:
    written = shown(tmp_path, {})
    assert b"\x1bP" not in written and b"shows no pictures" in written
