//! Business rules that need nothing but the message. One function a rule; `docs/rules.md` lists them.

use uuid::Uuid;

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

/// MEMO-R-011: whether an address of an action is absolute, `https`, and has a host.
///
/// The scheme may be in any case, and letters outside ASCII are fine; official examples have them.
///
/// Source: Digital Post, «Øget validering af filnavne og URI i Actions», 15 November 2024.
pub fn entry_point_is_allowed(url: &str) -> bool {
    const SCHEME: &str = "https://";
    let Some((scheme, rest)) = url.split_at_checked(SCHEME.len()) else { return false };
    if !scheme.eq_ignore_ascii_case(SCHEME)
        || url.chars().any(|c| c.is_control() || c.is_whitespace() || c == '\\')
    {
        return false;
    }
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host_and_port = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let (host, port) = match host_and_port.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((address, port)) if address.parse::<std::net::Ipv6Addr>().is_ok() => {
            (address, port.strip_prefix(':'))
        }
        Some(_) => return false,
        None => match host_and_port.split_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (host_and_port, None),
        },
    };
    let port_fits = port.is_none_or(|port| port.is_empty() || port.parse::<u16>().is_ok());
    let is_host_character = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | '_' | ':');
    port_fits && host.chars().any(char::is_alphanumeric) && host.chars().all(is_host_character)
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

/// MEMO-R-018: whether a contact point id has the form of a UUID (any version), with hyphens.
pub fn contact_point_id_is_uuid(id: &str) -> bool {
    id.len() == 36 && Uuid::try_parse(id).is_ok()
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
    fn an_entry_point_is_an_absolute_https_address_with_a_host() {
        for (url, allowed) in [
            ("https://www.tusindfryd.example/spørgeskema.html", true),
            ("HTTPS://borger.example", true),
            ("https://borger.example:8443/a?b=c#d", true),
            ("https://[2001:db8::1]/", true),
            ("https://bruger@borger.example/", true),
            ("http://borger.example", false),
            ("https://", false),
            ("https:///side", false),
            ("https://?a", false),
            ("https://:443/", false),
            ("https://borger.example:99999/", false),
            ("https:borger.example", false),
            ("//borger.example", false),
            ("/side", false),
            ("borger.example", false),
            ("javascript:alert(1)", false),
            ("https://borger .example/", false),
            ("https://borger.example\\@ond.example/", false),
            ("https://a<b>/", false),
            ("https://[ikke-en-adresse]/", false),
            ("", false),
            ("httpsø//", false),
        ] {
            assert_eq!(entry_point_is_allowed(url), allowed, "{url:?}");
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

    #[test]
    fn a_contact_point_id_is_a_uuid_of_any_version() {
        for (id, is_uuid) in [
            ("241d39f6-998e-4929-b198-ccacbbf4b330", true),
            ("241D39F6-998E-1929-B198-CCACBBF4B330", true),
            ("241d39f6998e4929b198ccacbbf4b330", false),
            ("{241d39f6-998e-4929-b198-ccacbbf4b330}", false),
            ("22.33.44.55", false),
            ("", false),
        ] {
            assert_eq!(contact_point_id_is_uuid(id), is_uuid, "{id}");
        }
    }
}
