//! HTML letters: what is left of them when everything that acts or calls home is gone.
//!
//! This is the inner of three walls. The cleaned letter stands in a sandboxed frame of its own, and
//! is sent with a policy that loads nothing.

use std::collections::{HashMap, HashSet};
use std::io::{self, Read};
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use ammonia::{Builder, UrlRelative};

use crate::limits::{CLEANING_MILLIS, CLEANING_STEP_BYTES, SHOWN_HTML_TAGS};
use crate::links::link;

/// Properties of style attributes that stay: how text looks, not where it lies or what it loads.
const STYLE: [&str; 38] = [
    "background-color",
    "border",
    "border-bottom",
    "border-collapse",
    "border-color",
    "border-left",
    "border-right",
    "border-spacing",
    "border-style",
    "border-top",
    "border-width",
    "color",
    "font-family",
    "font-size",
    "font-style",
    "font-weight",
    "height",
    "letter-spacing",
    "line-height",
    "list-style-type",
    "margin",
    "margin-bottom",
    "margin-left",
    "margin-right",
    "margin-top",
    "max-width",
    "min-width",
    "padding",
    "padding-bottom",
    "padding-left",
    "padding-right",
    "padding-top",
    "text-align",
    "text-decoration",
    "text-transform",
    "vertical-align",
    "white-space",
    "width",
];

static CLEANER: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let mut cleaner = Builder::default();
    cleaner
        .add_generic_attributes(["style", "lang", "dir", "title"])
        .add_tags(["font", "u", "section", "main"])
        .rm_tags(["map", "area"])
        .add_clean_content_tags(["title", "noscript", "template", "textarea", "select"])
        .tag_attributes(HashMap::from([
            ("a", HashSet::from(["href", "hreflang"])),
            ("img", HashSet::from(["src", "alt", "width", "height"])),
            ("font", HashSet::from(["color", "face", "size"])),
            ("table", HashSet::from(["border", "cellpadding", "cellspacing", "width", "align"])),
            ("td", HashSet::from(["colspan", "rowspan", "align", "valign", "width", "headers"])),
            ("th", HashSet::from(["colspan", "rowspan", "align", "valign", "width", "scope"])),
            ("ol", HashSet::from(["start", "type"])),
            ("col", HashSet::from(["span", "width"])),
            ("colgroup", HashSet::from(["span", "width"])),
        ]))
        .filter_style_properties(HashSet::from(STYLE))
        .url_schemes(HashSet::from(["https", "mailto", "tel", "data"]))
        .url_relative(UrlRelative::Deny)
        .link_rel(Some("noopener noreferrer"))
        .set_tag_attribute_value("a", "target", "_blank")
        .attribute_filter(|element, attribute, value| {
            let allowed = match (element, attribute) {
                ("img", "src") => is_picture(value),
                ("a", "href") => {
                    value.starts_with("mailto:")
                        || value.starts_with("tel:")
                        || link(value).is_some()
                }
                _ => true,
            };
            allowed.then(|| value.into())
        });
    cleaner
});

/// A picture that stands in the letter itself. SVG is left out: it is a document, not a picture.
fn is_picture(address: &str) -> bool {
    ["image/png", "image/jpeg", "image/gif", "image/webp"].iter().any(|kind| {
        let rest = address.get(..5).filter(|scheme| scheme.eq_ignore_ascii_case("data:"));
        rest.is_some() && address[5..].starts_with(&format!("{kind};base64,"))
    })
}

/// The letter takes too much time to clean to be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TooInvolved;

/// A whole document with the letter, cleaned. `title` and `language` are escaped here.
///
/// # Errors
/// When the letter is built to keep a parser busy. The rules for mending HTML compare each tag with
/// those still open, so that nesting a hundred thousand deep takes minutes.
pub(crate) fn letter(html: &str, title: &str, language: &str) -> Result<String, TooInvolved> {
    if html.bytes().filter(|byte| *byte == b'<').count() > SHOWN_HTML_TAGS {
        return Err(TooInvolved);
    }
    let budget = Budget {
        html: html.as_bytes(),
        until: Instant::now() + Duration::from_millis(CLEANING_MILLIS),
    };
    let cleaned = CLEANER.clean_from_reader(budget).map_err(|_| TooInvolved)?;
    Ok(document(&cleaned.to_string(), title, language))
}

