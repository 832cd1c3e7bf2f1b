"""Where the content lies and where the learner's data is kept."""

import os
from pathlib import Path

import platformdirs

from lhystudy.errors import MissingError

PACKAGE = Path(__file__).resolve().parent


def content_root() -> Path:
    """The folder of lessons: $LHYSTUDY_CONTENT, the checkout's, or the one inside the wheel."""
    named = os.environ.get("LHYSTUDY_CONTENT")
    places = [Path(named)] if named else [PACKAGE.parent / "content", PACKAGE / "content"]
    for place in places:
        if place.is_dir():
            return place.resolve()
    raise MissingError(f"no lessons found in {places[0]}", hint="reinstall lhystudy or set LHYSTUDY_CONTENT")


def data_folder() -> Path:
    """The learner's data folder, created when it is not there: $LHYSTUDY_HOME or the platform's."""
    named = os.environ.get("LHYSTUDY_HOME")
    folder = Path(named) if named else Path(platformdirs.user_data_dir("lhystudy", appauthor=False))
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise MissingError(
            f"cannot keep data in {folder}: {error.strerror}",
            hint="set LHYSTUDY_HOME to a folder that can be written",
        ) from error
    return folder
