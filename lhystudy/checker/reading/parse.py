"""A typed line to a statement: its leading word, its reasons, its relations."""

from __future__ import annotations

from dataclasses import dataclass, replace

from lhystudy.checker.families import member
from lhystudy.checker.nodes import (
    Claim,
    Expr,
    Given,
    Goal,
    Name,
    Relation,
    Set,
    Span,
    Statement,
    Step,
)
from lhystudy.checker.problem import Problem
from lhystudy.checker.reading import symbols
from lhystudy.checker.reading.claims import claim_at, stated
from lhystudy.checker.reading.declaring import let_statement
from lhystudy.checker.reading.introduce import introduce, last_side
from lhystudy.checker.reading.line import Line
from lhystudy.checker.reading.reader import Reader, related
from lhystudy.checker.reading.reasons import gives_reason, leading_reason, leads, reason_at, sentence_at, worded
from lhystudy.checker.reading.scan import scan
from lhystudy.checker.reading.stream import RELATIONS
from lhystudy.checker.reading.units import read_unit
from lhystudy.checker.reading.unreadable import Unreadable
from lhystudy.words import say

__all__ = ["Reading", "Unreadable", "blank", "introduce", "last_side", "read", "read_expression"]

LEADING = {"let": "let", "given": "given", "assume": "given", "suppose": "given", "set": "set", "goal": "goal"}


@dataclass(frozen=True, slots=True)
class Reading:
    """A statement, and what was chosen where it could have been read otherwise."""

    statement: Statement
    notes: tuple[str, ...] = ()


def blank(text: str) -> bool:
    """Whether the line says nothing: empty, a comment, or typesetting alone. Raises Unreadable as reading does."""
    return not scan(text)


def read(text: str, problem: Problem, above: Expr | None = None) -> Reading:
    """The statement that one line makes, given what is known above it and the last expression of the line above.

    Raises Unreadable, and nothing else, for a line that cannot be read.
    """
    raw = scan(text)
    if not raw:
        raise Unreadable(say("the line is empty", "这一行是空的"), 1)
    try:
        return _read(Reader(text, raw, problem, above))
    except RecursionError:
        raise Unreadable(say("the line nests too deep", "这一行嵌套太深"), 1) from None


def read_expression(text: str, problem: Problem) -> Expr:
    """The one expression that the text is. Raises Unreadable."""
    raw = scan(text)
    if not raw:
        raise Unreadable(say("there is no expression", "没有表达式"), 1)
    try:
        return Reader(text, raw, problem, None).side(0, len(raw))
    except RecursionError:
        raise Unreadable(say("the expression nests too deep", "表达式嵌套太深"), 1) from None


# ---- statements ----------------------------------------------------------------------------------


def _read(reader: Reader) -> Reading:
    raw, problem = reader.raw, reader.problem
    first, hi = raw[0].text if raw[0].kind == "WORD" else raw[0].kind, len(raw)
    word = first.lower() if first.lower() in LEADING and first not in problem.symbols else ""
    if word and hi > 1 and raw[1].kind in RELATIONS:
        word = ""
    word = LEADING.get(word, "")
    if word in ("given", "goal", "set") and hi > 1 and (raw[1].kind == ":" or raw[1].text == "that"):
        del raw[1]
        hi -= 1
    if word == "given" and any(token.kind == ":" for token in raw):
        word = "let"  # 设 x : vector(n)
    if word == "let":
        statement: Statement = let_statement(reader)
    elif word == "given":
        statement = _given(reader)
    elif word == "set":
        statement = Set(reader.several(1, hi, "set"))
    elif word == "goal":
        statement = _goal(reader)
    else:
        statement = _step(reader)
    span = Span(raw[0].start, raw[-1].end)
    return Reading(replace(statement, span=span), tuple(reader.notes))


def _given(reader: Reader) -> Given:
    raw = reader.raw
    words = [token.text for token in raw if token.kind == "WORD"]
    if words[-1:] == ["independent"] and not any(token.kind in RELATIONS for token in raw):
        names = []
        line = reader.line(0, len(raw))
        i = 1
        while i < len(raw) - 1:
            if line.kind(i) == "WORD" and line.word(i) not in ("and", "are"):
                unit = read_unit(line, i)
                names.append(unit.spelled())
                i = unit.next
            else:
                i += 1
        return Given((), tuple(names))
    claim = _claim(reader, 1, len(raw))
    if claim is not None:
        if claim.claim in symbols.DEFINITE and isinstance(claim.subject, Name):
            return Given((), claim=claim)
        return Given((stated(claim, raw[1].start + 1),))

    def defined(start: int) -> None:
        _defined_function(reader, start)
        _defined_label(reader, start)
        _defined_delta(reader, start)

    return Given(reader.several(1, len(raw), "given", defined))


def _defined_function(reader: Reader, i: int) -> None:
    """Makes f in `given f(x) = ...` a function of this very line."""
    line = reader.line(0, len(reader.raw), declaring=True)
    if line.kind(i) != "WORD" or (line.word(i) in symbols.FUNCTIONS and not line.known(line.word(i))):
        return
    unit = read_unit(line, i)
    if not line.opens(unit.next) and not (line.kind(unit.next) == "(" and not line.known(unit.name)):
        return
    close = line.closing(unit.next)
    if line.kind(close + 1) != "=" or (line.rank(unit.name) or 0) > 0:
        return
    parameters = []
    for lo, hi in line.parts(unit.next + 1, close):
        if line.kind(lo) != "WORD":
            return
        parameter = read_unit(line, lo)
        if parameter.next != hi:
            return
        parameters.append(parameter.spelled())
    reader.functions |= {unit.spelled()}
    reader.local |= set(parameters)


