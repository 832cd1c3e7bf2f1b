"""Recurrences: `h_t = tanh(w h_{t-1} + u x_t)` unfolds as far as a line needs, and so do its derivatives.

The derivative of h_t by w is an array of its own, named `∂[h]/∂[w]`, whose recurrence is that of h differentiated.
"""

from __future__ import annotations

from dataclasses import dataclass

from lhystudy.checker.meaning.build import ONE, ZERO, number, plus
from lhystudy.checker.meaning.differentiate import Unsupported, differentiate
from lhystudy.checker.meaning.replace import Replacement, atoms, size, with_atoms
from lhystudy.checker.meaning.setting import LARGEST, Expansion, Recurrence, Setting, TooLarge, depends
from lhystudy.checker.terms import Atom, Const, Fact, Index, Steps, SumOver, Term
from lhystudy.words import say

STEPS = 12  # that a line may be unfolded

OPEN, MIDDLE, CLOSE = "∂[", "]/∂[", "]"


def derivative_name(name: str, by: str) -> str:
    return f"{OPEN}{name}{MIDDLE}{by}{CLOSE}"


def parts_of(name: str) -> tuple[str, str] | None:
    """The array and the variable of a derivative's name, or None for any other name."""
    if not name.startswith(OPEN):
        return None
    depth = 0
    for place in range(len(name)):
        depth += name.startswith(OPEN, place) - name.startswith(MIDDLE, place)
        if depth == 0 and name.startswith(MIDDLE, place):
            return name[len(OPEN) : place], name[place + len(MIDDLE) : -len(CLOSE)]
    return None


def base_of(name: str) -> str:
    """The array at the bottom of a derivative of a derivative."""
    parts = parts_of(name)
    return name if parts is None else base_of(parts[0])


@dataclass(frozen=True)
class Flow:
    """How a variable reaches an array that is given by a recurrence."""

    setting: Setting

    def derivative(self, atom: Atom, by: Atom) -> Term | None:
        """The derivative of an atom by another where a recurrence lies between them, else None."""
        base = base_of(atom.name)
        recurrence = self.setting.recurrences.get(base)
        if recurrence is None:
            return None
        if by.name == atom.name:
            return self.of_itself(atom, by, recurrence)
        if not depends(self.setting, recurrence.value.entry, frozenset({by.name})):
            return None
        return Atom(derivative_name(atom.name, by.name), atom.indices + by.indices)

    def of_itself(self, atom: Atom, by: Atom, recurrence: Recurrence) -> Term | None:
        """h_t by h_s: nothing in between where t does not come after s; else it should have been unfolded."""
        here, there = atom.indices[recurrence.axis], by.indices[recurrence.axis]
        if here.name == there.name:
            return None
        raise Unsupported(
            say(
                f"how many steps lie between two entries of {atom.name} is not known here",
                f"这里不知道 {atom.name} 的两个分量之间隔了几步",
            )
        )


def unfolded_for(term: Term, by: Atom, expansion: Expansion) -> Term:
    """The term with later entries of the variable's own recurrence written out down to the variable."""
    recurrence = expansion.setting.recurrences.get(by.name)
    if recurrence is None:
        return term
    there = by.indices[recurrence.axis]
    term = Reached(by.name, recurrence.axis, there)(term)
    for _ in range(STEPS):
        later = {
            atom
            for atom in atoms(term)
            if atom.name == by.name
            and atom.indices[recurrence.axis].name == there.name
            and atom.indices[recurrence.axis].shift > there.shift
        }
        if not later:
            return term
        term = unfold(term, later, expansion)
    raise TooLarge


class Reached(Replacement):
    """Sums over a few steps by number: one by one where an entry `name` at a fixed place is asked for."""

    def __init__(self, name: str, axis: int, there: Index) -> None:
        super().__init__()
        self.name, self.axis, self.there = name, axis, there

    def _binding(self, term: Term) -> Term:
        written = super()._binding(term)
        return self.summands(written) if isinstance(written, SumOver) else written

    def summands(self, term: SumOver) -> Term:
        running = any(
            atom.name == self.name and atom.indices[self.axis].name == term.index for atom in atoms(term.body)
        )
        first = ONE if term.lower is None else term.lower
        last = number(term.dim) if isinstance(term.dim, int) else term.upper
        if not running or self.there.name or not isinstance(first, Const) or not isinstance(last, Const):
            return term
        places = range(int(first.value), int(last.value) + 1)
        if len(places) > STEPS:
            return term
        return plus(*(Replacement({term.index: Index("", place)})(term.body) for place in places))


