"""The claims of the lectures with their evidence as a report: Markdown, or one self-contained page with pictures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from lhystudy.course.lesson import Lesson
from lhystudy.course.load import load_course, read_lesson
from lhystudy.course.parts import ExperimentCard
from lhystudy.errors import StudyError
from lhystudy.lab.card import Card
from lhystudy.lab.events import Event, Metric
from lhystudy.lab.page import Grid, Section, page
from lhystudy.lab.plot import Painter
from lhystudy.lab.spoken import event_said
from lhystudy.paths import content_root
from lhystudy.store.db import Database
from lhystudy.study.experiment import command_line
from lhystudy.study.history import ClaimRecord, gathered
from lhystudy.words import language, say


def verdict(record: ClaimRecord) -> str:
    """What the last evidence says, in a word or two."""
    if record.evidence is None:
        return say("not measured", "未测")
    words = {True: say("holds", "成立"), False: say("fails", "不成立"), None: say("undecided", "未定")}
    return words[record.evidence.holds]


@dataclass(frozen=True)
class Shown:
    """One experiment of the report."""

    card: Card
    records: list[ClaimRecord]
    events: list[Event]  # its curves and the verdicts, for the picture
    commands: list[str]  # that repeat the runs behind it
    reason: str  # where the lesson says why a claim fails; empty where none does


def shown(database: Database, records: Sequence[ClaimRecord]) -> Iterator[Shown]:
    """The experiments of these claims, in their order."""
    reasons = _Reasons()
    for card, each in groupby(records, lambda record: record.card):
        of_card = list(each)
        events: list[Event] = []
        commands: list[str] = []
        for run in dict.fromkeys(record.evidence.run for record in of_card if record.evidence):
            said = gathered(database, run)
            if said.start is None:
                continue
            commands.append(command_line(said.start, card))
            judged = {record.claim.id for record in of_card if record.evidence and record.evidence.run == run}
            if not events:
                events += [said.start, *(event for event in said.events if isinstance(event, Metric))]
            events += [claim for claim in said.claims if claim.id in judged]
        events = [event_said(event, card) for event in events]
        fails = any(record.evidence is not None and record.evidence.holds is False for record in of_card)
        yield Shown(card, of_card, events, commands, reasons.of(card) if fails else "")


class _Reasons:
    """Finds where a lesson speaks of an experiment."""

    def __init__(self) -> None:
        self._lessons: dict[str, Lesson] | None = None

    def of(self, card: Card) -> str:
        """The lesson and the section that the experiment stands in, and the command that opens it."""
        if self._lessons is None:
            try:
                self._lessons = {lesson.id: lesson for lesson in load_course(content_root()).lessons}
            except StudyError:
                self._lessons = {}
        opened = f"lhystudy read {card.lesson}"
        lesson = self._lessons.get(card.lesson)
        section = self._section(lesson, card.name) if lesson else ""
        if section:
            return say(
                f"The lesson says why, in the section “{section}”: {opened}", f"课里“{section}”一节说明了原因：{opened}"
            )
        return say(f"The lesson says why: {opened}", f"课里说明了原因：{opened}")

    def _section(self, lesson: Lesson, experiment: str) -> str:
        material, _ = read_lesson(lesson)
        cards = [block for block in material.blocks[language()] if isinstance(block, ExperimentCard)]
        under = next((card.under for card in cards if card.name == experiment), "")
        return next((heading.text for heading in material.headings(language()) if heading.id == under), "")


def summary(records: Sequence[ClaimRecord]) -> str:
    """How many claims hold, fail, stay open: `claims 30 · holds 23 · fails 7`."""
    counts = Counter(map(verdict, records))
    return " · ".join(
        [say("claims", "论断") + f" {len(records)}", *(f"{word} {n}" for word, n in counts.most_common())]
    )


def title() -> str:
    return say("The lectures' claims and their evidence", "课程论断及其证据")


def lead(records: Sequence[ClaimRecord], now: datetime) -> list[str]:
    """What stands above the experiments."""
    return [
        say(f"Written {now:%Y-%m-%d %H:%M} by lhystudy. ", f"由 lhystudy 写于 {now:%Y-%m-%d %H:%M}。")
        + summary(records),
        say(
            "A claim holds when the whole 95 % bootstrap interval (BCa) of the mean over the seeds lies on its side of"
            " the threshold, fails when the whole interval lies on the other side, and is undecided in between. The"
            " effect is the distance beyond the threshold on the claim's side.",
            "各种子均值的 95% 自助法区间（BCa）若整个落在阈值的论断一侧，论断成立；整个落在另一侧，论断不成立；"
            "跨过阈值则未定。效应是均值在论断一侧超出阈值的距离。",
        ),
    ]


def heads() -> list[str]:
    return say(
        "|claim|quantity|threshold|mean|95 % interval|effect|seeds|date|verdict",
        "|论断|测量的量|阈值|均值|95% 区间|效应|种子数|日期|结论",
    ).split("|")


def row(record: ClaimRecord) -> list[Any]:
    """One claim under `heads`, its first cell True, False or None."""
    claim, evidence = record.claim, record.evidence
    told = [say(claim.en, claim.zh), say(claim.quantity_en, claim.quantity_zh), f"{claim.compare} {claim.threshold:g}"]
    if evidence is None:
        return [None, *told, None, "", None, None, "", verdict(record)]
    interval = "{:.4g} … {:.4g}".format(*evidence.interval) if evidence.interval else ""
    changed = "".join(f", {name}={value}" for name, value in record.changed.items() if not evidence.quick)
    note = (say(" (quick)", "（快速运行）") if evidence.quick else "") + changed
    date = f"{evidence.started.astimezone():%Y-%m-%d}"
    measured = [evidence.measured, interval, evidence.effect, evidence.seeds, date]
    return [evidence.holds, *told, *measured, verdict(record) + note]


SIGNS = {True: "✓", False: "✗", None: "?"}


def markdown(database: Database, records: Sequence[ClaimRecord], now: datetime) -> str:
    """The report as Markdown: a summary, then a table for each experiment with the command that repeats it."""
    parts = [f"# {title()}", *lead(records, now)]
    for one in shown(database, records):
        parts += [f"## {one.card.name}", one.card.title]
        rows = [[SIGNS[cells[0]], *map(_text, cells[1:])] for cells in map(row, one.records)]
        lines = ["| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |" for cells in [heads(), *rows]]
        parts.append("\n".join([lines[0], "|" + " --- |" * len(heads()), *lines[1:]]))
        parts += [one.reason] if one.reason else []
        parts += ["```\n" + "\n".join(one.commands) + "\n```"] if one.commands else []
    return "\n\n".join(parts) + "\n"


def _text(cell: Any) -> str:
    return "–" if cell is None else f"{cell:.4g}" if isinstance(cell, float) else str(cell)


def html(
    database: Database, records: Sequence[ClaimRecord], now: datetime, tell: Callable[[str], None] = lambda _: None
) -> str:
    """The report as one page: a picture for each experiment with a strip a claim and the curves with their bands.

    `tell` hears the name of each experiment before it is drawn. Raises StudyError where drawing fails.
    """
    sections = []
    with Painter() as painter:
        for one in shown(database, records):
            tell(one.card.name)
            svg = painter.draw(one.events, "svg", claims_only_charts=True).decode() if one.events else ""
            grid = Grid(heads(), [row(record) for record in one.records])
            notes = [one.card.title, *([one.reason] if one.reason else [])]
            sections.append(Section(one.card.name, notes, [grid], svg, "\n".join(one.commands)))
    return page(title(), lead(records, now), sections)
