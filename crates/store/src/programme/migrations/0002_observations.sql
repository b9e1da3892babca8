-- What was seen of messages, and its tallies: see brevdue_programme::tally.

-- A system, environment and direction of an organisation, and all that was ever seen of it.
CREATE TABLE sources (
    source INTEGER PRIMARY KEY,
    organisation TEXT NOT NULL,        -- CVR number
    environment TEXT NOT NULL,
    direction TEXT NOT NULL,
    system TEXT NOT NULL,
    seen TEXT NOT NULL,                -- JSON: how many, the first, the last
    UNIQUE (organisation, environment, direction, system)
) STRICT;

CREATE TABLE observations (
    number INTEGER PRIMARY KEY,
    source INTEGER NOT NULL REFERENCES sources,
    at INTEGER NOT NULL,               -- milliseconds since 1970
    message BLOB NOT NULL,             -- messageUUID
    body TEXT NOT NULL                 -- JSON
) STRICT;
CREATE INDEX observations_by_message ON observations (message);
CREATE INDEX observations_by_age ON observations (source, at, message);

CREATE TABLE tallies (
    source INTEGER NOT NULL REFERENCES sources,
    day TEXT NOT NULL,
    body TEXT NOT NULL,                -- JSON
    PRIMARY KEY (source, day)
) STRICT, WITHOUT ROWID;

CREATE TABLE letters (
    letter INTEGER PRIMARY KEY,
    organisation TEXT NOT NULL,
    environment TEXT NOT NULL,
    letter_type TEXT NOT NULL,
    UNIQUE (organisation, environment, letter_type)
) STRICT;

CREATE TABLE letter_tallies (
    letter INTEGER NOT NULL REFERENCES letters,
    day TEXT NOT NULL,
    body TEXT NOT NULL,                -- JSON
    PRIMARY KEY (letter, day)
) STRICT, WITHOUT ROWID;

CREATE TABLE positions (
    follower TEXT PRIMARY KEY,
    number INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
