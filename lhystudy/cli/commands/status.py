"""`lhystudy status`: where the learner is, in a few lines."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from lhystudy.cli import console
from lhystudy.words import say

if TYPE_CHECKING:
    from lhystudy.study.progress import Next, Progress


def command(as_json: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False) -> int:
    """Where you are: what is due, what is open, what comes next."""
    from lhystudy.course.load import load_course
    from lhystudy.paths import content_root
    from lhystudy.store.db import open_store
    from lhystudy.study.progress import next_thing, progress

    with open_store(holding=True) as store:
        found = progress(load_course(content_root()), store, datetime.now().astimezone())
    coming = next_thing(found)
    if as_json:
        console.json_line(_document(found, coming))
        return console.DONE
    for line in _lines(found, coming):
        console.out(line)
    return console.DONE


def _document(found: Progress, coming: Next) -> dict[str, object]:
    done, of = found.route_done
    return {
        "route": {"id": found.route.id, "done": done, "of": of} if found.route else None,
        "due": len(found.due),
        "forecast": list(found.forecast),
        "open_derivation": found.open_derivation.derivation if found.open_derivation else None,
        "doubts": len(found.doubts),
        "streak": found.streak,
        "next": {"kind": coming.kind, "name": coming.name},
    }


def next_words(found: Progress, coming: Next) -> str:
    """The best next thing in words."""
    match coming.kind:
        case "review":
            minutes = max(1, found.review_minutes)
            return say(
                f"review {coming.count} items, about {minutes} min", f"复习 {coming.count} 道题，约 {minutes} 分钟"
            )
        case "derivation":
            if found.open_derivation is None:
                return say(f"derive {coming.name}, before its lesson", f"先推导 {coming.name}，再读那一课")
            return say(f"go on with the derivation {coming.name}", f"继续推导 {coming.name}")
        case "lesson":
            one = found.lesson(coming.name)
            title = one.lesson.title.said() if one else coming.name
            begun = one is not None and one.reading is not None
            return say(f"{'go on with' if begun else 'read'} {title}", f"{'继续读' if begun else '读'}“{title}”")
        case _:
            return say("all is done; look again tomorrow", "全部完成，明天再来看看")


def _lines(found: Progress, coming: Next) -> list[str]:
    done, of = found.route_done
    lines = []
    if found.route:
        title = found.route.title.said()
        lines.append(say(f"Route       {title}: {done} of {of}", f"路线  {title}：{done}/{of}"))
    ahead = " ".join(str(count) for count in found.forecast)
    lines.append(
        say(f"Due         {len(found.due)} (next ten days: {ahead})", f"待复习  {len(found.due)}（今后十天：{ahead}）")
    )
    if found.open_derivation:
        name = found.open_derivation.derivation
        lines.append(say(f"Derivation  {name} is open", f"推导  {name} 未完成"))
    if found.doubts:
        lines.append(say(f"Doubts      {len(found.doubts)} open", f"疑问  {len(found.doubts)} 个待解"))
    if found.streak:
        lines.append(say(f"Streak      {found.streak} days", f"连续学习  {found.streak} 天"))
    lines.append(say(f"Next        {next_words(found, coming)}", f"下一步  {next_words(found, coming)}"))
    return lines
