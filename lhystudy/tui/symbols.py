"""What `\\name` and Tab become in the workbench, and the palette of symbols."""

from __future__ import annotations

import re
import unicodedata

GREEK = (
    "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron pi rho sigma tau upsilon phi "
    "chi psi omega"
).split()
SIGNS = {
    "partial": "∂", "nabla": "∇", "grad": "∇", "sum": "Σ", "prod": "Π", "sqrt": "√", "odot": "⊙", "top": "ᵀ", "T": "ᵀ",
    "cdot": "·", "times": "×", "le": "≤", "ge": "≥", "ne": "≠", "approx": "≈", "to": "→", "infty": "∞", "inf": "∞",
    "norm": "‖", "because": "∵", "therefore": "∴", "pm": "±", "in": "∈",
}  # fmt: skip
TYPED = re.compile(r"\\([A-Za-z]+)$")


def _greek() -> dict[str, str]:
    letters = {}
    for name in GREEK:
        spelled = {"lambda": "LAMDA"}.get(name, name.upper())
        letters[name] = unicodedata.lookup(f"GREEK SMALL LETTER {spelled}")
        letters[name.capitalize()] = unicodedata.lookup(f"GREEK CAPITAL LETTER {spelled}")
    return letters


SYMBOLS = {**_greek(), **SIGNS}


def completion(before: str) -> tuple[int, str] | None:
    """How many characters before the cursor give way, and to which symbol; None where nothing is named."""
    typed = TYPED.search(before)
    if typed is None:
        return None
    name = typed.group(1)
    whole = SYMBOLS.get(name) or next((SYMBOLS[known] for known in SYMBOLS if known.startswith(name)), None)
    return (len(name) + 1, whole) if whole else None
