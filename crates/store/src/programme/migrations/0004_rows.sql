-- Observations in rows of some sixty bytes, and indexes that are written in stretches: what a new one costs
-- does not grow with what is kept. See observations/runs.rs.

ALTER TABLE observations RENAME TO observations_before;
DROP INDEX observations_by_message;
DROP INDEX observations_by_age;

-- What many observations have in common: JSON of one, without what is its own.
CREATE TABLE shapes (
    shape INTEGER PRIMARY KEY,
    body TEXT NOT NULL UNIQUE,
    run INTEGER NOT NULL               -- the last run in which it was used
) STRICT;

CREATE TABLE observations (
    number INTEGER PRIMARY KEY,        -- in the order in which they came; never used twice
    source INTEGER NOT NULL,
    at INTEGER NOT NULL,               -- milliseconds since 1970
    message BLOB NOT NULL,             -- messageUUID
    shape INTEGER NOT NULL,
    letter INTEGER,
    size INTEGER NOT NULL,             -- bytes
    files INTEGER NOT NULL,
    receipt_after INTEGER,             -- milliseconds after at
    fetched_after INTEGER              -- milliseconds after at
) STRICT;

-- Stretches of observations that have their indexes; those above the last have theirs in memory.
CREATE TABLE runs (
    run INTEGER PRIMARY KEY,
    first INTEGER NOT NULL,            -- number
    last INTEGER NOT NULL,             -- number
    filter BLOB NOT NULL               -- tells most messages that are not in it
) STRICT;
CREATE TABLE names (
    run INTEGER NOT NULL,
    message BLOB NOT NULL,
    number INTEGER NOT NULL,
    PRIMARY KEY (run, message, number)
) STRICT, WITHOUT ROWID;
CREATE TABLE ages (
    source INTEGER NOT NULL,
    at INTEGER NOT NULL,
    message BLOB NOT NULL,
    number INTEGER NOT NULL,
    PRIMARY KEY (source, at, message, number)
) STRICT, WITHOUT ROWID;

-- One row.
CREATE TABLE ledger (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    version INTEGER NOT NULL,          -- one more with each change of observations
    next INTEGER NOT NULL,             -- the number of the next observation
    kept INTEGER NOT NULL              -- observations
) STRICT;
INSERT INTO ledger (one, version, next, kept) VALUES (1, 1, 1, 0);

-- Sums of one day lie beside each other, for a day is what a batch is about.
CREATE TABLE tallies_by_day (
    day TEXT NOT NULL,
    source INTEGER NOT NULL REFERENCES sources,
    body TEXT NOT NULL,                -- JSON
    PRIMARY KEY (day, source)
) STRICT, WITHOUT ROWID;
INSERT INTO tallies_by_day (day, source, body) SELECT day, source, body FROM tallies ORDER BY day, source;
DROP TABLE tallies;
ALTER TABLE tallies_by_day RENAME TO tallies;

CREATE TABLE letter_tallies_by_day (
    day TEXT NOT NULL,
    letter INTEGER NOT NULL REFERENCES letters,
    body TEXT NOT NULL,                -- JSON
    PRIMARY KEY (day, letter)
) STRICT, WITHOUT ROWID;
INSERT INTO letter_tallies_by_day (day, letter, body)
    SELECT day, letter, body FROM letter_tallies ORDER BY day, letter;
DROP TABLE letter_tallies;
ALTER TABLE letter_tallies_by_day RENAME TO letter_tallies;
