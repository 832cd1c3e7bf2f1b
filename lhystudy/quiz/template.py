"""Numbers drawn anew each time an item is asked, and the texts that they stand in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from random import Random

from lhystudy.entries import Entry, Listing
from lhystudy.errors import StudyError
from lhystudy.quiz.expression import ExpressionError, Number, evaluate, names_in
from lhystudy.words import Text

MOST_NUMBERS = 50  # of one item
ATTEMPTS = 500  # draws before the `where` of a template counts as out of reach
Numbers = Mapping[str, Number]


@dataclass(frozen=True)
class Steps:
    """Evenly spaced numbers, both ends included."""

    low: Number
    high: Number
    step: Number

    def draw(self, rng: Random, numbers: Numbers) -> Number:
        low, high, step = (Fraction(str(value)) for value in (self.low, self.high, self.step))
        value = low + rng.randrange(int((high - low) / step) + 1) * step
        whole = all(isinstance(part, int) for part in (self.low, self.high, self.step))
        return int(value) if whole else float(value)


@dataclass(frozen=True)
class OneOf:
    values: tuple[Number, ...]

    def draw(self, rng: Random, numbers: Numbers) -> Number:
        return rng.choice(self.values)


@dataclass(frozen=True)
class Worked:
    """A number that follows from the ones before it."""

    expression: str

    def draw(self, rng: Random, numbers: Numbers) -> Number:
        return evaluate(self.expression, numbers)


@dataclass(frozen=True)
class Template:
    """The numbers of an item in the order in which they are drawn. Without any, texts stay as they are."""

    draws: tuple[tuple[str, Steps | OneOf | Worked], ...] = ()
    where: str = ""

    def __bool__(self) -> bool:
        return bool(self.draws)

    def draw(self, rng: Random) -> dict[str, Number]:
        """Numbers for which `where` holds. Raises StudyError when none come up."""
        problem = f"`where: {self.where}` held for none of {ATTEMPTS} draws"
        for _ in range(ATTEMPTS):
            numbers: dict[str, Number] = {}
            try:
                for name, how in self.draws:
                    numbers[name] = how.draw(rng, numbers)
                if not self.where or evaluate(self.where, numbers):
                    return numbers
            except ExpressionError as error:
                problem = str(error)
        raise StudyError(f"no numbers could be drawn: {problem}")


def load_template(entry: Entry) -> Template:
    """The template of an item, empty where it has none."""
    body = entry.entry("template")
    where = entry.word("where", "")
    if body is None:
        if where:
            entry.fault("`where` needs a `template`", "where")
        return Template()
    if len(body.values) > MOST_NUMBERS:
        entry.fault(f"a template has at most {MOST_NUMBERS} numbers", "template")
        return Template()
    draws: list[tuple[str, Steps | OneOf | Worked]] = []
    for name in body.values:
        spec = body.entry(name)
        if not name.isidentifier():
            body.fault(f'"{name}" cannot name a number', name)
        elif spec is None:
            body.fault(f"`{name}` must be written {{range: …}}, {{choose: …}} or {{value: …}}", name)
        elif (how := _load_draw(spec, {earlier for earlier, _ in draws})) is not None:
            draws.append((name, how))
    _check_names(entry, "where", where, {name for name, _ in draws})
    return Template(tuple(draws), where)


def _load_draw(spec: Entry, earlier: set[str]) -> Steps | OneOf | Worked | None:
    if "value" in spec:
        spec.only("value")
        expression = spec.word("value")
        _check_names(spec, "value", expression, earlier)
        return Worked(expression)
    if "choose" in spec:
        spec.only("choose")
        values = _numbers(spec.listing("choose"), spec)
        return OneOf(values) if values else None
    spec.only("range", "step")
    ends = _numbers(spec.listing("range"), spec)
    steps = _numbers(Listing([spec.values.get("step", 1)], [spec.line_of("step")]), spec)
    if len(ends) != 2 or ends[0] > ends[1] or not steps or steps[0] <= 0:
        spec.fault("`range` must be [low, high] with low below high, and `step` above 0")
        return None
    return Steps(ends[0], ends[1], steps[0])


def _numbers(listing: Listing, entry: Entry) -> tuple[Number, ...]:
    values: list[Number] = []
    for value, line in zip(listing, listing.lines, strict=True):
        try:
            values.append(evaluate(str(value), {}))
        except ExpressionError:
            entry.source.fault(line, f"{value!r} is no number")
    return tuple(values)


def _check_names(entry: Entry, key: str, expression: str, known: set[str]) -> None:
    if not expression:
        return
    try:
        unknown = sorted(names_in(expression) - known)
    except ExpressionError as error:
        entry.fault(f"`{key}`: {error}", key)
        return
    if unknown:
        entry.fault(f'`{key}`: no number called "{unknown[0]}" is drawn before it', key)


def shown_number(value: Number, form: str = "") -> str:
    """The number as a text shows it: by its format, else without digits that are only rounding."""
    if form:
        return format(value, form)
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value) if isinstance(value, int) else f"{value:.10g}"


_SLOT = re.compile(r"\{([^{}]*)\}")
_MATHS = re.compile(r"(\$[^$]*\$)")
_FORM = re.compile(r":([-+ ]?0?\d{0,2},?(?:\.\d{1,2})?[dfeg%]?)$")


def fill(text: str, numbers: Numbers) -> str:
    """The text with each {expression} worked out; inside $…$ the braces stay, as LaTeX needs them.

    Braces of LaTeX that hold no expression in these names are left alone. Raises ExpressionError for a slot
    of prose that cannot be worked out.
    """
    if not numbers or "{" not in text:
        return text
    parts = _MATHS.split(text)
    return "".join(_fill_part(part, numbers, maths=index % 2 == 1) for index, part in enumerate(parts))


def _fill_part(part: str, numbers: Numbers, maths: bool) -> str:
    def filled(slot: re.Match[str]) -> str:
        expression, form = slot[1], ""
        if found := _FORM.search(expression):
            expression, form = expression[: found.start()], found[1]
        try:
            names = names_in(expression)
            if maths and (not names or not names <= numbers.keys()):
                return slot[0]
            shown = shown_number(evaluate(expression, numbers), form)
        except ExpressionError:
            if maths:
                return slot[0]
            raise
        except ValueError:
            raise ExpressionError(f'"{form}" is no format of this number') from None
        return f"{{{shown}}}" if maths else shown

    return _SLOT.sub(filled, part)


def fill_text(text: Text, numbers: Numbers) -> Text:
    """Both languages filled with the same numbers."""
    return Text(fill(text.en, numbers), fill(text.zh, numbers))
