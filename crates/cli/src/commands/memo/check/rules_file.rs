//! `--rules FILE`: a receiver's or sender's own view of the rules, as TOML.
//!
//! ```toml
//! [severity]                     # of rules beside syntax and schema
//! MEMO-R-018 = "error"           # error, warning, info, off
//!
//! [values]                       # what some rules measure by
//! message_bytes = 20_000_000
//!
//! [values.file_types]            # instead of the built-in list
//! "application/pdf" = ["pdf"]
//!
//! [limits]                       # of reading
//! findings = 500
//! ```

use std::borrow::Cow;

use brevdue_memo::rulebook::rules;
use brevdue_memo::rules::{DocumentKind, FileType};
use brevdue_memo::{Limits, Policy, Severity};
use toml::de::DeTable;

use super::tables::{Document, Value, get};
use crate::report::Problem;

const SEVERITIES: [(&str, Option<Severity>); 4] = [
    ("error", Some(Severity::Error)),
    ("warning", Some(Severity::Warning)),
    ("info", Some(Severity::Info)),
    ("off", None),
];

/// Changes a policy and limits as the file says.
pub(super) fn apply(
    document: &Document,
    policy: &mut Policy,
    limits: &mut Limits,
) -> Result<(), Problem> {
    let table = document.table()?;
    document.known(&table, &["severity", "values", "limits"])?;
    if let Some(value) = get(&table, "severity") {
        severities(document, document.as_table(value)?, policy)?;
    }
    if let Some(value) = get(&table, "values") {
        values(document, document.as_table(value)?, policy)?;
    }
    if let Some(value) = get(&table, "limits") {
        reading_limits(document, document.as_table(value)?, limits)?;
    }
    Ok(())
}

fn severities(
    document: &Document,
    table: &DeTable<'_>,
    policy: &mut Policy,
) -> Result<(), Problem> {
    for (key, value) in table {
        let id = key.get_ref().as_ref();
        if !rules().any(|rule| rule.id == id) {
            let problem = document.wrong(&key.span(), format!("there is no rule {id}"));
            return Err(match crate::config::nearest(id, rules().map(|rule| rule.id)) {
                Some(meant) => problem.help(format!("did you mean {meant}?")),
                None => problem.help("docs/rules.md lists every rule"),
            });
        }
        let word = document.as_text(value)?;
        let severity = SEVERITIES.iter().find(|(name, _)| *name == word);
        let Some((_, severity)) = severity else {
            let names = SEVERITIES.iter().map(|(name, _)| *name);
            return Err(document.unknown(&value.span(), "there is no such severity", word, names));
        };
        policy
            .set(id, *severity)
            .map_err(|error| document.wrong(&key.span(), error.to_string()))?;
    }
    Ok(())
}

/// Reads each named number into its field; every other key is unknown.
macro_rules! numbers {
    ($document:ident $table:ident $into:ident { $($field:ident)* } and [$($other:literal),*]) => {
        $document.known($table, &[$(stringify!($field),)* $($other),*])?;
        $(
            if let Some(value) = get($table, stringify!($field)) {
                $into.$field = $document.as_number(value)?;
            }
        )*
    };
}

fn values(document: &Document, table: &DeTable<'_>, policy: &mut Policy) -> Result<(), Problem> {
    numbers!(document table policy {
        message_bytes additional_documents notification_characters created_ahead_seconds
    } and ["file_types", "technical_file_types"]);
    let mut listed = Vec::new();
    for (name, kind) in
        [("file_types", DocumentKind::ForPeople), ("technical_file_types", DocumentKind::Technical)]
    {
        if let Some(value) = get(table, name) {
            file_types(document, value, kind, &mut listed)?;
        }
    }
    if !listed.is_empty() {
        policy.file_types = Cow::Owned(listed);
    }
    Ok(())
}

