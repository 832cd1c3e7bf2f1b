"""Nodes from what the grammar found: one function for each named alternative of `grammar.lark`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from lhystudy.checker.nodes import (
    Absolute,
    Add,
    Binder,
    Call,
    Cases,
    Derivative,
    Entry,
    Expr,
    Factorial,
    Gradient,
    HessianOf,
    Limit,
    Name,
    Negative,
    Norm,
    Number,
    Power,
    Product,
    ProductOver,
    Quotient,
    Relation,
    Span,
    Sum,
    Transpose,
    walk,
)
from lhystudy.checker.reading import symbols
from lhystudy.checker.reading.tokens import Token
from lhystudy.checker.reading.unreadable import Unreadable
from lhystudy.words import say


@dataclass
class Building:
    """What one parse gathers beside its nodes."""

    notes: list[str] = field(default_factory=list)
    text: str = ""  # the line as typed, for the notes
    bracketed: set[int] = field(default_factory=set)  # ids of nodes that stood in brackets
    parts: list[tuple[int, int]] = field(default_factory=list)  # columns of what the running action joins

    def note(self, text: str) -> None:
        if text not in self.notes:
            self.notes.append(text)


@dataclass(frozen=True)
class Chain:
    """Sides with the relations between them. The first side is None where the line goes on from the one above."""

    sides: tuple[Expr | None, ...]
    signs: tuple[Token, ...]


Action = Callable[..., Any]
ACTIONS: dict[str, Action] = {}


def action(function: Action) -> Action:
    """Enters the function under its name, without the underscore that keeps it off Python's own names."""
    ACTIONS[function.__name__.rstrip("_")] = function
    return function


# ---- relations -----------------------------------------------------------------------------------


@action
def chain_first(building: Building, span: Span, side: Expr) -> Chain:
    return Chain((side,), ())


@action
def chain_more(building: Building, span: Span, chain: Chain, sign: Token, side: Expr) -> Chain:
    return Chain((*chain.sides, side), (*chain.signs, sign))


@action
def chain_continued(building: Building, span: Span, sign: Token, side: Expr) -> Chain:
    return Chain((None, side), (sign,))


@action
def condition_first(building: Building, span: Span, left: Expr, sign: Token, right: Expr) -> Relation:
    return Relation(sign.value, left, right, span=span)


@action
def condition_more(building: Building, span: Span, first: Relation, sign: Token, right: Expr) -> Relation:
    last = first.both[-1] if first.both else first
    more = Relation(sign.value, last.right, right, span=Span(last.right.span.start, span.end))
    return Relation(first.sign, first.left, first.right, (*first.both, more), span=span)


@action
def choice(
    building: Building, span: Span, value: Expr, if_: Token, condition: Relation, else_: Token, other: Expr
) -> Cases:
    return Cases(((value, condition), (other, None)), span=span)


# ---- sums and products ---------------------------------------------------------------------------


@action
def negative(building: Building, span: Span, minus: Token, operand: Expr) -> Negative:
    return Negative(operand, span=span)


@action
def double_negative(building: Building, span: Span, first: Token, second: Token, operand: Expr) -> Negative:
    return Negative(Negative(operand, span=Span(second.start, span.end)), span=span)


@action
def plus_sign(building: Building, span: Span, plus: Token, operand: Expr) -> Expr:
    return operand


@action
def add(building: Building, span: Span, left: Expr, plus: Token, right: Expr) -> Add:
    terms = left.terms if isinstance(left, Add) and id(left) not in building.bracketed else (left,)
    return Add((*terms, right), span=span)


@action
def subtract(building: Building, span: Span, left: Expr, minus: Token, right: Expr) -> Add:
    return add(building, span, left, minus, Negative(right, span=Span(minus.start, right.span.end)))  # type: ignore[no-any-return]


@action
def add_negative(building: Building, span: Span, left: Expr, plus: Token, minus: Token, right: Expr) -> Add:
    return add(building, span, left, plus, Negative(right, span=Span(minus.start, right.span.end)))  # type: ignore[no-any-return]


@action
def subtract_negative(building: Building, span: Span, left: Expr, first: Token, minus: Token, right: Expr) -> Add:
    return subtract(building, span, left, first, Negative(right, span=Span(minus.start, right.span.end)))  # type: ignore[no-any-return]


def _product(mark: Any) -> tuple[Action, Action]:
    def plain(building: Building, span: Span, left: Expr, sign: Token, right: Expr) -> Product:
        return Product(left, right, mark, span=span)

    def negated(building: Building, span: Span, left: Expr, sign: Token, minus: Token, right: Expr) -> Product:
        return Product(left, Negative(right, span=Span(minus.start, span.end)), mark, span=span)

    return plain, negated


