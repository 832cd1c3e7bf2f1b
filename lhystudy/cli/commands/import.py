"""`lhystudy import`: an exported file merged into the store."""

from pathlib import Path
from typing import Annotated

import typer

from lhystudy.cli import console
from lhystudy.words import say


def command(file: Annotated[Path, typer.Argument(metavar="FILE", help="A file that export wrote.")]) -> int:
    """Merge exported data into yours; nothing on either side is lost."""
    from lhystudy.store.db import open_store
    from lhystudy.study.exchange import import_from

    with open_store() as store:
        gained = import_from(store, file)
    new = ", ".join(f"{count} {table}" for table, count in gained.items() if count)
    console.talk(say(f"new: {new or 'nothing, all of it was here'}", f"新增：{new or '没有，已全部都在'}"))
    return console.DONE
