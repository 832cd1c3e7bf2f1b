"""The layers hold: in the import graph, and in what a fresh interpreter really loads."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
HEAVY = ("torch", "sympy", "textual", "sklearn", "scipy", "matplotlib", "lark", "flint")

PROBE = """
import json, sys
from lhystudy.cli.main import run_command
code = run_command({arguments!r})
print("\\x00" + json.dumps({{"code": code, "loaded": [m for m in {heavy!r} if m in sys.modules]}}))
"""


def loaded_by(*arguments: str) -> list[str]:
    """The heavy modules that one command leaves loaded in its own process."""
    run = subprocess.run(
        [sys.executable, "-c", PROBE.format(arguments=list(arguments), heavy=list(HEAVY))],
        capture_output=True, text=True, encoding="utf-8", check=True, env={**os.environ, "PYTHONUTF8": "1"},
    )  # fmt: skip
    found = json.loads(run.stdout.rsplit("\x00", 1)[1])
    assert found["code"] in (0, 1), run.stderr
    return list(found["loaded"])


@pytest.mark.parametrize(
    "arguments",
    [("--help",), ("--version",), ("list",), ("list", "experiments"), ("list", "questions", "--json"),
     ("read", "backprop"), ("read", "critical-points", "--lang", "zh"), ("status",), ("ask", "saddle")],
    ids=" ".join,
)  # fmt: skip
def test_light_commands_load_nothing_heavy(arguments: tuple[str, ...]) -> None:
    assert loaded_by(*arguments) == []


@pytest.mark.parametrize(
    "arguments", [("equal", "x + x", "2 x"), ("run", "saddle-escape", "--quick", "--json")], ids=" ".join
)
def test_the_command_line_leaves_torch_and_sympy_to_its_workers(arguments: tuple[str, ...]) -> None:
    assert loaded_by(*arguments) == []


def test_the_app_opens_without_torch_or_sympy() -> None:
    script = "import sys, lhystudy.tui.app; print([m for m in ('torch', 'sympy', 'lark', 'flint') if m in sys.modules])"
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


def test_the_import_graph_keeps_its_layers() -> None:
    run = subprocess.run(
        [str(Path(sys.executable).with_name("lint-imports"))], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stdout


def test_no_module_outgrows_its_room() -> None:
    crowded = {
        str(path.relative_to(ROOT)): lines
        for path in (ROOT / "lhystudy").rglob("*.py")
        if (lines := path.read_text(encoding="utf-8").count("\n")) > 400
    }
    assert crowded == {}
