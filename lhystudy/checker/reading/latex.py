"""Nodes to LaTeX, for drawing in two dimensions."""

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
    letter_latex,
    name_latex,
    show_number,
)
from lhystudy.words import Lang

OWN_COMMAND = frozenset("exp log sin cos tan sinh cosh tanh max min det".split())
FUNCTION_NAMES = {"sigmoid": r"\sigma", "Gamma": r"\Gamma", "log2": r"\log_2", "log10": r"\log_{10}", "H_2": "H_2"}
MARKS = {"*": r" \cdot ", "hadamard": r" \odot ", "dot": r" \cdot ", "@": r" \, ", "": r" \, "}
SIGNS = {"=": "=", "<": "<", "<=": r"\le", ">": ">", ">=": r"\ge", "!=": r"\ne", "~=": r"\approx"}

ROWS = r" \\ "

Drawn = tuple[str, int]


def latex(node: Node, place: int = CHOICE) -> str:
    """The LaTeX of an expression or a relation, in brackets where it binds looser than `place`."""
    text, level = RULES[type(node)](node)
    return text if level >= place else rf"\left( {text} \right)"


def latex_statement(statement: Statement, lang: Lang = "en") -> str:
    """The LaTeX of what a statement says: its relations, its claim, or the names it declares; words in `lang`."""
    match statement:
        case Let(names, type_, dims):
            of = f"({', '.join(map(str, dims))})" if dims else ""
            return rf"{', '.join(map(name_latex, names))} : \text{{{type_}}}{of}"
        case Given(_, independent) if independent:
            told = " independent" if lang == "en" else " 相互独立"
            return rf"{', '.join(map(name_latex, independent))} \text{{{told}}}"
        case Given(claim=Claim() as claim):
            return claim_latex(claim, lang)
        case Given(relations) | Set(relations):
            return chain_latex(relations)
        case Claim():
            return claim_latex(statement, lang)
        case Goal(relations, claim, _, expression):
            if claim is not None:
                return claim_latex(claim, lang)
            return latex(expression) if expression is not None else chain_latex(relations)
        case Step(relations, first):
            return latex(first) if first is not None else chain_latex(relations)


def chain_latex(relations: tuple[Relation, ...]) -> str:
    """The relations, one that goes on from the last written as a chain."""
    text = ""
    before: Relation | None = None
    for relation in relations:
        if before is not None and relation.left is before.right:
            text += f" {SIGNS[relation.sign]} {latex(relation.right)}"
        else:
            text += (r", \quad " if text else "") + latex(relation)
        before = relation
    return text


def claim_latex(claim: Claim, lang: Lang = "en") -> str:
    """The claim with its words set as text."""
    if lang == "zh":
        word = symbols.CLAIMS_ZH[claim.claim]
        variable = rf" \text{{ 对 }} {latex(claim.variable)}" if claim.variable is not None else ""
        told = (
            rf"\text{{ 是 }} {latex(claim.of)} \text{{ 的{word}}}" if claim.of is not None else rf"\text{{ 是{word}}}"
        )
        return f"{latex(claim.subject)}{variable} {told}"
    article = "a " if claim.claim in symbols.CLAIMS_OF else ""
    text = rf"{latex(claim.subject)} \text{{ is {article}{claim.claim}}}"
    if claim.of is not None:
        text += rf" \text{{ of }} {latex(claim.of)}"
    if claim.variable is not None:
        text += rf" \text{{ in }} {latex(claim.variable)}"
    return text


# ---- names and numbers ---------------------------------------------------------------------------


def draw_number(node: Number) -> Drawn:
    if node.digits is None and node.value.denominator != 1:
        sign = "-" if node.value < 0 else ""
        text = rf"{sign}\frac{{{abs(node.value.numerator)}}}{{{node.value.denominator}}}"
        return text, SUM if sign else ATOM
    text, level = show_number(node)
    mantissa, e, exponent = text.partition("e")
    return (rf"{mantissa} \cdot 10^{{{exponent}}}", PRODUCT) if e else (text, level)


def draw_name(node: Name) -> Drawn:
    return name_latex(node.name), ATOM


def draw_entry(node: Entry) -> Drawn:
    indices = node.indices
    if isinstance(node.of, Name):
        name = node.of.name.removesuffix(BELOW)
        if name.endswith(ABOVE):
            name = f"{name[: -len(ABOVE)]}^{{({latex(indices[0])})}}"
            indices = indices[1:]
        return name_latex(name, indices_latex(indices)), ATOM
    base = latex(node.of, ATOM)
    if isinstance(node.of, Entry | Delta | Norm | Number):
        base = rf"\left( {base} \right)"
    return rf"{base}_{{{indices_latex(indices)}}}", ATOM


