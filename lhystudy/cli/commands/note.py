"""`lhystudy note`: the learner's own notes and doubts."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from lhystudy.cli import console
from lhystudy.course.lesson import Course
from lhystudy.course.load import load_course
from lhystudy.errors import StudyError
from lhystudy.paths import content_root
from lhystudy.store import notes as note_table
from lhystudy.store.db import open_store
from lhystudy.store.notes import Note
from lhystudy.study import notes
from lhystudy.words import say

HELP = "Your own notes and doubts: add, list, resolve, reopen, remove, export."
app = typer.Typer(help=HELP, no_args_is_help=True)


def _course() -> Course:
    return load_course(content_root())


def _now() -> datetime:
    return datetime.now().astimezone()


@app.command()
def add(
    text: Annotated[list[str], typer.Argument(metavar="TEXT", help="What to write down.")],
    lesson: Annotated[str | None, typer.Option(help="The lesson that it belongs to.")] = None,
    place: Annotated[str, typer.Option(help="The heading that it belongs to.")] = "",
    doubt: Annotated[bool, typer.Option("--doubt", help="An open question, to be resolved later.")] = False,
) -> int:
    """Write down a note or, with --doubt, an open question."""
    course = _course()
    name = course.lesson(lesson).id if lesson else ""
    with open_store() as store:
        note = notes.add(store, "doubt" if doubt else "note", " ".join(text), _now(), name, place)
    console.talk(say(f"kept as number {note.id}", f"已记为第 {note.id} 号"))
    if doubt and (answer := notes.answer_to(course, note.text)):
        title = answer.title.said()
        console.talk(say(f"perhaps answered by: {title}", f"也许这里有答案：{title}") + f" ({answer.lesson})")
    return console.DONE


@app.command("list")
def list_notes(
    doubts: Annotated[bool, typer.Option("--doubts", help="Only doubts that are open.")] = False,
    lesson: Annotated[str | None, typer.Option(help="Only those of one lesson.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False,
) -> int:
    """List notes and doubts."""
    name = _course().lesson(lesson).id if lesson else None
    with open_store() as store:
        found = note_table.open_doubts(store) if doubts else note_table.everything(store)
    chosen = [note for note in found if name in (None, note.lesson)]
    if as_json:
        console.json_line({"notes": [_document(note) for note in chosen]})
        return console.DONE
    for note in chosen:
        sign = "•" if note.kind == "note" else "✓" if note.resolved else "?"
        place = f"  [{note.lesson}]" if note.lesson else ""
        first, *rest = note.text.splitlines()
        console.out(f"{note.id:>4} {sign} {first}{place}")
        for line in rest:
            console.out(f"       {line}")
    if not chosen:
        console.talk(say("no notes yet; lhystudy note add TEXT", "还没有笔记；用 lhystudy note add 写一条"))
    return console.DONE


def _document(note: Note) -> dict[str, object]:
    return {
        "id": note.id,
        "kind": note.kind,
        "lesson": note.lesson,
        "place": note.place,
        "text": note.text,
        "at": note.at.isoformat(),
        "resolved": note.resolved.isoformat() if note.resolved else None,
    }


@app.command()
def resolve(number: Annotated[int, typer.Argument(metavar="NUMBER", help="The doubt's number.")]) -> int:
    """Mark a doubt as resolved."""
    with open_store() as store:
        notes.resolve(store, number, _now())
    console.talk(say(f"doubt {number} is resolved", f"第 {number} 号疑问已解决"))
    return console.DONE


@app.command()
def reopen(number: Annotated[int, typer.Argument(metavar="NUMBER", help="The doubt's number.")]) -> int:
    """Open a resolved doubt again."""
    with open_store() as store:
        notes.resolve(store, number, None)
    console.talk(say(f"doubt {number} is open again", f"第 {number} 号疑问重新打开"))
    return console.DONE


@app.command()
def remove(number: Annotated[int, typer.Argument(metavar="NUMBER", help="The note's number.")]) -> int:
    """Delete a note for good."""
    with open_store() as store:
        note = notes.find(store, number)
        note_table.remove(store, number)
    console.talk(say("removed: ", "已删除：") + note.text)
    return console.DONE


@app.command()
def export(
    file: Annotated[
        Path | None, typer.Argument(metavar="[FILE]", help="A Markdown file; without it, the output.")
    ] = None,
) -> int:
    """Write all notes and doubts as Markdown."""
    with open_store() as store:
        page = notes.as_markdown(_course(), note_table.everything(store))
    if file is None:
        console.out(page.rstrip())
        return console.DONE
    try:
        file.write_text(page, encoding="utf-8")
    except OSError as error:
        raise StudyError(say(f"cannot write {file}: {error.strerror}", f"无法写入 {file}：{error.strerror}")) from error
    console.talk(say(f"written to {file}", f"已写入 {file}"))
    return console.DONE
