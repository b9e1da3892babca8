//! Which mask each text got, numbered in order of appearance.

use std::collections::{HashMap, HashSet};

use uuid::Uuid;

use super::invented;
use super::table::Mask;
use crate::rules::ALLOWED_FILE_TYPES;

/// The masks given so far.
#[derive(Debug, Default)]
pub(super) struct Masks {
    given: HashMap<(Kind, String), String>,
    counts: HashMap<Kind, u64>,
    /// Texts of the message being masked: no mask is one of them.
    avoided: HashSet<String>,
}

/// What is numbered apart from what.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Kind {
    Words(&'static str),
    Digits(usize),
    Uuid,
    Mail,
    Telephone,
    Address,
    Filename,
    License,
}

/// A mask that happens to be a text of the message is passed over, so many times at most: a message may
/// hold all there are.
const TRIES: u32 = 16;

impl Masks {
    pub(super) fn avoid(&mut self, texts: HashSet<String>) {
        self.avoided = texts;
    }

    pub(super) fn masked(&mut self, mask: Mask, text: &str) -> String {
        match mask {
            Mask::Number | Mask::Id => self.id(text),
            Mask::Words(words) => self.words(words, text),
            Mask::Value if is_number(text) => self.id(text),
            Mask::Value => self.words("Tekst ", text),
            Mask::Mail if !text.contains('@') => self.words("Tekst ", text),
            Mask::Mail => self.given(Kind::Mail, text, &|number| {
                Some(format!("person-{number}@example.invalid"))
            }),
            Mask::Telephone => {
                self.given(Kind::Telephone, text, &|number| Some(invented::digits(number, 8)))
            }
            Mask::Address => {
                let number = self.given(Kind::Address, text, &|number| Some(number.to_string()));
                let scheme = text.split_once("://").map(|(scheme, _)| scheme);
                let scheme = scheme.filter(|scheme| {
                    ["https", "http"].iter().any(|known| scheme.eq_ignore_ascii_case(known))
                });
                // That an address has no scheme may be the fault to report.
                match scheme {
                    Some(scheme) => format!("{scheme}://example.invalid/{number}"),
                    None => format!("example.invalid/{number}"),
                }
            }
            Mask::Filename => {
                let number = self.given(Kind::Filename, text, &|number| Some(number.to_string()));
                let extension = text.rsplit_once('.').and_then(|(_, found)| known_extension(found));
                match extension {
                    Some(extension) => format!("fil-{number}.{extension}"),
                    None => format!("fil-{number}"),
                }
            }
            Mask::MediaType => {
                media_type(text).unwrap_or_else(|| "application/octet-stream".to_owned())
            }
            Mask::License => self.given(Kind::License, text, &|number| {
                Some(format!("XX{}", invented::digits(number, 5)))
            }),
            Mask::Code(is_code, _) if is_code(text) => text.to_owned(),
            Mask::Code(_, words) => self.words(words, text),
            Mask::Letters => text.to_owned(),
        }
    }

    pub(super) fn uuid(&mut self, uuid: Uuid) -> Uuid {
        let text = self.uuid_text(uuid);
        // Only UUIDs are given for UUIDs.
        Uuid::try_parse(&text).unwrap_or(uuid)
    }

    fn uuid_text(&mut self, uuid: Uuid) -> String {
        let make = |number| Some(invented::uuid(number).to_string());
        self.given(Kind::Uuid, &uuid.to_string(), &make)
    }

    fn words(&mut self, words: &'static str, text: &str) -> String {
        self.given(Kind::Words(words), text, &|number| Some(format!("{words}{number}")))
    }

    /// A number keeps its form: each run of digits becomes another of its length.
    fn id(&mut self, text: &str) -> String {
        if let Ok(uuid) = Uuid::try_parse(text)
            && text.len() == 36
        {
            return self.uuid_text(uuid);
        }
        if !is_number(text) {
            return self.words("id-", text);
        }
        // A personal number in two parts is the same number.
        if let Some((day, rest)) = text.split_once('-')
            && day.len() == 6
            && rest.len() == 4
            && text.bytes().filter(u8::is_ascii_digit).count() == 10
        {
            let whole = self.digits(&format!("{day}{rest}"));
            return format!("{}-{}", &whole[..6], &whole[6..]);
        }
        let mut masked = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(at) = rest.find(|c: char| c.is_ascii_digit()) {
            masked.push_str(&rest[..at]);
            rest = &rest[at..];
            let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
            masked.push_str(&self.digits(&rest[..end]));
            rest = &rest[end..];
        }
        masked + rest
    }

    fn digits(&mut self, digits: &str) -> String {
        let length = digits.len();
        self.given(Kind::Digits(length), digits, &|number| match length {
            8 => invented::cvr(number),
            10 => Some(invented::cpr(number)),
            13 => Some(invented::gln(number)),
            _ => Some(invented::digits(number, length)),
        })
    }

    /// The mask a text was given before, or the next one.
    fn given(&mut self, kind: Kind, text: &str, make: &dyn Fn(u64) -> Option<String>) -> String {
        let key = (kind, text.to_owned());
        if let Some(given) = self.given.get(&key) {
            return given.clone();
        }
        let count = self.counts.entry(kind).or_default();
        let mut tries = 0;
        let mask = loop {
            *count += 1;
            let Some(mask) = make(*count) else { continue };
            tries += 1;
            if tries >= TRIES || !self.avoided.contains(&mask) {
                break mask;
            }
        };
        self.given.insert(key, mask.clone());
        mask
    }
}

