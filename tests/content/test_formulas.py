"""Every formula of every lesson is drawn, and fits the narrowest page."""

import pytest

from lhystudy.course.lesson import Lesson
from lhystudy.course.load import load_course, open_lesson
from lhystudy.course.parts import Check, Formula
from lhystudy.draw.maths import formula
from lhystudy.draw.width import block_width, row_width, text_of
from lhystudy.paths import content_root
from lhystudy.study.page import plain
from lhystudy.study.reading import latex_of_lines
from lhystudy.words import Lang

LESSONS = load_course(content_root()).lessons
COLUMNS = 71  # of a formula in the app at 80 columns; a pipe has more


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.id)
def test_formulas_are_drawn_and_fit(lesson: Lesson, lang: Lang) -> None:
    trouble = []
    for block in open_lesson(lesson).blocks[lang]:
        shown: tuple[str, ...] = ()
        match block:
            case Formula(latex=latex):
                shown = (latex,)
            case Check(lines=lines):
                shown = latex_of_lines(tuple(line for _, line in lines), lang)
        for one in shown:
            drawn = formula(one, COLUMNS)
            text = "".join(text_of(row) for row in drawn.rows)
            if block_width(drawn) > COLUMNS or "\\" in text:
                trouble.append(one)
    assert not trouble


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.id)
def test_no_row_of_a_lesson_is_cut_or_shows_latex(lesson: Lesson, lang: Lang) -> None:
    trouble = []
    for row in plain(open_lesson(lesson), lang, 76):
        source = "".join(run.text for run in row if run.role not in ("code", "string"))
        if row_width(row) > 76 or "\\" in source or "$" in source:
            trouble.append(text_of(row))
    assert not trouble
