//! Which values can be mended without guessing.

use crate::rules::{self, ACTION_CODES, POST_TYPES};
use crate::time::Timestamp;
use crate::values::{LocalDate, UtcDateTime, Uuid4};

/// A mended value, the rule it broke, and what was done to it in Danish and English.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Mended {
    pub(super) text: String,
    pub(super) rule: &'static str,
    pub(super) how: (&'static str, &'static str),
}

/// What is known of a value beside its text.
pub(super) struct Known<'a> {
    /// Name of its kind in the schema table.
    pub(super) kind: &'a str,
    pub(super) element: &'a str,
    /// The `idType` beside it, when there is one.
    pub(super) id_type: Option<&'a str>,
    /// Whether the schema accepts it.
    pub(super) valid: bool,
}

const UPPER: (&str, &str) = ("skrevet med store bogstaver", "written in upper case");
const DIGITS: (&str, &str) =
    ("skilletegn fjernet, så kun cifrene står", "separators removed so that only the digits stand");

/// The value as it should be; none when it is right or cannot be mended safely.
pub(super) fn mend(text: &str, known: &Known<'_>) -> Option<Mended> {
    let mended = |text: String, rule, how| Mended { text, rule, how };
    let found = match (known.kind, known.element) {
        ("MessageType", _) => {
            let upper = text.trim().to_uppercase();
            ["DIGITALPOST", "NEMSMS"]
                .contains(&upper.as_str())
                .then(|| mended(upper, "MEMO-S-009", UPPER))
        }
        ("Uuid4", _) => bare_uuid(text).map(|uuid| {
            let how = ("klammer og blanktegn fjernet", "braces and white space removed");
            mended(uuid, "MEMO-S-010", how)
        }),
        ("Boolean", _) => switch(text).map(|switch| {
            let rule = if known.valid { "MEMO-T-004" } else { "MEMO-S-007" };
            mended(
                switch.to_owned(),
                rule,
                ("skrevet som true eller false", "written as true or false"),
            )
        }),
        ("DateTime", _) => utc(text).map(|time| {
            let how = (
                "omregnet til UTC med Z, samme øjeblik",
                "converted to UTC with Z, the same instant",
            );
            mended(time, "MEMO-S-010", how)
        }),
        ("Date", _) => date(text).map(|date| {
            let rule = if known.valid { "MEMO-R-062" } else { "MEMO-S-007" };
            mended(date, rule, ("skrevet som ÅÅÅÅ-MM-DD", "written as YYYY-MM-DD"))
        }),
        ("Language", _) => language(text).map(|language| {
            let rule = if known.valid { "MEMO-R-125" } else { "MEMO-S-007" };
            let how = ("skrevet som to små bogstaver", "written as two lower-case letters");
            mended(language, rule, how)
        }),
        ("PNumber" | "GlnNumber", _) => digits(text, 1..=19)
            .filter(|_| !known.valid)
            .map(|digits| mended(digits, "MEMO-S-007", DIGITS)),
        (_, "idType") => {
            let upper = text.trim().to_uppercase();
            ["CPR", "CVR"].contains(&upper.as_str()).then(|| mended(upper, "MEMO-R-012", UPPER))
        }
        (_, "senderID" | "recipientID" | "representativeID") => {
            let id_type = known.id_type.unwrap_or_default().trim();
            let number = if id_type.eq_ignore_ascii_case("CVR") {
                cvr(text)
            } else if id_type.eq_ignore_ascii_case("CPR") {
                digits(text, 10..=10)
            } else {
                None
            };
            number.map(|number| mended(number, "MEMO-R-013", DIGITS))
        }
        (_, "cprNumber") => {
            digits(text, 10..=10).map(|number| mended(number, "MEMO-R-013", DIGITS))
        }
        (_, "cvrNumber") => cvr(text).map(|number| mended(number, "MEMO-R-013", DIGITS)),
        (_, "actionCode") => {
            let code = text.trim().to_uppercase().replace('Æ', "AE");
            ACTION_CODES.contains(&code.as_str()).then(|| mended(code, "MEMO-R-100", UPPER))
        }
        (_, "postType") => {
            let upper = text.trim().to_uppercase();
            POST_TYPES.contains(&upper.as_str()).then(|| mended(upper, "MEMO-R-080", UPPER))
        }
        (_, "filename") => (!rules::filename_is_allowed(text)).then(|| {
            let how = (
                "tegn, som afvises, erstattet af bindestreg",
                "refused characters replaced by hyphens",
            );
            mended(rules::repair_filename(text), "MEMO-R-010", how)
        }),
        (_, "url") => lower_scheme(text).map(|url| {
            let how = ("https skrevet med små bogstaver", "https written in lower case");
            mended(url, "MEMO-R-011", how)
        }),
        _ => None,
    };
    found.filter(|found| found.text != text)
}

