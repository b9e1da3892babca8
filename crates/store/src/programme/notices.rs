//! Notices to people, and what they were told last.

use std::collections::BTreeMap;

use brevdue_memo::Timestamp;
use brevdue_programme::ProgrammeId;
use brevdue_programme::reminding::{KEPT, Kept, Mark, Posting, State};
use brevdue_programme::storage::{NOTICES, StorageError, Which};
use rusqlite::{Connection, OptionalExtension as _, Row, params};

use super::{failed, json};

pub(super) fn marks(
    connection: &Connection,
    programme: ProgrammeId,
) -> Result<BTreeMap<String, String>, StorageError> {
    let sql = "SELECT about, step FROM marks WHERE programme = ?1";
    let mut statement = connection.prepare_cached(sql).map_err(failed)?;
    let rows = statement
        .query_map([programme.0.as_bytes()], |row| Ok((row.get(0)?, row.get(1)?)))
        .map_err(failed)?;
    rows.map(|row| row.map_err(failed)).collect()
}

pub(super) fn post(
    connection: &Connection,
    programme: ProgrammeId,
    posting: &Posting,
) -> Result<bool, StorageError> {
    let id = programme.0.as_bytes();
    // Nothing is written before everything was looked at.
    for mark in &posting.marks {
        if last(connection, programme, mark)? != mark.was {
            return Ok(false);
        }
    }
    for mark in &posting.marks {
        connection
            .prepare_cached(
                "INSERT INTO marks (programme, about, step) VALUES (?1, ?2, ?3)
                 ON CONFLICT (programme, about) DO UPDATE SET step = ?3",
            )
            .and_then(|mut statement| statement.execute(params![id, mark.about, mark.is]))
            .map_err(failed)?;
    }
    for notice in &posting.notices {
        let body =
            serde_json::to_string(notice).map_err(|error| StorageError::Failed(Box::new(error)))?;
        connection
            .prepare_cached(
                "INSERT INTO notices (programme, state, since, attempt, notice)
                 VALUES (?1, ?2, ?3, 0, ?4)",
            )
            .and_then(|mut statement| {
                let (state, since) = (State::Waiting.word(), posting.at.as_millis());
                statement.execute(params![id, state, since, body])
            })
            .map_err(failed)?;
    }
    if let Some(until) = posting.told_until {
        connection
            .prepare_cached("DELETE FROM untold WHERE programme = ?1 AND number <= ?2")
            .and_then(|mut statement| statement.execute(params![id, until]))
            .map_err(failed)?;
    }
    connection
        .prepare_cached(
            "DELETE FROM notices WHERE programme = ?1 AND state NOT IN ('waiting', 'underway')
             AND number <= (
                SELECT number FROM notices
                WHERE programme = ?1 AND state NOT IN ('waiting', 'underway')
                ORDER BY number DESC LIMIT 1 OFFSET ?2
             )",
        )
        .and_then(|mut statement| {
            statement.execute(params![id, i64::try_from(KEPT).unwrap_or(i64::MAX)])
        })
        .map_err(failed)?;
    Ok(true)
}

/// What was told last of a thing.
fn last(
    connection: &Connection,
    programme: ProgrammeId,
    mark: &Mark,
) -> Result<Option<String>, StorageError> {
    connection
        .prepare_cached("SELECT step FROM marks WHERE programme = ?1 AND about = ?2")
        .and_then(|mut statement| {
            let place = params![programme.0.as_bytes(), mark.about];
            statement.query_row(place, |row| row.get(0)).optional()
        })
        .map_err(failed)
}

pub(super) fn kept(
    connection: &Connection,
    programme: ProgrammeId,
    which: Which,
    before: Option<i64>,
    limit: usize,
) -> Result<Vec<Kept>, StorageError> {
    let open = match which {
        Which::All => "",
        Which::Open => "AND state IN ('waiting', 'underway')",
    };
    let sql = format!(
        "SELECT number, state, since, attempt, notice FROM notices
         WHERE programme = ?1 AND number < ?2 {open} ORDER BY number DESC LIMIT ?3"
    );
    let limit = i64::try_from(limit.min(NOTICES)).unwrap_or(i64::MAX);
    let mut statement = connection.prepare_cached(&sql).map_err(failed)?;
    let asked = params![programme.0.as_bytes(), before.unwrap_or(i64::MAX), limit];
    let mut rows = statement.query(asked).map_err(failed)?;
    let mut found = Vec::new();
    while let Some(row) = rows.next().map_err(failed)? {
        found.push(one(row)?);
    }
    Ok(found)
}

fn one(row: &Row<'_>) -> Result<Kept, StorageError> {
    let number: i64 = row.get(0).map_err(failed)?;
    let state: String = row.get(1).map_err(failed)?;
    let body: String = row.get(4).map_err(failed)?;
    let damaged = || StorageError::Damaged(format!("notice {number} cannot be read"));
    let notice = json(&body, || format!("notice {number}"))?;
    Ok(Kept {
        number,
        state: State::from_word(&state).ok_or_else(damaged)?,
        since: Timestamp::from_millis(row.get(2).map_err(failed)?),
        attempt: row.get(3).map_err(failed)?,
        notice: serde_json::from_value(notice).map_err(|_| damaged())?,
    })
}

