//! What a file may be called.

use super::Report;
use super::message::not_blank;
use super::values::text;
use crate::finding::{Severity, Word};
use crate::outline::Element;
use crate::rulebook;

/// MEMO-R-005 and MEMO-R-010: checks a `filename`; gives the name when there is one.
pub(super) fn filename<'o>(
    element: Element<'o>,
    report: &mut Report<'_>,
) -> Option<(Element<'o>, &'o str)> {
    let name = text(element)?;
    if not_blank(element, report) {
        return None;
    }
    if let Some(character) = name.chars().find(|character| is_forbidden_in_filename(*character)) {
        let quoted = format!("«{character}»");
        let what = match character {
            '\r' | '\n' => Word::Phrase("et linjeskift", "a line break"),
            visible if visible.is_ascii() => Word::Name(&quoted),
            _ => Word::Phrase(
                "et særligt blanktegn, fx et hårdt mellemrum",
                "a special space, e.g. a no-break space",
            ),
        };
        report.at(element, &rulebook::FILENAME, &[what]);
    } else if let Some((danish, english)) = oddity(name) {
        let what = Word::Phrase(danish, english);
        report.at_most(Severity::Warning, element, &rulebook::FILENAME, &[what]);
    }
    Some((element, name))
}

/// MEMO-R-010: whether a file name is free of the characters Digital Post refuses.
///
/// Source: Digital Post, «Øget validering af filnavne og URI i Actions», 15 November 2024.
pub fn filename_is_allowed(name: &str) -> bool {
    !name.contains(is_forbidden_in_filename)
}

/// A file name that MEMO-R-010 allows: each run of refused characters becomes one hyphen.
pub fn repair_filename(name: &str) -> String {
    let mut repaired = String::with_capacity(name.len());
    let mut in_run = false;
    for character in name.chars() {
        let forbidden = is_forbidden_in_filename(character) || character.is_control();
        if !forbidden {
            repaired.push(character);
        } else if !in_run {
            repaired.push('-');
        }
        in_run = forbidden;
    }
    repaired
}

fn is_forbidden_in_filename(character: char) -> bool {
    matches!(
        character,
        '<' | '>' | ':' | '"' | '/' | '\\' | '|' | '?' | '*' | '\r' | '\n' | '\u{A0}' | '\u{2000}'
            ..='\u{200A}' | '\u{2028}' | '\u{205F}' | '\u{2060}' | '\u{3000}'
    )
}

/// What is not on the list of Digital Post, but gives trouble: Danish, English.
fn oddity(name: &str) -> Option<(&'static str, &'static str)> {
    if name.contains(|c: char| c.is_control() || c == '\u{2029}') {
        Some((
            "et styretegn; det står ikke på Digital Posts liste, men volder kvaler",
            "a control character; it is not on Digital Post's list, but gives trouble",
        ))
    } else if name.starts_with([' ', '.']) || name.ends_with([' ', '.']) {
        Some((
            "blanktegn eller punktum i begyndelsen eller slutningen; det står ikke på Digital Posts liste, men volder kvaler",
            "a space or dot at the beginning or the end; it is not on Digital Post's list, but gives trouble",
        ))
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_name_is_free_of_refused_characters_and_repair_makes_it_so() {
        for (name, repaired) in [
            ("Pladsanvisning.pdf", None),
            ("Besked fra Børneforvaltningen (2).pdf", None),
            ("a\u{2029}b.pdf", None), // not on the list
            ("", None),
            ("a/b.pdf", Some("a-b.pdf")),
            ("a\\b.pdf", Some("a-b.pdf")),
            ("a<>:b.pdf", Some("a-b.pdf")),
            ("\"a\".pdf", Some("-a-.pdf")),
            ("a|b?.pdf", Some("a-b-.pdf")),
            ("a*.pdf", Some("a-.pdf")),
            ("a\r\nb.pdf", Some("a-b.pdf")),
            ("a\u{A0}b.pdf", Some("a-b.pdf")),
            ("a\u{2000}\u{200A}b.pdf", Some("a-b.pdf")),
            ("a\u{2028}b.pdf", Some("a-b.pdf")),
            ("a\u{205F}b\u{2060}c\u{3000}.pdf", Some("a-b-c-.pdf")),
        ] {
            assert_eq!(filename_is_allowed(name), repaired.is_none(), "{name:?}");
            if let Some(repaired) = repaired {
                assert_eq!(repair_filename(name), repaired);
                assert!(filename_is_allowed(repaired));
            }
        }
    }
}
