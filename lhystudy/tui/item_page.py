"""An item of a quiz as rows: what is asked, what can be chosen, and after an answer what there is to say of it."""

from __future__ import annotations

from lhystudy.course.parts import Material
from lhystudy.draw.cells import Role, Row, Run
from lhystudy.draw.prose import prose
from lhystudy.quiz.forms import Arrange, Form, Grade, PickMany, PickOne, TypeLine, TypeNumber
from lhystudy.quiz.item import Item
from lhystudy.quiz.session import Session
from lhystudy.tui.layout import button_row
from lhystudy.tui.widgets.rows import Spot
from lhystudy.words import Text, language, say

INSET = 6  # cells before a choice
RATINGS = {1: Text("again", "重来"), 2: Text("hard", "难"), 3: Text("good", "记得"), 4: Text("easy", "容易")}


class ItemPage:
    """Rows as they grow; `spots` are what can be chosen on them."""

    def __init__(self, form: Form, width: int, picked: tuple[int, ...]) -> None:
        self.form, self.width, self.picked = form, width, picked
        self.rows: list[Row] = [(), *prose(form.ask, width), ()]
        self.spots: list[Spot] = []
        self.choices()

    def choices(self) -> None:
        """The choices with their signs, or for a typed answer what to type."""
        match self.form:
            case PickOne(choices=texts) | PickMany(choices=texts) | Arrange(steps=texts):
                for n, text in enumerate(texts):
                    first, (mark, role) = len(self.rows), self.mark(n)
                    for k, row in enumerate(prose(text, self.width - INSET)):
                        self.rows.append((Run(mark if k == 0 else " " * INSET, role), *row))
                    self.spots.append(Spot(first, len(self.rows), f"pick:{n}", right=self.width))
            case TypeNumber(unit=unit) if unit:
                self.dim(say(f"in {unit}", f"单位：{unit}"))
            case TypeLine(example=example) if example:
                self.dim(say(f"for example {example}", f"例如 {example}"))

        if not isinstance(self.form, PickOne | PickMany | Arrange):
            self.spots.append(Spot(len(self.rows), len(self.rows) + 1, "type:", right=self.width))
            self.rows.append((Run("▸ ", "accent"), Run(say("type the answer below", "在下面输入答案"))))

    def mark(self, n: int) -> tuple[str, Role]:
        """The sign before a choice: the key that picks it, and whether or as which it is picked."""
        chosen = n in self.picked
        role: Role = "accent" if chosen else ""
        if isinstance(self.form, PickMany):
            sign = f"{n + 1} [{'x' if chosen else ' '}]"
        elif isinstance(self.form, Arrange):
            sign = f"{n + 1} #{self.picked.index(n) + 1}" if chosen else f"{n + 1} ·"
        else:
            sign = f"{'▸' if chosen else ' '} {n + 1}"
        return sign.ljust(INSET), role

    def dim(self, text: str) -> None:
        self.rows.append((Run(text, "dim"),))

    def unanswered(self, remark: str) -> None:
        """What was wrong with the answer as typed, and the three ways to give it."""
        if remark:
            self.rows.append(())
            self.rows += [(Run("! ", "unsure"), *row) for row in prose(remark, self.width - 2)]
        if isinstance(self.form, Arrange):
            self.dim(say("Choose the steps one after the other.", "按先后依次选出各步。"))
        if isinstance(self.form, PickMany):
            self.dim(say("Choose all that hold.", "选出所有成立的。"))
        self.rows.append(())
        self.buttons(
            say("How sure?  ", "有多大把握？"),
            [
                (say("F1 a guess", "F1 猜的"), "sure:guess"),
                (say("⏎ think so", "⏎ 应该是"), "sure:think"),
                (say("F3 certain", "F3 确定"), "sure:certain"),
            ],
        )

    def grade(self, grade: Grade, links: list[tuple[str, str]]) -> None:
        """Right or not, the solution, why, and where to see it."""
        self.spots = []
        right: Row = (Run("✓ " + say("Right.", "答对了。"), "good"),)
        wrong: Row = (Run("✗ " + say("Not right.", "不对。"), "bad"),)
        self.rows += [(), right if grade.right else wrong]
        if not grade.right and grade.solution:
            self.rows += prose(say("The answer: ", "答案：") + grade.solution, self.width)
        for text in (grade.feedback, grade.explain):
            if text:
                self.rows += prose(text, self.width)
        for n, (target, label) in enumerate(links):
            first = len(self.rows)
            for k, row in enumerate(prose(label, self.width - 4)):
                sign = ("e → " if n == 0 else "  → ") if k == 0 else "    "
                self.rows.append((Run(sign, "accent"), *row))
            self.spots.append(Spot(first, len(self.rows), target, right=self.width))

    def again(self, days: int, rating: int) -> None:
        """When the item comes back, the ratings that would change that, and what to do next."""
        when = say(f"Next review in {days} days.", f"{days} 天后复习。")
        if days <= 1:
            when = say("Next review tomorrow.", "明天复习。")
        rates = [(f"{'●' if n == rating else '○'} {n} {name.said()}", f"rate:{n}") for n, name in RATINGS.items()]
        self.rows.append(())
        self.buttons(when + " ", rates)
        self.buttons("", [(say("⏎ next", "⏎ 下一题"), "next:"), (say("u undo", "u 撤销"), "undo:")])

    def buttons(self, label: str, choices: list[tuple[str, str]]) -> None:
        """Things to choose beside each other."""
        row, spots = button_row(label, choices, len(self.rows))
        self.rows.append(row)
        self.spots += spots


def links_of(item: Item, grade: Grade, material: Material) -> list[tuple[str, str]]:
    """Where an item is explained, the nearest first: (target, words)."""
    links: list[tuple[str, str]] = []
    held = material.misconception(grade.misconception) if grade.misconception else None
    if held is not None:
        links.append((f"misconception:{held.id}", say("is it so? ", "真的吗？") + f"“{held.claim.said()}”"))
    experiment = getattr(item, "experiment", "")
    if experiment:
        links.append((f"experiment:{experiment}", say(f"see it in the lab: {experiment}", f"在实验中看：{experiment}")))
    derivation = material.derivation(getattr(item, "derivation", ""))
    if derivation is not None:
        links.append((f"derive:{derivation.id}", say("derive it: ", "自己推一遍：") + derivation.title.said()))
    heading = next((one for one in material.headings(language()) if one.id == item.heading), None)
    if heading is not None:
        target = f"section:{material.lesson.id}#{heading.id}"
        links.append((target, say("read: ", "重读：") + f"{heading.text}"))
    return links


def end_rows(session: Session, width: int) -> tuple[list[Row], list[Spot]]:
    """What is said where nothing is left to ask."""
    if not session.answered:
        text = say(
            "Nothing is due today. Read a lesson, or press q there for a quiz on it.",
            "今天没有到期的复习。去读一课，或在课里按 q 做它的小测。",
        )
    else:
        text = say(
            f"Done: {session.right} of {len(session.answered)} right. Everything is kept.",
            f"完成：{len(session.answered)} 题答对 {session.right} 题。都已保存。",
        )
    rows: list[Row] = [(), *prose(text, width), ()]
    rows.append((Run("→ ", "accent"), Run(say("to the course (g)", "去课程（g）"))))
    return rows, [Spot(len(rows) - 1, len(rows), "place:course")]
