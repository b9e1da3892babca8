//! An observation as a row. Most of what it says it has in common with many others: that is its shape, kept
//! once. Its own are the numbers of the row.

use std::collections::HashMap;
use std::sync::Arc;

use brevdue_memo::Timestamp;
use brevdue_programme::Key;
use brevdue_programme::objects::{Direction, Environment};
use brevdue_programme::observation::{MessageName, Observation};
use brevdue_programme::storage::{GROUPS, StorageError};
use brevdue_programme::tally::{Group, TallyKey};
use rusqlite::{Connection, OptionalExtension as _, Row, params};
use uuid::Uuid;

use super::{failed, read, written};

/// Shapes that are held at most; a shape has some kilobytes.
const SHAPES: usize = 2_000;

/// Sources and letter types that are held at most, of each.
const NAMES: usize = 20_000;

/// A system, environment and direction of an organisation.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Source {
    pub(super) organisation: String,
    pub(super) environment: Environment,
    pub(super) direction: Direction,
    pub(super) system: String,
}

impl Source {
    pub(super) fn of(key: &TallyKey) -> Self {
        Self {
            organisation: key.authority_cvr.clone(),
            environment: key.environment,
            direction: key.direction,
            system: key.system.clone(),
        }
    }

    pub(super) fn is_of(&self, name: &MessageName) -> bool {
        self.organisation == name.authority_cvr
            && self.environment == name.environment
            && self.direction == name.direction
    }
}

/// A row of the table of observations.
#[derive(Debug, Clone, Copy)]
pub(super) struct Packed {
    pub(super) number: i64,
    pub(super) source: i64,
    pub(super) at: i64,
    pub(super) message: Uuid,
    shape: i64,
    letter: Option<i64>,
    incoming: Option<i64>,
    size: i64,
    files: i64,
    receipt_after: Option<i64>,
    fetched_after: Option<i64>,
}

const COLUMNS: &str = "number, source, at, message, shape, letter, size, files, receipt_after, \
                       fetched_after, incoming";

impl Packed {
    pub(super) fn of_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            number: row.get(0)?,
            source: row.get(1)?,
            at: row.get(2)?,
            message: Uuid::from_bytes(row.get(3)?),
            shape: row.get(4)?,
            letter: row.get(5)?,
            size: row.get(6)?,
            files: row.get(7)?,
            receipt_after: row.get(8)?,
            fetched_after: row.get(9)?,
            incoming: row.get(10)?,
        })
    }

    /// The row of a number; none when it has gone.
    pub(super) fn find(connection: &Connection, number: i64) -> Result<Option<Self>, StorageError> {
        connection
            .prepare_cached(&format!("SELECT {COLUMNS} FROM observations WHERE number = ?1"))
            .and_then(|mut statement| statement.query_row([number], Self::of_row).optional())
            .map_err(failed)
    }

    pub(super) fn insert(&self, connection: &Connection) -> Result<(), StorageError> {
        connection
            .prepare_cached(&format!(
                "INSERT INTO observations ({COLUMNS}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)"
            ))
            .and_then(|mut statement| {
                statement.execute(params![
                    self.number,
                    self.source,
                    self.at,
                    self.message.as_bytes(),
                    self.shape,
                    self.letter,
                    self.size,
                    self.files,
                    self.receipt_after,
                    self.fetched_after,
                    self.incoming
                ])
            })
            .map(|_| ())
            .map_err(failed)
    }

    /// Writes what can become of a message: its shape, its receipt, that it was taken.
    pub(super) fn update(&self, connection: &Connection) -> Result<(), StorageError> {
        connection
            .prepare_cached(
                "UPDATE observations SET shape = ?2, receipt_after = ?3, fetched_after = ?4
                 WHERE number = ?1",
            )
            .and_then(|mut statement| {
                let (receipt, fetched) = (self.receipt_after, self.fetched_after);
                statement.execute(params![self.number, self.shape, receipt, fetched])
            })
            .map(|_| ())
            .map_err(failed)
    }
}

