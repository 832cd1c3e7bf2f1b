"""Names and entries of names: which are arrays, which spellings with a subscript are names of their own."""

from __future__ import annotations

from lhystudy.checker.meaning.build import kronecker, number
from lhystudy.checker.meaning.places import entry_at, reckoned
from lhystudy.checker.meaning.scope import Scope
from lhystudy.checker.meaning.shapes import IndexFault, NameFault, Value, built, scalar, shape_text, spelled
from lhystudy.checker.meaning.vectors import dimension
from lhystudy.checker.nodes import Entry, Name, Number
from lhystudy.checker.reading.introduce import single_spelling
from lhystudy.checker.terms import Atom, Size
from lhystudy.words import say


def named(name: str, scope: Scope) -> Value | None:
    """The array or scalar of atoms that a declared, defined or indexed name is, or None for any other name."""
    defined = scope.setting.defined.get(name)
    if defined is not None:
        value = defined.value
        return built(value.dims, lambda *places: Atom(name, places), value.row)
    symbol = scope.setting.problem.symbols.get(name)
    if symbol is not None and not symbol.rank and name in scope.sizes:
        return scalar(Size(name))
    if symbol is not None:
        if symbol.type == "function":
            raise NameFault(say(f"{name} is a function: write {name}(…)", f"{name} 是函数，请写成 {name}(…)"))
        return built(symbol.dims, lambda *places: Atom(name, places)) if symbol.rank else scalar(Atom(name))
    if name in scope.arrays:
        return built(scope.arrays[name], lambda *places: Atom(name, places))
    return None


def entry(node: Entry, value: Value, scope: Scope) -> Value:
    """The entry of an array at the typed indices. Raises IndexFault."""
    label = spelled(node.of)
    indices = node.indices
    if value.rank == 2 and len(indices) == 1 and isinstance(indices[0], Number) and 11 <= indices[0].value <= 99:
        tens, ones = divmod(int(indices[0].value), 10)
        indices = (Number(number(tens).value), Number(number(ones).value))
    if len(indices) == 1 < value.rank and isinstance(node.of, Name) and scope.setting.family(node.of.name):
        return member(node, value, scope)
    if value.rank != len(indices):
        shape = shape_text(value, scope.dims)
        count = f"{value.rank} ind{'ices' if value.rank > 1 else 'ex'}, not {len(indices)}"
        raise IndexFault(
            say(
                f"{label} is {shape}: it takes {count}",
                f"{label} 是{shape}，应带 {value.rank} 个下标，不是 {len(indices)} 个",
            )
            if value.rank
            else say(f"{label} is {shape}: it has no entries", f"{label} 是{shape}，没有分量"),
            node,
        )
    for index, dim in zip(indices, value.dims, strict=True):
        if not reckoned(index, dim, scope):
            scope.runs(scope.index(index), dim, node, label)
    return scalar(entry_at(value, indices, scope))


def member(node: Entry, family: Value, scope: Scope) -> Value:
    """The vector or matrix that stands at one step of a family."""
    place = scope.index(node.indices[0])
    scope.runs(place, family.dims[0], node, spelled(node.of))
    return built(family.dims[1:], lambda *places: family.at(place, *places))


def single(node: Entry, scope: Scope) -> Value | None:
    """The name that `h_2` is where h is no array; `I_n` is the identity. None for an entry of an array."""
    if not isinstance(node.of, Name):
        return None
    name = node.of.name
    whole = single_spelling(node)
    if whole is not None:
        if whole in scope.setting.defined or whole in scope.setting.problem.symbols:
            scope.used.add(whole)
            return named(whole, scope)
        symbol = scope.setting.problem.symbols.get(name)
        known = name in scope.setting.defined or name in scope.arrays or (symbol is not None and symbol.rank)
        if not known and (name != "I" or len(node.indices) == 1):
            if name == "I":
                dim = dimension(node.indices[0], scope)
                return built((dim, dim), kronecker)
            scope.used.add(whole)
            return scalar(Atom(whole))
    first, rest = node.indices[0], node.indices[1:]
    if rest and isinstance(first, Number) and named(name, scope) is None:
        of_array = Entry(node.of, (first,), span=node.span)
        array = named(single_spelling(of_array) or "", scope)
        if array is not None and array.rank == len(rest):
            return entry(Entry(of_array, rest, span=node.span), array, scope)
    if name == "I" and named(name, scope) is None and len(node.indices) == 1:
        if isinstance(node.indices[0], Name):
            dim = dimension(node.indices[0], scope)
            return built((dim, dim), kronecker)
    return None
