"""The `lhystudy` command, also as `python -m lhystudy`."""

import os
import signal
import sys


def main() -> None:
    """Runs the command line. A Ctrl-C while its modules are loading ends it at once: there is nothing to keep yet."""
    usual = signal.getsignal(signal.SIGINT)
    if usual is signal.default_int_handler:
        signal.signal(signal.SIGINT, lambda number, frame: os._exit(130))
    try:
        if len(sys.argv) == 1:
            from lhystudy.cli.opening import main as start
        else:
            from lhystudy.cli.main import main as start
    except ImportError as error:
        from lhystudy.cli.console import complain_unexpected

        sys.exit(complain_unexpected(error, debug="--debug" in sys.argv))

    signal.signal(signal.SIGINT, usual)
    start()


if __name__ == "__main__":
    main()
