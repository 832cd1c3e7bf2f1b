"""Exact proofs: what they reach, and that nothing nearly true passes for true."""

from __future__ import annotations

from time import monotonic

import pytest
from flint import fmpq

from lhystudy.checker.check import check_text
from lhystudy.checker.deciding.algebra import Algebra
from lhystudy.checker.deciding.constants import vanishes
from lhystudy.checker.deciding.field import GiveUp
from lhystudy.checker.deciding.prove import proved
from lhystudy.checker.deciding.signs import ANY, NONNEGATIVE, POSITIVE
from lhystudy.checker.deciding.squares import sum_of_squares
from lhystudy.checker.meaning.build import ONE, TWO, apply, minus, number, plus, power, quotient, times
from lhystudy.checker.terms import Atom, Context, Fact, Special, Term

X, Y, P = Atom("x"), Atom("y"), Atom("p")


def algebra() -> Algebra:
    return Algebra({}, {}, monotonic() + 20)


def root(value: Term) -> Term:
    return power(value, quotient(ONE, TWO))


def zero(term: Term) -> bool:
    ratio = algebra().ratio(term)
    return ratio.zero or vanishes(ratio)


def test_nested_roots_are_told_from_near_misses() -> None:
    exact = minus(root(plus(number(11), times(number(6), root(number(2))))), plus(number(3), root(number(2))))
    assert zero(exact)
    assert not zero(plus(exact, power(number(10), number(-60))))


def test_sines_of_parts_of_pi_are_exact() -> None:
    angle = quotient(Special("pi"), number(5))
    golden = quotient(plus(ONE, root(number(5))), number(4))
    assert zero(minus(apply("cos", angle), golden))
    assert not zero(minus(apply("cos", angle), plus(golden, power(number(7), number(-40)))))


@pytest.mark.parametrize(
    "term, sign",
    [
        (plus(apply("exp", X), power(Y, TWO)), POSITIVE),
        (power(minus(X, Y), TWO), NONNEGATIVE),
        (minus(X, Y), ANY),
        (minus(root(number(2)), quotient(number(3), TWO)), frozenset({-1})),
        (minus(apply("exp", ONE), quotient(number(5), TWO)), POSITIVE),
    ],
)
def test_signs_are_known_where_form_or_number_shows_them(term: Term, sign: frozenset[int]) -> None:
    assert algebra().sign(term) == sign


def test_a_quadratic_form_is_a_sum_of_squares_only_if_it_is() -> None:
    square: dict[tuple[int, ...], fmpq] = {(2, 0): fmpq(1), (1, 1): fmpq(-2), (0, 2): fmpq(1)}
    assert sum_of_squares(square)
    assert not sum_of_squares(square, strict=True)
    assert not sum_of_squares({**square, (1, 1): fmpq(-3)})
    assert sum_of_squares({(2,): fmpq(1), (1,): fmpq(1), (0,): fmpq(1)}, strict=True)


def test_a_proof_is_not_made_of_a_division_by_zero() -> None:
    nothing = minus(plus(power(apply("sin", X), TWO), power(apply("cos", X), TWO)), ONE)
    assert not proved(Fact("=", quotient(ONE, nothing), TWO), Context(), monotonic() + 5)
    with pytest.raises(GiveUp):
        algebra().ratio(quotient(X, nothing))


def test_a_domain_is_not_lost_on_the_way() -> None:
    assert not proved(Fact("=", root(power(X, TWO)), X), Context(), monotonic() + 5)
    assert proved(Fact("=", power(root(X), TWO), X), Context(), monotonic() + 5)


def test_polynomials_too_large_are_left_alone() -> None:
    huge = power(plus(X, Y, P, ONE), number(10**6))
    begun = monotonic()
    assert not proved(Fact("=", huge, ONE), Context(), monotonic() + 5)
    assert monotonic() - begun < 30  # a guard against hanging, not a measurement


PROVED = (
    "let X : matrix(N, d)\nlet y : vector(N)\nlet c : positive\nX^T (X X^T + c I)^-1 y = (X^T X + c I)^-1 X^T y",
    "let U : matrix(r, r)\nlet Q, K : matrix(n, r)\ngiven U U^T = I\n(Q U) (K U)^T = Q K^T",
    "let U : matrix(r, r)\ngiven U U^T = I\nU^T U = I",
    "let A : matrix(n, n)\nA A^-1 = I",
    "let A, B : matrix(n, n)\n(A B)^T = B^T A^T",
    "let z : vector(K)\ngiven p = softmax(z)\n∂p_i/∂z_j = p_i (δ_ij − p_j)",
    "log(1 + exp(z)) = max(z, 0) + log(1 + exp(-|z|))",
    "lim_{x->0} sin(x)/x = 1",
    "lim_{x->0} (1 - cos(x))/x^2 = 1/2",
    "lim_{x->inf} (2 x + 1)/(x + 3) = 2",
    "lim_{x->inf} x exp(-x) = 0",
    "lim_{h->0} ((x + h)^3 - x^3)/h = 3 x^2",
)


@pytest.mark.parametrize("text", PROVED)
def test_a_line_is_proved_for_every_dimension_and_value(text: str) -> None:
    assert check_text(text).lines[-1].verdict == "proved"


@pytest.mark.parametrize("text", ["lim_{x->0} |x|/x = 1", "lim_{x->0} 1/x = 0"])
def test_a_limit_that_is_not_there_is_not_accepted(text: str) -> None:
    assert check_text(text).lines[-1].verdict == "undecided"


def test_a_wrong_limit_is_refuted() -> None:
    assert check_text("lim_{x->0} sin(x)/x = 0").lines[-1].verdict == "refuted"


SQUARE = "let A, P : matrix(n, n)\nlet X : matrix(d, n)\nlet v : vector(n)\nlet c : positive\n"
SQUARE += "let U : matrix(m, k)\ngiven U^T U = I\n"


@pytest.mark.parametrize(
    "line",
    [
        "det(A P) = det(A) det(P)",
        "det(P^-1 A P) = det(A)",
        "det(c A) = c^n det(A)",
        "det(P diag(v) P^-1) = prod_i v_i",
        "tr(U U^T) = k",
        "X^T X is positive semidefinite",
        "X^T X + c I is positive definite",
    ],
)
def test_matrices_of_named_size_are_proved(line: str) -> None:
    assert check_text(SQUARE + line).lines[-1].verdict == "proved"
