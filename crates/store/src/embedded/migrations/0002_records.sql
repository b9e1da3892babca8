-- What is registered, described, drafted or subscribed to, beside what letters need on their way: one
-- shape for all kinds. The body is JSON; who reads it knows what it says.
CREATE TABLE records (
    kind TEXT NOT NULL,
    id BLOB NOT NULL,
    owner BLOB NOT NULL,               -- zeros: nobody's
    name TEXT NOT NULL,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (kind, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX records_by_owner ON records (kind, owner, created_at, id);
CREATE INDEX records_by_age ON records (kind, created_at, id);
CREATE INDEX records_by_name ON records (kind, name, created_at, id) WHERE name <> '';

-- The bytes that belong to records, numbered from 0 within each.
CREATE TABLE record_contents (
    kind TEXT NOT NULL,
    record BLOB NOT NULL,
    number INTEGER NOT NULL,
    content_digest BLOB NOT NULL,
    content_bytes INTEGER NOT NULL,
    content_row INTEGER,               -- in `row_bytes`; NULL when in a file
    PRIMARY KEY (kind, record, number)
) STRICT, WITHOUT ROWID;
CREATE INDEX record_contents_by_digest ON record_contents (content_digest) WHERE content_row IS NULL;
