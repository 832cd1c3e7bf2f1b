"""Derivatives as they are typed: dL/dw, ∂L/∂z_i, d^2 L/(dw_1 dw_2), d/dw (…), and their LaTeX fractions."""

from __future__ import annotations

from dataclasses import dataclass, replace

from lhystudy.checker.nodes import Expr
from lhystudy.checker.reading import symbols
from lhystudy.checker.reading.line import Line
from lhystudy.checker.reading.tokens import Token
from lhystudy.checker.reading.units import SPLIT_WORD, read_unit
from lhystudy.checker.reading.unreadable import Unreadable
from lhystudy.words import say

HIGHEST_ORDER = 8


@dataclass(frozen=True)
class Found:
    """A derivative on the line: what is differentiated (None for the operator d/dw), by what, and where it ends."""

    operand: tuple[int, int] | None
    by: tuple[Expr, ...]
    next: int
    first: Token | None = None  # the operand's first word, where a d was glued to it


@dataclass(frozen=True)
class Mark:
    """A d or ∂: the place behind it, and the word it was glued to without its d."""

    next: int
    rest: Token | None = None


def derivative_at(line: Line, i: int) -> Found | None:
    """The derivative that begins at token i, or None where none does."""
    if line.kind(i) == "frac":
        return _fraction(line, i)
    if line.kind(i) == "∂" and line.kind(i + 1) == "_":
        return _subscripted(line, i)
    mark = marker(line, i, strict=True)
    if mark is None:
        return None
    order, start = (1, mark.next) if mark.rest else _order(line, mark.next)
    if line.kind(start) == "/" and not mark.rest:
        operand, slash = None, start
    else:
        end = skip_factor(line, start, mark.rest)
        if end is None or line.kind(end) != "/":
            return None
        operand, slash = (start, end), end
    below = _below_slash(line, slash + 1, order)
    if below is None:
        return None
    by, following = below
    _check_order(line, i, order, by)
    return Found(operand, by, following, mark.rest)


def _fraction(line: Line, i: int) -> Found | None:
    if line.kind(i + 1) != "{":
        return None
    top_end = line.closing(i + 1)
    if line.kind(top_end + 1) != "{":
        return None
    bottom_end = line.closing(top_end + 1)
    mark = marker(line, i + 2, strict=False)
    if mark is None or marker(line, top_end + 2, strict=False) is None:
        return None
    order, start = (1, mark.next) if mark.rest else _order(line, mark.next)
    by, reached = _variables(line, top_end + 2, bottom_end)
    if reached != bottom_end or not by:
        return None
    _check_order(line, i, order, by)
    operand = None if start == top_end else (start, top_end)
    return Found(operand, by, bottom_end + 1, mark.rest)


def _subscripted(line: Line, i: int) -> Found:
    """∂_w and ∂_w^2, which take what follows as d/dw does. Raises Unreadable for an index: it names no variable."""
    braced = line.kind(i + 2) == "{"
    place = i + 3 if braced else i + 2
    if line.kind(place) != "WORD":
        raise line.unexpected(place, say("the variable", "求导变量"), say("write ∂_w L", "请写成 ∂_w L"))
    unit = read_unit(line, place)
    end = line.closing(i + 2) if braced else unit.next
    if unit.next != end and braced:
        raise line.unexpected(unit.next, "}", say("write ∂_w L", "请写成 ∂_w L"))
    if unit.spelled() in symbols.INDEX_LETTERS and not line.known(unit.spelled()):
        index = unit.spelled()
        raise Unreadable(
            say(f"∂_{index} does not say what the derivative is taken by", f"∂_{index} 没有写明对哪个变量求导"),
            line.column(i),
            say(f"write ∂L/∂x_{index}", f"请写成 ∂L/∂x_{index}"),
        )
    order, following = _order(line, end + 1 if braced else end)
    return Found(None, (unit.node(),) * order, following)


def marker(line: Line, i: int, strict: bool) -> Mark | None:
    """The d or ∂ at token i. `strict` asks that a glued word go on with something known."""
    if line.kind(i) == "∂":
        return Mark(i + 1)
    word = line.word(i)
    if not word.startswith("d") or line.declared(word):
        return None
    if word == "d":
        return Mark(i + 1)
    letters = SPLIT_WORD.fullmatch(word).group(1)  # type: ignore[union-attr]
    if letters == "d" or letters in symbols.GREEK_WORDS or letters in symbols.FUNCTIONS:
        return None
    rest = word[1:]
    if strict and not plausible(line, rest):
        return None
    token = line.raw[i]
    return Mark(i, replace(token, text=rest, start=token.start + 1))


def plausible(line: Line, word: str) -> bool:
    """Whether a d may have been glued to this word."""
    bare = SPLIT_WORD.fullmatch(word.partition("_")[0]).group(1)  # type: ignore[union-attr]
    return (
        len(bare) == 1
        or line.known(bare)
        or line.known(word)
        or bare in symbols.GREEK_WORDS
        or bare in symbols.FUNCTIONS
        or all(line.known(letter) for letter in bare)
    )


def _order(line: Line, i: int) -> tuple[int, int]:
    """The order that ^n at token i says, and the place behind it; 1 where there is none."""
    if line.kind(i) != "^":
        return 1, i
    place, following = i + 1, i + 2
    if line.kind(place) in ("{", "("):
        place, following = place + 1, line.closing(place) + 1
        if following != place + 2:
            return 1, i
    token = line.at(place)
    if token.kind != "NUMBER" or token.value[0].denominator != 1 or not 1 <= token.value[0] <= HIGHEST_ORDER:
        return 1, i
    return int(token.value[0]), following