def indices_latex(indices: tuple[Expr, ...]) -> str:
    simple = all(isinstance(index, Name) for index in indices)
    return ("" if simple else ", ").join(map(latex, indices))


# ---- sums, products, powers ----------------------------------------------------------------------


def draw_add(node: Add) -> Drawn:
    first = node.terms[0]
    text = latex(first, SUM if isinstance(first, Negative) else TERM)
    for term in node.terms[1:]:
        sign, inner = ("-", term.operand) if isinstance(term, Negative) else ("+", term)
        text += f" {sign} {latex(inner, TERM)}"
    return text, SUM


def draw_negative(node: Negative) -> Drawn:
    return f"-{latex(node.operand, TERM)}", SUM


def draw_product(node: Product) -> Drawn:
    loose = node.mark in ("*", "hadamard", "dot")
    left = latex(node.left, PRODUCT if loose else TIGHT)
    right = latex(node.right, TIGHT if loose else SINGLE)
    mark = MARKS[node.mark]
    if not loose and right[:1].isdigit():
        mark = r" \cdot "
    return left + mark + right, PRODUCT if loose else TIGHT


def draw_quotient(node: Quotient) -> Drawn:
    """A fraction stands as tightly as a bracket in a product, and needs one as the base of a power."""
    return rf"\frac{{{latex(node.numerator)}}}{{{latex(node.denominator)}}}", SINGLE


def draw_power(node: Power) -> Drawn:
    base = latex(node.base, POST)
    if isinstance(node.base, Call) and len(node.base.args) == 1 and not node.base.primes:
        function = function_latex(node.base.function)
        if function.startswith("\\") and node.base.function in OWN_COMMAND:
            argument = latex(node.base.args[0])
            return rf"{function}^{{{latex(node.exponent)}}} \left( {argument} \right)", POWER
    return f"{base}^{{{latex(node.exponent)}}}", POWER


def draw_factorial(node: Factorial) -> Drawn:
    return f"{latex(node.operand, ATOM)}!", POST


def draw_transpose(node: Transpose) -> Drawn:
    """A name with a label stands in brackets: it has something raised already."""
    text = latex(node.operand, ATOM)
    if isinstance(node.operand, Name) and "^{" in text:
        return rf"\left( {text} \right)^{{\top}}", POST
    return rf"{text}^{{\top}}", POST


def draw_absolute(node: Absolute) -> Drawn:
    return rf"\left| {latex(node.operand)} \right|", ATOM


def draw_norm(node: Norm) -> Drawn:
    return rf"\left\| {latex(node.operand)} \right\|", ATOM


# ---- functions, sums over indices, derivatives ---------------------------------------------------


def function_latex(name: str) -> str:
    if name in FUNCTION_NAMES:
        return FUNCTION_NAMES[name]
    if name in OWN_COMMAND:
        return rf"\{name}"
    if name in symbols.FUNCTIONS:
        return rf"\operatorname{{{name}}}"
    return name_latex(name)


def draw_call(node: Call) -> Drawn:
    if node.function == "sqrt" and len(node.args) == 1 and not node.primes:
        return rf"\sqrt{{{latex(node.args[0])}}}", ATOM
    between = r" \,\|\, " if node.function == "KL" else ", "
    arguments = between.join(map(latex, node.args))
    return rf"{function_latex(node.function)}{chr(39) * node.primes} \left( {arguments} \right)", ATOM


def draw_over(node: Sum | ProductOver) -> Drawn:
    sign = r"\sum" if isinstance(node, Sum) else r"\prod"
    signs = "".join(sign + script for script in scripts_latex(node.binders))
    return f"{signs} {latex(node.body, TERM)}", TERM


def scripts_latex(binders: tuple[Binder, ...]) -> list[str]:
    """What stands below and above each sign; indices without bounds share one."""
    plain = [letter_latex(b.index) for b in binders if b.lower is None and b.upper is None and b.excluding is None]
    if len(plain) == len(binders):
        return [f"_{{{', '.join(plain)}}}"]
    found = []
    for binder in binders:
        index = letter_latex(binder.index)
        below = f"{index} = {latex(binder.lower)}" if binder.lower is not None else index
        if binder.excluding is not None:
            left_out = rf"{index} \ne {latex(binder.excluding)}"
            below = left_out if below == index else f"{below}, {left_out}"
        above = f"^{{{latex(binder.upper)}}}" if binder.upper is not None else ""
        found.append(f"_{{{below}}}{above}")
    return found


