"""Right lines are never refuted, wrong ones never accepted, and each verdict rests on what it must."""

from __future__ import annotations

import json
import re
from pathlib import Path
from random import Random
from time import monotonic

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lhystudy.checker.check import check_text
from lhystudy.checker.compare import compare
from lhystudy.checker.deciding.decide import Decision, decide
from lhystudy.checker.deciding.search import Search
from lhystudy.checker.deciding.space import space_of
from lhystudy.checker.meaning.build import MINUS_ONE, ONE, TWO, apply, minus, number, plus, power, quotient, times
from lhystudy.checker.problem import Symbol
from lhystudy.checker.terms import Atom, Condition, Context, Fact, Index, Kronecker, Mean, Piecewise, SumOver, Term
from tests.checker.random_terms import SYMBOLS, Terms

EXAMPLES = Path(__file__).parent / "examples"
PAIRS = [json.loads(line) for line in (EXAMPLES / "pairs.jsonl").read_text("utf-8").splitlines()]

X, Y, A, B = Atom("x"), Atom("y"), Atom("a"), Atom("b")
ROW, COLUMN, K = Index("i"), Index("j"), Index("~k")


def at(name: str, *indices: Index) -> Atom:
    return Atom(name, indices)


def summed(body: Term, index: Index = K, dim: str = "K") -> Term:
    return SumOver(index.name, dim, body)


def verdict(left: Term, right: Term, sign: str = "=", **around: object) -> Decision:
    free = around.pop("free", {})
    return decide(Fact(sign, left, right, free), Context(**around))  # type: ignore[arg-type]


# ---- published pairs -------------------------------------------------------------------------------


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: pair["id"])
def test_a_published_pair_is_judged_as_labelled(pair: dict[str, object]) -> None:
    types = dict.fromkeys(pair["names"], "real")  # type: ignore[call-overload]
    givens = []
    for assumed in pair["assume"]:  # type: ignore[attr-defined]
        declared = re.fullmatch(r"(\w+) (positive|real|integer)", assumed)
        if declared:
            types[declared[1]] = declared[2]
        else:
            givens.append(assumed)
    lets = [f"{name} : {kind}" for name, kind in types.items()]
    found = compare(str(pair["a"]), str(pair["b"]), givens, lets)
    assert found.verdict in (("proved", "agrees") if pair["equal"] else ("refuted",)), found


# ---- proofs ----------------------------------------------------------------------------------------

VECTORS = {"z": Symbol("z", "vector", ("K",)), "y": Symbol("y", "vector", ("K",)), "p": Symbol("p", "simplex", ("K",))}
TOTAL = summed(apply("exp", at("z", K)))


def softmax(index: Index) -> Term:
    return quotient(apply("exp", at("z", index)), summed(apply("exp", at("z", Index("~m"))), Index("~m")))


PROVED: dict[str, tuple[Term, Term, dict[str, str]]] = {
    "softmax adds up to one": (summed(softmax(K)), ONE, {}),
    "a delta picks an entry": (summed(times(Kronecker(ROW, K), at("z", K))), at("z", ROW), {"i": "K"}),
    "sums change places": (
        summed(summed(times(at("z", K), at("y", Index("~l"))), Index("~l"))),
        times(summed(at("y", K)), summed(at("z", K))),
        {},
    ),
    "a sum of ones is the size": (
        summed(plus(at("z", K), ONE)),
        plus(summed(at("z", K)), summed(ONE)),
        {},
    ),
    "a distribution adds up to one": (summed(at("p", K)), ONE, {}),
    "logsumexp moves a shift out": (
        apply("log", TOTAL),
        plus(X, apply("log", summed(apply("exp", minus(at("z", K), X))))),
        {},
    ),
    "the log of a softmax": (
        apply("log", softmax(ROW)),
        minus(at("z", ROW), apply("log", TOTAL)),
        {"i": "K"},
    ),
    "a fraction of an entry is divided out": (
        summed(quotient(at("z", K), plus(ONE, at("z", K)))),
        summed(minus(ONE, power(plus(ONE, at("z", K)), MINUS_ONE))),
        {},
    ),
}


@pytest.mark.parametrize("name", PROVED)
def test_a_line_over_symbolic_ranges_is_proved(name: str) -> None:
    left, right, free = PROVED[name]
    assert verdict(left, right, symbols=VECTORS, free=free).verdict == "proved"


def test_the_off_diagonal_of_a_jacobian_is_not_forgotten() -> None:
    right = times(softmax(ROW), minus(ONE, softmax(COLUMN)))
    wrong = verdict(
        times(softmax(ROW), minus(Kronecker(ROW, COLUMN), softmax(COLUMN))),
        right,
        symbols=VECTORS,
        free={"i": "K", "j": "K"},
    )
    assert wrong.verdict == "refuted"
    assert wrong.counterexample is not None
    assert wrong.counterexample.point["K"] == "2"


def test_a_given_equation_is_used_and_missed() -> None:
    line = (summed(times(X, at("y", K))), X)
    one = Fact("=", summed(at("y", K)), ONE)
    assert verdict(*line, symbols=VECTORS, facts=(one,)).verdict == "proved"
    assert verdict(*line, symbols=VECTORS).verdict == "refuted"


