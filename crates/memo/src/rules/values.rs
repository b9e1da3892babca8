//! The values of elements as rules ask for them. What breaks the schema has no value: it is told once.

use uuid::Uuid;

use crate::outline::Element;
use crate::time::{DateForm, DateTimeForm, Timestamp};

const WHITE: [char; 4] = [' ', '\t', '\n', '\r'];

/// The text, when the schema allows it.
pub(super) fn text(element: Element<'_>) -> Option<&str> {
    if element.is_valid() { element.text() } else { None }
}

/// The text of a type whose white space around it does not count.
pub(super) fn trimmed(element: Element<'_>) -> Option<&str> {
    text(element).map(|text| text.trim_matches(WHITE))
}

/// Whether a text says nothing.
pub(super) fn is_blank(text: &str) -> bool {
    text.chars().all(char::is_whitespace)
}

/// Whether a switch is on.
pub(super) fn is_true(element: Option<Element<'_>>) -> bool {
    element.and_then(trimmed).is_some_and(|text| matches!(text, "true" | "1"))
}

/// A point in time.
pub(super) fn time(element: Option<Element<'_>>) -> Option<Timestamp> {
    DateTimeForm::parse(trimmed(element?)?).map(|form| form.timestamp())
}

/// A date.
pub(super) fn date(element: Option<Element<'_>>) -> Option<DateForm> {
    DateForm::parse(trimmed(element?)?)
}

/// Year, month and day, to be compared.
pub(super) fn day(date: &DateForm) -> (i64, u8, u8) {
    (date.year, date.month, date.day)
}

/// A UUID of version 4.
pub(super) fn uuid(element: Option<Element<'_>>) -> Option<Uuid> {
    Uuid::try_parse(text(element?)?).ok()
}

/// Whether a text is so many digits and nothing else.
pub(super) fn is_digits(text: &str, count: usize) -> bool {
    text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether a text follows a pattern: `N` stands for a digit, `A` for a letter, all else for itself.
pub(super) fn follows(text: &str, pattern: &str) -> bool {
    text.len() == pattern.len()
        && text.bytes().zip(pattern.bytes()).all(|(byte, wanted)| match wanted {
            b'N' => byte.is_ascii_digit(),
            b'A' => byte.is_ascii_alphabetic(),
            _ => byte == wanted,
        })
}

/// What keeps a text from being an e-mail address, in Danish and English. Looks at its form alone.
pub(super) fn mail_problem(address: &str) -> Option<(&'static str, &'static str)> {
    if address.chars().any(|c| c.is_whitespace() || c.is_control()) {
        return Some(("der er blanktegn i den", "there is white space in it"));
    }
    if address.contains(['<', '>', ',', ';', '(', ')']) {
        return Some((
            "der er tegn, som deler adresser, i den",
            "there are signs in it that separate addresses",
        ));
    }
    let Some((local, host)) = address.rsplit_once('@') else {
        return Some(("snabel-a mangler", "the at sign is missing"));
    };
    if local.is_empty() || local.contains('@') {
        return Some((
            "der skal stå ét navn før snabel-a",
            "there must be one name before the at sign",
        ));
    }
    let labels = host.split('.');
    let is_host = host.contains('.') && labels.clone().all(|label| !label.is_empty());
    let is_host = is_host && host.chars().all(|c| c.is_alphanumeric() || matches!(c, '.' | '-'));
    (!is_host).then_some((
        "der skal stå et domæne med punktum efter snabel-a",
        "there must be a domain with a dot after the at sign",
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mail_address_has_one_name_an_at_sign_and_a_domain() {
        for (address, is_fine) in [
            ("borgerservice@kommunen.example", true),
            ("jens.o'hara+post@sub.kommunen.example", true),
            ("børn@ærøby.example", true),
            ("kommunen.example", false),
            ("@kommunen.example", false),
            ("borgerservice@", false),
            ("borgerservice@kommunen", false),
            ("borgerservice@.example", false),
            ("a@b@kommunen.example", false),
            ("Borgerservice <post@kommunen.example>", false),
            ("a@kommunen.example,b@kommunen.example", false),
            ("post@kommunen.example ", false),
            ("", false),
        ] {
            assert_eq!(mail_problem(address).is_none(), is_fine, "{address}");
        }
    }

    #[test]
    fn a_pattern_is_digits_letters_and_signs_in_their_places() {
        assert!(follows("27.36.04", "NN.NN.NN") && follows("G01", "ANN"));
        assert!(!follows("27.36.4", "NN.NN.NN") && !follows("27-36-04", "NN.NN.NN"));
        assert!(!follows("101", "ANN") && !follows("", "ANN"));
    }
}
