"""Experiments that installed packages bring along: entry points of the group `lhystudy.experiments`.

An entry point names a module that is one experiment, or a package whose modules each are one. Nothing is imported to
find them.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.machinery import ModuleSpec
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path

from lhystudy.errors import StudyError
from lhystudy.words import say

GROUP = "lhystudy.experiments"


@dataclass(frozen=True)
class Packaged:
    """An experiment of a package: the command's word for it, its file, the package's name."""

    name: str
    file: Path
    package: str


@dataclass(frozen=True)
class Lost:
    """An entry point that leads nowhere."""

    package: str
    value: str

    def fault(self) -> StudyError:
        message = say(
            f"the package {self.package} offers experiments in {self.value!r}, which is no module",
            f"软件包 {self.package} 声称在 {self.value!r} 提供实验，但那里没有模块",
        )
        return StudyError(message, hint=f"pip uninstall {self.package}")


@cache
def packaged() -> tuple[tuple[Packaged, ...], tuple[Lost, ...]]:
    """The experiments of all installed packages, in order of their names, and the entry points that lead nowhere."""
    found: dict[str, Packaged] = {}
    lost = []
    for point in sorted(entry_points(group=GROUP), key=lambda point: (point.name, point.value)):
        package = point.dist.name if point.dist is not None else point.name
        files = list(_files(point))
        if not files:
            lost.append(Lost(package, point.value))
        for file in files:
            name = file.stem.replace("_", "-")
            found.setdefault(name, Packaged(name, file.resolve(), package))
    return tuple(sorted(found.values(), key=lambda one: one.name)), tuple(lost)


def _files(point: EntryPoint) -> Iterator[Path]:
    """The files that an entry point names: of a package all modules but those that begin with an underscore."""
    spec = None if point.attr else _spec(point.value.strip())
    if spec is not None and spec.submodule_search_locations is not None:
        for folder in spec.submodule_search_locations:
            yield from sorted(Path(folder).glob("[a-z]*.py"))
    elif spec is not None and spec.origin is not None and spec.origin.endswith(".py"):
        yield Path(spec.origin)


def _spec(name: str) -> ModuleSpec | None:
    """Where a module lies. Unlike importlib's own search this imports no package above it."""
    path: list[str] | None = None
    spec: ModuleSpec | None = None
    parts = name.split(".")
    for count in range(1, len(parts) + 1):
        full = ".".join(parts[:count])
        spec = next(filter(None, (_asked(finder, full, path) for finder in sys.meta_path)), None)
        if spec is None:
            return None
        path = list(spec.submodule_search_locations or [])
    return spec


def _asked(finder: object, name: str, path: list[str] | None) -> ModuleSpec | None:
    find = getattr(finder, "find_spec", None)
    spec: ModuleSpec | None = find(name, path) if find is not None else None
    return spec