/// The words that numbers of rows stand for, of those that were needed of late.
#[derive(Debug, Default)]
pub(super) struct Words {
    sources: HashMap<Source, i64>,
    named: HashMap<i64, Arc<Source>>,
    letters: HashMap<(String, Environment, Key), i64>,
    letter_types: HashMap<i64, Key>,
    incoming: HashMap<(String, Environment, Group), i64>,
    groups: HashMap<i64, Group>,
    /// Each with the run in which it was last used.
    shapes: HashMap<String, (i64, i64)>,
    bodies: HashMap<i64, Arc<Observation>>,
}

impl Words {
    /// The row of an observation, with words of its own made where they are new.
    pub(super) fn pack(
        &mut self,
        connection: &Connection,
        (number, run): (i64, i64),
        mut seen: Observation,
    ) -> Result<Packed, StorageError> {
        let source = Source {
            organisation: std::mem::take(&mut seen.authority_cvr),
            environment: std::mem::replace(&mut seen.environment, Environment::Prod),
            direction: std::mem::replace(&mut seen.direction, Direction::Out),
            system: std::mem::take(&mut seen.system),
        };
        let at = std::mem::replace(&mut seen.observed_at, Timestamp::from_millis(0)).as_millis();
        let after = |then: Option<Timestamp>| then.map(|then| then.as_millis().saturating_sub(at));
        let letter = seen.letter_type.take();
        let letter = letter
            .map(|key| self.letter(connection, &source.organisation, source.environment, &key))
            .transpose()?;
        let group = group_of(&mut seen, source.direction);
        let incoming = group
            .map(|group| {
                self.incoming(connection, &source.organisation, source.environment, &group)
            })
            .transpose()?;
        let size = std::mem::take(&mut seen.size_bytes);
        let packed = Packed {
            number,
            source: self.source(connection, &source)?,
            at,
            message: std::mem::replace(&mut seen.message_uuid, Uuid::nil()),
            shape: 0,
            letter,
            incoming,
            size: i64::try_from(size).unwrap_or(i64::MAX),
            files: i64::from(std::mem::take(&mut seen.file_count)),
            receipt_after: after(seen.receipt_at.take()),
            fetched_after: after(seen.fetched_at.take()),
        };
        Ok(Packed { shape: self.shape(connection, run, &seen)?, ..packed })
    }

    /// The observation of a row.
    pub(super) fn unpack(
        &mut self,
        connection: &Connection,
        row: &Packed,
    ) -> Result<Observation, StorageError> {
        let source = self.source_of(connection, row.source)?;
        let letter_type =
            row.letter.map(|letter| self.letter_type(connection, letter)).transpose()?;
        let group = row.incoming.map(|incoming| self.group(connection, incoming)).transpose()?;
        let after = |millis: Option<i64>| {
            millis.map(|millis| Timestamp::from_millis(row.at.saturating_add(millis)))
        };
        let mut seen = Observation::clone(&*self.body(connection, row.shape)?);
        seen.authority_cvr.clone_from(&source.organisation);
        seen.environment = source.environment;
        seen.direction = source.direction;
        seen.system.clone_from(&source.system);
        seen.observed_at = Timestamp::from_millis(row.at);
        seen.letter_type = letter_type;
        if let Some(group) = group {
            let told = |text: String| Some(text).filter(|text| !text.is_empty());
            seen.sender = told(group.sender);
            seen.message_code = told(group.code);
        }
        seen.size_bytes = u64::try_from(row.size).unwrap_or(0);
        seen.message_uuid = row.message;
        seen.file_count = u32::try_from(row.files).unwrap_or(u32::MAX);
        seen.receipt_at = after(row.receipt_after);
        seen.fetched_at = after(row.fetched_after);
        Ok(seen)
    }

