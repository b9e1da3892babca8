//! A table whose changes since the last commit can be taken back.

use std::collections::BTreeMap;

use crate::storage::Conflict;

/// Rows by key, and what they were before the batch under way.
#[derive(Debug)]
pub(super) struct Table<K, V> {
    rows: BTreeMap<K, V>,
    before: Vec<(K, Option<V>)>,
}

/// Ending a batch.
pub(super) trait Undo {
    /// The batch holds.
    fn keep(&mut self);
    /// The batch never was.
    fn roll_back(&mut self);
}

impl<K, V> Default for Table<K, V> {
    fn default() -> Self {
        Self { rows: BTreeMap::new(), before: Vec::new() }
    }
}

impl<K: Ord + Copy, V: Clone> Table<K, V> {
    pub(super) fn get(&self, key: &K) -> Option<&V> {
        self.rows.get(key)
    }

    pub(super) fn values(&self) -> impl Iterator<Item = &V> {
        self.rows.values()
    }

    pub(super) fn keys(&self) -> impl Iterator<Item = &K> {
        self.rows.keys()
    }

    pub(super) fn entries(&self) -> impl Iterator<Item = (&K, &V)> {
        self.rows.iter()
    }

    pub(super) fn len(&self) -> u64 {
        self.rows.len() as u64
    }

    /// Adds or replaces.
    pub(super) fn put(&mut self, key: K, value: V) {
        let before = self.rows.insert(key, value);
        self.before.push((key, before));
    }

    /// Adds, unless it is there.
    pub(super) fn add(&mut self, key: K, value: V, what: &'static str) -> Result<(), Conflict> {
        if self.rows.contains_key(&key) {
            return Err(Conflict::Exists { what });
        }
        self.put(key, value);
        Ok(())
    }

    /// The row, for changing.
    pub(super) fn change(&mut self, key: K, what: &'static str) -> Result<&mut V, Conflict> {
        let row = self.rows.get_mut(&key).ok_or(Conflict::Missing { what })?;
        self.before.push((key, Some(row.clone())));
        Ok(row)
    }

    pub(super) fn remove(&mut self, key: K) {
        let before = self.rows.remove(&key);
        self.before.push((key, before));
    }
}

impl<K: Ord + Copy, V: Clone> Undo for Table<K, V> {
    fn keep(&mut self) {
        self.before.clear();
    }

    fn roll_back(&mut self) {
        while let Some((key, before)) = self.before.pop() {
            match before {
                Some(row) => self.rows.insert(key, row),
                None => self.rows.remove(&key),
            };
        }
    }
}
