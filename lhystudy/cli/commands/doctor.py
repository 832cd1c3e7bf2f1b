"""`lhystudy doctor`: machine, devices, versions, health of the store and of the content."""

from typing import Annotated

import typer

from lhystudy.cli import console, paint
from lhystudy.draw.cells import Run
from lhystudy.study.health import examine


def command(as_json: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False) -> int:
    """Look at the machine, devices, versions, store and content; exit code 3 when something is amiss."""
    findings = examine()
    if as_json:
        console.json_line([finding.__dict__ for finding in findings])
    else:
        width = max(len(finding.name) for finding in findings)
        for finding in findings:
            sign = Run(" ✓ ", "good") if finding.good else Run(" ✗ ", "bad")
            paint.show_rows([(sign, Run(f"{finding.name:<{width}}  ", "strong"), Run(finding.seen))])
    return console.DONE if all(finding.good for finding in findings) else console.MISSING
