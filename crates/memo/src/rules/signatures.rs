//! Whether the content of a file is what its type says: MEMO-R-126, by its first and last bytes.

use super::Report;
use crate::finding::{Severity, Word};
use crate::outline::{ContentFacts, Element};
use crate::rulebook;

/// How files of a type begin and end.
struct Signature {
    media_types: &'static [&'static str],
    /// What such a file is called: Danish, English.
    name: (&'static str, &'static str),
    beginnings: &'static [&'static [u8]],
    /// Bytes that may stand before the beginning.
    lead_bytes: usize,
    end: Option<End>,
}

/// How an intact file ends.
struct End {
    /// What is missing from one that does not: Danish, English.
    name: (&'static str, &'static str),
    is_there: fn(&[u8]) -> bool,
    /// How sure it is that a file without it is cut off: programs append things of their own to some.
    severity: Severity,
}

const OLE: &[u8] = b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1";
const ZIP: &[u8] = b"PK\x03\x04";
const RTF: &[u8] = b"{\\rtf";

/// Sources: ISO 32000-1, 7.5; ISO/IEC 15948 (PNG); ITU-T T.81 (JPEG); GIF89a; TIFF 6.0; [MS-CFB];
/// APPNOTE.TXT (ZIP); Rich Text Format 1.9.1.
static SIGNATURES: [Signature; 9] = [
    Signature {
        media_types: &["application/pdf"],
        name: ("en PDF-fil", "a PDF file"),
        beginnings: &[b"%PDF-"],
        // Readers find the header within the first 1,024 bytes.
        lead_bytes: 13,
        end: Some(End {
            name: ("mærket %%EOF", "the mark %%EOF"),
            is_there: pdf_ends,
            severity: Severity::Info,
        }),
    },
    Signature {
        media_types: &["image/png"],
        name: ("et PNG-billede", "a PNG picture"),
        beginnings: &[b"\x89PNG\r\n\x1A\n"],
        lead_bytes: 0,
        end: Some(End {
            name: ("blokken IEND", "the chunk IEND"),
            is_there: |last| find(last, b"IEND").is_some(),
            severity: Severity::Warning,
        }),
    },
    Signature {
        media_types: &["image/jpeg"],
        name: ("et JPEG-billede", "a JPEG picture"),
        beginnings: &[b"\xFF\xD8\xFF"],
        lead_bytes: 0,
        end: Some(End {
            name: ("slutmærket FF D9", "the end marker FF D9"),
            is_there: |last| find(last, b"\xFF\xD9").is_some() || is_padding(last),
            severity: Severity::Info,
        }),
    },
    Signature {
        media_types: &["image/gif"],
        name: ("et GIF-billede", "a GIF picture"),
        beginnings: &[b"GIF87a", b"GIF89a"],
        lead_bytes: 0,
        end: Some(End {
            name: ("slutblokken 3B", "the trailer 3B"),
            is_there: |last| last.contains(&0x3B) || is_padding(last),
            severity: Severity::Info,
        }),
    },
    Signature {
        media_types: &["image/tiff"],
        name: ("et TIFF-billede", "a TIFF picture"),
        beginnings: &[b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"],
        lead_bytes: 0,
        end: None,
    },
    Signature {
        media_types: &["image/bmp"],
        name: ("et BMP-billede", "a BMP picture"),
        beginnings: &[b"BM"],
        lead_bytes: 0,
        end: None,
    },
    Signature {
        media_types: &["application/rtf", "text/rtf"],
        name: ("en RTF-fil", "an RTF file"),
        beginnings: &[RTF],
        lead_bytes: 0,
        end: None,
    },
    Signature {
        media_types: &[
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            "application/vnd.openxmlformats-officedocument.presentationml.presentation",
            "application/vnd.oasis.opendocument.text",
            "application/vnd.oasis.opendocument.spreadsheet",
            "application/vnd.oasis.opendocument.presentation",
        ],
        name: ("et kontordokument i ZIP", "an office document in ZIP"),
        beginnings: &[ZIP],
        lead_bytes: 0,
        end: None,
    },
    Signature {
        media_types: &[
            "application/msword",
            "application/vnd.ms-excel",
            "application/vnd.ms-powerpoint",
        ],
        name: ("et kontordokument af den gamle slags", "an office document of the old kind"),
        // Word has always saved RTF under the name of its own format when told to.
        beginnings: &[OLE, RTF],
        lead_bytes: 0,
        end: None,
    },
];

/// Checks the edges of a file that is not empty. Content still in its source has none to check.
pub(super) fn signature(
    element: Element<'_>,
    media_type: &str,
    facts: &ContentFacts,
    report: &mut Report<'_>,
) {
    let (first, last) = (facts.first_bytes(), facts.last_bytes());
    if first.is_empty() {
        return;
    }
    let Some(expected) = of_type(media_type) else { return };
    if !expected.begins(first) {
        let words = [
            Word::Phrase("begynder ikke som", "does not begin like"),
            Word::Phrase(expected.name.0, expected.name.1),
        ];
        report.at(element, &rulebook::SIGNATURE, &words);
    } else if let Some(end) = &expected.end
        && !(end.is_there)(last)
    {
        // A source that gives short reads has made libraries cut files off; that is still Base64.
        let words = [
            Word::Phrase(
                "ser afskåret ud; til sidst mangler",
                "looks cut off; at the end it lacks",
            ),
            Word::Phrase(end.name.0, end.name.1),
        ];
        report.at_most(end.severity, element, &rulebook::SIGNATURE, &words);
    }
}

fn of_type(media_type: &str) -> Option<&'static Signature> {
    SIGNATURES.iter().find(|signature| {
        signature.media_types.iter().any(|known| known.eq_ignore_ascii_case(media_type))
    })
}

