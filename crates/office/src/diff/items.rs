//! Sheets whose rows are items of an object's list.

use std::collections::BTreeMap;

use brevdue_programme::Key;
use serde_json::Value;

use super::reading::{Known, Reader};
use super::{Differs, Line, Place};
use crate::cells::{as_text, equal};

impl Reader<'_> {
    pub(super) fn items(&mut self) {
        let (kind, field) = (self.table.sheet.kind, self.table.sheet.items.unwrap_or_default());
        let list = |body: Option<&Value>| -> Vec<Value> {
            let list = body.and_then(|body| body.get(field)).and_then(Value::as_array);
            list.cloned().unwrap_or_default()
        };
        let mut seen: BTreeMap<(Key, usize), usize> = BTreeMap::new();
        for row in 1..self.table.rows.len() {
            if self.is_blank(row) {
                continue;
            }
            let id = as_text(self.cell(row, self.id)).trim().to_owned();
            let (of, number) = match id.split_once('#') {
                Some((of, number)) => {
                    (of, number.parse::<usize>().ok().filter(|number| *number > 0))
                }
                None => (id.as_str(), None),
            };
            let key = of.split_whitespace().next().unwrap_or_default().parse::<Key>();
            let known = key.as_ref().is_ok_and(|key| self.names.has(kind, key));
            let (Ok(key), true, true) = (key, known, number.is_some() || !id.contains('#')) else {
                self.fault(
                    row,
                    Some(self.id),
                    "skriv id'et på det, rækken hører til",
                    "write the id of what the row belongs to",
                );
                continue;
            };
            let base = self.base(&key, row);
            let theirs = self.programme.held(kind, &key).map(|held| held.body.clone());
            let mine = list(base.as_ref().map(|base| &base.1));
            let now = list(theirs.as_ref());
            match number.map(|number| number - 1) {
                Some(index) if index < mine.len() || base.is_none() && index < now.len() => {
                    if let Some(first) = seen.insert((key.clone(), index), row) {
                        let (da, en) = (
                            format!("id'et står også i række {}", first + 1),
                            format!("the id stands in row {} as well", first + 1),
                        );
                        self.fault(row, Some(self.id), &da, &en);
                        continue;
                    }
                    // Items are told apart by their place; when others added or took away some, the places
                    // no longer mean the same, and every change of them is a conflict.
                    let same_places = mine.len() == now.len();
                    let before = self.lines.len();
                    let within = format!("{field}/{index}");
                    self.values(row, &key, &within, mine.get(index), now.get(index));
                    if !same_places {
                        self.lines[before..].iter_mut().for_each(|line| line.conflict = true);
                    }
                }
                Some(_) => self.fault(
                    row,
                    Some(self.id),
                    "nummeret efter # findes ikke; lad det være på en ny række",
                    "there is no such number after #; leave it out on a new row",
                ),
                None => {
                    if let Some(body) = self.filled(row, Value::Object(serde_json::Map::new())) {
                        let place = self.place(row, None);
                        let what = Differs::Item { field: field.to_owned(), body };
                        self.lines.push(Line { place, kind, key, what, conflict: false });
                    }
                }
            }
        }
        let Known::Base(base) = self.known else { return };
        for ((_, key), (_, body)) in base.0.iter().filter(|((of, _), _)| *of == kind) {
            let Some(held) = self.programme.held(kind, key) else { continue };
            let (mine, now) = (list(Some(body)), list(Some(&held.body)));
            for (index, item) in mine.iter().enumerate() {
                if seen.contains_key(&(key.clone(), index)) || index >= now.len() {
                    continue;
                }
                self.lines.push(Line {
                    place: Place {
                        sheet: self.table.name.clone(),
                        row: 0,
                        column: String::new(),
                        heading: String::new(),
                    },
                    kind,
                    key: key.clone(),
                    what: Differs::ItemGone {
                        field: field.to_owned(),
                        index,
                        item: item.clone(),
                        theirs: now[index].clone(),
                    },
                    conflict: !equal(&now[index], item),
                });
            }
        }
    }
}
