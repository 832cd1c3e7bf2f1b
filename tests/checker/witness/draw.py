"""Random worlds that satisfy what is given: names by their types, assumptions met by Newton's method."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import product as grid
from random import Random

import torch

from lhystudy.checker.nodes import Call, Delta, Entry, Name, ProductOver, Relation, Sum
from tests.checker.witness.ranges import run
from tests.checker.witness.scene import SPECIALS, Declared, Scene, bound_in, letters_in, single, walk
from tests.checker.witness.values import Tensor, Unknown, Value, mapped, spread
from tests.checker.witness.world import Outcomes, World

SCALES = (0.5, 1.0, 1.0, 2.0)
SPECIAL = (-2.0, -1.0, -0.5, 0.0, 0.0, 0.5, 1.0, 1.0, 2.0)
STEPS = 60  # of Newton's method
MET = 1e-11
OUTCOMES = 4  # of all random variables that depend on each other
OWN_OUTCOMES = 3  # of an independent one


def draw(scene: Scene, trees: tuple[object, ...], chance: Random, special: bool) -> World | None:
    """A world for the lines above and these trees, or None where none was found at this try."""
    sizes = drawn_sizes(scene, chance)
    parts = [part_of(name, kind, scene, sizes, chance, special) for name, kind in unknowns(scene, trees).items()]
    fixed = {part.name: part.start for part in parts if part.discrete}
    free = [part for part in parts if not part.discrete]
    rules = {name: smooth(chance) for name, kind in scene.declared.items() if kind.type == "function"}
    shares = drawn_shares(scene, chance)

    def world(theta: Tensor) -> World:
        values, at = dict(fixed), 0
        for part in free:
            count = part.start.numel()
            values[part.name] = part.to_type(theta[at : at + count].reshape(part.start.shape))
            at += count
        plain = {name: Value(value) for name, value in values.items() if name not in shares.axes}
        return World(scene, sizes, plain, rules, shares.outcomes(values))

    theta = torch.cat([part.start.reshape(-1) for part in free]) if free else torch.zeros(0, dtype=torch.float64)
    wanted = (*scene.facts, *scene.equations)
    if wanted:
        margin = 0.0 if special else chance.choice([1e-3, 0.05, 0.3])
        orders = tuple(fact for fact in wanted if fact.sign != "=")
        for facts in (orders, wanted):  # a place inside the orders first: outside an equation may have no value
            found = met(theta, partial(missed_by, world, facts, margin))
            if found is None:
                return None
            theta = found
    here = world(theta)
    return here if all(kept(here, fact) for fact in wanted) else None


# ---- what is drawn -------------------------------------------------------------------------------


def drawn_sizes(scene: Scene, chance: Random) -> dict[str, int]:
    """Different sizes for different dimensions, none of them one that is written as a number."""
    taken = {dim for kind in scene.declared.values() for dim in kind.dims if isinstance(dim, int)}
    names = sorted(scene.sizes)
    least = 1 if chance.random() < 0.3 else 2
    pool = [size for size in range(least, len(names) + len(taken) + least + 2) if size not in taken]
    sizes = dict(zip(names, chance.sample(pool, len(names)), strict=True))
    for name, other in scene.sized:
        sizes[name] = other if isinstance(other, int) else sizes[other]
    return sizes


def unknowns(scene: Scene, trees: tuple[object, ...]) -> dict[str, Declared]:
    """Every name with a value of its own, and its type."""
    everything = (*trees, *scene.facts, *scene.equations, *(one.body for one in scene.defined.values()))
    parameters = {name for one in scene.defined.values() for name in one.parameters}
    own = {name: kind for name, kind in scene.declared.items() if kind.type != "function"}
    found = {name: kind for name, kind in own.items() if name not in scene.defined and name not in scene.sizes}
    letters = letters_in(everything) | bound_in(everything)
    for node in walk(everything):
        if isinstance(node, Call):
            continue
        name = single(node) if isinstance(node, Entry) else node.name if isinstance(node, Name) else None
        base = node.of.name if isinstance(node, Entry) and isinstance(node.of, Name) else name
        if name is None or name in scene.sizes or name in scene.defined or name in scene.declared:
            continue
        if name in SPECIALS | letters or base == "I" or (base != name and base is not None and scene.is_array(base)):
            continue
        found[name] = Declared()
    for name in parameters - set(found) - set(scene.defined) - set(scene.declared):
        found[name] = Declared()
    bases = {node.of.name for node in walk(everything) if isinstance(node, Entry) and isinstance(node.of, Name)}
    return {name: kind for name, kind in sorted(found.items()) if name not in bases or name in own}


@dataclass(frozen=True)
class Part:
    """A name: where its unbounded parameters start, and what they are made into."""

    name: str
    start: Tensor
    to_type: Callable[[Tensor], Tensor]
    discrete: bool = False


def part_of(name: str, kind: Declared, scene: Scene, sizes: Mapping[str, int], chance: Random, special: bool) -> Part:
    shape = [dim if isinstance(dim, int) else sizes[dim] for dim in kind.dims] * (1 + (kind.type == "symmetric"))
    if kind.type == "random":
        shape = [OWN_OUTCOMES if name in scene.independent else OUTCOMES]
    count = 1
    for size in shape:
        count *= size
    scale = chance.choice(SCALES)
    raw = [chance.choice(SPECIAL) if special else chance.gauss(0, scale) for _ in range(count)]
    start = torch.tensor(raw, dtype=torch.float64).reshape(shape)
    match kind.type:
        case "integer":
            return Part(name, torch.tensor(float(chance.randint(-2, 5)), dtype=torch.float64), same, True)
        case "onehot":
            return Part(name, torch.eye(count, dtype=torch.float64)[chance.randrange(count)], same, True)
        case "positive":
            return Part(name, torch.log(start.abs() + 0.5) if special else start, torch.exp)
        case "unit":
            return Part(name, torch.zeros_like(start) if special else start, torch.sigmoid)
        case "simplex":
            return Part(name, start, lambda x: torch.softmax(x, 0))
        case "symmetric":
            return Part(name, start, lambda x: (x + x.mT) / 2)
    return Part(name, start, same)


def same(x: Tensor) -> Tensor:
    return x


def smooth(chance: Random) -> Callable[[Tensor], Tensor]:
    a, b, c, d, e = (chance.gauss(0, 1) for _ in range(5))
    return lambda x: a * torch.sin(b * x + c) + d * x + e * x**2 / 3 + torch.tanh(x - b)


@dataclass(frozen=True)
class Shares:
    """Axes of the space of outcomes: one a dependent group, one an independent random variable."""

    axes: Mapping[str, int]
    weights: tuple[Tensor, ...]

    def outcomes(self, values: Mapping[str, Tensor]) -> Outcomes:
        if not self.axes:
            return ()
        found = []
        for at in grid(*(range(len(weights)) for weights in self.weights)):
            share = torch.stack([weights[place] for weights, place in zip(self.weights, at, strict=True)]).prod()
            found.append((share, {name: values[name][at[axis]] for name, axis in self.axes.items()}))
        return tuple(found)


def drawn_shares(scene: Scene, chance: Random) -> Shares:
    random = [name for name, kind in scene.declared.items() if kind.type == "random"]
    if not random:
        return Shares({}, ())
    own = [name for name in random if name in scene.independent]
    axes = {name: 0 for name in random if name not in own} | {name: 1 + place for place, name in enumerate(own)}
    counts = [OUTCOMES if len(own) < len(random) else 1, *([OWN_OUTCOMES] * len(own))]
    logits = [torch.tensor([chance.gauss(0, 1) for _ in range(count)], dtype=torch.float64) for count in counts]
    return Shares(axes, tuple(torch.softmax(each, 0) for each in logits))


# ---- assumptions ---------------------------------------------------------------------------------


def met(theta: Tensor, residuals: Callable[[Tensor], Tensor]) -> Tensor | None:
    """Parameters at which all residuals vanish, found from these; None where Newton's method finds none."""
    missed = residuals(theta).detach()
    for _ in range(STEPS):
        if not bool(torch.isfinite(missed).all()):
            return None
        if float(missed.abs().max() if len(missed) else 0.0) < MET:
            return theta
        if not len(theta):
            return None
        slope = torch.autograd.functional.jacobian(residuals, theta)
        if not bool(torch.isfinite(slope).all()):
            return None
        step = torch.linalg.pinv(slope, rtol=1e-9) @ missed
        for shrink in (1.0, 0.5, 0.1, 0.01):
            trial = theta - shrink * step
            here = residuals(trial).detach()
            if float(here.norm()) < float(missed.norm()):
                break
        else:
            return None
        theta, missed = trial, here
    return None