def _defined_label(reader: Reader, i: int) -> None:
    """Makes h^(1) in `given h^(1) = ...` a labelled name, where h is nothing yet that could be raised."""
    line = reader.line(0, len(reader.raw), declaring=True)
    if line.kind(i) != "WORD" or line.kind(i + 1) != "^" or line.known(line.word(i)):
        return
    unit = read_unit(line, i)
    found = member(unit.spelled())
    stepping = found is not None and found[1] in reader.problem.steps
    if unit.label and line.kind(unit.next) == "=" and not stepping:
        reader.labels |= {unit.spelled()}


def _defined_delta(reader: Reader, i: int) -> None:
    """Makes delta in `given delta_{ij} = ...` a name: an error term with two indices, no Kronecker."""
    line = reader.line(0, len(reader.raw))
    if line.word(i) in ("delta", "δ") and line.kind(i + 1) == "_" and not line.known("delta"):
        unit = read_unit(line, i)
        if len(unit.indices) == 2 and line.kind(unit.next) == "=":
            reader.labels |= {"delta"}


def _goal(reader: Reader) -> Goal:
    raw = reader.raw
    line = Line(raw, reader.problem)
    hi = len(raw)
    words = line.top_level(1, hi, frozenset({"WORD"}))
    ins = [place for place in words if raw[place].text == "in" and raw[place - 1].kind != "_"]
    claim = _claim(reader, 1, hi)
    if claim is not None:
        return Goal((), claim=claim)
    names: tuple[str, ...] | None = None
    if ins:
        hi = ins[-1]
        names = tuple(_names(reader, hi + 1, len(raw)))
    chain = reader.chain(1, hi)
    if chain.sides[0] is None:
        raise line.unexpected(1, say("the left side of the goal", "目标的左边"))
    if not chain.signs:
        return Goal((), names=names, expression=chain.sides[0])
    return Goal(related(chain, None), names=names)


def _names(reader: Reader, lo: int, hi: int) -> list[str]:
    """Names with commas between them."""
    line = reader.line(0, len(reader.raw))
    found = []
    for part_lo, part_hi in line.parts(lo, hi):
        if part_lo >= part_hi or line.kind(part_lo) != "WORD":
            raise line.unexpected(part_lo, say("a name", "名字"), say("write goal S in p, y", "请写成 goal S in p, y"))
        unit = read_unit(line, part_lo)
        if unit.next != part_hi:
            raise line.unexpected(unit.next, say("a comma", "逗号"))
        found.append(unit.spelled())
    return found


def _step(reader: Reader) -> Statement:
    raw = reader.raw
    lo, hi, so = 0, len(raw), False
    line = Line(raw, reader.problem)
    reasons: tuple[Relation, ...] = ()
    words = ""
    before = leading_reason(line, lo, hi)
    if before is None and gives_reason(line, lo):
        raise Unreadable(
            say("this is a reason without a statement", "这里只有理由，没有结论"),
            raw[lo].start + 1,
            say("write S because R", "请写成 S because R"),
        )
    if before is not None:
        start, end, lo = before
        words, reasons = _reasons(reader, start, end, worded(line, start, end))
    while lo < hi and leads(line, lo):
        lo, so = lo + 1, True
        if lo < hi and raw[lo].kind in (",", ":"):
            lo += 1
    reason = reason_at(line, lo, hi)
    if reason is not None:
        hi, start, end, in_words = reason
        more, found = _reasons(reader, start, end, in_words)
        words, reasons = "; ".join(filter(None, (words, more))), (*reasons, *found)
    claim = _claim(reader, lo, hi)
    if claim is not None:
        return replace(claim, reasons=reasons)
    sentence = sentence_at(Line(raw, reader.problem), lo, hi)
    if sentence is not None:
        raise Unreadable(
            say("these are words, not a formula", "这是文字，不是公式"),
            raw[sentence].start + 1,
            say("begin a comment with #, a reason with `because`", "注释以 # 开头，理由写在 because 之后"),
        )
    chain = reader.chain(lo, hi)
    if chain.sides[0] is None and reader.above is None:
        raise Unreadable(
            say(
                f"there is no line above for {raw[lo].text} to go on from",
                f"上面没有可以接着 {raw[lo].text} 往下写的式子",
            ),
            raw[lo].start + 1,
            say("write both sides", "请写出等式两边"),
        )
    relations = related(chain, reader.above)
    first = None if relations else chain.sides[0]
    return Step(relations, first, chain.sides[0] is None, so, reasons, words)


def _reasons(reader: Reader, lo: int, hi: int, in_words: bool) -> tuple[str, tuple[Relation, ...]]:
    """The reason's words, or the relations that it states."""
    if in_words:
        return reader.text[reader.raw[lo].start : reader.raw[hi - 1].end].replace("}", ""), ()
    return "", reader.several(lo, hi, "because")


def _claim(reader: Reader, lo: int, hi: int) -> Claim | None:
    found = claim_at(Line(reader.raw, reader.problem), lo, hi)
    if found is None:
        return None
    of = reader.side(*found.of) if found.of else None
    variable = reader.side(*found.variable) if found.variable else None
    return Claim(reader.side(*found.subject), found.claim, of, variable)