def _below_slash(line: Line, i: int, order: int) -> tuple[tuple[Expr, ...], int] | None:
    """The variables below the slash, and the place behind them."""
    if line.kind(i) == "(":
        if marker(line, i + 1, strict=False) is None:
            return None
        close = line.closing(i)
        by, reached = _variables(line, i + 1, close)
        return (by, close + 1) if reached == close and by else None
    if marker(line, i, strict=False) is None:
        return None
    by, reached = _variables(line, i, len(line.raw), at_most=order)
    return (by, reached) if by else None


def _variables(line: Line, i: int, end: int, at_most: int = HIGHEST_ORDER) -> tuple[tuple[Expr, ...], int]:
    """The variables `dw_1 dw_2`, `dw^2` from token i on, one entry an order."""
    by: list[Expr] = []
    while i < end and len(by) < at_most:
        mark = marker(line, i, strict=bool(by))
        if mark is None:
            break
        variable, following = _variable(line, mark, at_most - len(by))
        if variable is None:
            break
        times, following = _order(line, following)
        by.extend(variable * times)
        i = following
    return tuple(by), i


def _variable(line: Line, mark: Mark, left: int) -> tuple[list[Expr] | None, int]:
    """The name behind a d. `dxdy`, where more than one is due, is two."""
    place = mark.next
    if line.kind(place) == "(" and line.kind(place + 1) == "WORD" and line.kind(line.closing(place)) == ")":
        inner, end = _variable(line, Mark(place + 1), 1)
        return (inner, end + 1) if end == line.closing(place) else (None, place)
    if line.kind(place) != "WORD":
        return None, place
    typed = line.raw[place]
    function = (mark.rest or typed).text
    if function in symbols.FUNCTIONS and not line.known(function):
        raise Unreadable(
            say("a derivative is taken by a name, not by a function", "求导的变量应是一个名字，而不是函数"),
            line.column(place),
            say(f"give it a name: given u = {function}(…)", f"请先给它一个名字：given u = {function}(…)"),
        )
    word = mark.rest or typed
    first, d, second = word.text.partition("d")
    try:
        if left > 1 and d and len(first) == 1 and plausible(line, second) and not line.known(word.text):
            line.raw[place] = replace(word, text=second, start=word.start + 2)
            unit = read_unit(line, place)
            before = replace(word, text=first, end=word.start + 1)
            line.raw[place] = before
            head = type(unit)(before.text, before.start, before.end, place + 1)
            return [head.node(), unit.node()], unit.next
        line.raw[place] = word
        unit = read_unit(line, place)
    finally:
        line.raw[place] = typed
    if unit.transposed:
        raise _transposed(line, place)
    if line.kind(unit.next) == "^" and line.word(unit.next + 1) in ("T",) or _raised_top(line, unit.next):
        raise _transposed(line, unit.next)
    return [unit.node()], unit.next


def _raised_top(line: Line, i: int) -> bool:
    return line.kind(i) == "^" and ("⊤" in (line.kind(i + 1), line.kind(i + 2)))


def _transposed(line: Line, i: int) -> Unreadable:
    return Unreadable(
        say("a derivative is taken by a name, not by a transpose", "求导的变量应是一个名字，而不是转置"),
        line.column(i),
        say("write (dL/dW)^T for the transpose of the whole", "整体转置请写成 (dL/dW)^T"),
    )


def _check_order(line: Line, i: int, order: int, by: tuple[Expr, ...]) -> None:
    if order == len(by):
        return
    top = f"d^{order}" if order > 1 else "d"
    raise Unreadable(
        say(
            f"the derivative has order {order} above and {len(by)} below",
            f"导数的阶数上面是 {order}，下面是 {len(by)}",
        ),
        line.column(i),
        say(f"write {top}L/d…: as many below as above, as in d^2L/dw^2", "上下阶数应相同，例如 d^2L/dw^2"),
    )


# ---- one factor of raw tokens --------------------------------------------------------------------


def skip_factor(line: Line, i: int, first: Token | None = None) -> int | None:
    """The place behind the factor that begins at token i, or None where none does."""
    kind = line.kind(i)
    if kind == "WORD":
        word = (first or line.raw[i]).text
        i = _skip_suffixes(line, i + 1)
        if line.opens(i) or (line.kind(i) == "(" and word in symbols.FUNCTIONS):
            return _skip_suffixes(line, line.closing(i) + 1)
        if word in symbols.EXPECTATIONS and line.kind(i) == "[":
            return line.closing(i) + 1
        if word in symbols.FUNCTIONS and not line.known(word):
            return skip_factor(line, i)
        return i
    if kind in ("(", "[", "{", "matrix("):
        return _skip_suffixes(line, line.closing(i) + 1)
    if kind == "frac" and line.kind(i + 1) == "{":
        top = line.closing(i + 1)
        return line.closing(top + 1) + 1 if line.kind(top + 1) == "{" else None
    if kind in ("‖", "|"):
        j = i + 1
        while line.kind(j) == kind:
            j += 1
        ends = line.top_level(j, len(line.raw), frozenset({kind}))
        if not ends:
            return None
        j = ends[0]
        while line.kind(j) == kind:
            j += 1
        return _skip_suffixes(line, j)
    return i + 1 if kind == "NUMBER" else None


def _skip_suffixes(line: Line, i: int) -> int:
    while True:
        kind = line.kind(i)
        if kind == "'" or (kind == "[" and not line.at(i).gap):
            i = line.closing(i) + 1 if kind == "[" else i + 1
        elif kind in ("_", "^"):
            i += 1
            if kind == "^" and line.kind(i) == "-":
                i += 1
            i = line.closing(i) + 1 if line.kind(i) in ("{", "(") else i + 1
        else:
            return i
