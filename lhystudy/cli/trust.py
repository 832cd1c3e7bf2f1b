"""Programs that are no part of lhystudy run only once the learner has said so."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import Annotated

import typer

from lhystudy.cli import console
from lhystudy.cli.asking import read_line
from lhystudy.errors import StudyError
from lhystudy.lab.catalogue import find
from lhystudy.words import say

Trust = Annotated[
    bool, typer.Option("--trust", envvar="LHYSTUDY_TRUST", help="Run a file that is not part of lhystudy unasked.")
]


def ask_first(experiments: Iterable[str], trust: bool) -> None:
    """Asks before a file that belongs neither to lhystudy nor to an installed package is run.

    Raises StudyError when the answer is not yes, and where nobody can be asked.
    """
    if trust:
        return
    cards = [find(experiment) for experiment in dict.fromkeys(experiments)]
    for file in [card.file for card in cards if card.own and not card.package]:
        warning = StudyError(
            say(
                "this is a program that is not part of lhystudy, and can do on this machine whatever you can",
                "这是一个程序，不属于 lhystudy，它在这台机器上能做你能做的任何事",
            ),
            where=str(file),
            hint=say("look into it first; --trust runs it unasked", "请先看看内容；加 --trust 则不再询问"),
        )
        if not sys.stdin.isatty():
            raise warning
        console.talk(str(warning))
        answer = read_line(say("Run it? y/N ", "运行吗？y/N "))
        if (answer or "").lower() not in ("y", "yes", "是"):
            raise StudyError(say("it was not run", "没有运行"), where=str(file))
