"""Names that stand where a vector is due and that nothing declares: the h_t of `h_t = tanh(W h_{t-1} + U x_t)`."""

from __future__ import annotations

from lhystudy.checker.meaning.scope import Scope, letters_in
from lhystudy.checker.meaning.shapes import spelled, spelled_dim
from lhystudy.checker.nodes import Entry, Expr, Name, Node, Product, Transpose, walk
from lhystudy.words import say


def declaration_due(node: Node, scope: Scope) -> str:
    """The declaration to propose for an undeclared sequence that a matrix multiplies; '' where there is none."""
    for part in walk(node):
        if not isinstance(part, Product) or not isinstance(part.right, Entry) or not isinstance(part.right.of, Name):
            continue
        name, letters = part.right.of.name, sorted(letters_in(part.right))
        dim = columns(part.left, scope)
        if dim and name in scope.arrays and len(letters) == len(part.right.indices) == 1:
            let = f"let {spelled(Entry(Name(name), (Name(letters[0]),)))} : vector({dim})"
            return say(f"; write {let} above", f"；请在前面写 {let}")
    return ""


def columns(node: Expr, scope: Scope) -> str:
    """The second dimension of a declared matrix or of its transpose; '' for anything else."""
    transposed = isinstance(node, Transpose)
    matrix = node.operand if isinstance(node, Transpose) else node
    symbol = scope.setting.problem.symbols.get(matrix.name) if isinstance(matrix, Name) else None
    if symbol is None or symbol.rank != 2 or symbol.family:
        return ""
    return spelled_dim(scope.dims.find(symbol.dims[0 if transposed else -1]))
