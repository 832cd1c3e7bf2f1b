"""Our checker on every labelled derivation: where it is right, and the processor time of each line."""

from __future__ import annotations

import statistics
from dataclasses import dataclass, field
from time import process_time
from typing import Any

from benchmarks.checker.examples import assumed, derivations, rows
from benchmarks.checker.pairs import percentile
from lhystudy.checker.check import check_text
from lhystudy.checker.compare import compare
from lhystudy.checker.judge import judge_line
from lhystudy.checker.limits import limit_process
from lhystudy.checker.reading.parse import blank, read
from lhystudy.checker.reading.unreadable import Unreadable
from lhystudy.checker.standing import Standing

SECONDS = 10.0
WARM_UP = "let x : vector(n)\ngiven L = sum_k x_k^2\ndL/dx_i = 2 x_i\nd/dx exp(x^2) = exp(x^2)\nH(x) = sin(x)"


@dataclass
class Times:
    """Milliseconds of processor time by line, each with what it was."""

    judging: list[tuple[float, str]] = field(default_factory=list)
    reading: list[float] = field(default_factory=list)

    def line(self, n: int, text: str, name: str, standing: Standing) -> Standing:
        try:
            if blank(text):
                return standing
            begun = process_time()
            read(text, standing.setting.problem, standing.above)
            self.reading.append((process_time() - begun) * 1000)
        except Unreadable:
            pass
        begun = process_time()
        _, standing = judge_line(n, text, standing, SECONDS)
        self.judging.append(((process_time() - begun) * 1000, f"{name}:{n} {text}"))
        return standing


def measured() -> Times:
    """Each line of each derivation once, in a process that is warm."""
    times = Times()
    check_text(WARM_UP)
    for row in derivations():
        standing = Standing()
        for n, text in enumerate(row["text"].split("\n"), 1):
            standing = times.line(n, text, row["id"], standing)
    return times


def is_right(row: dict[str, Any]) -> bool:
    """Whether a right derivation is complete, or a wrong one caught at its line."""
    report = check_text(row["text"])
    if "first_bad" not in row:
        return report.status == "complete"
    first = next((line for line in report.lines if line.verdict not in (None, "proved", "agrees")), None)
    return first is not None and first.n == row["first_bad"] and first.verdict in ("refuted", "unreadable")


def pair_times() -> list[float]:
    """Milliseconds of each pair of expressions, in a process that is warm."""
    found = []
    for row in rows("pairs"):
        lets, givens = assumed(row)
        begun = process_time()
        compare(row["a"], row["b"], givens, lets)
        found.append((process_time() - begun) * 1000)
    return found


def show_times(what: str, ms: list[float], median_limit: float, limit: float | None = None) -> bool:
    median, high = statistics.median(ms), percentile(ms, 95)
    good = median <= median_limit and (limit is None or high <= limit)
    most = f", p95 at most {limit:g}" if limit is not None else ""
    print(
        f"{'ok  ' if good else 'OVER'} {what}: median {median:.2f} ms, p95 {high:.2f} ms, longest {max(ms):.0f} ms",
        end="",
    )
    print(f"  (median at most {median_limit:g}{most})")
    return good


def report() -> bool:
    """Prints what was right and how long it took; whether all of it is as it should be."""
    limit_process()
    every = derivations()
    wrong = [row["id"] for row in every if not is_right(row)]
    right = [row for row in every if "first_bad" not in row]
    print(f"derivations: {len(right)} right and {len(every) - len(right)} wrong ones, {len(wrong)} misjudged", *wrong)
    times = measured()
    results = [
        show_times("a pair of expressions", pair_times(), 2.0),
        show_times("a line of a derivation", [ms for ms, _ in times.judging], 10.0, 150.0),
        show_times("reading a line", times.reading, 2.0),
    ]
    print("slowest lines:", *(f"{ms:8.1f} ms  {text}" for ms, text in sorted(times.judging)[:-6:-1]), sep="\n  ")
    return not wrong and all(results)
