//! Programmes (opgavepakker), remembered in one SQLite file of their own: `programme.db`.
//!
//! A file of its own, so that a heavy import or ten million observations never stand in the way of a
//! letter, and so that the road of letters need not know of them. Every commit waits for its fsync.

mod checking;
mod notices;
mod observations;
mod schema;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use brevdue_memo::Timestamp;
use brevdue_programme::change::{HistoryLine, Outcome, Write};
use brevdue_programme::closing::Notice;
use brevdue_programme::objects::Kind;
use brevdue_programme::programme::Held;
use brevdue_programme::reminding::{Kept, Posting, State};
use brevdue_programme::storage::{ProgrammeStore, Revision, StorageError, UNTOLD, Which};
use brevdue_programme::{Key, Programme, ProgrammeId};
use rusqlite::{Connection, OptionalExtension as _, Row, params};
use uuid::Uuid;

use crate::embedded::OpenError;

/// Name of the file in the data folder.
pub const FILE_NAME: &str = "programme.db";

/// Connections that are kept for reading.
const READERS: usize = 4;

/// Lines of history in one answer at most.
const HISTORY_LINES: usize = 1000;

/// The programmes of one data folder.
#[derive(Debug, Clone)]
pub struct ProgrammeFile {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    path: PathBuf,
    idle: Mutex<Vec<Connection>>,
    /// Where observations are found.
    known: observations::Known,
    /// Counts of observations.
    ready: Mutex<observations::Ready>,
    /// For small questions that are asked often.
    watcher: Mutex<Option<Connection>>,
    /// Closed last, for only it can tidy up its log.
    writer: Mutex<Connection>,
}

impl ProgrammeFile {
    /// Opens the file in a folder; makes it when it is not there.
    ///
    /// # Errors
    ///
    /// [`OpenError`] as for the letters' store.
    pub fn open(folder: &Path) -> Result<Self, OpenError> {
        let path = folder.join(FILE_NAME);
        let writer = Mutex::new(schema::open_for_writing(&path)?);
        let (idle, watcher) = (Mutex::default(), Mutex::default());
        let (known, ready) = (observations::Known::default(), Mutex::default());
        Ok(Self { shared: Arc::new(Shared { path, idle, known, ready, watcher, writer }) })
    }

    /// Writes, all or nothing, on a thread that may block.
    async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, StorageError> + Send + 'static,
    ) -> Result<T, StorageError> {
        let shared = Arc::clone(&self.shared);
        apart(move || {
            let mut writer = lock(&shared.writer);
            let behavior = rusqlite::TransactionBehavior::Immediate;
            let transaction = writer.transaction_with_behavior(behavior).map_err(failed)?;
            let done = work(&transaction)?;
            transaction.commit().map_err(failed)?;
            Ok(done)
        })
        .await
    }

    /// Reads one snapshot, on a thread that may block.
    async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, StorageError> + Send + 'static,
    ) -> Result<T, StorageError> {
        let shared = Arc::clone(&self.shared);
        apart(move || {
            let idle = lock(&shared.idle).pop();
            let connection = match idle {
                Some(connection) => connection,
                None => schema::open_for_reading(&shared.path).map_err(failed)?,
            };
            let snapshot = connection.unchecked_transaction().map_err(failed)?;
            let read = work(&snapshot)?;
            drop(snapshot);
            let mut idle = lock(&shared.idle);
            if idle.len() < READERS {
                idle.push(connection);
            }
            Ok(read)
        })
        .await
    }

    /// Puts what [`Self::copy_to`] copied to a folder in the place of everything, or nothing when there
    /// is no folder or no copy in it; all of it or nothing.
    ///
    /// # Errors
    ///
    /// When the copy is not ours, or cannot be read; or when this cannot be written.
    pub async fn put_back(&self, folder: Option<&Path>) -> Result<(), StorageError> {
        let from = folder.map(|folder| folder.join(FILE_NAME)).filter(|from| from.exists());
        let shared = Arc::clone(&self.shared);
        apart(move || {
            let source = match &from {
                Some(from) => schema::open_for_reading(from).map_err(failed)?,
                None => schema::empty().map_err(|error| StorageError::Failed(Box::new(error)))?,
            };
            let mut writer = lock(&shared.writer);
            {
                let backup = rusqlite::backup::Backup::new(&source, &mut writer).map_err(failed)?;
                backup.step(-1).map_err(failed)?;
            }
            // It may have been made by an earlier version.
            let up_to_date = schema::bring_up_to_date(&mut writer);
            shared.known.forget();
            lock(&shared.ready).clear();
            up_to_date.map_err(|error| StorageError::Failed(Box::new(error)))
        })
        .await
    }

    /// Looks at all of it: the file against itself, and every object, line of history and sum against
    /// what it must be. Tells what is wrong, at most a hundred findings, without a word of what is kept.
    ///
    /// # Errors
    ///
    /// When it cannot be read at all.
    pub async fn check(&self) -> Result<Vec<String>, StorageError> {
        self.read(checking::check).await
    }

    /// Copies the file as one read sees it, while it is in use.
    ///
    /// # Errors
    ///
    /// When it cannot be read, or the copy cannot be written.
    pub async fn copy_to(&self, folder: &Path) -> Result<(), StorageError> {
        let to = folder.join(FILE_NAME);
        self.read(move |connection| {
            let mut copy = Connection::open(to).map_err(failed)?;
            let backup = rusqlite::backup::Backup::new(connection, &mut copy).map_err(failed)?;
            // In one step: a copy in several would begin anew with each change.
            backup.step(-1).map_err(failed)?;
            Ok(())
        })
        .await
    }
}

