//! Sheets whose rows are objects.

use std::collections::{BTreeMap, BTreeSet};

use brevdue_programme::Key;

use super::reading::{Known, Reader};
use super::{Differs, Line, Place, next_key};
use crate::cells::{as_text, blank};

impl Reader<'_> {
    pub(super) fn objects(&mut self) {
        let kind = self.table.sheet.kind;
        let mut seen: BTreeMap<Key, usize> = BTreeMap::new();
        let mut unnamed = Vec::new();
        for row in 1..self.table.rows.len() {
            if self.is_blank(row) {
                continue;
            }
            let id = as_text(self.cell(row, self.id)).trim().to_owned();
            if id.is_empty() {
                unnamed.push(row);
                continue;
            }
            let Ok(key) = id.parse::<Key>() else {
                self.fault(
                    row,
                    Some(self.id),
                    "id'et er ikke et gyldigt id",
                    "the id is not a valid id",
                );
                continue;
            };
            if let Some(first) = seen.insert(key.clone(), row) {
                let (da, en) = (
                    format!("id'et står også i række {}", first + 1),
                    format!("the id stands in row {} as well", first + 1),
                );
                self.fault(row, Some(self.id), &da, &en);
                continue;
            }
            let base = self.base(&key, row);
            let theirs = self.theirs(&key);
            match (base, theirs) {
                (None, None) => self.new_object(row, key),
                (Some((_, base)), theirs) => {
                    self.values(row, &key, "", Some(&base), theirs.as_ref())
                }
                // Not exported, but there now: somebody else made it, or the list is older than its row.
                (None, Some(theirs)) => self.values(row, &key, "", None, Some(&theirs)),
            }
        }
        for row in unnamed {
            let taken: BTreeSet<Key> = seen
                .keys()
                .cloned()
                .chain(self.programme.all_held(kind).map(|(key, _)| key.clone()))
                .chain(
                    self.lines.iter().filter(|line| line.kind == kind).map(|line| line.key.clone()),
                )
                .collect();
            match self.table.sheet.prefix.and_then(|prefix| next_key(prefix, &taken)) {
                Some(key) => self.new_object(row, key),
                None => self.fault(
                    row,
                    Some(self.id),
                    "id'et mangler, og rækker kan ikke tilføjes her",
                    "the id is missing, and rows cannot be added here",
                ),
            }
        }
        if let (Known::Base(base), Some(_)) = (self.known, self.table.sheet.prefix) {
            let gone =
                base.0.iter().filter(|((of, key), _)| *of == kind && !seen.contains_key(key));
            for ((_, key), (version, _)) in gone {
                let Some(held) = self.programme.held(kind, key) else { continue };
                self.lines.push(Line {
                    place: Place {
                        sheet: self.table.name.clone(),
                        row: 0,
                        column: String::new(),
                        heading: String::new(),
                    },
                    kind,
                    key: key.clone(),
                    what: Differs::Gone { version: *version, standing: held.version },
                    conflict: held.version != *version,
                });
            }
        }
    }

    fn new_object(&mut self, row: usize, key: Key) {
        let kind = self.table.sheet.kind;
        if self.table.sheet.prefix.is_none() {
            return self.fault(
                row,
                Some(self.id),
                "id'et findes ikke, og rækker kan ikke tilføjes her",
                "there is no such id, and rows cannot be added here",
            );
        }
        let Some(body) = blank(kind) else { return };
        if let Some(body) = self.filled(row, body) {
            let place = self.place(row, None);
            self.lines.push(Line {
                place,
                kind,
                key,
                what: Differs::New { body },
                conflict: false,
            });
        }
    }
}
