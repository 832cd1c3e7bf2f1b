"""Names that stand at a step or a sample: h_t, h_{t-1} and x^{(i)} are members of a family, told apart by an index."""

from __future__ import annotations

import re

BELOW, ABOVE = "_{()}", "^{()}"  # end the name of a family: of h_t and of h^{(t)}
LETTER = "[ijklmnst]"
MEMBER = re.compile(rf"(?P<base>[^^]+?)(?:_(?P<below>{LETTER}|\d+|\{{.+\}})|\^\{{[(\[](?P<above>.+)[)\]]\}})")
INDEX = re.compile(rf"\{{?(?:(?P<letter>{LETTER})(?:[+-]\d+)?|\d+)\}}?")


def member(name: str) -> tuple[str, str] | None:
    """The family that a name would belong to and the letter of its index, '' for a number; None for other names."""
    found = MEMBER.fullmatch(name)
    if found is None:
        return None
    index = INDEX.fullmatch(found["below"] or found["above"])
    if index is None:
        return None
    return found["base"] + (BELOW if found["below"] else ABOVE), index["letter"] or ""
