"""The audit: a sound lesson passes, and each thing that can be wrong is found where it stands."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from lhystudy.checker.verdict import LineVerdict, Report
from lhystudy.lab import catalogue
from lhystudy.study.audit import audit_structure
from lhystudy.study.proofs import Proofs
from tests.samples import change, write_course


@pytest.fixture
def lesson(tmp_path: Path) -> Path:
    return write_course(tmp_path / "content", catalogue.find("code-length").claims[0].id)


def faults(lesson: Path) -> list[str]:
    return [str(fault) for fault in audit_structure(lesson.parent.parent)[0].sorted_faults()]


def test_a_sound_lesson_has_no_fault(lesson: Path) -> None:
    assert faults(lesson) == []


def test_a_single_lesson_is_audited_within_its_course(lesson: Path) -> None:
    found, materials = audit_structure(lesson)
    assert found.faults == [] and len(materials) == 1
    assert found.counts["items"] == 10


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        ("zh.md", "```derive square\n```\n\n", "", "zh.md:35: here stands `quiz sl-choice sl-number`"),
        ("zh.md", "dL/dw = 2 w x^2", "dL/dw = w x^2", "here stands `check square-slope"),
        ("zh.md", "minutes: 20", "minutes: 30", "`minutes` is 30 here and 20 in en.md"),
        ("zh.md", "f(x)", "g(x)", "formula"),
        ("en.md", "experiment code-length", "experiment code-lenght", 'no experiment "code-lenght"; did you mean'),
        ("en.md", "Look at", "set: gap=3\nLook at", "has no parameter 'gap'"),
        ("en.md", "question q-900", "question q-901", 'no question "q-901"'),
        ("en.md", "quiz sl-choice", "quiz sl-chioce", 'no item "sl-chioce"; did you mean "sl-choice"'),
        ("quiz.yaml", "heading: problem", "heading: limits", 'no item covers the heading "problem"'),
        ("quiz.yaml", "heading: limits", "heading: limit", 'the text has no heading "limit"'),
        ("quiz.yaml", "misconception: m-900", "misconception: m-901", 'no misconception "m-901"'),
        ("quiz.yaml", "claim: ", "claim: no-", "no claim of code-length"),
        ("quiz.yaml", "kind: multi", "kind: many", "only 9 items"),
        ("quiz.yaml", "- id: sl-multi\n  kind: multi", "- kind: multi\n  id: sl-multi", "begin with `- id"),
        ("quiz.yaml", "of $w^2$?", "of $\\\\frac{w}$?", "cannot be set"),
        ("zh.md", "\\hat{y}", "\\haat{y}", "cannot be set"),
        ("quiz.yaml", "The factor 2 is lost.", "因子 2", "Chinese in an `en` text"),
        ("quiz.yaml", "of $w^2$?", "of $w^2?", "an inline formula is not closed"),
        ("derive.yaml", "heading: limits", "heading: nowhere", 'the text has no heading "nowhere"'),
        ("questions.yaml", "derivation:square", "derivation:sqare", 'no derivation "sqare"; did you mean "square"'),
        ("questions.yaml", '["item:sl-choice"]', "[]", "m-900: no evidence"),
        ("../../coverage.yaml", "text:limits", "text:limit", 'coverage.yaml:6: no heading "limit"'),
        ("../../coverage.yaml", "  slopes:", "  other:", 'no coverage of the lesson "slopes"'),
        ("zh.md", "浓雾里，有个人站在山上。", "浓雾。", "Chinese characters of running text"),
        ("en.md", "{#problem}", "{#problem}\n\n| a |\n|---|\n| 1 |", "has 0 lines of tables here and 3 in en.md"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_found(lesson: Path, file: str, old: str, new: str, message: str) -> None:
    change(lesson / file, old, new)
    found = faults(lesson)
    assert any(message in fault for fault in found), found


def test_a_stray_file_is_found(lesson: Path) -> None:
    (lesson / "notes.txt").write_text("", encoding="utf-8")
    assert any("notes.txt: a stray file" in fault for fault in faults(lesson))


def test_an_id_used_in_two_lessons_is_found(lesson: Path) -> None:
    second = lesson.parent / "03-again"
    second.mkdir()
    for path in lesson.iterdir():
        (second / path.name).write_text(path.read_text("utf-8"), encoding="utf-8")
    assert any('the item "sl-choice" stands at' in fault for fault in faults(lesson))


def test_a_needed_lesson_that_comes_later_on_a_route_is_found(lesson: Path) -> None:
    for name in ("zh.md", "en.md"):
        change(lesson / name, "needs: []", "needs: [later]")
    assert any(
        'on the route "main-route" the needed "later" does not stand before' in fault for fault in faults(lesson)
    )


# ---- what the checker and the graders say --------------------------------------------------------


def verdict(n: int, text: str, verdict: Any, mistake: str | None = None) -> LineVerdict:
    return LineVerdict(n, text, "step", verdict, mistake=mistake)


class Checker:
    """Says of each line what the test wants; lines not named are proved."""

    def __init__(self, **said: tuple[str, str | None]) -> None:
        self.said = said
        self.reached = True

    def check(self, text: str, problem: object, seconds: float) -> Report:
        lines = []
        for n, line in enumerate(text.splitlines(), 1):
            if not line.startswith(("let", "given")):
                found, mistake = next(
                    (s for name, s in self.said.items() if name in SPOTS and SPOTS[name] == line), PROVED
                )
                lines.append(verdict(n, line, found, mistake))
        return Report("complete", self.reached, tuple(lines))


PROVED = ("proved", None)
SPOTS = {
    "formula": "dL/dw = 2 w x^2",
    "first": "dL/dw = 2 (w x) x",
    "lost_two": "dL/dw = (w x) x",
    "lost_inner": "dL/dw = 2 (w x)",
    "minus": "= -2 w x^2",
}
CAUGHT: dict[str, tuple[str, str | None]] = {
    "lost_two": ("refuted", "factor"),
    "lost_inner": ("refuted", "chain-rule"),
    "minus": ("refuted", "sign"),
}


def judge(typed: str, right: str, context: tuple[str, ...]) -> Any:
    return SimpleNamespace(verdict="proved" if typed == right else "refuted", note="", counterexample=None)


def proofs(lesson: Path, checker: Checker) -> Proofs:
    _, (material,) = audit_structure(lesson)
    done = Proofs(checker.check, judge)
    done.lesson(material)
    return done


def test_a_lesson_that_the_checker_accepts_is_counted(lesson: Path) -> None:
    done = proofs(lesson, Checker(**CAUGHT))
    assert done.faults == []
    assert done.counts == {"formulas proved": 1, "steps proved": 2, "wrong lines caught": 3, "items graded": 10}


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ({"formula": ("refuted", "sign")}, "en.md:21: square-slope: `dL/dw = 2 w x^2` is refuted"),
        ({"first": ("undecided", None)}, "derive.yaml:9: square: `dL/dw = 2 (w x) x` is undecided"),
        ({"lost_two": PROVED}, "derive.yaml:15: square, wrong line lost-two: `dL/dw = (w x) x` is proved, not refuted"),
        ({"minus": ("undecided", None)}, "wrong line minus: `= -2 w x^2` is undecided, not refuted"),
        ({"minus": ("refuted", "factor")}, 'is called "sign" here, and the checker names factor'),
        ({"minus": ("refuted", None)}, 'is called "sign" here, and the checker names nothing'),
    ],
)
def test_what_the_checker_does_not_accept_is_a_fault(lesson: Path, said: Any, message: str) -> None:
    found = [str(fault) for fault in proofs(lesson, Checker(**{**CAUGHT, **said})).faults]
    assert any(message in fault for fault in found), found


def test_a_goal_that_is_not_reached_is_a_fault(lesson: Path) -> None:
    checker = Checker(**CAUGHT)
    checker.reached = False
    assert any("the goal is not reached" in str(fault) for fault in proofs(lesson, checker).faults)


def test_a_line_of_an_unreadable_slip_needs_no_name(lesson: Path) -> None:
    assert proofs(lesson, Checker(**{**CAUGHT, "minus": ("unreadable", None)})).faults == []


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('answer: "a*b + 1"', 'answer: "a*b"', "is graded right"),
        ('answer: "a*b + 1"', 'answer: "a*b + (a - 8)**2 + (b - 2.5)**2"', "is graded right"),  # in 1 of 70 draws
        ('answer: "({k}, {n})"', 'answer: "({n}, {k})"', "is graded right"),
        ('{en: "2", zh: "2"}', '{en: "4", zh: "四"}', "two choices read the same in en"),
        ('answer: bits', 'answer: "bits / 3"', "nobody types"),
        ('where: "a != b"', 'where: "a > 9"', "no numbers could be drawn"),
        ("explain: {en: \"{a} times", "explain: {en: \"{q} times", 'no number called "q"'),
        ('- {answer: "w", feedback', '- {answer: "2 w", feedback', "is graded right"),
    ],
)  # fmt: skip
def test_an_item_that_does_not_grade_as_meant_is_a_fault(lesson: Path, old: str, new: str, message: str) -> None:
    change(lesson / "quiz.yaml", old, new)
    found = [str(fault) for fault in proofs(lesson, Checker(**CAUGHT)).faults]
    assert any(message in fault for fault in found), found
