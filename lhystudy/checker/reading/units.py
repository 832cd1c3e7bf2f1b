"""Names as they are typed: letters with subscripts, labels, primes and hats become one name or an entry of one."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from fractions import Fraction

from lhystudy.checker.families import ABOVE, BELOW
from lhystudy.checker.nodes import Add, Entry, Expr, Name, Negative, Number, Span
from lhystudy.checker.reading import symbols
from lhystudy.checker.reading.line import Line, index_letters
from lhystudy.checker.reading.unreadable import Unreadable
from lhystudy.words import say

ENGLISH_SUBSCRIPTS = frozenset({"in", "is", "it"})
STAR_ENDS = frozenset({"=", "<", "<=", ">", ">=", "!=", "~=", ")", "]", "}", ",", "_", "end"})  # no factor begins so
SPLIT_WORD = re.compile(r"(.*?)(\d*)$")


@dataclass
class Unit:
    """A name with what hangs on it. `transposed` where the prime of a matrix was read as one."""

    name: str
    start: int
    end: int  # columns
    next: int  # the place of the token after it
    indices: list[Expr] = field(default_factory=list)
    primes: int = 0
    label: str = ""
    transposed: bool = False

    def spelled(self) -> str:
        return self.name + "'" * self.primes + self.label

    def node(self) -> Expr:
        span = Span(self.start, self.end)
        name = Name(self.spelled(), span=span)
        return Entry(name, tuple(self.indices), span=span) if self.indices else name


def read_unit(line: Line, i: int) -> Unit:
    """The name that begins with the word at i, with every subscript, label and prime that belongs to it."""
    token = line.raw[i]
    letters, digits = SPLIT_WORD.fullmatch(token.text).groups()  # type: ignore[union-attr]
    unit = Unit(_as_known(line, letters), token.start, token.end, i + 1)
    if digits:
        spelled = f"{letters}_{digits}"
        if line.declaring or line.exact(spelled):
            unit.name = spelled
        else:
            unit.indices.append(Number(Fraction(digits), span=Span(token.end - len(digits), token.end)))
    while _suffix(line, unit):
        unit.end = line.raw[unit.next - 1].end
    if unit.indices and not unit.label and line.family(unit.spelled() + BELOW):
        unit.label = BELOW
    return unit


def _as_known(line: Line, letters: str) -> str:
    """`eps` and `epsilon`, as ε is read, are one name while only one of them is known."""
    other = {"eps": "epsilon", "epsilon": "eps"}.get(letters, letters)
    return other if line.known(other) and not line.known(letters) else letters


def _suffix(line: Line, unit: Unit) -> bool:
    """Takes one more subscript, label or prime into the unit; False where none follows."""
    i = unit.next
    kind = "" if unit.transposed else line.kind(i)
    if kind == "'" and not line.at(i).gap:
        return _prime(line, unit, len(line.raw[i].text), i + 1)
    if kind == "_":
        return _subscript(line, unit, i)
    if kind == "^":
        return _raised(line, unit, i)
    if kind == "[" and not line.at(i).gap and line.raw[i - 1].kind != "'":
        return _bracket_entry(line, unit, i)
    if kind == "*" and not line.at(i).gap and line.kind(i + 1) in STAR_ENDS:
        return _star(unit, i + 1)
    return False


def _prime(line: Line, unit: Unit, count: int, following: int) -> bool:
    if line.rank(unit.spelled()) == 2 and not unit.indices and count == 1:
        if line.exact(unit.spelled() + "'"):
            unit.primes += 1
        elif unit.transposed:
            return False
        else:
            unit.transposed = True
    else:
        unit.primes += count
    unit.next = following
    return True


def _raised(line: Line, unit: Unit, i: int) -> bool:
    """A label x^{(t)}, a star w^*, or a prime x^{\\prime}; any other exponent is no part of the name."""
    following = line.kind(i + 1)
    if following == "{":
        close = line.closing(i + 1)
        inside = [token.kind for token in line.raw[i + 2 : close]]
        if inside and all(kind == "'" for kind in inside):
            return _prime(line, unit, len(inside), close + 1)
        if inside == ["*"]:
            return _star(unit, close + 1)
        if inside and inside[0] in ("(", "["):
            end = line.closing(i + 2)
            turned = end == close - 2 and line.raw[end + 1].text in ("T", "⊤")
            if turned or end == close - 1:
                found = _label(line, unit, i + 2, end, close + 1, braced=True)
                unit.transposed = found and turned
                return found
        return False
    if following == "'":
        return _prime(line, unit, len(line.raw[i + 1].text), i + 2)
    if following == "*":
        return _star(unit, i + 2)
    if following == "(":
        return _label(line, unit, i + 1, line.closing(i + 1), line.closing(i + 1) + 1, braced=False)
    return False


def _star(unit: Unit, following: int) -> bool:
    unit.name += "_star"
    unit.next = following
    return True


def _label(line: Line, unit: Unit, open_: int, close: int, following: int, braced: bool) -> bool:
    """Takes (t), (t-1) or [l] into the name; False where it is an exponent after all."""
    inside = line.raw[open_ + 1 : close]
    simple = inside and all(token.kind in ("WORD", "NUMBER", "+", "-", "'") for token in inside)
    if unit.label or not simple or inside[0].kind not in ("WORD", "NUMBER"):
        return False
    text = line.text(open_ + 1, close)
    label = f"^{{({text})}}" if line.raw[open_].kind == "(" else f"^{{[{text}]}}"
    whole = unit.spelled() + label
    if not braced and not line.exact(whole) and not line.declaring:
        return False
    constant = unit.name in symbols.CONSTANTS and not line.known(unit.name)
    if constant and not line.exact(whole) and not line.declaring:
        return False
    unit.next = following
    family = unit.spelled() + ABOVE
    index = index_of(line, open_ + 1, close)
    bound = any(token.kind == "WORD" and token.text in line.bound for token in inside)
    stepping = any(token.kind == "WORD" and token.text in line.problem.steps for token in inside)
    in_family = bound or stepping or line.known(family)
    if index is not None and in_family and not line.declaring and not line.exact(whole):
        unit.label = ABOVE
        unit.indices.insert(0, index)
    else:
        unit.label = label
    return True


# ---- subscripts ----------------------------------------------------------------------------------


def _subscript(line: Line, unit: Unit, i: int) -> bool:
    first = i + 1
    if line.kind(first) == "{" or line.opens(first):
        lo, hi = first + 1, line.closing(first)
        following = hi + 1
    elif line.kind(first) in ("WORD", "NUMBER", "*"):
        lo, hi = first, first + 1
        following = hi
    else:
        raise line.unexpected(first, say("a subscript", "下标"), say("write x_{…}", "请写成 x_{…}"))
    if lo == hi:
        raise line.unexpected(hi, say("a subscript", "下标"))
    text = line.text(lo, hi)
    joined = subscripted(unit.name, text)
    if line.declaring or (not unit.indices and line.exact(joined + "'" * unit.primes + unit.label)):
        unit.name = joined
    elif text in symbols.ACCENT_MARKS and hi == lo + 1:
        unit.name = f"{unit.name}_{text}"
    elif text in ("*", "star"):
        unit.name = f"{unit.name}_star"
    else:
        for part_lo, part_hi in line.parts(lo, hi):
            _item(line, unit, part_lo, part_hi)
    unit.next = following
    return True


def subscripted(name: str, text: str) -> str:
    """The one spelling of a name with this subscript."""
    return f"{name}_{text}" if text.isalnum() else f"{name}_{{{text}}}"


def _item(line: Line, unit: Unit, lo: int, hi: int) -> None:
    """One subscript between commas: indices, or a part of the name."""
    if line.exact(subscripted(unit.name, line.text(lo, hi))) and not unit.indices:
        unit.name = subscripted(unit.name, line.text(lo, hi))
        return
    index = index_of(line, lo, hi, also=_lengths(line, unit))
    if index is not None:
        unit.indices.append(index)
        return
    tokens = line.raw[lo:hi]
    if not all(token.kind in ("WORD", "NUMBER", "TEXT") for token in tokens) or not tokens:
        raise Unreadable(
            say(
                "a subscript is an index, a number, an index plus a number, or part of a name",
                "下标应是指标、数、指标加减一个数，或名字的一部分",
            ),
            line.column(lo),
            say("write W_{ij}, x_{i+1} or w_new", "例如 W_{ij}、x_{i+1} 或 w_new"),
        )
    part, before = "", len(unit.indices)
    listed = all(token.kind == "NUMBER" or _letters(line, unit, token.text) for token in tokens)
    for token in tokens:
        letters = _letters(line, unit, token.text) if token.kind == "WORD" else None
        if letters is not None and (part or len(tokens) > 1) and len(tokens) > 1:
            unit.indices.extend(Name(letter, span=Span(token.start, token.end)) for letter in letters)
        elif letters is not None:
            unit.indices.extend(
                Name(letter, span=Span(token.start + k, token.start + k + 1)) for k, letter in enumerate(letters)
            )
        elif token.kind == "NUMBER" and (listed or len(unit.indices) > before):
            unit.indices.append(Number(Fraction(token.text), span=Span(token.start, token.end)))
        elif len(unit.indices) > before:
            raise line.unexpected(lo, say("an index", "指标"))
        else:
            part += token.text
    if part:
        _no_index(line, unit, part)
        unit.name = f"{unit.name}_{part}"


def _no_index(line: Line, unit: Unit, part: str) -> None:
    """Notes that letters below a declared vector or matrix, which are most likely meant as indices, are none."""
    symbol = line.problem.symbols.get(unit.name)
    if symbol is None or symbol.rank != len(part) or not part.isalpha() or not part.islower() or unit.indices:
        return
    whole = f"{unit.name}_{part}"
    wrong = next((letter for letter in part if letter not in index_letters(line)), None)
    if wrong is None:
        return
    always = " ".join(sorted(symbols.INDEX_LETTERS))
    line.note(
        say(
            f"{whole} is read as one name: {wrong} is an index only where a sum runs over it, {always} always",
            f"{whole} 读作一个名字：{wrong} 只有在对它求和时才是指标（{always} 总是指标）",
        )
    )


def _lengths(line: Line, unit: Unit) -> frozenset[str]:
    """The name of a declared vector's length, which as a subscript is its last place: the x_N of `x : vector(N)`."""
    symbol = line.problem.symbols.get(unit.name)
    known = symbol is not None and symbol.rank == 1 and not symbol.family and not unit.indices
    return frozenset(dim for dim in symbol.dims if isinstance(dim, str)) if known and symbol else frozenset()


