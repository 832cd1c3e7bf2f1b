"""Characters to tokens: ASCII, Unicode and LaTeX become one stream, each token with the columns it was typed at."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace
from fractions import Fraction

from lhystudy.checker.reading import symbols
from lhystudy.checker.reading.tokens import CLOSING, OPENING, Token, accented
from lhystudy.checker.reading.typeset import command, environment, settle
from lhystudy.checker.reading.unreadable import Unreadable, visible
from lhystudy.words import say

LONGEST_LINE = 20_000
DEEPEST = 200
MOST_DIGITS = 400  # of one number; its exponent may not pass this either
MOST_TOKENS = 6_000

INVISIBLE_OPERATORS = frozenset("\u2061\u2062\u2063\u2064")
STROKE = "\u0338"  # struck through the = before it


CHINESE = "|".join(sorted(symbols.CHINESE_WORDS, key=len, reverse=True))
PATTERN = re.compile(
    rf"""(?P<space>[ ]+)
    |(?P<number>(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][+-]?\d+)?)
    |(?P<word>[A-Za-z]+\d*|[\u0391-\u03a1\u03a3-\u03a9\u03b1-\u03c9\u03d1\u03d5\u03f1\u03f5\u2113]\d*)
    |(?P<environment>\\(?:begin|end)\s*\{{[A-Za-z]*\*?\}}(?:\s*\{{[lcr| ]*\}})?)
    |(?P<silent>\\(?:left|right)\s*\.
        |\\(?:[hv]space|[hv]?phantom|label|tag|color)\*?\s*\{{[^{{}}]*\}})
    |(?P<spelled>\\not\s*=|\\(?:stackrel|overset)\s*\{{(?:[^{{}}]|\{{[^{{}}]*\}})*\}}\s*\{{\s*=\s*\}}
        |\\\\(?:\s*\[\s*-?[\d.]+\s*(?:pt|em|ex|mm|cm)\s*\])?|\\(?:cr|newline|tabularnewline)(?![A-Za-z])
        |&lt;|&gt;|&amp;|=<|<>|=/=|:=|\.T\b)
    |(?P<command>\\(?:textcolor\s*\{{[^{{}}]*\}}|[A-Za-z]+\*?|.))
    |(?P<symbol>\*\*|\.\*|\.\.\.|->|=>|<=|>=|!=|==|~=|[-+*/^_()\[\]{{}},:|‖'!=<>·×⊙@∂∇√∑∏⊤∴∵&~$.;?%\#⌊⌋⌈⌉⟨⟩∈∼←≻≺⪰⪯∫`])
    |(?P<accent>[\u0300-\u036f])
    |(?P<chinese>(?<![\u3400-\u9fff])(?:{CHINESE}))
    |(?P<text>[\u3400-\u9fff]+|.)""",
    re.VERBOSE,
)
SAME_SYMBOL = {
    "**": "^", ".*": "⊙", "×": "*", "==": "=", "~": " ", "=<": "<=", "<>": "!=", "=/=": "!=", ":=": "=", ".T": "⊤",
    "&lt;": "<", "&gt;": ">", "&amp;": "&",
}  # fmt: skip


def scan(text: str) -> list[Token]:
    """The tokens of one line; none for a blank line, a comment, or a line of typesetting alone.

    Raises Unreadable for a line that is too long, nests too deep, holds invisible characters or an unknown command.
    """
    if len(text) > LONGEST_LINE:
        raise Unreadable(
            say(
                f"the line has {len(text)} characters, and {LONGEST_LINE} is the most that is read",
                f"这一行有 {len(text)} 个字符，最多只读 {LONGEST_LINE} 个",
            ),
            LONGEST_LINE + 1,
        )
    characters, columns = _plain(text.rstrip("\r\n"))
    tokens = settle(_match(characters, columns))
    if len(tokens) > MOST_TOKENS:
        raise Unreadable(
            say("the line has too many symbols to be read", "这一行的符号太多，无法读入"), tokens[MOST_TOKENS].start + 1
        )
    _check_depth(tokens)
    return tokens


def _plain(text: str) -> tuple[str, list[int]]:
    """The line with look-alike characters made one, and the column of each character left."""
    if text.isascii() and text.isprintable():
        return text, list(range(len(text) + 1))
    characters: list[str] = []
    columns: list[int] = []
    script = ""  # "^{" or "_{" while a run of raised or lowered characters is open
    for column, typed in enumerate(text):
        raised, plain = _one(typed, column)
        if raised != script:
            if script:
                characters.append("}")
                columns.append(column - 1)
            if raised:
                characters.extend(raised)
                columns.extend([column, column])
            script = raised
        characters.extend(plain)
        columns.extend([column] * len(plain))
    if script:
        characters.append("}")
        columns.append(len(text) - 1)
    columns.append(len(text))
    return "".join(characters), columns


def _one(typed: str, column: int) -> tuple[str, str]:
    """What one typed character stands for, and whether it is raised (`^{`) or lowered (`_{`)."""
    if typed in symbols.CHARACTERS:
        return "", symbols.CHARACTERS[typed]
    if typed in symbols.SPACES or typed in INVISIBLE_OPERATORS:
        return "", " "
    category = unicodedata.category(typed)
    if category[0] == "C":
        raise Unreadable(
            say(
                f"an invisible character {visible(typed)} stands here; delete it",
                f"这里有一个不可见字符 {visible(typed)}，请删去",
            ),
            column + 1,
        )
    if typed.isascii() or typed in symbols.GREEK:
        return "", typed
    made_of = unicodedata.decomposition(typed).split()
    if made_of and made_of[0] in ("<super>", "<sub>"):
        plain = "".join(chr(int(code, 16)) for code in made_of[1:])
        plain = symbols.CHARACTERS.get(plain, plain)
        if made_of[0] == "<sub>":
            return "_{", plain
        return "^{", "⊤" if plain == "T" else plain
    if made_of and made_of[0] in ("<font>", "<wide>", "<compat>", "<narrow>"):
        plain = unicodedata.normalize("NFKC", typed)
        return "", "".join(symbols.CHARACTERS.get(c, c) for c in plain)
    if made_of and made_of[0][0] != "<":
        return "", unicodedata.normalize("NFD", typed)
    return "", typed


def _match(characters: str, columns: list[int]) -> list[Token]:
    """The raw tokens, typesetting still among them."""
    tokens: list[Token] = []
    gap = False
    for match in PATTERN.finditer(characters):
        kind, text = match.lastgroup or "text", match.group()
        start, end = columns[match.start()], columns[match.end() - 1] + 1
        if text == "#" and kind == "symbol":
            break
        if kind in ("space", "silent") or text in ("~", "$", "`"):
            gap = gap or kind == "space" or text == "~"
            continue
        if kind == "accent":
            _accent(tokens, text, start)
            continue
        found = _token(kind, text, start, end, gap)
        if found is None:
            gap = gap or text[1:] not in symbols.NO_SPACE
            continue
        if kind == "number" and not gap and tokens and tokens[-1].kind == "NUMBER":
            typed = visible(tokens[-1].text + text)
            raise Unreadable(say(f"{typed} is no number", f"{typed} 不是数"), tokens[-1].start + 1)
        tokens.append(found)
        gap = False
    return tokens


def _token(kind: str, text: str, start: int, end: int, gap: bool) -> Token | None:
    if kind == "number":
        return Token("NUMBER", text, start, end, gap, _number(text, start))
    if kind == "word":
        return Token("WORD", _word(text), start, end, gap)
    if kind == "environment":
        return environment(text, start, end, gap)
    if kind == "command":
        return command(text[1:], start, end, gap)
    if kind == "spelled":
        text = _spelled(text)
        return Token(text, text, start, end, gap)
    if kind == "chinese":
        return Token("WORD", symbols.CHINESE_WORDS[text], start, end, gap)
    if kind == "symbol":
        text = SAME_SYMBOL.get(text, text)
        return Token("WORD" if text in "∑∏" else text, text, start, end, gap)
    return Token("TEXT", text, start, end, gap)


def _spelled(text: str) -> str:
    """The symbol that a longer spelling stands for."""
    if text.startswith("\\not"):
        return "!="
    if text.startswith(("\\\\", "\\cr", "\\newline", "\\tab")):
        return "\\\\"
    return "=" if text.startswith("\\") else SAME_SYMBOL[text]


def _word(text: str) -> str:
    """The word's one spelling: Greek letters by name, trailing digits kept."""
    letters = text.rstrip("0123456789")
    name = symbols.GREEK.get(letters, letters)
    return symbols.SAME_WORD.get(name, name) + text[len(letters) :]


def _number(text: str, start: int) -> tuple[Fraction, int | None]:
    mantissa, _, exponent = text.lower().partition("e")
    _, _, decimals = mantissa.partition(".")
    if len(mantissa) > MOST_DIGITS or len(exponent) > 4 or abs(int(exponent or 0)) > MOST_DIGITS:
        raise Unreadable(
            say("the number is too long to be read exactly", "这个数太长，无法精确读入"),
            start + 1,
            say("write it as a power", "请写成幂"),
        )
    shown = len(decimals) - int(exponent or 0)
    return Fraction(text), (shown if "." in mantissa or exponent else None)


def _accent(tokens: list[Token], mark: str, column: int) -> None:
    """Puts a combining hat or bar on the letter before it."""
    name = symbols.ACCENTS.get(mark)
    if mark == STROKE and tokens and tokens[-1].kind == "=":
        tokens.append(replace(tokens.pop(), kind="!=", text="!=", end=column + 1))
        return
    if not tokens or name is None or tokens[-1].kind != "WORD":
        tokens.append(Token("TEXT", mark, column, column + 1))
        return
    word = tokens.pop()
    if len(word.text) > 1 and word.text not in symbols.GREEK_WORDS and "_" not in word.text:
        tokens.append(replace(word, text=word.text[:-1], end=word.end - 1))
        word = Token("WORD", word.text[-1], word.end - 1, word.end)
    tokens.append(replace(word, text=accented(word.text, name), end=column + 1))


def _check_depth(tokens: list[Token]) -> None:
    """Raises Unreadable for brackets that do not match or nest too deep."""
    open_: list[Token] = []
    for token in tokens:
        if token.kind in OPENING:
            open_.append(token)
            if len(open_) > DEEPEST:
                raise Unreadable(
                    say(f"brackets nest deeper than {DEEPEST}", f"括号嵌套超过 {DEEPEST} 层"), token.start + 1
                )
        elif token.kind in CLOSING:
            if not open_:
                raise Unreadable(
                    say(
                        f"the {_shown(token)} closes nothing",
                        f"{_shown(token)} 没有对应的左括号",
                    ),
                    token.start + 1,
                    say(
                        f"delete it, or add {_shown_kind(CLOSING[token.kind])} before",
                        f"删去它，或在前面补上 {_shown_kind(CLOSING[token.kind])}",
                    ),
                )
            last = open_.pop()
            if OPENING[last.kind] != token.kind:
                raise Unreadable(
                    say(
                        f"the {_shown(last)} at column {last.start + 1} is closed by {_shown(token)}",
                        f"第 {last.start + 1} 列的 {_shown(last)} 被 {_shown(token)} 关闭",
                    ),
                    token.start + 1,
                    say(
                        f"a {_shown_kind(OPENING[last.kind])} is due here",
                        f"这里应是 {_shown_kind(OPENING[last.kind])}",
                    ),
                )
    if open_:
        last = open_[-1]
        raise Unreadable(
            say(
                f"the {_shown(last)} is never closed",
                f"{_shown(last)} 没有闭合",
            ),
            last.start + 1,
            say(f"add the missing {_shown_kind(OPENING[last.kind])}", f"补上缺少的 {_shown_kind(OPENING[last.kind])}"),
        )


def _shown(token: Token) -> str:
    return visible(token.text)


def _shown_kind(kind: str) -> str:
    return {"matrix)": "\\end{bmatrix}", "matrix(": "\\begin{bmatrix}", "cases)": "\\end{cases}",
            "cases(": "\\begin{cases}"}.get(kind, kind)  # fmt: skip
