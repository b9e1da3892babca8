//! What a supplier is asked of each of its systems, and what may be answered.

use crate::day::Day;

/// Characters of one answer at most.
pub const ANSWER_CHARACTERS: usize = 2_000;

/// Contacts of a supplier, and characters of each, at most.
pub const CONTACTS: usize = 20;
/// See [`CONTACTS`].
pub const CONTACT_CHARACTERS: usize = 200;

/// What may be answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AnswerKind {
    /// A line of text.
    Line,
    /// Text of several lines.
    Text,
    /// A day.
    Day,
    /// A whole number; points and spaces may part its digits.
    Whole,
}

impl AnswerKind {
    /// Whether a text answers such a question. An empty one does: there is no answer.
    pub fn fits(self, text: &str) -> bool {
        let is_short = text.chars().count() <= ANSWER_CHARACTERS;
        is_short
            && match self {
                _ if text.is_empty() => true,
                Self::Line | Self::Text => true,
                Self::Day => text.parse::<Day>().is_ok(),
                Self::Whole => text.replace(['.', ' '], "").parse::<u64>().is_ok(),
            }
    }
}

/// A question. Its answer for a system is kept as `SYSTEM/QUESTION`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Question {
    /// Its name.
    pub id: &'static str,
    /// What may be answered.
    pub kind: AnswerKind,
}

/// What a supplier is asked of each of its systems, in order.
pub const QUESTIONS: [Question; 7] = [
    Question { id: "plan", kind: AnswerKind::Text },
    Question { id: "ready", kind: AnswerKind::Day },
    Question { id: "price_dkk", kind: AnswerKind::Whole },
    Question { id: "memo_version", kind: AnswerKind::Line },
    Question { id: "markup", kind: AnswerKind::Text },
    Question { id: "transports", kind: AnswerKind::Line },
    Question { id: "test_offer", kind: AnswerKind::Line },
];

/// The contacts in a text with one on each line, within the limits.
pub fn contacts(text: &str) -> Vec<String> {
    text.lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .take(CONTACTS)
        .map(|line| line.chars().take(CONTACT_CHARACTERS).collect())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_of_its_kind_or_empty_and_never_too_long() {
        for (kind, text, fits) in [
            (AnswerKind::Line, "", true),
            (AnswerKind::Day, "", true),
            (AnswerKind::Day, "2026-03-01", true),
            (AnswerKind::Day, "snart", false),
            (AnswerKind::Whole, "12.500", true),
            (AnswerKind::Whole, "12 500", true),
            (AnswerKind::Whole, "12,5", false),
            (AnswerKind::Whole, "-1", false),
            (AnswerKind::Text, "=SUM(A1)", true),
        ] {
            assert_eq!(kind.fits(text), fits, "{kind:?} {text}");
        }
        assert!(AnswerKind::Text.fits(&"æ".repeat(ANSWER_CHARACTERS)));
        assert!(!AnswerKind::Text.fits(&"æ".repeat(ANSWER_CHARACTERS + 1)));
    }
}
