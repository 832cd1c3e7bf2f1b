"""questions.yaml as learners' questions and misconceptions."""

from __future__ import annotations

from lhystudy.course.parts import Misconception, Question
from lhystudy.entries import Entry, Source, parse_yaml


def load_questions(source: Source) -> tuple[tuple[Question, ...], tuple[Misconception, ...]]:
    """The questions and the misconceptions without a fault."""
    text = source.read()
    document = parse_yaml(text, source) if text is not None else None
    if not isinstance(document, Entry):
        if document is not None:
            source.fault(1, "the file must have the keys `questions:` and `misconceptions:`")
        return (), ()
    document.only("questions", "misconceptions")
    questions = (_question(entry) for entry in document.entries("questions", optional=True))
    misconceptions = (_misconception(entry) for entry in document.entries("misconceptions", optional=True))
    return tuple(q for q in questions if q is not None), tuple(m for m in misconceptions if m is not None)


def _question(entry: Entry) -> Question | None:
    before = len(entry.source.faults)
    entry.only("id", "heading", "ask", "answer", "evidence", "where")
    question = Question(
        id=entry.word("id"),
        line=entry.line,
        heading=entry.word("heading"),
        ask=entry.text("ask"),
        answer=entry.text("answer"),
        evidence=entry.words("evidence"),
    )
    return question if len(entry.source.faults) == before else None


def _misconception(entry: Entry) -> Misconception | None:
    before = len(entry.source.faults)
    entry.only("id", "heading", "claim", "correct", "why", "evidence", "where")
    misconception = Misconception(
        id=entry.word("id"),
        line=entry.line,
        heading=entry.word("heading"),
        claim=entry.text("claim"),
        correct=entry.text("correct"),
        why=entry.text("why"),
        evidence=entry.words("evidence"),
    )
    return misconception if len(entry.source.faults) == before else None
