"""Where the content lies and where the learner's data is kept."""

import os
from pathlib import Path

import platformdirs

from lhystudy.errors import MissingError
from lhystudy.files import reason
from lhystudy.words import say

LESSONS = "[0-9][0-9]-*/[0-9][0-9]-*/"  # units, and lessons in them
PACKAGE = Path(__file__).resolve().parent


def content_root() -> Path:
    """The folder of lessons: $LHYSTUDY_CONTENT, the checkout's, or the one inside the wheel."""
    named = os.environ.get("LHYSTUDY_CONTENT")
    places = [Path(named)] if named else [PACKAGE.parent / "content", PACKAGE / "content"]
    for place in places:
        if any(place.glob(LESSONS)):
            return place.resolve()
    raise no_lessons(places[0])


def no_lessons(place: Path) -> MissingError:
    """The error for a folder of lessons that is not there or holds none."""
    return MissingError(
        say("there are no lessons here", "这里没有课"),
        where=str(place),
        hint=say("set LHYSTUDY_CONTENT to a folder of lessons", "把 LHYSTUDY_CONTENT 设为放着课的文件夹"),
    )


def data_folder() -> Path:
    """The learner's data folder, created when it is not there: $LHYSTUDY_HOME or the platform's."""
    named = os.environ.get("LHYSTUDY_HOME")
    folder = Path(named) if named else Path(platformdirs.user_data_dir("lhystudy", appauthor=False))
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise MissingError(
            say(f"no data can be kept here: {reason(error)}", f"这里无法保存数据：{reason(error)}"),
            where=str(folder),
            hint=say("set LHYSTUDY_HOME to a folder that can be written", "把 LHYSTUDY_HOME 设为可写的文件夹"),
        ) from error
    return folder
