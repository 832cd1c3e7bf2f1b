"""`lhystudy progress`: lesson by lesson, what is done, due and weak."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from lhystudy.cli import console
from lhystudy.words import say

if TYPE_CHECKING:
    from lhystudy.study.progress import LessonProgress, Progress, Weak


def command(as_json: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False) -> int:
    """What is done, due and weak, lesson by lesson."""
    from lhystudy.course.load import load_course
    from lhystudy.paths import content_root
    from lhystudy.store.db import open_store
    from lhystudy.study.progress import progress

    with open_store(holding=True) as store:
        found = progress(load_course(content_root()), store, datetime.now().astimezone())
    if as_json:
        console.json_line(
            {
                "lessons": [_lesson(one) for one in found.lessons],
                "weak": [_weak(one) for one in found.weak],
                "streak": found.streak,
                "days": list(found.days),
            }
        )
    else:
        _show(found)
    return console.DONE


def _lesson(one: LessonProgress) -> dict[str, object]:
    return {
        "id": one.lesson.id,
        "number": one.lesson.number,
        "title": one.lesson.title.said(),
        "opened": one.reading is not None,
        "done": one.done,
        "read": round(one.read, 3),
        "items": one.items,
        "tried": one.tried,
        "right": one.right,
        "due": one.due,
        "mastery": round(one.mastery, 3),
        "derivations": one.derivations,
        "derived": one.derived,
    }


def _weak(one: Weak) -> dict[str, object]:
    return {
        "kind": one.kind,
        "name": one.name,
        "lesson": one.lesson,
        "times": one.times,
        "recall": None if one.recall is None else round(one.recall, 3),
    }


def _show(found: Progress) -> None:
    from lhystudy.cli.tables import show_table

    heads = (
        "", say("read", "读完"), say("right", "答对"), say("due", "待复习"), say("mastery", "掌握"),
        say("derived", "推导"), say("lesson", "课"),
    )  # fmt: skip
    rows = (
        (
            str(one.lesson.number),
            say("done", "完成") if one.done else f"{one.read:.0%}",
            f"{one.right}/{one.items}",
            str(one.due or ""),
            f"{one.mastery:.0%}",
            f"{one.derived}/{one.derivations}",
            one.lesson.title.said(),
        )
        for one in found.lessons
    )
    show_table(heads, rows, right=range(6))
    for weak in found.weak[:8]:
        name = weak.name if weak.kind == "item" else say(f"mistake: {weak.name}", f"错误：{weak.name}")
        times = say(f"wrong {weak.times}×", f"错过 {weak.times} 次")
        console.out(f"{say('weak', '薄弱')}  {name}  {times}  [{weak.lesson}]")
