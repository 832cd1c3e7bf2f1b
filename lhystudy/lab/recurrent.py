"""nn.LSTM, nn.GRU and nn.RNN for a stack of seeds: one loop over time for all of them.

torch's own loops have no rule for `torch.vmap`; `make_stackable` gives them one. The loop takes the seeds as the first
axis of every tensor, multiplies state, word and bias by all weights in one product a step, and carries its own
derivative, which costs far less than a graph of every step. Sentences stand in columns, (features, batch), so that each
gate is one block of memory.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

import torch
from torch import Tensor, nn
from torch.autograd import Function
from torch.autograd.function import once_differentiable

State = Tensor | tuple[Tensor, Tensor]
Kept = tuple[Tensor, ...]  # what a step of the loop leaves for its derivative


class Step(ABC):
    """One step of a cell on `sums`, all weights times (state, word, 1): (seeds, rows, batch)."""

    @abstractmethod
    def forward(self, sums: Tensor, h: Tensor, c: Tensor) -> tuple[Tensor, Tensor, Kept]:
        """The next h and c, (seeds, hidden, batch), and what the derivative needs. May write into `sums`."""

    @abstractmethod
    def backward(self, kept: Kept, to_h: Tensor, to_c: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """From the loss's slopes by the step's h and c, those by its sums, by the h (beside the sums) and c before."""


class LSTMStep(Step):
    """i, f, o = sigmoid, g = tanh; c' = f c + i g; h' = o tanh c'. Rows: i, f, g, o."""

    def forward(self, sums: Tensor, h: Tensor, c: Tensor) -> tuple[Tensor, Tensor, Kept]:
        i, f, g, o = sums.chunk(4, dim=1)
        g.mul_(2)
        sums.sigmoid_()
        g.mul_(2).sub_(1)
        after = torch.mul(f, c).addcmul_(i, g)
        bent = tanh(after)
        return o * bent, after, (sums, c, bent)

    def backward(self, kept: Kept, to_h: Tensor, to_c: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        gates, c, bent = kept
        i, f, g, o = gates.chunk(4, dim=1)
        to_c = to_c + (to_h * o).mul_(slope_of_tanh(bent))
        slopes = slope_of_sigmoid(gates)
        by_i, by_f, by_g, by_o = slopes.chunk(4, dim=1)
        by_i.mul_(to_c).mul_(g)
        by_f.mul_(to_c).mul_(c)
        torch.mul(slope_of_tanh(g), to_c, out=by_g).mul_(i)
        by_o.mul_(to_h).mul_(bent)
        return slopes, torch.zeros_like(to_h), to_c * f


class GRUStep(Step):
    """r, z = sigmoid; n = tanh(n by word + r n by state); h' = n + z (h - n). Rows: r, z, n by word, n by state."""

    def forward(self, sums: Tensor, h: Tensor, c: Tensor) -> tuple[Tensor, Tensor, Kept]:
        half = sums.shape[1] // 2
        r, z = sums[:, :half].sigmoid().chunk(2, dim=1)
        by_word, by_state = sums[:, half:].chunk(2, dim=1)
        n = tanh(torch.addcmul(by_word, r, by_state))
        return torch.lerp(n, h, z), c, (r, z, n, by_state, h)

    def backward(self, kept: Kept, to_h: Tensor, to_c: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        r, z, n, by_state, h = kept
        to_n = (to_h * (1 - z)).mul_(slope_of_tanh(n))
        to_r = (to_n * by_state).mul_(slope_of_sigmoid(r))
        to_z = (to_h * (h - n)).mul_(slope_of_sigmoid(z))
        return torch.cat([to_r, to_z, to_n, to_n * r], dim=1), to_h * z, to_c


class RNNStep(Step):
    """h' = tanh, or relu."""

    def __init__(self, bend: str) -> None:
        self.bend = bend

    def forward(self, sums: Tensor, h: Tensor, c: Tensor) -> tuple[Tensor, Tensor, Kept]:
        after = tanh(sums) if self.bend == "tanh" else sums.relu()
        return after, c, (after,)

    def backward(self, kept: Kept, to_h: Tensor, to_c: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        (after,) = kept
        slope = slope_of_tanh(after) if self.bend == "tanh" else (after > 0).to(to_h.dtype)
        return slope.mul_(to_h), torch.zeros_like(to_h), to_c


def tanh(x: Tensor) -> Tensor:
    """tanh x = 2 sigmoid(2x) - 1: on CPUs torch's sigmoid is several times faster than its tanh."""
    return torch.mul(x, 2).sigmoid_().mul_(2).sub_(1)


def slope_of_tanh(y: Tensor) -> Tensor:
    """1 - y², the derivative where tanh is y."""
    return torch.mul(y, y).neg_().add_(1)


def slope_of_sigmoid(y: Tensor) -> Tensor:
    """y (1 - y), the derivative where the sigmoid is y."""
    return torch.addcmul(y, y, y, value=-1)


class _Loop(Function):
    """The states and the last c of a cell, every tensor with the seeds first.

    words (seeds, time, features, batch), h and c (seeds, hidden, batch), weight (seeds, rows, hidden + features)
    -> (seeds, time, hidden, batch), (seeds, hidden, batch)
    """

    @staticmethod
    def forward(ctx: Any, step: Step, words: Tensor, h: Tensor, c: Tensor, weight: Tensor) -> tuple[Tensor, Tensor]:
        seeds, time, features, batch = words.shape
        hidden = h.shape[1]
        met = words.new_empty(time, seeds, hidden + features, batch)  # the state and the word that each step meets
        met[:, :, hidden:] = words.transpose(0, 1)
        states = words.new_empty(time, *h.shape)
        kept = []
        for t in range(time):
            met[t, :, :hidden] = h
            h, c, keep = step.forward(torch.bmm(weight, met[t]), h, c)
            states[t] = h
            kept.append(keep)
        if any(ctx.needs_input_grad):
            ctx.step, ctx.met, ctx.weight, ctx.kept = step, met, weight, kept
        return states.transpose(0, 1), c

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, to_states: Tensor, to_c: Tensor) -> tuple[Tensor | None, ...]:
        met, weight, hidden = ctx.met, ctx.weight, to_states.shape[2]
        wanted = weight if ctx.needs_input_grad[1] else weight[:, :, :hidden]
        across = wanted.transpose(1, 2).contiguous()
        to_weight, to_h = torch.zeros_like(weight), torch.zeros_like(to_c)
        to_words = []
        for t in reversed(range(len(met))):
            slopes, straight, to_c = ctx.step.backward(ctx.kept[t], to_h + to_states[:, t], to_c)
            to_weight.baddbmm_(slopes, met[t].transpose(1, 2))
            to_met = torch.bmm(across, slopes)
            to_h = straight.add_(to_met[:, :hidden])
            to_words.append(to_met[:, hidden:])
        return None, torch.stack(to_words[::-1], dim=1), to_h, to_c, to_weight


class _OverSeeds(Function):
    """`_Loop` as it is called for one seed under vmap: all seeds go through the loop at once."""

    @staticmethod
    def forward(*_: Any) -> Any:
        raise RuntimeError("a stacked cell is called under vmap")

    @staticmethod
    def setup_context(ctx: Any, inputs: Any, output: Any) -> None:
        pass

    @staticmethod
    def vmap(info: Any, in_dims: tuple[int | None, ...], step: Step, *inputs: Tensor) -> Any:
        stacked = [
            tensor.expand(info.batch_size, *tensor.shape) if place is None else tensor.movedim(place, 0)
            for tensor, place in zip(inputs, in_dims[1:], strict=True)
        ]
        return _Loop.apply(step, *stacked), (0, 0)  # type: ignore[no-untyped-call]


class _Stacked(nn.RNNBase):
    """A cell of one layer and one direction whose `forward` may run under vmap. Else as torch documents it."""

    def forward(self, words: Tensor, before: State | None = None) -> tuple[Tensor, State]:
        if self.num_layers > 1 or self.bidirectional or self.proj_size:
            raise ValueError("several seeds need a recurrent cell of one layer and one direction")
        columns = (words.transpose(0, 1) if self.batch_first else words).transpose(1, 2)  # (time, features, batch)
        time, features, batch = columns.shape
        weight = self._weight()  # (rows, hidden + features + 1)
        spare = -weight.shape[1] % 8  # products of such sizes are much faster
        columns = torch.cat([columns, columns.new_ones(time, 1, batch), columns.new_zeros(time, spare, batch)], dim=1)
        weight = torch.cat([weight, weight.new_zeros(len(weight), spare)], dim=1)
        none = columns.new_zeros(self.hidden_size, batch)
        h, c = (none, none) if before is None else self._columns(before)
        states, c = _OverSeeds.apply(self._step(), columns, h, c, weight)  # type: ignore[no-untyped-call]
        states = states.transpose(1, 2)  # (time, batch, hidden)
        last, c = states[-1:], c.transpose(0, 1)[None]
        return states.transpose(0, 1) if self.batch_first else states, (last, c) if self.mode == "LSTM" else last

    def _columns(self, before: State) -> tuple[Tensor, Tensor]:
        h, c = before if isinstance(before, tuple) else (before, before)
        return h[0].transpose(0, 1), c[0].transpose(0, 1)

    def _weight(self) -> Tensor:
        """All weights side by side: of the state, of the word, of the bias."""
        by_state, by_word, word_bias, state_bias = self._parts()
        return torch.cat([by_state, by_word, (word_bias + state_bias)[:, None]], dim=1)

    def _parts(self) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        by_word, by_state, *biases = self.all_weights[0]
        none = by_word.new_zeros(len(by_word))
        word_bias, state_bias = biases or (none, none)
        return by_state, by_word, word_bias, state_bias

    def _step(self) -> Step:
        raise NotImplementedError


class StackedLSTM(_Stacked, nn.LSTM):  # type: ignore[misc]
    def _step(self) -> Step:
        return LSTMStep()


class StackedRNN(_Stacked, nn.RNN):  # type: ignore[misc]
    def _step(self) -> Step:
        return RNNStep(self.nonlinearity)


class StackedGRU(_Stacked, nn.GRU):  # type: ignore[misc]
    def _step(self) -> Step:
        return GRUStep()

    def _weight(self) -> Tensor:
        """The rows of n stand twice, once with what comes from the word and once from the state: r goes between."""
        by_state, by_word, word_bias, state_bias = self._parts()
        gates, news = slice(0, 2 * self.hidden_size), slice(2 * self.hidden_size, None)
        both = [by_state[gates], by_word[gates], (word_bias + state_bias)[gates, None]]
        word = [torch.zeros_like(by_state[news]), by_word[news], word_bias[news, None]]
        state = [by_state[news], torch.zeros_like(by_word[news]), state_bias[news, None]]
        return torch.cat([torch.cat(part, dim=1) for part in (both, word, state)])


STACKED: dict[type[nn.Module], type[nn.Module]] = {nn.LSTM: StackedLSTM, nn.GRU: StackedGRU, nn.RNN: StackedRNN}
PLAIN = {stacked: plain for plain, stacked in STACKED.items()}


def make_stackable(network: nn.Module) -> None:
    """Gives every recurrent cell of a network the loop over seeds; parameters and names stay."""
    for module in network.modules():
        module.__class__ = STACKED.get(type(module), type(module))


def make_plain(network: nn.Module) -> None:
    """Gives every recurrent cell of a network torch's own loop back."""
    for module in network.modules():
        module.__class__ = PLAIN.get(type(module), type(module))
