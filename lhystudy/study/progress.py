"""Where the learner stands: what is read, right, due and weak, and the best next thing to do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Literal

from lhystudy.course.index import Contents, contents
from lhystudy.memory import queue
from lhystudy.memory.schedule import Memory, day_of, recall
from lhystudy.store import attempts as attempt_table
from lhystudy.store import lessons as lesson_table
from lhystudy.store import notes as note_table
from lhystudy.store import runs as run_table
from lhystudy.store import settings
from lhystudy.store.lessons import Reading
from lhystudy.study.review import Learned, learned

if TYPE_CHECKING:
    from lhystudy.course.lesson import Course, Lesson, Route
    from lhystudy.course.parts import Material
    from lhystudy.store.attempts import Attempt
    from lhystudy.store.db import Database
    from lhystudy.store.notes import Note
    from lhystudy.store.runs import StoredRun

WEAK_RECALL = 0.7  # an item below this chance of recall is weak
WEEKS = 12  # of the calendar
SECONDS_AN_ITEM = 30  # what a review takes, for want of a measurement


@dataclass(frozen=True)
class LessonProgress:
    """One lesson. Shares are from 0 to 1; `mastery` is the mean chance that an item is answered right today."""

    lesson: Lesson
    reading: Reading | None
    read: float
    items: int
    tried: int
    right: int  # items whose last answer was right
    due: int
    mastery: float
    derivations: int
    derived: int

    @property
    def done(self) -> bool:
        return self.reading is not None and self.reading.done is not None

    @property
    def minutes_left(self) -> int:
        return 0 if self.done else round(self.lesson.minutes * (1 - self.read))


@dataclass(frozen=True)
class Weak:
    """A weak spot: an item, or a kind of mistake in derivations; `times` is how often it went wrong."""

    kind: Literal["item", "mistake"]
    name: str
    lesson: str
    times: int
    recall: float | None


@dataclass(frozen=True)
class Progress:
    lessons: tuple[LessonProgress, ...]
    route: Route | None
    due: tuple[str, ...]  # items, the most forgotten first
    forecast: tuple[int, ...]  # items due on each of the next ten days
    weak: tuple[Weak, ...]
    open_derivation: Attempt | None
    to_derive: str  # the derivation that comes next on a route that takes them first; empty where none does
    doubts: tuple[Note, ...]
    runs: tuple[StoredRun, ...]
    streak: int  # days in a row with something done, up to today or yesterday
    calendar: tuple[int, ...]  # answers, attempts, runs and lessons on each day of the last weeks, today last
    minutes_today: float

    @property
    def days(self) -> tuple[int, ...]:
        """The last seven days of the calendar."""
        return self.calendar[-7:]

    def lesson(self, name: str) -> LessonProgress | None:
        return next((one for one in self.lessons if one.lesson.id == name), None)

    @property
    def review_minutes(self) -> int:
        return round(len(self.due) * SECONDS_AN_ITEM / 60)

    @property
    def route_done(self) -> tuple[int, int]:
        """How many lessons of the route are done, of how many."""
        stops = [stop.lesson for stop in self.route.stops] if self.route else []
        return sum(one.done for one in self.lessons if one.lesson.id in stops), len(stops)


@dataclass(frozen=True)
class Next:
    """The best next thing. `name` is the derivation or the lesson; empty for reviews and for nothing."""

    kind: Literal["review", "derivation", "lesson", "nothing"]
    name: str = ""
    count: int = 0


def progress(course: Course, database: Database, now: datetime) -> Progress:
    """Everything about where the learner stands. `now` brings the learner's time zone."""
    known = learned(database, now)
    readings = lesson_table.everything(database)
    attempts = attempt_table.everything(database)
    complete = {attempt.derivation for attempt in attempts if attempt.status == "complete"}
    holds = {lesson.id: contents(lesson) for lesson in course.lessons}
    lessons = tuple(
        _lesson(lesson, holds[lesson.id], readings.get(lesson.id), known, complete, now) for lesson in course.lessons
    )
    lesson_of = {item: lesson for lesson, one in holds.items() for item in one.items}
    of_derivation = {derivation: lesson for lesson, one in holds.items() for derivation in one.derivations}
    memories = {item: memory for item, memory in known.memories.items() if item in lesson_of}
    runs = run_table.recent(database, limit=1000)
    moments = [review.at for review in known.reviews] + [attempt.at for attempt in attempts]
    moments += [run.started for run in runs] + [reading.opened for reading in readings.values()]
    days = Counter(day_of(moment.astimezone(now.tzinfo)) for moment in moments)
    today = day_of(now)
    route = active_route(course, database)
    return Progress(
        lessons=lessons,
        route=route,
        due=tuple(queue.due(memories, today)),
        forecast=tuple(queue.forecast(memories, today, 10)),
        weak=_weak(_weak_items(memories, lesson_of, known, today), attempts, of_derivation),
        open_derivation=_open_derivation(attempts, of_derivation),
        to_derive=_to_derive(route, lessons, holds, complete) if route else "",
        doubts=tuple(note_table.open_doubts(database)),
        runs=tuple(runs[:5]),
        streak=_streak(days, now),
        calendar=tuple(days[today - timedelta(days=back)] for back in reversed(range(7 * WEEKS))),
        minutes_today=sum(x.seconds for x in known.reviews if day_of(x.at.astimezone(now.tzinfo)) == today) / 60,
    )