def missed_by(world: Callable[[Tensor], World], facts: tuple[Relation, ...], margin: float, theta: Tensor) -> Tensor:
    return misses(world(theta), facts, margin)


def misses(world: World, facts: tuple[Relation, ...], margin: float) -> Tensor:
    """How far each entry of each fact is from holding: 0 where it does."""
    found = [torch.zeros(0, dtype=torch.float64)]
    for fact in facts:
        for left, right in sides(world, fact):
            gap = left - right
            if fact.sign == "=":
                found.append(gap.reshape(-1))
            elif fact.sign in ("<", "<=", ">", ">="):
                found.append(torch.relu(margin - gap if fact.sign[0] == ">" else margin + gap).reshape(-1))
            elif fact.sign != "!=":
                raise Unknown(fact.sign)
    return torch.cat(found)


def kept(world: World, fact: Relation) -> bool:
    for left, right in sides(world, fact):
        gap = float((left - right).detach().abs().min())
        signed = (left - right).detach()
        if fact.sign in ("<", ">") and not bool((signed < 0 if fact.sign == "<" else signed > 0).all()):
            return False
        if fact.sign == "!=" and gap < 1e-6:
            return False
    return True


def sides(world: World, fact: Relation) -> list[tuple[Tensor, Tensor]]:
    """Both sides at every place of the free letters. Raises Senseless, Outside or Unknown."""
    return [two_sides(at, fact) for at in at_every_place(world, fact)]