#[async_trait]
impl ProgrammeStore for ProgrammeFile {
    async fn programmes(&self) -> Result<Vec<ProgrammeId>, StorageError> {
        self.read(|connection| {
            let sql = format!("{EACH} SELECT id FROM known WHERE id IS NOT NULL");
            let mut statement = connection.prepare_cached(&sql).map_err(failed)?;
            let rows = statement.query_map([], |row| row.get::<_, [u8; 16]>(0)).map_err(failed)?;
            rows.map(|row| row.map(|id| ProgrammeId(Uuid::from_bytes(id))).map_err(failed))
                .collect()
        })
        .await
    }

    async fn parts(&self, kinds: &[Kind]) -> Result<Vec<(ProgrammeId, Programme)>, StorageError> {
        let words: Vec<&'static str> = kinds.iter().map(|kind| kind.word()).collect();
        self.read(move |connection| {
            let mut statement =
                connection.prepare_cached(&parts_of(words.len())).map_err(failed)?;
            let asked = rusqlite::params_from_iter(words);
            let mut rows = statement.query(asked).map_err(failed)?;
            let mut parts: BTreeMap<ProgrammeId, Programme> = BTreeMap::new();
            while let Some(row) = rows.next().map_err(failed)? {
                let id = ProgrammeId(Uuid::from_bytes(row.get(4).map_err(failed)?));
                let (kind, key, held) = object(row)?;
                parts.entry(id).or_default().insert(kind, key, held);
            }
            Ok(parts.into_iter().collect())
        })
        .await
    }

    async fn load(&self, programme: ProgrammeId) -> Result<Programme, StorageError> {
        self.read(move |connection| {
            let sql = "SELECT kind, key, version, body FROM objects WHERE programme = ?1";
            let mut statement = connection.prepare_cached(sql).map_err(failed)?;
            let mut rows = statement.query([programme.0.as_bytes()]).map_err(failed)?;
            let mut loaded = Programme::default();
            while let Some(row) = rows.next().map_err(failed)? {
                let (kind, key, held) = object(row)?;
                loaded.insert(kind, key, held);
            }
            Ok(loaded)
        })
        .await
    }

    async fn commit(&self, programme: ProgrammeId, outcome: &Outcome) -> Result<(), StorageError> {
        let outcome = outcome.clone();
        self.write(move |connection| {
            for (kind, key, seen) in &outcome.rests_on {
                stands(connection, programme, *kind, key, *seen)?;
            }
            for write in &outcome.writes {
                put(connection, programme, write)?;
            }
            for line in &outcome.history {
                append(connection, programme, line)?;
            }
            for notice in &outcome.untold {
                let notice = serde_json::to_string(notice)
                    .map_err(|error| StorageError::Failed(Box::new(error)))?;
                connection
                    .prepare_cached("INSERT INTO untold (programme, notice) VALUES (?1, ?2)")
                    .and_then(|mut statement| {
                        statement.execute(params![programme.0.as_bytes(), notice])
                    })
                    .map_err(failed)?;
            }
            Ok(())
        })
        .await
    }