def draw_limit(node: Limit) -> Drawn:
    side = f"^{{{node.side}}}" if node.side else ""
    return rf"\lim_{{{name_latex(node.variable)} \to {latex(node.to)}{side}}} {latex(node.body, TERM)}", TERM


def draw_derivative(node: Derivative) -> Drawn:
    order = len(node.by)
    above = r"\partial" if order == 1 else rf"\partial^{{{order}}}"
    below: list[str] = []
    last: Expr | None = None
    times = 1
    for variable in node.by:
        if variable == last:
            times += 1
            below[-1] = rf"\partial {latex(variable)}^{{{times}}}"
        else:
            last, times = variable, 1
            below.append(rf"\partial {latex(variable)}")
    bottom = r" \, ".join(below)
    if isinstance(node.of, Name | Entry | Call) and len(latex(node.of)) < 40:
        return rf"\frac{{{above} {latex(node.of)}}}{{{bottom}}}", SINGLE
    return rf"\frac{{{above}}}{{{bottom}}} \left( {latex(node.of)} \right)", SINGLE


def draw_gradient(node: Gradient | HessianOf) -> Drawn:
    sign = r"\nabla" if isinstance(node, Gradient) else r"\nabla^2"
    by = f"_{{{latex(node.by)}}}" if node.by is not None else ""
    return f"{sign}{by} {latex(node.of, ATOM if isinstance(node.of, Transpose) else POWER)}", SINGLE


def draw_expectation(node: Expectation) -> Drawn:
    kind = r"\mathbb{E}" if node.kind == "E" else rf"\operatorname{{{node.kind}}}"
    under = f"_{{{latex(node.under)}}}" if node.under is not None else ""
    return rf"{kind}{under} \left[ {', '.join(map(latex, node.args))} \right]", ATOM


# ---- collections and conditions ------------------------------------------------------------------


def draw_column(node: ColumnVector) -> Drawn:
    return rf"\begin{{bmatrix}} {ROWS.join(map(latex, node.entries))} \end{{bmatrix}}", ATOM


def draw_matrix(node: MatrixOf) -> Drawn:
    rows = [" & ".join(map(latex, row)) for row in node.rows]
    return rf"\begin{{bmatrix}} {ROWS.join(rows)} \end{{bmatrix}}", ATOM


def draw_set(node: SetOf) -> Drawn:
    return rf"\left\{{ {', '.join(map(latex, node.members))} \right\}}", ATOM


def draw_point(node: Point) -> Drawn:
    return rf"\left( {', '.join(map(latex, node.coordinates))} \right)", ATOM


def draw_cases(node: Cases) -> Drawn:
    rows = [
        f"{latex(value)} & " + (latex(test) if test is not None else r"\text{otherwise}") for value, test in node.pieces
    ]
    return rf"\begin{{cases}} {ROWS.join(rows)} \end{{cases}}", ATOM


def draw_indicator(node: Indicator) -> Drawn:
    return rf"\mathbb{{1}} \left[ {latex(node.condition)} \right]", ATOM


def draw_delta(node: Delta) -> Drawn:
    return rf"\delta_{{{indices_latex((node.left, node.right))}}}", ATOM


def draw_relation(node: Relation) -> Drawn:
    text = f"{latex(node.left)} {SIGNS[node.sign]} {latex(node.right)}"
    for more in node.both:
        text += f" {SIGNS[more.sign]} {latex(more.right)}"
    return text, CHOICE


RULES: dict[type[Node], Callable[[Any], Drawn]] = {
    Number: draw_number,
    Name: draw_name,
    Entry: draw_entry,
    Call: draw_call,
    Add: draw_add,
    Negative: draw_negative,
    Product: draw_product,
    Quotient: draw_quotient,
    Power: draw_power,
    Factorial: draw_factorial,
    Transpose: draw_transpose,
    Absolute: draw_absolute,
    Norm: draw_norm,
    Sum: draw_over,
    ProductOver: draw_over,
    Derivative: draw_derivative,
    Gradient: draw_gradient,
    HessianOf: draw_gradient,
    ColumnVector: draw_column,
    MatrixOf: draw_matrix,
    SetOf: draw_set,
    Point: draw_point,
    Cases: draw_cases,
    Indicator: draw_indicator,
    Delta: draw_delta,
    Expectation: draw_expectation,
    Limit: draw_limit,
    Relation: draw_relation,
}
