"""YAML read as entries that know their lines, so that every fault names its place."""

from __future__ import annotations

import math
import os
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from stat import S_ISREG
from typing import Any

import yaml

from lhystudy.errors import StudyError, nearest
from lhystudy.words import OBEYED, Text

Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the C one is ten times as fast, where PyYAML was built with it
SIZE_LIMIT = 1_000_000  # bytes of one content file
DEPTH_LIMIT = 50  # of nesting
VALUE_LIMIT = 50_000  # of one YAML document


@dataclass(frozen=True, order=True)
class Fault:
    """What is wrong with content, and where. `line` counts from 1; 0 means the file or folder as a whole."""

    file: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.message}" if self.line else f"{self.file}: {self.message}"


class ContentError(StudyError):
    """Content that cannot be used. `faults` holds every one found."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(sorted(set(faults)))
        more = f" (and {len(self.faults) - 1} more; `lhystudy audit` lists them)" if len(self.faults) > 1 else ""
        super().__init__(f"{self.faults[0]}{more}")


class Source:
    """One content file and the faults found in it. Reading goes on after a fault, so that all come to light."""

    def __init__(self, path: Path, root: Path, faults: list[Fault]) -> None:
        self.path = path
        self.root = root
        self.faults = faults

    @cached_property
    def name(self) -> str:
        """The path as a learner would type it from where they are."""
        return shown(self.path)

    def shown_only(self, text: str, line: int) -> str:
        """The text, from this line on, with a sign for each character that a terminal would obey; they are a fault."""
        if found := OBEYED.search(text):
            place = line + text.count("\n", 0, found.start())
            self.fault(place, f"holds U+{ord(found[0]):04X}, which a terminal obeys in place of showing it")
        return OBEYED.sub("\ufffd", text)

    def is_there(self) -> bool:
        """Whether there is something to read, be it a link that leads nowhere."""
        return os.path.lexists(self.path)

    def fault(self, line: int, message: str) -> None:
        self.faults.append(Fault(self.name, line, message))

    def read(self) -> str | None:
        """The file's text, or None with the reason noted as a fault. Nothing outside the root is read."""
        try:
            if not inside(self.path, self.root):
                self.fault(0, "leads out of the content folder")
                return None
            if not S_ISREG(self.path.stat().st_mode):  # a device or a pipe may have no end, or never begin
                self.fault(0, "is no ordinary file")
                return None
            with self.path.open("rb") as stream:
                content = stream.read(SIZE_LIMIT + 1)
            if len(content) > SIZE_LIMIT:
                self.fault(0, f"is larger than {SIZE_LIMIT // 1_000_000} MB")
                return None
            text = content.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
            return self.shown_only(text, 1)
        except FileNotFoundError:
            self.fault(0, "is not there")
        except UnicodeDecodeError as error:
            self.fault(0, f"is not UTF-8 at byte {error.start}")
        except (OSError, RuntimeError) as error:  # RuntimeError: Python 3.12 and older, of links in a circle
            self.fault(0, f"cannot be read: {getattr(error, 'strerror', None) or 'links in a circle'}")
        return None


def inside(path: Path, root: Path) -> bool:
    """Whether a file or folder lies below the root once links are followed."""
    through = path.is_symlink() or path.name in ("", "..")
    real = path.resolve() if through else _real(path.parent) / path.name
    return real.is_relative_to(_real(root))


@lru_cache(maxsize=256)  # a course asks it of every file
def _real(folder: Path) -> Path:
    return folder.resolve()


def shown(path: Path) -> str:
    """The path relative to the working folder where it lies below it."""
    try:
        return (path.parent.resolve() / path.name).relative_to(Path.cwd().resolve()).as_posix()
    except ValueError:
        return path.as_posix()


class Listing(list[Any]):
    """A YAML list; `lines` has the line of each member."""

    def __init__(self, values: Iterable[Any], lines: Iterable[int]) -> None:
        super().__init__(values)
        self.lines = list(lines)


