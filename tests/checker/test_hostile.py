"""Hostile input: every line gets a verdict or one sentence; nothing is run, and nothing is raised."""

from __future__ import annotations

import pytest

from lhystudy.checker.check import check_text
from lhystudy.checker.lines import MOST_LINES
from lhystudy.checker.verdict import LineVerdict

DOUBLING = "given b_1 = z + z^2\n" + "\n".join(
    f"given b_{{{n}}} = b_{{{n - 1}}} + b_{{{n - 1}}}^2" for n in range(2, 26)
)


def last(text: str) -> LineVerdict:
    return check_text(text, seconds=2.0).lines[-1]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("x.__class__ = 1", "means nothing here"),
        ("__import__('os').system('id') = 1", "no name before it"),
        ("{0.__class__} = 1", "means nothing here"),
        (r"\input{/etc/passwd} = 1", r"\input is not known"),
        (r"\def\x{1} = 1", r"\def is not known"),
        ("zeros(10^9) = x", "a size is a name or a whole number"),
        ("zeros(1000000000) = 1", "a size is at most"),
        ("det(I_{100000000}) = 1", "a size is at most"),
        ("let v : vector(" + "9" * 300 + ")", "a dimension is at most"),
        ("(" * 5000 + "x" + ")" * 5000, "too many symbols"),
        ("[" * 5000, "nest deeper than"),
        ("|" * 5000, "never closed"),
        (r"\frac{1}{" * 150 + "x" + "}" * 150, "nests too deep"),
        ("x" * 200_000, "characters"),
        ("x = 1\x07", r"\u0007"),
        ("x\u202e = 1", r"\u202e"),
        ("x\u200b = 1", r"\u200b"),
        ("x\x00 = 1", r"\u0000"),
        ("x\ud800 = 1", r"\ud800"),
        ("x\u0316 = 1", r"\u0316"),
        ("1e999999 = x", "too long to be read exactly"),
        ("中" * 5000, "is a word"),
        ("= " * 3000, "side by side"),
        ("given " * 500 + "x = 1", "nests too deep"),
        ("😀 = 1", "means nothing here"),
    ],
    ids=lambda part: ascii(part)[:30],
)
def test_what_cannot_be_read_says_so_in_a_sentence(text: str, sentence: str) -> None:
    line = last(text)

    assert line.verdict == "unreadable"
    assert sentence in line.note and line.note.isprintable() and len(line.note) < 300


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("9^9^9^9^9 = 1", "undecided"),
        ("x^x^x^x^x^x = 1", "refuted"),
        ("(x + y)^1000000 = 1", "refuted"),
        ("10^9! = 1", "refuted"),
        ("sum_{k=1}^{1000000000} 1/k^3 = 2", "undecided"),
        ("prod_{k=1}^{1000000000} k = 1", "undecided"),
        ("exp(exp(exp(exp(exp(10))))) = 1", "undecided"),
        ("1/0 = 1/0", "undecided"),
        ("inf - inf = 0", "undecided"),
        ("a" * 19_000 + " = 1", "refuted"),
        ("x" + "\u0302" * 2000 + " = 1", "refuted"),
        ("let f : function\nf" + "'" * 60 + "(x) = 1", "refuted"),
        (DOUBLING + "\nb_25 = 0", "undecided"),
        ("let v : vector(1000000)\nv^T v = sum_i v_i^2", "undecided"),
    ],
    ids=lambda part: ascii(part)[-30:],
)
def test_what_can_be_read_gets_a_verdict(text: str, verdict: str) -> None:
    line = last(text)

    assert line.verdict == verdict
    assert "the checker failed" not in line.note


def test_a_text_of_too_many_lines_says_how_many_are_read() -> None:
    line = last("# a\n" * 100_000)

    assert (line.n, line.verdict) == (MOST_LINES + 1, "unreadable")
    assert str(MOST_LINES) in line.note