fn bare_uuid(text: &str) -> Option<String> {
    let bare = text.trim();
    let bare = match bare.get(..9) {
        Some(urn) if urn.eq_ignore_ascii_case("urn:uuid:") => &bare[9..],
        _ => bare,
    };
    let bare = bare.strip_prefix('{').and_then(|bare| bare.strip_suffix('}')).unwrap_or(bare);
    Uuid4::parse(bare).is_ok().then(|| bare.to_owned())
}

fn switch(text: &str) -> Option<&'static str> {
    match text.trim().to_ascii_lowercase().as_str() {
        "true" | "1" => Some("true"),
        "false" | "0" | "" => Some("false"),
        _ => None,
    }
}

/// The same instant in UTC. A time without a zone could be any instant, so it stays as it is.
fn utc(text: &str) -> Option<String> {
    let text = text.trim().to_ascii_uppercase().replacen(' ', "T", 1);
    if UtcDateTime::parse(&text).is_ok() {
        return Some(text);
    }
    let (date, time) = text.split_once('T')?;
    let at_zone = time.find(['Z', '+', '-'])?;
    let (clock, zone) = time.split_at(at_zone);
    let clock =
        if clock.matches(':').count() == 1 { format!("{clock}:00") } else { clock.to_owned() };
    let written = format!("{date}T{clock}Z");
    let parsed = UtcDateTime::parse(&written).ok()?;
    let offset_seconds = match zone {
        "Z" => 0,
        _ => {
            let (hours, minutes) = zone[1..].split_once(':')?;
            if hours.len() != 2 || minutes.len() != 2 {
                return None;
            }
            let (hours, minutes) = (hours.parse::<i64>().ok()?, minutes.parse::<i64>().ok()?);
            if hours > 14 || minutes > 59 {
                return None;
            }
            let seconds = hours * 3600 + minutes * 60;
            if zone.starts_with('-') { -seconds } else { seconds }
        }
    };
    if offset_seconds == 0 {
        return Some(written);
    }
    let instant: Timestamp = parsed.timestamp().plus_seconds(-offset_seconds);
    Some(UtcDateTime::from(instant).as_str().to_owned())
}

/// A date without a zone, its month and day in two digits.
fn date(text: &str) -> Option<String> {
    let text = text.trim();
    if let Ok(date) = LocalDate::parse(text) {
        return if date.has_zone() {
            text.get(..10).map(str::to_owned)
        } else {
            Some(text.to_owned())
        }
        .filter(|date| LocalDate::parse(date).is_ok());
    }
    let mut parts = text.split('-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    let written = format!("{year:0>4}-{month:0>2}-{day:0>2}");
    let four_digits = year.len() == 4 && parts.next().is_none();
    (four_digits && LocalDate::parse(&written).is_ok_and(|date| !date.has_zone()))
        .then_some(written)
}

/// The language of `da-DK` is `da`.
fn language(text: &str) -> Option<String> {
    let code = text.trim().split(['-', '_']).next()?;
    (code.len() == 2 && code.bytes().all(|byte| byte.is_ascii_alphabetic()))
        .then(|| code.to_ascii_lowercase())
}

/// Digits with nothing but spaces, dots and hyphens between.
fn digits(text: &str, count: std::ops::RangeInclusive<usize>) -> Option<String> {
    let digits: String =
        text.chars().filter(|c| !matches!(c, ' ' | '.' | '-' | '\t' | '\n' | '\r')).collect();
    (count.contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit()))
        .then_some(digits)
}

fn cvr(text: &str) -> Option<String> {
    let text = text.trim();
    let bare = match text.get(..2) {
        Some(country) if country.eq_ignore_ascii_case("DK") => &text[2..],
        _ => text,
    };
    digits(bare, 8..=8)
}

