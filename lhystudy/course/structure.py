"""What a lesson's text alone shows to be wrong with it: languages that part, names unknown, parts missing."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator

from lhystudy.course.index import contents
from lhystudy.course.lesson import Lesson
from lhystudy.course.load import stray_files
from lhystudy.course.parts import (
    Block,
    Check,
    DeriveCard,
    ExperimentCard,
    Formula,
    Heading,
    Material,
    Misconception,
    MisconceptionCard,
    Prose,
    Question,
    QuestionCard,
    QuizCard,
)
from lhystudy.course.places import Places
from lhystudy.draw.latex import read as read_latex
from lhystudy.draw.pieces import LatexError
from lhystudy.entries import Fault, shown
from lhystudy.quiz.kinds.choice import Answer, Choice
from lhystudy.quiz.kinds.multi import Multi
from lhystudy.quiz.kinds.predict import Predict
from lhystudy.words import Lang, Text

LEAST_ITEMS, LEAST_KINDS, LEAST_TEMPLATES = 10, 4, 3
LEAST_WRONG_LINES = 3
HAN_LOW, HAN_HIGH = 1000, 2500  # Chinese characters of running text
HAN = re.compile(r"[\u4e00-\u9fff]")
_INLINE = re.compile(r"\$([^$]+)\$")
_WORDS_IN_MATHS = re.compile(r"\\(?:text|mathrm|operatorname)\{[^}]*\}")

Say = Callable[[str, int, str], None]  # file, line, message


def structure_faults(material: Material, places: Places) -> list[Fault]:
    """Every fault of one lesson that needs neither the checker nor an experiment's run to be seen."""
    faults: list[Fault] = []

    def fault(file: str, line: int, message: str) -> None:
        faults.append(Fault(shown(material.lesson.folder / file), line, message))

    for path in stray_files(material.lesson):
        fault(path.name, 0, "a stray file; a lesson has zh.md, en.md, quiz.yaml, derive.yaml and questions.yaml")
    _headers(material.lesson, fault)
    _same_in_both(material, fault)
    _tables(material, fault)
    for lang in ("zh", "en"):
        _cards(material, lang, places, fault)
    _items(material, places, fault)
    _derivations(material, fault)
    _questions(material, places, fault)
    _languages(material, fault)
    _formulas(material, fault)
    _glance(material, fault)
    _length(material, fault)
    return faults


def _headers(lesson: Lesson, fault: Say) -> None:
    zh, en = lesson.headers["zh"], lesson.headers["en"]
    if zh.minutes != en.minutes:
        fault("zh.md", 1, f"`minutes` is {zh.minutes} here and {en.minutes} in en.md")
    if zh.needs != en.needs:
        fault("zh.md", 1, "`needs` is not the same as in en.md")
    for key, mine, other in (("lectures", zh.lectures, en.lectures), ("terms", zh.terms, en.terms)):
        if len(mine) != len(other):
            fault("zh.md", 1, f"{len(mine)} {key} here and {len(other)} in en.md")


def _signature(block: Block) -> tuple[object, ...]:
    """What must be the same in both languages."""
    match block:
        case Heading():
            return ("heading", block.level, block.id)
        case Check():
            return ("check", block.id, tuple(line for _, line in block.lines))
        case Formula():
            return ("formula", re.sub(r"\s+", "", _WORDS_IN_MATHS.sub("", block.latex)))
        case ExperimentCard():
            return ("experiment", block.name, tuple(sorted(block.settings.items())))
        case DeriveCard():
            return ("derive", block.id)
        case QuestionCard():
            return ("question", block.id)
        case MisconceptionCard():
            return ("misconception", block.id)
        case QuizCard():
            return ("quiz", " ".join(block.items))
        case _:
            return ()


def _named(block: Block) -> str:
    """A block by its kind and, in full, what must be the same in both languages."""
    return "`" + " ".join(str(part) for part in _signature(block)) + "`"


def _same_in_both(material: Material, fault: Say) -> None:
    """The first place where the two texts part; what follows it would only repeat the message."""
    zh = [block for block in material.blocks["zh"] if not isinstance(block, Prose)]
    en = [block for block in material.blocks["en"] if not isinstance(block, Prose)]
    for mine, other in zip(zh, en, strict=False):
        if _signature(mine) != _signature(other):
            fault("zh.md", mine.line, f"here stands {_named(mine)}, and at en.md:{other.line} {_named(other)}")
            return
    if len(zh) != len(en):
        longer, file, other_file = (zh, "zh.md", "en.md") if len(zh) > len(en) else (en, "en.md", "zh.md")
        fault(file, longer[min(len(zh), len(en))].line, f"from here on {other_file} has nothing to match")


