//! The fields of each register, described once: what forms, tables, exports and imports are made of.
//!
//! A description says what a field is called, what may stand in it, and what to write there. Reading a text
//! as the value of a field ([`Field::read`]) and writing it ([`Field::show`]) are here too, so that a form, a
//! column of a workbook and a line of CSV understand the same.

mod reading;
mod recorded;
mod registers;

use serde_json::Value;

pub use self::reading::NotAValue;
pub use self::recorded::{is_told_by_status, kind_name, recorded};
use crate::objects::{ChoiceOption, Kind};
use crate::text::Language;

/// Characters of a short text at most.
pub const TEXT_CHARACTERS: usize = 500;

/// Characters of a long text at most.
pub const LONG_CHARACTERS: usize = 20_000;

/// Entries of a list at most.
pub const LIST_ENTRIES: usize = 500;

/// What may stand in a field.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum FieldKind {
    /// A line of text.
    Text,
    /// Text of several lines.
    Long,
    /// A whole number, 0 or more.
    Count,
    /// A number, 0 or more, decimals allowed.
    Number,
    /// A share, 0 to 1, shown in per cent.
    Share,
    /// A whole number between two, both allowed.
    Scale(u8, u8),
    /// A day.
    Day,
    /// A time of day.
    Time,
    /// Yes or no.
    Flag,
    /// One of a list.
    OneOf(&'static [ChoiceOption]),
    /// A key of its own.
    Key,
    /// The key of another object of the programme.
    Ref(Kind),
    /// Keys of other objects.
    Refs(Kind),
    /// A list of words, one a line.
    Words,
    /// A role of the catalogue, or several.
    Roles,
    /// An archetype of the catalogue.
    Archetype,
    /// A list of parts, each with fields of its own.
    Parts(&'static [Field]),
    /// One part with fields of its own.
    Part(&'static [Field]),
}

/// One field.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Field {
    /// Its name in JSON.
    pub name: &'static str,
    /// Its label in Danish.
    pub da: &'static str,
    /// Its label in English.
    pub en: &'static str,
    /// What may stand in it.
    pub kind: FieldKind,
    /// It has to be filled in for the object to be complete.
    pub needed: bool,
    /// It is shown in tables.
    pub listed: bool,
}

/// A register: a kind of object that people fill in.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Register {
    /// Its kind.
    pub kind: Kind,
    /// What its keys begin with, for example `S`.
    pub prefix: &'static str,
    /// Its path in the pages, for example `systems`.
    pub path: &'static str,
    /// What several are called, in Danish.
    pub da: &'static str,
    /// In English.
    pub en: &'static str,
    /// What one is called, in Danish.
    pub one_da: &'static str,
    /// In English.
    pub one_en: &'static str,
    /// Its fields, in the order of forms.
    pub fields: &'static [Field],
}

impl Field {
    /// Its label for readers.
    pub fn label(&self, language: Language) -> &'static str {
        match language {
            Language::Da => self.da,
            Language::En => self.en,
        }
    }

    /// Reads what somebody wrote. An empty text is an absent value.
    ///
    /// # Errors
    ///
    /// [`NotAValue`], which names the rule and not the text.
    pub fn read(&self, text: &str) -> Result<Value, NotAValue> {
        reading::read(self.kind, text)
    }

    /// Writes a value as [`Field::read`] reads it.
    pub fn write(&self, value: &Value) -> String {
        reading::write(self.kind, value)
    }

    /// Shows a value to readers: labels in place of words, per cent in place of shares.
    pub fn show(&self, value: &Value, language: Language) -> String {
        reading::show(self.kind, value, language)
    }
}

impl Register {
    /// Every register, in the order of menus.
    pub const ALL: &'static [Self] = registers::ALL;

