"""What stands below and above a sum, and below a limit or a nabla."""

from __future__ import annotations

from typing import Literal

from lhystudy.checker.nodes import Binder, Expr, Name, Number, Span
from lhystudy.checker.reading import symbols
from lhystudy.checker.reading.line import Line
from lhystudy.checker.reading.units import read_unit
from lhystudy.checker.reading.unreadable import Unreadable
from lhystudy.words import say

Side = Literal["", "+", "-"]
LETTERS_AT_ONCE = 4
RELATIONS = frozenset({"=", "!=", "<", "<=", ">", ">="})


def sum_kind(line: Line, i: int) -> str | None:
    """`sum` or `prod` where the word at i begins one, else None."""
    word = line.word(i)
    if word in symbols.SUM_WORDS:
        return None if line.declared(word) else symbols.SUM_WORDS[word]
    if word not in symbols.SUM_LETTERS or line.declared(word):
        return None
    if line.kind(i + 1) not in ("_", "^") or not _sums_over(line, i + 1):
        return None
    return symbols.SUM_LETTERS[word]


def _sums_over(line: Line, i: int) -> bool:
    """Whether what hangs on a Σ at its `_` or `^` is an index, and a term follows."""
    scripts = _scripts(line, i)
    below = scripts.get("_")
    if below is None:
        return False
    lo, hi, _ = below
    tokens = line.raw[lo:hi]
    relation = any(token.kind in RELATIONS for token in tokens)
    if not relation and not all(token.kind == "," or _could_be_bound(token.text) for token in tokens):
        return False
    following = line.kind(max(script[2] for script in scripts.values()))
    return following in ("WORD", "NUMBER", "(", "[", "|", "‖", "frac", "√", "∂", "∇", "{", "matrix(", "cases(")


def _could_be_bound(word: str) -> bool:
    return word.islower() and (len(word) == 1 or (len(word) == 2 and set(word) <= symbols.INDEX_LETTERS))


def _scripts(line: Line, i: int) -> dict[str, tuple[int, int, int]]:
    """The stretches below (`_`) and above (`^`): from, to, and the place behind."""
    found: dict[str, tuple[int, int, int]] = {}
    while line.kind(i) in ("_", "^") and line.kind(i) not in found and i + 1 < line.end:
        mark = line.kind(i)
        if line.kind(i + 1) in ("{", "("):
            close = line.closing(i + 1)
            found[mark] = (i + 2, close, close + 1)
        else:
            found[mark] = (i + 1, i + 2, i + 2)
        i = found[mark][2]
    return found


def bound_letters(line: Line) -> set[str]:
    """Every letter that a sum, product or limit on the line binds."""
    found: set[str] = set()
    for i in range(len(line.raw)):
        if sum_kind(line, i) is None:
            continue
        scripts = _scripts(line, i + 1)
        if "_" in scripts:
            lo, hi, _ = scripts["_"]
            for part_lo, part_hi in line.parts(lo, hi):
                relations = line.top_level(part_lo, part_hi, RELATIONS)
                first = relations[0] if relations else part_hi
                found.update(
                    letter for token in line.raw[part_lo:first] if token.kind == "WORD" for letter in _split(token.text)
                )
        elif line.kind(i + 1) == "(":
            for part_lo, part_hi in line.parts(i + 2, line.closing(i + 1))[1:]:
                if part_hi == part_lo + 1:
                    found.update(_split(line.word(part_lo)))
    return found


def _split(word: str) -> list[str]:
    return (
        [word] if symbols.is_letter(word) else (list(word) if word.isalpha() and len(word) <= LETTERS_AT_ONCE else [])
    )


