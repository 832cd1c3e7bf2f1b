"""LaTeX's names of signs: the character and what it is to its neighbours."""

from __future__ import annotations

from lhystudy.draw.cells import Role
from lhystudy.draw.tree import Kind, Symbol

_NAMES = """
alpha α beta β gamma γ delta δ epsilon ε varepsilon ε zeta ζ eta η theta θ vartheta ϑ iota ι kappa κ lambda λ mu μ nu ν
xi ξ omicron ο pi π varpi ϖ rho ρ varrho ϱ sigma σ varsigma ς tau τ upsilon υ phi φ varphi φ chi χ psi ψ omega ω
Gamma Γ Delta Δ Theta Θ Lambda Λ Xi Ξ Pi Π Sigma Σ Upsilon Υ Phi Φ Psi Ψ Omega Ω ell ℓ hbar ℏ imath ı jmath ȷ Re ℜ Im ℑ
aleph ℵ wp ℘
"""
_ORDINARY = """
partial ∂ nabla ∇ infty ∞ forall ∀ exists ∃ nexists ∄ emptyset ∅ varnothing ∅ neg ¬ lnot ¬ top ⊤ bot ⊥ prime ′ angle ∠
degree ° dagger † ddagger ‡ checkmark ✓ star ⋆ square □ blacksquare ■ ldots … dots … dotsc … cdots ⋯ dotsb ⋯ vdots ⋮
ddots ⋱ % % # # $ $ & & _ _ S § backslash ∖
"""
_BINARY = """
cdot · times × div ÷ pm ± mp ∓ ast * odot ⊙ otimes ⊗ oplus ⊕ ominus ⊖ circ ∘ bullet • cap ∩ cup ∪ setminus ∖ wedge ∧
vee ∨ land ∧ lor ∨ star ⋆ amalg ⨿ uplus ⊎ bmod mod
"""
_RELATIONS = """
le ≤ leq ≤ leqslant ≤ ge ≥ geq ≥ geqslant ≥ ne ≠ neq ≠ lt < gt > ll ≪ gg ≫ approx ≈ simeq ≃ sim ∼ cong ≅ equiv ≡
propto ∝ doteq ≐ triangleq ≜ coloneqq ≔ in ∈ notin ∉ ni ∋ subset ⊂ subseteq ⊆ supset ⊃ supseteq ⊇ prec ≺ preceq ⪯
succ ≻ succeq ⪰ perp ⊥ parallel ∥ mid ∣ nmid ∤ vdash ⊢ models ⊨ to → rightarrow → longrightarrow ⟶ gets ← leftarrow ←
longleftarrow ⟵ leftrightarrow ↔ Rightarrow ⇒ implies ⇒ Longrightarrow ⟹ Leftarrow ⇐ impliedby ⇐ Leftrightarrow ⇔ iff ⇔
mapsto ↦ longmapsto ⟼ uparrow ↑ downarrow ↓ nearrow ↗ searrow ↘ rightharpoonup ⇀ hookrightarrow ↪ because ∵ therefore ∴
"""
_OPERATORS = "sum ∑ prod ∏ coprod ∐ bigcup ⋃ bigcap ⋂ bigoplus ⨁ bigotimes ⨂ bigodot ⨀ bigvee ⋁ bigwedge ⋀"
_INTEGRALS = "int ∫ iint ∬ iiint ∭ oint ∮"
_FUNCTIONS = """
exp log ln lg sin cos tan cot sec csc arcsin arccos arctan sinh cosh tanh coth arg deg dim hom ker
"""
_LIMIT_FUNCTIONS = "max min sup inf lim limsup liminf det gcd Pr argmax argmin"
DELIMITERS = {
    "(": "(", ")": ")", "[": "[", "]": "]", "{": "{", "}": "}", "|": "|", "/": "/", ".": "", "<": "⟨", ">": "⟩",
    "lbrace": "{", "rbrace": "}", "lbrack": "[", "rbrack": "]", "vert": "|", "lvert": "|", "rvert": "|",
    "Vert": "‖", "lVert": "‖", "rVert": "‖", "langle": "⟨", "rangle": "⟩", "lfloor": "⌊", "rfloor": "⌋",
    "lceil": "⌈", "rceil": "⌉", "lparen": "(", "rparen": ")",
}  # fmt: skip
_OPENING, _CLOSING = "([{⟨⌊⌈", ")]}⟩⌋⌉"
FONTS = tuple("mathbb mathcal mathfrak mathscr mathbf boldsymbol bm mathrm mathsf mathtt mathit mathnormal".split())
WORDS = tuple("text textrm textbf textit textsf texttt textnormal mbox hbox".split())
SPACES = {",": 1, ":": 1, ";": 1, " ": 1, ">": 1, "thinspace": 1, "quad": 2, "qquad": 4, "!": 0, "enspace": 1}
ACCENTS = {
    "hat": "hat", "widehat": "hat", "bar": "bar", "overline": "bar", "tilde": "tilde", "widetilde": "tilde",
    "vec": "vec", "overrightarrow": "vec", "dot": "dot", "ddot": "ddot", "underline": "underline",
}  # fmt: skip
MARKS = {
    "hat": "\u0302", "bar": "\u0304", "tilde": "\u0303", "vec": "\u20d7", "dot": "\u0307", "ddot": "\u0308",
    "underline": "\u0332",
}  # fmt: skip
_DOUBLE_STRUCK = {"C": "ℂ", "H": "ℍ", "N": "ℕ", "P": "ℙ", "Q": "ℚ", "R": "ℝ", "Z": "ℤ"}
_SCRIPT = {
    "B": "ℬ", "E": "ℰ", "F": "ℱ", "H": "ℋ", "I": "ℐ", "L": "ℒ", "M": "ℳ", "R": "ℛ", "e": "ℯ", "g": "ℊ", "o": "ℴ",
}  # fmt: skip


