"""From what the seeds measured to the verdict on a claim."""

from __future__ import annotations

import math
from dataclasses import replace
from statistics import fmean

from lhystudy.lab.declare import Claim
from lhystudy.lab.events import ClaimResult
from lhystudy.words import say

ENOUGH_SEEDS = 5  # for an interval over seeds that means something
LEVEL = 0.95


def judge(claim: Claim, values: list[float], seeds: int, quick: bool = False) -> ClaimResult:
    """The verdict on a claim from one measured value a seed.

    One seed is compared with the threshold. From five seeds on, the whole 95 % bootstrap interval of the mean
    must lie on one side of it. None stands for "too small to say", and the note says why.
    """
    verdict = _verdict(claim, values, seeds, quick)
    return replace(verdict, values=[value if math.isfinite(value) else None for value in values])


def _verdict(claim: Claim, values: list[float], seeds: int, quick: bool) -> ClaimResult:
    finite = [value for value in values if math.isfinite(value)]
    if not values or len(finite) < len(values):
        note = (
            say("not measured in this run", "这次运行没有测到")
            if not values
            else say("the measured value is not a finite number", "测得的值不是有限的数")
        )
        return _result(claim, None, None, seeds, None, note)
    measured = fmean(finite)
    interval = bootstrap_interval(finite) if len(finite) >= ENOUGH_SEEDS else None
    if len(values) < seeds:
        note = say("stopped before every seed had measured it", "在所有种子都测完之前就停止了")
        return _result(claim, None, measured, seeds, interval, note)
    if quick:
        note = say("a quick run is too small to say", "快速运行规模太小，不足以下结论")
        return _result(claim, None, measured, seeds, interval, note)
    if seeds == 1:
        return _result(claim, claim.holds_at(measured), measured, seeds, None, "")
    if interval is None:
        note = say(
            f"too few seeds for an interval: take 1 or at least {ENOUGH_SEEDS}",
            f"种子太少，给不出区间：请用 1 个或至少 {ENOUGH_SEEDS} 个",
        )
        return _result(claim, None, measured, seeds, None, note)
    low, high = (claim.holds_at(edge) for edge in interval)
    if low != high:
        note = say("the interval includes the threshold: more seeds", "区间包含阈值：需要更多种子")
        return _result(claim, None, measured, seeds, interval, note)
    return _result(claim, low, measured, seeds, interval, "")


def _result(
    claim: Claim, holds: bool | None, measured: float | None, seeds: int, interval: list[float] | None, note: str
) -> ClaimResult:
    effect = None
    if measured is not None:
        effect = measured - claim.threshold if claim.compare in (">", ">=") else claim.threshold - measured
    return ClaimResult(
        id=claim.id,
        text=say(claim.en, claim.zh),
        holds=holds,
        measured=measured,
        compare=claim.compare,
        threshold=claim.threshold,
        seeds=seeds,
        effect=effect,
        ci=interval,
        note=note,
    )


def bootstrap_interval(values: list[float]) -> list[float]:
    """The 95 % BCa bootstrap interval of the mean, the same for the same values.

    Source: Efron, "Better bootstrap confidence intervals" (1987), as SciPy computes it.
    """
    if min(values) == max(values):
        return [values[0], values[0]]
    import numpy as np  # SciPy takes longer to load than a short run: only bands need it
    from scipy.stats import bootstrap

    centre = fmean(values)
    spread = max(abs(value - centre) for value in values)  # SciPy raises values to powers that may overflow
    found = bootstrap(
        ([(value - centre) / spread for value in values],),
        np.mean,
        confidence_level=LEVEL,
        n_resamples=9999,
        method="BCa",
        random_state=np.random.default_rng(0),
    ).confidence_interval
    return [max(min(values), centre + spread * float(found.low)), min(max(values), centre + spread * float(found.high))]