def _letters(line: Line, unit: Unit, text: str) -> list[str] | None:
    """The index letters that a run such as `ij` is, or None where it is part of a name."""
    known = index_letters(line)
    if text in known:
        return [text]
    if len(text) == 2 and all(letter in known for letter in text):
        if text in ENGLISH_SUBSCRIPTS and line.rank(unit.name) != 2:
            return None
        return list(text)
    return None


def index_of(line: Line, lo: int, hi: int, any_letter: bool = False, also: frozenset[str] = frozenset()) -> Expr | None:
    """The index that the tokens are: a letter, a whole number, or a sum of these; None for anything else."""
    letters = index_letters(line) | also
    terms: list[Expr] = []
    sign = ""
    for i in range(lo, hi):
        token = line.raw[i]
        span = Span(token.start, token.end)
        if token.kind in ("+", "-") and not sign:
            sign = token.kind
            continue
        if token.kind == "NUMBER" and token.value[0].denominator == 1:
            term: Expr = Number(token.value[0], span=span)
        elif token.kind == "WORD" and (token.text in letters or (any_letter and len(token.text) == 1)):
            term = Name(token.text, span=span)
        else:
            return None
        if terms and not sign:
            return None
        terms.append(Negative(term, span=span) if sign == "-" else term)
        sign = ""
    if sign or not terms:
        return None
    if len(terms) == 1:
        return terms[0] if isinstance(terms[0], Name | Number) else None
    return Add(tuple(terms), span=Span(line.raw[lo].start, line.raw[hi - 1].end))


