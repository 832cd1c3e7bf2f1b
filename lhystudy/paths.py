"""Where the content lies and where the learner's data is kept."""

import os
import re
from pathlib import Path

import platformdirs

from lhystudy.errors import MissingError, StudyError
from lhystudy.files import reason
from lhystudy.words import say

LESSONS = "[0-9][0-9]-*/[0-9][0-9]-*/"  # units, and lessons in them
PROFILE = re.compile(r"[\w-]{1,40}")
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


def _platform_folder() -> Path:
    try:
        return Path(platformdirs.user_data_dir("lhystudy", appauthor=False))
    except RuntimeError as error:  # a user without a home, as in some containers
        raise MissingError(
            say("this user has no home folder to keep data in", "当前用户没有主目录，无处保存数据"),
            hint=say("set LHYSTUDY_HOME to a folder that can be written", "把 LHYSTUDY_HOME 设为可写的文件夹"),
        ) from error


def data_place() -> Path:
    """Where the learner's data folder is or is to be: $LHYSTUDY_HOME or the platform's.

    With $LHYSTUDY_PROFILE, the folder of that learner inside it. Raises StudyError for a name that can be none.
    """
    named = os.environ.get("LHYSTUDY_HOME")
    folder = Path(named) if named else _platform_folder()
    profile = os.environ.get("LHYSTUDY_PROFILE")
    if profile:
        if not PROFILE.fullmatch(profile):
            raise StudyError(
                say(f"{profile!r} cannot be the name of a profile", f"{profile!r} 不能作为学习者的名字"),
                hint=say("letters, digits, - and _, at most 40", "字母、数字、- 和 _，最多 40 个"),
            )
        folder = folder / "profiles" / profile
    return folder


def data_folder() -> Path:
    """The learner's data folder, created when it is not there. Raises MissingError where that cannot be."""
    folder = data_place()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise MissingError(
            say(f"no data can be kept here: {reason(error)}", f"这里无法保存数据：{reason(error)}"),
            where=str(folder),
            hint=say("set LHYSTUDY_HOME to a folder that can be written", "把 LHYSTUDY_HOME 设为可写的文件夹"),
        ) from error
    return folder
