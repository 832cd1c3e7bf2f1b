"""Everything in a lesson's folder: texts as blocks, items, derivations, questions."""

from __future__ import annotations

from lhystudy.course.derivations import load_derivations
from lhystudy.course.lesson import LANGUAGES, Lesson
from lhystudy.course.markdown import read_blocks
from lhystudy.course.parts import Block, Derivation, Material
from lhystudy.course.questions import load_questions
from lhystudy.entries import Entry, Fault, Source, entries_in
from lhystudy.quiz.item import Item, load_item
from lhystudy.quiz.kinds.find_the_wrong_line import FindTheWrongLine
from lhystudy.words import Lang


def read_material(lesson: Lesson) -> tuple[Material, list[Fault]]:
    """What of a lesson's folder can be used, and every fault of its files."""
    faults: list[Fault] = []

    def source(name: str) -> Source:
        return Source(lesson.folder / name, lesson.root, faults)

    blocks: dict[Lang, tuple[Block, ...]] = {}
    for lang in LANGUAGES:
        text = source(f"{lang}.md").read()
        blocks[lang] = read_blocks(text, source(f"{lang}.md")) if text is not None else ()
    derivations = load_derivations(entries_in(source("derive.yaml")))
    items = _items(source("quiz.yaml"), derivations)
    questions, misconceptions = load_questions(source("questions.yaml"))
    return Material(lesson, blocks, items, derivations, questions, misconceptions), faults


def _items(source: Source, derivations: tuple[Derivation, ...]) -> tuple[Item, ...]:
    items: list[Item] = []
    for entry in entries_in(source):
        item = load_item(entry)
        if isinstance(item, FindTheWrongLine):
            item = _with_lines(item, entry, derivations)
        if item is not None:
            items.append(item)
    return tuple(items)


def _with_lines(item: FindTheWrongLine, entry: Entry, derivations: tuple[Derivation, ...]) -> Item | None:
    """The item over the lines of its derivation, which stands in the same lesson."""
    derivation = next((one for one in derivations if one.id == item.derivation), None)
    if derivation is None:
        entry.fault(f'derive.yaml of this lesson has no derivation "{item.derivation}"', "derivation")
        return None
    wrong = next((one for one in derivation.wrong if one.id == item.wrong), None)
    if wrong is None:
        entry.fault(f'the derivation "{derivation.id}" has no wrong line "{item.wrong}"', "wrong")
        return None
    return item.showing(derivation.with_wrong(wrong), wrong.at, wrong.flaw, derivation.preamble)
