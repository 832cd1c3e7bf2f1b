"""Derivations judged in the checker's own process: started when first needed, started anew when a line breaks it."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from functools import partial
from threading import Lock
from time import monotonic
from types import TracebackType
from typing import Any, Self

from lhystudy.checker.verdict import (
    Comparison,
    LineVerdict,
    Report,
    comparison_from_json,
    line_from_json,
    report_from_json,
)
from lhystudy.child import Child, ChildDied, ChildTimeout
from lhystudy.course.parts import Derivation
from lhystudy.errors import StudyError
from lhystudy.study.engine import Pool, hire
from lhystudy.words import Lang, language, say

WORKER = "lhystudy.checker.serve"
PATIENCE = 5.0  # seconds beyond a line's own limit before the worker is given up
START = 20.0  # seconds that a worker may take to start
BREAKS = 20  # lines of one derivation that may break a worker before the rest is given up

Problem = Mapping[str, Any]


class Checking:
    """Judges derivations and comparisons, one at a time; threads that ask meanwhile wait."""

    def __init__(self, lang: Lang | None = None) -> None:
        self._lang = lang
        self._child: Child | None = None
        self._lock = Lock()
        self._ended = False

    def check(
        self,
        text: str,
        derivation: Problem | None = None,
        seconds: float = 10.0,
        told: Callable[[LineVerdict], None] | None = None,
    ) -> Report:
        """The report on the text. A line that breaks the worker is undecided, and the others are still judged.

        `told` is given each verdict once, as soon as it is there.
        """
        begun = monotonic()
        request: dict[str, Any] = {"do": "check", "text": text, "derivation": derivation, "seconds": seconds}
        if told is not None:
            request["told"] = True
        heard: list[LineVerdict] = []

        def hear(nth: int, verdict: LineVerdict) -> None:
            if told is not None and nth == len(heard):  # a worker that starts anew begins with the first line again
                heard.append(verdict)
                told(verdict)

        skipped: dict[str, str] = {}
        with self._lock:
            while True:
                at, answer, broken = self._asked({**request, "skip": skipped}, seconds, hear)
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

    def _asked(
        self, request: dict[str, Any], seconds: float, hear: Callable[[int, LineVerdict], None] | None = None
    ) -> tuple[int, dict[str, Any] | None, str]:
        """The worker's answer, or the line at which it broke and why. `hear` is given each verdict and its place."""
        line = judged = 0
        fresh = self._child is None or not self._child.alive
        try:
            child = self._worker()
            child.send({**request, "lang": self._lang or language()})
            while True:
                message = child.receive(seconds + PATIENCE + (START if fresh else 0.0))
                fresh = False
                if message is None:
                    raise ChildDied(None, child.stderr)
                if "judged" in message and hear is not None:
                    hear(judged, line_from_json(message["judged"]))
                    judged += 1
                elif set(message) == {"line"}:
                    line = int(message["line"])
                else:
                    if message.pop("grown", False):
                        self.close()
                    return line, message, ""
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


def posed(derivation: Derivation) -> Problem:
    """The problem as a learner gets it: with what the lesson says of the wrong lines that it knows."""
    wrong = [{"line": one.line, "mistake": one.mistake, "say": one.flaw.said()} for one in derivation.wrong]
    return {**problem_of(derivation), "wrong": wrong}


def content_problem(name: str) -> Problem:
    """The problem of a derivation of the course. Raises MissingError with the nearest name."""
    from lhystudy.study.desk import Desk  # the desk holds a Checking

    with Desk() as desk:
        return posed(desk.derivation(name)[1])


class Grader:
    """Judges requests {"id", "text", "problem"?, "fault"?, "seconds"} one after the other."""

    def __init__(self, lang: Lang) -> None:
        self._checking = Checking(lang)

    def do(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """The document of `check --json` for one request; one with a fault is answered by it."""
        if request.get("fault"):
            report = Report("unreadable", False, (), note=str(request["fault"]))
        else:
            text, problem = str(request.get("text", "")), request.get("problem")
            report = self._checking.check(text, derivation=problem, seconds=request["seconds"])
        return {**report.to_json(), "id": request.get("id", "")}

    def end(self) -> None:
        """Ends the checker's process."""
        self._checking.end()


def grade_stream(
    requests: Iterable[Mapping[str, Any]],
    seconds: float = 10.0,
    lang: Lang | None = None,
    workers: int | None = None,
    engine: str = "local",
) -> Generator[dict[str, Any], None, None]:
    """The documents of `check --json` for requests {"id", "text", "derivation"?}, in their order, from all cores.

    Each comes as soon as it and those before it are done, also while the next request is still to come. A request
    with a "fault" is answered by it. Only a few requests a worker are held at a time; leaving early ends the rest.
    """
    problems: dict[str, Problem | str] = {}

    def posed() -> Iterator[Mapping[str, Any]]:
        for request in requests:
            name = str(request.get("derivation") or "")
            if not name or request.get("fault"):
                yield {**request, "seconds": seconds}
                continue
            if name not in problems:
                problems[name] = _problem_or_fault(name)
            posing = problems[name]
            yield {**request, "seconds": seconds, ("fault" if isinstance(posing, str) else "problem"): posing}

    pool: Pool[Mapping[str, Any], dict[str, Any]] = Pool(hire(partial(Grader, lang or language()), engine, 1, workers))
    yield from pool.answers(posed())


def _problem_or_fault(name: str) -> Problem | str:
    """The problem of a derivation of the course, or why there is none."""
    try:
        return content_problem(name)
    except StudyError as error:
        return str(error)
