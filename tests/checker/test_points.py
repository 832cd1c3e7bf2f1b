"""Points satisfy what is given, and reach every sign, size and piece."""

from __future__ import annotations

from itertools import islice

import pytest
from flint import arb

from lhystudy.checker.deciding.points import Draws, NoPoint
from lhystudy.checker.deciding.sample import Point, precision
from lhystudy.checker.deciding.space import holds, space_of
from lhystudy.checker.meaning.build import ONE, TWO, ZERO, apply, minus, number, plus, power, times
from lhystudy.checker.problem import Symbol
from lhystudy.checker.terms import Atom, Context, Fact, Index, Kronecker, Mean, SumOver, Term

X, Y, W = Atom("x"), Atom("y"), Atom("w")
ROW, COLUMN, K, L = Index("i"), Index("j"), Index("~k"), Index("~l")


def at(name: str, *indices: Index) -> Atom:
    return Atom(name, indices)


def drawn(line: Fact, context: Context, count: int = 20) -> list[Point]:
    return list(islice(Draws(space_of(line, context)).points(), count))


def satisfied(line: Fact, context: Context) -> bool:
    """Whether the givens hold at every drawn point: exactly, or with nothing against them where values are balls."""
    space = space_of(line, context)
    with precision(256):
        return all(
            holds(fact, point, space, by_construction=any(isinstance(v, arb) for v in point.values.values()))
            for point in drawn(line, context)
            for fact in space.facts
        )


def total(body: Term, index: Index, dim: str) -> Term:
    return SumOver(index.name, dim, body)


VECTOR = {"y": Symbol("y", "vector", ("K",)), "z": Symbol("z", "vector", ("K",))}
SQUARE = {"U": Symbol("U", "matrix", ("r", "r"))}
DESIGN = {
    "X": Symbol("X", "matrix", ("N", "d")),
    "w": Symbol("w", "vector", ("d",)),
    "y": Symbol("y", "vector", ("N",)),
}
RANDOM = {"A": Symbol("A", "random"), "B": Symbol("B", "random")}
A, B = Atom("A"), Atom("B")

GIVENS: dict[str, tuple[Fact, Context]] = {
    "weights that add up to one": (
        Fact("=", at("y", ROW), ZERO, {"i": "K"}),
        Context(VECTOR, (Fact("=", total(at("y", K), K, "K"), ONE),)),
    ),
    "a rotation": (
        Fact("=", at("U", ROW, COLUMN), ZERO, {"i": "r", "j": "r"}),
        Context(
            SQUARE,
            (
                Fact(
                    "=",
                    total(times(at("U", ROW, K), at("U", COLUMN, K)), K, "r"),
                    Kronecker(ROW, COLUMN),
                    {"i": "r", "j": "r"},
                ),
            ),
        ),
    ),
    "normal equations": (
        Fact("=", at("w", ROW), ZERO, {"i": "d"}),
        Context(
            DESIGN,
            (
                Fact(
                    "=",
                    total(times(at("X", K, ROW), total(times(at("X", K, L), at("w", L)), L, "d")), K, "N"),
                    total(times(at("X", K, ROW), at("y", K)), K, "N"),
                    {"i": "d"},
                ),
            ),
        ),
    ),
    "two lines that cross": (
        Fact("=", times(X, Y), TWO),
        Context(facts=(Fact("=", plus(X, Y), number(3)), Fact("=", minus(X, Y), ONE))),
    ),
    "an irrational root": (Fact("=", X, ZERO), Context(facts=(Fact("=", power(X, TWO), TWO),))),
    "a transcendental root": (Fact("=", X, ZERO), Context(facts=(Fact("=", apply("exp", X), number(3)),))),
    "an interval": (Fact("=", X, ZERO), Context(facts=(Fact("<", number(7), X), Fact("<=", X, number(8))))),
    "an order": (Fact("=", plus(X, Y, W), ZERO), Context(facts=(Fact("<", X, Y), Fact("<", Y, W)))),
    "no covariance": (
        Fact("=", Mean(times(A, B)), ZERO),
        Context(RANDOM, (Fact("=", minus(Mean(times(A, B)), times(Mean(A), Mean(B))), ZERO),)),
    ),
}


@pytest.mark.parametrize("name", GIVENS)
def test_drawn_points_satisfy_the_givens(name: str) -> None:
    assert satisfied(*GIVENS[name])


def test_a_root_is_enclosed_to_many_digits() -> None:
    (point, *_) = drawn(*GIVENS["an irrational root"], count=1)
    value = point.values[("x", ())]
    with precision(256):
        assert abs(value * value - 2) < arb(2) ** -150


def test_declared_types_are_kept() -> None:
    symbols = {
        "p": Symbol("p", "simplex", ("K",)),
        "o": Symbol("o", "onehot", ("K",)),
        "u": Symbol("u", "unit"),
        "n": Symbol("n", "integer"),
        "c": Symbol("c", "positive"),
    }
    line = Fact("=", plus(at("p", ROW), at("o", ROW), Atom("u"), Atom("n"), Atom("c")), ZERO, {"i": "K"})
    for point in drawn(line, Context(symbols), 40):
        entries = [value for (name, _), value in point.values.items() if name == "p"]
        chosen = [value for (name, _), value in point.values.items() if name == "o"]
        assert sum(entries) == 1 and min(entries) > 0
        assert sorted(chosen) == [0] * (len(chosen) - 1) + [1]
        assert 0 < point.values[("u", ())] < 1
        assert point.values[("n", ())].q == 1
        assert point.values[("c", ())] > 0


def test_every_sign_and_a_single_dimension_are_met() -> None:
    points = drawn(Fact("=", plus(X, at("y", ROW)), ZERO, {"i": "K"}), Context(VECTOR), 12)
    signs = {(value > 0) - (value < 0) for point in points for (name, _), value in point.values.items() if name == "x"}
    assert signs == {-1, 0, 1}
    assert {point.sizes["K"] for point in points} >= {1, 2, 3}


def test_the_first_numbers_are_small() -> None:
    for point in drawn(Fact("=", plus(X, Y), ZERO), Context(), 4):
        assert all(abs(value.p) <= 3 and value.q <= 2 for value in point.values.values())


def test_givens_that_cannot_be_met_end_the_search() -> None:
    with pytest.raises(NoPoint):
        drawn(Fact("=", X, ZERO), Context(facts=(Fact("<", power(X, TWO), ZERO),)))
