"""YAML with lines: what is read, and which faults come out where."""

from pathlib import Path
from typing import Any

import pytest

from lhystudy.entries import ContentError, Entry, Fault, Listing, Source, parse_yaml
from lhystudy.words import Text


def parsed(text: str) -> tuple[Any, list[Fault]]:
    faults: list[Fault] = []
    source = Source(Path("a.yaml"), Path(), faults)
    return parse_yaml(text, source), faults


def entry_of(text: str) -> tuple[Entry, list[Fault]]:
    document, faults = parsed(text)
    assert isinstance(document, Entry)
    return document, faults


def test_every_key_knows_its_line() -> None:
    entry, _ = entry_of("id: x\n\nask:\n  en: a\n  zh: b\n")
    assert (entry.line_of("id"), entry.line_of("ask")) == (1, 3)
    assert entry.text("ask") == Text("a", "b")


def test_a_list_knows_the_line_of_each_member() -> None:
    document, _ = parsed("- a\n- b\n\n- c\n")
    assert isinstance(document, Listing)
    assert (list(document), document.lines) == (["a", "b", "c"], [1, 2, 4])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: 1\na: 2\n", "`a` stands here twice"),
        ("a: &x [1]\nb: *x\n", "YAML aliases"),
        ("a: [1\n", "not YAML"),
        ("[[1]]: 2\n", "a key must be a word"),
        ("a: " + "[" * 60 + "]" * 60, "nests too deep"),
    ],
)
def test_odd_yaml_is_a_fault_and_no_exception(text: str, message: str) -> None:
    _, faults = parsed(text)
    assert any(message in fault.message for fault in faults)


def test_a_bomb_of_brackets_is_refused_quickly() -> None:
    _, faults = parsed("[" * 100_000)
    assert faults


@pytest.mark.parametrize(
    ("written", "value"),
    [("12:30", "12:30"), ("2020-01-01", "2020-01-01"), ("1.5", 1.5), ("7", 7), ("~", None), ("true", True)],
)
def test_scalars_are_what_an_author_means(written: str, value: object) -> None:
    entry, _ = entry_of(f"a: {written}\n")
    assert entry.values["a"] == value


def test_a_misspelt_key_names_the_right_one() -> None:
    entry, faults = entry_of("id: x\nexplan: y\n")
    entry.only("id", "explain")
    assert str(faults[0]) == 'a.yaml:2: no key "explan" here; did you mean "explain"?'


def test_getters_go_on_after_a_fault() -> None:
    entry, faults = entry_of("level: high\nanswers: 3\nask: plain\n")
    assert entry.whole("level", 1, 3) == 1
    assert entry.listing("answers") == []
    assert entry.text("ask") == Text()
    assert entry.word("id") == ""
    assert [fault.line for fault in faults] == [1, 2, 3, 1]


def test_an_unquoted_yes_is_named_as_such() -> None:
    entry, faults = entry_of("en: yes\nzh: 是\n")
    assert entry.as_text() == Text("", "是")
    assert "put it in quotes" in faults[0].message


def test_a_file_outside_the_root_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("x", encoding="utf-8")
    root = tmp_path / "content"
    root.mkdir()
    link = root / "zh.md"
    link.symlink_to(tmp_path / "secret")
    faults: list[Fault] = []
    assert Source(link, root, faults).read() is None
    assert "leads out of the content folder" in faults[0].message


def test_bytes_that_are_no_text_are_a_fault(tmp_path: Path) -> None:
    file = tmp_path / "zh.md"
    file.write_bytes(b"ab\xff")
    faults: list[Fault] = []
    assert Source(file, tmp_path, faults).read() is None
    assert "not UTF-8 at byte 2" in faults[0].message


def test_all_faults_are_raised_together_in_order() -> None:
    error = ContentError([Fault("b", 2, "second"), Fault("a", 9, "first"), Fault("b", 2, "second")])
    assert [fault.message for fault in error.faults] == ["first", "second"]
    assert str(error).startswith("a:9: first (and 1 more")
