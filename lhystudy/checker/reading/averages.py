"""Means as they are typed: E[X], E_p[f], E_{k~p}[f_k], Var(X), Cov[X, Y]."""

from __future__ import annotations

from lhystudy.checker.nodes import Binder, Entry, Expr, Name
from lhystudy.checker.reading import symbols
from lhystudy.checker.reading.line import Line
from lhystudy.checker.reading.stream import Stream
from lhystudy.checker.reading.tokens import Token
from lhystudy.checker.reading.unreadable import Unreadable
from lhystudy.words import say


def expectation(stream: Stream, word: str) -> bool:
    """Makes the terminals of a mean; False where the word is a name."""
    kind = symbols.EXPECTATIONS.get(word)
    if kind is None:
        return False
    line, i = stream.line, stream.i
    j, lo, hi = i + 1, 0, 0
    if line.kind(j) == "_" and j + 1 < line.end:
        braced = line.kind(j + 1) == "{"
        lo, hi = (j + 2, line.closing(j + 1)) if braced else (j + 1, j + 2)
        j = hi + braced
    opening = line.kind(j)
    if opening == "^" and line.kind(line.closing(j + 1) + 1 if line.kind(j + 1) == "{" else j + 2) == "[":
        raise line.unexpected(j, "[", say(f"write {word}[X]^2", f"请写成 {word}[X]^2"))
    bare = line.problem.symbols.get(line.word(j))
    if lo == hi and word not in ("V", "D") and bare is not None and bare.type == "random":
        inside = line.word(j)
        raise line.unexpected(j, "[", say(f"write {word}[{inside}]", f"请写成 {word}[{inside}]"))
    if not _brackets(line, word, j, plain=lo == hi) or (lo < hi and line.kind(lo) != "WORD"):
        return False
    close = line.closing(j)
    drawn = _drawn(line, lo, hi)
    if drawn is not None and _is_index(line, drawn.letter, j + 1, close):
        _sum_under(stream, drawn, j, close)
        return True
    under: Expr | None = None
    if drawn is not None:
        under = _distribution(line, drawn, j + 1, close)
    elif lo < hi:
        under = line.expression(lo, hi)
    stream.emit("EXPECTATION", i, j, (kind, under))
    stream.inner(j + 1, close)
    stream.emit("RSQB", close)
    stream.i = close + 1
    return True


def _brackets(line: Line, word: str, j: int, plain: bool) -> bool:
    """Whether the bracket at j makes the word before it a mean: any square one, a round one where it says so."""
    opening = line.kind(j)
    if opening not in ("[", "(", "{"):
        return False
    if opening == "[" and word not in ("V", "D"):
        return True
    if opening == "{" and line.at(j).text == "\\{" and word == "E":
        return True
    random = {name.partition("_")[0] for name, symbol in line.problem.symbols.items() if symbol.type == "random"}
    if any(token.kind == "WORD" and token.text in random for token in line.raw[j + 1 : line.closing(j)]):
        return plain
    return opening == "(" and plain and word not in symbols.PLAIN_LETTERS


class _Drawn:
    """`letter ~ p`: what is drawn, and the stretch that names the distribution."""

    def __init__(self, letter: str, lo: int, hi: int) -> None:
        self.letter, self.lo, self.hi = letter, lo, hi


def _drawn(line: Line, lo: int, hi: int) -> _Drawn | None:
    if hi - lo < 2:
        return None
    if line.kind(lo + 1) == "∼" and hi > lo + 2:
        return _Drawn(line.word(lo), lo + 2, hi)
    if line.kind(lo + 1) == "WORD" and "~" in line.source[line.raw[lo].end : line.raw[lo + 1].start]:
        return _Drawn(line.word(lo), lo + 1, hi)
    return None


def _is_index(line: Line, letter: str, lo: int, hi: int) -> bool:
    """Whether the letter stands in a subscript from lo to hi."""
    return any(
        line.word(place) == letter
        and (line.kind(place - 1) == "_" or (line.kind(place - 1) == "{" and line.kind(place - 2) == "_"))
        for place in range(lo, hi)
    )


def _sum_under(stream: Stream, drawn: _Drawn, opening: int, close: int) -> None:
    """E_{k~p}[f_k] as the sum over k of p_k f_k."""
    line, i = stream.line, stream.i
    under = line.expression(drawn.lo, drawn.hi)
    line.bound.add(drawn.letter)
    weight = Entry(under, (Name(drawn.letter, span=under.span),), span=under.span)
    stream.emit("LPAR", i)
    stream.emit("BIG", i, opening, ("sum", (Binder(drawn.letter, span=under.span),)))
    stream.out.append(Token("NAME", "", under.span.start, under.span.end, True, weight))
    stream.group(opening, close)
    stream.emit("RPAR", close)
    stream.i = close + 1


def _distribution(line: Line, drawn: _Drawn, lo: int, hi: int) -> Expr | None:
    """The distribution of E_{x~p}[…]; None where x is random by declaration. Raises Unreadable where x is neither."""
    symbol = line.problem.symbols.get(drawn.letter)
    if symbol is not None and symbol.type == "random":
        return None
    if any(line.word(place) == drawn.letter for place in range(lo, hi)) and line.rank(drawn.letter) != 1:
        letter = drawn.letter
        raise Unreadable(
            say(
                f"{letter} is no index here and was not declared random",
                f"{letter} 在这里不是指标，也没有声明为随机变量",
            ),
            line.column(drawn.lo - 1),
            say(
                "write E_p[f], sum_k p_k f_k, or `let X : random`",
                "请写成 E_p[f]、sum_k p_k f_k，或先写 let X : random",
            ),
        )
    return line.expression(drawn.lo, drawn.hi)
