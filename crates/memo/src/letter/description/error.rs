//! What is wrong with a description: where, what, by whose rule, what to do. Never quotes a value.

use crate::letter::values::Refused;

use super::DESCRIPTION_BYTES_LIMIT;

/// Why a text is no description of a letter. Its `Display` is what is wrong, without the place.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{what}")]
pub struct DescriptionError {
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// The key, e.g. `appointment[0].start`.
    pub key: Option<String>,
    /// What is wrong.
    pub what: String,
    /// Whose rule it is, e.g. `MEMO-R-011`.
    pub rule: Option<String>,
    /// What to do.
    pub help: Option<String>,
}

impl DescriptionError {
    pub(super) fn too_large(bytes: usize) -> Self {
        let what = format!(
            "the description has {bytes} bytes, over the limit of {DESCRIPTION_BYTES_LIMIT}"
        );
        let help = "put long documents in files and name them with the key document";
        Self { line: 1, column: 1, key: None, what, rule: None, help: Some(help.to_owned()) }
    }

    pub(super) fn not_utf8(description: &[u8], offset: usize) -> Self {
        let before = String::from_utf8_lossy(&description[..offset]);
        let (line, column) = place(&before, before.len());
        let what = "the description is not UTF-8".to_owned();
        let help = Some("save it as UTF-8".to_owned());
        Self { line, column, key: None, what, rule: None, help }
    }

    pub(super) fn of_toml(text: &str, error: &toml::de::Error, key: Option<String>) -> Self {
        let offset = error.span().map_or(0, |span| span.start);
        let (line, column) = place(text, offset);
        Self::told(line, column, key, error.message())
    }

    pub(super) fn of_json(text: &str, error: &serde_json::Error, key: Option<String>) -> Self {
        let message = error.to_string();
        let place_in_words = format!(" at line {} column {}", error.line(), error.column());
        let message = message.strip_suffix(&place_in_words).unwrap_or(&message);
        let line = text.split('\n').nth(error.line().saturating_sub(1)).unwrap_or_default();
        let (_, column) = place(line, error.column().saturating_sub(1));
        Self::told(error.line().max(1), column, key, message)
    }

    fn told(line: usize, column: usize, key: Option<String>, message: &str) -> Self {
        let key = key.filter(|key| key != "." && key != "?" && is_plain(key));
        let (what, rule, help) = match Refused::from_words(message) {
            Some((what, rule, help)) => {
                let rule = Some(rule).filter(|rule| !rule.is_empty()).map(str::to_owned);
                (what.to_owned(), rule, Some(help.to_owned()))
            }
            None => {
                let (what, help) = without_value(message);
                (what, None, help)
            }
        };
        Self { line, column, key, what, rule, help }
    }
}

/// Line and column, both from 1, of a byte of a text.
fn place(text: &str, offset: usize) -> (usize, usize) {
    let before: &str = &text[..floor(text, offset)];
    let line_start = before.rfind('\n').map_or(0, |at| at + 1);
    (before.matches('\n').count() + 1, before[line_start..].chars().count() + 1)
}

/// The start of the character that a byte belongs to.
fn floor(text: &str, offset: usize) -> usize {
    let offset = offset.min(text.len());
    (0..=offset).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}

/// Whether a name can be told: keys of ours are, and what else looks like one.
fn is_plain(key: &str) -> bool {
    key.len() <= 100
        && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.[]?".contains(&byte))
        && key.bytes().filter(u8::is_ascii_digit).count() < 6
}

/// The words of serde about a value, without the value, and what to do.
fn without_value(message: &str) -> (String, Option<String>) {
    let named = |prefix: &str| {
        let (name, rest) = message.strip_prefix(prefix)?.split_once('`')?;
        Some((name, rest))
    };
    if let Some((name, rest)) = named("unknown field `") {
        let name = if is_plain(name) { format!(" {name}") } else { String::new() };
        let keys = rest.split_once(", expected ").map(|(_, keys)| keys.replace('`', ""));
        let help = keys.map(|keys| {
            let keys = keys.trim_start_matches("one of ");
            match nearest(name.trim(), keys) {
                Some(meant) => format!("write {meant}; the keys here are {keys}"),
                None => format!("the keys here are {keys}"),
            }
        });
        return (format!("there is no key{name} here"), help);
    }
    if let Some((name, _)) = named("missing field `") {
        return (format!("the key {name} is missing"), Some("add it".to_owned()));
    }
    if let Some((name, _)) = named("duplicate field `") {
        return (format!("the key {name} stands twice"), Some("keep one".to_owned()));
    }
    for prefix in ["invalid type: ", "invalid value: ", "invalid length "] {
        if let Some(rest) = message.strip_prefix(prefix) {
            let kind = rest.split(['`', '"', ',']).next().unwrap_or_default().trim();
            let kind =
                if kind.is_empty() || !kind.bytes().all(|b| b.is_ascii_lowercase() || b == b' ') {
                    "something else"
                } else {
                    kind
                };
            return match rest.rsplit_once(", expected ") {
                Some((_, expected)) => {
                    let (kind, expected) = (readable(kind), readable(expected));
                    let quotes = expected.starts_with("a text") && kind.starts_with("a number");
                    let help = quotes.then(|| "put it in quotes".to_owned());
                    (format!("here stands {kind}, not {expected}"), help)
                }
                None => ("here stands something else than expected".to_owned(), None),
            };
        }
    }
    (message.replace('\n', " "), None)
}

/// The key among a list that a slip of the pen may have meant.
fn nearest<'k>(written: &str, keys: &'k str) -> Option<&'k str> {
    let slips = |key: &&str| slips(written, key);
    keys.split(", ").min_by_key(slips).filter(|key| slips(key) <= 2.min(written.len() / 2))
}

/// How many letters must be put in, left out or changed to make one word of another (Levenshtein).
fn slips(one: &str, other: &str) -> usize {
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (at, letter) in one.bytes().enumerate() {
        let mut diagonal = row[0];
        row[0] = at + 1;
        for (place, wanted) in other.bytes().enumerate() {
            let changed = diagonal + usize::from(letter != wanted);
            diagonal = row[place + 1];
            row[place + 1] = changed.min(row[place] + 1).min(diagonal + 1);
        }
    }
    row[other.len()]
}

/// Words of serde in words of TOML and JSON.
fn readable(kind: &str) -> &str {
    match kind {
        "string" | "a string" => "a text in quotes",
        "integer" | "floating point" => "a number without quotes",
        "boolean" | "a boolean" => "true or false",
        "map" => "a table",
        "sequence" | "a sequence" => "a list",
        "null" | "unit value" => "nothing",
        other => match other.strip_prefix("struct ") {
            Some(_) => "a table",
            None => other,
        },
    }
}
