"""Commented templates of an experiment, a lesson and a derivation, written beside what is there already."""

from __future__ import annotations

from pathlib import Path

from lhystudy.course.markdown import ID
from lhystudy.errors import StudyError
from lhystudy.files import unwritable
from lhystudy.words import say

TEMPLATES = Path(__file__).resolve().parent / "templates"
WORDS = {
    "en": {
        "TITLE": "A title", "SUMMARY": "One sentence that says what is learned.",
        "TERM": 'slope: "斜率。How fast the loss changes."',
        "PROBLEM": "The problem first", "SUMMING": "To recall from", "LOOK": "Say what to look for.",
        "PARAGRAPH": "A concrete example with numbers, then the idea in words, then the formula.",
    },
    "zh": {
        "TITLE": "标题", "SUMMARY": "用一句话说明学到什么。",
        "TERM": '斜率: "slope。损失变化得有多快。"',
        "PROBLEM": "先提出问题", "SUMMING": "用来回忆的小结", "LOOK": "说明要看什么。",
        "PARAGRAPH": "先举一个带数字的例子，再用文字说清想法，然后才是公式。",
    },
}  # fmt: skip


def new(kind: str, name: str, folder: Path) -> list[Path]:
    """Writes the template of an experiment, a lesson or a derivation into a folder and returns its files.

    Raises StudyError for a name that cannot be one, and for files that are there already.
    """
    if not ID.fullmatch(name):
        raise StudyError(
            say(f"{name!r} cannot be a name", f"{name!r} 不能用作名字"),
            hint=say("small letters, digits and hyphens: my-idea", "用小写字母、数字和连字符，例如 my-idea"),
        )
    match kind:
        case "experiment":
            files = {folder / f"{name.replace('-', '_')}.py": _template("experiment.py")}
        case "derivation":
            files = {folder / f"{name}.yaml": _template("derivation.yaml").replace("NAME", name)}
        case _:
            files = _lesson(folder / name, name)
    _write(files)
    return list(files)


def _lesson(folder: Path, name: str) -> dict[Path, str]:
    derivation = _template("derivation.yaml").replace("NAME", f"{name}-square")
    files = {
        folder / "quiz.yaml": _template("quiz.yaml"),
        folder / "derive.yaml": derivation.replace("a-heading-of-the-text", "problem"),
        folder / "questions.yaml": _template("questions.yaml"),
    }
    for lang, words in WORDS.items():
        text = _template("text.md")
        for mark, word in words.items():
            text = text.replace(mark, word)
        files[folder / f"{lang}.md"] = text
    return {path: text.replace("NAME", name) for path, text in files.items()}


def _template(name: str) -> str:
    return (TEMPLATES / f"{name}.txt").read_text(encoding="utf-8")


def _write(files: dict[Path, str]) -> None:
    try:
        for path in files:
            if path.exists():
                raise StudyError(say(f"{path} is there already", f"{path} 已经存在"))
        for path, text in files.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise unwritable(error.filename or path, error) from error
