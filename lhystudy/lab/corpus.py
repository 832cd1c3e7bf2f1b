"""Texts that experiments read: the course's own, and a learner's file in the same form."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import torch
from torch import Tensor

from lhystudy.entries import inside
from lhystudy.errors import StudyError, nearest
from lhystudy.files import read_text
from lhystudy.paths import content_root
from lhystudy.words import say


def corpus(name: str, lines: int = 1, columns: int = 1) -> list[tuple[str, ...]]:
    """The lines of a text, each split into its columns at tabs. Empty lines and those that begin with # are left out.

    `name` is a file of the course's `content/data`, without its `.txt`, or the path of a UTF-8 file of the learner's.
    Raises StudyError when there is no such text, when lines differ in their columns, and when there are fewer lines or
    columns than these.
    """
    folder = content_root() / "data"
    own = {file.stem: file for file in sorted(folder.glob("*.txt")) if inside(file, folder.parent) and file.is_file()}
    if name not in own and not any(mark in name for mark in "/\\."):
        close = nearest(name, list(own))
        raise StudyError(
            say(f"there is no text {name!r}", f"没有名为 {name!r} 的文本"),
            hint=say("one of ", "以下之一：")
            + ", ".join([close] if close else own)
            + say(", or a path", "，或文件的路径"),
        )
    file = str(own.get(name, name))
    rows: list[tuple[str, ...]] = []
    for number, line in enumerate(read_text(file).splitlines(), start=1):
        if not line.strip() or line.startswith("#"):
            continue
        rows.append(tuple(column.strip() for column in line.split("\t")))
        if len(rows[-1]) != len(rows[0]):
            raise StudyError(
                say(f"{len(rows[-1])} columns where the first line has {len(rows[0])}",
                    f"这一行有 {len(rows[-1])} 列，而首行有 {len(rows[0])} 列"),
                where=f"{name}:{number}",
                hint=say("columns are separated by tabs", "列与列之间用制表符隔开"),
            )  # fmt: skip
    if not rows:
        raise StudyError(say("this text is empty", "这个文本是空的"), where=name)
    if len(rows) < lines or len(rows[0]) < columns:
        raise StudyError(
            say(f"lines: {len(rows)}, columns: {len(rows[0])}; needed are {lines} and {columns} or more",
                f"行数 {len(rows)}，列数 {len(rows[0])}；至少要 {lines} 行、{columns} 列"),
            where=name,
            hint=say("columns are separated by tabs", "列与列之间用制表符隔开"),
        )  # fmt: skip
    return rows


def words(text: str) -> list[str]:
    """The words of a text: what spaces separate, or each character where there are no spaces."""
    return text.split() if " " in text else list(text)


def numbered(sentences: Sequence[Sequence[str]], first: Iterable[str] = ("",)) -> tuple[list[str], Tensor]:
    """The vocabulary, and the sentences as places in it: (sentences, longest).

    The vocabulary begins with `first`; its place 0 fills up sentences that are shorter than the longest.
    """
    place = {word: number for number, word in enumerate(first)}
    rows = [[place.setdefault(word, len(place)) for word in sentence] for sentence in sentences]
    longest = max(map(len, rows))
    return list(place), torch.tensor([row + [0] * (longest - len(row)) for row in rows])
