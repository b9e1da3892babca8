-- What the checks of letters ask of the registry, and what is needed to remove what is old.

ALTER TABLE contacts ADD COLUMN nemsms TEXT;                    -- verified number, eight digits
ALTER TABLE systems ADD COLUMN certificate_not_after INTEGER;

-- What grows old, by age. Nothing here says how old is too old.
CREATE TABLE aging (
    kind TEXT NOT NULL,
    since INTEGER NOT NULL,
    subject BLOB NOT NULL,
    PRIMARY KEY (kind, since, subject)
) STRICT, WITHOUT ROWID;
-- The only kind that can begin to age more than once and is looked up by what ages.
CREATE INDEX aging_mailboxes ON aging (subject, since) WHERE kind = 'closed-mailbox';

-- How much was removed for good on which day, so that the books add up.
CREATE TABLE removed (
    day INTEGER NOT NULL,              -- days since 1970 UTC
    kind TEXT NOT NULL,
    count INTEGER NOT NULL,
    PRIMARY KEY (day, kind)
) STRICT, WITHOUT ROWID;

-- Whether a message stands in any mailbox.
CREATE INDEX mailbox_by_memo ON mailbox (memo);

-- Where the event log begins: the last event that was removed as too old, which the first one left is
-- chained to. What comes after it is not removed.
CREATE TABLE log_start (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    seq INTEGER NOT NULL,
    day INTEGER,
    hash BLOB NOT NULL
) STRICT;
INSERT INTO log_start (one, seq, day, hash) VALUES (1, 0, NULL, zeroblob(32));
DROP TRIGGER events_are_not_removed;
CREATE TRIGGER events_are_not_removed BEFORE DELETE ON events
WHEN OLD.seq > (SELECT seq FROM log_start)
BEGIN SELECT RAISE(ABORT, 'the event log is append-only'); END;
