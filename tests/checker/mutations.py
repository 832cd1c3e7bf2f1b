"""Derivations that hold, with small edits of their lines, each judged by the checker and by an independent witness.

`python -m tests.checker.mutations --seeds 3 --edits 8` prints the counts by kind of edit; `make mutations` runs it.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, replace
from itertools import chain
from pathlib import Path
from random import Random

import torch
import yaml

from lhystudy.checker.judge import judge_line
from lhystudy.checker.lines import begun_with
from lhystudy.checker.nodes import Claim, Relation, Step
from lhystudy.checker.reading.parse import blank, read
from lhystudy.checker.reading.show import show, show_statement
from lhystudy.checker.reading.unreadable import Unreadable
from lhystudy.checker.standing import Standing
from tests.checker.edits import Edits
from tests.checker.witness.claims import ClaimLine
from tests.checker.witness.confirm import fails_at
from tests.checker.witness.draw import free_letters
from tests.checker.witness.scene import Scene, bound_in, letters_in
from tests.checker.witness.truth import Line, Truth, worlds
from tests.checker.witness.values import Senseless, Unknown
from tests.checker.witness.world import World

HERE = Path(__file__).parent
CONTENT = HERE.parent.parent / "content"
CAUGHT = 0.97
Sources = Callable[[], Iterator[tuple[str, list[str]]]]
CLAIMS = (
    ("positive definite", "positive semidefinite", "negative definite", "negative semidefinite", "indefinite"),
    ("symmetric", "orthogonal", "singular"),
    ("saddle point", "local minimum", "local maximum", "critical point"),
)
ACCEPTED = ("proved", "agrees")
SECONDS = 10.0


def examples() -> Iterator[tuple[str, list[str]]]:
    """The right derivations of the examples."""
    for name in ("scalars", "matrices"):
        for line in (HERE / "examples" / f"{name}.jsonl").read_text("utf-8").splitlines():
            row = json.loads(line)
            if "first_bad" not in row:
                yield row["id"], row["text"].split("\n")


def models() -> Iterator[tuple[str, list[str]]]:
    """The model derivations of the course, and their other routes."""
    for file in sorted(CONTENT.glob("**/derive.yaml")):
        for row in yaml.safe_load(file.read_text("utf-8")):
            above = [f"let {line}" for line in row["let"]] + [f"given {line}" for line in row["given"]]
            yield row["id"], above + [step["line"] for step in row["model"]]
            if "other" in row:
                yield f"{row['id']}/other", above + [step["line"] for step in row["other"]["model"]]


def scenes() -> Iterator[tuple[str, list[str]]]:
    """The right lines of the tests' own tables."""
    for file in sorted((HERE / "lines").glob("*.yaml")):
        for row in yaml.safe_load(file.read_text("utf-8")):
            held = [line for line, verdict in row["lines"] if verdict in ("holds", "proved")]
            yield row["name"], [*row["given"], *(line for line in held if not line.startswith(("=", "<", ">")))]


@dataclass(frozen=True)
class Edited:
    """A line with one edit, below right ones."""

    where: str
    kind: str
    text: str
    standing: Standing
    line: Line | ClaimLine
    truth: Truth

    @property
    def is_equation(self) -> bool:
        return isinstance(self.line, Line) and self.line.relation.sign == "="


