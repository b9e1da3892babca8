-- Who has to be told of tasks that opened again, kept with the change that opened them until they are told.
CREATE TABLE untold (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    programme BLOB NOT NULL,
    notice TEXT NOT NULL               -- JSON
) STRICT;
CREATE INDEX untold_by_programme ON untold (programme, number);
