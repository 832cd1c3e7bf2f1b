"""`lhystudy check`: a derivation, judged line by line."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from lhystudy.checker.verdict import Report
from lhystudy.cli import console, verdicts
from lhystudy.errors import StudyError
from lhystudy.study.derive import Checking, content_problem, grade_stream
from lhystudy.words import language, say

CODES = {"complete": console.DONE, "incomplete": console.DONE, "wrong": console.NO, "unreadable": console.USAGE}


def command(
    file: Annotated[str, typer.Argument(metavar="[FILE|-]", help="The derivation; - is standard input.")] = "-",
    derivation: Annotated[str | None, typer.Option(help="A derivation of the course to check it against.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False,
    jsonl: Annotated[bool, typer.Option("--jsonl", help="A line of JSON in, a line of JSON out, in order.")] = False,
    timeout: Annotated[float, typer.Option(min=0.1, max=600, help="Seconds at most for a line.")] = 10.0,
) -> int:
    """Check a derivation line by line; exit code 1 when a step is wrong."""
    if jsonl:
        return _check_many(file, timeout)
    text = _read(file)
    problem = content_problem(derivation) if derivation else None
    with Checking(lang=language()) as checking:
        report = checking.check(text, derivation=problem, seconds=timeout)
    if as_json:
        console.json_line(report.to_json())
    else:
        verdicts.show_report(report)
    return _exit_code(report, asked_for_goal=derivation is not None)


def _exit_code(report: Report, asked_for_goal: bool) -> int:
    """Incomplete is a no where a goal was set or a step stayed undecided."""
    if report.status == "incomplete" and (asked_for_goal or any(line.verdict == "undecided" for line in report.lines)):
        return console.NO
    return CODES[report.status]


def _read(file: str) -> str:
    if file == "-":
        if sys.stdin.isatty():
            console.talk(say("Type the derivation, then Ctrl-D on an empty line.", "请输入推导，再在空行按 Ctrl-D。"))
        return sys.stdin.buffer.read().decode("utf-8", errors="replace")
    try:
        return Path(file).read_bytes().decode("utf-8")
    except UnicodeDecodeError as error:
        raise StudyError(
            say(f"{file} is not UTF-8 text (byte {error.start})", f"{file} 不是 UTF-8 文本（第 {error.start} 字节）"),
            hint=say("save it as UTF-8", "请另存为 UTF-8"),
        ) from error
    except OSError as error:
        raise StudyError(say(f"cannot read {file}: {error.strerror}", f"无法读取 {file}：{error.strerror}")) from error


def _requests(file: str) -> Iterator[dict[str, Any]]:
    """The requests, a line each; a line that is no request becomes one that says so, so that order is kept."""
    try:
        stream = sys.stdin if file == "-" else Path(file).open(encoding="utf-8", errors="replace")
    except OSError as error:
        raise StudyError(say(f"cannot read {file}: {error.strerror}", f"无法读取 {file}：{error.strerror}")) from error
    with stream:
        for n, line in enumerate(stream, 1):
            if not line.strip():
                continue
            try:
                request = json.loads(line)
            except ValueError:
                request = None
            if isinstance(request, dict) and isinstance(request.get("text"), str):
                yield request
            else:
                fault = say(f'line {n} is not {{"id": …, "text": …}}', f'第 {n} 行不是 {{"id": …, "text": …}}')
                name = request.get("id", n) if isinstance(request, dict) else n
                yield {"id": name, "text": "", "fault": fault}


def _check_many(file: str, timeout: float) -> int:
    code = console.DONE
    for document in grade_stream(_requests(file), seconds=timeout, lang=language()):
        console.json_line(document)
        if document["status"] in ("wrong", "unreadable"):
            code = console.NO
    return code
