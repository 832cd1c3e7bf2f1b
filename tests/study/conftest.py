"""A small course and an empty store."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from lhystudy.course.lesson import Course
from lhystudy.course.load import load_course
from lhystudy.store.db import Database, open_store
from tests.samples import write_course


@pytest.fixture
def course(tmp_path: Path) -> Course:
    write_course(tmp_path / "content")
    return load_course(tmp_path / "content")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Database]:
    with open_store(tmp_path) as database:
        yield database
