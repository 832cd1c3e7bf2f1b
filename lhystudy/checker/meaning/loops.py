"""A loop of definitions, `z_t = w h_{t-1}` and `h_t = tanh(z_t)`, opened at the name that a derivative is taken by."""

from __future__ import annotations

from dataclasses import replace

from lhystudy.checker.meaning.differentiate import Unsupported
from lhystudy.checker.meaning.replace import atoms, with_atoms
from lhystudy.checker.meaning.setting import Defined, Expansion, Recurrence, Setting, depends
from lhystudy.checker.meaning.shapes import Value
from lhystudy.checker.terms import Array, Atom, Index, Term
from lhystudy.words import say


def opened_at(name: str, setting: Setting) -> Setting:
    """The setting in which the defined name is the one that follows from its own earlier entries, where it stands on
    a loop: what followed from its own entries before is defined by it then."""
    own = setting.defined.get(name)
    if own is None:
        return setting
    for recurrence in setting.recurrences.values():
        within = depends(setting, recurrence.value.entry, {name})
        if within and depends(setting, own.value.entry, {recurrence.name}):
            return turned(own, recurrence, setting)
    return setting


def turned(own: Defined, other: Recurrence, setting: Setting) -> Setting:
    if other.bases:
        raise Unsupported(
            say(
                f"how {own.name} starts is not worked out where {other.name} is given a start",
                f"给定了 {other.name} 的初值，这里推不出 {own.name} 的起点",
            )
        )
    keeping = setting.expansion(frozenset({own.name}))
    value = own.value
    entry = with_atoms(keeping.term(value.entry), lambda atom: body(atom, other, keeping))
    axis = steps_back(own.name, value, entry)
    if axis is None:
        return setting
    defined = {known: meaning for known, meaning in setting.defined.items() if known != own.name}
    recurrences = {known: each for known, each in setting.recurrences.items() if known != other.name}
    found = Recurrence(own.name, replace(value, array=Array(value.indices, value.dims, entry)), axis)
    return setting.with_(
        defined={**defined, other.name: Defined(other.name, other.value)},
        recurrences={**recurrences, own.name: found},
    )


def body(atom: Atom, recurrence: Recurrence, expansion: Expansion) -> Term | None:
    if atom.name != recurrence.name:
        return None
    return expansion.term(recurrence.value.at(*atom.indices))


def steps_back(name: str, value: Value, entry: Term) -> int | None:
    """The axis along which every entry of the array in its own definition comes before the one that is defined."""
    inside = [atom for atom in atoms(entry) if atom.name == name]
    for axis, index in enumerate(value.indices):
        if inside and all(before(atom.indices[axis], index) for atom in inside):
            return axis
    return None


def before(place: Index, index: str) -> bool:
    return place.name == index and place.shift < 0
