"""What will an experiment show? Answered before it is run; the experiment's claim is the judge."""

from __future__ import annotations

from dataclasses import dataclass

from lhystudy.entries import Entry
from lhystudy.quiz.item import common_fields
from lhystudy.quiz.kinds.choice import Choice, load_single


@dataclass(frozen=True, kw_only=True)
class Predict(Choice):
    experiment: str
    claim: str


def load(entry: Entry) -> Predict:
    return Predict(
        **common_fields(entry, "answers", "experiment", "claim"),
        answers=load_single(entry),
        experiment=entry.word("experiment"),
        claim=entry.word("claim"),
    )
