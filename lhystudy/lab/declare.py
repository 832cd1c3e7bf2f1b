"""How an experiment file declares its parameters and claims: literals, read without importing the file."""

from dataclasses import dataclass, field
from typing import Any, Literal

Compare = Literal[">", ">=", "<", "<="]


def param(
    default: Any,
    low: float | None = None,
    high: float | None = None,
    *,
    choices: tuple[str, ...] = (),
    en: str,
    zh: str,
) -> Any:
    """A field of `Config`: its default, its range or choices, and its help in both languages."""
    return field(
        default=default,
        metadata={"low": low, "high": high, "choices": choices, "en": en, "zh": zh},
    )


@dataclass(frozen=True)
class Claim:
    """A sentence of the lecture that the experiment puts to the test.

    It holds when the measured quantity stands on the right side of the threshold.
    `quantity` says what is measured, in words, with its unit. `seeds` is how many seeds its evidence takes: 1 where
    nothing is random.
    """

    id: str
    compare: Compare
    threshold: float
    en: str
    zh: str
    quantity_en: str
    quantity_zh: str
    seeds: int = 16

    def holds_at(self, measured: float) -> bool:
        match self.compare:
            case ">":
                return measured > self.threshold
            case ">=":
                return measured >= self.threshold
            case "<":
                return measured < self.threshold
            case "<=":
                return measured <= self.threshold
