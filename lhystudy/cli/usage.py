"""What a command line lacks or has too much, in one sentence of the language in use, with the help that shows it."""

from __future__ import annotations

import math
import re
from typing import Any

import typer

from lhystudy.errors import StudyError, nearest
from lhystudy.words import say


def finite(value: float) -> float:
    """A number that counts something. Raises BadParameter for NaN, which lies in every range and in none."""
    if math.isnan(value):
        raise typer.BadParameter(say("not a number", "不是数"))
    return value


def refusal(error: Any) -> StudyError:
    """The option parser's complaint as ours."""
    context = getattr(error, "ctx", None)
    path = context.command_path if context is not None else "lhystudy"
    message, hint = _sentence(error, path)
    return StudyError(message, hint=hint or f"{path} --help")


def _sentence(error: Any, path: str) -> tuple[str, str]:
    """The sentence, and the repair where it can be told."""
    match type(error).__name__:
        case "NoSuchOption":
            return _no_option(error, path)
        case "MissingParameter":
            name = _name(error)
            return say(f"{name} is missing", f"缺少 {name}"), ""
        case "BadParameter":
            return _bad_value(error), ""
        case "BadOptionUsage":
            name = error.option_name
            if "requires" in error.message:
                return say(f"{name} needs a value", f"{name} 需要一个值"), ""
            return say(f"{name} takes no value", f"{name} 不带值"), ""
    if error.message == "Missing command.":
        return _which(error, say(f"{path} needs one more word", f"{path} 后面还缺一个词"))
    if extra := re.search(r"unexpected extra argument(?:\(s\)|s)? \((.*)\)", error.message, re.DOTALL):
        return say(f"{extra[1]!r} is one word too many", f"多出了 {extra[1]!r}"), ""
    if unknown := re.search(r"No such command '(.*?)'", error.message, re.DOTALL):
        return _which(
            error, say(f"there is no command {path} {unknown[1]}", f"没有命令 {path} {unknown[1]}"), unknown[1]
        )
    return " ".join(error.format_message().split()), ""


def _no_option(error: Any, path: str) -> tuple[str, str]:
    name = error.option_name
    message = say(f"there is no option {name}", f"没有选项 {name}")
    if not name.startswith("--"):
        rule = say("before words that begin with - put --", "以 - 开头的内容前面要加 --")
        return message, f"{rule}: {path} -- {name} …"
    known = [word[2:] for option in error.ctx.command.params for word in option.opts if word.startswith("--")]
    close = nearest(name[2:], known)
    return message, say(f"did you mean --{close}?", f"是不是 --{close}？") if close else ""


def _which(error: Any, message: str, given: str = "") -> tuple[str, str]:
    """One of a group's commands is due."""
    known = error.ctx.command.list_commands(error.ctx)
    close = nearest(given, known) if given else None
    return message, say(f"did you mean {close}?", f"是不是 {close}？") if close else ", ".join(known)


def _bad_value(error: Any) -> str:
    """What an option or argument must be; the parser's own words where its type is none of numbers."""
    kind = getattr(error.param, "type", None)
    low, high = getattr(kind, "min", None), getattr(kind, "max", None)
    word = getattr(kind, "name", "")
    if word.startswith("int"):
        wanted = say("a whole number", "整数")
    elif word.startswith("float"):
        wanted = say("a number", "数")
    else:
        return " ".join(error.format_message().split())
    if low is not None and high is not None:
        wanted += say(f" from {low:,} to {high:,}", f"，在 {low:,} 到 {high:,} 之间")
    elif low is not None:
        wanted += say(f", at least {low:,}", f"，不小于 {low:,}")
    return say(f"{_name(error)} must be {wanted}", f"{_name(error)} 应为{wanted}")


def _name(error: Any) -> str:
    """The option or the argument as the help calls it."""
    if error.param is None:
        return say("a value", "一个值")
    if error.param.param_type_name == "option":
        return str(max(error.param.opts, key=len))
    return str(error.param.make_metavar(error.ctx)).rstrip(".").strip()
