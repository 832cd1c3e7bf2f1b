"""Every command against what a stranger may do: one sentence, the right exit code, and nothing lost."""

import os
import re
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from lhystudy.cli.main import run_command
from tests.samples import write_course


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of odd files to stand in, with the small course in place of the real one."""
    write_course(tmp_path / "content")
    monkeypatch.setenv("LHYSTUDY_CONTENT", str(tmp_path / "content"))
    here = tmp_path / "here"
    for name in ("folder", "folder.json", "folder.md", "folder.png", "folder.py"):
        (here / name).mkdir(parents=True)
    (here / "empty.txt").write_bytes(b"")
    (here / "empty.py").write_bytes(b"")
    (here / "bytes.txt").write_bytes(bytes(range(256)))
    (here / "null.py").write_bytes(b"x\0 = 1")
    (here / "half.json").write_text('{"format": "lhystudy learner data", "version": 1, "tab', encoding="utf-8")
    (here / "deep.json").write_text("[" * 100_000, encoding="utf-8")
    (here / "row.json").write_text(
        '{"format": "lhystudy learner data", "version": 1, "tables": {"notes": [{"text": 1}]}}', encoding="utf-8"
    )
    monkeypatch.chdir(here)
    return here


LONG = "x" * 300
HUGE = "9" * 30
USAGE = [
    ("nonsense",), ("",), ("--nonsense",), ("--lang",), ("--lang", "fr", "list"), ("list", "x", "y"), ("list", "--jsn"),
    ("read",), ("read", "slopes", "--lang", "fr"), ("check", "a", "b"), ("check", "--timeout", "nan"),
    ("check", "--timeout", "inf"), ("check", "--timeout", "-1"), ("check", "none.txt"), ("check", "folder"),
    ("check", "bytes.txt"), ("check", "--jsonl", "none.txt"), ("check", "--jsonl", "folder"), ("check", ""),
    ("equal", "x"), ("equal", "--nonsense", "x"), ("equal", "x", "x", "--timeout", "nan"), ("equal", "x", "x", "x"),
    ("quiz", "--n", "0"), ("quiz", "--n", "1.5"), ("quiz", "--n", HUGE), ("review", "x"), ("ask",), ("ask", "--n", "x"),
    ("note",), ("note", "lst"), ("note", "add"), ("note", "add", ""), ("note", "add", "x" * 20_001),
    ("note", "resolve", "x"), ("note", "resolve", HUGE), ("note", "remove", HUGE), ("note", "export", "folder"),
    ("note", "export", "no/x.md"), ("note", "export", ""), ("note", "export", LONG), ("next", "x"), ("status", "x"),
    ("new", "lesson"), ("new", "lesson", ""), ("new", "lesson", "../x"), ("new", "lesson", LONG),
    ("new", "lesson", "x", "--into", "empty.txt"), ("export", "x.txt"), ("export", "no/x.json"), ("export", ""),
    ("export", "folder.json"), ("export", LONG + ".json"), ("import", "none.json"), ("import", "folder"),
    ("import", "empty.txt"), ("import", "bytes.txt"), ("import", "half.json"), ("import", "deep.json"),
    ("import", "row.json"), ("import-notes", "none.md"), ("import-notes", "folder"), ("import-notes", "bytes.txt"),
    ("run",), ("run", "./none.py"), ("run", "./empty.py"), ("run", "./null.py"), ("run", "./folder.py"),
    ("run", LONG + ".py"), ("run", "lstm-demo", "--set", "x"), ("run", "lstm-demo", "--set", "steps=nan"),
    ("run", "lstm-demo", "--seed", "-1"), ("run", "lstm-demo", "--seed", HUGE), ("run", "lstm-demo", "--seeds", "0"),
    ("run", "lstm-demo", "--threads", "0"), ("run", "lstm-demo", "--device", "tpu"),
    ("run", "lstm-demo", "--plot", "folder.png"), ("run", "lstm-demo", "--sweep", "steps="), ("replay", "1.5"),
    ("replay", HUGE), ("replay", "1", "--speed", "nan"), ("runs", "nonsense"), ("runs", "show", HUGE),
    ("runs", "--limit", "0"), ("claims", "--report", "x.pdf"), ("claims", "--report", "folder.md"),
    ("claims", "--report", "no/x.md"), ("claims", "--rerun", "--seeds", "0"), ("app",),
]  # fmt: skip
MISSING = [
    ("read", "none"), ("read", ""), ("read", "slopes", "--at", ""), ("quiz", "none"), ("check", "--derivation", "none"),
    ("check", "--derivation", ""), ("note", "list", "--lesson", "none"), ("note", "reopen", "7"), ("run", "none"),
    ("run", ""), ("run", "lstm-demo", "--device", "mps"), ("runs", "show", "0"), ("runs", "--experiment", "lstm-dem"),
    ("replay", "0"), ("next", "--route", ""), ("audit", "none"), ("audit", "folder"), ("audit", "empty.txt"),
    ("--content", "none", "list"), ("--content", "folder", "list"), ("--content", "folder", "status"),
]  # fmt: skip
CASES = [
    pytest.param(arguments, code, id=" ".join(arguments)[:40])
    for group, code in ((USAGE, 2), (MISSING, 3))
    for arguments in group
]


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize(("arguments", "code"), CASES)
def test_a_wrong_command_is_one_sentence_and_its_exit_code(
    arguments: tuple[str, ...],
    code: int,
    language: str,
    folder: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from lhystudy import words

    monkeypatch.setenv("LHYSTUDY_LANG", language)
    words.set_language(language)
    before = sorted(path.name for path in folder.rglob("*"))
    assert run_command(arguments) == code
    out, err = capsys.readouterr()
    assert out == "" and len(err.splitlines()) == 1 and len(err) < 1000
    assert err.startswith("出错：" if language == "zh" else "error: ")
    assert not any(word in err for word in ("unforeseen", "意料之外", "Traceback", "Errno", "None"))
    if language == "zh":
        assert any("\u4e00" <= letter <= "\u9fff" for letter in err.removeprefix("出错："))
    assert sorted(path.name for path in folder.rglob("*")) == before


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("list", "--jsn"), "there is no option --jsn (did you mean --json?)"),
        (("quiz", "--n", "none"), "--n must be a whole number from 1 to 500 (lhystudy quiz --help)"),
        (("note", "lst"), "there is no command lhystudy note lst (did you mean list?)"),
        (("note",), "lhystudy note needs one more word (add, list, resolve, reopen, remove, export)"),
        (("read",), "LESSON is missing (lhystudy read --help)"),
        (("replay", "-1"), "before words that begin with - put --: lhystudy replay -- -1"),
        (("review", "x"), "'x' is one word too many"),
        (("check", "folder"), "folder: cannot be read: it is a folder"),
        (("import", "row.json"), "row.json: a row lacks 'lesson'"),
    ],
)
def test_the_sentence_says_what_to_do(
    arguments: tuple[str, ...], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_command(arguments) == 2
    assert told in capsys.readouterr().err


def test_what_was_there_is_left_when_a_file_cannot_be_written(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    run_command(("note", "add", "kept"))
    file = folder / "notes.md"
    file.write_text("mine", encoding="utf-8")
    (folder / "notes.md.part").mkdir()
    assert run_command(("note", "export", "notes.md")) == 2
    assert file.read_text(encoding="utf-8") == "mine"


def test_a_note_cannot_steer_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    run_command(("note", "add", "red \x1b[31m\x07"))
    capsys.readouterr()
    assert run_command(("note", "list")) == 0
    assert "red ␛[31m␇" in capsys.readouterr().out


# ---- the store ----------------------------------------------------------------------------------------


def newer(file: Path) -> None:
    _database(file, f"PRAGMA application_id = {int.from_bytes(b'lhst', 'big')}", "PRAGMA user_version = 999")


def foreign(file: Path) -> None:
    _database(file)


def emptied(file: Path) -> None:
    _database(file, f"PRAGMA application_id = {int.from_bytes(b'lhst', 'big')}", "PRAGMA user_version = 1")


def damaged(file: Path) -> None:
    file.write_bytes(b"no database" * 500)


def _database(file: Path, *statements: str) -> None:
    connection = sqlite3.connect(file)
    for statement in ("CREATE TABLE theirs (a)", *statements):
        connection.execute(statement)
    connection.commit()
    connection.close()


@pytest.mark.parametrize("spoil", [newer, foreign, emptied, damaged])
@pytest.mark.parametrize(
    "arguments",
    [("note", "add", "x"), ("status",), ("runs",), ("claims",), ("next",), ("quiz", "slopes"), ("review",),
     ("progress",), ("ask", "slope"), ("replay", "1"), ("export", "x.json"), ("import", "good.json")],
    ids=" ".join,
)  # fmt: skip
def test_a_store_that_cannot_be_used_is_told_and_left_as_it_is(
    arguments: tuple[str, ...], spoil: object, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "good.json").write_text(
        '{"format": "lhystudy learner data", "version": 1, "tables": {}}', encoding="utf-8"
    )
    home = Path(os.environ["LHYSTUDY_HOME"])
    home.mkdir()
    assert callable(spoil)
    spoil(home / "lhystudy.db")
    before = (home / "lhystudy.db").read_bytes()[100:]  # the header counts who has looked
    assert run_command(arguments) == 3
    err = capsys.readouterr().err
    assert "lhystudy.db: " in err and len(err.splitlines()) == 1
    assert (home / "lhystudy.db").read_bytes()[100:] == before


@pytest.mark.parametrize("home", ["here/empty.txt", "here/empty.txt/below"])
def test_a_home_that_is_a_file_is_told(
    home: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LHYSTUDY_HOME", str(tmp_path / home))
    assert run_command(("note", "list")) == 3
    assert "set LHYSTUDY_HOME" in capsys.readouterr().err


# ---- streams and signals, in real processes -----------------------------------------------------------


def shell(line: str) -> subprocess.CompletedProcess[str]:
    """A line of the shell, in which `lhystudy` is the command; its exit code is that of the last command that fails."""
    command = f'lhystudy() {{ "{sys.executable}" -m lhystudy "$@"; }}\n{line}'
    return subprocess.run(
        ["bash", "-c", command], stdin=subprocess.DEVNULL, capture_output=True, text=True, encoding="utf-8",
        check=False, timeout=120,
    )  # fmt: skip


posix = pytest.mark.skipif(os.name == "nt", reason="a POSIX shell is needed")


@posix
@pytest.mark.parametrize("command", ["list quizzes", "read slopes", "--help", "list --json"])
def test_a_reader_that_has_seen_enough_ends_a_command_quietly(command: str) -> None:
    run = shell(f"lhystudy {command} | true; exit ${{PIPESTATUS[0]}}")
    assert (run.returncode, run.stdout, run.stderr) == (0, "", "")


@posix
@pytest.mark.parametrize(
    ("line", "code", "told"),
    [
        ("lhystudy list >&-", 0, ""),
        ("lhystudy nonsense 2>&-", 2, ""),
        ("lhystudy check <&-", 2, "there is no line to check"),
        ("lhystudy check --jsonl <&-", 0, ""),
        ("lhystudy quiz slopes --json <&- >&-", 0, ""),
        ("lhystudy quiz slopes --json < bytes.txt > /dev/null", 0, ""),
        ("lhystudy quiz slopes < bytes.txt > /dev/null 2>&1", 0, ""),
        ("lhystudy check < bytes.txt", 2, "standard input: this is not UTF-8 text (byte 128)"),
        ("printf '\\xef\\xbb\\xbf1 = 1' | lhystudy check > /dev/null", 0, ""),
        ("lhystudy check empty.txt > /dev/null", 2, "there is no line to check"),
    ],
)
def test_streams_that_are_closed_or_odd(line: str, code: int, told: str) -> None:
    run = shell(line)
    assert run.returncode == code and told in run.stderr and "Traceback" not in run.stderr, run.stderr
    assert told or run.stderr == ""


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the system has no full device")
@pytest.mark.parametrize(
    ("line", "code", "told"),
    [
        ("lhystudy list > /dev/full", 3, "standard output: the disk is full"),
        ("lhystudy --help > /dev/full", 3, "standard output: the disk is full"),
        ("lhystudy nonsense 2> /dev/full", 2, ""),
        ("lhystudy check /dev/zero", 2, "longer than 16 million bytes"),
        ("lhystudy import-notes /dev/zero", 2, "longer than 16 million bytes"),
        ("lhystudy check --jsonl /dev/zero > /dev/null", 2, "longer than 16 million bytes"),
        ("lhystudy note export /dev/full", 2, "/dev/full: cannot be written: the disk is full"),
    ],
)
def test_devices_without_room_or_end(line: str, code: int, told: str) -> None:
    run = shell(line)
    assert run.returncode == code and told in run.stderr and len(run.stderr.splitlines()) <= 1, run.stderr


@posix
def test_an_interrupted_quiz_keeps_what_was_answered(capsys: pytest.CaptureFixture[str]) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "lhystudy", "quiz", "slopes", "--json", "--n", "3"], stdin=subprocess.PIPE,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8",
    ) as quiz:  # fmt: skip
        assert quiz.stdin is not None and quiz.stdout is not None and quiz.stderr is not None
        quiz.stdin.write("1\n")
        quiz.stdin.flush()
        seen = [quiz.stdout.readline() for _ in range(3)]
        quiz.send_signal(signal.SIGINT)
        assert quiz.wait() == 130 and quiz.stderr.read() == ""
    assert '"grade"' in seen[1]
    run_command(("progress", "--json"))
    assert '"tried": 1' in capsys.readouterr().out


@posix
@pytest.mark.parametrize(
    ("arguments", "environment", "told"),
    [
        (("progress",), {"NO_COLOR": "1"}, "Slopes"),
        (("progress",), {"TERM": "dumb"}, "Slopes"),
        (("list", "quizzes"), {"COLUMNS": "4", "NO_COLOR": "1"}, "sl-choice"),
        (("equal", "1", "2"), {"NO_COLOR": "1"}, "refuted"),
    ],
)
def test_a_terminal_that_is_narrow_or_plain_shows_the_same_words(
    arguments: tuple[str, ...], environment: dict[str, str], told: str
) -> None:
    shown = on_terminal(arguments, environment)
    assert told in shown and "Traceback" not in shown
    assert not re.search("\x1b\\[[0-9;]*m", shown)


def on_terminal(arguments: tuple[str, ...], environment: dict[str, str]) -> str:
    """What a command shows on a terminal at which nobody types."""
    import pty

    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "lhystudy", *arguments], stdin=subprocess.DEVNULL, stdout=theirs, stderr=theirs,
        env={**os.environ, "TERM": "xterm", **environment},
    ):  # fmt: skip
        os.close(theirs)
        shown = b""
        try:
            while block := os.read(ours, 65536):
                shown += block
        except OSError:  # the terminal closes with its last program
            pass
    os.close(ours)
    return shown.decode("utf-8", errors="replace")
