"""A typed relation to a fact that can be decided, and its verdict under what is known."""

from __future__ import annotations

from collections.abc import Set as Names
from dataclasses import dataclass, replace
from fractions import Fraction

from lhystudy.checker.deciding.decide import Decision, decide
from lhystudy.checker.meaning.build import apply, minus, number
from lhystudy.checker.meaning.lower import lower
from lhystudy.checker.meaning.optimum import of_optimum
from lhystudy.checker.meaning.recurrences import unfolded
from lhystudy.checker.meaning.replace import free_indices
from lhystudy.checker.meaning.scope import Scope
from lhystudy.checker.meaning.setting import Setting, context_of
from lhystudy.checker.meaning.shapes import IndexFault, ShapeFault, Value, same_shape, shape_text, spelled, spread
from lhystudy.checker.meaning.singles import one_by_one
from lhystudy.checker.meaning.stepping import along_the_steps
from lhystudy.checker.nodes import Add, Binder, Entry, Expr, Name, Negative, Node, Number, Relation, Sum, walk
from lhystudy.checker.terms import Context, Dim, Fact, Index
from lhystudy.checker.verdict import ACCEPTED
from lhystudy.words import say

NO_LETTERS: frozenset[str] = frozenset()
ARRAY_LETTERS = "ijklmnrs"


@dataclass(frozen=True, slots=True)
class Related:
    """A relation in index form, definitions not written out; `setting` knows what its names turned out to be."""

    fact: Fact
    setting: Setting
    letters: frozenset[str]  # free indices that were typed
    notes: tuple[str, ...] = ()


def relate(relation: Relation, setting: Setting, known: Names[str] = NO_LETTERS) -> Related:
    """The relation in index form. Raises Fault. `known` are free letters of the chain above."""
    relation, setting = of_optimum(one_by_one(relation, setting), setting)
    scope = Scope.of(setting, relation)
    return related_to(relation, lower(relation.left, scope), scope, known)


def related_to(relation: Relation, left: Value, scope: Scope, known: Names[str]) -> Related:
    """The relation in index form, its left side lowered in the scope already. Raises Fault."""
    on_left = set(scope.free)
    scope.free.clear()
    right = lower(relation.right, scope)
    dangling(relation, left, scope.free - on_left - known, scope)
    fact = paired(relation, left, right, scope)
    letters = frozenset(on_left | scope.free | known)
    return Related(fact, scope.grown(), letters, tuple(scope.notes))


def dangling(relation: Relation, left: Value, only_right: set[str], scope: Scope) -> None:
    """Raises IndexFault for an index that stands on the right alone of an equation."""
    if not only_right or left.plain or relation.sign not in ("=", "~="):
        return
    letter = min(only_right)
    place = next((node for node in walk(relation.right) if bears(node, letter)), relation.right)
    if left.rank:
        shape = shape_text(left, scope.dims)
        raise IndexFault(
            say(
                f"the index {letter} stands only on the right, and the left side is {shape}; write an entry of it",
                f"指标 {letter} 只出现在右边，而左边是{shape}；请写出它的分量",
            ),
            place,
        )
    repair = renamed(relation.right, letter) or summed(relation.right, letter)
    raise IndexFault(
        say(
            f"the index {letter} stands only on the right; did you mean {spelled(repair)}?",
            f"指标 {letter} 只出现在右边；是否想写 {spelled(repair)}？",
        ),
        place,
    )


def bears(node: Node, letter: str) -> bool:
    """Whether this very node carries the index."""
    return isinstance(node, Entry) and Name(letter) in node.indices


def renamed(side: Expr, letter: str) -> Expr | None:
    """The entry that bears the letter inside a sum over another index, with that index instead; None elsewhere."""
    for node in walk(side):
        if not isinstance(node, Sum):
            continue
        bound = {binder.index for binder in node.binders}
        found = next((part for part in walk(node.body) if isinstance(part, Entry) and bears(part, letter)), None)
        if found is not None and len(bound) == 1 and len(found.indices) == 1:
            return Entry(found.of, (Name(*bound),))
    return None


def summed(side: Expr, letter: str) -> Expr:
    """The side with a sum over the letter around the terms that bear it."""
    match side:
        case Negative(operand):
            return Negative(summed(operand, letter))
        case Add(terms):
            bearing = [term for term in terms if any(bears(node, letter) for node in walk(term))]
            if len(bearing) == 1:
                return Add(tuple(summed(term, letter) if term in bearing else term for term in terms))
    return Sum((Binder(letter),), side)