ACTIONS["times"], ACTIONS["times_negative"] = _product("*")
ACTIONS["hadamard"], ACTIONS["hadamard_negative"] = _product("hadamard")
ACTIONS["dot"], ACTIONS["dot_negative"] = _product("dot")
ACTIONS["at"], ACTIONS["at_negative"] = _product("@")


@action
def juxtapose(building: Building, span: Span, left: Expr, right: Expr) -> Product:
    if isinstance(right, Number) and isinstance(left, Number) and building.text[building.parts[1][0]] not in "([{":
        raise Unreadable(
            say(
                "two numbers stand side by side",
                "两个数并排放着",
            ),
            right.span.start + 1,
            say("write * between them", "中间请写 *"),
        )
    (start, middle), (_, end) = building.parts
    if isinstance(left, Call) and building.text[middle - 1].isdigit():
        one, typed = building.text[start:middle], building.text[start:end]
        building.note(say(f"{typed} is read as ({one}) times what follows", f"{typed} 读作 ({one}) 乘以后面的部分"))
    return Product(left, right, "", span=span)


@action
def juxtapose_divisor(building: Building, span: Span, left: Expr, right: Expr) -> Product:
    """`1/2x` is (1/2)x; where no space says so, a note does."""
    (start, middle), (behind, end) = building.parts
    if middle == behind:
        typed, one, other = building.text[start:end], building.text[start:middle], building.text[behind:end]
        building.note(say(f"{typed} is read as ({one}){other}", f"{typed} 读作 ({one}){other}"))
    return Product(left, right, "", span=span)


@action
def divide(building: Building, span: Span, top: Expr, slash: Token, bottom: Expr) -> Quotient:
    return Quotient(top, bottom, span=span)


@action
def divide_negative(building: Building, span: Span, top: Expr, slash: Token, minus: Token, bottom: Expr) -> Quotient:
    return Quotient(top, Negative(bottom, span=Span(minus.start, span.end)), span=span)


@action
def big(building: Building, span: Span, sign: Token, body: Expr) -> Expr:
    kind, binders = sign.value
    if kind == "sum":
        return Sum(binders, body, span=span)
    if kind == "prod":
        return products(building, binders, body, span)
    variable, to, side = binders
    return Limit(variable, to, body, side, span=span)


def products(building: Building, binders: tuple[Binder, ...], body: Expr, span: Span) -> Expr:
    """A product over an index, which ends where a further one begins that does not go on with its index."""
    if not isinstance(body, Product) or id(body) in building.bracketed:
        return ProductOver(binders, body, span=span)
    first = body.right
    while isinstance(first, Product) and id(first) not in building.bracketed:
        first = first.left
    if not isinstance(first, ProductOver) or id(first) in building.bracketed:
        return ProductOver(binders, body, span=span)
    anew = {binder.index for binder in first.binders}
    used = {part.name for part in walk(body.right) if isinstance(part, Name)}
    if any(binder.index in used - anew for binder in binders):
        return ProductOver(binders, body, span=span)
    before = ProductOver(binders, body.left, span=Span(span.start, body.left.span.end))
    return Product(before, body.right, body.mark, span=span)


@action
def big_negative(building: Building, span: Span, sign: Token, minus: Token, body: Expr) -> Expr:
    return big(building, span, sign, Negative(body, span=Span(minus.start, body.span.end)))  # type: ignore[no-any-return]


@action
def big_plus(building: Building, span: Span, sign: Token, plus: Token, body: Expr) -> Expr:
    return big(building, span, sign, body)  # type: ignore[no-any-return]


@action
def sum_call(
    building: Building, span: Span, sign: Token, left: Token, arguments: tuple[Expr, ...], right: Token
) -> Expr:
    """sum(y_k, k), sum(y_k, k, 1, K)."""
    shown = "sum(y_k, k)" if sign.value == "sum" else "prod(y_k, k)"
    if len(arguments) not in (2, 4) or not isinstance(arguments[1], Name) or not symbols.is_letter(arguments[1].name):
        raise Unreadable(
            say(
                "this sum does not say what it runs over",
                "这个求和没有写明对哪个指标求和",
            ),
            span.start + 1,
            say(f"write {shown} or sum_k y_k", f"请写成 {shown} 或 sum_k y_k"),
        )
    lower, upper = (arguments[2], arguments[3]) if len(arguments) == 4 else (None, None)
    binders = (Binder(arguments[1].name, lower, upper, span=arguments[1].span),)
    return big(building, span, Token("BIG", "", span.start, span.end, value=(sign.value, binders)), arguments[0])  # type: ignore[no-any-return]


