"""A child Python that speaks one JSON object a line: asked with a deadline, or streamed; it never outlives us."""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Iterator
from time import monotonic
from types import TracebackType
from typing import Any, Self

from lhystudy.errors import MissingError, StudyError
from lhystudy.words import say

LINE_LIMIT = 16 * 1024 * 1024  # characters; a longer line ends the child
QUEUE_LIMIT = 10_000  # lines waiting to be read, then the child waits


def unloadable(error: Exception) -> MissingError:
    """The error for a part of the program, or a library that it needs, that cannot be loaded."""
    return MissingError(
        say(f"a part that is needed cannot be loaded: {error}", f"缺少需要的部分，无法加载：{error}"),
        hint=say("lhystudy doctor says what is wrong", "lhystudy doctor 会说明问题所在"),
    )


class ChildDied(StudyError):
    """The child ended before it answered. `code` is its exit status, `stderr` its last words."""

    def __init__(self, code: int | None, stderr: str) -> None:
        lines = [line.strip() for line in stderr.splitlines() if line.strip()]
        words = f": {lines[-1][:300]}" if lines else ""
        super().__init__(say(f"the worker ended with status {code}{words}", f"工作进程以状态 {code} 结束{words}"))
        self.code = code
        self.stderr = stderr


class ChildTimeout(StudyError):
    """The child did not answer in time and was stopped."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"the worker process gave no answer within {seconds:g} s")


class Child:
    """Runs `python -m module *arguments` and talks with it over its standard streams.

    The child sits in a process group of its own, so that Ctrl-C reaches only the parent, which decides.
    A child that serves ends when its standard input closes; one that streams ends at its next write.
    """

    def __init__(self, module: str, *arguments: str, environment: dict[str, str] | None = None) -> None:
        group: dict[str, Any] = (
            {"creationflags": getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0)}
            if os.name == "nt"
            else {"start_new_session": True}
        )
        self._process = subprocess.Popen(
            [sys.executable, "-u", "-P", "-m", module, *arguments],  # -P: no module of the folder we are in
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**os.environ, "PYTHONUTF8": "1", "PYTHONIOENCODING": "utf-8", **(environment or {})},
            text=True,
            encoding="utf-8",
            errors="replace",
            **group,
        )
        self._lines: queue.Queue[dict[str, Any] | None] = queue.Queue(QUEUE_LIMIT)
        self._stderr: deque[str] = deque(maxlen=50)
        self._readers = [
            threading.Thread(target=self._read_lines, daemon=True),
            threading.Thread(target=self._read_stderr, daemon=True),
        ]
        for reader in self._readers:
            reader.start()

    def _read_lines(self) -> None:
        assert self._process.stdout is not None
        try:
            while line := self._process.stdout.readline(LINE_LIMIT):
                try:
                    document = json.loads(line)
                except ValueError:
                    continue  # half a line, as a dying child leaves it
                if isinstance(document, dict):
                    self._lines.put(document)
        except (OSError, ValueError):
            pass
        self._lines.put(None)

    def _read_stderr(self) -> None:
        assert self._process.stderr is not None
        try:
            while line := self._process.stderr.readline(10_000):
                self._stderr.append(line)
        except (OSError, ValueError):
            pass

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    @property
    def stderr(self) -> str:
        """The last lines of the child's standard error."""
        return "".join(self._stderr)

    def send(self, request: dict[str, Any]) -> None:
        """Writes one request. Raises ChildDied when nobody reads it."""
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(json.dumps(request, ensure_ascii=False) + "\n")
            self._process.stdin.flush()
        except (OSError, ValueError) as error:
            raise self._died() from error

    def receive(self, seconds: float | None = None) -> dict[str, Any] | None:
        """The next line, or None at the child's end. Raises ChildTimeout; the child runs on."""
        try:
            line = self._lines.get(timeout=seconds)
        except queue.Empty:
            raise ChildTimeout(seconds or 0.0) from None
        if line is None:
            self._lines.put(None)  # the end stays the end for whoever asks again
        return line

    def ask(self, request: dict[str, Any], seconds: float) -> dict[str, Any]:
        """The answer to one request. Raises ChildTimeout or ChildDied, and then the child is gone."""
        self.send(request)
        try:
            answer = self.receive(seconds)
        except ChildTimeout:
            self.kill()
            raise
        if answer is None:
            raise self._died()
        return answer

    def lines(self) -> Iterator[dict[str, Any]]:
        """Every line until the child ends."""
        while (line := self.receive()) is not None:
            yield line

    def wait(self, seconds: float | None = None) -> int | None:
        """The exit status, or None when the child still runs after `seconds`."""
        try:
            return self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            return None

    def stop(self, seconds: float = 2.0) -> None:
        """Closes the child's input and gives it `seconds` to end by itself before it is killed."""
        deadline = monotonic() + seconds
        assert self._process.stdin is not None
        try:
            self._process.stdin.close()
        except OSError:
            pass
        if self.wait(max(0.0, deadline - monotonic())) is None:
            self.kill()
        self._close()

    def kill(self) -> None:
        """Ends the child at once and reaps it."""
        self._process.kill()
        self._process.wait()
        self._close()

    def _close(self) -> None:
        """Lets go of the pipes once the child is gone; a reader blocked on a full queue is freed."""
        while not self._lines.empty() and self._lines.full():
            self._lines.get_nowait()
        for reader in self._readers:
            reader.join(1.0)
        for stream in (self._process.stdin, self._process.stdout, self._process.stderr):
            if stream is not None:
                try:
                    stream.close()
                except OSError:
                    pass

    def _died(self) -> ChildDied:
        self._process.wait()
        self._close()
        return ChildDied(self._process.returncode, self.stderr)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.alive:
            self.stop(0.5)
        else:
            self._close()
