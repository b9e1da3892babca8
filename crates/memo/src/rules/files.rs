//! Rules about documents and files: names, types, lengths.

use super::{Measured, Report};
use crate::finding::Word;
use crate::outline::Element;
use crate::policy::Policy;
use crate::rulebook;

/// MEMO-R-127: checks the length of the whole document.
pub(super) fn length(
    root: Element<'_>,
    measured: Measured,
    policy: &Policy,
    report: &mut Report<'_>,
) {
    if let Some(length_bytes) = measured.length_bytes.filter(|bytes| *bytes > policy.message_bytes)
    {
        let words = [Word::Number(length_bytes), Word::Number(policy.message_bytes)];
        report.at(root, &rulebook::MESSAGE_TOO_LARGE, &words);
    }
}

/// Checks one `File`.
pub(super) fn file(file: Element<'_>, report: &mut Report<'_>) {
    if let Some(name) = file.child("filename")
        && name.text().is_some_and(|name| !filename_is_allowed(name))
    {
        report.at(name, &rulebook::FILENAME, &[]);
    }
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

/// Where in a message a file stands; technical documents may carry more types.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DocumentKind {
    /// The main document or an attachment.
    ForPeople,
    /// A technical document.
    Technical,
}

/// A file type of the project's own list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FileType {
    /// Media type, without parameters.
    pub encoding_format: &'static str,
    /// Extensions that fit it, without the dot.
    pub extensions: &'static [&'static str],
    /// Which documents may carry it; a technical document may carry every type.
    pub kind: DocumentKind,
}

const fn for_people(
    encoding_format: &'static str,
    extensions: &'static [&'static str],
) -> FileType {
    FileType { encoding_format, extensions, kind: DocumentKind::ForPeople }
}

const fn technical(encoding_format: &'static str, extensions: &'static [&'static str]) -> FileType {
    FileType { encoding_format, extensions, kind: DocumentKind::Technical }
}

/// The project's own list of allowed file types. The official list was out of reach.
pub const ALLOWED_FILE_TYPES: &[FileType] = &[
    for_people("application/pdf", &["pdf"]),
    for_people("text/plain", &["txt"]),
    for_people("text/html", &["html", "htm"]),
    for_people("application/rtf", &["rtf"]),
    for_people("application/msword", &["doc"]),
    for_people(
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        &["docx"],
    ),
    for_people("application/vnd.ms-excel", &["xls"]),
    for_people("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", &["xlsx"]),
    for_people("application/vnd.ms-powerpoint", &["ppt"]),
    for_people(
        "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        &["pptx"],
    ),
    for_people("application/vnd.oasis.opendocument.text", &["odt"]),
    for_people("application/vnd.oasis.opendocument.spreadsheet", &["ods"]),
    for_people("application/vnd.oasis.opendocument.presentation", &["odp"]),
    for_people("image/jpeg", &["jpg", "jpeg"]),
    for_people("image/png", &["png"]),
    for_people("image/gif", &["gif"]),
    for_people("image/tiff", &["tif", "tiff"]),
    for_people("image/bmp", &["bmp"]),
    technical("application/xml", &["xml"]),
    technical("text/xml", &["xml"]),
    technical("application/json", &["json"]),
    technical("text/csv", &["csv"]),
];

/// MEMO-R-121: whether extension and media type of a file are on the project's own list of allowed
/// types ([`ALLOWED_FILE_TYPES`]) and fit each other. Case and parameters do not matter.
pub fn file_type_is_allowed(filename: &str, encoding_format: &str, kind: DocumentKind) -> bool {
    let media_type = encoding_format.split(';').next().unwrap_or_default().trim();
    let Some((_, extension)) = filename.rsplit_once('.') else { return false };
    ALLOWED_FILE_TYPES.iter().any(|allowed| {
        allowed.encoding_format.eq_ignore_ascii_case(media_type)
            && allowed.extensions.iter().any(|fitting| fitting.eq_ignore_ascii_case(extension))
            && (allowed.kind == DocumentKind::ForPeople || kind == DocumentKind::Technical)
    })
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

    #[test]
    fn a_file_type_is_on_our_list_with_a_fitting_extension() {
        use DocumentKind::{ForPeople, Technical};
        for (filename, encoding_format, kind, allowed) in [
            ("a.pdf", "application/pdf", ForPeople, true),
            ("A.PDF", "Application/PDF", ForPeople, true),
            ("a.txt", "text/plain; charset=utf-8", ForPeople, true),
            ("a.b.jpeg", "image/jpeg", ForPeople, true),
            ("a.pdf", "text/plain", ForPeople, false),
            ("a.exe", "application/pdf", ForPeople, false),
            ("a.exe", "application/octet-stream", ForPeople, false),
            ("pdf", "application/pdf", ForPeople, false),
            ("a.xml", "text/xml", ForPeople, false),
            ("a.xml", "text/xml", Technical, true),
            ("a.pdf", "application/pdf", Technical, true),
            ("a.html", "text/html", ForPeople, true),
        ] {
            assert_eq!(
                file_type_is_allowed(filename, encoding_format, kind),
                allowed,
                "{filename} {encoding_format}"
            );
        }
    }
}
