"""What README, CONTRIBUTING and docs/ say is so: each command parses and runs, each name is there, each count is right.

Commands, names and numbers are found in the Markdown itself, so that a new line of a document is covered as it stands.
"""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import typer
from markdown_it import MarkdownIt
from markdown_it.token import Token

from lhystudy.cli.main import application, run_command
from lhystudy.lab import catalogue

ROOT = Path(__file__).resolve().parent.parent
DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
WRITTEN_BY_HAND = [path for path in DOCUMENTS if path.name != "claims.md"]
PLACEHOLDER = re.compile(r"…|\b(NN|NAME|ID|CLAIM|DIR|FILE)\b")

# Commands that are parsed but not run here, each with the reason.
NOT_RUN = {
    ("serve",): "stays until it is stopped; tests/web starts it",
    ("audit",): "proves the whole course, which takes minutes; tests/content does it",
    ("claims", "--rerun"): "measures every claim anew, which takes hours",
    ("doctor",): "measures the machine; tests/cli does it",
    ("check",): "reads a derivation that is typed",
}
NOTHING_YET = {("export", "mine.apkg")}  # in an empty home


@cache
def tokens(path: Path) -> list[Token]:
    return MarkdownIt("commonmark").enable("table").parse(path.read_text(encoding="utf-8"))


def spans(path: Path) -> Iterator[str]:
    """The code of a document: each inline span, and each line of a fence without a language or of a shell's."""
    for token in tokens(path):
        if token.type == "fence" and token.info in ("", "sh", "console"):
            yield from token.content.splitlines()
        for child in token.children or ():
            if child.type == "code_inline":
                yield child.content


def words_of(span: str) -> list[str]:
    try:
        return shlex.split(span, comments=True)
    except ValueError:  # a span with an apostrophe is no command
        return []


def commands(path: Path, program: str) -> list[tuple[str, ...]]:
    """The arguments of each call of a program that a document shows, in order, none twice."""
    found = (words_of(span) for span in spans(path) if span.split(" ")[0] == program)
    return list(dict.fromkeys(tuple(words[1:]) for words in found if words))


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def options_of(command: Any) -> set[str]:
    """Every option of a command and of the commands below it."""
    found = {name for parameter in command.params for name in parameter.opts}
    for name in command.list_commands(None) if hasattr(command, "list_commands") else ():
        found |= options_of(command.get_command(None, name))
    return found | {"--help"}


@cache
def options() -> dict[str, set[str]]:
    """The options of each command, and under "" those of all."""
    program: Any = typer.main.get_command(application)
    found = {name: options_of(program.get_command(None, name)) for name in program.list_commands(None)}
    return {"": {name for parameter in program.params for name in parameter.opts}.union(*found.values()), **found}


def parse(arguments: tuple[str, ...]) -> None:
    """Reads a command line as lhystudy does, without carrying it out; raises what lhystudy refuses it with."""
    command: Any = typer.main.get_command(application)
    context, rest = None, list(arguments)
    while True:
        try:
            context = command.make_context(command.name or "lhystudy", rest, parent=context)
        except typer.Exit:  # --help and --version answer at once
            return
        rest = [*getattr(context, "_protected_args", ()), *context.args]
        if not rest or not hasattr(command, "resolve_command"):
            return
        _, command, rest = command.resolve_command(context, rest)


def only_named(arguments: tuple[str, ...]) -> bool:
    """Whether these are a command's name alone, and the command needs more: prose speaks of it."""
    command: Any = typer.main.get_command(application)
    for word in arguments:
        command = command.get_command(None, word) if hasattr(command, "get_command") else None
        if command is None:
            return False
    return any(parameter.required for parameter in command.params)


def shown(arguments: tuple[str, ...]) -> tuple[str, ...]:
    """A command line with a name where the document leaves one open."""
    return tuple(argument.replace("NAME", "mine") for argument in arguments)


@cache
def begun() -> set[str]:
    """The experiments that the documents have the reader begin, as `lhystudy run` takes them."""
    calls = [shown(arguments) for path in WRITTEN_BY_HAND for arguments in commands(path, "lhystudy")]
    names = [arguments[2] for arguments in calls if arguments[:2] == ("new", "experiment")]
    return {*names, *(f"./{name.replace('-', '_')}.py" for name in names)}


