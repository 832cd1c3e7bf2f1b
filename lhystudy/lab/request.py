"""What to run and how: the order that a face gives and the worker carries out."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

DEVICES = ("auto", "cpu", "cuda", "mps")
DTYPES = ("float32", "float64", "bfloat16")


@dataclass(frozen=True)
class Request:
    """One run of an experiment. `params` may be partial: the card's defaults fill the rest."""

    experiment: str  # a name of the catalogue, or the path of a file
    params: dict[str, Any] = field(default_factory=dict)
    seeds: tuple[int, ...] = (0,)
    device: str = "auto"
    dtype: str = "float32"
    threads: int = 1  # more threads slow small networks down
    quick: bool = False
    language: str = "en"

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def request_from_json(document: dict[str, Any]) -> Request:
    """The request that `to_json` wrote."""
    return Request(**{**document, "seeds": tuple(document["seeds"])})
