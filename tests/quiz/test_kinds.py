"""Each kind of item: loaded, drawn, answered rightly and wrongly."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from lhystudy.entries import Fault, Listing, Source, parse_yaml
from lhystudy.quiz.forms import Arrange, PickMany, PickOne, TypeFormula, TypeLine, TypeNumber
from lhystudy.quiz.item import Item, load_item
from lhystudy.quiz.kinds.find_the_wrong_line import FindTheWrongLine
from lhystudy.quiz.kinds.numeric import read_number
from lhystudy.quiz.kinds.shape import read_shape
from lhystudy.words import Text, language, set_language
from tests.samples import QUIZ


@dataclass
class Found:
    """What a checker would say."""

    verdict: str
    note: str = ""
    counterexample: Any = None


def judge(typed: str, right: str, context: tuple[str, ...]) -> Found:
    """Stands in for the checker: texts without blanks are compared."""
    if "?" in typed:
        return Found("unreadable", "column 1: ?")
    if typed == "slow":
        return Found("undecided")
    return Found("proved" if typed.replace(" ", "") == right.replace(" ", "") else "refuted")


def loaded(text: str = QUIZ) -> tuple[dict[str, Item], list[Fault]]:
    faults: list[Fault] = []
    document = parse_yaml(text, Source(Path("quiz.yaml"), Path(), faults))
    assert isinstance(document, Listing)
    items = [load_item(entry) for entry in document]
    return {item.id: item for item in items if item is not None}, faults


def item(name: str) -> Item:
    found = loaded()[0][name]
    if isinstance(found, FindTheWrongLine):
        return found.showing(("dL/dw = (w x) x", "= 2 w x^2"), 1, Text("The 2 is lost."), ("given L = (w x)^2",))
    return found


NAMES = [
    "sl-choice", "sl-number", "sl-shape", "sl-number-2", "sl-multi", "sl-order", "sl-symbolic", "sl-predict",
    "sl-wrong-line",
]  # fmt: skip


def test_the_sample_has_no_fault() -> None:
    assert loaded()[1] == []


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("seed", [0, 1, 2, 17])
def test_the_right_response_is_right_and_the_wrong_ones_are_wrong(name: str, seed: int) -> None:
    drawn = item(name).draw(seed)
    assert drawn.grade(drawn.right_response(), judge).right
    assert drawn.grade(drawn.right_response(), judge).share == 1
    for wrong in drawn.wrong_responses():
        grade = drawn.grade(wrong, judge)
        assert not grade.right and not grade.unreadable and grade.share < 1
        assert grade.solution


@pytest.mark.parametrize("name", NAMES)
def test_the_same_seed_asks_the_same(name: str) -> None:
    assert item(name).draw(3) == item(name).draw(3)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("response", [None, "", "?", 99, -1, True, [7], ["a"], {"a": 1}, 1.5, [[0]], [True, 0, 1]])
def test_a_response_that_is_none_costs_nothing(name: str, response: object) -> None:
    if name.startswith("sl-number") and response in (99, -1, 1.5):
        return  # these are numbers
    assert item(name).draw(0).grade(response, judge).unreadable


@pytest.mark.parametrize(
    ("name", "form"),
    [("sl-choice", PickOne), ("sl-multi", PickMany), ("sl-number", TypeNumber), ("sl-shape", TypeLine),
     ("sl-symbolic", TypeFormula), ("sl-order", Arrange), ("sl-predict", PickOne), ("sl-wrong-line", PickOne)],
)  # fmt: skip
def test_each_kind_has_its_form(name: str, form: type) -> None:
    assert isinstance(item(name).draw(0).form(), form)


def test_choices_are_shuffled_by_the_seed() -> None:
    orders = {item("sl-choice").draw(seed).form() for seed in range(20)}
    assert len(orders) == 2


def test_a_chosen_distractor_gives_its_own_feedback_and_misconception() -> None:
    drawn = item("sl-choice").draw(0)
    grade = drawn.grade(drawn.wrong_responses()[0], judge)
    assert (grade.feedback, grade.misconception) == ("That is up.", "m-900")
    assert grade.explain == "The slope points up."


def test_a_selection_shows_the_feedback_of_each_answer_missed() -> None:
    drawn = item("sl-multi").draw(0)
    grade = drawn.grade([], judge)
    assert grade.share == pytest.approx(1 / 3)
    assert sorted(grade.feedback.split("\n")) == ["2: 2 is even", "4: 4 is even"]


def test_a_selection_speaks_chinese_with_its_own_colon_and_semicolon() -> None:
    before = language()
    set_language("zh")
    try:
        grade = item("sl-multi").draw(0).grade([], judge)
    finally:
        set_language(before)
    assert "：" in grade.feedback and ": " not in grade.feedback
    assert "；" in grade.solution and "; " not in grade.solution


def test_steps_are_never_shown_in_the_right_order() -> None:
    for seed in range(50):
        assert item("sl-order").draw(seed).form() != Arrange("In which order?", ("model", "loss", "optimise"))


def test_a_partly_right_order_is_worth_a_share() -> None:
    drawn = item("sl-order").draw(0)
    right = drawn.right_response()
    grade = drawn.grade([right[0], right[2], right[1]], judge)
    assert not grade.right and grade.share == pytest.approx(1 / 3)
    assert grade.feedback == "The loss needs a model."


def test_an_expression_that_the_checker_cannot_settle_costs_nothing() -> None:
    drawn = item("sl-symbolic").draw(0)
    assert drawn.grade("slow", judge).unreadable


@pytest.mark.parametrize("typed", ["dL/dw", "∂L/∂w", r"\frac{\partial L}{\partial w}", "d/dw (w^2)", "d (w^2)/dw"])
def test_a_derivative_left_standing_is_no_answer(typed: str) -> None:
    assert item("sl-symbolic").draw(0).grade(typed, judge).unreadable


@pytest.mark.parametrize("typed", ["dL/dw = 2 w", "L' = 2 w", "f(w) = 2 w", "= 2w", "y ＝ 2 w"])
def test_an_equation_in_the_place_of_an_expression_is_told_and_costs_nothing(typed: str) -> None:
    grade = item("sl-symbolic").draw(0).grade(typed, judge)
    assert grade.unreadable
    assert grade.feedback == "write the expression alone, without an equals sign"


@pytest.mark.parametrize("typed", ["sum_{k=1}^2 w", "2 w 1[i=j]", "2 w if w >= 0 else 3", "2 if i = j else w"])
def test_an_equals_sign_inside_of_an_expression_makes_no_equation_of_it(typed: str) -> None:
    assert not item("sl-symbolic").draw(0).grade(typed, judge).unreadable


def test_a_known_slip_gets_its_feedback() -> None:
    assert item("sl-symbolic").draw(0).grade("w", judge).feedback == "The factor 2 is lost."


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("0.25", 0.25), ("1/4", 0.25), ("1e-3", 0.001), ("-2", -2), ("−2", -2), ("２．５", 2.5), ("25%", 0.25),
        ("1,000", 1000), ("12,345,678", 12345678), ("2^3", 8), ("log2(8)", 3), ("3 bit", 3), (" 4 ", 4), (7, 7),
        ("", None), ("x", None), ("1,2", None), ("1/0", None), ("inf", None), (None, None), ("9**9**9", None),
    ],
)  # fmt: skip
def test_numbers_are_read_as_people_write_them(typed: object, number: float | None) -> None:
    assert read_number(typed, "bit") == number


@pytest.mark.parametrize(
    ("typed", "shape"),
    [
        ("(32, 10)", ("32", "10")), ("[32,10]", ("32", "10")), ("32 x 10", ("32", "10")), ("32×10", ("32", "10")),
        ("torch.Size([32, 10])", ("32", "10")), ("（32，10）", ("32", "10")), ("(32,)", ("32",)), ("32", ("32",)),
        ("()", ()), ("(B, T, 2*d)", ("B", "T", "2*d")), ("(032, 1)", ("32", "1")),
        ("7 by 8", ("7", "8")), ("7 乘 8", ("7", "8")), ("7乘以8", ("7", "8")), ("(B, 2 * d - 1)", ("B", "2*d-1")),
        ("(-1, 4)", ("-1", "4")),
        ("", None), ("(1,,2)", None), ("(1, 2", None), ("1; 2", None), (3, None), ("32 10", None), ("(7 8)", None),
    ],
)  # fmt: skip
def test_shapes_are_read_as_people_write_them(typed: object, shape: tuple[str, ...] | None) -> None:
    assert read_shape(typed) == shape


def test_the_tolerance_is_kept_on_both_sides() -> None:
    drawn = item("sl-number").draw(0)
    value = float(drawn.right_response())
    assert drawn.grade(str(value + 0.01), judge).right
    assert drawn.grade(str(value - 0.01), judge).right
    assert not drawn.grade(str(value + 0.011), judge).right


def test_a_line_below_the_wrong_one_is_not_said_to_follow() -> None:
    found = loaded()[0]["sl-wrong-line"]
    assert isinstance(found, FindTheWrongLine)
    shown = found.showing(("dL/dw = (w x) x", "= 2 w x^2", "= 2 x^2 w"), 2, Text(), ())
    assert shown.grade(0, judge).feedback == "line 1 follows from what stands above it"
    assert shown.grade(2, judge).feedback == "the mistake stands above line 3"


def test_the_lines_of_a_derivation_stand_under_its_givens() -> None:
    form = item("sl-wrong-line").draw(0).form()
    assert form == PickOne("Which line is wrong?\ngiven L = (w x)^2", ("dL/dw = (w x) x", "= 2 w x^2"))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("kind: choice", "kind: chioce", 'no item kind "chioce"; did you mean "choice"?'),
        ("right: true, feedback: {en: \"Yes.\", zh: \"对。\"}}", "feedback: {en: \"Yes.\", zh: \"对。\"}}",
         "exactly one answer must have `right: true`, not 0"),
        ('answer: "a*b"', 'answer: "a*c"', 'the template draws no number called "c"'),
        ("level: 1", "level: 5", "`level` must be a whole number from 1 to 3"),
        ("  tolerance: 0.01", "  tolerence: 0.01", 'did you mean "tolerance"?'),
        ('{en: "loss", zh: "损失"}', '{en: "model", zh: "模型"}', "two of the `steps` are the same"),
    ],
)  # fmt: skip
def test_a_faulty_item_is_named_with_its_line(old: str, new: str, message: str) -> None:
    assert old in QUIZ
    _, faults = loaded(QUIZ.replace(old, new, 1))
    assert any(message in fault.message and fault.line > 0 for fault in faults)
