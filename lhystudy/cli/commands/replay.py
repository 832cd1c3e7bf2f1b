"""`lhystudy replay`: a stored run played back."""

import sys
from time import sleep
from typing import Annotated

import typer

from lhystudy.cli import console, report
from lhystudy.cli.live import Live
from lhystudy.cli.usage import finite
from lhystudy.lab.events import to_line
from lhystudy.lab.record import Record
from lhystudy.store.db import open_store
from lhystudy.study.history import stored_moments, stored_run


def command(
    run: Annotated[int, typer.Argument(metavar="ID", help="The run's number.")],
    speed: Annotated[float, typer.Option(min=0.01, max=1000, callback=finite, help="Times as fast as it ran.")] = 1.0,
    as_json: Annotated[bool, typer.Option("--json", help="Events as JSON, one a line, at once.")] = False,
) -> None:
    """Play a stored run back; in a pipe it comes at once."""
    with open_store() as database:
        stored_run(database, run)
        moments = list(stored_moments(database, run))
    if as_json:
        for moment in moments:
            console.json_text(to_line(moment.event, moment.seconds))
        return
    record = Record()
    if console.is_terminal():
        with Live(record) as live:
            before = 0.0
            for moment in moments:
                sleep(max(moment.seconds - before, 0.0) / speed)
                before = moment.seconds
                record.take(moment.event)
                live.show(moment.seconds)
    else:
        for moment in moments:
            record.take(moment.event)
    report.show(record)
    sys.stdout.flush()
