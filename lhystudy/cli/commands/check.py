"""`lhystudy check`: a derivation, judged line by line."""

import json
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Annotated, Any

import typer

from lhystudy import files
from lhystudy.checker.verdict import Report
from lhystudy.cli import console, verdicts
from lhystudy.cli.usage import finite
from lhystudy.errors import StudyError
from lhystudy.study.derive import Checking, content_problem, grade_stream
from lhystudy.study.engine import check_engine
from lhystudy.words import language, say

CODES = {"complete": console.DONE, "incomplete": console.DONE, "wrong": console.NO, "unreadable": console.USAGE}


def command(
    file: Annotated[str, typer.Argument(metavar="[FILE|-]", help="The derivation; - is standard input.")] = "-",
    derivation: Annotated[str | None, typer.Option(help="A derivation of the course to check it against.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False,
    jsonl: Annotated[bool, typer.Option("--jsonl", help="A line of JSON in, a line of JSON out, in order.")] = False,
    timeout: Annotated[float, typer.Option(min=0.1, max=600, callback=finite, help="Seconds at most a line.")] = 10.0,
    engine: Annotated[str, typer.Option(help="Who grades --jsonl: local or ray.")] = "local",
) -> int:
    """Check a derivation line by line; exit code 1 when a step is wrong."""
    check_engine(engine)
    if jsonl:
        return _check_many(file, derivation, timeout, engine)
    if engine != "local":
        raise StudyError(say("--engine is for --jsonl", "--engine 只用于 --jsonl"))
    text = _read(file)
    problem = content_problem(derivation) if derivation is not None else None
    with Checking(lang=language()) as checking:
        told = None if as_json else verdicts.show_line
        report = checking.check(text, derivation=problem, seconds=timeout, told=told)
    if as_json:
        console.json_line({**report.to_json(), "id": derivation or (file if file == "-" else Path(file).name)})
    elif report.lines or report.note:
        verdicts.show_status(report)
    return _exit_code(report, asked_for_goal=derivation is not None)


def _exit_code(report: Report, asked_for_goal: bool) -> int:
    """Incomplete is a no where a goal was set, a step stayed undecided or the checker gave up; nothing is no input."""
    if not report.lines and not report.note:
        console.complain(StudyError(say("there is no line to check", "没有可检查的行")))
        return console.USAGE
    undecided = report.note or any(line.verdict == "undecided" for line in report.lines)
    if report.status == "incomplete" and (asked_for_goal or undecided):
        return console.NO
    return CODES[report.status]


def _read(file: str) -> str:
    if file != "-":
        return files.read_text(file)
    if sys.stdin.isatty():
        console.talk(say("Type the derivation, then Ctrl-D on an empty line.", "请输入推导，再在空行按 Ctrl-D。"))
    return files.decoded(sys.stdin.buffer.read(files.MOST + 1), say("standard input", "标准输入"))


def _requests(file: str) -> Iterator[dict[str, Any]]:
    """The requests, a line each; a line that is no request becomes one that says so, so that order is kept."""
    n = 0
    try:
        with open(0 if file == "-" else file, "rb", closefd=file != "-") as stream:
            while line := stream.readline(files.MOST + 1):
                n += 1
                if line.strip():
                    yield _request(n, line)
                if len(line) > files.MOST:
                    return  # a stream without line ends may have no end either
    except OSError as error:
        if not n:
            raise files.unreadable(file, error) from error
        yield {"id": n + 1, "fault": str(files.unreadable(say(f"line {n + 1}", f"第 {n + 1} 行"), error))}


def _request(n: int, line: bytes) -> dict[str, Any]:
    """The request in a line, or one with its fault."""
    name: Any = n
    try:
        request = json.loads(files.decoded(line, say(f"line {n}", f"第 {n} 行")))
        if isinstance(request, dict):
            json.dumps(request.get("id"), allow_nan=False)  # what cannot be given back is no name
            name = request.get("id", n)
            if isinstance(request.get("text"), str) and isinstance(request.get("derivation"), str | None):
                return request
    except StudyError as error:
        return {"id": n, "fault": str(error)}
    except (ValueError, RecursionError):
        pass
    wanted = '{"id": …, "text": "…"}'
    return {"id": name, "fault": say(f"line {n} is not {wanted}", f"第 {n} 行不是 {wanted}")}


def _check_many(file: str, derivation: str | None, timeout: float, engine: str) -> int:
    """Grades all, against `derivation` where a line names none; 1 for a wrong one, 2 when a line was no request."""
    faults: list[str] = []
    if derivation is not None:
        content_problem(derivation)

    def requests() -> Iterator[dict[str, Any]]:
        for request in _requests(file):
            faults.extend([request["fault"]] if "fault" in request else [])
            yield {**request, "derivation": request.get("derivation") or derivation}

    code = console.DONE
    with closing(grade_stream(requests(), seconds=timeout, lang=language(), engine=engine)) as graded:
        for document in graded:
            console.json_line(document)
            if document["status"] in ("wrong", "unreadable"):
                code = console.NO
    if not faults:
        return code
    others = say(f" and {len(faults) - 1} more like it", f"，另有 {len(faults) - 1} 行也是如此") if faults[1:] else ""
    return console.complain(StudyError(faults[0] + others, where=None if file == "-" else file))