def read_binders(line: Line, i: int) -> tuple[tuple[Binder, ...], int]:
    """The binders of the sum whose scripts begin at token i, and the place behind them."""
    scripts = _scripts(line, i)
    word = symbols.SUM_WORDS.get(line.word(i - 1), "sum")
    if "_" not in scripts:
        raise Unreadable(
            say("this sum does not say what it runs over", "这个求和没有写明对哪个指标求和")
            if word == "sum"
            else say("this product does not say what it runs over", "这个连乘没有写明对哪个指标"),
            line.column(i - 1),
            _likely_sum(line, i, word),
        )
    lo, hi, following = scripts["_"]
    binders: list[Binder] = []
    dotted = _dotted(line, lo, hi)
    for part_lo, part_hi in () if dotted else line.parts(lo, hi):
        binders = _with_part(line, binders, part_lo, part_hi)
    if dotted:
        binders.append(dotted)
    if "^" in scripts:
        upper_lo, upper_hi, behind = scripts["^"]
        if line.kind(upper_hi) == "_" and line.kind(upper_lo - 1) == "^" and line.at(upper_lo).gap:
            raise line.unexpected(
                upper_lo,
                say("the last value of the sum", "求和的末项"),
                say("write sum_{k=1}^{K}", "请写成 sum_{k=1}^{K}"),
            )
        following = max(following, behind)
        upper = line.expression(upper_lo, upper_hi)
        if isinstance(upper, Name):
            line.local.add(upper.name)
        binders = [Binder(b.index, b.lower, b.upper or upper, b.excluding, span=b.span) for b in binders]
    return tuple(binders), following


def _dotted(line: Line, lo: int, hi: int) -> Binder | None:
    """`k=1,…,K`, `k=1..K` or `k ∈ {1,…,K}` as a range; None for any other stretch. Raises Unreadable."""
    index, span = line.word(lo), Span(line.raw[lo].start, line.raw[hi - 1].end) if lo < hi else Span(0, 0)
    if not symbols.is_letter(index) or line.kind(lo + 1) not in ("=", "∈"):
        return None
    start = lo + 2
    if line.kind(start) == "{" and line.closing(start) == hi - 1:
        start, hi = start + 1, hi - 1
    dots = line.top_level(start, hi, frozenset({"...", "."}))
    if not dots:
        return None
    cuts = line.top_level(start, dots[0], frozenset({","}))
    first_end = cuts[0] if cuts else dots[0]
    last = dots[-1] + (2 if line.kind(dots[-1] + 1) == "," else 1)
    between = [token for token in line.raw[first_end : dots[0]] if token.kind != ","]
    first = line.expression(start, first_end)
    if between:
        second = between[0].value[0] if len(between) == 1 and between[0].kind == "NUMBER" else None
        if not isinstance(first, Number) or second != first.value + 1:
            raise _bad_range(line, lo)
    return Binder(index, first, line.expression(last, hi), span=span)


def _likely_sum(line: Line, i: int, word: str) -> str:
    """The repair for a sum without an index: the first index that stands behind it."""
    for place in range(i, len(line.raw)):
        letter = line.word(place)
        if line.kind(place - 1) in ("_", "{") and letter in symbols.INDEX_LETTERS:
            rest = line.source[line.raw[i].start : line.raw[-1].end]
            return say(f"did you mean {word}_{letter} {rest}?", f"是不是 {word}_{letter} {rest}？")
    shown = f"{word}_k … ", f"{word}_{{k=1}}^{{K}} …"
    return say(f"write {shown[0]}or {shown[1]}", f"请写成 {shown[0]}或 {shown[1]}")


def _with_part(line: Line, binders: list[Binder], lo: int, hi: int) -> list[Binder]:
    """The binders with one more stretch: `i`, `ij`, `k=1`, `j != i`, `1 <= k <= K`."""
    relations = line.top_level(lo, hi, RELATIONS)
    span = Span(line.raw[lo].start, line.raw[hi - 1].end) if lo < hi else Span(0, 0)
    if not relations:
        if hi != lo + 1 or not _split(line.word(lo)):
            raise _bad_index(line, lo)
        return [*binders, *(Binder(letter, span=span) for letter in _split(line.word(lo)))]
    signs = tuple(line.kind(place) for place in relations)
    if any(line.word(place) == "to" for place in range(lo, hi)) and not line.known("to"):
        raise _bad_range(line, lo)
    if signs == ("<=", "<=") and relations[1] == relations[0] + 2 and symbols.is_letter(line.word(relations[0] + 1)):
        first, last = line.expression(lo, relations[0]), line.expression(relations[1] + 1, hi)
        return [*binders, Binder(line.word(relations[0] + 1), first, last, span=span)]
    index = line.word(lo)
    if len(relations) != 1 or relations[0] != lo + 1 or not symbols.is_letter(index):
        raise _bad_index(line, lo)
    value = line.expression(relations[0] + 1, hi)
    known = next((b for b in binders if b.index == index), None)
    if signs == ("=",):
        return [*binders, Binder(index, lower=value, span=span)]
    if signs != ("!=",):
        raise _bad_range(line, lo)
    if known is None:
        return [*binders, Binder(index, excluding=value, span=span)]
    return [b if b is not known else Binder(index, b.lower, b.upper, value, span=span) for b in binders]


