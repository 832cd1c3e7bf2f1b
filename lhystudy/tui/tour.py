"""The first two minutes: a strip above the keys asks for one key after the other, each of them used for real."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from textual.app import RenderResult
from textual.content import Content
from textual.style import Style
from textual.widget import Widget

from lhystudy.draw.cells import Run
from lhystudy.draw.width import text_of
from lhystudy.draw.wrap import wrap
from lhystudy.store import runs
from lhystudy.words import Text, say

if TYPE_CHECKING:
    from lhystudy.tui.app import StudyApp

Seen = Callable[["StudyApp", Any], bool]


def in_place(name: str) -> Seen:
    """Whether the learner has come to this place."""
    return lambda app, _: app.current_mode == name


def never(_app: StudyApp, _before: Any) -> bool:
    """For a step that only `on` ends."""
    return False


def route_of(app: StudyApp) -> Any:
    return app.desk.setting("route")


def last_run(app: StudyApp) -> Any:
    """The number of the last finished run."""
    return next((run.id for run in runs.recent(app.desk.store, limit=5) if run.status != "running"), None)


@dataclass(frozen=True)
class Step:
    """What to do, and how the app sees that it was done: `seen` is told what `before` gave when the step began."""

    text: Text
    seen: Seen = never
    before: Callable[[StudyApp], Any] = lambda app: None


STEPS = (
    Step(Text("Two minutes to learn the keys. Capital L is the other language: 按 L 换成中文. This page, Today, "
              "says what waits for you.",
              "两分钟学会按键。大写的 L 切换语言：press L for English。这一页是“今天”，告诉你有什么该做。")),
    Step(Text("P shows your progress, and at its end the routes through the course. Press P.",
              "P 是进度，页尾是几条学习路线。现在按 P。"), in_place("progress")),
    Step(Text("Tab goes from line to line, Enter chooses. Choose a route, or keep the first with F8.",
              "Tab 逐行移动，回车选中。选一条路线；就用第一条的话按 F8。"),
         lambda app, before: route_of(app) != before, route_of),
    Step(Text("g is the course: lessons, and the one you read. Press g.", "g 是课程：目录和正在读的一课。现在按 g。"),
         in_place("course")),
    Step(Text("↓ or space reads on, n is the next section, o the outline. Tab finds a card, Enter opens it. Try them.",
              "↓ 或空格往下读，n 到下一节，o 是目录。Tab 找到卡片，回车打开。试一试。")),
    Step(Text("l is the lab, where the lecture's claims are put to the test. Press l.",
              "l 是实验室，课上的论断在这里接受检验。现在按 l。"), in_place("lab")),
    Step(Text("Say first what you expect: Tab to a claim, Enter changes your guess. Then Ctrl+R runs the experiment.",
              "先猜一猜：Tab 移到一条论断，回车改变预计。然后按 Ctrl+R 运行。"),
         lambda app, before: last_run(app) not in (before, None), last_run),
    Step(Text("There it stands: what was measured beside what you expected. Keys to keep: t today, ? the keys of a "
              "place, / search, Ctrl+P every command. F8 ends the tour.",
              "结果出来了：实测与你的预计并列。记住几个键：t 回到今天，? 看本页按键，/ 搜索，"
              "Ctrl+P 全部命令。按 F8 结束。")),
)  # fmt: skip


class Coach(Widget):
    """The strip of the tour, above the bar of keys."""

    DEFAULT_CSS = """
    Coach { dock: bottom; height: auto; max-height: 5; margin-bottom: 1; padding: 0 1; background: $accent 20%;
        link-style: none; link-color: $accent; link-background-hover: $accent;
        link-style-hover: none; link-color-hover: $background; }
    """

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number

    def render(self) -> RenderResult:
        count = Content.styled(f"{self.number + 1}/{len(STEPS)}  ", "bold $accent")
        rows = wrap((Run(STEPS[self.number].text.said()),), max(20, self.content_size.width - count.cell_length))
        told = ("\n" + " " * count.cell_length).join(text_of(row) for row in rows)
        parts = [count, Content(told), Content("   ")]
        for key, action, label in (("F8", "tour_on", say("on", "继续")), ("F9", "end_tour", say("end", "结束"))):
            click = Style.from_meta({"@click": f"app.{action}()"})
            parts.append(Content.assemble((key, "bold $accent"), f" {label}  ").stylize(click))
        return Content("").join(parts)


class Tour:
    """Which step it is at, and whether that was done: the app is looked at four times a second while it lasts."""

    def __init__(self, app: StudyApp) -> None:
        self.app = app
        self.number = 0
        self.before = STEPS[0].before(app)
        self.timer = app.set_interval(0.25, self.look)

    def look(self) -> None:
        """Goes on when the step was done."""
        if STEPS[self.number].seen(self.app, self.before):
            self.go_on()

    def go_on(self) -> None:
        """To the next step, whether or not this one was done."""
        if self.number + 1 == len(STEPS):
            self.end()
            return
        self.number += 1
        self.before = STEPS[self.number].before(self.app)
        self.show()

    def show(self) -> None:
        """The step on the strip of the place that is open."""
        place = self.app.screen_stack[0]
        place.query(Coach).remove()
        place.mount(Coach(self.number))

    def end(self) -> None:
        """Puts the tour aside for good; the palette brings it back."""
        self.timer.stop()
        self.app.screen_stack[0].query(Coach).remove()
        self.app.tour = None
        self.app.desk.keep("toured", True)
