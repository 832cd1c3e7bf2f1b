"""The text of a lesson behind its header as blocks, each knowing its line and its heading."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from lhystudy.course.header import split_header
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
from lhystudy.entries import Source
from lhystudy.errors import nearest

CARDS = ("check", "experiment", "derive", "quiz", "question", "misconception")
ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
# Of a line without blanks at its ends. None goes over a blank twice: that would take hours on a long line of blanks.
_HEADING = re.compile(r"(#+)\s+(.*)")
_FENCE = re.compile(r"(`{3,}|~{3,})(.*)")
_UNCHECKED = re.compile(r"<!--\s*unchecked:(.*)-->")
_LIST = re.compile(r"\s*(?:[-*+]|\d+[.)])\s")
_SETTING = re.compile(r"[a-z_][a-z0-9_]*=\S+")

Line = tuple[int, str]  # its number in the file, its text


def read_blocks(text: str, source: Source) -> tuple[Block, ...]:
    """The blocks of a lesson's text. What cannot be read is left out and noted as a fault."""
    _, taken = split_header(text, source)
    lines = list(enumerate(text.split("\n"), 1))[taken:]
    return tuple(_Reader(lines, source).blocks())


class _Reader:
    """Walks the lines once; `under` is the heading passed last."""

    def __init__(self, lines: Sequence[Line], source: Source) -> None:
        self.lines = lines
        self.source = source
        self.at = 0
        self.under = ""
        self.ids: set[str] = set()

    def blocks(self) -> Iterator[Block]:
        while self.at < len(self.lines):
            number, line = self.lines[self.at]
            text = line.strip()
            if not text:
                self.at += 1
                continue
            if not self.under and not text.startswith("#"):
                self.source.fault(number, "text stands before the first heading")
                self.under = "?"
            block = self.block(number, line, text)
            if block is not None:
                yield block

    def block(self, number: int, line: str, text: str) -> Block | None:
        if text.startswith("#") and (found := _HEADING.fullmatch(text)):
            self.at += 1
            return self.heading(number, found)
        if found := _FENCE.fullmatch(text):
            return self.fence(number, found[1], found[2].strip())
        if text.startswith("$$"):
            return self.formula(number)
        if text.startswith("<!--"):
            self.at += 1
            self.source.fault(number, "a comment stands here; only `unchecked` reasons right behind a $$ formula do")
            return None
        return self.prose(number)

    def heading(self, number: int, found: re.Match[str]) -> Heading | None:
        marks, (text, _, name) = found[1], found[2].removesuffix("}").rpartition("{#")
        if len(marks) not in (2, 3):
            self.source.fault(number, "headings are ## or ###; the title stands in the header")
        if not found[2].endswith("}") or not ID.fullmatch(name):
            self.source.fault(number, "a heading ends in its id, as {#chain-rule}")
            return None
        if name in self.ids:
            self.source.fault(number, f"the id {{#{name}}} stands here twice")
        self.ids.add(name)
        self.under = name
        return Heading(number, name, 2 if len(marks) < 3 else 3, text.rstrip())

    def prose(self, number: int) -> Prose:
        """Up to the next blank line; a list goes on over blank lines as long as items or indented lines follow."""
        lines = [self.lines[self.at][1]]
        is_list = bool(_LIST.match(lines[0]))
        self.at += 1
        while self.at < len(self.lines):
            line = self.lines[self.at][1]
            if not line.strip():
                after = self.lines[self.at + 1][1] if self.at + 1 < len(self.lines) else ""
                if not (is_list and after.strip() and (_LIST.match(after) or after.startswith("  "))):
                    break
            elif _begins_another(line):
                break
            lines.append(line)
            self.at += 1
        return Prose(number, self.under, "\n".join(lines).rstrip())

    def formula(self, number: int) -> Formula | None:
        text = self.lines[self.at][1].strip()
        self.at += 1
        closed = len(text) > 3 and text.endswith("$$")
        parts = [text[2:-2] if closed else text[2:]]
        while not closed:
            if self.at >= len(self.lines):
                self.source.fault(number, "this $$ is not closed")
                return None
            line = self.lines[self.at][1].strip()
            self.at += 1
            closed = line.endswith("$$")
            parts.append(line[:-2] if closed else line)
        latex = "\n".join(part for part in parts if part.strip()).strip()
        reason = self.lines[self.at][1].strip() if self.at < len(self.lines) else ""
        found = _UNCHECKED.fullmatch(reason)
        why = found[1].strip() if found else ""
        if not why:
            self.source.fault(
                number, "right behind a $$ formula stands <!-- unchecked: why no check is possible -->; or use ```check"
            )
            return None
        self.at += 1
        if not latex:
            self.source.fault(number, "this formula is empty")
        return Formula(number, self.under, latex, why)

    def fence(self, number: int, mark: str, info: str) -> Block | None:
        self.at += 1
        body: list[Line] = []
        while self.at < len(self.lines):
            place, line = self.lines[self.at]
            self.at += 1
            closing = line.strip()
            if closing and set(closing) == {mark[0]} and len(closing) >= len(mark):
                return self.card(number, info, body) if mark[0] == "`" else self.code(number, mark, info, body)
            body.append((place, line))
        self.source.fault(number, "this block is not closed")
        return None

    def code(self, number: int, mark: str, info: str, body: list[Line]) -> Prose:
        return Prose(number, self.under, "\n".join([mark + info, *(line for _, line in body), mark]))

    def card(self, number: int, info: str, body: list[Line]) -> Block | None:
        kind, *names = info.split() or [""]
        if kind not in CARDS:
            near = nearest(kind, list(CARDS)) if kind else None
            if names:
                self.source.fault(number, f'no card "{kind}"' + (f'; did you mean "{near}"?' if near else ""))
            elif not kind:
                self.source.fault(number, "a block of code names its language, as ```python")
            return self.code(number, "```", info, body)
        if kind == "check":
            return self.check(number, names, body)
        if kind == "quiz":
            self.bodiless(number, kind, body)
            if not names:
                self.source.fault(number, "a quiz card names its items")
            return QuizCard(number, self.under, tuple(names))
        if len(names) != 1:
            self.source.fault(number, f"```{kind} is followed by one name")
            return None
        name, text = names[0], "\n".join(line for _, line in body).strip()
        if kind == "experiment" and not ID.fullmatch(name):
            self.source.fault(number, f'"{name}" is no name of an experiment, such as lstm-demo')
            return None
        match kind:
            case "experiment":
                return self.experiment(number, name, body)
            case "derive":
                return DeriveCard(number, self.under, name, text)
            case "question":
                self.bodiless(number, kind, body)
                return QuestionCard(number, self.under, name)
            case _:
                self.bodiless(number, kind, body)
                return MisconceptionCard(number, self.under, name)

    def bodiless(self, number: int, kind: str, body: list[Line]) -> None:
        if any(line.strip() for _, line in body):
            self.source.fault(number, f"a {kind} card has no text of its own")

    def experiment(self, number: int, name: str, body: list[Line]) -> ExperimentCard:
        settings: dict[str, str] = {}
        if body and body[0][1].strip().startswith("set:"):
            place, line = body[0]
            for setting in line.strip()[4:].split():
                if not _SETTING.fullmatch(setting):
                    self.source.fault(place, f"`{setting}` is no setting; write `set: gap=30 steps=200`")
                    continue
                key, _, value = setting.partition("=")
                settings[key] = value
            body = body[1:]
        text = "\n".join(line for _, line in body).strip()
        if not text:
            self.source.fault(number, "an experiment card says in a sentence or two what to look for")
        return ExperimentCard(number, self.under, name, settings, text)

    def check(self, number: int, names: list[str], body: list[Line]) -> Check | None:
        lines = [(place, line.strip()) for place, line in body if line.strip()]
        first = lines[0][1] if lines else ""
        name = first[3:].strip() if first.startswith("id:") else ""
        if names or not ID.fullmatch(name):
            self.source.fault(number, "the first line of a check block is its id, as `id: chain-rule`")
            return None
        if not lines[1:]:
            self.source.fault(number, "this check block is empty")
            return None
        return Check(number, self.under, name, tuple(lines[1:]))


def _begins_another(line: str) -> bool:
    """Whether a line within a paragraph begins a block of another kind."""
    text = line.strip()
    return bool(text.startswith(("```", "~~~", "$$", "<!--")) or re.match(r"#{1,6}\s", text))