def paired(relation: Relation, left: Value, right: Value, scope: Scope) -> Fact:
    """Both sides at one entry, for every entry. Raises ShapeFault."""
    left, right = matched(relation, left, right, scope)
    if left.rank == 2 and relation.sign not in ("=", "~=", "!="):
        raise ShapeFault(
            say(
                "matrices have no order: say that one is positive definite, or compare entries",
                "矩阵之间没有大小：请写 … is positive definite，或比较分量",
            ),
            relation,
        )
    taken = scope.free | scope.letters
    names = [letter for letter in ARRAY_LETTERS if letter not in taken][: left.rank]
    places = tuple(map(Index, names))
    one, other = (scope.settled(value.at(*places) if value.rank else value.entry) for value in (left, right))
    free: dict[str, Dim] = dict(zip(names, left.dims, strict=True))
    for letter in (free_indices(one) | free_indices(other)) - set(names):
        free[letter] = scope.range_of(letter)
    return Fact(relation.sign, one, other, {name: scope.dims.find(dim) for name, dim in free.items()})


def matched(relation: Relation, left: Value, right: Value, scope: Scope) -> tuple[Value, Value]:
    """The sides in one shape: a number standing alone is spread."""
    for one, other in ((left, right), (right, left)):
        if one.rank and other.plain and not other.rank:
            if other.entry != number(0):
                side = relation.right if one is left else relation.left
                scope.note(say(f"{spelled(side)} stands at every entry", f"{spelled(side)} 作用于每个分量"))
            (spread_one,) = spread([other], one)
            return (one, spread_one) if one is left else (spread_one, one)
    if not same_shape(left, right, scope.dims):
        raise unlike(relation, left, right, scope)
    return left, right


def unlike(relation: Relation, left: Value, right: Value, scope: Scope) -> ShapeFault:
    one, two = shape_text(left, scope.dims), shape_text(right, scope.dims)
    repair = ""
    dims = [tuple(map(scope.dims.find, value.dims)) for value in (left, right)]
    if left.rank == right.rank and left.rank and dims[0] == dims[1][::-1]:
        repair = say(" (transposed)", "（差一个转置）")
    return ShapeFault(
        say(
            f"the left side is {one}, the right side is {two}{repair}",
            f"左边是{one}，右边是{two}{repair}",
        ),
        relation,
    )


def judge(related: Related, seconds: float, extra: tuple[Fact, ...] = ()) -> Decision:
    """Whether the fact holds under what is known; `extra` are further facts to assume. May raise TooLarge."""
    expansion = related.setting.expansion(solved=True)
    written = expansion.fact(related.fact)
    fact = unfolded(written, expansion)
    context = context_of(related.setting, seconds, tuple(expansion.fact(each) for each in extra))
    decision = judge_unequal(fact, context) if fact.sign == "!=" else decide(fact, context)
    return along_the_steps(written, decision, expansion, context) if related.setting.recurrences else decision


def written_out(related: Related) -> Fact:
    """The fact with its definitions written out. May raise TooLarge."""
    expansion = related.setting.expansion(solved=True)
    return unfolded(expansion.fact(related.fact), expansion)


def judge_unequal(fact: Fact, context: Context) -> Decision:
    """Whether the sides differ everywhere: refuted where they can be made equal; points that differ show nothing."""
    decision = decide(fact, context)
    if decision.verdict != "agrees":
        return decision
    equal = replace(fact, sign="=")
    met = decide(fact, replace(context, facts=(*context.facts, equal)))
    if met.verdict == "refuted":
        return met
    for sign in (">", "<"):
        ordered = decide(replace(fact, sign=sign), context)
        if ordered.verdict in ACCEPTED:
            return ordered
    return Decision("undecided", say("that they never meet could not be shown", "未能证明两边处处不等"))


def judge_rounded(related: Related, relation: Relation, seconds: float) -> Decision:
    """Whether the sides are equal to the digits shown."""
    digits = shown_digits(relation)
    exact = Related(Fact("=", related.fact.left, related.fact.right, related.fact.free), related.setting, NO_LETTERS)
    half = number(Fraction(1, 2) / Fraction(10) ** digits)
    gap = apply("abs", minus(related.fact.left, related.fact.right))
    near = Related(Fact("<=", gap, half, related.fact.free), related.setting, NO_LETTERS)
    decision = judge(near, seconds)
    if decision.verdict != "refuted":
        return decision
    apart = judge(exact, seconds)
    return apart if apart.verdict == "refuted" else decision


def shown_digits(relation: Relation) -> int:
    """How many decimals an `≈` shows: those of a side that is one number, else the most of any number."""
    for side in (relation.right, relation.left):
        alone = literal(side)
        if alone is not None:
            return alone.digits or 0
    return max(
        (part.digits or 0 for part in walk((relation.left, relation.right)) if isinstance(part, Number)), default=0
    )


def literal(node: Expr) -> Number | None:
    if isinstance(node, Negative):
        return literal(node.operand)
    return node if isinstance(node, Number) else None


def names_of(node: Node) -> set[str]:
    """The names typed in it, functions left out."""
    return {part.name for part in walk(node) if isinstance(part, Name)}
