"""The tables of the reader: what each character, LaTeX command and known word stands for."""

from __future__ import annotations

GREEK = {
    "α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "ε": "epsilon", "ϵ": "epsilon", "ζ": "zeta", "η": "eta",
    "θ": "theta", "ϑ": "theta", "ι": "iota", "κ": "kappa", "λ": "lambda", "μ": "mu", "ν": "nu", "ξ": "xi",
    "ο": "omicron", "π": "pi", "ρ": "rho", "ϱ": "rho", "σ": "sigma", "ς": "sigma", "τ": "tau", "υ": "upsilon",
    "φ": "phi", "ϕ": "phi", "χ": "chi", "ψ": "psi", "ω": "omega", "Γ": "Gamma", "Δ": "Delta", "Θ": "Theta",
    "Λ": "Lambda", "Ξ": "Xi", "Π": "Pi", "Σ": "Sigma", "Υ": "Upsilon", "Φ": "Phi", "Ψ": "Psi", "Ω": "Omega",
    "ℓ": "ell",
}  # fmt: skip
GREEK_WORDS = frozenset(GREEK.values()) | {"varepsilon", "varphi", "vartheta", "varrho", "varsigma"}
SAME_WORD = {
    "varepsilon": "epsilon", "varphi": "phi", "vartheta": "theta", "varrho": "rho", "varsigma": "sigma",
}  # fmt: skip
LETTER_OF = {name: letter for letter, name in GREEK.items() if letter not in "ϵϑϱςϕ"}

# One character for another, or for several; the columns stay those of the character typed.
CHARACTERS = {
    "（": "(", "）": ")", "，": ",", "：": ":", "；": ";", "＝": "=", "＋": "+", "－": "-", "＜": "<", "＞": ">",
    "［": "[", "］": "]", "｛": "{", "｝": "}", "｜": "|", "！": "!", "＊": "*", "／": "/", "＾": "^", "＿": "_",
    "、": ",", "。": " ", "．": ".", "＃": "#", "【": "[", "】": "]",
    "−": "-", "–": "-", "—": "-", "‒": "-", "‐": "-", "‑": "-", "﹣": "-", "∗": "*", "÷": "/", "∕": "/", "⁄": "/",
    "≤": "<=", "≦": "<=", "⩽": "<=", "≥": ">=", "≧": ">=", "⩾": ">=", "≠": "!=", "≈": "~=", "≃": "~=", "≅": "~=",
    "⋅": "·", "•": "·", "∙": "·", "・": "·", "✕": "×", "∘": "⊙", "∥": "‖", "∣": "|", "∶": ":", "⊺": "⊤", "µ": "μ",
    "’": "'", "‘": "'", "′": "'", "ʹ": "'", "″": "''", "‴": "'''", "´": "'", "ʼ": "'",
    "→": "->", "⇒": "=>", "⟹": "=>", "⟶": "->", "˜": "~", "½": "(1/2)", "¼": "(1/4)", "¾": "(3/4)", "⅓": "(1/3)",
    "⅔": "(2/3)", "…": "...", "𝔼": "E", "∆": "Δ", "∞": " inf ",
    "⨀": "⊙", "∼": "∼", "～": "∼", "⋆": "*", "⟵": "←", "≔": "=", "≜": "=", "≡": "=", "≒": "~=", "ɛ": "ε", "𝓁": "ℓ",
    "〈": "⟨", "〉": "⟩", "≽": "⪰", "≼": "⪯", "∎": " ", "□": " ", "■": " ",
}  # fmt: skip
SPACES = frozenset("\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000\t")
ACCENTS = {"\u0302": "hat", "\u0304": "bar", "\u0305": "bar", "\u0303": "tilde", "\u0307": "dot"}
ACCENT_COMMANDS = {
    "hat": "hat", "widehat": "hat", "bar": "bar", "overline": "bar", "tilde": "tilde", "widetilde": "tilde",
    "dot": "dot",
}  # fmt: skip
ACCENT_MARKS = {"hat": "\\hat", "bar": "\\bar", "tilde": "\\tilde", "dot": "\\dot"}

