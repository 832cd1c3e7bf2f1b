"""Tokens with their names resolved: what is a function, a product, an entry, a derivative; the grammar's terminals."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

from lhystudy.checker import symbols
from lhystudy.checker.binders import bound_letters, read_binders, read_limit, read_nabla, sum_kind
from lhystudy.checker.derivatives import Found, derivative_at
from lhystudy.checker.line import Line
from lhystudy.checker.nodes import Delta, Expr, Name, Number, Span
from lhystudy.checker.scan import CLOSING, Token
from lhystudy.checker.units import SPLIT_WORD, Unit, entries_of, read_unit
from lhystudy.checker.unreadable import Unreadable, visible
from lhystudy.words import say

PLAIN = {
    "+": "PLUS", "-": "MINUS", "*": "STAR", "/": "SLASH", "⊙": "HADAMARD", "·": "DOT", "@": "AT", ",": "COMMA",
    "!": "FACTORIAL", "(": "LPAR", ")": "RPAR", "]": "RSQB", "[": "LSQB",
}  # fmt: skip
RELATIONS = frozenset({"=", "<", "<=", ">", ">=", "!=", "~="})
# After one of these a bar closes, and a bracket without a space belongs to what stands before.
OPERAND_ENDS = frozenset(
    "NUMBER NAME RPAR RSQB RSET RBAR RNORM ENTRIES TRANSPOSE FACTORIAL DERIVATIVE_END INDICATOR_END RMATRIX RCASES".split()
)
OTHERWISE = frozenset({"otherwise", "else"})
CONDITION_WORDS = frozenset({"if", "for", "when", "where"})


def resolve(line: Line, lo: int = 0, hi: int | None = None) -> list[Token]:
    """The grammar's terminals for the tokens from lo to hi."""
    return Resolver(line, lo, len(line.raw) if hi is None else hi).run()


def prepare(line: Line) -> Line:
    """The line with the letters that its sums bind."""
    line.bound |= bound_letters(line)
    return line


