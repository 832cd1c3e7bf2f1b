"""Lines of the derivation language as formulas to be drawn."""

from __future__ import annotations

from functools import lru_cache


@lru_cache(maxsize=1024)
def latex_of_lines(lines: tuple[str, ...]) -> list[str]:
    """The LaTeX of each line that states something; `let` and `given` lines only set the scene."""
    return [line for line in lines if not line.startswith(("let", "given"))]
