"""`lhystudy audit`: proves content."""

from pathlib import Path
from typing import Annotated

import typer

from lhystudy.cli import console
from lhystudy.words import say


def command(
    folder: Annotated[Path | None, typer.Argument(metavar="[DIR]", help="A course, a unit or a lesson.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False,
    structure: Annotated[bool, typer.Option("--structure", help="Leave out what needs the checker.")] = False,
) -> int:
    """Prove content: names, formulas, derivations, quiz answers, both languages; exit code 1 for a fault."""
    from lhystudy.paths import content_root
    from lhystudy.study.audit import audit, audit_structure
    from lhystudy.study.derive import Checking

    place = folder or content_root()
    if structure:
        found, _ = audit_structure(place)
    else:
        with Checking(lang="en") as checking:
            found = audit(place, checking, lambda lesson: console.talk(f"… {lesson}"))
    faults = found.sorted_faults()
    if as_json:
        listed = [{"file": fault.file, "line": fault.line, "message": fault.message} for fault in faults]
        console.json_line({"faults": listed, "counts": found.counts})
        return console.NO if faults else console.DONE
    for fault in faults:
        console.out(str(fault))
    summary = ", ".join(f"{count} {what}" for what, count in found.counts.items())
    console.talk(say(f"{len(faults)} faults; {summary}", f"{len(faults)} 处问题；{summary}"))
    return console.NO if faults else console.DONE
