//! A stranger's words made fit to stand in ours, and the small words that differ with the reader.

use crate::{Language, Message};

/// The text on one line, safe to print: control characters and runs of white space become one space,
/// and characters that turn the direction of writing or cannot be seen are left out, so that a text
/// can neither command a terminal nor look like another.
pub fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for character in text.chars() {
        if character.is_control() || character.is_whitespace() {
            if !plain.is_empty() && !plain.ends_with(' ') {
                plain.push(' ');
            }
        } else if !is_unseen(character) {
            plain.push(character);
        }
    }
    plain.truncate(plain.trim_end().len());
    plain
}

/// Marks and overrides of direction, joiners, and the byte order mark.
fn is_unseen(character: char) -> bool {
    matches!(
        character,
        '\u{AD}' | '\u{61C}' | '\u{180E}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}' | '\u{FEFF}' | '\u{E0000}'..='\u{E007F}'
    )
}

/// In the quotation marks of the language; empty when there is nothing to quote.
pub(super) fn quoted(text: &str, language: Language) -> String {
    let text = plain(text);
    match language {
        _ if text.is_empty() => String::new(),
        Language::Danish => format!("«{text}»"),
        Language::English => format!("“{text}”"),
    }
}

/// The text if there is anything to see in it.
pub(super) fn said(text: Option<&String>) -> Option<String> {
    text.map(|text| plain(text)).filter(|text| !text.is_empty())
}

/// In which language to whom.
#[derive(Clone, Copy)]
pub(super) struct Voice {
    pub(super) language: Language,
    /// Danish has another word for «you» when it is an organisation.
    organisation: bool,
}

impl Voice {
    pub(super) fn to_reader_of(message: &Message, language: Language) -> Self {
        let organisation = message.header.recipient.id_type.trim().eq_ignore_ascii_case("CVR");
        Self { language, organisation }
    }

    /// One of the two, by the language.
    pub(super) fn say<'a>(&self, danish: &'a str, english: &'a str) -> &'a str {
        match self.language {
            Language::Danish => danish,
            Language::English => english,
        }
    }

    /// Who is to do it.
    pub(super) fn you(&self) -> &'static str {
        match (self.language, self.organisation) {
            (Language::Danish, false) => "du",
            (Language::Danish, true) => "I",
            (Language::English, _) => "you",
        }
    }

    /// The same at the start of a sentence.
    pub(super) fn you_first(&self) -> &'static str {
        match (self.language, self.organisation) {
            (Language::Danish, false) => "Du",
            (Language::Danish, true) => "I",
            (Language::English, _) => "You",
        }
    }

    /// Whom it is done to.
    pub(super) fn you_object(&self) -> &'static str {
        match (self.language, self.organisation) {
            (Language::Danish, false) => "dig",
            (Language::Danish, true) => "jer",
            (Language::English, _) => "you",
        }
    }

    pub(super) fn your_answer(&self) -> &'static str {
        match (self.language, self.organisation) {
            (Language::Danish, false) => "Dit svar",
            (Language::Danish, true) => "Jeres svar",
            (Language::English, _) => "Your answer",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_strangers_text_stays_on_its_line_and_cannot_pose_as_another() {
        for (text, expected) in [
            ("  Plads\r\n i\tbørnehave ", "Plads i børnehave"),
            ("\u{1b}[31mRød\u{9b}0m", "[31mRød 0m"),
            ("exe.\u{202e}fdp\u{202c}", "exe.fdp"),
            ("\u{feff}\u{200b}", ""),
            ("a\u{2028}b\u{85}c", "a b c"),
        ] {
            assert_eq!(plain(text), expected, "{text:?}");
        }
    }
}
