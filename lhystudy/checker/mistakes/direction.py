"""An inequality the wrong way round."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from lhystudy.checker.mistakes.edit import Edit, Scene
from lhystudy.checker.nodes import Sign
from lhystudy.words import say

REVERSED: dict[str, tuple[Sign, ...]] = {
    "<": (">", ">=", "<="), "<=": (">=",), ">": ("<", "<=", ">="), ">=": ("<=",), "!=": ("=",),
}  # fmt: skip


def edits(scene: Scene) -> Iterator[Edit]:
    """The relation with its sign turned around, or made to allow equality."""
    relation = scene.relation
    for sign in REVERSED.get(relation.sign, ()):
        yield Edit(
            "direction",
            replace(relation, sign=sign),
            relation,
            1,
            say("Which side is the larger one? Try a number.", "哪一边更大？代一个数试试。"),
            say(f"{relation.sign} should be {sign}.", f"{relation.sign} 应是 {sign}。"),
        )
