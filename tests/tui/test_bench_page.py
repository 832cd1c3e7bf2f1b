"""The task above the sheet of the workbench."""

from lhystudy.course.parts import Derivation
from lhystudy.draw.width import text_of
from lhystudy.tui.bench_page import task_rows
from lhystudy.words import Text


def test_formulas_in_the_words_of_a_task_are_set() -> None:
    words = Text("Follow it to $w_i$, with $\\frac{1}{2}$ in front.", "一直求到 $w_i$，前面带 $\\frac{1}{2}$。")
    derivation = Derivation("slope", 1, "update", Text(), words, (), (), "", (), None, (), (), ())
    rows = task_rows(derivation, 78, tall=True, most=10)
    assert [text_of(row) for row in rows] == ["Follow it to wᵢ, with 1/2 in front."]