@pytest.mark.parametrize("path", DOCUMENTS, ids=named)
def test_every_command_line_shown_is_one(path: Path) -> None:
    refused = {}
    for arguments in commands(path, "lhystudy"):
        if arguments in NOT_RUN or only_named(arguments):
            continue
        try:
            parse(shown(arguments))
            if arguments[:1] == ("run",) and arguments[1] not in begun() and "/" not in arguments[1]:
                assert arguments[1] in catalogue.names(), "no such experiment"
                if "--set" in arguments:
                    pairs = [arguments[n + 1] for n, word in enumerate(arguments) if word == "--set"]
                    catalogue.find(arguments[1]).settings(dict(pair.split("=", 1) for pair in pairs))
        except Exception as error:
            refused[shlex.join(arguments)] = str(error) or repr(error)
    assert refused == {}


@pytest.mark.parametrize("path", DOCUMENTS, ids=named)
def test_every_option_named_alone_is_one_of_lhystudy(path: Path) -> None:
    unknown = []
    for span in spans(path):
        words = span.split()[:2]
        command = words.pop(0) if words and words[0] in options() else ""
        if words and re.match("--[a-z]", words[0]) and words[0] not in options()[command]:
            unknown.append(span)
    assert unknown == []


@pytest.mark.parametrize("path", DOCUMENTS, ids=named)
def test_every_make_target_shown_is_one(path: Path) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
    text = path.read_text(encoding="utf-8")
    asked = [word for arguments in commands(path, "make") for word in arguments]
    for listed in re.findall(r"through `make`: ((?:`[a-z-]+`(?:, )?)+)", text):
        asked += re.findall(r"`([a-z-]+)`", listed)
    variables = {word.split("=")[0] for word in asked if "=" in word}
    assert {word for word in asked if "=" not in word} <= targets
    assert {name for name in variables if f"$({name})" not in makefile} == set()


@pytest.mark.parametrize("path", DOCUMENTS, ids=named)
def test_every_python_call_shown_finds_its_files(path: Path) -> None:
    missing = []
    for dashed, module, *rest in commands(path, ".venv/bin/python"):
        assert dashed == "-m"
        if module == "pytest":
            missing += [name for name in rest if not (ROOT / name.split("::")[0]).exists()]
            continue
        place = ROOT / module.replace(".", "/")
        files = [file for file in (place.with_suffix(".py"), place / "__main__.py") if file.exists()]
        missing += [] if files else [module]
        text = "".join(file.read_text(encoding="utf-8") for file in files)
        missing += [name for name in rest if name.startswith("--") and f'"{name}"' not in text]
    assert missing == []


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the repository in which the commands of the documents may write."""
    there = tmp_path_factory.mktemp("checkout")
    for name in ("lhystudy", "content", "docs"):
        shutil.copytree(ROOT / name, there / name)  # with what is compiled already
    return there


def as_shown(arguments: tuple[str, ...], checkout: Path) -> subprocess.CompletedProcess[str]:
    """Carries a command line out in the copy, in an empty home."""
    environment = {
        **os.environ,
        "LHYSTUDY_HOME": str(checkout / "home"),
        "PYTHONPATH": str(checkout),
        "LHYSTUDY_TRUST": "1",
    }
    return subprocess.run(
        [sys.executable, "-m", "lhystudy", *shown(arguments)],
        cwd=checkout, env={**environment, "PYTHONUTF8": "1"}, stdin=subprocess.DEVNULL,
        capture_output=True, text=True, encoding="utf-8", check=False,
    )  # fmt: skip


def runnable() -> list[tuple[str, ...]]:
    """The short commands of all documents, in their order. The course's own experiments are run in tests/lab."""
    found: dict[tuple[str, ...], None] = {}
    for path in WRITTEN_BY_HAND:
        for arguments in commands(path, "lhystudy"):
            long = (
                arguments in NOT_RUN
                or only_named(arguments)
                or (arguments[:1] == ("run",) and arguments[1] not in begun())
            )
            if arguments and not long and not any("…" in word for word in arguments):
                found[
                    (*arguments, "--quick") if arguments[0] == "run" and "--quick" not in arguments else arguments
                ] = None
    return list(found)


