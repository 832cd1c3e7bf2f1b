"""The child process that runs one experiment: a request on standard input, events on standard output.

Whatever an experiment prints goes to standard error. A second line on standard input, or its end, asks for a stop.
"""

from __future__ import annotations

import hashlib
import importlib
import importlib.util
import json
import os
import sys
import threading
import traceback
from collections.abc import Callable, Generator
from contextlib import suppress
from dataclasses import replace
from io import FileIO
from time import perf_counter
from types import ModuleType
from typing import Any, TextIO

from lhystudy.child import unloadable
from lhystudy.errors import StudyError
from lhystudy.lab.card import Card
from lhystudy.lab.catalogue import find
from lhystudy.lab.events import Event, Log, Result, Start, Status, to_line
from lhystudy.lab.request import Request, request_from_json
from lhystudy.words import say, set_language

ORPHAN_SECONDS = 2.0  # how long a run may go on once nobody listens
EVENT_LIMIT = 100_000  # of a run
LINE_LIMIT = 4 * 1024 * 1024  # characters of one event


class Flood(Exception):
    """The experiment says more than anybody can keep."""


class Stream:
    """Writes events with the seconds since the first one."""

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self._start = perf_counter()
        self._sent = 0

    @property
    def seconds(self) -> float:
        return perf_counter() - self._start

    def send(self, event: Event) -> None:
        """One event, one line. Raises Flood when there are too many or one is too long."""
        line = to_line(event, self.seconds)
        self._sent += 1
        if not isinstance(event, Result) and (self._sent > EVENT_LIMIT or len(line) > LINE_LIMIT):
            raise Flood
        self.write(line)

    def write(self, line: str) -> None:
        """One line, or the end of this process when the reader is gone."""
        try:
            self._file.write(line + "\n")
            self._file.flush()
        except OSError:
            os._exit(1)


def main() -> None:
    """Reads the request, runs the experiment and ends; a request that cannot be carried out is refused."""
    stream = Stream(take_stdout())
    requests = FileIO(0, closefd=False)  # unbuffered: no lock is held when this process ends
    request = request_from_json(json.loads(requests.readline()))
    set_language(request.language)
    try:
        prepared = Prepared(request)
    except StudyError as error:
        refusal = {"message": error.message, "where": error.where, "hint": error.hint, "exit_code": error.exit_code}
        stream.write(json.dumps({"refused": refusal}))
        return
    stop = threading.Event()
    threading.Thread(target=watch, args=(requests, stop), daemon=True).start()
    carry_out(prepared, Stream(stream._file), stop)


def take_stdout() -> TextIO:
    """The real standard output; from here on `print`, and what C code prints, goes to standard error."""
    channel = os.fdopen(os.dup(1), "w", encoding="utf-8", newline="\n")
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    return channel


def watch(requests: FileIO, stop: threading.Event) -> None:
    """Asks for a stop when a line comes or the input ends; after its end nobody waits for a long step."""
    line = requests.readline()
    stop.set()
    while line:
        line = requests.readline()
    threading.Event().wait(ORPHAN_SECONDS)
    os._exit(1)


class Prepared:
    """An experiment that is ready to run: checked, imported, its device chosen."""

    def __init__(self, request: Request) -> None:
        try:
            from lhystudy.lab import devices
        except (ImportError, OSError) as error:  # torch is missing, or a library of its own is
            raise unloadable(error) from error

        self.request = request
        self.card = find(request.experiment)
        params = self.card.settings(request.params, request.quick)
        self.device = devices.set_up(request)
        module = import_experiment(self.card)
        self.config = module.Config(**params)
        self.run: Callable[[Any, Any], Generator[Event, None, None]] = module.run
        self.start = Start(
            name=self.card.name,
            params=params,
            seeds=list(request.seeds),
            device=str(self.device),
            versions=devices.versions(code_hash(self.card)),
            threads=request.threads,
            quick=request.quick,
            dtype=request.dtype,
            file=str(self.card.file) if self.card.own else "",
        )


def code_hash(card: Card) -> str:
    """The first twelve hexadecimal digits of the SHA-256 of the experiment's file."""
    return hashlib.sha256(card.file.read_bytes()).hexdigest()[:12]


