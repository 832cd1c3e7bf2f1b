"""`lhystudy claims`: every claim of the lectures with its last evidence; measures them anew."""

import html
from pathlib import Path
from typing import Annotated, Any

import typer

from lhystudy.cli import console, paint
from lhystudy.cli.running import follow
from lhystudy.draw.cells import Row, Run
from lhystudy.errors import StudyError
from lhystudy.files import write_text
from lhystudy.lab.catalogue import cards
from lhystudy.store.db import open_store
from lhystudy.study.experiment import plan
from lhystudy.study.history import ClaimRecord, claim_records
from lhystudy.study.outcome import SIGNS
from lhystudy.words import language, say


def command(
    rerun: Annotated[bool, typer.Option("--rerun", help="Measure every claim anew first.")] = False,
    seeds: Annotated[int, typer.Option(min=1, max=1000, help="Seeds of a rerun.")] = 1,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False,
    report: Annotated[Path | None, typer.Option(help="Write the list to FILE.md or FILE.html.")] = None,
) -> int:
    """List the lectures' claims with their last evidence; exit code 1 when one fails."""
    if report is not None and report.suffix.lower() not in (".md", ".html"):
        raise StudyError(
            say(f"no report can be written as {report.name}", f"无法把报告写成 {report.name}"),
            hint="--report FILE.md, FILE.html",
        )
    if rerun and not _measure_anew(seeds):
        return console.INTERRUPTED
    with open_store() as database:
        records = claim_records(database)
    documents = [_document(record) for record in records]
    if report is not None:
        _write(report, documents)
    if as_json:
        console.json_line(documents)
    else:
        _show(records)
    return console.NO if any(document["holds"] is False for document in documents) else console.DONE


def _measure_anew(seeds: int) -> bool:
    """Runs every experiment at its defaults; False when it was interrupted."""
    every = cards()
    for place, card in enumerate(every):
        console.talk(f"{place + 1}/{len(every)}  {card.name}")
        followed = follow(plan(card.name, seeds=seeds))
        if followed.interrupted:
            return False
        result = followed.record.result
        if result is not None and result.status == "failed":
            console.talk(f"  {result.message}")
    return True


def _document(record: ClaimRecord) -> dict[str, Any]:
    evidence = record.evidence
    return {
        "experiment": record.card.name,
        "lesson": record.card.lesson,
        "id": record.claim.id,
        "text": say(record.claim.en, record.claim.zh),
        "quantity": say(record.claim.quantity_en, record.claim.quantity_zh),
        "compare": record.claim.compare,
        "threshold": record.claim.threshold,
        "holds": evidence.holds if evidence else None,
        "measured": evidence.measured if evidence else None,
        "effect": evidence.effect if evidence else None,
        "ci": list(evidence.interval) if evidence and evidence.interval else None,
        "run": evidence.run if evidence else None,
        "seeds": evidence.seeds if evidence else None,
        "quick": evidence.quick if evidence else None,
        "changed": record.changed,
    }


def _show(records: list[ClaimRecord]) -> None:
    rows: list[Row] = []
    last = ""
    for record in records:
        if record.card.name != last:
            last = record.card.name
            rows += [(), (Run(record.card.name, "heading"), Run("  " + record.card.title, "dim"))]
        sign, role = SIGNS[record.evidence.holds if record.evidence else None]
        rows.append(
            (Run(f" {sign} ", role), Run(say(record.claim.en, record.claim.zh)), Run("  " + _told(record), "dim"))
        )
    paint.show_rows(rows[1:])


def _told(record: ClaimRecord) -> str:
    evidence = record.evidence
    if evidence is None:
        return say("not measured yet", "还没有测过")
    threshold = say("threshold ", "阈值 ") + f"{record.claim.compare} {record.claim.threshold:g}"
    parts = [f"{evidence.measured:.4g}", threshold, say(f"run {evidence.run}", f"运行 {evidence.run}")]
    if evidence.interval:
        parts[0] += f" [{evidence.interval[0]:.4g}, {evidence.interval[1]:.4g}]"
    if evidence.seeds > 1:
        parts.append(say(f"{evidence.seeds} seeds", f"{evidence.seeds} 个种子"))
    if evidence.quick:
        parts.append("quick")
    parts += [f"{name}={value}" for name, value in record.changed.items() if not evidence.quick]
    return " · ".join(parts)


def _write(file: Path, documents: list[dict[str, Any]]) -> None:
    heads = ["", "experiment", "claim", "measured", "threshold", "95 %", "seeds", "run"]
    rows = [
        [
            SIGNS[document["holds"]][0],
            document["experiment"],
            document["text"],
            "" if document["measured"] is None else f"{document['measured']:.4g}",
            f"{document['compare']} {document['threshold']:g}",
            "" if document["ci"] is None else "{:.4g} … {:.4g}".format(*document["ci"]),
            "" if document["seeds"] is None else str(document["seeds"]),
            "" if document["run"] is None else str(document["run"]),
        ]
        for document in documents
    ]
    title = say("Claims and their last evidence", "论断与最近的证据")
    text = _markdown(title, heads, rows) if file.suffix.lower() == ".md" else _page(title, heads, rows)
    write_text(file, text)


def _markdown(title: str, heads: list[str], rows: list[list[str]]) -> str:
    lines = ["| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in [heads, *rows]]
    return "\n".join([f"# {title}", "", lines[0], "|" + " --- |" * len(heads), *lines[1:]]) + "\n"


def _page(title: str, heads: list[str], rows: list[list[str]]) -> str:
    cells = ["".join(f"<td>{html.escape(cell)}</td>" for cell in row) for row in [heads, *rows]]
    style = "body{font:16px/1.5 system-ui,sans-serif;margin:2em}td{padding:.2em .8em;border-bottom:1px solid #ccc}"
    return (
        f'<!doctype html>\n<html lang="{language()}">\n<meta charset="utf-8">\n<title>{html.escape(title)}</title>\n'
        f"<style>{style}</style>\n<h1>{html.escape(title)}</h1>\n<table>\n"
        + "\n".join(f"<tr>{row}</tr>" for row in cells)
        + "\n</table>\n</html>\n"
    )