/// Gives a letter to the parser in small steps, and stops when the time is over.
struct Budget<'a> {
    html: &'a [u8],
    until: Instant,
}

impl Read for Budget<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if Instant::now() > self.until {
            return Err(io::ErrorKind::TimedOut.into());
        }
        let step = buffer.len().min(CLEANING_STEP_BYTES);
        self.html.read(&mut buffer[..step])
    }
}

/// A document for the frame around a body that is clean already.
pub(crate) fn document(body: &str, title: &str, language: &str) -> String {
    let (title, language) = (ammonia::clean_text(title), ammonia::clean_text(language));
    format!(
        "<!DOCTYPE html>\n<html lang=\"{language}\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{title}</title>\n<style>\n{LETTER_CSS}</style>\n</head>\n<body>\n<main>\n{body}\n</main>\n</body>\n</html>\n"
    )
}

const LETTER_CSS: &str = "\
body { margin: 0; padding: 24px; max-width: 72ch; font: 16px/1.5 'IBM Plex Sans', system-ui, sans-serif; color: #1a1a1a; background: #fff; overflow-wrap: break-word; }
h1, h2, h3, h4 { line-height: 1.25; }
img { max-width: 100%; height: auto; }
table { border-collapse: collapse; max-width: 100%; }
td, th { padding: 4px 8px; text-align: left; vertical-align: top; }
a { color: #0b5563; }
";

/// Text of a stranger's file: UTF-8 (with or without a byte order mark), UTF-16 with one, else
/// Windows-1252, which every byte has a meaning in.
pub(crate) fn decode(bytes: &[u8]) -> String {
    match bytes {
        [0xEF, 0xBB, 0xBF, rest @ ..] => String::from_utf8_lossy(rest).into_owned(),
        [0xFF, 0xFE, rest @ ..] => utf16(rest, u16::from_le_bytes),
        [0xFE, 0xFF, rest @ ..] => utf16(rest, u16::from_be_bytes),
        _ => match std::str::from_utf8(bytes) {
            Ok(text) => text.to_owned(),
            Err(_) => bytes.iter().copied().map(windows_1252).collect(),
        },
    }
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> String {
    let (pairs, _) = bytes.as_chunks::<2>();
    char::decode_utf16(pairs.iter().copied().map(unit))
        .map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER))
        .collect()
}

