"""`lhystudy review`: what spaced repetition says is due today."""

from typing import Annotated

import typer


def command(
    as_json: Annotated[bool, typer.Option("--json", help="Questions out, answers in, grades out, one a line.")] = False,
) -> int:
    """Review what is due today, lessons mixed, then new items of what you read."""
    from lhystudy.cli import sitting
    from lhystudy.study.desk import Desk
    from lhystudy.study.review import review_session

    with Desk() as desk:
        session = review_session(desk.course, desk.store, sitting.clock())
        if session.finished:
            return sitting.nothing(as_json, due=True)
        return sitting.take_json(desk, session) if as_json else sitting.take(desk, session)
