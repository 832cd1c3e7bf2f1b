"""The guides for authors: their samples run and pass the audit, and what they say of the lab and of content is so."""

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from lhystudy.cli.main import run_command
from lhystudy.lab import catalogue
from tests.samples import DERIVE, EN, QUESTIONS, QUIZ, ZH, write_course
from tests.test_docs import ROOT, tokens


def fences(name: str, language: str) -> list[str]:
    """The samples of a document of docs/ in one language."""
    return [token.content for token in tokens(ROOT / "docs" / name) if token.type == "fence" and token.info == language]


def test_the_sample_experiment_runs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (sample,) = fences("write-an-experiment.md", "python")
    (tmp_path / "sample.py").write_text(sample, encoding="utf-8")
    code = run_command(["run", str(tmp_path / "sample.py"), "--quick", "--seeds", "2", "--json"])
    events = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert code in (0, 1)
    assert [claim["id"] for claim in events[-1]["claims"]] == ["bit-survives"]


def test_the_table_of_shapes_is_right() -> None:
    import torch

    from lhystudy.lab.seeds import Seeds, cross_entropy

    seeds = Seeds((3, 4, 5))
    known = {"seeds": seeds, "cross_entropy": cross_entropy}
    known |= {"logits": torch.zeros(3, 8, 2), "labels": torch.zeros(3, 8, dtype=torch.long)}
    text = (ROOT / "docs" / "write-an-experiment.md").read_text(encoding="utf-8")
    tried = 0
    for write, get in re.findall(r"^\| (`.+?) \| (\(seeds,.+?) \|$", text, re.MULTILINE):
        calls = re.findall(r"`([^`]+)`", write)
        shapes = [eval(shape, {"seeds": 3}) for shape in re.findall(r"\(seeds,[\d, ]*\)", get)]
        for n, call in enumerate(calls):
            if shapes and "make" not in call:
                assert tuple(eval(call, known).shape) == shapes[min(n, len(shapes) - 1)], call
                tried += 1
    assert tried >= 5


def defined(module: str) -> dict[str, set[str]]:
    """What a module of the lab defines at its top, each function and class with the names of its parameters."""
    found: dict[str, set[str]] = {}
    for node in ast.parse((ROOT / f"{module.replace('.', '/')}.py").read_text(encoding="utf-8")).body:
        if isinstance(node, ast.ClassDef):
            makers = [n for n in node.body if isinstance(n, ast.FunctionDef) and n.name == "__init__"]
            fields = {n.target.id for n in node.body if isinstance(n, ast.AnnAssign) and isinstance(n.target, ast.Name)}
            found[node.name] = fields.union(*(parameters(maker) for maker in makers))
        if isinstance(node, ast.FunctionDef):
            found[node.name] = parameters(node)
    return found


def parameters(function: ast.FunctionDef) -> set[str]:
    return {argument.arg for argument in (*function.args.args, *function.args.kwonlyargs)}


def lab_names() -> Iterator[tuple[str, str]]:
    """Each call or name in code that follows a module of the lab in the same paragraph, with that module."""
    for token in tokens(ROOT / "docs" / "write-an-experiment.md"):
        module = ""
        for child in token.children or ():
            if child.type == "code_inline":
                if child.content.startswith("lhystudy.lab."):
                    module = child.content
                elif module and re.fullmatch(r"[a-z_A-Z]+(\(.*\))?", child.content):
                    yield module, child.content
            elif child.type == "text" and "torch's" in child.content:
                module = ""  # what follows is torch's


def test_every_name_of_the_lab_is_there_with_its_parameters() -> None:
    assert len(list(lab_names())) > 20
    lost, bundled = [], {file.stem for file in (ROOT / "content" / "data").iterdir()}
    for module, span in lab_names():
        name, _, rest = span.partition("(")
        there = defined(module)
        asked = set(re.findall(r"\b[a-z_]+\b", re.sub(r"=[^,)]*", "", rest)))
        if name not in bundled and not (name in there and asked <= there[name]):
            lost.append(f"{module}: {span}")
    assert lost == []


def test_the_experiments_import_what_is_allowed() -> None:
    text = (ROOT / "docs" / "write-an-experiment.md").read_text(encoding="utf-8")
    (allowed,) = re.findall(r"- \*\*Imports\*\*: ((?:.|\n  )+)", text)
    listed = tuple(re.findall(r"`(lhystudy[\w.]*)`", allowed))
    folder = ROOT / "lhystudy" / "lab" / "experiments"
    sources = [file.read_text(encoding="utf-8") for file in folder.glob("*.py")]
    used = {name for source in sources for name in re.findall(r"^from (lhystudy[\w.]*) import", source, re.MULTILINE)}
    assert {
        name for name in used if not name.startswith(listed) or name.startswith("lhystudy.lab.experiments")
    } == set()


def cards() -> str:
    """The cards whose names the samples define, each as a block, with the settings that the guide shows."""
    text = (ROOT / "docs" / "write-a-lesson.md").read_text(encoding="utf-8")
    (settings,) = re.findall(r"`(set: [^`]+)`", text)
    bodies = {"experiment": f"{settings}\nLook.\n"}
    opened = [card for card in re.findall(r"`` ```(\w+ [\w -]+?) ``", text) if "item-id" not in card]
    return "".join(f"\n```{card}\n{bodies.get(card.split()[0], '')}```\n" for card in opened)


def texts(header: str, check: str) -> dict[str, str]:
    """The sample's text with the small course's below it, so that no number is too low; in Chinese as far as needed."""
    front = re.search(r"minutes:.*\nneeds:.*\nlectures:.*\n", header)
    assert front
    zh = re.sub(r"minutes:.*\nneeds:.*\nlectures:.*\n", front[0].replace("\\", "\\\\"), ZH)
    formula = "\n" + " ".join(re.findall(r"\$[^$]+\$", header)) + "\n\n"
    return {
        f"{lang}.md": f"{above}\n{check}{cards()}\n{small[small.index('```check') :]}"
        for lang, above, small in (("en", header, EN), ("zh", zh[: zh.index("\n- ")] + formula, ZH))
    }


def test_the_sample_lesson_passes_the_audit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    quiz, derive, questions, units, routes, coverage = fences("write-a-lesson.md", "yaml")
    _, header, check = fences("write-a-lesson.md", "")
    lesson = tmp_path / "content" / "01-functions" / "06-backprop"
    lesson.parent.mkdir(parents=True)
    write_course(tmp_path / "small").rename(lesson)
    claim = catalogue.find("code-length").claims[0].id
    more_questions, more_misconceptions = QUESTIONS.removeprefix("questions:\n").split("misconceptions:\n")
    files = {
        "quiz.yaml": QUIZ.replace("claim: CLAIM", f"claim: {claim}") + quiz,
        "derive.yaml": DERIVE + derive,
        "questions.yaml": questions.replace(
            "misconceptions:\n", f"{more_questions}misconceptions:\n{more_misconceptions}"
        ),
        "../../units.yaml": units,
        "../../routes.yaml": routes,
        "../../coverage.yaml": coverage,
        **texts(header, check),
    }
    for name, text in files.items():
        (lesson / name).write_text(text, encoding="utf-8")
    monkeypatch.setenv("LHYSTUDY_CONTENT", str(tmp_path / "content"))
    code = run_command(["audit", "--json"])
    found = json.loads(capsys.readouterr().out)
    assert (code, found["faults"]) == (0, [])
    assert found["counts"]["derivations"] == 2 and found["counts"]["items"] == 11
