"""`lhystudy equal`: compares two expressions."""

from typing import Annotated

import typer

from lhystudy.cli import console, verdicts
from lhystudy.study.derive import Checking
from lhystudy.words import language


def command(
    a: Annotated[str, typer.Argument(metavar="A", help="An expression of the derivation language.")],
    b: Annotated[str, typer.Argument(metavar="B", help="Another one.")],
    given: Annotated[list[str] | None, typer.Option(help="What is assumed or defined; may be repeated.")] = None,
    let: Annotated[list[str] | None, typer.Option(help="A declaration such as 'x : positive'.")] = None,
    timeout: Annotated[float, typer.Option(min=0.1, max=600, help="Seconds at most.")] = 10.0,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False,
) -> int:
    """Compare two expressions: proved equal, agreeing, refuted or undecided."""
    with Checking(lang=language()) as checking:
        comparison = checking.compare(a, b, givens=tuple(given or ()), lets=tuple(let or ()), seconds=timeout)
    if as_json:
        console.json_line(comparison.to_json())
    else:
        verdicts.show_comparison(comparison)
    return {"proved": console.DONE, "agrees": console.DONE, "unreadable": console.USAGE}.get(
        comparison.verdict, console.NO
    )
