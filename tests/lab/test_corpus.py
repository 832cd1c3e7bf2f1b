"""A text is the course's or a learner's file; whatever is wrong with it is told in one sentence with its place."""

from pathlib import Path

import pytest
import torch

from lhystudy.errors import StudyError
from lhystudy.lab.corpus import corpus, numbered, words
from lhystudy.paths import content_root


@pytest.mark.parametrize("file", sorted((content_root() / "data").glob("*.txt")), ids=lambda file: file.stem)
def test_each_text_of_the_course_names_its_source_and_can_be_read(file: Path) -> None:
    assert file.read_text(encoding="utf-8").startswith("# ")
    rows = corpus(file.stem)
    assert len(rows) >= 100 and all(all(row) for row in rows)
    assert len(set(rows)) == len(rows)


def test_a_learners_file_is_read_like_the_courses(tmp_path: Path) -> None:
    file = tmp_path / "mine.txt"
    file.write_text("# where it is from\ngood film\tpos\n\n不 好看\tneg\n", encoding="utf-8")
    assert corpus(str(file)) == [("good film", "pos"), ("不 好看", "neg")]


@pytest.mark.parametrize(
    ("content", "told"),
    [("a\tb\nc\n", ":2: 1 columns"), ("# only\n", "empty"), ("\xff", "UTF-8")],
)
def test_a_faulty_file_is_told_with_its_place(tmp_path: Path, content: str, told: str) -> None:
    file = tmp_path / "mine.txt"
    file.write_bytes(content.encode("latin-1"))
    with pytest.raises(StudyError, match=told):
        corpus(str(file))


def test_a_text_too_small_for_an_experiment_is_told(tmp_path: Path) -> None:
    file = tmp_path / "mine.txt"
    file.write_text("good film\npoor film\n", encoding="utf-8")
    assert len(corpus(str(file), lines=2)) == 2
    for needed in ({"lines": 3}, {"columns": 2}):
        with pytest.raises(StudyError, match="lines: 2, columns: 1"):
            corpus(str(file), **needed)


def test_a_name_that_is_no_text_gets_the_nearest() -> None:
    with pytest.raises(StudyError, match="one of travel-en"):
        corpus("travel-eng")
    with pytest.raises(StudyError, match="there is no such file"):
        corpus("./nowhere.txt")


def test_words_are_numbered_and_sentences_filled_up() -> None:
    assert words("to Taipei") == ["to", "Taipei"] and words("去台北") == ["去", "台", "北"]
    known, table = numbered([["to", "Taipei"], ["to"]], first=("", "end"))
    assert known == ["", "end", "to", "Taipei"] and torch.equal(table, torch.tensor([[2, 3], [2, 0]]))