@dataclass
class Derivation:
    """Its lines one after the other: what stands above each, for the checker and for the witness."""

    name: str
    lines: list[str]
    chance: Random
    standing: Standing = field(default_factory=Standing)
    scene: Scene = field(default_factory=Scene)
    letters: frozenset[str] = frozenset()  # free in the chain so far

    def edited(self, count: int, share: float) -> Iterator[Edited]:
        """At most `count` edits of each line of a random share of them, left out where their truth cannot be told."""
        for n, line in enumerate(self.lines, 1):
            if blank(line):
                continue
            statement = read(line, self.standing.setting.problem, self.standing.above).statement
            if isinstance(statement, Step) and statement.relations:
                if not statement.continues:
                    self.letters = frozenset()
                if self.chance.random() < share:
                    yield from self.of_step(f"{self.name}:{n}", statement, count)
                for relation in statement.relations:
                    self.letters |= set(free_letters(relation, self.scene))
            elif isinstance(statement, Claim) and self.chance.random() < share:
                yield from self.of_claim(f"{self.name}:{n}", statement, count)
            self.scene = self.scene.after(statement)
            _, self.standing = judge_line(n, line, self.standing, SECONDS)

    def of_step(self, where: str, step: Step, count: int) -> Iterator[Edited]:
        if len(step.relations) > 1:
            return
        try:
            here = worlds(self.scene, step.relations[0], self.chance)
        except (Unknown, Senseless):
            return
        every = list(self.every(step.relations[0], both_sides=not step.continues))
        for kind, relation in self.chance.sample(every, min(count, len(every))):
            text = spelled(step, relation)
            line = self.reread(text)
            truth = told(line, here) if line is not None else None
            if line is not None and truth is not None:
                yield Edited(where, kind, text, self.standing, line, truth)

    def of_claim(self, where: str, claim: Claim, count: int) -> Iterator[Edited]:
        """Other claims of the same family about the same."""
        try:
            here = worlds(self.scene, claim, self.chance)
        except (Unknown, Senseless):
            return
        others = [other for family in CLAIMS if claim.claim in family for other in family if other != claim.claim]
        for other in self.chance.sample(others, min(count, len(others))):
            line = ClaimLine(replace(claim, claim=other), self.scene)
            truth = told(line, here)
            if truth is not None:
                yield Edited(where, "claim", show_statement(line.claim), self.standing, line, truth)

    def every(self, relation: Relation, both_sides: bool) -> Iterator[tuple[str, Relation]]:
        declared = self.scene.declared
        letters = sorted(letters_in(relation) | bound_in(relation) | {"i", "j"})
        arrays = frozenset(name for name, kind in declared.items() if kind.rank)
        alike: Mapping[str, tuple[str, ...]] = {
            name: tuple(other for other, its in declared.items() if its == kind and other != name)
            for name, kind in declared.items()
        }
        return Edits(tuple(letters), arrays, alike).of(relation, both_sides)

    def reread(self, text: str) -> Line | None:
        """The line as it reads, None where it does not or says more than one thing."""
        try:
            step = read(text, self.standing.setting.problem, self.standing.above).statement
        except Unreadable:
            return None
        if not isinstance(step, Step) or len(step.relations) != 1:
            return None
        return Line(step.relations[0], self.scene, self.letters if step.continues else frozenset())


def told(line: Line | ClaimLine, here: list[World]) -> Truth | None:
    """What the witness says of the line, None where it cannot tell."""
    try:
        return line.truth(here)
    except (Unknown, Senseless):
        return None


def spelled(step: Step, relation: Relation) -> str:
    """The line with another relation; one that goes on with `= …` shows its right side alone."""
    if step.continues:
        return f"{relation.sign} {show(relation.right)}"
    return show_statement(replace(step, relations=(relation,)))


@dataclass
class Count:
    """What became of the edits of one kind."""

    found: Counter[tuple[Truth, str]] = field(default_factory=Counter)

    @property
    def wrong(self) -> int:
        return sum(count for (truth, _), count in self.found.items() if truth != "holds")

    @property
    def caught(self) -> int:
        good = ("refuted", "unreadable")
        return sum(count for (truth, verdict), count in self.found.items() if truth != "holds" and verdict in good)

    @property
    def right(self) -> int:
        return sum(count for (truth, _), count in self.found.items() if truth == "holds")


