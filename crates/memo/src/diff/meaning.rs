//! Whether two texts of a type mean the same.

use std::str::FromStr;

use crate::schema::ValueSchema;
use crate::{LocalDate, UtcDateTime};

pub(super) fn means_the_same(schema: ValueSchema, first: &str, second: &str) -> bool {
    if first == second {
        return true;
    }
    match schema.name {
        "Uuid4" | "Language" => first.eq_ignore_ascii_case(second),
        "DateTime" => same_instant(first, second),
        "Date" => day(first).is_some_and(|first| Some(first) == day(second)),
        "PNumber" | "GlnNumber" => number(first) == number(second),
        _ => false,
    }
}

/// Times are kept to the millisecond; what is finer is compared as written.
fn same_instant(first: &str, second: &str) -> bool {
    // Beyond these years points in time could stand at the end of what is representable.
    let is_near = |text: &str| text.trim_start_matches('-').find('-').is_some_and(|at| at <= 6);
    let (Ok(one), Ok(other)) = (UtcDateTime::from_str(first), UtcDateTime::from_str(second)) else {
        return false;
    };
    is_near(first)
        && is_near(second)
        && one.timestamp() == other.timestamp()
        && fraction(first) == fraction(second)
}

/// The digits of a second's fraction, without the zeros at its end.
fn fraction(text: &str) -> &str {
    let digits = text.trim_end_matches('Z').split_once('.').map_or("", |(_, fraction)| fraction);
    digits.trim_end_matches('0')
}

/// A date and its zone, in which `Z` and an offset of nothing are the same.
fn day(text: &str) -> Option<(&str, &str)> {
    LocalDate::from_str(text).ok()?;
    let at = text.len() - text.bytes().rev().position(|byte| byte == b'-')?;
    let zoned = text.strip_suffix('Z').map(|day| (day, "Z"));
    if let Some(zoned) = zoned {
        return Some(zoned);
    }
    if let Some((day, zone)) = text.split_once('+') {
        return Some((day, if zone == "00:00" { "Z" } else { zone }));
    }
    match text[at..].contains(':') {
        true => Some((&text[..at - 1], if &text[at..] == "00:00" { "Z" } else { &text[at - 1..] })),
        false => Some((text, "")),
    }
}

/// Sign and digits of a whole number without what does not count.
fn number(text: &str) -> (bool, &str) {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let digits = digits.trim_start_matches('0');
    (negative && !digits.is_empty(), digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_mean_the_same_or_not() {
        for (name, first, second, same) in [
            (
                "Uuid4",
                "8C2EA15D-61FB-4BA9-9366-42F8B194C114",
                "8c2ea15d-61fb-4ba9-9366-42f8b194c114",
                true,
            ),
            ("Text256", "Æ", "æ", false),
            ("DateTime", "2025-01-01T12:00:00Z", "2025-01-01T12:00:00.000Z", true),
            ("DateTime", "2025-01-01T12:00:00.5Z", "2025-01-01T12:00:00.500Z", true),
            ("DateTime", "2025-01-01T12:00:00.0001Z", "2025-01-01T12:00:00.0002Z", false),
            ("DateTime", "2024-12-31T24:00:00Z", "2025-01-01T00:00:00Z", true),
            ("DateTime", "2025-01-01T12:00:01Z", "2025-01-01T12:00:00Z", false),
            ("DateTime", "999999999999-01-01T00:00:00Z", "999999999998-01-01T00:00:00Z", false),
            ("Date", "2025-01-01Z", "2025-01-01+00:00", true),
            ("Date", "2025-01-01Z", "2025-01-01-00:00", true),
            ("Date", "2025-01-01Z", "2025-01-01", false),
            ("Date", "2025-01-01-01:00", "2025-01-01+01:00", false),
            ("Date", "-2025-01-01", "2025-01-01", false),
            ("PNumber", "+0012", "12", true),
            ("PNumber", "-0", "0", true),
            ("PNumber", "-12", "12", false),
            ("Language", "DA", "da", true),
        ] {
            let schema = ValueSchema { name, type_uri: "", type_name: "" };
            assert_eq!(means_the_same(schema, first, second), same, "{first} {second}");
            assert_eq!(means_the_same(schema, second, first), same, "{second} {first}");
        }
    }
}
