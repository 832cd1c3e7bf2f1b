"""Whether an item grades as its author meant, tried on many draws of its numbers."""

from __future__ import annotations

from lhystudy.errors import StudyError
from lhystudy.quiz.expression import ExpressionError
from lhystudy.quiz.forms import Judge, PickMany, PickOne
from lhystudy.quiz.item import Item
from lhystudy.quiz.kinds.numeric import Numeric
from lhystudy.words import Lang, language, set_language

SEEDS = 50
MANY_SEEDS = 200  # for numbers, which need no checker: two answers may meet in few of the draws
LANGUAGES: tuple[Lang, ...] = ("zh", "en")


def item_faults(item: Item, judge: Judge) -> list[str]:
    """What is wrong with the item's grading, once each: a right answer graded wrong, a wrong one graded right,

    two choices that read the same, a template that cannot be drawn. An item without numbers is tried once.
    """
    before = language()
    faults: dict[str, None] = {}
    try:
        seeds = MANY_SEEDS if isinstance(item, Numeric) else SEEDS
        for seed in range(seeds if item.template else 1):
            for fault in _faults_of_draw(item, seed, judge):
                faults.setdefault(fault)
            if len(faults) > 5:
                break
    finally:
        set_language(before)
    return list(faults)


def _faults_of_draw(item: Item, seed: int, judge: Judge) -> list[str]:
    where = f" (seed {seed})" if item.template else ""
    try:
        drawn = item.draw(seed)
        found = _grading(drawn, judge)
    except (StudyError, ExpressionError) as error:
        return [f"{error}{where}"]
    for lang in LANGUAGES:
        set_language(lang)
        form = drawn.form()
        if isinstance(form, PickOne | PickMany) and item.kind != "find-the-wrong-line":
            if len(set(form.choices)) < len(form.choices):
                found.append(f"two choices read the same in {lang}")
    return [fault + where for fault in found]


def _grading(drawn: Item, judge: Judge) -> list[str]:
    found: list[str] = []
    right = drawn.right_response()
    grade = drawn.grade(right, judge)
    if grade.unreadable:
        found.append(f"the right answer `{right}` cannot be read: {grade.feedback}")
    elif not grade.right or grade.share != 1:
        found.append(f"the right answer `{right}` is graded wrong: {grade.feedback}")
    for wrong in drawn.wrong_responses():
        grade = drawn.grade(wrong, judge)
        if grade.unreadable:
            found.append(f"the wrong answer `{wrong}` cannot be read: {grade.feedback}")
        elif grade.right:
            found.append(f"the wrong answer `{wrong}` is graded right")
    if isinstance(drawn, Numeric):
        found += _close_calls(drawn)
    return found


def _close_calls(drawn: Numeric) -> list[str]:
    """Wrong answers that get each other's feedback, and a right answer that nobody can type exactly."""
    found = []
    slips = [float(slip.answer) for slip in drawn.wrong]
    for place, slip in enumerate(slips):
        if any(drawn.near(slip, earlier) for earlier in slips[:place]):
            found.append(f"the wrong answer {slip:g} gets the feedback of another one")
    value = float(drawn.answer)
    if not drawn.tolerance and not drawn.relative and value != float(f"{value:.4g}"):
        found.append(f"nobody types {value!r} exactly; give `tolerance` or `relative`")
    return found
