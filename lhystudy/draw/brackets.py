"""Brackets written as plain signs, matched into fences that can grow."""

from __future__ import annotations

from collections.abc import Sequence as Sized
from dataclasses import replace

from lhystudy.draw.tree import Fence, Node, Scripts, Sequence, Symbol, kind_of, kinds_of

_BARS = ("|", "‖")


def matched(items: Sized[Node]) -> list[Node]:
    """`items` with each pair of brackets and what is between made one fence; scripts of the last bracket become
    the fence's. A bracket without partner stays a sign.
    """
    found: list[list[Node]] = [[]]
    opened: list[Symbol] = []
    for item in items:
        base = item.base if isinstance(item, Scripts) else item
        if isinstance(item, Symbol) and item.kind == "open":
            opened.append(item)
            found.append([])
        elif isinstance(base, Symbol) and base.kind == "close" and base.role == "bracket" and opened:
            inside = _with_bars(found.pop())
            fence = Fence(opened.pop().text, _joined(inside), base.text)
            found[-1].append(replace(item, base=fence) if isinstance(item, Scripts) else fence)
        else:
            found[-1].append(item)
    while opened:
        inside = found.pop()
        found[-1] += [opened.pop(), *inside]
    return _with_bars(found[0])


def _joined(items: list[Node]) -> Node:
    return items[0] if len(items) == 1 else Sequence(tuple(items))


def _bar_of(item: Node) -> Symbol | None:
    base = item.base if isinstance(item, Scripts) else item
    return base if isinstance(base, Symbol) and base.text in _BARS and base.kind in ("ord", "rel") else None


def _with_bars(items: list[Node]) -> list[Node]:
    """The items of one bracket level with |…| and ‖…‖ made fences, and single bars left as signs between."""
    found: list[Node] = []
    opened: list[int] = []  # places in `found` of bars that wait for their partner
    for place, item in enumerate(items):
        bar = _bar_of(item)
        if bar is None:
            found.append(item)
        elif bar.limits and isinstance(item, Scripts) and not opened:
            found = _evaluated(found, bar, item)
        elif opened and _text(found[opened[-1]]) == bar.text and _ends_operand(found):
            start = opened.pop()
            fence = Fence(bar.text, _joined(found[start + 1 :]), bar.text)
            found[start:] = [replace(item, base=fence) if isinstance(item, Scripts) else fence]
        elif isinstance(item, Symbol) and _opens(found, items[place:], bar.text):
            opened.append(len(found))
            found.append(item)
        else:
            found.append(replace(item, kind="rel") if isinstance(item, Symbol) and item.text == "‖" else item)
    return found


def _text(item: Node) -> str:
    return item.text if isinstance(item, Symbol) else ""


def _ends_operand(found: list[Node]) -> bool:
    """Whether a bar behind `found` can close: something stands before it that is no operator."""
    if not found or (isinstance(found[-1], Symbol) and found[-1].text in _BARS):
        return False
    return kinds_of(tuple(found))[-1] not in ("bin", "sign", "rel", "op", "function")


def _opens(found: list[Node], rest: list[Node], sign: str) -> bool:
    partners = sum(bar is not None and bar.text == sign for bar in map(_bar_of, rest))
    if partners < 2:
        return False
    return not _ends_operand(found) or partners % 2 == 0


def _evaluated(found: list[Node], bar: Symbol, item: Scripts) -> list[Node]:
    """A sized bar with an index behind an expression, as in dL/dw |_{w=0}: a bar as high as the expression."""
    start = len(found)
    while start and kind_of(found[start - 1]) not in ("rel", "bin", "open", "punct"):
        start -= 1
    return [*found[:start], replace(item, base=Fence("", _joined(found[start:]), bar.text))]
