"""What the lab shows of an experiment: its claims with what the learner expects, then what the run came to."""

from __future__ import annotations

from collections.abc import Mapping

from lhystudy.draw.cells import Row, Run
from lhystudy.draw.wrap import wrap
from lhystudy.lab.card import Card
from lhystudy.lab.record import Chart, Record
from lhystudy.study.outcome import chart_block, claim_rows, ending, figures, tables
from lhystudy.tui.widgets.rows import Spot
from lhystudy.words import say

GUESSES = ("", "holds", "fails", "unsure")  # what may be expected of a claim; "" is nothing said


def guess_word(guess: str) -> str:
    """What the learner expects, in the language in use."""
    words = {
        "": say("your guess?", "你猜呢？"),
        "holds": say("it holds", "成立"),
        "fails": say("it fails", "不成立"),
        "unsure": say("not sure", "没把握"),
    }
    return words.get(guess, guess)


def next_guess(guess: str) -> str:
    """The guess that the next press or click makes of this one."""
    return GUESSES[GUESSES.index(guess) % (len(GUESSES) - 1) + 1] if guess in GUESSES else GUESSES[1]


def before_rows(card: Card, guesses: Mapping[str, str], width: int) -> tuple[list[Row], list[Spot]]:
    """The claims that a run will test, each a spot that changes the guess."""
    ask = say(
        "It tests these claims. Say first what you expect: Enter or a click on one changes your guess. Ctrl+R runs it.",
        "它检验下列论断。先说说你的预计：在论断上按回车或点击即可更改。按 Ctrl+R 运行。",
    )
    rows: list[Row] = [(), *wrap((Run(ask, "dim"),), width), ()]
    spots = []
    for claim in card.claims:
        first, guess = len(rows), guesses.get(claim.id, "")
        text = wrap((Run(say(claim.en, claim.zh)),), width - 2)
        rows += [(Run("? " if n == 0 else "  ", "unsure"), *row) for n, row in enumerate(text)]
        rows.append((Run("  ▸ ", "accent"), Run(guess_word(guess), "accent" if guess else "dim")))
        spots.append(Spot(first, len(rows), claim.id))
        rows.append(())
    return rows, spots


def after_rows(
    record: Record,
    charts: Mapping[str, Chart],
    card: Card | None,
    guesses: Mapping[str, str],
    width: int,
    height: int,
    running: bool,
) -> tuple[list[Row], list[Spot]]:
    """How far the run is, the verdicts beside the guesses, then charts, each a spot, figures and tables."""
    rows = [progress_row(record, width, running)]
    for row in ending(record):
        rows += wrap(row, width)
    for claim in record.claims:
        verdict, measured = claim_rows([claim], card)
        rows += hanging(verdict, width)
        guess = guesses.get(claim.id, "")
        if guess:
            said = Run(say(" · you said: ", " · 你的预计：") + guess_word(guess), "dim")
            measured = (*measured, said, came_true(guess, claim.holds))
        rows += hanging(measured, width)
    rows.append(())
    tall, spots = max(8, height // 2 + 1), []
    for title, chart in charts.items():
        first = len(rows)
        rows += chart_block(title, chart, width, tall).rows
        spots.append(Spot(first, len(rows), f"chart:{title}"))
        rows.append(())
    return [*rows, *figures(record, width, tall), *tables(record)], spots


def hanging(row: Row, width: int) -> list[Row]:
    """The row wrapped, its further lines set in as far as the text behind a sign."""
    first, *rest = wrap(row, width - 3) or [()]
    return [first, *((Run("   "), *one) for one in rest)]


def came_true(guess: str, holds: bool | None) -> Run:
    """Whether what was expected is what came."""
    if holds is None or guess == "unsure":
        return Run("")
    right = holds == (guess == "holds")
    return Run(" ✓", "good") if right else Run(" ✗", "bad")


def progress_row(record: Record, width: int, running: bool) -> Row:
    progress, result = record.progress, record.result
    if result is None and not running:
        return (Run(say("cut off before its end   n guess anew", "没有运行到底就中断了   n 重新预计"), "dim"),)
    if result is not None:
        words = {"done": say("done", "完成"), "stopped": say("stopped", "已停止"), "failed": say("failed", "失败")}
        again = say("n guess anew", "n 重新预计")
        return (Run(f"{words[result.status]}  {result.seconds:.1f} s   {again}", "dim"),)
    if progress is None or not progress.total:
        state = say("starting …", "正在启动……") if record.start is None else say("running …", "正在运行……")
        return (Run(state, "dim"),)
    told = f" {progress.done}/{progress.total}"
    full = round(progress.done / progress.total * (width - len(told)))
    return (Run("▓" * full, "accent"), Run("░" * (width - len(told) - full), "dim"), Run(told, "dim"))
