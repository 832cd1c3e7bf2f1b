"""Lines about every entry of a recurrence that starts somewhere: `v_t = (1 - beta^t) g` where v_0 = 0 is given."""

from __future__ import annotations

from dataclasses import replace
from time import monotonic

from lhystudy.checker.deciding.decide import Decision, decide
from lhystudy.checker.deciding.induction import Variable, inductive
from lhystudy.checker.deciding.prove import placed
from lhystudy.checker.meaning.recurrences import at, base_of, unfolded
from lhystudy.checker.meaning.replace import atoms
from lhystudy.checker.meaning.setting import Expansion, Setting
from lhystudy.checker.terms import Atom, Context, Fact, Index, Place
from lhystudy.checker.verdict import ACCEPTED
from lhystudy.words import say

FIRST = 5  # places that are looked at one by one
SHARE = 6  # of them share the time


def along_the_steps(fact: Fact, decision: Decision, expansion: Expansion, context: Context) -> Decision:
    """The verdict on a line about recurrences with a start, given the verdict that knows only their steps: each of the
    first places down to the start, and from each place to the next. Other lines keep the verdict."""
    setting = expansion.setting
    started = [atom for atom in atoms(fact.left) | atoms(fact.right) if _started(atom, setting)]
    letters = {at(atom, setting).name for atom in started}
    if decision.verdict == "proved" or not started:
        return decision
    if len(letters) != 1 or not letters <= set(fact.free):
        return _not_settled() if decision.verdict == "refuted" else decision
    (letter,) = letters
    low = max([1, *(_first(atom, setting) for atom in started)])
    for place in range(low, low + FIRST):
        found = _at(fact, letter, place, expansion, context)
        if found.verdict not in ACCEPTED:
            return found
    deadline = monotonic() + context.seconds / 2
    if inductive(fact, Variable(letter, Place, low), context, deadline, lambda line: unfolded(line, expansion)):
        return Decision("proved", "", None, decision.points_tried)
    last = low + FIRST - 1
    note = say(
        f"seen for {letter} = {low} to {last}, not shown for every {letter}",
        f"对 {letter} = {low} 到 {last} 成立，尚未对每个 {letter} 证明",
    )
    return Decision("agrees", note, None, decision.points_tried)


def _started(atom: Atom, setting: Setting) -> bool:
    """Whether the atom is an entry, at a letter, of a recurrence whose start is given."""
    recurrence = setting.recurrences.get(base_of(atom.name))
    return recurrence is not None and bool(recurrence.bases) and bool(at(atom, setting).name)


def _first(atom: Atom, setting: Setting) -> int:
    """The least value of the letter at which the atom comes after the start."""
    return min(setting.recurrences[base_of(atom.name)].bases) - at(atom, setting).shift


def _at(fact: Fact, letter: str, place: int, expansion: Expansion, context: Context) -> Decision:
    line = unfolded(placed(fact, {letter: Index("", place)}), expansion)
    found = decide(line, replace(context, seconds=context.seconds / SHARE))
    if found.counterexample is None:
        return found
    point = {letter: str(place), **found.counterexample.point}
    return replace(found, counterexample=replace(found.counterexample, point=point))


def _not_settled() -> Decision:
    return Decision("undecided", say("how the recurrence began matters here", "这里要用到递推的初值，无法判定"))
