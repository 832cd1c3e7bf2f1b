"""What is fed with arbitrary text, and what must hold of each: no error but its own, and no fault without its place."""

from __future__ import annotations

import atexit
import json
import re
import shutil
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path

import yaml

from lhystudy.checker.check import check_text
from lhystudy.checker.nodes import Claim, Step
from lhystudy.checker.problem import Problem
from lhystudy.checker.reading.parse import Unreadable, blank, introduce, read, read_expression
from lhystudy.checker.reading.show import show_statement
from lhystudy.course.header import read_header, split_header
from lhystudy.course.lesson import Course
from lhystudy.course.load import load_course
from lhystudy.course.markdown import read_blocks
from lhystudy.entries import Fault, Source, entries_of, parse_yaml
from lhystudy.entries import Listing as YamlList
from lhystudy.errors import StudyError
from lhystudy.store.db import Database, open_store
from lhystudy.study.exchange import import_from
from lhystudy.study.import_notes import read_notes
from tests.samples import write_course

HERE = Path(__file__).parent
CHECKER = HERE.parent / "checker"
SCENE = ("let A, B : matrix(n, n)", "let x, y : vector(n)", "let p : simplex(K)", "let X : random", "given L = x^T A x")


@cache
def scene() -> Problem:
    problem = Problem()
    for line in SCENE:
        problem = introduce(problem, read(line, problem).statement)
    return problem


def reader(text: str) -> None:
    """A line is read, and shown back it reads as the same tree; or it is unreadable, in one printable sentence."""
    above = read_expression("a + b", Problem())
    try:
        if blank(text):
            return
        statement = read(text, scene(), above).statement
    except Unreadable as fault:
        assert fault.message.isprintable() and len(str(fault)) < 600, str(fault)
        assert 1 <= fault.column <= len(text) + 1, (fault.column, text)
        return
    introduce(scene(), statement)
    if isinstance(statement, Claim) or (isinstance(statement, Step) and (statement.continues or statement.words)):
        return
    shown = show_statement(statement)
    assert shown.isprintable(), shown
    assert read(shown, scene(), above).statement == statement, shown


def checker(text: str) -> None:
    """Every derivation gets a verdict a line; nothing is raised."""
    report = check_text("\n".join((*SCENE, text)), seconds=0.05)
    json.dumps(report.to_json())
    failed = [line.note for line in report.lines if "the checker failed" in line.note]
    assert not failed, failed


def as_file(text: str) -> str:
    """The text as it comes out of a file: without half a pair of surrogates."""
    return text.encode("utf-8", "replace").decode("utf-8")


def markdown(text: str) -> None:
    """A lesson's file is read; what is wrong with it is a fault with a line of the file."""
    faults: list[Fault] = []
    text = as_file(text)
    source = Source(HERE / "en.md", HERE, faults)
    read_header(text, source)
    split_header(text, source)
    read_blocks(text, source)
    assert all(0 <= fault.line <= len(text.splitlines()) + 2 for fault in faults)


def entries(text: str) -> None:
    """YAML is read as entries; what is wrong with it is a fault with a line of the file."""
    faults: list[Fault] = []
    source = Source(HERE / "quiz.yaml", HERE, faults)
    document = parse_yaml(as_file(text), source)
    if isinstance(document, YamlList):
        for entry in entries_of(document, source, "list"):
            entry.word("id")
            entry.text("ask", optional=True)
            entry.words("tags", optional=True)
    assert all(0 <= fault.line <= len(text.splitlines()) + 2 for fault in faults)


@cache
def world() -> tuple[Path, Course, Database]:
    """A folder, the small course and an empty store in it."""
    root = Path(tempfile.mkdtemp(prefix="lhystudy-fuzz-"))
    atexit.register(shutil.rmtree, root, True)
    write_course(root / "content")
    return root, load_course(root / "content"), open_store(root)


def notes(text: str) -> None:
    """Somebody's notes are read, whatever stands in them."""
    root, course, _ = world()
    file = root / "notes.md"
    file.write_text(text, "utf-8", errors="replace")
    read_notes(course, file)


def exports(text: str) -> None:
    """A file is merged into the store, or refused in a sentence."""
    root, _, database = world()
    file = root / "export.json"
    file.write_text(text, "utf-8", errors="replace")
    try:
        import_from(database, file)
    except StudyError as refusal:
        assert str(refusal)


TARGETS: dict[str, Callable[[str], None]] = {
    target.__name__: target for target in (reader, checker, markdown, entries, notes, exports)
}
PIECE = re.compile(r"\\[A-Za-z]+|[A-Za-z]+|\d+|\s+|.", re.DOTALL)


@cache
def seeds(name: str) -> tuple[str, ...]:
    """Texts to begin with: the lines that the tests hold, or files of the small course."""
    if name in ("reader", "checker"):
        spelled = [line for row in yaml.safe_load((CHECKER / "spellings.yaml").read_text("utf-8")) for line in row]
        return (*spelled, *(row[0] for row in yaml.safe_load((CHECKER / "unreadable.yaml").read_text("utf-8"))))
    if name == "exports":
        return ('{"format": "lhystudy", "version": 1, "tables": {"reviews": [{"item": "a", "at": 1}]}}',)
    root, _, _ = world()
    ending = "*.yaml" if name == "entries" else "*.md"
    return tuple(file.read_text("utf-8") for file in sorted((root / "content").rglob(ending)))


@cache
def pieces(name: str) -> tuple[str, ...]:
    """The words and signs that the seeds are made of, and some that break things."""
    found = {piece for text in seeds(name) for piece in PIECE.findall(text)}
    return (
        *sorted(found),
        "\u202e",
        "\u200b",
        "\x00",
        "\ud800",
        "\u0301",
        "9" * 40,
        "1e400",
        "((((",
        "\\def",
        "&",
        "'" * 9,
    )


def found() -> list[tuple[str, str]]:
    """The texts that once broke something, each with its target."""
    rows = yaml.safe_load((HERE / "found.yaml").read_text("utf-8")) or []
    return [(row["target"], row["text"]) for row in rows]
