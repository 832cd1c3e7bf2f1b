"""What a face holds open while someone studies: the course, the store, and the checker once it is needed."""

from __future__ import annotations

from functools import cached_property
from types import TracebackType
from typing import Any, Self

from lhystudy import paths
from lhystudy.course.lesson import Course, Material
from lhystudy.course.load import load_course, open_lesson
from lhystudy.store import settings
from lhystudy.store.db import Database, open_store


class Desk:
    """Opens each thing when it is first asked for and closes all of them at the end."""

    def __init__(self) -> None:
        self._materials: dict[str, Material] = {}

    @cached_property
    def course(self) -> Course:
        return load_course(paths.content_root())

    @cached_property
    def store(self) -> Database:
        return open_store()

    def material(self, lesson: str) -> Material:
        """A lesson's texts, items and derivations, read once. Raises MissingError for a name that is none."""
        if lesson not in self._materials:
            self._materials[lesson] = open_lesson(self.course.lesson(lesson))
        return self._materials[lesson]

    def setting(self, name: str, default: Any = None) -> Any:
        """What the learner chose or where they left off."""
        return settings.get(self.store, name, default)

    def keep(self, name: str, value: Any) -> None:
        """Keeps a choice for the next time."""
        settings.put(self.store, name, value)

    def close(self) -> None:
        if "store" in self.__dict__:
            self.store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
