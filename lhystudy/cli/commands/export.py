"""`lhystudy export`: all of a learner's data in one JSON file."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from lhystudy.cli import console
from lhystudy.errors import StudyError
from lhystudy.words import say


def command(file: Annotated[Path, typer.Argument(metavar="FILE", help="A .json file to write.")]) -> int:
    """Write all of your data to one JSON file."""
    from lhystudy.store.db import open_store
    from lhystudy.study.exchange import export_to

    if file.suffix != ".json":
        raise StudyError(
            say(f"{file} does not end in .json", f"{file} 不是以 .json 结尾"),
            hint=say("lhystudy export backup.json", "例如 lhystudy export backup.json"),
        )
    with open_store() as store:
        counts = export_to(store, file, datetime.now().astimezone())
    held = ", ".join(f"{count} {table}" for table, count in counts.items() if count)
    console.talk(say(f"written to {file}: {held or 'nothing yet'}", f"已写入 {file}：{held or '尚无数据'}"))
    return console.DONE
