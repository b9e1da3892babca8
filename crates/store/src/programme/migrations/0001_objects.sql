-- Programmes: every object of each, as JSON that its kind knows how to read, and who changed what when.
CREATE TABLE objects (
    programme BLOB NOT NULL,
    kind TEXT NOT NULL,
    key TEXT NOT NULL,
    version INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (programme, kind, key)
) STRICT, WITHOUT ROWID;

-- Append-only. One line for each field that changed.
CREATE TABLE history (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    programme BLOB NOT NULL,
    at INTEGER NOT NULL,               -- milliseconds since 1970
    who TEXT NOT NULL,
    kind TEXT NOT NULL,
    key TEXT NOT NULL,
    field TEXT,                        -- NULL: the whole object came or went
    was TEXT NOT NULL,                 -- JSON
    became TEXT NOT NULL,              -- JSON
    reason TEXT NOT NULL
) STRICT;
CREATE INDEX history_by_object ON history (programme, kind, key, number);
CREATE INDEX history_by_age ON history (programme, number);
