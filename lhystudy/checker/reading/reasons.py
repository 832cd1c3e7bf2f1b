"""The reason at the end of a line: a formula that is judged, or words that are kept."""

from __future__ import annotations

from lhystudy.checker.problem import Problem
from lhystudy.checker.reading import symbols
from lhystudy.checker.reading.line import Line
from lhystudy.checker.reading.stream import RELATIONS
from lhystudy.words import say

SO_WORDS = frozenset({"so", "therefore", "hence", "thus", "then", "∴", "=>"})
# Behind one of these a bracket is a factor or a side, never a reason.
UNFINISHED = RELATIONS | {"+", "-", "*", "/", "·", "⊙", "@", "^", "_", "(", "[", "{", ","}
SENTENCE = 3  # words side by side that no formula has
REASON_WORDS = frozenset({"because", "by", "since", "as", "using"})


def reason_at(line: Line, lo: int, hi: int) -> tuple[int, int, int, bool] | None:
    """Where the reason of a line stands: the end of its statement, the reason's own two ends, and whether it is words.

    None where the line gives none.
    """
    for place in line.top_level(lo, hi, frozenset({"WORD", "∵"})):
        if place == lo:
            continue
        if gives_reason(line, place):
            if place + 1 >= hi:
                raise line.unexpected(hi, say("a reason", "理由"))
            end = place - 1 if line.kind(place - 1) == "," else place
            return end, place + 1, hi, worded(line, place + 1, hi)
    if line.kind(hi - 1) == ")":
        return _in_brackets(line, lo, hi)
    return None


def gives_reason(line: Line, place: int) -> bool:
    """Whether the word at this place begins a reason."""
    word = line.word(place).lower()
    if line.kind(place) == "∵":
        return True
    return word in REASON_WORDS and not line.declared(word) and not (word == "as" and all(map(line.known, word)))


def leads(line: Line, place: int) -> bool:
    """Whether the token at this place is a `so`, in any of its words."""
    return line.raw[place].text.lower() in SO_WORDS and line.raw[place].text not in line.problem.symbols


def leading_reason(line: Line, lo: int, hi: int) -> tuple[int, int, int] | None:
    """`because R, S`: the two ends of R and where S begins. None where no reason leads."""
    if not gives_reason(line, lo):
        return None
    places = line.top_level(lo + 1, hi, frozenset({"WORD", "∴", "=>", ","}))
    found = [place for place in places if leads(line, place)] or [p for p in places if line.kind(p) == ","]
    if not found or found[0] + 1 >= hi:
        return None
    end = found[0] - 1 if line.kind(found[0] - 1) == "," else found[0]
    return lo + 1, end, found[0] + (line.kind(found[0]) == ",")


def _in_brackets(line: Line, lo: int, hi: int) -> tuple[int, int, int, bool] | None:
    """The reason that a bracket at the end of the line holds; None where the bracket is a factor."""
    open_ = line.match[hi - 1]
    if open_ <= lo or line.kind(open_ - 1) in UNFINISHED:
        return None
    start = open_ + 2 if gives_reason(line, open_ + 1) and open_ + 2 < hi - 1 else open_ + 1
    words = {line.word(place) for place in line.top_level(start, hi - 1, frozenset({"WORD"}))}
    related = line.top_level(start, hi - 1, RELATIONS) and not ("if" in words and "else" in words)
    if related and line.raw[open_].gap:
        return open_, start, hi - 1, worded(line, start, hi - 1)
    if not related and _plain_words(line, open_, hi - 1):
        return open_, open_ + 1, hi - 1, True
    return None


def _plain_words(line: Line, open_: int, close: int) -> bool:
    """Whether the bracket holds words of a language rather than a formula."""
    tokens = line.raw[open_ + 1 : close]
    if any(token.kind == "TEXT" for token in tokens):
        return True
    if not line.raw[open_].gap or not all(token.kind in ("WORD", ",", "-", "'", ".") for token in tokens):
        return False
    return any(is_language(line.problem, token.text) for token in tokens if token.kind == "WORD")


def worded(line: Line, lo: int, hi: int) -> bool:
    """Whether the reason from lo to hi is in words: it has no relation, or names what no formula would."""
    if not line.top_level(lo, hi, RELATIONS):
        return True
    for place in range(lo, hi):
        token = line.raw[place]
        subscript = line.kind(place - 1) in ("_", "{")
        if token.kind == "TEXT":
            return True
        if token.kind == "WORD" and len(token.text) > 2 and not subscript and is_language(line.problem, token.text):
            return True
    return False


def is_language(problem: Problem, word: str) -> bool:
    """Whether this is a word of a language: longer than a letter, and no name or function that is known."""
    line = Line([], problem)
    if len(word) < 2 or not word.isascii() or not word.isalpha() or line.known(word):
        return False
    if word in symbols.GREEK_WORDS or word in symbols.FUNCTIONS or word in symbols.CONSTANTS:
        return False
    if (
        word in symbols.SUM_WORDS
        or word in symbols.EXPECTATIONS
        or word in ("grad", "hess", "lim", "if", "else", "and")
    ):
        return False
    if all(line.known(letter) for letter in word):
        return False
    return not (word.startswith("d") and (len(word) == 2 or line.known(word[1:])))


def sentence_at(line: Line, lo: int, hi: int) -> int | None:
    """Where three or more words of a language stand side by side, or None."""
    run = 0
    for place in range(lo, hi):
        word = line.word(place)
        run = run + 1 if word and line.kind(place - 1) != "_" and is_language(line.problem, word) else 0
        if run == SENTENCE:
            return place - SENTENCE + 1
    return None
