"""Small language models over the blocks of `attention`, and the texts that they learn from.

Written for one seed, as `attention` is: `seeds.network` maps them over the seeds.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from lhystudy.lab.attention import Block, up_to_now
from lhystudy.lab.corpus import corpus, words
from lhystudy.lab.seeds import Network, Seeds


class Reader(nn.Module):
    """A vector for each place of a text, in its context: (batch, n) -> (batch, n, width), n at most `longest`.

    With `causal` a place sees itself and what stands before it (GPT), otherwise the whole text (BERT).
    """

    def __init__(self, symbols: int, longest: int, width: int = 32, blocks: int = 2, heads: int = 2,
                 causal: bool = True) -> None:  # fmt: skip
        super().__init__()
        self.causal = causal
        self.symbol, self.place = nn.Embedding(symbols, width), nn.Embedding(longest, width)
        self.blocks = nn.ModuleList(Block(width, heads, norm_first=True) for _ in range(blocks))
        self.norm = nn.LayerNorm(width)
        for embedding in (self.symbol, self.place):  # torch's own start, spread 1, learns to look about more slowly
            nn.init.normal_(embedding.weight, std=0.3)

    def forward(self, text: Tensor) -> Tensor:
        """Symbols as whole numbers (batch, n) -> vectors (batch, n, width)."""
        n = text.shape[1]
        allowed = up_to_now(n, text.device) if self.causal else None
        x = self.symbol(text) + self.place.weight[:n]
        for block in self.blocks:
            x = block(x, allowed=allowed)
        vectors: Tensor = self.norm(x)
        return vectors


class LanguageModel(nn.Module):
    """Scores of every symbol at each place: (batch, n) -> (batch, n, symbols). A `reader` and a linear `head`.

    A causal one is trained to score the symbol that comes next, a bidirectional one the symbols hidden from it.
    """

    def __init__(self, symbols: int, longest: int, width: int = 32, blocks: int = 2, heads: int = 2,
                 causal: bool = True) -> None:  # fmt: skip
        super().__init__()
        self.reader = Reader(symbols, longest, width, blocks, heads, causal)
        self.head = nn.Linear(width, symbols)

    def forward(self, text: Tensor) -> Tensor:
        """Symbols as whole numbers (batch, n) -> scores (batch, n, symbols)."""
        scores: Tensor = self.head(self.reader(text))
        return scores


def spelled(name: str, characters: bool = False, first: tuple[str, ...] = ("\n",)) -> tuple[list[str], Tensor]:
    """The vocabulary of a text, and the text as places in it: (length,).

    `name` is as for `corpus`. Of each line the first column counts, as words or as `characters`, with a line end behind
    it. The vocabulary begins with `first`.
    """
    symbols: list[str] = []
    for line, *_ in corpus(name):
        symbols += [*(line if characters else words(line)), "\n"]
    place = {symbol: number for number, symbol in enumerate(dict.fromkeys([*first, *symbols]))}
    return list(place), torch.tensor([place[symbol] for symbol in symbols])


def windows(text: Tensor, count: int, span: int, seeds: Seeds) -> Tensor:
    """Pieces of each seed's text from places drawn at random: (seeds, length) -> (seeds, count, span)."""
    start = seeds.randint(text.shape[1] - span + 1, (count, 1))
    places = start + torch.arange(span, device=text.device)  # (seeds, count, span)
    pieces: Tensor = text.gather(1, places.flatten(1)).unflatten(1, (count, span))
    return pieces


@torch.no_grad()
def write(models: Network, text: Tensor, length: int, seeds: Seeds, temperature: float = 1.0) -> Tensor:
    """A text written on by causal models: (seeds, batch, n) -> (seeds, batch, n + length).

    Symbols are drawn at that temperature; at 0 the likeliest is taken. At most `longest` of the last symbols are read.
    """
    longest = models.one.reader.place.weight.shape[-2]
    for _ in range(length):
        scores = models(text[:, :, -longest:])[:, :, -1]  # (seeds, batch, symbols)
        if temperature == 0:
            symbol = scores.argmax(dim=2)
        else:
            below = (scores / temperature).softmax(dim=2).cumsum(2)[:, :, :-1]
            symbol = (below < seeds.rand(text.shape[1])[:, :, None]).sum(2)
        text = torch.cat([text, symbol[:, :, None]], dim=2)
    return text
