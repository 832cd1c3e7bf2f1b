"""The parser's tables: lark makes them from `grammar.lark`; they are kept beside it, so that reading starts at once.

`python -m lhystudy.checker.reading.tables` writes `tables.json` anew after a change of the grammar.
"""

from __future__ import annotations

import json
import zlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

GRAMMAR = Path(__file__).with_name("grammar.lark")
STORED = Path(__file__).with_name("tables.json")
END = "$END"


@dataclass(frozen=True, slots=True)
class Tables:
    """LALR(1) tables. In a state a symbol's number n >= 0 goes to state n; n < 0 reduces by rule -n - 1."""

    states: tuple[dict[str, int], ...]
    rules: tuple[tuple[str, int, str], ...]  # (left side, length of the right side, name of the action or "")
    start: int
    end: int


@cache
def tables() -> Tables:
    """The tables of the grammar as it stands: the stored ones, or made anew where they are older than the grammar."""
    grammar = GRAMMAR.read_text(encoding="utf-8")
    stored: dict[str, Any] = json.loads(STORED.read_text(encoding="utf-8")) if STORED.exists() else {}
    if stored.get("grammar") != fingerprint(grammar):
        stored = make(grammar)
    return Tables(
        tuple(stored["states"]),
        tuple((left, length, action) for left, length, action in stored["rules"]),
        stored["start"],
        stored["end"],
    )


def fingerprint(grammar: str) -> int:
    """What tells one grammar from another."""
    return zlib.crc32(grammar.encode())


def make(grammar: str) -> dict[str, Any]:
    """The tables of a grammar, by lark, which raises GrammarError where the grammar is not LALR(1)."""
    from lark import Lark  # only a changed grammar needs it
    from lark.lexer import Lexer
    from lark.parsers.lalr_analysis import Shift

    class Resolved(Lexer):  # type: ignore[misc]
        """Tokens come ready made."""

        def __init__(self, *_: Any) -> None:
            pass

        def lex(self, *_: Any) -> Any:
            return iter(())

    parser = Lark(grammar, parser="lalr", lexer=Resolved, strict=True, maybe_placeholders=False)
    table = parser.parser.parser._parse_table
    rules: list[tuple[str, int, str]] = []
    numbers: dict[Any, int] = {}
    states: list[dict[str, int]] = [{} for _ in table.states]
    for state in sorted(table.states):
        for symbol, (action, argument) in sorted(table.states[state].items()):
            if action is Shift:
                states[state][symbol] = argument
                continue
            if argument not in numbers:
                numbers[argument] = len(rules)
                rules.append((argument.origin.name, len(argument.expansion), argument.alias or ""))
            states[state][symbol] = -numbers[argument] - 1
    return {
        "grammar": fingerprint(grammar),
        "start": table.start_states["start"],
        "end": table.end_states["start"],
        "rules": rules,
        "states": states,
    }


def main() -> None:
    """Writes the tables of the grammar."""
    made = make(GRAMMAR.read_text(encoding="utf-8"))
    lines = ",\n".join(json.dumps(state) for state in made["states"])
    head = json.dumps({key: made[key] for key in ("grammar", "start", "end", "rules")})
    STORED.write_text(f'{head[:-1]}, "states": [\n{lines}\n]}}\n', encoding="utf-8")


if __name__ == "__main__":
    main()
