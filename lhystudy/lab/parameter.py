"""One parameter of an experiment: its type, range and help, and how a typed value is read."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from lhystudy.errors import StudyError, nearest
from lhystudy.words import say

Kind = Literal["int", "float", "bool", "str"]
Value = int | float | bool | str
WORDS = {"true": True, "yes": True, "on": True, "1": True, "false": False, "no": False, "off": False, "0": False}


@dataclass(frozen=True)
class Parameter:
    """A field of an experiment's `Config`."""

    name: str
    kind: Kind
    default: Value
    en: str
    zh: str
    low: float | None = None
    high: float | None = None
    choices: tuple[str, ...] = ()

    @property
    def help(self) -> str:
        return say(self.en, self.zh)

    @property
    def limits(self) -> str:
        """What the parameter may be, in few characters: `10…5000`, `lstm|gru`, `true|false`."""
        if self.choices:
            return "|".join(self.choices)
        if self.kind == "bool":
            return "true|false"
        if self.low is None and self.high is None:
            return self.kind
        low = "" if self.low is None else f"{self.low:g}"
        high = "" if self.high is None else f"{self.high:g}"
        return f"{low}…{high}"

    def read(self, given: Any) -> Value:
        """The value that a text or a plain value stands for. Raises StudyError when it cannot be this parameter's."""
        value = self._typed(given)
        if self.choices and value not in self.choices:
            close = nearest(str(value), list(self.choices))
            hint = say(f"did you mean {close}?", f"是不是 {close}？") if close else None
            raise self._refuse(given, say("one of ", "以下之一：") + ", ".join(self.choices), hint)
        if isinstance(value, int | float) and not isinstance(value, bool):
            too_low = self.low is not None and value < self.low
            too_high = self.high is not None and value > self.high
            if too_low or too_high:
                raise self._refuse(given, self._range())
        return value

    # ---- as a slider ----

    @property
    def has_range(self) -> bool:
        """Whether it is a number between two bounds."""
        return self.kind in ("int", "float") and self.low is not None and self.high is not None

    @property
    def _by_powers(self) -> bool:
        """Whether equal steps multiply: a positive range over more than a hundredfold."""
        return self.low is not None and self.high is not None and 0 < self.low < self.high / 100

    def share(self, given: Any) -> float:
        """Where in its range a value stands, from 0 to 1. Raises StudyError for what is no value of it."""
        value = self.read(given)
        assert self.low is not None and self.high is not None and isinstance(value, int | float)
        low, high, at = self.low, self.high, float(value)
        if self._by_powers:
            low, high, at = math.log(low), math.log(high), math.log(at)
        return (at - low) / (high - low) if high > low else 0.0

    def at(self, share: float) -> int | float:
        """The value at a share of its range, rounded to two digits."""
        assert self.low is not None and self.high is not None
        share = min(1.0, max(0.0, share))
        if self._by_powers:
            value = math.exp(math.log(self.low) + share * (math.log(self.high) - math.log(self.low)))
        else:
            value = self.low + share * (self.high - self.low)
        value = min(self.high, max(self.low, float(f"{value:.2g}")))
        return round(value) if self.kind == "int" else value

    def beside(self, given: Any, direction: int) -> int | float:
        """The next value up (1) or down (-1), a twentieth of the range away; for whole numbers at least one."""
        value = self.read(given)
        assert isinstance(value, int | float)
        if not self.has_range:
            return value + direction
        found = self.at(self.share(value) + direction / 20)
        if self.kind == "int" and (found - value) * direction < 1:
            found = value + direction
        assert self.low is not None and self.high is not None
        return min(max(found, self.low), self.high)

    def _typed(self, given: Any) -> Value:
        text = str(given).strip()
        try:
            match self.kind:
                case "bool":
                    return WORDS[text.lower()]
                case "int":
                    return int(text)
                case "float":
                    number = float(text)
                    if math.isfinite(number):
                        return number
                case "str":
                    return text
        except (ValueError, KeyError):
            pass
        names = {
            "int": say("a whole number", "整数"),
            "float": say("a number", "数"),
            "bool": say("true or false", "true 或 false"),
            "str": say("a word", "文字"),
        }
        raise self._refuse(given, names[self.kind])

    def _range(self) -> str:
        if self.high is None:
            return say(f"at least {self.low:g}", f"不小于 {self.low:g}")
        if self.low is None:
            return say(f"at most {self.high:g}", f"不大于 {self.high:g}")
        return say(f"from {self.low:g} to {self.high:g}", f"{self.low:g} 到 {self.high:g} 之间")

    def _refuse(self, given: Any, wanted: str, hint: str | None = None) -> StudyError:
        message = say(f"{self.name} must be {wanted}, not {given!r}", f"{self.name} 应为{wanted}，而不是 {given!r}")
        return StudyError(message, hint=hint)


def read_settings(parameters: tuple[Parameter, ...], given: Mapping[str, Any], experiment: str) -> dict[str, Value]:
    """The given values by name, each checked. Raises StudyError for the first that cannot be used."""
    known = {parameter.name: parameter for parameter in parameters}
    for name in given:
        if name not in known:
            close = nearest(name, list(known))
            offered = [close] if close else list(known)
            raise StudyError(
                say(f"{experiment} has no parameter {name!r}", f"{experiment} 没有参数 {name!r}"),
                hint=say("did you mean ", "是不是 ") + ", ".join(offered) + say("?", "？"),
            )
    return {name: known[name].read(value) for name, value in given.items()}
