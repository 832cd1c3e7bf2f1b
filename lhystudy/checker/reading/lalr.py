"""Runs lark's tables over resolved tokens, and says in a sentence why they do not fit together."""

from __future__ import annotations

from typing import Any

from lhystudy.checker.nodes import Span
from lhystudy.checker.reading import atoms  # noqa: F401  its functions enter themselves among the actions
from lhystudy.checker.reading.actions import ACTIONS, Building, Chain
from lhystudy.checker.reading.tables import END, tables
from lhystudy.checker.reading.tokens import Token
from lhystudy.checker.reading.unreadable import Unreadable, apart, visible
from lhystudy.words import say

SYMBOLS = {
    "PLUS": "+", "MINUS": "-", "STAR": "*", "SLASH": "/", "CARET": "^", "HADAMARD": "⊙", "DOT": "·", "AT": "@",
    "COMMA": ",", "RPAR": ")", "RSQB": "]", "RSET": "}", "RBAR": "|", "RNORM": "‖", "IF": "if", "ELSE": "else",
}  # fmt: skip
DEEPEST_TREE = 120
FLAT = frozenset("add subtract list_first list_more bracket chain_first chain_more chain_continued".split())
BINARY = frozenset("STAR SLASH CARET HADAMARD DOT AT".split())
CLOSERS = frozenset("RPAR RSQB RSET RBAR RNORM DERIVATIVE_END INDICATOR_END RMATRIX RCASES CELL ROW".split())


def build(tokens: list[Token], building: Building, end: int) -> Chain:
    """The chain of relations that the tokens are; `end` is the column behind them. Raises Unreadable."""
    table = tables()
    states, rules = table.states, table.rules
    stack = [table.start]
    values: list[Any] = []
    spans: list[tuple[int, int]] = []
    depths: list[int] = []
    last = Token(END, "", end, end)
    for place in range(len(tokens) + 1):
        token = tokens[place] if place < len(tokens) else last
        while True:
            move = states[stack[-1]].get(token.kind)
            if move is None:
                raise explain(tokens, place, states[stack[-1]], end, building.text)
            if move >= 0:
                stack.append(move)
                values.append(token)
                spans.append((token.start, token.end))
                depths.append(0)
                break
            left, length, name = rules[-move - 1]
            if name:
                parts, building.parts = values[-length:], spans[-length:]
                span = (building.parts[0][0], building.parts[-1][1])
                depth = max(depths[-length:]) + (name not in FLAT)
                if depth > DEEPEST_TREE:
                    raise Unreadable(say("the line nests too deep", "这一行嵌套太深"), span[0] + 1)
                value = ACTIONS[name](building, Span(*span), *parts)
                del values[-length:], spans[-length:], depths[-length:]
                values.append(value)
                spans.append(span)
                depths.append(depth)
            if length:
                del stack[-length:]
            stack.append(states[stack[-1]][left])
            if token is last and stack[-1] == table.end:
                chain: Chain = values[0]
                return chain
    raise AssertionError("the tables take no end of the line")


def explain(tokens: list[Token], place: int, expected: dict[str, int], end: int, source: str) -> Unreadable:
    """The error for the token at `place`, which the tables do not take where these are expected."""
    token = tokens[place] if place < len(tokens) else None
    before = tokens[place - 1] if place else None
    column = (token.start if token else end) + 1
    found = typed(token, source) if token else say("the end of the line", "行末")
    unfinished = _unfinished(before, column)
    if unfinished is not None:
        return unfinished
    if "NAME" in expected:
        return _operand_due(before, token, found, column, source)
    kind = token.kind if token is not None else END
    if kind == "RELATION":
        return Unreadable(
            say(f"a relation {found} cannot stand inside this bracket", f"关系符号 {found} 不能放在这个括号里"),
            column,
            say("write 1[i = j] for an indicator, or close the bracket before", "示性函数写 1[i = j]，或先补上右括号"),
        )
    if kind == "ELSE":
        return Unreadable(
            say("the condition before else is no relation", "else 前面的条件不是关系式"), column, _choice_form()
        )
    if kind == "COMMA":
        digits = [each.kind for each in tokens[place - 1 : place + 2]] == ["NUMBER", "COMMA", "NUMBER"]
        close = digits and not tokens[place].gap and not tokens[place + 1].gap
        return Unreadable(
            say("a comma outside of brackets", "括号外有逗号"),
            column,
            say("write 0.5 with a point, 1000 without a comma", "小数请用点号，千位不用逗号")
            if close
            else say("write one statement a line", "一行只写一句"),
        )
    due = [SYMBOLS[kind] for kind in expected if kind in SYMBOLS and kind in CLOSERS | {"ELSE", "COMMA"}]
    wanted = say(" or ", " 或 ").join(sorted(due)) or say("an operator", "运算符")
    return Unreadable(
        say(f"found {found} where {wanted} is due", f"这里应是{apart(wanted).rstrip()}，却是{apart(found).rstrip()}"),
        column,
    )


def _choice_form() -> str:
    return say("write b if a > 0 else c", "请写成 b if a > 0 else c")


def _unfinished(before: Token | None, column: int) -> Unreadable | None:
    """The error for a function, sum or gradient that nothing follows."""
    if before is not None and before.kind == "FUNCTION":
        name = before.value[0]
        return Unreadable(
            say(f"{name} has no argument", f"{name} 没有自变量"), column, say(f"write {name}(x)", f"请写成 {name}(x)")
        )
    if before is not None and before.kind in ("BIG", "GRADIENT"):
        return Unreadable(
            say(f"{visible(before.text)} has nothing to work on", f"{visible(before.text)} 后面没有内容"),
            column,
            say("a term must follow", "后面应有一项"),
        )
    return None


def _operand_due(before: Token | None, token: Token | None, found: str, column: int, source: str) -> Unreadable:
    """The error where a number, a name or a bracket is due."""
    if token is not None and token.kind == "IF":
        return Unreadable(say("nothing stands before if", "if 前面缺少内容"), column, _choice_form())
    hint = doubled(before, token, source)
    nothing = token is None or token.kind in CLOSERS | {"RELATION", "COMMA"}
    if hint is None and nothing:
        behind = typed(before, source) if before else ""
        missing = (
            say(f"nothing stands behind {behind}", f"{behind} 后面缺少内容")
            if behind
            else say(f"nothing stands before {found}", f"{found} 前面缺少内容")
        )
        return Unreadable(missing, column, say("a number, a name or a bracket is due", "这里应是数、名字或括号"))
    return Unreadable(
        say(f"found {found} where a number, a name or a bracket is due", f"这里应是数、名字或括号，却是 {found}"),
        column,
        hint,
    )


def typed(token: Token, source: str) -> str:
    """The token as it stands on the line, so that an error speaks of what was typed."""
    return visible(source[token.start : token.end] or token.text)


def doubled(before: Token | None, token: Token | None, source: str) -> str | None:
    """The repair for two operators or two relations in a row; None where these are none."""
    if before is None or token is None:
        return None
    operators = before.kind in BINARY | {"PLUS", "MINUS"} and token.kind in BINARY | {"PLUS"}
    if not operators and {before.kind, token.kind} != {"RELATION"}:
        return None
    one, other = typed(before, source), typed(token, source)
    return say(f"{one} and {other} stand side by side; delete one", f"{one} 和 {other} 挨在一起，请删去一个")
