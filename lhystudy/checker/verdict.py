"""What the checker says of a line and of a derivation: plain data that crosses processes and is stored."""

from dataclasses import asdict, dataclass, field
from typing import Any, Literal

Verdict = Literal["proved", "agrees", "refuted", "undecided", "unreadable"]
ACCEPTED: tuple[Verdict, ...] = ("proved", "agrees")
WRONG: tuple[Verdict, ...] = ("refuted", "unreadable")
Kind = Literal["step", "given", "let", "set", "claim", "goal"]
Status = Literal["complete", "incomplete", "wrong", "unreadable"]


@dataclass(frozen=True, slots=True)
class Counterexample:
    """A point that satisfies the givens and tells the sides apart, as short as it can be written."""

    point: dict[str, str]  # name -> exact value, {"z_1": "1/3"}
    left: str
    right: str


@dataclass(frozen=True, slots=True)
class LineVerdict:
    """One relation of one line, judged. A chain on one line has one of these a relation."""

    n: int  # line of the input, from 1
    text: str
    kind: Kind
    verdict: Verdict | None  # None for a `let` or `given` that was read
    read_as: str = ""  # the reading as plain text in the derivation language
    latex: str = ""  # the same reading as LaTeX, for drawing in two dimensions
    note: str = ""
    counterexample: Counterexample | None = None
    mistake: str | None = None
    column: int | None = None  # from 1, of an unreadable line
    hint: str | None = None  # the first rung
    hints: tuple[str, ...] = ()  # where, which rule, the rule applied, the line itself
    reaches_goal: bool = False


@dataclass(frozen=True, slots=True)
class Report:
    """A derivation, judged line by line."""

    status: Status
    goal_reached: bool
    lines: tuple[LineVerdict, ...]
    id: str = ""
    ms: float = 0.0
    note: str = ""

    def to_json(self) -> dict[str, Any]:
        """The document of `check --json`."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Comparison:
    """The document of `equal --json`."""

    verdict: Verdict
    note: str = ""
    counterexample: Counterexample | None = None
    mistake: str | None = None
    ms: float = 0.0
    read_as: tuple[str, str] = field(default=("", ""))
    latex: tuple[str, str] = field(default=("", ""))

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def line_from_json(data: dict[str, Any]) -> LineVerdict:
    """The verdict that `asdict` wrote."""
    point = data.get("counterexample")
    return LineVerdict(
        **{
            **data,
            "counterexample": Counterexample(**point) if point else None,
            "hints": tuple(data.get("hints", ())),
        }
    )


def report_from_json(data: dict[str, Any]) -> Report:
    """The report that `to_json` wrote."""
    return Report(**{**data, "lines": tuple(line_from_json(line) for line in data["lines"])})


def comparison_from_json(data: dict[str, Any]) -> Comparison:
    """The comparison that `to_json` wrote."""
    point = data.get("counterexample")
    return Comparison(
        **{
            **data,
            "counterexample": Counterexample(**point) if point else None,
            "read_as": tuple(data["read_as"]),
            "latex": tuple(data["latex"]),
        }
    )
