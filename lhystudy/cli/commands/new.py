"""`lhystudy new`: commented templates for authors."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from lhystudy.cli import console
from lhystudy.errors import StudyError, nearest
from lhystudy.words import say

KINDS = ("experiment", "lesson", "derivation")


def command(
    kind: Annotated[str, typer.Argument(metavar="experiment|lesson|derivation", help="What to begin.")],
    name: Annotated[str, typer.Argument(metavar="NAME", help="Small letters, digits and hyphens.")],
    folder: Annotated[Path, typer.Option("--into", help="The folder to write into.")] = Path(),
) -> int:
    """Begin an experiment, a lesson or a derivation from a commented template."""
    from lhystudy.study.author import new

    if kind not in KINDS:
        near = nearest(kind, list(KINDS))
        hint = say(f"did you mean {near}?", f"是不是 {near}？") if near else ", ".join(KINDS)
        raise StudyError(say(f"there is no template of {kind!r}", f"没有 {kind!r} 的模板"), hint=hint)
    files = new(kind, name, folder)
    for path in files:
        console.out(str(path))
    call = f"lhystudy run {files[0] if files[0].parent != Path() else f'./{files[0]}'}"
    console.talk(
        {
            "experiment": say(f"try it: {call}", f"试运行：{call}"),
            "lesson": say(
                "put it into a unit as NN-name, then: lhystudy audit",
                "放进某个单元并命名为 NN-名字，再运行 lhystudy audit",
            ),
            "derivation": say(
                "put it into a lesson's derive.yaml, then: lhystudy audit",
                "放进某课的 derive.yaml，再运行 lhystudy audit",
            ),
        }[kind]
    )
    return console.DONE
