"""Keeps the machine that runs the tests out of them: an empty data folder, English, no colour."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile(
    "lhystudy",
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
settings.load_profile("lhystudy")


@pytest.fixture(autouse=True)
def own_world(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Every test has a data folder of its own and the English interface."""
    monkeypatch.setenv("LHYSTUDY_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("LHYSTUDY_LANG", "en")
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setenv("LHYSTUDY_TRUST", "1")  # the experiments that tests write are theirs
    for name in ("LHYSTUDY_CONTENT", "NO_COLOR", "FORCE_COLOR", "TERM_PROGRAM"):
        monkeypatch.delenv(name, raising=False)
    from lhystudy import words

    words.set_language("en")
