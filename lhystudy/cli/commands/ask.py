"""`lhystudy ask`: searches the course and the learner's own notes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from lhystudy.cli import console
from lhystudy.errors import StudyError
from lhystudy.words import say

if TYPE_CHECKING:
    from lhystudy.store.index import Entry


def command(
    words: Annotated[list[str], typer.Argument(metavar="WORDS", help="What to look for, in English or Chinese.")],
    count: Annotated[int, typer.Option("--n", min=1, max=100, help="How many matches at most.")] = 8,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False,
) -> int:
    """Search lessons, questions, mistakes, derivations, experiments and your own notes."""
    from lhystudy.course.load import load_course
    from lhystudy.paths import content_root
    from lhystudy.store.db import open_store
    from lhystudy.study.search import one_line, search

    query = " ".join(words).strip()
    if not query:
        raise StudyError(say("nothing to look for", "没有要查找的词"))
    with open_store(holding=True) as store:
        hits = search(load_course(content_root()), store, query, count)
    if as_json:
        found = [
            {"kind": hit.entry.kind, "lesson": hit.entry.lesson, "name": hit.entry.name,
             "title": hit.entry.title.said(), "excerpt": hit.excerpt, "score": round(hit.score, 3)}
            for hit in hits
        ]  # fmt: skip
        console.json_line({"query": query, "found": found})
        return console.DONE if hits else console.NO
    for hit in hits:
        title = one_line(hit.entry.title.said())
        console.out(f"{kind_word(hit.entry)}  {title or hit.excerpt}")
        if title and hit.excerpt:
            console.out(f"    {hit.excerpt}")
        console.out(f"    → {where(hit.entry)}")
    if not hits:
        console.talk(say("nothing found; try fewer or other words", "没有找到，换几个词或少写几个试试"))
        return console.NO
    return console.DONE


def kind_word(entry: Entry) -> str:
    """What kind of thing was found, in the language in use."""
    return {
        "lesson": say("lesson", "课"),
        "section": say("section", "小节"),
        "question": say("question", "疑问"),
        "misconception": say("misconception", "误区"),
        "derivation": say("derivation", "推导"),
        "experiment": say("experiment", "实验"),
        "note": say("note", "笔记"),
    }[entry.kind]


def where(entry: Entry) -> str:
    """The command that leads there."""
    match entry.kind:
        case "experiment":
            return f"lhystudy run {entry.name}"
        case "derivation":
            return f"lhystudy check --derivation {entry.name}"
        case "note":
            return "lhystudy note list"
        case "lesson":
            return f"lhystudy read {entry.lesson}"
        case _:
            return f"lhystudy read {entry.lesson} --at {entry.name}"
