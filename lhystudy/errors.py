"""The one exception that a learner may see."""


class StudyError(Exception):
    """What went wrong in one sentence, where, and how to mend it.

    `exit_code` follows the command line's contract: 2 for input that cannot be used,
    3 for something needed that is missing.
    """

    def __init__(self, message: str, *, where: str | None = None, hint: str | None = None, exit_code: int = 2) -> None:
        super().__init__(message)
        self.message = message
        self.where = where
        self.hint = hint
        self.exit_code = exit_code

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where else ""
        repair = f" ({self.hint})" if self.hint else ""
        return f"{place}{self.message}{repair}"


class MissingError(StudyError):
    """Something needed is not there: a lesson, a device, a usable store. Exit code 3."""

    def __init__(self, message: str, *, where: str | None = None, hint: str | None = None) -> None:
        super().__init__(message, where=where, hint=hint, exit_code=3)


def nearest(word: str, known: list[str]) -> str | None:
    """The known word most like the given one, or None when none comes close."""
    from difflib import get_close_matches  # only a mistyped name needs it

    close = get_close_matches(word, known, n=1, cutoff=0.5)
    return close[0] if close else None
