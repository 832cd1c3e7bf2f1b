"""Tokens with their names resolved: what is a function, a product, an entry, a derivative; the grammar's terminals."""

from __future__ import annotations

from collections.abc import Callable

from lhystudy.checker.reading import brackets, scripts, vocabulary
from lhystudy.checker.reading.averages import expectation
from lhystudy.checker.reading.binders import bound_letters, sum_kind
from lhystudy.checker.reading.derivatives import Found, derivative_at
from lhystudy.checker.reading.line import Line
from lhystudy.checker.reading.naming import name
from lhystudy.checker.reading.stream import RELATIONS, Stream
from lhystudy.checker.reading.tokens import CLOSING, OPENING, Token
from lhystudy.checker.reading.unreadable import Unreadable, visible
from lhystudy.words import say

PLAIN = {
    "+": "PLUS", "-": "MINUS", "*": "STAR", "/": "SLASH", "⊙": "HADAMARD", "·": "DOT", "@": "AT", ",": "COMMA",
    "!": "FACTORIAL", "(": "LPAR", ")": "RPAR", "]": "RSQB", "[": "LSQB",
}  # fmt: skip


def resolve(line: Line, lo: int = 0, hi: int | None = None) -> list[Token]:
    """The grammar's terminals for the tokens from lo to hi."""
    outer, line.end = line.end, len(line.raw) if hi is None else hi
    stream = Stream(line, lo, resolve)
    try:
        while stream.i < line.end:
            step(stream)
    finally:
        line.end = outer
    brackets.close_bars(stream, -1)
    return stream.out


def prepare(line: Line) -> Line:
    """The line with the letters that its sums bind, and the words that stand as numbers."""
    line.bound |= bound_letters(line)
    line.standing = frozenset(
        line.word(i)
        for i in range(len(line.raw))
        if not {line.kind(i - 1), line.kind(i - 2) if line.kind(i - 1) in ("{", "-") else ""} & {"^", "_"}
        and not (line.kind(i - 1) == "-" and line.kind(i - 2) == "{" and line.kind(i - 3) == "^")
    )
    return line


def step(stream: Stream) -> None:
    """Makes the terminals of the next token, or of the form that begins there."""
    line, i = stream.line, stream.i
    token = line.raw[i]
    kind = token.kind
    if kind in ("WORD", "∂", "frac"):
        found = derivative_at(line, i)
        if found:
            derivative(stream, found)
            return
    if kind == "WORD":
        word(stream)
    elif kind == "NUMBER":
        brackets.number(stream)
    elif kind in OPENING:
        brackets.open_bracket(stream)
    elif kind in CLOSING:
        brackets.close_bracket(stream)
    elif kind in PLAIN:
        stream.take(PLAIN[kind])
    elif kind in RELATIONS:
        stream.take("RELATION", kind)
    elif kind == "." and between_vectors(stream):
        stream.take("DOT")
    elif kind in SPECIAL:
        SPECIAL[kind](stream)
    else:
        raise unexpected(token, bool(stream.closers))


def between_vectors(stream: Stream) -> bool:
    """Whether a point stands for the dot of w · x: behind a vector and before a name."""
    before = stream.out[-1] if stream.out else None
    vector = before is not None and before.kind == "NAME" and stream.line.rank_of(before.value) == 1
    return vector and stream.line.kind(stream.i + 1) == "WORD"


def derivative(stream: Stream, found: Found) -> None:
    """Brackets around what is differentiated; an operator d/dw takes what follows like a gradient."""
    i, line = stream.i, stream.line
    applied = applied_function(line, found)
    if applied:
        stream.emit("FUNCTION", i, found.next - 1, (applied, len(found.by)))
    elif found.operand is None:
        stream.emit("GRADIENT", i, found.next - 1, ("derivative", found.by))
    else:
        lo, hi = found.operand
        stream.emit("DERIVATIVE", i, value=found.by)
        typed = line.raw[lo]
        line.raw[lo] = found.first or typed
        try:
            stream.inner(lo, hi)
        finally:
            line.raw[lo] = typed
        stream.emit("DERIVATIVE_END", found.next - 1)
    stream.i = found.next


