"""What a sheet may begin with: an empty page, the model with blanks, the whole model, or an earlier attempt."""

from __future__ import annotations

import re
from collections.abc import Sequence

from textual.widgets.option_list import Option

from lhystudy.course.parts import Derivation, ModelStep
from lhystudy.store.attempts import Attempt
from lhystudy.tui.screens.choose import Options, one_line
from lhystudy.words import say

ASSISTED = re.compile(r"^# \d+/\d+ ·")  # the first line of a sheet that shows some of the model
MOST_ATTEMPTS = 8


def is_assisted(text: str) -> bool:
    """Whether the sheet began with lines of the model, so that it is practice and no derivation of one's own."""
    return bool(ASSISTED.match(text))


def first_blank(text: str) -> int | None:
    """The row (from 0) of the first line that is to be filled in; None where there is none."""
    return next((n for n, line in enumerate(text.splitlines()) if line.startswith("# ?")), None)


def beginnings(derivation: Derivation | None, attempts: Sequence[Attempt]) -> Options:
    """What can be chosen, from the least help to the most, then the earlier attempts, the latest first."""
    options: Options = [Option(say("an empty page", "空白页"), id="page")]
    if derivation is not None:
        count = len(derivation.model)
        for n in reversed(range(len(derivation.blanks))):
            blank = len(derivation.blanks[n])
            label = say(f"the model with {blank} of {count} lines left out", f"参考推导，{count} 行中留空 {blank} 行")
            options.append(Option(one_line(label), id=f"blanks:{n}"))
        tried = "" if attempts else say("   (try it yourself first?)", "   （先自己试试？）")
        options.append(Option(one_line(say("the whole model", "完整的参考推导"), (tried, "dim")), id="model"))
        if derivation.other is not None:
            other = say("another way: ", "另一种推法：") + derivation.other.title.said()
            options.append(Option(one_line(other), id="other"))
    if attempts:
        options.append(None)
    for attempt in list(reversed(attempts))[:MOST_ATTEMPTS]:
        sign = {"complete": "✓", "wrong": "✗"}.get(attempt.status, "…")
        lines = len(attempt.text.strip().splitlines())
        when = attempt.at.astimezone().strftime("%Y-%m-%d %H:%M")
        label = say(
            f"{sign} attempt of {when}, {lines} line{'' if lines == 1 else 's'}", f"{sign} {when} 的尝试，{lines} 行"
        )
        options.append(Option(one_line(label), id=f"attempt:{attempt.id}"))
    return options


def text_of(choice: str, derivation: Derivation | None, attempts: Sequence[Attempt]) -> str:
    """The sheet's first text for what was chosen."""
    kind, _, name = choice.partition(":")
    if kind == "attempt":
        return next((attempt.text for attempt in attempts if attempt.id == int(name)), "")
    if derivation is None or kind == "page":
        return ""
    if kind == "other" and derivation.other is not None:
        return with_blanks(derivation.other.model, (), derivation.other.title.said())
    blanks = derivation.blanks[int(name)] if kind == "blanks" else ()
    return with_blanks(derivation.model, blanks, say("fill in the lines that begin with # ?", "填好以 # ? 开头的各行"))


def with_blanks(model: Sequence[ModelStep], blanks: tuple[int, ...], remark: str) -> str:
    """The model's lines; in place of a blank one stands a comment with the rule that leads to it."""
    shown = len(model) - len(blanks)
    lines = [f"# {shown}/{len(model)} · {remark}"]
    for n, step in enumerate(model, 1):
        lines.append(f"# ? {step.rule.said()}" if n in blanks else step.line)
    return "\n".join(lines) + "\n"
