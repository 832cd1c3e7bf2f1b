"""`make bench`: what lhystudy costs beside what it stands on, as ratios measured in one run."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import tempfile

from benchmarks.app import key_to_frame_seconds, memory_growth, switch_seconds
from benchmarks.first_frame import BARE_APP, first_frame_seconds
from benchmarks.timing import LHYSTUDY, compare_commands, side_by_side
from lhystudy.lab.host import KEEP_MEMORY

PYTHON = sys.executable
MANY = 32  # seeds


def report(what: str, ours: float, theirs: float, limit: float) -> bool:
    ratio = ours / theirs
    print(f"{'ok  ' if ratio <= limit else 'OVER'} {ratio:5.2f}  (limit {limit:4.2f})  {what}", end="  ")
    print(f"[{ours * 1000:.0f} ms / {theirs * 1000:.0f} ms]", flush=True)
    return ratio <= limit


def report_limit(what: str, value: float, limit: float, unit: str) -> bool:
    """One figure that is no ratio of two commands."""
    print(f"{'ok  ' if value <= limit else 'OVER'} {value:5.4g} {unit}  (limit {limit:g})  {what}", flush=True)
    return value <= limit


def start_up(times: int) -> list[bool]:
    faces = [PYTHON, "-c", "import typer, rich.console"]
    results = []
    for command in (["--help"], ["list"]):
        ours, theirs = compare_commands([LHYSTUDY, *command], faces, times)
        results.append(report(f"cold `lhystudy {command[0]}` over `import typer, rich.console`", ours, theirs, 1.6))
    expressions = [LHYSTUDY, "equal", "log(exp(a) exp(b))", "a + b"]
    ours, theirs = compare_commands(expressions, [PYTHON, "-c", "import sympy"], times)
    results.append(report("cold `lhystudy equal` over `import sympy`", ours, theirs, 1.6))
    return results


def first_frame(times: int) -> bool:
    ours, theirs = side_by_side(
        lambda: first_frame_seconds([LHYSTUDY], "lhystudy"),
        lambda: first_frame_seconds([PYTHON, "-c", BARE_APP], "bare app"),
        times,
    )
    return report("the app's first frame over a bare Textual app's", ours, theirs, 2.0)


def in_the_app() -> list[bool]:
    growth, keys = memory_growth()
    return [
        report_limit("from a key to the other place, the slowest, median", switch_seconds() * 1000, 100, "ms"),
        report_limit("from a key to its frame while an experiment trains, 95th percentile",
                     key_to_frame_seconds() * 1000, 50, "ms"),
        report_limit(f"memory after {keys} keys over that after a quarter of them", growth, 1.15, ""),
    ]  # fmt: skip


def bare(experiment: str, seeds: int) -> tuple[float, float]:
    """Wall and processor seconds of an experiment's loop by itself, in a process of its own."""
    command = [PYTHON, "-m", "benchmarks.bare_run", experiment, str(seeds)]
    run = subprocess.run(command, env=os.environ | KEEP_MEMORY, capture_output=True, text=True, check=True)
    wall, processor = map(float, run.stdout.split())
    return wall, processor


def training(times: int) -> bool:
    def streamed() -> float:
        with tempfile.TemporaryDirectory() as home:
            run = subprocess.run(
                [LHYSTUDY, "run", "lstm-demo", "--json", "--threads", "1", "--device", "cpu"],
                env={**os.environ, "LHYSTUDY_HOME": home}, capture_output=True, text=True, check=False,
            )  # fmt: skip
        return float(json.loads(run.stdout.splitlines()[-1])["seconds"])

    ours, theirs = side_by_side(streamed, lambda: bare("lstm-demo", 1)[0], times)
    return report(
        "`lhystudy run lstm-demo`, streamed and kept, over the same loop in a bare script", ours, theirs, 1.03
    )


def many_seeds(times: int) -> list[bool]:
    """All seeds at once beside one seed, in processor seconds of one thread. A loop over seeds would cost MANY."""
    good = []
    for experiment in ("lstm-demo", "optimizer-race", "batch-size"):
        ours, theirs = side_by_side(
            lambda name=experiment: bare(name, MANY)[1],  # type: ignore[misc]
            lambda name=experiment: bare(name, 1)[1],  # type: ignore[misc]
            times,
        )
        good.append(report(f"{MANY} seeds of {experiment} at once over one seed", ours, theirs, 5.0))
        print(f"       {MANY * theirs / ours:.1f} times as fast as {MANY} runs of one seed, one after the other")
    return good


def main() -> int:
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}; medians, run in turn\n")
    good = [*start_up(9), first_frame(5), *in_the_app(), training(5), *many_seeds(2)]
    return 0 if all(good) else 1


if __name__ == "__main__":
    sys.exit(main())
