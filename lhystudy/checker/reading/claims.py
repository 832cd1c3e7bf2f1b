"""Claims in words: `H is positive definite`, `L is convex in w`, `(0, 0) is a saddle point of L`."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from lhystudy.checker.nodes import Call, Claim, Name, Number, Product, Relation, Transpose
from lhystudy.checker.reading import symbols
from lhystudy.checker.reading.line import Line
from lhystudy.checker.reading.unreadable import Unreadable, visible
from lhystudy.words import say

Stretch = tuple[int, int]
ORDERS = {
    "≻": "positive definite", "⪰": "positive semidefinite", "≺": "negative definite", "⪯": "negative semidefinite",
}  # fmt: skip
OTHERWISE_SAID = {
    "invertible": "det(A) != 0", "nonsingular": "det(A) != 0", "regular": "det(A) != 0", "full rank": "det(A) != 0",
    "concave": "-L is convex", "zero": "A = 0", "constant": "dL/dw = 0",
}  # fmt: skip
SHORT = {"pd": "positive definite", "psd": "positive semidefinite", "nd": "negative definite",
         "nsd": "negative semidefinite", "convex function": "convex"}  # fmt: skip
JOINTS = (
    ("of",),
    ("in",),
    ("wrt",),
    ("with", "respect", "to"),
    ("w", ".", "r", ".", "t", "."),
    ("w", ".", "r", ".", "t"),
)


@dataclass(frozen=True)
class Claimed:
    """The parts of a claim: what it is about, which property, and the stretch behind `of` or `in`."""

    subject: Stretch
    claim: str
    of: Stretch | None = None
    variable: Stretch | None = None


def claim_at(line: Line, lo: int, hi: int) -> Claimed | None:
    """The claim from lo to hi, or None for a formula. Raises Unreadable for a claim that cannot be checked."""
    ordered = [p for p in line.top_level(lo, hi, frozenset(ORDERS)) if lo < p == hi - 2 and line.at(hi - 1).text == "0"]
    if ordered:
        return Claimed((lo, ordered[0]), ORDERS[line.kind(ordered[0])])
    places = [
        p for p in line.top_level(lo, hi, frozenset({"WORD"})) if line.word(p) == "is" and line.kind(p - 1) != "_"
    ]
    if not places or line.declared("is"):
        return None
    verb = places[0]
    while line.word(lo).lower() in ("the", "matrix", "function", "point", "that") and not line.known(line.word(lo)):
        lo += 1
    if verb <= lo:
        raise line.unexpected(verb, say("what the claim is about", "论断的主语"))
    claim, i = _property(line, verb + 1, hi)
    if claim not in symbols.CLAIMS:
        raise _unknown(line, verb + 1, claim)
    if i == hi:
        if claim in symbols.CLAIMS_OF:
            raise Unreadable(
                say(f"a {claim} of what?", f"{claim}：是哪个函数的？"),
                line.raw[hi - 1].end + 1,
                say(f"write (0, 0) is a {claim} of L", f"请写成 (0, 0) is a {claim} of L"),
            )
        return Claimed((lo, verb), claim)
    joint = _joint(line, i)
    if joint == ("of",) and claim in symbols.CLAIMS_OF:
        return Claimed((lo, verb), claim, of=(i + 1, hi))
    if joint and claim == "convex":
        return Claimed((lo, verb), claim, variable=(i + len(joint), hi))
    raise line.unexpected(i, say("the end of the claim", "论断的结尾"))


def _property(line: Line, i: int, hi: int) -> tuple[str, int]:
    """The words of the property, one spelling for each, and the place behind them."""
    if line.word(i) in ("a", "an", "the"):
        i += 1
    words = ""
    while i < hi and line.kind(i) in ("WORD", "-") and not _joint(line, i):
        words += line.raw[i].text + ("" if line.kind(i) == "-" or line.kind(i + 1) == "-" else " ")
        i += 1
    claim = words.strip().lower().replace("semi-definite", "semidefinite").replace("semi definite", "semidefinite")
    claim = claim.replace("-", " ")
    return SHORT.get(claim, claim), i


def _joint(line: Line, i: int) -> tuple[str, ...]:
    """The words at i that say of what or in what the property holds; none where it ends."""
    return next((words for words in JOINTS if all(line.at(i + k).text == word for k, word in enumerate(words))), ())


def _unknown(line: Line, i: int, claim: str) -> Unreadable:
    from lhystudy.errors import nearest

    if claim in OTHERWISE_SAID:
        hint = say(f"write {OTHERWISE_SAID[claim]}", f"请写成 {OTHERWISE_SAID[claim]}")
        return Unreadable(
            say(f"{claim} is no claim that can be checked", f"{claim} 不是可以检查的论断"), line.column(i), hint
        )
    near = nearest(claim, list(symbols.CLAIMS)) if claim else None
    listed = ", ".join(symbols.CLAIMS)
    column = line.column(min(i, len(line.raw) - 1))
    return Unreadable(
        say(
            f"{visible(claim) or 'nothing'} is no claim that can be checked",
            f"{visible(claim) or '空白'} 不是可以检查的论断",
        ),
        column,
        say(f"did you mean {near}?", f"是不是 {near}？") if near else say(f"one of {listed}", f"可用：{listed}"),
    )


def stated(claim: Claim, column: int) -> Relation:
    """The relation that a claim says, where it is one: A is symmetric is Aᵀ = A. Raises Unreadable."""
    subject, span = claim.subject, claim.span
    if claim.claim == "symmetric":
        return Relation("=", Transpose(subject, span=span), subject, span=span)
    if claim.claim == "orthogonal":
        inner = Product(Transpose(subject, span=span), subject, span=span)
        return Relation("=", inner, Name("I", span=span), span=span)
    if claim.claim == "singular":
        return Relation("=", Call("det", (subject,), span=span), Number(Fraction(0), span=span), span=span)
    raise Unreadable(
        say(f"{claim.claim} cannot be assumed, only claimed", f"{claim.claim} 只能作论断，不能作假设"),
        column,
        say("give what it says as a relation", "请用关系式写出它的含义"),
    )