def test_a_covariance_given_as_zero_is_used() -> None:
    random = {"X": Symbol("X", "random"), "Y": Symbol("Y", "random")}
    one, two = Atom("X"), Atom("Y")
    covariance = minus(Mean(times(one, two)), times(Mean(one), Mean(two)))
    given_zero = Fact("=", covariance, number(0))
    line = (Mean(times(one, two)), times(Mean(one), Mean(two)))
    assert verdict(*line, symbols=random, facts=(given_zero,)).verdict == "proved"
    assert verdict(*line, symbols=random, independent=(("X", "Y"),)).verdict == "proved"
    assert verdict(*line, symbols=random).verdict == "refuted"


def test_a_given_that_is_rounded_bounds_what_it_speaks_of() -> None:
    about = Fact("~=", X, quotient(ONE, TWO), digits=1)
    assert verdict(X, ONE, "<", facts=(about,)).verdict in ("proved", "agrees")
    assert verdict(X, quotient(ONE, TWO), "<=", facts=(about,)).verdict == "refuted"


# ---- refutations -----------------------------------------------------------------------------------


def test_both_signs_of_a_root_are_looked_at() -> None:
    found = verdict(X, power(power(X, TWO), number_half()))
    assert found.verdict == "refuted"
    assert found.counterexample is not None
    assert found.counterexample.point == {"x": "-1"}
    assert (found.counterexample.left, found.counterexample.right) == ("-1", "1")


def number_half() -> Term:
    return quotient(ONE, TWO)


@pytest.mark.parametrize("far", [50, 5000, -5000])
def test_the_far_side_of_an_absolute_value_is_looked_at(far: int) -> None:
    distance = minus(X, number(far))
    assert verdict(apply("abs", distance), distance).verdict == "refuted"
    assert verdict(apply("abs", distance), minus(number(far), X)).verdict == "refuted"


def test_a_single_wrong_border_of_a_piecewise_function_is_found() -> None:
    weak = Piecewise(((ONE, Condition(">=", X, number(37))), (number(0), None)))
    strong = Piecewise(((ONE, Condition(">", X, number(37))), (number(0), None)))
    found = verdict(weak, strong)
    assert found.verdict == "refuted"
    assert found.counterexample is not None
    assert found.counterexample.point == {"x": "37"}


def test_an_order_that_fails_on_a_narrow_strip_is_refuted() -> None:
    above = Fact(">", X, number(2))
    assert verdict(power(X, TWO), number(4), ">", facts=(above,)).verdict == "proved"
    found = verdict(power(X, TWO), number(5), ">", facts=(above,))
    assert found.verdict == "refuted"


def test_an_equality_breaks_a_strict_order() -> None:
    assert verdict(power(X, TWO), number(0), ">").verdict == "refuted"
    assert verdict(power(X, TWO), number(0), ">=").verdict == "proved"


# ---- what is not decided ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "left, right",
    [
        (power(number(0), MINUS_ONE), power(number(0), MINUS_ONE)),
        (apply("log", minus(MINUS_ONE, power(X, TWO))), X),
    ],
)
def test_sides_that_are_defined_nowhere_stay_undecided(left: Term, right: Term) -> None:
    assert verdict(left, right).verdict == "undecided"


def test_givens_that_contradict_each_other_are_named() -> None:
    found = verdict(X, number(5), facts=(Fact(">", X, ONE), Fact("<", X, number(0))))
    assert found.verdict == "undecided"
    assert "contradict" in found.note or "矛盾" in found.note


def test_a_point_where_one_side_is_undefined_is_named() -> None:
    found = verdict(quotient(minus(power(X, TWO), ONE), plus(X, ONE)), minus(X, ONE))
    assert found.verdict == "proved"
    assert "x = -1" in found.note


@pytest.mark.parametrize("term", ["9^9^9^9", "(10^8)!", "sum_{k=1}^{1000000000} k", "9^(10^9)"])
def test_numbers_beyond_all_bounds_are_not_guessed(term: str) -> None:
    begun = monotonic()
    found = check_text(f"{term} = {term} + 1").lines[-1]
    assert found.verdict in ("undecided", "refuted")
    assert monotonic() - begun < 60  # a guard against hanging, not a measurement


# ---- lines in the language ----------------------------------------------------------------------------

