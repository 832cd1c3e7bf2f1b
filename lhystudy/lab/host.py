"""A run as its watcher sees it: started, followed event by event, stopped; the work happens in a child process."""

from __future__ import annotations

import threading
from collections.abc import Generator
from time import monotonic
from types import TracebackType
from typing import Any, Self

from lhystudy.child import Child, ChildDied, ChildTimeout
from lhystudy.errors import MissingError, StudyError
from lhystudy.lab.events import Moment, Result, to_moment
from lhystudy.lab.request import Request
from lhystudy.words import say

STOP_SECONDS = 3.0  # how long a stopped run may take to finish its step before it is ended
POLL_SECONDS = 0.2
# glibc gives freed tensors back to the system and takes new pages for the next ones, which costs more than the sums.
KEEP_MEMORY = {"MALLOC_MMAP_THRESHOLD_": str(32 * 1024**2), "MALLOC_TRIM_THRESHOLD_": str(1024**3)}


class Run:
    """One experiment in a worker process. `moments` may be gone through once; `stop` may come from any thread."""

    def __init__(self, request: Request) -> None:
        threads = {"OMP_NUM_THREADS": str(request.threads)}
        self._child = Child("lhystudy.lab.worker", environment=threads | KEEP_MEMORY)
        self._lock = threading.Lock()
        self._stop_by: float | None = None
        self._child.send(request.to_json())

    def moments(self) -> Generator[Moment, None, None]:
        """Every event with its time; the last is a Result, also when the worker died or had to be ended.

        Raises StudyError when the request cannot be carried out.
        """
        last = 0.0
        while True:
            try:
                document = self._child.receive(POLL_SECONDS)
            except ChildTimeout:
                if self._stop_by is not None and monotonic() > self._stop_by:
                    self._child.kill()
                    message = say("stopped in the middle of a step", "在一步进行到一半时被停止")
                    yield Moment(last, Result("stopped", seconds=last, message=message))
                    return
                continue
            if document is None:
                yield Moment(last, Result("failed", seconds=last, message=self._last_words()))
                return
            if "refused" in document:
                raise refusal(document["refused"])
            moment = to_moment(document)
            last = moment.seconds
            yield moment
            if isinstance(moment.event, Result):
                return

    def stop(self) -> None:
        """Asks the run to end after its current step; it is ended by force when it does not."""
        with self._lock:
            if self._stop_by is not None:
                return
            self._stop_by = monotonic() + STOP_SECONDS
        try:
            self._child.send({"stop": True})
        except ChildDied:
            pass  # it ended by itself; its last events are still to be read

    def close(self) -> None:
        """Ends the worker if it still runs, and lets go of it."""
        self._child.stop(0.5)

    def _last_words(self) -> str:
        """Why a worker that said no goodbye has died, in one sentence."""
        code = self._child.wait(2.0)
        if code in (-9, 137):
            return say(
                "the worker was killed, most likely because memory ran out: try smaller parameters or fewer seeds",
                "工作进程被系统终止，很可能是内存不足：请减小参数或种子数",
            )
        return ChildDied(code, self._child.stderr).message

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def refusal(document: dict[str, Any]) -> StudyError:
    """The error that the worker refused the request with."""
    if document["exit_code"] == 3:
        return MissingError(document["message"], where=document["where"], hint=document["hint"])
    return StudyError(document["message"], where=document["where"], hint=document["hint"])
