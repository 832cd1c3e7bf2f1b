"""Derivations judged in the checker's own process: started when first needed, started anew when a line breaks it."""

from __future__ import annotations

import os
import queue
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Event, Lock, Thread
from time import monotonic
from types import TracebackType
from typing import Any, Self

from lhystudy.checker.verdict import Comparison, Report, comparison_from_json, report_from_json
from lhystudy.child import Child, ChildDied, ChildTimeout
from lhystudy.course.lesson import Derivation
from lhystudy.words import Lang, language, say

WORKER = "lhystudy.checker.serve"
PATIENCE = 5.0  # seconds beyond a line's own limit before the worker is given up
START = 20.0  # seconds that a worker may take to start
BREAKS = 20  # lines of one derivation that may break a worker before the rest is given up
AHEAD = 4  # derivations waiting for each worker of a pool

Problem = Mapping[str, Any]


class Checking:
    """Judges derivations and comparisons, one at a time; threads that ask meanwhile wait."""

    def __init__(self, lang: Lang | None = None) -> None:
        self._lang = lang
        self._child: Child | None = None
        self._lock = Lock()
        self._ended = False

    def check(self, text: str, derivation: Problem | None = None, seconds: float = 10.0) -> Report:
        """The report on the text. A line that breaks the worker is undecided, and the others are still judged."""
        begun = monotonic()
        request: dict[str, Any] = {"do": "check", "text": text, "derivation": derivation, "seconds": seconds}
        skipped: dict[str, str] = {}
        with self._lock:
            while True:
                at, answer, broken = self._asked({**request, "skip": skipped}, seconds)
                if answer is not None:
                    break
                if str(at) in skipped or len(skipped) == BREAKS:
                    return given_up(text, broken)
                skipped[str(at)] = broken
        if "report" not in answer:
            return given_up(text, str(answer.get("error", "")))
        report = report_from_json(answer["report"])
        return Report(
            report.status,
            report.goal_reached,
            report.lines,
            ms=round((monotonic() - begun) * 1000, 1),
            note=report.note,
        )

    def compare(
        self, a: str, b: str, givens: Sequence[str] = (), lets: Sequence[str] = (), seconds: float = 10.0
    ) -> Comparison:
        """Whether two expressions are equal; undecided, with the reason, where the worker breaks."""
        request = {"do": "compare", "a": a, "b": b, "givens": list(givens), "lets": list(lets), "seconds": seconds}
        with self._lock:
            _, answer, broken = self._asked(request, seconds)
        if answer is None or "comparison" not in answer:
            return Comparison("undecided", broken or str((answer or {}).get("error", "")))
        return comparison_from_json(answer["comparison"])

    def _asked(self, request: dict[str, Any], seconds: float) -> tuple[int, dict[str, Any] | None, str]:
        """The worker's answer, or the line at which it broke and why."""
        line = 0
        fresh = self._child is None or not self._child.alive
        try:
            child = self._worker()
            child.send({**request, "lang": self._lang or language()})
            while True:
                message = child.receive(seconds + PATIENCE + (START if fresh else 0.0))
                fresh = False
                if message is None:
                    raise ChildDied(None, child.stderr)
                if set(message) != {"line"}:
                    return line, message, ""
                line = int(message["line"])
        except ChildTimeout:
            self.close()
            return line, None, say("the time limit was reached", "已到时间上限")
        except ChildDied as death:
            self.close()
            return line, None, _last_words(death.stderr)

    def _worker(self) -> Child:
        if self._ended:
            raise ChildDied(None, "")
        if self._child is None or not self._child.alive:
            self.close()
            self._child = Child(WORKER)
        return self._child

    def close(self) -> None:
        """Ends the worker; the next question starts another."""
        child, self._child = self._child, None  # first, since another thread may be ending it as well
        if child is not None:
            child.kill()

    def end(self) -> None:
        """Ends the worker for good; who waits for an answer is told at once that there is none."""
        self._ended = True
        self.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def given_up(text: str, why: str) -> Report:
    """The report of a text that no worker could judge to its end."""
    return Report("incomplete", False, (), note=why)