fn lower_scheme(url: &str) -> Option<String> {
    let scheme = url.get(..6).filter(|scheme| scheme.eq_ignore_ascii_case("https:"))?;
    Some(scheme.to_ascii_lowercase() + &url[6..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_mended_only_where_its_meaning_is_plain() {
        let id = |id_type| Known { kind: "Text256", element: "senderID", id_type, valid: true };
        let of = |kind, element| Known { kind, element, id_type: None, valid: false };
        for (text, known, expected) in [
            ("digitalpost", of("MessageType", "messageType"), Some("DIGITALPOST")),
            (" NemSMS ", of("MessageType", "messageType"), Some("NEMSMS")),
            ("e-post", of("MessageType", "messageType"), None),
            (
                "{8C2EA15D-61FB-4BA9-9366-42F8B194C114}",
                of("Uuid4", "messageUUID"),
                Some("8C2EA15D-61FB-4BA9-9366-42F8B194C114"),
            ),
            (
                "urn:uuid:8c2ea15d-61fb-4ba9-9366-42f8b194c114 ",
                of("Uuid4", "messageUUID"),
                Some("8c2ea15d-61fb-4ba9-9366-42f8b194c114"),
            ),
            ("8c2ea15d-61fb-1ba9-9366-42f8b194c114", of("Uuid4", "messageUUID"), None),
            ("TRUE", of("Boolean", "reply"), Some("true")),
            ("0", of("Boolean", "reply"), Some("false")),
            ("", of("Boolean", "reply"), Some("false")),
            ("ja", of("Boolean", "reply"), None),
            (
                "2026-03-29T01:30:00+01:00",
                of("DateTime", "createdDateTime"),
                Some("2026-03-29T00:30:00Z"),
            ),
            (
                "2026-03-29 03:30:00+02:00",
                of("DateTime", "createdDateTime"),
                Some("2026-03-29T01:30:00Z"),
            ),
            (
                "2026-03-29t03:30:00z",
                of("DateTime", "createdDateTime"),
                Some("2026-03-29T03:30:00Z"),
            ),
            ("2026-03-29T03:30Z", of("DateTime", "createdDateTime"), Some("2026-03-29T03:30:00Z")),
            (
                "2026-03-29T03:30:00+00:00",
                of("DateTime", "createdDateTime"),
                Some("2026-03-29T03:30:00Z"),
            ),
            ("2026-03-29T03:30:00", of("DateTime", "createdDateTime"), None),
            ("2026-02-30T03:30:00+01:00", of("DateTime", "createdDateTime"), None),
            ("2026-03-29T03:30:00+1:00", of("DateTime", "createdDateTime"), None),
            ("2026-3-9", of("Date", "doNotDeliverUntilDate"), Some("2026-03-09")),
            ("2026-03-09+01:00", of("Date", "doNotDeliverUntilDate"), Some("2026-03-09")),
            ("9-3-2026", of("Date", "doNotDeliverUntilDate"), None),
            ("2026-13-9", of("Date", "doNotDeliverUntilDate"), None),
            ("da-DK", of("Language", "language"), Some("da")),
            ("DA", of("Language", "language"), Some("da")),
            ("dansk", of("Language", "language"), None),
            ("10 12 34 56 78", of("PNumber", "productionUnitNumber"), Some("1012345678")),
            (" cpr", of("Text256", "idType"), Some("CPR")),
            ("MyndighedsID", of("Text256", "idType"), None),
            ("010101-0000", id(Some("cpr")), Some("0101010000")),
            ("10101-0000", id(Some("CPR")), None),
            ("DK 12 34 56 78", id(Some("CVR")), Some("12345678")),
            ("12345678", id(None), None),
            ("bekræft", of("Text256", "actionCode"), Some("BEKRAEFT")),
            ("FORMULAR", of("Text256", "actionCode"), None),
            ("a:b.pdf", of("Text256", "filename"), Some("a-b.pdf")),
            ("HTTPS://borger.example/A", of("Uri256", "url"), Some("https://borger.example/A")),
            ("http://borger.example/", of("Uri256", "url"), None),
            ("https://borger.example/", of("Uri256", "url"), None),
            ("Plads: børnehave", of("Text256", "label"), None),
        ] {
            let mended = mend(text, &known).map(|mended| mended.text);
            assert_eq!(mended.as_deref(), expected, "{text:?} in {}", known.element);
            // What was mended once is right.
            if let Some(mended) = mended {
                assert_eq!(mend(&mended, &known), None, "{mended:?}");
            }
        }
    }
}
