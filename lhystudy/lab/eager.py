"""Keeps torch's compiler out of a run that never compiles.

Every optimizer step of torch says `import torch._dynamo` to tell a compiler where to break its graph. Loading that
package takes as long as torch itself, and without a compiler both calls do nothing. A stand-in answers them, and
makes way for the real package as soon as anything else of it is asked for.
"""

from __future__ import annotations

import importlib
import sys
from types import ModuleType
from typing import Any

import torch

NAME = "torch._dynamo"


class StandIn(ModuleType):
    """Answers `graph_break` and `disable` as the compiler does when nothing is being compiled."""

    @staticmethod
    def graph_break(*_: Any, **__: Any) -> None:
        return None

    @staticmethod
    def disable(function: Any = None, *_: Any, **__: Any) -> Any:
        return function if function is not None else StandIn.disable

    def __getattr__(self, name: str) -> Any:
        if sys.modules.get(NAME) is self:
            del sys.modules[NAME]
        return getattr(importlib.import_module(NAME), name)


def leave_compiler_out() -> None:
    """Puts the stand-in where the compiler would be, unless it is loaded already."""
    if NAME not in sys.modules:
        stand_in = StandIn(NAME)
        sys.modules[NAME] = stand_in
        setattr(torch, "_dynamo", stand_in)  # noqa: B010  the attribute is no part of torch's typed interface