def _lesson(
    lesson: Lesson, holds: Contents, reading: Reading | None, known: Learned, complete: set[str], now: datetime
) -> LessonProgress:
    today = day_of(now)
    tried = [item for item in holds.items if item in known.memories]
    right = [item for item in tried if known.last_right[item]]
    seen = set(reading.seen) & set(holds.headings) if reading else set()
    return LessonProgress(
        lesson=lesson,
        reading=reading,
        read=len(seen) / len(holds.headings) if holds.headings else 0.0,
        items=len(holds.items),
        tried=len(tried),
        right=len(right),
        due=sum(known.memories[item].due <= today for item in tried),
        mastery=sum(recall(known.memories[item], today) for item in right) / len(holds.items) if holds.items else 0.0,
        derivations=len(holds.derivations),
        derived=len(complete & set(holds.derivations)),
    )


def _weak_items(memories: dict[str, Memory], lesson_of: dict[str, str], known: Learned, today: date) -> list[Weak]:
    """Items answered wrong last, or missed before and nearly forgotten."""
    chances = {item: recall(memory, today) if known.last_right[item] else 0.0 for item, memory in memories.items()}
    return [
        Weak("item", item, lesson_of[item], memory.lapses, chances[item])
        for item, memory in memories.items()
        if memory.lapses and chances[item] < WEAK_RECALL
    ]


def _weak(items: list[Weak], attempts: Iterable[Attempt], of_derivation: dict[str, str]) -> tuple[Weak, ...]:
    """The weak items, and the mistakes made more than once; the worst first."""
    mistakes: Counter[tuple[str, str]] = Counter()
    for attempt in attempts:
        for line in attempt.report.get("lines", []):
            if line.get("mistake"):
                mistakes[line["mistake"], of_derivation.get(attempt.derivation, "")] += 1
    found = [Weak("mistake", name, lesson, times, None) for (name, lesson), times in mistakes.items() if times > 1]
    return tuple(sorted([*items, *found], key=lambda weak: (-weak.times, weak.recall or 0.0, weak.name)))


def _open_derivation(attempts: list[Attempt], known: dict[str, str]) -> Attempt | None:
    """The derivation of the course that was begun last and never completed."""
    complete = {attempt.derivation for attempt in attempts if attempt.status == "complete"}
    waiting = known.keys() - complete
    begun = (one for one in reversed(attempts) if one.derivation in waiting and one.text.strip())
    return next(begun, None)


def _to_derive(
    route: Route, lessons: Iterable[LessonProgress], holds: Mapping[str, Contents], complete: set[str]
) -> str:
    """On a route with derivations first: the next of the first lesson that is not done; empty once it has none left."""
    there = {one.lesson.id: one for one in lessons}
    for stop in route.stops if route.first == "derivations" else ():
        if stop.lesson in there:
            left = [name for name in holds[stop.lesson].derivations if name not in complete]
            if left or not there[stop.lesson].done:
                return left[0] if left else ""
    return ""


def _streak(days: Counter[date], now: datetime) -> int:
    day = day_of(now)
    if not days[day]:
        day -= timedelta(days=1)  # today is not over
    streak = 0
    while days[day]:
        streak += 1
        day -= timedelta(days=1)
    return streak


def active_route(course: Course, database: Database) -> Route | None:
    """The route that the learner chose, else the first."""
    chosen = settings.get(database, "route")
    found = next((route for route in course.routes if route.id == chosen), None)
    return found or (course.routes[0] if course.routes else None)


def choose_route(course: Course, database: Database, name: str) -> Route:
    """Makes a route the learner's. Raises MissingError when there is none of that name."""
    route = course.route(name)
    settings.put(database, "route", route.id)
    return route


def mark_opened(database: Database, lesson: Lesson, now: datetime) -> Reading:
    """How far the lesson was read; kept as opened now where it never was."""
    reading = lesson_table.get(database, lesson.id)
    if reading is None:
        reading = Reading(lesson.id, now)
        lesson_table.put(database, reading)
    return reading


def mark_read(database: Database, material: Material, now: datetime) -> None:
    """Keeps the lesson as read to its end."""
    reading = mark_opened(database, material.lesson, now)
    seen = tuple(heading.id for heading in material.headings("en"))
    last = max(0, len(material.blocks["en"]) - 1)
    lesson_table.put(database, replace(reading, seen=seen, place=last, done=reading.done or now))


def lesson_ahead(found: Progress) -> Lesson | None:
    """The lesson begun last, else the next on the route, else the next of the course."""
    begun = [(one.reading.opened, one.lesson) for one in found.lessons if one.reading and not one.done]
    if begun:
        return max(begun, key=lambda pair: pair[0])[1]
    stops = [stop.lesson for stop in found.route.stops] if found.route else []
    waiting = {one.lesson.id: one.lesson for one in found.lessons if not one.done}
    return next((waiting[name] for name in (*stops, *waiting) if name in waiting), None)


def next_thing(found: Progress) -> Next:
    """Due reviews, else a derivation that is open or comes first on the route, else the lesson ahead."""
    if found.due:
        return Next("review", count=len(found.due))
    if name := derivation_ahead(found):
        return Next("derivation", name)
    lesson = lesson_ahead(found)
    return Next("lesson", lesson.id) if lesson else Next("nothing")


def derivation_ahead(found: Progress) -> str:
    """The derivation left open, else the one that comes next on a route with derivations first; empty for none."""
    return found.open_derivation.derivation if found.open_derivation else found.to_derive
