"""Chooses one of several: a derivation of the course, an experiment, a beginning for the sheet."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from rich.text import Text
from textual import events, on
from textual.app import ComposeResult
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from lhystudy.lab.catalogue import cards
from lhystudy.store import attempts
from lhystudy.store.runs import StoredRun
from lhystudy.study.desk import Desk
from lhystudy.tui.dialog import Dialog, closing_words
from lhystudy.words import say

FREE = "-"  # an option must have a name; a sheet of one's own has none
Options = list[Option | None]


class Choose(Dialog[str]):
    """Gives the id of the option chosen; typing leaves the options whose words or name hold what was typed."""

    CSS = """
    Choose OptionList { width: 110; max-width: 96%; height: auto; max-height: 90%; border: round $accent;
        background: $surface; text-wrap: nowrap; text-overflow: ellipsis; }
    """

    def __init__(self, title: str, options: Iterable[Option | None], at: str = "") -> None:
        super().__init__()
        self.heading, self.options, self.at = title, list(options), at
        self.typed = ""

    def compose(self) -> ComposeResult:
        chooser = OptionList(*self.options)
        chooser.border_title = self.heading
        chooser.border_subtitle = say("type to narrow", "输入即筛选") + " · " + closing_words()
        yield chooser

    def on_mount(self) -> None:
        chooser = self.query_one(OptionList)
        if any(option is not None and option.id == self.at for option in self.options):
            chooser.highlighted = chooser.get_option_index(self.at)

    def on_key(self, event: events.Key) -> None:
        """A character narrows the list, Backspace widens it again."""
        if event.key == "backspace":
            self.typed = self.typed[:-1]
        elif event.is_printable and event.character is not None:
            self.typed += event.character
        else:
            return
        event.stop()
        chooser = self.query_one(OptionList)
        chooser.clear_options()
        chooser.add_options(matching(self.options, self.typed))
        chooser.action_first()
        chooser.border_title = f"{self.heading}: {self.typed}" if self.typed else self.heading

    @on(OptionList.OptionSelected)
    def take(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(event.option.id)


def matching(options: Options, typed: str) -> Options:
    """The options whose words or name hold what was typed; all of them, headings and rules too, where nothing was."""
    if not typed:
        return options
    wanted = typed.casefold()
    named = [option for option in options if option is not None and option.id is not None]
    return [option for option in named if wanted in f"{option.id} {option.prompt}".casefold()]


def one_line(*parts: str | tuple[str, str]) -> Text:
    """Styled words that are cut, never wrapped."""
    line = Text.assemble(*parts)
    line.no_wrap, line.overflow = True, "ellipsis"
    return line


def choose_derivation(desk: Desk, at: str) -> Choose:
    """The course's derivations, lesson by lesson, with what came of each; first a free sheet, whose id is FREE."""
    options: Options = [Option(say("a sheet of my own", "自由演算"), id=FREE)]
    for lesson in desk.course.lessons:
        derivations = desk.readable(lesson).derivations
        if derivations:
            options += [None, Option(one_line((f"{lesson.number} {lesson.title.said()}", "bold")), disabled=True)]
        for derivation in derivations:
            last = attempts.last(desk.store, derivation.id)
            sign = "·" if last is None else {"complete": "✓", "wrong": "✗"}.get(last.status, "…")
            options.append(Option(one_line(f"  {sign} {derivation.title.said()}"), id=derivation.id))
    return Choose(say("derivations", "推导"), options, at or FREE)


def choose_experiment(at: str) -> Choose:
    """The experiments with what each is about."""
    options = [Option(one_line((f"{card.name:<20}", "bold"), (card.title, "dim")), id=card.name) for card in cards()]
    return Choose(say("experiments", "实验"), options, at)


def choose_run(runs: list[StoredRun], defaults: Mapping[str, Any], at: int | None) -> Choose:
    """The kept runs of an experiment with what was set otherwise; first none at all, whose id is FREE."""
    options: Options = [Option(say("compare with none", "不比较"), id=FREE)]
    for run in runs:
        changed = " ".join(f"{name}={value}" for name, value in run.params.items() if defaults.get(name) != value)
        when = run.started.astimezone().strftime("%m-%d %H:%M")
        count = len(run.seeds)
        seeds = say(f"{count} seed{'' if count == 1 else 's'}", f"{count} 个种子")
        options.append(
            Option(one_line((f"#{run.id:<6}", "bold"), f"{when}  {seeds}  ", (changed, "dim")), id=str(run.id))
        )
    return Choose(say("compare with", "与哪次比较"), options, str(at) if at is not None else FREE)
