"""`lhystudy runs`: the stored runs: listed, shown, compared, repeated."""

import json
import math
from dataclasses import replace
from typing import Annotated

import typer

from lhystudy.cli import console, paint, report
from lhystudy.cli.running import follow
from lhystudy.cli.trust import Trust, ask_first
from lhystudy.draw.cells import Run
from lhystudy.errors import StudyError
from lhystudy.lab.catalogue import card_of, find, names
from lhystudy.lab.record import Record, overlay
from lhystudy.lab.request import DEVICES
from lhystudy.lab.spoken import record_said
from lhystudy.store import runs
from lhystudy.store.db import open_store
from lhystudy.store.runs import StoredRun
from lhystudy.study.experiment import MOST_THREADS, check_choice, request_of
from lhystudy.study.history import gathered, stored_run
from lhystudy.study.outcome import chart_block, table_rows
from lhystudy.study.repeat import Comparison
from lhystudy.study.repeat import compare as compare_runs
from lhystudy.words import say

HELP = "The stored runs: list, show, compare, repeat."
app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.callback(invoke_without_command=True)
def recent(
    context: typer.Context,
    experiment: Annotated[str | None, typer.Option(help="Only runs of this experiment.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="How many, newest first.")] = 20,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False,
) -> None:
    """List the stored runs, newest first."""
    if context.invoked_subcommand is not None:
        return
    with open_store() as database:
        found = runs.recent(database, experiment, limit)
    if experiment is not None and not found and experiment not in names():
        find(experiment)  # says which name is near
    if as_json:
        console.json_line([_document(run) for run in found])
        return
    if not found:
        console.out(say("no runs yet: lhystudy run lstm-demo", "还没有运行：lhystudy run lstm-demo"))
        return
    heads = ["id", say("experiment", "实验"), say("status", "状态"), say("seeds", "种子"), say("device", "设备"), "s"]
    heads += [say("started", "开始时间")]
    rows = [
        [run.id, run.experiment + (" (quick)" if run.quick else ""), run.status, len(run.seeds), run.device]
        + [round(run.seconds, 1), run.started.astimezone().strftime("%Y-%m-%d %H:%M")]
        for run in found
    ]
    paint.show_rows(table_rows(heads, rows))


def _document(run: StoredRun) -> dict[str, object]:
    return {**run.__dict__, "seeds": list(run.seeds), "started": run.started.isoformat()}


@app.command()
def show(
    run: Annotated[int, typer.Argument(metavar="ID", help="The run's number.")],
    as_json: Annotated[bool, typer.Option("--json", help="Its events as JSON, one a line.")] = False,
) -> None:
    """Show a stored run as it ended."""
    with open_store() as database:
        stored_run(database, run)
        if as_json:
            for line in runs.event_lines(database, run):
                console.out(line)
            return
        report.show(gathered(database, run))


@app.command()
def compare(
    ids: Annotated[list[int], typer.Argument(metavar="ID ID …", help="The runs' numbers.")],
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False,
) -> None:
    """Lay stored runs side by side: parameters, claims, last values, curves."""
    ids = list(dict.fromkeys(ids))
    if len(ids) < 2:
        raise StudyError(say("comparing takes at least two runs", "对照至少需要两次运行"), hint="lhystudy runs")
    with open_store() as database:
        stored = [stored_run(database, run) for run in ids]
        records = [gathered(database, run) for run in ids]
    documents = [_side(run, record) for run, record in zip(stored, records, strict=True)]
    if as_json:
        console.json_line(documents)
        return
    names = list(dict.fromkeys(name for document in documents for name in document))
    rows = [[name, *(document.get(name) for document in documents)] for name in names if name != "run"]
    differing = [row for row in rows if len({json.dumps(cell) for cell in row[1:]}) > 1]
    same = [row[0] for row in rows if row not in differing]
    paint.show_rows(table_rows(["", *(str(run) for run in ids)], differing))
    if same:
        paint.show_rows([(Run(say("the same in all: ", "完全相同：") + ", ".join(map(str, same)), "dim"),)])
    changed = [row[0] for row in differing if row[0] in stored[0].params]
    names = [" ".join([str(run.id), *(f"{key}={run.params.get(key)}" for key in changed[:2])]) for run in stored]
    _show_charts(dict(zip(names, records, strict=True)))


def _side(run: StoredRun, record: Record) -> dict[str, object]:
    """One run as a flat mapping: how it was run, what its claims measured, its curves' last values."""
    last = {name: (value if value == value else None) for name, value in record.last_values().items()}
    return {
        "run": run.id,
        "experiment": run.experiment,
        "status": run.status,
        "device": run.device,
        "dtype": run.dtype,
        "threads": run.threads,
        "seed": run.seeds[0],
        "seeds": len(run.seeds),
        "seconds": round(run.seconds, 2),
        **run.versions,
        **run.params,
        **{claim.id: claim.measured for claim in record.claims},
        **last,
    }


def _show_charts(records: dict[str, Record]) -> None:
    """Each curve that runs have under the same name, laid over one another with their bands."""
    shown = {
        name: record_said(record, card_of(record.start) if record.start else None) for name, record in records.items()
    }
    for title, chart in overlay(shown).items():
        if len(chart.curves) > 1:
            paint.show_rows([(), *chart_block(title, chart, report.columns(), report.CHART_ROWS).rows])


@app.command()
def repeat(
    run: Annotated[int, typer.Argument(metavar="ID", help="The run's number.")],
    device: Annotated[str | None, typer.Option(help="Another device than the run had.")] = None,
    threads: Annotated[int | None, typer.Option(min=1, max=MOST_THREADS, help="Other CPU threads.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Events as JSON, then one line with the comparison.")] = False,
    trust: Trust = False,
) -> None:
    """Run a stored run again and compare; exit code 1 when they differ by more than their bands."""
    with open_store() as database:
        request = request_of(stored_run(database, run))
    check_choice("--device", device or request.device, DEVICES)
    ask_first([request.experiment], trust)
    followed = follow(replace(request, device=device or request.device, threads=threads or request.threads),
                      as_json=as_json)  # fmt: skip
    result = followed.record.result
    if followed.interrupted or followed.failed or result is None or result.run is None or followed.trouble:
        if not as_json:
            report.show(followed.record)
        raise typer.Exit(followed.code or console.NO)
    with open_store() as database:
        difference = compare_runs(database, run, result.run)
    if as_json:
        told = {"identical": difference.identical, "within_band": difference.within_band}
        console.json_line({"event": "comparison", **difference.__dict__, **told, "largest": _finite(difference)})
    else:
        _show_comparison(run, result.run, difference)
    if not difference.within_band:
        raise typer.Exit(console.NO)


def _finite(difference: Comparison) -> float | None:
    return difference.largest if math.isfinite(difference.largest) else None


def _show_comparison(first: int, second: int, found: Comparison) -> None:
    runs_en, runs_zh = f"run {second} repeats run {first}", f"运行 {second} 重复了运行 {first}"
    of = say(f"{found.equal_points} of {found.points} numbers are equal to the last bit",
             f"{found.points} 个数中有 {found.equal_points} 个逐位相同")  # fmt: skip
    if found.identical:
        told = say(f"{runs_en} to the last bit: {found.points} numbers", f"{runs_zh}，逐位相同：{found.points} 个数")
    elif found.within_band:
        told = say(f"{runs_en} within its bands: {of}", f"{runs_zh}，差别都在误差带内：{of}")
    else:
        told = say(f"run {second} differs from run {first}: {of}", f"运行 {second} 与运行 {first} 不同：{of}")
        if found.outside:
            told += say(f", {found.outside} lie outside of their bands", f"，{found.outside} 个超出误差带")
    console.out(told)
    if found.largest:
        console.out(say("largest difference: ", "最大差别：") + f"{found.largest:.3g}")
    if found.other_points:
        console.out(say("numbers that only one of them has: ", "只有其中一次有的数：") + str(found.other_points))
    for claim in found.changed_verdicts:
        console.out(say("another verdict: ", "结论不同：") + claim)
    for name, (before, after) in found.changed.items():
        console.out(f"{name}: {before} → {after}")