def _bad_index(line: Line, i: int) -> Unreadable:
    return line.unexpected(
        i, say("the letter that the sum runs over", "求和指标"), say("write sum_{k=1}^{K}", "请写成 sum_{k=1}^{K}")
    )


def _bad_range(line: Line, i: int) -> Unreadable:
    return Unreadable(
        say("a sum runs from a first to a last value, or leaves one out", "求和应从首项到末项，或排除一项"),
        line.column(i),
        say("write sum_{k=1}^{K} or sum_{j != i}", "请写成 sum_{k=1}^{K} 或 sum_{j != i}"),
    )


def read_limit(line: Line, i: int) -> tuple[str, Expr, Side, int]:
    """The variable of the limit whose `_` is at token i, what it goes to, from which side, and the place behind."""
    if line.kind(i) != "_" or line.kind(i + 1) not in ("{", "("):
        raise line.unexpected(i, "_{x->0}", say("write lim_{x->0} …", "请写成 lim_{x->0} …"))
    lo, hi = i + 2, line.closing(i + 1)
    arrows = line.top_level(lo, hi, frozenset({"->"}))
    if len(arrows) != 1 or arrows[0] == lo or line.kind(lo) != "WORD":
        raise line.unexpected(lo, "x->0", say("write lim_{x->0} …", "请写成 lim_{x->0} …"))
    unit = read_unit(line, lo)
    if unit.next != arrows[0] or unit.indices:
        raise line.unexpected(lo + 1, "->", say("write lim_{x->0} …", "请写成 lim_{x->0} …"))
    side, end = _side(line, arrows[0] + 1, hi)
    return unit.spelled(), line.expression(arrows[0] + 1, end), side, hi + 1


def _side(line: Line, lo: int, hi: int) -> tuple[Side, int]:
    """The sign behind the place of a limit (`0+`, `0^+`, `0^{+}`), and where the place ends."""
    end = hi
    if line.kind(end - 1) == "}" and line.kind(end - 3) == "{":
        end -= 1
    sign = line.kind(end - 1)
    if end - 1 <= lo or sign not in ("+", "-"):
        return "", hi
    end -= 1 if end == hi else 2
    if end - 1 > lo and line.kind(end - 1) == "^":
        end -= 1
    return ("+" if sign == "+" else "-"), end


def read_nabla(line: Line, i: int) -> tuple[int, Expr | None, int]:
    """The order of the nabla at token i (2 for a Hessian), its variable if any, and the place behind."""
    order = symbols.GRADIENTS[line.at(i).text]
    by: Expr | None = None
    i += 1
    while line.kind(i) in ("_", "^"):
        if line.kind(i) == "^":
            braced = line.kind(i + 1) == "{"
            place = i + 2 if braced else i + 1
            following = line.closing(i + 1) + 1 if braced else i + 2
            if line.at(place).text != "2" or order == 2:
                raise line.unexpected(place, "2", say("∇^2 L is the Hessian", "∇^2 L 是海森矩阵"))
            order, i = 2, following
        elif line.kind(i + 1) == "{":
            close = line.closing(i + 1)
            by, i = line.expression(i + 2, close), close + 1
        elif line.kind(i + 1) == "WORD":
            unit = read_unit(line, i + 1)
            by, i = unit.node(), unit.next
        else:
            raise line.unexpected(i + 1, say("the variable", "求导变量"), say("write ∇_w L", "请写成 ∇_w L"))
    return order, by, i
