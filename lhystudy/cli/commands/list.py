"""`lhystudy list`: what there is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Annotated, Any

import typer

from lhystudy.cli import console
from lhystudy.errors import StudyError, nearest
from lhystudy.words import say

if TYPE_CHECKING:
    from lhystudy.course.lesson import Course
    from lhystudy.course.parts import Material
    from lhystudy.quiz.item import Item

Rows = list[dict[str, Any]]


def command(
    what: Annotated[
        str, typer.Argument(help="lessons, experiments, derivations, quizzes, questions, mistakes or routes.")
    ] = "lessons",
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False,
) -> int:
    """What there is: lessons, experiments, derivations, quizzes, questions, mistakes, routes."""
    if what not in LISTS:
        near = nearest(what, list(LISTS))
        raise StudyError(
            say(f"there is no list of {what!r}", f"没有 {what!r} 这种列表"),
            hint=say(f"did you mean {near}?", f"是不是 {near}？") if near else ", ".join(LISTS),
        )
    from lhystudy.course.load import load_course
    from lhystudy.paths import content_root

    course = load_course(content_root())
    rows = LISTS[what](course)
    if as_json:
        console.json_line({what: rows})
    else:
        SHOWN[what](course, rows)
    if course.faults:
        count = len(course.faults)
        console.talk(
            say(f"{count} faults in the content; see lhystudy audit", f"内容里有 {count} 处问题，见 lhystudy audit")
        )
    return console.DONE


def lessons(course: Course) -> Rows:
    return [
        {
            "id": lesson.id,
            "number": lesson.number,
            "unit": lesson.unit,
            "title": lesson.title.said(),
            "summary": lesson.summary.said(),
            "minutes": lesson.minutes,
            "needs": list(lesson.needs),
        }
        for lesson in course.lessons
    ]


def experiments(course: Course) -> Rows:
    from lhystudy.lab import catalogue

    for fault in catalogue.package_faults():
        console.complain(fault)
    return [
        {
            "id": card.name,
            "lesson": card.lesson,
            "title": card.title,
            "claims": [{"id": claim.id, "text": say(claim.en, claim.zh)} for claim in card.claims],
            "package": card.package or None,
        }
        for card in catalogue.cards()
    ]


def _materials(course: Course) -> Iterator[Material]:
    from lhystudy.course.load import read_lesson

    return (read_lesson(lesson)[0] for lesson in course.lessons)


def derivations(course: Course) -> Rows:
    return [
        {"id": one.id, "lesson": material.lesson.id, "title": one.title.said(), "goal": one.goal}
        for material in _materials(course)
        for one in material.derivations
    ]


def quizzes(course: Course) -> Rows:
    return [
        {
            "id": item.id,
            "lesson": material.lesson.id,
            "kind": item.kind,
            "heading": item.heading,
            "level": item.level,
            "ask": _as_asked(item),
        }
        for material in _materials(course)
        for item in material.items
    ]


def _as_asked(item: Item) -> str:
    """What is asked, with numbers as they are drawn the first time."""
    try:
        return item.draw(0).ask.said()
    except StudyError:
        return item.ask.said()


def questions(course: Course) -> Rows:
    return [
        {"id": one.id, "lesson": material.lesson.id, "ask": one.ask.said(), "evidence": list(one.evidence)}
        for material in _materials(course)
        for one in material.questions
    ]


def mistakes(course: Course) -> Rows:
    return [
        {"id": one.id, "lesson": material.lesson.id, "claim": one.claim.said(), "evidence": list(one.evidence)}
        for material in _materials(course)
        for one in material.misconceptions
    ]


def routes(course: Course) -> Rows:
    there = {lesson.id for lesson in course.lessons}
    return [
        {
            "id": route.id,
            "title": route.title.said(),
            "note": route.note.said(),
            "lessons": [
                {"id": stop.lesson, "title": stop.title.said(), "pace": stop.pace, "there": stop.lesson in there}
                for stop in route.stops
            ],
            "optional": [stop.lesson for stop in route.optional],
        }
        for route in course.routes
    ]


def _show_lessons(course: Course, rows: Rows) -> None:
    for unit in course.units:
        console.out(unit.title.said())
        for lesson in unit.lessons:
            minutes = say(f"{lesson.minutes} min", f"{lesson.minutes} 分钟")
            console.out(f"  {lesson.number:>2}  {lesson.id}  {lesson.title.said()}  ({minutes})")
            console.out(f"      {lesson.summary.said()}")


def _show_routes(course: Course, rows: Rows) -> None:
    for row in rows:
        console.out(f"{row['id']}  {row['title']}")
        if row["note"]:
            console.out(f"  {row['note']}")
        for number, stop in enumerate(row["lessons"], 1):
            pace = say("skim", "略读") if stop["pace"] == "skim" else ""
            coming = "" if stop["there"] else say("to come", "待写")
            marks = ", ".join(mark for mark in (pace, coming) if mark)
            console.out(f"  {number:>2}  {stop['id']}  {stop['title']}" + (f"  ({marks})" if marks else ""))
        if row["optional"]:
            console.out(say("  optional: ", "  可选：") + ", ".join(row["optional"]))


def _shown_by(key: str) -> Callable[[Course, Rows], None]:
    """Prints id, lesson and the text under `key`."""

    def show(course: Course, rows: Rows) -> None:
        from lhystudy.cli.tables import show_table
        from lhystudy.study.search import one_line

        show_table(("", "", ""), ((row["id"], row["lesson"], one_line(row[key])) for row in rows))

    return show


def _show_quizzes(course: Course, rows: Rows) -> None:
    from lhystudy.cli.tables import show_table
    from lhystudy.study.search import one_line

    show_table(
        ("", "", "", "", ""),
        ((row["id"], row["lesson"], row["kind"], "★" * row["level"], one_line(row["ask"])) for row in rows),
    )


LISTS: dict[str, Callable[[Course], Rows]] = {
    "lessons": lessons,
    "experiments": experiments,
    "derivations": derivations,
    "quizzes": quizzes,
    "questions": questions,
    "mistakes": mistakes,
    "routes": routes,
}
SHOWN: dict[str, Callable[[Course, Rows], None]] = {
    "lessons": _show_lessons,
    "experiments": _shown_by("title"),
    "derivations": _shown_by("title"),
    "quizzes": _show_quizzes,
    "questions": _shown_by("ask"),
    "mistakes": _shown_by("claim"),
    "routes": _show_routes,
}
