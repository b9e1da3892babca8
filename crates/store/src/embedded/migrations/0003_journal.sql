-- Letters that lie in the journal, and work in turns.

-- Segment * 2^32 + offset, in the journal. With it content_row is NULL and there is no file.
ALTER TABLE memos ADD COLUMN content_spot INTEGER;
DROP INDEX memo_files;
CREATE INDEX memo_files ON memos (content_digest) WHERE content_row IS NULL AND content_spot IS NULL;

-- Before this place everything in the journal is filed.
ALTER TABLE head ADD COLUMN journal_segment INTEGER NOT NULL DEFAULT 0;
ALTER TABLE head ADD COLUMN journal_offset INTEGER NOT NULL DEFAULT 0;

-- On whose account; empty: nobody's.
ALTER TABLE jobs ADD COLUMN account BLOB NOT NULL DEFAULT x'';
-- Number of the message that work on an archive goes on with.
ALTER TABLE jobs ADD COLUMN part INTEGER;
CREATE INDEX jobs_by_account ON jobs (kind, lane, account, due);
UPDATE jobs SET kind = 'archives' WHERE work = 'extract';
