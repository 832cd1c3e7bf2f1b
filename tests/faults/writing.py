"""Writes attempts for ever and says each one's number once it is kept: python -m tests.faults.writing FOLDER NAME"""

import sys
from datetime import UTC, datetime
from pathlib import Path

from lhystudy.store import attempts
from lhystudy.store.db import open_store

with open_store(Path(sys.argv[1])) as store:
    for number in range(int(sys.argv[3]) if len(sys.argv) > 3 else sys.maxsize):
        text = f"{sys.argv[2]} {number} " + "x" * (number % 7 * 500)
        attempts.add(store, "square", text, "wrong", {"lines": []}, 0, datetime.now(UTC))
        print(number, flush=True)
