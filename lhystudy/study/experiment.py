"""An experiment as a student runs it: asked for in words, watched while it runs, kept, repeated and replayed."""

from __future__ import annotations

import shlex
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from threading import Event
from time import monotonic

from lhystudy.errors import MissingError, StudyError
from lhystudy.lab.card import Card
from lhystudy.lab.catalogue import find
from lhystudy.lab.events import ClaimResult, Moment, Result, Start, to_json, to_line
from lhystudy.lab.host import STOP_SECONDS, Run
from lhystudy.lab.request import DEVICES, DTYPES, Request
from lhystudy.store import claims, runs
from lhystudy.store.db import Database, open_store
from lhystudy.store.runs import StoredRun
from lhystudy.words import language, say

MOST_SEEDS = 1000
MOST_THREADS = 256
SAVE_SECONDS = 0.5  # between two writes to the store
SAVE_LINES = 500


def read_assignments(words: Sequence[str]) -> dict[str, str]:
    """`key=value` words as a mapping. Raises StudyError for a word without `=` and for a key given twice."""
    given: dict[str, str] = {}
    for word in words:
        key, equals, value = word.partition("=")
        key = key.strip().replace("-", "_")
        if not equals or not key:
            raise StudyError(
                say(f"{word!r} sets nothing", f"{word!r} 没有设置任何参数"),
                hint=say("write key=value", "要写成 参数=值"),
            )
        if key in given:
            raise StudyError(say(f"{key} is set twice", f"{key} 设置了两次"))
        given[key] = value.strip()
    return given


def plan(
    name: str,
    assignments: Sequence[str] = (),
    *,
    seed: int = 0,
    seeds: int = 1,
    device: str = "auto",
    dtype: str = "float32",
    threads: int = 1,
    quick: bool = False,
    full: bool = False,
) -> Request:
    """The request for one run, every parameter filled in and checked. Raises StudyError for what cannot be run."""
    card = find(name)
    _check_number("--seed", seed, 0, 2**31)
    _check_number("--seeds", seeds, 1, MOST_SEEDS)
    _check_number("--threads", threads, 1, MOST_THREADS)
    check_choice("--device", device, DEVICES)
    check_choice("--dtype", dtype, DTYPES)
    if dtype == "bfloat16" and not card.bfloat16:
        raise StudyError(
            say(f"{card.name} does not compute in bfloat16", f"{card.name} 不能用 bfloat16 计算"),
            hint=say("leave --dtype out, or take float64", "去掉 --dtype，或用 float64"),
        )
    if full and (quick or not card.full):
        raise StudyError(
            say("--quick and --full exclude each other", "--quick 与 --full 不能同时使用")
            if quick
            else say(f"{card.name} has no full size", f"{card.name} 没有完整规模的设置"),
            hint=say("leave --full out", "去掉 --full"),
        )
    return Request(
        experiment=str(card.file) if card.own else card.name,
        params=card.settings(read_assignments(assignments), quick, full),
        seeds=tuple(range(seed, seed + seeds)),
        device=device,
        dtype=dtype,
        threads=threads,
        quick=quick,
        language=language(),
    )


def _check_number(option: str, value: int, low: int, high: int) -> None:
    if not low <= value <= high:
        raise StudyError(
            say(
                f"{option} must be from {low} to {high}, not {value}",
                f"{option} 应在 {low} 到 {high} 之间，而不是 {value}",
            )
        )


def check_choice(option: str, value: str, choices: tuple[str, ...]) -> None:
    """Raises StudyError for a value that is none of the choices."""
    if value not in choices:
        offered = ", ".join(choices)
        raise StudyError(
            say(f"{option} must be one of {offered}, not {value}", f"{option} 应为 {offered} 之一，而不是 {value}")
        )


class Watch:
    """A run that is kept in the store while somebody watches it.

    It starts at once. `moments` may be gone through once; leaving it early stops the run and keeps what was sent.
    `stop` may be called from any thread.
    """

    def __init__(self, request: Request, predictions: dict[str, str] | None = None) -> None:
        self.request = request
        self.id: int | None = None  # the store's, once the run has begun
        self.trouble: MissingError | None = None  # why the run could not be kept
        self._predictions = predictions or {}
        self._run = Run(request)
        self._watched = False
        self._kept = Event()  # set once all is in the store that ever will be

    def moments(self) -> Generator[Moment, None, None]:
        """Every event with its time; the last is the Result, with the store's id of the run.

        Raises StudyError when the run cannot begin.
        """
        self._watched = True
        try:
            yield from self._moments()
        finally:
            self._kept.set()

    def _moments(self) -> Generator[Moment, None, None]:
        with self._run, _store_or_why_not() as (database, trouble):
            keeper = Keeper(database, self._predictions, datetime.now(UTC), trouble)
            try:
                for moment in self._run.moments():
                    kept = keeper.take(moment)
                    self.id, self.trouble = keeper.run, keeper.trouble
                    yield kept
            finally:
                keeper.finish()
                self.trouble = keeper.trouble

    def stop(self) -> None:
        """Asks the run to end after its current step."""
        self._run.stop()

    def close(self) -> None:
        """Ends the run as stopped and waits until that is kept, where a thread goes through its moments."""
        self._run.stop()
        if self._watched:
            self._kept.wait(STOP_SECONDS + 1.0)
        self._run.close()


