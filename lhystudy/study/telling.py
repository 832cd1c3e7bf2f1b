"""How a verdict is told to a learner: a sign, the line, what is known, what to try; the same in both faces."""

from __future__ import annotations

from unicodedata import category

from lhystudy.checker.verdict import Counterexample, LineVerdict, Report, Verdict
from lhystudy.draw.cells import Role, Row, Run
from lhystudy.draw.width import width as text_width
from lhystudy.draw.wrap import wrap
from lhystudy.words import say

SIGNS: dict[Verdict | None, Run] = {
    "proved": Run("✓", "good"),
    "agrees": Run("✓", "good"),
    "refuted": Run("✗", "bad"),
    "undecided": Run("?", "unsure"),
    "unreadable": Run("!", "bad"),
    None: Run("·", "dim"),
}


def verdict_word(verdict: Verdict | None) -> str:
    """The verdict in the language in use."""
    words = {
        "proved": say("proved", "已证明"),
        "agrees": say("agrees at every point tried", "在试过的每一点都相符"),
        "refuted": say("refuted", "已反驳"),
        "undecided": say("undecided", "无法判定"),
        "unreadable": say("cannot be read", "读不懂"),
    }
    return words.get(verdict or "", "")


def short_word(line: LineVerdict) -> str:
    """What is known of a line in a word or two: its verdict, the mistake where it has a name, the goal reached."""
    if line.verdict == "refuted":
        return mistake_word(line.mistake or "") or verdict_word("refuted")
    if line.verdict == "unreadable" and line.column:
        return say(f"column {line.column}", f"第 {line.column} 列")
    word = say("agrees", "相符") if line.verdict == "agrees" else verdict_word(line.verdict)
    return word + say(", goal ✓", "，目标 ✓") if line.reaches_goal else word


def mistake_word(kind: str) -> str:
    """The named mistake in the language in use; '' for none, and in Chinese for a kind that is a derivation's own."""
    chinese = {
        "sign": "符号", "factor": "常数因子", "chain-rule": "链式法则", "product-rule": "乘积法则",
        "quotient-rule": "商法则", "off-diagonal": "非对角项", "transpose": "转置", "order": "矩阵乘法次序",
        "index": "下标", "missing-term": "漏项", "extra-term": "多项", "log-base": "对数的底", "inverse": "倒数或逆",
        "power": "幂次", "constraint": "缺少条件",
        "domain": "定义域", "sum-range": "求和范围", "direction": "不等号方向",
        "definition": "用错定义", "arithmetic": "算术",
    }  # fmt: skip
    return say(kind.replace("-", " "), chinese.get(kind, ""))


def point_sentence(counterexample: Counterexample) -> str:
    """Where the sides differ, and what each is there."""
    place = ", ".join(f"{name} = {value}" for name, value in counterexample.point.items())
    left, right = counterexample.left, counterexample.right
    if not place:
        return say(f"the left is {left}, the right is {right}", f"左边是 {left}，右边是 {right}")
    return say(f"at {place} the left is {left}, the right is {right}", f"取 {place}，左边是 {left}，右边是 {right}")


def line_rows(line: LineVerdict, width: int) -> list[Row]:
    """A judged line: sign and text, below it what there is to say of it."""
    sign = SIGNS[line.verdict]
    typed = escaped(line.text.strip())
    rows: list[Row] = [(Run(f"{line.n:>3} ", "dim"), sign, Run(" " + typed))]
    inset = Run("      ")
    if line.verdict == "unreadable" and line.column:
        before = text_width(escaped(line.text[: line.column - 1].lstrip()))
        if before < width - 6 and text_width(typed) <= width - 6:
            rows.append((inset, Run(" " * before + "^", "bad")))
    return rows + [(inset, *row) for row in explained(line, width - 6)]


def escaped(text: str) -> str:
    """The text with every character that is not seen, or that turns others round, written as its code."""
    if text.isprintable():
        return text
    hidden = (c != "\t" and (category(c)[0] == "C" or category(c) in ("Zl", "Zp")) for c in text)
    return "".join(f"\\u{ord(c):04x}" if hide else c for c, hide in zip(text, hidden, strict=True))


def explained(line: LineVerdict, width: int, reading: bool = True) -> list[Row]:
    """Where a line went wrong: its reading, the point, the mistake, a hint; of any line its verdict and note."""
    rows: list[Row] = []
    if reading and line.verdict == "refuted" and line.latex:
        from lhystudy.draw.maths import formula  # only a refuted line is drawn; the first screen has none

        rows += formula(line.latex, width).rows
    if line.verdict not in (None, "proved") and not line.counterexample:
        rows.append((Run(verdict_word(line.verdict), SIGNS[line.verdict].role),))
    if line.note:
        rows += wrap((Run(line.note),), width)
    if line.counterexample:
        rows += wrap((Run(point_sentence(line.counterexample), "bad"),), width)
    if word := mistake_word(line.mistake or ""):
        rows.append((Run(say("mistake: ", "错误类型："), "dim"), Run(word, "strong")))
    if line.hint:
        rows += wrap((Run(say("hint: ", "提示："), "dim"), Run(line.hint)), width)
    return rows


def status_word(report: Report) -> str:
    return {
        "complete": say("complete: every step holds", "完成：每一步都成立"),
        "incomplete": say("incomplete: no step is wrong", "未完成：没有错误的步骤"),
        "wrong": say("wrong: a step is refuted", "有错：有一步被反驳"),
        "unreadable": say("a line cannot be read", "有一行读不懂"),
    }[report.status]


def status_role(report: Report) -> Role:
    roles: dict[str, Role] = {"complete": "good", "incomplete": "unsure"}
    return roles.get(report.status, "bad")