    async fn untold(&self, programme: ProgrammeId) -> Result<Vec<(i64, Notice)>, StorageError> {
        self.read(move |connection| {
            let sql = "SELECT number, notice FROM untold WHERE programme = ?1
                       ORDER BY number LIMIT ?2";
            let mut statement = connection.prepare_cached(sql).map_err(failed)?;
            let asked = params![programme.0.as_bytes(), i64::try_from(UNTOLD).unwrap_or(i64::MAX)];
            let mut rows = statement.query(asked).map_err(failed)?;
            let mut untold = Vec::new();
            while let Some(row) = rows.next().map_err(failed)? {
                let number = row.get(0).map_err(failed)?;
                let text: String = row.get(1).map_err(failed)?;
                let notice = json(&text, || format!("notice {number}"))?;
                let notice = serde_json::from_value(notice).map_err(|_| {
                    StorageError::Damaged(format!("notice {number} cannot be read"))
                })?;
                untold.push((number, notice));
            }
            Ok(untold)
        })
        .await
    }

    async fn marks(
        &self,
        programme: ProgrammeId,
    ) -> Result<BTreeMap<String, String>, StorageError> {
        self.read(move |connection| notices::marks(connection, programme)).await
    }

    async fn post(&self, programme: ProgrammeId, posting: &Posting) -> Result<bool, StorageError> {
        let posting = posting.clone();
        self.write(move |connection| notices::post(connection, programme, &posting)).await
    }

    async fn notices(
        &self,
        programme: ProgrammeId,
        which: Which,
        before: Option<i64>,
        limit: usize,
    ) -> Result<Vec<Kept>, StorageError> {
        self.read(move |connection| notices::kept(connection, programme, which, before, limit))
            .await
    }

    async fn went(
        &self,
        programme: ProgrammeId,
        number: i64,
        from: (State, u32),
        to: (State, u32),
        at: Timestamp,
    ) -> Result<bool, StorageError> {
        self.write(move |connection| notices::went(connection, programme, number, from, to, at))
            .await
    }

    async fn history(
        &self,
        programme: ProgrammeId,
        about: Option<(Kind, &Key)>,
        before: Option<i64>,
        limit: usize,
    ) -> Result<Vec<(i64, HistoryLine)>, StorageError> {
        let about = about.map(|(kind, key)| (kind.word(), key.as_str().to_owned()));
        let limit = i64::try_from(limit.min(HISTORY_LINES)).unwrap_or(i64::MAX);
        let before = before.unwrap_or(i64::MAX);
        self.read(move |connection| {
            const COLUMNS: &str =
                "SELECT number, at, who, kind, key, field, was, became, reason FROM history";
            let sql = match about {
                Some(_) => format!(
                    "{COLUMNS} WHERE programme = ?1 AND kind = ?4 AND key = ?5 AND number < ?2
                     ORDER BY number DESC LIMIT ?3"
                ),
                None => format!(
                    "{COLUMNS} WHERE programme = ?1 AND number < ?2 ORDER BY number DESC LIMIT ?3"
                ),
            };
            let mut statement = connection.prepare_cached(&sql).map_err(failed)?;
            let mut rows = match about {
                Some((kind, key)) => {
                    statement.query(params![programme.0.as_bytes(), before, limit, kind, key])
                }
                None => statement.query(params![programme.0.as_bytes(), before, limit]),
            }
            .map_err(failed)?;
            let mut lines = Vec::new();
            while let Some(row) = rows.next().map_err(failed)? {
                lines.push(history_line(row)?);
            }
            Ok(lines)
        })
        .await
    }

    async fn told(
        &self,
        programme: ProgrammeId,
        feed: &Key,
    ) -> Result<Option<(u32, String)>, StorageError> {
        let feed = feed.clone();
        self.read(move |connection| {
            connection
                .prepare_cached("SELECT version, body FROM told WHERE programme = ?1 AND feed = ?2")
                .and_then(|mut statement| {
                    let place = params![programme.0.as_bytes(), feed.as_str()];
                    statement.query_row(place, |row| Ok((row.get(0)?, row.get(1)?))).optional()
                })
                .map_err(failed)
        })
        .await
    }

