"""Matrices that are given to be definite: what they are written as, so that they are definite at every point."""

from __future__ import annotations

from lhystudy.checker.meaning.build import kronecker, negative, plus, times
from lhystudy.checker.meaning.definite import new_name
from lhystudy.checker.meaning.products import contracted
from lhystudy.checker.meaning.setting import Defined, Setting
from lhystudy.checker.meaning.shapes import Fault, built
from lhystudy.checker.nodes import Claim, Name
from lhystudy.checker.problem import Symbol
from lhystudy.checker.terms import Atom, Index, Term
from lhystudy.words import say


def assumed(claim: Claim, setting: Setting) -> tuple[Setting, tuple[str, ...]]:
    """The setting in which a declared matrix is definite, and the note that says how.

    Every symmetric positive definite A is Rᵀ R + c I with some c > 0, and each of these is one. Raises Fault.
    """
    symbol = declared(claim, setting)
    name, dims = symbol.name, symbol.dims
    root, share = new_name(setting, f"R_{name}"), new_name(setting, f"c_{name}")
    strict = not claim.claim.endswith("semidefinite")
    turned = claim.claim.startswith("negative")

    def entry(i: Index, j: Index) -> Term:
        square = contracted(dims[0], lambda k: times(Atom(root, (k, i)), Atom(root, (k, j))))
        body = plus(square, times(Atom(share), kronecker(i, j))) if strict else square
        return negative(body) if turned else body

    new = (Symbol(root, "matrix", dims), *((Symbol(share, "positive"),) if strict else ()))
    known = {**setting.defined, name: Defined(name, built(dims, entry))}
    form = f"{root}ᵀ {root}" + (f" + {share} I" if strict else "")
    form = f"-({form})" if turned else form
    above = say(f" with {share} > 0", f"，其中 {share} > 0") if strict else ""
    note = say(f"{name} is symmetric too: {name} = {form}{above}", f"{name} 也取作对称：{name} = {form}{above}")
    return setting.with_(problem=setting.problem.declare(*new), defined=known), (note,)


def declared(claim: Claim, setting: Setting) -> Symbol:
    """The matrix that is given to be definite. Raises Fault where nothing may be assumed of it."""
    name = claim.subject.name if isinstance(claim.subject, Name) else ""
    symbol = setting.problem.symbols.get(name)
    if symbol is None or symbol.rank != 2 or name in setting.defined or not setting.dims().agree(*symbol.dims):
        raise Fault(
            say(
                f"only a declared square matrix without a definition can be given to be {claim.claim}",
                f"只有已声明、未定义的方阵才能假设为 {claim.claim}",
            ),
            claim,
        )
    return symbol
