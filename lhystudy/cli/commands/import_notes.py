"""`lhystudy import-notes`: somebody's own notes, matched with the course."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from lhystudy.cli import console
from lhystudy.words import say


def command(
    file: Annotated[Path, typer.Argument(metavar="FILE.md", help="Notes in Markdown.")],
    look: Annotated[bool, typer.Option("--look", help="Only show what was found; keep nothing.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False,
) -> int:
    """Match your own notes with lessons, keep their open questions, flag known mistakes."""
    from lhystudy.course.load import load_course
    from lhystudy.paths import content_root
    from lhystudy.store.db import open_store
    from lhystudy.study.import_notes import Reading, keep_questions, read_notes

    course = load_course(content_root())
    found = read_notes(course, file)
    kept = 0
    if not look:
        with open_store() as store:
            kept = keep_questions(store, found.questions, datetime.now().astimezone())

    def document(reading: Reading) -> dict[str, object]:
        return {
            "sections": [{"line": one.line, "title": one.title, "lesson": one.lesson} for one in reading.sections],
            "questions": [{"line": one.line, "text": one.text, "lesson": one.lesson} for one in reading.questions],
            "mistakes": [
                {"line": one.line, "text": one.text, "lesson": one.lesson, "misconception": one.misconception.id}
                for one in reading.flagged
            ],
            "kept": kept,
        }

    if as_json:
        console.json_line(document(found))
        return console.DONE
    console.out(say("Sections", "小节"))
    for section in found.sections:
        console.out(f"  {file.name}:{section.line}  {section.title or '—'}  → {section.lesson or '—'}")
    console.out(say("Open questions", "未解的疑问"))
    for question in found.questions:
        console.out(f"  {file.name}:{question.line}  {question.text}  [{question.lesson or '—'}]")
    console.out(say("Close to a known mistake (decide yourself)", "与已知误区相近（请自行判断）"))
    for flag in found.flagged:
        console.out(f"  {file.name}:{flag.line}  {flag.text}")
        console.out(f"      {flag.misconception.id}: {flag.misconception.correct.said()}")
    console.talk(say(f"{kept} doubts kept; lhystudy note list", f"新记下 {kept} 个疑问；lhystudy note list 可查看"))
    return console.DONE
