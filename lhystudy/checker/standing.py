"""What the lines above leave for the next one to build on."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from lhystudy.checker.meaning import goals
from lhystudy.checker.meaning.setting import Setting
from lhystudy.checker.nodes import Claim, Expr, Goal, Relation, Sign


@dataclass(frozen=True)
class Sound:
    """The last expression of a chain before a refuted line, and the chain's first one."""

    expression: Expr
    start: Expr
    sign: Sign


@dataclass(frozen=True)
class Standing:
    """What the next line builds on."""

    setting: Setting = field(default_factory=Setting)
    above: Expr | None = None  # the last expression, for `= C`
    start: Expr | None = None  # the first expression of the chain so far, all of whose steps hold
    sign: Sign = "="  # what the chain says of its first and its last expression
    sound: Sound | None = None  # where the chain still stood, after a line of it was refuted
    letters: frozenset[str] = frozenset()  # free indices of the chain
    steps: tuple[Relation, ...] = ()  # every relation of the lines above
    shown: tuple[Relation | Claim, ...] = ()  # what the accepted lines say, a chain also as a whole
    goals: tuple[Goal, ...] = ()
    reached: bool = False

    def aiming_at(self, goal: Goal) -> Standing:
        """The standing with one more goal, reached already where a line above shows it."""
        reached = self.reached or goals.reached((goal,), self.shown, self.setting)
        return replace(self, goals=(*self.goals, goal), reached=reached)


def joined(one: Sign, other: Sign) -> Sign | None:
    """What the chain `A one B other C` says of A and C; None where it says nothing."""
    if "=" in (one, other):
        return other if one == "=" else one
    direction = one[0]
    if direction not in "<>" or other[0] != direction:
        return None
    return one if one == other else "<" if direction == "<" else ">"
