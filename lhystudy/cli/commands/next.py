"""`lhystudy next`: the best next thing, started."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from lhystudy.cli import console
from lhystudy.words import language

if TYPE_CHECKING:
    from lhystudy.study.desk import Desk
    from lhystudy.study.progress import Next


def command(
    route: Annotated[str | None, typer.Option(help="Follow this route from now on.")] = None,
    show: Annotated[bool, typer.Option("--show", help="Only say what it is.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Say what it is as one JSON document.")] = False,
) -> int:
    """The best next thing: due reviews, an open derivation, the next lesson; and start it."""
    from lhystudy.cli.commands.status import next_words
    from lhystudy.study.desk import Desk
    from lhystudy.study.progress import choose_route, next_thing, progress

    with Desk() as desk:
        if route is not None:
            choose_route(desk.course, desk.store, route)
        found = progress(desk.course, desk.store, datetime.now().astimezone())
        coming = next_thing(found)
        if as_json:
            console.json_line({"kind": coming.kind, "name": coming.name, "command": command_of(coming)})
            return console.DONE
        talk = console.out if show or not console.is_terminal() else console.talk
        talk(next_words(found, coming))
        if command_of(coming):
            talk(f"  {command_of(coming)}")
        if show or not console.is_terminal():
            return console.DONE
        return _start(desk, coming)


def command_of(coming: Next) -> str:
    """The command that does the next thing."""
    return {
        "review": "lhystudy review",
        "derivation": f"lhystudy check --derivation {coming.name}",
        "lesson": f"lhystudy read {coming.name}",
        "nothing": "",
    }[coming.kind]


def _start(desk: Desk, coming: Next) -> int:
    match coming.kind:
        case "review":
            from lhystudy.cli import sitting
            from lhystudy.study.review import review_session

            return sitting.take(desk, review_session(desk.course, desk.store, sitting.clock()))
        case "derivation":
            from lhystudy.cli.deriving import work

            return work(desk, coming.name)
        case "lesson":
            from lhystudy.cli.commands.read import page_of, read_in_pager

            material = desk.material(coming.name)
            read_in_pager(material, page_of(material, language(), None))
            return console.DONE
        case _:
            return console.DONE