def _tables(material: Material, fault: Say) -> None:
    """Under each heading both languages have as many lines of tables."""
    lines: dict[Lang, Counter[str]] = {"zh": Counter(), "en": Counter()}
    for lang, counted in lines.items():
        for block in material.blocks[lang]:
            if isinstance(block, Prose) and not block.text.startswith("```"):
                counted[block.under] += sum(line.startswith("|") for line in block.text.splitlines())
    for heading in material.headings("zh"):
        here, there = lines["zh"][heading.id], lines["en"][heading.id]
        if here != there:
            fault("zh.md", heading.line, f'"{heading.id}" has {here} lines of tables here and {there} in en.md')


def _cards(material: Material, lang: Lang, places: Places, fault: Say) -> None:
    """Names on cards exist, and no check block has the id of another."""
    file = f"{lang}.md"
    for block in material.blocks[lang]:
        wrong: list[str | None] = []
        match block:
            case ExperimentCard():
                wrong.append(places.experiment_fault(block.name))
            case DeriveCard():
                wrong.append(places.fault(f"derivation:{block.id}", material.lesson.id))
            case QuestionCard():
                wrong.append(places.fault(f"question:{block.id}", material.lesson.id))
            case MisconceptionCard():
                wrong.append(places.fault(f"misconception:{block.id}", material.lesson.id))
            case QuizCard():
                wrong += [places.fault(f"item:{item}", material.lesson.id) for item in block.items]
        for message in wrong:
            if message:
                fault(file, block.line, message)
    checks = Counter(block.id for block in material.blocks[lang] if isinstance(block, Check))
    for block in material.blocks[lang]:
        if isinstance(block, Check) and checks[block.id] > 1:
            fault(file, block.line, f'two check blocks have the id "{block.id}"')


def _items(material: Material, places: Places, fault: Say) -> None:
    headings = {heading.id for heading in material.headings("en")}
    for item in material.items:
        if item.heading not in headings:
            fault("quiz.yaml", item.line, f'{item.id}: the text has no heading "{item.heading}"')
        if isinstance(item, Predict) and (wrong := places.experiment_fault(f"{item.experiment}#{item.claim}")):
            fault("quiz.yaml", item.line, f"{item.id}: {wrong}")
        slips = item.answers if isinstance(item, Choice | Multi) else getattr(item, "wrong", ())
        for slip in slips if isinstance(slips, tuple) else ():
            wrong = places.fault(f"misconception:{slip.misconception}", "") if slip.misconception else None
            if wrong:
                fault("quiz.yaml", item.line, f"{item.id}: {wrong}")
    kinds = {item.kind for item in material.items}
    templates = sum(bool(item.template) for item in material.items)
    for count, least, what in (
        (len(material.items), LEAST_ITEMS, "items"),
        (len(kinds), LEAST_KINDS, "kinds of item"),
        (templates, LEAST_TEMPLATES, "templates"),
    ):
        if count < least:
            fault("quiz.yaml", 0, f"only {count} {what}; a lesson has at least {least}")
    for heading in _uncovered(material):
        fault("en.md", heading.line, f'no item covers the heading "{heading.id}"')


def _uncovered(material: Material) -> Iterator[Heading]:
    """Headings without an item. One that is only the roof of subsections is covered by theirs."""
    covered = {item.heading for item in material.items}
    headings = material.headings("en")
    for place, heading in enumerate(headings):
        below = headings[place + 1 :]
        has_subsections = heading.level == 2 and bool(below) and below[0].level == 3
        if heading.id not in covered and not has_subsections:
            yield heading


def _derivations(material: Material, fault: Say) -> None:
    headings = {heading.id for heading in material.headings("en")}
    if not material.derivations:
        fault("derive.yaml", 0, "no derivation")
    for derivation in material.derivations:
        if derivation.heading not in headings:
            fault("derive.yaml", derivation.line, f'{derivation.id}: the text has no heading "{derivation.heading}"')
        if len(derivation.wrong) < LEAST_WRONG_LINES:
            message = f"{derivation.id}: only {len(derivation.wrong)} wrong lines; at least {LEAST_WRONG_LINES}"
            fault("derive.yaml", derivation.line, message)


