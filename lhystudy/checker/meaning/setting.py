"""What is known at a line, in index form: definitions, facts, dimensions. A value; each statement makes a new one."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

from lhystudy.checker.meaning.replace import Replacement, atoms, size
from lhystudy.checker.meaning.shapes import Dims, Value
from lhystudy.checker.problem import Problem, Symbol
from lhystudy.checker.terms import Array, Atom, Context, Dim, Fact, Steps, Term

LARGEST = 20_000  # nodes of a line with its definitions expanded


class TooLarge(Exception):
    """The line grows beyond what is worked on once its definitions are expanded."""


@dataclass(frozen=True, slots=True)
class Defined:
    """A name and what it stands for, written in other names."""

    name: str
    value: Value
    parameters: tuple[str, ...] = ()
    family: bool = False  # whether the first index tells apart members that are arrays themselves


@dataclass(frozen=True, slots=True)
class Recurrence:
    """An array whose entry is given by earlier ones along `axis`; `bases` are entries given outright, by place."""

    name: str
    value: Value
    axis: int
    bases: Mapping[int, Value] = field(default_factory=dict)


def _nothing() -> Mapping[Any, Any]:
    return MappingProxyType({})


@dataclass(frozen=True)
class Setting:
    problem: Problem = field(default_factory=Problem)
    defined: Mapping[str, Defined] = field(default_factory=_nothing)
    recurrences: Mapping[str, Recurrence] = field(default_factory=_nothing)
    arrays: Mapping[str, tuple[Dim, ...]] = field(default_factory=_nothing)  # undeclared names seen with indices
    aliases: Mapping[str, Dim] = field(default_factory=_nothing)
    sizes: frozenset[str] = frozenset()  # names that are dimensions
    facts: tuple[Fact, ...] = ()
    equations: tuple[Fact, ...] = ()  # from `set`
    unknowns: frozenset[str] = frozenset()  # variables of the derivatives in these; none where there are none
    solved: Mapping[str, Value] = field(default_factory=_nothing)  # what a `set` was found to make of a name
    settled: tuple[Fact, ...] = ()  # equations that hold by what is solved
    earlier: tuple[Fact, ...] = ()  # steps above that are not known to follow from the facts
    written: dict[str, Any] = field(default_factory=dict, compare=False, repr=False)  # worked out once, by whoever asks

    def with_(self, **changes: Any) -> Setting:
        """The setting with these changes; what was worked out from the old one is forgotten where it may differ."""
        if set(changes) <= {"earlier"}:
            return replace(self, **changes)
        return replace(self, **changes, written={})

    def reading(self, problem: Problem) -> Setting:
        """The setting with another account for the reader; what was worked out stays, for the names are the same."""
        kept = problem.symbols == self.problem.symbols and problem.independent == self.problem.independent
        return replace(self, problem=problem) if kept else self.with_(problem=problem)

    def family(self, name: str) -> bool:
        """Whether the name is a family, whose members are arrays or scalars told apart by their first index."""
        known = self.defined.get(name) or self.problem.symbols.get(name)
        return known is not None and known.family

    def dims(self) -> Dims:
        return Dims(dict(self.aliases))

    def expansion(
        self, keep: frozenset[str] = frozenset(), dims: Dims | None = None, solved: bool = False
    ) -> Expansion:
        return Expansion(self, keep, dims or self.dims(), self.solved if solved else {})


@dataclass
class Expansion:
    """Definitions written out: every defined name but those in `keep`, and names that a `set` has solved for."""

    setting: Setting
    keep: frozenset[str]
    known_dims: Dims
    solved: Mapping[str, Value]
    expanded: dict[str, Value] = field(default_factory=dict)
    open: list[str] = field(default_factory=list)

    def term(self, term: Term) -> Term:
        """The term with definitions written out. Raises TooLarge."""
        walk = Replacement(atom=self.atom, dim=self.known_dims.find)
        written = walk(term)
        if size(written, LARGEST) > LARGEST:
            raise TooLarge
        return written

    def value(self, value: Value) -> Value:
        array = value.array
        dims = tuple(map(self.known_dims.find, array.dims))
        return replace(value, array=Array(array.indices, dims, self.term(array.entry)))

    def fact(self, fact: Fact) -> Fact:
        free = {index: self.known_dims.find(dim) for index, dim in fact.free.items()}
        return Fact(fact.sign, self.term(fact.left), self.term(fact.right), free)

    def atom(self, atom: Atom) -> Term | None:
        name = atom.name
        if name in self.keep or name in self.open:
            return None
        meaning = self.meaning(name)
        if meaning is None or meaning.rank != len(atom.indices):
            return None
        return meaning.at(*atom.indices)

    def meaning(self, name: str) -> Value | None:
        """What the name stands for, written out, or None where it stands for itself."""
        known = self.expanded.get(name)
        if known is not None:
            return known
        given = self.solved.get(name)
        if given is None:
            definition = self.setting.defined.get(name)
            given = definition.value if definition else None
        if given is None:
            return None
        self.open.append(name)
        try:
            self.expanded[name] = self.value(given)
        finally:
            self.open.pop()
        return self.expanded[name]


def depends(setting: Setting, term: Term, on: Collection[str]) -> bool:
    """Whether the term names one of `on`, itself or through definitions."""
    waiting = {atom.name for atom in atoms(term)}
    seen: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name in on:
            return True
        seen.add(name)
        known = setting.defined.get(name) or setting.recurrences.get(name)
        if known is not None:
            waiting |= {atom.name for atom in atoms(known.value.entry)} - seen
    return False


def bound_to(parameters: Mapping[str, Value]) -> Callable[[Atom], Term | None]:
    """The answers that put arguments in the place of parameters."""

    def answer(atom: Atom) -> Term | None:
        value = parameters.get(atom.name)
        if value is None or value.rank != len(atom.indices):
            return None
        return value.at(*atom.indices) if value.rank else value.entry

    return answer


def context_of(setting: Setting, seconds: float, extra: tuple[Fact, ...] = ()) -> Context:
    """What deciding needs to know at this line; `extra` facts are already written out."""
    if "facts" not in setting.written:
        expansion = setting.expansion(solved=True)
        open_equations = (fact for fact in setting.equations if fact not in setting.settled)
        facts = (expansion.fact(fact) for fact in (*setting.facts, *open_equations))
        setting.written["facts"] = tuple(fact for fact in facts if fact.left != fact.right)
        setting.written["symbols"] = known_symbols(setting)
        setting.written["steps"] = steps_of(setting) if setting.recurrences else None
    return Context(
        setting.written["symbols"],
        (*setting.written["facts"], *extra),
        setting.problem.independent,
        setting.problem.definitions,
        seconds,
        setting.written["steps"],
    )


def steps_of(setting: Setting) -> Steps:
    from lhystudy.checker.meaning.recurrences import followed  # stands on this page

    return followed(setting)


def known_symbols(setting: Setting) -> Mapping[str, Symbol]:
    """Every declared name, and the undeclared ones that were indexed, with the dimensions found out."""
    find = setting.dims().find
    kinds = {1: "vector", 2: "matrix"}

    def of_array(name: str, dims: tuple[Dim, ...]) -> Symbol:
        family = setting.family(name) or name in setting.recurrences
        return Symbol(name, kinds.get(len(dims) - family, "real"), tuple(map(find, dims)), family)

    indexed = {name: of_array(name, dims) for name, dims in setting.arrays.items()}
    declared = {
        name: replace(symbol, dims=tuple(map(find, symbol.dims))) if symbol.dims else symbol
        for name, symbol in setting.problem.symbols.items()
    }
    return {**indexed, **declared}
