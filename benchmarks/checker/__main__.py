"""`make bench-checker`: how right and how fast the checker is, beside SymPy's simplify and Math-Verify, in one run."""

from __future__ import annotations

import os
import platform
import sys

from benchmarks.checker import lines, pairs, throughput


def main() -> int:
    print(f"{platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, ", end="")
    print(f"Python {platform.python_version()}\n", flush=True)
    good = pairs.report()
    print(flush=True)
    good &= lines.report()
    print(flush=True)
    good &= throughput.report()
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