def watch(request: Request, predictions: dict[str, str] | None = None) -> Watch:
    """Starts a run. `predictions` says what the learner expects, claim by claim, and is kept beside the outcome."""
    return Watch(request, predictions)


@contextmanager
def _store_or_why_not() -> Iterator[tuple[Database, MissingError | None]]:
    """The store; where it cannot be written, what can be read of it, and why the run is not kept."""
    trouble = None
    try:
        database = open_store()
    except MissingError as error:
        database, trouble = open_store(holding=True), error
    with database:
        yield database, trouble


class Keeper:
    """Writes a run's events to the store in batches. A store that fails ends the keeping, not the run."""

    def __init__(
        self, database: Database, predictions: dict[str, str], began: datetime, trouble: MissingError | None = None
    ) -> None:
        self.run: int | None = None
        self.trouble = trouble  # why nothing more is kept
        self._database = database
        self._predictions = predictions
        self._began = began
        self._lines: list[str] = []
        self._claims: list[ClaimResult] = []
        self._written = 0
        self._saved_at = monotonic()
        self._last = Moment(0.0, Result("stopped"))

    def take(self, moment: Moment) -> Moment:
        """Keeps a moment; gives it back, the result with the run's id."""
        event = moment.event
        if isinstance(event, Start):
            self._begin(event)
        if isinstance(event, Result):
            self._save()  # first, so that the result can say whether all before it was kept
            message = event.message if self.trouble is None else f"{event.message} {self.trouble}".strip()
            event = replace(event, run=self.run, message=message)
        if isinstance(event, ClaimResult):
            self._claims.append(event)
        self._last = Moment(moment.seconds, event)
        self._lines.append(to_line(event, moment.seconds))
        if len(self._lines) >= SAVE_LINES or monotonic() - self._saved_at > SAVE_SECONDS:
            self._save()
        return self._last

    def finish(self) -> None:
        """Keeps what is left and closes the run: stopped, unless its result says otherwise."""
        self._save()
        event = self._last.event
        if self.run is not None and self.trouble is None:
            ended = event if isinstance(event, Result) else Result("stopped", seconds=self._last.seconds)
            try:
                runs.finish(self._database, self.run, ended.status, ended.seconds, ended.message)
            except MissingError as error:
                self.trouble = error

    def _begin(self, start: Start) -> None:
        """Opens the run in the store; a second start of the same run says which seeds it goes on with."""
        if self.trouble is not None:
            return None
        try:
            if self.run is not None:
                return runs.restart(self._database, self.run, start.seeds)
            with self._database.transaction():
                self.run = runs.begin(self._database, to_json(start, 0.0), self._began)
                for claim, predicted in self._predictions.items():
                    claims.predict(self._database, self.run, claim, predicted)
        except MissingError as error:
            self.trouble = error

    def _save(self) -> None:
        self._saved_at = monotonic()
        lines, self._lines = self._lines, []
        judged, self._claims = self._claims, []
        if self.run is None or self.trouble is not None or not lines:
            return
        try:
            with self._database.transaction():
                runs.add_events(self._database, self.run, self._written, lines)
                for claim in judged:
                    claims.add(self._database, self.run, to_json(claim, 0.0))
            self._written += len(lines)
        except MissingError as error:
            self.trouble = error


def command_line(start: Start, card: Card | None, device: str | None = None) -> str:
    """The command that runs this again exactly, without what the card's defaults say anyway.

    `device` is the one that was asked for, where that is known; else the one that was taken.
    """
    words = ["lhystudy", "run", start.name if card is not None and card.package else start.file or start.name]
    usual = card.settings({}, start.quick) if card is not None else {}
    device = device or start.device.split(":")[0]
    for key, value in start.params.items():
        if key not in usual or usual[key] != value:
            words += ["--set", f"{key}={str(value).lower() if isinstance(value, bool) else value}"]
    words += ["--seed", str(start.seeds[0])]
    if len(start.seeds) > 1:
        words += ["--seeds", str(len(start.seeds))]
    if device != "auto":
        words += ["--device", device]
    if start.dtype != "float32":
        words += ["--dtype", start.dtype]
    if start.threads != 1:
        words += ["--threads", str(start.threads)]
    if start.quick:
        words.append("--quick")
    return shlex.join(words)


def request_of(run: StoredRun) -> Request:
    """The request that repeats a stored run."""
    return Request(
        experiment=run.file or run.experiment,
        params=run.params,
        seeds=run.seeds,
        device=run.device.split(":")[0],
        dtype=run.dtype,
        threads=run.threads,
        quick=run.quick,
        language=language(),
    )
