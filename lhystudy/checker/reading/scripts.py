"""What stands above, below and beside a factor: exponents, transposes, subscripts, primes; roots and fractions."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from lhystudy.checker.reading import symbols
from lhystudy.checker.reading.stream import OPERAND_ENDS, Stream
from lhystudy.checker.reading.tokens import Token
from lhystudy.checker.reading.units import entries_of
from lhystudy.checker.reading.unreadable import Unreadable
from lhystudy.words import say

NORMS = {"1": "1", "2": "2", "F": "2", "inf": "inf", "∞": "inf"}  # a norm's subscript -> its order


def caret(stream: Stream) -> None:
    line, i = stream.line, stream.i
    braced = line.kind(i + 1) == "{"
    lo = i + 2 if braced else i + 1
    hi = line.closing(i + 1) if braced else i + 2
    inside = [token.text for token in line.raw[lo:hi]]
    following = hi + 1 if braced else hi
    if not braced and line.kind(lo) == "-" and line.at(lo + 1).text in ("T", "⊤"):
        inside, following = ["-", line.at(lo + 1).text], lo + 2
    if inside in (["⊤"], ["-", "⊤"]) or (inside in (["T"], ["-", "T"]) and transposes(stream)):
        if len(inside) == 2:
            inverse(stream, lo)
        stream.emit("TRANSPOSE", i, following - 1)
        stream.i = following
        return
    word = line.word(lo)
    if not braced and word.startswith("T") and word[1:2].isalpha() and not line.known(word) and transposes(stream):
        stream.emit("TRANSPOSE", i)
        typed = line.raw[lo]
        line.raw[lo] = replace(typed, text=word[1:], start=typed.start + 1)
        stream.i = lo
        return
    if line.kind(i + 1) in ("'", "*", "+") and not braced:
        raise line.unexpected(i + 1, say("an exponent", "指数"))
    stream.take("CARET")
    if braced:
        stream.closers.append("RPAR")
        stream.owners.append("")
        stream.take("LPAR")


def inverse(stream: Stream, place: int) -> None:
    raw = stream.line.raw[place]
    stream.emit("CARET", place)
    stream.emit("MINUS", place)
    stream.out.append(Token("NUMBER", "1", raw.start, raw.end, False, (Fraction(1), None)))


def transposes(stream: Stream) -> bool:
    """Whether ^T here is a transpose: unless T is a scalar's name and what stands before is a scalar."""
    line = stream.line
    before = stream.out[-1] if stream.out else None
    rank = line.rank_of(before.value) if before is not None and before.kind == "NAME" else None
    if rank or line.rank("T") or (len(stream.out) > 1 and stream.out[-2].kind == "GRADIENT"):
        return True
    named = line.known("T") or "T" in line.standing
    if before is not None and before.kind == "NAME":
        return not named and rank is None
    return not line.declared("T")


def root(stream: Stream) -> None:
    line, i = stream.line, stream.i
    if line.raw[i].text == "sqrt" and line.kind(i + 1) == "[" and line.kind(line.closing(i + 1) + 1) == "{":
        index_end = line.closing(i + 1)
        end = line.closing(index_end + 1)
        stream.emit("ROOT", i)
        stream.group(i + 1, index_end)
        stream.group(index_end + 1, end)
        stream.i = end + 1
        return
    stream.take("FUNCTION", ("sqrt", 0))


def fraction(stream: Stream) -> None:
    """\\frac{a}{b}, \\frac12, \\frac1n."""
    i, line = stream.i, stream.line
    stream.emit("FRACTION", i)
    j = i + 1
    parts = 0
    while parts < 2:
        token = line.at(j)
        if token.kind == "{":
            stream.group(j, line.closing(j))
            j = line.closing(j) + 1
            parts += 1
            continue
        digits = token.text if token.kind == "NUMBER" and token.text.isdigit() else ""
        if digits and len(digits) <= 2 - parts:
            for place, digit in enumerate(digits):
                start = token.start + place
                number = Token("NUMBER", digit, start, start + 1, False, (Fraction(digit), None))
                stream.out += [replace(number, kind="LPAR"), number, replace(number, kind="RPAR")]
            parts += len(digits)
        elif token.kind == "WORD" and (len(token.text) == 1 or token.text in symbols.GREEK_WORDS):
            stream.emit("LPAR", j)
            stream.inner(j, j + 1)
            stream.emit("RPAR", j)
            parts += 1
        else:
            raise line.unexpected(j, "{", say("write \\frac{a}{b}", "请写成 \\frac{a}{b}"))
        j += 1
    stream.i = j


def entries(stream: Stream) -> None:
    """A subscript on a bracket or a call: an entry of the result."""
    line, i = stream.line, stream.i
    if line.kind(i + 1) == "{":
        lo, hi = i + 2, line.closing(i + 1)
        following = hi + 1
    else:
        lo, hi = i + 1, i + 2
        following = hi
    if stream.previous() == "RNORM":
        order = NORMS.get(line.text(lo, hi))
        if order is None:
            raise line.unexpected(lo, say("1, 2, F or ∞", "1、2、F 或 ∞"))
        stream.out[-1] = replace(stream.out[-1], value=order)
        stream.i = following
        return
    indices = entries_of(line, lo, hi) if lo < hi <= len(line.raw) else None
    if indices is None or stream.previous() not in OPERAND_ENDS or on_number(stream):
        hint = say("write a number without _", "数字请不要用 _ 分隔") if stream.previous() == "NUMBER" else None
        message = say("this subscript has no name before it", "这个下标前面没有名字")
        raise Unreadable(message, line.column(i), hint)
    stream.emit("ENTRIES", i, following - 1, indices)
    stream.i = following


def on_number(stream: Stream) -> bool:
    """Whether what stands before is a number that is no exponent: 1_000 has no entries, x^2_i has."""
    before = [token.kind for token in stream.out[-2:]]
    return before[-1] == "NUMBER" and before[0] != "CARET"


def prime(stream: Stream) -> None:
    raise Unreadable(
        say(
            "a prime stands behind a name or a function only",
            "撇号只能跟在名字或函数后面",
        ),
        stream.line.column(stream.i),
        say("write d/dx (…) for a derivative, (…)^T for a transpose", "求导请写 d/dx (…)，转置请写 (…)^T"),
    )


def top(stream: Stream) -> None:
    """A ⊤ that lost its caret, as from a PDF, is a transpose where it stands behind something."""
    if stream.previous() not in OPERAND_ENDS:
        raise Unreadable(say("⊤ has nothing to transpose", "⊤ 前面没有可转置的内容"), stream.line.column(stream.i))
    stream.take("TRANSPOSE")
