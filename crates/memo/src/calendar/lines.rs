//! The lines of an iCalendar file: escaping, folding, dates.
//!
//! Source: RFC 5545, sections 3.1, 3.2, 3.3.4, 3.3.5, 3.3.11 and 3.3.13.

use crate::Timestamp;
use crate::explain::when::Day;

/// A line is folded before it has more octets than this.
pub const LINE_BYTES: usize = 75;
/// The first and last second that a date of four digits can name.
const FIRST: Timestamp = Timestamp::from_millis(-62_135_596_800_000);
const LAST: Timestamp = Timestamp::from_millis(253_402_300_799_000);

/// A file in the making. Values are escaped by what they are, so that none can begin a line.
#[derive(Debug, Default)]
pub struct Lines(String);

impl Lines {
    /// An empty file.
    pub fn new() -> Self {
        Self(String::with_capacity(1024))
    }

    /// The file.
    pub fn finish(self) -> String {
        self.0
    }

    /// A line that holds nothing of a stranger's, or only what was escaped.
    ///
    /// Folds between characters, each further line begun by a space.
    pub fn push(&mut self, line: &str) {
        let mut on_line = 0;
        for character in line.chars() {
            if on_line + character.len_utf8() > LINE_BYTES {
                self.0.push_str("\r\n ");
                on_line = 1;
            }
            self.0.push(character);
            on_line += character.len_utf8();
        }
        self.0.push_str("\r\n");
    }

    /// A property of type TEXT; left out when there is nothing in it.
    pub fn text(&mut self, name: &str, value: &str) {
        let escaped = text(value);
        if !escaped.trim().is_empty() {
            self.push(&format!("{name}:{escaped}"));
        }
    }
}

/// A point in time in UTC, to the second, within the years of four digits.
pub fn utc(at: Timestamp) -> String {
    let at = at.clamp(FIRST, LAST);
    let (year, month, day) = at.year_month_day();
    let (hour, minute, second, _) = at.hour_minute_second_millis();
    format!("{year:04}{month:02}{day:02}T{hour:02}{minute:02}{second:02}Z")
}

/// A date, within the years of four digits.
pub(super) fn date(day: Day) -> String {
    let (year, month, day) = day.clamp((1, 1, 1), (9999, 12, 31));
    format!("{year:04}{month:02}{day:02}")
}

/// Escapes a value of type TEXT. Whatever some reader takes for the end of a line becomes `\n`.
fn text(value: &str) -> String {
    let mut escaped = String::with_capacity(value.len() + 8);
    for character in value.chars() {
        match character {
            '\\' | ';' | ',' => {
                escaped.push('\\');
                escaped.push(character);
            }
            '\n' | '\u{85}' | '\u{2028}' | '\u{2029}' => escaped.push_str("\\n"),
            '\t' => escaped.push(' '),
            control if control.is_control() => {}
            other => escaped.push(other),
        }
    }
    escaped
}

/// A parameter's value; it has no escapes, so what would end it is replaced.
pub(super) fn parameter(value: &str) -> String {
    let ends_a_line = |c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}');
    value.chars().filter(|c| !ends_a_line(*c)).map(|c| if c == '"' { '\'' } else { c }).collect()
}

/// Whether an address can stand in a line as it is; more is not checked.
pub(super) fn is_mail(mail: &str) -> bool {
    let plain =
        |c: char| c.is_ascii_graphic() && !matches!(c, '"' | '<' | '>' | '\\' | '%' | '?' | '&');
    mail.split_once('@').is_some_and(|(name, host)| !name.is_empty() && !host.is_empty())
        && mail.chars().all(plain)
}

/// An address of the web as a URI: what is not allowed in one is percent-encoded as UTF-8.
pub(super) fn uri(url: &str) -> String {
    let mut uri = String::with_capacity(url.len());
    for character in url.chars() {
        let allowed = character.is_ascii_graphic()
            && !matches!(character, '"' | '<' | '>' | '\\' | '^' | '`' | '{' | '|' | '}');
        if allowed {
            uri.push(character);
        } else {
            for byte in character.encode_utf8(&mut [0; 4]).bytes() {
                uri.push_str(&format!("%{byte:02X}"));
            }
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_line_is_folded_between_characters_and_unfolds_to_itself() {
        let long = "æøå€𝄞 abc ".repeat(40);
        let mut lines = Lines::new();
        lines.text("SUMMARY", &long);
        let file = lines.finish();
        assert!(file.split("\r\n").all(|line| line.len() <= LINE_BYTES));
        assert!(file.split("\r\n").skip(1).all(|line| line.is_empty() || line.starts_with(' ')));
        assert_eq!(file.replace("\r\n ", ""), format!("SUMMARY:{long}\r\n"));
    }

    #[test]
    fn an_address_is_plain_ascii_in_a_file() {
        assert_eq!(
            uri("https://www.tusindfryd.example/spørgeskema.html?a=1&b=2#ø"),
            "https://www.tusindfryd.example/sp%C3%B8rgeskema.html?a=1&b=2#%C3%B8"
        );
        assert_eq!(uri("https://a.example/\r\nATTENDEE:x"), "https://a.example/%0D%0AATTENDEE:x");
    }

    #[test]
    fn dates_stay_within_the_years_of_four_digits() {
        assert_eq!(date((12_026, 3, 1)), "99991231");
        assert_eq!(date((-5, 3, 1)), "00010101");
        assert_eq!(utc(Timestamp::from_millis(i64::MAX)), "99991231T235959Z");
    }
}
