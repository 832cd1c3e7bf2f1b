"""A parameter as a slider: its steps stay in range, undo each other, and are values that it takes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lhystudy.lab.parameter import Kind, Parameter

RANGES: tuple[tuple[Kind, float, float], ...] = (
    ("int", 4, 60), ("int", 1, 1000), ("float", 0.0001, 0.1), ("float", -2.0, 2.0), ("int", 0, 3),
)  # fmt: skip


@pytest.mark.parametrize(("kind", "low", "high"), RANGES)
@given(share=st.floats(0, 1), direction=st.sampled_from([1, -1]))
def test_every_step_is_a_value_further_on(kind: Kind, low: float, high: float, share: float, direction: int) -> None:
    parameter = Parameter("p", kind, low, "", "", low, high)
    value = parameter.at(share)
    assert parameter.read(value) == value
    step = parameter.beside(value, direction)
    assert parameter.read(step) == step
    assert (step - value) * direction > 0 or step == (high if direction > 0 else low)


@pytest.mark.parametrize(("kind", "low", "high"), RANGES)
def test_the_whole_range_is_walked(kind: Kind, low: float, high: float) -> None:
    parameter = Parameter("p", kind, low, "", "", low, high)
    value: int | float = parameter.at(0.0)
    for _ in range(100):
        value = parameter.beside(value, 1)
    assert value == high
    assert parameter.share(value) == 1.0