def unfolded(fact: Fact, expansion: Expansion) -> Fact:
    """Both sides with recurrences unfolded to the earliest entry that stands in them; once where all stand level."""
    setting = expansion.setting
    if not setting.recurrences:
        return fact
    left, right = fact.left, fact.right
    bottoms: dict[str, int] = {}
    first = True
    for _ in range(STEPS):
        found = [atom for atom in atoms(left) | atoms(right) if recurrent(atom, setting, fact)]
        if first:
            bottoms = lowest([atom for atom in atoms(left) | atoms(right) if stepping(atom, setting)], setting)
        later = {atom for atom in found if at(atom, setting).shift > bottoms[at(atom, setting).name]}
        if not later and first:
            later = set(found)
            bottoms = {name: shift - 1 for name, shift in bottoms.items()}
        first = False
        later |= {atom for atom in atoms(left) | atoms(right) if dated(atom, setting)}
        if not later:
            break
        left, right = (unfold(side, later, expansion) for side in (left, right))
    return Fact(fact.sign, left, right, fact.free)


def stepping(atom: Atom, setting: Setting) -> bool:
    return base_of(atom.name) in setting.recurrences


def recurrent(atom: Atom, setting: Setting, fact: Fact) -> bool:
    """Whether the atom can be unfolded: of a recurrence, at a free or a fixed place that its base does not give."""
    recurrence = setting.recurrences.get(base_of(atom.name))
    if recurrence is None:
        return False
    place = atom.indices[recurrence.axis]
    if place.name:
        return place.name in fact.free
    return place.shift > min(recurrence.bases, default=0) and place.shift not in recurrence.bases


def dated(atom: Atom, setting: Setting) -> bool:
    """Whether this is a derivative by an entry along the same steps: unfolded until no step is left between them."""
    recurrence = setting.recurrences.get(base_of(atom.name))
    if recurrence is None or parts_of(atom.name) is None:
        return False
    rank = recurrence.value.rank
    return any(index.name == atom.indices[recurrence.axis].name for index in atom.indices[rank:])


def at(atom: Atom, setting: Setting) -> Index:
    return atom.indices[setting.recurrences[base_of(atom.name)].axis]


def lowest(found: list[Atom], setting: Setting) -> dict[str, int]:
    """The earliest place among the atoms, for each index that they stand at; fixed ones go down to a given base."""
    bottoms: dict[str, int] = {}
    for atom in found:
        place = at(atom, setting)
        shifts = [place.shift, bottoms.get(place.name, place.shift)]
        if not place.name:
            shifts += setting.recurrences[base_of(atom.name)].bases
        bottoms[place.name] = min(shifts)
    return bottoms


def unfold(term: Term, chosen: set[Atom], expansion: Expansion) -> Term:
    """The term with each chosen atom written out by one step of its recurrence."""
    answers = {atom: one_step(atom, expansion) for atom in chosen}
    written = with_atoms(term, answers.get)
    if size(written, LARGEST) > LARGEST:
        raise TooLarge
    return written


def one_step(atom: Atom, expansion: Expansion) -> Term:
    parts = parts_of(atom.name)
    if parts is None:
        recurrence = expansion.setting.recurrences[atom.name]
        return based(body_of(recurrence, atom.indices, expansion), expansion.setting)
    return based(step_of_derivative(atom, *parts, expansion), expansion.setting)


def step_of_derivative(atom: Atom, name: str, by: str, expansion: Expansion) -> Term:
    """One step of the recurrence of a derivative; 0 where the variable comes later than anything in the array."""
    setting = expansion.setting
    recurrence = setting.recurrences[base_of(name)]
    inner = parts_of(name)
    held = Expansion(setting, expansion.keep | {by}, expansion.known_dims, expansion.solved)
    own = atom.indices[: len(atom.indices) - variable_rank(by, setting)]
    variable = Atom(by, atom.indices[len(own) :])
    body = body_of(recurrence, own, held) if inner is None else one_step(Atom(name, own), held)
    here = own[recurrence.axis]
    reach = furthest(body, here, by, held, frozenset({base_of(name)}))
    if any(
        index.name == here.name and reach is not None and index.shift > here.shift + reach for index in variable.indices
    ):
        return ZERO
    return expansion.term(differentiate(body, variable, Flow(setting).derivative))


