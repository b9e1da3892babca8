-- Through which door a submission came, and a message was fetched: a word, or nothing for REST and for what
-- happened before this was kept.
ALTER TABLE transmissions ADD COLUMN door TEXT;
ALTER TABLE events ADD COLUMN door TEXT;
