"""How much data is enough: from the least N on, every N keeps the chance of a misleading sample at one in ten."""

from math import comb

from lhystudy.lab.experiments.sample_luck import enough


def chance(n: int, candidates: int) -> float:
    """Of a training error that strays by more than 0.1 from a true error of 0.5, for some of the candidates."""
    one = sum(comb(n, k) for k in range(n + 1) if abs(10 * k - 5 * n) > n) / 2**n
    return float(1 - (1 - one) ** candidates)


def test_every_larger_sample_is_enough_too() -> None:
    least = enough(100, 381)
    assert chance(least - 1, 100) > 0.1
    assert all(chance(n, 100) <= 0.1 for n in range(least, 382))
