"""The reason at the end of a line: a formula that is judged, or words that are kept."""

from __future__ import annotations

from lhystudy.checker.problem import Problem
from lhystudy.checker.reading import symbols
from lhystudy.checker.reading.line import Line
from lhystudy.checker.reading.stream import RELATIONS
from lhystudy.words import say

SENTENCE = 3  # words side by side that no formula has
REASON_WORDS = frozenset({"because", "by", "since"})


def reason_at(line: Line, lo: int, hi: int) -> tuple[int, int, int, bool] | None:
    """Where the reason of a line stands: the end of its statement, the reason's own two ends, and whether it is words.

    None where the line gives none.
    """
    for place in line.top_level(lo, hi, frozenset({"WORD", "∵"})):
        if place == lo:
            continue
        word = line.raw[place].text
        if line.kind(place) == "∵" or (word in REASON_WORDS and not line.declared(word)):
            if place + 1 >= hi:
                raise line.unexpected(hi, say("a reason", "理由"))
            end = place - 1 if line.kind(place - 1) == "," else place
            return end, place + 1, hi, worded(line, place + 1, hi)
    if line.kind(hi - 1) == ")":
        return _in_brackets(line, lo, hi)
    return None


def _in_brackets(line: Line, lo: int, hi: int) -> tuple[int, int, int, bool] | None:
    """The reason that a bracket at the end of the line holds; None where the bracket is a factor."""
    open_ = line.match[hi - 1]
    if open_ <= lo:
        return None
    related = line.top_level(open_ + 1, hi - 1, RELATIONS)
    if related and line.raw[open_].gap and line.kind(open_ - 1) not in ("_", "^"):
        return open_, open_ + 1, hi - 1, worded(line, open_ + 1, hi - 1)
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
