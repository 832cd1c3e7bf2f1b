"""Imports a package into an empty collection with Anki's own code and prints its cards as JSON; needs only `anki`."""

import json
import sys
import tempfile
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any


def cards(package: str) -> list[dict[str, Any]]:
    from anki.collection import Collection, ImportAnkiPackageOptions, ImportAnkiPackageRequest

    with tempfile.TemporaryDirectory() as folder:
        collection = Collection(str(Path(folder) / "collection.anki2"))
        options = ImportAnkiPackageOptions(with_scheduling=True)
        collection.import_anki_package(ImportAnkiPackageRequest(package_path=package, options=options))
        today = datetime.fromtimestamp(collection.sched.day_cutoff).date() - timedelta(days=1)
        found = [_card(collection, number, today) for number in collection.find_cards("")]
        collection.close()
    return found


def _card(collection: Any, number: int, today: Any) -> dict[str, Any]:
    card = collection.get_card(number)
    note = card.note()
    state = card.memory_state
    return {
        "guid": note.guid,
        "front": note["Front"],
        "back": note["Back"],
        "shown": card.answer(),
        "deck": collection.decks.name(card.did),
        "type": int(card.type),
        "due": str(today + timedelta(days=card.due - collection.sched.today)) if card.type == 2 else None,
        "interval": card.ivl,
        "reviews": card.reps,
        "lapses": card.lapses,
        "stability": state.stability if state else None,
    }


if __name__ == "__main__":
    print(json.dumps(cards(sys.argv[1])))
