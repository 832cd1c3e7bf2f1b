"""Every experiment there is: one file each in `experiments/`, or a file of the learner's own named by its path."""

from __future__ import annotations

from pathlib import Path

from lhystudy.errors import MissingError, StudyError, nearest
from lhystudy.lab.card import Card, read_card
from lhystudy.words import say

FOLDER = Path(__file__).resolve().parent / "experiments"


def names() -> list[str]:
    """The names of the product's experiments, in order."""
    return sorted(file.stem.replace("_", "-") for file in FOLDER.glob("[a-z]*.py"))


def cards() -> list[Card]:
    """The cards of the product's experiments, in order of their names."""
    return [find(name) for name in names()]


def is_path(name: str) -> bool:
    """Whether a name given for an experiment is meant as a file: `./mine.py`."""
    return name.endswith(".py") or "/" in name or "\\" in name


def find(name: str) -> Card:
    """The card of an experiment, by its name or by the path of a file.

    Raises MissingError for a name that no experiment has, StudyError for a file that is not one.
    """
    if is_path(name):
        file = Path(name).expanduser().resolve()
        try:
            there = file.is_file()
        except OSError:  # a name that can be none
            there = False
        if not there:
            raise StudyError(say(f"there is no file {name}", f"没有文件 {name}"))
        return read_card(file, file.stem.replace("_", "-"), own=True)
    known = names()
    if name not in known:
        close = nearest(name, known)
        hint = (
            say(f"did you mean {close}?", f"是不是 {close}？")
            if close
            else say("lhystudy list experiments shows them all", "lhystudy list experiments 列出全部实验")
        )
        raise MissingError(say(f"there is no experiment {name!r}", f"没有名为 {name!r} 的实验"), hint=hint)
    return read_card(FOLDER / f"{name.replace('-', '_')}.py", name)
