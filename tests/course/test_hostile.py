"""Content from a stranger: nothing runs, nothing outside is read, nothing is too much, every fault has its place."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from lhystudy.course.load import MOST_FILES, MOST_LESSONS, load_course, read_lesson
from lhystudy.course.places import Places
from lhystudy.course.structure import structure_faults
from lhystudy.entries import Fault
from lhystudy.errors import StudyError
from lhystudy.lab.corpus import corpus
from tests.samples import change, write_course

LESSON = "01-first/02-slopes"
BLANKS = " " * 200_000
LARGE = "x" * 1_100_000
QUIZ = {
    "many entries": ("- id: a\n" * 60_000, "holds more than"),
    "many scalars": (f"[{'1,' * 200_000}]", "holds more than"),
    "many aliases": ("- &a [x]\n" + "- *a\n" * 60_000, "holds more than"),
    "aliases that double": ("".join(f"- &a{n + 1} [*a{n}, *a{n}]\n" for n in range(60)), "aliases"),
    "deep": ("[" * 900_000, "nests too deep"),
    "large": (f"# {LARGE}", "is larger than"),
    "a long number": (f"- id: {'9' * 900_000}\n", "is missing"),
    "a Python object": ("- !!python/object/apply:os.system ['touch pwned']\n", "list of mappings"),
    "an endless template": (
        "- {id: a, kind: numeric, heading: problem, ask: {en: a, zh: a}, answer: 1, where: '1 > 2', "
        f"template: {{{', '.join(f'a{n}: {{value: 1}}' for n in range(9000))}}}}}\n",
        "at most 50 numbers",
    ),
    "no text": ("\udcff", "UTF-8"),
}  # fmt: skip
TEXT = {
    "a heading of blanks": (f"## a{BLANKS}b", "ends in its id"),
    "a heading of braces": ("## " + "{#" * 100_000, "ends in its id"),
    "a fence of blanks": (f"```a{BLANKS}b", "is not closed"),
    "a reason of blanks": (f"$$\nx\n$$\n<!-- unchecked:{BLANKS}x", "unchecked"),
    "many cards": ("```x y\n```\n" * 20_000, 'no card "x"'),
    "large": (LARGE, "is larger than"),
}


def faults_of(root: Path) -> list[Fault]:
    """Every fault that is found on opening the course and its lessons, and on looking through their structure."""
    course = load_course(root)
    faults = list(course.faults)
    for lesson in course.lessons:
        material, found = read_lesson(lesson)
        faults += found
        structure_faults(material, Places([material], {}))
    return faults


@pytest.mark.parametrize(("text", "says"), QUIZ.values(), ids=QUIZ)
def test_a_hostile_quiz_is_told_with_file_and_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, says: str
) -> None:
    monkeypatch.chdir(tmp_path)
    lesson = write_course(tmp_path)
    (lesson / "quiz.yaml").write_bytes(text.encode("utf-8", "surrogateescape"))
    told = [fault for fault in faults_of(tmp_path) if fault.file == "01-first/02-slopes/quiz.yaml"]
    assert any(says in fault.message for fault in told), told[:3]
    assert not (tmp_path / "pwned").exists()


@pytest.mark.parametrize(("text", "says"), TEXT.values(), ids=TEXT)
def test_a_hostile_text_is_told_with_file_and_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, says: str
) -> None:
    monkeypatch.chdir(tmp_path)
    file = write_course(tmp_path) / "en.md"
    file.write_text(file.read_text("utf-8") + text, encoding="utf-8")
    told = [fault for fault in faults_of(tmp_path) if fault.file == "01-first/02-slopes/en.md"]
    assert any(says in fault.message for fault in told), told[:3]


def folder(path: Path) -> None:
    path.mkdir()


def pipe(path: Path) -> None:
    os.mkfifo(path)


def link(to: str) -> Callable[[Path], None]:
    """Links to a place below the test's folder, or anywhere."""
    return lambda path: path.symlink_to(next(p for p in path.parents if p.name == "pack").parent / to)


@pytest.mark.skipif(os.name != "posix", reason="pipes, devices and links as Unix has them")
@pytest.mark.parametrize("name", ["units.yaml", "routes.yaml", f"{LESSON}/zh.md", f"{LESSON}/quiz.yaml"])
@pytest.mark.parametrize(
    ("make", "says"),
    [
        (folder, "is no ordinary file"),
        (pipe, "is no ordinary file"),
        (link("/dev/zero"), "leads out"),
        (link("/etc/passwd"), "leads out"),
        (link("outside.txt"), "leads out"),
        (link("nowhere.txt"), "leads out"),
        (lambda path: path.symlink_to(path.name), ""),
    ],
)
def test_what_is_no_file_of_the_folder_is_not_read(
    tmp_path: Path, name: str, make: Callable[[Path], None], says: str
) -> None:
    (tmp_path / "outside.txt").write_text("- {id: secret}\n", encoding="utf-8")
    root = tmp_path / "pack"
    write_course(root)
    (root / name).unlink()
    make(root / name)
    told = [fault.message for fault in faults_of(root) if fault.file.endswith(name)]
    assert any(says in message for message in told), told
    assert not any("secret" in message for message in told)


@pytest.mark.skipif(os.name != "posix", reason="links as Unix has them")
def test_the_texts_of_experiments_are_those_of_the_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = tmp_path / "pack"
    write_course(root)
    monkeypatch.setenv("LHYSTUDY_CONTENT", str(root))
    (root / "data").mkdir()
    (root / "data" / "theirs.txt").symlink_to("/etc/passwd")
    os.mkfifo(root / "data" / "waiting.txt")
    for name in ("theirs", "waiting"):
        with pytest.raises(StudyError, match="there is no text"):
            corpus(name)


def test_a_million_folders_are_not_looked_through(tmp_path: Path) -> None:
    write_course(tmp_path)
    for unit in ("02-more", "03-yet-more"):
        for number in range(MOST_FILES + 5):
            (tmp_path / unit / f"{number % 100:02d}-lesson-{number}").mkdir(parents=True)
    told = [fault.message for fault in load_course(tmp_path).faults]
    assert f"holds more than {MOST_FILES} files" in told
    assert f"a course has at most {MOST_LESSONS} lessons" in told


def test_a_loop_of_folders_ends(tmp_path: Path) -> None:
    lesson = write_course(tmp_path)
    (lesson.parent / "03-again").symlink_to(lesson.parent)
    (lesson.parent / "04-the-same").symlink_to(lesson)
    course = load_course(tmp_path)
    assert "slopes" in [one.id for one in course.lessons]
    change(lesson / "quiz.yaml", "sl-choice", "sl-other")
    assert faults_of(tmp_path)