# Commands passed over: they set type, not meaning.
SILENT = frozenset(
    "left right middle big Big bigg Bigg bigl bigr Bigl Bigr biggl biggr Biggl Biggr quad qquad displaystyle textstyle "
    "scriptstyle scriptscriptstyle large Large small normalsize square blacksquare qed qedhere strut allowbreak "
    "limits nolimits nonumber notag boldmath unboldmath mathstrut hfill , ; : ! > /".split()
) | {" "}
NO_SPACE = frozenset("left right middle big Big bigg Bigg bigl bigr Bigl Bigr biggl biggr Biggl Biggr ! limits".split())
SWITCHES = frozenset("rm bf it cal sf tt sc bfseries itshape".split())  # fonts for the rest of the braces
FONTS = SWITCHES | frozenset(
    "mathrm operatorname text textrm textit textbf textsf textnormal mathbf boldsymbol bm mathit mathsf mathcal mathbb "
    "mathds mathbbm mathfrak mathscr mathtt mathnormal mathop mathrel mathbin mathord pmb mbox hbox vec boxed fbox "
    "ensuremath".split()
)
BRACES = frozenset({"underbrace", "overbrace"})
# Commands that are another spelling of characters the scanner knows.
COMMANDS = {
    "partial": "∂", "nabla": "∇", "sum": "∑", "prod": "∏", "infty": " inf ", "cdot": "·", "times": "×", "ast": "*",
    "odot": "⊙", "circ": "⊙", "top": "⊤", "intercal": "⊤", "prime": "'", "le": "<=", "leq": "<=", "leqslant": "<=",
    "ge": ">=", "geq": ">=", "geqslant": ">=", "lt": "<", "gt": ">", "ne": "!=", "neq": "!=", "approx": "~=",
    "simeq": "~=", "cong": "~=", "thickapprox": "~=", "approxeq": "~=", "leqq": "<=", "geqq": ">=", "coloneqq": "=",
    "triangleq": "=", "equiv": "=", "leftarrow": "←", "gets": "←", "in": "∈", "int": "∫", "langle": "⟨", "rangle": "⟩",
    "bullet": "·", "bigodot": "⊙", "star": "*", "succ": "≻", "prec": "≺", "succeq": "⪰", "preceq": "⪯", "%": "%",
    "succcurlyeq": "⪰", "preccurlyeq": "⪯", "to": "->", "rightarrow": "->",
    "longrightarrow": "->", "Rightarrow": "=>", "implies": "=>",
    "Longrightarrow": "=>", "therefore": "∴", "because": "∵", "lvert": "|", "rvert": "|", "vert": "|", "mid": "|",
    "lVert": "‖", "rVert": "‖", "Vert": "‖", "|": "‖", "parallel": "‖", "{": "{", "}": "}", "lbrace": "{",
    "rbrace": "}", "lbrack": "[", "rbrack": "]", "lparen": "(", "rparen": ")", "dots": "...", "ldots": "...",
    "cdots": "...", "colon": ":", "_": "_", "#": "#", "div": "/", "sim": "∼", "surd": "√", "lfloor": "⌊", "rfloor": "⌋",
    "lceil": "⌈", "rceil": "⌉",
}  # fmt: skip
FRACTIONS = frozenset({"frac", "dfrac", "tfrac", "cfrac", "nicefrac", "sfrac"})
MATRIX_ENVIRONMENTS = frozenset({"bmatrix", "pmatrix", "matrix", "Bmatrix", "smallmatrix", "array"})
PLAIN_ENVIRONMENTS = frozenset(
    "aligned align align* equation equation* split gathered gather gather* alignat alignat* displaymath math "
    "eqnarray eqnarray* multline multline*".split()
)

# Chinese words that lead a line, a reason or a piece -> the word of the language
CHINESE_WORDS = (
    dict.fromkeys("所以 因此 因而 从而 于是 故 则 即 可得 得 得到".split(), "so")
    | dict.fromkeys("因为 由于 由".split(), "because")
    | dict.fromkeys("已知 给定 假设 设".split(), "given")
    | dict.fromkeys("若 如果 当".split(), "if")
    | dict.fromkeys("否则 其他 其它 其余".split(), "otherwise")
)

# word typed -> the function's one name
FUNCTIONS = {
    name: name
    for name in (
        "exp log log2 log10 sqrt abs sign sin cos tan asin acos atan sinh cosh tanh asinh acosh atanh sec csc cot "
        "sech csch coth sigmoid relu softplus max min floor ceil softmax logsumexp norm det tr diag eig rank dot "
        "argmax argmin Gamma erf KL ones zeros"
    ).split()
} | {
    "ln": "log", "lg": "log10", "ceiling": "ceil", "sgn": "sign", "trace": "tr", "Tr": "tr", "ReLU": "relu",
    "arcsin": "asin", "arccos": "acos", "arctan": "atan", "arcsinh": "asinh", "arccosh": "acosh", "arctanh": "atanh",
    "rk": "rank",
}  # fmt: skip
FOLDED = {name.lower(): known for name, known in FUNCTIONS.items() if name.lower() not in GREEK_WORDS}
BRACKET_ONLY = {"sigma": "sigmoid", "Gamma": "Gamma", "H": "H"}  # functions only where a bracket follows
CONSTANTS = frozenset({"pi", "e", "inf", "I"})
INDEX_LETTERS = frozenset("ijklmnst")
SUM_WORDS = {"sum": "sum", "∑": "sum", "prod": "prod", "product": "prod", "∏": "prod"}
SUM_LETTERS = {"Sigma": "sum", "Pi": "prod"}
EXPECTATIONS: dict[str, str] = {
    "E": "E",
    "Var": "Var",
    "Cov": "Cov",
    "var": "Var",
    "cov": "Cov",
    "V": "Var",
    "D": "Var",
}
PLAIN_LETTERS = frozenset({"E", "V", "D"})  # which mean what they do here only before a square bracket or a random name
GRADIENTS = {"grad": 1, "∇": 1, "hess": 2}

CLAIMS = (
    "positive definite", "positive semidefinite", "negative definite", "negative semidefinite", "indefinite",
    "symmetric", "orthogonal", "singular", "convex", "saddle point", "local minimum", "local maximum",
    "critical point",
)  # fmt: skip
DEFINITE = frozenset(
    {"positive definite", "positive semidefinite", "negative definite", "negative semidefinite"}
)  # what may be given of a name
CLAIMS_ZH = {
    "positive definite": "正定的", "positive semidefinite": "半正定的", "negative definite": "负定的",
    "negative semidefinite": "半负定的", "indefinite": "不定的", "symmetric": "对称的", "orthogonal": "正交的",
    "singular": "奇异的", "convex": "凸的", "saddle point": "鞍点", "local minimum": "局部最小",
    "local maximum": "局部最大", "critical point": "临界点",
}  # fmt: skip
CLAIMS_OF = frozenset({"saddle point", "local minimum", "local maximum", "critical point"})


def is_letter(text: str) -> bool:
    """Whether the word is one letter, which a sum can run over."""
    return len(text) == 1 or text in GREEK_WORDS
