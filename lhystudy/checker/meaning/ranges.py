"""The ranges of sums and products: what an index runs over, and where it starts and ends."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from lhystudy.checker.meaning.build import number, times, unequal
from lhystudy.checker.meaning.replace import fresh
from lhystudy.checker.meaning.scope import Scope
from lhystudy.checker.meaning.shapes import UNNAMED, IndexFault, ShapeFault, Value, mapped
from lhystudy.checker.nodes import Binder, ProductOver, Sum
from lhystudy.checker.terms import Condition, Const, Dim, Index, Piecewise, Place, Size, SumOver, Term
from lhystudy.checker.terms import ProductOver as ProductTerm
from lhystudy.words import say

Kind = type[SumOver] | type[ProductTerm]
Ends = tuple[Term | None, Term | None]  # the first and the last place of a sum, as typed


def end(binder: Binder, value: Value) -> Term:
    if value.rank:
        raise ShapeFault(say("the ends of a sum are numbers", "求和的上下限应是数"), binder)
    return value.entry


@contextmanager
def bound(binder: Binder, ends: Ends, scope: Scope) -> Iterator[str]:
    """The sum's own name for its index, in force inside the block."""
    outer = scope.bound.get(binder.index)
    if outer is not None:
        scope.note(
            say(f"the inner sum has an index {binder.index} of its own", f"内层求和的指标 {binder.index} 自成一个")
        )
    own = fresh()
    scope.typed[own] = binder.index
    scope.bound[binder.index] = own
    if binder.upper is not None:
        scope.ends[own] = ends
    try:
        yield own
    finally:
        if outer is None:
            del scope.bound[binder.index]
        else:
            scope.bound[binder.index] = outer


def without(body: Value, own: str, excluded: Index, kind: Kind, scope: Scope) -> Value:
    if excluded.name:
        scope.dims.agree(scope.range_of(own), scope.range_of(excluded.name))
    here = Index(own)
    if kind is SumOver:
        return mapped(lambda entry: times(unequal(here, excluded), entry), body)
    at = Place(excluded) if excluded.name else number(excluded.shift)
    same = Condition("=", Place(here), at)
    return mapped(lambda entry: Piecewise(((number(1), same), (entry, None))), body)


def ends_beside(excluded: Index | None, own: str, scope: Scope) -> Ends:
    """The ends of the sum over l, for the m of `m != l` that has none and runs along no dimension that has a name."""
    known = scope.dims.find(scope.ranges.get(own, UNNAMED))
    if excluded is None or not (isinstance(known, str) and known.startswith(UNNAMED)):
        return None, None
    return scope.ends.get(excluded.name, (None, None))


def run(
    node: Sum | ProductOver, binder: Binder, own: str, ends: Ends, scope: Scope
) -> tuple[Dim | None, Term | None, Term | None]:
    """The range of a sum: a whole dimension where it is one, else its two ends."""
    first, last = ends
    known = scope.dims.find(scope.ranges[own]) if own in scope.ranges else None
    if first is None and last is None:
        if known is None or (isinstance(known, str) and known.startswith(UNNAMED * 2)):
            raise IndexFault(
                say(
                    f"nothing says how far {binder.index} runs: write sum_{{{binder.index}=1}}^n",
                    f"没有写明 {binder.index} 取到哪里：请写 sum_{{{binder.index}=1}}^n",
                ),
                node,
            )
        return known, None, None
    first = first if first is not None else number(1)
    if last is None:
        if known is None:
            raise IndexFault(say("this sum has no upper end", "这个求和没有上限"), node)
        last = Size(known) if isinstance(known, str) else number(known)
    end: Dim | None = None
    if isinstance(last, Size):
        end = last.dim
    elif isinstance(last, Const) and last.value.denominator == 1:
        end = int(last.value)
    if first == number(1) and end is not None:
        if known is None or (isinstance(end, str) and scope.dims.agree(known, end)) or known == end:
            return end, None, None
        if end not in dimensions(scope):
            return None, first, last
        raise IndexFault(
            say(
                f"{binder.index} runs to {end} here, but over {known} in what is summed",
                f"这里 {binder.index} 取到 {end}，而被求和的量取遍 {known}",
            ),
            node,
        )
    return None, first, last


def dimensions(scope: Scope) -> set[Dim]:
    return {dim for symbol in scope.setting.problem.symbols.values() for dim in symbol.dims if isinstance(dim, str)}
