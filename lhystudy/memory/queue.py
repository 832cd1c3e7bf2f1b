"""What to review now, and in which order: the due before the new, the most forgotten first, lessons mixed."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Mapping
from datetime import date, timedelta

from lhystudy.memory.schedule import Memory, recall


def due(memories: Mapping[str, Memory], today: date) -> list[str]:
    """The items that are due, the most forgotten first."""
    waiting = [item for item, memory in memories.items() if memory.due <= today]
    return sorted(waiting, key=lambda item: (recall(memories[item], today), memories[item].due, item))


def mixed(items: Iterable[str], lesson_of: Mapping[str, str]) -> list[str]:
    """The items with neighbours from different lessons where that is possible; in a lesson in the order given."""
    waiting: dict[str, deque[str]] = {}
    for item in items:
        waiting.setdefault(lesson_of.get(item, ""), deque()).append(item)
    ordered: list[str] = []
    last: str | None = None
    while waiting:
        others = [lesson for lesson in waiting if lesson != last] or list(waiting)
        last = max(others, key=lambda lesson: len(waiting[lesson]))
        ordered.append(waiting[last].popleft())
        if not waiting[last]:
            del waiting[last]
    return ordered


def plan(
    memories: Mapping[str, Memory],
    new: Iterable[str],
    lesson_of: Mapping[str, str],
    today: date,
    cap: int,
    new_cap: int = 0,
) -> list[str]:
    """The items of a session: at most `cap` due ones, the most forgotten of them, mixed; then at most `new_cap` new
    ones as far as the cap leaves room.
    """
    chosen = due(memories, today)[: max(cap, 0)]
    room = min(max(new_cap, 0), max(cap, 0) - len(chosen))
    fresh = [item for item in new if item not in memories][:room]
    return mixed(chosen, lesson_of) + mixed(fresh, lesson_of)


def forecast(memories: Mapping[str, Memory], today: date, days: int) -> list[int]:
    """How many items are due on each of the coming days; the first count holds what is overdue."""
    counts = Counter(max(memory.due, today) for memory in memories.values())
    return [counts[today + timedelta(days=day)] for day in range(days)]
