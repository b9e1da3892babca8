//! Messages judged by their place: the name of their file, and who else is in the container.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};

use uuid::Uuid;

use super::entry_path;
use crate::finding::{Position, Word};
use crate::rulebook::{self, Rule};
use crate::{Finding, Uuid4};

/// The entries of one container seen so far. Grows by a few words an entry, however long their names,
/// so that [`super::ContainerLimits::entries`] bounds it.
#[derive(Debug, Default)]
pub struct Places {
    hasher: RandomState,
    /// Hashes of names, and the number of the first entry that had each.
    names: HashMap<u64, usize>,
    messages: HashMap<Uuid, usize>,
}

impl Places {
    /// None yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// What is wrong with the place of an entry: MEMO-C-052 when an earlier one has its name,
    /// MEMO-R-170 when an earlier one has its UUID, MEMO-R-171 when its name is not its UUID. Nothing
    /// is compared with a UUID that could not be read.
    pub fn judge(
        &mut self,
        number: usize,
        name: &str,
        message_uuid: Option<&Uuid4>,
    ) -> Vec<Finding> {
        let mut findings = Vec::new();
        let mut find =
            |rule, words: &[Word<'_>]| findings.push(found(rule, entry_path(number), words));
        // On many disks, names that differ in case alone are the same.
        let name = plain(name).to_lowercase();
        let first = *self.names.entry(self.hasher.hash_one(&name)).or_insert(number);
        if first != number {
            find(&rulebook::NAME_TWICE, &[Word::Number(first as u64)]);
        }
        if let Some(uuid) = message_uuid {
            let first = *self.messages.entry(uuid.value()).or_insert(number);
            if first != number {
                find(&rulebook::UUID_TWICE, &[Word::Number(first as u64)]);
            }
            if !is_named_by(&name, uuid) {
                find(&rulebook::NAME_IS_NOT_UUID, &[]);
            }
        }
        findings
    }
}

/// MEMO-R-171 for a file by itself: whether its name, without folders, is `<messageUUID>.xml` in any
/// case.
pub fn judge_file_name(file_name: &str, message_uuid: &Uuid4) -> Option<Finding> {
    let name = file_name.rsplit(['/', '\\']).next().unwrap_or_default();
    let named = is_named_by(name, message_uuid);
    (!named).then(|| found(&rulebook::NAME_IS_NOT_UUID, String::new(), &[]))
}

/// A finding about a message as a whole, without a place in it.
fn found(rule: &'static Rule, path: String, words: &[Word<'_>]) -> Finding {
    Finding::new(rule, rule.severity, path, Position::default(), words)
}

fn is_named_by(name: &str, uuid: &Uuid4) -> bool {
    name.eq_ignore_ascii_case(&format!("{}.xml", uuid.value()))
}

/// A name without the steps that lead nowhere: `tar c .` writes `./` before each.
fn plain(mut name: &str) -> &str {
    while let Some(rest) = name.strip_prefix("./").or_else(|| name.strip_prefix('/')) {
        name = rest;
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: &str = "8c2ea15d-61fb-4ba9-9366-42f8b194c114";
    const OTHER: &str = "41aae334-95e0-41db-824d-587b092229eb";

    #[test]
    fn an_entry_is_judged_by_its_name_and_by_those_before_it() {
        let cases: &[(&str, Option<&str>, &[&str])] = &[
            (&format!("{ONE}.xml"), Some(ONE), &[]),
            // In another case and with a step that leads nowhere it is the same name, and the same message.
            (&format!("./{}.XML", ONE.to_uppercase()), Some(ONE), &["MEMO-C-052", "MEMO-R-170"]),
            ("letter.xml", Some(OTHER), &["MEMO-R-171"]),
            (&format!("folder/{OTHER}.xml"), Some(OTHER), &["MEMO-R-170", "MEMO-R-171"]),
            ("unreadable.xml", None, &[]),
            ("unreadable.xml", None, &["MEMO-C-052"]),
        ];
        let mut places = Places::new();
        for (index, (name, uuid, rules)) in cases.iter().enumerate() {
            let uuid = uuid.map(|uuid| Uuid4::parse(uuid).expect("a UUID of version 4"));
            let findings = places.judge(index + 1, name, uuid.as_ref());
            let found: Vec<_> = findings.iter().map(|finding| finding.rule).collect();
            assert_eq!(found, *rules, "{name}");
            for finding in findings {
                assert_eq!(finding.path, format!("entry[{}]", index + 1));
                if finding.rule == "MEMO-R-170" {
                    let first = if index == 1 { 1 } else { 3 };
                    assert!(finding.english.contains(&format!("number {first} of")), "{finding}");
                }
            }
        }
    }

    #[test]
    fn a_file_is_named_by_its_message_in_any_case_and_any_folder() {
        let uuid = Uuid4::parse(ONE).expect("a UUID of version 4");
        for (name, rule) in [
            (format!("{ONE}.xml"), None),
            (format!("out/march/{}.XML", ONE.to_uppercase()), None),
            (format!("C:\\out\\{ONE}.xml"), None),
            ("letter.xml".to_owned(), Some("MEMO-R-171")),
            (format!("{OTHER}.xml"), Some("MEMO-R-171")),
            (format!("{ONE}.xml.bak"), Some("MEMO-R-171")),
            (String::new(), Some("MEMO-R-171")),
        ] {
            assert_eq!(judge_file_name(&name, &uuid).map(|finding| finding.rule), rule, "{name}");
        }
    }
}