def _questions(material: Material, places: Places, fault: Say) -> None:
    headings = {heading.id for heading in material.headings("en")}
    entries: tuple[Question | Misconception, ...] = (*material.questions, *material.misconceptions)
    for entry in entries:
        if entry.heading not in headings:
            fault("questions.yaml", entry.line, f'{entry.id}: the text has no heading "{entry.heading}"')
        if not entry.evidence:
            fault("questions.yaml", entry.line, f"{entry.id}: no evidence")
        for place in entry.evidence:
            if wrong := places.fault(place, material.lesson.id):
                fault("questions.yaml", entry.line, f"{entry.id}: {wrong}")


def _formulas(material: Material, fault: Say) -> None:
    """Every LaTeX formula can be set."""
    for file, line, text in texts_of(material):
        for latex in _INLINE.findall(_bare(text.en)) + _INLINE.findall(_bare(text.zh)):
            _settable(latex, file, line, fault)
    for lang in ("zh", "en"):
        for block in material.blocks[lang]:
            if isinstance(block, Formula):
                _settable(block.latex, f"{lang}.md", block.line, fault)
            elif isinstance(block, Prose) and not block.text.startswith("```"):
                for latex in _INLINE.findall(_bare(block.text)):
                    _settable(latex, f"{lang}.md", block.line, fault)


def _settable(latex: str, file: str, line: int, fault: Say) -> None:
    try:
        read_latex(latex)
    except (LatexError, RecursionError) as error:
        fault(file, line, f"the formula ${latex}$ cannot be set: {error}")


def _glance(material: Material, fault: Say) -> None:
    """What commands find by a glance at the lines is what the full reading finds."""
    seen = contents(material.lesson)
    entries = [("quiz.yaml", one.id, one.line, seen.items) for one in material.items]
    entries += [("derive.yaml", one.id, one.line, seen.derivations) for one in material.derivations]
    entries += [("questions.yaml", one.id, one.line, seen.questions) for one in material.questions]
    entries += [("questions.yaml", one.id, one.line, seen.questions) for one in material.misconceptions]
    entries += [("en.md", one.id, one.line, seen.headings) for one in material.headings("en")]
    for file, name, line, ids in entries:
        if name not in ids:
            fault(file, line, f'"{name}" is found only by a full reading; let the entry begin with `- id: {name}`')


def _length(material: Material, fault: Say) -> None:
    count = sum(len(HAN.findall(block.text)) for block in material.blocks["zh"] if isinstance(block, Prose))
    if not HAN_LOW <= count <= HAN_HIGH:
        fault("zh.md", 0, f"{count} Chinese characters of running text; a lesson has {HAN_LOW} to {HAN_HIGH}")


def _languages(material: Material, fault: Say) -> None:
    """Each language in its own place, and inline formulas closed."""
    for file, line, text in texts_of(material):
        if HAN.search(text.en):
            fault(file, line, f"Chinese in an `en` text: {text.en[:40]}")
        for words in (text.en, text.zh):
            if words.count("$") % 2:
                fault(file, line, f"an inline formula is not closed: {words[:40]}")
    for lang in ("zh", "en"):
        for block in material.blocks[lang]:
            if isinstance(block, Prose) and not block.text.startswith("```") and _bare(block.text).count("$") % 2:
                fault(f"{lang}.md", block.line, "an inline formula is not closed")


def _bare(text: str) -> str:
    """The text without inline code and escaped dollars."""
    return re.sub(r"`[^`]*`", "", text).replace("\\$", "")


def texts_of(material: Material) -> Iterator[tuple[str, int, Text]]:
    """Every text that a lesson has in both languages, with its file and line."""
    for item in material.items:
        for text in (item.ask, item.explain):
            yield "quiz.yaml", item.line, text
        slips = item.answers if isinstance(item, Choice | Multi) else getattr(item, "wrong", ())
        for slip in slips if isinstance(slips, tuple) else ():
            yield "quiz.yaml", item.line, slip.feedback
            if isinstance(slip, Answer):
                yield "quiz.yaml", item.line, slip.text
    for derivation in material.derivations:
        for text in (derivation.title, derivation.intro, *derivation.hints):
            yield "derive.yaml", derivation.line, text
        for step in derivation.model:
            yield "derive.yaml", step.file_line, step.rule
        for wrong in derivation.wrong:
            yield "derive.yaml", wrong.file_line, wrong.flaw
    for question in material.questions:
        yield "questions.yaml", question.line, question.ask
        yield "questions.yaml", question.line, question.answer
    for misconception in material.misconceptions:
        for text in (misconception.claim, misconception.correct, misconception.why):
            yield "questions.yaml", misconception.line, text
