"""A derivation as files: its lines, its verdicts as Markdown, a LaTeX document; and read back."""

from pathlib import Path

import pytest

from lhystudy.course.lesson import Course
from lhystudy.course.load import open_lesson
from lhystudy.errors import StudyError
from lhystudy.study.derive import Checking, problem_of
from lhystudy.study.sheet import LARGEST, read_sheet, write_sheet

LINES = "dL/dw = (w x) x\n# a remark of mine\n= 2 w x^2\n"


def test_a_sheet_is_written_with_its_verdicts_and_read_back(course: Course, tmp_path: Path) -> None:
    derivation = open_lesson(course.lessons[0]).derivation("square")
    assert derivation is not None
    with Checking() as checking:
        report = checking.check(LINES, derivation=problem_of(derivation))
    plain, page, document = write_sheet(tmp_path / "new", derivation, LINES, report)
    assert read_sheet(str(plain)) == LINES
    told = page.read_text(encoding="utf-8")
    assert "✗" in told and "a remark of mine" in told and "$$" in told and "> " in told
    tex = document.read_text(encoding="utf-8")
    assert tex.count(r"\[") == tex.count(r"\]") >= 1
    assert r"\begin{document}" in tex and r"\frac" in tex and "a remark" not in tex


def test_what_is_no_sheet_is_refused_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "long.txt").write_bytes(b"x" * (LARGEST + 1))
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00")
    for name in ("long.txt", "binary", "missing.txt", "", "a\0b"):
        with pytest.raises(StudyError):
            read_sheet(str(tmp_path / name))
    (tmp_path / "file").write_text("")
    with pytest.raises(StudyError):
        write_sheet(tmp_path / "file", None, "", None)
