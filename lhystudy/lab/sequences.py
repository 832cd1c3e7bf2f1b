"""Tasks on made sequences that several experiments share, and what a decoder reads in training."""

from __future__ import annotations

import torch
from torch import Tensor

from lhystudy.lab.seeds import Seeds


def first_symbol(seeds: Seeds, count: int, gap: int, symbols: int) -> tuple[Tensor, Tensor]:
    """One-hot symbols (seeds, 1 + gap, count, symbols), and the first of each sequence (seeds, count).

    The first is 0 or 1, the others are drawn from the rest and say nothing.
    """
    first = seeds.randint(2, (1, count))
    places = torch.cat([first, 2 + seeds.randint(symbols - 2, (gap, count))], dim=1)
    return torch.eye(symbols, device=seeds.device)[places], first[:, 0]


def counting(seeds: Seeds, count: int, length: int, ring: int) -> tuple[Tensor, Tensor]:
    """Start and step (seeds, count, 2) and the numbers from there on, around the ring (seeds, count, length).

    Starts are 0 to ring - 1; a step, 1 to ring - 1, is written as ring + step.
    """
    start, step = seeds.randint(ring, (count,)), 1 + seeds.randint(ring - 1, (count,))
    numbers = (start[..., None] + step[..., None] * torch.arange(1, length + 1, device=seeds.device)) % ring
    return torch.stack([start, ring + step], dim=2), numbers


def shifted(words: Tensor, begin: int) -> Tensor:
    """What a decoder reads to say these words: each the one before it, the first the begin symbol. (…, n) -> (…, n)."""
    return torch.cat([torch.full_like(words[..., :1], begin), words[..., :-1]], dim=-1)
