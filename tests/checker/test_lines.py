"""Lines with their verdicts: `lines/*.yaml`, each row a scene and what may be typed in it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from lhystudy.checker.check import check_text

HOLDS = {"proved": "holds", "agrees": "holds"}


def rows() -> list[Any]:
    files = sorted((Path(__file__).parent / "lines").glob("*.yaml"))
    return [row for file in files for row in yaml.safe_load(file.read_text("utf-8"))]


def told(verdict: str | None, wanted: str) -> str | None:
    """The verdict as a row states it: `holds` for a line that is accepted, unless the row asks for a proof."""
    return verdict if wanted == "proved" else HOLDS.get(verdict or "", verdict)


@pytest.mark.parametrize("row", rows(), ids=lambda row: row["name"].replace(" ", "-"))
def test_every_line_of_the_row_has_its_verdict(row: dict[str, Any]) -> None:
    text = "\n".join([*row["given"], *(line for line, _ in row["lines"])])
    report = check_text(text)

    verdicts: dict[int, list[str | None]] = {}
    for line in report.lines:
        verdicts.setdefault(line.n, []).append(line.verdict)
    above = len(row["given"])
    assert all(verdicts[n] == [None] for n in range(1, above + 1))
    found = [[line, told(verdicts[n][0], wanted)] for n, (line, wanted) in enumerate(row["lines"], above + 1)]
    assert found == row["lines"]
