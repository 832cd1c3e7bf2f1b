"""Several seeds of one experiment in lockstep: each has its own chance, as if it ran alone."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import torch

from lhystudy.lab.events import Event, Progress

Body = Callable[[], Iterator[Event]]


class Chance:
    """The state of every source of randomness, and of what an experiment may switch while it runs."""

    def __init__(self, device: torch.device) -> None:
        self.device = device
        self.keep()

    def keep(self) -> None:
        """Takes the state as it stands now."""
        self.python = random.getstate()
        self.numpy = np.random.get_state()
        self.torch = torch.get_rng_state()
        self.accelerator = self._accelerator().get_rng_state() if self.device.type != "cpu" else None
        self.gradients = torch.is_grad_enabled()

    def restore(self) -> None:
        """Puts the kept state in force."""
        random.setstate(self.python)
        np.random.set_state(self.numpy)
        torch.set_rng_state(self.torch)
        if self.accelerator is not None:
            self._accelerator().set_rng_state(self.accelerator)
        torch.set_grad_enabled(self.gradients)

    def _accelerator(self) -> Any:
        return torch.cuda if self.device.type == "cuda" else torch.mps


def seed_everything(seed: int) -> None:
    """Seeds Python, NumPy and torch on every device."""
    random.seed(seed)
    np.random.seed(seed % 2**32)
    torch.manual_seed(seed)


class Lane:
    """One seed's run. `next_events` goes on from where it stopped, with the chance it had then."""

    def __init__(self, seed: int, body: Body, device: torch.device, alone: bool) -> None:
        self.seed = seed
        self.alone = alone
        self.done = False
        self._device = device
        self._body = body
        self._events: Iterator[Event] | None = None
        self._chance: Chance | None = None
        self._reports_progress = False

    def next_events(self) -> Iterator[Event]:
        """The next event, or the events up to the next progress when the experiment reports progress.

        Changing over costs more than many a training step, hence the longer stretches.
        """
        self._take_over()
        assert self._events is not None
        for event in self._events:
            yield event
            self._reports_progress |= isinstance(event, Progress)
            if isinstance(event, Progress) or not self._reports_progress:
                break
        else:
            self.done = True
        if not self.alone and self._chance is not None:
            self._chance.keep()

    def _take_over(self) -> None:
        if self._events is None:
            torch.set_grad_enabled(True)
            seed_everything(self.seed)
            self._events = self._body()
            self._chance = None if self.alone else Chance(self._device)
        elif self._chance is not None:
            self._chance.restore()

    def close(self) -> None:
        """Ends the run where it stands."""
        close = getattr(self._events, "close", None)
        if close is not None:
            close()


def lockstep(lanes: list[Lane]) -> Iterator[tuple[int, Event]]:
    """The events of all lanes with the lane's number, in turns until every lane is done."""
    while any(not lane.done for lane in lanes):
        for number, lane in enumerate(lanes):
            if not lane.done:
                for event in lane.next_events():
                    yield number, event
