"""Places that evidence and coverage name: heading:ID, check:ID, experiment:NAME#CLAIM, item:ID and the like."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from lhystudy.course.parts import Check, Material
from lhystudy.errors import nearest

Experiments = Mapping[str, tuple[str, ...]]  # the name of an experiment -> the ids of its claims
COURSE_WIDE = ("check", "derivation", "item", "question", "misconception")


class Places:
    """What there is to point at in a course."""

    def __init__(self, materials: Iterable[Material], experiments: Experiments) -> None:
        self.experiments = experiments
        self.headings: dict[str, set[str]] = {}
        self.known: dict[str, set[str]] = {kind: set() for kind in COURSE_WIDE}
        for material in materials:
            self.headings[material.lesson.id] = {heading.id for heading in material.headings("en")}
            self.known["check"] |= {block.id for block in material.blocks["en"] if isinstance(block, Check)}
            self.known["derivation"] |= {derivation.id for derivation in material.derivations}
            self.known["item"] |= {item.id for item in material.items}
            self.known["question"] |= {question.id for question in material.questions}
            self.known["misconception"] |= {misconception.id for misconception in material.misconceptions}

    def fault(self, place: str, lesson: str) -> str | None:
        """What is wrong with a place named in a lesson, or None where it exists."""
        kind, colon, name = place.partition(":")
        if kind in ("heading", "text"):
            return _missing("heading", name, self.headings.get(lesson, set()))
        if kind == "experiment":
            return self.experiment_fault(name)
        if not colon or kind not in COURSE_WIDE:
            known = ", ".join(("heading", "text", "experiment", *COURSE_WIDE))
            return f'"{place}" is no place; a place is one of {known}, a colon and a name'
        return _missing(kind, name, self.known[kind])

    def experiment_fault(self, name: str) -> str | None:
        """What is wrong with an experiment named as `lstm-demo` or `lstm-demo#claim`."""
        experiment, mark, claim = name.partition("#")
        if fault := _missing("experiment", experiment, set(self.experiments)):
            return fault
        if mark and claim not in self.experiments[experiment]:
            return _missing(f"claim of {experiment}", claim, set(self.experiments[experiment]))
        return None


def _missing(kind: str, name: str, known: set[str]) -> str | None:
    if name in known:
        return None
    near = nearest(name, sorted(known))
    return f'no {kind} "{name}"' + (f'; did you mean "{near}"?' if near else "")
