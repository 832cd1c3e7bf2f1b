"""Conditions and pieces in a world."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from lhystudy.checker.nodes import Expr, Relation
from tests.checker.witness.functions import kink
from tests.checker.witness.values import Value, number

if TYPE_CHECKING:
    from tests.checker.witness.world import World

NAN = number(torch.nan)


def holds(world: World, relation: Relation) -> bool | None:
    """Whether it holds; None where floating point or a derivative cannot tell."""
    left, right = world.scalar(relation.left), world.scalar(relation.right)
    if bool(kink(left - right, world.differentiating).isnan()):
        return None
    one, other = left.item(), right.item()
    tests = {"=": one == other, "!=": one != other, "<": one < other, "<=": one <= other}
    here = {**tests, ">": one > other, ">=": one >= other}[relation.sign]
    rest = [holds(world, more) for more in relation.both]
    return None if None in rest else here and all(rest)


def cases(world: World, pieces: tuple[tuple[Expr, Relation | None], ...]) -> Value:
    for value, condition in pieces:
        here = True if condition is None else holds(world, condition)
        if here is None:
            return NAN
        if here:
            return world.of(value)
    return NAN
