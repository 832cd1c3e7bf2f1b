"""`lhystudy read`: a lesson in the pager, or as plain text in a pipe."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from lhystudy.cli import console
from lhystudy.errors import MissingError, StudyError, nearest
from lhystudy.words import language, say

if TYPE_CHECKING:
    from lhystudy.course.parts import Material
    from lhystudy.draw.cells import Row
    from lhystudy.words import Lang


def command(
    lesson: Annotated[str, typer.Argument(metavar="LESSON", help="A lesson's name or number.")],
    lang: Annotated[str | None, typer.Option(help="zh or en; without it, the interface's.")] = None,
    at: Annotated[str | None, typer.Option(help="The heading, question or misconception to begin at.")] = None,
) -> int:
    """Read a lesson in the pager, or as plain text in a pipe."""
    from lhystudy.course.load import load_course, open_lesson
    from lhystudy.paths import content_root

    if lang not in (None, "zh", "en"):
        raise StudyError(say(f"no language {lang!r}", f"没有语言 {lang!r}"), hint="--lang zh / --lang en")
    chosen: Lang = "zh" if (lang or language()) == "zh" else "en"
    material = open_lesson(load_course(content_root()).lesson(lesson))
    rows = page_of(material, chosen, at)
    if console.is_terminal():
        read_in_pager(material, rows)
    else:
        from lhystudy.cli.paint import show_rows

        show_rows(rows)
    return console.DONE


def page_of(material: Material, lang: Lang, at: str | None) -> list[Row]:
    """The lesson as rows, from the heading on that `at` names, or under which what it names stands."""
    from lhystudy.cli.page import columns
    from lhystudy.study.page import plain

    if at is None:
        return plain(material, lang, columns())
    entry = material.question(at) or material.misconception(at) or material.derivation(at)
    heading = material.heading(entry.heading if entry else at, lang)
    if heading is None:
        near = nearest(at, [one.id for one in material.headings(lang)])
        hint = say(f"did you mean {near}?", f"是不是 {near}？") if near else None
        raise MissingError(say(f"the lesson has no heading {at!r}", f"这一课没有小节 {at!r}"), hint=hint)
    return plain(material, lang, columns(), heading.id)


def read_in_pager(material: Material, rows: list[Row]) -> None:
    """Shows the rows in the pager; afterwards asks whether the lesson was read to its end, and keeps that."""
    from datetime import datetime

    from lhystudy.cli.asking import read_line
    from lhystudy.cli.paint import page_rows
    from lhystudy.store.db import open_store
    from lhystudy.study.progress import mark_opened, mark_read

    now = datetime.now().astimezone()
    with open_store(holding=True) as store:
        mark_opened(store, material.lesson, now)
        page_rows(rows)
        answer = read_line(say("Read to the end? y/n > ", "读完了吗？y/n > "))
        if answer is not None and answer.lower() in ("y", "yes", "是"):
            mark_read(store, material, now)
            console.talk(say("kept; its quiz: lhystudy quiz ", "已记下；做题：lhystudy quiz ") + material.lesson.id)
