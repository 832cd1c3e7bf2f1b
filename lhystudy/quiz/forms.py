"""How a quiz item is answered: the closed list of forms that both faces draw, and what an answer is worth."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal


@dataclass(frozen=True)
class PickOne:
    """Answered with the index of a choice."""

    ask: str
    choices: tuple[str, ...]


@dataclass(frozen=True)
class PickMany:
    """Answered with the list of the indices that hold."""

    ask: str
    choices: tuple[str, ...]


@dataclass(frozen=True)
class TypeNumber:
    """Answered with a number as typed: 0.25, 1/4, 1e-3."""

    ask: str
    unit: str = ""


@dataclass(frozen=True)
class TypeLine:
    """Answered with a short text as typed, such as a shape (32, 10)."""

    ask: str
    example: str = ""


@dataclass(frozen=True)
class TypeFormula:
    """Answered with an expression of the derivation language."""

    ask: str
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class Arrange:
    """Answered with the indices of `steps` in the order chosen; shown shuffled."""

    ask: str
    steps: tuple[str, ...]


Form = PickOne | PickMany | TypeNumber | TypeLine | TypeFormula | Arrange


@dataclass(frozen=True)
class Grade:
    """How right an answer is, and what to say of it. `unreadable` answers cost nothing and are asked again."""

    right: bool
    share: float  # 0..1, for partly right orders and selections
    feedback: str  # on this very answer
    explain: str = ""  # shown after any answer
    solution: str = ""  # the right answer as it would be typed
    unreadable: bool = False
    misconception: str = ""  # the id of what the learner seems to hold


Confidence = Literal["guess", "think", "certain"]
Judge = Callable[[str, str, tuple[str, ...]], Any]
"""Compares two expressions under `let`/`given` lines: (typed, right, context) -> Comparison."""