/// Digits with signs between them, and the words that stand before numbers.
fn is_number(text: &str) -> bool {
    let mut words = text.split(|c: char| !c.is_alphabetic()).filter(|word| !word.is_empty());
    text.is_ascii()
        && text.bytes().any(|byte| byte.is_ascii_digit())
        && words.all(|word| ["CPR", "CVR", "RID", "PID", "SE", "DK"].contains(&word))
}

/// An extension that names a type and nothing else, in lower case.
fn known_extension(extension: &str) -> Option<String> {
    let extension = extension.to_ascii_lowercase();
    let others = ["zip", "ics", "eml", "msg", "md", "jpe", "htm", "xhtml", "svg", "webp"];
    let allowed = ALLOWED_FILE_TYPES.iter().flat_map(|allowed| allowed.extensions);
    let is_known = allowed.chain(&others).any(|known| *known == extension);
    is_known.then_some(extension)
}

/// Type and subtype as written, and the character set; other parameters may say anything.
fn media_type(text: &str) -> Option<String> {
    let mut parts = text.split(';');
    let (kind, subtype) = parts.next()?.trim().split_once('/')?;
    let known =
        ["application", "audio", "font", "image", "message", "model", "multipart", "text", "video"];
    let is_known = known.iter().any(|known| kind.eq_ignore_ascii_case(known));
    let is_plain = !subtype.is_empty()
        && subtype.len() <= 80
        && subtype.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+.-_".contains(&byte))
        && subtype.bytes().filter(u8::is_ascii_digit).count() < 6;
    if !(is_known && is_plain) {
        return None;
    }
    let charset = parts.find_map(|parameter| {
        let (name, value) = parameter.trim().split_once('=')?;
        let value = value.trim_matches('"');
        let known = ["utf-8", "utf-16", "iso-8859-1", "iso-8859-15", "windows-1252", "us-ascii"];
        let is_known = known.iter().any(|known| value.eq_ignore_ascii_case(known));
        (name.eq_ignore_ascii_case("charset") && is_known).then_some(value)
    });
    let charset = charset.map(|charset| format!("; charset={charset}")).unwrap_or_default();
    Some(format!("{kind}/{subtype}{charset}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mask_has_the_form_of_what_it_masks() {
        let mut masks = Masks::default();
        for (mask, text, expected) in [
            (Mask::Number, "0101010000", "6101000001"),
            (Mask::Number, "12345678", "00000019"),
            (Mask::Number, "0202020000", "6101000002"),
            (Mask::Value, "0101010000", "6101000001"),
            (Mask::Id, "010101-0000", "610100-0001"),
            (Mask::Number, "CVR:12345678-RID:998877", "CVR:00000019-RID:000001"),
            (Mask::Number, "12345678_0101010000", "00000019_6101000001"),
            (Mask::Number, "5798000012345", "0000000000017"),
            (Mask::Number, "-5", "-1"),
            (Mask::Number, "Hans 3", "id-1"),
            (Mask::Id, "MSG-12345", "id-2"),
            (
                Mask::Id,
                "8C2EA15D-61FB-4BA9-9366-42F8B194C114",
                "00000000-0000-4000-8000-000000000001",
            ),
            (
                Mask::Id,
                "8c2ea15d-61fb-4ba9-9366-42f8b194c114",
                "00000000-0000-4000-8000-000000000001",
            ),
            (Mask::Value, "Hans", "Tekst 1"),
            (Mask::Mail, "hans@example.dk", "person-1@example.invalid"),
            (Mask::Mail, "hans", "Tekst 2"),
            (Mask::Telephone, "+45 12 34 56 78", "00000001"),
            (Mask::Address, "HTTPS://example.dk/hans", "HTTPS://example.invalid/1"),
            (Mask::Address, "http://example.dk/hans", "http://example.invalid/2"),
            (Mask::Address, "hans://example.dk", "example.invalid/3"),
            (Mask::Filename, "Hans.PDF", "fil-1.pdf"),
            (Mask::Filename, "Til.Hans", "fil-2"),
            (Mask::Filename, "Hans.PDF", "fil-1.pdf"),
            (
                Mask::MediaType,
                "text/plain; name=\"Hans\"; charset=UTF-8",
                "text/plain; charset=UTF-8",
            ),
            (Mask::MediaType, "hans/jensen", "application/octet-stream"),
            (Mask::MediaType, "text/0101010000", "application/octet-stream"),
            (Mask::License, "AB12345", "XX00001"),
        ] {
            assert_eq!(masks.masked(mask, text), expected, "{text}");
        }
    }

    #[test]
    fn no_mask_is_a_text_of_the_message_as_long_as_there_are_others() {
        let mut masks = Masks::default();
        masks.avoid((1..4).map(|number| format!("Navn {number}")).collect());
        assert_eq!(masks.masked(Mask::Words("Navn "), "Navn 1"), "Navn 4");
        let mut masks = Masks::default();
        masks.avoid((0..10_000).map(|number| format!("{number:04}")).collect());
        assert_eq!(masks.masked(Mask::Number, "0001"), "0016");
    }
}
