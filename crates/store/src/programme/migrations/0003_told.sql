-- What each calendar feed told its readers last: see brevdue_office::calendar::Told.
CREATE TABLE told (
    programme BLOB NOT NULL,
    feed TEXT NOT NULL,                -- key of the feed
    version INTEGER NOT NULL,
    body TEXT NOT NULL,                -- JSON
    PRIMARY KEY (programme, feed)
) STRICT, WITHOUT ROWID;
