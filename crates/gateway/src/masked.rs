//! Texts from the other side, made fit to be shown: no long number, no control character, not endless.

use crate::limits::FOREIGN_TEXT_CHARACTERS;

/// The text with every run of ten or more digits (and `ddmmyy-nnnn`) replaced by stars, control
/// characters by spaces, and cut at [`FOREIGN_TEXT_CHARACTERS`].
///
/// An exchange ought not to quote a CPR number in an error, but some do, and what is shown ends up
/// in logs and tickets.
pub(crate) fn masked(text: &str) -> String {
    let characters: Vec<char> = text.chars().take(FOREIGN_TEXT_CHARACTERS + 1).collect();
    let mut shown = String::with_capacity(characters.len());
    let mut at = 0;
    while at < characters.len() {
        let run = number_length(&characters[at..]);
        if run > 0 {
            shown.push_str("**********");
            at += run;
        } else {
            // A shorter number is copied whole, so that its tail is not taken for a number of its own.
            let digits = characters[at..].iter().take_while(|c| c.is_ascii_digit()).count().max(1);
            shown.extend(characters[at..at + digits].iter().map(|c| if c.is_control() { ' ' } else { *c }));
            at += digits;
        }
    }
    if shown.chars().count() > FOREIGN_TEXT_CHARACTERS {
        shown = shown.chars().take(FOREIGN_TEXT_CHARACTERS).chain(['…']).collect();
    }
    shown
}

/// Characters of the personal number the text starts with, or 0.
fn number_length(characters: &[char]) -> usize {
    let digits = |from: usize| {
        characters.get(from..).unwrap_or_default().iter().take_while(|c| c.is_ascii_digit()).count()
    };
    let first = digits(0);
    let hyphenated = first == 6 && characters.get(6) == Some(&'-') && digits(7) == 4;
    match first {
        10.. => first,
        _ if hyphenated => 11,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_personal_number_is_never_shown_and_other_numbers_are() {
        for (text, expected) in [
            ("recipient 2211771212 is closed", "recipient ********** is closed"),
            ("recipient 221177-1212 is closed", "recipient ********** is closed"),
            ("line 14, column 221177", "line 14, column 221177"),
            ("CVR 12345678", "CVR 12345678"),
            ("two\nlines\u{1b}[31m", "two lines [31m"),
            ("8c2ea15d-61fb-4ba9-9366-42f8b194c114", "8c2ea15d-61fb-4ba9-9366-42f8b194c114"),
        ] {
            assert_eq!(masked(text), expected);
        }
    }

    #[test]
    fn a_long_text_is_cut() {
        assert_eq!(masked(&"ø".repeat(9000)).chars().count(), FOREIGN_TEXT_CHARACTERS + 1);
    }
}
