//! Files in messages: what they are, what they are called, how they are sent to a browser.

use crate::limits::FILE_NAME_CHARACTERS;
use crate::texts::{Language, Texts};

/// What a page does with a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Cleaned and shown in a frame.
    Html,
    /// Shown by the browser's own viewer.
    Pdf,
    /// Shown in the page.
    Text,
    /// Shown in the page.
    Picture(&'static str),
    /// For download.
    Other,
}

impl Kind {
    /// By the media type the message declares.
    pub(crate) fn declared(encoding_format: &str) -> Self {
        let essence = encoding_format.split(';').next().unwrap_or_default().trim();
        match essence.to_ascii_lowercase().as_str() {
            "text/html" => Self::Html,
            "application/pdf" => Self::Pdf,
            "text/plain" => Self::Text,
            "image/png" => Self::Picture("image/png"),
            "image/jpeg" | "image/jpg" => Self::Picture("image/jpeg"),
            "image/gif" => Self::Picture("image/gif"),
            "image/webp" => Self::Picture("image/webp"),
            _ => Self::Other,
        }
    }

    /// Whether the first bytes are those of such a file. Text and HTML have no signature.
    pub(crate) fn fits(self, first: &[u8]) -> bool {
        match self {
            // Readers accept rubbish before the signature, within the first 1024 bytes.
            Self::Pdf => first.windows(5).any(|window| window == b"%PDF-"),
            Self::Picture("image/png") => first.starts_with(b"\x89PNG\r\n\x1a\n"),
            Self::Picture("image/jpeg") => first.starts_with(b"\xff\xd8\xff"),
            Self::Picture("image/gif") => first.starts_with(b"GIF8"),
            Self::Picture("image/webp") => {
                first.starts_with(b"RIFF") && first.get(8..12) == Some(b"WEBP")
            }
            _ => true,
        }
    }

    /// Name of its icon.
    pub(crate) fn icon(self, name: &str) -> &'static str {
        let extension = name.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase());
        match (self, extension.as_deref()) {
            (Self::Pdf, _) => "file-pdf",
            (Self::Picture(_), _) => "file-image",
            (Self::Other, Some("doc" | "docx" | "odt" | "rtf")) => "file-word",
            (Self::Other, Some("xls" | "xlsx" | "ods")) => "file-excel",
            (Self::Other, Some("tif" | "tiff" | "bmp")) => "file-image",
            (Self::Html | Self::Text, _) => "document",
            _ => "file",
        }
    }
}

/// The media type a file is sent with. Only types that cannot act are named when shown; anything
/// else is `application/octet-stream` unless it goes straight to disk.
pub(crate) fn content_type(kind: Kind, encoding_format: &str, download: bool) -> String {
    match kind {
        Kind::Pdf => "application/pdf".to_owned(),
        Kind::Picture(media_type) => media_type.to_owned(),
        Kind::Text if !download => "text/plain; charset=utf-8".to_owned(),
        _ if download && is_media_type(encoding_format) => encoding_format.to_owned(),
        _ => "application/octet-stream".to_owned(),
    }
}

/// `type/subtype` without parameters, in the letters that HTTP allows.
fn is_media_type(text: &str) -> bool {
    let token = |part: &str| {
        !part.is_empty()
            && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$&-^_.+".contains(&byte))
    };
    text.split_once('/').is_some_and(|(kind, subtype)| token(kind) && token(subtype))
}

/// A file name that is safe to show and to save under: no path, no control or direction marks, not
/// hidden, not over [`FILE_NAME_CHARACTERS`]. Keeps the extension.
pub(crate) fn safe_name(name: &str) -> String {
    let cleaned: String = name
        .chars()
        .map(|c| match c {
            '/' | '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|' => '-',
            c if c.is_control() || is_direction_mark(c) => '-',
            c if c.is_whitespace() => ' ',
            c => c,
        })
        .collect();
    let cleaned = cleaned.trim_matches(|c: char| c == '.' || c == ' ');
    if cleaned.is_empty() {
        return "fil".to_owned();
    }
    let length = cleaned.chars().count();
    if length <= FILE_NAME_CHARACTERS {
        return cleaned.to_owned();
    }
    let extension: String = match cleaned.rsplit_once('.') {
        Some((_, extension)) if extension.chars().count() <= 10 => format!(".{extension}"),
        _ => String::new(),
    };
    let kept = FILE_NAME_CHARACTERS - extension.chars().count();
    cleaned.chars().take(kept).chain(extension.chars()).collect()
}