def verdicts() -> dict[tuple[str, ...], str]:
    """What the documents say in words right after a command: that it is proved, or refuted."""
    said = {}
    for path in WRITTEN_BY_HAND:
        for call, verdict in re.findall(
            r"`lhystudy ([^`]+)`\s+is\s+(proved|refuted)", path.read_text(encoding="utf-8")
        ):
            said[tuple(words_of(call))] = verdict
    return said


@pytest.mark.timeout(900)  # a dozen processes one after another, on a machine that may be busy
def test_the_short_commands_do_what_is_said_of_them(checkout: Path) -> None:
    said, wrong = verdicts(), {}
    assert set(said.values()) == {"proved", "refuted"} and set(said) <= set(runnable())
    for arguments in runnable():
        done = as_shown(arguments, checkout)
        verdict = said.get(arguments, "")
        expected = {0, 1} if arguments[0] == "run" else {3} if arguments in NOTHING_YET else {int(verdict == "refuted")}
        if done.returncode not in expected or verdict not in done.stdout or "Traceback" in done.stderr:
            wrong[shlex.join(arguments)] = (done.returncode, done.stdout[-300:] + done.stderr[-300:])
    assert wrong == {}
    # What they are said to write is there: the template of an experiment, the exported data.
    assert lost_files(checkout) == {}
    assert json.loads((checkout / "mine.json").read_text(encoding="utf-8"))


def lost_files(checkout: Path) -> dict[str, list[str]]:
    """The paths that each document names and that are neither in the repository nor written by the commands."""
    kept = [path.relative_to(ROOT).as_posix() for path in repository_files()]
    written = [path.relative_to(checkout).as_posix() for path in checkout.rglob("*") if path.is_file()]
    there = {"/" + name for name in (*kept, *written)}
    lost: dict[str, list[str]] = {}
    for path in WRITTEN_BY_HAND:
        for span in spans(path):
            for name in re.findall(r"^[\w./-]+(?:/|\.(?:py|md|yaml|lark|toml|json|txt|svg|apkg))$", span):
                end = "/" + name.removeprefix("./")
                if PLACEHOLDER.search(name) or any(
                    end in file + "/" if end[-1] == "/" else file.endswith(end) for file in there
                ):
                    continue
                lost.setdefault(named(path), []).append(name)
    return lost


@cache
def repository_files() -> list[Path]:
    folders = ("lhystudy", "content", "tests", "docs", "benchmarks")
    below = [path for folder in folders for path in (ROOT / folder).rglob("*") if "__pycache__" not in path.parts]
    return [*(path for path in (*below, *ROOT.glob("*")) if path.is_file())]


NUMBERS = {
    word: value
    for value, word in enumerate("one two three four five six seven eight nine ten eleven twelve".split(), start=1)
}
NOUNS = "lessons|units|routes|items|templates|derivations|experiments|questions"
COUNTED = re.compile(rf"(more than )?(\d[\d,]*|{'|'.join(NUMBERS)}) (?:quiz )?({NOUNS})\b", re.IGNORECASE)


def counts(capsys: pytest.CaptureFixture[str]) -> dict[str, int]:
    """How many of everything there are, as `lhystudy audit` and `lhystudy list` say."""
    found: dict[str, int] = {}
    assert run_command(["audit", "--structure", "--json"]) == 0
    found |= json.loads(capsys.readouterr().out)["counts"]
    for what in ("experiments", "routes", "lessons"):
        assert run_command(["list", what, "--json"]) == 0
        rows = json.loads(capsys.readouterr().out)[what]
        found[what] = len(rows)
    return found | {"units": len({row["unit"] for row in rows})}


def true_count(exact: bool, said: int, there: int) -> bool:
    """Whether a count is right: itself, or after `more than` the last round number below it."""
    step = 10 ** (len(str(said)) - len(str(said).rstrip("0")))
    return said == there if exact else said < there <= said + step


def test_every_count_of_the_course_in_the_readme_is_right(capsys: pytest.CaptureFixture[str]) -> None:
    there = counts(capsys)
    prose = " ".join(token.content for token in tokens(ROOT / "README.md") if token.type == "inline")
    prose = re.sub(r"\s+", " ", prose)
    said: dict[str, int] = {}
    wrong = []
    # "more than 900 items, 200 derivations and 200 experiments": the words hold for what is listed after them, too.
    listed = re.sub(
        r"more than [^.;:]+", lambda part: re.sub(r"(?<!more than )\b(\d)", r"more than \1", part[0]), prose
    )
    for about, number, what in COUNTED.findall(listed):
        value = NUMBERS.get(number.lower()) or int(number.replace(",", ""))
        said[what] = value
        if not true_count(not about, value, there[what]):
            wrong.append(f"{about}{number} {what}: there are {there[what]}")
    assert wrong == []
    assert {"lessons", "units", "routes", "items", "derivations", "experiments"} <= set(said)


