"""Attention as experiments use it, written for one seed.

`seeds.network` maps it over the seeds; torch's own modules it would run one seed after the other.

Source: Vaswani et al., "Attention is all you need", 2017.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial

import torch
from torch import Tensor, nn


def attend(q: Tensor, k: Tensor, v: Tensor, allowed: Tensor | None = None) -> tuple[Tensor, Tensor]:
    """What each query reads, and its weights: (…, n, d), (…, m, d), (…, m, e) -> (…, n, e), (…, n, m).

    `allowed`, which fits (…, n, m), is True where a query may look; each query needs one such place.
    """
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    if allowed is not None:
        scores = scores.masked_fill(~allowed, -math.inf)
    weights = scores.softmax(dim=-1)
    return weights @ v, weights


def up_to_now(length: int, device: torch.device | None = None) -> Tensor:
    """The causal mask (length, length): True where place j is not later than place i."""
    return torch.ones(length, length, dtype=torch.bool, device=device).tril()


def sinusoids(length: int, width: int) -> Tensor:
    """The sinusoidal positions (length, width): sines in even columns, cosines in odd ones; `width` is even."""
    rates = 10000 ** (-torch.arange(0, width, 2) / width)
    angles = torch.arange(length)[:, None] * rates  # (length, width / 2)
    return torch.stack([angles.sin(), angles.cos()], dim=2).flatten(1)


class Attention(nn.Module):
    """Multi-head attention, (batch, n, width) -> (batch, n, width); `width` is a multiple of `heads`."""

    def __init__(self, width: int, heads: int = 1) -> None:
        super().__init__()
        self.heads = heads
        self.query, self.key, self.value, self.mix = (nn.Linear(width, width) for _ in range(4))

    def forward(self, x: Tensor, memory: Tensor | None = None, allowed: Tensor | None = None) -> Tensor:
        """Queries from `x`; keys and values from `memory` (batch, m, width), or from `x` itself: self-attention."""
        return self.look(x, memory, allowed)[0]

    def look(self, x: Tensor, memory: Tensor | None = None, allowed: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """The output and the weights (batch, heads, n, m)."""
        source = x if memory is None else memory
        q, k, v = self._split(self.query(x)), self._split(self.key(source)), self._split(self.value(source))
        read, weights = attend(q, k, v, allowed)
        mixed: Tensor = self.mix(read.transpose(1, 2).flatten(2))
        return mixed, weights

    def _split(self, x: Tensor) -> Tensor:  # (batch, n, width) -> (batch, heads, n, width / heads)
        parts: Tensor = x.unflatten(2, (self.heads, -1))
        return parts.transpose(1, 2)


class Block(nn.Module):
    """One block of a Transformer: self-attention, cross-attention if `crossed`, a network for each place.

    Each part is added to its input; the layer norm stands after the sum, or before the part if `norm_first`.
    """

    def __init__(self, width: int, heads: int = 1, inner: int | None = None, crossed: bool = False,
                 norm_first: bool = False) -> None:  # fmt: skip
        super().__init__()
        inner = inner or 4 * width
        self.norm_first = norm_first
        self.attention = Attention(width, heads)
        self.cross = Attention(width, heads) if crossed else None
        self.network = nn.Sequential(nn.Linear(width, inner), nn.ReLU(), nn.Linear(inner, width))
        self.norms = nn.ModuleList(nn.LayerNorm(width) for _ in range(3 if crossed else 2))

    def forward(self, x: Tensor, memory: Tensor | None = None, allowed: Tensor | None = None) -> Tensor:
        """(batch, n, width) -> (batch, n, width). `memory` is for cross-attention, `allowed` masks the other."""
        x = self._add(0, x, partial(self.attention, allowed=allowed))
        if self.cross is not None:
            x = self._add(1, x, partial(self.cross, memory=memory))
        return self._add(-1, x, self.network)

    def _add(self, norm: int, x: Tensor, part: Callable[[Tensor], Tensor]) -> Tensor:
        if self.norm_first:
            return x + part(self.norms[norm](x))
        added: Tensor = self.norms[norm](x + part(x))
        return added


class Decoder(nn.Module):
    """One decoder block over a source without order: scores of the next word at each place.

    (batch, m) words of the source and (batch, n) words before, n at most `longest`, -> (batch, n, words). The begin
    symbol is the word behind the last.
    """

    def __init__(self, source: int, words: int, longest: int, width: int, inner: int) -> None:
        super().__init__()
        self.source, self.word = nn.Embedding(source, width), nn.Embedding(words + 1, width)
        self.place = nn.Embedding(longest, width)
        self.block = Block(width, heads=2, inner=inner, crossed=True)
        self.scores = nn.Linear(width, words)

    def forward(self, source: Tensor, before: Tensor) -> Tensor:
        n = before.shape[1]
        x = self.word(before) + self.place.weight[:n]
        scores: Tensor = self.scores(self.block(x, self.source(source), up_to_now(n, before.device)))
        return scores


class PixelReader(nn.Module):
    """A digit read pixel by pixel: embed, attend once, a small network, the mean over the pixels."""

    def __init__(self, pixels: int, width: int) -> None:
        super().__init__()
        self.ink, self.places = (nn.Parameter(torch.randn(pixels, width)) for _ in range(2))
        self.query, self.key, self.value = (nn.Linear(width, width) for _ in range(3))
        self.inner, self.answer = nn.Linear(width, 32), nn.Linear(32, 10)

    def forward(self, images: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """(batch, pixels) -> the answers (batch, 10) and q, k, v, each (batch, pixels, width)."""
        x = images[..., None] * self.ink + self.places
        q, k, v = self.query(x), self.key(x), self.value(x)
        return self.answer(self.inner(x + attend(q, k, v)[0]).relu().mean(1)), q, k, v
