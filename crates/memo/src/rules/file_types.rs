//! Which types of file there are: the list of allowed ones, their extensions, and how media types are
//! written.

use super::Report;
use super::values::is_blank;
use crate::finding::Word;
use crate::outline::Element;
use crate::policy::Policy;
use crate::rulebook;

/// The media type without parameters; none when the text has no form of one.
///
/// Source: RFC 2045, section 5.1.
pub(crate) fn media_type(encoding_format: &str) -> Option<&str> {
    let (media_type, parameters) = match encoding_format.split_once(';') {
        Some((media_type, parameters)) => (media_type.trim_end_matches(' '), Some(parameters)),
        None => (encoding_format, None),
    };
    let (kind, subtype) = media_type.split_once('/')?;
    let fits = is_token(kind) && is_token(subtype);
    let fits = fits && parameters.is_none_or(|parameters| parameters.split(';').all(is_parameter));
    fits.then_some(media_type)
}

fn is_token(text: &str) -> bool {
    let is_in_token = |byte: u8| {
        byte.is_ascii_alphanumeric()
            || matches!(byte, b'-' | b'.' | b'+' | b'_' | b'!' | b'#'..=b'\'' | b'*' | b'^' | b'`' | b'{'..=b'~')
    };
    !text.is_empty() && text.bytes().all(is_in_token)
}

/// `name=value`; a quoted value may hold anything but quotes. A last semicolon alone does no harm.
fn is_parameter(text: &str) -> bool {
    let text = text.trim_matches(' ');
    let Some((name, value)) = text.split_once('=') else { return text.is_empty() };
    let unquoted = value.strip_prefix('"').and_then(|value| value.strip_suffix('"'));
    is_token(name) && unquoted.map_or_else(|| is_token(value), |value| !value.contains('"'))
}

/// MEMO-R-121 and MEMO-R-123: checks type and extension of a file. The name is none when it has none.
pub(super) fn file_type(
    media_type: &str,
    (format, name): (Element<'_>, Option<(Element<'_>, &str)>),
    kind: DocumentKind,
    policy: &Policy,
    report: &mut Report<'_>,
) {
    let is_it = |known: &&FileType| known.encoding_format.eq_ignore_ascii_case(media_type);
    let allowed = policy.file_types.iter().find(is_it);
    let for_technical_alone = Word::Phrase(
        "; den hører kun til i TechnicalDocument",
        "; it belongs in TechnicalDocument only",
    );
    match allowed {
        None => report.at(format, &rulebook::FILE_TYPE, &[Word::Phrase("", "")]),
        Some(allowed) if !allowed.is_allowed_in(kind) => {
            report.at(format, &rulebook::FILE_TYPE, &[for_technical_alone]);
        }
        Some(_) => {}
    }
    // What a type is called is known of more types than a policy may allow.
    let known = allowed.or_else(|| ALLOWED_FILE_TYPES.iter().find(is_it));
    let Some((known, (element, name))) = known.zip(name) else { return };
    if !known.extensions.is_empty() && !is_blank(name) && !known.has_extension_of(name) {
        report.at(element, &rulebook::EXTENSION, &[Word::Name(&known.extensions.join(", "))]);
    }
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
    ALLOWED_FILE_TYPES.iter().any(|allowed| {
        allowed.encoding_format.eq_ignore_ascii_case(media_type)
            && allowed.has_extension_of(filename)
            && allowed.is_allowed_in(kind)
    })
}

impl FileType {
    fn is_allowed_in(&self, kind: DocumentKind) -> bool {
        self.kind == DocumentKind::ForPeople || kind == DocumentKind::Technical
    }

    fn has_extension_of(&self, filename: &str) -> bool {
        let extension = filename.rsplit_once('.').map(|(_, extension)| extension);
        extension.is_some_and(|extension| {
            self.extensions.iter().any(|fitting| fitting.eq_ignore_ascii_case(extension))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_media_type_has_a_type_a_subtype_and_perhaps_parameters() {
        for (text, expected) in [
            ("application/pdf", Some("application/pdf")),
            ("text/plain; charset=utf-8", Some("text/plain")),
            ("text/plain ;charset=\"utf-8\";", Some("text/plain")),
            ("application/vnd.ms-excel", Some("application/vnd.ms-excel")),
            ("image/svg+xml", Some("image/svg+xml")),
            ("pdf", None),
            (".pdf", None),
            ("application/", None),
            ("/pdf", None),
            (" application/pdf", None),
            ("application/pdf ", None),
            ("application/p df", None),
            ("application/pdf/a", None),
            ("text/plain; utf-8", None),
            ("tekst/almindelig tekst", None),
            ("", None),
        ] {
            assert_eq!(media_type(text), expected, "{text:?}");
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
