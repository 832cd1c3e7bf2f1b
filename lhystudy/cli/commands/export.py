"""`lhystudy export`: all of a learner's data in one JSON file, or their quiz items as cards for Anki."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from lhystudy.cli import console
from lhystudy.errors import StudyError
from lhystudy.words import say


def command(file: Annotated[Path, typer.Argument(metavar="FILE", help="A .json or .apkg file to write.")]) -> int:
    """Write all of your data to one JSON file, or your quiz items to an .apkg file for Anki."""
    match file.suffix:
        case ".json":
            held = _everything(file)
        case ".apkg":
            held = _cards(file)
        case _:
            raise StudyError(
                say(f"{file} ends neither in .json nor in .apkg", f"{file} 既不以 .json 也不以 .apkg 结尾"),
                hint=say("lhystudy export backup.json", "例如 lhystudy export backup.json"),
            )
    console.talk(say(f"written to {file}: {held}", f"已写入 {file}：{held}"))
    return console.DONE


def _everything(file: Path) -> str:
    from lhystudy.store.db import open_store
    from lhystudy.study.exchange import export_to

    with open_store() as store:
        counts = export_to(store, file, datetime.now().astimezone())
    held = ", ".join(f"{count} {table}" for table, count in counts.items() if count)
    return held or say("nothing yet", "尚无数据")


def _cards(file: Path) -> str:
    from lhystudy.study.anki import write_package
    from lhystudy.study.cards import cards_of
    from lhystudy.study.desk import Desk

    now = datetime.now().astimezone()
    with Desk() as desk:
        cards = cards_of(desk.course, desk.store, now)
    write_package(cards, file, now)
    known = sum(card.memory is not None for card in cards)
    fresh = len(cards) - known
    return say(f"{known} cards with their due dates, {fresh} new", f"{known} 张卡片带着复习日期，{fresh} 张新卡片")
