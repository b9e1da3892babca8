-- Where letters stood that were removed, for as long as there are events of them: the books of a day
-- account for each letter by itself.
CREATE TABLE stood (
    memo BLOB PRIMARY KEY,
    state TEXT NOT NULL
) STRICT, WITHOUT ROWID;
-- Of those removed before this was kept, their events tell it.
INSERT INTO stood (memo, state)
SELECT memo, CASE
    WHEN sum(tag IN ('MEMO_SEND_VALIDATION_FAILED', 'NEM_SMS_SENT_AND_REJECTED')) > 0 THEN 'refused'
    WHEN sum(tag = 'MEMO_SEND_RECALLED') > 0 THEN 'recalled'
    WHEN sum(tag = 'MEMO_AVAILABLE_TO_RECIPIENT') > 0 THEN 'available'
    WHEN sum(tag = 'MEMO_SEND_VALIDATED') > 0 THEN 'handed-over'
    ELSE 'repeated' END
FROM events WHERE memo IS NOT NULL AND memo NOT IN (SELECT key FROM memos) GROUP BY memo;

-- In whose mailbox or about whom, and who acted: ids of ours, never numbers.
ALTER TABLE events ADD COLUMN owner BLOB;
ALTER TABLE events ADD COLUMN actor BLOB;
CREATE INDEX events_by_owner ON events (owner) WHERE owner IS NOT NULL;
