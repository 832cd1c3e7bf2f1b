"""Formulas: golden pictures, and what holds for any LaTeX."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lhystudy.draw.maths import formula, inline
from lhystudy.draw.width import block_text, block_width, row_width, text_of

PICTURES = (Path(__file__).parent / "formulas.txt").read_text(encoding="utf-8")
"""Blocks of: `> ` LaTeX, the formula in two dimensions, `⟶ ` the formula in one row."""


def golden() -> list[tuple[str, str, str]]:
    found = []
    for block in PICTURES.split("\n\n> "):
        latex, picture = block.removeprefix("> ").split("\n", 1)
        drawn, row = picture.rstrip("\n").split("\n⟶ ")
        found.append((latex, drawn, row))
    return found


@pytest.mark.parametrize(("latex", "drawn", "row"), golden())
def test_a_formula_is_drawn_as_its_golden_picture(latex: str, drawn: str, row: str) -> None:
    assert block_text(formula(latex)) == drawn
    assert text_of(inline(latex)) == row.rstrip()


def test_the_baseline_is_the_row_of_the_relation() -> None:
    block = formula(r"\frac{a}{b} = c")
    assert "=" in text_of(block.rows[block.baseline])


def test_a_wide_formula_is_broken_at_its_relations_and_then_at_its_sums() -> None:
    latex = (
        r"L(\theta) \approx L(\theta') + (\theta - \theta')^\top g + (\theta - \theta')^\top H (\theta - \theta') = 0"
    )
    assert block_text(formula(latex, 40)).split("\n") == [
        "L(θ) ≈ L(θ′) + (θ − θ′)ᵀ g",
        "       + (θ − θ′)ᵀ H(θ − θ′) = 0",
    ]


def test_continuation_lines_begin_with_the_relation_under_the_first() -> None:
    latex = r"\frac{\partial L}{\partial z_i} = -y_i + p_i \sum_k y_k = p_i - y_i"
    relations = [text_of(row).index("=") for row in formula(latex, 26).rows if "=" in text_of(row)]
    assert relations == [6, 6]


def test_formulas_parted_by_a_quad_go_on_lines_of_their_own() -> None:
    assert block_text(formula(r"a = b + c, \quad d = e + f", 14)) == "a = b + c,\nd = e + f"


def test_aligned_lines_keep_their_alignment_when_one_is_broken() -> None:
    text = block_text(formula(r"\begin{aligned} f(x) &= aaaa + bbbb + cccc + dddd \\ &= e \end{aligned}", 24))
    assert text.split("\n") == ["f(x) = aaaa + bbbb", "       + cccc + dddd", "     = e"]


@pytest.mark.parametrize(
    "latex",
    [
        r"\frac{1",
        r"\left( x",
        r"a^b^c",
        r"\unknown{x}",
        r"x_",
        "}",
        r"\begin{nothing}x\end{nothing}",
        r"\right)",
        "{" * 3000,
    ],
)
def test_latex_that_cannot_be_read_is_shown_as_it_stands(latex: str) -> None:
    assert {run.role for row in formula(latex, 60).rows for run in row} == {"bad"}
    assert text_of(inline(latex)) == latex


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (r"\frac{a}{b}c", r"\frac{a}{bc}"),
        (r"\frac{a+b}{c}", r"a+\frac{b}{c}"),
        (r"\log\frac{a}{b}", r"\frac{\log a}{b}"),
        (r"\frac{a}{\frac{b}{c}}", r"\frac{\frac{a}{b}}{c}"),
        (r"x^{ab}", r"x^a b"),
        (r"\sqrt{a}b", r"\sqrt{ab}"),
        (r"\frac{1}{n}\sum_i x_i", r"\frac{1}{n\sum_i x_i}"),
        (r"\sum_i \frac{x_i}{n}", r"\frac{\sum_i x_i}{n}"),
        (r"W_{f} x", r"W_{fx}"),
        (r"\frac{a/b}{c}", r"\frac{a}{b/c}"),
        (r"e^{-\frac{a}{b}}", r"\frac{e^{-a}}{b}"),
    ],
)
def test_formulas_that_differ_differ_in_one_row(one: str, other: str) -> None:
    assert text_of(inline(one)) != text_of(inline(other))


def test_an_indexed_name_is_not_drawn_in_more_rows_than_it_needs() -> None:
    assert len(formula(r"w_{ij}^{(l)} x_k^2 + h_{t-1}").rows) == 1


def test_commands_wear_their_roles() -> None:
    roles = {run.text.strip(): run.role for run in inline(r"\log x + \mathbf{v} = 12 \text{若}")}
    assert roles["log"] == "function"
    assert roles["v"] == "strong"
    assert roles["12"] == "number"
    assert roles["若"] == "text"


PARTS = st.sampled_from(
    [
        "x", "y", "1", "23", "+", "-", "=", r"\le ", "(", ")", "[", "]", "|", ",", " ", "'", "^2", "_i", "^{ab}",
        "_{f}",
        r"\frac{a}{b}", r"\frac{", r"\sqrt{", r"\sqrt{x+1}", "{", "}", r"\sum_{k=1}^K ", r"\left(", r"\right)", r"\|",
        r"\text{如果 x}", r"\hat{y}", r"\overline{ab}", r"\begin{bmatrix} a & b \\ c & d \end{bmatrix}", r"\\", "&",
        r"\begin{cases} a & b \\ c & d \end{cases}", r"\log ", r"\max_i ", r"\quad ", r"\mathbb{E}", "中文", r"\nope",
        r"\underbrace{a}_{b}", r"\partial ", r"\Big|_{x=0}", r"\not=", "%", "~", "$", "\\", "\x1b", "\n", "\t", "é",
        "😀",
    ]
)  # fmt: skip


@given(st.lists(PARTS, max_size=20).map("".join), st.integers(8, 90))
def test_any_latex_is_drawn_within_the_width(latex: str, cells: int) -> None:
    block = formula(latex, cells)
    assert block_width(block) <= cells
    assert 0 <= block.baseline < max(len(block.rows), 1)
    assert all(character.isprintable() for row in block.rows for run in row for character in run.text)


@given(st.text(max_size=40), st.integers(8, 90))
def test_any_text_is_drawn_as_a_formula_within_the_width(latex: str, cells: int) -> None:
    assert block_width(formula(latex, cells)) <= cells
    assert row_width(inline(latex)) >= 0
