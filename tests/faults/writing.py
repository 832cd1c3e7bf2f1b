"""Studies for ever and says each step's number once it is kept: python -m tests.faults.writing FOLDER NAME [COUNT]"""

import sys
from datetime import UTC, datetime
from pathlib import Path

from lhystudy.store import attempts, claims, reviews, runs
from lhystudy.store.db import Database, open_store

EVENTS = 5  # of each run
START = {
    "name": "lstm-demo", "file": "", "params": {"gap": 20}, "seeds": [0], "device": "cpu", "dtype": "float32",
    "threads": 1, "quick": True, "versions": {},
}  # fmt: skip


def step(store: Database, name: str, number: int, now: datetime) -> None:
    """An attempt that goes on, an answer, and at times a run: what an evening writes."""
    text = f"{name} {number} " + "x" * (number % 7 * 500)
    kept = attempts.add(store, "square", text, "wrong", {"lines": []}, 0, now)
    attempts.update(store, kept, text + "y", "complete", {"lines": []}, 1)
    reviews.add(store, reviews.Review(f"{name}-{number}", number, [0], True, 1.0, "think", 3, 2.0, now))
    if number % 5 == 0:
        with store.transaction():
            run = runs.begin(store, START, now)
            runs.add_events(store, run, 0, ['{"event": "scalar"}'] * EVENTS)
            claims.predict(store, run, "c", "holds")


def main(folder: str, name: str, count: str = "1_000_000_000") -> None:
    """Opens the store and writes `count` steps."""
    print("opening", flush=True)
    with open_store(Path(folder)) as store:
        for number in range(int(count)):
            step(store, name, number, datetime.now(UTC))
            print(number, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
