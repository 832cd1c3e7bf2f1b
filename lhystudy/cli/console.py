"""Where a command's words go: data to standard output, everything else to standard error; errors to one sentence."""

from __future__ import annotations

import json
import os
import sys
import traceback
from typing import Any

from lhystudy.errors import StudyError
from lhystudy.words import say

DONE, NO, USAGE, MISSING, INTERRUPTED = 0, 1, 2, 3, 130


def out(text: str = "") -> None:
    """Data, for people or for a pipe."""
    print(text)


def talk(text: str = "") -> None:
    """Everything that is not data: progress, remarks, errors."""
    print(text, file=sys.stderr)


def json_line(document: Any) -> None:
    """One JSON document on one line, written through at once so that a reader can follow."""
    print(json.dumps(document, ensure_ascii=False, allow_nan=False), flush=True)


def is_terminal() -> bool:
    """Whether standard output is a terminal that can move its cursor."""
    return sys.stdout.isatty() and os.environ.get("TERM") != "dumb"


def colour() -> bool:
    return is_terminal() and "NO_COLOR" not in os.environ


def complain(error: StudyError) -> int:
    """Says the error in one sentence and returns its exit code."""
    talk(say("error: ", "出错：") + str(error))
    return error.exit_code


def complain_unexpected(error: BaseException, debug: bool) -> int:
    """An error that nobody foresaw: its trace with --debug, else one sentence."""
    if debug:
        traceback.print_exception(error)
    else:
        kind = type(error).__name__
        talk(
            say(
                f"error: something unforeseen went wrong ({kind}: {error}); run again with --debug to see where",
                f"出错：遇到了意料之外的问题（{kind}: {error}）；加上 --debug 再运行一次可以看到出错的位置",
            )
        )
    return NO
