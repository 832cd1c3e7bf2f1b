"""derive.yaml as derivations."""

from __future__ import annotations

from collections.abc import Iterable

from lhystudy.course.parts import Derivation, ModelStep, OtherRoute, WrongLine
from lhystudy.entries import Entry, Listing


def load_derivations(entries: Iterable[Entry]) -> tuple[Derivation, ...]:
    """The derivations without a fault."""
    return tuple(found for entry in entries if (found := _derivation(entry)) is not None)


def _derivation(entry: Entry) -> Derivation | None:
    before = len(entry.source.faults)
    entry.only(
        "id", "heading", "title", "intro", "let", "given", "goal", "model", "other", "blanks", "hints", "wrong"
    )  # fmt: skip
    model = _model(entry)
    derivation = Derivation(
        id=entry.word("id"),
        line=entry.line,
        heading=entry.word("heading"),
        title=entry.text("title"),
        intro=entry.text("intro"),
        let=entry.words("let", optional=True),
        given=entry.words("given", optional=True),
        goal=entry.word("goal"),
        model=model,
        other=_other(entry),
        blanks=_blanks(entry, len(model)),
        hints=tuple(rung.as_text() for rung in entry.entries("hints")),
        wrong=_wrong(entry, len(model)),
    )
    if not derivation.hints:
        entry.fault("`hints` needs at least one rung", "hints")
    return derivation if len(entry.source.faults) == before else None


def _model(entry: Entry) -> tuple[ModelStep, ...]:
    steps = []
    for step in entry.entries("model"):
        step.only("line", "rule")
        steps.append(ModelStep(step.line_of("line"), step.word("line"), step.text("rule")))
    if not steps:
        entry.fault("`model` needs at least one line", "model")
    return tuple(steps)


def _other(entry: Entry) -> OtherRoute | None:
    other = entry.entry("other")
    if other is None:
        return None
    other.only("title", "model")
    return OtherRoute(other.text("title"), _model(other))


def _blanks(entry: Entry, count: int) -> tuple[tuple[int, ...], ...]:
    stages: list[tuple[int, ...]] = []
    listing = entry.listing("blanks")
    for stage, line in zip(listing, listing.lines, strict=True):
        if not isinstance(stage, Listing) or not stage or not all(_is_line(n, count) for n in stage):
            entry.source.fault(line, f"a stage of `blanks` is a list of model lines, each from 1 to {count}")
        else:
            stages.append(tuple(sorted(set(stage))))
    return tuple(stages)


def _is_line(n: object, count: int) -> bool:
    return isinstance(n, int) and not isinstance(n, bool) and 1 <= n <= count


def _wrong(entry: Entry, count: int) -> tuple[WrongLine, ...]:
    found: list[WrongLine] = []
    for wrong in entry.entries("wrong"):
        wrong.only("id", "at", "line", "mistake", "say")
        at = wrong.whole("at", 1, max(count, 1))
        line = WrongLine(
            wrong.line_of("line"),
            wrong.word("id"),
            at,
            wrong.word("line"),
            wrong.word("mistake"),
            wrong.text("say"),
        )
        if any(earlier.id == line.id for earlier in found):
            wrong.fault(f'two wrong lines are called "{line.id}"', "id")
        found.append(line)
    return tuple(found)
