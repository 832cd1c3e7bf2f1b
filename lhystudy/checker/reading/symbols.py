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
    "’": "'", "‘": "'", "′": "'", "ʹ": "'", "″": "''", "‴": "'''", "´": "'", "`": "'",
    "→": "->", "⇒": "=>", "⟹": "=>", "⟶": "->", "˜": "~", "½": "(1/2)", "¼": "(1/4)", "¾": "(3/4)", "⅓": "(1/3)",
    "⅔": "(2/3)", "…": "...", "𝔼": "E", "∆": "Δ", "∞": " inf ",
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
    "limits nolimits nonumber notag vec boldmath unboldmath rm bf it mathstrut hfill , ; : ! > /".split()
) | {" "}
FONTS = frozenset(
    "mathrm operatorname text textrm textit textbf mathbf boldsymbol bm mathit mathsf mathcal mathbb mathds mathbbm "
    "mathfrak mathscr mathtt pmb mbox".split()
)
# Commands that are another spelling of characters the scanner knows.
COMMANDS = {
    "partial": "∂", "nabla": "∇", "sum": "∑", "prod": "∏", "infty": " inf ", "cdot": "·", "times": "×", "ast": "*",
    "odot": "⊙", "circ": "⊙", "top": "⊤", "intercal": "⊤", "prime": "'", "le": "<=", "leq": "<=", "leqslant": "<=",
    "ge": ">=", "geq": ">=", "geqslant": ">=", "lt": "<", "gt": ">", "ne": "!=", "neq": "!=", "approx": "~=",
    "simeq": "~=", "to": "->", "rightarrow": "->", "longrightarrow": "->", "Rightarrow": "=>", "implies": "=>",
    "Longrightarrow": "=>", "therefore": "∴", "because": "∵", "lvert": "|", "rvert": "|", "vert": "|", "mid": "|",
    "lVert": "‖", "rVert": "‖", "Vert": "‖", "|": "‖", "parallel": "‖", "{": "{", "}": "}", "lbrace": "{",
    "rbrace": "}", "lbrack": "[", "rbrack": "]", "lparen": "(", "rparen": ")", "dots": "...", "ldots": "...",
    "cdots": "...", "colon": ":", "_": "_", "#": "#", "div": "/", "sim": "~", "surd": "√", "lfloor": "⌊", "rfloor": "⌋",
    "lceil": "⌈", "rceil": "⌉",
}  # fmt: skip
FRACTIONS = frozenset({"frac", "dfrac", "tfrac", "cfrac"})
MATRIX_ENVIRONMENTS = frozenset({"bmatrix", "pmatrix", "matrix", "Bmatrix", "smallmatrix", "array"})
PLAIN_ENVIRONMENTS = frozenset(
    "aligned align align* equation equation* split gathered gather gather* alignat alignat* displaymath math".split()
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
BRACKET_ONLY = {"sigma": "sigmoid", "Gamma": "Gamma", "H": "H"}  # functions only where a bracket follows
CONSTANTS = frozenset({"pi", "e", "inf", "I"})
INDEX_LETTERS = frozenset("ijklmnst")
SUM_WORDS = {"sum": "sum", "∑": "sum", "prod": "prod", "product": "prod", "∏": "prod"}
SUM_LETTERS = {"Sigma": "sum", "Pi": "prod"}
EXPECTATIONS = frozenset({"E", "Var", "Cov"})
GRADIENTS = {"grad": 1, "∇": 1, "hess": 2}

CLAIMS = (
    "positive definite", "positive semidefinite", "negative definite", "negative semidefinite", "indefinite",
    "symmetric", "orthogonal", "singular", "convex", "saddle point", "local minimum", "local maximum",
    "critical point",
)  # fmt: skip
CLAIMS_OF = frozenset({"saddle point", "local minimum", "local maximum", "critical point"})
