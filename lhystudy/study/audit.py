"""Everything that `lhystudy audit` proves about content: structure, names, formulas, derivations, quiz answers."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from lhystudy.course.coverage import coverage_faults
from lhystudy.course.lesson import Course, Lesson
from lhystudy.course.load import load_course, read_lesson
from lhystudy.course.parts import ExperimentCard, Formula, Material
from lhystudy.course.places import Experiments, Places
from lhystudy.course.structure import structure_faults
from lhystudy.entries import Fault, shown
from lhystudy.errors import MissingError, StudyError
from lhystudy.lab import catalogue
from lhystudy.lab.card import Card
from lhystudy.paths import no_lessons
from lhystudy.study.derive import Checking
from lhystudy.study.judging import judge_by
from lhystudy.study.proofs import Proofs
from lhystudy.words import say

LEAST_CLAIMS = 2  # of one experiment that a lesson shows


@dataclass
class Audit:
    """What was found: every fault, and counts of what holds."""

    faults: list[Fault] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)

    def count(self, what: str, more: int = 1) -> None:
        self.counts[what] = self.counts.get(what, 0) + more

    def sorted_faults(self) -> list[Fault]:
        return sorted(set(self.faults))


def find_course(folder: Path) -> tuple[Course, tuple[Lesson, ...]]:
    """The course that a folder is, or is in, and the lessons in the folder. Raises MissingError for none."""
    folder = folder.resolve()
    if not folder.is_dir():
        raise MissingError(say(f"there is no folder {folder}", f"没有文件夹 {folder}"))
    root = next((path for path in (folder, *folder.parents[:2]) if (path / "units.yaml").exists()), folder)
    course = load_course(root)
    lessons = tuple(lesson for lesson in course.lessons if lesson.folder.resolve().is_relative_to(folder))
    if not lessons and not any(_concerns(fault, folder, course.root) for fault in course.faults):
        raise no_lessons(folder)
    return course, lessons


def audit_structure(folder: Path) -> tuple[Audit, list[Material]]:
    """What can be proved without the checker, for the lessons in a folder, and these lessons' material."""
    audit = Audit()
    course, lessons = find_course(folder)
    audit.faults += [fault for fault in course.faults if _concerns(fault, folder, course.root)]
    chosen = {lesson.id for lesson in lessons}
    materials: list[Material] = []
    for lesson in course.lessons:
        material, faults = read_lesson(lesson)
        materials.append(material)
        if lesson.id in chosen:
            audit.faults += faults
    cards = _experiment_cards(audit)
    claims: Experiments = {name: tuple(claim.id for claim in card.claims) for name, card in cards.items()}
    places = Places(materials, claims)
    audited = [material for material in materials if material.lesson.id in chosen]
    for material in audited:
        audit.faults += structure_faults(material, places)
        audit.faults += _settings_faults(material, cards)
        _count(material, audit)
    audit.faults += [fault for fault in _repeated_ids(materials) if _concerns(fault, folder, course.root)]
    audit.faults += _needs(course, lessons)
    if not any(fault.file.endswith("units.yaml") for fault in audit.faults) and (course.root / "units.yaml").exists():
        audit.faults += coverage_faults(course.root, [lesson.id for lesson in lessons], places)
    return audit, audited


def audit(folder: Path, checking: Checking, tell: Callable[[str], None]) -> Audit:
    """Everything that can be proved for the lessons in a folder; `tell` hears the name of each before its proofs."""
    found, materials = audit_structure(folder)
    judge = judge_by(lambda: checking)
    proofs = Proofs(lambda text, problem, seconds: checking.check(text, derivation=problem, seconds=seconds), judge)
    for material in materials:
        tell(material.lesson.id)
        proofs.lesson(material)
    found.faults += proofs.faults
    found.counts.update(proofs.counts)
    return found


def _concerns(fault: Fault, folder: Path, root: Path) -> bool:
    """Whether a fault belongs to the folder that was asked about."""
    place = Path(fault.file)
    return folder.resolve() == root.resolve() or place.resolve().is_relative_to(folder.resolve())


def _experiment_cards(audit: Audit) -> dict[str, Card]:
    cards: dict[str, Card] = {}
    for name in catalogue.names():
        try:
            cards[name] = catalogue.find(name)
        except StudyError:
            continue  # not an experiment yet, or one with a fault of its own: its own tests name it
    return cards


def _settings_faults(material: Material, cards: dict[str, Card]) -> list[Fault]:
    """Settings on experiment cards fit the experiment, and one experiment tests several claims."""
    faults = []
    shown_cards: list[Card] = []
    for lang in ("zh", "en"):
        for block in material.blocks[lang]:
            if not isinstance(block, ExperimentCard) or block.name not in cards:
                continue
            shown_cards.append(cards[block.name])
            try:
                cards[block.name].settings(dict(block.settings))
            except StudyError as error:
                faults.append(Fault(shown(material.lesson.folder / f"{lang}.md"), block.line, str(error)))
    if not any(len(card.claims) >= LEAST_CLAIMS for card in shown_cards):
        message = f"no experiment with at least {LEAST_CLAIMS} claims stands in the text"
        faults.append(Fault(shown(material.lesson.folder / "en.md"), 0, message))
    return faults


def _repeated_ids(materials: Iterable[Material]) -> list[Fault]:
    """Ids of items, derivations, questions and misconceptions are unique in the whole course."""
    first: dict[tuple[str, str], str] = {}
    faults = []
    for material in materials:
        folder = material.lesson.folder
        entries = [("item", "quiz.yaml", entry.id, entry.line) for entry in material.items]
        entries += [("derivation", "derive.yaml", entry.id, entry.line) for entry in material.derivations]
        entries += [("question", "questions.yaml", entry.id, entry.line) for entry in material.questions]
        entries += [("misconception", "questions.yaml", entry.id, entry.line) for entry in material.misconceptions]
        for kind, file, name, line in entries:
            place = f"{shown(folder / file)}:{line}"
            if (kind, name) in first:
                message = f'the {kind} "{name}" stands at {first[kind, name]} too'
                faults.append(Fault(shown(folder / file), line, message))
            first.setdefault((kind, name), place)
    return faults


def _needs(course: Course, lessons: Iterable[Lesson]) -> list[Fault]:
    """What a lesson needs exists, at least as a title to come, and stands before it on every route."""
    known = {lesson.id for lesson in course.lessons}
    known |= {stop.lesson for route in course.routes for stop in (*route.stops, *route.optional)}
    faults = []
    for lesson in lessons:
        file = shown(lesson.folder / "en.md")
        for need in lesson.needs:
            if need not in known:
                faults.append(Fault(file, 1, f'`needs`: no lesson "{need}"'))
            for route in course.routes:
                order = [stop.lesson for stop in route.stops]
                late = need not in order or order.index(need) > order.index(lesson.id) if lesson.id in order else False
                if late:
                    faults.append(
                        Fault(file, 1, f'on the route "{route.id}" the needed "{need}" does not stand before')
                    )
    return faults


def _count(material: Material, audit: Audit) -> None:
    audit.count("lessons")
    audit.count("items", len(material.items))
    audit.count("templates", sum(bool(item.template) for item in material.items))
    audit.count("derivations", len(material.derivations))
    audit.count("questions", len(material.questions))
    audit.count("misconceptions", len(material.misconceptions))
    audit.count("formulas unchecked", sum(isinstance(block, Formula) for block in material.blocks["en"]))
