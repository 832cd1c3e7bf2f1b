"""LaTeX that sets type: what its commands and environments stand for, and what of them says nothing."""

from __future__ import annotations

from dataclasses import replace
from difflib import get_close_matches

from lhystudy.checker.reading import symbols
from lhystudy.checker.reading.tokens import OPENING, Token, accented
from lhystudy.checker.reading.unreadable import Unreadable, visible
from lhystudy.words import say

ENVIRONMENTS = {"matrix(": 1, "cases(": 1, "matrix)": -1, "cases)": -1}
BOLD = frozenset({"mathbf", "boldsymbol", "bm", "pmb"})  # their braces may hold a product, and then stay
TAKES_BRACES = frozenset({"_", "^", "frac", "√", "}", "]", "accent", "font", "brace", "WORD", "NUMBER"})


def environment(text: str, start: int, end: int, gap: bool) -> Token | None:
    """The bracket that \\begin{…} or \\end{…} is; None for one that only sets type. Raises Unreadable."""
    opening, name = text.startswith("\\begin"), text[text.index("{") + 1 : text.index("}")]
    if name in symbols.PLAIN_ENVIRONMENTS:
        return None
    if name in symbols.MATRIX_ENVIRONMENTS:
        kind = "matrix("
    elif name in ("cases", "dcases"):
        kind = "cases("
    else:
        raise Unreadable(
            say(f"the environment {visible(name)} is not read here", f"这里不读环境 {visible(name)}"),
            start + 1,
            say("use bmatrix or cases", "可用 bmatrix 或 cases"),
        )
    return Token(kind if opening else OPENING[kind], text, start, end, gap)


def command(name: str, start: int, end: int, gap: bool) -> Token | None:
    """What the command stands for; None where it only sets type. Raises Unreadable for one that is not known."""
    if name in symbols.SILENT or name in "()[]":
        return None
    if name.startswith("textcolor"):
        return Token("brace", name, start, end, gap)
    bare = name.rstrip("*") or name
    for kind, table in (("frac", symbols.FRACTIONS), ("font", symbols.FONTS), ("brace", symbols.BRACES)):
        if bare in table:
            return Token(kind, name, start, end, gap)
    if bare == "sqrt":
        return Token("√", name, start, end, gap)
    if bare in symbols.ACCENT_COMMANDS:
        return Token("accent", symbols.ACCENT_COMMANDS[bare], start, end, gap)
    if bare in symbols.COMMANDS:
        plain = symbols.COMMANDS[bare]
        if plain == " inf ":
            return Token("WORD", "inf", start, end, gap)
        kind = "WORD" if plain in "∑∏" else {"×": "*"}.get(plain, plain)
        return Token(kind, "\\" + plain if plain in "{}" else plain, start, end, gap)
    if bare in symbols.GREEK_WORDS:
        return Token("WORD", symbols.SAME_WORD.get(bare, bare), start, end, gap)
    if bare in symbols.FUNCTIONS or bare in ("lim", "pi", "ell", "Pr", "arg"):
        return Token("WORD", bare, start, end, gap)
    raise _unknown(bare, start)


def _unknown(name: str, start: int) -> Unreadable:
    known = [*symbols.COMMANDS, *symbols.GREEK_WORDS, *symbols.FUNCTIONS, *symbols.FRACTIONS, *symbols.ACCENT_COMMANDS]
    close = get_close_matches(name, known, n=1, cutoff=0.7)
    hint = say(f"did you mean \\{close[0]}?", f"是不是 \\{close[0]}？") if close else None
    if name in ("over", "atop"):
        hint = say("write \\frac{a}{b}", "请写成 \\frac{a}{b}")
    return Unreadable(
        say(f"the command \\{visible(name)} is not known", f"不认识命令 \\{visible(name)}"), start + 1, hint
    )


def settle(raw: list[Token]) -> list[Token]:
    """Fonts, accents and braces applied to what they stand before; `&` and `\\\\` kept only where they separate."""
    tokens: list[Token] = []
    environments = 0
    dropped: set[int] = set()
    gap = False  # whether space stood before what was dropped
    for i, token in enumerate(raw):
        kind = token.kind
        if kind in ENVIRONMENTS:
            environments += ENVIRONMENTS[kind]
        elif kind == "{" and i not in dropped:
            dropped.update(_idle_braces(raw, i) or _cases_brace(raw, i))
        elif kind == "font":
            dropped.update(_font_braces(raw, i, plain=token.text not in BOLD), {i})
        elif kind == "brace":
            dropped.update(_grouped(raw, i), {i})
        elif kind == "accent" and i not in dropped:
            token = _accented(raw, i, dropped)
        if i in dropped or (kind in ("&", "\\\\") and not environments):
            gap = gap or token.gap
            continue
        tokens.append(replace(token, gap=True) if gap and not token.gap else token)
        gap = False
    while tokens and tokens[-1].kind in (".", ",", ";", "\\\\"):
        tokens.pop()
    return tokens


