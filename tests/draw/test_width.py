"""Cells, not characters."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lhystudy.draw.cells import Row, Run
from lhystudy.draw.width import clip, clip_row, pad, pad_row, printable, row_width, text_of, tidy, trimmed, width


@pytest.mark.parametrize(
    ("text", "cells"), [("abc", 3), ("梯度", 4), ("ŷ", 1), ("p̂", 1), ("𝔼ℒ", 2), ("ｘ", 2), ("", 0)]
)
def test_a_text_has_its_width_in_a_terminal(text: str, cells: int) -> None:
    assert width(text) == cells


def test_a_clipped_text_never_cuts_a_character_or_loses_its_mark() -> None:
    assert clip("梯度下降", 6) == "梯度…"
    assert clip("p̂q̂r̂", 2) == "p̂…"


def test_padding_counts_cells() -> None:
    assert pad("梯度", 6, "right") == "  梯度"
    assert pad("梯", 5, "centre") == " 梯  "


def test_control_characters_do_not_reach_the_terminal() -> None:
    assert printable("a\x1b[31mb\tc\r\n") == "a[31mb c  "


def test_neighbours_of_one_role_are_joined_and_empty_runs_dropped() -> None:
    assert tidy([Run("a"), Run(""), Run("b"), Run("c", "code")]) == (Run("ab"), Run("c", "code"))


def test_a_trimmed_row_has_no_blanks_at_its_end() -> None:
    assert trimmed((Run("a "), Run("  ", "code"))) == (Run("a"),)


ROWS = st.lists(st.builds(Run, st.text(max_size=12), st.sampled_from(["", "code", "strong"])), max_size=6).map(tuple)


@given(ROWS, st.integers(0, 30))
def test_a_clipped_row_fits_and_keeps_what_fits(row: Row, cells: int) -> None:
    cut = clip_row(row, cells)
    assert row_width(cut) <= cells
    if row_width(row) <= cells:
        assert text_of(cut) == text_of(row)


@given(ROWS, st.integers(0, 30))
def test_a_padded_row_has_the_width_asked_for(row: Row, cells: int) -> None:
    assert row_width(pad_row(row, cells)) == max(cells, row_width(row))
