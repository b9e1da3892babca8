//! Observations and tallies in the same file.
//!
//! A batch touches each message by its UUID and each tally by its key, and nothing else, so that what a
//! new observation costs is the depth of two trees. Tallies of a batch are summed in memory first.

use std::cmp::Reverse;
use std::collections::{BTreeSet, HashMap};

use async_trait::async_trait;
use brevdue_memo::Timestamp;
use brevdue_programme::checks::{Counted, Counting, Period};
use brevdue_programme::objects::{Direction, Environment};
use brevdue_programme::observation::{MessageName, Observation, Sight};
use brevdue_programme::storage::{
    OBSERVATIONS, ObservationQuery, ObservationStore, Observed, Position, SIGHTS, StorageError,
};
use brevdue_programme::tally::{self, LetterKey, LetterTally, Seen, Tally, TallyKey};
use brevdue_programme::{Day, Key};
use rusqlite::{Connection, OptionalExtension as _, Row, params};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{ProgrammeFile, failed};

/// Systems of one question at most; a register holds fewer.
const SYSTEMS: usize = 10_000;

#[async_trait]
impl ObservationStore for ProgrammeFile {
    async fn observe(
        &self,
        sights: Vec<Sight>,
        positions: Vec<Position>,
    ) -> Result<Observed, StorageError> {
        if sights.len() > SIGHTS {
            let excess = format!("{} sights at once, over the limit of {SIGHTS}", sights.len());
            return Err(StorageError::Failed(excess.into()));
        }
        self.write(move |connection| {
            let mut batch = Batch::new(connection);
            for sight in &sights {
                batch.take(sight)?;
            }
            let observed = batch.finish()?;
            for position in &positions {
                keep_position(connection, position)?;
            }
            Ok(observed)
        })
        .await
    }

    async fn position(&self, follower: &str) -> Result<Option<i64>, StorageError> {
        let follower = follower.to_owned();
        self.read(move |connection| {
            connection
                .query_row("SELECT number FROM positions WHERE follower = ?1", [follower], |row| {
                    row.get(0)
                })
                .optional()
                .map_err(failed)
        })
        .await
    }

    async fn count(
        &self,
        organisations: &BTreeSet<String>,
        mut counting: Counting,
    ) -> Result<Counted, StorageError> {
        let organisations = organisations.clone();
        self.read(move |connection| {
            for organisation in &organisations {
                count_systems(connection, organisation, &mut counting)?;
                count_letters(connection, organisation, &mut counting)?;
            }
            Ok(counting.finish())
        })
        .await
    }

    async fn observations(
        &self,
        query: &ObservationQuery,
    ) -> Result<Vec<Observation>, StorageError> {
        let query = query.clone();
        self.read(move |connection| newest(connection, &query)).await
    }

    async fn observation(&self, name: &MessageName) -> Result<Option<Observation>, StorageError> {
        let name = name.clone();
        self.read(move |connection| Ok(find(connection, &name)?.map(|(_, found)| found))).await
    }

    async fn forget(&self, before: Day, limit: u32) -> Result<u64, StorageError> {
        self.write(move |connection| forget(connection, before, limit)).await
    }
}

/// Sights on their way in, with the sums they come to.
struct Batch<'c> {
    connection: &'c Connection,
    observed: Observed,
    tallies: HashMap<TallyKey, Tally>,
    letters: HashMap<LetterKey, LetterTally>,
    seen: HashMap<Source, Seen>,
    sources: HashMap<Source, i64>,
}

/// A system, environment and direction of an organisation.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Source {
    organisation: String,
    environment: Environment,
    direction: Direction,
    system: String,
}

impl Source {
    fn of(key: &TallyKey) -> Self {
        Self {
            organisation: key.authority_cvr.clone(),
            environment: key.environment,
            direction: key.direction,
            system: key.system.clone(),
        }
    }
}

