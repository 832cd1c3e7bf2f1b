"""Reads somebody's own course notes: which lesson each section is about, what was left open, what may be wrong."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from lhystudy.course.lesson import Course
from lhystudy.course.load import read_lesson
from lhystudy.course.parts import Heading, Material, Misconception, Prose
from lhystudy.files import read_text
from lhystudy.store import notes as note_table
from lhystudy.store.db import Database
from lhystudy.study.search import tokens

MATCH = 0.08  # cosine from which a section counts as about a lesson
SHARED = 0.6  # share of a misconception's words that a statement must hold to be flagged
LONGEST_SECTION = 20  # lines; longer ones are cut, since notes without headings wander from lesson to lesson
LEAST_WORDS = 4  # a statement with fewer says too little to be flagged

_OPEN = re.compile(
    r"[?？]|待(?:推导|证|补|确认|解决|查|看)|不明白|不懂|没懂|看不懂|搞不清|不理解|疑问|为什么|为何|为啥"
    r"|\bTODO\b|\bwhy\b|\bnot clear\b|\bdon'?t (?:get|understand)\b|\bunclear\b",
    re.IGNORECASE,
)
_HEADING = re.compile(r"#{1,6}\s+(.*)")
_MARKUP = re.compile(r"^\s*(?:[-*+>]|\d+[.)]|\[[ xX]\])\s*|[*_`]{1,3}")
_SENTENCE = re.compile(r"(?<=[。！？!?；;])|(?<=\.)\s+")


@dataclass(frozen=True)
class Section:
    """A stretch of the notes under one heading, and the lesson that it is most likely about ('' for none)."""

    line: int
    title: str
    text: tuple[tuple[int, str], ...]
    lesson: str = ""
    match: float = 0.0


@dataclass(frozen=True)
class OpenQuestion:
    line: int
    text: str
    lesson: str


@dataclass(frozen=True)
class Flagged:
    """A statement that comes close to a known misconception. Close is not the same: the learner decides."""

    line: int
    text: str
    misconception: Misconception
    lesson: str


@dataclass(frozen=True)
class Reading:
    sections: tuple[Section, ...]
    questions: tuple[OpenQuestion, ...]
    flagged: tuple[Flagged, ...]


def read_notes(course: Course, file: Path) -> Reading:
    """What the notes hold. Raises StudyError when the file cannot be read."""
    materials = [read_lesson(lesson)[0] for lesson in course.lessons]
    profiles = {material.lesson.id: _profile(material) for material in materials}
    spread = Counter(word for profile in profiles.values() for word in profile)
    pieces = (piece for section in _sections(_text(file)) for piece in _pieces(section))
    sections = tuple(_matched(piece, profiles, spread) for piece in pieces)
    known = [(material.lesson.id, one) for material in materials for one in material.misconceptions]
    return Reading(
        sections,
        tuple(question for section in sections for question in _questions(section)),
        tuple(flag for section in sections for flag in _flagged(section, known)),
    )


def keep_questions(database: Database, questions: Iterable[OpenQuestion], now: datetime) -> int:
    """Keeps the open questions as doubts, those that are there already left out, and returns how many are new."""
    there = {note.text for note in note_table.everything(database)}
    kept = 0
    with database.transaction():
        for question in questions:
            if question.text not in there:
                there.add(question.text)
                note_table.add(database, "doubt", question.text, now, lesson=question.lesson)
                kept += 1
    return kept


def _text(file: Path) -> str:
    return read_text(file)


def _sections(text: str) -> Iterator[Section]:
    """The notes cut at their headings; headings inside a block of code are none."""
    title, first, fenced = "", 1, False
    lines: list[tuple[int, str]] = []
    for number, line in enumerate(text.splitlines(), 1):
        if line.lstrip().startswith(("```", "~~~")):
            fenced = not fenced
            continue
        found = None if fenced else _HEADING.fullmatch(line.strip())
        if found:
            if title or lines:
                yield Section(first, title, tuple(lines))
            title, first, lines = found[1].rstrip("# \t"), number, []
        elif line.strip() and not fenced:
            lines.append((number, line))
    if title or lines:
        yield Section(first, title, tuple(lines))


def _pieces(section: Section) -> Iterator[Section]:
    """The section in pieces of equal length, none longer than LONGEST_SECTION."""
    count = max(1, math.ceil(len(section.text) / LONGEST_SECTION))
    size = max(1, math.ceil(len(section.text) / count))
    yield Section(section.line, section.title, section.text[:size])
    for start in range(size, len(section.text), size):
        yield Section(section.text[start][0], section.title, section.text[start : start + size])


def _profile(material: Material) -> Counter[str]:
    """The words of a lesson, those of its titles, headings and terms counted heavily."""
    lesson = material.lesson
    words: Counter[str] = Counter()
    for lang in ("en", "zh"):
        header = lesson.headers[lang]
        heavy = [header.title, header.summary, *header.terms]
        heavy += [block.text for block in material.blocks[lang] if isinstance(block, Heading)]
        for text in heavy:
            words.update({word: 5 * count for word, count in Counter(tokens(text)).items()})
        for block in material.blocks[lang]:
            if isinstance(block, Prose):
                words.update(tokens(block.text))
    return words


def _matched(section: Section, profiles: dict[str, Counter[str]], spread: Counter[str]) -> Section:
    """The section with the lesson whose words are most like its own, where one is like enough."""
    words = Counter(tokens(section.title) * 5)
    for _, line in section.text:
        words.update(tokens(line))

    def weigh(counts: Counter[str]) -> dict[str, float]:
        return {
            word: (1 + math.log(count)) * math.log((1 + len(profiles)) / spread[word])
            for word, count in counts.items()
            if spread[word]
        }

    mine = weigh(words)
    scores = {lesson: _cosine(mine, weigh(profile)) for lesson, profile in profiles.items()}
    best = max(scores, key=lambda lesson: scores[lesson], default="")
    if not best or scores[best] < MATCH:
        return section
    return Section(section.line, section.title, section.text, best, scores[best])


def _cosine(one: dict[str, float], other: dict[str, float]) -> float:
    size = math.hypot(*one.values()) * math.hypot(*other.values())
    return sum(value * other.get(word, 0.0) for word, value in one.items()) / size if size else 0.0


def _plain(line: str) -> str:
    return _MARKUP.sub("", line).strip()


def _questions(section: Section) -> Iterator[OpenQuestion]:
    for number, line in section.text:
        text = _plain(line)
        if len(text) > 3 and "http" not in text and _OPEN.search(text):
            yield OpenQuestion(number, text[:500], section.lesson)


def _flagged(section: Section, known: list[tuple[str, Misconception]]) -> Iterator[Flagged]:
    """Statements that hold most of the words of a misconception, at most one misconception each."""
    for number, line in section.text:
        for sentence in _SENTENCE.split(_plain(line)):
            if not sentence or _OPEN.search(sentence):
                continue
            words = set(tokens(sentence))
            shares = [(_share(words, one), lesson, one) for lesson, one in known]
            share, lesson, one = max(shares, key=lambda found: found[0], default=(0.0, "", None))
            if one is not None and share >= SHARED:
                yield Flagged(number, sentence.strip(), one, lesson)


def _share(words: set[str], misconception: Misconception) -> float:
    """Which part of the misconception's words the statement holds, in the language where it holds more."""
    shares = [0.0]
    for claim in (misconception.claim.en, misconception.claim.zh):
        wanted = set(tokens(claim))
        if len(wanted) >= LEAST_WORDS:
            shares.append(len(wanted & words) / len(wanted))
    return max(shares)