    /// The number of a source; made when it is new.
    pub(super) fn source(
        &mut self,
        connection: &Connection,
        source: &Source,
    ) -> Result<i64, StorageError> {
        if let Some(id) = self.sources.get(source) {
            return Ok(*id);
        }
        let named = params![
            source.organisation,
            source.environment.word(),
            source.direction.word(),
            source.system
        ];
        connection
            .prepare_cached(
                "INSERT INTO sources (organisation, environment, direction, system, seen)
                 VALUES (?1, ?2, ?3, ?4, '{}') ON CONFLICT DO NOTHING",
            )
            .and_then(|mut statement| statement.execute(named))
            .map_err(failed)?;
        let id = connection
            .prepare_cached(
                "SELECT source FROM sources
                 WHERE organisation = ?1 AND environment = ?2 AND direction = ?3 AND system = ?4",
            )
            .and_then(|mut statement| statement.query_row(named, |row| row.get(0)))
            .map_err(failed)?;
        hold(&mut self.sources, NAMES, source.clone(), id);
        Ok(id)
    }

    /// What a number of a source stands for.
    pub(super) fn source_of(
        &mut self,
        connection: &Connection,
        id: i64,
    ) -> Result<Arc<Source>, StorageError> {
        if let Some(source) = self.named.get(&id) {
            return Ok(Arc::clone(source));
        }
        let source = connection
            .prepare_cached(
                "SELECT organisation, environment, direction, system FROM sources WHERE source = ?1",
            )
            .map_err(failed)?
            .query_row([id], |row| Ok(source_in(row, 0)))
            .map_err(failed)??;
        let source = Arc::new(source);
        hold(&mut self.named, NAMES, id, Arc::clone(&source));
        Ok(source)
    }

    /// The number of a letter type; made when it is new.
    pub(super) fn letter(
        &mut self,
        connection: &Connection,
        organisation: &str,
        environment: Environment,
        letter_type: &Key,
    ) -> Result<i64, StorageError> {
        let name = (organisation.to_owned(), environment, letter_type.clone());
        if let Some(id) = self.letters.get(&name) {
            return Ok(*id);
        }
        let named = params![organisation, environment.word(), letter_type.as_str()];
        connection
            .prepare_cached(
                "INSERT INTO letters (organisation, environment, letter_type) VALUES (?1, ?2, ?3)
                 ON CONFLICT DO NOTHING",
            )
            .and_then(|mut statement| statement.execute(named))
            .map_err(failed)?;
        let id = connection
            .prepare_cached(
                "SELECT letter FROM letters
                 WHERE organisation = ?1 AND environment = ?2 AND letter_type = ?3",
            )
            .and_then(|mut statement| statement.query_row(named, |row| row.get(0)))
            .map_err(failed)?;
        hold(&mut self.letters, NAMES, name, id);
        Ok(id)
    }

    fn letter_type(&mut self, connection: &Connection, id: i64) -> Result<Key, StorageError> {
        if let Some(key) = self.letter_types.get(&id) {
            return Ok(key.clone());
        }
        let text: String = connection
            .prepare_cached("SELECT letter_type FROM letters WHERE letter = ?1")
            .and_then(|mut statement| statement.query_row([id], |row| row.get(0)))
            .map_err(failed)?;
        let key: Key = text.parse().map_err(|_| no_letter())?;
        hold(&mut self.letter_types, NAMES, id, key.clone());
        Ok(key)
    }

    /// The number of a group; made when it is new. When there are too many, that of what is counted together.
    pub(super) fn incoming(
        &mut self,
        connection: &Connection,
        organisation: &str,
        environment: Environment,
        group: &Group,
    ) -> Result<i64, StorageError> {
        let name = (organisation.to_owned(), environment, group.clone());
        if let Some(id) = self.incoming.get(&name) {
            return Ok(*id);
        }
        let named = params![organisation, environment.word(), group.sender, group.code];
        let there = || -> Result<Option<i64>, StorageError> {
            connection
                .prepare_cached(
                    "SELECT incoming FROM incoming
                     WHERE organisation = ?1 AND environment = ?2 AND sender = ?3 AND code = ?4",
                )
                .and_then(|mut statement| statement.query_row(named, |row| row.get(0)).optional())
                .map_err(failed)
        };
        let id = match there()? {
            Some(id) => id,
            None if *group != Group::others()
                && groups_of(connection, organisation, environment)? >= GROUPS =>
            {
                self.incoming(connection, organisation, environment, &Group::others())?
            }
            None => connection
                .prepare_cached(
                    "INSERT INTO incoming (organisation, environment, sender, code)
                         VALUES (?1, ?2, ?3, ?4)",
                )
                .and_then(|mut statement| statement.insert(named))
                .map_err(failed)?,
        };
        hold(&mut self.incoming, NAMES, name, id);
        Ok(id)
    }

