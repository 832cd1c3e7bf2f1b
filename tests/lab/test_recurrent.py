"""Recurrent cells stacked over seeds give what torch's own give, and the same gradients."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from lhystudy.lab.seeds import Network, Seeds

CELLS: dict[str, Callable[..., nn.RNNBase]] = {
    "lstm": nn.LSTM,
    "gru": nn.GRU,
    "rnn": nn.RNN,
    "relu": partial(nn.RNN, nonlinearity="relu"),
}


@pytest.fixture(autouse=True)
def exact() -> Any:
    torch.set_default_dtype(torch.float64)
    yield
    torch.set_default_dtype(torch.float32)


def loss_of(states: Tensor, last: Any) -> Tensor:
    """Something that depends on every state and on what is left at the end."""
    ends = last if isinstance(last, tuple) else (last,)
    shape = states.shape[-3:]
    weights = torch.linspace(-1, 1, shape.numel()).view(shape)
    total: Tensor = (states * weights).sum() + sum((end**2).sum() for end in ends)
    return total


@pytest.mark.parametrize("name", CELLS)
@pytest.mark.parametrize("batch_first", [False, True])
@pytest.mark.parametrize("bias", [True, False])
def test_a_stacked_cell_is_torchs_own_for_every_seed(name: str, batch_first: bool, bias: bool) -> None:
    seeds = Seeds(range(3))
    network = seeds.network(lambda: CELLS[name](5, 4, bias=bias, batch_first=batch_first))
    words = seeds.randn(7, 6, 5).requires_grad_()
    states, last = network(words)
    loss_of(states, last).backward()
    for k in range(3):
        own, alone = network[k], words[k].detach().clone().requires_grad_()
        assert type(own) in (nn.LSTM, nn.GRU, nn.RNN)
        own_states, own_last = own(alone)
        loss_of(own_states, own_last).backward()
        torch.testing.assert_close(states[k], own_states)
        torch.testing.assert_close(words.grad[k], alone.grad)  # type: ignore[index]
        for (path, stacked), single in zip(network.one.named_parameters(), own.parameters(), strict=True):
            torch.testing.assert_close(stacked.grad[k], single.grad, msg=path)
        ends = zip(last, own_last, strict=True) if isinstance(last, tuple) else [(last, own_last)]
        for end, own_end in ends:
            torch.testing.assert_close(end[k], own_end)


@pytest.mark.parametrize("name", CELLS)
def test_a_cell_goes_on_from_a_state_and_passes_the_gradient_to_it(name: str) -> None:
    seeds = Seeds(range(2))
    network = seeds.network(lambda: Continued(CELLS[name](3, 4)))
    words, h = seeds.randn(4, 2, 3), seeds.randn(1, 2, 4).requires_grad_()
    loss_of(*network(words, h)).backward()
    for k in range(2):
        alone = h[k].detach().clone().requires_grad_()
        loss_of(*network[k](words[k], alone)).backward()
        torch.testing.assert_close(h.grad[k], alone.grad)  # type: ignore[index]


class Continued(nn.Module):
    """A cell that starts from h, and with an LSTM from c = 2h."""

    def __init__(self, cell: nn.RNNBase) -> None:
        super().__init__()
        self.cell = cell

    def forward(self, words: Tensor, h: Tensor) -> Any:
        return self.cell(words, (h, 2 * h) if self.cell.mode == "LSTM" else h)


def test_more_than_one_layer_is_refused_in_words() -> None:
    seeds = Seeds(range(2))
    network = seeds.network(lambda: nn.LSTM(3, 4, num_layers=2))
    with pytest.raises(ValueError, match="one layer and one direction"):
        network(seeds.randn(4, 2, 3))


def test_one_seed_takes_torchs_own_loop() -> None:
    network = Network([nn.LSTM(3, 4, num_layers=2)])
    words = torch.randn(1, 5, 2, 3)
    torch.testing.assert_close(network(words)[0][0], network[0](words[0])[0])
