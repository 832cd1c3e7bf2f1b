"""A claim of another kind than the definition says: a saddle called a minimum, a given used wrongly."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from lhystudy.checker.nodes import Claim
from lhystudy.checker.reading.show import show_claim
from lhystudy.words import say

CRITICAL = ("local minimum", "local maximum", "saddle point", "critical point")
DEFINITE = ("positive definite", "positive semidefinite", "negative definite", "negative semidefinite", "indefinite")


def right_claim(claim: Claim, holds: Callable[[Claim], bool]) -> tuple[Claim, tuple[str, str]] | None:
    """The claim of the same family that does hold, with the rule and the rule applied, or None."""
    for family, rule in families():
        if claim.claim not in family:
            continue
        for other in family:
            if other == claim.claim:
                continue
            changed = replace(claim, claim=other)
            if holds(changed):
                applied = say(f"By the definition, {show_claim(changed)}.", f"按定义，应是：{show_claim(changed)}。")
                return changed, (rule, applied)
    return None


def families() -> Iterator[tuple[tuple[str, ...], str]]:
    yield (
        CRITICAL,
        say("Look at the signs of the Hessian's eigenvalues at this point.", "请看这一点上海森矩阵特征值的符号。"),
    )
    yield DEFINITE, say("Look at the signs of the eigenvalues.", "请看特征值的符号。")
