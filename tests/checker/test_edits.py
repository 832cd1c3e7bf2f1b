"""Right lines with small edits: no edit that makes one wrong is accepted, none that leaves it right refuted.

Whether an edit is right is told by the witness; `make mutations` draws many more.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import takewhile
from random import Random
from typing import Any

import pytest
import torch

from lhystudy.checker.nodes import Expr, Step
from lhystudy.checker.problem import Problem
from lhystudy.checker.reading.parse import blank, introduce, last_side, read
from tests.checker.mutations import Sources, examples, models, scenes, tally
from tests.checker.test_examples import name_of, rows
from tests.checker.witness.draw import free_letters
from tests.checker.witness.scene import Scene
from tests.checker.witness.truth import Line, Truth, worlds
from tests.checker.witness.values import Senseless

SEED = 5


@pytest.mark.timeout(1200)  # hundreds of lines, each judged: minutes on a busy machine
@pytest.mark.parametrize("source, share", [(examples, 0.25), (models, 0.1), (scenes, 0.25)])
def test_no_wrong_edit_is_accepted_and_no_right_one_refuted(source: Sources, share: float) -> None:
    result = tally(SEED, 2, source(), share)

    assert result.is_good, result.lists()


# ---- the witness itself ------------------------------------------------------------------------------


def said_of(text: str) -> Iterator[tuple[int, Truth | None]]:
    """What the witness says of each step of a derivation, with its line."""
    torch.manual_seed(SEED)
    chance, scene, problem = Random(SEED), Scene(), Problem()
    above: Expr | None = None
    letters: frozenset[str] = frozenset()
    for n, line in enumerate(text.split("\n"), 1):
        if blank(line):
            continue
        statement = read(line, problem, above).statement
        if isinstance(statement, Step):
            letters = letters if statement.continues else frozenset()
            for relation in statement.relations:
                yield n, truth_of(Line(relation, scene, letters), chance)
                letters |= set(free_letters(relation, scene))
        scene, problem, above = scene.after(statement), introduce(problem, statement), last_side(statement)


def truth_of(line: Line, chance: Random) -> Truth | None:
    try:
        return line.truth(worlds(line.scene, line.relation, chance))
    except Senseless:
        return "senseless"


@pytest.mark.parametrize("row", rows("scalars", "matrices"), ids=name_of)
def test_the_witness_agrees_with_the_labels(row: dict[str, Any]) -> None:
    first_bad = row.get("first_bad")
    said = list(takewhile(lambda told: first_bad is None or told[0] <= first_bad, said_of(row["text"])))

    assert {truth for n, truth in said if n != first_bad} <= {"holds"}
    assert {truth for n, truth in said if n == first_bad} <= {"fails", "senseless"}


@pytest.mark.parametrize(
    "text, truth",
    [
        ("let x, y : vector(n)\nx^T y = sum_i x_i y_i", "holds"),
        ("let x, y : vector(n)\nx y^T = y x^T", "fails"),
        ("let x : vector(n)\nlet W : matrix(m, n)\nW^T x = x", "senseless"),
        ("let x, y : vector(n)\nL = x_i y_i", "senseless"),
        ("given x^2 = 2\nx^4 = 4", "holds"),
        ("given x^2 = 2\nx = sqrt(2)", "fails"),
        ("given L = (x - a)^2\nset dL/dx = 0\nx = a", "holds"),
        ("given L = (x - a)^2\nset dL/dx = 0\nx = -a", "fails"),
        ("let X, Y : random\nE[X Y] = E[X] E[Y]", "fails"),
        ("let X, Y : random\ngiven X, Y independent\nE[X Y] = E[X] E[Y]", "holds"),
        ("let f : function\ngiven h(x) = f(f(x))\nh'(x) = f'(f(x)) f'(x)", "holds"),
        ("let A : matrix(n, n)\nlet x : vector(n)\n∇_x (x^T A x) = (A + A^T) x", "holds"),
        ("let A : matrix(n, n)\nlet x : vector(n)\n∇_x (x^T A x) = 2 A x", "fails"),
        ("d/dx relu(x) = 1[x > 0]", "holds"),
        ("relu(x) = max(x, 0)", "holds"),
        ("abs(x) > 0", "fails"),
    ],
)
def test_the_witness_tells_true_lines_from_false_ones(text: str, truth: str) -> None:
    *_, (_, said) = said_of(text)

    assert said == truth
