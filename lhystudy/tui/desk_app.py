"""How a screen or widget reaches what the app holds open."""

from __future__ import annotations

from typing import cast

from textual.dom import DOMNode

from lhystudy.study.desk import Desk


def desk_of(node: DOMNode) -> Desk:
    """The app's desk: the course, the store, the checker."""
    return cast(Desk, node.app.desk)  # type: ignore[attr-defined]
