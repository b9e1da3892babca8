//! Which lines of a diff are taken in: finding a line again that somebody chose, and what it cannot do without.

use std::collections::{BTreeMap, BTreeSet};

use brevdue_programme::Key;
use brevdue_programme::objects::Kind;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::{Diff, Differs, Line};
use crate::cells::Form;
use crate::sheets::{self, Column};

/// Bytes of a line's fingerprint that are kept.
const FINGERPRINT_BYTES: usize = 12;

impl Line {
    /// A fingerprint of the line and all it says, the value that stands there now among it. When a diff of the
    /// same file is made anew and has a line of this fingerprint, nothing that the line is about has changed.
    pub fn fingerprint(&self) -> String {
        // The key of a new row is the next that is free; the row is the same when somebody took that one.
        let key = match &self.what {
            Differs::New { .. } => "",
            _ => self.key.as_str(),
        };
        let said = serde_json::json!([self.place, self.kind, key, self.what, self.conflict]);
        let digest = Sha256::digest(said.to_string().as_bytes());
        digest.iter().take(FINGERPRINT_BYTES).map(|byte| format!("{byte:02x}")).collect()
    }

    /// The row is not in the file any more.
    pub fn is_gone(&self) -> bool {
        matches!(self.what, Differs::Gone { .. } | Differs::ItemGone { .. })
    }

    /// The objects that it points at or is part of.
    fn needs(&self) -> Vec<(Kind, Key)> {
        let mut needs = vec![(self.kind, self.key.clone())];
        let mut add = |column: &Column, value: &Value| match column.form {
            Form::Of(kind) | Form::AllOf(kind) => {
                let keys = std::iter::once(value).chain(value.as_array().into_iter().flatten());
                let keys = keys.filter_map(Value::as_str).filter_map(|key| key.parse().ok());
                needs.extend(keys.map(|key| (kind, key)));
            }
            _ => {}
        };
        match &self.what {
            Differs::Cell { path, mine, .. } => {
                if let Some(column) = sheets::column(self.kind, path) {
                    add(column, mine);
                }
            }
            Differs::New { body } => {
                for column in sheets::columns(self.kind, None) {
                    add(column, body.pointer(&format!("/{}", column.path)).unwrap_or(&Value::Null));
                }
            }
            Differs::Item { field, body } => {
                for column in sheets::columns(self.kind, Some(field)) {
                    add(column, body.pointer(&format!("/{}", column.path)).unwrap_or(&Value::Null));
                }
            }
            Differs::ItemGone { .. } | Differs::Gone { .. } => {}
        }
        needs
    }
}

impl Diff {
    /// The chosen lines, and the new objects they point at or are part of, without which they would point at
    /// nothing.
    pub fn with_needed(&self, chosen: &BTreeSet<usize>) -> BTreeSet<usize> {
        let new: BTreeMap<(Kind, &Key), usize> = self
            .lines
            .iter()
            .enumerate()
            .filter(|(_, line)| matches!(line.what, Differs::New { .. }))
            .map(|(index, line)| ((line.kind, &line.key), index))
            .collect();
        let mut all = chosen.clone();
        let mut open: Vec<usize> = chosen.iter().copied().collect();
        while let Some(line) = open.pop().and_then(|index| self.lines.get(index)) {
            for (kind, key) in line.needs() {
                if let Some(needed) = new.get(&(kind, &key))
                    && all.insert(*needed)
                {
                    open.push(*needed);
                }
            }
        }
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::sample;

    #[test]
    fn a_new_system_takes_its_new_supplier_along_and_nobody_elses() {
        let sample = sample(1);
        let csv = "System;Leverandør\r\nKlima;Ny A ApS\r\nVarme;Ny B ApS\r\n";
        let diff = crate::inventory::preview(csv.as_bytes(), &sample.programme).unwrap().diff;
        let of = |name: &str| {
            diff.lines.iter().position(
                |line| matches!(&line.what, Differs::New { body } if body["name"] == *name),
            )
        };
        let (system, supplier) = (of("Varme").unwrap(), of("Ny B ApS").unwrap());
        assert_eq!(diff.with_needed(&BTreeSet::from([system])), BTreeSet::from([system, supplier]));
        assert_eq!(diff.with_needed(&BTreeSet::from([supplier])), BTreeSet::from([supplier]));
    }
}
