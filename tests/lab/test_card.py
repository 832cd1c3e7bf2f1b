"""Cards: what a file declares is read without running it, and every fault has its place."""

from pathlib import Path

import pytest

from lhystudy.errors import MissingError, StudyError
from lhystudy.lab.card import read_card
from lhystudy.lab.catalogue import find, names
from lhystudy.study.experiment import plan
from tests.lab.own import HEAD, write_experiment

WHOLE = HEAD + "    yield Log('')\n"


def card_with(tmp_path: Path, old: str, new: str) -> None:
    """Reads a card whose file has one thing changed."""
    assert old in WHOLE
    file = tmp_path / "mine.py"
    file.write_text(WHOLE.replace(old, new, 1), encoding="utf-8")
    read_card(file, "mine")


def test_a_card_holds_all_that_its_file_declares(tmp_path: Path) -> None:
    card = find(str(write_experiment(tmp_path, "raise SystemExit  # never run")))
    assert (card.name, card.title_en, card.title_zh) == ("mine", "An experiment of a test.", "测试用的实验。")
    assert (card.lesson, card.quick, card.own) == ("backprop", {"steps": 2}, True)
    steps, rate, kind, loud = card.parameters
    assert (steps.kind, steps.default, steps.low, steps.high, steps.zh) == ("int", 5, 1, 1_000_000_000, "步数")
    assert rate.limits == "0…1" and kind.limits == "mean|sum" and loud.limits == "true|false"
    assert [claim.id for claim in card.claims] == ["big"]
    assert (card.title_en, card.title_zh) == ("An experiment of a test.", "测试用的实验。") and not card.bfloat16


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("lesson: backprop\n", "", r"mine\.py:1: the docstring names no lesson"),
        ("An experiment of a test.\n\n测试用的实验。", "One title.", r"mine\.py:1: the docstring opens with the title"),
        ("quick: steps=2", "quick: steps", r"mine\.py:1: the line `quick:`"),
        ("quick: steps=2", "quick: stops=2", r"mine\.py:1: quick: mine has no parameter 'stops'.*steps"),
        ("quick: steps=2", "full: steps=0", r"mine\.py:1: full: steps must be from 1"),
        ("quick: steps=2", "quick: steps=0", r"mine\.py:1: quick: steps must be from 1"),
        ("class Config:", "class Settings:", "there is no class Config"),
        ("steps: int", "steps: list", r"LINE: steps: a parameter is an int, float, bool or str"),
        ("param(0.5, 0.0, 1.0, en", "dict(default=0.5, en", r"LINE: rate: write"),
        ("param(0.5,", "param(5.0,", r"LINE: default: rate must be from 0 to 1"),
        ('param(False, en="loud", zh="响亮")', 'param(False, en="loud")', r"LINE: loud: param\(\) lacks zh"),
        ("param(5, 1,", "param(2 + 3, 1,", r"LINE: only literals may stand here"),
        ('param(False, en="loud"', 'param(False, help="", en="loud"', r"LINE: no argument is called help"),
        ("CLAIMS = (", "CLAIM = (", "there is no tuple CLAIMS"),
        ('"big", ">", 0.5', '"big", "=>", 0.5', r"LINE: compare is one of"),
        ('"big", ">", 0.5', '"big", ">", "0.5"', r"LINE: threshold is a number"),
        ('quantity_en="size"', 'seeds=0, quantity_en="size"', r"LINE: seeds is a whole number"),
        ('quantity_en="size", ', "", r"LINE: Claim\(\) lacks quantity_en"),
        ("def run(config: Config, seeds: Seeds)", "def run(config: Config)", r"run takes \(config, seeds\)"),
        ("def run", "def walk", r"there is no function run"),
        ("import random", "import random as", r"LINE: this is not Python"),
    ],
)
def test_a_fault_is_told_with_its_place(tmp_path: Path, old: str, new: str, message: str) -> None:
    line = WHOLE[: WHOLE.index(old)].count("\n") + 1
    with pytest.raises(StudyError, match=message.replace("LINE", rf"mine\.py:{line}")):
        card_with(tmp_path, old, new)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('ZH = ("loss", "损失")', "ZH is a dictionary"),
        ('ZH = {"loss": 1}', "ZH holds texts"),
        ('ZH = {"loss": ""}', "ZH holds texts"),
        ('ZH = {1: "损失"}', "ZH holds texts"),
        ("ZH = {**CLAIMS}", "ZH holds texts"),
        ('ZH = {"loss": "损失", "loss": "误差"}', "ZH has 'loss' twice"),
        ('ZH = {"loss after {}": "损失"}', "'loss after {}' and its Chinese"),
    ],
)
def test_a_fault_in_the_chinese_words_is_told_with_its_place(tmp_path: Path, line: str, message: str) -> None:
    place = WHOLE[: WHOLE.index("\n\ndef run")].count("\n") + 2
    with pytest.raises(StudyError, match=rf"mine\.py:{place}: {message}"):
        card_with(tmp_path, "\n\ndef run", f"\n{line}\n\n\ndef run")


