"""`lhystudy run`: an experiment, live, with the verdict on the claims that it tests."""

from pathlib import Path
from typing import Annotated

import typer

from lhystudy.cli import console, report
from lhystudy.cli.running import follow
from lhystudy.cli.sweeping import Sweep, run_grid
from lhystudy.cli.trust import Trust, ask_first
from lhystudy.errors import StudyError
from lhystudy.lab.plot import check_target, write_picture
from lhystudy.study.engine import check_engine
from lhystudy.study.experiment import plan
from lhystudy.study.many import grid
from lhystudy.words import say


def command(
    name: Annotated[str, typer.Argument(metavar="NAME", help="An experiment, or the path of a file of your own.")],
    settings: Annotated[
        list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="A parameter; may be repeated.")
    ] = None,
    seed: Annotated[int, typer.Option(help="The first seed.")] = 0,
    seeds: Annotated[int, typer.Option(help="How many seeds; five or more give intervals.")] = 1,
    device: Annotated[str, typer.Option(help="auto, cpu, cuda or mps.")] = "auto",
    dtype: Annotated[str, typer.Option(help="float32, float64 or bfloat16.")] = "float32",
    quick: Annotated[bool, typer.Option("--quick", help="A short run, too small to judge claims.")] = False,
    full: Annotated[
        bool, typer.Option("--full", help="A large run, as for a GPU, where the experiment has one.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Events as JSON, one a line.")] = False,
    out: Annotated[Path | None, typer.Option(help="A folder for events.jsonl, result.json and metrics.csv.")] = None,
    plot: Annotated[Path | None, typer.Option(help="A picture: FILE.png, .svg or .html.")] = None,
    threads: Annotated[int, typer.Option(help="CPU threads.")] = 1,
    sweep: Annotated[
        list[str] | None, typer.Option("--sweep", metavar="KEY=A,B,C", help="A grid of runs; may be repeated.")
    ] = None,
    sort: Annotated[str, typer.Option(help="The column that orders a sweep's table; =-COLUMN: largest first.")] = "",
    engine: Annotated[str, typer.Option(help="Who carries out a sweep: local or ray.")] = "local",
    trust: Trust = False,
) -> int:
    """Run an experiment; exit code 1 when a claim fails."""
    request = plan(
        name,
        settings or [],
        seed=seed,
        seeds=seeds,
        device=device,
        dtype=dtype,
        threads=threads,
        quick=quick,
        full=full,
    )
    if plot is not None:
        check_target(plot)
    check_engine(engine)
    ask_first([request.experiment], trust)
    if sweep:
        keys = [word.partition("=")[0].strip().replace("-", "_") for word in sweep]
        return run_grid(grid(request, sweep), Sweep(keys, sort, engine, as_json, out, plot))
    if sort or engine != "local":
        option = "--sort" if sort else "--engine"
        raise StudyError(say(f"{option} is for a sweep", f"{option} 只用于参数扫描"), hint="--sweep KEY=A,B,C")
    followed = follow(request, as_json=as_json, out=out)
    if not as_json:
        report.show(followed.record, device)
    if followed.trouble is not None:
        console.complain(followed.trouble)
    if plot is not None and followed.record.start is not None:
        write_picture(followed.record.events, plot)
    return followed.code
