"""Where the ticks of an axis stand and what they say."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from lhystudy.draw.scripts import raised

LOG_DECADES = 3  # an axis of positive numbers that spans more than this many powers of ten is logarithmic


@dataclass(frozen=True)
class Axis:
    """A range of numbers and the ticks on it; `log` axes hold powers of ten in `low` and `high`."""

    low: float
    high: float
    log: bool
    ticks: tuple[float, ...]  # in the numbers of the data
    labels: tuple[str, ...]

    def place(self, value: float, cells: int) -> int:
        """The position of `value` among `cells` places 0 … cells − 1, not cut to them."""
        at = math.log10(value) if self.log else value
        return round((at - self.low) / (self.high - self.low) * (cells - 1))


def shown(value: float) -> bool:
    """Whether a number can be placed on an axis at all."""
    return math.isfinite(value) and abs(value) < 1e300


def axis(values: Iterable[float], most: int, *, may_be_log: bool = False, tight: bool = False) -> Axis:
    """An axis over all `values` with at most `most` ticks (at least two); `tight` ends it at the data's ends."""
    numbers = [value for value in values if shown(value)]
    if not numbers:
        numbers = [0.0, 1.0]
    if may_be_log and _wants_log(numbers):
        return _log_axis([number for number in numbers if number > 0], max(most, 2))
    return _linear_axis(min(numbers), max(numbers), max(most, 2), tight)


def _wants_log(numbers: list[float]) -> bool:
    positive = [number for number in numbers if number > 0]
    if min(numbers) < 0 or 2 * len(positive) < len(numbers) or not positive:
        return False
    return math.log10(max(positive)) - math.log10(min(positive)) > LOG_DECADES


def _linear_axis(low: float, high: float, most: int, tight: bool) -> Axis:
    if not high - low > max(1e-12 * max(abs(low), abs(high)), 1e-290):
        room = abs(low) * 0.1 or 1.0
        low, high, tight = low - room, high + room, False
    step = _step((high - low) / most, whole=False)
    while math.floor(high / step + 1e-9) - math.ceil(low / step - 1e-9) + 1 > most:
        step = _step(step * 1.01, whole=False)
    if not tight:
        low, high = _widened(low, high, step)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    ticks = tuple(number * step for number in range(first, last + 1))
    return Axis(low, high, False, ticks, linear_labels(ticks, step))


def _widened(low: float, high: float, step: float) -> tuple[float, float]:
    """The ends moved out to a tick where one is near, so that the frame begins and ends with a number."""
    down, up = math.floor(low / step + 1e-9) * step, math.ceil(high / step - 1e-9) * step
    slack = (high - low) * 0.35
    return (down if low - down <= slack else low), (up if up - high <= slack else high)


def _step(rough: float, whole: bool) -> float:
    """The smallest of 1, 2, 5 × 10ⁿ that is not below `rough`."""
    power = 10.0 ** math.floor(math.log10(rough))
    for factor in (1, 2, 5, 10):
        if factor * power >= rough * (1 - 1e-9):
            return factor * power
    return 10 * power


def linear_labels(ticks: tuple[float, ...], step: float) -> tuple[str, ...]:
    """The ticks in writing, all with as many decimals as `step` needs."""
    largest = max((abs(tick) for tick in ticks), default=0.0)
    if largest >= 1e6 or 0 < largest < 1e-3:
        return _scaled_labels(ticks, step, largest)
    decimals = max(0, -math.floor(math.log10(step) + 1e-9))
    return tuple(_minus(f"{tick + 0.0:.{decimals}f}") for tick in ticks)


def _scaled_labels(ticks: tuple[float, ...], step: float, largest: float) -> tuple[str, ...]:
    power = math.floor(math.log10(largest) + 1e-9)
    decimals = max(0, power - math.floor(math.log10(step) + 1e-9))
    scale = 10.0**power
    return tuple(
        "0" if abs(tick) < step / 2 else _minus(f"{tick / scale:.{decimals}f}·10{raised(str(power))}") for tick in ticks
    )


def _minus(text: str) -> str:
    if text.startswith("-"):
        return text[1:] if not text[1:].strip("0.") else "−" + text[1:]
    return text


def _log_axis(numbers: list[float], most: int) -> Axis:
    low, high = math.floor(math.log10(min(numbers)) + 1e-9), math.ceil(math.log10(max(numbers)) - 1e-9)
    every = max(1, math.ceil((high - low) / max(most - 1, 1)))
    powers = range(low, high + 1, every)
    return Axis(low, high, True, tuple(10.0**power for power in powers), tuple(_power(power) for power in powers))


def _power(power: int) -> str:
    if -2 <= power <= 3:
        return f"{10.0**power:g}"
    return f"10{raised(str(power))}"


def brief(value: float) -> str:
    """A number in few characters, for a label: 0.031, 12, 3.1·10⁻⁷."""
    if not math.isfinite(value):
        return "–"
    if value == 0:
        return "0"
    if 1e-3 <= abs(value) < 1e5:
        return _minus(f"{value:.3g}" if abs(value) < 1000 else f"{value:.0f}")
    factor, power = f"{value:.1e}".split("e")
    return _minus(f"{factor}·10{raised(str(int(power)))}")
