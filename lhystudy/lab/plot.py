"""A run as a picture file: PNG, SVG or one self-contained HTML page, drawn by matplotlib in a child process."""

from __future__ import annotations

import base64
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from lhystudy.child import Child
from lhystudy.errors import StudyError
from lhystudy.files import write_bytes
from lhystudy.lab.catalogue import card_of
from lhystudy.lab.events import ClaimResult, Event, Start, from_json, to_json, to_line
from lhystudy.lab.page import Grid, Section, page
from lhystudy.lab.record import Record
from lhystudy.lab.spoken import event_said, seeds_said
from lhystudy.words import language, say, set_language

SUFFIXES = (".png", ".svg", ".html")
SECONDS = 120.0


def check_target(file: Path, suffixes: Sequence[str] = SUFFIXES) -> None:
    """Raises StudyError when no picture can be written there."""
    if file.suffix.lower() not in suffixes:
        raise StudyError(
            say(f"nothing can be drawn as {file.name}", f"画不出 {file.name} 这种文件"),
            hint=say("end its name in ", "文件名应以下列之一结尾：") + ", ".join(suffixes),
        )
    if file.is_dir():
        raise StudyError(say(f"{file} is a folder", f"{file} 是文件夹"))
    if not file.absolute().parent.is_dir():
        raise StudyError(say(f"there is no folder {file.parent}", f"没有文件夹 {file.parent}"))


class Painter:
    """The child process that draws, for as many pictures as are wanted."""

    def __init__(self) -> None:
        self._child = Child("lhystudy.lab.plot")

    def draw(self, events: Sequence[Event], kind: str, **options: Any) -> bytes:
        """A run's picture as "png" or "svg"; `options` as `panels.drawn` takes them. Raises StudyError."""
        documents = [json.loads(to_line(event, 0.0)) for event in events]  # numbers that JSON lacks become null
        request = {"kind": kind, "language": language(), "events": documents, "options": options}
        answer = self._child.ask(request, SECONDS)
        if "fault" in answer:
            raise StudyError(say("the picture could not be drawn: ", "图没有画成：") + str(answer["fault"]))
        return base64.b64decode(answer["picture"])

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._child.__exit__(kind, error, trace)


def write_picture(events: list[Event], file: Path) -> None:
    """Draws the run to the file, which appears whole or not at all. Raises StudyError when that fails."""
    check_target(file)
    suffix = file.suffix.lower()
    record = Record()
    card = next((card_of(event) for event in events if isinstance(event, Start)), None)
    events = [event_said(event, card) for event in events]
    for event in events:
        record.take(event)
    with Painter() as painter:
        if suffix == ".html":
            svg = painter.draw(events, "svg").decode() if record.charts or record.figures else ""
            content = page(heading(record.start), (), [_section(record, svg)]).encode()
        else:
            content = painter.draw(events, suffix[1:], heading=heading(record.start))
    write_bytes(file, content)


def heading(start: Start | None) -> str:
    """Name, seeds and device of a run."""
    if start is None:
        return ""
    return f"{start.name} · {seeds_said(start)} · {start.device}"


def _section(record: Record, svg: str) -> Section:
    tables = [Grid(table.columns, table.rows, table.title) for table in record.tables]
    if record.claims:
        heads = ["", *say("claim|measured|threshold|95 % interval|note", "论断|测得|阈值|95% 区间|说明").split("|")]
        tables.append(Grid(heads, [_claim(claim) for claim in record.claims], say("Claims", "论断")))
    told = json.dumps(to_json(record.start, 0.0), ensure_ascii=False, indent=1) if record.start else ""
    return Section("", (), tables, svg, details={say("How it was run", "运行方式"): told} if told else {})


def _claim(claim: ClaimResult) -> list[Any]:
    interval = f"{claim.ci[0]:.4g} … {claim.ci[1]:.4g}" if claim.ci is not None else ""
    rule = f"{claim.compare} {claim.threshold:g}"
    return [claim.holds, claim.text, claim.measured, rule, interval, claim.note]


def main() -> None:
    """Draws what each request on standard input asks for."""
    for line in sys.stdin:
        print(json.dumps(_answer(json.loads(line))), flush=True)


def _answer(request: dict[str, Any]) -> dict[str, str]:
    set_language(request["language"])
    try:
        from lhystudy.lab import panels

        panels.set_up()
        record = Record()
        for document in request["events"]:
            record.take(from_json(document))
        picture = panels.drawn(record, request["kind"], **request["options"])
    except Exception as error:
        return {"fault": " ".join(str(error).split()) or type(error).__name__}
    return {"picture": base64.b64encode(picture).decode()}


if __name__ == "__main__":
    main()
