"""Any tree that can be built is shown as text that reads as that tree."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from lhystudy.checker.nodes import (
    Absolute,
    Add,
    Binder,
    Call,
    Cases,
    ColumnVector,
    Delta,
    Derivative,
    Entry,
    Expectation,
    Expr,
    Factorial,
    Gradient,
    HessianOf,
    Indicator,
    Limit,
    MatrixOf,
    Name,
    Negative,
    Norm,
    Number,
    Power,
    Product,
    ProductOver,
    Quotient,
    Relation,
    Sum,
    Transpose,
)
from lhystudy.checker.problem import Problem
from lhystudy.checker.reading.latex import latex
from lhystudy.checker.reading.parse import Unreadable, introduce, read, read_expression
from lhystudy.checker.reading.show import show


def scene() -> Problem:
    problem = Problem()
    for line in (
        "let x, w, z_out, y_hat : real",
        "let v, θ_old : vector(n)",
        "let A, W_1 : matrix(n, n)",
        "let f : function",
        "given g(x) = x^2",
        "given h^{(1)} = x",
        "given y' = x",
    ):
        problem = introduce(problem, read(line, problem).statement)
    return problem


SCENE = scene()
NAMES = [
    "x",
    "w",
    "z_out",
    "y_hat",
    "v",
    "theta_old",
    "A",
    "W_1",
    "h^{(1)}",
    "y'",
    "lambda",
    "sigma",
    "loss",
    "e",
    "pi",
]
LETTERS = st.sampled_from("ijk").map(Name)
INDICES = st.one_of(
    LETTERS,
    st.integers(1, 30).map(lambda n: Number(Fraction(n))),
    st.tuples(LETTERS, st.integers(1, 3)).map(lambda t: Add((t[0], Number(Fraction(t[1]))))),
    st.tuples(LETTERS, st.integers(1, 3)).map(lambda t: Add((t[0], Negative(Number(Fraction(t[1])))))),
)
NUMBERS = st.one_of(
    st.integers(0, 10**6).map(lambda n: Number(Fraction(n))),
    st.tuples(st.integers(0, 10**5), st.integers(1, 6)).map(lambda t: Number(Fraction(t[0], 10 ** t[1]), t[1])),
)
ENTRIES = st.one_of(
    st.builds(lambda i: Entry(Name("v"), (i,)), INDICES),
    st.builds(lambda i, j: Entry(Name("A"), (i, j)), INDICES, INDICES),
    st.builds(lambda i: Entry(Name("q"), (i,)), INDICES),
)
LEAVES = st.one_of(NUMBERS, st.sampled_from(NAMES).map(Name), ENTRIES)
VARIABLES = st.one_of(
    st.sampled_from(["x", "w", "theta_old", "h^{(1)}"]).map(Name), st.just(Entry(Name("v"), (Name("i"),)))
)
SIGNS = st.sampled_from(["=", "<", "<=", ">", ">=", "!="])
MARKS = st.sampled_from(["", "*", "@", "hadamard", "dot"])
FUNCTIONS = st.sampled_from(["exp", "log", "sigmoid", "tanh", "softmax", "sqrt", "f", "g", "log2", "H_2", "tr"])


def binders(index: str, lower: Expr | None, upper: Expr | None) -> tuple[Binder, ...]:
    return (Binder(index, lower, upper if lower is not None else None),)


def larger(inner: st.SearchStrategy[Expr]) -> st.SearchStrategy[Expr]:
    relations = st.builds(Relation, SIGNS, inner, inner)
    several = st.lists(inner, min_size=2, max_size=3).map(tuple)
    scalars = st.lists(LEAVES, min_size=2, max_size=3).map(tuple)
    bounds = st.one_of(st.none(), inner)
    sums = st.builds(binders, st.sampled_from("ijk"), bounds, bounds)
    excluding = st.builds(lambda i, e: (Binder(i, excluding=e),), st.sampled_from("ij"), LETTERS)
    return st.one_of(
        st.builds(Add, several),
        st.builds(Negative, inner),
        st.builds(Product, inner, inner, MARKS),
        st.builds(Quotient, inner, inner),
        st.builds(Power, inner, inner),
        st.builds(Factorial, inner),
        st.builds(Transpose, inner),
        st.builds(Absolute, inner),
        st.builds(Norm, inner),
        st.builds(lambda name, arg: Call(name, (arg,)), FUNCTIONS, inner),
        st.builds(lambda arg, primes: Call("f", (arg,), primes), inner, st.integers(1, 2)),
        st.builds(lambda args: Call("max", args), several),
        st.builds(lambda p, q: Call("KL", (p, q)), inner, inner),
        st.builds(Sum, st.one_of(sums, excluding), inner),
        st.builds(ProductOver, sums, inner),
        st.builds(lambda of, by: Derivative(of, tuple(by)), inner, st.lists(VARIABLES, min_size=1, max_size=3)),
        st.builds(Gradient, inner, st.one_of(st.none(), VARIABLES)),
        st.builds(HessianOf, inner, st.one_of(st.none(), VARIABLES)),
        st.builds(ColumnVector, scalars),
        st.builds(lambda a, b: MatrixOf((a, b)), st.tuples(inner, inner), st.tuples(inner, inner)),
        st.builds(lambda v, c, o: Cases(((v, c), (o, None))), inner, relations, inner),
        st.builds(lambda v, c, o, d: Cases(((v, c), (o, d))), inner, relations, inner, relations),
        st.builds(Indicator, relations),
        st.builds(Delta, INDICES, INDICES),
        st.builds(lambda a: Expectation("E", (a,)), inner),
        st.builds(lambda a: Expectation("E", (a,), Name("v")), inner),
        st.builds(lambda a, b: Expectation("Cov", (a, b)), inner, inner),
        st.builds(lambda to, body: Limit("x", to, body), inner, inner),
        st.builds(lambda of, i: Entry(of, (i,)), inner.filter(lambda node: not isinstance(node, Name)), INDICES),
    )


TREES = st.recursive(LEAVES, larger, max_leaves=8)


@settings(max_examples=300, deadline=None)
@given(TREES)
def test_what_is_shown_reads_as_the_same_tree(tree: Expr) -> None:
    assert read_expression(show(tree), SCENE) == tree


@settings(max_examples=100, deadline=None)
@given(TREES)
def test_what_is_drawn_reads_as_a_tree(tree: Expr) -> None:
    read_expression(latex(tree), SCENE)


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="xwA()[]{}|'^_+-*/=<>,. 12∂∇Σ√ᵀ²ᵢ\\sumfracdlogEH", max_size=25))
def test_any_text_is_read_or_answered(text: str) -> None:
    try:
        read(text, SCENE)
    except Unreadable as error:
        assert error.column >= 1
