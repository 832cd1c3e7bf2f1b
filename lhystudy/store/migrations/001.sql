-- One row a thing that happened; what follows from rows (what is due, what is done) is derived, not stored.
-- Times are UTC in ISO 8601 with the same number of digits, so that they sort as text.
PRAGMA application_id = 1818784628;  -- "lhst", tells this file from other programs' databases

CREATE TABLE settings (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL            -- JSON
) STRICT;

CREATE TABLE runs (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,  -- an id that was shown is never given again
    experiment TEXT NOT NULL,
    file       TEXT NOT NULL,      -- the path of an experiment of the learner's own, else ''
    params     TEXT NOT NULL,      -- JSON, every parameter
    seeds      TEXT NOT NULL,      -- JSON list
    device     TEXT NOT NULL,
    dtype      TEXT NOT NULL,
    threads    INTEGER NOT NULL,
    quick      INTEGER NOT NULL,
    versions   TEXT NOT NULL,      -- JSON, with the code's hash
    started    TEXT NOT NULL,
    status     TEXT NOT NULL CHECK (status IN ('running', 'done', 'stopped', 'failed')),
    seconds    REAL NOT NULL DEFAULT 0,
    message    TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX runs_by_experiment ON runs (experiment, id);

CREATE TABLE run_events (
    run      INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    n        INTEGER NOT NULL,
    document TEXT NOT NULL,        -- the JSON line
    PRIMARY KEY (run, n)
) STRICT, WITHOUT ROWID;

CREATE TABLE claims (
    run       INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    claim     TEXT NOT NULL,
    holds     INTEGER,             -- 1, 0 or NULL: too small to say
    measured  REAL,
    effect    REAL,
    low       REAL,                -- the 95 % interval over seeds
    high      REAL,
    predicted TEXT,                -- what the learner expected, before the run
    PRIMARY KEY (run, claim)
) STRICT, WITHOUT ROWID;

CREATE TABLE attempts (
    id         INTEGER PRIMARY KEY,
    derivation TEXT NOT NULL,      -- '' for one checked for its own sake
    text       TEXT NOT NULL,
    status     TEXT NOT NULL,      -- the report's
    report     TEXT NOT NULL,      -- JSON
    rungs      INTEGER NOT NULL DEFAULT 0,   -- hints taken
    at         TEXT NOT NULL
) STRICT;
CREATE INDEX attempts_by_derivation ON attempts (derivation, id);

CREATE TABLE reviews (
    id         INTEGER PRIMARY KEY,
    item       TEXT NOT NULL,
    seed       INTEGER NOT NULL,   -- the numbers drawn for a template
    response   TEXT NOT NULL,      -- JSON
    correct    INTEGER NOT NULL,
    share      REAL NOT NULL,
    confidence TEXT,               -- guess, think, certain
    rating     INTEGER NOT NULL CHECK (rating BETWEEN 1 AND 4),   -- again, hard, good, easy
    seconds    REAL NOT NULL DEFAULT 0,
    at         TEXT NOT NULL
) STRICT;
CREATE INDEX reviews_by_item ON reviews (item, id);

CREATE TABLE lessons (
    lesson  TEXT PRIMARY KEY,
    place   INTEGER NOT NULL DEFAULT 0,      -- the block last read
    seen    TEXT NOT NULL DEFAULT '[]',      -- JSON list of heading ids read to their end
    seconds REAL NOT NULL DEFAULT 0,
    opened  TEXT NOT NULL,
    done    TEXT
) STRICT;

CREATE TABLE notes (
    id       INTEGER PRIMARY KEY,
    lesson   TEXT NOT NULL DEFAULT '',
    place    TEXT NOT NULL DEFAULT '',       -- heading id and paragraph
    kind     TEXT NOT NULL CHECK (kind IN ('note', 'doubt')),
    text     TEXT NOT NULL,
    at       TEXT NOT NULL,
    resolved TEXT
) STRICT;
