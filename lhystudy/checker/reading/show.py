"""Nodes to plain text in the derivation language: what is shown back as read, and reads as the same tree."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lhystudy.checker.families import ABOVE, BELOW
from lhystudy.checker.nodes import (
    Absolute,
    Add,
    Binder,
    Call,
    Cases,
    Claim,
    ColumnVector,
    Delta,
    Derivative,
    Entry,
    Expectation,
    Expr,
    Factorial,
    Given,
    Goal,
    Gradient,
    HessianOf,
    Indicator,
    Let,
    Limit,
    MatrixOf,
    Name,
    Negative,
    Node,
    Norm,
    Number,
    Point,
    Power,
    Product,
    ProductOver,
    Quotient,
    Relation,
    Set,
    SetOf,
    Statement,
    Step,
    Sum,
    Transpose,
)
from lhystudy.checker.reading import symbols
from lhystudy.checker.reading.spelling import (
    ATOM,
    CHOICE,
    POST,
    POWER,
    PRODUCT,
    SINGLE,
    SUM,
    TERM,
    TIGHT,
    Shown,
    show_number,
    spell,
)
from lhystudy.checker.reading.units import ENGLISH_SUBSCRIPTS

MARKS = {"*": " * ", "hadamard": " ⊙ ", "dot": " · ", "@": " @ ", "": " "}
SIGNS = {"~=": "≈"}
BEFORE_BRACKET = frozenset(symbols.BRACKET_ONLY) | {"E", "Var", "Cov"}


def show(node: Node, place: int = CHOICE) -> str:
    """The text of an expression or a relation, in brackets where it binds looser than `place`."""
    text, level = RULES[type(node)](node)
    return text if level >= place else f"({text})"


def show_statement(statement: Statement) -> str:
    """The text of a whole statement."""
    match statement:
        case Let(names, type_, dims):
            of = f"({', '.join(map(str, dims))})" if dims else ""
            return f"let {', '.join(map(spell, names))} : {type_}{of}"
        case Given(_, independent) if independent:
            return f"given {', '.join(map(spell, independent))} independent"
        case Given(relations, _, claim):
            return "given " + (show_claim(claim) if claim else ", ".join(chains(relations)))
        case Set(relations):
            return f"set {', '.join(chains(relations))}"
        case Claim():
            return show_claim(statement)
        case Goal(relations, claim, names, expression):
            body = show_claim(claim) if claim else show(expression) if expression else ", ".join(chains(relations))
            return f"goal {body}" + (f" in {', '.join(map(spell, names))}" if names else "")
        case Step(relations, first):
            text = ", ".join(chains(relations)) if first is None else show(first)
            reasons = ", ".join(chains(statement.reasons)) or statement.words
            return ("so " if statement.so else "") + text + (f" because {reasons}" if reasons else "")


def show_claim(claim: Claim) -> str:
    """`H is positive definite`, `(0, 0) is a saddle point of L`."""
    article = "a " if claim.claim in symbols.CLAIMS_OF else ""
    text = f"{show(claim.subject)} is {article}{claim.claim}"
    if claim.of is not None:
        text += f" of {show(claim.of)}"
    if claim.variable is not None:
        text += f" in {show(claim.variable)}"
    reasons = ", ".join(chains(claim.reasons))
    return text + (f" because {reasons}" if reasons else "")


def chains(relations: tuple[Relation, ...]) -> list[str]:
    """The relations as chains: one that begins where the last ended goes on from it."""
    found: list[str] = []
    before: Relation | None = None
    for relation in relations:
        if before is not None and relation.left is before.right:
            found[-1] += f" {SIGNS.get(relation.sign, relation.sign)} {show(relation.right)}"
        else:
            found.append(show(relation))
        before = relation
    return found


# ---- names ---------------------------------------------------------------------------------------


def show_name(node: Name) -> Shown:
    return spell(node.name), ATOM


def show_entry(node: Entry) -> Shown:
    indices = node.indices
    if isinstance(node.of, Name):
        base = spell(node.of.name).removesuffix(BELOW)
        if node.of.name.endswith(ABOVE):
            base = f"{base[: -len(ABOVE)]}^{{({index_text(indices[:1])})}}"
            indices = indices[1:]
            if not indices:
                return base, ATOM
    else:
        base = f"({show(node.of)})" if isinstance(node.of, Entry | Delta | Norm | Number) else show(node.of, ATOM)
    text = index_text(indices)
    if any(isinstance(index, Name) and index.name not in symbols.INDEX_LETTERS for index in indices):
        bare = base in symbols.EXPECTATIONS  # E[X] would be a mean
        return f"({base})[{text}]" if bare else f"{base}[{text}]", ATOM
    return f"{base}_{text if len(text) == 1 or is_pair(text) or text.isdigit() else '{' + text + '}'}", ATOM


def index_text(indices: tuple[Expr, ...]) -> str:
    """`ij`, `i,j+1`, `12`."""
    pair = "".join(index.name for index in indices if isinstance(index, Name) and len(index.name) == 1)
    if len(indices) == 2 and is_pair(pair):
        return pair
    return ",".join(show(index).replace(" ", "") for index in indices)


def is_pair(text: str) -> bool:
    return len(text) == 2 and set(text) <= symbols.INDEX_LETTERS and text not in ENGLISH_SUBSCRIPTS


# ---- sums, products, powers ----------------------------------------------------------------------


def show_add(node: Add) -> Shown:
    text = show(node.terms[0], TERM if not isinstance(node.terms[0], Negative) else SUM)
    for term in node.terms[1:]:
        if isinstance(term, Negative):
            text += f" - {show(term.operand, TERM)}"
        else:
            text += f" + {show(term, TERM)}"
    return text, SUM


def show_negative(node: Negative) -> Shown:
    return f"-{show(node.operand, TERM)}", SUM


def show_product(node: Product) -> Shown:
    loose = node.mark in ("*", "hadamard", "dot")
    left = show(node.left, PRODUCT if loose else TIGHT)
    right = show(node.right, TIGHT if loose else SINGLE)
    if node.mark in ("", "@") and isinstance(node.right, Number) and right[:1].isdigit():
        right = f"({right})"
    if right[:1] in ("(", "[") and isinstance(node.left, Name) and node.left.name in BEFORE_BRACKET and not node.mark:
        left = f"({left})"
    before, _, last = left.rpartition(" ")
    if last in symbols.EXPECTATIONS and not node.mark:  # E X would be a mean without its brackets
        left = f"{before} ({last})".lstrip()
    return left + MARKS[node.mark] + right, PRODUCT if loose else TIGHT


def show_quotient(node: Quotient) -> Shown:
    top, bottom = show(node.numerator, PRODUCT), show(node.denominator, POWER)
    if bottom.lstrip("(")[:1] in ("d", "∂") and any(letter in top for letter in "d∂"):
        top = f"({top})"
    return f"{top}/{bottom}", PRODUCT


def show_power(node: Power) -> Shown:
    base = show(node.base, POST)
    exponent = node.exponent
    if isinstance(exponent, Number) and exponent.digits is None and exponent.value.denominator == 1:
        return f"{base}^{exponent.value}" if exponent.value >= 0 else f"{base}^({exponent.value})", POWER
    if isinstance(exponent, Negative) and isinstance(exponent.operand, Number):
        if exponent.operand.digits is None and exponent.operand.value.denominator == 1:
            return f"{base}^-{exponent.operand.value}", POWER
    if isinstance(exponent, Name) and len(exponent.name) == 1 and exponent.name != "T":
        return f"{base}^{exponent.name}", POWER
    return f"{base}^({show(exponent)})", POWER


def show_factorial(node: Factorial) -> Shown:
    return f"{show(node.operand, ATOM)}!", POST


def show_transpose(node: Transpose) -> Shown:
    return f"{show(node.operand, ATOM)}ᵀ", POST


def show_absolute(node: Absolute) -> Shown:
    inner = show(node.operand)
    return (f"abs({inner})" if "|" in inner or "‖" in inner else f"|{inner}|"), ATOM


def show_norm(node: Norm) -> Shown:
    inner = show(node.operand)
    return (f"norm({inner})" if "|" in inner or "‖" in inner else f"‖{inner}‖"), ATOM


# ---- functions, sums over indices, derivatives ---------------------------------------------------


def listed(items: tuple[Expr, ...]) -> str:
    return ", ".join(map(show, items))


def show_call(node: Call) -> Shown:
    arguments = listed(node.args)
    if node.function == "KL" and "|" in arguments + "‖":
        arguments = ", ".join(f"({show(argument)})" for argument in node.args)
    return f"{spell(node.function)}{chr(39) * node.primes}({arguments})", ATOM


def show_over(node: Sum | ProductOver) -> Shown:
    word = "sum" if isinstance(node, Sum) else "prod"
    return f"{word}_{binders_text(node.binders)} {show(node.body, TERM)}", TERM


def binders_text(binders: tuple[Binder, ...]) -> str:
    """`k`, `{k=1}^{K}`, `{j!=i}`, `{i,j}`."""
    plain = all(b.lower is None and b.upper is None and b.excluding is None for b in binders)
    if plain and len(binders) == 1 and len(binders[0].index) == 1:
        return binders[0].index
    uppers = {b.upper for b in binders}
    shared = len(uppers) == 1
    parts = []
    for binder in binders:
        index = spell(binder.index)
        if binder.lower is not None and not shared and binder.upper is not None:
            parts.append(f"{show(binder.lower, SUM)}<={index}<={show(binder.upper, SUM)}")
        elif binder.lower is not None:
            parts.append(f"{index}={show(binder.lower, SUM)}")
        elif binder.excluding is None:
            parts.append(index)
        if binder.excluding is not None:
            parts.append(f"{index}!={show(binder.excluding)}")
    upper = binders[0].upper
    above = f"^{{{show(upper)}}}" if shared and upper is not None else ""
    return f"{{{','.join(parts)}}}{above}"


def show_limit(node: Limit) -> Shown:
    return f"lim_{{{spell(node.variable)}->{show(node.to)}{node.side}}} {show(node.body, TERM)}", TERM


def show_derivative(node: Derivative) -> Shown:
    order = len(node.by)
    simple = isinstance(node.of, Name) or (isinstance(node.of, Entry) and isinstance(node.of.of, Name))
    top = show(node.of) if simple else f"({show(node.of)})"
    if order == 1:
        return f"∂{top}/∂{show(node.by[0])}", SINGLE
    runs: list[tuple[Expr, int]] = []
    for variable in node.by:
        if runs and runs[-1][0] == variable:
            runs[-1] = (variable, runs[-1][1] + 1)
        else:
            runs.append((variable, 1))
    below = [f"∂{show(variable)}" + (f"^{times}" if times > 1 else "") for variable, times in runs]
    bottom = below[0] if len(below) == 1 else f"({' '.join(below)})"
    return f"∂^{order} {top}/{bottom}", SINGLE


def show_gradient(node: Gradient | HessianOf) -> Shown:
    sign = "∇" if isinstance(node, Gradient) else "∇^2"
    by = ""
    if node.by is not None:
        variable = show(node.by)
        by = f"_{variable}" if len(variable) == 1 else f"_{{{variable}}}"
    operand = show(node.of, ATOM if isinstance(node.of, Transpose) else POWER)
    gap = "" if node.by is None and isinstance(node, Gradient) else " "
    return f"{sign}{by}{gap}{operand}", SINGLE


def show_expectation(node: Expectation) -> Shown:
    under = f"_{{{show(node.under)}}}" if node.under is not None else ""
    return f"{node.kind}{under}[{listed(node.args)}]", ATOM


# ---- collections and conditions ------------------------------------------------------------------


def show_column(node: ColumnVector) -> Shown:
    return f"[{listed(node.entries)}]", ATOM


def show_matrix(node: MatrixOf) -> Shown:
    return f"[{', '.join(f'[{listed(row)}]' for row in node.rows)}]", ATOM


def show_set(node: SetOf) -> Shown:
    return f"{{{listed(node.members)}}}", ATOM


def show_point(node: Point) -> Shown:
    return f"({listed(node.coordinates)})", POST


def show_cases(node: Cases) -> Shown:
    if len(node.pieces) == 2 and node.pieces[0][1] is not None and node.pieces[1][1] is None:
        value, condition = node.pieces[0][0], node.pieces[0][1]
        other = node.pieces[1][0]
        return f"{show(value, SUM)} if {show(condition)} else {show(other)}", CHOICE
    rows = [f"{show(value)} & " + (show(test) if test is not None else "otherwise") for value, test in node.pieces]
    return rf"\begin{{cases}} {f' {chr(92) * 2} '.join(rows)} \end{{cases}}", ATOM


def show_indicator(node: Indicator) -> Shown:
    return f"1[{show(node.condition)}]", ATOM


def show_delta(node: Delta) -> Shown:
    text = index_text((node.left, node.right))
    return f"δ_{text if is_pair(text) else '{' + text + '}'}", ATOM


def show_relation(node: Relation) -> Shown:
    text = f"{show(node.left, SUM)} {SIGNS.get(node.sign, node.sign)} {show(node.right, SUM)}"
    for more in node.both:
        text += f" {SIGNS.get(more.sign, more.sign)} {show(more.right, SUM)}"
    return text, CHOICE


RULES: dict[type[Node], Callable[[Any], Shown]] = {
    Number: show_number,
    Name: show_name,
    Entry: show_entry,
    Call: show_call,
    Add: show_add,
    Negative: show_negative,
    Product: show_product,
    Quotient: show_quotient,
    Power: show_power,
    Factorial: show_factorial,
    Transpose: show_transpose,
    Absolute: show_absolute,
    Norm: show_norm,
    Sum: show_over,
    ProductOver: show_over,
    Derivative: show_derivative,
    Gradient: show_gradient,
    HessianOf: show_gradient,
    ColumnVector: show_column,
    MatrixOf: show_matrix,
    SetOf: show_set,
    Point: show_point,
    Cases: show_cases,
    Indicator: show_indicator,
    Delta: show_delta,
    Expectation: show_expectation,
    Limit: show_limit,
    Relation: show_relation,
}
