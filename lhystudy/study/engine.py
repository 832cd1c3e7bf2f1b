"""Requests spread over workers and answered in their order: by processes of this machine, or by a Ray cluster."""

from __future__ import annotations

import os
import queue
from collections.abc import Callable, Generator, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Event, Thread
from typing import Generic, Protocol, TypeVar

from lhystudy.errors import StudyError, nearest
from lhystudy.words import say

ENGINES = ("local", "ray")
AHEAD = 4  # requests waiting for each worker

Request = TypeVar("Request")
Answer = TypeVar("Answer")
Asked = TypeVar("Asked", contravariant=True)
Given = TypeVar("Given", covariant=True)


class Worker(Protocol[Asked, Given]):
    """Carries out one request at a time, most often in a child process of its own."""

    def do(self, request: Asked) -> Given | None:
        """The answer, or None once the worker has been ended before it began."""
        ...

    def end(self) -> None:
        """Ends the worker for good, from any thread; what it is doing ends soon."""
        ...


def check_engine(engine: str) -> None:
    """Raises StudyError for a word that is no engine, MissingError for one that is not installed."""
    if engine not in ENGINES:
        near = nearest(engine, list(ENGINES)) or ", ".join(ENGINES)
        raise StudyError(say(f"there is no engine {engine!r}", f"没有名为 {engine!r} 的引擎"), hint=f"--engine {near}")
    if engine == "ray":
        from lhystudy.study.cluster import check_installed

        check_installed()


def hire(
    make: Callable[[], Worker[Request, Answer]], engine: str = "local", cores: int = 1, most: int | None = None
) -> list[Worker[Request, Answer]]:
    """As many workers as there are cores for, each taking `cores` of them, but at most `most` and at least one.

    `make` makes one worker; with Ray it is called on the machine of the cluster where the worker will be.
    """
    if engine == "ray":
        from lhystudy.study.cluster import hire_remote

        return hire_remote(make, cores, most)
    count = max((os.cpu_count() or 1) // cores, 1)
    return [make() for _ in range(min(count, most or count))]


class Pool(Generic[Request, Answer]):
    """Workers and the requests before them. `answers` may be called once; `stop` may come from any thread."""

    def __init__(
        self,
        workers: Sequence[Worker[Request, Answer]],
        finished: Callable[[Request, Answer], None] | None = None,  # told in a worker's thread, in any order
    ) -> None:
        self._workers = workers
        self._finished = finished
        self._idle: queue.Queue[Worker[Request, Answer]] = queue.Queue()
        for worker in workers:
            self._idle.put(worker)

    def answers(self, requests: Iterable[Request]) -> Generator[Answer, None, None]:
        """The answers in the order of the requests, each as soon as it and those before it are there.

        That holds also while the next request is still to come. Only a few requests a worker are held at a time.
        Leaving early ends the rest.
        """
        threads = ThreadPoolExecutor(len(self._workers))
        feed = _Feed(requests, lambda request: threads.submit(self._do, request), len(self._workers) * AHEAD)
        try:
            while (waiting := feed.answers.get()) is not None:
                answer = waiting.result()
                if answer is not None:
                    yield answer
        finally:
            feed.stopped.set()
            self.stop()
            threads.shutdown(wait=False, cancel_futures=True)

    def stop(self) -> None:
        """Ends the workers: what has not begun is left out, what runs is cut short, what is finished stays."""
        for worker in self._workers:
            worker.end()

    def _do(self, request: Request) -> Answer | None:
        worker = self._idle.get()
        try:
            answer = worker.do(request)
        finally:
            self._idle.put(worker)
        if answer is not None and self._finished is not None:
            self._finished(request, answer)
        return answer


class _Feed(Generic[Request, Answer]):
    """Takes requests in on a thread of its own, so that a stream that pauses holds no answer back."""

    def __init__(
        self, requests: Iterable[Request], submit: Callable[[Request], Future[Answer | None]], most: int
    ) -> None:
        self.answers: queue.Queue[Future[Answer | None] | None] = queue.Queue(most)  # None at the end
        self.stopped = Event()
        self._requests = requests
        self._submit = submit
        Thread(target=self._run, daemon=True).start()

    def _run(self) -> None:
        try:
            for request in self._requests:
                if self.stopped.is_set():
                    return
                self._put(self._submit(request))
        except Exception as error:  # whoever reads the answers is to hear of it
            failed: Future[Answer | None] = Future()
            failed.set_exception(error)
            self._put(failed)
        self._put(None)

    def _put(self, answer: Future[Answer | None] | None) -> None:
        while not self.stopped.is_set():
            try:
                return self.answers.put(answer, timeout=0.2)
            except queue.Full:
                continue
