"""Lines broken by the rules of Chinese and Latin typesetting."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lhystudy.draw.cells import Run
from lhystudy.draw.width import row_width, text_of
from lhystudy.draw.wrap import NO_END, NO_START, wrap


def lines(text: str, cells: int) -> list[str]:
    return [text_of(row) for row in wrap((Run(text),), cells)]


@pytest.mark.parametrize(
    ("text", "cells", "expected"),
    [
        ("梯度下降，收敛", 8, ["梯度下", "降，收敛"]),
        ("他说“学习”就走", 8, ["他说“学", "习”就走"]),
        ("（梯度）下降（收敛）", 8, ["（梯度）", "下降（收", "敛）"]),
        ("他说说“学习”", 8, ["他说说", "“学习”"]),
        ("one two three", 7, ["one two", "three"]),
        ("用LSTM模型", 6, ["用LSTM", "模型"]),
        ("用 LSTM 模型", 8, ["用 LSTM", "模型"]),
        ("对吗？！", 6, ["对", "吗？！"]),
        ("abcdefghij", 4, ["abcd", "efgh", "ij"]),
        ("", 10, [""]),
    ],
)
def test_a_text_is_broken_as_a_typesetter_would(text: str, cells: int, expected: list[str]) -> None:
    assert lines(text, cells) == expected


def test_a_run_in_another_role_does_not_open_a_break_inside_of_a_word() -> None:
    rows = wrap((Run("see "), Run("backprop", "code"), Run("agation, "), Run("now")), 18)
    assert [text_of(row) for row in rows] == ["see", "backpropagation,", "now"]


WORDS = st.lists(
    st.sampled_from(
        [
            "梯",
            "度",
            "下降",
            "，",
            "。",
            "）",
            "（",
            "“",
            "”",
            "？",
            "gradient",
            "LSTM,",
            "(a)",
            " ",
            " ",
            "x",
            "…",
            "、",
            "《",
            "》",
        ]
    ),
    max_size=60,
).map("".join)


@given(WORDS, st.integers(24, 80))
def test_no_line_is_wider_than_asked_and_nothing_is_lost(text: str, cells: int) -> None:
    broken = wrap((Run(text),), cells)
    assert all(row_width(row) <= cells for row in broken)
    assert "".join(map(text_of, broken)).replace(" ", "") == text.replace(" ", "")


SENTENCES = st.lists(
    st.sampled_from(
        ["梯度", "下降，", "（收敛）", "“学习”", "对吗？", "gradient", " LSTM ", "《论文》", "一、二。", "(a)"]
    ),
    max_size=40,
).map("".join)


@given(SENTENCES, st.integers(24, 80))
def test_no_line_begins_with_a_closing_sign_or_ends_with_an_opening_one(text: str, cells: int) -> None:
    broken = [line for line in lines(text.strip(), cells) if line.strip()]
    assert not any(line.strip()[0] in NO_START for line in broken[1:])
    assert not any(line.strip()[-1] in NO_END for line in broken[:-1])


@given(st.text(max_size=60), st.integers(2, 40))
def test_any_text_fits(text: str, cells: int) -> None:
    assert all(row_width(row) <= cells for row in wrap((Run(text),), cells))
