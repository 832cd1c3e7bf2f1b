"""A child process is asked, streamed, stopped and survived."""

import sys
from pathlib import Path

import pytest

from lhystudy.child import Child, ChildDied, ChildTimeout

SERVER = """
import json, sys, time, os
for line in sys.stdin:
    request = json.loads(line)
    if request["do"] == "echo":
        print(json.dumps({"back": request["text"]}), flush=True)
    elif request["do"] == "hang":
        time.sleep(60)
    elif request["do"] == "die":
        print("last words", file=sys.stderr, flush=True)
        print('{"half": ', end="", flush=True)
        os._exit(3)
    elif request["do"] == "flood":
        for n in range(30_000):
            print(json.dumps({"n": n}))
        sys.stdout.flush()
"""


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    (tmp_path / "a_server.py").write_text(SERVER)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    return "a_server"


def test_a_question_is_answered_in_any_script(server: str) -> None:
    with Child(server) as child:
        assert child.ask({"do": "echo", "text": "梯度 ∇L"}, 20) == {"back": "梯度 ∇L"}


def test_a_silent_child_is_killed_at_the_deadline(server: str) -> None:
    with Child(server) as child:
        child.ask({"do": "echo", "text": "awake"}, 20)
        with pytest.raises(ChildTimeout):
            child.ask({"do": "hang"}, 0.2)
        assert not child.alive


def test_a_dying_child_leaves_its_status_and_last_words(server: str) -> None:
    with Child(server) as child, pytest.raises(ChildDied) as death:
        child.ask({"do": "die"}, 20)
    assert death.value.code == 3
    assert "last words" in death.value.stderr


def test_asking_a_dead_child_says_so(server: str) -> None:
    with Child(server) as child:
        child.kill()
        with pytest.raises(ChildDied):
            child.ask({"do": "echo", "text": ""}, 5)


def test_a_flood_can_be_left_unread(server: str) -> None:
    with Child(server) as child:
        child.send({"do": "flood"})
        assert child.receive(20) == {"n": 0}
    assert not child.alive


def test_every_line_of_a_stream_arrives_in_order(server: str) -> None:
    with Child(server) as child:
        child.send({"do": "flood"})
        numbers = [(child.receive(20) or {})["n"] for _ in range(30_000)]
    assert numbers == list(range(30_000))


def test_a_child_ends_when_its_parent_closes_the_pipe(server: str) -> None:
    child = Child(server)
    child.ask({"do": "echo", "text": ""}, 20)
    child.stop()
    assert child.wait(0) == 0


def test_a_module_that_is_not_there_dies_at_once() -> None:
    with Child("no_such_module_anywhere") as child:
        assert list(child.lines()) == []
    assert child.wait(0) == 1
    assert sys.executable
