"""`check --jsonl` on long streams of derivations: lines a second, and the memory of every process."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread
from time import perf_counter
from typing import IO

DERIVATIONS = 2_000  # no two alike
LONG, AGAIN = 66_000, 400  # 250,000 lines of derivations that come again, as in a class that does one exercise
SAMPLE = 0.5  # seconds between two looks at the memory
SETTLED = 0.25  # of the run: what was held then is held against what is held at the end
GROWTH, SLACK = 1.25, 12.0  # at most so many times as much from then on, and so many MiB
COMMAND = [sys.executable, "-m", "lhystudy", "check", "--jsonl"]
PROC = Path("/proc")

TEMPLATES = (
    "let x, y, w : real\ngiven L = (y - {n} w x)^2\ndL/dw = -{twice} x (y - {n} w x)\n= 2 {n}^2 w x^2 - {twice} x y",
    "let z : vector(K)\ngiven p = softmax(z)\ngiven F = {n} sum_k p_k^2\n∂F/∂z_j = {twice} p_j (p_j - F/{n})",
    "let A : symmetric(n)\nlet θ, b : vector(n)\ngiven L = {n} θ^T A θ - b^T θ\n∇_θ L = {twice} A θ - b\n"
    "hess_θ L = {twice} A",
    "given a = sigmoid({n} x)\nda/dx = {n} a (1 - a)\nda/dx = a (1 - a)",
    "{n} x + 1 = 1 + {n} x\n(x + {n})^2 = x^2 + {twice} x + {n}^2\n= x^2 + {twice} x",
)


def requests(count: int, padding: str = "", again: int | None = None) -> Iterator[str]:
    """Lines of JSON; a text comes again after `again` others, or never. The padding stands below each."""
    for n in range(1, count + 1):
        own = n % (again or count)
        text = TEMPLATES[own % len(TEMPLATES)].replace("{twice}", str(2 * (own + 2))).replace("{n}", str(own + 2))
        yield json.dumps({"id": n, "text": text + padding}, ensure_ascii=False) + "\n"


@dataclass
class Memory:
    """Resident memory of a process and its children over a run, in MiB. Samples are (seconds, process, MiB)."""

    root: int
    samples: list[tuple[float, int, float]] = field(default_factory=list)
    ended: Event = field(default_factory=Event)

    def watch(self) -> None:
        begun = perf_counter()
        while not self.ended.wait(SAMPLE):
            for process in (self.root, *children(self.root)):
                size = resident(process)
                if size:
                    self.samples.append((perf_counter() - begun, process, size))

    def held(self, process: int, first: float, last: float) -> float:
        """The most that a process held between two times."""
        return max((size for at, who, size in self.samples if who == process and first <= at <= last), default=0.0)

    @property
    def length(self) -> float:
        return self.samples[-1][0] if self.samples else 0.0

    def processes(self) -> list[int]:
        """In the order in which they began."""
        return list(dict.fromkeys(who for _, who, _ in self.samples))


def children(process: int) -> list[int]:
    """The processes that any of its threads began."""
    found: list[int] = []
    for thread in (PROC / f"{process}/task").glob("*/children"):
        try:
            found += map(int, thread.read_text().split())
        except OSError:  # the thread has ended meanwhile
            continue
    return found


def resident(process: int) -> float:
    try:
        fields = (PROC / f"{process}/status").read_text().splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in fields if line.startswith("VmRSS")), 0.0)


@dataclass(frozen=True)
class Stream:
    """What a run over a stream came to."""

    seconds: float
    derivations: int
    lines: int
    misplaced: int  # answers out of order, missing or too many
    memory: Memory

    def grown(self) -> list[str]:
        """A sentence for each process that held clearly more in the rest of the run than in its beginning."""
        return [told for told, still in self.held() if not still]

    def held(self) -> Iterator[tuple[str, bool]]:
        """What each process held, and whether it stood still."""
        first = self.memory.length * SETTLED
        for process in self.memory.processes():
            early, late = self.memory.held(process, 0, first), self.memory.held(process, first, self.memory.length)
            name = "parent" if process == self.memory.root else "worker"
            told = f"{name}: {early:.0f} MiB in the first quarter, {late:.0f} MiB after it"
            yield told, not early or late <= GROWTH * early + SLACK


def run(stream: Iterable[str]) -> Stream:
    """`check --jsonl` over the lines, fed as it reads."""
    begun = perf_counter()
    process = subprocess.Popen(COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8")
    assert process.stdin is not None and process.stdout is not None
    memory, fed = Memory(process.pid), Fed(process.stdin, stream)
    threads = [Thread(target=memory.watch), Thread(target=fed.feed)]
    for thread in threads:
        thread.start()
    answered = lines = misplaced = 0
    for answer in process.stdout:
        document = json.loads(answer)
        answered += 1
        lines += len(document["lines"])
        misplaced += document["id"] != answered
    process.stdout.close()
    process.wait()
    memory.ended.set()
    for thread in threads:
        thread.join()
    missing = abs(fed.count - answered)
    return Stream(perf_counter() - begun, answered, lines, misplaced + missing, memory)


@dataclass
class Fed:
    """Writes lines into a process, as many as it takes."""

    to: IO[str]
    lines: Iterable[str]
    count: int = 0

    def feed(self) -> None:
        with self.to:
            for line in self.lines:
                self.to.write(line)
                self.count += 1


def report() -> bool:
    """Prints the rates and the memory of both streams; whether the order was kept and the memory stood still."""
    return told("no two alike", run(requests(DERIVATIONS))) & told("each many times", run(requests(LONG, again=AGAIN)))


def told(what: str, stream: Stream) -> bool:
    print(
        f"{what}: check --jsonl: {stream.derivations} derivations, {stream.lines} lines, {stream.seconds:.1f} s: ",
        end="",
    )
    print(
        f"{stream.lines / stream.seconds:.0f} lines/s, {stream.derivations / stream.seconds:.0f} derivations/s", end=""
    )
    print(f"; out of order: {stream.misplaced}")
    for sentence, still in stream.held():
        print(f"{'ok  ' if still else 'OVER'} {sentence}")
    return not stream.misplaced and not stream.grown()


if __name__ == "__main__":
    sys.exit(0 if report() else 1)
