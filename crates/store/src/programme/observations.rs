//! Observations and tallies in the same file.
//!
//! A batch writes its observations at the end of one table, and adds to the sums of their days; see
//! [`runs`] for how an observation is found again. What a new one costs does not grow with what is kept.
//! Tallies of a batch are summed in memory first. All of a batch is one transaction, with how far its
//! follower has come; what is known in memory beside it is made again from the file whenever a
//! transaction fails or another program has written.

mod filters;
mod forgetting;
mod packed;
mod runs;
mod sums;

use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::sync::{Arc, PoisonError};

use async_trait::async_trait;
use brevdue_memo::Timestamp;
use brevdue_programme::checks::{Counted, Counting, Period};
use brevdue_programme::observation::{MessageName, Observation, Sight};
use brevdue_programme::storage::{
    Keep, OBSERVATIONS, ObservationQuery, ObservationStore, Observed, Position, SIGHTS,
    StorageError,
};
use brevdue_programme::tally::{self, Group, IncomingTally};
use rusqlite::{Connection, OptionalExtension as _, params};
use serde::Serialize;
use serde::de::DeserializeOwned;

use self::packed::{Packed, Source, Words};
use self::runs::{Aged, Ledger};
use self::sums::Added;
use super::{ProgrammeFile, Shared, apart, failed, lock};

pub(in crate::programme) use self::runs::version_of;
pub(super) use self::sums::Ready;

/// Systems of one question at most; a register holds fewer.
const SYSTEMS: usize = 10_000;

/// What is known of the observations of a file; none until somebody needs it.
#[derive(Debug, Default)]
pub(super) struct Known(std::sync::RwLock<Option<Ledger>>);

