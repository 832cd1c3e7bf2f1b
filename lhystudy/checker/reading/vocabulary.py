"""Words that are no plain names: functions, sums, gradients, limits, expectations."""

from __future__ import annotations

from lhystudy.checker.reading import symbols
from lhystudy.checker.reading.binders import read_binders, read_limit, read_nabla
from lhystudy.checker.reading.stream import Stream
from lhystudy.checker.reading.units import SPLIT_WORD
from lhystudy.checker.reading.unreadable import Unreadable
from lhystudy.words import say


def summing(stream: Stream, kind: str) -> None:
    """A sum or product over an index, or the call sum(y_k, k)."""
    line, i = stream.line, stream.i
    if line.kind(i + 1) == "(":
        stream.emit("SUM_CALL", i, value=kind)
        stream.i += 1
        return
    binders, stream.i = read_binders(line, i + 1)
    stream.emit("BIG", i, stream.i - 1, (kind, binders))


def nabla(stream: Stream) -> None:
    """∇_w, grad_w, ∇^2, hess_w."""
    i = stream.i
    order, by, stream.i = read_nabla(stream.line, i)
    stream.emit("GRADIENT", i, stream.i - 1, ("hessian" if order == 2 else "gradient", by))


def limit(stream: Stream) -> None:
    """lim_{x->0}."""
    i = stream.i
    variable, to, side, stream.i = read_limit(stream.line, i + 1)
    stream.line.local.add(variable)
    stream.emit("BIG", i, stream.i - 1, ("lim", (variable, to, side)))


def known_function(stream: Stream, word: str) -> bool:
    """Takes the word as a known function; False where it is a name."""
    line, i = stream.line, stream.i
    base, digits = SPLIT_WORD.fullmatch(word).groups()  # type: ignore[union-attr]
    name = symbols.FUNCTIONS.get(word)
    if name is None and line.opens(i + 1) and not line.known(word):
        name = symbols.FOLDED.get(word.lower())
    j = i + 1
    if word == "arg" and line.word(j) in ("max", "min") and not line.known(word):
        name, j = "arg" + line.word(j), j + 1
    if name is not None:
        if line.kind(j) == "_":
            name, j = function_subscript(stream, name, j)
        primes = 0
        while line.kind(j) == "'":
            primes, j = primes + len(line.raw[j].text), j + 1
        if word == "Gamma" and (line.kind(j) != "(" or (line.at(j).gap and line.known("Gamma"))):
            return False
        stream.emit("FUNCTION", i, j - 1, (name, primes))
        stream.i = j
        return True
    if digits and base in symbols.FUNCTIONS and not line.known(base):
        raise Unreadable(
            say(f"{word} is no known function", f"没有名为 {word} 的函数"),
            line.column(i),
            say(f"write {base}({digits})", f"请写成 {base}({digits})"),
        )
    if word == "H" and line.kind(i + 1) == "_" and line.at(i + 2).text == "2" and line.opens(i + 3):
        stream.emit("FUNCTION", i, i + 2, ("H_2", 0))
        stream.i = i + 3
        return True
    if word in ("H", "H2") and line.opens(i + 1):
        stream.take("FUNCTION", ("H" if word == "H" else "H_2", 0))
        return True
    if word == "D" and line.kind(i + 1) == "_":
        lo = i + 3 if line.kind(i + 2) == "{" else i + 2
        after = lo + 1 + (lo == i + 3)
        if line.word(lo) == "KL" and line.opens(after):
            stream.emit("FUNCTION", i, after - 1, ("KL", 0))
            stream.i = after
            return True
    return word == "sigma" and sigmoid(stream)


def sigmoid(stream: Stream) -> bool:
    """σ before a bracket is the sigmoid, unless it is a name known from above."""
    line, i = stream.line, stream.i
    j, primes = i + 1, 0
    while line.kind(j) == "'":
        primes, j = primes + len(line.raw[j].text), j + 1
    if line.kind(j) != "(" or (line.at(j).gap and line.known("sigma")):
        return False
    stream.emit("FUNCTION", i, j - 1, ("sigmoid", primes))
    stream.i = j
    return True


def function_subscript(stream: Stream, name: str, j: int) -> tuple[str, int]:
    """log_2 and log_10; a subscript on any other function is an error that says where it belongs."""
    line = stream.line
    braced = line.kind(j + 1) == "{"
    place = j + 2 if braced else j + 1
    following = line.closing(j + 1) + 1 if braced else j + 2
    base = line.text(place, following - 1 if braced else following)
    if name == "log" and base in ("2", "10"):
        return f"log{base}", following
    if name == "log" and base == "e":
        return name, following
    if name == "log":
        message = say("logarithms have the base e, 2 or 10", "对数的底只有 e、2 和 10")
        hint = say(f"write log x / log {base}", f"请写成 log x / log {base}")
    elif name in ("max", "min", "argmax", "argmin"):
        message = say(f"{name} takes no subscript here", f"{name} 在这里不带下标")
        hint = say(f"write {name}(z) for a vector z", f"对向量 z 请写 {name}(z)")
    else:
        message = say(f"{name} takes no subscript", f"{name} 不带下标")
        hint = say(f"write {name}(z)_{base} for an entry of the result", f"结果的分量请写成 {name}(z)_{base}")
    raise Unreadable(message, line.column(j), hint)
