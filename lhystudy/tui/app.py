"""The app: its places, its global keys, its language and theme. What a place shows is the place's own business."""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from textual.app import App, SystemCommand
from textual.binding import Binding, BindingType
from textual.command import CommandPalette
from textual.events import DescendantFocus, ScreenResume
from textual.filter import LineFilter
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Input, TextArea
from textual.worker import WorkerFailed

from lhystudy import words
from lhystudy.errors import StudyError
from lhystudy.store.db import to_standard_error
from lhystudy.study.desk import Desk
from lhystudy.tui.look import DARK, HARMLESS, LIGHT
from lhystudy.tui.place import Place
from lhystudy.tui.widgets.bars import described, keys_of
from lhystudy.words import say

if TYPE_CHECKING:
    from lhystudy.store.index import Entry
    from lhystudy.study.search import Hit
    from lhystudy.tui.tour import Tour

FUNCTION_KEY = re.compile(r"f\d+")
TOUR_SECONDS = 0.5  # after the start
PLACES = {
    "today": ("t", "today|今天", "Today"),
    "course": ("g", "course|课程", "Course"),
    "lab": ("l", "lab|实验", "Lab"),
    "workbench": ("w", "derive|推导", "Workbench"),
    "quiz": ("q", "quiz|复习", "Quiz"),
    "questions": ("a", "questions|答疑", "Questions"),
    "progress": ("P", "progress|进度", "Progress"),
}


def open_place(name: str) -> Place:
    """The screen of a place; its module is imported only when it is first opened."""
    module = importlib.import_module(f"lhystudy.tui.screens.{name}")
    place: Place = getattr(module, PLACES[name][2])()
    return place


def target_of(entry: Entry) -> str:
    """Where in the app something that was found stands; '' for a note that belongs to no lesson."""
    match entry.kind:
        case "section":
            return f"section:{entry.lesson}#{entry.name}"
        case "derivation":
            return f"derive:{entry.name}"
        case "experiment":
            return f"experiment:{entry.name}"
        case "question" | "misconception":
            return f"{entry.kind}:{entry.name}@{entry.lesson}"
        case _:
            return f"lesson:{entry.lesson}" if entry.lesson else ""


