//! Tallies: added to, and read where somebody counts.

use std::collections::{BTreeMap, BTreeSet};

use brevdue_programme::checks::{Counted, Counting, Period};
use brevdue_programme::objects::Environment;
use brevdue_programme::storage::{GROUPS, StorageError};
use brevdue_programme::tally::{
    Group, IncomingKey, IncomingTally, LetterKey, LetterTally, Seen, Tally, TallyKey,
};
use brevdue_programme::{Day, Key};
use rusqlite::{Connection, OptionalExtension as _, Row, params};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::packed::{Source, no_letter, source_in};
use super::{failed, odd, read, written};

/// Counts that are kept ready at most.
const READY: usize = 8;

/// Batches after which a count that nobody has asked for is no longer kept ready.
const UNASKED: u32 = 200;

/// The statements of a table of sums.
pub(super) struct Sums {
    select: &'static str,
    put: &'static str,
}

pub(super) const TALLIES: Sums = Sums {
    select: "SELECT body FROM tallies WHERE day = ?1 AND source = ?2",
    put: "INSERT INTO tallies (day, source, body) VALUES (?1, ?2, ?3)
          ON CONFLICT (day, source) DO UPDATE SET body = ?3",
};

pub(super) const LETTER_TALLIES: Sums = Sums {
    select: "SELECT body FROM letter_tallies WHERE day = ?1 AND letter = ?2",
    put: "INSERT INTO letter_tallies (day, letter, body) VALUES (?1, ?2, ?3)
          ON CONFLICT (day, letter) DO UPDATE SET body = ?3",
};

pub(super) const INCOMING_TALLIES: Sums = Sums {
    select: "SELECT body FROM incoming_tallies WHERE day = ?1 AND incoming = ?2",
    put: "INSERT INTO incoming_tallies (day, incoming, body) VALUES (?1, ?2, ?3)
          ON CONFLICT (day, incoming) DO UPDATE SET body = ?3",
};

/// Adds to a sum.
pub(super) fn add<T: Default + Serialize + DeserializeOwned>(
    connection: &Connection,
    sums: &Sums,
    day: Day,
    id: i64,
    merge: impl FnOnce(&mut T),
) -> Result<(), StorageError> {
    let day = day.to_string();
    let there: Option<T> = connection
        .prepare_cached(sums.select)
        .map_err(failed)?
        .query_row(params![day, id], |row| Ok(text(row, 0).and_then(read)))
        .optional()
        .map_err(failed)?
        .transpose()?;
    let mut sum = there.unwrap_or_default();
    merge(&mut sum);
    let body = written(&sum)?;
    connection
        .prepare_cached(sums.put)
        .and_then(|mut statement| statement.execute(params![day, id, body]))
        .map(|_| ())
        .map_err(failed)
}

/// Adds to what was ever seen of a source.
pub(super) fn add_seen(connection: &Connection, id: i64, seen: &Seen) -> Result<(), StorageError> {
    let mut ever: Seen = connection
        .prepare_cached("SELECT seen FROM sources WHERE source = ?1")
        .map_err(failed)?
        .query_row([id], |row| Ok(text(row, 0).and_then(read)))
        .map_err(failed)??;
    ever.merge(seen);
    let ever = written(&ever)?;
    connection
        .prepare_cached("UPDATE sources SET seen = ?2 WHERE source = ?1")
        .and_then(|mut statement| statement.execute(params![id, ever]))
        .map(|_| ())
        .map_err(failed)
}

/// What a batch of sights adds.
#[derive(Debug, Default)]
pub(super) struct Added {
    pub(super) tallies: std::collections::HashMap<TallyKey, Tally>,
    pub(super) letters: std::collections::HashMap<LetterKey, LetterTally>,
    pub(super) incoming: std::collections::HashMap<IncomingKey, IncomingTally>,
    pub(super) seen: std::collections::HashMap<Source, Seen>,
}

/// Counts that are kept ready: what is added is added to them as well, so that whoever asks again waits for
/// nothing.
#[derive(Debug, Default)]
pub(crate) struct Ready(Vec<One>);

#[derive(Debug)]
struct One {
    organisations: BTreeSet<String>,
    counting: Counting,
    /// Of the observations that it counts.
    version: i64,
    unasked: u32,
}

impl Ready {
    /// A count that asks for the same days, of the observations as they are.
    pub(super) fn find(
        &mut self,
        organisations: &BTreeSet<String>,
        asked: &Counting,
        version: i64,
    ) -> Option<Counted> {
        let one = self.0.iter_mut().find(|one| {
            one.version == version
                && one.organisations == *organisations
                && one.counting.needed() == asked.needed()
        })?;
        one.unasked = 0;
        Some(one.counting.so_far().clone())
    }

    /// Keeps a count ready.
    pub(super) fn keep(
        &mut self,
        organisations: BTreeSet<String>,
        counting: Counting,
        version: i64,
    ) {
        // Of other days the same programmes will not be asked again.
        self.0.retain(|one| one.organisations != organisations || one.version == version);
        self.0.retain(|one| {
            one.organisations != organisations || one.counting.needed() != counting.needed()
        });
        if self.0.len() >= READY {
            self.0.remove(0);
        }
        self.0.push(One { organisations, counting, version, unasked: 0 });
    }

