"""Finds words in lessons, questions, misconceptions, derivations, experiments and the learner's own notes."""

from __future__ import annotations

import hashlib
import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from pathlib import Path

from lhystudy.course.lesson import LANGUAGES, Course, Lesson
from lhystudy.course.load import read_lesson
from lhystudy.course.parts import Heading, Material, Prose
from lhystudy.draw.maths import inline
from lhystudy.draw.width import text_of
from lhystudy.lab import catalogue
from lhystudy.store import index
from lhystudy.store import notes as note_table
from lhystudy.store.db import Database
from lhystudy.store.index import Entry, Indexed, Shelf
from lhystudy.store.notes import Note
from lhystudy.words import Text, language

TITLE_WEIGHT = 3.0
NAMED_WEIGHT = 3.0  # of a thing whose whole title is what was typed
LESSON_FILES = ("zh.md", "en.md", "derive.yaml", "questions.yaml")
_WORD = re.compile(r"[a-z0-9]+(?:['’][a-z]+)?|[\u3400-\u9fff]+")
_CHARACTER = re.compile(r"[\u3400-\u9fff]")
_FORMULA = re.compile(r"\$([^$]+)\$")
_MARKS = re.compile(r"\*\*|\*(?=\w)|(?<=\w)\*|`")
_STOP = frozenset(
    "a an and are as at be by can do does for from has have how i in is it its of on or so that the then there this to"
    " was what when where which why will with you".split()
)


@dataclass(frozen=True)
class Hit:
    entry: Entry
    score: float
    matched: float  # which part of the words was found, 0 to 1
    excerpt: str  # where the words stand, in the language in use


def tokens(text: str) -> list[str]:
    """Words of Latin letters, in lower case and without their plural s; pairs of neighbouring Chinese characters."""
    found: list[str] = []
    for word in _WORD.findall(text.lower()):
        if "\u3400" <= word[0] <= "\u9fff":
            found += [word[at : at + 2] for at in range(len(word) - 1)] or [word]
        elif word not in _STOP:
            found.append(word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word)
    return found


def search(course: Course, database: Database | None, words: str, limit: int = 12, typing: bool = False) -> list[Hit]:
    """The best matches, best first, in both languages. With `typing`, the last word may be the beginning of one."""
    listed = tokens(words)
    wanted = sorted(set(listed))
    if not wanted:
        return []
    if typing and listed[-1].isascii() and words[-1:].isalnum():
        wanted = [f"{word}*" if word == listed[-1] else word for word in wanted]
    found = index.look_up(shelves(course, database), wanted)
    rarity = {
        word: math.log(1 + found.total / (1 + holding)) for word, holding in zip(wanted, found.holding, strict=True)
    }
    rated = []
    for one in found.entries:
        title, body = _count(one.title, wanted), _count(one.body, wanted)
        matched = [word for word in wanted if title[word] or body[word]]
        share = len(matched) / len(wanted)
        score = sum(rarity[w] * (TITLE_WEIGHT * min(title[w], 1) + math.log1p(body[w])) for w in matched)
        named = any(tokens(one.entry.title.in_language(lang)) == listed for lang in LANGUAGES)
        weight = share**2 * (1 + _in_order(one, listed) + NAMED_WEIGHT * named)
        rated.append((score * weight, share, one.entry, matched))
    rated.sort(key=lambda rating: -rating[0])
    return [Hit(entry, score, share, _excerpt(entry, matched)) for score, share, entry, matched in rated[:limit]]


def _in_order(one: Indexed, listed: list[str]) -> float:
    """Which part of the neighbours among the wanted words stand next to each other in the entry too, 0 to 1."""
    pairs = list(pairwise(listed))
    text = f" {one.title} \n {one.body} "
    return sum(f" {a} {b} " in text for a, b in pairs) / len(pairs) if pairs else 0.0


def _count(text: str, wanted: list[str]) -> dict[str, int]:
    """How often each word stands in an entry's words; `word*` counts those that begin so."""
    found = Counter(text.split())
    return {
        word: sum(n for one, n in found.items() if one.startswith(word[:-1])) if word.endswith("*") else found[word]
        for word in wanted
    }


def one_line(text: str) -> str:
    """A text of the course on one line: formulas set in a row, marks of emphasis and code left out."""
    parts = _FORMULA.split(" ".join(text.split()))
    return "".join(text_of(inline(part)) if place % 2 else _MARKS.sub("", part) for place, part in enumerate(parts))


