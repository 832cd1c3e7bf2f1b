"""A judge of pairs in a process of its own: `python -m benchmarks.checker.judges NAME`, a pair in, an answer out.

An answer is {"equal": true, false or null where the judge does not say, "ms", "why"};
ms of processor time, which other work on the machine does not stretch.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from time import process_time
from typing import Any

from benchmarks.checker.examples import assumed
from lhystudy.checker.compare import compare
from lhystudy.checker.nodes import Expr
from lhystudy.checker.problem import Problem, Symbol
from lhystudy.checker.reading.latex import latex
from lhystudy.checker.reading.parse import read_expression

Answer = tuple[bool | None, str]
Judge = Callable[[dict[str, Any]], Answer]
SECONDS = 10.0


def typed(row: dict[str, Any]) -> tuple[Expr, Expr]:
    problem = Problem().declare(*(Symbol(name) for name in row["names"]))
    return read_expression(row["a"], problem), read_expression(row["b"], problem)


def lhystudy() -> Judge:
    def judge(row: dict[str, Any]) -> Answer:
        lets, givens = assumed(row)
        found = compare(row["a"], row["b"], givens, lets, SECONDS)
        equal = {"proved": True, "agrees": True, "refuted": False}.get(found.verdict)
        return equal, found.verdict

    return judge


def sympy() -> Judge:
    """simplify(a - b) == 0, of expressions read by our reader."""
    import sympy as library

    from benchmarks.checker.to_sympy import symbols, to_sympy

    def judge(row: dict[str, Any]) -> Answer:
        names = symbols(*assumed(row))
        one, other = (to_sympy(side, names) for side in typed(row))
        gap = library.simplify(one - other)
        return gap == 0, str(gap)

    return judge


def math_verify() -> Judge:
    """verify(parse(a), parse(b)) of our own LaTeX of both."""
    from math_verify import parse, verify

    def judge(row: dict[str, Any]) -> Answer:
        sides = [parse(f"${latex(side)}$", raise_on_error=True) for side in typed(row)]
        if not all(sides):
            return None, "it could not be read"
        return bool(verify(*sides, raise_on_error=True)), ""

    return judge


JUDGES: dict[str, Callable[[], Judge]] = {"lhystudy": lhystudy, "sympy": sympy, "math-verify": math_verify}
WARM_UP = {"a": "(x + 1)^2", "b": "x^2 + 2 x + 1", "names": ["x"], "assume": []}


def main() -> None:
    judge = JUDGES[sys.argv[1]]()
    for _ in range(3):
        judge(WARM_UP)
    print(json.dumps({"ready": True}), flush=True)
    for line in sys.stdin:
        row, begun = json.loads(line), process_time()
        try:
            equal, why = judge(row)
        except Exception as error:  # a judge that breaks on a pair refuses it
            equal, why = None, f"{type(error).__name__}: {error}"
        ms = (process_time() - begun) * 1000
        print(json.dumps({"equal": equal, "ms": ms, "why": why}), flush=True)


if __name__ == "__main__":
    main()
