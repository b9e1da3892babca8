-- What the exchange remembers. Ids are UUIDs as 16 bytes; times are milliseconds since 1970 UTC;
-- words stand for themselves.
--
-- There are no foreign keys: a batch has its own order, the exchange decides what belongs together,
-- and `verify` checks what a row points at.

-- Counters and the head of the event chain: one row, written once in every transaction that moves them.
CREATE TABLE head (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    transmissions INTEGER NOT NULL DEFAULT 0,
    memos INTEGER NOT NULL DEFAULT 0,
    jobs INTEGER NOT NULL DEFAULT 0,
    receipts_waiting INTEGER NOT NULL DEFAULT 0,
    deliveries_open INTEGER NOT NULL DEFAULT 0,
    events INTEGER NOT NULL DEFAULT 0,
    chain_day INTEGER,                 -- days since 1970 UTC; NULL before the first event
    chain_hash BLOB NOT NULL DEFAULT (zeroblob(32))
) STRICT;
INSERT INTO head (one) VALUES (1);

-- Who takes part.

CREATE TABLE organisations (
    id BLOB PRIMARY KEY,
    cvr TEXT NOT NULL,
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    mandatory_post INTEGER NOT NULL,
    legal_notification INTEGER NOT NULL,
    terms_accepted INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX organisations_by_cvr ON organisations (cvr);

CREATE TABLE systems (
    id BLOB PRIMARY KEY,
    organisation BLOB NOT NULL,
    name TEXT NOT NULL,
    sends INTEGER NOT NULL,
    receives TEXT NOT NULL,
    protocol TEXT NOT NULL,
    endpoint TEXT,
    receipt_endpoint TEXT,
    token TEXT NOT NULL,
    certificate_key BLOB,              -- SHA-256 over the subject public key info
    certificate_serial BLOB,
    delegated_cvr TEXT,
    allowed_ips TEXT NOT NULL,         -- `address/prefix`, parted by spaces
    active_from INTEGER NOT NULL,
    active_to INTEGER,
    failing_since INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX systems_by_organisation ON systems (organisation);

CREATE TABLE contacts (
    id BLOB PRIMARY KEY,
    party_type TEXT NOT NULL,
    party TEXT NOT NULL,
    name TEXT NOT NULL,
    status TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX contacts_by_party ON contacts (party, party_type);
CREATE INDEX contacts_by_name ON contacts (name);

CREATE TABLE contact_points (
    id BLOB PRIMARY KEY,
    organisation BLOB NOT NULL,
    name TEXT NOT NULL,
    system BLOB NOT NULL,
    active INTEGER NOT NULL,
    to_citizens INTEGER NOT NULL,
    to_companies INTEGER NOT NULL,
    to_authorities INTEGER NOT NULL,
    memo_limit_bytes INTEGER,
    attachment_limit INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX contact_points_by_organisation ON contact_points (organisation);

-- Letters on their way.

-- Small content. Apart from the rows that name it, so that moving a letter on does not rewrite its bytes.
CREATE TABLE row_bytes (
    id INTEGER PRIMARY KEY,
    bytes BLOB NOT NULL
) STRICT;

CREATE TABLE transmissions (
    id BLOB PRIMARY KEY,
    origin_system BLOB,                -- with origin_organisation, or
    origin_organisation BLOB,
    origin_contact BLOB,               -- this one alone
    received_at INTEGER NOT NULL,
    lane TEXT NOT NULL,
    archive_digest BLOB,
    archive_bytes INTEGER,
    archive_row INTEGER,               -- in row_bytes; NULL with a digest: in a file
    extracted INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX transmission_files ON transmissions (archive_digest)
    WHERE archive_digest IS NOT NULL AND archive_row IS NULL;

CREATE TABLE memos (
    key BLOB PRIMARY KEY,
    transmission BLOB NOT NULL,
    origin_system BLOB,
    origin_organisation BLOB,
    origin_contact BLOB,
    lane TEXT NOT NULL,
    claimed_uuid BLOB,
    message_uuid BLOB,
    content_digest BLOB NOT NULL,
    content_bytes INTEGER NOT NULL,
    content_row INTEGER,               -- in row_bytes; NULL: in a file
    state TEXT NOT NULL,
    outline TEXT,                      -- JSON
    received_at INTEGER NOT NULL,
    available_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX memos_by_transmission ON memos (transmission);
CREATE INDEX memo_files ON memos (content_digest) WHERE content_row IS NULL;

CREATE TABLE identities (
    holder BLOB NOT NULL,
    message_uuid BLOB NOT NULL,
    memo BLOB NOT NULL,
    digest BLOB NOT NULL,
    PRIMARY KEY (holder, message_uuid)
) STRICT, WITHOUT ROWID;

CREATE TABLE deliveries (
    memo BLOB NOT NULL,
    system BLOB NOT NULL,
    message_uuid BLOB NOT NULL,
    state TEXT NOT NULL,
    queued_at INTEGER NOT NULL,
    PRIMARY KEY (memo, system)
) STRICT, WITHOUT ROWID;
CREATE INDEX deliveries_by_uuid ON deliveries (system, message_uuid);
CREATE INDEX deliveries_open ON deliveries (system, queued_at) WHERE state IN ('waiting', 'taken');

CREATE TABLE receipts (
    id BLOB PRIMARY KEY,
    system BLOB,
    memo BLOB,
    receipt TEXT NOT NULL,             -- JSON
    created_at INTEGER NOT NULL,
    delivered INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX receipts_waiting ON receipts (system, created_at) WHERE delivered = 0 AND system IS NOT NULL;
CREATE INDEX receipts_by_memo ON receipts (memo, created_at) WHERE memo IS NOT NULL;

CREATE TABLE mailbox (
    owner BLOB NOT NULL,
    memo BLOB NOT NULL,
    folder TEXT NOT NULL,
    arrived_at INTEGER NOT NULL,
    read_at INTEGER,
    PRIMARY KEY (owner, memo)
) STRICT, WITHOUT ROWID;
CREATE INDEX mailbox_by_folder ON mailbox (owner, folder, arrived_at);
CREATE INDEX mailbox_unread ON mailbox (owner) WHERE folder = 'inbox' AND read_at IS NULL;

-- Work.

CREATE TABLE jobs (
    id BLOB PRIMARY KEY,
    kind TEXT NOT NULL,
    lane TEXT NOT NULL,
    due INTEGER NOT NULL,
    work TEXT NOT NULL,
    subject BLOB NOT NULL,             -- the submission, message or receipt
    system BLOB,                       -- the system to call
    failures INTEGER NOT NULL,
    failing_since INTEGER              -- who has it is known to the running process alone
) STRICT, WITHOUT ROWID;
CREATE INDEX jobs_by_due ON jobs (kind, lane, due);
CREATE INDEX jobs_by_system ON jobs (system, due) WHERE system IS NOT NULL;

-- The event log: appended to, never changed. `hash` chains each event to the one before.

CREATE TABLE events (
    seq INTEGER PRIMARY KEY,           -- 1, 2, 3, … without gaps
    id BLOB NOT NULL,
    at INTEGER NOT NULL,
    tag TEXT NOT NULL,
    transmission BLOB,
    memo BLOB,
    message_uuid BLOB,
    system BLOB,
    organisation BLOB,
    receipt_status TEXT,
    error_code TEXT,
    size_bytes INTEGER,
    day INTEGER NOT NULL,
    hash BLOB NOT NULL
) STRICT;
CREATE INDEX events_by_memo ON events (memo) WHERE memo IS NOT NULL;
CREATE TRIGGER events_are_not_changed BEFORE UPDATE ON events
BEGIN SELECT RAISE(ABORT, 'the event log is append-only'); END;
CREATE TRIGGER events_are_not_removed BEFORE DELETE ON events
BEGIN SELECT RAISE(ABORT, 'the event log is append-only'); END;