def body_of(recurrence: Recurrence, own: tuple[Index, ...], expansion: Expansion) -> Term:
    """What the entry is made of: its base where it has one, else the step that leads to it."""
    place = own[recurrence.axis]
    if not place.name and place.shift in recurrence.bases:
        return expansion.term(recurrence.bases[place.shift].at(*without(own, recurrence.axis)))
    return expansion.term(recurrence.value.at(*own))


def variable_rank(name: str, setting: Setting) -> int:
    if name in setting.recurrences:
        return setting.recurrences[name].value.rank
    if name in setting.defined:
        return setting.defined[name].value.rank
    symbol = setting.problem.symbols.get(name)
    return symbol.rank if symbol is not None else len(setting.arrays.get(name, ()))


def furthest(body: Term, here: Index, by: str, expansion: Expansion, passed: frozenset[str]) -> int | None:
    """How many steps after `here` the latest entry of the variable stands that the body reaches; None for none."""
    found: list[int] = []
    for atom in atoms(body):
        if atom.name == by:
            found += [index.shift - here.shift for index in atom.indices if index.name == here.name]
        name = base_of(atom.name)
        recurrence = expansion.setting.recurrences.get(name)
        if recurrence is None or name == by or name in passed:
            continue
        place = atom.indices[recurrence.axis]
        inner = expansion.term(recurrence.value.at(*atom.indices[: recurrence.value.rank]))
        later = furthest(inner, place, by, expansion, passed | {name})
        if later is not None and place.name == here.name:
            found.append(place.shift - here.shift + later)
    return max(found, default=None)


def followed(setting: Setting) -> Steps:
    """How entries of the setting's recurrences, and derivatives of them, follow from earlier ones."""
    expansion = setting.expansion(solved=True)

    def step(atom: Atom) -> Term | None:
        recurrence = setting.recurrences.get(base_of(atom.name))
        if recurrence is None or not atom.indices:
            return None
        return start(atom, recurrence) or (None if at_start(atom, recurrence) else one_step(atom, expansion))

    bodies = (expansion.value(recurrence.value).array for recurrence in setting.recurrences.values())
    facts = tuple(Fact("=", body.entry, body.entry, dict(zip(body.indices, body.dims, strict=True))) for body in bodies)

    def place(atom: Atom) -> Index | None:
        return at(atom, setting) if atom.indices and stepping(atom, setting) else None

    def tied(name: str) -> bool:
        return parts_of(name) is not None or bool(setting.recurrences[name].bases)

    return Steps(step, place, tied, facts)


def at_start(atom: Atom, recurrence: Recurrence) -> bool:
    """Whether no step leads to the entry: it stands at 0 or before, or before the entries that are given."""
    place = atom.indices[recurrence.axis]
    return not place.name and (place.shift <= 0 or place.shift < min(recurrence.bases, default=0))


def start(atom: Atom, recurrence: Recurrence) -> Term | None:
    """What is known of an entry that a recurrence starts from, or of a derivative of one that stands for itself."""
    place = atom.indices[recurrence.axis]
    if place.name or place.shift in recurrence.bases:
        given = parts_of(atom.name) is None and not place.name
        return recurrence.bases[place.shift].at(*without(atom.indices, recurrence.axis)) if given else None
    return ZERO if parts_of(atom.name) is not None and at_start(atom, recurrence) else None


def without(indices: tuple[Index, ...], axis: int) -> tuple[Index, ...]:
    return indices[:axis] + indices[axis + 1 :]


def based(term: Term, setting: Setting) -> Term:
    """The term with the entries that a recurrence starts from."""

    def answer(atom: Atom) -> Term | None:
        recurrence = setting.recurrences.get(base_of(atom.name))
        return None if recurrence is None else start(atom, recurrence)

    return with_atoms(term, answer)
