"""A broken installation is explained: packages made to be missing, of another version, or not whole."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from lhystudy.study.installation import faults, needed


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of packages that comes before all others; each test installs its own lhystudy there."""
    folder = tmp_path / "site"
    folder.mkdir()
    monkeypatch.syspath_prepend(str(folder))
    return folder


def install(site: Path, name: str, version: str = "1.0", requires: tuple[str, ...] = ()) -> Path:
    """A package of one file, recorded as an installer records it; that file."""
    content = "ANSWER = 42\n"
    file = site / f"{name}_files.py"
    file.write_text(content, encoding="utf-8", newline="\n")
    about = site / f"{name}-{version}.dist-info"
    about.mkdir()
    lines = [
        "Metadata-Version: 2.1",
        f"Name: {name}",
        f"Version: {version}",
        *(f"Requires-Dist: {r}" for r in requires),
    ]
    (about / "METADATA").write_text("\n".join(lines) + "\n", encoding="utf-8")
    record = f"{file.name},sha256=x,{len(content)}\n__pycache__/{file.stem}.pyc,,\n"
    (about / "RECORD").write_text(record, encoding="utf-8")
    return file


def test_what_is_whole_is_not_complained_of(site: Path) -> None:
    install(site, "lhystudy", requires=("alpha>=2", "gone; python_version < '3'", "more; extra == 'more'"))
    install(site, "alpha", "2.1", requires=("beta",))
    install(site, "beta", requires=("alpha",))
    assert faults() == []
    assert needed() == ["alpha>=2", "gone; python_version < '3'"]


def test_the_environment_of_the_tests_is_whole() -> None:
    assert faults() == []


def test_a_missing_package_is_named_with_the_command_that_brings_it(site: Path) -> None:
    install(site, "lhystudy", requires=("alpha>=2",))
    install(site, "alpha", "2.1", requires=("no-such-package<9",))
    assert faults() == ["no-such-package is missing (pip install 'no-such-package<9')"]


def test_a_version_out_of_range_is_named_with_both_versions(site: Path) -> None:
    install(site, "lhystudy", requires=("alpha>=2,<3",))
    install(site, "alpha", "3.1")
    assert faults() == ["alpha 3.1 is installed, but alpha>=2,<3 is needed (pip install 'alpha>=2,<3')"]


@pytest.mark.parametrize("fault", ["gone", "cut"])
def test_a_file_that_is_gone_or_cut_is_named(site: Path, fault: str) -> None:
    file = install(site, "lhystudy")
    if fault == "gone":
        file.unlink()
    else:
        file.write_text("ANSW", encoding="utf-8")
    (told,) = faults()
    assert "lhystudy is not whole: 1 of its files" in told and file.name in told and "pip install" in told


def with_broken(tmp_path: Path, module: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """One command in a Python in which a module cannot be loaded."""
    folder = tmp_path / "broken"
    folder.mkdir(exist_ok=True)
    (folder / f"{module}.py").write_text("raise ImportError('a library of it is not there')\n", encoding="utf-8")
    paths = os.pathsep.join([str(folder), *filter(None, [os.environ.get("PYTHONPATH")])])
    return subprocess.run(
        [sys.executable, "-m", "lhystudy", *arguments], capture_output=True, text=True, encoding="utf-8", check=False,
        env={**os.environ, "PYTHONUTF8": "1", "PYTHONPATH": paths},
    )  # fmt: skip


@pytest.mark.parametrize("module", ["typer", "platformdirs", "sqlite3"])
def test_a_library_that_cannot_be_loaded_gives_one_sentence(tmp_path: Path, module: str) -> None:
    run = with_broken(tmp_path, module, "status")
    assert run.returncode == 3 and run.stdout == ""
    assert run.stderr.startswith("error: a part that is needed cannot be loaded: a library of it is not there")
    assert "Traceback" not in run.stderr


def test_a_torch_that_cannot_be_loaded_is_told_by_the_run_and_by_doctor(tmp_path: Path) -> None:
    run = with_broken(tmp_path, "torch", "run", "code-length", "--quick")
    assert run.returncode == 3
    assert "cannot be loaded: a library of it is not there (lhystudy doctor" in run.stderr
    doctor = with_broken(tmp_path, "torch", "doctor", "--json")
    found = {finding["name"]: finding for finding in json.loads(doctor.stdout)}
    assert doctor.returncode == 3
    assert not found["torch"]["good"] and "a library of it is not there" in found["torch"]["seen"]
    assert found["store"]["good"] and found["content"]["good"]