def _closing(raw: list[Token], i: int) -> int:
    """The place of the brace that closes the one at i; the end where none does."""
    depth = 0
    for j in range(i, len(raw)):
        depth += (raw[j].kind == "{") - (raw[j].kind == "}")
        if depth == 0:
            return j
    return len(raw)


def _idle_braces(raw: list[Token], i: int) -> set[int]:
    """The places of braces that only group: `{}`, `{\\bf x}`, and those around a name that has a script of its own."""
    if raw[i].text != "{" or (i and raw[i - 1].kind in TAKES_BRACES):
        return set()
    close = _closing(raw, i)
    if close >= len(raw):
        return set()
    inside = {token.kind for token in raw[i + 1 : close]}
    if i and raw[i - 1].kind == "∂" and inside <= {"WORD", "NUMBER", "_", "{", "}", "accent", "font"}:
        return {i, close}
    named = close == i + 2 and raw[i + 1].kind == "WORD"
    scripted = close + 1 < len(raw) and raw[close + 1].kind in ("_", "^", "'")
    set_in = raw[i + 1].kind == "accent" or (raw[i + 1].kind == "font" and raw[i + 1].text in symbols.SWITCHES)
    return {i, close} if close == i + 1 or (named and scripted) or set_in else set()


def _cases_brace(raw: list[Token], i: int) -> set[int]:
    """The place of a brace that opens an array and is never closed, which is a way to write cases."""
    if raw[i].text != "\\{" or i + 1 >= len(raw) or raw[i + 1].kind != "matrix(":
        return set()
    close = next((j for j in range(i + 1, len(raw)) if raw[j].kind == "matrix)"), len(raw))
    if close >= len(raw) or (close + 1 < len(raw) and raw[close + 1].kind == "}"):
        return set()
    raw[i + 1], raw[close] = replace(raw[i + 1], kind="cases("), replace(raw[close], kind="cases)")
    return {i}


def _font_braces(raw: list[Token], i: int, plain: bool) -> set[int]:
    """The places of the braces that a font command set around letters, which say nothing more."""
    if i + 1 >= len(raw) or raw[i + 1].kind != "{" or raw[i].text in symbols.SWITCHES:
        return set()
    close = _closing(raw, i + 1)
    return {i + 1, close} if close < len(raw) and (plain or close == i + 3) else set()


def _grouped(raw: list[Token], i: int) -> set[int]:
    """Makes round brackets of those that hold what is braced, and answers the places of the words below or above."""
    if i + 1 >= len(raw) or raw[i + 1].kind != "{":
        return set()
    close = _closing(raw, i + 1)
    if close < len(raw):
        raw[i + 1], raw[close] = replace(raw[i + 1], kind="("), replace(raw[close], kind=")")
    script = close + 1
    if script + 1 >= len(raw) or raw[script].kind not in ("_", "^") or raw[i].text.startswith("textcolor"):
        return set()
    braced = raw[script + 1].kind == "{"
    last = _closing(raw, script + 1) if braced else script + 1
    return set(range(script, min(last + 1, len(raw))))


def _accented(raw: list[Token], i: int, dropped: set[int]) -> Token:
    """The word that the accent at `i` stands over; an accent over y_i is one over y."""
    accent = raw[i]
    j = i + 1
    braces = []
    while j < len(raw) and (raw[j].kind in ("{", "font")):
        if raw[j].kind == "{":
            braces.append(j)
        dropped.add(j)
        j += 1
    closings = [_closing(raw, brace) for brace in braces]
    closed = all(
        close == j + k + 1 or (close < len(raw) and raw[j + 1].kind == "_") for k, close in enumerate(closings[::-1])
    )
    if j >= len(raw) or raw[j].kind != "WORD" or raw[j].text in ("if", "else") or not closed:
        raise Unreadable(
            say(f"\\{accent.text} stands over one name", f"\\{accent.text} 只能放在一个名字上"),
            accent.start + 1,
            say(f"write \\{accent.text}{{y}}", f"例如 \\{accent.text}{{y}}"),
        )
    dropped.update([j, *closings])
    end = raw[j + len(braces)].end if all(close <= j + len(braces) for close in closings) else raw[j].end
    return Token("WORD", accented(raw[j].text, accent.text), accent.start, end, accent.gap)
