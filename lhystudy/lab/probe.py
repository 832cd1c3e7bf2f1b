"""A child process that looks at what torch finds on this machine and how fast each device multiplies."""

from __future__ import annotations

import json
import sys
from time import perf_counter
from typing import Any

from lhystudy.child import Child

SECONDS = 120.0
SIZE = 1024  # rows and columns of the matrices multiplied
TIMES = 10


def probe() -> dict[str, Any]:
    """Versions and devices, each device with its matrix speed in GFLOP/s. Raises StudyError when torch cannot start."""
    with Child("lhystudy.lab.probe") as child:
        return child.ask({}, SECONDS)


def main() -> None:
    """Answers one request."""
    sys.stdin.readline()
    from lhystudy.lab import devices

    report = devices.device_report()
    for entry in report:
        try:
            entry["gflops"] = round(_speed(entry["device"]), 1)
        except Exception as error:
            entry["fault"] = " ".join(str(error).split())[:300]
    print(json.dumps({"versions": devices.versions(""), "devices": report}, ensure_ascii=False), flush=True)


def _speed(device: str) -> float:
    """GFLOP/s of a float32 matrix product of SIZE, one thread on the CPU; the fastest of a few."""
    import torch

    torch.set_num_threads(1)
    matrix = torch.randn(SIZE, SIZE, device=device)
    fastest = float("inf")
    for _ in range(TIMES):
        start = perf_counter()
        (matrix @ matrix)[0, 0].item()  # waits for the device
        fastest = min(fastest, perf_counter() - start)
    return 2 * SIZE**3 / fastest / 1e9


if __name__ == "__main__":
    main()
