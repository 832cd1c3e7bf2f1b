"""The seeds of a run, all trained at once: the first axis of every tensor counts them.

Each seed has a chance of its own, one stream for all that it draws, so that it draws the same numbers alone and among
others. Everything is drawn on the CPU, so that it draws the same on every device.
"""

from __future__ import annotations

import copy
import random
from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

import numpy as np
import torch
from torch import Tensor, nn
from torch.func import vmap

from lhystudy.lab.recurrent import make_plain, make_stackable

T = TypeVar("T")


class Chance:
    """The state of every source of randomness."""

    def __init__(self, python: Any, numpy: Any, torch_state: Tensor) -> None:
        self.python, self.numpy, self.torch = python, numpy, torch_state

    @classmethod
    def now(cls) -> Chance:
        """The state as it stands."""
        return cls(random.getstate(), np.random.get_state(), torch.get_rng_state())

    def restore(self) -> None:
        """Puts this state in force."""
        random.setstate(self.python)
        np.random.set_state(self.numpy)
        torch.set_rng_state(self.torch)


class Seeds:
    """The seeds of a run. What it draws and builds has the seeds as its first axis, on the run's device."""

    def __init__(self, numbers: Sequence[int], device: torch.device | str = "cpu", bfloat16: bool = False) -> None:
        self.numbers = tuple(numbers)
        self.count = len(self.numbers)
        self.device = torch.device(device)
        self.bfloat16 = bfloat16
        self._chances = [
            (random.Random(number), np.random.RandomState(number % 2**32), torch.Generator().manual_seed(number))
            for number in self.numbers
        ]
        # What is drawn outside of any seed, as nn.Dropout does while it trains, repeats for the same seeds together.
        together = random.Random(repr(self.numbers)).getrandbits(32)
        random.seed(together)
        np.random.seed(together)
        torch.manual_seed(together)

    def each(self, make: Callable[[], T]) -> list[T]:
        """What `make` gives for each seed, called under that seed's chance: Python's, NumPy's and torch's."""
        outside = Chance.now()
        made = []
        try:
            for python, numpy, generator in self._chances:
                Chance(python.getstate(), numpy.get_state(), generator.get_state()).restore()
                made.append(make())
                after = Chance.now()
                python.setstate(after.python)
                numpy.set_state(after.numpy)
                generator.set_state(after.torch)
        finally:
            outside.restore()
        return made

    def stack(self, make: Callable[[], Tensor]) -> Tensor:
        """What `make` gives for each seed as one tensor: (seeds, …). Apple's GPUs lack float64: it stays on the CPU."""
        made = torch.stack(self.each(make))
        return made if self.device.type == "mps" and made.dtype == torch.float64 else made.to(self.device)

    def shared(self, tensor: Tensor) -> Tensor:
        """The same tensor for every seed, without copies: (seeds, …)."""
        return tensor.to(self.device).expand(self.count, *tensor.shape)

    def randn(self, *shape: int) -> Tensor:
        """Normal numbers: (seeds, *shape)."""
        return self._draw(lambda generator: torch.randn(shape, generator=generator))

    def rand(self, *shape: int) -> Tensor:
        """Numbers from 0 to below 1: (seeds, *shape)."""
        return self._draw(lambda generator: torch.rand(shape, generator=generator))

    def randint(self, high: int, shape: Sequence[int]) -> Tensor:
        """Whole numbers from 0 to below `high`: (seeds, *shape)."""
        return self._draw(lambda generator: torch.randint(high, tuple(shape), generator=generator))

    def randperm(self, n: int) -> Tensor:
        """The numbers from 0 to below n in an order of each seed's own: (seeds, n)."""
        return self._draw(lambda generator: torch.randperm(n, generator=generator))

    def _draw(self, draw: Callable[[torch.Generator], Tensor]) -> Tensor:
        return torch.stack([draw(generator) for _, _, generator in self._chances]).to(self.device)

    def network(self, make: Callable[[], nn.Module]) -> Network:
        """One network a seed, each built by `make` under its seed's chance."""
        return Network(self.each(make), self.bfloat16).to(self.device)


