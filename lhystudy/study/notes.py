"""The learner's own notes and doubts: written down, resolved, matched with answers, exported as Markdown."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from lhystudy.course.lesson import Course
from lhystudy.errors import MissingError, StudyError
from lhystudy.store import notes as note_table
from lhystudy.store.db import Database
from lhystudy.store.index import Entry
from lhystudy.store.notes import Kind, Note
from lhystudy.study.search import search, tokens
from lhystudy.words import say

LONGEST = 20_000  # characters of one note
ANSWERS = ("question", "misconception", "section", "derivation", "experiment")
CLEAR = 0.5  # the part of a doubt's words from which a match is worth naming
LEAST_WORDS = 2  # one word in common is chance


def add(database: Database, kind: Kind, text: str, now: datetime, lesson: str = "", place: str = "") -> Note:
    """Keeps a note and returns it. Raises StudyError for an empty or an endless one."""
    text = text.strip()
    if not text:
        raise StudyError(say("the note is empty", "笔记是空的"))
    if len(text) > LONGEST:
        raise StudyError(say(f"the note is longer than {LONGEST} characters", f"笔记超过了 {LONGEST} 个字符"))
    return find(database, note_table.add(database, kind, text, now, lesson, place))


def find(database: Database, number: int) -> Note:
    """The note of this number. Raises MissingError when there is none."""
    note = note_table.get(database, number)
    if note is None:
        raise MissingError(say(f"there is no note {number}", f"没有第 {number} 号笔记"), hint="lhystudy note list")
    return note


def highlight(database: Database, text: str, now: datetime, lesson: str, place: str) -> bool:
    """Highlights a paragraph, or takes the highlight away; returns whether it is highlighted now."""
    for note in note_table.everything(database):
        if (note.kind, note.lesson, note.place) == ("highlight", lesson, place):
            note_table.remove(database, note.id)
            return False
    add(database, "highlight", text, now, lesson, place)
    return True


def resolve(database: Database, number: int, now: datetime | None) -> Note:
    """Marks a doubt as resolved, or with None as open again, and returns it."""
    note = find(database, number)
    if note.kind != "doubt":
        raise StudyError(say(f"note {number} is no doubt", f"第 {number} 号是笔记，不是疑问"))
    note_table.resolve(database, number, now)
    return find(database, number)


def answer_to(course: Course, text: str) -> Entry | None:
    """What in the course is most likely to answer a doubt; None when nothing matches clearly."""
    count = len(set(tokens(text)))
    for hit in search(course, None, text):
        if hit.entry.kind in ANSWERS and hit.matched >= CLEAR and hit.matched * count >= LEAST_WORDS:
            return hit.entry
    return None


def as_markdown(course: Course, notes: Iterable[Note]) -> str:
    """The notes as a Markdown page, lesson by lesson; doubts have a box, ticked when resolved."""
    titles = {lesson.id: lesson.title.said() for lesson in course.lessons}
    by_lesson: dict[str, list[Note]] = {}
    for note in notes:
        by_lesson.setdefault(note.lesson, []).append(note)
    order = [name for name in ("", *titles) if name in by_lesson]
    order += [name for name in by_lesson if name not in order]
    lines = [f"# {say('Notes', '笔记')}", ""]
    for name in order:
        lines += [f"## {titles.get(name, name) or say('In general', '总论')}", ""]
        for note in by_lesson[name]:
            box = {"note": "", "highlight": "▌ "}.get(note.kind, "[x] " if note.resolved else "[ ] ")
            first, *rest = note.text.splitlines()
            lines += [f"- {box}{first}", *(f"  {line}" for line in rest)]
        lines.append("")
    return "\n".join(lines)


def remove(database: Database, number: int) -> Note:
    """Deletes a note for good and returns what it was."""
    note = find(database, number)
    note_table.remove(database, number)
    return note
