-- Totals and far pages of lists, without walking them.

-- In a long list every so many rows have a milestone, which says how many rows there are from it, itself
-- counted, to the next. The first stands before every row. A list without milestones is counted.
-- Filled in when this table is made, see `milestones`.
CREATE TABLE milestones (
    list TEXT NOT NULL,
    whose BLOB NOT NULL,               -- system, owner or submission; zeros: nobody's
    part TEXT NOT NULL,                -- folder or kind; empty: all of it
    at ANY NOT NULL,                   -- by what the list is sorted
    id BLOB NOT NULL,                  -- and then by this
    count INTEGER NOT NULL,
    PRIMARY KEY (list, whose, part, at, id)
) STRICT, WITHOUT ROWID;

-- Unread in each folder, not in the inbox alone.
DROP INDEX mailbox_unread;
CREATE INDEX mailbox_unread ON mailbox (owner, folder) WHERE read_at IS NULL;

-- All work in its order.
CREATE INDEX jobs_in_order ON jobs (due);

-- How many events an organisation has in each whole stretch of the log, and between which times. A
-- stretch is counted when its last event is written; see `shares`.
CREATE TABLE event_shares (
    organisation BLOB NOT NULL,
    stretch INTEGER NOT NULL,
    count INTEGER NOT NULL,
    first_at INTEGER NOT NULL,
    last_at INTEGER NOT NULL,
    PRIMARY KEY (organisation, stretch)
) STRICT, WITHOUT ROWID;