def test_a_claim_that_stands_twice_is_refused(tmp_path: Path) -> None:
    claim = next(line for line in WHOLE.splitlines() if line.lstrip().startswith("Claim("))
    with pytest.raises(StudyError, match="claim big stands twice"):
        card_with(tmp_path, claim, f"{claim}\n{claim}")


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "mine.py"
    file.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(StudyError, match=r"mine\.py"):
        read_card(file, "mine")


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"stepps": "3"}, "no parameter 'stepps'.*did you mean steps"),
        ({"steps": "0"}, "steps must be from 1 to 1e[+]09"),
        ({"steps": "2.5"}, "steps must be a whole number, not '2.5'"),
        ({"steps": ""}, "steps must be a whole number"),
        ({"rate": "nan"}, "rate must be a number"),
        ({"rate": "1e9"}, "rate must be from 0 to 1"),
        ({"kind": "men"}, "kind must be one of mean, sum.*did you mean mean"),
        ({"loud": "perhaps"}, "loud must be true or false"),
    ],
)
def test_a_setting_that_cannot_be_is_told_with_what_can(tmp_path: Path, given: dict[str, str], message: str) -> None:
    card = find(str(write_experiment(tmp_path, "yield Log('')")))
    with pytest.raises(StudyError, match=message):
        card.settings(given)


def test_settings_go_over_the_quick_ones_and_those_over_the_defaults(tmp_path: Path) -> None:
    card = find(str(write_experiment(tmp_path, "yield Log('')")))
    assert card.settings({"loud": "yes", "rate": "1"}, quick=True) == {
        "steps": 2, "rate": 1.0, "kind": "mean", "loud": True,
    }  # fmt: skip
    assert card.settings({"steps": "9"}, quick=True)["steps"] == 9


def test_a_full_run_takes_the_full_line(tmp_path: Path) -> None:
    file = write_experiment(tmp_path, "yield Log('')")
    with pytest.raises(StudyError, match="mine has no full size"):
        plan(str(file), full=True)
    file.write_text(
        file.read_text("utf-8").replace("quick: steps=2", "quick: steps=2\nfull: steps=5000 rate=0.1"), "utf-8"
    )
    assert plan(str(file), ["rate=1"], full=True).params == {"steps": 5000, "rate": 1.0, "kind": "mean", "loud": False}
    with pytest.raises(StudyError, match="exclude each other"):
        plan(str(file), quick=True, full=True)


def test_a_misspelt_experiment_is_told_with_the_nearest() -> None:
    with pytest.raises(MissingError, match="did you mean optimizer-race") as caught:
        find("optimiser-race")
    assert caught.value.exit_code == 3


def test_a_path_to_nothing_is_told() -> None:
    with pytest.raises(StudyError, match=r"there is no file \./nothing\.py"):
        find("./nothing.py")


def test_the_seven_first_experiments_are_there() -> None:
    assert {"optimizer-race", "lstm-demo", "code-length", "softmax-mse"} <= set(names())
