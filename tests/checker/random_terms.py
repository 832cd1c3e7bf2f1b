"""Random terms, rewritten by true identities or altered in one place."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from random import Random

from lhystudy.checker.meaning.build import HALF, MINUS_ONE, ONE, TWO, ZERO, apply, negative, number
from lhystudy.checker.meaning.replace import Replacement, fresh
from lhystudy.checker.problem import Symbol
from lhystudy.checker.terms import (
    Apply,
    Atom,
    Condition,
    Index,
    Kronecker,
    Piecewise,
    Plus,
    Raise,
    SumOver,
    Term,
    Times,
)

SYMBOLS = {
    symbol.name: symbol
    for symbol in (
        Symbol("x"),
        Symbol("y"),
        Symbol("p", "positive"),
        Symbol("u", "unit"),
        Symbol("a", "vector", ("K",)),
        Symbol("b", "vector", ("K",)),
        Symbol("q", "simplex", ("K",)),
        Symbol("o", "onehot", ("K",)),
        Symbol("A", "matrix", ("K", "K")),
        Symbol("S", "symmetric", ("K", "K")),
        Symbol("f", "function"),
    )
}


class Terms:
    """Draws terms by one source of chance."""

    def __init__(self, random: Random) -> None:
        self.random = random

    def leaf(self, indices: list[str]) -> Term:
        choices: list[Term] = [*(Atom(name) for name in "xypu")]
        choices.append(number(Fraction(self.random.randint(-3, 3), self.random.randint(1, 3))))
        if indices:
            i, j = Index(self.random.choice(indices)), Index(self.random.choice(indices))
            choices += [Atom(name, (i,)) for name in "abqo"] + [Atom("A", (i, j)), Atom("S", (i, j)), Kronecker(i, j)]
        return self.random.choice(choices)

    def term(self, depth: int, indices: list[str]) -> Term:
        """A random term whose free indices are among these, all along K."""
        if depth <= 0:
            return self.leaf(indices)
        forms: list[Callable[[], Term]] = [
            lambda: Plus((self.term(depth - 1, indices), self.term(depth - 1, indices))),
            lambda: Times((self.term(depth - 1, indices), self.term(depth - 1, indices))),
            lambda: Raise(self.term(depth - 1, indices), number(self.random.choice([2, 3, -1, -2]))),
            lambda: Raise(apply("abs", self.term(depth - 1, indices)), HALF),
            lambda: apply(self.random.choice(FUNCTIONS), self.term(depth - 1, indices)),
            lambda: apply("log", Plus((ONE, Raise(self.term(depth - 1, indices), TWO)))),
            lambda: apply("max", self.term(depth - 1, indices), self.term(depth - 1, indices)),
            lambda: Apply("f", (self.term(depth - 1, indices),), self.random.choice([0, 1])),
            lambda: self.piecewise(depth, indices),
            lambda: self.sum(depth, indices),
        ]
        return self.random.choices(forms, [4, 4, 2, 1, 5, 1, 1, 1, 1, 5])[0]()

    def piecewise(self, depth: int, indices: list[str]) -> Term:
        condition = Condition(self.random.choice(["<", "<=", ">"]), self.term(depth - 2, indices), ZERO)
        return Piecewise(((self.term(depth - 1, indices), condition), (self.term(depth - 1, indices), None)))

    def sum(self, depth: int, indices: list[str]) -> Term:
        index = fresh()
        return SumOver(index, "K", self.term(depth - 1, [*indices, index]))

    # ---- the same value, written otherwise ----

    def chance(self) -> bool:
        return self.random.random() < 0.5

    def rewritten(self, term: Term) -> Term:
        """A term that is equal wherever both are defined."""
        match term:
            case Plus(terms):
                parts = [self.rewritten(part) for part in terms]
                self.random.shuffle(parts)
                if self.random.random() < 0.2:
                    extra = self.term(1, [])
                    parts += [extra, negative(extra)]
                return Plus(tuple(parts))
            case Times(factors):
                return self.product([self.rewritten(part) for part in factors])
            case Raise(base, exponent):
                inner = self.rewritten(base)
                if exponent == TWO and self.chance():
                    return Times((inner, self.rewritten(base)))
                if exponent == number(-2) and self.chance():
                    return Raise(Times((inner, inner)), MINUS_ONE)
                return Raise(inner, exponent)
            case SumOver():
                return self.summed(term)
            case Apply(function, args, order):
                inner_args = tuple(map(self.rewritten, args))
                if not order and self.chance():
                    return self.called(function, inner_args)
                return Apply(function, inner_args, order)
            case Piecewise(pieces):
                return Piecewise(tuple((self.rewritten(piece), condition) for piece, condition in pieces))
        return term

    def product(self, factors: list[Term]) -> Term:
        self.random.shuffle(factors)
        for n, factor in enumerate(factors):
            rest = factors[:n] + factors[n + 1 :]
            if isinstance(factor, Plus) and self.chance():
                return Plus(tuple(Times((*rest, part)) for part in factor.terms))
            if isinstance(factor, SumOver) and self.chance():
                index = fresh()
                body = Replacement({factor.index: Index(index)})(factor.body)
                return SumOver(index, factor.dim, Times((*rest, body)))
        return Times(tuple(factors))

    def summed(self, term: SumOver) -> Term:
        index, other = fresh(), fresh()
        body = Replacement({term.index: Index(index)})(term.body)
        if isinstance(body, Plus) and self.chance():
            return Plus(tuple(SumOver(index, term.dim, self.rewritten(part)) for part in body.terms))
        if isinstance(body, SumOver) and self.chance():
            return SumOver(body.index, body.dim, SumOver(index, term.dim, self.rewritten(body.body)))
        if self.random.random() < 0.15:
            moved = Replacement({index: Index(other)})(body)
            inner = Times((Kronecker(Index(index), Index(other)), moved))
            return SumOver(index, term.dim, SumOver(other, term.dim, inner))
        return SumOver(index, term.dim, self.rewritten(body))

    def called(self, function: str, args: tuple[Term, ...]) -> Term:
        x = args[0]
        half = Times((HALF, x))
        match function:
            case "exp" if isinstance(x, Plus):
                return Times(tuple(apply("exp", part) for part in x.terms))
            case "sigmoid":
                ways: list[Term] = [
                    Raise(Plus((ONE, apply("exp", negative(x)))), MINUS_ONE),
                    Plus((ONE, negative(apply("sigmoid", negative(x))))),
                    Times((HALF, Plus((ONE, apply("tanh", half))))),
                ]
                return self.random.choice(ways)
            case "tanh":
                return Plus((Times((TWO, apply("sigmoid", Times((TWO, x))))), MINUS_ONE))
            case "softplus":
                return Plus((x, apply("softplus", negative(x))))
            case "sin":
                return Times((TWO, apply("sin", half), apply("cos", half)))
            case "cos":
                return Plus((ONE, Times((number(-2), Raise(apply("sin", half), TWO)))))
            case "abs":
                return self.random.choice([apply("max", x, negative(x)), Raise(Raise(x, TWO), HALF)])
            case "max":
                return negative(apply("min", *map(negative, args)))
        return Apply(function, args)

    # ---- one place altered ----

    def altered(self, term: Term) -> Term:
        """The term with one part negated, doubled, squared or one larger: mostly another value."""
        places: list[tuple[Term, Callable[[Term], Term]]] = []

        def visit(part: Term, put: Callable[[Term], Term]) -> None:
            places.append((part, put))
            match part:
                case Plus(terms):
                    for n, inner in enumerate(terms):
                        visit(inner, lambda new, n=n: put(Plus(terms[:n] + (new,) + terms[n + 1 :])))  # type: ignore[misc]
                case Times(factors):
                    for n, inner in enumerate(factors):
                        visit(inner, lambda new, n=n: put(Times(factors[:n] + (new,) + factors[n + 1 :])))  # type: ignore[misc]
                case Raise(base, exponent):
                    visit(base, lambda new: put(Raise(new, exponent)))
                case SumOver(index, dim, body):
                    visit(body, lambda new: put(SumOver(index, dim, new)))
                case Apply(function, args, order):
                    visit(args[0], lambda new: put(Apply(function, (new, *args[1:]), order)))

        visit(term, lambda new: new)
        part, put = self.random.choice(places)
        changed = (negative(part), Times((TWO, part)), Plus((part, ONE)), Times((part, part)))
        return put(self.random.choice(changed))


FUNCTIONS = ["exp", "exp", "sigmoid", "tanh", "sin", "cos", "softplus", "abs"]