impl<'c> Batch<'c> {
    fn new(connection: &'c Connection) -> Self {
        Self {
            connection,
            observed: Observed::default(),
            tallies: HashMap::new(),
            letters: HashMap::new(),
            seen: HashMap::new(),
            sources: HashMap::new(),
        }
    }

    fn take(&mut self, sight: &Sight) -> Result<(), StorageError> {
        let earlier = find(self.connection, &sight.name())?;
        let Some(taken) = tally::take(earlier.as_ref().map(|(_, seen)| seen), sight) else {
            self.observed.nothing += 1;
            return Ok(());
        };
        let (key, tally) = taken.tally;
        let source = Source::of(&key);
        let body = written(&taken.observation)?;
        match earlier {
            Some((number, _)) => {
                self.observed.changed += 1;
                self.connection
                    .prepare_cached("UPDATE observations SET body = ?2 WHERE number = ?1")
                    .and_then(|mut statement| statement.execute(params![number, body]))
                    .map_err(failed)?;
            }
            None => {
                self.observed.new += 1;
                self.seen.entry(source.clone()).or_default().merge(&tally.messages);
                let id = self.source(&source)?;
                let at = taken.observation.observed_at.as_millis();
                let message = taken.observation.message_uuid;
                self.connection
                    .prepare_cached(
                        "INSERT INTO observations (source, at, message, body) VALUES (?1, ?2, ?3, ?4)",
                    )
                    .and_then(|mut statement| {
                        statement.execute(params![id, at, message.as_bytes(), body])
                    })
                    .map_err(failed)?;
            }
        }
        self.tallies.entry(key).or_default().merge(&tally);
        if let Some((key, tally)) = taken.letter {
            self.letters.entry(key).or_default().merge(&tally);
        }
        Ok(())
    }

    /// The number of a source; made when it is new.
    fn source(&mut self, source: &Source) -> Result<i64, StorageError> {
        if let Some(id) = self.sources.get(source) {
            return Ok(*id);
        }
        let named = params![
            source.organisation,
            source.environment.word(),
            source.direction.word(),
            source.system
        ];
        self.connection
            .prepare_cached(
                "INSERT INTO sources (organisation, environment, direction, system, seen)
                 VALUES (?1, ?2, ?3, ?4, '{}') ON CONFLICT DO NOTHING",
            )
            .and_then(|mut statement| statement.execute(named))
            .map_err(failed)?;
        let id = self
            .connection
            .prepare_cached(
                "SELECT source FROM sources
                 WHERE organisation = ?1 AND environment = ?2 AND direction = ?3 AND system = ?4",
            )
            .and_then(|mut statement| statement.query_row(named, |row| row.get(0)))
            .map_err(failed)?;
        self.sources.insert(source.clone(), id);
        Ok(id)
    }

    fn finish(mut self) -> Result<Observed, StorageError> {
        for (key, tally) in std::mem::take(&mut self.tallies) {
            let id = self.source(&Source::of(&key))?;
            add(self.connection, &TALLIES, id, key.day, |sum: &mut Tally| sum.merge(&tally))?;
        }
        for (key, tally) in std::mem::take(&mut self.letters) {
            let id = letter(self.connection, &key)?;
            let merge = |sum: &mut LetterTally| sum.merge(&tally);
            add(self.connection, &LETTER_TALLIES, id, key.day, merge)?;
        }
        for (source, seen) in std::mem::take(&mut self.seen) {
            let id = self.source(&source)?;
            let mut ever: Seen = self
                .connection
                .prepare_cached("SELECT seen FROM sources WHERE source = ?1")
                .and_then(|mut statement| statement.query_row([id], |row| row.get::<_, String>(0)))
                .map_err(failed)
                .and_then(|text| read(&text))?;
            ever.merge(&seen);
            let ever = written(&ever)?;
            self.connection
                .prepare_cached("UPDATE sources SET seen = ?2 WHERE source = ?1")
                .and_then(|mut statement| statement.execute(params![id, ever]))
                .map_err(failed)?;
        }
        Ok(self.observed)
    }
}