class Resolver:
    """One pass over a stretch of the line, left to right."""

    def __init__(self, line: Line, lo: int, hi: int) -> None:
        self.line, self.i, self.hi = line, lo, hi
        self.lo = lo
        self.out: list[Token] = []
        self.bars: list[tuple[str, int, int]] = []  # (kind, bracket depth, place) of open bars
        self.closers: list[str] = []  # what the open brackets turn into when they close
        self.owners: list[str] = []  # the function whose bracket each open one is, or ""

    def run(self) -> list[Token]:
        while self.i < self.hi:
            self.step()
        self.close_bars(-1)
        return self.out

    # ---- emitting ----

    def emit(self, kind: str, first: int, last: int | None = None, value: Any = None) -> None:
        """One terminal for the tokens first to last."""
        raw = self.line.raw
        end = raw[first if last is None else last].end
        self.out.append(Token(kind, raw[first].text, raw[first].start, end, raw[first].gap, value))

    def take(self, kind: str, value: Any = None) -> None:
        self.emit(kind, self.i, value=value)
        self.i += 1

    def previous(self) -> str:
        return self.out[-1].kind if self.out else ""

    def inner(self, lo: int, hi: int) -> None:
        """The terminals of a stretch that stands by itself."""
        self.out.extend(resolve(self.line, lo, hi))

    # ---- one step ----

    def step(self) -> None:
        line, i = self.line, self.i
        token = line.raw[i]
        kind = token.kind
        if kind in ("WORD", "∂", "frac"):
            found = derivative_at(line, i)
            if found:
                return self.derivative(found)
        if kind == "WORD":
            return self.word()
        if kind == "NUMBER":
            return self.number()
        if kind in ("(", "[", "{", "matrix(", "cases("):
            return self.open_bracket()
        if kind in CLOSING:
            return self.close_bracket()
        if kind in PLAIN:
            return self.take(PLAIN[kind])
        if kind in RELATIONS:
            return self.take("RELATION", kind)
        special = SPECIAL.get(kind)
        if special is None:
            raise unexpected(token)
        return special(self)

    def number(self) -> None:
        line, i = self.line, self.i
        value = line.raw[i].value
        if (
            line.raw[i].text == "1"
            and line.opens(i + 1, "[")
            or (line.raw[i].text == "1" and (line.opens(i + 1, "{") or line.kind(i + 1) == "_"))
        ):
            opening = i + 1
            if line.kind(opening) == "_":
                opening = i + 2
                if (
                    line.kind(opening) == "{"
                    and line.kind(i + 3) in ("[", "{")
                    and line.closing(i + 3) == line.closing(opening) - 1
                ):
                    opening = i + 3
            if line.kind(opening) in ("[", "{") and line.top_level(opening + 1, line.closing(opening), RELATIONS):
                close = line.closing(opening)
                self.emit("INDICATOR", i, opening)
                self.inner(opening + 1, close)
                self.emit("INDICATOR_END", close)
                self.i = close + 1
                if opening == i + 3:
                    self.i += 1
                return
        self.take("NUMBER", value)

    def derivative(self, found: Found) -> None:
        """Brackets around what is differentiated; an operator d/dw takes what follows like a gradient."""
        i, line = self.i, self.line
        if found.operand is None:
            self.emit("GRADIENT", i, found.next - 1, ("derivative", found.by))
        else:
            lo, hi = found.operand
            self.emit("DERIVATIVE", i, value=found.by)
            typed = line.raw[lo]
            line.raw[lo] = found.first or typed
            try:
                self.inner(lo, hi)
            finally:
                line.raw[lo] = typed
            self.emit("DERIVATIVE_END", found.next - 1)
        self.i = found.next

    # ---- words ----

    def word(self) -> None:
        line, i = self.line, self.i
        word = line.word(i)
        if word in ("if", "else") and not line.known(word):
            return self.take(word.upper())
        summing = sum_kind(line, i)
        if summing:
            return self.summing(summing)
        if not line.declared(word):
            if word in ("grad", "hess"):
                return self.nabla()
            if word == "lim":
                return self.limit()
            if word in symbols.EXPECTATIONS and self.expectation(word):
                return None
            if self.known_function(word):
                return None
        return self.name()

    def summing(self, kind: str) -> None:
        line, i = self.line, self.i
        if line.kind(i + 1) == "(":
            self.emit("SUM_CALL", i, value=kind)
            self.i += 1
            return
        binders, self.i = read_binders(line, i + 1)
        self.emit("BIG", i, self.i - 1, (kind, binders))

    def nabla(self) -> None:
        i = self.i
        order, by, self.i = read_nabla(self.line, i)
        self.emit("GRADIENT", i, self.i - 1, ("hessian" if order == 2 else "gradient", by))

    def limit(self) -> None:
        i = self.i
        variable, to, self.i = read_limit(self.line, i + 1)
        self.line.local.add(variable)
        self.emit("BIG", i, self.i - 1, ("lim", (variable, to)))

    def expectation(self, word: str) -> bool:
        """E[X], E_p[f], Var[X], Cov[X, Y]; False where the word is a name."""
        line, i = self.line, self.i
        j, under = i + 1, None
        if line.kind(j) == "_":
            braced = line.kind(j + 1) == "{"
            lo = j + 2 if braced else j + 1
            j = line.closing(j + 1) + 1 if braced else j + 2
            if line.kind(lo) == "WORD" and line.kind(j) == "[":
                under = line.expression(lo, j - 1 if braced else j)
        opening = line.kind(j)
        if opening != "[" and (opening != "(" or word == "E" or under is not None):
            return False
        close = line.closing(j)
        self.emit("EXPECTATION", i, j, (word, under))
        self.inner(j + 1, close)
        self.emit("RSQB", close)
        self.i = close + 1
        return True

    def known_function(self, word: str) -> bool:
        """Takes the word as a known function; False where it is a name."""
        line, i = self.line, self.i
        base, digits = SPLIT_WORD.fullmatch(word).groups()  # type: ignore[union-attr]
        if word in symbols.FUNCTIONS:
            name = symbols.FUNCTIONS[word]
            j = i + 1
            if line.kind(j) == "_":
                name, j = self.function_subscript(name, j)
            primes = 0
            while line.kind(j) == "'":
                primes, j = primes + len(line.raw[j].text), j + 1
            if word == "Gamma" and (line.kind(j) != "(" or (line.at(j).gap and line.known("Gamma"))):
                return False
            self.emit("FUNCTION", i, j - 1, (name, primes))
            self.i = j
            return True
        if word == "H" and line.kind(i + 1) == "_" and line.at(i + 2).text == "2" and line.opens(i + 3):
            self.emit("FUNCTION", i, i + 2, ("H_2", 0))
            self.i = i + 3
            return True
        if word in ("H", "H2") and line.opens(i + 1):
            self.take("FUNCTION", ("H" if word == "H" else "H_2", 0))
            return True
        if word == "D" and line.kind(i + 1) == "_":
            lo = i + 3 if line.kind(i + 2) == "{" else i + 2
            after = lo + 1 + (lo == i + 3)
            if line.word(lo) == "KL" and line.opens(after):
                self.emit("FUNCTION", i, after - 1, ("KL", 0))
                self.i = after
                return True
        return word == "sigma" and self.sigmoid()

    def sigmoid(self) -> bool:
        """σ before a bracket is the sigmoid, unless it is a name known from above."""
        line, i = self.line, self.i
        j, primes = i + 1, 0
        while line.kind(j) == "'":
            primes, j = primes + len(line.raw[j].text), j + 1
        if line.kind(j) != "(" or (line.at(j).gap and line.known("sigma")):
            return False
        self.emit("FUNCTION", i, j - 1, ("sigmoid", primes))
        self.i = j
        return True

    def function_subscript(self, name: str, j: int) -> tuple[str, int]:
        """log_2 and log_10; a subscript on any other function is an error that says where it belongs."""
        line = self.line
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

    # ---- names ----

    def name(self) -> None:
        line, i = self.line, self.i
        unit = read_unit(line, i)
        if unit.name == "delta" and len(unit.indices) == 2 and not unit.primes and not line.rank("delta"):
            node: Expr = Delta(unit.indices[0], unit.indices[1], span=Span(unit.start, unit.end))
            return self.named(unit, node)
        if unit.name == "delta" and unit.indices and not line.known("delta"):
            both = two_digits(unit.indices)
            if both:
                return self.named(unit, Delta(*both, span=Span(unit.start, unit.end)))
        whole = unit.spelled()
        called = line.opens(unit.next) and not unit.indices and not unit.transposed
        if called or unit.primes:
            bare = unit.name + unit.label
            if line.is_function(bare) and line.kind(unit.next) == "(":
                return self.function(unit, bare, unit.primes)
            if line.is_function(whole) and line.kind(unit.next) == "(":
                return self.function(unit, whole, 0)
        if line.is_function(whole) and not unit.indices and line.kind(unit.next) == "(":
            return self.function(unit, whole, 0)
        if self.split(unit):
            return None
        if called:
            self.product_or_unknown(unit, whole)
        return self.named(unit, unit.node())

    def function(self, unit: Unit, name: str, primes: int) -> None:
        self.emit("FUNCTION", self.i, unit.next - 1, (name, primes))
        self.i = unit.next

    def named(self, unit: Unit, node: Expr) -> None:
        self.out.append(
            Token("NAME", self.line.raw[self.i].text, unit.start, unit.end, self.line.raw[self.i].gap, node)
        )
        self.i = unit.next
        if unit.transposed:
            self.emit("TRANSPOSE", unit.next - 1)

    def split(self, unit: Unit) -> bool:
        """`wx`, where no name is wx and w and x are known names, is their product."""
        line, i = self.line, self.i
        typed = line.raw[i]
        letters = SPLIT_WORD.fullmatch(typed.text).group(1)  # type: ignore[union-attr]
        if len(letters) < 2 or not letters.isascii() or not letters.isalpha() or letters in symbols.GREEK_WORDS:
            return False
        if line.known(unit.spelled()) or line.known(unit.name) or line.known(letters) or letters in symbols.CONSTANTS:
            return False
        if not all(line.known(letter) for letter in letters):
            return False
        for place, letter in enumerate(letters[:-1]):
            span = Span(typed.start + place, typed.start + place + 1)
            self.out.append(
                Token("NAME", letter, span.start, span.end, typed.gap and place == 0, Name(letter, span=span))
            )
        product = " ".join(letters)
        line.note(
            say(
                f"{letters} is read as the product {product}",
                f"{letters} 读作乘积 {product}",
            )
        )
        line.raw[i] = replace(
            typed, text=typed.text[len(letters) - 1 :], start=typed.start + len(letters) - 1, gap=False
        )
        try:
            self.name()
        finally:
            line.raw[i] = typed
        return True

    def product_or_unknown(self, unit: Unit, name: str) -> None:
        """A bracket right behind a name that is no function: a product with a note, or an unknown function."""
        line = self.line
        if line.known(name) or name in symbols.CONSTANTS or name in line.bound or unit.label or self.seen_here(name):
            close = line.closing(unit.next)
            inside = line.text(unit.next, close + 1)
            if name not in symbols.CONSTANTS:
                line.note(
                    say(f"{name}{inside} is read as {name} times {inside}", f"{name}{inside} 读作 {name} 乘以 {inside}")
                )
            return
        from lhystudy.errors import nearest

        names = [*symbols.FUNCTIONS, "sigma", *(name for name in line.problem.symbols if line.is_function(name))]
        near = nearest(name, [known for known in names if abs(len(known) - len(name)) <= 3]) if len(name) > 1 else None
        raise Unreadable(
            say(
                f"column {unit.start + 1}: {name} is no known function",
                f"第 {unit.start + 1} 列：没有名为 {name} 的函数",
            ),
            unit.start + 1,
            say(f"did you mean {near}(…)?", f"是不是 {near}(…)？")
            if near
            else say(
                f"write {name}*(…) for a product, or `let {name} : function`",
                f"乘积请写 {name}*(…)，函数请先写 let {name} : function",
            ),
        )

    def seen_here(self, name: str) -> bool:
        """Whether the name stands further left on the line."""
        return any(
            token.kind == "NAME" and isinstance(token.value, Name) and token.value.name == name for token in self.out
        )

    # ---- brackets ----

    def open_bracket(self) -> None:
        line, i = self.line, self.i
        kind = line.raw[i].kind
        if kind == "[":
            if self.previous() in OPERAND_ENDS and not line.raw[i].gap and self.entry_bracket():
                return None
            rows = matrix_rows(line, i)
            if rows:
                return self.literal_matrix(rows)
        if kind in ("matrix(", "cases("):
            return self.environment(kind)
        owner = ""
        if self.previous() == "FUNCTION":
            owner = self.out[-1].value[0]
        opening, closing = "LPAR", "RPAR"
        if kind == "[":
            opening, closing = "LSQB", "RSQB"
        elif kind == "{" and not owner and self.is_set():
            opening, closing = "LSET", "RSET"
        self.closers.append(closing)
        self.owners.append(owner)
        return self.take(opening)

    def close_bracket(self) -> None:
        self.close_bars(len(self.closers) - 1)
        self.owners.pop()
        self.take(self.closers.pop())

    def entry_bracket(self) -> bool:
        line, i = self.line, self.i
        close = line.closing(i)
        indices = entries_of(line, i + 1, close, any_letter=True)
        if indices is None or self.previous() == "NUMBER":
            return False
        self.emit("ENTRIES", i, close, indices)
        self.i = close + 1
        return True

    def is_set(self) -> bool:
        """Braces are a set where they are a whole side of a relation or hold commas; else they only group."""
        line, i = self.line, self.i
        close = line.closing(i)
        if line.top_level(i + 1, close, frozenset({","})):
            return True
        before = self.previous() in ("", "RELATION") and not self.closers
        behind = close + 1 >= self.hi or line.kind(close + 1) in RELATIONS
        return before and behind

    def literal_matrix(self, rows: list[tuple[int, int]]) -> None:
        """[[a, b], [c, d]] in the terminals of a bmatrix."""
        line, i = self.line, self.i
        close = line.closing(i)
        self.emit("LMATRIX", i, value="literal")
        for number, (lo, hi) in enumerate(rows):
            if number:
                self.emit("ROW", lo - 1)
            for place, (cell_lo, cell_hi) in enumerate(line.parts(lo + 1, hi - 1)):
                if place:
                    self.emit("CELL", cell_lo - 1)
                self.inner(cell_lo, cell_hi)
        self.emit("RMATRIX", close)
        self.i = close + 1

    def environment(self, kind: str) -> None:
        """A bmatrix or cases: cells between & and rows between \\\\."""
        line, i = self.line, self.i
        close = line.closing(i)
        lo, hi = i + 1, close
        while hi > lo and line.kind(hi - 1) == "\\\\":
            hi -= 1
        self.emit("LMATRIX" if kind == "matrix(" else "LCASES", i, value="environment")
        for number, (row_lo, row_hi) in enumerate(line.parts(lo, hi, frozenset({"\\\\"}))):
            if number:
                self.emit("ROW", row_lo - 1)
            for place, (cell_lo, cell_hi) in enumerate(line.parts(row_lo, row_hi, frozenset({"&"}))):
                if place:
                    self.emit("CELL", cell_lo - 1)
                if kind == "cases(":
                    cell_lo, cell_hi = trimmed(line, cell_lo, cell_hi)
                self.inner(cell_lo, cell_hi)
        self.emit("RMATRIX" if kind == "matrix(" else "RCASES", close)
        self.i = close + 1

    # ---- bars, powers, roots ----

    def bar(self) -> None:
        line, i = self.line, self.i
        kind = line.raw[i].kind
        width = 1
        if kind == "|" and line.kind(i + 1) == "|" and not line.at(i + 1).gap and line.double_bars:
            kind, width = "‖", 2
        depth = len(self.closers)
        mine = [bar for bar in self.bars if bar[1] == depth]
        ends = self.previous() in OPERAND_ENDS
        if self.owners and self.owners[-1] == "KL" and not mine and ends:
            self.emit("COMMA", i, i + width - 1)
        elif mine and mine[-1][0] == kind and ends:
            self.bars.pop()
            self.emit("RBAR" if kind == "|" else "RNORM", i, i + width - 1)
        else:
            self.bars.append((kind, depth, i))
            self.emit("LBAR" if kind == "|" else "LNORM", i, i + width - 1)
        self.i += width

    def close_bars(self, depth: int) -> None:
        """Raises Unreadable for a bar left open inside the bracket that closes."""
        for kind, at, place in self.bars:
            if at > depth:
                column = self.line.column(place)
                raise Unreadable(
                    say(f"the {kind} at column {column} is never closed", f"第 {column} 列的 {kind} 没有闭合"),
                    column,
                    say(f"add the missing {kind}", f"补上缺少的 {kind}"),
                )

    def caret(self) -> None:
        line, i = self.line, self.i
        braced = line.kind(i + 1) == "{"
        lo = i + 2 if braced else i + 1
        hi = line.closing(i + 1) if braced else i + 2
        inside = [token.text for token in line.raw[lo:hi]]
        following = hi + 1 if braced else hi
        if not braced and line.kind(lo) == "-" and line.at(lo + 1).text in ("T", "⊤"):
            inside, following = ["-", line.at(lo + 1).text], lo + 2
        if inside in (["⊤"], ["-", "⊤"]) or (inside in (["T"], ["-", "T"]) and self.transposes()):
            if len(inside) == 2:
                self.inverse(lo)
            self.emit("TRANSPOSE", i, following - 1)
            self.i = following
            return
        word = line.word(lo)
        if not braced and word.startswith("T") and len(word) > 1 and not line.known(word) and self.transposes():
            self.emit("TRANSPOSE", i)
            typed = line.raw[lo]
            line.raw[lo] = replace(typed, text=word[1:], start=typed.start + 1)
            self.i = lo
            try:
                self.step()
            finally:
                line.raw[lo] = typed
            return
        if line.kind(i + 1) in ("'", "*", "+") and not braced:
            raise line.unexpected(i + 1, say("an exponent", "指数"))
        self.take("CARET")
        if braced:
            self.closers.append("RPAR")
            self.owners.append("")
            self.take("LPAR")

    def inverse(self, place: int) -> None:
        raw = self.line.raw[place]
        self.emit("CARET", place)
        self.emit("MINUS", place)
        self.out.append(Token("NUMBER", "1", raw.start, raw.end, False, (Fraction(1), None)))

    def transposes(self) -> bool:
        """Whether ^T here is a transpose: unless T is a name of its own and what stands before is a scalar."""
        line = self.line
        before = self.out[-1] if self.out else None
        rank = line.rank_of(before.value) if before is not None and before.kind == "NAME" else None
        if rank:
            return True
        named = line.known("T") or self.counts("T")
        if before is not None and before.kind == "NAME":
            return not named and rank is None
        return not line.declared("T")

    def counts(self, name: str) -> bool:
        """Whether the name stands on the line as a number: other than as a superscript."""
        raw = self.line.raw
        return any(
            token.text == name and self.line.kind(i - 1) != "^" and self.line.kind(i - 2) != "^"
            for i, token in enumerate(raw)
        )

    def root(self) -> None:
        line, i = self.line, self.i
        if line.raw[i].text == "sqrt" and line.kind(i + 1) == "[" and line.kind(line.closing(i + 1) + 1) == "{":
            index_end = line.closing(i + 1)
            end = line.closing(index_end + 1)
            self.emit("ROOT", i)
            self.group(i + 1, index_end)
            self.group(index_end + 1, end)
            self.i = end + 1
            return
        self.take("FUNCTION", ("sqrt", 0))

    def group(self, open_: int, close: int) -> None:
        self.emit("LPAR", open_)
        self.inner(open_ + 1, close)
        self.emit("RPAR", close)

    def fraction(self) -> None:
        """\\frac{a}{b}, \\frac12, \\frac1n."""
        i, line = self.i, self.line
        self.emit("FRACTION", i)
        j = i + 1
        parts = 0
        while parts < 2:
            token = line.at(j)
            if token.kind == "{":
                self.group(j, line.closing(j))
                j = line.closing(j) + 1
                parts += 1
                continue
            digits = token.text if token.kind == "NUMBER" and token.text.isdigit() else ""
            if digits and len(digits) <= 2 - parts:
                for place, digit in enumerate(digits):
                    start = token.start + place
                    number = Token("NUMBER", digit, start, start + 1, False, (Fraction(digit), None))
                    self.out += [replace(number, kind="LPAR"), number, replace(number, kind="RPAR")]
                parts += len(digits)
            elif token.kind == "WORD" and (len(token.text) == 1 or token.text in symbols.GREEK_WORDS):
                self.emit("LPAR", j)
                self.inner(j, j + 1)
                self.emit("RPAR", j)
                parts += 1
            else:
                raise line.unexpected(j, "{", say("write \\frac{a}{b}", "请写成 \\frac{a}{b}"))
            j += 1
        self.i = j

    def entries(self) -> None:
        """A subscript on a bracket or a call: an entry of the result."""
        line, i = self.line, self.i
        if line.kind(i + 1) == "{":
            lo, hi = i + 2, line.closing(i + 1)
            following = hi + 1
        else:
            lo, hi = i + 1, i + 2
            following = hi
        indices = entries_of(line, lo, hi) if lo < hi <= len(line.raw) else None
        if indices is None or self.previous() not in OPERAND_ENDS:
            raise line.unexpected(i, say("a name before the subscript", "下标前的名字"))
        self.emit("ENTRIES", i, following - 1, indices)
        self.i = following

    def prime(self) -> None:
        raise Unreadable(
            say(
                f"column {self.line.column(self.i)}: a prime stands behind a name or a function only",
                f"第 {self.line.column(self.i)} 列：撇号只能跟在名字或函数后面",
            ),
            self.line.column(self.i),
            say("write d/dx (…) for a derivative, (…)^T for a transpose", "求导请写 d/dx (…)，转置请写 (…)^T"),
        )


