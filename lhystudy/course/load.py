"""A folder of content as a Course: titles at once, the rest of a lesson when it is opened.

Content is data: nothing in it runs, and nothing outside its folder is read.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from lhystudy.course.header import read_header
from lhystudy.course.lesson import FILES, LANGUAGES, Course, Header, Lesson, Route, Stop, Unit
from lhystudy.entries import ContentError, Entry, Fault, Source, entries_in, inside, parse_yaml
from lhystudy.words import Lang, Text

if TYPE_CHECKING:
    from lhystudy.course.parts import Material

NUMBERED = re.compile(r"(\d\d)-([a-z0-9]+(?:-[a-z0-9]+)*)")
MOST_LESSONS = 500
MOST_FILES = 1000  # of one folder
AT_ROOT = ("units.yaml", "routes.yaml", "coverage.yaml", "LICENSE", "data")  # data: the texts of experiments


def load_course(root: Path) -> Course:
    """The course in a folder: units, lessons with their headers, routes. What is wrong with it is in its `faults`."""
    faults: list[Fault] = []
    titles = _unit_titles(Source(root / "units.yaml", root, faults))
    units = []
    left = MOST_LESSONS
    for folder in _numbered_folders(root, root, faults, AT_ROOT):
        name = _name(folder)
        if name not in titles:
            faults.append(Fault(Source(folder, root, faults).name, 0, f'units.yaml has no title for "{name}"'))
        folders = _numbered_folders(folder, root, faults, ())
        if len(folders) > left:
            faults.append(Fault(Source(folder, root, faults).name, 0, f"a course has at most {MOST_LESSONS} lessons"))
        found = [_lesson(path, name, root, faults) for path in folders[:left]]
        left = max(0, left - len(folders))
        lessons = tuple(lesson for lesson in found if lesson is not None)
        if lessons:
            units.append(Unit(name, titles.get(name, Text(name, name)), lessons))
    _name_once((lesson for unit in units for lesson in unit.lessons), faults)
    known = {lesson.id: lesson.title for unit in units for lesson in unit.lessons}
    routes = _routes(Source(root / "routes.yaml", root, faults), known)
    return Course(root, tuple(units), routes, tuple(sorted(set(faults))))


def open_lesson(lesson: Lesson) -> Material:
    """Everything in a lesson's folder. Raises ContentError with every fault of its files."""
    material, faults = read_lesson(lesson)
    if faults:
        raise ContentError(faults)
    return material


def read_lesson(lesson: Lesson) -> tuple[Material, list[Fault]]:
    """What of a lesson's folder can be used, and every fault of its files."""
    from lhystudy.course.material import read_material  # quizzes are of no use to a list of titles

    return read_material(lesson)


def _lesson(folder: Path, unit: str, root: Path, faults: list[Fault]) -> Lesson | None:
    headers: dict[Lang, Header] = {}
    for lang in LANGUAGES:
        source = Source(folder / f"{lang}.md", root, faults)
        text = source.read()
        header = read_header(text, source) if text is not None else None
        if header is not None:
            headers[lang] = header
    if len(headers) < len(LANGUAGES):
        return None
    return Lesson(_name(folder), int(folder.name[:2]), unit, folder, root, headers)


def _numbered_folders(folder: Path, root: Path, faults: list[Fault], others: tuple[str, ...]) -> list[Path]:
    """The folders called NN-name, in order; whatever else lies there is a fault."""
    found = []
    for path in _listed(folder, root, faults):
        if path.name.startswith("."):
            continue
        if NUMBERED.fullmatch(path.name) and path.is_dir() and inside(path, root):
            found.append(path)
        elif path.name not in others:
            kind = "folder" if path.is_dir() else "file"
            faults.append(Fault(Source(path, root, faults).name, 0, f"a stray {kind}; folders here are called 01-name"))
    return found


def _listed(folder: Path, root: Path, faults: list[Fault]) -> list[Path]:
    """What lies in a folder, in order; a folder with more than is looked through, or that cannot be, is a fault."""
    try:
        found = list(islice(folder.iterdir(), MOST_FILES + 1))
    except OSError as error:
        Source(folder, root, faults).fault(0, f"cannot be read: {error.strerror}")
        return []
    if len(found) > MOST_FILES:
        Source(folder, root, faults).fault(0, f"holds more than {MOST_FILES} files")
    return sorted(found[:MOST_FILES])


def _name(folder: Path) -> str:
    return folder.name[3:]


def _name_once(lessons: Iterable[Lesson], faults: list[Fault]) -> None:
    """Ids and numbers are unique over the whole course."""
    seen: dict[str, Lesson] = {}
    for lesson in lessons:
        for key in (lesson.id, str(lesson.number)):
            if key in seen:
                name = Source(lesson.folder, lesson.root, faults).name
                faults.append(Fault(name, 0, f"{seen[key].folder.name} has the same name or number"))
            seen[key] = lesson


def stray_files(lesson: Lesson) -> list[Path]:
    """What lies in a lesson's folder and is none of its five files."""
    found = _listed(lesson.folder, lesson.root, [])
    return [path for path in found if path.name not in FILES and path.name[0] != "."]


def _unit_titles(source: Source) -> dict[str, Text]:
    titles: dict[str, Text] = {}
    for entry in entries_in(source) if source.is_there() else []:
        entry.only("id", "zh", "en")
        titles[entry.word("id")] = Text(entry.word("en"), entry.word("zh"))
    return titles


def _routes(source: Source, known: dict[str, Text]) -> tuple[Route, ...]:
    """The routes. `titles` in the file names the lessons that are still to come."""
    text = source.read() if source.is_there() else None
    document = parse_yaml(text, source) if text is not None else None
    if not isinstance(document, Entry):
        if document is not None:
            source.fault(1, "the file must have the keys `titles:` and `routes:`")
        return ()
    document.only("titles", "routes")
    coming = document.entry("titles")
    titles = {name: coming.text(name) for name in coming.values} if coming else {}
    return tuple(_route(entry, {**titles, **known}) for entry in document.entries("routes"))


def _route(entry: Entry, titles: dict[str, Text]) -> Route:
    entry.only("id", "title", "note", "first", "lessons", "optional")
    paces = entry.entry("lessons")
    if paces is None:
        entry.fault("`lessons` must be `lesson: must` or `lesson: skim` lines", "lessons")
    first = entry.word("first", default="text")
    if first not in ("text", "derivations"):
        entry.fault("what comes `first` of a lesson is text or derivations", "first")
    return Route(
        id=entry.word("id"),
        title=entry.text("title"),
        note=entry.text("note", optional=True),
        stops=tuple(_stop(paces, name, titles) for name in paces.values) if paces else (),
        optional=tuple(_titled(entry, "optional", name, titles) for name in entry.words("optional", optional=True)),
        first="derivations" if first == "derivations" else "text",
    )


def _stop(paces: Entry, lesson: str, titles: dict[str, Text]) -> Stop:
    pace = paces.word(lesson)
    if pace not in ("must", "skim"):
        paces.fault("the pace of a lesson is must or skim", lesson)
    return replace(_titled(paces, lesson, lesson, titles), pace="skim" if pace == "skim" else "must")


def _titled(entry: Entry, key: str, lesson: str, titles: dict[str, Text]) -> Stop:
    if lesson not in titles:
        entry.fault(f'no lesson "{lesson}", and no title for it under `titles`', key)
    return Stop(lesson, titles.get(lesson, Text(lesson, lesson)), "must")
