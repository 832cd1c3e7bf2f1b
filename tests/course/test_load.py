"""A folder as a course: titles without bodies, nothing from outside, every fault together."""

from pathlib import Path

import pytest

from lhystudy.course.index import contents, lesson_of_derivations, lesson_of_items
from lhystudy.course.load import load_course, open_lesson, read_lesson
from lhystudy.entries import ContentError
from lhystudy.errors import MissingError
from lhystudy.words import set_language
from tests.samples import change, write_course


def test_titles_come_without_a_look_at_the_bodies(tmp_path: Path) -> None:
    lesson = write_course(tmp_path)
    change(lesson / "en.md", "## Where is down", "# broken")
    (lesson / "quiz.yaml").write_text("[", encoding="utf-8")
    course = load_course(tmp_path)
    assert not course.faults
    assert [(one.number, one.id, one.title.en, one.title.zh) for one in course.lessons] == [
        (2, "slopes", "Slopes", "斜率")
    ]
    assert course.units[0].title.zh == "第一单元"


def test_everything_of_a_lesson_is_there_when_it_is_opened(tmp_path: Path) -> None:
    write_course(tmp_path)
    material = open_lesson(load_course(tmp_path).lesson("slopes"))
    assert len(material.items) == 10
    assert material.derivations[0].with_wrong(material.derivations[0].wrong[2]) == (
        "dL/dw = 2 (w x) x",
        "= -2 w x^2",
    )
    assert material.derivations[0].preamble == ("let w, x : real", "given L = (w x)^2", "goal dL/dw = 2 w x^2")
    assert material.questions[0].evidence[0] == "experiment:code-length"
    assert material.misconceptions[0].claim.zh == "斜率指向下坡。"
    assert material.item("sl-wrong-line") is not None


def test_the_faults_of_all_files_are_raised_together(tmp_path: Path) -> None:
    lesson = write_course(tmp_path)
    change(lesson / "zh.md", "{#problem}", "")
    change(lesson / "quiz.yaml", "kind: multi", "kind: many")
    change(lesson / "derive.yaml", "at: 2", "at: 7")
    change(lesson / "questions.yaml", "evidence", "evidnce")
    with pytest.raises(ContentError) as caught:
        open_lesson(load_course(tmp_path).lesson("slopes"))
    named = {Path(fault.file).name for fault in caught.value.faults}
    assert named == {"zh.md", "quiz.yaml", "derive.yaml", "questions.yaml"}
    assert all(fault.line for fault in caught.value.faults)


def test_what_is_sound_of_a_faulty_lesson_can_still_be_used(tmp_path: Path) -> None:
    lesson = write_course(tmp_path)
    change(lesson / "quiz.yaml", "kind: multi", "kind: many")
    material, faults = read_lesson(load_course(tmp_path).lesson("slopes"))
    assert len(material.items) == 9 and len(faults) == 1


def test_one_broken_lesson_does_not_hide_the_others(tmp_path: Path) -> None:
    write_course(tmp_path)
    broken = tmp_path / "01-first" / "03-broken"
    broken.mkdir()
    (broken / "en.md").write_text("---\ntitle: X\n", encoding="utf-8")
    course = load_course(tmp_path)
    assert [lesson.id for lesson in course.lessons] == ["slopes"]
    with pytest.raises(ContentError, match="closing line"):
        course.lesson("broken")


def test_a_missing_name_suggests_the_nearest_and_a_coming_lesson_is_told_as_such(tmp_path: Path) -> None:
    write_course(tmp_path)
    course = load_course(tmp_path)
    with pytest.raises(MissingError, match='did you mean "slopes"'):
        course.lesson("slope")
    with pytest.raises(MissingError, match="Later on.*still to come"):
        course.lesson("later")
    with pytest.raises(MissingError, match='did you mean "main-route"'):
        course.route("main-rote")
    assert course.lesson("2").id == "slopes"


def test_routes_know_what_is_still_to_come(tmp_path: Path) -> None:
    write_course(tmp_path)
    route = load_course(tmp_path).route("main-route")
    set_language("zh")
    assert [(stop.lesson, stop.title.said(), stop.pace) for stop in route.stops] == [
        ("slopes", "斜率", "must"),
        ("later", "以后再说", "skim"),
    ]


def test_a_stray_folder_and_a_name_given_twice_are_faults(tmp_path: Path) -> None:
    lesson = write_course(tmp_path)
    (tmp_path / "Unit two").mkdir()
    (tmp_path / "data").mkdir()
    (tmp_path / "01-first" / "05-slopes").mkdir()
    for name in ("zh.md", "en.md"):
        (tmp_path / "01-first" / "05-slopes" / name).write_text((lesson / name).read_text("utf-8"), encoding="utf-8")
    messages = " ".join(fault.message for fault in load_course(tmp_path).faults)
    assert messages.count("a stray folder") == 1
    assert "has the same name or number" in messages


def test_a_link_out_of_the_content_is_not_followed(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    root = tmp_path / "content"
    lesson = write_course(root)
    write_course(outside)
    (lesson / "quiz.yaml").unlink()
    (lesson / "quiz.yaml").symlink_to(outside / "01-first" / "02-slopes" / "quiz.yaml")
    (root / "01-first" / "03-elsewhere").symlink_to(outside / "01-first" / "02-slopes")
    course = load_course(root)
    assert [one.id for one in course.lessons] == ["slopes"]
    material, faults = read_lesson(course.lesson("slopes"))
    assert not material.items
    assert "leads out of the content folder" in faults[0].message


def test_the_glance_finds_what_the_full_reading_finds(tmp_path: Path) -> None:
    write_course(tmp_path)
    course = load_course(tmp_path)
    material = open_lesson(course.lesson("slopes"))
    glance = contents(course.lesson("slopes"))
    assert glance.items == tuple(item.id for item in material.items)
    assert glance.derivations == tuple(derivation.id for derivation in material.derivations)
    assert glance.headings == tuple(heading.id for heading in material.headings("en"))
    assert glance.questions == ("q-900", "m-900")
    assert lesson_of_items(course)["sl-choice"] == "slopes"
    assert lesson_of_derivations(course) == {"square": "slopes"}


def test_an_empty_folder_is_an_empty_course(tmp_path: Path) -> None:
    course = load_course(tmp_path)
    assert (course.lessons, course.routes, course.faults) == ((), (), ())


@pytest.mark.parametrize("name", ["./theirs.py", "/tmp/theirs.py", "../theirs"])
def test_a_card_names_an_experiment_and_no_file(tmp_path: Path, name: str) -> None:
    lesson = write_course(tmp_path)
    change(lesson / "en.md", "```experiment code-length", f"```experiment {name}")
    faults = read_lesson(load_course(tmp_path).lesson("slopes"))[1]
    assert [(Path(fault.file).name, fault.line) for fault in faults] == [("en.md", 27)]
    assert "no name of an experiment" in faults[0].message
