"""Names in place: entries, products of letters written together, functions of the learner's own."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from lhystudy.checker.nodes import Delta, Expr, Name, Number, Span
from lhystudy.checker.reading import symbols
from lhystudy.checker.reading.stream import Stream
from lhystudy.checker.reading.tokens import Token
from lhystudy.checker.reading.units import SPLIT_WORD, Unit, read_unit
from lhystudy.checker.reading.unreadable import Unreadable
from lhystudy.words import say

INSTEAD = {
    "inv": "A^-1", "transpose": "A^T", "pow": "x^2", "square": "x^2", "mean": "sum_i x_i / n", "P": "E[1[X > 0]]",
    "Pr": "E[1[X > 0]]", "factorial": "n!", "sgm": "sigmoid(x)",
}  # fmt: skip


def name(stream: Stream) -> None:
    line, i = stream.line, stream.i
    unit = read_unit(line, i)
    kronecker = len(unit.indices) == 2 and not line.given_at("delta", tuple(unit.indices[:1]))
    own = "delta" in line.labels or line.rank("delta") == 2
    if unit.name == "delta" and kronecker and not unit.primes and not own:
        node: Expr = Delta(unit.indices[0], unit.indices[1], span=Span(unit.start, unit.end))
        return named(stream, unit, node)
    if unit.name == "delta" and unit.indices and not line.known("delta"):
        both = two_digits(unit.indices)
        if both:
            return named(stream, unit, Delta(*both, span=Span(unit.start, unit.end)))
    whole = unit.spelled()
    called = line.opens(unit.next) and not unit.indices and not unit.transposed
    if called or unit.primes:
        bare = unit.name + unit.label
        if line.is_function(bare) and line.kind(unit.next) == "(":
            return function(stream, unit, bare, unit.primes)
        if line.is_function(whole) and line.kind(unit.next) == "(":
            return function(stream, unit, whole, 0)
    if line.is_function(whole) and not unit.indices and line.kind(unit.next) == "(":
        return function(stream, unit, whole, 0)
    if split(stream, unit):
        return None
    if called:
        product_or_unknown(stream, unit, whole)
    return named(stream, unit, unit.node())


def function(stream: Stream, unit: Unit, name: str, primes: int) -> None:
    stream.emit("FUNCTION", stream.i, unit.next - 1, (name, primes))
    stream.i = unit.next


def named(stream: Stream, unit: Unit, node: Expr) -> None:
    stream.out.append(
        Token("NAME", stream.line.raw[stream.i].text, unit.start, unit.end, stream.line.raw[stream.i].gap, node)
    )
    stream.i = unit.next
    if unit.transposed:
        stream.emit("TRANSPOSE", unit.next - 1)


def split(stream: Stream, unit: Unit) -> bool:
    """`wx`, where no name is wx and w and x are known names, is their product."""
    line, i = stream.line, stream.i
    typed = line.raw[i]
    letters = SPLIT_WORD.fullmatch(typed.text).group(1)  # type: ignore[union-attr]
    if len(letters) < 2 or not letters.isascii() or not letters.isalpha() or letters in symbols.GREEK_WORDS:
        return False
    if line.known(unit.spelled()) or line.known(unit.name) or line.known(letters) or letters in symbols.CONSTANTS:
        return False
    if not all(line.known(letter) for letter in letters):
        return False
    for place, letter in enumerate(letters[:-1]):
        span = Span(typed.start + place, typed.start + place + 1)
        stream.out.append(
            Token("NAME", letter, span.start, span.end, typed.gap and place == 0, Name(letter, span=span))
        )
    product = " ".join(letters)
    line.note(
        say(
            f"{letters} is read as the product {product}",
            f"{letters} 读作乘积 {product}",
        )
    )
    line.raw[i] = replace(typed, text=typed.text[len(letters) - 1 :], start=typed.start + len(letters) - 1, gap=False)
    try:
        name(stream)
    finally:
        line.raw[i] = typed
    return True


def product_or_unknown(stream: Stream, unit: Unit, name: str) -> None:
    """A bracket right behind a name that is no function: a product with a note, or an unknown function."""
    line = stream.line
    if line.known(name) or name in symbols.CONSTANTS or name in line.bound or unit.label or seen_here(stream, name):
        close = line.closing(unit.next)
        inside = line.text(unit.next, close + 1)
        if name not in symbols.CONSTANTS:
            line.note(
                say(f"{name}{inside} is read as {name} times {inside}", f"{name}{inside} 读作 {name} 乘以 {inside}")
            )
        return
    from lhystudy.errors import nearest

    names = [*symbols.FUNCTIONS, "sigma", *(name for name in line.problem.symbols if line.is_function(name))]
    if name in ("E", "Var", "Cov"):
        raise Unreadable(
            say(f"{name} is no function", f"{name} 不是函数"),
            unit.start + 1,
            say(f"write {name}[…] for the mean", f"期望请写成 {name}[…]"),
        )
    swapped = next((known for known in names if sorted(known) == sorted(name)), None)
    near = swapped or nearest(name, [known for known in names if abs(len(known) - len(name)) <= 3])
    near = near if len(unit.name) > 1 else None
    if name in INSTEAD:
        hint = say(f"write {INSTEAD[name]}", f"请写成 {INSTEAD[name]}")
        raise Unreadable(say(f"{name} is no known function", f"没有名为 {name} 的函数"), unit.start + 1, hint)
    bare = unit.name if unit.primes else name
    raise Unreadable(
        say(
            f"{name} is no known function",
            f"没有名为 {name} 的函数",
        ),
        unit.start + 1,
        say(f"did you mean {near}(…)?", f"是不是 {near}(…)？")
        if near
        else say(
            f"write {name}*(…) for a product, or `let {bare} : function`",
            f"乘积请写 {name}*(…)，函数请先写 let {bare} : function",
        ),
    )


def seen_here(stream: Stream, name: str) -> bool:
    """Whether the name stands further left on the line."""
    return any(
        token.kind == "NAME" and isinstance(token.value, Name) and token.value.name == name for token in stream.out
    )


def two_digits(indices: list[Expr]) -> tuple[Expr, Expr] | None:
    """δ_12 is δ of 1 and 2."""
    if len(indices) == 1 and isinstance(indices[0], Number) and 11 <= indices[0].value <= 99:
        tens, ones = divmod(int(indices[0].value), 10)
        return Number(Fraction(tens)), Number(Fraction(ones))
    return None
