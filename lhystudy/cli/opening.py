"""`lhystudy` without a word: opens the app without loading the option parser, which it does not need."""

from __future__ import annotations

import sys

from lhystudy.cli import console
from lhystudy.cli.commands.app import command
from lhystudy.errors import StudyError


def main() -> None:
    """Opens the app where it was left; leaves with the exit code of a command."""
    console.open_streams()
    try:
        command()
        code = console.DONE
    except StudyError as error:
        code = console.complain(error)
    except KeyboardInterrupt:
        code = console.INTERRUPTED
    except Exception as error:
        code = console.complain_unexpected(error, debug=False)
    console.flush()
    sys.exit(code)
