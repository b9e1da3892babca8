-- What people were told last of each thing they are reminded of.
CREATE TABLE marks (
    programme BLOB NOT NULL,
    about TEXT NOT NULL,               -- the thing, such as task/OP3-T01
    step TEXT NOT NULL,                -- a day and a step, such as 2024-01-10/-7
    PRIMARY KEY (programme, about)
) STRICT, WITHOUT ROWID;

-- Notices to people, and how their sending stands.
CREATE TABLE notices (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    programme BLOB NOT NULL,
    state TEXT NOT NULL,               -- brevdue_programme::reminding::State
    since INTEGER NOT NULL,            -- milliseconds since 1970
    attempt INTEGER NOT NULL,
    notice TEXT NOT NULL               -- JSON
) STRICT;
CREATE INDEX notices_by_programme ON notices (programme, number);
CREATE INDEX notices_open ON notices (programme, number) WHERE state IN ('waiting', 'underway');
