"""One line while its names are resolved: its tokens, what is known, what was noted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from lhystudy.checker.nodes import (
    Call,
    ColumnVector,
    Entry,
    Expr,
    Gradient,
    HessianOf,
    MatrixOf,
    Name,
    Negative,
    Number,
    Product,
    Quotient,
    Transpose,
)
from lhystudy.checker.problem import Problem
from lhystudy.checker.reading import symbols
from lhystudy.checker.reading.tokens import CLOSING, OPENING, Token
from lhystudy.checker.reading.unreadable import Unreadable, apart
from lhystudy.words import say

NOTHING = Token("end", "", 0, 0)


def _unset(_from: int, _to: int) -> Expr:
    raise NotImplementedError


@dataclass
class Line:
    """Mutable for the length of one reading."""

    raw: list[Token]
    problem: Problem
    functions: frozenset[str] = frozenset()  # functions that this very line defines
    labels: frozenset[str] = frozenset()  # labelled names that this very line defines
    local: set[str] = field(default_factory=set)  # their parameters
    notes: list[str] = field(default_factory=list)
    single_bars: frozenset[int] = frozenset()  # columns where || is two bars and no norm
    declaring: bool = False  # whether subscripts are part of the names
    match: dict[int, int] = field(default_factory=dict)  # place of a bracket -> place of its partner
    source: str = ""  # the line as typed
    end: int = 0  # the place behind the stretch that is being resolved
    bound: set[str] = field(default_factory=set)  # letters bound by a sum anywhere on the line
    standing: frozenset[str] = frozenset()  # words that stand on the line other than raised or lowered
    expression: Callable[[int, int], Expr] = _unset  # reads the tokens from here to there

    def __post_init__(self) -> None:
        self.end = len(self.raw)
        open_: list[int] = []
        for i, token in enumerate(self.raw):
            if token.kind in OPENING:
                open_.append(i)
            elif token.kind in CLOSING:
                self.match[open_[-1]] = i
                self.match[i] = open_.pop()

    def at(self, i: int) -> Token:
        """The token at place i, or one of kind "end" outside of the stretch."""
        return self.raw[i] if 0 <= i < self.end else NOTHING

    def kind(self, i: int) -> str:
        return self.at(i).kind

    def column(self, i: int) -> int:
        """The column, from 1, at which token i was typed; past the last token, the end of the line."""
        if i < len(self.raw):
            return self.raw[i].start + 1
        return self.raw[-1].end + 1 if self.raw else 1

    def word(self, i: int) -> str:
        token = self.at(i)
        return token.text if token.kind == "WORD" else ""

    def opens(self, i: int, bracket: str = "(") -> bool:
        """Whether token i is this bracket, right behind what stands before it."""
        return self.kind(i) == bracket and not self.at(i).gap

    def note(self, text: str) -> None:
        if text not in self.notes:
            self.notes.append(text)

    # ---- what is known ----

    def declared(self, name: str) -> bool:
        """Declared or defined, on a line above or as a parameter on this one."""
        problem = self.problem
        return (
            name in problem.symbols
            or name in self.local
            or name in self.functions
            or any(d.name == name for d in problem.definitions)
        )

    def exact(self, name: str) -> bool:
        """Declared or defined as this very name, not only at an entry."""
        return (
            name in self.problem.symbols
            or name in self.functions
            or name in self.labels
            or self.problem.definition(name) is not None
        )

    def family(self, name: str) -> bool:
        """Whether members of a family of this name were declared."""
        symbol = self.problem.symbols.get(name)
        return symbol is not None and symbol.family

    def known(self, name: str) -> bool:
        return self.declared(name) or name in self.problem.seen

    def is_function(self, name: str) -> bool:
        if name in self.functions:
            return True
        symbol = self.problem.symbols.get(name)
        definition = self.problem.definition(name)
        return (symbol is not None and symbol.type == "function") or bool(definition and definition.parameters)

    def rank(self, name: str) -> int | None:
        """0 for a scalar, 1 for a vector, 2 for a matrix; None where nothing says it."""
        symbol = self.problem.symbols.get(name)
        if symbol is not None:
            return symbol.rank
        definition = self.problem.definition(name)
        if definition is None:
            return None
        return len(definition.indices) or self.rank_of(definition.body)

    def rank_of(self, node: Expr) -> int | None:
        """The rank that an expression shows on its face."""
        match node:
            case MatrixOf() | HessianOf():
                return 2
            case ColumnVector():
                return 1
            case Entry(Name(name), indices):
                return self.entry_rank(name, indices)
            case Entry():
                return 0
            case Name(name) if name == "I" or name.startswith("I_"):
                return self.rank(name) if self.declared(name) else 2  # the identity
            case Name(name):
                return self.rank(name)
            case Transpose(inner) | Negative(inner) | Quotient(inner, _):
                return self.rank_of(inner)
            case Call("softmax", (inner,)):
                return self.rank_of(inner)
            case Gradient(_, by) if by is not None:
                return self.rank_of(by)
            case Product(left, right):
                ranks = {self.rank_of(left), self.rank_of(right)}
                if ranks == {1, 2}:
                    return 1
                return 2 if ranks == {2} else None
        return None

    def given_at(self, name: str, indices: tuple[Expr, ...]) -> bool:
        """Whether there is a definition of the name at just these numbers, as of h_2."""
        numbers = all(isinstance(index, Number) for index in indices)
        return numbers and any(each.name == name and each.indices == indices for each in self.problem.definitions)

    def entry_rank(self, name: str, indices: tuple[Expr, ...]) -> int | None:
        """The rank of h_2 or of a member h_t of a family, None where nothing says it; else an entry is a scalar."""
        symbol = self.problem.symbols.get(name)
        if symbol is not None:
            return max(0, symbol.rank - len(indices)) if symbol.family else 0
        for definition in self.problem.definitions:
            if definition.name == name and len(definition.indices) == len(indices):
                if definition.indices == indices or set(map(type, definition.indices)) == {Name} and self.problem.steps:
                    return self.rank_of(definition.body)
        return 0

    # ---- places ----

    def closing(self, i: int) -> int:
        """The place of the bracket that closes the one at i."""
        return self.match[i]

    def top_level(self, lo: int, hi: int, kinds: frozenset[str]) -> list[int]:
        """The places from lo to hi, outside brackets, of tokens of these kinds."""
        places = []
        i = lo
        while i < hi:
            kind = self.raw[i].kind
            if kind in OPENING:
                i = self.match[i]
            elif kind in kinds:
                places.append(i)
            i += 1
        return places

    def parts(self, lo: int, hi: int, kinds: frozenset[str] = frozenset({","})) -> list[tuple[int, int]]:
        """The stretches between separators outside brackets."""
        cuts = self.top_level(lo, hi, kinds)
        return list(zip([lo, *(cut + 1 for cut in cuts)], [*cuts, hi], strict=True))

    def text(self, lo: int, hi: int) -> str:
        """The tokens written close together, as part of a name."""
        return "".join(token.text for token in self.raw[lo:hi])

    def unexpected(self, i: int, wanted: str, hint: str | None = None) -> Unreadable:
        """The error for token i where `wanted` is due."""
        found = self.at(i).text or say("the end of the line", "行末")
        column = self.column(i)
        return Unreadable(
            say(
                f"found {found} where {wanted} is due",
                f"这里应是{apart(wanted).rstrip()}，却是{apart(found).rstrip()}",
            ),
            column,
            hint,
        )


def index_letters(line: Line) -> frozenset[str]:
    """The letters that are an index wherever they stand in a subscript."""
    return symbols.INDEX_LETTERS | line.bound
