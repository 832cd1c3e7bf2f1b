"""The front matter of a lesson's text."""

from __future__ import annotations

import re

from lhystudy.course.lesson import Header
from lhystudy.entries import Entry, Source, parse_yaml

_END = re.compile(r"^---[ \t\r]*$", re.MULTILINE)


def split_header(text: str, source: Source) -> tuple[str, int]:
    """The YAML of the front matter, and how many lines of the text it takes with its two lines ---."""
    first, _, rest = text.partition("\n")
    if first.strip() != "---":
        source.fault(1, "the file must begin with a header between two lines ---")
        return "", 0
    if not (end := _END.search(rest)):
        source.fault(1, "the header has no closing line ---")
        return "", text.count("\n") + 1
    return rest[: end.start()], rest.count("\n", 0, end.start()) + 2


def read_header(text: str, source: Source) -> Header | None:
    """The header of a lesson's text, or None when a fault was found in it."""
    before = len(source.faults)
    yaml_text, _ = split_header(text, source)
    entry = parse_yaml(yaml_text, source, first_line=2)
    if not isinstance(entry, Entry):
        if len(source.faults) == before:
            source.fault(1, "the header must be `key: value` lines")
        return None
    entry.only("title", "summary", "minutes", "needs", "lectures", "terms")
    terms = entry.entry("terms")
    header = Header(
        title=entry.word("title"),
        summary=entry.word("summary"),
        minutes=entry.whole("minutes", 1, 600),
        needs=entry.words("needs", optional=True),
        lectures=entry.words("lectures", optional=True),
        terms={term: terms.word(term) for term in terms.values} if terms else {},
    )
    return header if len(source.faults) == before else None