TRUE = (
    "x/x = 1",
    "exp(log x) = x",
    "log(x^2) = 2 log |x|",
    "max(x, y) - min(x, y) = |x - y|",
    "sign(x) |x| = x",
    "x^2 + y^2 >= 2 x y",
    "x^2 + x + 1 > 0",
    "exp(x) >= 1 + x",
    "sigmoid(x) (1 - sigmoid(x)) <= 1/4",
    "let p : simplex(K)\nsum_k p_k (1 - p_k) = 1 - sum_k p_k^2",
    "let p, q : simplex(K)\nKL(p || q) >= 0",
    "let p : simplex(K)\nH(p) <= log K",
    "let x : vector(n)\nsum_i sum_j (x_i - x_j)^2 = 2 n sum_i x_i^2 - 2 (sum_i x_i)^2",
    "let n : integer\ngiven n >= 1\nsum_{k=1}^{n} k = n (n+1)/2",
    "let X, Y : random\ngiven X, Y independent\nVar[X Y] = Var[X] Var[Y] + Var[X] E[Y]^2 + Var[Y] E[X]^2",
    "let X : random\nE[X]^2 <= E[X^2]",
    "let A, B : matrix(n, n)\n(A B)^-1 = B^-1 A^-1",
    "let A, B : matrix(n, n)\ntr(A B) = tr(B A)",
    "let z : vector(K)\nlet y : onehot(K)\ngiven p = softmax(z)\ngiven L = -sum_k y_k log p_k\ndL/dz_i = p_i - y_i",
    "let z : vector(K)\nmax(z) <= log(sum_k exp(z_k))",
    "given 0 < q < 1\nlog q < 0",
    "given x^2 = 2\nx^4 = 4",
    "given x + y = 3\ngiven x - y = 1\nx y = 2",
    "sin(3x) = 3 sin x - 4 sin^3 x",
    "sqrt(2) + sqrt(3) = sqrt(5 + 2 sqrt(6))",
    "sin(pi/8) = sqrt(2 - sqrt(2))/2",
    "let n : integer\ngiven n >= 1\nn! = n (n-1)!",
    "let a, b : positive\n(a + b)/2 >= sqrt(a b)",
    "let a, b : vector(n)\n(a · b)^2 <= ‖a‖^2 ‖b‖^2",
)
FALSE = (
    "sqrt(x^2) = x",
    "|x - 5000| = 5000 - x",
    "x^2 + y^2 > 2 x y",
    "let p : unit\np (1 - p) < 1/4",
    "let p : simplex(K)\nsum_k p_k^2 <= 1/2",
    "let n : integer\ngiven n >= 1\nsum_{k=1}^{n} k = n (n-1)/2",
    "let x, y : vector(n)\nsum_i x_i y_i = (sum_i x_i) (sum_j y_j)",
    "let X, Y : random\nE[X Y] = E[X] E[Y]",
    "let X : random\nE[exp(X)] = exp(E[X])",
    "let A, B : matrix(n, n)\nA B = B A",
    "let A, B : matrix(n, n)\ndet(A + B) = det(A) + det(B)",
    "let A, B : matrix(n, n)\n(A B)^-1 = A^-1 B^-1",
    "let x : vector(n)\nlet A : matrix(n,n)\ngrad_x (x^T A x) = 2 A x",
    "let z, y : vector(K)\ngiven p = softmax(z)\ngiven L = -sum_k y_k log p_k\ndL/dz_i = p_i - y_i",
    "given x^2 = 2\nx = sqrt(2)",
    "let f : function\nf(x + 1) = f(x) + 1",
    "let a, b : vector(n)\n‖a + b‖ = ‖a‖ + ‖b‖",
    "sqrt(2) + sqrt(3) = 3.14626436994197",
    "let a, b : positive\nsqrt(a + b) = sqrt(a) + sqrt(b)",
    "let a : vector(M)\nlet S, n : positive\ngiven a_m <= 2^m\ngiven S^n = sum_m a_m 2^(-m)\nS^(n+1) <= M",
)


@pytest.mark.parametrize("text", TRUE)
def test_a_true_line_is_accepted(text: str) -> None:
    assert check_text(text).lines[-1].verdict in ("proved", "agrees")


@pytest.mark.parametrize("text", FALSE)
def test_a_false_line_is_refuted(text: str) -> None:
    found = check_text(text).lines[-1]
    assert found.verdict == "refuted"
    assert found.counterexample is not None
    assert found.counterexample.left != found.counterexample.right or "<" in text or ">" in text


# ---- random terms ------------------------------------------------------------------------------------


@settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.randoms(use_true_random=False), st.integers(2, 4), st.booleans())
def test_a_true_rewriting_is_never_refuted(random: Random, depth: int, indexed: bool) -> None:
    free = {"i": "K", "j": "K"} if indexed else {}
    terms = Terms(random)
    term = terms.term(depth, list(free))
    found = decide(Fact("=", term, terms.rewritten(term), free), Context(SYMBOLS, seconds=3.0))
    assert found.verdict != "refuted", found


@settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.randoms(use_true_random=False), st.integers(2, 4), st.booleans())
def test_an_altered_term_is_never_proved_where_points_tell_it_apart(random: Random, depth: int, indexed: bool) -> None:
    free = {"i": "K", "j": "K"} if indexed else {}
    terms = Terms(random)
    term = terms.term(depth, list(free))
    fact = Fact("=", term, terms.altered(terms.rewritten(term)), free)
    context = Context(SYMBOLS, seconds=3.0)
    if decide(fact, context).verdict in ("proved", "agrees"):
        search = Search(space_of(fact, context), monotonic() + 60)
        search.draws.random.seed(random.randint(0, 10**9))
        assert search.run(60) is None
