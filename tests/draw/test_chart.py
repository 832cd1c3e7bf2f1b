"""Charts: what is seen, and what holds for any numbers."""

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lhystudy.draw.axis import axis
from lhystudy.draw.cells import Block
from lhystudy.draw.chart import bars, figure, histogram, line_chart, scatter
from lhystudy.draw.grid import heat_map, image
from lhystudy.draw.width import block_text, block_width, text_of


def roles(block: Block) -> set[str]:
    return {run.role for row in block.rows for run in row}


def test_a_rising_line_is_drawn_from_corner_to_corner() -> None:
    chart = line_chart({"loss": [(0, 0), (10, 10)]}, 30, 8, x_label="步")
    assert block_text(chart).split("\n") == [
        "● loss",
        "10┤                    ⢀⣀⡠⠤⠒⠒●",
        "  │             ⢀⣀⡠⠤⠒⠒⠉⠁",
        "  │      ⢀⣀⠤⠤⠒⠊⠉⠁",
        " 0┤⣀⠤⠤⠒⠊⠉⠁",
        "  └┬────────────┬────────────┬",
        "   0            5           10",
        "                            步",
    ]


def test_every_series_has_its_sign_in_the_legend_and_on_its_line() -> None:
    chart = line_chart({"长短期": [(0, 1), (1, 2)], "GRU": [(0, 2), (1, 1)]}, 40, 10)
    text = block_text(chart)
    assert text.startswith("● 长短期   ■ GRU")
    assert text.count("●") >= 2
    assert text.count("■") >= 2
    assert {"series0", "series1"} <= roles(chart)


def test_the_axis_is_logarithmic_over_more_than_three_decades() -> None:
    wide = block_text(line_chart({"g": [(x, 10.0**-x) for x in range(9)]}, 50, 12))
    narrow = block_text(line_chart({"g": [(x, 1.0 + x) for x in range(9)]}, 50, 12))
    assert "10⁻⁸" in wide
    assert "10⁻" not in narrow


def test_a_band_is_drawn_around_its_line_only() -> None:
    line = {"a": [(0.0, 1.0), (9.0, 1.0)]}
    plain = block_text(line_chart(line, 40, 10, bands={"b": [(0, 0, 2), (9, 0, 2)]}))
    banded = block_text(line_chart(line, 40, 10, bands={"a": [(0, 0, 2), (9, 0, 2)]}))
    dots = [sum("\u2800" < sign <= "\u28ff" for sign in text) for text in (plain, banded)]
    assert dots[1] > 2 * dots[0]


def test_a_value_that_is_no_number_leaves_a_gap() -> None:
    broken = block_text(line_chart({"a": [(0, 1), (4, 1), (5, math.nan), (6, 1), (10, 1)]}, 40, 8))
    assert "⠄      ⠠" in broken


@pytest.mark.parametrize(
    ("values", "labels"),
    [
        ([0, 1], ("0.0", "0.5", "1.0")),
        ([0, 400], ("0", "200", "400")),
        ([-1, 1], ("−1", "0", "1")),
        ([0.12, 0.13], ("0.120", "0.125", "0.130")),
        ([5, 5], ("4.5", "5.0", "5.5")),
    ],
)
def test_ticks_are_round_numbers(values: list[float], labels: tuple[str, ...]) -> None:
    assert axis(values, 3).labels == labels


def test_a_histogram_counts() -> None:
    text = block_text(histogram({"x": [0.0] * 10 + [1.0] * 5}, 30, 8))
    assert "10┤" in text
    assert "█" in text


def test_bars_of_negative_values_go_to_the_left() -> None:
    text = block_text(bars(["增", "减"], [1.0, -1.0], 30, 4)).split("\n")
    assert text[0].index("█") > text[1].index("█")
    assert text[1].endswith("−1")


def test_bars_that_have_no_room_are_counted() -> None:
    assert len(bars([str(k) for k in range(20)], [1.0] * 20, 30, 6).rows) == 6
    assert "15" in block_text(bars([str(k) for k in range(20)], [1.0] * 20, 30, 6))