def applied_function(line: Line, found: Found) -> str:
    """The function f of `df/dx(u)`, which is f'(u); '' where no bracket follows at once or f takes not one number."""
    opened = line.kind(found.next) == "(" and not line.raw[found.next].gap
    if not opened or found.operand is None or found.operand[1] != found.operand[0] + 1 or len(set(found.by)) != 1:
        return ""
    name = (found.first or line.raw[found.operand[0]]).text
    definition = line.problem.definition(name)
    if not line.is_function(name) or (definition is not None and len(definition.parameters) != 1):
        return ""
    primes = "'" * len(found.by)
    line.note(
        say(
            f"the derivative of {name} at what stands in brackets: {name}{primes}(…)",
            f"{name} 在括号中的点处的导数：{name}{primes}(…)",
        )
    )
    return name


def word(stream: Stream) -> None:
    """A word in the role it has here."""
    line, i = stream.line, stream.i
    typed = line.word(i)
    summing = sum_kind(line, i)
    if typed in ("if", "else") and not line.known(typed):
        brackets.choice(stream, typed.upper())
    elif typed == "I" and brackets.indicator_bracket(line, i) is not None:
        brackets.number(stream)
    elif summing:
        vocabulary.summing(stream, summing)
    elif line.declared(typed):
        name(stream)
    elif typed in ("grad", "hess"):
        vocabulary.nabla(stream)
    elif typed == "lim" and line.kind(i + 2) != "NUMBER":  # `lim_1`, also written `lim1`, is a name
        vocabulary.limit(stream)
    elif not expectation(stream, typed) and not vocabulary.known_function(stream, typed):
        name(stream)


def unexpected(token: Token, inside: bool) -> Unreadable:
    """The error for a symbol that means nothing where it stands, `inside` brackets or not."""
    column = token.start + 1
    shown = visible(token.text)
    if token.kind == "TEXT" and token.text[0].isalpha():
        return Unreadable(
            say(f"{shown} is a word, not a formula", f"“{shown}” 是文字，不是公式"),
            column,
            say("begin a comment with #, a reason with `because`", "注释以 # 开头，理由写在 because 之后"),
        )
    if token.kind == ";" and inside:
        return Unreadable(
            say("; means nothing here", "; 在这里没有意义"),
            column,
            say("write [[1, 2], [3, 4]], a bracket a row", "请写成 [[1, 2], [3, 4]]，每行一个方括号"),
        )
    hints = {
        "...": say("write the sum with an index: sum_{k=1}^{n}", "请用带指标的求和：sum_{k=1}^{n}"),
        "=>": say("write >= for greater or equal; => only begins a line", "大于等于请写 >=；=> 只能放在行首"),
        ".": say("a point stands only inside a number; write * for a product", "点号只能用在小数中；乘积请写 *"),
        "%": say("write 5/100 for 5%; a comment begins with #", "5% 请写成 5/100；注释以 # 开头"),
        "?": say("write a if c > 0 else b", "请写成 a if c > 0 else b"),
        "←": say("write w_new = …", "请写成 w_new = …"),
        "∼": say("write ~= for about equal, E_{k~p}[f_k] for a mean", "约等于请写 ~=，期望请写 E_{k~p}[f_k]"),
        "∈": say("write let x : vector(n), or 0 < x < 1 for an interval", "请写 let x : vector(n)；区间请写 0 < x < 1"),
        "∫": say("a derivative can be checked instead: dF/dx = f(x)", "可以改为验证导数：dF/dx = f(x)"),
        ":": say("a type is written with let: let w : vector(n)", "类型用 let 声明：let w : vector(n)"),
        "&": say("& separates only inside bmatrix and cases", "& 只在 bmatrix 和 cases 里作分隔"),
        ";": say("write one statement a line", "一行只写一句"),
        "∂": say("write ∂L/∂w or d/dw (…)", "请写成 ∂L/∂w 或 d/dw (…)"),
        "->": say("an arrow stands only below lim: lim_{x->0}", "箭头只用在极限下面：lim_{x->0}"),
    }
    return Unreadable(
        say(f"{shown} means nothing here", f"{shown} 在这里没有意义"),
        column,
        hints.get(token.text if token.kind == "TEXT" else token.kind),
    )


SPECIAL: dict[str, Callable[[Stream], None]] = {
    "|": brackets.bar, "‖": brackets.bar, "^": scripts.caret, "√": scripts.root, "frac": scripts.fraction,
    "_": scripts.entries, "'": scripts.prime, "⊤": scripts.top, "∇": vocabulary.nabla,
}  # fmt: skip
