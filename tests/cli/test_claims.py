"""`lhystudy claims`: listed with their evidence, measured anew on all cores, written as a report."""

import json
import os
import re
import signal
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest

from tests.cli.test_run import lhystudy
from tests.lab.own import HEAD, write_experiment

BODY = """
for step in range(5):
    yield Metric("loss", step, 1.0 / (step + 1) + seeds.rand(), chart="training")
yield Measured("big", config.rate + seeds.rand() / 10)
"""


@pytest.fixture
def mine(tmp_path: Path) -> str:
    return str(write_experiment(tmp_path, BODY))


def test_claims_of_the_lectures_start_without_evidence_and_show_it_once_there_is_some() -> None:
    before = json.loads(lhystudy("claims", "--json").stdout)
    assert {"optimizer-race", "lstm-demo"} <= {claim["experiment"] for claim in before}
    assert all(claim["measured"] is None and claim["holds"] is None and claim["date"] is None for claim in before)
    lhystudy("run", "code-length", "--quick", "--json")
    shown = lhystudy("claims", "code-length")
    assert shown.returncode == 0 and "quick" in shown.stdout and "not measured" not in shown.stdout


def test_a_rerun_measures_with_an_interval_and_the_report_says_so_in_markdown(mine: str, tmp_path: Path) -> None:
    run = lhystudy("claims", mine, "--rerun", "--seeds", "6", "--report", "claims.md", folder=tmp_path)
    assert run.returncode == 0, run.stderr
    assert run.stderr.startswith("1/1  mine  ") and " ✓ it is big" in run.stdout
    assert "claims 1 · holds 1" in run.stdout and "6 seeds · run 1" in run.stdout
    text = (tmp_path / "claims.md").read_text(encoding="utf-8")
    assert text.startswith("# The lectures' claims") and "## mine" in text
    row = re.search(r"\| ✓ \| it is big \| size \| > 0.5 \| (.*?) \| (.*?) … (.*?) \| .* \| 6 \| .* \| holds \|", text)
    assert row is not None
    mean, low, high = map(float, row.groups())
    assert 0.5 < low <= mean <= high < 0.6
    assert "--seed 0 --seeds 6" in text


def test_a_claim_that_fails_is_shown_so_and_points_at_the_lesson(tmp_path: Path) -> None:
    file = write_experiment(tmp_path, BODY.replace("config.rate", "0.2"))
    run = lhystudy("claims", str(file), "--rerun", "--seeds", "5", "--report", "claims.md", folder=tmp_path)
    text = (tmp_path / "claims.md").read_text(encoding="utf-8")
    assert run.returncode == 1 and "| fails |" in text and "lhystudy read backprop" in text


class Tags(HTMLParser):
    """The tags of a page, and whether each that opens closes."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append(tag)


def test_the_page_holds_its_pictures_and_needs_nothing_from_outside(mine: str, tmp_path: Path) -> None:
    run = lhystudy(
        "--lang", "zh", "claims", mine, "--rerun", "--seeds", "5", "--report", "claims.html", folder=tmp_path
    )
    assert run.returncode == 0, run.stderr
    page = (tmp_path / "claims.html").read_text(encoding="utf-8")
    tags = Tags()
    tags.feed(page)
    assert tags.seen.count("svg") == 1 and "script" not in tags.seen and "link" not in tags.seen
    assert not re.search(r'(?:src|href)="(?!#)', page.replace('xlink:href="#', ""))
    assert '<html lang="zh">' in page and "课程论断" in page and page.count("它很大") == 2 and "成立" in page
    lhystudy("claims", mine, "--report", "claims.html", folder=tmp_path)
    page = (tmp_path / "claims.html").read_text(encoding="utf-8")
    assert page.count("it is big") == 2 and "它很大" not in page


def test_an_experiment_that_cannot_be_imported_is_told_and_the_others_are_measured(mine: str, tmp_path: Path) -> None:
    broken = tmp_path / "broken.py"
    broken.write_text(HEAD.replace("import torch\n", "import torch\nimport no_such_module\n") + "    yield\n", "utf-8")
    run = lhystudy("claims", str(broken), mine, "--rerun", "--seeds", "5")
    assert run.returncode == 2 and "broken" in run.stderr and "no_such_module" in run.stderr
    assert " ✓ it is big" in run.stdout and "Traceback" not in run.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (("--report", "x.pdf"), 2, "x.pdf"),
        (("--report", "/no/such/x.md"), 2, "there is no folder"),
        (("lstm-dmo",), 3, "did you mean lstm-demo"),
        (("--rerun", "--engine", "roy"), 2, "--engine ray"),
    ],
)
def test_what_cannot_be_done_is_told_before_anything_is_measured(
    arguments: tuple[str, ...], code: int, told: str
) -> None:
    run = lhystudy("claims", *arguments)
    assert run.returncode == code and told in run.stderr and run.stdout == ""


@pytest.mark.skipif(os.name == "nt", reason="signals of this kind are not there")
def test_ctrl_c_keeps_the_evidence_that_was_finished(mine: str, tmp_path: Path) -> None:
    endless = "import time\nwhile True:\n    yield Metric('x', random.random(), 1.0)\n    time.sleep(0.01)"
    slow = write_experiment(tmp_path, endless, "slow.py")
    with subprocess.Popen(
        [sys.executable, "-m", "lhystudy", "claims", mine, str(slow), "--rerun", "--seeds", "5"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8",
    ) as run:  # fmt: skip
        assert run.stderr is not None
        assert "mine" in run.stderr.readline()
        run.send_signal(signal.SIGINT)
        assert run.wait() == 130 and "finished and kept: 1" in run.stderr.read()
    (claim,) = json.loads(lhystudy("claims", mine, "--json").stdout)
    assert claim["holds"] is True and claim["seeds"] == 5 and claim["ci"] is not None
