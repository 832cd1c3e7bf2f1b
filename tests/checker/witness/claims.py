"""Claims in words, by the eigenvalues of matrices and Hessians in random worlds."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from lhystudy.checker.nodes import Claim, Expr, Name, Point
from tests.checker.witness.calculus import derivative
from tests.checker.witness.scene import Scene
from tests.checker.witness.truth import ENOUGH, Truth
from tests.checker.witness.values import Outside, Senseless, Tensor, Unknown, Value
from tests.checker.witness.world import World

ZERO = 1e-9  # relative to the largest entry
POINTS = {"critical point", "saddle point", "local minimum", "local maximum"}


@dataclass(frozen=True)
class ClaimLine:
    """A claim below a scene."""

    claim: Claim
    scene: Scene

    def truth(self, here: list[World]) -> Truth | None:
        """What the worlds say of the claim, None where too few can tell. Raises Unknown."""
        found = []
        try:
            for world in here:
                try:
                    holds = self.holds(world)
                except Outside:
                    continue
                found += [] if holds is None else [holds]
        except Senseless:
            return "senseless"
        if False in found:
            return "fails"
        return "holds" if len(found) >= ENOUGH else None

    def holds(self, world: World) -> bool | None:
        claim = self.claim
        if claim.claim in POINTS and isinstance(claim.subject, Point) and claim.of is not None:
            return self.of_point(world, claim.subject.coordinates, claim.of)
        if claim.claim == "convex" and claim.variable is not None:
            return signs_fit("positive semidefinite", slope(world, claim.subject, (claim.variable,) * 2))
        if claim.claim in POINTS or claim.claim == "convex":
            raise Unknown(claim.claim)
        return of_matrix(claim.claim, world.of(claim.subject).tensor.detach())

    def of_point(self, world: World, coordinates: tuple[Expr, ...], of: Expr) -> bool | None:
        defined = self.scene.defined.get(of.name if isinstance(of, Name) else "")
        if defined is None or len(defined.parameters) != len(coordinates):
            raise Unknown("the function of a point")
        values = [Value(world.scalar(each)) for each in coordinates]
        there = world.where(dict(zip(defined.parameters, values, strict=True)))
        names = tuple(map(Name, defined.parameters))
        slopes = torch.stack([slope(there, of, (name,)) for name in names])
        if bool((slopes.abs() > ZERO).any()):
            return False
        bends = torch.stack([torch.stack([slope(there, of, (one, two)) for two in names]) for one in names])
        wanted = {"local minimum": "positive definite", "local maximum": "negative definite"}
        if self.claim.claim == "critical point":
            return True
        return signs_fit(wanted.get(self.claim.claim, "indefinite"), bends, strictly=True)


def slope(world: World, of: Expr, by: tuple[Expr, ...]) -> Tensor:
    return derivative(world, of, by).tensor


def of_matrix(claim: str, matrix: Tensor) -> bool | None:
    if matrix.dim() != 2 or matrix.shape[0] != matrix.shape[1]:
        raise Senseless("a square matrix is due")
    scale = ZERO * (1 + float(matrix.abs().max()))
    if claim == "symmetric":
        return bool((matrix - matrix.T).abs().max() < scale)
    if claim == "orthogonal":
        return bool((matrix @ matrix.T - torch.eye(len(matrix), dtype=torch.float64)).abs().max() < scale)
    if claim == "singular":
        return bool(torch.linalg.svdvals(matrix).min() < scale)
    if bool((matrix - matrix.T).abs().max() > scale):
        raise Unknown("the sign of a matrix that is not symmetric")
    return signs_fit(claim, matrix)


def signs_fit(claim: str, matrix: Tensor, strictly: bool = False) -> bool | None:
    """Whether the eigenvalues have the signs of the claim; None, if strict, where one of them is 0."""
    matrix = matrix.detach().reshape(1, 1) if matrix.dim() == 0 else matrix.detach()
    if not bool(torch.isfinite(matrix).all()):
        return None
    values = torch.linalg.eigvalsh((matrix + matrix.T) / 2)
    small = ZERO * (1 + float(values.abs().max()))
    low, high = float(values.min()), float(values.max())
    if strictly and bool((values.abs() < small).any()):
        return True if claim == "indefinite" and low < -small and high > small else None
    return {
        "positive definite": low > small,
        "positive semidefinite": low > -small,
        "negative definite": high < -small,
        "negative semidefinite": high < small,
        "indefinite": low < -small and high > small,
    }[claim]
