"""A formula in one row: a/b, Σₖ yₖ log pₖ, with brackets wherever the reading would not be the only one."""

from __future__ import annotations

import unicodedata

from lhystudy.draw.cells import Role, Row, Run
from lhystudy.draw.scripts import lowered, raised
from lhystudy.draw.symbols import MARKS
from lhystudy.draw.tree import (
    Accent,
    Boxed,
    Braced,
    Fence,
    Fraction,
    Kind,
    Node,
    Root,
    Scripts,
    Sequence,
    Space,
    Stack,
    Symbol,
    Table,
    gap,
    items_of,
    kind_of,
    kinds_of,
    spaced,
)
from lhystudy.draw.width import text_of, tidy

_OPEN, _CLOSE = Run("(", "bracket"), Run(")", "bracket")
_OPERANDS = ("ord", "word", "fence", "fraction")


def linear(node: Node, tight: bool = False) -> Row:
    """`node` in one row; `tight` leaves out the blanks around operators, as in indices and bounds."""
    match node:
        case Symbol():
            return (Run(node.text, node.role),) if node.text else ()
        case Space():
            return (Run(" " * node.cells),)
        case Sequence():
            return _sequence(node.items, tight)
        case Fraction():
            return _fraction(node)
        case Root():
            return _root(node)
        case Scripts():
            return _scripts(node, tight)
        case Fence():
            return _fence(node, tight)
        case Accent():
            return _accent(node, tight)
        case Braced():
            label = tidy([Run(" ["), *linear(node.label, True), Run("]")]) if node.label else ()
            return tidy([*linear(node.body, tight), *label])
        case Stack():
            return _scripts(Scripts(node.base, node.under, node.over), tight)
        case Table():
            return _table(node)
        case Boxed():
            return linear(node.body, tight)


def script_of(node: Node, high: bool) -> Row | None:
    """`node` in raised (`high`) or lowered characters; None where Unicode lacks one of them."""
    change = raised if high else lowered
    found: list[Run] = []
    for run in linear(node, tight=True):
        text = change(run.text)
        if text is None:
            return None
        found.append(Run(text, run.role))
    return tidy(found)


def composed(text: str, mark: str) -> str | None:
    """One character with the accent `mark` on it; None where `text` is more than that."""
    letter = {"ı": "i", "ȷ": "j"}.get(text, text) if mark != "underline" else text
    plain = [sign for sign in letter if not unicodedata.combining(sign)]
    return unicodedata.normalize("NFC", letter + MARKS[mark]) if len(plain) == 1 else None


def _sequence(items: tuple[Node, ...], tight: bool) -> Row:
    runs: list[Run] = []
    laid = spaced(items, tight)
    for index, (blanks, item, kind) in enumerate(laid):
        before = laid[index - 1] if index else None
        row = linear(item, tight)
        if isinstance(item, Fraction) and item.bar and _is_factor(laid, index):
            row = (_OPEN, *row, _CLOSE)
            blanks = gap(before[2], "fence", tight) if before else 0
        elif before and not blanks and kind not in ("close", "punct", "fence") and _ends_in_script(before[1]):
            blanks = 1
        elif before and isinstance(before[1], Fraction) and before[1].bar and _is_factor(laid, index - 1):
            blanks = 1 if kind in ("ord", "word") else gap("fence", kind, tight)
        elif isinstance(item, Fraction) and before and before[2] == "sign":
            blanks = 0
        runs += [Run(" " * blanks), *row]
    return tidy(runs)


def _is_factor(laid: list[tuple[int, Node, Kind]], index: int) -> bool:
    """Whether the fraction at `index` needs brackets, because something is multiplied with it or applied to it.

    A derivative (∂L/∂w) is read as one factor, and needs them only behind a function and before a bracket.
    """
    before = laid[index - 1][2] if index else None
    after = laid[index + 1][2] if index + 1 < len(laid) else None
    if (before == "function" and not takes_bounds(laid[index - 1][1])) or after == "fence":
        return True
    if is_derivative(laid[index][1]):
        return False
    return before in _OPERANDS or after in (*_OPERANDS, "function", "op")


def takes_bounds(node: Node) -> bool:
    """Whether bounds may stand below `node`: a sum, a limit, a maximum."""
    return takes_bounds(node.base) if isinstance(node, Scripts) else isinstance(node, Symbol) and node.limits


def is_derivative(node: Node) -> bool:
    """Whether the fraction is a derivative: ∂ or d in front above and below."""
    return isinstance(node, Fraction) and _is_differential(node.top) and _is_differential(node.bottom)


def _is_differential(node: Node) -> bool:
    first = items_of(node)[0] if items_of(node) else node
    base = first.base if isinstance(first, Scripts) else first
    return isinstance(base, Symbol) and base.text in ("∂", "d")


def _ends_in_script(node: Node) -> bool:
    """Whether the row of `node` ends in an index that had to be written as _f or ^θ."""
    if not isinstance(node, Scripts | Stack):
        return False
    row = text_of(linear(node))
    return not row.endswith(")") and ("_" in row or "^" in row)


