"""The reviews table: each answer to a quiz item. What is due is derived from these rows."""

import json
import sqlite3
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from lhystudy.store.db import Database, moment_of, text_of


@dataclass(frozen=True)
class Review:
    """One answer to one item."""

    item: str
    seed: int  # of the numbers drawn for a template
    response: Any
    correct: bool
    share: float  # how much of it was right, 0 to 1
    confidence: str | None  # guess, think, certain; None when not asked
    rating: int  # 1 again, 2 hard, 3 good, 4 easy
    seconds: float
    at: datetime
    id: int = 0  # given by the store


def add(database: Database, review: Review) -> int:
    """Keeps a review and returns its id."""
    return database.change(
        "INSERT INTO reviews (item, seed, response, correct, share, confidence, rating, seconds, at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        review.item,
        review.seed,
        json.dumps(review.response, ensure_ascii=False),
        int(review.correct),
        review.share,
        review.confidence,
        review.rating,
        review.seconds,
        text_of(review.at),
    )


def rate(database: Database, review: int, rating: int) -> None:
    """Puts another rating in place of the one that was kept."""
    database.change("UPDATE reviews SET rating = ? WHERE id = ?", rating, review)


def remove(database: Database, review: int) -> None:
    """Takes one review back."""
    database.change("DELETE FROM reviews WHERE id = ?", review)


def of_item(database: Database, item: str) -> list[Review]:
    """Every review of an item, oldest first."""
    return [_review(row) for row in database.rows("SELECT * FROM reviews WHERE item = ? ORDER BY at, id", item)]


def everything(database: Database) -> list[Review]:
    """Every review, oldest first."""
    return [_review(row) for row in database.rows("SELECT * FROM reviews ORDER BY at, id")]


def since(database: Database, at: datetime) -> list[Review]:
    """The reviews from a time on, oldest first."""
    return [_review(row) for row in database.rows("SELECT * FROM reviews WHERE at >= ? ORDER BY at, id", text_of(at))]


def _review(row: sqlite3.Row) -> Review:
    return Review(
        id=row["id"],
        item=row["item"],
        seed=row["seed"],
        response=json.loads(row["response"]),
        correct=bool(row["correct"]),
        share=row["share"],
        confidence=row["confidence"],
        rating=row["rating"],
        seconds=row["seconds"],
        at=moment_of(row["at"]),
    )
