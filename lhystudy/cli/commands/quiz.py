"""`lhystudy quiz`: a quiz in the terminal, or as lines of JSON."""

from typing import Annotated

import typer


def command(
    lesson: Annotated[
        str | None, typer.Argument(metavar="[LESSON]", help="A lesson; without it, all you read.")
    ] = None,
    due: Annotated[bool, typer.Option("--due", help="Only what is due.")] = False,
    count: Annotated[int, typer.Option("--n", min=1, max=500, help="How many items at most.")] = 10,
    as_json: Annotated[bool, typer.Option("--json", help="Questions out, answers in, grades out, one a line.")] = False,
) -> int:
    """Take a quiz; exit code 1 when an answer was wrong."""
    from lhystudy.cli import sitting
    from lhystudy.study.desk import Desk
    from lhystudy.study.review import quiz_session

    with Desk() as desk:
        chosen = desk.course.lesson(lesson) if lesson else None
        session = quiz_session(desk.course, desk.store, sitting.clock(), chosen, count, due)
        if session.finished:
            return sitting.nothing(as_json, due)
        return sitting.take_json(desk, session) if as_json else sitting.take(desk, session)