def _pairs(words: str) -> list[tuple[str, str]]:
    listed = words.split()
    return list(zip(listed[::2], listed[1::2], strict=True))


def _macros() -> dict[str, Symbol]:
    found: dict[str, Symbol] = {}
    groups: list[tuple[str, Kind, Role, bool]] = [
        (_BINARY, "bin", "operator", False), (_RELATIONS, "rel", "operator", False), (_NAMES, "ord", "name", False),
        (_ORDINARY, "ord", "operator", False), (_OPERATORS, "op", "operator", True),
        (_INTEGRALS, "op", "operator", False),
    ]  # fmt: skip
    for words, kind, role, limits in groups:
        found |= {name: Symbol(sign, kind, role, limits) for name, sign in _pairs(words)}
    found |= {name: Symbol(name, "function", "function") for name in _FUNCTIONS.split()}
    found |= {name: Symbol(name, "function", "function", True) for name in _LIMIT_FUNCTIONS.split()}
    spaced = {"argmax": "arg max", "argmin": "arg min", "limsup": "lim sup", "liminf": "lim inf"}
    found |= {name: Symbol(text, "function", "function", True) for name, text in spaced.items()}
    return found | {"colon": Symbol(":", "punct", "operator"), "mod": Symbol("mod", "bin", "operator")}


MACROS = _macros()
_CHARACTERS = {
    "+": Symbol("+", "bin", "operator"), "-": Symbol("−", "bin", "operator"), "−": Symbol("−", "bin", "operator"),
    "*": Symbol("*", "bin", "operator"), "=": Symbol("=", "rel", "operator"), "<": Symbol("<", "rel", "operator"),
    ">": Symbol(">", "rel", "operator"), ":": Symbol(":", "rel", "operator"), "/": Symbol("/", "sign", "operator"),
    ",": Symbol(",", "punct", "operator"), ";": Symbol(";", "punct", "operator"), "!": Symbol("!", "ord", "operator"),
    "，": Symbol("，", "close", "operator"), "；": Symbol("；", "close", "operator"),
    "。": Symbol("。", "close", "operator"), "、": Symbol("、", "close", "operator"),
}  # fmt: skip
_CHARACTERS |= {
    symbol.text: symbol for symbol in MACROS.values() if len(symbol.text) == 1 and symbol.text not in _CHARACTERS
}


def character(sign: str) -> Symbol:
    """What one character of a formula stands for."""
    if sign in _OPENING or sign in _CLOSING:
        return Symbol(sign, "open" if sign in _OPENING else "close", "bracket")
    if sign in "|‖":
        return Symbol(sign, "ord", "bracket")
    return _CHARACTERS.get(sign) or Symbol(sign)


def lettered(text: str, font: str) -> str:
    """`text` in the letters of \\mathbb or \\mathcal, as far as Unicode has them."""
    irregular, upper, lower = {
        "mathbb": (_DOUBLE_STRUCK, 0x1D538, 0x1D552),
        "mathcal": (_SCRIPT, 0x1D49C, 0x1D4B6),
        "mathfrak": ({"C": "ℭ", "H": "ℌ", "I": "ℑ", "R": "ℜ", "Z": "ℨ"}, 0x1D504, 0x1D51E),
    }[font]
    return "".join(irregular.get(letter) or _shifted(letter, upper, lower, font) for letter in text)


def _shifted(letter: str, upper: int, lower: int, font: str) -> str:
    if "A" <= letter <= "Z":
        return chr(upper + ord(letter) - ord("A"))
    if "a" <= letter <= "z":
        return chr(lower + ord(letter) - ord("a"))
    if letter.isdecimal() and letter.isascii() and font == "mathbb":
        return chr(0x1D7D8 + int(letter))
    return letter
