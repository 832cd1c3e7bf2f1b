"""`lhystudy note`: the learner's own notes and doubts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lhystudy.cli import console
from lhystudy.files import write_text
from lhystudy.words import say

if TYPE_CHECKING:
    from lhystudy.course.lesson import Course
    from lhystudy.store.db import Database
    from lhystudy.store.notes import Note

HELP = "Your own notes and doubts: add, list, resolve, reopen, remove, export."
app = typer.Typer(help=HELP, rich_markup_mode=None)
Number = Annotated[int, typer.Argument(metavar="NUMBER", help="The number that note list shows.")]


def _course() -> Course:
    from lhystudy.course.load import load_course
    from lhystudy.paths import content_root

    return load_course(content_root())


@contextmanager
def _store() -> Iterator[Database]:
    from lhystudy.store.db import open_store

    with open_store() as store:
        yield store


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
    from lhystudy.study import notes

    course = _course()
    name = course.lesson(lesson).id if lesson else ""
    with _store() as store:
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
    from lhystudy.store import notes as note_table

    name = _course().lesson(lesson).id if lesson else None
    with _store() as store:
        found = note_table.open_doubts(store) if doubts else note_table.everything(store)
    chosen = [note for note in found if name in (None, note.lesson)]
    if as_json:
        console.json_line({"notes": [_document(note) for note in chosen]})
        return console.DONE
    for note in chosen:
        sign = {"note": "•", "highlight": "▌"}.get(note.kind, "✓" if note.resolved else "?")
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
def resolve(number: Number) -> int:
    """Mark a doubt as resolved."""
    from lhystudy.study import notes

    with _store() as store:
        notes.resolve(store, number, _now())
    console.talk(say(f"doubt {number} is resolved", f"第 {number} 号疑问已解决"))
    return console.DONE


@app.command()
def reopen(number: Number) -> int:
    """Open a resolved doubt again."""
    from lhystudy.study import notes

    with _store() as store:
        notes.resolve(store, number, None)
    console.talk(say(f"doubt {number} is open again", f"第 {number} 号疑问重新打开"))
    return console.DONE


@app.command()
def remove(number: Number) -> int:
    """Delete a note for good."""
    from lhystudy.study import notes

    with _store() as store:
        note = notes.remove(store, number)
    console.talk(say("removed: ", "已删除：") + note.text)
    return console.DONE


@app.command()
def export(
    file: Annotated[
        Path | None, typer.Argument(metavar="[FILE]", help="A Markdown file; without it, the output.")
    ] = None,
) -> int:
    """Write all notes and doubts as Markdown."""
    from lhystudy.store import notes as note_table
    from lhystudy.study import notes

    with _store() as store:
        page = notes.as_markdown(_course(), note_table.everything(store))
    if file is None:
        console.out(page.rstrip())
        return console.DONE
    write_text(file, page)
    console.talk(say(f"written to {file}", f"已写入 {file}"))
    return console.DONE
