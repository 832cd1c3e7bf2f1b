"""Claims: what one seed, few seeds and many seeds may say."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy.stats import norm

from lhystudy.lab.declare import Claim
from lhystudy.lab.judge import bootstrap_interval, judge

ABOVE = Claim("a", ">", 1.0, "en", "zh", "q", "q")
BELOW = Claim("b", "<=", 1.0, "en", "zh", "q", "q")


@pytest.mark.parametrize(("claim", "value", "holds"), [(ABOVE, 1.5, True), (ABOVE, 1.0, False), (BELOW, 1.0, True)])
def test_one_seed_is_compared_with_the_threshold(claim: Claim, value: float, holds: bool) -> None:
    assert judge(claim, [value], 1).holds is holds


def test_effect_is_the_distance_on_the_claims_side() -> None:
    assert judge(ABOVE, [1.5], 1).effect == 0.5
    assert judge(BELOW, [1.5], 1).effect == -0.5


@pytest.mark.parametrize("seeds", [2, 3, 4])
def test_a_few_seeds_are_too_few_to_say(seeds: int) -> None:
    verdict = judge(ABOVE, [9.0] * seeds, seeds)
    assert verdict.holds is None and verdict.measured == 9.0 and "too few seeds" in verdict.note


@pytest.mark.parametrize(
    ("values", "holds"),
    [([2.0, 2.1, 2.2, 1.9, 2.0], True), ([0.1, 0.2, 0.1, 0.3, 0.2], False), ([0, 2, 0, 2, 1.1], None)],
)
def test_many_seeds_must_clear_the_threshold_with_their_whole_interval(values: list[float], holds: bool | None) -> None:
    verdict = judge(ABOVE, values, 5)
    assert verdict.holds is holds and verdict.ci is not None


def test_a_quick_run_says_nothing() -> None:
    assert judge(ABOVE, [9.0], 1, quick=True).holds is None
    assert judge(ABOVE, [9.0] * 8, 8, quick=True).holds is None


@pytest.mark.parametrize("values", [[], [float("nan")], [1.0, float("inf")]])
def test_nothing_measured_is_nothing_said(values: list[float]) -> None:
    verdict = judge(ABOVE, values, max(len(values), 1))
    assert verdict.holds is None and verdict.measured is None and verdict.note


def test_seeds_that_did_not_come_to_measuring_leave_the_claim_open() -> None:
    assert judge(ABOVE, [9.0] * 6, 8).holds is None


def test_equal_values_have_an_interval_of_no_width() -> None:
    assert bootstrap_interval([0.25] * 6) == [0.25, 0.25]


def test_the_interval_stays_within_the_values_and_repeats() -> None:
    values = [1e300, 2e300, 0.0, 0.0, 0.0]
    low, high = bootstrap_interval(values)
    assert 0.0 <= low < high <= 2e300
    assert bootstrap_interval(values) == [low, high]


@pytest.mark.parametrize(
    ("draw", "mean", "least"),
    [
        (lambda chance: chance.normal(0, 1, 16), 0.0, 0.86),
        (lambda chance: chance.exponential(1, 16), 1.0, 0.83),
        (lambda chance: chance.binomial(50, 0.9, 16) / 50, 0.9, 0.85),
    ],
    ids=["normal", "skewed", "accuracies"],
)
def test_the_interval_of_sixteen_seeds_covers_the_mean_about_as_often_as_it_says(
    draw: Callable[[np.random.Generator], Any], mean: float, least: float
) -> None:
    """2000 draws gave 0.923, 0.901 and 0.919; the least is three standard errors of 150 draws below."""
    chance = np.random.default_rng(1)
    found = [bootstrap_interval(draw(chance).tolist()) for _ in range(150)]
    covered = sum(low <= mean <= high for low, high in found) / len(found)
    assert least <= covered <= 0.99


def test_the_interval_of_normal_values_is_as_wide_as_theory_has_it() -> None:
    chance = np.random.default_rng(1)
    widths = [high - low for low, high in (bootstrap_interval(chance.normal(0, 1, 16).tolist()) for _ in range(60))]
    assert np.mean(widths) == pytest.approx(2 * norm.ppf(0.975) / 4, rel=0.15)


def test_a_difference_taken_seed_by_seed_is_judged_by_its_own_spread() -> None:
    """Both runs of a seed share their chance, so what moves both cancels: the interval is that of the differences."""
    chance = np.random.default_rng(2)
    shared = chance.normal(0, 5, 16)
    one, other = shared + chance.normal(1.0, 0.1, 16), shared + chance.normal(0, 0.1, 16)
    low, high = bootstrap_interval((one - other).tolist())
    assert 0.8 < low < 1.0 < high + 0.1 and high - low < 0.3