/// The statements of a table of sums.
struct Sums {
    select: &'static str,
    put: &'static str,
}

const TALLIES: Sums = Sums {
    select: "SELECT body FROM tallies WHERE source = ?1 AND day = ?2",
    put: "INSERT INTO tallies (source, day, body) VALUES (?1, ?2, ?3)
          ON CONFLICT (source, day) DO UPDATE SET body = ?3",
};

const LETTER_TALLIES: Sums = Sums {
    select: "SELECT body FROM letter_tallies WHERE letter = ?1 AND day = ?2",
    put: "INSERT INTO letter_tallies (letter, day, body) VALUES (?1, ?2, ?3)
          ON CONFLICT (letter, day) DO UPDATE SET body = ?3",
};

fn add<T: Default + Serialize + DeserializeOwned>(
    connection: &Connection,
    sums: &Sums,
    id: i64,
    day: Day,
    merge: impl FnOnce(&mut T),
) -> Result<(), StorageError> {
    let day = day.to_string();
    let there: Option<String> = connection
        .prepare_cached(sums.select)
        .and_then(|mut statement| {
            statement.query_row(params![id, day], |row| row.get(0)).optional()
        })
        .map_err(failed)?;
    let mut sum: T = there.map_or_else(|| Ok(T::default()), |text| read(&text))?;
    merge(&mut sum);
    let body = written(&sum)?;
    connection
        .prepare_cached(sums.put)
        .and_then(|mut statement| statement.execute(params![id, day, body]))
        .map(|_| ())
        .map_err(failed)
}

fn letter(connection: &Connection, key: &LetterKey) -> Result<i64, StorageError> {
    let named = params![key.authority_cvr, key.environment.word(), key.letter_type.as_str()];
    connection
        .prepare_cached(
            "INSERT INTO letters (organisation, environment, letter_type) VALUES (?1, ?2, ?3)
             ON CONFLICT DO NOTHING",
        )
        .and_then(|mut statement| statement.execute(named))
        .map_err(failed)?;
    connection
        .prepare_cached(
            "SELECT letter FROM letters
             WHERE organisation = ?1 AND environment = ?2 AND letter_type = ?3",
        )
        .and_then(|mut statement| statement.query_row(named, |row| row.get(0)))
        .map_err(failed)
}

/// A message that was seen before, with its number.
fn find(
    connection: &Connection,
    name: &MessageName,
) -> Result<Option<(i64, Observation)>, StorageError> {
    let found: Option<(i64, String)> = connection
        .prepare_cached(
            "SELECT number, body FROM observations JOIN sources USING (source)
             WHERE message = ?1 AND organisation = ?2 AND environment = ?3 AND direction = ?4",
        )
        .and_then(|mut statement| {
            let named = params![
                name.message_uuid.as_bytes(),
                name.authority_cvr,
                name.environment.word(),
                name.direction.word()
            ];
            statement.query_row(named, |row| Ok((row.get(0)?, row.get(1)?))).optional()
        })
        .map_err(failed)?;
    found.map(|(number, body)| Ok((number, read(&body)?))).transpose()
}

fn keep_position(connection: &Connection, position: &Position) -> Result<(), StorageError> {
    connection
        .prepare_cached(
            "INSERT INTO positions (follower, number) VALUES (?1, ?2)
             ON CONFLICT (follower) DO UPDATE SET number = ?2",
        )
        .and_then(|mut statement| statement.execute(params![position.follower, position.number]))
        .map(|_| ())
        .map_err(failed)
}