    /// Adds what a batch has added. Counts of other observations than it was added to are dropped.
    pub(super) fn add(&mut self, added: &Added, before: i64, after: i64) {
        self.0.retain(|one| one.version == before && one.unasked < UNASKED);
        for one in &mut self.0 {
            one.version = after;
            one.unasked += 1;
            let of_it = |organisation: &String| one.organisations.contains(organisation);
            for (key, tally) in added.tallies.iter().filter(|(key, _)| of_it(&key.authority_cvr)) {
                one.counting.add(key, tally);
            }
            for (key, tally) in added.letters.iter().filter(|(key, _)| of_it(&key.authority_cvr)) {
                one.counting.add_letter(key, tally);
            }
            for (source, seen) in added.seen.iter().filter(|(one, _)| of_it(&one.organisation)) {
                if source.environment == Environment::Prod {
                    one.counting.add_ever(&source.system, source.direction, seen);
                }
            }
        }
    }

    /// Drops all.
    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }
}

/// Adds all that is kept of an organisation.
pub(super) fn count(
    connection: &Connection,
    organisation: &str,
    counting: &mut Counting,
) -> Result<(), StorageError> {
    count_systems(connection, organisation, counting)?;
    count_letters(connection, organisation, counting)
}

fn count_systems(
    connection: &Connection,
    organisation: &str,
    counting: &mut Counting,
) -> Result<(), StorageError> {
    for (_, source, seen) in sources(connection, organisation)? {
        if source.environment == Environment::Prod {
            counting.add_ever(&source.system, source.direction, &seen);
        }
    }
    let stretches: Vec<Period> = counting.needed().days.clone();
    let mut statement = connection
        .prepare_cached(
            "SELECT day, body, organisation, environment, direction, system
             FROM tallies JOIN sources USING (source)
             WHERE day BETWEEN ?1 AND ?2 AND organisation = ?3",
        )
        .map_err(failed)?;
    for period in &stretches {
        let asked = params![period.from.to_string(), period.until.to_string(), organisation];
        let mut rows = statement.query(asked).map_err(failed)?;
        while let Some(row) = rows.next().map_err(failed)? {
            let source = source_in(row, 2)?;
            let key = TallyKey {
                authority_cvr: source.organisation,
                system: source.system,
                environment: source.environment,
                direction: source.direction,
                day: day_of(row, 0)?,
            };
            counting.add(&key, &read(text(row, 1)?)?);
        }
    }
    Ok(())
}

fn count_letters(
    connection: &Connection,
    organisation: &str,
    counting: &mut Counting,
) -> Result<(), StorageError> {
    let Some(period) = counting.needed().letter_days else { return Ok(()) };
    let mut statement = connection
        .prepare_cached(
            "SELECT environment, letter_type, day, body
             FROM letter_tallies JOIN letters USING (letter)
             WHERE day BETWEEN ?1 AND ?2 AND organisation = ?3",
        )
        .map_err(failed)?;
    let asked = params![period.from.to_string(), period.until.to_string(), organisation];
    let mut rows = statement.query(asked).map_err(failed)?;
    while let Some(row) = rows.next().map_err(failed)? {
        let letter_type: Key = text(row, 1)?.parse().map_err(|_| no_letter())?;
        let key = LetterKey {
            authority_cvr: organisation.to_owned(),
            environment: Environment::from_word(text(row, 0)?).ok_or_else(|| {
                StorageError::Damaged("a letter tally has an unknown environment".into())
            })?,
            letter_type,
            day: day_of(row, 2)?,
        };
        counting.add_letter(&key, &read(text(row, 3)?)?);
    }
    Ok(())
}

/// What came to organisations on the days of a period, by who sends what.
pub(super) fn incoming(
    connection: &Connection,
    organisations: &BTreeSet<String>,
    period: Period,
) -> Result<Vec<(Group, IncomingTally)>, StorageError> {
    let mut statement = connection
        .prepare_cached(
            "SELECT sender, code, body FROM incoming_tallies JOIN incoming USING (incoming)
             WHERE day BETWEEN ?1 AND ?2 AND organisation = ?3 AND environment = ?4",
        )
        .map_err(failed)?;
    let (from, until) = (period.from.to_string(), period.until.to_string());
    let mut sums: BTreeMap<Group, IncomingTally> = BTreeMap::new();
    for organisation in organisations {
        let asked = params![from, until, organisation, Environment::Prod.word()];
        let mut rows = statement.query(asked).map_err(failed)?;
        while let Some(row) = rows.next().map_err(failed)? {
            let group = Group { sender: text(row, 0)?.into(), code: text(row, 1)?.into() };
            sums.entry(group).or_default().merge(&read(text(row, 2)?)?);
        }
    }
    let mut sums: Vec<_> = sums.into_iter().collect();
    sums.sort_by_key(|(_, tally)| std::cmp::Reverse(tally.messages.count));
    // Of several organisations there may be more.
    sums.truncate(GROUPS + 1);
    Ok(sums)
}

/// The sources of an organisation, with their numbers and what was ever seen of each.
pub(super) fn sources(
    connection: &Connection,
    organisation: &str,
) -> Result<Vec<(i64, Source, Seen)>, StorageError> {
    let mut statement = connection
        .prepare_cached(
            "SELECT source, seen, organisation, environment, direction, system FROM sources
             WHERE organisation = ?1 ORDER BY source",
        )
        .map_err(failed)?;
    let mut rows = statement.query([organisation]).map_err(failed)?;
    let mut sources = Vec::new();
    while let Some(row) = rows.next().map_err(failed)? {
        sources.push((row.get(0).map_err(failed)?, source_in(row, 2)?, read(text(row, 1)?)?));
    }
    Ok(sources)
}

fn text<'r>(row: &'r Row<'_>, column: usize) -> Result<&'r str, StorageError> {
    row.get_ref(column).map_err(failed)?.as_str().map_err(odd)
}

fn day_of(row: &Row<'_>, column: usize) -> Result<Day, StorageError> {
    let damaged = |_| StorageError::Damaged("a tally has a day that is none".into());
    text(row, column)?.parse().map_err(damaged)
}
