"""The `lhystudy` command: finds its commands by file name and imports only the one that runs."""

from __future__ import annotations

import importlib
import os
import pkgutil
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from lhystudy import __version__, words
from lhystudy.cli import commands, console
from lhystudy.errors import StudyError, nearest

ORDER = (
    "app", "next", "status", "run", "runs", "replay", "claims", "list", "read", "ask", "note",
    "check", "equal", "quiz", "review", "progress", "export", "import", "import-notes", "audit", "new", "serve",
    "doctor",
)  # fmt: skip


_SUMMARY = re.compile(r'^def command\(.*?"""(.*?)"""|^HELP = "(.*?)"', re.MULTILINE | re.DOTALL)


def _summary(name: str) -> str:
    """What a command does: the docstring of its function or its HELP, read without importing it."""
    folder = Path(commands.__file__ or "").parent
    found = _SUMMARY.search((folder / f"{name.replace('-', '_')}.py").read_text(encoding="utf-8"))
    return " ".join((found.group(1) or found.group(2)).split()) if found else ""


class Commands(TyperGroup):
    """One command a file of `cli/commands/`: `command`, a function, or `app`, a group with its `HELP`."""

    def list_commands(self, ctx: Any) -> list[str]:
        there = [module.name.replace("_", "-") for module in pkgutil.iter_modules(commands.__path__)]
        return sorted(there, key=lambda name: (ORDER.index(name) if name in ORDER else len(ORDER), name))

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name not in self.list_commands(ctx):
            return None
        module = importlib.import_module(f"{commands.__name__}.{cmd_name.replace('-', '_')}")
        if hasattr(module, "app"):
            group = typer.main.get_command(module.app)
            group.name, group.help, group.short_help = cmd_name, module.HELP, module.HELP
            return group
        single = typer.Typer(add_completion=False)
        single.command(cmd_name, context_settings=getattr(module, "SETTINGS", None))(module.command)
        return typer.main.get_command(single)

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Lists the commands by a look at their files, so that help imports none of them."""
        rows = [(name, _summary(name)) for name in self.list_commands(ctx)]
        with formatter.section(words.say("Commands", "命令")):
            formatter.write_dl(rows)

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[Any, Any, list[str]]:
        if args and args[0] not in self.list_commands(ctx) and not args[0].startswith("-"):
            close = nearest(args[0], self.list_commands(ctx))
            hint = words.say(f"did you mean {close}?", f"是不是想用 {close}？") if close else "lhystudy --help"
            raise StudyError(words.say(f"there is no command {args[0]!r}", f"没有名为 {args[0]!r} 的命令"), hint=hint)
        return super().resolve_command(ctx, args)


application = typer.Typer(
    cls=Commands,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(asked: bool) -> None:
    if asked:
        console.out(f"lhystudy {__version__}")
        raise typer.Exit


@application.callback(invoke_without_command=True)
def lhystudy(
    context: typer.Context,
    lang: Annotated[str | None, typer.Option(help="Language of the interface: zh or en.")] = None,
    content: Annotated[str | None, typer.Option(help="A folder of lessons to use instead of the course's.")] = None,
    profile: Annotated[str | None, typer.Option(help="Whose data: a name; each has their own.")] = None,
    debug: Annotated[bool, typer.Option("--debug", help="Show the trace of an error.")] = False,
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="The version.")] = False,
) -> None:
    """A study companion for Hung-yi Lee's machine learning course. Without a command it opens the app."""
    if lang is not None:
        if lang not in ("zh", "en"):
            raise StudyError(words.say(f"no language {lang!r}", f"没有语言 {lang!r}"), hint="--lang zh, --lang en")
        words.set_language(lang)
        os.environ["LHYSTUDY_LANG"] = lang
    if content is not None:
        os.environ["LHYSTUDY_CONTENT"] = content
    if profile is not None:
        os.environ["LHYSTUDY_PROFILE"] = profile
    if context.invoked_subcommand is None:
        from lhystudy.cli.commands.app import command

        command()


def _carried_out(arguments: list[str]) -> int:
    """The exit code of a command line, its errors raised. The parser's own `main` would answer a broken pipe with 1."""
    try:
        with typer.main.get_command(application).make_context("lhystudy", arguments) as context:
            code = context.command.invoke(context)
    except typer.Exit as leaving:
        code = leaving.exit_code
    sys.stdout.flush()
    return code if isinstance(code, int) else console.DONE


def run_command(arguments: Sequence[str] | None = None) -> int:
    """Runs one command line and returns its exit code; nothing is raised."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    debug = "--debug" in given
    arguments = [argument for argument in given if argument != "--debug"]  # wherever it stands
    try:
        return _carried_out(arguments)
    except StudyError as error:
        if debug and error.__cause__ is not None:
            return console.complain_unexpected(error, debug) and error.exit_code
        return console.complain(error)
    except (KeyboardInterrupt, typer.Abort):
        if sys.stderr.isatty():
            console.talk()  # the next prompt stands on a line of its own
        return console.INTERRUPTED
    except BrokenPipeError:  # the reader of the pipe has seen enough
        console.turn_away(sys.stdout)
        return console.DONE
    except Exception as error:
        if hasattr(error, "format_message"):  # a usage error of the option parser
            from lhystudy.cli.usage import refusal

            return console.complain(refusal(error))
        return console.complain_unexpected(error, debug)


def main() -> None:
    """The entry point of the `lhystudy` script."""
    console.open_streams()
    code = run_command()
    console.flush()
    sys.exit(code)
