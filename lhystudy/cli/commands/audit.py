"""`lhystudy audit`: proves content."""

from pathlib import Path
from typing import Annotated

import typer

from lhystudy.cli import console
from lhystudy.paths import content_root
from lhystudy.words import say


def command(
    folder: Annotated[Path | None, typer.Argument(metavar="[DIR]", help="A course, a unit or a lesson.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False,
) -> int:
    """Prove content: names, formulas, derivations, quiz answers, both languages; exit code 1 for a fault."""
    from lhystudy.study.audit import audit_structure

    audit, _ = audit_structure(folder or content_root())
    faults = audit.sorted_faults()
    if as_json:
        listed = [{"file": fault.file, "line": fault.line, "message": fault.message} for fault in faults]
        console.json_line({"faults": listed, "counts": audit.counts})
    else:
        for fault in faults:
            console.out(str(fault))
        summary = ", ".join(f"{count} {what}" for what, count in audit.counts.items())
        console.talk(say(f"{len(faults)} faults; {summary}", f"{len(faults)} 处问题；{summary}"))
    return console.NO if faults else console.DONE
