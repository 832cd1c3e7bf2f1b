"""Every experiment of the catalogue: its card is its Config, it runs, its numbers are finite, and it repeats."""

import importlib
import math
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields
from typing import Any

import pytest

from lhystudy.lab.catalogue import find, names
from lhystudy.lab.events import ClaimResult, Event, Metric, Start, Table
from lhystudy.lab.request import Request
from tests.lab.own import events_of, lines_of, result_of


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
def test_a_quick_run_is_whole_and_the_same_seed_repeats_it_to_the_last_bit(name: str) -> None:
    request = Request(name, device="cpu", quick=True)
    with ThreadPoolExecutor(2) as pool:
        events, again = pool.map(events_of, [request, request])
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


def tells_time(events: list[Event]) -> bool:
    """Whether a run's subject is how long something takes, which no seed can repeat."""
    return any(
        isinstance(event, Table) and any("seconds" in head or head.endswith(" ms") for head in event.columns)
        for event in events
    )


@pytest.mark.slow
@pytest.mark.parametrize("name", names())
def test_a_full_run_measures_every_claim(name: str) -> None:
    events = events_of(Request(name, device="cpu"))
    assert result_of(events).status == "done", result_of(events).message
    assert all(claim["holds"] is not None for claim in result_of(events).claims)