    async fn tell(
        &self,
        programme: ProgrammeId,
        feed: &Key,
        expect: u32,
        told: &str,
    ) -> Result<bool, StorageError> {
        let (feed, told) = (feed.clone(), told.to_owned());
        self.write(move |connection| {
            let sql = match expect {
                0 => {
                    "INSERT INTO told (programme, feed, version, body) VALUES (?1, ?2, ?3 + 1, ?4)
                     ON CONFLICT (programme, feed) DO NOTHING"
                }
                _ => {
                    "UPDATE told SET version = ?3 + 1, body = ?4
                     WHERE programme = ?1 AND feed = ?2 AND version = ?3"
                }
            };
            connection
                .prepare_cached(sql)
                .and_then(|mut statement| {
                    let id = programme.0.as_bytes();
                    statement.execute(params![id, feed.as_str(), expect, told])
                })
                .map(|rows| rows == 1)
                .map_err(failed)
        })
        .await
    }

    async fn revision(&self) -> Result<Revision, StorageError> {
        let shared = Arc::clone(&self.shared);
        apart(move || {
            // A connection is told of what others wrote: the one that writes, of what other programs did.
            let elsewhere = lock(&shared.writer)
                .pragma_query_value(None, "data_version", |row| row.get::<_, i64>(0))
                .map_err(failed)?;
            let mut watcher = lock(&shared.watcher);
            let connection = match watcher.take() {
                Some(connection) => connection,
                None => schema::open_for_reading(&shared.path).map_err(failed)?,
            };
            let observed = observations::version_of(&connection)?;
            *watcher = Some(connection);
            Ok(Revision { observed, elsewhere })
        })
        .await
    }
}

/// The ids of all programmes, each found by one step in the table: to ask for distinct ones would read all of it.
const EACH: &str = "WITH RECURSIVE known (id) AS (
    SELECT min(programme) FROM objects
    UNION ALL
    SELECT (SELECT min(programme) FROM objects WHERE programme > known.id) FROM known WHERE id IS NOT NULL
)";

/// The objects of so many kinds of every programme. The join goes from the ids to the objects, in that order.
fn parts_of(kinds: usize) -> String {
    let marks = vec!["?"; kinds].join(", ");
    format!(
        "{EACH} SELECT o.kind, o.key, o.version, o.body, o.programme FROM known
         CROSS JOIN objects o ON o.programme = known.id AND o.kind IN ({marks})"
    )
}

/// Whether an object is in the version that somebody saw; 0: none.
fn stands(
    connection: &Connection,
    programme: ProgrammeId,
    kind: Kind,
    key: &Key,
    seen: u32,
) -> Result<(), StorageError> {
    let version = connection
        .prepare_cached(
            "SELECT version FROM objects WHERE programme = ?1 AND kind = ?2 AND key = ?3",
        )
        .and_then(|mut statement| {
            let place = params![programme.0.as_bytes(), kind.word(), key.as_str()];
            statement.query_row(place, |row| row.get::<_, u32>(0)).optional()
        })
        .map_err(failed)?;
    match version.unwrap_or(0) == seen {
        true => Ok(()),
        false => Err(StorageError::Changed { kind, key: key.clone() }),
    }
}

fn put(connection: &Connection, programme: ProgrammeId, write: &Write) -> Result<(), StorageError> {
    let kind = write.kind.word();
    stands(connection, programme, write.kind, &write.key, write.expect)?;
    let done = match &write.body {
        Some(body) => connection
            .prepare_cached(
                "INSERT INTO objects (programme, kind, key, version, body) VALUES (?1, ?2, ?3, ?4, ?5)
                 ON CONFLICT (programme, kind, key) DO UPDATE SET version = ?4, body = ?5",
            )
            .and_then(|mut statement| {
                let (key, version) = (write.key.as_str(), write.expect + 1);
                statement.execute(params![programme.0.as_bytes(), kind, key, version, body.to_string()])
            }),
        None => connection
            .prepare_cached("DELETE FROM objects WHERE programme = ?1 AND kind = ?2 AND key = ?3")
            .and_then(|mut statement| {
                statement.execute(params![programme.0.as_bytes(), kind, write.key.as_str()])
            }),
    };
    done.map(|_| ()).map_err(failed)
}

