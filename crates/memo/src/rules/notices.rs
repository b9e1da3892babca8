//! Rules about the notices that are sent as SMS and e-mail.

use super::Report;
use super::overview::Overview;
use super::values::text;
use crate::finding::Word;
use crate::policy::Policy;
use crate::rulebook;
use crate::values::MessageType;

/// Checks both notices.
pub(super) fn notices(overview: &Overview<'_>, policy: &Policy, report: &mut Report<'_>) {
    for notice in [overview.notice, overview.second_notice].into_iter().flatten() {
        if text(notice).is_some_and(holds_what_looks_like_cpr) {
            report.at(notice, &rulebook::CPR_IN_NOTICE, &[Word::Name(notice.name())]);
        }
    }
    match (overview.notice, overview.second_notice) {
        (None, Some(second)) => report.at(second, &rulebook::SECOND_NOTICE_ALONE, &[]),
        (Some(notice), _) => {
            let Some(text) = text(notice) else { return };
            let limit = policy.notification_characters;
            // A text has at least as many bytes as characters.
            if text.len() > limit && text.chars().count() > limit {
                let words = [Word::Number(text.chars().count() as u64), Word::Number(limit as u64)];
                report.at(notice, &rulebook::LONG_NOTICE, &words);
            }
            if overview.kind == Some(MessageType::NemSms) && !text.chars().all(is_in_gsm_alphabet) {
                report.at(notice, &rulebook::SMS_ALPHABET, &[]);
            }
        }
        (None, None) => {}
    }
}

/// Ten digits, or six, a hyphen and four, with no digit beside them. A telephone number with `+` is none.
fn holds_what_looks_like_cpr(text: &str) -> bool {
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(start) = bytes[at..].iter().position(u8::is_ascii_digit).map(|ahead| at + ahead)
    {
        let digits = digits_at(bytes, start);
        let after = start + digits;
        let begins = start == 0 || bytes[start - 1] != b'+';
        let hyphen_and_four = bytes.get(after) == Some(&b'-') && digits_at(bytes, after + 1) == 4;
        if begins && (digits == 10 || (digits == 6 && hyphen_and_four)) {
            return true;
        }
        at = after;
    }
    false
}

fn digits_at(bytes: &[u8], start: usize) -> usize {
    bytes.get(start..).unwrap_or_default().iter().take_while(|byte| byte.is_ascii_digit()).count()
}

/// Whether a character is in the GSM 7 bit default alphabet or its extension table.
///
/// Source: 3GPP TS 23.038, section 6.2.1.
pub fn is_in_gsm_alphabet(character: char) -> bool {
    const BEYOND_ASCII: &str = "£¥èéùìòÇØøÅåΔΦΓΛΩΠΨΣΘΞÆæßÉ¤¡ÄÖÑÜ§¿äöñüà€";
    match character {
        '\n' | '\r' | '\u{C}' | ' '..='_' | 'a'..='~' => true,
        _ => BEYOND_ASCII.contains(character),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_digits_or_six_and_four_look_like_a_cpr_number() {
        for (text, looks_so) in [
            ("Om 0101010000", true),
            ("Om 010101-0000.", true),
            ("0101010000", true),
            ("010101-00001", false),
            ("1010101-0000", false),
            ("01010100001", false),
            ("Ring +4512345678", false),
            ("Ring 12345678", false),
            ("Den 010101 - 0000", false),
            ("CVR 12345678, P 1234567890", true),
            ("", false),
        ] {
            assert_eq!(holds_what_looks_like_cpr(text), looks_so, "{text}");
        }
    }

    #[test]
    fn danish_letters_are_in_the_gsm_alphabet_and_curly_quotes_are_not() {
        assert!("Kære Åse, mød op kl. 9 {husk briller} [1] ~ €".chars().all(is_in_gsm_alphabet));
        for character in ['”', '–', '`', 'ê', '\t', 'ё'] {
            assert!(!is_in_gsm_alphabet(character), "{character}");
        }
    }
}
