"""The language of the interface: English or Chinese, chosen once a process, switchable live."""

import locale
import os
import re
from dataclasses import dataclass
from typing import Literal

Lang = Literal["en", "zh"]

# What a terminal obeys in place of showing it: control characters, turns of the direction of writing, unseen tags.
OBEYED = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\U000e0000-\U000e007f]")

_current: list[Lang] = []


def language() -> Lang:
    """The language in use: the one set, else $LHYSTUDY_LANG, else the locale's."""
    if _current:
        return _current[0]
    named = os.environ.get("LHYSTUDY_LANG") or os.environ.get("LC_ALL") or os.environ.get("LANG")
    if not named:
        named = locale.getlocale()[0] or "en"
    return "zh" if named.lower().startswith("zh") else "en"


def set_language(lang: str) -> None:
    """Makes `lang` ("en" or "zh") the language of everything said from here on."""
    _current[:] = ["zh" if lang == "zh" else "en"]


def say(en: str, zh: str) -> str:
    """The sentence in the language in use; the two stand side by side where they are written."""
    return zh if language() == "zh" else en


@dataclass(frozen=True)
class Text:
    """One text in both languages."""

    en: str = ""
    zh: str = ""

    def in_language(self, lang: str) -> str:
        return self.zh if lang == "zh" else self.en

    def said(self) -> str:
        """The text in the language in use."""
        return say(self.en, self.zh)
