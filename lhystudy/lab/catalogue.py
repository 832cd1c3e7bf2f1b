"""Every experiment there is: a file in `experiments/` or in an installed package, or a file named by its path."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from lhystudy.errors import MissingError, StudyError, nearest
from lhystudy.files import at_home
from lhystudy.lab.card import Card, read_card
from lhystudy.lab.events import Start
from lhystudy.lab.packages import Packaged, packaged
from lhystudy.words import say

FOLDER = Path(__file__).resolve().parent / "experiments"


def names() -> list[str]:
    """The names of all experiments, in order: the product's own and those of installed packages."""
    return sorted({*_own_names(), *(one.name for one in packaged()[0])})


def _own_names() -> list[str]:
    return [file.stem.replace("_", "-") for file in FOLDER.glob("[a-z]*.py")]


def cards() -> list[Card]:
    """The cards of all experiments, in order of their names; those of packages that cannot be read are left out."""
    return [card for card in map(_card_or_fault, names()) if isinstance(card, Card)]


def package_faults() -> list[StudyError]:
    """What is wrong with the experiments of installed packages, each with the package's name."""
    broken = [_card_or_fault(one.name) for one in packaged()[0]]
    return [*(one.fault() for one in packaged()[1]), *(one for one in broken if isinstance(one, StudyError))]


def _card_or_fault(name: str) -> Card | StudyError:
    """The card; a fault of one of the product's own is raised."""
    try:
        return find(name)
    except StudyError as error:
        if name in _own_names():
            raise
        return error


def is_path(name: str) -> bool:
    """Whether a name given for an experiment is meant as a file: `./mine.py`."""
    return name.endswith(".py") or "/" in name or "\\" in name


def find(name: str) -> Card:
    """The card of an experiment, by its name or by the path of a file.

    Raises MissingError for a name that no experiment has, StudyError for a file that is not one.
    """
    return _by_path(name) if is_path(name) else named(name)


def named(name: str) -> Card:
    """The card of an experiment by its name alone, for names that come from content or from a file of data.

    Raises MissingError for a name that no experiment has.
    """
    if name in _own_names():
        return read_card(_file(name), name)
    for one in packaged()[0]:
        if one.name == name:
            return _of_package(one)
    known = names()
    close = nearest(name, known)
    hint = (
        say(f"did you mean {close}?", f"是不是 {close}？")
        if close
        else say("lhystudy list experiments shows them all", "lhystudy list experiments 列出全部实验")
    )
    raise MissingError(say(f"there is no experiment {name!r}", f"没有名为 {name!r} 的实验"), hint=hint)


def card_of(start: Start) -> Card | None:
    """The card, as it is now, of the experiment that a run was of; None where its file is gone or cannot be read."""
    try:
        return find(start.file or start.name)
    except StudyError:
        return None


def _file(name: str) -> Path:
    return FOLDER / f"{name.replace('-', '_')}.py"


def _by_path(name: str) -> Card:
    file = at_home(name).resolve()
    try:
        there = file.is_file()
    except OSError:  # a name that can be none
        there = False
    if not there:
        raise StudyError(say(f"there is no file {name}", f"没有文件 {name}"))
    for one in packaged()[0]:
        if one.file == file:
            return _of_package(one)
    return read_card(file, file.stem.replace("_", "-"), own=True)


def _of_package(one: Packaged) -> Card:
    try:
        return replace(read_card(one.file, one.name, own=True), package=one.package)
    except StudyError as error:
        message = say(f"an experiment of the package {one.package}: ", f"软件包 {one.package} 的实验：") + error.message
        raise StudyError(message, where=error.where, hint=error.hint) from None