fn file_types(
    document: &Document,
    value: &Value<'_>,
    kind: DocumentKind,
    listed: &mut Vec<FileType>,
) -> Result<(), Problem> {
    for (media_type, extensions) in document.as_table(value)? {
        let extensions = document.as_list(extensions)?.iter();
        let extensions: Vec<&'static str> = extensions
            .map(|extension| Ok(kept(document.as_text(extension)?.trim_start_matches('.'))))
            .collect::<Result<_, Problem>>()?;
        listed.push(FileType {
            encoding_format: kept(media_type.get_ref()),
            extensions: Box::leak(extensions.into_boxed_slice()),
            kind,
        });
    }
    Ok(())
}

/// Keeps a text until the program ends: it reads one file of rules, and the list is asked all along.
fn kept(text: &str) -> &'static str {
    Box::leak(text.to_owned().into_boxed_str())
}

fn reading_limits(
    document: &Document,
    table: &DeTable<'_>,
    limits: &mut Limits,
) -> Result<(), Problem> {
    numbers!(document table limits {
        depth attributes token_bytes name_bytes findings document_bytes repeated text_bytes
    } and []);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<(Policy, Limits), Problem> {
        let (mut policy, mut limits) = (Policy::default(), Limits::default());
        apply(&Document::of(text), &mut policy, &mut limits)?;
        Ok((policy, limits))
    }

    #[test]
    fn a_file_of_rules_sets_severities_values_and_limits() {
        let (policy, limits) = read(
            "[severity]\nMEMO-R-018 = \"error\"\n\"MEMO-R-121\" = \"off\"\n[values]\n\
             message_bytes = 20_000_000\ncreated_ahead_seconds = 0x10\n[values.file_types]\n\
             \"application/pdf\" = [\".pdf\"]\n[limits]\nfindings = 5",
        )
        .unwrap();
        let mut expected = Policy::default();
        expected.set("MEMO-R-018", Some(Severity::Error)).unwrap();
        expected.set("MEMO-R-121", None).unwrap();
        expected.message_bytes = 20_000_000;
        expected.created_ahead_seconds = 16;
        expected.file_types = Cow::Owned(vec![FileType {
            encoding_format: "application/pdf",
            extensions: &["pdf"],
            kind: DocumentKind::ForPeople,
        }]);
        assert_eq!(policy, expected);
        assert_eq!(limits.findings, 5);
    }

    #[test]
    fn what_is_wrong_in_a_file_of_rules_is_told_with_its_place_and_a_hint() {
        for (text, what, at, help) in [
            ("[severty]", "there is no such key", "f:1:2", Some("did you mean severity?")),
            (
                "[severity]\nMEMO-R018 = \"off\"",
                "there is no rule MEMO-R018",
                "f:2:1",
                Some("did you mean MEMO-R-018?"),
            ),
            (
                "[severity]\nMEMO-R-018 = \"of\"",
                "there is no such severity",
                "f:2:14",
                Some("did you mean off?"),
            ),
            ("[severity]\nMEMO-R-018 = 1", "here stands a text in quotes", "f:2:14", None),
            (
                "[severity]\nMEMO-S-003 = \"off\"",
                "rules of syntax and schema always are errors; \
                 see the tolerances for what may be let pass",
                "f:2:1",
                None,
            ),
            (
                "[values]\nmessages_bytes = 1",
                "there is no such key",
                "f:2:1",
                Some("did you mean message_bytes?"),
            ),
            ("[limits]\ndepth = -1", "here stands a whole number from 0", "f:2:9", None),
            ("[values.file_types]\na = \"b\"", "here stands a list", "f:2:5", None),
            ("[limits", "unclosed table, expected `]`", "f:1:8", None),
        ] {
            let problem = read(text).unwrap_err();
            let told = (&*problem.what, problem.at.as_deref(), problem.help.as_deref());
            assert_eq!(told, (what, Some(at), help), "{text}");
        }
    }
}
