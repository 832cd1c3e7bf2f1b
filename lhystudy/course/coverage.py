"""coverage.yaml: which entry of the syllabus is covered where, and whether each place exists."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from lhystudy.course.places import Places
from lhystudy.entries import Entry, Fault, Listing, Source, parse_yaml


def coverage_faults(root: Path, lessons: Iterable[str], places: Places) -> list[Fault]:
    """The faults of coverage.yaml for these lessons; a lesson without an entry is one."""
    faults: list[Fault] = []
    source = Source(root / "coverage.yaml", root, faults)
    text = source.read()
    document = parse_yaml(text, source) if text is not None else None
    covered = document.entry("lessons") if isinstance(document, Entry) else None
    if covered is None:
        if text is not None and not faults:
            source.fault(1, "the file must begin with `lessons:`")
        return faults
    for lesson in lessons:
        entry = covered.entry(lesson)
        if entry is None:
            source.fault(covered.line_of(lesson), f'no coverage of the lesson "{lesson}"')
            continue
        entry.only("topics", "questions", "mistakes")
        for line, place in _places_of(entry):
            if fault := places.fault(place, lesson):
                source.fault(line, fault)
    return faults


def _places_of(entry: Entry) -> Iterator[tuple[int, str]]:
    """Every place that a lesson's coverage names, with its line."""
    topics = entry.entry("topics")
    for name in topics.values if topics else ():
        topic = topics.entry(name) if topics else None
        if topic is None:
            continue
        topic.only("text", "claims", "formulas")
        yield from _flat(topic, "text", depth=1)
        yield from _flat(topic, "claims", depth=2)
        yield from _flat(topic, "formulas", depth=2)
    for key in ("questions", "mistakes"):
        group = entry.entry(key)
        for name in group.values if group else ():
            if group:
                yield from _flat(group, name, depth=1)


def _flat(entry: Entry, key: str, depth: int) -> Iterator[tuple[int, str]]:
    """The places of a list, or of a list of lists where there is one list for each claim or formula."""
    yield from _walk(entry.listing(key, optional=True), entry, key, depth)


def _walk(listing: Listing, entry: Entry, key: str, depth: int) -> Iterator[tuple[int, str]]:
    for value, line in zip(listing, listing.lines, strict=True):
        if depth > 1 and isinstance(value, Listing):
            if not value:
                entry.source.fault(line, f"`{key}`: an empty list covers nothing")
            yield from _walk(value, entry, key, depth - 1)
        elif depth == 1 and _is_place(value):
            yield line, value
        else:
            entry.source.fault(line, f"`{key}` must be a list of {'lists of ' if depth > 1 else ''}places")


def _is_place(value: Any) -> bool:
    return isinstance(value, str)