impl Known {
    /// Forgets it, because the file was replaced.
    pub(super) fn forget(&self) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

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
        let shared = Arc::clone(&self.shared);
        apart(move || {
            write(&shared, |connection, ledger| {
                let mut batch = Batch {
                    connection,
                    ledger,
                    observed: Observed::default(),
                    added: Added::default(),
                };
                for sight in &sights {
                    batch.take(sight)?;
                }
                let (observed, added) = batch.finish()?;
                for position in &positions {
                    keep_position(connection, position)?;
                }
                Ok((observed, Some(added)))
            })
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
        let shared = Arc::clone(&self.shared);
        self.read(move |connection| {
            let version = version_of(connection)?;
            let fresh = counting.so_far() == &Counted::default();
            if fresh
                && let Some(ready) = lock(&shared.ready).find(&organisations, &counting, version)
            {
                return Ok(ready);
            }
            for organisation in &organisations {
                sums::count(connection, organisation, &mut counting)?;
            }
            let counted = counting.so_far().clone();
            if fresh {
                lock(&shared.ready).keep(organisations, counting, version);
            }
            Ok(counted)
        })
        .await
    }

    async fn incoming(
        &self,
        organisations: &BTreeSet<String>,
        period: Period,
    ) -> Result<Vec<(Group, IncomingTally)>, StorageError> {
        let organisations = organisations.clone();
        self.read(move |connection| sums::incoming(connection, &organisations, period)).await
    }

    async fn observations(
        &self,
        query: &ObservationQuery,
    ) -> Result<Vec<Observation>, StorageError> {
        let (query, shared) = (query.clone(), Arc::clone(&self.shared));
        self.read(move |connection| {
            knowing(&shared, connection, |ledger| newest(connection, ledger, &query))
        })
        .await
    }

    async fn observation(&self, name: &MessageName) -> Result<Option<Observation>, StorageError> {
        let (name, shared) = (name.clone(), Arc::clone(&self.shared));
        self.read(move |connection| {
            knowing(&shared, connection, |ledger| {
                let found = ledger.find(connection, &mut Words::default(), &name)?;
                Ok(found.map(|(_, seen)| seen))
            })
        })
        .await
    }

    async fn forget(&self, keep: Keep, limit: u32) -> Result<u64, StorageError> {
        let shared = Arc::clone(&self.shared);
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        apart(move || {
            write(&shared, |connection, ledger| {
                Ok((forgetting::forget(connection, ledger, keep, limit)?, None))
            })
        })
        .await
    }
}

/// Writes observations, all or nothing. What is known in memory is put back only when all of it is durable.
fn write<T>(
    shared: &Shared,
    work: impl FnOnce(&Connection, &mut Ledger) -> Result<(T, Option<Added>), StorageError>,
) -> Result<T, StorageError> {
    let mut writer = lock(&shared.writer);
    // Readers wait, so that nobody looks for an index in memory that is in the file by now.
    let mut known = shared.known.0.write().unwrap_or_else(PoisonError::into_inner);
    let behavior = rusqlite::TransactionBehavior::Immediate;
    let transaction = writer.transaction_with_behavior(behavior).map_err(failed)?;
    let mut ledger = match known.take() {
        Some(ledger) if ledger.is_of(&transaction)? => ledger,
        _ => Ledger::load(&transaction)?,
    };
    let before = ledger.version();
    let (done, added) = work(&transaction, &mut ledger)?;
    transaction.commit().map_err(failed)?;
    match added {
        Some(added) if ledger.version() != before => {
            lock(&shared.ready).add(&added, before, ledger.version());
        }
        // With nothing added the version is the same, and counts stand; after another change they go.
        _ => {}
    }
    *known = Some(ledger);
    Ok(done)
}

/// Reads with what is known of the observations as a connection sees them.
fn knowing<T>(
    shared: &Shared,
    connection: &Connection,
    work: impl FnOnce(&Ledger) -> Result<T, StorageError>,
) -> Result<T, StorageError> {
    {
        // Held from before the first look at the file, so that nothing is written between.
        let known = shared.known.0.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(ledger) = known.as_ref()
            && ledger.is_of(connection)?
        {
            return work(ledger);
        }
    }
    let ledger = Ledger::load(connection)?;
    let done = work(&ledger)?;
    *shared.known.0.write().unwrap_or_else(PoisonError::into_inner) = Some(ledger);
    Ok(done)
}

/// Sights on their way in, with the sums they come to.
struct Batch<'c> {
    connection: &'c Connection,
    ledger: &'c mut Ledger,
    observed: Observed,
    added: Added,
}

impl Batch<'_> {
    fn take(&mut self, sight: &Sight) -> Result<(), StorageError> {
        let mut words = std::mem::take(&mut self.ledger.words);
        let taken = self.take_with(&mut words, sight);
        self.ledger.words = words;
        taken
    }

    fn take_with(&mut self, words: &mut Words, sight: &Sight) -> Result<(), StorageError> {
        let earlier = self.ledger.find(self.connection, words, &sight.name())?;
        let Some(taken) = tally::take(earlier.as_ref().map(|(_, seen)| seen), sight) else {
            self.observed.nothing += 1;
            return Ok(());
        };
        let (key, tally) = taken.tally;
        let (next, run) = self.ledger.next();
        match earlier {
            Some((packed, _)) => {
                self.observed.changed += 1;
                let place = (packed.number, run);
                words.pack(self.connection, place, taken.observation)?.update(self.connection)?;
            }
            None => {
                self.observed.new += 1;
                let seen = self.added.seen.entry(Source::of(&key)).or_default();
                seen.merge(&tally.messages);
                let packed = words.pack(self.connection, (next, run), taken.observation)?;
                self.ledger.append(self.connection, &packed)?;
            }
        }
        self.added.tallies.entry(key).or_default().merge(&tally);
        if let Some((key, tally)) = taken.letter {
            self.added.letters.entry(key).or_default().merge(&tally);
        }
        if let Some((key, tally)) = taken.incoming {
            self.added.incoming.entry(key).or_default().merge(&tally);
        }
        Ok(())
    }

    fn finish(self) -> Result<(Observed, Added), StorageError> {
        let Self { connection, ledger, observed, added } = self;
        for (key, tally) in &added.tallies {
            let id = ledger.words.source(connection, &Source::of(key))?;
            let merge = |sum: &mut tally::Tally| sum.merge(tally);
            sums::add(connection, &sums::TALLIES, key.day, id, merge)?;
        }
        for (key, tally) in &added.letters {
            let (cvr, environment) = (&key.authority_cvr, key.environment);
            let id = ledger.words.letter(connection, cvr, environment, &key.letter_type)?;
            let merge = |sum: &mut tally::LetterTally| sum.merge(tally);
            sums::add(connection, &sums::LETTER_TALLIES, key.day, id, merge)?;
        }
        for (key, tally) in &added.incoming {
            let (cvr, environment) = (&key.authority_cvr, key.environment);
            let id = ledger.words.incoming(connection, cvr, environment, &key.group)?;
            let merge = |sum: &mut tally::IncomingTally| sum.merge(tally);
            sums::add(connection, &sums::INCOMING_TALLIES, key.day, id, merge)?;
        }
        for (source, seen) in &added.seen {
            let id = ledger.words.source(connection, source)?;
            sums::add_seen(connection, id, seen)?;
        }
        if observed.new > 0 || observed.changed > 0 {
            ledger.sign(connection)?;
        }
        Ok((observed, added))
    }
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

