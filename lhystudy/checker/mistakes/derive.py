"""Derivatives as one would write them, each with the forms that it takes when one slip is made on the way."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction

from lhystudy.checker.mistakes.edit import ONE, TWO, ZERO, factors, negated, product, product_of, total
from lhystudy.checker.mistakes.entries import Beyond, Entries, picked_out, rebound
from lhystudy.checker.nodes import (
    Add,
    Binder,
    Call,
    Delta,
    Entry,
    Expr,
    Indicator,
    Name,
    Negative,
    Number,
    Power,
    Product,
    Quotient,
    Relation,
    Sum,
)
from lhystudy.checker.problem import Problem

DEEPEST = 12  # definitions opened on the way


@dataclass(frozen=True, slots=True)
class Slip:
    """A wrong derivative: which rule was broken at which part, and what came of it."""

    kind: str
    wrong: Expr
    part: Expr  # of what is differentiated
    about: tuple[Expr, ...] = ()  # the u and v of the rule
    plain: bool = False  # whether a smaller edit explains it as well


@dataclass(frozen=True, slots=True)
class Slope:
    """The derivative, and its forms with one slip each."""

    right: Expr
    slips: tuple[Slip, ...] = ()

    def with_slips(self, *more: Slip) -> Slope:
        """The same with further slips; those that change nothing are left out."""
        return Slope(self.right, (*self.slips, *(slip for slip in more if slip.wrong != self.right)))


def lifted(build: Callable[..., Expr], *parts: Slope) -> Slope:
    """What is built of derivatives, a slip in one of them at a time."""
    rights = [part.right for part in parts]
    slips = [
        replace(slip, wrong=build(*rights[:place], slip.wrong, *rights[place + 1 :]))
        for place, part in enumerate(parts)
        for slip in part.slips
    ]
    return Slope(build(*rights)).with_slips(*slips)


@dataclass
class Differentiation:
    """Differentiates scalars, sums and entries by a name or an entry."""

    by: Expr
    problem: Problem
    entries: Entries
    depth: int = 0

    def of(self, node: Expr) -> Slope:
        """The derivative of the expression. Raises Beyond."""
        if node == self.by:
            return Slope(ONE)
        match node:
            case Number() | Delta() | Indicator():
                return Slope(ZERO)
            case Name():
                return self._of_name(node)
            case Entry():
                return self._of_entry(node)
            case Negative(operand):
                return lifted(negated, self.of(operand))
            case Add(terms):
                return lifted(total, *map(self.of, terms))
            case Sum():
                return self._of_sum(node)
            case Product(left, right):
                written = self.entries.scalar(node)
                return self._of_product(left, right) if written is node else self.of(written)
            case Quotient(top, bottom):
                return self._of_quotient(top, bottom)
            case Power(base, exponent):
                written = self.entries.scalar(node)
                return self._of_power(node, base, exponent) if written is node else self.of(written)
            case Call(function, args):
                return self._of_call(node, function, args)
        raise Beyond

    def _of_sum(self, node: Sum) -> Slope:
        """Term by term, with a bound letter of its own where the variable has the same one."""
        free = {index for index in getattr(self.by, "indices", ()) if isinstance(index, Name)}
        for binder in node.binders:
            if Name(binder.index) in free:
                return self.of(rebound(node, binder.index, self.entries.letter()))
        return lifted(lambda inner: picked_out(node.binders, inner), self.of(node.body))

    # ---- names and entries -----------------------------------------------------------------------

    def _of_name(self, node: Name) -> Slope:
        definition = self.problem.definition(node.name)
        if definition is None or definition.parameters:
            return Slope(ZERO)
        if definition.indices:
            raise Beyond
        return self._through(node, definition.body)

    def _through(self, node: Expr, body: Expr) -> Slope:
        """The derivative of what the node is given as; and none, where the way through it is forgotten."""
        self.depth += 1
        if self.depth > DEEPEST:
            raise Beyond
        found = self.of(body)
        return found.with_slips(Slip("missing-term", ZERO, node)) if found.right != ZERO else found

    def _of_entry(self, node: Entry) -> Slope:
        own = self.by
        if isinstance(own, Entry) and node.of == own.of and len(node.indices) == len(own.indices):
            return self._same_array(node.indices, own.indices)
        if not isinstance(node.of, Name):
            return self.of(self.entries.entry(node.of, *node.indices))
        single = self.entries.single(node)
        if single is not None:
            return self._through(node, single)
        definition = self.problem.definition(node.of.name)
        if definition is None or any(isinstance(index, Number) for index in definition.indices):
            return Slope(ZERO)
        if definition.indices:
            return self._through(node, self.entries.opened(definition, node.indices))
        if isinstance(definition.body, Call) and definition.body.function == "softmax":
            return self._of_softmax(node, definition.body.args[0])
        return self._through(node, self.entries.entry(definition.body, *node.indices))

    def _same_array(self, mine: tuple[Expr, ...], others: tuple[Expr, ...]) -> Slope:
        if any(isinstance(a, Number) and isinstance(b, Number) and a != b for a, b in zip(mine, others, strict=True)):
            return Slope(ZERO)
        deltas: list[Expr] = [Delta(a, b) for a, b in zip(mine, others, strict=True) if a != b]
        right: Expr = ONE
        for delta in deltas:
            right = product(right, delta)
        if not deltas:
            return Slope(right)
        # Without the delta; and nothing at all, as it is where the indices differ.
        return Slope(right, (Slip("off-diagonal", ONE, self.by), Slip("missing-term", ZERO, self.by, (self.by,))))

    def _of_softmax(self, node: Entry, argument: Expr) -> Slope:
        """p_i (z_i' - sum_k p_k z_k'): the share that grows takes from all."""
        letter = self.entries.letter()
        each = Entry(node.of, (Name(letter),))
        own = self.of(self.entries.entry(argument, *node.indices))
        all_ = self.of(self.entries.entry(argument, Name(letter)))
        shared = lifted(lambda inner: picked_out((Binder(letter),), product(each, inner)), all_)
        alone = total(ONE, negated(node))
        return lifted(lambda one, rest: product(node, total(one, negated(rest))), own, shared).with_slips(
            Slip("off-diagonal", product(node, alone), node),
            Slip("off-diagonal", product(node, negated(shared.right)), node),
            Slip("off-diagonal", negated(product(node, shared.right)), node),
        )

    # ---- rules -----------------------------------------------------------------------------------

    def _of_product(self, u: Expr, v: Expr) -> Slope:
        du, dv = self.of(u), self.of(v)
        found = lifted(lambda one, other: total(product(one, v), product(u, other)), du, dv)
        if ZERO in (du.right, dv.right):
            return found
        first, second = product(du.right, v), product(u, dv.right)
        wrong = (product(du.right, dv.right), first, second)
        return found.with_slips(*(Slip("product-rule", form, Product(u, v), (u, v)) for form in wrong))

    def _of_quotient(self, u: Expr, v: Expr) -> Slope:
        du, dv = self.of(u), self.of(v)
        if dv.right == ZERO:
            return lifted(lambda one: ZERO if one == ZERO else Quotient(one, v), du)
        square = Power(v, TWO)
        whole = Quotient(u, v)
        if du.right == ZERO:
            found = lifted(lambda inner: negated(Quotient(product(u, inner), square)), dv)
            return found.with_slips(
                Slip("sign", negated(found.right), whole, plain=True),
                Slip("power", negated(Quotient(product(u, dv.right), v)), whole, plain=True),
                Slip("chain-rule", negated(Quotient(u, square)), whole, (v, dv.right), is_plain(dv.right)),
            )

        def build(one: Expr, other: Expr) -> Expr:
            return Quotient(total(product(one, v), negated(product(u, other))), square)

        first, second = product(du.right, v), product(u, dv.right)
        wrong = (
            Quotient(du.right, dv.right),
            Quotient(total(first, second), square),
            Quotient(total(second, negated(first)), square),
            Quotient(total(first, negated(second)), v),
            Quotient(du.right, v),
            Quotient(second, square),
            Quotient(du.right, square),
        )
        return lifted(build, du, dv).with_slips(*(Slip("quotient-rule", form, whole, (u, v)) for form in wrong))

    def _of_power(self, node: Power, base: Expr, exponent: Expr) -> Slope:
        inner, growing = self.of(base), self.of(exponent)
        if base == Name("e"):
            return self._chained(node, exponent, node, growing)
        if inner.right == ZERO:
            if growing.right == ZERO:
                return Slope(ZERO)
            outer: Expr = product(node, Call("log", (base,)))
            return self._chained(node, exponent, outer, growing).with_slips(
                Slip("log-base", product(node, growing.right), node, plain=True)
            )
        if growing.right != ZERO:
            raise Beyond
        lower = lowered(base, exponent)
        outer = product(exponent, lower)
        return self._chained(node, base, outer, inner).with_slips(
            Slip("power", product(product(exponent, node), inner.right), node, (node, lower), plain=True),
            Slip("factor", product(lower, inner.right), node, (exponent,), plain=True),
        )

    def _of_call(self, node: Call, function: str, args: tuple[Expr, ...]) -> Slope:
        definition = self.problem.definition(function)
        if definition is not None and definition.parameters and not node.primes:
            self.depth += 1
            if self.depth > DEEPEST:
                raise Beyond
            return self.of(self.entries.opened(definition, args))
        if len(args) != 1 or self.entries.kind(args[0]):
            raise Beyond
        inner = self.of(args[0])
        if inner.right == ZERO:
            return Slope(ZERO)
        outer = steepness(node, args[0], function in self.problem.symbols)
        found = self._chained(node, args[0], outer, inner)
        if function in ("exp", "relu") or outer == ONE:
            return found
        return found.with_slips(
            Slip("chain-rule", product(node, inner.right), node, (node, outer)),
            Slip("chain-rule", inner.right, node, (node, outer)),
        )

    def _chained(self, node: Expr, inside: Expr, outer: Expr, inner: Slope) -> Slope:
        """Outer times inner derivative; and the outer one alone."""
        found = lifted(lambda factor: ZERO if factor == ZERO else product(outer, factor), inner)
        if isinstance(inner.right, Delta):
            return found
        turned = isinstance(inner.right, Negative)
        parts = factors(inner.right.operand if isinstance(inner.right, Negative) else inner.right)
        kept = [product_of([*parts[:place], *parts[place + 1 :]]) for place in range(len(parts)) if len(parts) > 1]
        kept = [negated(part) for part in kept] if turned else kept
        return found.with_slips(
            Slip("chain-rule", outer, node, (inside, inner.right), is_plain(inner.right)),
            *(
                Slip("chain-rule", product(outer, part), node, (inside, lost))
                for part, lost in zip(kept, parts, strict=False)
            ),
        )


def is_plain(factor: Expr) -> bool:
    """Whether the factor is a sign."""
    return factor in (ONE, Negative(ONE))


def lowered(base: Expr, exponent: Expr) -> Expr:
    """The base to the exponent less one."""
    if isinstance(exponent, Number):
        less = exponent.value - 1
        return ONE if less == 0 else base if less == 1 else Power(base, number(less))
    if isinstance(exponent, Negative) and isinstance(exponent.operand, Number):
        return Power(base, number(-exponent.operand.value - 1))
    return Power(base, total(exponent, Negative(ONE)))


def number(value: Fraction) -> Expr:
    return Negative(Number(-value)) if value < 0 else Number(value)


def steepness(node: Call, x: Expr, declared: bool) -> Expr:
    """The derivative of the function at x. Raises Beyond for one that is not known here."""
    if declared:
        return replace(node, primes=node.primes + 1)
    if node.primes:
        raise Beyond
    match node.function:
        case "exp":
            return node
        case "log":
            return Quotient(ONE, x)
        case "log2" | "log10":
            return Quotient(ONE, product(x, Call("log", (number(Fraction(node.function[3:])),))))
        case "sin":
            return Call("cos", (x,))
        case "cos":
            return Negative(Call("sin", (x,)))
        case "tanh":
            return total(ONE, Negative(Power(node, TWO)))
        case "sigmoid":
            return product(node, total(ONE, Negative(node)))
        case "softplus":
            return Call("sigmoid", (x,))
        case "sqrt":
            return Quotient(ONE, product(TWO, node))
        case "relu":
            return Indicator(Relation(">", x, ZERO))
    raise Beyond
