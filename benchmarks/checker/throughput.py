"""`check --jsonl` on a long stream of derivations, no two alike: lines a second, and the memory of every process."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread
from time import perf_counter

DERIVATIONS = 4_000
SAMPLE = 0.5  # seconds between two looks at the memory
SETTLED = 0.25  # of the run: what was held then is held against what is held at the end
GROWTH = 1.25  # at most, from then on
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


def requests(count: int) -> Iterator[str]:
    """Lines of JSON, every one with a text of its own."""
    for n in range(1, count + 1):
        template = TEMPLATES[n % len(TEMPLATES)]
        text = template.replace("{twice}", str(2 * (n + 1))).replace("{n}", str(n + 1))
        yield json.dumps({"id": n, "text": text}, ensure_ascii=False) + "\n"


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


def run(count: int) -> tuple[float, int, int, Memory]:
    """Seconds, lines judged, answers out of order, and the memory of a run over `count` derivations."""
    with tempfile.TemporaryDirectory() as home:
        source = Path(home) / "derivations.jsonl"
        with source.open("w", encoding="utf-8") as stream:
            stream.writelines(requests(count))
        begun = perf_counter()
        process = subprocess.Popen([*COMMAND, str(source)], stdout=subprocess.PIPE, text=True, encoding="utf-8")
        memory = Memory(process.pid)
        watcher = Thread(target=memory.watch)
        watcher.start()
        lines = misplaced = 0
        assert process.stdout is not None
        for n, answer in enumerate(process.stdout, 1):
            document = json.loads(answer)
            lines += len(document["lines"])
            misplaced += document["id"] != n
        process.wait()
        memory.ended.set()
        watcher.join()
        return perf_counter() - begun, lines, misplaced + (n - count), memory


def report(count: int) -> bool:
    """Prints the rates and the memory; whether the order was kept and the memory stood still."""
    seconds, lines, misplaced, memory = run(count)
    print(f"check --jsonl: {count} derivations, {lines} lines, {seconds:.1f} s: ", end="")
    print(f"{lines / seconds:.0f} lines/s, {count / seconds:.0f} derivations/s; out of order: {misplaced}")
    good = not misplaced
    first = memory.length * SETTLED
    for process in memory.processes():
        early, late = memory.held(process, 0, first), memory.held(process, first, memory.length)
        name = "parent" if process == memory.root else "worker"
        still = not early or late <= GROWTH * early + 10
        good &= still
        print(f"{'ok  ' if still else 'OVER'} {name}: {early:.0f} MiB in the first quarter, {late:.0f} MiB after it")
    return good