fn count_systems(
    connection: &Connection,
    organisation: &str,
    counting: &mut Counting,
) -> Result<(), StorageError> {
    let sources = sources(connection, organisation)?;
    let stretches: Vec<Period> = counting.needed().days.clone();
    let mut statement = connection
        .prepare_cached("SELECT day, body FROM tallies WHERE source = ?1 AND day BETWEEN ?2 AND ?3")
        .map_err(failed)?;
    for (id, source, seen) in sources {
        if source.environment == Environment::Prod {
            counting.add_ever(&source.system, source.direction, &seen);
        }
        let mut key = TallyKey {
            authority_cvr: source.organisation,
            system: source.system,
            environment: source.environment,
            direction: source.direction,
            day: Day::new(2000, 1, 1).expect("it is a day"),
        };
        for period in &stretches {
            let asked = params![id, period.from.to_string(), period.until.to_string()];
            let mut rows = statement.query(asked).map_err(failed)?;
            while let Some(row) = rows.next().map_err(failed)? {
                key.day = day_of(row, 0)?;
                counting.add(&key, &read(row.get_ref(1).map_err(failed)?.as_str().map_err(odd)?)?);
            }
        }
    }
    Ok(())
}

fn sources(
    connection: &Connection,
    organisation: &str,
) -> Result<Vec<(i64, Source, Seen)>, StorageError> {
    let mut statement = connection
        .prepare_cached(
            "SELECT source, environment, direction, system, seen FROM sources
             WHERE organisation = ?1 ORDER BY source",
        )
        .map_err(failed)?;
    let mut rows = statement.query([organisation]).map_err(failed)?;
    let mut sources = Vec::new();
    while let Some(row) = rows.next().map_err(failed)? {
        let text = |column| row.get::<_, String>(column).map_err(failed);
        let damaged =
            || StorageError::Damaged("a source of observations has an unknown word".into());
        let source = Source {
            organisation: organisation.to_owned(),
            environment: Environment::from_word(&text(1)?).ok_or_else(damaged)?,
            direction: Direction::from_word(&text(2)?).ok_or_else(damaged)?,
            system: text(3)?,
        };
        sources.push((row.get(0).map_err(failed)?, source, read(&text(4)?)?));
    }
    Ok(sources)
}

fn count_letters(
    connection: &Connection,
    organisation: &str,
    counting: &mut Counting,
) -> Result<(), StorageError> {
    let Some(period) = counting.needed().letter_days else { return Ok(()) };
    let mut statement = connection
        .prepare_cached(
            "SELECT environment, letter_type, day, body FROM letters
             JOIN letter_tallies USING (letter)
             WHERE organisation = ?1 AND day BETWEEN ?2 AND ?3",
        )
        .map_err(failed)?;
    let asked = params![organisation, period.from.to_string(), period.until.to_string()];
    let mut rows = statement.query(asked).map_err(failed)?;
    while let Some(row) = rows.next().map_err(failed)? {
        let environment = row.get::<_, String>(0).map_err(failed)?;
        let letter_type: Key =
            row.get::<_, String>(1).map_err(failed)?.parse().map_err(|_| {
                StorageError::Damaged("a letter type has a key that is none".into())
            })?;
        let key = LetterKey {
            authority_cvr: organisation.to_owned(),
            environment: Environment::from_word(&environment).ok_or_else(|| {
                StorageError::Damaged("a letter tally has an unknown environment".into())
            })?,
            letter_type,
            day: day_of(row, 2)?,
        };
        counting.add_letter(&key, &read(row.get_ref(3).map_err(failed)?.as_str().map_err(odd)?)?);
    }
    Ok(())
}

