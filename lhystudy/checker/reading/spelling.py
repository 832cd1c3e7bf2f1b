"""Names and numbers as they are written, plain and in LaTeX, and how tightly the forms around them bind."""

from __future__ import annotations

from fractions import Fraction

from lhystudy.checker.nodes import Number
from lhystudy.checker.reading import symbols

# How tightly a form binds. What binds looser than its place asks for stands in brackets.
CHOICE, SUM, TERM, PRODUCT, TIGHT, SINGLE, POWER, POST, ATOM = range(9)
GREEK = frozenset(symbols.GREEK.values()) - {"ell", "omicron"}

Shown = tuple[str, int]


def spell(name: str) -> str:
    """The name with its Greek letters: `theta_old` is θ_old."""
    letters = len(name)
    for place, character in enumerate(name):
        if not character.isalpha():
            letters = place
            break
    return symbols.LETTER_OF.get(name[:letters], name[:letters]) + name[letters:]


def show_number(node: Number) -> Shown:
    value = node.value
    if value < 0:
        return "-" + show_number(Number(-value, node.digits))[0], SUM
    if node.digits is not None:
        return decimal(value, node.digits), ATOM
    if value.denominator != 1:
        return f"{value.numerator}/{value.denominator}", PRODUCT
    return str(value.numerator), ATOM


def decimal(value: Fraction, digits: int) -> str:
    """The number with as many decimals as were typed; a negative count asks for an exponent."""
    if digits < 0:
        return f"{value / Fraction(10) ** -digits}e{-digits}"
    whole, rest = divmod(int(value * Fraction(10) ** digits), 10**digits)
    return f"{whole}.{rest:0{digits}d}" if digits else f"{whole}e0"


def letter_latex(word: str) -> str:
    """One word of a name: a letter, a Greek letter, or letters set upright."""
    if word in GREEK:
        return rf"\{word}"
    if word == "ell":
        return r"\ell"
    if word == "inf":
        return r"\infty"
    return word if len(word) <= 1 or word.isdigit() else rf"\mathrm{{{word}}}"


def name_latex(name: str, indices: str = "") -> str:
    """A name with its hats, subscripts, primes and label, and the indices of an entry of it."""
    body, _, label = name.partition("^{")
    bare = body.rstrip("'")
    primes = "'" * (len(body) - len(bare))
    base, *parts = bare.replace("{", "").replace("}", "").split("_")
    text = letter_latex(base)
    below = []
    star = ""
    for part in parts:
        if part in symbols.ACCENT_MARKS:
            text = f"{symbols.ACCENT_MARKS[part]}{{{text}}}"
        elif part == "star":
            star = "*"
        else:
            below.append(letter_latex(part))
    if indices:
        below.append(indices)
    lowered = f"_{{{', '.join(below)}}}" if below else ""
    raised = (star + rf" {label[:-1]}").strip() if label else star
    return text + lowered + (f"^{{{primes}{raised}}}" if raised else primes)
