"""Experiments that installed packages bring along, found by their entry points without an import."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.lab.own import HEAD, write_experiment

METADATA = "Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n"
BODY = "yield Metric('x', 0, 1.0)\nyield Measured('big', 0.75)"


def install(site: Path, name: str, points: str) -> None:
    """What pip leaves of a package besides its modules."""
    folder = site / f"{name}-1.0.dist-info"
    folder.mkdir(parents=True)
    (folder / "METADATA").write_text(METADATA.format(name=name), encoding="utf-8")
    (folder / "entry_points.txt").write_text(f"[lhystudy.experiments]\n{points}\n", encoding="utf-8")
    (folder / "RECORD").write_text("", encoding="utf-8")


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A folder of packages: one good, with a folder and a module; one that is broken in two ways."""
    site = tmp_path / "site"
    good = site / "studies" / "experiments"
    good.mkdir(parents=True)
    for folder in (good.parent, good):
        (folder / "__init__.py").write_text("raise RuntimeError('imported to be found')\n", encoding="utf-8")
    write_experiment(good, BODY, "coin_toss.py")
    write_experiment(site, BODY, "lonely_demo.py")
    install(site, "studies", "many = studies.experiments\none = lonely_demo")
    (site / "halfway.py").write_text(HEAD.split("CLAIMS")[0], encoding="utf-8")
    install(site, "halves", "here = halfway\nnowhere = no.such.module")
    return site


def lhystudy(site: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "lhystudy", *arguments], capture_output=True, text=True, encoding="utf-8", check=False,
        timeout=120, env={**os.environ, "PYTHONPATH": os.pathsep.join([str(site), *sys.path]), "PYTHONUTF8": "1"},
    )  # fmt: skip


def test_experiments_of_packages_are_listed_and_broken_ones_reported_with_their_package(site: Path) -> None:
    run = lhystudy(site, "list", "experiments", "--json")
    assert run.returncode == 0
    listed = {row["id"]: row["package"] for row in json.loads(run.stdout)["experiments"]}
    assert listed["coin-toss"] == listed["lonely-demo"] == "studies" and listed["lstm-demo"] is None
    assert "halfway" not in listed and "Traceback" not in run.stderr
    lost, broken = run.stderr.splitlines()
    assert "halves" in lost and "'no.such.module'" in lost and "halves" in broken and "halfway.py" in broken


def test_an_experiment_of_a_package_runs_is_kept_and_gives_evidence_under_its_name(site: Path) -> None:
    run = lhystudy(site, "run", "coin-toss")
    assert run.returncode == 0, run.stderr
    assert " ✓ it is big" in run.stdout and "again: lhystudy run coin-toss --seed 0" in run.stdout
    assert "to the last bit" in lhystudy(site, "runs", "repeat", "1").stdout
    (claim,) = json.loads(lhystudy(site, "claims", "coin-toss", "--json").stdout)
    assert claim["holds"] is True and claim["run"] == 2


def test_a_broken_one_says_so_when_it_is_asked_for(site: Path) -> None:
    run = lhystudy(site, "run", "halfway")
    assert run.returncode == 2 and "package halves" in run.stderr and "halfway.py:1" in run.stderr
    near = lhystudy(site, "run", "coin-tos")
    assert near.returncode == 3 and "did you mean coin-toss" in near.stderr