SPECIAL: dict[str, Any] = {
    "|": Resolver.bar, "‖": Resolver.bar, "^": Resolver.caret, "√": Resolver.root, "frac": Resolver.fraction,
    "_": Resolver.entries, "'": Resolver.prime, "∇": Resolver.nabla,
}  # fmt: skip


def two_digits(indices: list[Expr]) -> tuple[Expr, Expr] | None:
    """δ_12 is δ of 1 and 2."""
    if len(indices) == 1 and isinstance(indices[0], Number) and 11 <= indices[0].value <= 99:
        tens, ones = divmod(int(indices[0].value), 10)
        return Number(Fraction(tens)), Number(Fraction(ones))
    return None


def matrix_rows(line: Line, i: int) -> list[tuple[int, int]] | None:
    """The bracketed rows of the literal matrix that opens at token i, or None where it is none."""
    if line.kind(i + 1) != "[":
        return None
    rows = line.parts(i + 1, line.closing(i))
    if all(line.kind(lo) == "[" and line.closing(lo) == hi - 1 for lo, hi in rows if lo < hi) and all(
        lo < hi for lo, hi in rows
    ):
        return rows
    return None


def trimmed(line: Line, lo: int, hi: int) -> tuple[int, int]:
    """A cell of `cases` without the words around its condition."""
    while hi > lo and line.kind(hi - 1) in (",", ".", ";"):
        hi -= 1
    if line.word(lo) in CONDITION_WORDS and not line.known(line.word(lo)):
        lo += 1
    if hi == lo + 1 and line.word(lo) in OTHERWISE:
        lo = hi
    return lo, hi


