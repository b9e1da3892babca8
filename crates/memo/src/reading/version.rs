//! The attributes of the root: which version of the format a message is written in.

use super::elements::Resolved;
use super::model::Reader;
use crate::finding::Word;
use crate::rulebook;
use crate::values::MemoVersion;

const SCHEMA_VERSION_CHARACTERS: usize = 256;

impl Reader<'_> {
    /// Reads `memoVersion` and `memoSchVersion` from the root just opened and fixes the version that
    /// everything after is checked by.
    pub(super) fn root_attributes(&mut self) -> (MemoVersion, Option<String>) {
        let position = self.tokens.tag_position;
        self.check_attributes(None);
        let version = self.attribute("memoVersion");
        let schema_version = self.attribute("memoSchVersion");
        self.version = match version.as_deref().map(version_of) {
            Some(Some(Version::Known(version))) => {
                self.glimpse.version = Some(version);
                version
            }
            Some(Some(Version::Unknown(nearest))) => {
                self.report(&rulebook::UNKNOWN_VERSION, position, &[Word::Name(nearest.as_str())]);
                nearest
            }
            Some(None) => {
                let words =
                    [Word::Name("memoVersion"), Word::Phrase("et decimaltal", "a decimal number")];
                self.report(&rulebook::WRONG_FORM, position, &words);
                MemoVersion::V1_1
            }
            None => {
                self.report(&rulebook::MISSING_ATTRIBUTE, position, &[Word::Name("memoVersion")]);
                MemoVersion::V1_1
            }
        };
        match (&schema_version, self.version) {
            (None, MemoVersion::V1_1) => {
                self.report(
                    &rulebook::MISSING_ATTRIBUTE,
                    position,
                    &[Word::Name("memoSchVersion")],
                );
            }
            (Some(_), MemoVersion::V1_2) => {
                if !self.tolerates(&rulebook::SCHEMA_VERSION_IN_1_2, position, &[]) {
                    let words = [Word::Name("memoSchVersion")];
                    self.report(&rulebook::ATTRIBUTE_NOT_ALLOWED, position, &words);
                }
            }
            (Some(text), MemoVersion::V1_1) => {
                let length = text.chars().count();
                if length > SCHEMA_VERSION_CHARACTERS {
                    let words = [
                        Word::Name("memoSchVersion"),
                        Word::Number(length as u64),
                        Word::Number(SCHEMA_VERSION_CHARACTERS as u64),
                    ];
                    self.report(&rulebook::TOO_LONG, position, &words);
                }
            }
            (None, MemoVersion::V1_2) => {}
        }
        (self.version, schema_version)
    }

    fn attribute(&self, name: &str) -> Option<String> {
        let elements = &self.tokens.elements;
        let named = elements.attributes.iter().find(|attribute| {
            attribute.namespace == Resolved::None && elements.attribute_local(attribute) == name
        });
        named.map(|attribute| elements.attribute_value(attribute).to_owned())
    }
}

#[derive(Debug, PartialEq, Eq)]
enum Version {
    Known(MemoVersion),
    /// Neither 1.1 nor 1.2; checked as the nearest lower one, or 1.1 when there is none.
    Unknown(MemoVersion),
}

/// Reads a decimal number and compares it as one, so that `1.10` is 1.1. None when it is no number.
fn version_of(text: &str) -> Option<Version> {
    let text = text.trim_matches([' ', '\t', '\n', '\r']);
    let (negative, digits) = match text.as_bytes().first() {
        Some(b'-') => (true, &text[1..]),
        Some(b'+') => (false, &text[1..]),
        _ => (false, text),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let is_number = !(whole.is_empty() && fraction.is_empty())
        && whole.bytes().chain(fraction.bytes()).all(|byte| byte.is_ascii_digit());
    if !is_number {
        return None;
    }
    let (whole, fraction) = (whole.trim_start_matches('0'), fraction.trim_end_matches('0'));
    Some(match (negative, whole, fraction) {
        (false, "1", "1") => Version::Known(MemoVersion::V1_1),
        (false, "1", "2") => Version::Known(MemoVersion::V1_2),
        (false, "1", fraction) if fraction > "2" => Version::Unknown(MemoVersion::V1_2),
        (false, "" | "1", _) | (true, ..) => Version::Unknown(MemoVersion::V1_1),
        (false, ..) => Version::Unknown(MemoVersion::V1_2),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_compared_as_a_number_and_an_unknown_one_is_checked_as_the_nearest_lower() {
        use MemoVersion::{V1_1, V1_2};
        for (text, expected) in [
            ("1.1", Some(Version::Known(V1_1))),
            ("1.10", Some(Version::Known(V1_1))),
            ("+01.20", Some(Version::Known(V1_2))),
            (" 1.2 ", Some(Version::Known(V1_2))),
            ("1.0", Some(Version::Unknown(V1_1))),
            ("1.15", Some(Version::Unknown(V1_1))),
            ("1.3", Some(Version::Unknown(V1_2))),
            ("1.25", Some(Version::Unknown(V1_2))),
            ("9", Some(Version::Unknown(V1_2))),
            ("0.5", Some(Version::Unknown(V1_1))),
            ("-1.2", Some(Version::Unknown(V1_1))),
            (".5", Some(Version::Unknown(V1_1))),
            ("1.", Some(Version::Unknown(V1_1))),
            ("1.1.0", None),
            ("1,2", None),
            (".", None),
            ("", None),
        ] {
            assert_eq!(version_of(text), expected, "{text:?}");
        }
    }
}