@dataclass
class Tally:
    """The counts by kind of edit, and the lines at which checker and witness part or the checker cannot tell."""

    kinds: dict[str, Count] = field(default_factory=dict)
    accepted: list[str] = field(default_factory=list)
    refuted: list[str] = field(default_factory=list)
    undecided: list[str] = field(default_factory=list)
    unfounded: list[str] = field(default_factory=list)  # refuted by a point at which the line holds
    confirmed: int = 0  # refuted by a point at which the witness sees it fail as well

    def add(self, edited: Edited) -> None:
        verdicts, _ = judge_line(1, edited.text, edited.standing, SECONDS)
        verdict = verdicts[-1].verdict or "undecided"
        example = verdicts[-1].counterexample
        fails = None
        if example is not None and isinstance(edited.line, Line):
            fails = fails_at(edited.line, example.point)
        if fails and edited.truth == "holds":  # random points did not meet what the checker found
            edited = replace(edited, truth="fails")
        if verdict == "refuted" and fails is None and edited.truth == "holds" and not edited.is_equation:
            return  # an order that held where it was tried may fail elsewhere, and the point cannot be followed
        self.confirmed += bool(fails)
        said = f"{edited.where} [{edited.kind}] {edited.text}  ({edited.truth}, {verdict}: {verdicts[-1].note})"
        self.kinds.setdefault(edited.kind, Count()).found[edited.truth, verdict] += 1
        if fails is False:
            self.unfounded.append(f"{said} at {example}")
        if verdict in ACCEPTED and edited.truth != "holds":
            self.accepted.append(said)
        elif verdict in ("refuted", "unreadable") and edited.truth == "holds":
            self.refuted.append(said)
        elif verdict == "undecided" and edited.truth != "holds":
            self.undecided.append(said)

    @property
    def total(self) -> Count:
        return Count(sum((count.found for count in self.kinds.values()), Counter()))

    @property
    def is_good(self) -> bool:
        """Whether checker and witness nowhere part, and enough of what is wrong is caught."""
        parted = self.accepted or self.refuted or self.unfounded
        return not parted and self.total.caught >= CAUGHT * self.total.wrong > 0

    def lists(self) -> dict[str, list[str]]:
        return {
            "wrong, but accepted": self.accepted,
            "right, but refuted": self.refuted,
            "refuted at a point where it holds": self.unfounded,
            "wrong, undecided": self.undecided,
        }

    def table(self) -> str:
        head = f"{'edit':24}{'wrong':>7}{'caught':>8}{'right':>7}{'proved':>8}{'agrees':>8}{'undecided':>11}"
        rows = [row(kind, count) for kind, count in sorted(self.kinds.items())]
        return "\n".join([head, *rows, row("all", self.total)])


def row(kind: str, count: Count) -> str:
    right = [count.found["holds", verdict] for verdict in ("proved", "agrees", "undecided")]
    return f"{kind:24}{count.wrong:7}{count.caught:8}{count.right:7}{right[0]:8}{right[1]:8}{right[2]:11}"


def tally(seed: int, count: int, sources: Iterator[tuple[str, list[str]]], share: float = 1.0) -> Tally:
    """What checker and witness say of `count` edits of each line of a random share of them."""
    torch.manual_seed(seed)
    chance, result = Random(seed), Tally()
    for name, lines in sources:
        if begun_with(lines) != Standing():
            continue  # the witness knows no families
        for edited in Derivation(name, lines, chance).edited(count, share):
            result.add(edited)
    return result


def whole(seed: int, count: int) -> Tally:
    return tally(seed, count, chain(examples(), models(), scenes()))


def shown(seed: int, count: int, result: Tally) -> bool:
    """Prints a run; whether checker and witness nowhere part."""
    print(f"seed {seed}, {count} edits a line\n{result.table()}")
    print(f"refuted at a point that the witness could follow, and where it sees the same: {result.confirmed}")
    for what, lines in result.lists().items():
        print(f"{what}: {len(lines)}", *lines, sep="\n  ", flush=True)
    return result.is_good


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1], help="one run each, side by side")
    parser.add_argument("--edits", type=int, default=8, help="of each line")
    options = parser.parse_args()
    torch.set_num_threads(1)
    good = True
    with ProcessPoolExecutor() as pool:
        for seed, result in zip(
            options.seeds, pool.map(whole, options.seeds, [options.edits] * len(options.seeds)), strict=True
        ):
            good &= shown(seed, options.edits, result)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
