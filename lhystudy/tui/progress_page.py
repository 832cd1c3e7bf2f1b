"""What Progress draws: the calendar, the reviews to come, and how well what was learned is kept."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from lhystudy.draw.cells import Row, Run
from lhystudy.draw.chart import line_chart
from lhystudy.draw.width import pad
from lhystudy.memory.schedule import RETENTION
from lhystudy.study.retention import Retention, Span
from lhystudy.tui.layout import bar, sparkline, streak_words
from lhystudy.words import say

BUSY = ((15, "■"), (5, "▪"), (1, "▫"), (0, "·"))  # things done on a day, and the sign of as many
DAY = 4  # cells of a day in the forecast


def weekdays() -> Sequence[str]:
    """Monday to Sunday in two cells each."""
    return say("Mo Tu We Th Fr Sa Su", "一 二 三 四 五 六 日").split()


def calendar_rows(counts: Sequence[int], today: date, streak: int) -> list[Row]:
    """A column a week, a row a weekday, the last column this week; a fuller sign is a fuller day."""
    weeks = len(counts) // 7
    rows: list[Row] = [(Run(say(f"Last {weeks} weeks", f"最近 {weeks} 周"), "accent"),)]
    for weekday, name in enumerate(weekdays()):
        row: list[Run] = [Run(f"{name} ", "dim")]
        for week in range(weeks):
            back = 7 * (weeks - 1 - week) + today.weekday() - weekday
            count = counts[len(counts) - 1 - back] if 0 <= back < len(counts) else -1
            row.append(Run(f"{sign_of(count)} ", "accent" if count > 0 else "dim"))
        rows.append(tuple(row))
    legend = say("· none ▫ 1+ ▪ 5+ ■ 15+", "· 无 ▫ 1+ ▪ 5+ ■ 15+")
    return [*rows, (Run(legend, "dim"),), (Run(streak_words(streak), "dim"),)]


def sign_of(count: int) -> str:
    """The calendar's sign for as many things done on a day; a day that is none yet (-1) is blank."""
    return next((sign for least, sign in BUSY if count >= least), " ")


def forecast_rows(forecast: Sequence[int], today: date) -> list[Row]:
    """How many items come up on each of the coming days, as figures and as columns."""
    names = [say("now", "今"), *(weekdays()[(today + timedelta(days=n)).weekday()] for n in range(1, len(forecast)))]
    total = sum(forecast)
    return [
        (
            Run(say("Reviews to come", "将要复习"), "accent"),
            Run(say(f"  {total} in ten days", f"  十天共 {total} 题"), "dim"),
        ),
        tuple(Run(pad(str(count or "·"), DAY), "" if count else "dim") for count in forecast),
        tuple(Run(pad(column * 2, DAY), "accent") for column in sparkline(forecast)),
        tuple(Run(pad(name, DAY), "dim") for name in names),
    ]


def kept_rows(found: Retention) -> list[Row]:
    """How many of the answers were right, by the days since the answer before, beside what was foretold."""
    rows: list[Row] = [(Run(say("Right after a pause of …", "隔了这么久，答对"), "accent"),)]
    if not found.spans:
        told = say("nothing was asked again yet", "还没有题目问过第二遍")
        return [*rows, (Run(told, "dim"),)]
    for span in found.spans:
        told = say(f"of {span.asked}, foretold ", f"共 {span.asked}，预计 ")
        head = (Run(pad(span_words(span), 11), "dim"), *bar(span.right, 8, "good"), Run(f" {span.right:>4.0%} "))
        rows.append((*head, Run(f"{told}{span.expected:.0%}", "dim")))
    return rows


def span_words(span: Span) -> str:
    """The days of a span."""
    if span.first == span.last:
        return say(f"{span.first} day", f"{span.first} 天")
    if span.last > 1000:
        return say("a month up", "一个月以上")
    return say(f"{span.first}–{span.last} days", f"{span.first}–{span.last} 天")


def fading_rows(found: Retention, width: int, height: int) -> list[Row]:
    """The share still remembered in the coming days if nothing is reviewed, and the line at which an item is due."""
    if not found.fading:
        return []
    last = found.fading[-1][0]
    curves = {
        say("without reviews", "不复习"): found.fading,
        say("below this an item is due", "低于此线就该复习"): ((0.0, RETENTION), (last, RETENTION)),
    }
    title = say("Still remembered, by days from today", "从今天起，还记得的比例（横轴：天）")
    return list(line_chart(curves, width, height, title=title).rows)
