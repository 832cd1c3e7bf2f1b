"""Many runs at once: a sweep over parameters, or every experiment anew; each is kept as a run of its own."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from itertools import product
from math import prod
from threading import Event

from lhystudy.errors import StudyError
from lhystudy.lab.catalogue import find
from lhystudy.lab.events import Moment
from lhystudy.lab.host import Run
from lhystudy.lab.request import Request
from lhystudy.store.db import open_store
from lhystudy.study.engine import Pool, hire
from lhystudy.study.experiment import Keeper, read_assignments
from lhystudy.words import language, say, set_language

MOST_RUNS = 500  # of a sweep


def grid(request: Request, sweeps: Sequence[str]) -> list[Request]:
    """The requests of a sweep: `key=a,b,c` words, every combination of their values.

    Raises StudyError for an unknown key, a value out of range and a grid too large to run.
    """
    card = find(request.experiment)
    choices = {key: list(dict.fromkeys(values.split(","))) for key, values in read_assignments(sweeps).items()}
    size = prod(len(values) for values in choices.values())
    if size > MOST_RUNS:
        raise StudyError(
            say(f"this sweep has {size} runs, more than {MOST_RUNS}", f"这次扫描有 {size} 次运行，超过 {MOST_RUNS} 次"),
            hint=say("give fewer values", "请减少取值"),
        )
    points = [dict(zip(choices, values, strict=True)) for values in product(*choices.values())]
    return [replace(request, params={**request.params, **card.settings_given(point)}) for point in points]


@dataclass(frozen=True)
class Ran:
    """A run that has ended; its last moment is the Result."""

    place: int  # of its request among all
    began: datetime
    moments: list[Moment]
    refusal: StudyError | None = None  # why it could not begin; then there are no moments
    trouble: StudyError | None = None  # why it could not be kept


class Runner:
    """A worker that carries out runs, each in a process of its own."""

    def __init__(self, lang: str) -> None:
        set_language(lang)  # on a machine of a cluster nobody else has
        self._ended = Event()
        self._run: Run | None = None

    def do(self, placed: tuple[int, Request]) -> Ran | None:
        """All that one run says; of one that `end` cuts short, what it said until then."""
        if self._ended.is_set():
            return None
        place, request = placed
        began = datetime.now(UTC)
        try:
            with Run(request) as self._run:
                if self._ended.is_set():
                    self._run.stop()
                return Ran(place, began, list(self._run.moments()))
        except StudyError as error:
            return Ran(place, began, [], error)
        finally:
            self._run = None

    def end(self) -> None:
        """Asks the run to end after its current step; no other begins."""
        self._ended.set()
        run = self._run
        if run is not None:
            run.stop()


class ManyRuns:
    """Requests carried out on all cores, or on a Ray cluster. `runs` may be called once; `stop` from any thread."""

    def __init__(
        self, requests: Sequence[Request], engine: str, finished: Callable[[Ran], None] = lambda _: None
    ) -> None:
        self._requests = requests
        cores = max((request.threads for request in requests), default=1)
        workers = hire(partial(Runner, language()), engine, cores, max(len(requests), 1))
        self._pool: Pool[tuple[int, Request], Ran] = Pool(workers, lambda _, ran: finished(ran))

    def runs(self) -> Generator[Ran, None, None]:
        """Each run once it and those before it have ended, kept in the store; after `stop` those that had begun."""
        for ran in self._pool.answers(enumerate(self._requests)):
            yield keep(ran)

    def stop(self) -> None:
        """Lets no further run begin and asks those that go on to end."""
        self._pool.stop()


def keep(ran: Ran) -> Ran:
    """The run as it is kept in the store, its result with the store's id or with why it could not be kept."""
    if ran.refusal is not None:
        return ran
    with open_store() as database:
        keeper = Keeper(database, {}, ran.began)
        moments = [keeper.take(moment) for moment in ran.moments]
        keeper.finish()
        return replace(ran, moments=moments, trouble=keeper.trouble)