fn append(
    connection: &Connection,
    programme: ProgrammeId,
    line: &HistoryLine,
) -> Result<(), StorageError> {
    connection
        .prepare_cached(
            "INSERT INTO history (programme, at, who, kind, key, field, was, became, reason)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        )
        .and_then(|mut statement| {
            statement.execute(params![
                programme.0.as_bytes(),
                line.at.as_millis(),
                line.who,
                line.kind.word(),
                line.key.as_str(),
                line.field,
                line.from.to_string(),
                line.to.to_string(),
                line.reason,
            ])
        })
        .map(|_| ())
        .map_err(failed)
}

fn object(row: &Row<'_>) -> Result<(Kind, Key, Held), StorageError> {
    let (kind, key) = place(row, 0)?;
    let version: u32 = row.get(2).map_err(failed)?;
    let body: String = row.get(3).map_err(failed)?;
    let body = json(&body, || format!("{} {key}", kind.word()))?;
    Ok((kind, key, Held { version, body }))
}

fn history_line(row: &Row<'_>) -> Result<(i64, HistoryLine), StorageError> {
    let number: i64 = row.get(0).map_err(failed)?;
    let (kind, key) = place(row, 3)?;
    let (was, became): (String, String) =
        (row.get(6).map_err(failed)?, row.get(7).map_err(failed)?);
    let where_it_is = || format!("line {number} of the history");
    let line = HistoryLine {
        at: Timestamp::from_millis(row.get(1).map_err(failed)?),
        who: row.get(2).map_err(failed)?,
        kind,
        key,
        field: row.get(5).map_err(failed)?,
        from: json(&was, where_it_is)?,
        to: json(&became, where_it_is)?,
        reason: row.get(8).map_err(failed)?,
    };
    Ok((number, line))
}

/// Kind and key, in two columns from `column` on.
fn place(row: &Row<'_>, column: usize) -> Result<(Kind, Key), StorageError> {
    let kind: String = row.get(column).map_err(failed)?;
    let key: String = row.get(column + 1).map_err(failed)?;
    let known = Kind::from_word(&kind)
        .ok_or_else(|| StorageError::Damaged(format!("no kind of object is called {kind}")))?;
    let key = key.parse().map_err(|_| {
        StorageError::Damaged(format!("an object of kind {kind} has a key that is none"))
    })?;
    Ok((known, key))
}

/// Reads JSON; its text is not told, for it may name somebody.
fn json(text: &str, what: impl Fn() -> String) -> Result<serde_json::Value, StorageError> {
    serde_json::from_str(text).map_err(|error| {
        let (line, column) = (error.line(), error.column());
        StorageError::Damaged(format!("{} is no JSON at line {line}, column {column}", what()))
    })
}

fn failed(error: rusqlite::Error) -> StorageError {
    StorageError::Failed(Box::new(error))
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // A transaction that a panic cut short is rolled back; a push or pop is whole.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn apart<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, StorageError> + Send + 'static,
) -> Result<T, StorageError> {
    match tokio::runtime::Handle::try_current() {
        Ok(runtime) => runtime
            .spawn_blocking(work)
            .await
            .unwrap_or_else(|stopped| Err(StorageError::Failed(Box::new(stopped)))),
        Err(_) => work(),
    }
}

#[cfg(test)]
mod tests {
    use brevdue_programme::change::{Change, outcome};
    use brevdue_programme::objects::{Person, Risk};

    use super::*;

    fn key(text: &str) -> Key {
        text.parse().unwrap()
    }

    #[tokio::test]
    async fn what_was_committed_is_there_after_opening_again() {
        let folder = tempfile::tempdir().unwrap();
        let (id, at) = (ProgrammeId(Uuid::from_u128(7)), Timestamp::from_millis(1_000));
        let risk = Risk { title: "Sent svar fra leverandøren".into(), ..Risk::default() };
        let add = outcome(&Programme::default(), &[Change::add(key("R-1"), &risk)], "pm", "", at);
        let file = ProgrammeFile::open(folder.path()).unwrap();
        file.commit(id, &add.unwrap()).await.unwrap();
        drop(file);

        let file = ProgrammeFile::open(folder.path()).unwrap();
        assert_eq!(file.programmes().await.unwrap(), [id]);
        let there = file.load(id).await.unwrap();
        assert_eq!(there.get::<Risk>(&key("R-1")), Some(risk));
        let history = file.history(id, None, None, 10).await.unwrap();
        assert_eq!((history.len(), history[0].1.who.as_str()), (1, "pm"));
    }

    #[tokio::test]
    async fn parts_of_programmes_are_found_without_reading_the_rest() {
        let folder = tempfile::tempdir().unwrap();
        let file = ProgrammeFile::open(folder.path()).unwrap();
        let at = Timestamp::from_millis(1_000);
        let somebody = |name: &str| Person { name: name.into(), ..Person::default() };
        for number in [3, 1, 2] {
            let add = [
                Change::add(key("M-1"), &somebody(&format!("Person {number}"))),
                Change::add(key("R-1"), &Risk::default()),
            ];
            // The second has nobody.
            let add = if number == 2 { &add[1..] } else { &add[..] };
            let add = outcome(&Programme::default(), add, "pm", "", at).unwrap();
            file.commit(ProgrammeId(Uuid::from_u128(number)), &add).await.unwrap();
        }
        let ids: Vec<u128> =
            file.programmes().await.unwrap().iter().map(|id| id.0.as_u128()).collect();
        assert_eq!(ids, [1, 2, 3]);
        let people = file.parts(&[Kind::Person, Kind::Settings]).await.unwrap();
        let people: Vec<_> = people
            .iter()
            .map(|(id, part)| (id.0.as_u128(), part.get::<Person>(&key("M-1")).unwrap().name))
            .collect();
        assert_eq!(people, [(1, "Person 1".to_owned()), (3, "Person 3".to_owned())]);
        assert_eq!(file.parts(&[Kind::Risk]).await.unwrap().len(), 3);
        assert!(file.parts(&[]).await.unwrap().is_empty());

        let plan = |sql: String| {
            file.read(move |connection| {
                let explained = format!("EXPLAIN QUERY PLAN {sql}");
                let mut statement = connection.prepare(&explained).map_err(failed)?;
                let count = statement.parameter_count();
                let asked = rusqlite::params_from_iter(vec!["person"; count]);
                let lines = statement.query_map(asked, |row| row.get::<_, String>(3));
                let lines = lines.map_err(failed)?.collect::<Result<Vec<_>, _>>();
                lines.map_err(failed)
            })
        };
        for sql in [parts_of(2), format!("{EACH} SELECT id FROM known WHERE id IS NOT NULL")] {
            let lines = plan(sql).await.unwrap();
            let whole = lines.iter().filter(|line| line.starts_with("SCAN o"));
            assert_eq!(whole.count(), 0, "{lines:#?}");
        }
        let lines = plan(parts_of(2)).await.unwrap();
        let wanted = "SEARCH o USING PRIMARY KEY (programme=? AND kind=?)";
        assert!(lines.iter().any(|line| line == wanted), "{lines:#?}");
    }

    #[tokio::test]
    async fn nothing_is_written_when_what_it_rests_on_was_changed_meanwhile() {
        let folder = tempfile::tempdir().unwrap();
        let file = ProgrammeFile::open(folder.path()).unwrap();
        let (id, at) = (ProgrammeId(Uuid::from_u128(7)), Timestamp::from_millis(1_000));
        let add = |name: &str| {
            let add = [Change::add(key(name), &Risk::default())];
            outcome(&Programme::default(), &add, "pm", "", at).unwrap()
        };
        file.commit(id, &add("R-1")).await.unwrap();
        let resting = |name: &str, on: u32| {
            let rests_on = vec![(Kind::Risk, key("R-1"), on)];
            brevdue_programme::change::Outcome { rests_on, ..add(name) }
        };
        for seen in [0, 2] {
            let late = file.commit(id, &resting("R-2", seen)).await.unwrap_err();
            let StorageError::Changed { kind, key } = late else { panic!("{late}") };
            assert_eq!((kind, key.as_str()), (Kind::Risk, "R-1"));
        }
        assert_eq!(file.history(id, None, None, 10).await.unwrap().len(), 1);
        file.commit(id, &resting("R-2", 1)).await.unwrap();
        assert_eq!(file.history(id, None, None, 10).await.unwrap().len(), 2);
    }

    #[tokio::test]
    async fn the_revision_tells_what_we_wrote_from_what_another_program_did() {
        let folder = tempfile::tempdir().unwrap();
        let (ours, theirs) = (
            ProgrammeFile::open(folder.path()).unwrap(),
            ProgrammeFile::open(folder.path()).unwrap(),
        );
        let (id, at) = (ProgrammeId(Uuid::from_u128(7)), Timestamp::from_millis(1_000));
        let add = |name: &str| {
            let add = [Change::add(key(name), &Risk::default())];
            outcome(&Programme::default(), &add, "pm", "", at).unwrap()
        };
        let first = ours.revision().await.unwrap();
        assert_eq!(ours.revision().await.unwrap(), first);
        ours.commit(id, &add("R-1")).await.unwrap();
        let second = ours.revision().await.unwrap();
        assert_eq!(second, first, "it was us");
        theirs.commit(id, &add("R-2")).await.unwrap();
        let third = ours.revision().await.unwrap();
        assert_ne!(third.elsewhere, second.elsewhere);
    }

    #[tokio::test]
    async fn what_a_feed_told_is_kept_and_of_two_tellers_one_is_faster() {
        let folder = tempfile::tempdir().unwrap();
        let file = ProgrammeFile::open(folder.path()).unwrap();
        let (id, feed) = (ProgrammeId(Uuid::from_u128(7)), key("F-001"));
        assert_eq!(file.told(id, &feed).await.unwrap(), None);
        assert!(file.tell(id, &feed, 0, "{}").await.unwrap());
        assert!(!file.tell(id, &feed, 0, "[]").await.unwrap(), "the first was faster");
        assert!(file.tell(id, &feed, 1, "[1]").await.unwrap());
        assert!(!file.tell(id, &feed, 1, "[2]").await.unwrap());
        drop(file);
        let file = ProgrammeFile::open(folder.path()).unwrap();
        assert_eq!(file.told(id, &feed).await.unwrap(), Some((2, "[1]".to_owned())));
        assert_eq!(file.told(id, &key("F-002")).await.unwrap(), None);
        assert!(file.check().await.unwrap().is_empty());
    }

    #[tokio::test]
    async fn who_has_to_be_told_is_kept_with_the_change_until_they_are() {
        let folder = tempfile::tempdir().unwrap();
        let (id, at) = (ProgrammeId(Uuid::from_u128(7)), Timestamp::from_millis(1_000));
        let add = [Change::add(key("R-1"), &Risk::default())];
        let mut opened = outcome(&Programme::default(), &add, "pm", "", at).unwrap();
        let notice = |name: &str| Notice {
            to: [key("P-1")].into(),
            key: key(name),
            task: "OP3-T08".parse().unwrap(),
            subject: None,
            why: Vec::new(),
        };
        opened.untold = vec![notice("OP3-T08.S-1"), notice("OP3-T08.S-2")];
        let file = ProgrammeFile::open(folder.path()).unwrap();
        file.commit(id, &opened).await.unwrap();
        assert!(file.commit(id, &opened).await.is_err(), "nothing of what others were faster with");
        drop(file);

        let file = ProgrammeFile::open(folder.path()).unwrap();
        let untold = file.untold(id).await.unwrap();
        let notices: Vec<&Notice> = untold.iter().map(|(_, notice)| notice).collect();
        assert_eq!(notices, opened.untold.iter().collect::<Vec<_>>());
        let (marks, told_until) = (Vec::new(), Some(untold[0].0));
        let posting = Posting { notices: Vec::new(), marks, told_until, at };
        assert!(file.post(id, &posting).await.unwrap());
        assert_eq!(file.untold(id).await.unwrap(), untold[1..]);
        assert!(file.untold(ProgrammeId(Uuid::from_u128(8))).await.unwrap().is_empty());
    }

    #[tokio::test]
    async fn of_two_writers_at_once_one_is_told_that_the_other_was_faster() {
        let folder = tempfile::tempdir().unwrap();
        let file = ProgrammeFile::open(folder.path()).unwrap();
        let (id, at) = (ProgrammeId(Uuid::from_u128(7)), Timestamp::from_millis(1_000));
        let seen = Programme::default();
        let add = [Change::add(key("R-1"), &Risk::default())];
        let first = outcome(&seen, &add, "pm", "", at).unwrap();
        file.commit(id, &first).await.unwrap();
        let late = file.commit(id, &first).await.unwrap_err();
        assert!(matches!(late, StorageError::Changed { kind: Kind::Risk, .. }), "{late}");
        assert_eq!(
            file.history(id, None, None, 10).await.unwrap().len(),
            1,
            "nothing of the second"
        );
    }
}
