"""Markdown as rows."""

from hypothesis import given
from hypothesis import strategies as st

from lhystudy.draw.prose import prose
from lhystudy.draw.source import source
from lhystudy.draw.width import row_width, text_of

TABLE = """
| 模型 | accuracy | 值 |
|:-----|-----:|:--:|
| LSTM 长短期记忆 | 1.00 | $x^2$ |
| 朴素循环网络 | 0.13 | `4e-6` |
"""


def lines(text: str, cells: int = 60) -> list[str]:
    return [text_of(row) for row in prose(text, cells)]


def roles(text: str) -> dict[str, str]:
    return {run.text.strip(): run.role for row in prose(text, 76) for run in row}


def test_a_table_with_chinese_is_aligned_in_cells() -> None:
    assert lines(TABLE) == [
        "模型             accuracy   值",
        "───────────────────────────────",
        "LSTM 长短期记忆      1.00   x²",
        "朴素循环网络         0.13  4e-6",
    ]


def test_a_table_that_is_too_wide_breaks_its_widest_column() -> None:
    rows = prose("| a | b |\n|---|---|\n| 门 | " + "遗忘门决定留下多少。" * 6 + " |\n", 40)
    assert all(row_width(row) <= 40 for row in rows)
    assert "".join(text_of(row) for row in rows).count("遗忘门") >= 5


def test_emphasis_code_links_and_formulas_have_roles() -> None:
    found = roles(r"**strong** and *soft* and `code` and [here](#id) and $\log x$")
    assert found["strong"] == "strong"
    assert found["soft"] == "emphasis"
    assert found["code"] == "code"
    assert found["here"] == "link"
    assert found["log"] == "function"


def test_a_formula_is_not_read_as_emphasis() -> None:
    assert lines(r"$a_i * b_i * c_i$") == ["aᵢ * bᵢ * cᵢ"]


def test_sums_of_money_are_no_formulas() -> None:
    assert lines("It costs $5 and $6.") == ["It costs $5 and $6."]


def test_an_escaped_dollar_is_a_dollar() -> None:
    assert lines(r"\$x\$") == ["$x$"]


def test_lists_hang_and_nest() -> None:
    assert lines("- one\n- two\n  1. inner text that is long\n  2. last\n", 20) == [
        "• one",
        "• two",
        "  1. inner text that",
        "     is long",
        "  2. last",
    ]


def test_a_line_end_between_chinese_characters_is_no_blank() -> None:
    assert lines("梯度\n下降，\nLSTM\n模型") == ["梯度下降，LSTM 模型"]


def test_a_short_formula_stays_on_one_line() -> None:
    assert lines("aaa bbb ccc $x = y + 1$ ddd", 18) == ["aaa bbb ccc", "x = y + 1 ddd"]


def test_code_keeps_its_lines_and_is_coloured_by_role() -> None:
    rows = prose("```python\ndef f():\n    return 1  # 注\n```", 60)
    assert [text_of(row) for row in rows] == ["  def f():", "      return 1  # 注"]
    assert {run.role for row in rows for run in row} >= {"keyword", "function", "number", "comment"}


def test_a_term_is_marked_where_it_first_stands() -> None:
    rows = prose("The Hessian. A Hessian again; 鞍点。", 76, {"Hessian", "鞍点"})
    assert [run.text for row in rows for run in row if run.role == "term"] == ["Hessian", "鞍点"]


def test_a_term_is_not_found_inside_of_a_word() -> None:
    assert not [run for row in prose("the gates", 76, {"gate"}) for run in row if run.role == "term"]


def test_source_in_an_unknown_language_is_shown_as_it_stands() -> None:
    assert [text_of(row) for row in source("a  b\n c", language="no such")] == ["a  b", " c"]


def test_a_long_line_of_source_goes_on_below() -> None:
    rows = source("x = " + "a + " * 20 + "b", 30)
    assert all(row_width(row) <= 30 for row in rows)
    assert "".join(text_of(row) for row in rows).replace(" ", "") == "x=" + "a+" * 20 + "b"


MARKS = st.sampled_from(
    [
        "梯度", "，", "。", "word ", "**", "*", "`", "$", "$x^2$", r"$\frac{a}{b}$", "\n", "\n\n", "- ", "1. ", 
        "| a | b |\n",
        "|---|---|\n", "```\n", "> ", "# ", "[a](b)", "<b>", "&amp;", "\\", "    ", "---\n", "\t", "\x07", "![i](j)",
        "（",
    ]
)  # fmt: skip


@given(st.lists(MARKS, max_size=40).map("".join), st.integers(16, 100))
def test_any_markdown_fits(text: str, cells: int) -> None:
    assert all(row_width(row) <= cells for row in prose(text, cells))


@given(st.text(max_size=80), st.integers(8, 60))
def test_any_source_fits(text: str, cells: int) -> None:
    assert all(row_width(row) <= cells for row in source(text, cells))
