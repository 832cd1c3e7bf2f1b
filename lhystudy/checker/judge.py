"""One line of a derivation: read, understood, decided, diagnosed. The whole pipeline on one page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from time import monotonic

from lhystudy.checker import lines as reported
from lhystudy.checker.deciding.decide import Decision
from lhystudy.checker.limits import TimeUp, time_limit
from lhystudy.checker.meaning import goals, properties, statements
from lhystudy.checker.meaning.differentiate import Unsupported
from lhystudy.checker.meaning.eigenvalues import eigenvalue_claim
from lhystudy.checker.meaning.relate import Related, judge, judge_rounded, relate
from lhystudy.checker.meaning.scope import letters_in
from lhystudy.checker.meaning.setting import Setting, TooLarge
from lhystudy.checker.meaning.shapes import Fault
from lhystudy.checker.meaning.solve import points_meet, solves
from lhystudy.checker.meaning.trials import Trials
from lhystudy.checker.mistakes.definition import right_claim
from lhystudy.checker.mistakes.diagnose import diagnose
from lhystudy.checker.nodes import (
    Call,
    Claim,
    Expr,
    Given,
    Goal,
    Let,
    Name,
    Node,
    Point,
    Relation,
    Set,
    SetOf,
    Statement,
    Step,
    walk,
)
from lhystudy.checker.reading.introduce import last_side
from lhystudy.checker.reading.latex import latex, latex_statement
from lhystudy.checker.reading.parse import blank as says_nothing
from lhystudy.checker.reading.parse import read
from lhystudy.checker.reading.show import show, show_statement
from lhystudy.checker.reading.unreadable import Unreadable
from lhystudy.checker.standing import Sound, Standing, joined
from lhystudy.checker.verdict import ACCEPTED, Kind, LineVerdict
from lhystudy.words import say

GRACE = 1.0  # seconds beyond a line's time before it is cut off
DIAGNOSIS = 0.15  # share of the time left that looking for the slip in a wrong line may take
TRIAL = 0.05  # share of it that judging one edited line may take

Judged = tuple[tuple[LineVerdict, ...], Standing]


def judge_line(n: int, line: str, standing: Standing, seconds: float) -> Judged:
    """The verdicts on one line, and what the next line builds on. Never raises."""
    blank = LineVerdict(n, line, "step", None)
    return guarded(lambda: understood(blank, standing, seconds), blank, standing, seconds)


def judge_relation(relation: Relation, text: str, standing: Standing, seconds: float) -> LineVerdict:
    """The verdict on a relation that stands by itself. Never raises."""
    blank = LineVerdict(0, text, "step", None)
    line = Line(blank, Step((relation,)), (), standing, monotonic() + seconds)
    (verdict,), _ = guarded(line.judged, blank, standing, seconds)
    return verdict


def guarded(work: Callable[[], Judged], blank: LineVerdict, standing: Standing, seconds: float) -> Judged:
    """What the work gives, or the line undecided where it takes too much time or memory or fails."""
    try:
        with time_limit(seconds + GRACE):
            return work()
    except TimeUp:
        note = say("the time limit was reached", "已到时间上限")
    except (MemoryError, RecursionError):
        note = say("the line needs more memory than is allowed", "这一行所需的内存超过上限")
    except Exception as fault:  # a fault of the checker spoils one line, not the derivation
        note = reported.failure(fault)
    return (undecided(blank, note),), standing


def understood(line: LineVerdict, standing: Standing, seconds: float) -> Judged:
    try:
        if says_nothing(line.text):
            return (), standing
        reading = read(line.text, standing.setting.problem, standing.above)
    except Unreadable as fault:
        note = (
            say(f"{fault.message} ({fault.hint})", f"{fault.message}（{fault.hint}）") if fault.hint else fault.message
        )
        return (replace(line, verdict="unreadable", note=note, column=fault.column),), standing
    return Line(line, reading.statement, tuple(reading.notes), standing, monotonic() + seconds).judged()


def undecided(line: LineVerdict, note: str) -> LineVerdict:
    return replace(line, verdict="undecided", note=note)


KINDS: dict[type[Node], Kind] = {Step: "step", Given: "given", Let: "let", Set: "set", Claim: "claim", Goal: "goal"}


@dataclass
class Line:
    """One line being judged."""

    blank: LineVerdict
    statement: Statement
    notes: tuple[str, ...]
    standing: Standing
    deadline: float

    def judged(self) -> Judged:
        self.blank = replace(self.blank, kind=KINDS[type(self.statement)])
        try:
            return self._judged()
        except Unsupported as fault:
            return (undecided(self.shown(self.statement), fault.message),), self.standing
        except Fault as fault:
            column = fault.span.start + 1
            note = say(f"column {column}: {fault.message}", f"第 {column} 列：{fault.message}")
            line = replace(self.shown(self.statement), verdict="unreadable", note=note, column=column)
            if isinstance(self.statement, Step):
                line = self.of_misfit(line, self.statement)
            return (line,), self.standing
        except TooLarge:
            note = say("the line is too large once its definitions are written out", "代入定义后这一行过大")
            return (undecided(self.shown(self.statement), note),), self.standing

    def _judged(self) -> Judged:
        match self.statement:
            case Let():
                return self.known(statements.declare(self.statement, self.setting), ())
            case Given():
                return self.known(*statements.give(self.statement, self.setting))
            case Set():
                return self.known(*statements.equate(self.statement, self.setting))
            case Goal():
                return (self.shown(self.statement),), self.standing.aiming_at(self.statement)
            case Claim():
                return self.of_claim(self.statement)
            case Step():
                return self.of_step(self.statement)
        raise TypeError(type(self.statement).__name__)

    @property
    def setting(self) -> Setting:
        return self.standing.setting

    @property
    def seconds(self) -> float:
        return max(0.05, self.deadline - monotonic())

    def shown(self, node: Statement | Relation | Expr, *notes: str) -> LineVerdict:
        """The line with its reading shown back."""
        note = "; ".join(dict.fromkeys(filter(None, (*self.notes, *notes))))
        read_as = show_statement(node) if isinstance(node, Statement) else show(node)
        drawn = latex_statement(node) if isinstance(node, Statement) else latex(node)
        return replace(self.blank, read_as=read_as, latex=drawn, note=note)

    def known(self, setting: Setting, notes: tuple[str, ...]) -> Judged:
        """A line that makes something known has no verdict; a definition may be gone on from."""
        above = last_side(self.statement)
        setting = statements.introduced(setting, self.statement)
        standing = replace(self.standing, setting=setting, above=above, start=statements.first_side(self.statement))
        return (self.shown(self.statement, *notes),), replace(standing, letters=letters_in(above))

    # ---- steps -----------------------------------------------------------------------------------

    def of_step(self, step: Step) -> Judged:
        if not step.continues:
            self.standing = replace(self.standing, start=None, sign="=", sound=None, letters=frozenset())
        if not step.relations:
            assert step.first is not None
            standing = replace(self.standing, above=step.first, start=step.first)
            return (self.shown(step.first),), replace(standing, setting=statements.introduced(self.setting, step))
        reason = self.of_reasons(step.reasons)
        lines = [self.of_relation(relation, step, reason) for relation in step.relations]
        self.standing = replace(self.standing, setting=statements.introduced(self.setting, step))
        return tuple(lines), self.standing

    def of_relation(self, relation: Relation, step: Step, reason: Decision | None) -> LineVerdict:
        """One relation of a chain; the standing moves on to its right side whatever the verdict."""
        special = self.of_sets_and_points(relation)
        if special is not None:
            line = replace(self.shown(relation, special.note), **reported.outcome(special))
            return self.diagnosed(line, relation, step, self.standing) if special.verdict == "refuted" else line
        before = self.standing
        related = relate(relation, self.setting, self.standing.letters)
        self.standing = replace(self.standing, setting=related.setting)
        decision = self.decision(relation, related, step)
        if decision.verdict == "refuted" and before.sound is not None and relation.left == before.above:
            relation, related, decision = self.from_before_the_slip(relation, related, decision, step, before.sound)
        if reason is not None and (reason.verdict == "refuted" or decision.verdict != "refuted"):
            decision = reason
        line = replace(self.shown(relation, *related.notes, step.words, decision.note), **reported.outcome(decision))
        if decision.verdict == "refuted" and decision is not reason:
            line = self.diagnosed(self.naming(line, relation, before), relation, step, before)
        return replace(line, reaches_goal=self.moved_on(relation, related, decision.verdict in ACCEPTED))

    def from_before_the_slip(
        self, relation: Relation, related: Related, decision: Decision, step: Step, sound: Sound
    ) -> tuple[Relation, Related, Decision]:
        """The relation with the expression that stood before a refuted line on its left, where that makes it hold."""
        back = replace(relation, left=sound.expression)
        related_back = relate(back, self.setting, self.standing.letters)
        found = self.decision(back, related_back, step)
        if found.verdict not in ACCEPTED:
            return relation, related, decision
        note = say("this goes on from before the slip", "这一步接的是出错之前的式子")
        self.standing = replace(self.standing, start=sound.start, sign=sound.sign, sound=None)
        return back, related_back, replace(found, note=f"{found.note}; {note}" if found.note else note)

    def decision(self, relation: Relation, related: Related, step: Step) -> Decision:
        """The verdict on one relation, under the equations that were set and, after `so`, the lines above."""
        if relation.sign == "~=":
            return judge_rounded(related, relation, self.seconds)
        if related.setting.equations:
            solution = solves(related, self.seconds)
            if solution is not None:
                self.standing = replace(self.standing, setting=solution.setting)
                return solution.decision
        decision = judge(related, self.seconds)
        assumed = [relate(reason, self.setting).fact for reason in step.reasons]
        assumed += self.setting.earlier if step.so else ()
        if assumed and decision.verdict not in ACCEPTED:
            following = judge(related, self.seconds, tuple(assumed))
            if following.verdict in ACCEPTED:
                return following
        return decision

    def naming(self, line: LineVerdict, relation: Relation, before: Standing) -> LineVerdict:
        """The refuted line with the way to write it, where it seems to name its right side for the lines below."""
        problem, left = before.setting.problem, relation.left
        if not isinstance(left, Name) or relation.sign != "=" or left in walk(relation.right):
            return line
        if left.name in problem.symbols or left.name in problem.seen or problem.definition(left.name) is not None:
            return line
        note = say(f"to name this {left.name}, write given {show(relation)}",
                   f"若要把它记作 {left.name}，请写 given {show(relation)}")  # fmt: skip
        return replace(line, note=f"{line.note}; {note}" if line.note else note)

    # ---- mistakes --------------------------------------------------------------------------------

    def diagnosed(self, line: LineVerdict, relation: Relation, step: Step, before: Standing) -> LineVerdict:
        """The line with its mistake named, where a small edit of it holds."""

        trials = None if step.so or step.reasons else Trials(relation, before.setting, before.letters)

        def holds(edited: Relation, *assumed: Relation) -> bool:
            trial = replace(self, standing=before, deadline=monotonic() + TRIAL * patience)
            return trial.would_hold(edited, step, assumed, trials)

        patience = self.seconds
        found = diagnose(relation, before.setting.problem, holds, line.text, DIAGNOSIS * patience, line.counterexample)
        if found is None:
            return line
        return replace(line, mistake=found.mistake, hint=found.hints[0], hints=found.hints)

    def would_hold(
        self, relation: Relation, step: Step, assumed: Sequence[Relation], trials: Trials | None = None
    ) -> bool:
        """Whether the relation holds here, further relations assumed."""
        try:
            special = self.of_sets_and_points(relation)
            if special is not None:
                return special.verdict in ACCEPTED
            if trials is not None and not assumed:
                related = trials.related(relation)
                if trials.rejects(related):
                    return False
            else:
                related = relate(relation, self.setting, self.standing.letters)
            facts = tuple(relate(each, self.setting).fact for each in assumed)
            decision = judge(related, self.seconds, facts) if facts else self.decision(relation, related, step)
            # An edit whose right side is undefined somewhere holds too easily to explain anything.
            undefined = decision.note.startswith(say("the right side", "右边"))
            return decision.verdict == "proved" or (decision.verdict == "agrees" and not undefined)
        except (Fault, TooLarge, Unsupported):
            return False

    def of_misfit(self, line: LineVerdict, step: Step) -> LineVerdict:
        """A line whose shapes or indices do not fit, with its mistake named where a small edit mends it."""
        for relation in step.relations:
            try:
                related = relate(relation, self.setting, self.standing.letters)
            except Fault:
                return self.diagnosed(line, relation, step, self.standing)
            self.standing = replace(self.standing, setting=related.setting, letters=related.letters)
        return line

    def claim_diagnosed(self, line: LineVerdict, claim: Claim) -> LineVerdict:
        """The claim with the one of its family that does hold."""

        def holds(other: Claim) -> bool:
            return properties.decide_claim(other, self.setting, TRIAL * self.seconds).verdict in ACCEPTED

        found = right_claim(claim, holds)
        if found is None:
            return line
        right, (rule, applied) = found
        hints = (say(f"Look at “{claim.claim}”.", f"请看“{claim.claim}”。"), rule, applied, show_statement(right))
        return replace(line, mistake="definition", hint=hints[0], hints=hints)

    def of_sets_and_points(self, relation: Relation) -> Decision | None:
        """`eig(A) = {…}` and `(x, y) = (a, b)`; None for any other relation."""
        if relation.sign == "=" and isinstance(relation.left, Point) and isinstance(relation.right, Point):
            solution = points_meet(relation, relation.left, relation.right, self.setting, self.seconds)
            self.standing = replace(self.standing, setting=solution.setting)
            return solution.decision
        for one, other in ((relation.left, relation.right), (relation.right, relation.left)):
            if isinstance(one, Call) and one.function == "eig" and isinstance(other, SetOf) and relation.sign == "=":
                return eigenvalue_claim(one, other, self.setting, self.seconds)
        return None

    def of_reasons(self, reasons: tuple[Relation, ...]) -> Decision | None:
        """A verdict where a reason does not hold, else None."""
        for relation in reasons:
            related = relate(relation, self.setting)
            decision = judge(related, self.seconds)
            if decision.verdict in ACCEPTED or (decision.verdict == "undecided" and relation in self.standing.steps):
                continue
            note = say(f"the reason {show(relation)} fails", f"理由 {show(relation)} 不成立")
            if decision.verdict == "undecided":
                note = say(f"the reason {show(relation)} is undecided", f"理由 {show(relation)} 无法判定")
            return replace(decision, note=f"{note}; {decision.note}" if decision.note else note)
        return None

    def moved_on(self, relation: Relation, related: Related, holds: bool) -> bool:
        """Moves the chain on, and answers whether the goal is reached by this relation."""
        start, before = self.standing.start, self.standing.sign
        sign = joined(before, relation.sign)
        if start is None or sign is None:
            start, before, sign = relation.left, "=", relation.sign
        whole = replace(relation, sign=sign, left=start)
        shown = tuple(dict.fromkeys((whole, relation))) if holds else ()
        shows = goals.reached(self.standing.goals, shown, self.setting)
        setting = self.setting if holds else self.setting.with_(earlier=(*self.setting.earlier, related.fact))
        slipped = not holds and relation.sign == "="
        self.standing = replace(
            self.standing,
            setting=setting,
            sound=self.standing.sound or (Sound(relation.left, start, before) if slipped else None),
            above=relation.right,
            start=start if holds else relation.right,
            sign=sign if holds else "=",
            letters=related.letters,
            steps=(*self.standing.steps, relation),
            shown=(*self.standing.shown, *shown),
            reached=self.standing.reached or shows,
        )
        return shows

    def of_claim(self, claim: Claim) -> Judged:
        reason = self.of_reasons(claim.reasons)
        decision = reason or properties.decide_claim(claim, self.setting, self.seconds)
        line = replace(self.shown(claim, decision.note), **reported.outcome(decision))
        if decision.verdict == "refuted" and reason is None:
            line = self.claim_diagnosed(line, claim)
        shown = (claim,) if decision.verdict in ACCEPTED else ()
        shows = goals.reached(self.standing.goals, shown, self.setting)
        reached, shown = self.standing.reached or shows, (*self.standing.shown, *shown)
        standing = replace(self.standing, shown=shown, reached=reached, above=None, start=None)
        return (replace(line, reaches_goal=shows),), standing
