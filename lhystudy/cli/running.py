"""Following runs from the command line: live on a terminal, as JSON lines, into files; Ctrl-C stops them cleanly."""

from __future__ import annotations

import csv
import json
import math
import signal
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from types import FrameType
from typing import TextIO

from lhystudy.cli import console
from lhystudy.cli.live import Live
from lhystudy.errors import StudyError
from lhystudy.files import reason
from lhystudy.lab.events import Metric, Moment, Result, to_line
from lhystudy.lab.record import Record
from lhystudy.lab.request import Request
from lhystudy.study.experiment import watch
from lhystudy.study.many import ManyRuns, Ran
from lhystudy.words import say


@dataclass
class Interrupt:
    """Whether Ctrl-C was pressed."""

    pressed: bool = False


@contextmanager
def stopping(stop: Callable[[], None]) -> Iterator[Interrupt]:
    """While inside, the first Ctrl-C calls `stop` and the second leaves at once."""
    interrupt = Interrupt()

    def on_interrupt(_: int, __: FrameType | None) -> None:
        if interrupt.pressed:
            raise KeyboardInterrupt
        interrupt.pressed = True
        stop()

    before = signal.signal(signal.SIGINT, on_interrupt)
    try:
        yield interrupt
    finally:
        signal.signal(signal.SIGINT, before)


@dataclass
class Followed:
    """A run that was followed to its end."""

    record: Record
    interrupted: bool = False
    trouble: StudyError | None = None  # why it could not be kept, in the store or in a folder

    @property
    def failed(self) -> bool:
        """Whether it broke off by a fault."""
        return self.record.result is None or self.record.result.status == "failed"

    @property
    def code(self) -> int:
        """The exit code: 130 interrupted, 3 not kept, 1 failed or a claim does not hold, else 0."""
        if self.interrupted:
            return console.INTERRUPTED
        if self.trouble is not None:
            return self.trouble.exit_code
        return console.NO if self.failed or any(claim.holds is False for claim in self.record.claims) else console.DONE


def follow(request: Request, *, as_json: bool = False, out: Path | None = None) -> Followed:
    """Runs a request to its end and gives back all that it said."""
    with ExitStack() as stack:
        run = watch(request)
        stack.callback(run.close)
        files = stack.enter_context(Files(out)) if out else None
        record = Record()
        interrupt = stack.enter_context(stopping(run.stop))
        moments = stack.enter_context(closing(run.moments()))
        live = stack.enter_context(Live(record)) if not as_json and console.is_terminal() else None
        for moment in moments:
            record.take(moment.event)
            if as_json:
                console.json_text(to_line(moment.event, moment.seconds))
            if files is not None:
                files.take(moment)
            if live is not None:
                live.show(moment.seconds)
    return Followed(record, interrupt.pressed, run.trouble or (files.trouble if files else None))


@dataclass
class ManyFollowed:
    """Runs that were followed together, in the order of their requests; those that never began are left out."""

    runs: list[Followed]
    refusals: list[StudyError]
    interrupted: bool


def follow_many(
    requests: Sequence[Request],
    names: Sequence[str],
    *,
    engine: str = "local",
    as_json: bool = False,
    folders: Sequence[Path] = (),
) -> ManyFollowed:
    """Runs many requests at once, each told on standard error under its name as it ends, in any order."""
    many = ManyRuns(requests, engine, Tally(names).count)
    found = ManyFollowed([], [], False)
    with stopping(many.stop) as interrupt, closing(many.runs()) as runs:
        for ran in runs:
            if ran.refusal is not None:
                found.refusals.append(ran.refusal)
                continue
            record = Record()
            for moment in ran.moments:
                record.take(moment.event)
                if as_json:
                    console.json_text(to_line(moment.event, moment.seconds))
            trouble = ran.trouble or (write_files(ran.moments, folders[ran.place]) if folders else None)
            if record.start is not None:
                found.runs.append(Followed(record, trouble=trouble))
    found.interrupted = interrupt.pressed
    for trouble in {str(run.trouble): run.trouble for run in found.runs if run.trouble}.values():
        console.complain(trouble)
    return found


class Tally:
    """Counts runs on standard error as they end."""

    def __init__(self, names: Sequence[str]) -> None:
        self._names = names
        self._done = 0
        self._lock = Lock()

    def count(self, ran: Ran) -> None:
        """Tells that one has ended."""
        with self._lock:
            self._done += 1
            result = ran.moments[-1].event if ran.moments else None
            told = [f"{self._done}/{len(self._names)}", self._names[ran.place]]
            if isinstance(result, Result):
                told += [f"{result.seconds:.1f} s", result.message]
            console.talk("  ".join([*filter(None, told), *([str(ran.refusal)] if ran.refusal else [])]))


def write_files(moments: Iterable[Moment], folder: Path) -> StudyError | None:
    """Writes the files of `--out` for a run that has ended; why they could not be written."""
    with Files(folder) as files:
        for moment in moments:
            files.take(moment)
    return files.trouble


class Files:
    """The folder of `--out`: events.jsonl while it runs, result.json and metrics.csv at the end.

    A folder that cannot be written to is refused at once; one that fills up later ends the writing, not the run.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.trouble: StudyError | None = None
        self._metrics: list[Metric] = []
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._events: TextIO = (folder / "events.jsonl").open("w", encoding="utf-8", newline="\n")
        except OSError as error:
            raise self._fault(error) from None

    def take(self, moment: Moment) -> None:
        """Writes one event."""
        if self.trouble is not None:
            return
        line = to_line(moment.event, moment.seconds)
        try:
            self._events.write(line + "\n")
            if isinstance(moment.event, Metric):
                self._metrics.append(moment.event)
            elif isinstance(moment.event, Result):
                self._events.flush()
                document = json.dumps(json.loads(line), ensure_ascii=False, indent=1)
                (self.folder / "result.json").write_text(document + "\n", encoding="utf-8")
                self._write_metrics()
        except OSError as error:
            self.trouble = self._fault(error)

    def _write_metrics(self) -> None:
        with (self.folder / "metrics.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(["chart", "series", "x", "y", "lo", "hi"])
            for metric in self._metrics:
                numbers = (metric.x, metric.y, metric.lo, metric.hi)
                shown = ["" if value is None or math.isnan(value) else repr(value) for value in numbers]
                writer.writerow([metric.chart, metric.series, *shown])

    def _fault(self, error: OSError) -> StudyError:
        return StudyError(
            say(f"cannot write there: {reason(error)}", f"无法写入：{reason(error)}"),
            where=str(self.folder),
            hint=say("give another folder to --out", "请给 --out 另一个文件夹"),
        )

    def __enter__(self) -> Files:
        return self

    def __exit__(self, *_: object) -> None:
        try:
            self._events.close()
        except OSError as error:
            self.trouble = self.trouble or self._fault(error)