def _fraction(node: Fraction) -> Row:
    if not node.bar:
        return tidy([*linear(node.top), Run(" choose ", "function"), *linear(node.bottom)])
    top, bottom = linear(node.top), linear(node.bottom)
    if _is_compound(node.top):
        top = (_OPEN, *top, _CLOSE)
    if _is_compound(node.bottom) or _has_factors(node.bottom):
        bottom = (_OPEN, *bottom, _CLOSE)
    return tidy([*top, Run("/", "operator"), *bottom])


def _is_compound(node: Node) -> bool:
    """Whether a slash beside the row of `node` would take a part of it only."""
    items = tuple(item for item in items_of(node) if not isinstance(item, Space))
    kinds = kinds_of(items)
    if set(kinds) & {"bin", "rel", "punct", "op", "fraction"} or "sign" in kinds[1:] or not items:
        return True
    applied = [following == "fence" for following in [*kinds[1:], None]]
    return any(kind == "function" and not own for kind, own in zip(kinds, applied, strict=True))


def _has_factors(node: Node) -> bool:
    items = [item for item in items_of(node) if not isinstance(item, Space)]
    kinds = [kind_of(item) for item in items]
    if len(items) < 2 or kinds == ["function", "fence"]:
        return False
    if kinds == ["ord", "fence"] and isinstance(items[1], Fence) and not _is_compound(items[1].body):
        return False  # g(x)
    return not (_is_differential(node) and len(items) == 2)


def _root(node: Root) -> Row:
    degree: Row = ()
    if node.degree:
        degree = script_of(node.degree, high=True) or (*linear(node.degree, True), Run("-"))
    body = linear(node.body)
    if not is_atom(node.body):
        body = (_OPEN, *body, _CLOSE)
    return tidy([*degree, Run("√", "operator"), *body])


def is_atom(node: Node) -> bool:
    """Whether `node` reads as one thing in a row: a sign, a number or one with Unicode scripts."""
    match node:
        case Symbol():
            return True
        case Sequence((only,)):
            return is_atom(only)
        case Accent():
            return isinstance(node.body, Symbol) and composed(node.body.text, node.mark) is not None
        case Scripts():
            scripts = [(node.sub, False), (node.sup, True)]
            return is_atom(node.base) and all(script is None or script_of(script, high) for script, high in scripts)
        case Fence():
            return bool(node.left and node.right)
        case _:
            return False


def _scripts(node: Scripts, tight: bool) -> Row:
    base = linear(node.base, tight)
    if len(items_of(node.base)) > 1 or isinstance(node.base, Fraction):
        base = (_OPEN, *base, _CLOSE)
    small: list[Run] = []
    written: list[Run] = []
    for script, high in ((node.sub, False), (node.sup, True)):
        if script is None:
            continue
        found = script_of(script, high)
        if found is not None:
            small = primes_first(small, list(found)) if high else list(found)
        else:
            written += [Run("^" if high else "_", "operator"), *_written(script)]
    return tidy([*base, *small, *written])


def primes_first(sub: list[Run], sup: list[Run]) -> list[Run]:
    """Lowered and raised characters in one row; a prime belongs to the name and goes before its index."""
    text = sup[0].text if sup else ""
    primes = text[: len(text) - len(text.lstrip("′″‴"))]
    if not primes:
        return [*sub, *sup]
    return [Run(primes, sup[0].role), *sub, Run(text[len(primes) :], sup[0].role), *sup[1:]]


def _written(script: Node) -> Row:
    if isinstance(script, Symbol):
        return linear(script)
    return (_OPEN, *linear(script, tight=True), _CLOSE)


def _fence(node: Fence, tight: bool) -> Row:
    if isinstance(node.body, Table) and node.body.style == "cases":
        return tidy([Run("{", "bracket"), *_table(node.body), Run("}", "bracket")])
    body = linear(node.body, tight)
    return tidy([Run(node.left, "bracket"), *body, Run(node.right, "bracket")])


def _accent(node: Accent, tight: bool) -> Row:
    body = linear(node.body, tight)
    text = text_of(body)
    one = composed(text, node.mark)
    if one is not None:
        return (Run(one, body[0].role),)
    if isinstance(node.body, Scripts):
        return linear(Scripts(Accent(node.body.base, node.mark), node.body.sub, node.body.sup), tight)
    if text.isalpha():
        return tidy(Run("".join(sign + MARKS[node.mark] for sign in run.text), run.role) for run in body)
    return tidy([Run(node.mark, "function"), _OPEN, *body, _CLOSE])


def _table(node: Table) -> Row:
    between = {"matrix": ", ", "cases": ", ", "aligned": " ", "plain": " ", "tight": " "}[node.style]
    runs: list[Run] = []
    role: Role = "operator"
    for index, line in enumerate(node.rows):
        runs += [Run("; " if node.style != "tight" else ", ", role)] if index else []
        cells = [linear(cell) for cell in line]
        filled = [cell for cell in cells if cell] if node.style != "matrix" else cells
        for number, cell in enumerate(filled):
            runs += [Run(between, role)] if number else []
            runs += cell
    return tidy(runs)
