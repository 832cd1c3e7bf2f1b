"""Claims: what one seed, few seeds and many seeds may say."""

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


def test_the_interval_covers_the_mean_about_as_often_as_it_says() -> None:
    chance = np.random.default_rng(1)
    found = [bootstrap_interval(chance.normal(0, 1, 16).tolist()) for _ in range(100)]
    covered = sum(low <= 0 <= high for low, high in found)
    assert 85 <= covered <= 100
    width = np.mean([high - low for low, high in found])
    assert width == pytest.approx(2 * norm.ppf(0.975) / 4, rel=0.15)
