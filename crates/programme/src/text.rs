//! Texts in the two languages of the pages.

use serde::{Deserialize, Serialize};

use crate::objects::ChoiceOption;

/// The languages, to choose from.
pub const LANGUAGES: &[ChoiceOption] = &[
    ChoiceOption { word: "da", da: "Dansk", en: "Danish" },
    ChoiceOption { word: "en", da: "Engelsk", en: "English" },
];

/// The language of a reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// Danish, the first language of everything.
    Da,
    /// English.
    En,
}

/// A text in Danish and English.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bilingual {
    /// Danish; never empty in a checked catalogue.
    pub da: String,
    /// English; never empty in a checked catalogue.
    pub en: String,
}

impl Bilingual {
    /// Both.
    pub fn new(da: impl Into<String>, en: impl Into<String>) -> Self {
        Self { da: da.into(), en: en.into() }
    }

    /// The text for a reader.
    pub fn of(&self, language: Language) -> &str {
        match language {
            Language::Da => &self.da,
            Language::En => &self.en,
        }
    }
}
