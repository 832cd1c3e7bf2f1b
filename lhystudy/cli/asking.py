"""Draws the forms of quiz items on a terminal and reads what is typed; the same forms as one JSON line."""

from __future__ import annotations

import sys
from typing import Any

from lhystudy.cli import console
from lhystudy.cli.page import show_text
from lhystudy.quiz.forms import Arrange, Confidence, Form, PickMany, PickOne, TypeFormula, TypeLine, TypeNumber
from lhystudy.words import say

NAMES: dict[type[Form], str] = {
    PickOne: "pick-one",
    PickMany: "pick-many",
    TypeNumber: "number",
    TypeLine: "line",
    TypeFormula: "formula",
    Arrange: "arrange",
}
CONFIDENCE: dict[str, Confidence] = {
    "g": "guess", "guess": "guess", "1": "guess",
    "t": "think", "think": "think", "2": "think", "": "think",
    "c": "certain", "certain": "certain", "3": "certain",
}  # fmt: skip


def form_document(form: Form) -> dict[str, Any]:
    """The form as JSON: its kind, what is asked and what there is to choose from, counted from 0."""
    document: dict[str, Any] = {"form": NAMES[type(form)], "ask": form.ask}
    match form:
        case PickOne(choices=choices) | PickMany(choices=choices):
            document["choices"] = list(choices)
        case Arrange(steps=steps):
            document["steps"] = list(steps)
        case TypeNumber(unit=unit):
            document["unit"] = unit
        case TypeLine(example=example):
            document["example"] = example
        case TypeFormula(names=names):
            document["names"] = list(names)
    return document


def show_form(form: Form) -> None:
    """Prints what is asked and what there is to choose from, numbered from 1."""
    show_text(form.ask)
    match form:
        case PickOne(choices=choices) | PickMany(choices=choices) | Arrange(steps=choices):
            console.out()
            for number, choice in enumerate(choices, 1):
                show_text(choice, first=f"  {number}  ", rest="     ")
        case TypeFormula(names=names) if names:
            console.out("  " + say("in ", "用到的字母：") + ", ".join(names))
    console.out()


def prompt_of(form: Form) -> str:
    """What the learner is asked to type."""
    match form:
        case PickOne(choices=choices):
            return say(f"1 to {len(choices)}", f"1 到 {len(choices)}")
        case PickMany():
            return say("all that hold, such as 1 3", "选出所有成立的，例如 1 3")
        case Arrange(steps=steps):
            example = " ".join(str(n) for n in range(len(steps), 0, -1))
            return say(f"the order, such as {example}", f"次序，例如 {example}")
        case TypeNumber(unit=unit):
            return say("a number", "一个数") + (say(f" in {unit}", f"（{unit}）") if unit else "")
        case TypeLine(example=example):
            return say("such as ", "例如 ") + example
        case TypeFormula():
            return say("an expression", "一个式子")


def read_response(form: Form, typed: str) -> Any:
    """What was typed as the response that the form is answered with; a text where it makes no sense, to be refused."""
    words = typed.replace(",", " ").replace("，", " ").replace("、", " ").split()
    numbers = [_index(word) for word in words]
    match form:
        case PickOne():
            return numbers[0] if len(numbers) == 1 and numbers[0] is not None else typed
        case PickMany() | Arrange():
            return typed if None in numbers else numbers
        case _:
            return typed


def _index(word: str) -> int | None:
    """The index from 0 of a choice named by its number, or by its letter."""
    if word.isdecimal():
        return int(word) - 1
    return ord(word.lower()) - ord("a") if len(word) == 1 and "a" <= word.lower() <= "z" else None


def read_line(prompt: str) -> str | None:
    """One line typed; None at the end of the input. The prompt is no data and goes to standard error."""
    print(prompt, end="", file=sys.stderr, flush=True)
    try:
        return input().strip()
    except EOFError:
        return None