def test_a_small_heat_map_says_its_numbers() -> None:
    text = block_text(heat_map([[1, -2], [3, 4]], 40, 8, x=["a", "b"], y=["甲", "乙"]))
    assert "−2" in text
    assert "甲" in text


def test_the_sign_of_a_heat_map_is_seen_without_colour() -> None:
    rows = heat_map([[1.0, -1.0] * 10], 24, 4).rows
    assert text_of(rows[0]) == "█≡" * 10


def test_a_heat_map_that_is_too_large_is_averaged_and_says_so() -> None:
    block = heat_map([[1.0] * 200 for _ in range(50)], 40, 10)
    assert block_width(block) <= 40
    assert len(block.rows) <= 10


def test_a_small_image_is_two_cells_a_pixel() -> None:
    assert block_text(image([[0.0, 1.0], [1.0, 0.5]], 20, 10)) == "  ██\n██▒▒"


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        ("heat", {"values": [[0, 1]], "x": ["a", "b"], "y": ["c"]}),
        ("image", {"values": [[0, 1]]}),
        ("scatter", {"series": {"a": [[0, 1], [1, None]]}}),
        ("lines", {"series": {"a": [[0, 1], [1, 2]]}}),
        ("histogram", {"series": {"a": [1, 2, 3]}}),
        ("bars", {"names": ["a"], "values": [1]}),
    ],
)
def test_every_kind_of_figure_is_drawn(kind: str, data: dict[str, Any]) -> None:
    block = figure(kind, data, 40, 10, title="标题", x_label="x", y_label="y")
    assert "bad" not in roles(block)
    assert block_width(block) <= 40


@pytest.mark.parametrize(
    ("kind", "data"), [("pie", {}), ("heat", {}), ("lines", {"series": [1]}), ("bars", {"names": 1})]
)
def test_data_that_does_not_fit_its_kind_is_named(kind: str, data: dict[str, Any]) -> None:
    assert roles(figure(kind, data, 40, 10)) == {"bad"}


NUMBERS = st.floats() | st.sampled_from([0.0, 1.0, -1.0, 1e-9, 1e9, math.nan, math.inf])
POINTS = st.lists(st.tuples(NUMBERS, NUMBERS), max_size=12)
WIDTHS, HEIGHTS = st.integers(8, 90), st.integers(3, 24)
NAMES = st.sampled_from(["a", "长短期记忆", "x" * 40, "\x1b[0m"])


@given(st.dictionaries(NAMES, POINTS, max_size=3), WIDTHS, HEIGHTS)
def test_any_points_are_drawn_within_the_size(
    series: dict[str, list[tuple[float, float]]], width: int, height: int
) -> None:
    for chart in (line_chart(series, width, height, title="题", x_label="步"), scatter(series, width, height)):
        assert block_width(chart) <= width
        assert len(chart.rows) == height


@given(st.dictionaries(NAMES, st.lists(NUMBERS, max_size=12), max_size=3), WIDTHS, HEIGHTS)
def test_any_values_are_counted_within_the_size(series: dict[str, list[float]], width: int, height: int) -> None:
    assert block_width(histogram(series, width, height)) <= width


@given(st.lists(st.lists(NUMBERS, max_size=9), max_size=9), WIDTHS, HEIGHTS)
def test_any_rectangle_is_drawn_within_the_width(values: list[list[float]], width: int, height: int) -> None:
    assert block_width(heat_map(values, width, height, x=["名"] * 9, y=list(range(9)))) <= width
    assert block_width(image(values, width, height)) <= width


@given(st.lists(st.tuples(NAMES, NUMBERS), max_size=9), WIDTHS, HEIGHTS)
def test_any_bars_are_drawn_within_the_width(pairs: list[tuple[str, float]], width: int, height: int) -> None:
    block = bars([name for name, _ in pairs], [value for _, value in pairs], width, height)
    assert block_width(block) <= width
