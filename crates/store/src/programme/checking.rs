//! Looking at the whole file: whether it is sound, and whether what is in it can be read.

use brevdue_programme::objects::Kind;
use brevdue_programme::storage::StorageError;
use rusqlite::Connection;

use super::failed;

/// Findings that are told at most.
const FINDINGS: usize = 100;

pub(super) fn check(connection: &Connection) -> Result<Vec<String>, StorageError> {
    let mut found = sound(connection)?;
    objects(connection, &mut found)?;
    for (table, columns) in [
        ("history", &["was", "became"][..]),
        ("shapes", &["body"]),
        ("tallies", &["body"]),
        ("letter_tallies", &["body"]),
        ("incoming_tallies", &["body"]),
        ("told", &["body"]),
        ("untold", &["notice"]),
        ("notices", &["notice"]),
    ] {
        for column in columns {
            readable(connection, table, column, &mut found)?;
        }
    }
    found.truncate(FINDINGS);
    Ok(found)
}

/// What SQLite itself says of the file.
fn sound(connection: &Connection) -> Result<Vec<String>, StorageError> {
    let sql = format!("PRAGMA integrity_check({FINDINGS})");
    let mut statement = connection.prepare(&sql).map_err(failed)?;
    let rows = statement.query_map([], |row| row.get::<_, String>(0)).map_err(failed)?;
    let mut found = Vec::new();
    for row in rows {
        let said = row.map_err(failed)?;
        if said != "ok" {
            found.push(said);
        }
    }
    Ok(found)
}

/// Every object must be one of its kind.
fn objects(connection: &Connection, found: &mut Vec<String>) -> Result<(), StorageError> {
    let sql = "SELECT kind, key, body FROM objects";
    let mut statement = connection.prepare(sql).map_err(failed)?;
    let mut rows = statement.query([]).map_err(failed)?;
    while let Some(row) = rows.next().map_err(failed)? {
        let kind: String = row.get(0).map_err(failed)?;
        let key: String = row.get(1).map_err(failed)?;
        let body: String = row.get(2).map_err(failed)?;
        let body = serde_json::from_str::<serde_json::Value>(&body);
        let good = Kind::from_word(&kind)
            .zip(body.ok())
            .is_some_and(|(kind, body)| kind.checked(body).is_ok());
        if !good && found.len() < FINDINGS {
            found.push(format!("object {kind} {key} cannot be read"));
        }
    }
    Ok(())
}

/// Every value of a column must be JSON.
fn readable(
    connection: &Connection,
    table: &str,
    column: &str,
    found: &mut Vec<String>,
) -> Result<(), StorageError> {
    let sql = format!("SELECT count(*) FROM {table} WHERE NOT json_valid({column})");
    let count: i64 = connection.query_row(&sql, [], |row| row.get(0)).map_err(failed)?;
    if count > 0 && found.len() < FINDINGS {
        found.push(format!("{count} rows of {table} cannot be read"));
    }
    Ok(())
}
