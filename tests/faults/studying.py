"""The app, studied in for some seconds; says how many steps it kept: python -m tests.faults.studying NAME SECONDS"""

import asyncio
import sys
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic
from typing import Any

from lhystudy import tui
from lhystudy.study.desk import Desk
from lhystudy.tui.app import StudyApp
from tests.faults.writing import step


class Watched(StudyApp):
    """The app, which repeats on standard error all that it tells the learner."""

    CSS_PATH = str(Path(tui.__file__).with_name("app.tcss"))

    def notify(self, message: str, **further: Any) -> None:
        print(message, file=sys.stderr)
        super().notify(message, **further)


async def study(name: str, seconds: float) -> int:
    """Goes from place to place, each of which is kept, and answers at each."""
    done = 0
    with Desk() as desk:
        async with Watched(desk).run_test() as pilot:
            until = monotonic() + seconds
            while monotonic() < until or not done:
                for key in "gtPt":
                    await pilot.press(key)
                    for _ in range(50):
                        step(desk.store, name, done, datetime.now(UTC))
                        done += 1
    return done


if __name__ == "__main__":
    print(asyncio.run(study(sys.argv[1], float(sys.argv[2]))))