pub(super) fn went(
    connection: &Connection,
    programme: ProgrammeId,
    number: i64,
    from: (State, u32),
    to: (State, u32),
    at: Timestamp,
) -> Result<bool, StorageError> {
    let id = programme.0.as_bytes();
    connection
        .prepare_cached(
            "UPDATE notices SET state = ?5, attempt = ?6, since = ?7
             WHERE programme = ?1 AND number = ?2 AND state = ?3 AND attempt = ?4",
        )
        .and_then(|mut statement| {
            let (was, is) = (from.0.word(), to.0.word());
            statement.execute(params![id, number, was, from.1, is, to.1, at.as_millis()])
        })
        .map(|rows| rows == 1)
        .map_err(failed)
}

#[cfg(test)]
mod tests {
    use brevdue_programme::reminding::{Item, Notice, Recipient};
    use brevdue_programme::storage::ProgrammeStore as _;
    use uuid::Uuid;

    use super::*;
    use crate::programme::ProgrammeFile;

    const ID: ProgrammeId = ProgrammeId(Uuid::from_u128(7));

    fn posting(was: Option<&str>, is: &str) -> Posting {
        let item = Item::Task {
            key: "OP3-T01".parse().unwrap(),
            task: "OP3-T01".parse().unwrap(),
            subject: None,
            due: "2024-01-10".parse().unwrap(),
        };
        let to = Recipient::Person("P-1".parse().unwrap());
        let day = "2024-01-03".parse().unwrap();
        let mark =
            Mark { about: "task/OP3-T01".into(), was: was.map(str::to_owned), is: is.to_owned() };
        Posting {
            notices: vec![Notice { to, day, items: vec![item], more: 0 }],
            marks: vec![mark],
            told_until: None,
            at: Timestamp::from_millis(5),
        }
    }

    #[tokio::test]
    async fn a_reminder_is_kept_with_its_step_or_not_at_all() {
        let folder = tempfile::tempdir().unwrap();
        let file = ProgrammeFile::open(folder.path()).unwrap();
        let first = posting(None, "2024-01-10/-7");
        assert!(file.post(ID, &first).await.unwrap());
        assert!(!file.post(ID, &first).await.unwrap(), "it was told before");
        drop(file);

        let file = ProgrammeFile::open(folder.path()).unwrap();
        assert!(!file.post(ID, &first).await.unwrap(), "and still was, after a restart");
        assert!(file.post(ID, &posting(Some("2024-01-10/-7"), "2024-01-10/-1")).await.unwrap());
        let kept = file.notices(ID, Which::All, None, 10).await.unwrap();
        assert_eq!(kept.len(), 2);
        assert!(kept[0].number > kept[1].number, "newest first");
        assert_eq!(kept[1].notice, first.notices[0]);
        let marks = file.marks(ID).await.unwrap();
        assert_eq!(marks, [("task/OP3-T01".to_owned(), "2024-01-10/-1".to_owned())].into());
        assert!(file.check().await.unwrap().is_empty());
    }

    #[tokio::test]
    async fn how_a_notice_stands_is_changed_from_what_was_seen_alone() {
        let folder = tempfile::tempdir().unwrap();
        let file = ProgrammeFile::open(folder.path()).unwrap();
        file.post(ID, &posting(None, "2024-01-10/-7")).await.unwrap();
        let number = file.notices(ID, Which::Open, None, 10).await.unwrap()[0].number;
        let at = Timestamp::from_millis(9);
        let (waiting, sent) = ((State::Waiting, 0), (State::Sent, 0));
        assert!(file.went(ID, number, waiting, sent, at).await.unwrap());
        assert!(!file.went(ID, number, waiting, sent, at).await.unwrap());
        assert!(file.notices(ID, Which::Open, None, 10).await.unwrap().is_empty());
        let kept = file.notices(ID, Which::All, None, 10).await.unwrap();
        assert_eq!((kept[0].state, kept[0].since), (State::Sent, at));
    }

    #[tokio::test]
    async fn the_oldest_notices_that_are_over_make_room_and_none_that_waits() {
        let folder = tempfile::tempdir().unwrap();
        let file = ProgrammeFile::open(folder.path()).unwrap();
        let mut many = posting(None, "2024-01-10/-7");
        many.notices = vec![many.notices[0].clone(); KEPT + 5];
        file.post(ID, &many).await.unwrap();
        let at = Timestamp::from_millis(9);
        for kept in file.notices(ID, Which::Open, None, NOTICES).await.unwrap().iter().skip(1) {
            file.went(ID, kept.number, (State::Waiting, 0), (State::Sent, 0), at).await.unwrap();
        }
        file.post(ID, &posting(Some("2024-01-10/-7"), "2024-01-10/-1")).await.unwrap();
        let all = file.notices(ID, Which::All, None, NOTICES).await.unwrap();
        let open = all.iter().filter(|kept| kept.state.is_open()).count();
        assert_eq!((all.len() - open, open), (KEPT, 2));
    }
}