class Network(nn.Module):
    """Networks of one build, one a seed, called together: (seeds, batch, …) -> (seeds, batch, …).

    `one` is the build; each of its parameters and buffers has the seeds as its first axis. `network[k]` is the k-th
    seed's network as an ordinary module. Dropout draws for all seeds together. With `bfloat16` the network computes
    under torch's autocast; its parameters and what it gives stay float32.
    """

    one: Any  # an nn.Module, with the attributes that its class gives it

    def __init__(self, networks: Sequence[nn.Module], bfloat16: bool = False) -> None:
        super().__init__()
        self.count = len(networks)
        self.autocast = bfloat16
        self.one = copy.deepcopy(networks[0])
        if self.count > 1:
            make_stackable(self.one)
        self._places = _places(self.one)
        _put(self._places, zip(*(_tensors(_places(network)) for network in networks), strict=True), torch.stack)

    def forward(self, *inputs: Tensor) -> Any:
        if not self.autocast:
            return self._all(*inputs)
        with torch.autocast(inputs[0].device.type, torch.bfloat16):
            return _each_tensor(self._all(*inputs), Tensor.float)

    def _all(self, *inputs: Tensor) -> Any:
        tensors = _tensors(self._places)
        if self.count == 1:  # a plain call is faster, and squeeze has a cheaper derivative than [0]
            output = self._call([tensor.squeeze(0) for tensor in tensors], *(x.squeeze(0) for x in inputs))
            return _each_tensor(output, lambda tensor: tensor[None])
        return vmap(self._call, randomness="different")(tensors, *inputs)

    def _call(self, tensors: list[Tensor], *inputs: Tensor) -> Any:
        """What the build gives with other parameters and buffers in their places."""
        own = _tensors(self._places)
        try:
            for (holder, name), tensor in zip(self._places, tensors, strict=True):
                holder[name] = tensor
            return self.one(*inputs)
        finally:
            for (holder, name), tensor in zip(self._places, own, strict=True):
                holder[name] = tensor

    def __getitem__(self, seed: int) -> Any:
        network = copy.deepcopy(self.one)
        make_plain(network)
        _put(_places(network), _tensors(self._places), lambda tensor: tensor[seed].clone())
        return network


Place = tuple[dict[str, Any], str]


def _places(network: nn.Module) -> list[Place]:
    """Where a module and those in it hold their parameters and buffers."""
    return [
        (holder, name)
        for module in network.modules()
        for holder in (module._parameters, module._buffers)
        for name, tensor in holder.items()
        if tensor is not None
    ]


def _tensors(places: list[Place]) -> list[Tensor]:
    return [holder[name] for holder, name in places]


def _put(places: list[Place], values: Iterable[Any], make: Callable[[Any], Tensor]) -> None:
    """Puts `make(value)` in each place; places that shared a parameter share the new one."""
    known: dict[int, Tensor] = {}
    for (holder, name), old, value in zip(places, _tensors(places), values, strict=True):
        if id(old) not in known:
            with torch.no_grad():
                new = make(value)
            known[id(old)] = nn.Parameter(new, old.requires_grad) if isinstance(old, nn.Parameter) else new
        holder[name] = known[id(old)]


def _each_tensor(output: Any, change: Callable[[Tensor], Tensor]) -> Any:
    """A network's output with every tensor in it changed."""
    if isinstance(output, tuple | list):
        return type(output)(_each_tensor(part, change) for part in output)
    return change(output)


def cross_entropy(logits: Tensor, labels: Tensor) -> Tensor:
    """The mean cross entropy of each seed: (seeds, …, classes) and (seeds, …) -> (seeds,)."""
    losses = nn.functional.cross_entropy(logits.flatten(0, -2), labels.flatten(), reduction="none")
    return losses.view(len(labels), -1).mean(dim=1)


def clip_gradients(parameters: Iterable[Tensor], largest: float) -> None:
    """Shortens each seed's gradient to the norm `largest` where it is longer."""
    gradients = [parameter.grad for parameter in parameters if parameter.grad is not None]
    norms = torch.stack([gradient.flatten(1).norm(dim=1) for gradient in gradients]).norm(dim=0)  # (seeds,)
    shares = (largest / (norms + 1e-6)).clamp(max=1.0)
    for gradient in gradients:
        gradient.mul_(shares.view(-1, *[1] * (gradient.dim() - 1)))
