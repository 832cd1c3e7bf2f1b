"""A derivation of the course worked line by line on the command line; each line is judged as it is typed and kept."""

from __future__ import annotations

from datetime import datetime

from lhystudy.checker.verdict import Report
from lhystudy.cli import console
from lhystudy.cli.asking import read_line
from lhystudy.cli.page import columns, show_text
from lhystudy.cli.paint import show_rows
from lhystudy.course.parts import Derivation
from lhystudy.store import attempts
from lhystudy.study.derive import posed
from lhystudy.study.desk import Desk
from lhystudy.study.telling import line_rows
from lhystudy.words import say


def work(desk: Desk, name: str) -> int:
    """Goes on with the last attempt at a derivation until its goal is reached or the learner stops."""
    derivation = desk.derivation(name)[1]
    last = attempts.last(desk.store, derivation.id)
    going = last is not None and last.status != "complete"
    lines = last.text.splitlines() if last is not None and going else []
    attempt = last.id if last is not None and going else None
    rungs = last.rungs if last is not None and going else 0
    _show_task(derivation)
    report = _judge(desk, derivation, lines)
    for number in range(1, len(lines) + 1):
        _show_line(report, number)
    if lines:
        attempt = _keep(desk, attempt, derivation, lines, report, rungs)
    while report.status != "complete":
        typed = read_line(
            say(f"{len(lines) + 1}  (? hint, u undo, q stop) > ", f"{len(lines) + 1}  （? 提示，u 撤销，q 结束）> ")
        )
        if typed is None or typed in ("q", "quit"):
            return console.NO
        if typed in ("?", "？"):
            rungs = _hint(derivation, rungs)
            continue
        if not typed:
            continue
        lines = lines[:-1] if typed == "u" else [*lines, typed]
        report = _judge(desk, derivation, lines)
        attempt = _keep(desk, attempt, derivation, lines, report, rungs)
        if typed != "u":
            _show_line(report, len(lines))
    _show_model(derivation)
    return console.DONE


def _judge(desk: Desk, derivation: Derivation, lines: list[str]) -> Report:
    return desk.checking.check("\n".join(lines), derivation=posed(derivation))


def _keep(desk: Desk, attempt: int | None, derivation: Derivation, lines: list[str], report: Report, rungs: int) -> int:
    text, document = "\n".join(lines), report.to_json()
    if attempt is None:
        now = datetime.now().astimezone()
        return attempts.add(desk.store, derivation.id, text, report.status, document, rungs, now)
    attempts.update(desk.store, attempt, text, report.status, document, rungs)
    return attempt


def _show_task(derivation: Derivation) -> None:
    console.out(derivation.title.said())
    show_text(derivation.intro.said())
    for line in derivation.preamble:
        console.out("  " + line)
    console.out()


def _show_line(report: Report, number: int) -> None:
    for line in report.lines:
        if line.n == number:
            show_rows(line_rows(line, columns()))


def _hint(derivation: Derivation, taken: int) -> int:
    """Shows the next rung of the ladder; the last one stays the last."""
    rung = min(taken, len(derivation.hints) - 1)
    show_text(derivation.hints[rung].said(), first="  ", rest="  ")
    return rung + 1


def _show_model(derivation: Derivation) -> None:
    console.out(say("✓ The goal is reached. One way to write it:", "✓ 已得到目标。一种写法是："))
    for step in derivation.model:
        console.out(f"  {step.line}")
        show_text(step.rule.said(), first="      ", rest="      ")