/// Characters that turn the direction of text, so that `gpj.exe` reads `exe.jpg`.
fn is_direction_mark(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

/// The header `Content-Disposition`, with the name for old and for new browsers.
///
/// Source: RFC 6266 appendix D, RFC 8187.
pub(crate) fn disposition(download: bool, name: &str) -> String {
    let name = safe_name(name);
    let plain: String = name
        .chars()
        .flat_map(|c| match c {
            'æ' => vec!['a', 'e'],
            'ø' => vec!['o', 'e'],
            'å' => vec!['a', 'a'],
            'Æ' => vec!['A', 'e'],
            'Ø' => vec!['O', 'e'],
            'Å' => vec!['A', 'a'],
            '%' => vec!['_'],
            c if c.is_ascii() => vec![c],
            _ => vec!['_'],
        })
        .collect();
    let encoded: String = name
        .bytes()
        .map(|byte| match byte {
            byte if byte.is_ascii_alphanumeric() || b"!#$&+-.^_`|~".contains(&byte) => {
                char::from(byte).to_string()
            }
            byte => format!("%{byte:02X}"),
        })
        .collect();
    let way = if download { "attachment" } else { "inline" };
    format!("{way}; filename=\"{plain}\"; filename*=UTF-8''{encoded}")
}

/// A size in the unit that fits it; 1 kB is 1,000 bytes.
pub(crate) fn size(texts: Texts, bytes: u64) -> String {
    let tenths = |unit: u64| {
        let tenths = (bytes * 10 + unit / 2) / unit;
        let comma = match texts.language() {
            Language::Danish => ',',
            Language::English => '.',
        };
        match tenths % 10 {
            0 => (tenths / 10).to_string(),
            rest => format!("{}{comma}{rest}", tenths / 10),
        }
    };
    match bytes {
        0..1_000 => format!("{bytes} byte"),
        1_000..1_000_000 => format!("{} kB", tenths(1_000)),
        _ => format!("{} MB", tenths(1_000_000)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_name_cannot_leave_its_header_or_its_folder() {
        for (name, safe) in [
            ("brev.pdf", "brev.pdf"),
            ("../../etc/passwd", "-..-etc-passwd"),
            ("C:\\brev.pdf", "C--brev.pdf"),
            ("a\"; filename=\"b.exe", "a-; filename=-b.exe"),
            ("a\r\nSet-Cookie: x=1", "a--Set-Cookie- x=1"),
            ("faktura\u{202e}fdp.exe", "faktura-fdp.exe"),
            (".htaccess", "htaccess"),
            ("", "fil"),
            ("...", "fil"),
        ] {
            assert_eq!(safe_name(name), safe);
            let header = disposition(true, name);
            assert!(header.is_ascii() && !header.contains(['\r', '\n']), "{header}");
            assert_eq!(header.matches('"').count(), 2, "{header}");
        }
    }

    #[test]
    fn a_long_file_name_keeps_its_extension() {
        let name = safe_name(&format!("{}.pdf", "å".repeat(400)));
        assert_eq!(name.chars().count(), FILE_NAME_CHARACTERS);
        assert!(name.ends_with("å.pdf"));
    }

    #[test]
    fn a_danish_file_name_is_told_to_old_and_new_browsers() {
        assert_eq!(
            disposition(true, "Årsopgørelse 100%.pdf"),
            "attachment; filename=\"Aarsopgoerelse 100_.pdf\"; \
             filename*=UTF-8''%C3%85rsopg%C3%B8relse%20100%25.pdf"
        );
    }

    #[test]
    fn nothing_that_can_act_is_sent_to_be_shown() {
        for (declared, shown, saved) in [
            ("application/pdf", "application/pdf", "application/pdf"),
            (
                "TEXT/PLAIN; charset=iso-8859-1",
                "text/plain; charset=utf-8",
                "application/octet-stream",
            ),
            ("text/html", "application/octet-stream", "text/html"),
            ("image/svg+xml", "application/octet-stream", "image/svg+xml"),
            ("text/xml", "application/octet-stream", "text/xml"),
            ("image/jpg", "image/jpeg", "image/jpeg"),
            ("a/b\r\nx: y", "application/octet-stream", "application/octet-stream"),
            ("", "application/octet-stream", "application/octet-stream"),
        ] {
            let kind = Kind::declared(declared);
            assert_eq!(content_type(kind, declared, false), shown, "{declared}");
            assert_eq!(content_type(kind, declared, true), saved, "{declared}");
        }
    }

    #[test]
    fn a_file_is_shown_only_if_it_begins_like_what_it_says_it_is() {
        assert!(Kind::Pdf.fits(b"\xef\xbb\xbf%PDF-1.7"));
        assert!(!Kind::Pdf.fits(b"This is a test"));
        assert!(!Kind::Picture("image/png").fits(b"<svg/>"));
        assert!(Kind::Picture("image/webp").fits(b"RIFF\0\0\0\0WEBPVP8 "));
    }

    #[test]
    fn a_size_is_told_in_the_unit_that_fits_it() {
        let danish = Texts(Language::Danish);
        for (bytes, text) in [
            (0, "0 byte"),
            (999, "999 byte"),
            (1_000, "1 kB"),
            (12_345, "12,3 kB"),
            (99_500_000, "99,5 MB"),
        ] {
            assert_eq!(size(danish, bytes), text);
        }
        assert_eq!(size(Texts(Language::English), 12_345), "12.3 kB");
    }
}
