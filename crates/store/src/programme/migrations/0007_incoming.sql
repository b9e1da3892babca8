-- Who sends what to an organisation, and what was counted of it day by day.

CREATE TABLE incoming (
    incoming INTEGER PRIMARY KEY,
    organisation TEXT NOT NULL,
    environment TEXT NOT NULL,
    sender TEXT NOT NULL,              -- CVR number, person, * for what is counted together; empty: nobody told
    code TEXT NOT NULL,                -- messageCode
    UNIQUE (organisation, environment, sender, code)
) STRICT;

CREATE TABLE incoming_tallies (
    day TEXT NOT NULL,
    incoming INTEGER NOT NULL REFERENCES incoming,
    body TEXT NOT NULL,                -- JSON
    PRIMARY KEY (day, incoming)
) STRICT, WITHOUT ROWID;

ALTER TABLE observations ADD COLUMN incoming INTEGER;