class StudyApp(App[None]):
    """Opens where it was left."""

    TITLE = "lhystudy"
    CSS_PATH = "app.tcss"
    ENABLE_COMMAND_PALETTE = True
    MODES: ClassVar[dict[str, str | Callable[[], Screen[Any]]]] = {name: partial(open_place, name) for name in PLACES}
    BINDINGS: ClassVar[list[BindingType]] = [
        *(Binding(key, f"go({name!r})", label) for name, (key, label, _) in PLACES.items()),
        Binding("slash", "search", "search|搜索", key_display="/"),
        Binding("question_mark", "help", "help|帮助", key_display="?"),
        Binding("f10", "help", "help|帮助", show=False, priority=True),
        Binding("L", "switch_language", "中文|English", show=False),
        Binding("ctrl+p", "command_palette", "all commands|全部命令", show=False, priority=True),
        Binding("ctrl+t", "switch_ground", "dark or light|深色或浅色", show=False),
        Binding("ctrl+q", "quit", "quit|退出", show=False, priority=True),
        Binding("f8", "tour_on", "on with the tour|继续导览", show=False, priority=True),
        Binding("f9", "end_tour", "end the tour|结束导览", show=False, priority=True),
    ]

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self.tour: Tour | None = None
        self.is_new = False  # nobody has studied here yet: the tour begins once the first page stands
        self.fault: Exception | None = None  # a fault of the program that ended the app

    def get_line_filters(self) -> Sequence[LineFilter]:
        """What every line goes through on its way to the terminal."""
        return [*super().get_line_filters(), HARMLESS]

    def get_key_display(self, binding: Binding) -> str:
        """Keys as the texts of the app spell them: F1, Esc, ⏎."""
        shown = super().get_key_display(binding)
        return shown.capitalize() if binding.key == "escape" or FUNCTION_KEY.fullmatch(binding.key) else shown

    def on_mount(self) -> None:
        self.register_theme(DARK)
        self.register_theme(LIGHT)
        self.theme = str(self.desk.setting("theme", DARK.name))
        if self.desk.setting("still"):
            self.animation_level = "none"
        place = str(self.desk.setting("place", "today"))
        self.switch_mode(place if place in PLACES else "today")
        self.desk.store.tell = partial(self.notify, severity="warning", timeout=30)
        if self.desk.store.restored:
            self.notify(self.desk.store.restored, severity="warning", timeout=30)
        if self.is_new:
            self.set_timer(TOUR_SECONDS, self.begin_tour)

    def action_tour(self) -> None:
        """Begins the tour of the keys again."""
        self.action_go("today")
        self.begin_tour()

    def begin_tour(self) -> None:
        """Begins the tour in whichever place is open; one that goes on ends first, so that only one looks."""
        from lhystudy.tui.tour import Tour  # most evenings need none

        self.action_end_tour()
        self.tour = Tour(self)
        self.tour.show()

    def action_tour_on(self) -> None:
        if self.tour is not None:
            self.tour.go_on()

    def action_end_tour(self) -> None:
        if self.tour is not None:
            self.tour.end()

    def _handle_exception(self, error: Exception) -> None:
        """A fault of the content, the store or the input is told in its place; only our own faults end the app."""
        cause = error.error if isinstance(error, WorkerFailed) else error
        if isinstance(cause, StudyError):
            self.notify(str(cause), severity="error", timeout=10)
        elif self.is_headless:
            super()._handle_exception(error)
        else:  # told in one sentence once the terminal is itself again
            self.fault = self.fault or error
            self.exit(return_code=1)

    def action_go(self, place: str) -> None:
        """Goes to a place; dialogs over the present one are closed."""
        if self.current_mode == place and len(self.screen_stack) == 1:
            self.screen.post_message(ScreenResume())  # another thing of the same place may be wanted
        while len(self.screen_stack) > 1:
            self.pop_screen()
        self.switch_mode(place)
        self.desk.keep("place", place)

    async def action_run_binding(self, key: str) -> None:
        """What a click on the key bar does: the key's action, whatever has the focus."""
        active = self.screen.active_bindings.get(key)
        if active is not None and active.enabled:
            await self.run_action(active.binding.action, active.node)

    def action_switch_language(self) -> None:
        """The other language, in every place at once, each at the spot where it was."""
        words.set_language("en" if words.language() == "zh" else "zh")
        self.desk.keep("language", words.language())
        for screen in self.screen_stack:
            if isinstance(screen, Place):
                screen.speak()

    def action_command_palette(self) -> None:
        """Everything by name."""
        if not any(isinstance(screen, CommandPalette) for screen in self.screen_stack):
            self.push_screen(CommandPalette(placeholder=say("What would you like to do?", "想做什么？")))

    def action_switch_ground(self) -> None:
        self.theme = LIGHT.name if self.current_theme.dark else DARK.name
        self.desk.keep("theme", self.theme)

    def action_switch_motion(self) -> None:
        """Stops all that moves or blinks, or lets it move again."""
        self.animation_level = "full" if self.animation_level == "none" else "none"
        self.desk.keep("still", self.animation_level == "none")
        self.set_blinking(self.focused)
        still = self.animation_level == "none"
        self.notify(say("Nothing moves or blinks.", "画面静止。") if still else say("Motion is on.", "已恢复动态。"))

    def on_descendant_focus(self, event: DescendantFocus) -> None:
        self.set_blinking(event.widget)

    def set_blinking(self, widget: Widget | None) -> None:
        """Lets the cursor of a text field blink only where motion is wanted."""
        if isinstance(widget, Input | TextArea) and (self.animation_level == "none") == widget.cursor_blink:
            widget.cursor_blink = not widget.cursor_blink

    def action_search(self) -> None:
        from lhystudy.tui.screens.search import Search

        self.push_screen(Search(), self.open_hit)

    def open_hit(self, hit: Hit | None) -> None:
        """Goes to what was found."""
        if hit is not None and (target := target_of(hit.entry)):
            self.open_target(target)

    def open_target(self, target: str) -> None:
        """Goes to a thing by its kind and name: experiment:lstm-demo, derive:…, quiz:a,b, section:lesson#heading.

        A question or a misconception names its lesson too, question:q-041@critical-points, else it is in the one that
        was read last.
        """
        kind, _, name = target.partition(":")
        match kind:
            case "experiment":
                self.desk.keep("experiment", name)
                self.action_go("lab")
            case "derive":
                self.desk.keep("derivation", name)
                self.action_go("workbench")
            case "quiz":
                self.desk.keep("quiz", f"items:{name}")
                self.action_go("quiz")
            case "place":
                self.action_go(name)
            case "lesson" | "section":
                lesson, _, heading = name.partition("#")
                self.desk.keep("lesson", lesson)
                self.desk.keep("heading", heading)
                self.action_go("course")
            case _:
                name, _, lesson = name.partition("@")
                if lesson:
                    self.desk.keep("lesson", lesson)
                self.desk.keep("heading", f"{kind}:{name}")
                self.action_go("course")

    def action_help(self) -> None:
        from lhystudy.tui.screens.help import Help

        self.push_screen(Help(self.screen))

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        """What the palette offers: what the place at hand does, every place, both languages and grounds, lessons."""
        for binding in (one.binding for one in keys_of(screen) if one.node is screen):
            if not binding.action.startswith("go("):
                run = partial(self.action_run_binding, binding.key)
                yield SystemCommand(described(binding), say("here: ", "此处：") + self.get_key_display(binding), run)
        for lesson in self.desk.course.lessons:
            title = f"{lesson.number} {lesson.title.said()}"
            go = partial(self.open_target, f"lesson:{lesson.id}")
            yield SystemCommand(title, say("Open the lesson", "打开这一课"), go, discover=False)
        for name, (_, label, _) in PLACES.items():
            english, chinese = label.split("|")
            title = say(english.capitalize(), chinese)
            yield SystemCommand(title, say(f"Go to {english}", f"前往{chinese}"), partial(self.action_go, name))
        yield SystemCommand(say("中文", "English"), say("Switch language", "切换语言"), self.action_switch_language)
        yield SystemCommand(
            say("Dark or light", "深色或浅色"), say("Switch ground", "切换底色"), self.action_switch_ground
        )
        yield SystemCommand(
            say("Still", "静止"),
            say("Stop all motion and blinking, or allow it again", "停止一切动画与闪烁，或恢复"),
            self.action_switch_motion,
        )
        yield SystemCommand(say("Search", "搜索"), say("Find anything", "查找任何内容"), self.action_search)
        yield SystemCommand(say("Help", "帮助"), say("Keys of this place", "此处可用的按键"), self.action_help)
        yield SystemCommand(
            say("Tour", "导览"), say("Two minutes to learn the keys", "两分钟学会按键"), self.action_tour
        )
        yield SystemCommand(say("Quit", "退出"), say("Everything is kept", "一切都会保存"), self.exit)


def main() -> None:
    """Opens the app and closes what it opened, whatever happens. Raises what ended the app, where that was a fault."""
    with Desk() as desk:
        words.set_language(str(desk.setting("language", words.language())))
        app = StudyApp(desk)
        app.is_new = not desk.setting("lesson") and not desk.setting("toured")
        try:
            app.run()
        finally:
            desk.store.tell = to_standard_error  # no app shows any more what is told on closing
    if app.fault is not None:
        raise app.fault