def entries_of(line: Line, lo: int, hi: int, any_letter: bool = False) -> tuple[Expr, ...] | None:
    """The indices between commas, or None where one of them is none."""
    found: list[Expr] = []
    for part_lo, part_hi in line.parts(lo, hi):
        index = index_of(line, part_lo, part_hi, any_letter)
        if index is not None:
            found.append(index)
            continue
        words = [token.text for token in line.raw[part_lo:part_hi] if token.kind == "WORD"]
        letters = [letter for word in words for letter in word]
        if len(words) != part_hi - part_lo or not letters or not set(letters) <= index_letters(line):
            return None
        span = Span(line.raw[part_lo].start, line.raw[part_hi - 1].end)
        found.extend(Name(letter, span=span) for letter in letters)
    return tuple(found)


def _bracket_entry(line: Line, unit: Unit, i: int) -> bool:
    """W[i, j]; False where the bracket is a factor."""
    close = line.closing(i)
    indices = entries_of(line, i + 1, close, any_letter=True)
    if indices is None or unit.indices or (unit.name in ("E", "Var", "Cov") and unit.name not in line.problem.symbols):
        return False
    if line.rank(unit.spelled()) == 0 and line.exact(unit.spelled()):
        return False
    unit.indices.extend(indices)
    unit.next = close + 1
    return True
