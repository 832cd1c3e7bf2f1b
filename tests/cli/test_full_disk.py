"""A disk that fills up while a run is kept: the run goes on and is shown, one sentence says what was not kept."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.lab.own import write_experiment

pytestmark = pytest.mark.skipif(os.name == "nt", reason="no limit on the size of files there")

LONG = """
for step in range(2000):
    yield Metric("loss", step, seeds.rand(1)[:, 0], chart="training")
yield Measured("big", 0.75)
"""


def limited(size: int) -> Callable[[], None]:
    """Lets no file of the process and its children grow beyond `size` bytes."""

    def limit() -> None:
        import resource

        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

    return limit


def lhystudy(size: int, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-B", "-m", "lhystudy", *arguments], capture_output=True, text=True, encoding="utf-8",
        check=False, timeout=120, preexec_fn=limited(size), env={**os.environ, "PYTHONUTF8": "1"},  # noqa: PLW1509
    )  # fmt: skip


@pytest.mark.parametrize("more", [(), ("--sweep", "steps=2,3")], ids=["run", "sweep"])
def test_a_store_that_fills_up_loses_no_result(tmp_path: Path, more: tuple[str, ...]) -> None:
    run = lhystudy(160_000, "run", str(write_experiment(tmp_path, LONG)), *more)
    assert run.returncode == 3 and "Traceback" not in run.stderr
    assert "✓" in run.stdout and "it is big" in run.stdout and "training" in run.stdout
    errors = [line for line in run.stderr.splitlines() if line.startswith("error: ")]
    assert len(errors) == 1 and "lhystudy.db" in errors[0]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full there")
def test_a_folder_that_fills_up_loses_no_result(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "events.jsonl").symlink_to("/dev/full")
    run = lhystudy(10**9, "run", str(write_experiment(tmp_path, LONG)), "--out", str(tmp_path / "out"))
    assert run.returncode == 2 and " ✓ it is big" in run.stdout
    assert (
        run.stderr
        == f"error: {tmp_path / 'out'}: cannot write there: the disk is full (give another folder to --out)\n"
    )


def test_a_picture_that_has_no_room_leaves_the_old_one(tmp_path: Path) -> None:
    picture = tmp_path / "p.png"
    picture.write_bytes(b"old")
    mine = str(write_experiment(tmp_path, LONG.replace("2000", "2")))
    run = subprocess.run(
        [sys.executable, "-B", "-c", SMALL_PICTURE, mine, str(picture)], capture_output=True, text=True,
        encoding="utf-8", check=False, timeout=120, env={**os.environ, "PYTHONUTF8": "1"},
    )  # fmt: skip
    assert run.returncode == 2 and "error: " in run.stderr and str(picture) in run.stderr
    assert picture.read_bytes() == b"old" and not picture.with_name("p.png.part").exists()


SMALL_PICTURE = """
import resource, sys
from lhystudy.cli.main import run_command
from lhystudy.cli.commands import run
from lhystudy.lab import plot
write = plot.write_bytes
def small(file, content):
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
    write(file, content)
plot.write_bytes = small
sys.exit(run_command(["run", sys.argv[1], "--plot", sys.argv[2]]))
"""
