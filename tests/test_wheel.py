"""The wheel carries the lessons and works, installed, from any folder."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built without a network: the build tools are those of the environment that runs the tests."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    subprocess.run(command, check=True, capture_output=True)
    (built,) = folder.glob("*.whl")
    return built


def test_the_wheel_carries_content_grammar_and_migrations(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    assert "lhystudy/content/units.yaml" in names
    assert "lhystudy/content/02-first-models/06-backprop/zh.md" in names
    assert "lhystudy/checker/reading/tables.json" in names
    assert "lhystudy/store/migrations/001.sql" in names
    assert "lhystudy/tui/app.tcss" in names
    assert wheel.stat().st_size < 20_000_000


def test_an_installed_wheel_works_from_any_folder(wheel: Path, tmp_path: Path) -> None:
    site = tmp_path / "site"
    command = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--no-deps",
        "--no-index",
        "--target",
        str(site),
        str(wheel),
    ]
    subprocess.run(command, check=True, capture_output=True)
    environment = {**os.environ, "PYTHONPATH": str(site), "LHYSTUDY_LANG": "en"}

    def run(*arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, "-P", "-m", "lhystudy", *arguments],
            cwd=tmp_path, env=environment, capture_output=True, text=True, encoding="utf-8", check=True,
        )  # fmt: skip
        return done.stdout

    where = subprocess.run(
        [sys.executable, "-P", "-c", "import lhystudy; print(lhystudy.__file__)"],
        cwd=tmp_path, env=environment, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert where.stdout.startswith(str(site))
    assert "backprop" in run("list")
    assert "proved" in run("equal", "x + x", "2 x")
    assert '"status": "done"' in run("run", "prefix-codes", "--quick", "--json")
