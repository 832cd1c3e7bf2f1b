"""A derivation line by line: each judged where the lines above stand, and what they amount to."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from hashlib import sha256
from time import perf_counter
from typing import Any

from lhystudy.checker import lines as reported
from lhystudy.checker.judge import Judged, judge_line, undecided
from lhystudy.checker.known import KnownSlip, with_known_slip
from lhystudy.checker.lines import begun_with, elapsed, lines_before, status_of
from lhystudy.checker.standing import Standing
from lhystudy.checker.verdict import LineVerdict, Report
from lhystudy.words import language

REMEMBERED = 2048  # lines whose verdicts are kept for the next time that the same lines stand above

_remembered: OrderedDict[str, Judged] = OrderedDict()


def check_text(
    text: str,
    *,
    derivation: Mapping[str, Any] | None = None,
    seconds: float = 10.0,
    skip: Mapping[int, str] | None = None,
    begin: Callable[[int], None] | None = None,
    told: Callable[[LineVerdict], None] | None = None,
) -> Report:
    """Every line of the derivation judged, and what they amount to.

    `derivation` holds lines that stand before the text: `let` and `given` lists and a `goal`, and under `wrong` lines
    {"line", "mistake", "say"} that learners are known to write. `skip` maps numbers of lines that are not to be looked
    at to the reason why. `begin` is told the number of each line before it is looked at, and `told` its verdicts after.
    """
    begun = perf_counter()
    lines = [*((0, line) for line in lines_before(derivation or {})), *enumerate(text.splitlines(), 1)]
    slips = [KnownSlip(**one) for one in (derivation or {}).get("wrong") or ()]
    standing = begun_with([line for n, line in lines if n not in (skip or {})])
    verdicts: list[LineVerdict] = []
    key = f"{language()} {seconds} {''.join(sorted(standing.setting.problem.steps))} {slips}"
    for n, line in lines:
        if n > reported.MOST_LINES:
            verdicts.append(reported.one_too_many(n, line))
            break
        key = sha256(f"{key}\n{n} {line}".encode("utf-8", "surrogatepass")).hexdigest()
        if skip and n in skip:
            judged: tuple[LineVerdict, ...] = (undecided(LineVerdict(n, line, "step", None), skip[n]),)
        else:
            if begin is not None:
                begin(n)
            judged, standing = remembered(key, n, line, standing, slips, seconds)
            if not n and not any(each.verdict == "unreadable" for each in judged):
                continue
        verdicts += judged
        if told is not None:
            for verdict in judged:
                told(verdict)
    status = status_of(verdicts, standing)
    return Report(status, standing.reached, tuple(verdicts), ms=elapsed(begun))


def remembered(key: str, n: int, line: str, standing: Standing, slips: Sequence[KnownSlip], seconds: float) -> Judged:
    """The line's verdicts, worked out once for the same lines above it."""
    known = _remembered.get(key)
    if known is None:
        judged, below = judge_line(n, line, standing, seconds)
        known = with_known_slip(judged, line, standing, slips, seconds), below
        _remembered[key] = known
        while len(_remembered) > REMEMBERED:
            _remembered.popitem(last=False)
    _remembered.move_to_end(key)
    return known
