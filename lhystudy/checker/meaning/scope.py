"""What one statement knows while it is lowered: its indices and their ranges, dimensions found out, notes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from lhystudy.checker.meaning.replace import Replacement, names
from lhystudy.checker.meaning.setting import Setting
from lhystudy.checker.meaning.shapes import Dims, IndexFault, Value, spelled_dim
from lhystudy.checker.nodes import Add, Binder, Entry, Expr, Name, Negative, Node, Number, walk
from lhystudy.checker.terms import Array, Atom, Dim, Fact, Index, Term
from lhystudy.words import say

COPIED = ("arrays", "sizes", "bound", "typed", "ranges", "notes", "parameters", "used", "free")  # what lowering changes


def subscripts(node: object) -> Iterator[tuple[Entry, str]]:
    """Every letter that stands in a subscript, with its entry."""
    for part in walk(node):
        if isinstance(part, Entry):
            for index in part.indices:
                for below in walk(index):
                    if isinstance(below, Name):
                        yield part, below.name


def letters_in(node: Expr | None) -> frozenset[str]:
    return frozenset(letter for _, letter in subscripts(node))


@dataclass
class Scope:
    """Mutable for the length of one statement."""

    setting: Setting
    dims: Dims
    arrays: dict[str, tuple[Dim, ...]]
    sizes: set[str]
    own: frozenset[str] = frozenset()  # letters that the definition at hand is given at: the t of `given S_t = ...`
    letters: frozenset[str] = frozenset()  # names that stand as a subscript somewhere in the statement
    bound: dict[str, str] = field(default_factory=dict)  # a sum's letter -> its own name for it
    typed: dict[str, str] = field(default_factory=dict)  # and back
    ranges: dict[str, Dim] = field(default_factory=dict)  # index name -> its dimension
    notes: list[str] = field(default_factory=list)
    parameters: dict[str, Value] = field(default_factory=dict)
    used: set[str] = field(default_factory=set)
    free: set[str] = field(default_factory=set)  # letters met so far that no sum binds
    ends: dict[str, tuple[Term | None, Term | None]] = field(default_factory=dict)  # of sums whose last place is typed

    def settled(self, term: Term) -> Term:
        """The term with every dimension by its name, for the scope that found them out does not last."""
        return Replacement(dim=self.dims.find)(term) if self.dims.aliases != self.setting.aliases else term

    def settled_value(self, value: Value) -> Value:
        array = value.array
        dims = tuple(map(self.dims.find, array.dims))
        return replace(value, array=Array(array.indices, dims, self.settled(array.entry)))

    def grown(self) -> Setting:
        """The setting with the dimensions, sizes and arrays that this statement has shown."""
        aliases = self.dims.lasting()
        known = self.setting
        if self.arrays == known.arrays and aliases == known.aliases and self.sizes == known.sizes:
            return known
        facts = (*known.facts, *self.entries_known())
        return known.with_(arrays=dict(self.arrays), aliases=aliases, sizes=frozenset(self.sizes), facts=facts)

    def entries_known(self) -> list[Fact]:
        """What is known of x_1, x_2, ... by their own names, for an x that turns out to be an array."""
        new = self.arrays.keys() - self.setting.arrays.keys()
        if not new:
            return []
        facts = (*self.setting.facts, *self.setting.equations)
        problem = self.setting.problem
        spelled = {*self.setting.defined, *problem.symbols, *problem.seen}
        spelled = spelled.union(*(names(fact.left) | names(fact.right) for fact in facts))
        found = []
        for whole in sorted(spelled):
            name, _, places = whole.rpartition("_")
            if name in new and all(place.isdigit() and int(place) for place in places.split(",")):
                entry = Atom(name, tuple(Index("", int(place)) for place in places.split(",")))
                found.append(Fact("=", entry, Atom(whole)))
        return found

    @staticmethod
    def of(setting: Setting, *statement: object) -> Scope:
        """A scope for the statement, which was looked through for the names that it indexes."""
        scope = Scope(setting, setting.dims(), dict(setting.arrays), set(setting.sizes))
        bound = {part.index for part in walk(statement) if isinstance(part, Binder)}
        subs = subscripts(statement)
        scope.letters = frozenset(x for part, x in subs if x in bound or not scope.is_length(part, x))
        for part in walk(statement):
            if isinstance(part, Entry):
                scope.see(part)
            elif isinstance(part, Binder):
                scope.name_size(part, bound)
        return scope

    def is_length(self, entry: Entry, letter: str) -> bool:
        """Whether the letter names a length of the declared array whose entry this is."""
        symbol = self.setting.problem.symbols.get(entry.of.name) if isinstance(entry.of, Name) else None
        return symbol is not None and letter in symbol.dims

    def name_size(self, binder: Binder, bound: set[str]) -> None:
        """An upper end that is a name and nothing else yet is a dimension, on this whole line and from here on."""
        if not isinstance(binder.upper, Name) or binder.upper.name in bound:
            return
        name, problem = binder.upper.name, self.setting.problem
        other = name in problem.symbols or name in self.setting.defined or name in self.arrays
        if not other and name not in ("pi", "e", "inf") and name not in self.letters - self.sizes:
            self.sizes.add(name)

    def copied(self) -> Scope:
        """The scope, to go on from in more than one way."""
        own = {name: type(kept)(kept) for name in COPIED if (kept := getattr(self, name)) is not None}
        return replace(self, dims=Dims(dict(self.dims.aliases)), **own)

    def see(self, entry: Entry) -> None:
        """An undeclared name with a letter in its subscript is an array."""
        if not isinstance(entry.of, Name):
            return
        name, problem = entry.of.name, self.setting.problem
        lettered = any(isinstance(part, Name) for index in entry.indices for part in walk(index))
        known = name in problem.symbols or name in self.setting.defined or name in self.arrays
        first = entry.indices[0]
        whole = f"{name}_{first.value}" if isinstance(first, Number) else ""  # h_{2,i} is entry i of h_2
        known = known or whole in problem.symbols or whole in self.setting.defined
        if lettered and not known and name != "I":
            count = len(entry.indices)
            self.arrays[name] = tuple(
                self.dims.unknown(name if count == 1 else f"{name}~{place}") for place in range(1, count + 1)
            )

    def note(self, text: str) -> None:
        if text not in self.notes:
            self.notes.append(text)

    def index(self, expr: Expr) -> Index:
        """The index that a subscript says: a letter, a number, or their sum."""
        match expr:
            case Name(name):
                if name not in self.bound:
                    self.free.add(name)
                return Index(self.bound.get(name, name))
            case Number(value) if value.denominator == 1:
                return Index("", int(value))
            case Negative(Number(value)) if value.denominator == 1:
                return Index("", -int(value))
            case Add(terms):
                parts = [self.index(term) for term in terms]
                named = [part.name for part in parts if part.name]
                if len(named) <= 1:
                    return Index(named[0] if named else "", sum(part.shift for part in parts))
        raise IndexFault(
            say(
                "a subscript is an index, a number, or an index plus a number",
                "下标只能是指标、数字，或指标加减一个数字",
            ),
            expr,
        )

    def runs(self, index: Index, dim: Dim, node: Node, of: str) -> None:
        """Notes that the index runs along the dimension of `of`. Raises IndexFault where it cannot."""
        if not index.name:
            size = self.dims.find(dim)
            if isinstance(size, str) and size in self.setting.sizes and index.shift < 1:
                raise IndexFault(
                    say(
                        f"the entries of {of} begin at 1, so there is no entry {index.shift}",
                        f"{of} 的分量从 1 开始，没有第 {index.shift} 个",
                    ),
                    node,
                )
            if isinstance(size, int) and not 1 <= index.shift <= size:
                raise IndexFault(
                    say(
                        f"{of} has entries 1 to {size}, so there is no entry {index.shift}",
                        f"{of} 只有第 1 到第 {size} 个分量，没有第 {index.shift} 个",
                    ),
                    node,
                )
            return
        known = self.ranges.setdefault(index.name, dim)
        if index.name in self.ends and all(isinstance(self.dims.find(each), int) for each in (known, dim)):
            return
        if not self.dims.agree(known, dim):
            letter = self.letter(index.name)
            one, other = spelled_dim(self.dims.find(known)), spelled_dim(self.dims.find(dim))
            raise IndexFault(
                say(
                    f"{letter} runs over {one} elsewhere in this line, but {of} has {other} entries there",
                    f"指标 {letter} 在这一行别处取遍 {one}，而 {of} 在这里有 {other} 个分量",
                ),
                node,
            )

    def letter(self, index: str) -> str:
        """The letter that was typed for an index name."""
        return self.typed.get(index, index)

    def range_of(self, index: str) -> Dim:
        """The dimension of an index, an unknown one where nothing has said it."""
        if index not in self.ranges:
            self.ranges[index] = self.dims.unknown()
        return self.ranges[index]