def import_experiment(card: Card) -> ModuleType:
    """The experiment's module. Raises StudyError, with file and line, when it cannot be imported."""
    name = f"own_experiment_{card.file.stem}" if card.own else f"lhystudy.lab.experiments.{card.file.stem}"
    try:
        if not card.own:
            return importlib.import_module(name)
        spec = importlib.util.spec_from_file_location(name, card.file)
        assert spec is not None and spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module  # dataclasses look their module up
        sys.path.insert(0, str(card.file.parent))
        spec.loader.exec_module(module)
        return module
    except (Exception, SystemExit) as error:
        line = line_in(card, error)
        where = f"{card.file}:{line}" if line else str(card.file)
        raise StudyError(
            say("the experiment cannot be imported: ", "实验无法导入：") + f"{type(error).__name__}: {error}",
            where=where,
        ) from None


def line_in(card: Card, error: BaseException) -> int | None:
    """The line of the experiment's file where the error passed through last, or None."""
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == str(card.file)]
    return lines[-1] if lines else None


def carry_out(prepared: Prepared, stream: Stream, stop: threading.Event) -> None:
    """Runs the experiment, writes the events, the verdicts and the result, whatever happens.

    When memory runs out the run starts again with half the seeds: another Start, and a sentence that says so.
    """
    seeds = prepared.request.seeds
    stream.send(prepared.start)
    while True:
        merge, status, message, crowded = attempt(prepared, seeds, stream, stop)
        if not crowded:
            break
        free_memory(prepared)
        many, seeds = len(seeds), seeds[: len(seeds) // 2]
        stream.send(replace(prepared.start, seeds=list(seeds)))
        stream.send(
            Log(
                say(
                    f"memory ran out with {many} seeds: the run started again with {len(seeds)}",
                    f"{many} 个种子时内存不足：改用 {len(seeds)} 个种子重新开始",
                )
            )
        )
    finish(prepared.card, len(seeds), prepared.request.quick, merge, stream, status, message)


def attempt(
    prepared: Prepared, seeds: tuple[int, ...], stream: Stream, stop: threading.Event
) -> tuple[Any, Status, str, bool]:
    """One go at the run: what was measured, how it ended, why, and whether fewer seeds might have fitted in memory."""
    from lhystudy.lab.devices import out_of_memory
    from lhystudy.lab.merge import Merge
    from lhystudy.lab.seeds import Seeds

    merge, said = (
        Merge(seeds),
        prepared.run(prepared.config, Seeds(seeds, prepared.device, prepared.request.dtype == "bfloat16")),
    )
    status: Status = "done"
    message = ""
    crowded = False
    try:
        for event in said:
            for merged in merge.take(event):
                stream.send(merged)
            if stop.is_set():
                status, message = "stopped", say("stopped before its end", "在结束之前被停止")
                break
    except Flood:
        status = "failed"
        message = say("the experiment reports too much: yield fewer events", "实验报告得太多：请减少 yield 的事件")
    except (Exception, SystemExit) as error:
        status, message = "failed", explain(error, prepared)
        crowded = len(seeds) > 1 and out_of_memory(error)
    with suppress(Exception):  # a generator that objects to its end has nothing more to say
        said.close()
    return merge, status, message, crowded


def free_memory(prepared: Prepared) -> None:
    """Lets go of what an ended run still holds."""
    import gc

    import torch

    gc.collect()
    if prepared.device.type == "cuda":
        torch.cuda.empty_cache()


def explain(error: BaseException, prepared: Prepared) -> str:
    """The failure in one sentence with the line of the experiment; the trace goes to standard error."""
    from lhystudy.lab.devices import describe_failure

    if isinstance(error, StudyError):  # data of the learner's that cannot be used: it names the place itself
        return str(error)
    with suppress(MemoryError):
        traceback.print_exception(error)
    line = line_in(prepared.card, error)
    place = f" ({prepared.card.file.name}:{line})" if line else ""
    return describe_failure(error, prepared.device) + place


def finish(card: Card, seeds: int, quick: bool, merge: Any, stream: Stream, status: Status, message: str) -> None:
    """The verdict on every claim, and the result."""
    from lhystudy.lab.judge import judge

    for unknown in sorted(set(merge.measured) - {claim.id for claim in card.claims}):
        stream.send(Log(say(f"the file declares no claim {unknown!r}", f"文件没有声明论断 {unknown!r}")))
    claims = []
    for claim in card.claims:
        verdict = judge(claim, merge.measured.get(claim.id, []), seeds, quick)
        with suppress(Flood):
            stream.send(verdict)
        claims.append(verdict)
    documents = [json.loads(to_line(verdict, 0.0)) for verdict in claims]
    for document in documents:
        del document["event"], document["t"]
    stream.send(Result(status, None, round(stream.seconds, 4), documents, message))


if __name__ == "__main__":
    main()
    os._exit(0)  # torch takes long to let go of what the end of the process frees anyway
