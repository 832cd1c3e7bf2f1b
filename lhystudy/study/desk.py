"""What a face holds open while someone studies: the course, the store, and the checker once it is needed."""

from __future__ import annotations

from functools import cached_property
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from lhystudy import paths
from lhystudy.course.index import lesson_of_derivations
from lhystudy.course.load import load_course, open_lesson, read_lesson
from lhystudy.errors import MissingError, nearest
from lhystudy.store import settings
from lhystudy.store.db import Database, open_store
from lhystudy.words import language, say

if TYPE_CHECKING:
    from lhystudy.course.lesson import Course, Lesson
    from lhystudy.course.parts import Derivation, Material
    from lhystudy.study.derive import Checking


class Desk:
    """Opens each thing when it is first asked for and closes all of them at the end."""

    def __init__(self) -> None:
        self._materials: dict[str, Material] = {}

    @cached_property
    def course(self) -> Course:
        return load_course(paths.content_root())

    @cached_property
    def store(self) -> Database:
        return open_store(holding=True)

    def material(self, lesson: str) -> Material:
        """A lesson's texts, items and derivations, read once. Raises MissingError for a name that is none."""
        if lesson not in self._materials:
            self._materials[lesson] = open_lesson(self.course.lesson(lesson))
        return self._materials[lesson]

    def readable(self, lesson: Lesson) -> Material:
        """What of a lesson can be read, also where parts of it have faults, so that one bad file hides nothing else."""
        kept = self._materials.get(lesson.id)
        return kept if kept is not None else read_lesson(lesson)[0]

    @cached_property
    def checking(self) -> Checking:
        from lhystudy.study.derive import Checking  # many commands and the first screen need no checker

        return Checking(lang=language())

    def derivation(self, name: str) -> tuple[Lesson, Derivation]:
        """The derivation and the lesson that it belongs to. Raises MissingError with the nearest name."""
        there = lesson_of_derivations(self.course)
        if name in there:
            lesson = self.course.lesson(there[name])
            found = self.readable(lesson).derivation(name)
            if found is None:
                open_lesson(lesson)  # says what is wrong with its file
            else:
                return lesson, found
        near = nearest(name, list(there))
        raise MissingError(
            say(f'there is no derivation "{name}"', f"没有名为“{name}”的推导"),
            hint=say(f'did you mean "{near}"?', f"是不是“{near}”？") if near else "lhystudy list derivations",
        )

    def setting(self, name: str, default: Any = None) -> Any:
        """What the learner chose or where they left off."""
        return settings.get(self.store, name, default)

    def keep(self, name: str, value: Any) -> None:
        """Keeps a choice for the next time."""
        settings.put(self.store, name, value)

    def close(self) -> None:
        if "store" in self.__dict__:
            self.store.close()
        if "checking" in self.__dict__:
            self.checking.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
