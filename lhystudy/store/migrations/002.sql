-- A paragraph may be highlighted: a note of a third kind, whose text is how the paragraph begins.
CREATE TABLE notes_2 (
    id       INTEGER PRIMARY KEY,
    lesson   TEXT NOT NULL DEFAULT '',
    place    TEXT NOT NULL DEFAULT '',       -- heading id, or heading id/number of the paragraph under it
    kind     TEXT NOT NULL CHECK (kind IN ('note', 'doubt', 'highlight')),
    text     TEXT NOT NULL,
    at       TEXT NOT NULL,
    resolved TEXT
) STRICT;
INSERT INTO notes_2 SELECT id, lesson, place, kind, text, at, resolved FROM notes;
DROP TABLE notes;
ALTER TABLE notes_2 RENAME TO notes;
