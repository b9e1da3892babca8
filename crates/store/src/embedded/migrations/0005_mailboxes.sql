-- What owners of mailboxes make of their messages. A folder of an owner's own is `own:` and its id; the
-- letters' road writes none of these columns.
ALTER TABLE mailbox ADD COLUMN version INTEGER NOT NULL DEFAULT 1;
ALTER TABLE mailbox ADD COLUMN marks TEXT;              -- JSON; NULL until something is changed
