//! How long a text message is.

use brevdue_memo::rules::is_in_gsm_alphabet;

use crate::Policy;

/// Characters of the GSM alphabet that take the place of two.
///
/// Source: 3GPP TS 23.038, section 6.2.1.1.
const EXTENDED: &str = "^{}\\[~]|€\u{C}";

/// The length of a text message and its limit, when it is over it. Texts with a character outside the
/// GSM alphabet are sent in UCS-2 and hold less.
pub(super) fn over_the_limit(text: &str, policy: &Policy) -> Option<(usize, u32)> {
    let (length, limit) = if text.chars().all(is_in_gsm_alphabet) {
        let doubled = text.chars().filter(|character| EXTENDED.contains(*character)).count();
        (text.chars().count() + doubled, policy.nemsms_gsm_characters)
    } else {
        (text.encode_utf16().count(), policy.nemsms_other_characters)
    };
    (length > limit as usize).then_some((length, limit))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_message_holds_160_characters_of_the_gsm_alphabet_or_70_others() {
        let policy = Policy::default();
        for (text, expected) in [
            ("a".repeat(160), None),
            ("æ".repeat(160), None),
            ("a".repeat(161), Some((161, 160))),
            ("€".repeat(80), None),
            ("€".repeat(81), Some((162, 160))),
            ("ч".repeat(70), None),
            ("ч".repeat(71), Some((71, 70))),
            (format!("{}😀", "a".repeat(68)), None),
            (format!("{}😀", "a".repeat(69)), Some((71, 70))),
        ] {
            assert_eq!(over_the_limit(&text, &policy), expected, "{text}");
        }
    }
}
