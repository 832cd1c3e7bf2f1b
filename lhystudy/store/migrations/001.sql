-- One row a thing that happened; what follows from rows (what is due, what is done) is derived, not stored.
CREATE TABLE settings (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL            -- JSON
) STRICT;

CREATE TABLE runs (
    id         INTEGER PRIMARY KEY,
    experiment TEXT NOT NULL,
    params     TEXT NOT NULL,      -- JSON
    seeds      TEXT NOT NULL,      -- JSON list
    device     TEXT NOT NULL,
    versions   TEXT NOT NULL,      -- JSON, with the code's hash and the thread count
    started    TEXT NOT NULL,      -- UTC, ISO 8601
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
    rating     INTEGER NOT NULL,   -- 1 again, 2 hard, 3 good, 4 easy
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
