//! Texts as values of fields, and back.

use serde_json::{Value, json};

use super::{FieldKind, LIST_ENTRIES, LONG_CHARACTERS, TEXT_CHARACTERS};
use crate::day::Day;
use crate::ids::Key;
use crate::objects::ChoiceOption;
use crate::text::Language;
use crate::time_of_day::{NotATimeOfDay, TimeOfDay};

/// A text is no value of a field. Says the rule, not the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NotAValue {
    /// Longer than it may be.
    #[error("it is longer than {0} characters")]
    TooLong(usize),
    /// No whole number.
    #[error("it is a whole number, 0 or more")]
    NotACount,
    /// No number.
    #[error("it is a number, 0 or more")]
    NotANumber,
    /// No share.
    #[error("it is a share between 0 and 1, or a per cent with its sign")]
    NotAShare,
    /// Outside a scale.
    #[error("it is a whole number between {0} and {1}")]
    OffScale(u8, u8),
    /// No day.
    #[error("it is a day, written 2026-03-01 or 01-03-2026")]
    NotADay,
    /// No time of day.
    #[error(transparent)]
    NotATime(#[from] NotATimeOfDay),
    /// Neither yes nor no.
    #[error("it is yes or no")]
    NotAFlag,
    /// Not in the list.
    #[error("it is none of the choices")]
    NotAChoice,
    /// No key.
    #[error("it is no key of an object: {0}")]
    NotAKey(#[from] crate::ids::NotAKey),
    /// More entries than it may have.
    #[error("it has more than {LIST_ENTRIES} entries")]
    TooMany,
    /// A part is not written as one text.
    #[error("it is made of several fields")]
    NotOneText,
}

/// Reads what somebody wrote; empty is null.
pub(super) fn read(kind: FieldKind, text: &str) -> Result<Value, NotAValue> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(match kind {
            FieldKind::Text | FieldKind::Long => json!(""),
            FieldKind::Words | FieldKind::Refs(_) | FieldKind::Roles => json!([]),
            FieldKind::Flag => json!(false),
            FieldKind::Count => json!(0),
            _ => Value::Null,
        });
    }
    match kind {
        FieldKind::Text => bounded(text, TEXT_CHARACTERS).map(|text| json!(text)),
        FieldKind::Long => bounded(text, LONG_CHARACTERS).map(|text| json!(text)),
        FieldKind::Count => {
            let digits: String =
                text.chars().filter(|c| !matches!(c, '.' | ' ' | '\u{a0}')).collect();
            digits.parse::<u32>().map(|count| json!(count)).map_err(|_| NotAValue::NotACount)
        }
        FieldKind::Number => number(text).ok_or(NotAValue::NotANumber).map(|number| json!(number)),
        FieldKind::Share => {
            let share = match text.strip_suffix('%') {
                Some(percent) => number(percent.trim()).map(|percent| percent / 100.0),
                None => number(text),
            };
            let share = share.filter(|share| *share <= 1.0);
            share.ok_or(NotAValue::NotAShare).map(|share| json!(share))
        }
        FieldKind::Scale(from, to) => {
            let read = text.parse::<u8>().ok().filter(|read| (from..=to).contains(read));
            read.ok_or(NotAValue::OffScale(from, to)).map(|read| json!(read))
        }
        FieldKind::Day => day(text).ok_or(NotAValue::NotADay).map(|day| json!(day)),
        FieldKind::Time => Ok(json!(text.parse::<TimeOfDay>()?)),
        FieldKind::Flag => match text.to_lowercase().as_str() {
            "true" | "yes" | "ja" | "on" | "1" | "x" => Ok(json!(true)),
            "false" | "no" | "nej" | "off" | "0" => Ok(json!(false)),
            _ => Err(NotAValue::NotAFlag),
        },
        FieldKind::OneOf(options) => {
            let lower = text.to_lowercase();
            let same = |option: &&ChoiceOption| {
                option.word == text
                    || option.da.to_lowercase() == lower
                    || option.en.to_lowercase() == lower
            };
            let found = options.iter().find(same).ok_or(NotAValue::NotAChoice)?;
            Ok(json!(found.word))
        }
        FieldKind::Key | FieldKind::Ref(_) | FieldKind::Archetype => {
            Ok(json!(text.parse::<Key>()?))
        }
        FieldKind::Refs(_) | FieldKind::Roles => {
            let keys: Result<Vec<Key>, _> = entries(text).map(str::parse).collect();
            let mut keys = keys?;
            keys.sort();
            keys.dedup();
            if keys.len() > LIST_ENTRIES { Err(NotAValue::TooMany) } else { Ok(json!(keys)) }
        }
        FieldKind::Words => {
            let words: Vec<&str> =
                text.lines().map(str::trim).filter(|word| !word.is_empty()).collect();
            if words.len() > LIST_ENTRIES {
                return Err(NotAValue::TooMany);
            }
            words.iter().try_for_each(|word| bounded(word, TEXT_CHARACTERS).map(|_| ()))?;
            Ok(json!(words))
        }
        FieldKind::Parts(_) | FieldKind::Part(_) => Err(NotAValue::NotOneText),
    }
}

