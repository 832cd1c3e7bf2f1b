"""What the checker and the graders say of a lesson: formulas, model lines, wrong lines and quiz answers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from lhystudy.checker.verdict import ACCEPTED, LineVerdict, Report
from lhystudy.course.parts import Check, Derivation, Material, ModelStep, WrongLine
from lhystudy.entries import Fault, shown
from lhystudy.quiz.forms import Judge
from lhystudy.quiz.proof import item_faults
from lhystudy.study.derive import Problem, problem_of

SECONDS = 30.0  # for one line: what an author waits for, a slow machine too
PATIENT = 120.0  # for a mistake that was not named in that time: a busy machine may not have got to it
# The mistakes that the checker names. A derivation may have kinds of its own, which are told by their text.
NAMED = frozenset(
    "sign factor chain-rule product-rule quotient-rule off-diagonal transpose order index missing-term extra-term"
    " log-base inverse power constraint domain sum-range direction definition arithmetic".split()
)
CheckText = Callable[[str, Problem | None, float], Report]  # text, problem, seconds for a line


@dataclass
class Proofs:
    """Runs every proof of a lesson and collects its faults and counts."""

    check: CheckText
    judge: Judge
    faults: list[Fault] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)

    def lesson(self, material: Material) -> None:
        """Proves everything that one lesson states."""
        folder = material.lesson.folder
        for block in material.blocks["en"]:
            if isinstance(block, Check):
                self.formula(shown(folder / "en.md"), block)
        file = shown(folder / "derive.yaml")
        for derivation in material.derivations:
            self.route(file, derivation, derivation.model)
            if derivation.other is not None:
                self.route(file, derivation, derivation.other.model)
            for wrong in derivation.wrong:
                self.wrong_line(file, derivation, wrong)
        for item in material.items:
            for message in item_faults(item, self.judge):
                self.faults.append(Fault(shown(folder / "quiz.yaml"), item.line, f"{item.id}: {message}"))
            self.counts["items graded"] += 1

    def formula(self, file: str, block: Check) -> None:
        """A check block: every step in it is accepted, and there is one."""
        report = self.check(block.text, None, SECONDS)
        judged = [line for line in report.lines if line.verdict is not None]
        if not judged:
            self.faults.append(Fault(file, block.line, f'the check block "{block.id}" states nothing to prove'))
        self.refusals(file, judged, {n: line for n, (line, _) in enumerate(block.lines, 1)}, block.id)
        verdicts = {line.verdict for line in judged}
        if judged and verdicts <= set(ACCEPTED):
            self.counts["formulas proved" if verdicts == {"proved"} else "formulas agreed"] += 1

    def route(self, file: str, derivation: Derivation, model: tuple[ModelStep, ...]) -> None:
        """The lines of a model route: each accepted, the goal reached."""
        report = self.check("\n".join(step.line for step in model), problem_of(derivation), SECONDS)
        places = {0: derivation.line, **{n: step.file_line for n, step in enumerate(model, 1)}}
        judged = [line for line in report.lines if line.verdict is not None]
        before = len(self.faults)
        self.refusals(file, judged, places, derivation.id)
        if len(self.faults) == before and not report.goal_reached:
            self.faults.append(Fault(file, model[-1].file_line, f"{derivation.id}: the goal is not reached"))
        for line in judged:
            if line.verdict in ACCEPTED:
                self.counts["steps proved" if line.verdict == "proved" else "steps agreed"] += 1

    def refusals(self, file: str, judged: Iterable[LineVerdict], places: dict[int, int], name: str) -> None:
        for line in judged:
            if line.verdict not in ACCEPTED:
                message = f"{name}: `{line.text.strip()}` is {line.verdict}{_why(line)}"
                self.faults.append(Fault(file, places.get(line.n, 0), message))

    def judged_at(self, derivation: Derivation, wrong: WrongLine, seconds: float) -> list[LineVerdict]:
        """The verdicts on the wrong line, below the model lines before it."""
        lines = [step.line for step in derivation.model[: wrong.at - 1]] + [wrong.line]
        report = self.check("\n".join(lines), problem_of(derivation), seconds)
        return [line for line in report.lines if line.n == wrong.at and line.verdict is not None]

    def wrong_line(self, file: str, derivation: Derivation, wrong: WrongLine) -> None:
        """A line that learners write: caught at that very line, and its mistake named."""
        judged = self.judged_at(derivation, wrong, SECONDS)
        if wrong.mistake in NAMED and wrong.mistake not in {line.mistake for line in judged}:
            judged = self.judged_at(derivation, wrong, PATIENT)
        verdicts = {line.verdict for line in judged}
        name = f"{derivation.id}, wrong line {wrong.id}"
        if not verdicts & {"refuted", "unreadable"}:
            found = ", ".join(sorted(str(verdict) for verdict in verdicts)) or "not judged"
            why = "; ".join(_why(line) for line in judged if line.verdict == "undecided")
            self.faults.append(Fault(file, wrong.file_line, f"{name}: `{wrong.line}` is {found}, not refuted{why}"))
            return
        self.counts["wrong lines caught"] += 1
        if wrong.mistake not in NAMED or "refuted" not in verdicts:
            return
        named = {line.mistake for line in judged if line.verdict == "refuted"}
        if wrong.mistake not in named:
            says = ", ".join(sorted(mistake or "nothing" for mistake in named))
            message = f'{name}: the mistake is called "{wrong.mistake}" here, and the checker names {says}'
            self.faults.append(Fault(file, wrong.file_line, message))


def _why(line: LineVerdict) -> str:
    parts = []
    if line.note:
        parts.append(line.note)
    if line.counterexample:
        point = ", ".join(f"{name} = {value}" for name, value in line.counterexample.point.items())
        sides = f"{line.counterexample.left} against {line.counterexample.right}"
        parts.append(f"at {point}: {sides}" if point else sides)
    return f" ({'; '.join(parts)})" if parts else ""
