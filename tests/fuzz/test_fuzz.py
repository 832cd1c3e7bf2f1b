"""The fuzz targets on what was found before, and on a few arbitrary texts."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fuzz.__main__ import texts
from tests.fuzz.targets import TARGETS, found


@pytest.mark.parametrize(("target", "text"), found(), ids=lambda part: ascii(part)[:40])
def test_what_was_found_once_stays_mended(target: str, text: str) -> None:
    TARGETS[target](text)


@pytest.mark.parametrize("target", [name for name in TARGETS if name != "checker"])
@settings(max_examples=60)
@given(data=st.data())
def test_arbitrary_text_raises_nothing_of_its_own(target: str, data: st.DataObject) -> None:
    TARGETS[target](data.draw(texts(target)))
