"""`let`: the names that a line declares, with their type and dimensions."""

from __future__ import annotations

from lhystudy.checker.nodes import Let
from lhystudy.checker.problem import LARGEST_SIZE, RANKS, TYPES
from lhystudy.checker.reading.line import Line
from lhystudy.checker.reading.reader import Reader
from lhystudy.checker.reading.tokens import Token
from lhystudy.checker.reading.units import read_unit
from lhystudy.checker.reading.unreadable import Unreadable
from lhystudy.words import say

Type = tuple[str, tuple[str | int, ...]]
OTHER_WORDS = {
    "scalar": "real", "number": "real", "float": "real", "reals": "real", "int": "integer", "natural": "integer",
    "vec": "vector", "mat": "matrix", "probability": "unit", "distribution": "simplex", "func": "function",
}  # fmt: skip
NUMBERS = {"R": "real", "Z": "integer", "N": "integer"}


def let_statement(reader: Reader) -> Let:
    """The declaration that the line is. Raises Unreadable."""
    raw = reader.raw
    behind = next((i for i, token in enumerate(raw) if token.kind in (":", "∈") or (i > 1 and _joins(raw, i))), None)
    end = len(raw) if behind is None else behind
    line = reader.line(0, end, declaring=True)
    names: list[str] = []
    i = 1
    while i < end:
        if line.kind(i) != "WORD":
            raise line.unexpected(i, say("a name", "名字"), _form())
        unit = read_unit(line, i)
        if unit.spelled() in names:
            raise line.unexpected(i, say("a new name", "新的名字"))
        names.append(unit.spelled())
        i = unit.next
        if i < end:
            if line.kind(i) != "," and line.word(i) != "and":
                raise line.unexpected(i, say("a comma or a colon", "逗号或冒号"), _form())
            i += 1
            if i == end:
                raise line.unexpected(i, say("a name", "名字"))
    if not names:
        raise line.unexpected(1, say("a name", "名字"), _form())
    if behind is None:
        return Let(tuple(names), "real")
    made = _among(reader, behind + 1) if raw[behind].text in ("∈", "in", ":") else None
    type_, dims = made or _type(reader, behind + 1)
    return Let(tuple(names), type_, dims)


def _joins(raw: list[Token], i: int) -> bool:
    """Whether the word at i leads to a type; `C_in` is a name."""
    return raw[i].text in ("in", "be") and raw[i - 1].kind not in ("_", "{")


def _form() -> str:
    return say("write let x, y : vector(n)", "请写成 let x, y : vector(n)")


def _among(reader: Reader, i: int) -> Type | None:
    """The type that R, R^n, R^{m×n}, R_{>0} or (0, 1) says; None for anything else."""
    line = Line(reader.raw, reader.problem)
    hi = len(reader.raw)
    if [token.text for token in reader.raw[i:hi]] == ["(", "0", ",", "1", ")"]:
        return "unit", ()
    type_ = NUMBERS.get(line.word(i))
    if type_ is None:
        return None
    if i + 1 == hi:
        return type_, ()
    inside = [token.text for token in reader.raw[i + 1 : hi] if token.kind not in ("{", "}")]
    if type_ == "real" and inside in (["_", "+"], ["^", "+"], ["_", "+", "+"], ["_", ">", "0"]):
        return "positive", ()
    if type_ != "real" or line.kind(i + 1) != "^":
        return None
    lo, end = (i + 3, line.closing(i + 2)) if line.kind(i + 2) == "{" else (i + 2, i + 3)
    if end + (line.kind(i + 2) == "{") != hi:
        return None
    dims = tuple(_dimension(line, start, stop) for start, stop in line.parts(lo, end, frozenset({"*"})))
    return ("vector" if len(dims) == 1 else "matrix", dims) if len(dims) <= 2 else None


def _type(reader: Reader, i: int) -> Type:
    """The type and dimensions behind the colon."""
    line = Line(reader.raw, reader.problem)
    while line.word(i) in ("a", "an"):
        i += 1
    word = line.word(i).lower()
    if word not in TYPES:
        raise _no_type(line, i, word)
    wanted = 0 if word not in RANKS else (2 if word == "matrix" else 1)
    shape = {0: word, 1: f"{word}(n)", 2: f"{word}(m, n)"}[wanted]
    dims: list[str | int] = []
    end = i + 1
    if line.kind(end) in ("(", "[", "{"):
        close = line.closing(end)
        for lo, hi in line.parts(end + 1, close):
            dims.append(_dimension(line, lo, hi))
        end = close + 1
    if end < len(reader.raw):
        hint = say("one type a line", "一行只写一个类型") if dims or not wanted else _write(shape)
        raise line.unexpected(end, say("the end of the line", "行末"), hint)
    if len(dims) != wanted:
        raise Unreadable(
            say(
                f"{word} takes {wanted} dimension{'s' * (wanted != 1)}, not {len(dims)}",
                f"{word} 应有 {wanted} 个维数，却有 {len(dims)} 个",
            ),
            line.column(i),
            _write(shape),
        )
    return word, tuple(dims)


def _write(shape: str) -> str:
    return say(f"write {shape}", f"请写成 {shape}")


def _no_type(line: Line, i: int, word: str) -> Unreadable:
    from lhystudy.errors import nearest

    listed = ", ".join(TYPES)
    near = OTHER_WORDS.get(word) or (nearest(word, list(TYPES)) if word else None)
    return line.unexpected(
        i,
        say("a type", "类型"),
        say(f"did you mean {near}?", f"是不是 {near}？") if near else say(f"one of {listed}", f"可用：{listed}"),
    )


def _dimension(line: Line, lo: int, hi: int) -> str | int:
    if (
        hi == lo + 1
        and line.kind(lo) == "NUMBER"
        and line.raw[lo].value[0].denominator == 1
        and line.raw[lo].value[0] > 0
    ):
        if line.raw[lo].value[0] > LARGEST_SIZE:
            message = say(f"a dimension is at most {LARGEST_SIZE}", f"维数最大为 {LARGEST_SIZE}")
            raise Unreadable(message, line.column(lo))
        return int(line.raw[lo].value[0])
    if hi > lo and line.kind(lo) == "WORD":
        unit = read_unit(Line(line.raw, line.problem, declaring=True), lo)
        if unit.next == hi:
            return unit.spelled()
    raise line.unexpected(
        lo, say("a dimension", "维数"), say("a dimension is a name or a whole number", "维数是名字或正整数")
    )