class Entry:
    """A YAML mapping. Each getter returns a value of its type; what does not fit becomes a fault and a blank value."""

    def __init__(self, values: dict[str, Any], lines: dict[str, int], line: int, source: Source) -> None:
        self.values = values
        self.lines = lines
        self.line = line
        self.source = source

    def __contains__(self, key: str) -> bool:
        return key in self.values

    def line_of(self, key: str) -> int:
        return self.lines.get(key, self.line)

    def fault(self, message: str, key: str = "") -> None:
        self.source.fault(self.line_of(key), message)

    def only(self, *known: str) -> None:
        """Faults every key that is not known, with the nearest known one."""
        for key in self.values:
            if key not in known:
                near = nearest(key, list(known))
                self.fault(f'no key "{key}" here' + (f'; did you mean "{near}"?' if near else ""), key)

    def raw(self, key: str) -> Any:
        if key not in self.values:
            self.fault(f"`{key}` is missing")
        return self.values.get(key)

    def word(self, key: str, default: str | None = None) -> str:
        """A text of one line in no language: an id, a name, a line of the derivation language, a number as typed."""
        if key not in self.values and default is not None:
            return default
        value = self.raw(key)
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            if key in self.values:
                self.fault(f"`{key}` must be a text; put it in quotes", key)
            return ""
        text = str(value).strip()
        if not text and default is None:
            self.fault(f"`{key}` is empty", key)
        return text

    def number(self, key: str, default: float | None = None) -> float:
        if key not in self.values and default is not None:
            return default
        value = self.raw(key)
        try:
            if isinstance(value, bool) or not math.isfinite(float(value)):
                raise TypeError
            return float(value)
        except (TypeError, ValueError):
            if key in self.values:
                self.fault(f"`{key}` must be a number", key)
            return 0.0

    def whole(self, key: str, low: int, high: int, default: int | None = None) -> int:
        if key not in self.values and default is not None:
            return default
        value = self.raw(key)
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            if key in self.values:
                self.fault(f"`{key}` must be a whole number from {low} to {high}", key)
            return low
        return value

    def flag(self, key: str) -> bool:
        value = self.values.get(key, False)
        if not isinstance(value, bool):
            self.fault(f"`{key}` must be true or false", key)
            return False
        return value

    def text(self, key: str, optional: bool = False) -> Text:
        """A text in both languages, written {en: …, zh: …}."""
        if key not in self.values and optional:
            return Text()
        value = self.raw(key)
        if not isinstance(value, Entry):
            if key in self.values:
                self.fault(f"`{key}` must be written {{en: …, zh: …}}", key)
            return Text()
        return value.as_text()

    def as_text(self) -> Text:
        """This mapping itself as a text in both languages."""
        self.only("en", "zh")
        return Text(self.word("en"), self.word("zh"))

    def listing(self, key: str, optional: bool = False) -> Listing:
        if key not in self.values and optional:
            return Listing((), ())
        value = self.raw(key)
        if isinstance(value, Listing):
            return value
        if key in self.values:
            self.fault(f"`{key}` must be a list", key)
        return Listing((), ())

    def words(self, key: str, optional: bool = False) -> tuple[str, ...]:
        """A list of texts in no language."""
        listing = self.listing(key, optional)
        for value, line in zip(listing, listing.lines, strict=True):
            if isinstance(value, bool) or not isinstance(value, str | int | float):
                self.source.fault(line, f"`{key}` must be a list of texts")
        return tuple(str(value).strip() for value in listing if isinstance(value, str | int | float))

    def entry(self, key: str) -> Entry | None:
        """A mapping, or None where there is none."""
        value = self.values.get(key)
        if value is None:
            return None
        if not isinstance(value, Entry):
            self.fault(f"`{key}` must be a mapping", key)
            return None
        return value

    def entries(self, key: str, optional: bool = False) -> list[Entry]:
        """A list of mappings."""
        return entries_of(self.listing(key, optional), self.source, key)


def entries_of(listing: Listing, source: Source, what: str) -> list[Entry]:
    """The mappings of a list; every other member is a fault."""
    for value, line in zip(listing, listing.lines, strict=True):
        if not isinstance(value, Entry):
            source.fault(line, f"`{what}` must be a list of mappings")
    return [value for value in listing if isinstance(value, Entry)]