def _last_words(stderr: str) -> str:
    """Why the worker died: an exception names itself; what the system ends without a word ran out of memory."""
    error = (stderr.strip().splitlines() or [""])[-1]
    if "Error" not in error or error.startswith("MemoryError"):
        return say("the memory limit was reached", "已到内存上限")
    return say(f"the checker's process ended ({error})", f"检查进程意外结束（{error}）")


def problem_of(derivation: Derivation) -> Problem:
    """What stands before the learner's own lines."""
    return {"let": list(derivation.let), "given": list(derivation.given), "goal": derivation.goal}


def content_problem(name: str) -> Problem:
    """The problem of a derivation of the course. Raises MissingError with the nearest name."""
    from lhystudy.study.desk import Desk  # the desk holds a Checking

    with Desk() as desk:
        return problem_of(desk.derivation(name)[1])


def grade_stream(
    requests: Iterable[Mapping[str, Any]], seconds: float = 10.0, lang: Lang | None = None, workers: int | None = None
) -> Generator[dict[str, Any], None, None]:
    """The documents of `check --json` for requests {"id", "text", "derivation"?}, in their order, from all cores.

    Each comes as soon as it and those before it are done, also while the next request is still to come. A request
    with a "fault" is answered by it. Only a few requests a worker are held at a time; leaving early ends the rest.
    """
    count = workers or os.cpu_count() or 1
    idle: queue.Queue[Checking] = queue.Queue()
    pool = [Checking(lang) for _ in range(count)]
    for checking in pool:
        idle.put(checking)
    problems: dict[str, Problem] = {}

    def graded(request: Mapping[str, Any]) -> dict[str, Any]:
        checking = idle.get()
        try:
            return grade(request, checking, problems, seconds)
        finally:
            idle.put(checking)

    threads = ThreadPoolExecutor(count)
    feed = _Feed(requests, lambda request: threads.submit(graded, request), count * AHEAD)
    try:
        while (answer := feed.answers.get()) is not None:
            yield answer.result()
    finally:
        feed.stopped.set()
        for checking in pool:
            checking.end()
        threads.shutdown(wait=False, cancel_futures=True)


class _Feed:
    """Takes requests in on a thread of its own, so that a stream that pauses holds no answer back."""

    def __init__(
        self,
        requests: Iterable[Mapping[str, Any]],
        submit: Callable[[Mapping[str, Any]], Future[dict[str, Any]]],
        most: int,
    ) -> None:
        self.answers: queue.Queue[Future[dict[str, Any]] | None] = queue.Queue(most)  # None at the end
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
            failed: Future[dict[str, Any]] = Future()
            failed.set_exception(error)
            self._put(failed)
        self._put(None)

    def _put(self, answer: Future[dict[str, Any]] | None) -> None:
        while not self.stopped.is_set():
            try:
                return self.answers.put(answer, timeout=0.2)
            except queue.Full:
                continue


def grade(
    request: Mapping[str, Any], checking: Checking, problems: dict[str, Problem], seconds: float
) -> dict[str, Any]:
    """One request's document; what is wrong with the request itself makes it unreadable."""
    from lhystudy.errors import StudyError

    name = request.get("derivation")
    fault = str(request.get("fault") or "")
    problem: Problem | None = None
    if name and not fault:
        try:
            if name not in problems:
                problems[name] = content_problem(str(name))
            problem = problems[name]
        except StudyError as error:
            fault = str(error)
    if fault:
        report = Report("unreadable", False, (), note=fault)
    else:
        report = checking.check(str(request.get("text", "")), derivation=problem, seconds=seconds)
    return {**report.to_json(), "id": request.get("id", "")}
