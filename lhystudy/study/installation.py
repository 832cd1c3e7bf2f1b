"""What is wrong with the installed packages: told with the standard library alone, so that it can always be told."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

from lhystudy.words import say

PROGRAM = "lhystudy"
NAME = re.compile(r"[A-Za-z0-9._-]+")
EXTRA = re.compile(r";.*\bextra\s*==")


def needed(package: str = PROGRAM) -> list[str]:
    """What a package requires, as written there, without its extras; nothing where it is not installed."""
    try:
        written = distribution(package).requires or []
    except PackageNotFoundError:
        return []
    return [line for line in written if not EXTRA.search(line)]


def name_of(requirement: str) -> str:
    """The name of the package in a requirement."""
    found = NAME.match(requirement)
    return found[0] if found else requirement


def faults() -> list[str]:
    """A sentence with its repair for each package that is missing, of another version than needed, or not whole."""
    try:
        found = [_not_whole(distribution(PROGRAM))]
    except PackageNotFoundError:
        found = [
            say(
                "lhystudy is not installed in this Python, so what it needs cannot be looked at (make setup)",
                "这个 Python 里没有安装 lhystudy，无法检查它需要的软件包（make setup）",
            )
        ]
    found += [_fault(requirement) for requirement in _all_needed()]
    return [fault for fault in found if fault]


def _all_needed() -> Iterator[str]:
    """The requirements of lhystudy and of what it requires, the nearest first, each package's once from each side."""
    waiting, seen = needed(), set[str]()
    while waiting:
        requirement = waiting.pop(0)
        if requirement in seen or not _applies(requirement):
            continue
        seen.add(requirement)
        yield requirement
        waiting += needed(name_of(requirement))


def _applies(requirement: str) -> bool:
    """Whether a requirement's marker speaks of this machine; where nobody can tell, it does not when it has one."""
    try:
        from packaging.requirements import InvalidRequirement, Requirement
    except ImportError:
        return ";" not in requirement
    try:
        marker = Requirement(requirement).marker
    except InvalidRequirement:
        return False
    return marker is None or marker.evaluate({"extra": ""})


def _fault(requirement: str) -> str:
    name = name_of(requirement)
    wanted = requirement.partition(";")[0].strip()
    try:
        installed = distribution(name)
    except PackageNotFoundError:
        return say(f"{name} is missing (pip install '{wanted}')", f"缺少 {name}（pip install '{wanted}'）")
    if not _fits(requirement, installed.version):
        return say(
            f"{name} {installed.version} is installed, but {wanted} is needed (pip install '{wanted}')",
            f"已安装 {name} {installed.version}，但需要 {wanted}（pip install '{wanted}'）",
        )
    return _not_whole(installed)


def _fits(requirement: str, version: str) -> bool:
    try:
        from packaging.requirements import Requirement
    except ImportError:
        return True
    return Requirement(requirement).specifier.contains(version, prereleases=True)


def _not_whole(installed: Distribution) -> str:
    """The fault of a package whose files are not there or not of the size that was installed; else nothing."""
    lost = []
    for path, _, size in csv.reader((installed.read_text("RECORD") or "").splitlines()):
        if size:  # what Python itself compiles comes and goes, and has none
            file = Path(str(installed.locate_file(path)))
            if not file.is_file() or file.stat().st_size != int(size):
                lost.append(path)
    if not lost:
        return ""
    name, repair = installed.name, f"pip install --force-reinstall --no-deps {installed.name}=={installed.version}"
    return say(
        f"{name} is not whole: {len(lost)} of its files are gone or changed, first {lost[0]} ({repair})",
        f"{name} 不完整：{len(lost)} 个文件丢失或被改动，第一个是 {lost[0]}（{repair}）",
    )
