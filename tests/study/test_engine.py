"""Requests spread over workers: in order, a few at a time, ended at once when asked."""

from collections.abc import Iterator
from threading import Barrier, Event

import pytest

from lhystudy.errors import MissingError, StudyError
from lhystudy.study.engine import Pool, check_engine, hire


class Squarer:
    """Answers with squares; with a meeting, only when as many workers are at it as the meeting needs."""

    def __init__(self, meeting: Barrier | None = None) -> None:
        self.meeting = meeting
        self.ended = Event()

    def do(self, number: int) -> int | None:
        if self.ended.is_set():
            return None
        if self.meeting is not None:
            self.meeting.wait(10)
        return number * number

    def end(self) -> None:
        self.ended.set()


def test_answers_come_in_the_order_of_the_requests_from_workers_that_work_at_once() -> None:
    meeting = Barrier(2)
    pool: Pool[int, int] = Pool([Squarer(meeting), Squarer(meeting)])
    assert list(pool.answers(range(10))) == [number * number for number in range(10)]


def test_only_a_few_requests_are_taken_in_ahead() -> None:
    taken: list[int] = []

    def requests() -> Iterator[int]:
        for number in range(10_000):
            taken.append(number)
            yield number

    answers = Pool[int, int]([Squarer()]).answers(requests())
    assert next(answers) == 0
    answers.close()
    assert len(taken) < 100


def test_what_was_not_begun_when_the_pool_is_stopped_is_left_out() -> None:
    pool: Pool[int, int] = Pool([Squarer()])
    answers = pool.answers(range(100))
    first = next(answers)
    pool.stop()
    rest = list(answers)
    assert first == 0 and len(rest) < 20 and rest == [number * number for number in range(1, len(rest) + 1)]


def test_a_fault_of_the_requests_reaches_who_reads_the_answers() -> None:
    def requests() -> Iterator[int]:
        yield 3
        raise StudyError("no more")

    answers = Pool[int, int]([Squarer()]).answers(requests())
    assert next(answers) == 9
    with pytest.raises(StudyError, match="no more"):
        next(answers)


def test_there_is_at_least_one_worker_and_no_more_than_wanted() -> None:
    assert len(hire(Squarer, "local", cores=10_000)) == 1
    assert len(hire(Squarer, "local", cores=1, most=1)) == 1


def test_an_unknown_engine_is_told_with_the_nearest() -> None:
    with pytest.raises(StudyError, match="--engine ray"):
        check_engine("rey")


def test_an_engine_that_is_not_installed_is_told_with_the_way_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    with pytest.raises(MissingError, match=r"Ray is not installed \(pip install .*\[ray\]"):
        check_engine("ray")