    fn group(&mut self, connection: &Connection, id: i64) -> Result<Group, StorageError> {
        if let Some(group) = self.groups.get(&id) {
            return Ok(group.clone());
        }
        let group = connection
            .prepare_cached("SELECT sender, code FROM incoming WHERE incoming = ?1")
            .and_then(|mut statement| {
                statement
                    .query_row([id], |row| Ok(Group { sender: row.get(0)?, code: row.get(1)? }))
            })
            .map_err(failed)?;
        hold(&mut self.groups, NAMES, id, group.clone());
        Ok(group)
    }

    /// The number of a shape; made when it is new. It is marked as used in this run.
    fn shape(
        &mut self,
        connection: &Connection,
        run: i64,
        shape: &Observation,
    ) -> Result<i64, StorageError> {
        let body = written(shape)?;
        if let Some((id, used)) = self.shapes.get(&body)
            && *used == run
        {
            return Ok(*id);
        }
        let id = connection
            .prepare_cached(
                "INSERT INTO shapes (body, run) VALUES (?1, ?2)
                 ON CONFLICT (body) DO UPDATE SET run = ?2 RETURNING shape",
            )
            .and_then(|mut statement| {
                statement.query_row(params![body, run], |row| row.get::<_, i64>(0))
            })
            .map_err(failed)?;
        hold(&mut self.shapes, SHAPES, body, (id, run));
        Ok(id)
    }

    fn body(&mut self, connection: &Connection, id: i64) -> Result<Arc<Observation>, StorageError> {
        if let Some(body) = self.bodies.get(&id) {
            return Ok(Arc::clone(body));
        }
        let text: String = connection
            .prepare_cached("SELECT body FROM shapes WHERE shape = ?1")
            .and_then(|mut statement| statement.query_row([id], |row| row.get(0)))
            .map_err(failed)?;
        let body: Arc<Observation> = Arc::new(read(&text)?);
        hold(&mut self.bodies, SHAPES, id, Arc::clone(&body));
        Ok(body)
    }
}

/// Who sends what, taken out of an observation of a message to the authority; none of others.
fn group_of(seen: &mut Observation, direction: Direction) -> Option<Group> {
    let (sender, code) = (seen.sender.take(), seen.message_code.take());
    (direction == Direction::In && seen.accepted)
        .then(|| Group { sender: sender.unwrap_or_default(), code: code.unwrap_or_default() })
}

fn groups_of(
    connection: &Connection,
    organisation: &str,
    environment: Environment,
) -> Result<usize, StorageError> {
    let count: i64 = connection
        .prepare_cached(
            "SELECT count(*) FROM incoming WHERE organisation = ?1 AND environment = ?2",
        )
        .and_then(|mut statement| {
            statement.query_row(params![organisation, environment.word()], |row| row.get(0))
        })
        .map_err(failed)?;
    Ok(usize::try_from(count).unwrap_or(0))
}

fn hold<K: std::hash::Hash + Eq, V>(held: &mut HashMap<K, V>, most: usize, key: K, value: V) {
    if held.len() >= most {
        held.clear();
    }
    held.insert(key, value);
}

/// A source, in four columns from `column` on.
pub(super) fn source_in(row: &Row<'_>, column: usize) -> Result<Source, StorageError> {
    let text = |at: usize| row.get::<_, String>(column + at).map_err(failed);
    let damaged = || StorageError::Damaged("a source of observations has an unknown word".into());
    Ok(Source {
        organisation: text(0)?,
        environment: Environment::from_word(&text(1)?).ok_or_else(damaged)?,
        direction: Direction::from_word(&text(2)?).ok_or_else(damaged)?,
        system: text(3)?,
    })
}

pub(super) fn no_letter() -> StorageError {
    StorageError::Damaged("a letter type has a key that is none".into())
}
