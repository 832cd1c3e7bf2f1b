"""Where a command's words go: data to standard output, everything else to standard error; errors to one sentence."""

from __future__ import annotations

import codecs
import errno
import json
import os
import sys
import traceback
from contextlib import suppress
from pathlib import Path
from typing import Any, TextIO

from lhystudy import files
from lhystudy.child import unloadable
from lhystudy.errors import MissingError, StudyError
from lhystudy.words import OBEYED, say

DONE, NO, USAGE, MISSING, INTERRUPTED = 0, 1, 2, 3, 130
PICTURES = {code: 0x2400 + code for code in range(32)} | {0x7F: 0x2421}  # of control characters


def open_streams() -> None:
    """Makes the standard streams fit for any text; one that is closed leads nowhere.

    A pipe or a file is UTF-8, and so is a terminal of which the locale says no more than ASCII. On a terminal of
    another encoding a character that it has not is one question mark, so that the columns hold.
    """
    for descriptor, name in enumerate(("stdin", "stdout", "stderr")):
        stream = getattr(sys, name)
        if stream is None:
            stream = Path(os.devnull).open("w" if descriptor else "r", encoding="utf-8")
            setattr(sys, name, stream)
        elif hasattr(stream, "reconfigure"):
            own = codecs.lookup(stream.encoding).name
            encoding = own if stream.isatty() and own != "ascii" else "utf-8"
            # A lone surrogate in JSON comes out as its escape, which is what JSON writes for it.
            errors = "backslashreplace" if descriptor and encoding == "utf-8" else "replace"
            stream.reconfigure(encoding=encoding, errors=errors)


def turn_away(stream: TextIO) -> None:
    """Lets what is still to be written to a stream go nowhere, since nobody takes it."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def flush() -> None:
    """Writes out what is still held back, if anybody takes it."""
    try:
        sys.stdout.flush()
    except OSError:
        turn_away(sys.stdout)


def visible(text: str) -> str:
    """The text with a sign for each character that a terminal would obey: it can neither clear nor turn a line."""
    return OBEYED.sub(lambda found: chr(PICTURES.get(ord(found[0]), 0xFFFD)), text)


def out(text: str = "") -> None:
    """Data, for people or for a pipe."""
    print(visible(text))


def talk(text: str = "") -> None:
    """Everything that is not data: progress, remarks, errors."""
    try:
        print(visible(text), file=sys.stderr)
    except OSError:  # nobody can be told
        turn_away(sys.stderr)


def json_line(document: Any) -> None:
    """One JSON document on one line, written through at once so that a reader can follow."""
    json_text(json.dumps(document, ensure_ascii=False, allow_nan=False))


def json_text(line: str) -> None:
    """A line that is JSON already; what a terminal would obey comes out as its escape, which reads as the same."""
    print(OBEYED.sub(lambda found: json.dumps(found[0])[1:-1], line), flush=True)


def is_terminal() -> bool:
    """Whether standard output is a terminal that can move its cursor."""
    return sys.stdout.isatty() and os.environ.get("TERM") != "dumb"


def colour() -> bool:
    return is_terminal() and "NO_COLOR" not in os.environ


def complain(error: StudyError) -> int:
    """Says the error in one sentence on one line and returns its exit code."""
    talk(say("error: ", "出错：") + " ".join(str(error).split("\n")))
    return error.exit_code


def complain_unexpected(error: BaseException, debug: bool) -> int:
    """An error that nobody foresaw: its trace with --debug, else one sentence."""
    if debug:
        traceback.print_exception(error)
    if isinstance(error, OSError):
        return _complain_of_system(error)
    if isinstance(error, ImportError):
        return _complain_of_installation(error)
    if not debug:
        kind = type(error).__name__
        complain(
            StudyError(
                say(f"something unforeseen went wrong: {kind}: {error}", f"遇到了意料之外的问题：{kind}: {error}"),
                hint=say("run again with --debug to see where", "加上 --debug 再运行一次可以看到出错的位置"),
            )
        )
    return NO


def _complain_of_installation(error: ImportError) -> int:
    """What cannot be loaded, and what is wrong with the installed packages, a line for each."""
    from lhystudy.study.installation import faults

    found = faults()
    refusal = unloadable(error)
    code = complain(MissingError(refusal.message) if found else refusal)
    for fault in found:
        talk(f"  {fault}")
    return code


def _complain_of_system(error: OSError) -> int:
    """A file that cannot be used, or a standard output that takes nothing more."""
    if error.filename is None and error.errno in (errno.ENOSPC, errno.EIO, errno.EBADF, errno.EFBIG):
        turn_away(sys.stdout)
        place, repair = say("standard output", "标准输出"), say("write it to another place", "请写到别处")
    else:
        place, repair = str(error.filename or ""), say("--debug shows where it went wrong", "加上 --debug 可以看到位置")
    complain(StudyError(files.reason(error), where=place, hint=repair))
    return USAGE if error.filename else MISSING