    /// The register of a kind.
    pub fn of(kind: Kind) -> Option<&'static Self> {
        Self::ALL.iter().find(|register| register.kind == kind)
    }

    /// The register of a path.
    pub fn at(path: &str) -> Option<&'static Self> {
        Self::ALL.iter().find(|register| register.path == path)
    }

    /// What several are called.
    pub fn name(&self, language: Language) -> &'static str {
        match language {
            Language::Da => self.da,
            Language::En => self.en,
        }
    }

    /// What one is called.
    pub fn one(&self, language: Language) -> &'static str {
        match language {
            Language::Da => self.one_da,
            Language::En => self.one_en,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::json;

    use super::*;

    /// A text that a field of a kind takes.
    fn sample(kind: FieldKind) -> &'static str {
        match kind {
            FieldKind::Text | FieldKind::Long | FieldKind::Words => "Ærøby",
            FieldKind::Count | FieldKind::Scale(..) => "3",
            FieldKind::Number => "2.5",
            FieldKind::Share => "0.98",
            FieldKind::Day => "2026-03-01",
            FieldKind::Time => "22:30",
            FieldKind::Flag => "true",
            FieldKind::OneOf(options) => options[0].word,
            FieldKind::Key | FieldKind::Ref(_) | FieldKind::Refs(_) => "S-001",
            FieldKind::Roles => "pm",
            FieldKind::Archetype => "AR1",
            FieldKind::Parts(_) | FieldKind::Part(_) => "",
        }
    }

    fn body(fields: &[Field]) -> Value {
        let entries = fields.iter().map(|field| {
            let value = match field.kind {
                FieldKind::Part(parts) => body(parts),
                FieldKind::Parts(parts) => json!([body(parts)]),
                kind => field.read(sample(kind)).unwrap(),
            };
            (field.name.to_owned(), value)
        });
        Value::Object(entries.collect())
    }

    #[test]
    fn every_field_described_is_a_field_of_its_object_and_takes_what_it_says() {
        for register in Register::ALL {
            let whole = body(register.fields);
            let kept = register.kind.checked(whole.clone());
            let kept = kept.unwrap_or_else(|error| panic!("{}: {error}", register.path));
            for field in register.fields {
                assert_eq!(kept[field.name], whole[field.name], "{}.{}", register.path, field.name);
            }
        }
    }

    #[test]
    fn what_is_written_reads_back_as_the_same_value() {
        for field in Register::ALL.iter().flat_map(|register| register.fields) {
            if matches!(field.kind, FieldKind::Part(_) | FieldKind::Parts(_)) {
                continue;
            }
            let value = field.read(sample(field.kind)).unwrap();
            assert_eq!(field.read(&field.write(&value)), Ok(value), "{}", field.name);
        }
    }

    #[test]
    fn registers_have_paths_and_prefixes_of_their_own() {
        let paths: BTreeSet<_> = Register::ALL.iter().map(|register| register.path).collect();
        let prefixes: BTreeSet<_> = Register::ALL.iter().map(|register| register.prefix).collect();
        assert_eq!((paths.len(), prefixes.len()), (Register::ALL.len(), Register::ALL.len()));
    }

    #[test]
    fn a_text_that_does_not_fit_is_refused_with_the_rule() {
        for (kind, text, rule) in [
            (FieldKind::Count, "-1", "whole number"),
            (FieldKind::Day, "1.3.2026x", "day"),
            (FieldKind::Time, "25:00", "time of day"),
            (FieldKind::Share, "1.5", "between 0 and 1"),
            (FieldKind::Scale(1, 5), "6", "between 1 and 5"),
            (FieldKind::Ref(Kind::System), "a b", "key"),
            (FieldKind::Flag, "maybe", "yes or no"),
            (FieldKind::Number, "NaN", "number"),
        ] {
            let field = Field { name: "x", da: "X", en: "X", kind, needed: false, listed: false };
            let refused = field.read(text).unwrap_err().to_string();
            assert!(refused.contains(rule), "{text}: {refused}");
        }
    }
}
