"""What stands around the sheet of the workbench: the task above, the reading and the hints beside."""

from __future__ import annotations

from lhystudy.checker.verdict import LineVerdict, Report
from lhystudy.course.parts import Derivation
from lhystudy.draw.cells import Row, Run
from lhystudy.draw.maths import formula
from lhystudy.draw.prose import prose
from lhystudy.draw.wrap import wrap
from lhystudy.study.reading import latex_of_lines
from lhystudy.study.telling import explained, status_word
from lhystudy.words import language, say

LABEL = 7  # cells of "given  "


def task_rows(derivation: Derivation | None, width: int, tall: bool, most: int) -> list[Row]:
    """What is given and the goal, drawn in two dimensions where that fits into `most` rows."""
    if derivation is None:
        text = say(
            "Any derivation of your own: let, given, steps; F10 explains the language. Ctrl+O chooses one of ours.",
            "推导任何式子：let、given、步骤；按 F10 查看写法，按 Ctrl+O 选课程里的推导。",
        )
        return wrap((Run(text, "dim"),), width)
    for draw_given, draw_goal in ((tall, True), (False, True), (False, False)):
        rows = _task(derivation, width, draw_given, draw_goal)
        if len(rows) <= most:
            break
    return rows


def _task(derivation: Derivation, width: int, draw_given: bool, draw_goal: bool) -> list[Row]:
    rows: list[Row] = list(prose(derivation.intro.said(), width))
    scene = [f"let {line}" for line in derivation.let]
    if derivation.let:
        rows += _labelled("let", wrap((Run("; ".join(derivation.let), "dim"),), width - LABEL), 0)
    for line in derivation.given:
        drawn = _drawn(scene, line, width - LABEL) if draw_given else None
        rows += _labelled("given", *(drawn or (wrap((Run(line),), width - LABEL), 0)))
        scene.append(f"given {line}")
    if derivation.goal:
        drawn = _drawn(scene, derivation.goal, width - LABEL) if draw_goal else None
        rows += _labelled("goal", *(drawn or (wrap((Run(derivation.goal, "strong"),), width - LABEL), 0)))
    return rows


def _drawn(scene: list[str], line: str, width: int) -> tuple[list[Row], int] | None:
    """A statement in two dimensions with its base line, behind it the demand of a goal; None where it is no formula."""
    statement, demand, names = line.partition(" in ")
    found = latex_of_lines((*scene, statement), language())
    if len(found) != 1 or found[0] == statement:
        return None
    block = formula(found[0], width - 12)
    behind = Run(f"   in {names}", "dim") if demand else Run("")
    return [(*row, behind) if n == block.baseline else row for n, row in enumerate(block.rows)], block.baseline


def _labelled(label: str, rows: list[Row], at: int) -> list[Row]:
    """Rows behind a word that stands on the row `at`."""
    return [(Run((label if n == at else "").ljust(LABEL), "keyword"), *row) for n, row in enumerate(rows)]


def below_rows(report: Report | None, line: LineVerdict | None, taken: int, told: str, width: int) -> list[Row]:
    """The line's reading in two dimensions, what is known of it, and the hints taken."""
    rows: list[Row] = []
    if told:
        rows += wrap((Run("→ ", "accent"), Run(told)), width)
    if report is None and not told:
        empty = say(
            "Type a line; when you pause, it is judged, and its reading stands here.  F1 hint  F4 start from",
            "输入一行，停下来就会判定，读法显示在这里。 F1 提示  F4 从何开始",
        )
        return wrap((Run(empty, "dim"),), width)
    if report is not None and (line is None or report.goal_reached):
        rows += wrap((Run(status_word(report), "good" if report.status == "complete" else ""),), width)
        rows += wrap((Run(report.note, "dim"),), width) if report.note else []
    if line is not None:
        if line.latex:
            rows.append((Run(say(f"line {line.n} reads", f"第 {line.n} 行读作"), "dim"),))
            rows += [(Run("   "), *row) for row in formula(line.latex, width - 3).rows]
        rows += explained(line, width, reading=False)
        for hint in line.hints[1:taken]:
            rows += wrap((Run(say("hint: ", "提示："), "dim"), Run(hint)), width)
        if line.verdict == "refuted" and taken < len(line.hints):
            rows.append((Run(say("F1: a further hint", "F1：再给一点提示"), "dim"),))
    return rows


def language_rows(width: int) -> list[Row]:
    """The derivation language in a few lines."""
    lines = (
        ("let W : matrix(m, n)", say("declares a name: real, positive, vector(n), simplex(n), …",
                                     "声明名字：real、positive、vector(n)、simplex(n) 等")),
        ("given L = (w x - y)^2", say("a definition, or an assumption", "定义或假设")),
        ("dL/dw = 2 (w x - y) x", say("a step; every step is judged", "一步推导；每一步都会判定")),
        ("= 2 x (w x - y)", say("goes on from the line above", "接着上一行写")),
        ("S because R", say("S, with R assumed; R itself is judged", "在 R 成立时有 S；R 本身也要判定")),
        ("set dL/dw = 0", say("assumes an equation from here on; then w = … solves it",
                              "从这里起假设等式成立；然后 w = … 是它的解")),
        ("H is indefinite", say("a claim: positive definite, convex in w, a saddle point of L, …",
                                "论断：positive definite、convex in w、a saddle point of L 等")),
        ("sum_k y_k log p_k", say("also Σ_k, \\sum_{k=1}^K, delta_ij, A^T, ∂L/∂z_i; LaTeX too",
                                  "也可写 Σ_k、\\sum_{k=1}^K、delta_ij、A^T、∂L/∂z_i，或 LaTeX")),
        ("\\alpha Tab", say("becomes α; F5 shows all symbols", "变成 α；按 F5 查看全部符号")),
    )  # fmt: skip
    rows: list[Row] = [(Run(say("The language", "写法"), "heading"),)]
    for sample, meaning in lines:
        wrapped = wrap((Run(meaning, "dim"),), max(20, width - 26))
        rows += [(Run(f"  {sample if n == 0 else '':<24}", "code"), *row) for n, row in enumerate(wrapped)]
    return rows
