"""What a typed expression means, and its derivatives, against torch in float64."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch

from lhystudy.checker.judge import judge_line
from lhystudy.checker.meaning.lower import lower
from lhystudy.checker.meaning.scope import Scope
from lhystudy.checker.meaning.shapes import Value
from lhystudy.checker.reading.parse import read_expression
from lhystudy.checker.standing import Standing
from tests.checker.oracle import Oracle, Tensor

Values = dict[str, Tensor]
SIZES = {"m": 2, "n": 3, "N": 4}
SCENE = (
    "let A, B : matrix(n, n)",
    "let W : matrix(m, n)",
    "let X : matrix(N, n)",
    "let x, y : vector(n)",
    "let b, g : vector(m)",
    "let r : vector(N)",
    "let p, q : simplex(n)",
    "let c, s : real",
    "given z = W x + b",
    "given a = tanh(z)",
    "given u = softmax(A x)",
)


def known(seed: int) -> Values:
    """Tensors for every name of the scene; A and B are far from singular."""
    torch.manual_seed(seed)

    def rand(*shape: int) -> Tensor:
        return torch.randn(shape, dtype=torch.float64)

    values = {"W": rand(2, 3), "X": rand(4, 3), "x": rand(3), "y": rand(3), "b": rand(2), "g": rand(2), "r": rand(4)}
    eye = torch.eye(3, dtype=torch.float64)
    values |= {"A": rand(3, 3) + 3 * eye, "B": rand(3, 3) + 3 * eye, "c": rand(), "s": rand()}
    return values | {"p": torch.softmax(rand(3), 0), "q": torch.softmax(rand(3), 0)}


def meaning(expression: str) -> Value:
    """The lowered expression in the scene, definitions written out."""
    standing = Standing()
    for line in SCENE:
        _, standing = judge_line(1, line, standing, 10.0)
    node = read_expression(expression, standing.setting.problem)
    scope = Scope.of(standing.setting, node)
    value = lower(node, scope)
    return scope.grown().expansion().value(scope.settled_value(value))


def mean_square(v: Values) -> Tensor:
    return ((v["x"] - v["x"].mean()) ** 2).mean()


def u_of(v: Values) -> Tensor:
    return torch.softmax(v["A"] @ v["x"], 0)


EXPRESSIONS: list[tuple[str, Callable[[Values], Tensor]]] = [
    ("W x + b", lambda v: v["W"] @ v["x"] + v["b"]),
    ("W x + 1", lambda v: v["W"] @ v["x"] + 1),
    ("x^T A y", lambda v: v["x"] @ v["A"] @ v["y"]),
    ("x y^T", lambda v: torch.outer(v["x"], v["y"])),
    ("x · y", lambda v: v["x"] @ v["y"]),
    ("y^T A x - 2 c", lambda v: v["y"] @ v["A"] @ v["x"] - 2 * v["c"]),
    ("tr(A B^T)", lambda v: torch.trace(v["A"] @ v["B"].T)),
    ("A^-1 x", lambda v: torch.linalg.inv(v["A"]) @ v["x"]),
    ("A^-2", lambda v: torch.linalg.matrix_power(v["A"], -2)),
    ("A^3", lambda v: torch.linalg.matrix_power(v["A"], 3)),
    ("det(A B)", lambda v: torch.linalg.det(v["A"] @ v["B"])),
    ("(A B x)^T", lambda v: v["A"] @ v["B"] @ v["x"]),
    ("softmax(W x)", lambda v: torch.softmax(v["W"] @ v["x"], 0)),
    ("softmax(A)", lambda v: torch.softmax(v["A"], 1)),
    ("logsumexp(x)", lambda v: torch.logsumexp(v["x"], 0)),
    ("‖A‖^2 + ‖x‖", lambda v: (v["A"] ** 2).sum() + v["x"].norm()),
    ("diag(x) A - diag(A) y^T", lambda v: torch.diag(v["x"]) @ v["A"] - torch.outer(torch.diag(v["A"]), v["y"])),
    ("σ(W x) ⊙ b", lambda v: torch.sigmoid(v["W"] @ v["x"]) * v["b"]),
    ("W^T g ⊙ x", lambda v: (v["W"].T @ v["g"]) * v["x"]),
    ("sum_i sum_j x_i A_ij y_j", lambda v: v["x"] @ v["A"] @ v["y"]),
    (
        "sum_j sum_{i != j} A_ij x_i y_j",
        lambda v: v["x"] @ v["A"] @ v["y"] - (torch.diag(v["A"]) * v["x"] * v["y"]).sum(),
    ),
    ("1/n sum_i (x_i - 1/n sum_j x_j)^2", mean_square),
    ("max(x) - min(y)", lambda v: v["x"].max() - v["y"].min()),
    ("max(x, y) + relu(x)", lambda v: torch.maximum(v["x"], v["y"]) + torch.relu(v["x"])),
    ("H(p, q) - H(p) - KL(p || q)", lambda v: torch.zeros((), dtype=torch.float64)),
    ("KL(p || q)", lambda v: (v["p"] * (v["p"] / v["q"]).log()).sum()),
    ("E_p[log q]", lambda v: (v["p"] * v["q"].log()).sum()),
    ("log2(p)", lambda v: v["p"].log2()),
    ("prod_i (1 + x_i^2)", lambda v: (1 + v["x"] ** 2).prod()),
    ("sum_{k=1}^5 k^2", lambda v: torch.tensor(55.0, dtype=torch.float64)),
    ("sum_i 1[x_i > 0] x_i", lambda v: torch.relu(v["x"]).sum()),
    ("[c, s, c s]", lambda v: torch.stack([v["c"], v["s"], v["c"] * v["s"]])),
    (
        "[[c, 1], [s, c]] [x_1, x_2]",
        lambda v: torch.stack([v["c"] * v["x"][0] + v["x"][1], v["s"] * v["x"][0] + v["c"] * v["x"][1]]),
    ),
    ("x if x > 0 else c x", lambda v: torch.where(v["x"] > 0, v["x"], v["c"] * v["x"])),
    ("a ⊙ a - z", lambda v: torch.tanh(v["W"] @ v["x"] + v["b"]) ** 2 - v["W"] @ v["x"] - v["b"]),
]


@pytest.mark.parametrize(("expression", "expected"), EXPRESSIONS, ids=[text for text, _ in EXPRESSIONS])
def test_an_expression_means_what_torch_computes(expression: str, expected: Callable[[Values], Tensor]) -> None:
    values = known(1)

    found = Oracle(values, SIZES).array(meaning(expression).array)

    torch.testing.assert_close(found, expected(values))


DERIVATIVES: list[tuple[str, str, Callable[[Values], Tensor]]] = [
    ("d(x^T A x)/dx", "x", lambda v: v["x"] @ v["A"] @ v["x"]),
    ("d(x^T A x)/dA", "A", lambda v: v["x"] @ v["A"] @ v["x"]),
    ("d(A x)/dx", "x", lambda v: v["A"] @ v["x"]),
    ("d tr(A^-1)/dA", "A", lambda v: torch.trace(torch.linalg.inv(v["A"]))),
    ("d log(det(A))/dA", "A", lambda v: torch.linalg.slogdet(v["A"])[1]),
    ("d det(A)/dA", "A", lambda v: torch.linalg.det(v["A"])),
    ("d(x^T A^-1 y)/dA", "A", lambda v: v["x"] @ torch.linalg.inv(v["A"]) @ v["y"]),
    ("d ‖X x - r‖^2/dx", "x", lambda v: ((v["X"] @ v["x"] - v["r"]) ** 2).sum()),
    ("d ‖x‖/dx", "x", lambda v: v["x"].norm()),
    ("d softmax(x)/dx", "x", lambda v: torch.softmax(v["x"], 0)),
    ("d logsumexp(A x)/dx", "x", lambda v: torch.logsumexp(v["A"] @ v["x"], 0)),
    ("d(g^T a)/dW", "W", lambda v: v["g"] @ torch.tanh(v["W"] @ v["x"] + v["b"])),
    ("d(g^T a)/dx", "x", lambda v: v["g"] @ torch.tanh(v["W"] @ v["x"] + v["b"])),
    ("da/db", "b", lambda v: torch.tanh(v["W"] @ v["x"] + v["b"])),
    ("d(y^T log u)/dA", "A", lambda v: v["y"] @ u_of(v).log()),
    ("d(u^T u)/dx", "x", lambda v: u_of(v) @ u_of(v)),
    ("d KL(p || q)/dp", "p", lambda v: (v["p"] * (v["p"] / v["q"]).log()).sum()),
    (
        "d(σ(c) exp(s c)/(1 + c^2))/dc",
        "c",
        lambda v: torch.sigmoid(v["c"]) * torch.exp(v["s"] * v["c"]) / (1 + v["c"] ** 2),
    ),
    ("d(c^s)/dc", "c", lambda v: v["c"] ** v["s"]),
    ("d(2^(c s))/ds", "s", lambda v: 2 ** (v["c"] * v["s"])),
    ("d(sum_i |x_i|)/dx", "x", lambda v: v["x"].abs().sum()),
    ("d(sum_i relu(x_i - c))/dc", "c", lambda v: torch.relu(v["x"] - v["c"]).sum()),
    ("d(sum_i max(x_i, y_i, c))/dx", "x", lambda v: torch.maximum(torch.maximum(v["x"], v["y"]), v["c"]).sum()),
    ("d(prod_i x_i)/dx", "x", lambda v: v["x"].prod()),
    ("d(x_1 x_2)/dx", "x", lambda v: v["x"][0] * v["x"][1]),
    ("d tr(A^T B A)/dA", "A", lambda v: torch.trace(v["A"].T @ v["B"] @ v["A"])),
    (
        "d([[c, 1], [s, c]] [x_1, x_2])/dc",
        "c",
        lambda v: torch.stack([v["c"] * v["x"][0] + v["x"][1], v["s"] * v["x"][0] + v["c"] * v["x"][1]]),
    ),
    (
        "d(erf(c) softplus(c) atan(c))/dc",
        "c",
        lambda v: torch.erf(v["c"]) * torch.nn.functional.softplus(v["c"]) * torch.atan(v["c"]),
    ),
]


@pytest.mark.parametrize(("expression", "name", "function"), DERIVATIVES, ids=[text for text, _, _ in DERIVATIVES])
@pytest.mark.parametrize("seed", [1, 2])
def test_a_derivative_is_that_of_autograd(
    expression: str, name: str, function: Callable[[Values], Tensor], seed: int
) -> None:
    values = known(seed) | {"c": torch.tensor(0.7 + seed, dtype=torch.float64)}

    found = Oracle(values, SIZES).array(meaning(expression).array)

    jacobian = torch.autograd.functional.jacobian(lambda tensor: function({**values, name: tensor}), values[name])
    torch.testing.assert_close(found, jacobian)


HESSIANS: list[tuple[str, str, Callable[[Values], Tensor]]] = [
    ("hess_x (x^T A x)", "x", lambda v: v["x"] @ v["A"] @ v["x"]),
    ("hess_x logsumexp(x)", "x", lambda v: torch.logsumexp(v["x"], 0)),
    ("hess_x (g^T a)", "x", lambda v: v["g"] @ torch.tanh(v["W"] @ v["x"] + v["b"])),
    ("hess_x ‖x‖", "x", lambda v: v["x"].norm()),
    ("d^2(σ(c) c)/dc^2", "c", lambda v: torch.sigmoid(v["c"]) * v["c"]),
]


@pytest.mark.parametrize(("expression", "name", "function"), HESSIANS, ids=[text for text, _, _ in HESSIANS])
def test_a_hessian_is_that_of_autograd(expression: str, name: str, function: Callable[[Values], Tensor]) -> None:
    values = known(3)

    found = Oracle(values, SIZES).array(meaning(expression).array)

    hessian = torch.autograd.functional.hessian(lambda tensor: function({**values, name: tensor}), values[name])
    torch.testing.assert_close(found, hessian)
