"""Lines that hold, each with small edits: no edit that makes it wrong is accepted, none that leaves it right refuted.

Whether an edit is right is told by torch at random points. An edit is caught when it is refuted or cannot be read.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest
import torch
import yaml

from lhystudy.checker.check import judge_line
from lhystudy.checker.meaning.recurrences import unfolded
from lhystudy.checker.meaning.relate import relate
from lhystudy.checker.meaning.shapes import Fault
from lhystudy.checker.nodes import Relation, SetOf, Step
from lhystudy.checker.reading.parse import blank, read
from lhystudy.checker.reading.show import show
from lhystudy.checker.reading.unreadable import Unreadable
from lhystudy.checker.standing import Standing
from tests.checker.edits import edits
from tests.checker.truth import truth

HERE = Path(__file__).parent
EDITS = 2  # of each line
CAUGHT = 0.97


def examples() -> Iterator[list[str]]:
    for name in ("scalars", "matrices"):
        for line in (HERE / "examples" / f"{name}.jsonl").read_text("utf-8").splitlines():
            row = json.loads(line)
            if "first_bad" not in row:
                yield row["text"].split("\n")


def scenes() -> Iterator[list[str]]:
    for file in sorted((HERE / "lines").glob("*.yaml")):
        for row in yaml.safe_load(file.read_text("utf-8")):
            typed = [line for line, verdict in row["lines"] if verdict == "holds" and not line.startswith("=")]
            yield [*row["given"], *typed]


def edited(lines: list[str], chance: Random) -> Iterator[tuple[str, Standing]]:
    """The text of edited lines with what stands above each; scenes with assumptions are left out."""
    standing = Standing()
    for n, line in enumerate(lines, 1):
        if blank(line):
            continue
        setting = standing.setting
        try:
            statement = read(line, setting.problem, standing.above).statement
        except Unreadable:
            continue
        if isinstance(statement, Step) and statement.relations and not (setting.facts or setting.equations):
            relation = statement.relations[-1]
            if relation.sign in ("=", "<=", ">=") and not isinstance(relation.right, SetOf):
                every = list(edits(relation.right, ("i", "j", "k")))
                for right in chance.sample(every, min(EDITS, len(every))):
                    yield (
                        show(Relation(relation.sign, relation.left, right)),
                        Standing(setting, letters=standing.letters),
                    )
        _, standing = judge_line(n, line, standing, 10.0)


def is_true(text: str, standing: Standing, chance: Random) -> bool | None:
    """Whether the line is true, None where that cannot be told."""
    try:
        statement = read(text, standing.setting.problem).statement
        assert isinstance(statement, Step)
        related = relate(statement.relations[0], standing.setting, standing.letters)
    except (Fault, Unreadable):
        return None
    expansion = related.setting.expansion()
    try:
        return truth(unfolded(expansion.fact(related.fact), expansion), related.setting, chance)
    except (AssertionError, KeyError):  # a form that the oracle does not know
        return None


@pytest.mark.parametrize("source", [examples, scenes])
def test_no_wrong_edit_is_accepted_and_no_right_one_refuted(source: object) -> None:
    assert callable(source)
    torch.manual_seed(5)
    chance = Random(5)
    found: Counter[tuple[bool, str | None]] = Counter()
    for lines in source():
        for text, standing in edited(lines, chance):
            holds = is_true(text, standing, chance)
            if holds is None:
                continue
            (verdict, *_), _ = judge_line(1, text, standing, 10.0)
            accepted = verdict.verdict in ("proved", "agrees")
            assert not (accepted and not holds), f"accepted though wrong: {text}"
            assert not (verdict.verdict == "refuted" and holds), f"refuted though right: {text}"
            found[holds, verdict.verdict] += 1
    wrong = sum(count for (holds, _), count in found.items() if not holds)
    caught = found[False, "refuted"] + found[False, "unreadable"]
    assert caught >= CAUGHT * wrong > 0