fn windows_1252(byte: u8) -> char {
    const HIGH: [char; 32] = [
        '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž',
        '\u{8f}', '\u{90}', '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}',
        'ž', 'Ÿ',
    ];
    match byte {
        0x80..=0x9f => HIGH[usize::from(byte - 0x80)],
        _ => char::from(byte),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_acts_or_calls_home_is_left_of_a_letter() {
        for hostile in [
            "<script>alert(1)</script>",
            "<p onclick=\"alert(1)\">x</p>",
            "<a href=\"javascript:alert(1)\">x</a>",
            "<a href=\"JaVaScRiPt:alert(1)\">x</a>",
            "<a href=\"data:text/html,<script>alert(1)</script>\">x</a>",
            "<img src=\"https://ond.example/spor.gif\">",
            "<img src=\"data:image/svg+xml;base64,PHN2Zz4=\">",
            "<img src=x onerror=alert(1)>",
            "<svg><script>alert(1)</script></svg>",
            "<math><mtext></p><style><img src=x onerror=alert(1)></style>",
            "<iframe src=\"https://ond.example\"></iframe>",
            "<object data=\"https://ond.example\"></object>",
            "<form action=\"https://ond.example\"><input name=cpr><button>ok</button></form>",
            "<meta http-equiv=refresh content=\"0;url=https://ond.example\">",
            "<base href=\"https://ond.example/\">",
            "<link rel=stylesheet href=\"https://ond.example/a.css\">",
            "<style>@import url(https://ond.example/a.css)</style>",
            "<p style=\"background:url(https://ond.example/spor)\">x</p>",
            "<p style=\"position:fixed;top:0\">x</p>",
            "<table background=\"https://ond.example/spor.gif\"><tr><td>x</table>",
            "</main></body><script>alert(1)</script>",
        ] {
            let shown = letter(hostile, "t", "da").unwrap();
            let body = shown.split_once("<main>").unwrap().1.to_ascii_lowercase();
            for trace in [
                "ond.example",
                "script",
                "alert",
                "onerror",
                "<form",
                "<input",
                "<svg",
                "position",
                "<iframe",
                "<meta",
                "<base",
            ] {
                assert!(!body.contains(trace), "{hostile} left {trace}: {body}");
            }
        }
    }

    #[test]
    fn what_makes_a_letter_readable_stays() {
        let html = "<html><head><title>Ikke til at læse</title></head><body bgcolor=red><h1 style=\"color: navy; text-align: center\">Kære Mette</h1><p>Se \
                    <a href=\"https://kommune.example/tilbud\">tilbuddet</a>, skriv til \
                    <a href=\"mailto:info@kommune.example\">os</a>.</p>\
                    <table border=\"1\"><tr><th scope=\"row\">Pris</th><td>1.200 kr.</td></tr></table>\
                    <img src=\"data:image/png;base64,iVBORw0KGgo=\" alt=\"Våben\">";
        insta::assert_snapshot!(CLEANER.clean(html).to_string());
    }

    #[test]
    fn title_and_language_of_a_letter_cannot_leave_their_place() {
        let shown = letter("", "</title><script>alert(1)</script>", "da\"><script>").unwrap();
        assert!(!shown.contains("<script>"), "{shown}");
    }

    #[test]
    fn a_letter_built_to_keep_the_parser_busy_is_given_up_soon() {
        let bold: String = (0..9_000).map(|n| format!("<b id={n}>")).collect();
        for (what, hostile) in [
            ("nested elements", "<div>".repeat(100_000)),
            ("fewer nested elements", "<div>".repeat(19_000)),
            ("nested foreign elements", format!("<svg>{}", "<g>".repeat(19_000))),
            ("formatting to be opened again", format!("<p>{bold}{}", "</p><p>x".repeat(5_000))),
            ("misnested formatting", "<b><i><p></b></i>".repeat(4_000)),
            ("unknown neighbours", "<x></x>".repeat(9_000)),
            ("tables in tables", "<table><tr><td>".repeat(6_000)),
            ("text out of place", format!("<table>{}", "<tr>x".repeat(19_000))),
            (
                "attributes",
                format!("<p {}>", (0..100_000).map(|n| format!("a{n} ")).collect::<String>()),
            ),
            ("an open tag", format!("<p a=\"{}", "x".repeat(1_900_000))),
        ] {
            let start = Instant::now();
            let shown = letter(&hostile, "t", "da");
            let took = start.elapsed();
            assert!(took < Duration::from_secs(30), "{what} took {took:?}, {}", shown.is_ok());
        }
    }

    #[test]
    fn text_is_read_in_the_encoding_it_was_written_in() {
        for bytes in [
            "Kære Åse".as_bytes().to_vec(),
            "\u{feff}Kære Åse".as_bytes().to_vec(),
            b"K\xe6re \xc5se".to_vec(),
            [b"\xff\xfe".to_vec(), "Kære Åse".encode_utf16().flat_map(u16::to_le_bytes).collect()]
                .concat(),
            [b"\xfe\xff".to_vec(), "Kære Åse".encode_utf16().flat_map(u16::to_be_bytes).collect()]
                .concat(),
        ] {
            assert_eq!(decode(&bytes), "Kære Åse");
        }
        assert_eq!(decode(b"\x80 12 \x96 15"), "€ 12 – 15");
    }
}
