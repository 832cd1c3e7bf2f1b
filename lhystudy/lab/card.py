"""What an experiment file says of itself: title, lesson, parameters and claims, read without importing it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Mapping
from dataclasses import MISSING, dataclass, field, fields
from pathlib import Path
from typing import Any

from lhystudy.errors import StudyError
from lhystudy.lab.declare import Claim
from lhystudy.lab.parameter import Kind, Parameter, Value, read_settings
from lhystudy.words import language, say

KINDS: dict[str, Kind] = {"int": "int", "float": "float", "bool": "bool", "str": "str"}
HEADINGS = ("lesson", "quick", "full", "bfloat16")  # lines of the docstring
COMPARES = (">", ">=", "<", "<=")


@dataclass(frozen=True)
class Card:
    """An experiment as its file declares it."""

    name: str  # the command's word: lstm-demo
    file: Path
    own: bool  # a file of the learner's or of a package, not one of the product's
    title_en: str
    title_zh: str
    lesson: str
    quick: dict[str, Value]  # parameters of a short run
    full: dict[str, Value]  # parameters of a large run, as for a GPU
    parameters: tuple[Parameter, ...]
    claims: tuple[Claim, ...]
    package: str = ""  # the installed package that brings it along
    bfloat16: bool = False  # whether what it claims is about training that bfloat16 may speed up
    zh: Mapping[str, str] = field(default_factory=dict)  # Chinese for titles, labels and columns of its events

    @property
    def title(self) -> str:
        return say(self.title_en, self.title_zh)

    @property
    def source(self) -> str:
        return self.file.read_text(encoding="utf-8")

    @property
    def defaults(self) -> dict[str, Value]:
        return {parameter.name: parameter.default for parameter in self.parameters}

    def said(self, words: str) -> str:
        """A title, label or column of its events in the language in use, English where there is no Chinese for it."""
        if language() != "zh":
            return words
        if words in self.zh:
            return self.zh[words]
        for english, chinese in self.zh.items():
            if "{}" in english and (found := fitting(english, words)):
                return filled(chinese, found)
        return words

    def settings(self, given: dict[str, Any], quick: bool = False, full: bool = False) -> dict[str, Value]:
        """Every parameter's value: the default, over it the quick or full ones, over them those given.

        Raises StudyError for an unknown name, a wrong type and a value out of range.
        """
        sized = self.quick if quick else self.full if full else {}
        return {**self.defaults, **sized, **self.settings_given(given)}

    def settings_given(self, given: dict[str, Any]) -> dict[str, Value]:
        """Only the values given, each checked."""
        return read_settings(self.parameters, given, self.name)


def fitting(form: str, words: str) -> tuple[str, ...]:
    """What stands in the words at each `{}` of the form; nothing where they do not fit it."""
    found = re.fullmatch(re.escape(form).replace(re.escape("{}"), "(.+)"), words)
    return found.groups() if found else ()


def filled(form: str, found: Iterable[str]) -> str:
    """The form with these texts at its `{}`."""
    parts = iter(found)
    return re.sub(r"\{\}", lambda _: next(parts), form)


def read_card(file: Path, name: str, own: bool = False) -> Card:
    """The card of one file. Raises StudyError, with file and line, for whatever is not as it must be."""
    try:
        tree = ast.parse(file.read_text(encoding="utf-8"), str(file))
    except SyntaxError as error:
        message = say(f"this is not Python: {error.msg}", f"这不是合法的 Python：{error.msg}")
        raise StudyError(message, where=f"{file}:{error.lineno or 1}") from None
    except (RecursionError, MemoryError):
        raise StudyError(say("it nests too deep", "嵌套过深"), where=str(file)) from None
    except (OSError, ValueError) as error:  # ValueError: not UTF-8, or null bytes
        reason = getattr(error, "strerror", None) or str(error)
        raise StudyError(say(f"cannot be read: {reason}", f"无法读取：{reason}"), where=str(file)) from None
    reader = _Reader(file, tree)
    title_en, title_zh, named = reader.header()
    parameters = reader.parameters()
    claims, chinese = reader.claims(), reader.chinese()
    reader.check_run()
    quick, full = (reader.sized(word, named.get(word, ""), parameters, name) for word in ("quick", "full"))
    bfloat16 = named.get("bfloat16") == "yes"
    return Card(name, file, own, title_en, title_zh, named["lesson"], quick, full, parameters, claims, "", bfloat16,
                chinese)  # fmt: skip


class _Reader:
    """Finds the declarations in the syntax tree of one file."""

    def __init__(self, file: Path, tree: ast.Module) -> None:
        self.file = file
        self.tree = tree

    def fault(self, line: int, en: str, zh: str) -> StudyError:
        hint = say("docs/write-an-experiment.md shows the form", "格式见 docs/write-an-experiment.md")
        return StudyError(say(en, zh), where=f"{self.file}:{line}", hint=hint)

    def sized(self, word: str, said: str, parameters: tuple[Parameter, ...], name: str) -> dict[str, Value]:
        """The parameters that the line `quick:` or `full:` sets."""
        try:
            return read_settings(parameters, dict(part.split("=", 1) for part in said.split()), name)
        except ValueError:
            raise self.fault(
                1, f"the line `{word}:` takes words like steps=40", f"`{word}:` 一行要写成 steps=40 这样"
            ) from None
        except StudyError as error:
            raise StudyError(f"{word}: {error.message}", where=f"{self.file}:1", hint=error.hint) from None

    def header(self) -> tuple[str, str, dict[str, str]]:
        """The two titles, and what the lines `lesson:`, `quick:`, … of the module's docstring say."""
        paragraphs = [part.strip() for part in (ast.get_docstring(self.tree) or "").split("\n\n") if part.strip()]
        named: dict[str, str] = {}
        for line in "\n".join(paragraphs).splitlines():
            word, colon, rest = line.partition(":")
            if colon and word in HEADINGS:
                named[word] = rest.strip()
        if len(paragraphs) < 2 or any(
            part.startswith(tuple(f"{word}:" for word in HEADINGS)) for part in paragraphs[:2]
        ):
            raise self.fault(
                1,
                "the docstring opens with the title in English, a blank line, and the title in Chinese",
                "文档字符串要以英文标题、空行、中文标题开头",
            )
        if not named.get("lesson"):
            raise self.fault(1, "the docstring names no lesson", "文档字符串没有写明属于哪一课（lesson: …）")
        titles = [" ".join(paragraph.split()) for paragraph in paragraphs[:2]]
        return titles[0], titles[1], named

    def parameters(self) -> tuple[Parameter, ...]:
        for node in self.tree.body:
            if isinstance(node, ast.ClassDef) and node.name == "Config":
                lines = [line for line in node.body if isinstance(line, ast.AnnAssign)]
                return tuple(self._parameter(line) for line in lines)
        raise self.fault(1, "there is no class Config", "没有 Config 类")

    def _parameter(self, line: ast.AnnAssign) -> Parameter:
        name = line.target.id if isinstance(line.target, ast.Name) else ""
        kind = KINDS.get(line.annotation.id) if isinstance(line.annotation, ast.Name) else None
        if kind is None:
            raise self.fault(
                line.lineno,
                f"{name}: a parameter is an int, float, bool or str",
                f"{name}：参数只能是 int、float、bool 或 str",
            )
        call = line.value
        if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "param"):
            raise self.fault(
                line.lineno, f"{name}: write `= param(default, …)`", f"{name}：要写成 `= param(默认值, …)`"
            )
        given = self._literals(call, ("default", "low", "high"), ("choices", "en", "zh"))
        for needed in ("default", "en", "zh"):
            if needed not in given:
                raise self.fault(line.lineno, f"{name}: param() lacks {needed}", f"{name}：param() 缺少 {needed}")
        parameter = Parameter(name, kind, **{**given, "choices": tuple(given.get("choices", ()))})
        try:
            parameter.read(parameter.default)
        except StudyError as error:
            raise StudyError(say("default: ", "默认值：") + error.message, where=f"{self.file}:{line.lineno}") from None
        return parameter

    def claims(self) -> tuple[Claim, ...]:
        node = self._assignment("CLAIMS")
        if node is None:
            raise self.fault(1, "there is no tuple CLAIMS", "没有 CLAIMS 元组")
        return self._claim_list(node.value, node.lineno)

    def _assignment(self, name: str) -> ast.Assign | ast.AnnAssign | None:
        """The statement of the file that gives the name its value."""
        for node in self.tree.body:
            if isinstance(node, ast.Assign | ast.AnnAssign):
                target = node.targets[0] if isinstance(node, ast.Assign) else node.target
                if isinstance(target, ast.Name) and target.id == name:
                    return node
        return None

    def chinese(self) -> dict[str, str]:
        """The dictionary ZH, empty where there is none."""
        node = self._assignment("ZH")
        if node is None:
            return {}
        if not isinstance(node.value, ast.Dict):
            raise self.fault(node.lineno, 'ZH is a dictionary {"words": "中文"}', 'ZH 必须是字典 {"words": "中文"}')
        entries: dict[str, str] = {}
        for key, value in zip(node.value.keys, node.value.values, strict=True):
            english, chinese = _text(key), _text(value)
            if not english or not chinese:
                line = (key or value).lineno
                raise self.fault(line, "ZH holds texts, written out", "ZH 里只能是直接写出的文字")
            if english in entries:
                raise self.fault(value.lineno, f"ZH has {english!r} twice", f"ZH 中 {english!r} 出现了两次")
            if english.count("{}") != chinese.count("{}"):
                raise self.fault(
                    value.lineno,
                    f"{english!r} and its Chinese have different numbers of {{}}",
                    f"{english!r} 与它的中文里 {{}} 的个数不同",
                )
            entries[english] = chinese
        return entries

    def _claim_list(self, value: ast.expr | None, line: int) -> tuple[Claim, ...]:
        if not isinstance(value, ast.Tuple):
            raise self.fault(line, "CLAIMS is a tuple of Claim(…)", "CLAIMS 必须是 Claim(…) 组成的元组")
        claims = tuple(self._claim(item) for item in value.elts)
        for place, claim in enumerate(claims):
            if claim.id in [earlier.id for earlier in claims[:place]]:
                raise self.fault(
                    value.elts[place].lineno, f"claim {claim.id} stands twice", f"论断 {claim.id} 出现了两次"
                )
        return claims

    def _claim(self, item: ast.expr) -> Claim:
        if not (isinstance(item, ast.Call) and isinstance(item.func, ast.Name) and item.func.id == "Claim"):
            raise self.fault(item.lineno, "CLAIMS is a tuple of Claim(…)", "CLAIMS 必须是 Claim(…) 组成的元组")
        names = tuple(field.name for field in fields(Claim))
        given = self._literals(item, names, ())
        needed = [field.name for field in fields(Claim) if field.default is MISSING]
        for name in needed:
            if name not in given:
                raise self.fault(item.lineno, f"Claim() lacks {name}", f"Claim() 缺少 {name}")
        if given["compare"] not in COMPARES:
            raise self.fault(item.lineno, "compare is one of > >= < <=", "compare 只能是 > >= < <= 之一")
        if isinstance(given["threshold"], bool) or not isinstance(given["threshold"], int | float):
            raise self.fault(item.lineno, "threshold is a number", "threshold 必须是数")
        seeds = given.get("seeds", 1)
        if isinstance(seeds, bool) or not isinstance(seeds, int) or seeds < 1:
            raise self.fault(item.lineno, "seeds is a whole number from 1 on", "seeds 必须是不小于 1 的整数")
        return Claim(**given)

    def _literals(self, call: ast.Call, positional: tuple[str, ...], keyword: tuple[str, ...]) -> dict[str, Any]:
        """The call's arguments by name; each must be a literal."""
        given: dict[str, ast.expr] = {}
        if len(call.args) > len(positional):
            raise self.fault(call.lineno, "too many arguments without a name", "不带名字的参数太多")
        given.update(zip(positional, call.args, strict=False))
        for word in call.keywords:
            if word.arg not in (*positional, *keyword):
                raise self.fault(call.lineno, f"no argument is called {word.arg}", f"没有名为 {word.arg} 的参数")
            given[word.arg] = word.value
        try:
            return {name: ast.literal_eval(value) for name, value in given.items()}
        except (ValueError, TypeError):
            raise self.fault(
                call.lineno,
                "only literals may stand here, since the file is read without being run",
                "这里只能写字面值，因为读取时并不运行这个文件",
            ) from None

    def check_run(self) -> None:
        for node in self.tree.body:
            if isinstance(node, ast.FunctionDef) and node.name == "run":
                if [argument.arg for argument in node.args.args][1:] != ["seeds"]:
                    raise self.fault(node.lineno, "run takes (config, seeds)", "run 的参数应为 (config, seeds)")
                return
        raise self.fault(1, "there is no function run(config, seeds)", "没有函数 run(config, seeds)")


def _text(node: ast.expr | None) -> str:
    """The text that a literal holds; empty where it is none."""
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""
