"""Text files that a learner names: read whole or refused, written whole or not at all, each with one clear sentence."""

from __future__ import annotations

import errno
from contextlib import suppress
from pathlib import Path

from lhystudy.errors import StudyError
from lhystudy.words import say

MOST = 16 * 1024 * 1024  # bytes; what a learner writes is far smaller, and a device file has no end


def reason(error: OSError) -> str:
    """Why the system refused, in the language in use."""
    told = {
        errno.ENOENT: say("there is no such file or folder", "没有这个文件或文件夹"),
        errno.EISDIR: say("it is a folder", "它是文件夹"),
        errno.ENOTDIR: say("a part of the path is no folder", "路径中有一段不是文件夹"),
        errno.EEXIST: say("a file of that name is in the way", "已有同名文件挡在那里"),
        errno.EACCES: say("permission is denied", "没有权限"),
        errno.EPERM: say("permission is denied", "没有权限"),
        errno.EROFS: say("it lies on a read-only disk", "所在的磁盘是只读的"),
        errno.ENOSPC: say("the disk is full", "磁盘已满"),
        errno.EFBIG: say("the file would grow larger than is allowed", "文件超出允许的大小"),
        errno.ENAMETOOLONG: say("the name is too long", "名字太长"),
    }
    return told.get(error.errno or 0) or error.strerror or str(error)


def unreadable(name: object, error: OSError) -> StudyError:
    """The error for a file that cannot be read."""
    return StudyError(say(f"cannot be read: {reason(error)}", f"无法读取：{reason(error)}"), where=shown(name))


def unwritable(name: object, error: OSError) -> StudyError:
    """The error for a file that cannot be written."""
    return StudyError(
        say(f"cannot be written: {reason(error)}", f"无法写入：{reason(error)}"),
        where=shown(name),
        hint=say("name another place", "请换一个位置"),
    )


def shown(name: object) -> str:
    """The name as it stands in a sentence; an empty one shows its quotes."""
    return str(name) or "''"


def at_home(name: str) -> Path:
    """The path with a leading ~ as the home folder it stands for, or as it is where nobody has that home."""
    try:
        return Path(name).expanduser()
    except RuntimeError:
        return Path(name)


def read_text(file: str | Path, most: int = MOST) -> str:
    """The text of a file of at most `most` bytes. Raises StudyError when it cannot be read or is no UTF-8 text."""
    try:
        with Path(file).open("rb") as stream:
            content = stream.read(most + 1)
    except OSError as error:
        raise unreadable(file, error) from error
    return decoded(content, file, most)


def decoded(content: bytes, name: object, most: int = MOST) -> str:
    """Bytes as text, a byte order mark left out. Raises StudyError for too many and for what is no UTF-8."""
    if len(content) > most:
        size = say(f"{most // 1_000_000} million", f"{most // 1_000_000} 百万")
        if most < 1_000_000:
            size = say(f"{most // 1000} thousand", f"{most // 1000} 千")
        raise StudyError(
            say(f"it is longer than {size} bytes", f"它超过了 {size}字节"),
            where=shown(name),
            hint=say("split it", "请把它分开"),
        )
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise StudyError(
            say(f"this is not UTF-8 text (byte {error.start})", f"这不是 UTF-8 文本（第 {error.start} 字节）"),
            where=shown(name),
            hint=say("save it as UTF-8", "请另存为 UTF-8"),
        ) from error


def write_text(file: Path, text: str) -> None:
    """Writes a file whole or not at all. Raises StudyError when that fails, and leaves what stood there before."""
    write_bytes(file, text.encode("utf-8"))


def write_bytes(file: Path, content: bytes) -> None:
    """Writes a file as `write_text` does."""
    try:
        if file.exists() and not file.is_file():  # a device or a pipe takes the content itself, a folder refuses it
            file.write_bytes(content)
        else:
            _replace(file, content)
    except OSError as error:
        raise unwritable(file, error) from error


def _replace(file: Path, content: bytes) -> None:
    beside = file.with_name(file.name + ".part")
    try:
        beside.write_bytes(content)
        beside.replace(file)
    except OSError:
        with suppress(OSError):
            beside.unlink()
        raise