FIGURE = re.compile(r"\d[\d,.]*\s*(?:%|ms\b|s\b|MiB\b|min\b|lines/s|kills\b)|^\|.*\d", re.MULTILINE)
# A measured figure is printed by a command; a limit is set by a module.
REPEAT = re.compile(r"`(?:lhystudy [^`]+|make [^`]+|\.venv/bin/python [^`]+|[\w/]+\.py)`")


@pytest.mark.parametrize("name", ["performance.md", "checker.md", "reliability.md"])
def test_every_section_with_figures_says_how_to_repeat_them(name: str) -> None:
    text = (ROOT / "docs" / name).read_text(encoding="utf-8")
    sections = re.split(r"^(?=## )", text, flags=re.MULTILINE)
    silent = [part.splitlines()[0] for part in sections if FIGURE.search(part) and not REPEAT.search(part)]
    rows = re.findall(r"^\| *what *\|.*\| *repeat *\|\n\|[-| ]+\n((?:\|.*\n)+)", text, re.MULTILINE)
    unrepeated = [row for table in rows for row in table.splitlines() if not REPEAT.search(row.split("|")[-2])]
    assert silent == [] and unrepeated == []


def test_every_link_leads_somewhere() -> None:
    dead = []
    for path in WRITTEN_BY_HAND:
        for token in tokens(path):
            for child in token.children or ():
                target = str(child.attrs.get("href") or child.attrs.get("src") or "").split("#")[0]
                if target and "://" not in target and not (path.parent / target).exists():
                    dead.append(f"{named(path)}: {target}")
    assert dead == []


ARCHITECTURE = ROOT / "docs" / "architecture.md"


def test_the_layers_drawn_are_those_that_are_held() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    (held,) = [each for each in project["tool"]["importlinter"]["contracts"] if each["type"] == "layers"]
    (drawing,) = [token.content for token in tokens(ARCHITECTURE) if token.type == "fence"]
    drawn = [re.split(r" {3,}", line.strip())[0].split(" | ") for line in drawing.splitlines()]
    assert drawn == [layer.replace("lhystudy.", "").split(" | ") for layer in held["layers"]]
    there = {path.stem for path in (ROOT / "lhystudy").iterdir() if not path.name.startswith("_")}
    assert there == {name for layer in drawn for name in layer}


def importers(package: str) -> set[str]:
    """The modules below lhystudy/ that import a package."""
    line = re.compile(rf"^\s*(?:import|from) {package}\b", re.MULTILINE)
    sources = [path for path in (ROOT / "lhystudy").rglob("*.py") if line.search(path.read_text(encoding="utf-8"))]
    return {path.relative_to(ROOT / "lhystudy").as_posix() for path in sources}


def test_packages_are_imported_only_where_the_table_says() -> None:
    rows = re.findall(r"^\| (`.+?) \| (`.+?) \|$", ARCHITECTURE.read_text(encoding="utf-8"), re.MULTILINE)
    strays = {}
    for packages, places in rows:
        allowed = tuple(re.findall(r"`([^`]+)`", places))
        for package in re.findall(r"`(\w+)`", packages):
            found = importers(package)
            assert found, package
            strays[package] = {name for name in found if not name.startswith(allowed)}
    assert strays and not any(strays.values()), strays


def test_every_name_of_the_architecture_is_in_the_code() -> None:
    sources = " ".join(path.read_text(encoding="utf-8") for path in repository_files() if path.suffix == ".py")
    known = {*re.findall(r"\w+", sources), *(path.stem for path in repository_files())}
    spans_there = [span for span in spans(ARCHITECTURE) if re.fullmatch(r"[A-Za-z_][\w.]*(\(.*\))?", span)]
    assert {span for span in spans_there if not set(re.findall(r"\w+", span)) <= known | {"py", "lark"}} == set()
