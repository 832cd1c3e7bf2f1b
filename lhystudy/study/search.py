"""Finds words in lessons, questions, misconceptions, derivations, experiments and the learner's own notes."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from lhystudy.course.lesson import Course, Heading, Lesson, Material, Prose
from lhystudy.course.load import read_lesson
from lhystudy.draw.maths import inline
from lhystudy.draw.width import text_of
from lhystudy.entries import Source
from lhystudy.lab import catalogue
from lhystudy.store import notes as note_table
from lhystudy.store.db import Database
from lhystudy.words import Text, language

Kind = Literal["lesson", "section", "question", "misconception", "derivation", "experiment", "note"]
TITLE_WEIGHT = 3.0
LESSONS_OPENED = 12
LESSON_FILES = ("zh.md", "en.md", "derive.yaml", "questions.yaml")
_WORD = re.compile(r"[a-z0-9]+(?:['’][a-z]+)?|[\u3400-\u9fff]+")
_FORMULA = re.compile(r"\$([^$]+)\$")
_MARKS = re.compile(r"\*\*|\*(?=\w)|(?<=\w)\*|`")
_STOP = frozenset(
    "a an and are as at be by can do does for from has have how i in is it its of on or so that the then there this to"
    " was what when where which why will with you".split()
)


@dataclass(frozen=True)
class Entry:
    """Something that can be found. `lesson` and `name` say where it is; `title` and `body` are what was searched."""

    kind: Kind
    lesson: str
    name: str
    title: Text
    body: Text


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


def search(course: Course, database: Database | None, words: str, limit: int = 12) -> list[Hit]:
    """The best matches, best first. Every lesson is searched in both languages."""
    wanted = sorted(set(tokens(words)))
    if not wanted:
        return []
    entries = list(_entries(course, database, wanted))
    counted = [(entry, _count(_titled(entry), wanted), _count(entry.body, wanted)) for entry in entries]
    total = len(counted) or 1
    spread = {
        word: math.log(1 + total / (1 + sum(bool(title[word] or body[word]) for _, title, body in counted)))
        for word in wanted
    }
    hits = []
    for entry, title, body in counted:
        matched = [word for word in wanted if title[word] or body[word]]
        if not matched:
            continue
        score = sum(spread[w] * (TITLE_WEIGHT * min(title[w], 1) + math.log1p(body[w])) for w in matched)
        score *= (len(matched) / len(wanted)) ** 2
        hits.append(Hit(entry, score, len(matched) / len(wanted), _excerpt(entry, matched)))
    hits.sort(key=lambda hit: -hit.score)
    return hits[:limit]


def _titled(entry: Entry) -> Text:
    """The title with the words of the name, which are often those that somebody remembers."""
    name = "" if entry.kind == "note" else entry.name.replace("-", " ")
    return Text(f"{entry.title.en} {name}", entry.title.zh)


def _count(text: Text, wanted: list[str]) -> dict[str, int]:
    """How often each word stands in the text, in whichever language it stands more often."""
    counts = dict.fromkeys(wanted, 0)
    for version in (text.en, text.zh):
        found = tokens(version)
        for word in wanted:
            counts[word] = max(counts[word], found.count(word))
    return counts


def one_line(text: str) -> str:
    """A text of the course on one line: formulas set in a row, marks of emphasis and code left out."""
    parts = _FORMULA.split(" ".join(text.split()))
    return "".join(text_of(inline(part)) if place % 2 else _MARKS.sub("", part) for place, part in enumerate(parts))


def _excerpt(entry: Entry, matched: list[str]) -> str:
    """About eighty characters around the first match, in the language in use where it stands there."""
    body = entry.body.in_language(language()) or entry.title.in_language(language())
    flat = one_line(body)
    lower = flat.lower()
    places = [place for word in matched if (place := lower.find(word)) >= 0]
    start = max(0, min(places) - 30) if places else 0
    if start:
        start = flat.find(" ", start) + 1 if " " in flat[start : start + 15] else start
    cut = flat[start : start + 90]
    return ("…" if start else "") + cut + ("…" if start + 90 < len(flat) else "")


def _entries(course: Course, database: Database | None, wanted: list[str]) -> Iterator[Entry]:
    for lesson in course.lessons:
        yield Entry("lesson", lesson.id, lesson.id, lesson.title, lesson.summary)
    for lesson in _likely(course, wanted):
        yield from _of_material(read_lesson(lesson)[0])
    yield from _experiments()
    for note in note_table.everything(database) if database else []:
        yield Entry("note", note.lesson, str(note.id), Text(), Text(note.text, note.text))


def _likely(course: Course, wanted: list[str]) -> list[Lesson]:
    """The lessons whose files hold the words most, so that the rest need not be parsed; rare words count more."""
    counts = {lesson.id: _counts(lesson, wanted) for lesson in course.lessons}
    total = len(counts)
    spread = {word: math.log(1 + total / (1 + sum(one[word] > 0 for one in counts.values()))) for word in wanted}

    def score(lesson: Lesson) -> float:
        return sum(spread[word] * math.log1p(count) for word, count in counts[lesson.id].items())

    ranked = sorted((lesson for lesson in course.lessons if score(lesson)), key=score, reverse=True)
    return ranked[:LESSONS_OPENED]


def _counts(lesson: Lesson, wanted: list[str]) -> dict[str, int]:
    texts = (Source(lesson.folder / name, lesson.root, []).read() or "" for name in LESSON_FILES)
    text = "\n".join(texts).lower()
    return {word: text.count(word) for word in wanted}


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


def _experiments() -> Iterator[Entry]:
    for card in catalogue.cards():
        claims = Text("; ".join(claim.en for claim in card.claims), "；".join(claim.zh for claim in card.claims))
        yield Entry("experiment", card.lesson, card.name, Text(card.title_en, card.title_zh), claims)
