"""The commands for reading, asking, quizzes, notes and progress, as processes and in this one."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from lhystudy.cli import main
from lhystudy.cli.main import run_command
from tests.samples import write_course


@pytest.fixture(autouse=True)
def content(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The small course in place of the real one."""
    write_course(tmp_path / "content")
    monkeypatch.setenv("LHYSTUDY_CONTENT", str(tmp_path / "content"))
    return tmp_path / "content"


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    """The exit code, standard output and standard error of a command in this process."""
    code = run_command(arguments)
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def document(capsys: pytest.CaptureFixture[str], *arguments: str) -> Any:
    code, out, _ = run(capsys, *arguments)
    assert code == 0 and out.count("\n") == 1
    return json.loads(out)


@pytest.mark.parametrize(
    ("what", "names"),
    [
        ("lessons", ["slopes"]),
        ("derivations", ["square"]),
        ("questions", ["q-900"]),
        ("mistakes", ["m-900"]),
        ("routes", ["main-route"]),
    ],
)
def test_lists_name_what_there_is(capsys: pytest.CaptureFixture[str], what: str, names: list[str]) -> None:
    assert [row["id"] for row in document(capsys, "list", what, "--json")[what]] == names
    code, out, _ = run(capsys, "list", what)
    assert code == 0 and names[0] in out and "\x1b" not in out


def test_quizzes_are_listed_with_numbers_drawn(capsys: pytest.CaptureFixture[str]) -> None:
    rows = document(capsys, "list", "quizzes", "--json")["quizzes"]
    assert len(rows) == 10
    assert "{n}" not in json.dumps(rows)


def test_the_list_speaks_the_language_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "--lang", "zh", "list")
    assert code == 0 and "第一单元" in out and "斜率" in out


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (("list", "lesons"), 2, "did you mean lessons?"),
        (("read", "slops"), 3, 'did you mean "slopes"?'),
        (("read", "later"), 3, "still to come"),
        (("read", "slopes", "--lang", "fr"), 2, "no language"),
        (("read", "slopes", "--at", "limit"), 3, "did you mean limits?"),
        (("quiz", "slops"), 3, 'did you mean "slopes"?'),
        (("note", "resolve", "7"), 3, "there is no note 7"),
        (("note", "add", " "), 2, "the note is empty"),
        (("next", "--route", "main-rote"), 3, 'did you mean "main-route"?'),
        (("export", "cards.txt"), 2, "ends neither in .json nor in .apkg"),
        (("export", "cards.apkg"), 3, "there are no quiz items of yours yet"),
        (("import", "none.json"), 2, "cannot be read"),
        (("import-notes", "none.md"), 2, "cannot be read"),
        (("audit", "nowhere"), 3, "there is no folder"),
        (("new", "lesso", "x"), 2, "did you mean lesson?"),
        (("new", "lesson", "Not A Name"), 2, "cannot be a name"),
        (("ask", "?"), 1, "nothing found"),
        (("quiz", "--n", "none"), 2, "--n"),
    ],
)
def test_a_wrong_word_is_one_sentence_and_the_right_code(
    capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], code: int, message: str
) -> None:
    got, out, err = run(capsys, *arguments)
    assert got == code
    assert out == "" and message in err and "Traceback" not in err


def test_a_lesson_is_plain_text_in_a_pipe(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "read", "slopes", "--lang", "zh")
    assert code == 0 and "哪边是下坡" in out and "\x1b" not in out and "{#" not in out
    assert all(len(line) <= 80 for line in out.splitlines())


def test_a_lesson_is_read_from_a_place_on(capsys: pytest.CaptureFixture[str]) -> None:
    for place in ("limits", "m-900", "square"):
        _, out, _ = run(capsys, "read", "slopes", "--at", place)
        assert out.startswith("Where it fails") and "Where is down" not in out


def test_asking_leads_to_the_place(capsys: pytest.CaptureFixture[str]) -> None:
    found = document(capsys, "ask", "slope", "of", "a", "square", "--json")["found"]
    assert (found[0]["kind"], found[0]["name"]) == ("derivation", "square")
    code, out, _ = run(capsys, "ask", "下坡")
    assert code == 0 and "lhystudy read slopes --at" in out