/// Whether a file begins as those of a type do; false for types that begin in any way.
pub(crate) fn begins_as(media_type: &str, first: &[u8]) -> bool {
    of_type(media_type).is_some_and(|signature| signature.begins(first))
}

/// The one type that a file which begins so can only be, when its beginning is long enough to be sure.
pub(crate) fn told_by(first: &[u8]) -> Option<&'static str> {
    let sure = |signature: &&Signature| {
        signature.beginnings.iter().any(|known| known.len() > 2 && first.starts_with(known))
            && matches!(signature.media_types, [_] | ["application/rtf", ..])
    };
    SIGNATURES.iter().find(sure).map(|signature| signature.media_types[0])
}

impl Signature {
    fn begins(&self, first: &[u8]) -> bool {
        self.beginnings
            .iter()
            .any(|beginning| find(first, beginning).is_some_and(|at| at <= self.lead_bytes))
    }
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|window| window == wanted)
}

/// Programs fill files up; what stands before that is not known.
fn is_padding(last: &[u8]) -> bool {
    last.iter().all(|byte| matches!(byte, 0 | b'\t' | b'\n' | b'\r' | b' '))
}

/// A PDF ends in `%%EOF`, perhaps with white space after it.
fn pdf_ends(last: &[u8]) -> bool {
    find(last, b"%%EOF").is_some() || is_padding(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_begins_and_ends_as_its_type_does() {
        let of = |media_type: &str| {
            SIGNATURES.iter().find(|known| known.media_types.contains(&media_type)).unwrap()
        };
        for (media_type, first, begins) in [
            ("application/pdf", &b"%PDF-1.7\n%\xE2\xE3\xCF\xD3\n1 0"[..], true),
            ("application/pdf", b"\xEF\xBB\xBF%PDF-1.4\n1 0 o", true),
            ("application/pdf", b"This is a test", false),
            ("image/png", b"\x89PNG\r\n\x1A\n\0\0\0\rIHDR\0\0", true),
            ("image/jpeg", b"\xFF\xD8\xFF\xE0\0\x10JFIF\0", true),
            ("image/jpeg", b"\xFF\xD8", false),
            ("image/gif", b"GIF89a\x01\0\x01\0", true),
            ("image/tiff", b"II*\0\x08\0\0\0", true),
            ("application/rtf", b"{\\rtf1\\ansi", true),
            ("application/msword", OLE, true),
            ("application/msword", b"{\\rtf1\\ansi", true),
            ("application/msword", b"<html>", false),
            ("application/vnd.oasis.opendocument.text", b"PK\x03\x04\x14\0", true),
        ] {
            assert_eq!(of(media_type).begins(first), begins, "{media_type} {first:?}");
        }
        let ends =
            |media_type: &str, last: &[u8]| (of(media_type).end.as_ref().unwrap().is_there)(last);
        for (media_type, last, is_there) in [
            ("application/pdf", &b"startxref\n2149\n%%EOF"[..], true),
            ("application/pdf", b"2149\n%%EOF\r\n    \r\n", true),
            ("application/pdf", b"\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", true),
            ("application/pdf", b"0000 n\n0000000123 ", false),
            ("image/png", b"\x01\x02\0\0\0\0IEND\xAE\x42\x60\x82", true),
            ("image/png", b"\x01\x02\x03\x04", false),
            ("image/jpeg", b"\x12\x34\xFF\xD9", true),
            ("image/jpeg", b"\x12\x34\xFF\xD8", false),
            ("image/gif", b"\x02\x4C\x01\0\x3B", true),
            ("image/gif", b"\x02\x4C\x01", false),
        ] {
            assert_eq!(ends(media_type, last), is_there, "{media_type} {last:?}");
        }
    }
}
