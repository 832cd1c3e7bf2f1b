"""A derivation taken out of the workbench: as plain lines, as Markdown with verdicts, as a LaTeX document; and in."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from lhystudy.checker.verdict import LineVerdict, Report
from lhystudy.course.parts import Derivation
from lhystudy.errors import StudyError
from lhystudy.files import at_home, read_text, unwritable, write_text
from lhystudy.study.reading import latex_of_lines
from lhystudy.study.telling import SIGNS, point_sentence, short_word
from lhystudy.words import language, say

LARGEST = 256 * 1024  # bytes of a file that is read onto the sheet
ESCAPED = str.maketrans({c: "\\" + c for c in "&%$#_{}"} | {"~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
                                                               "\\": r"\textbackslash{}"})  # fmt: skip


def write_sheet(folder: Path, derivation: Derivation | None, text: str, report: Report | None) -> list[Path]:
    """Writes NAME.txt, NAME.md and NAME.tex, and returns where. Raises StudyError when that cannot be."""
    name = derivation.id if derivation else "sheet"
    pages = {
        "txt": text.rstrip("\n") + "\n",
        "md": as_markdown(derivation, text, report),
        "tex": as_latex(derivation, text, report),
    }
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise unwritable(folder, error) from error
    written = []
    for ending, page in pages.items():
        written.append(folder / f"{name}.{ending}")
        write_text(written[-1], page)
    return written


def read_sheet(name: str) -> str:
    """The text of a file for the sheet. Raises StudyError when it cannot be read, is too long, or no text."""
    try:
        return read_text(at_home(name.strip()), LARGEST)
    except ValueError as error:  # a name that can be none
        raise StudyError(say(f"cannot be read: {error}", f"无法读取：{error}"), where=name) from error


def _title(derivation: Derivation | None) -> str:
    return derivation.title.said() if derivation else say("A derivation", "推导")


def _scene(derivation: Derivation | None) -> tuple[str, ...]:
    return derivation.preamble if derivation else ()


def _judged(report: Report | None) -> dict[int, list[LineVerdict]]:
    found: dict[int, list[LineVerdict]] = {}
    for line in report.lines if report else ():
        found.setdefault(line.n, []).append(line)
    return found


def as_markdown(derivation: Derivation | None, text: str, report: Report | None) -> str:
    """The task, each line as a formula with its verdict, and below it what is known of a line that fails."""
    judged, scene = _judged(report), list(_scene(derivation))
    parts = [f"# {_title(derivation)}"]
    if derivation:
        parts += [derivation.intro.said(), "\n".join(["```", *scene, "```"])]
    for n, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        if line.lstrip().startswith("#"):
            parts.append(line.lstrip("# ").rstrip())
            continue
        found = judged.get(n, [])
        drawn = [one.latex for one in found if one.latex]
        signs = " ".join(f"{SIGNS[one.verdict].text} {short_word(one)}".strip() for one in found if one.verdict)
        parts.append("\n".join([*(f"$${one}$$" for one in drawn or latex_of_lines((*scene, line))[-1:]), "", signs]))
        parts += [f"> {told}" for one in found for told in _remarks(one)]
        scene.append(line)
    if report is not None and report.goal_reached:
        parts.append(say("The goal is reached.", "目标已达成。"))
    return "\n\n".join(part.strip("\n") for part in parts if part.strip()) + "\n"


def _remarks(line: LineVerdict) -> Iterator[str]:
    if line.counterexample is not None:
        yield point_sentence(line.counterexample)
    if line.note:
        yield line.note


def as_latex(derivation: Derivation | None, text: str, report: Report | None) -> str:
    """A document of its own: the task, then the derivation as one or more displayed formulas."""
    lines = tuple(line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#"))
    scene = _scene(derivation)
    task = [rf"\noindent {_escaped(derivation.intro.said())}"] if derivation else []
    task += [rf"\noindent \texttt{{{_escaped(line)}}}\\" for line in scene]
    formulas = [rf"\[{one}\]" for one in latex_of_lines((*scene, *lines))]
    verdict = report.status if report else ""
    return "\n".join(
        [
            r"\documentclass{ctexart}" if language() == "zh" else r"\documentclass{article}",
            r"\usepackage{amsmath,amssymb}",
            r"\begin{document}",
            rf"\section*{{{_escaped(_title(derivation))}}}",
            *task,
            *formulas,
            rf"% {verdict}" if verdict else "",
            r"\end{document}",
            "",
        ]
    )


def _escaped(text: str) -> str:
    """Running text of the course, its formulas between dollar signs left alone."""
    parts = text.split("$")
    return "$".join(part if n % 2 else part.translate(ESCAPED) for n, part in enumerate(parts))
