"""SVG pictures: every character at its cell."""

import re
from xml.etree import ElementTree

from hypothesis import given
from hypothesis import strategies as st

from lhystudy.draw.cells import Run
from lhystudy.draw.picture import CELL, svg, svg_from_styled

TEXT = "{http://www.w3.org/2000/svg}text"


def texts(picture: str) -> list[ElementTree.Element]:
    return list(ElementTree.fromstring(picture).iter(TEXT))


def test_a_chinese_character_stands_in_the_middle_of_two_cells() -> None:
    first, second, latin = texts(svg([(Run("梯度ab"),)], 20))
    assert first.text == "梯"
    assert float(second.attrib["x"]) - float(first.attrib["x"]) == _near(2 * CELL)
    assert first.attrib["text-anchor"] == "middle"
    assert float(latin.attrib["x"]) - float(second.attrib["x"]) == _near(CELL)
    assert float(latin.attrib["textLength"]) == _near(2 * CELL)


class _near(float):
    """Equal within a hundredth of a point: pictures are written with two decimals."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, float) and abs(float(self) - other) < 0.02

    __hash__ = float.__hash__


def test_roles_become_colours_and_bold() -> None:
    picture = svg([(Run("head", "heading"), Run("bad", "bad"))], 20)
    assert 'font-weight="bold"' in picture
    assert len(set(re.findall(r'fill="(#\w+)"', picture))) == 3


def test_a_ground_is_drawn_behind_its_cells() -> None:
    picture = svg_from_styled([[("中", "#ffffff", "#ff0000", False)]], 10)
    assert "#ff0000" in picture


def test_what_goes_beyond_the_columns_is_left_out() -> None:
    assert [element.text for element in texts(svg([(Run("abcdef"),)], 4))] == ["abcd"]


@given(st.lists(st.text(max_size=20), max_size=5), st.integers(1, 40))
def test_any_rows_make_a_document(rows: list[str], columns: int) -> None:
    ElementTree.fromstring(svg([(Run(row),) for row in rows], columns))