def entries_in(source: Source) -> list[Entry]:
    """The entries of a file that is a list of mappings."""
    text = source.read()
    document = parse_yaml(text, source) if text is not None else None
    if isinstance(document, Listing):
        return entries_of(document, source, source.path.name)
    if document is not None:
        source.fault(1, "the file must be a list of `- id: …` entries")
    return []


def parse_yaml(text: str, source: Source, first_line: int = 1) -> Any:
    """The document as entries, listings and scalars, or None with the reason noted as a fault.

    Aliases and keys given twice are faults; dates and times stay texts. `first_line` is where the text
    stands in its file.
    """
    loader = Loader(text)
    try:
        return _Builder(loader, source, first_line).document()
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or "cannot be read as YAML"
        source.fault(first_line + (mark.line if mark else 0), f"not YAML: {problem}")
        return None
    except _TooMuch as error:
        source.fault(error.line, str(error))
        return None
    finally:
        loader.dispose()


class _TooMuch(Exception):
    """The document nests deeper or holds more than is read."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line = line


class _Builder:
    """Builds from the parser's events: PyYAML's own composer would overflow the stack on deep nesting."""

    def __init__(self, loader: Any, source: Source, first_line: int) -> None:
        self.loader = loader
        self.source = source
        self.first_line = first_line
        self.values = 0

    def document(self) -> Any:
        """The first document; a second one is a fault."""
        self.loader.get_event()  # the stream's start
        if isinstance(self.loader.get_event(), yaml.StreamEndEvent):
            return None
        value = self.value(self.loader.get_event(), 0)
        self.loader.get_event()  # the document's end
        if not isinstance(after := self.loader.get_event(), yaml.StreamEndEvent):
            self.source.fault(self.line(after), "a second document begins here; one file holds one")
        return value

    def line(self, event: Any) -> int:
        return int(event.start_mark.line) + self.first_line

    def value(self, event: Any, depth: int) -> Any:
        self.values += 1
        if depth > DEPTH_LIMIT:
            raise _TooMuch(self.line(event), "nests too deep")
        if self.values > VALUE_LIMIT:
            raise _TooMuch(self.line(event), f"holds more than {VALUE_LIMIT} values; split the file")
        if isinstance(event, yaml.ScalarEvent):
            return self.scalar(event)
        if isinstance(event, yaml.AliasEvent):
            self.source.fault(self.line(event), "YAML aliases (`*name`) are not used here; write the value out")
            return None
        if isinstance(event, yaml.SequenceStartEvent):
            return self.listing(depth)
        return self.mapping(event, depth)

    def listing(self, depth: int) -> Listing:
        values: list[Any] = []
        lines: list[int] = []
        while not isinstance(event := self.loader.get_event(), yaml.SequenceEndEvent):
            lines.append(self.line(event))
            values.append(self.value(event, depth + 1))
        return Listing(values, lines)

    def mapping(self, start: Any, depth: int) -> Entry:
        values: dict[str, Any] = {}
        lines: dict[str, int] = {}
        while not isinstance(event := self.loader.get_event(), yaml.MappingEndEvent):
            line = self.line(event)
            key = self.value(event, depth + 1) if not isinstance(event, yaml.ScalarEvent) else self.text(event)
            value = self.value(self.loader.get_event(), depth + 1)
            if not isinstance(key, str):
                self.source.fault(line, "a key must be a word")
            elif key in values:
                self.source.fault(line, f"`{key}` stands here twice")
            else:
                values[key] = value
                lines[key] = line
        return Entry(values, lines, self.line(start), self.source)

    def text(self, event: Any) -> str:
        return self.source.shown_only(str(event.value), self.line(event))

    def scalar(self, event: Any) -> Any:
        value = self.text(event)
        tag = event.tag or self.loader.resolve(yaml.ScalarNode, value, event.implicit)
        match tag.rpartition(":")[2]:
            case "null":
                return None
            case "bool":
                return value.lower() in ("true", "yes", "on")
            case "int" | "float" if ":" not in value:
                return _number(value)
            case _:
                return value


def _number(value: str) -> int | float | str:
    for kind in (int, float):
        try:
            return kind(value)
        except ValueError:
            continue
    return value
