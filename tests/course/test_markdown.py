"""The text of a lesson as blocks, and every fault at its line."""

from pathlib import Path

import pytest

from lhystudy.course.header import read_header
from lhystudy.course.lesson import Header
from lhystudy.course.markdown import read_blocks
from lhystudy.course.parts import (
    Block,
    Check,
    DeriveCard,
    ExperimentCard,
    Formula,
    Heading,
    MisconceptionCard,
    Prose,
    QuestionCard,
    QuizCard,
)
from lhystudy.entries import Fault, Source
from tests.samples import EN

HEAD = "---\ntitle: T\nsummary: S\nminutes: 5\n---\n"


def blocks_of(body: str) -> tuple[tuple[Block, ...], list[Fault]]:
    faults: list[Fault] = []
    return read_blocks(HEAD + body, Source(Path("en.md"), Path(), faults)), faults


def header_of(text: str) -> tuple[Header | None, list[Fault]]:
    faults: list[Fault] = []
    return read_header(text, Source(Path("en.md"), Path(), faults)), faults


def test_the_sample_has_each_kind_of_block_in_order() -> None:
    faults: list[Fault] = []
    blocks = read_blocks(EN, Source(Path("en.md"), Path(), faults))
    assert not faults
    assert [type(block) for block in blocks] == [
        Heading, Prose, Prose, Check, Formula, ExperimentCard, Heading, Prose, DeriveCard, QuizCard, QuestionCard,
        MisconceptionCard,
    ]  # fmt: skip
    lines = EN.split("\n")
    for block in blocks:
        if isinstance(block, Heading):
            assert lines[block.line - 1].endswith(f"{{#{block.id}}}")
        if isinstance(block, Check):
            assert all(lines[line - 1].strip() == text for line, text in block.lines)


def test_the_header_holds_what_is_written() -> None:
    header, faults = header_of(EN)
    assert not faults and header is not None
    assert (header.title, header.minutes, header.needs) == ("Slopes", 20, ())
    assert header.terms == {"slope": "How steep. 斜率。"}


def test_paragraphs_lists_tables_and_code_are_blocks_of_their_own() -> None:
    body = "## A {#a}\none\ntwo\n\n- x\n\n- y\n  more\n\n| a | b |\n|---|---|\n\n```python\nx = 1\n\ny = 2\n```\nend\n"
    blocks, faults = blocks_of(body)
    assert not faults
    assert [block.text for block in blocks if isinstance(block, Prose)] == [
        "one\ntwo", "- x\n\n- y\n  more", "| a | b |\n|---|---|", "```python\nx = 1\n\ny = 2\n```", "end",
    ]  # fmt: skip


def test_a_formula_of_several_lines_is_one() -> None:
    blocks, faults = blocks_of("## A {#a}\n$$\na\n+ b\n$$\n<!-- unchecked: a definition -->\n")
    assert not faults
    assert blocks[1] == Formula(7, "a", "a\n+ b", "a definition")


def test_an_experiment_card_has_settings_and_a_text() -> None:
    blocks, _ = blocks_of("## A {#a}\n```experiment lstm-demo\nset: gap=30 rate=0.1\nLook here.\n```\n")
    assert blocks[1] == ExperimentCard(7, "a", "lstm-demo", {"gap": "30", "rate": "0.1"}, "Look here.")


def test_a_longer_fence_holds_a_shorter_one() -> None:
    blocks, faults = blocks_of("## A {#a}\n````text\n```check\n````\n")
    assert not faults
    assert blocks[1].__class__ is Prose


@pytest.mark.parametrize(
    ("body", "line", "message"),
    [
        ("text\n", 6, "text stands before the first heading"),
        ("# A {#a}\n", 6, "headings are ## or ###"),
        ("## A\n", 6, "a heading ends in its id"),
        ("## A {#A b}\n", 6, "a heading ends in its id"),
        ("## A {#a}\n## B {#a}\n", 7, "the id {#a} stands here twice"),
        ("## A {#a}\n$$x$$\n", 7, "unchecked: why"),
        ("## A {#a}\n$$x$$\n<!-- unchecked: -->\n", 7, "unchecked: why"),
        ("## A {#a}\n$$\nx\n", 7, "this $$ is not closed"),
        ("## A {#a}\n<!-- a remark -->\n", 7, "a comment stands here"),
        ("## A {#a}\n```check\nx = x\n```\n", 7, "the first line of a check block is its id"),
        ("## A {#a}\n```check\nid: c\n```\n", 7, "this check block is empty"),
        ("## A {#a}\n```check\nid: c\n", 7, "this block is not closed"),
        ("## A {#a}\n```experimnt lstm\nLook.\n```\n", 7, 'no card "experimnt"; did you mean "experiment"?'),
        ("## A {#a}\n```experiment lstm\n```\n", 7, "what to look for"),
        ("## A {#a}\n```experiment lstm\nset: gap\nLook.\n```\n", 8, "`gap` is no setting"),
        ("## A {#a}\n```quiz\n```\n", 7, "a quiz card names its items"),
        ("## A {#a}\n```question q-1\ntext\n```\n", 7, "has no text of its own"),
        ("## A {#a}\n```derive a b\n```\n", 7, "is followed by one name"),
        ("## A {#a}\n```\ncode\n```\n", 7, "names its language"),
    ],
)
def test_a_fault_is_named_at_its_line(body: str, line: int, message: str) -> None:
    _, faults = blocks_of(body)
    assert any(fault.line == line and message in fault.message for fault in faults), faults


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("no header", 1, "must begin with a header"),
        ("---\ntitle: T\n", 1, "no closing line"),
        ("---\n- a\n---\n", 1, "`key: value` lines"),
        ("---\ntitle: T\nsummary: S\nminutes: long\n---\n", 4, "`minutes` must be a whole number"),
        ("---\ntitle: T\nsumary: S\nminutes: 5\n---\n", 3, 'did you mean "summary"?'),
        ("---\ntitle: [\n---\n", 3, "not YAML"),
    ],
)
def test_a_faulty_header_is_none(text: str, line: int, message: str) -> None:
    header, faults = header_of(text)
    assert header is None
    assert any(fault.line == line and message in fault.message for fault in faults), faults
