"""What `lhystudy doctor` looks at: the machine, torch and its devices, the store, the content."""

from __future__ import annotations

import os
import platform
import shutil
from contextlib import suppress
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from lhystudy import __version__, paths
from lhystudy.errors import StudyError
from lhystudy.lab import catalogue
from lhystudy.lab.probe import probe
from lhystudy.store import backups
from lhystudy.store.db import integrity, open_store
from lhystudy.study import installation
from lhystudy.words import say


@dataclass(frozen=True)
class Finding:
    """One thing looked at: what was seen, and whether it is as it must be."""

    name: str
    seen: str
    good: bool = True
    details: dict[str, Any] = field(default_factory=dict)


def examine() -> list[Finding]:
    """Everything, in order; a fault in one does not keep the others from being looked at."""
    looks = [_machine, _packages, _torch, _store, _experiments, _content]
    found: list[Finding] = []
    for look in looks:
        try:
            found += look()
        except StudyError as error:
            found.append(Finding(look.__name__.strip("_"), str(error), good=False))
    return found


def _machine() -> list[Finding]:
    cores = os.cpu_count() or 1
    seen = f"{platform.system()} {platform.release()} {platform.machine()}, " + say(f"{cores} cores", f"{cores} 核")
    details: dict[str, Any] = {"system": platform.system(), "machine": platform.machine(), "cores": cores}
    if hasattr(os, "sysconf") and "SC_PHYS_PAGES" in os.sysconf_names:
        details["memory"] = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
        seen += f", {details['memory'] / 2**30:.1f} GiB"
    terminal = f"{os.environ.get('TERM', '')} {shutil.get_terminal_size().columns}×{shutil.get_terminal_size().lines}"
    return [Finding("machine", seen, details=details), Finding("terminal", terminal)]


def _packages() -> list[Finding]:
    versions: dict[str, Any] = {"lhystudy": __version__, "python": platform.python_version()}
    for name in map(installation.name_of, installation.needed()):
        with suppress(PackageNotFoundError):
            versions[name] = version(name)
    seen = ", ".join(f"{name} {number}" for name, number in versions.items())
    faults = [Finding("package", fault, good=False) for fault in installation.faults()]
    return [Finding("versions", seen, not faults, versions), *faults]


def _torch() -> list[Finding]:
    findings = []
    for device in probe()["devices"]:
        speed = device.get("fault") or f"{device['gflops']} GFLOP/s"
        memory = f", {device['memory'] / 2**30:.1f} GiB" if "memory" in device else ""
        seen = f"{device['what']}{memory}, {speed}"
        findings.append(Finding(f"device {device['device']}", seen, "fault" not in device, device))
    return findings


def _store() -> list[Finding]:
    with open_store() as database:
        state = integrity(database)
        runs = database.rows("SELECT count(*) FROM runs")[0][0]
        reviews = database.rows("SELECT count(*) FROM reviews")[0][0]
        seen = f"{database.file}, {state}, " + say(
            f"{runs} runs, {reviews} reviews", f"{runs} 次运行，{reviews} 次复习"
        )
        there = backups.copies(database.file)
        newest = str(backups.day_of_copy(there[-1])) if there else None
        seen += say(f", newest backup {newest or 'none yet'}", f"，最近备份 {newest or '尚无'}")
        details = {"file": str(database.file), "runs": runs, "reviews": reviews, "backup": newest}
        return [Finding("store", seen, state == "ok", details)]


def _experiments() -> list[Finding]:
    faults = []
    names = catalogue.names()
    for name in names:
        try:
            catalogue.find(name)
        except StudyError as error:
            faults.append(str(error))
    faults += [str(fault) for fault in catalogue.package_faults() if str(fault) not in faults]
    seen = "; ".join(faults) or say(f"{len(names)} files, all readable", f"{len(names)} 个文件，全部可读")
    return [Finding("experiments", seen, not faults, {"names": names})]


def _content() -> list[Finding]:
    from lhystudy.course.load import load_course

    root = paths.content_root()
    course = load_course(root)
    lessons, faults = len(course.lessons), len(course.faults)
    seen = f"{root}, " + say(f"{lessons} lessons", f"{lessons} 课")
    if faults:
        seen += say(f", {faults} faults: lhystudy audit names them", f"，{faults} 处错误：lhystudy audit 会逐一列出")
    details = {"root": str(root), "lessons": lessons, "faults": faults}
    return [Finding("content", seen, lessons > 0 and not faults, details)]
