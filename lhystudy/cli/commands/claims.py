"""`lhystudy claims`: every claim of the lectures with its last evidence; measures them anew."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from lhystudy.cli import console, paint
from lhystudy.cli.running import follow_many
from lhystudy.cli.trust import Trust, ask_first
from lhystudy.draw.cells import Row, Run
from lhystudy.files import write_text
from lhystudy.lab.card import Card
from lhystudy.lab.catalogue import cards, find
from lhystudy.lab.plot import check_target
from lhystudy.store.db import open_store
from lhystudy.study import report as reports
from lhystudy.study.engine import check_engine
from lhystudy.study.experiment import plan
from lhystudy.study.history import ClaimRecord, claim_records
from lhystudy.study.outcome import SIGNS
from lhystudy.words import say


def command(
    names: Annotated[list[str] | None, typer.Argument(metavar="[NAME …]", help="Only of these experiments.")] = None,
    rerun: Annotated[bool, typer.Option("--rerun", help="Measure every claim anew first, on all cores.")] = False,
    seeds: Annotated[int | None, typer.Option(min=1, max=1000, help="Seeds of a rerun, else as each claims.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False,
    report: Annotated[Path | None, typer.Option(help="Write a report to FILE.md or FILE.html.")] = None,
    engine: Annotated[str, typer.Option(help="Who carries out a rerun: local or ray.")] = "local",
    trust: Trust = False,
) -> int:
    """List the lectures' claims with their last evidence; exit code 1 when one fails."""
    chosen = [find(name) for name in dict.fromkeys(names)] if names else cards()
    check_engine(engine)
    if report is not None:
        check_target(report, (".md", ".html"))
    if rerun:
        ask_first([str(card.file) if card.own else card.name for card in chosen], trust)
    code = _measure_anew(chosen, seeds, engine) if rerun else console.DONE
    if code == console.INTERRUPTED:
        return code
    with open_store() as database:
        records = claim_records(database, chosen)
        if report is not None:
            now = datetime.now().astimezone()
            is_page = report.suffix.lower() == ".html"
            write_text(report, (reports.html if is_page else reports.markdown)(database, records, now))
    if as_json:
        console.json_line([_document(record) for record in records])
    else:
        _show(records)
    fails = any(record.evidence is not None and record.evidence.holds is False for record in records)
    return max(code, console.NO if fails else console.DONE)


def _measure_anew(chosen: Sequence[Card], seeds: int | None, engine: str) -> int:
    """Runs the experiments at their defaults; 130 when it was interrupted, 1 or more when one could not be run."""
    requests = [plan(str(card.file) if card.own else card.name, seeds=seeds or seeds_of(card)) for card in chosen]
    found = follow_many(requests, [card.name for card in chosen], engine=engine)
    if found.interrupted:
        done = sum(run.record.result is not None and run.record.result.status == "done" for run in found.runs)
        console.talk(say(f"interrupted; finished and kept: {done}", f"已中断；已完成并保留：{done}"))
        return console.INTERRUPTED
    codes = [fault.exit_code for fault in found.refusals] + [run.trouble.exit_code for run in found.runs if run.trouble]
    return max(codes + [console.NO for run in found.runs if run.failed], default=console.DONE)


def seeds_of(card: Card) -> int:
    """The seeds that the evidence for a card's claims takes: those of the claim that takes most."""
    return max((claim.seeds for claim in card.claims), default=1)


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
        "date": evidence.started.isoformat() if evidence else None,
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
        rows.append((Run(f" {sign} ", role), Run(say(record.claim.en, record.claim.zh))))
        rows.append((Run("   " + _told(record), "dim"),))
    paint.show_rows([*rows[1:], (), (Run(reports.summary(records), "strong"),)])


def _told(record: ClaimRecord) -> str:
    evidence = record.evidence
    threshold = say("threshold ", "阈值 ") + f"{record.claim.compare} {record.claim.threshold:g}"
    if evidence is None:
        return f"{reports.verdict(record)} · {threshold}"
    measured = f"{evidence.measured:.4g}"
    if evidence.interval:
        measured += f" [{evidence.interval[0]:.4g}, {evidence.interval[1]:.4g}]"
    parts = [reports.verdict(record), measured, threshold]
    if evidence.effect is not None:
        parts.append(say("effect ", "效应 ") + f"{evidence.effect:+.3g}")
    if evidence.seeds > 1:
        parts.append(say(f"{evidence.seeds} seeds", f"{evidence.seeds} 个种子"))
    parts.append(say(f"run {evidence.run}", f"运行 {evidence.run}"))
    parts.append(f"{evidence.started.astimezone():%Y-%m-%d}")
    if evidence.quick:
        parts.append(say("quick", "快速运行"))
    parts += [f"{name}={value}" for name, value in record.changed.items() if not evidence.quick]
    return " · ".join(parts)