/// Writes a value as [`read`] reads it.
pub(super) fn write(kind: FieldKind, value: &Value) -> String {
    match value {
        Value::Null | Value::Object(_) => String::new(),
        Value::Bool(flag) => flag.to_string(),
        Value::Number(number) => number.to_string(),
        Value::String(text) => text.clone(),
        Value::Array(entries) => {
            let separator = if kind == FieldKind::Words { "\n" } else { ", " };
            let texts: Vec<&str> = entries.iter().filter_map(Value::as_str).collect();
            texts.join(separator)
        }
    }
}

/// Shows a value to readers.
pub(super) fn show(kind: FieldKind, value: &Value, language: Language) -> String {
    match (kind, value) {
        (FieldKind::OneOf(options), Value::String(word)) => {
            let found = options.iter().find(|option| option.word == word);
            found.map_or_else(|| word.clone(), |option| option.label(language).to_owned())
        }
        (FieldKind::Flag, Value::Bool(flag)) => match (language, flag) {
            (Language::Da, true) => "ja".to_owned(),
            (Language::Da, false) => "nej".to_owned(),
            (Language::En, true) => "yes".to_owned(),
            (Language::En, false) => "no".to_owned(),
        },
        (FieldKind::Share, Value::Number(share)) => {
            format!("{:.0} %", share.as_f64().unwrap_or_default() * 100.0)
        }
        (FieldKind::Parts(_), Value::Array(parts)) => parts.len().to_string(),
        (FieldKind::Words, Value::Array(_)) => write(kind, value).replace('\n', ", "),
        _ => write(kind, value),
    }
}

fn bounded(text: &str, characters: usize) -> Result<&str, NotAValue> {
    if text.chars().count() > characters { Err(NotAValue::TooLong(characters)) } else { Ok(text) }
}

/// With a decimal point, or the Danish way: `1.234,5`.
fn number(text: &str) -> Option<f64> {
    let danish = text.contains(',');
    let plain: String = text
        .chars()
        .filter(|c| !(matches!(c, ' ' | '\u{a0}') || danish && *c == '.'))
        .map(|c| if c == ',' { '.' } else { c })
        .collect();
    plain.parse::<f64>().ok().filter(|number| number.is_finite() && *number >= 0.0)
}

/// `2026-03-01`, or the Danish way: `01-03-2026`, `1.3.2026`, `1/3-2026`.
fn day(text: &str) -> Option<Day> {
    if let Ok(day) = text.parse() {
        return Some(day);
    }
    let parts: Vec<&str> = text.split(['-', '.', '/']).collect();
    let [day, month, year] = parts.as_slice() else { return None };
    Day::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok()
}

fn entries(text: &str) -> impl Iterator<Item = &str> {
    text.split([',', ';', '\n']).map(str::trim).filter(|entry| !entry.is_empty())
}
