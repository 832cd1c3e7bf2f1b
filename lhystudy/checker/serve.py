"""The checker as a worker: a JSON request a line on standard input, JSON answers on standard output.

{"do": "check", "text", "derivation", "seconds", "skip", "lang"} is answered by one {"line": n} before each line is
judged and then one {"report": …}; {"do": "compare", "a", "b", "givens", "lets", …} by one {"comparison": …}. A request
that makes no sense is answered by {"error": …}. An answer that says "grown" asks to be the last of this process: it
holds so much memory that a large line would meet the limit early.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from lhystudy.checker.check import check_text
from lhystudy.checker.compare import compare
from lhystudy.checker.limits import MEMORY, limit_process, memory_in_use
from lhystudy.words import set_language

GROWN = MEMORY // 2  # bytes

Answer = dict[str, Any]
Tell = Callable[[Answer], None]


def answer(request: Any, tell: Tell) -> Answer:
    """The answer to one request; `tell` writes what is said on the way."""
    if not isinstance(request, dict):
        return {"error": "a request is a JSON object"}
    if request.get("lang"):
        set_language(str(request["lang"]))
    seconds = float(request.get("seconds") or 10.0)
    if request.get("do") == "check":
        report = check_text(
            str(request.get("text", "")),
            derivation=request.get("derivation"),
            seconds=seconds,
            skip={int(n): str(why) for n, why in (request.get("skip") or {}).items()},
            begin=lambda n: tell({"line": n}),
            told=(lambda line: tell({"judged": asdict(line)})) if request.get("told") else None,
        )
        return {"report": report.to_json()}
    if request.get("do") == "compare":
        comparison = compare(
            str(request.get("a", "")),
            str(request.get("b", "")),
            [str(line) for line in request.get("givens") or ()],
            [str(line) for line in request.get("lets") or ()],
            seconds,
        )
        return {"comparison": comparison.to_json()}
    return {"error": f"cannot do {request.get('do')!r}"}


def serve() -> None:
    """Answers until the input ends."""

    def tell(document: Answer) -> None:
        sys.stdout.write(json.dumps(document, ensure_ascii=False) + "\n")
        sys.stdout.flush()

    for line in sys.stdin:
        if not line.strip():
            continue
        try:
            found = answer(json.loads(line), tell)
            tell({**found, "grown": True} if memory_in_use() > GROWN else found)
        except (ValueError, TypeError, AttributeError) as error:
            tell({"error": str(error)})


if __name__ == "__main__":
    limit_process()
    serve()
