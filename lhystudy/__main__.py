"""The `lhystudy` command, also as `python -m lhystudy`."""

import os
import signal


def main() -> None:
    """Runs the command line. A Ctrl-C while its modules are loading ends it at once: there is nothing to keep yet."""
    usual = signal.getsignal(signal.SIGINT)
    if usual is signal.default_int_handler:
        signal.signal(signal.SIGINT, lambda number, frame: os._exit(130))
    from lhystudy.cli.main import main as command_line

    signal.signal(signal.SIGINT, usual)
    command_line()


if __name__ == "__main__":
    main()