def test_notes_come_and_go(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert run(capsys, "note", "add", "--doubt", "--lesson", "slopes", "why", "down?")[0] == 0
    assert run(capsys, "note", "add", "plain")[0] == 0
    (doubt,) = document(capsys, "note", "list", "--doubts", "--json")["notes"]
    assert (doubt["text"], doubt["lesson"], doubt["resolved"]) == ("why down?", "slopes", None)
    assert run(capsys, "note", "resolve", str(doubt["id"]))[0] == 0
    assert document(capsys, "note", "list", "--doubts", "--json")["notes"] == []
    assert run(capsys, "note", "resolve", "2")[0] == 2
    file = tmp_path / "notes.md"
    assert run(capsys, "note", "export", str(file))[0] == 0
    assert "- [x] why down?" in file.read_text("utf-8")
    assert run(capsys, "note", "remove", "1")[0] == 0
    assert len(document(capsys, "note", "list", "--json")["notes"]) == 1


def test_what_comes_next_and_where_one_is(capsys: pytest.CaptureFixture[str]) -> None:
    assert document(capsys, "next", "--json") == {"kind": "lesson", "name": "slopes", "command": "lhystudy read slopes"}
    status = document(capsys, "status", "--json")
    assert (status["due"], status["route"]) == (0, {"id": "main-route", "done": 0, "of": 2})
    assert document(capsys, "progress", "--json")["lessons"][0]["items"] == 10
    code, out, _ = run(capsys, "next")
    assert code == 0 and "lhystudy read slopes" in out
    assert "Slopes" in run(capsys, "progress")[1]


def test_data_goes_out_and_comes_back(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(capsys, "note", "add", "kept")
    file = tmp_path / "all.json"
    assert run(capsys, "export", str(file))[0] == 0
    monkeypatch.setenv("LHYSTUDY_HOME", str(tmp_path / "elsewhere"))
    assert document(capsys, "note", "list", "--json")["notes"] == []
    assert run(capsys, "import", str(file))[0] == 0
    assert document(capsys, "note", "list", "--json")["notes"][0]["text"] == "kept"


def test_the_audit_names_faults_with_file_and_line(capsys: pytest.CaptureFixture[str], content: Path) -> None:
    code, out, _ = run(capsys, "audit", "--structure", "--json")
    found = json.loads(out)
    assert code == 1
    assert [fault["message"] for fault in found["faults"]] == ['sl-predict: no claim of code-length "CLAIM"']
    assert found["faults"][0]["file"].endswith("quiz.yaml") and found["faults"][0]["line"] > 1
    assert found["counts"]["items"] == 10


@pytest.mark.parametrize("kind", ["experiment", "lesson", "derivation"])
def test_templates_are_written_and_never_over_something(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, kind: str
) -> None:
    code, out, _ = run(capsys, "new", kind, "my-idea", "--into", str(tmp_path))
    files = [Path(line) for line in out.splitlines()]
    assert code == 0 and files and all(file.is_file() for file in files)
    assert run(capsys, "new", kind, "my-idea", "--into", str(tmp_path))[0] == 2


def test_a_new_experiment_runs_by_the_call_that_is_shown(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    err = run(capsys, "new", "experiment", "my-idea", "--into", str(tmp_path))[2]
    call = err.split("try it: lhystudy ")[1].split()
    assert run(capsys, *call, "--quick", "--json")[0] == 0


# ---- quizzes, with real pipes --------------------------------------------------------------------


def piped(*arguments: str, answers: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "lhystudy", *arguments], input=answers, capture_output=True, text=True, check=False
    )


def lines(out: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in out.splitlines()]


def test_a_quiz_of_json_asks_grades_and_keeps(capsys: pytest.CaptureFixture[str]) -> None:
    answers = '{"response": 1, "confidence": "certain"}\nnonsense\n12\n"(2, 11)"\n'
    done = piped("quiz", "slopes", "--json", "--n", "3", answers=answers)
    said = lines(done.stdout)
    assert [one["event"] for one in said] == [
        "question",
        "grade",
        "question",
        "grade",
        "grade",
        "question",
        "grade",
        "result",
    ]
    assert said[0]["form"] == "pick-one" and said[0]["choices"][1] == "against the slope"
    assert said[3]["unreadable"] and not said[4]["unreadable"]
    assert said[-1] == {"event": "result", "asked": 3, "right": 2}
    assert done.returncode == 1
    row = document(capsys, "progress", "--json")["lessons"][0]
    assert (row["tried"], row["right"]) == (3, 2)


def test_a_quiz_all_right_is_a_yes_and_an_early_end_keeps_what_was_done() -> None:
    done = piped("quiz", "slopes", "--json", "--n", "2", answers="1\n")
    assert done.returncode == 0
    assert lines(done.stdout)[-1] == {"event": "result", "asked": 1, "right": 1}


def test_a_quiz_for_people_takes_numbers_from_one_and_can_be_undone(capsys: pytest.CaptureFixture[str]) -> None:
    done = piped("quiz", "slopes", "--n", "2", answers="9\n1\nc\nu\n2\nt\nq\n")
    assert "choose one of the 2 answers" in done.stderr
    assert "✗ Not right." in done.stdout and "✓ Right." in done.stdout
    assert "1 of 1 right" in done.stdout and done.returncode == 0
    assert document(capsys, "progress", "--json")["lessons"][0]["tried"] == 1


def test_a_symbolic_item_is_judged_by_the_checker(content: Path) -> None:
    quiz = content / "01-first" / "02-slopes" / "quiz.yaml"
    text = quiz.read_text("utf-8")
    start = text.index("- id: sl-symbolic")
    quiz.write_text(text[start : text.index("- id: sl-predict")], encoding="utf-8")
    done = piped("quiz", "slopes", "--json", answers='"2 +* w"\n"w + w"\n')
    said = lines(done.stdout)
    assert said[1]["unreadable"] and said[2]["right"]
    done = piped("quiz", "slopes", "--json", answers='"w"\n')
    assert lines(done.stdout)[1]["feedback"] == "The factor 2 is lost."


def test_nothing_due_is_said_and_no_error(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = run(capsys, "review")
    assert (code, out) == (0, "") and "nothing is due" in err
    assert document(capsys, "review", "--json") == {"event": "result", "asked": 0, "right": 0}


def test_every_command_has_a_line_of_help() -> None:
    import typer

    names = ["list", "read", "ask", "note", "quiz", "review", "next", "status", "progress", "export", "import",
             "import-notes", "audit", "new"]  # fmt: skip
    group: Any = typer.main.get_command(main.application)
    for name in names:
        command = group.get_command(None, name)
        assert command is not None and command.help, name
