"""Derivatives, gradients and means in a world, as the language's page says what they are."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import torch

from lhystudy.checker.nodes import Call, Entry, Expectation, Expr, Name, Product
from tests.checker.witness.scene import single
from tests.checker.witness.values import Senseless, Unknown, Value, finite, leaf_of, mapped, slopes, total

if TYPE_CHECKING:
    from tests.checker.witness.world import World

Mean = Callable[["World", Expectation, Expr], Value]


def derivative(world: World, of: Expr, by: tuple[Expr, ...]) -> Value:
    """The derivative by each in turn; definitions are gone through until the variable itself appears."""
    names = [variable(world, each) for each in by]
    leaves = {name: Value(leaf_of(world.name(name).tensor), world.name(name).row) for name in names}
    value = world.where(leaves, differentiating=True).of(of)
    tensor, row = value.tensor, value.row
    for each, name in zip(by, names, strict=True):
        leaf = leaves[name]
        whole = isinstance(each, Name) or single(each) == name
        rank = tensor.dim()
        if rank + (leaf.rank if whole else 0) > 2:
            raise Senseless("more than two indices")
        tensor = slopes(tensor, leaf.tensor)
        if not whole:
            assert isinstance(each, Entry)
            for place in world.indices(each, leaf):
                tensor = tensor.select(rank, place)
        row = row if tensor.dim() == rank else leaf.row and not rank
    return finite(Value(tensor, row))


def variable(world: World, node: Expr) -> str:
    match node:
        case Name(name) if name not in world.places:
            return name
        case Entry(Name(name)):
            whole = single(node)
            if whole is not None and not world.scene.is_array(name):
                return whole
            return name
    raise Unknown("a derivative by this")


def gradient(world: World, of: Expr, by: Expr | None, order: int) -> Value:
    if by is not None:
        return derivative(world, of, (by,) * order)
    name = of.function if isinstance(of, Call) else of.name if isinstance(of, Name) else ""
    defined = world.scene.defined.get(name)
    if defined is None or not defined.parameters:
        raise Senseless("by which variable")
    names = [Name(each) for each in defined.parameters]
    if len(names) == 1:
        return derivative(world, of, (names[0],) * order)
    if order == 1:
        return Value(torch.stack([derivative(world, of, (one,)).tensor for one in names]))
    return Value(
        torch.stack([torch.stack([derivative(world, of, (one, two)).tensor for two in names]) for one in names])
    )


def expectation(world: World, node: Expectation) -> Value:
    if node.under is not None:
        return covariance(world, node, under)
    if not world.outcomes:
        raise Unknown("random variables")
    return covariance(world, node, mean)


def covariance(world: World, node: Expectation, mean: Mean) -> Value:
    left, right = node.args[0], node.args[-1]
    if node.kind == "E":
        return mean(world, node, left)
    both = mean(world, node, Product(left, right))
    return mapped(lambda ab, a, b: ab - a * b, both, mean(world, node, left), mean(world, node, right))


def mean(world: World, node: Expectation, body: Expr) -> Value:
    parts = [
        mapped(torch.mul, Value(share), world.where({k: Value(v) for k, v in values.items()}).of(body))
        for share, values in world.outcomes
    ]
    return total(parts)


def under(world: World, node: Expectation, body: Expr) -> Value:
    assert node.under is not None
    shares, value = world.of(node.under), world.of(body)
    if shares.rank != 1 or value.rank > 1 or (value.rank and value.tensor.shape != shares.tensor.shape):
        raise Senseless("a mean under this")
    return finite(Value((shares.tensor * value.tensor).sum()))