/// The newest of each source, and of these the newest; each source is asked by its own index.
fn newest(
    connection: &Connection,
    ledger: &Ledger,
    query: &ObservationQuery,
) -> Result<Vec<Observation>, StorageError> {
    let limit = query.limit.min(OBSERVATIONS);
    let before = query.before.unwrap_or(Timestamp::from_millis(i64::MAX)).as_millis();
    let below = query.below.map_or(0, |uuid| uuid.as_u128());
    let mut found: Vec<Aged> = Vec::new();
    for organisation in &query.organisations {
        let of_asked =
            |source: &Source| query.systems.is_empty() || query.systems.contains(&source.system);
        let sources = sums::sources(connection, organisation)?;
        for (id, ..) in sources.iter().filter(|(_, one, _)| of_asked(one)).take(SYSTEMS) {
            found.extend(ledger.newest(connection, *id, (before, below), limit)?);
            // What cannot be among the newest is let go at once, so that few are held.
            found.sort_unstable_by_key(|aged| Reverse(*aged));
            found.truncate(limit);
        }
    }
    let mut words = Words::default();
    let mut observations = Vec::with_capacity(found.len());
    for (.., number) in found {
        if let Some(packed) = Packed::find(connection, number)? {
            observations.push(words.unpack(connection, &packed)?);
        }
    }
    Ok(observations)
}

/// Puts observations of an earlier version of the file, which kept each as JSON, into rows. Their tallies
/// are there already.
pub(super) fn carry_over(connection: &Connection) -> Result<(), StorageError> {
    let asked = "SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE name = 'observations_before')";
    if !connection.query_row(asked, [], |row| row.get::<_, bool>(0)).map_err(failed)? {
        return Ok(());
    }
    let mut ledger = Ledger::load(connection)?;
    let mut words = Words::default();
    {
        let sql = "SELECT body FROM observations_before ORDER BY number";
        let mut statement = connection.prepare(sql).map_err(failed)?;
        let mut rows = statement.query([]).map_err(failed)?;
        while let Some(row) = rows.next().map_err(failed)? {
            let seen = read(row.get_ref(0).map_err(failed)?.as_str().map_err(odd)?)?;
            let packed = words.pack(connection, ledger.next(), seen)?;
            ledger.append(connection, &packed)?;
        }
    }
    ledger.sign(connection)?;
    connection.execute_batch("DROP TABLE observations_before").map_err(failed)
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
