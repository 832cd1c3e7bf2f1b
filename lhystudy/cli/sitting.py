"""One sitting of questions on the command line: asked, graded and kept one by one, so that leaving loses nothing."""

from __future__ import annotations

import json
import sys
from datetime import datetime
from time import monotonic
from typing import Any

from lhystudy import files
from lhystudy.cli import asking, console
from lhystudy.cli.page import show_text
from lhystudy.memory.schedule import day_of
from lhystudy.quiz.forms import Confidence, Grade
from lhystudy.quiz.kinds.predict import Predict
from lhystudy.quiz.session import Session
from lhystudy.study.desk import Desk
from lhystudy.study.judging import judge_by
from lhystudy.study.review import Kept, keep, take_back
from lhystudy.words import say

STOP = ("q", "quit", ":q")


def clock() -> datetime:
    """Now, in the learner's time zone."""
    return datetime.now().astimezone()


def nothing(as_json: bool, due: bool) -> int:
    """What is said where there is nothing to ask."""
    if as_json:
        console.json_line({"event": "result", "asked": 0, "right": 0})
    elif due:
        console.talk(say("nothing is due today", "今天没有要复习的"))
    else:
        console.talk(say("nothing to ask yet; read a lesson first", "还没有可出的题，先读一课吧"))
    return console.DONE


def take(desk: Desk, session: Session) -> int:
    """Asks in turn until the session is finished or the learner stops. Returns 1 when an answer was wrong."""
    judge = judge_by(lambda: desk.checking)
    kept: list[Kept] = []
    while (asked := session.current) is not None:
        drawn = asked.drawn
        form = drawn.form()
        again = say("  once more", "  再来一次") if asked.again else ""
        console.out(f"── {len(session.answered) + 1}/{session.length}{again} " + "─" * 40)
        asking.show_form(form)
        began = monotonic()
        typed = asking.read_line(asking.prompt_of(form) + say("   (u undo, q stop) > ", "   （u 撤销，q 结束）> "))
        if typed is None or typed.lower() in STOP:
            break
        if typed.lower() == "u":
            session = _undo(desk, session, kept)
            continue
        response = asking.read_response(form, typed)
        grade = drawn.grade(response, judge)
        if grade.unreadable:
            console.talk(grade.feedback)
            continue
        confidence = _confidence()
        session = session.graded(response, confidence, grade)
        kept.append(keep(desk.store, session.answered[-1], monotonic() - began, clock()))
        _show_grade(grade, kept[-1])
        if isinstance(drawn, Predict):
            console.out(say("  see it: ", "  亲眼看看：") + f"lhystudy run {drawn.experiment}\n")
    return _end(session)


def _undo(desk: Desk, session: Session, kept: list[Kept]) -> Session:
    """Takes the last answer back, in the session and in the store."""
    if kept:
        take_back(desk.store, kept.pop())
    return session.undo()


def _confidence() -> Confidence | None:
    question = say(
        "how sure?  g guess  t think so  c certain  (Enter: t) > ", "有多大把握？g 猜的  t 应该是  c 确定（回车：t）> "
    )
    typed = asking.read_line(question)
    return None if typed is None else asking.CONFIDENCE.get(typed.lower(), "think")


def _show_grade(grade: Grade, kept: Kept) -> None:
    console.out(("✓ " + say("Right.", "答对了。")) if grade.right else ("✗ " + say("Not right.", "不对。")))
    for text in (grade.feedback, grade.explain):
        if text:
            show_text(text, first="  ", rest="  ")
    if not grade.right and grade.solution:
        show_text(say("The answer: ", "答案：") + grade.solution, first="  ", rest="  ")
    if grade.misconception:
        console.out("  → " + say("misconception: ", "误区：") + f"lhystudy ask {grade.misconception}")
    console.out("  " + _when(kept) + "\n")


def _when(kept: Kept) -> str:
    days = (kept.memory.due - day_of(clock())).days
    if days <= 1:
        return say("next review tomorrow", "明天复习")
    return say(f"next review in {days} days", f"{days} 天后复习")


def _end(session: Session) -> int:
    count = len(session.answered)
    if count:
        console.out(say(f"{session.right} of {count} right", f"{count} 题答对 {session.right} 题"))
    return console.DONE if session.right == count else console.NO


def take_json(desk: Desk, session: Session) -> int:
    """The same as lines of JSON: a question out, a response in, its grade out; a result at the end.

    A response is the bare value or {"response": …, "confidence": "guess"}; choices count from 0. An unreadable
    one costs nothing: the next line answers the same question. The input's end ends the session.
    """
    judge = judge_by(lambda: desk.checking)
    while (asked := session.current) is not None:
        drawn = asked.drawn
        heading = {"event": "question", "n": len(session.answered) + 1, "of": session.length}
        console.json_line(
            {**heading, "item": drawn.id, "kind": drawn.kind, "seed": asked.seed, **asking.form_document(drawn.form())}
        )
        while True:
            began = monotonic()
            line = sys.stdin.readline(files.MOST)
            if not line:
                return _end_json(session)
            if not line.strip():
                continue
            response, confidence = _read_json(line)
            grade = drawn.grade(response, judge)
            document = {"event": "grade", "item": drawn.id, **_grade_document(grade)}
            if grade.unreadable:
                console.json_line(document)
                continue
            session = session.graded(response, confidence, grade)
            kept = keep(desk.store, session.answered[-1], monotonic() - began, clock())
            console.json_line({**document, "due": kept.memory.due.isoformat()})
            break
    return _end_json(session)


def _read_json(line: str) -> tuple[Any, Confidence | None]:
    """A line of input as a response; one that is no JSON is the text itself."""
    try:
        document = json.loads(line)
    except (ValueError, RecursionError):
        return line.strip(), None
    if isinstance(document, dict):
        confidence = asking.CONFIDENCE.get(str(document.get("confidence") or "-"))
        return document.get("response"), confidence
    return document, None


def _grade_document(grade: Grade) -> dict[str, Any]:
    return {
        "right": grade.right,
        "share": round(grade.share, 4),
        "unreadable": grade.unreadable,
        "feedback": grade.feedback,
        "explain": grade.explain,
        "solution": grade.solution,
        "misconception": grade.misconception or None,
    }


def _end_json(session: Session) -> int:
    console.json_line({"event": "result", "asked": len(session.answered), "right": session.right})
    return console.DONE if session.right == len(session.answered) else console.NO