/// The newest of each source, and of these the newest; each source is asked by its own index.
fn newest(
    connection: &Connection,
    query: &ObservationQuery,
) -> Result<Vec<Observation>, StorageError> {
    let limit = query.limit.min(OBSERVATIONS);
    let before = query.before.unwrap_or(Timestamp::from_millis(i64::MAX)).as_millis();
    let below = query.below.map_or([0; 16], uuid::Uuid::into_bytes);
    let mut statement = connection
        .prepare_cached(
            "SELECT at, message, body FROM observations
             WHERE source = ?1 AND (at, message) < (?2, ?3)
             ORDER BY at DESC, message DESC LIMIT ?4",
        )
        .map_err(failed)?;
    let mut found: Vec<(i64, [u8; 16], String)> = Vec::new();
    for organisation in &query.organisations {
        let of_asked =
            |source: &Source| query.systems.is_empty() || query.systems.contains(&source.system);
        let sources = sources(connection, organisation)?;
        for (id, ..) in sources.iter().filter(|(_, one, _)| of_asked(one)).take(SYSTEMS) {
            let mut rows =
                statement.query(params![id, before, below, limit as i64]).map_err(failed)?;
            while let Some(row) = rows.next().map_err(failed)? {
                let get = |error| failed(error);
                found.push((
                    row.get(0).map_err(get)?,
                    row.get(1).map_err(get)?,
                    row.get(2).map_err(get)?,
                ));
            }
            // What cannot be among the newest is let go at once, so that few bodies are held.
            found.sort_unstable_by_key(|one| Reverse((one.0, one.1)));
            found.truncate(limit);
        }
    }
    found.iter().map(|(.., body)| read(body)).collect()
}

fn forget(connection: &Connection, before: Day, limit: u32) -> Result<u64, StorageError> {
    // Days begin at midnight in Denmark; two hours of observations of the day before may stay until the
    // next call, a day later.
    let (year, month, day) = before.year_month_day();
    let text = format!("{year:04}-{month:02}-{day:02}T00:00:00.000Z");
    let midnight: Timestamp =
        text.parse().map_err(|_| StorageError::Damaged("a day has no midnight".into()))?;
    let until = midnight.plus_seconds(-2 * 3600).as_millis();
    let ids: Vec<i64> = {
        let mut statement =
            connection.prepare_cached("SELECT source FROM sources").map_err(failed)?;
        let rows = statement.query_map([], |row| row.get(0)).map_err(failed)?;
        rows.collect::<rusqlite::Result<_>>().map_err(failed)?
    };
    let mut removed = 0_u64;
    for id in &ids {
        let left = i64::from(limit).saturating_sub(i64::try_from(removed).unwrap_or(i64::MAX));
        if left <= 0 {
            return Ok(removed);
        }
        let gone = connection
            .prepare_cached(
                "DELETE FROM observations WHERE number IN
                 (SELECT number FROM observations WHERE source = ?1 AND at < ?2 ORDER BY at LIMIT ?3)",
            )
            .and_then(|mut statement| statement.execute(params![id, until, left]))
            .map_err(failed)?;
        removed += gone as u64;
    }
    // Tallies go last, so that they never lack what observations still show.
    let day = before.to_string();
    for sql in [
        "DELETE FROM tallies WHERE source IN (SELECT source FROM sources) AND day < ?1",
        "DELETE FROM letter_tallies WHERE letter IN (SELECT letter FROM letters) AND day < ?1",
    ] {
        connection
            .prepare_cached(sql)
            .and_then(|mut statement| statement.execute([&day]))
            .map_err(failed)?;
    }
    Ok(removed)
}

fn day_of(row: &Row<'_>, column: usize) -> Result<Day, StorageError> {
    let text: String = row.get(column).map_err(failed)?;
    text.parse().map_err(|_| StorageError::Damaged("a tally has a day that is none".into()))
}

/// Reads JSON; its text is not told.
fn read<T: DeserializeOwned>(text: &str) -> Result<T, StorageError> {
    serde_json::from_str(text).map_err(|error| {
        let (line, column) = (error.line(), error.column());
        StorageError::Damaged(format!("an observation or tally, at line {line}, column {column}"))
    })
}

fn written<T: Serialize>(value: &T) -> Result<String, StorageError> {
    serde_json::to_string(value).map_err(|error| StorageError::Failed(Box::new(error)))
}

fn odd(error: rusqlite::types::FromSqlError) -> StorageError {
    StorageError::Failed(Box::new(error))
}

#[cfg(test)]
mod tests;