def two_sides(world: World, fact: Relation) -> tuple[Tensor, Tensor]:
    left, right = world.both(fact.left, fact.right)
    left, right = spread([left, right])
    mapped(torch.sub, left, right)
    return left.tensor, right.tensor


def at_every_place(world: World, relation: object) -> list[World]:
    letters = free_letters(relation, world.scene)
    ranges = [range(1, run(world, letter, relation) + 1) for letter in letters]
    return [world.at(**dict(zip(letters, at, strict=True))) for at in grid(*ranges)]


def free_letters(node: object, scene: Scene) -> list[str]:
    """Letters in subscripts that no sum around them binds and that are no number of their own."""
    letters = unbound(node, frozenset())
    return sorted(each for each in letters if each not in SPECIALS and not scene.is_number(each))


def unbound(node: object, bound: frozenset[str]) -> set[str]:
    if isinstance(node, tuple):
        return {letter for part in node for letter in unbound(part, bound)}
    found: set[str] = set()
    if isinstance(node, Sum | ProductOver):
        found |= {binder.excluding.name for binder in node.binders if isinstance(binder.excluding, Name)} - bound
        bound |= {binder.index for binder in node.binders}
    if isinstance(node, Entry):
        is_size = node.of == Name("I") and len(node.indices) == 1
        found |= set() if is_size else {part.name for part in walk(node.indices) if isinstance(part, Name)}
    if isinstance(node, Delta):
        found |= {part.name for part in walk((node.left, node.right)) if isinstance(part, Name)}
    children = [getattr(node, name) for name in getattr(node, "__dataclass_fields__", {}) if name != "span"]
    inner = {letter for child in children if not isinstance(child, str) for letter in unbound(child, bound)}
    return (found - bound) | inner