def unexpected(token: Token) -> Unreadable:
    """The error for a symbol that means nothing where it stands."""
    column = token.start + 1
    shown = visible(token.text)
    hints = {
        "...": say("write the sum with an index: sum_{k=1}^{n}", "请用带指标的求和：sum_{k=1}^{n}"),
        "=>": say("write >= for greater or equal; => only begins a line", "大于等于请写 >=；=> 只能放在行首"),
        ":": say("a type is written with let: let w : vector(n)", "类型用 let 声明：let w : vector(n)"),
        "&": say("& separates only inside bmatrix and cases", "& 只在 bmatrix 和 cases 里作分隔"),
        ";": say("write one statement a line", "一行只写一句"),
        "⌊": say("write floor(x)", "请写成 floor(x)"),
        "⌈": say("write ceil(x)", "请写成 ceil(x)"),
        "∂": say("write ∂L/∂w or d/dw (…)", "请写成 ∂L/∂w 或 d/dw (…)"),
        "->": say("an arrow stands only below lim: lim_{x->0}", "箭头只用在极限下面：lim_{x->0}"),
    }
    return Unreadable(
        say(f"column {column}: {shown} means nothing here", f"第 {column} 列：{shown} 在这里没有意义"),
        column,
        hints.get(token.kind),
    )
