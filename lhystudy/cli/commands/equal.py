"""`lhystudy equal`: compares two expressions."""

from typing import Annotated

import typer

from lhystudy.cli import console, verdicts
from lhystudy.cli.usage import finite
from lhystudy.errors import StudyError
from lhystudy.study.derive import Checking
from lhystudy.words import language, say

SETTINGS = {"ignore_unknown_options": True}  # an expression may begin with a minus


def command(
    a: Annotated[str, typer.Argument(metavar="A", help="An expression of the derivation language.")],
    b: Annotated[str, typer.Argument(metavar="B", help="Another one.")],
    given: Annotated[list[str] | None, typer.Option(help="What is assumed or defined; may be repeated.")] = None,
    let: Annotated[list[str] | None, typer.Option(help="A declaration such as 'x : positive'.")] = None,
    timeout: Annotated[float, typer.Option(min=0.1, max=600, callback=finite, help="Seconds at most.")] = 10.0,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False,
) -> int:
    """Compare two expressions: proved equal, agreeing, refuted or undecided."""
    for side in (a, b):
        if side.startswith("--"):
            raise StudyError(say(f"there is no option {side}", f"没有选项 {side}"), hint="lhystudy equal --help")
    with Checking(lang=language()) as checking:
        comparison = checking.compare(a, b, givens=tuple(given or ()), lets=tuple(let or ()), seconds=timeout)
    if as_json:
        console.json_line(comparison.to_json())
    else:
        verdicts.show_comparison(comparison)
    return {"proved": console.DONE, "agrees": console.DONE, "unreadable": console.USAGE}.get(
        comparison.verdict, console.NO
    )
