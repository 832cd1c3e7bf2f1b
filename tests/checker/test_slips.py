"""Lines with one slip each: refuted at their place, the slip named, and the right line after it still accepted.

`slips/*.yaml` holds a row a line: the kind of the slip, the right line, the wrong one. The kind is what the checker
says of the wrong line; where it names another one, that stands behind (`inverse/factor`, the slip first); where it
finds no name, `unnamed` does.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from lhystudy.checker.check import check_text
from lhystudy.words import set_language

ACCEPTED = ("proved", "agrees")
SECONDS = 100.0  # a line: much more than it takes, for a slow machine must not leave a slip without its name
SLIPS = Path(__file__).parent / "slips"


def scenes() -> list[Any]:
    return [scene for file in sorted(SLIPS.glob("*.yaml")) for scene in yaml.safe_load(file.read_text("utf-8"))]


@pytest.mark.parametrize("scene", scenes(), ids=lambda scene: scene["name"].replace(" ", "-"))
def test_every_slip_is_named_and_the_right_line_after_it_holds(scene: dict[str, str]) -> None:
    set_language("en")
    above = scene["given"].splitlines()
    misnamed = []
    for row in scene["slips"].splitlines():
        kind, right, wrong = (part.strip() for part in row.split(" | "))
        report = check_text("\n".join([*above, wrong, right]), seconds=SECONDS)
        first = next(line for line in report.lines if line.verdict not in (None, *ACCEPTED))
        assert (first.n, first.verdict in ("refuted", "unreadable")) == (len(above) + 1, True), (wrong, first)
        assert report.lines[-1].verdict in ACCEPTED, (right, report.lines[-1])
        named = first.mistake or "unnamed"
        misnamed += [] if named == kind.rpartition("/")[2] else [(wrong, kind, named)]
    assert misnamed == []
