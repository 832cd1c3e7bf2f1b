"""Every experiment of the catalogue: its card is its Config, it runs, its numbers are finite, and it repeats."""

import importlib
import json
import math
import re
import threading
from collections.abc import Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import fields
from io import StringIO
from multiprocessing import get_context
from typing import Any

import pytest

from lhystudy.lab.card import fitting
from lhystudy.lab.catalogue import find, names
from lhystudy.lab.events import ClaimResult, Event, Figure, Log, Metric, Start, Table, from_json
from lhystudy.lab.request import Request
from tests.lab.own import lines_of, result_of


@pytest.fixture(scope="module")
def processes() -> Iterator[list[ProcessPoolExecutor]]:
    """Two processes that run one experiment after another: to start one for each run would take most of the time."""
    pools = [ProcessPoolExecutor(1, get_context("spawn")) for _ in range(2)]
    yield pools
    for pool in pools:
        pool.shutdown(cancel_futures=True)


def carried_out(request: Request) -> list[Event]:
    """All events of a run in this process."""
    from lhystudy.lab.worker import Prepared, Stream, carry_out

    file = StringIO()
    carry_out(Prepared(request), Stream(file), threading.Event())
    return [from_json(json.loads(line)) for line in file.getvalue().splitlines()]


@pytest.mark.parametrize("name", names())
def test_the_card_is_what_the_file_declares(name: str) -> None:
    card = find(name)
    module: Any = importlib.import_module(f"lhystudy.lab.experiments.{card.file.stem}")
    declared = [(f.name, f.type if isinstance(f.type, str) else f.type.__name__, f.default, f.metadata["low"],
                 f.metadata["high"], f.metadata["choices"], f.metadata["en"], f.metadata["zh"])
                for f in fields(module.Config)]  # fmt: skip
    read = [(p.name, p.kind, p.default, p.low, p.high, p.choices, p.en, p.zh) for p in card.parameters]
    assert read == declared
    assert [type(p.default) for p in card.parameters] == [type(f.default) for f in fields(module.Config)]
    assert card.claims == module.CLAIMS


def numbers(value: Any) -> Iterator[float]:
    """Every number inside a value."""
    if isinstance(value, int | float):
        yield float(value)
    elif isinstance(value, dict):
        for inner in value.values():
            yield from numbers(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from numbers(inner)


@pytest.mark.parametrize("name", names())
def test_a_quick_run_is_whole_and_the_same_seed_repeats_it_to_the_last_bit(
    name: str, processes: list[ProcessPoolExecutor]
) -> None:
    runs = [pool.submit(carried_out, Request(name, device="cpu", quick=True)) for pool in processes]
    events, again = (run.result() for run in runs)
    assert isinstance(events[0], Start) and result_of(events).status == "done", result_of(events).message
    claims = {event.id: event for event in events if isinstance(event, ClaimResult)}
    assert list(claims) == [claim.id for claim in find(name).claims]
    for event in events:
        if isinstance(event, Metric | Table):
            assert all(map(math.isfinite, numbers(list(event.__dict__.values())))), event
            assert not isinstance(event, Metric) or event.series.isascii(), "series names are ASCII"
    assert [claim.id for claim in claims.values() if claim.measured is None] == []
    if not tells_time(events):
        assert lines_of(events) == lines_of(again)

    assert [words for words in words_of(events) if needs_chinese(words, events, find(name).zh)] == []
    assert [words for words in find(name).zh if not any(is_entry(words, said) for said in words_of(events))] == []


NAMES = {"softmax"}  # columns that are the same word in both languages


def words_of(events: list[Event]) -> Iterator[str]:
    """Every title, label, column, text cell and remark of a run."""
    for event in events:
        match event:
            case Metric():
                yield event.chart
            case Figure():
                yield from (event.title, event.x_label, event.y_label)
            case Table():
                yield from (event.title, *event.columns)
                yield from (cell for row in event.rows for cell in row if isinstance(cell, str))
            case Log():
                yield event.text


def is_entry(words: str, said: str) -> bool:
    """Whether an entry of ZH is for what was said."""
    return words == said or ("{}" in words and bool(fitting(words, said)))


def needs_chinese(said: str, events: list[Event], chinese: Mapping[str, str]) -> bool:
    """Whether a title, label, column or remark with an English word has no Chinese and is no name.

    Names are those of series, which are English in every legend. A text cell may be a name as well.
    """
    series = {event.series for event in events if isinstance(event, Metric)}
    cells = {cell for event in events if isinstance(event, Table) for row in event.rows for cell in map(str, row)}
    known = any(is_entry(words, said) for words in chinese)
    return bool(re.search("[A-Za-z]{4,}", said)) and not known and said not in {*series, *cells, *NAMES}


def tells_time(events: list[Event]) -> bool:
    """Whether a run's subject is how long something takes, which no seed can repeat."""
    return any(
        isinstance(event, Table) and any("seconds" in head or head.endswith(" ms") for head in event.columns)
        for event in events
    )


@pytest.mark.slow
@pytest.mark.parametrize("name", names())
def test_a_full_run_measures_every_claim(name: str, processes: list[ProcessPoolExecutor]) -> None:
    events = processes[0].submit(carried_out, Request(name, device="cpu")).result()
    assert result_of(events).status == "done", result_of(events).message
    assert all(claim["holds"] is not None for claim in result_of(events).claims)