# ---- functions and derivatives -------------------------------------------------------------------


def _applied(span: Span, function: tuple[str, int], arguments: tuple[Expr, ...]) -> Expr:
    name, primes = function
    if primes == 0 and len(arguments) == 1:
        if name == "abs":
            return Absolute(arguments[0], span=span)
        if name == "norm":
            return Norm(arguments[0], span=span)
    return Call(name, arguments, primes, span=span)


@action
def apply(building: Building, span: Span, function: Token, argument: Expr) -> Expr:
    return _applied(span, function.value, (argument,))


@action
def apply_negative(building: Building, span: Span, function: Token, minus: Token, argument: Expr) -> Expr:
    return _applied(span, function.value, (Negative(argument, span=Span(minus.start, span.end)),))


@action
def call(
    building: Building, span: Span, function: Token, left: Token, arguments: tuple[Expr, ...], right: Token
) -> Expr:
    return _applied(span, function.value, arguments)


@action
def apply_power(building: Building, span: Span, function: Token, caret: Token, exponent: Expr, argument: Expr) -> Expr:
    return _raised_call(span, function, exponent, (argument,))


@action
def call_power(
    building: Building,
    span: Span,
    function: Token,
    caret: Token,
    exponent: Expr,
    left: Token,
    arguments: tuple[Expr, ...],
    right: Token,
) -> Expr:
    return _raised_call(span, function, exponent, arguments)


def _raised_call(span: Span, function: Token, exponent: Expr, arguments: tuple[Expr, ...]) -> Power:
    """sin^2 x; sin^-1 x could be either of two things and is none."""
    name = function.value[0]
    if isinstance(exponent, Negative):
        raise Unreadable(
            say(
                f"{name}^-1 may be the inverse function or 1/{name}",
                f"{name}^-1 可能是反函数，也可能是 1/{name}",
            ),
            function.start + 1,
            say(f"write a{name}(…) or 1/{name}(…)", f"请写成 a{name}(…) 或 1/{name}(…)"),
        )
    inner = Span(function.start, span.end)
    return Power(_applied(inner, function.value, arguments), exponent, span=span)


@action
def differentiate(building: Building, span: Span, sign: Token, operand: Expr) -> Expr:
    """A gradient of f^T is the transpose of the gradient: a scalar needs none."""
    kind, by = sign.value
    if isinstance(operand, Transpose) and kind != "derivative" and id(operand) not in building.bracketed:
        inner = differentiate(building, Span(span.start, operand.operand.span.end), sign, operand.operand)
        return Transpose(inner, span=span)
    if kind == "derivative":
        return Derivative(operand, by, span=span)
    return HessianOf(operand, by, span=span) if kind == "hessian" else Gradient(operand, by, span=span)


@action
def derivative(building: Building, span: Span, sign: Token, operand: Expr, end: Token) -> Derivative:
    return Derivative(operand, sign.value, span=span)


# ---- powers and what hangs on a factor -----------------------------------------------------------


@action
def power(building: Building, span: Span, base: Expr, caret: Token, exponent: Expr) -> Power:
    return Power(base, exponent, span=span)


@action
def negative_power(building: Building, span: Span, minus: Token, base: Expr, caret: Token, exponent: Expr) -> Negative:
    raised = Power(base, exponent, span=Span(base.span.start, exponent.span.end))
    return Negative(raised, span=span)


@action
def factorial(building: Building, span: Span, operand: Expr, sign: Token) -> Factorial:
    return Factorial(operand, span=span)


@action
def transpose(building: Building, span: Span, operand: Expr, sign: Token) -> Transpose:
    return Transpose(operand, span=span)


@action
def entries(building: Building, span: Span, operand: Expr, sign: Token) -> Entry:
    return Entry(operand, sign.value, span=span)


@action
def entries_of_power(building: Building, span: Span, operand: Expr, sign: Token) -> Expr:
    """x^2_i is (x_i)^2, and W^T_ij an entry of the transpose."""
    if isinstance(operand, Power) and not isinstance(operand.exponent, Negative):
        return Power(Entry(operand.base, sign.value, span=span), operand.exponent, span=span)
    return Entry(operand, sign.value, span=span)


@action
def bracket(building: Building, span: Span, left: Token, inner: Expr, right: Token) -> Expr:
    building.bracketed.add(id(inner))
    return inner
