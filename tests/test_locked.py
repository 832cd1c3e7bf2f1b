"""What is installed for development is known by its hash, in the versions that constraints.txt names."""

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCKED = re.compile(r"^([\w.-]+)==(\S+)(?: ; [^\\\n]+)? \\\n((?:    --hash=sha256:[0-9a-f]{64}(?: \\)?\n)+)", re.M)


def plain(name: str) -> str:
    """A package's name as indexes compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def test_the_locked_files_are_of_the_versions_in_use() -> None:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()[1:]
    constrained = {plain(name): version for name, version in (line.split("==") for line in lines)}
    text = (ROOT / "locked.txt").read_text(encoding="utf-8")
    locked = {plain(name): version for name, version, _ in LOCKED.findall(text)}
    assert len(locked) == len(re.findall(r"^\S+==", text, re.M))
    assert {name: constrained.get(name) for name in locked} == locked, "run `make lock`"


def test_all_that_setup_installs_is_locked_but_torch() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    wanted = {
        plain(re.split(r"[^\w.-]", line)[0]) for line in project["dependencies"] + extras["dev"] + extras["serve"]
    }
    locked = {plain(name) for name, _, _ in LOCKED.findall((ROOT / "locked.txt").read_text(encoding="utf-8"))}
    assert wanted - locked == {"torch", "lhystudy"}, "run `make lock`"
