"""What an experiment shows, in the language in use: events keep their English words, and the faces say them here."""

from __future__ import annotations

from dataclasses import replace

from lhystudy.lab.card import Card, filled, fitting
from lhystudy.lab.events import ClaimResult, Event, Figure, Log, Metric, Start, Table
from lhystudy.lab.record import Record
from lhystudy.words import say

# What the lab writes behind a title, in the language of the run.
FIRST_SEED = (" (seed {})", "（种子 {}）")
MEAN = (" (mean of {} seeds)", "（{} 个种子的平均）")


def said(words: str, card: Card | None) -> str:
    """A title, label or column in the language in use; as it stands where the card has no Chinese for it."""
    for note in (FIRST_SEED, MEAN):
        for form in note:
            if found := fitting("{}" + form, words):
                title, number = found
                return said(title, card) + filled(say(*note), [number])
    return card.said(words) if card else words


def seeds_said(start: Start) -> str:
    """Which seed a run has, or how many."""
    count, first = len(start.seeds), start.seeds[0]
    return say(f"{count} seeds", f"{count} 个种子") if count > 1 else say(f"seed {first}", f"种子 {first}")


def event_said(event: Event, card: Card | None) -> Event:
    """The event with its words in the language in use; series, the names of the legend, stay as they are."""
    match event:
        case Metric():
            return replace(event, chart=said(event.chart, card))
        case Table():
            rows = [[said(cell, card) if isinstance(cell, str) else cell for cell in row] for row in event.rows]
            return Table(said(event.title, card), [said(head, card) for head in event.columns], rows)
        case Figure():
            title, x_label, y_label = (said(words, card) for words in (event.title, event.x_label, event.y_label))
            return replace(event, title=title, x_label=x_label, y_label=y_label)
        case Log():
            return Log(said(event.text, card))
        case ClaimResult():
            declared = next((one for one in card.claims if one.id == event.id), None) if card else None
            return replace(event, text=say(declared.en, declared.zh)) if declared else event
    return event


def record_said(record: Record, card: Card | None) -> Record:
    """The run as it is shown, its words in the language in use; the curves are the record's own."""
    shown = Record()
    told: list[Event] = [*record.tables, *record.figures, *map(Log, record.remarks), *record.claims]
    for event in told:
        shown.take(event_said(event, card))
    shown.start, shown.result, shown.progress = record.start, record.result, record.progress
    for title, chart in record.charts.items():
        words = said(title, card)
        shown.charts[title if words in shown.charts else words] = chart  # never two under one word
    return shown