def _excerpt(entry: Entry, matched: list[str]) -> str:
    """About eighty characters around the first match, in the language in use where it stands there."""
    body = entry.body.in_language(language()) or entry.title.in_language(language())
    flat = one_line(body)
    lower = flat.lower()
    places = [place for word in matched if (place := lower.find(word.rstrip("*"))) >= 0]
    start = max(0, min(places) - 30) if places else 0
    if start:
        start = flat.find(" ", start) + 1 if " " in flat[start : start + 15] else start
    cut = flat[start : start + 90]
    return ("…" if start else "") + cut + ("…" if start + 90 < len(flat) else "")


def shelves(course: Course, database: Database | None) -> list[Shelf]:
    """What is indexed: each lesson, the experiments, the learner's notes, each with a mark that changes with it."""
    found = [Shelf(f"lesson:{one.id}", _mark(_files(one)), partial(_of_lesson, one)) for one in course.lessons]
    found.append(Shelf("experiments", _mark(sorted(catalogue.FOLDER.glob("*.py"))), _experiments))
    kept = note_table.everything(database) if database else []
    told = hashlib.sha256(repr([(note.id, note.text) for note in kept]).encode()).hexdigest()
    found.append(Shelf("notes", told, partial(_notes, kept)))
    return found


def _files(lesson: Lesson) -> list[Path]:
    return [lesson.folder / name for name in LESSON_FILES]


def _mark(files: Iterable[Path]) -> str:
    """Changes when one of the files does."""
    marks = []
    for file in files:
        with suppress(OSError):
            state = file.stat()
            marks.append(f"{file}:{state.st_mtime_ns}:{state.st_size}")
    return hashlib.sha256("\n".join(marks).encode()).hexdigest()


def _indexed(entry: Entry) -> Indexed:
    """An entry with its words; single Chinese characters too, and those of its name, which are often remembered."""
    name = "" if entry.kind == "note" else entry.name.replace("-", " ")
    title = f"{entry.title.en} {name} \n {entry.title.zh}"
    return Indexed(entry, _words(title), _words(f"{entry.body.en}\n{entry.body.zh}"))


def _words(text: str) -> str:
    return " ".join([*tokens(text), *_CHARACTER.findall(text)])


def _notes(kept: list[Note]) -> Iterator[Indexed]:
    for note in kept:
        yield _indexed(Entry("note", note.lesson, str(note.id), Text(), Text(note.text, note.text)))


def _of_lesson(lesson: Lesson) -> Iterator[Indexed]:
    yield _indexed(Entry("lesson", lesson.id, lesson.id, lesson.title, lesson.summary))
    for entry in _of_material(read_lesson(lesson)[0]):
        yield _indexed(entry)


def _of_material(material: Material) -> Iterator[Entry]:
    lesson = material.lesson.id
    sections = {heading.id: Text(heading.text) for heading in material.headings("en")}
    for heading in material.headings("zh"):
        sections[heading.id] = Text(sections.get(heading.id, Text()).en, heading.text)
    bodies = {lang: _bodies(material.blocks[lang]) for lang in ("en", "zh")}
    for name, title in sections.items():
        yield Entry("section", lesson, name, title, Text(bodies["en"].get(name, ""), bodies["zh"].get(name, "")))
    for question in material.questions:
        yield Entry("question", lesson, question.id, question.ask, question.answer)
    for misconception in material.misconceptions:
        yield Entry("misconception", lesson, misconception.id, misconception.claim, misconception.correct)
    for derivation in material.derivations:
        yield Entry("derivation", lesson, derivation.id, derivation.title, derivation.intro)


def _bodies(blocks: Iterable[object]) -> dict[str, str]:
    """The running text under each heading."""
    bodies: dict[str, str] = {}
    for block in blocks:
        if isinstance(block, Prose):
            bodies[block.under] = bodies.get(block.under, "") + " " + block.text
        elif isinstance(block, Heading):
            bodies.setdefault(block.id, "")
    return bodies


def _experiments() -> Iterator[Indexed]:
    for card in catalogue.cards():
        claims = Text("; ".join(claim.en for claim in card.claims), "；".join(claim.zh for claim in card.claims))
        yield _indexed(Entry("experiment", card.lesson, card.name, Text(card.title_en, card.title_zh), claims))
