"""`lhystudy app`: opens the app where it was left."""

from lhystudy.cli import console
from lhystudy.errors import StudyError
from lhystudy.words import say


def command() -> None:
    """Open the app where it was left (the same as lhystudy without a command)."""
    if not console.is_terminal():
        raise StudyError(
            say("the app needs a terminal", "打开应用需要终端"),
            hint=say("lhystudy --help lists what works without one", "lhystudy --help 列出了不需要终端的命令"),
        )
    from lhystudy.tui.app import main  # only here: the interface's libraries are of no use to other commands

    main()
