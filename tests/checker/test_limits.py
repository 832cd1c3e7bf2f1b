"""Limits on how long a line may take."""

from contextlib import suppress

import pytest

from lhystudy.checker.limits import TimeUp, interruptible, time_limit

pytestmark = pytest.mark.skipif(not interruptible(), reason="this platform has no alarm: the parent ends the worker")


class TooLate(BaseException):
    pass


def work() -> None:
    while True:
        pass


def test_the_outer_limit_goes_on_after_an_inner_one_has_rung() -> None:
    rung = []
    with pytest.raises(TimeUp), time_limit(0.4):
        with suppress(TooLate), time_limit(0.05, TooLate):
            work()
        rung.append("inner")
        work()
    assert rung == ["inner"]


def test_the_outer_limit_goes_on_after_an_inner_one_that_did_not_ring() -> None:
    with pytest.raises(TimeUp), time_limit(0.3):
        with time_limit(60.0, TooLate):
            pass
        work()


def test_nothing_rings_after_the_block() -> None:
    with time_limit(0.05):
        pass
    assert sum(range(3_000_000)) > 0
