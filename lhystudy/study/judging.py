"""The judge of typed expressions that quizzes are graded with: the checker, in its own process."""

from __future__ import annotations

from collections.abc import Callable

from lhystudy.checker.verdict import Comparison
from lhystudy.quiz.forms import Judge
from lhystudy.study.derive import Checking

SECONDS = 5.0  # for one comparison


def judge_by(checking: Callable[[], Checking]) -> Judge:
    """A judge that asks for the checker only when an expression is to be judged."""

    def judge(typed: str, right: str, context: tuple[str, ...]) -> Comparison:
        lets = tuple(line.removeprefix("let ") for line in context if line.startswith("let "))
        givens = tuple(line.removeprefix("given ") for line in context if line.startswith("given "))
        return checking().compare(typed, right, givens=givens, lets=lets, seconds=SECONDS)

    return judge
