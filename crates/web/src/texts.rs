//! Every text of the pages, in both languages. The texts themselves stand in `texts.toml`, and
//! those of programmes in `texts-programme.toml`, `texts-evidence.toml` and `texts-across.toml`.

#[cfg(test)]
mod file;

/// The languages of the pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Language {
    Danish,
    English,
}

impl Language {
    /// The language of a code, as in a cookie or an address.
    pub(crate) fn from_code(code: &str) -> Option<Self> {
        match code {
            "da" => Some(Self::Danish),
            "en" => Some(Self::English),
            _ => None,
        }
    }

    /// Its code, as in `<html lang>`.
    pub(crate) fn code(self) -> &'static str {
        match self {
            Self::Danish => "da",
            Self::English => "en",
        }
    }

    /// What it calls itself.
    pub(crate) fn own_name(self) -> &'static str {
        match self {
            Self::Danish => "Dansk",
            Self::English => "English",
        }
    }

    /// Both, Danish first.
    pub(crate) const ALL: [Self; 2] = [Self::Danish, Self::English];
}

/// The texts in one language: a method for each key of the files of texts, made by the build script.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Texts(pub(crate) Language);

impl Texts {
    /// The language they are in.
    pub(crate) fn language(self) -> Language {
        self.0
    }
}

include!(concat!(env!("OUT_DIR"), "/texts.rs"));

#[cfg(test)]
mod tests {
    use super::file;

    #[test]
    fn every_text_of_the_file_has_both_languages_and_the_same_placeholders() {
        let source = concat!(
            include_str!("../texts.toml"),
            include_str!("../texts-programme.toml"),
            include_str!("../texts-evidence.toml"),
            include_str!("../texts-across.toml")
        );
        let texts = file::parse(source).unwrap();
        assert!(texts.len() > 100, "the file was read, and not in part: {}", texts.len());
    }

    #[test]
    fn a_file_that_would_leave_a_page_half_translated_is_refused() {
        for (source, fault) in [
            ("[a.b]\nda = \"x\"", "has no en"),
            ("[a.b]\nda = \"x\"\nen = \"\"", "is empty"),
            ("[a.b]\nda = \"x\"\nen = \"x\"\nde = \"x\"", "de is not among"),
            ("[a.b]\nda = \"{name}\"\nen = \"{nmae}\"", "placeholders differ"),
            ("[a.b]\nda = \"{name}\"\nen = \"name\"", "placeholders differ"),
            ("[a.b]\nda = \"{name\"\nen = \"{name}\"", "no placeholder"),
            ("[a.b]\nda = \"{}\"\nen = \"{}\"", "no placeholder"),
            ("[a.b]\nda = \"{count}\"\nen = \"{count}\"", "belongs in a text with"),
            ("[a.b]\nda = { one = \"x\", other = \"x\" }\nen = \"x\"", "different kinds"),
            (
                "[a.b]\nda = { one = \"x\", other = \"x\" }\nen = { one = \"x\", other = \"x\" }",
                "does not say {count}",
            ),
            ("[a.b]\nda = [\"x\"]\nen = [\"x\", \"y\"]", "different length"),
            ("[a.\"b c\"]\nda = \"x\"\nen = \"x\"", "a key is written"),
        ] {
            let faults = file::parse(source).unwrap_err();
            assert!(faults[0].contains(fault), "{source:?} gave {faults:?}");
        }
    }

    #[test]
    fn what_is_put_in_keeps_its_order_when_a_translator_turns_a_sentence_around() {
        let signature = |danish: &str| {
            let source = format!("[a.b]\nda = \"{danish}\"\nen = \"{{from}} {{until}}\"");
            let methods = file::methods(&file::parse(&source).unwrap());
            methods.lines().find(|line| line.contains("fn a_b")).unwrap().to_owned()
        };
        assert_eq!(signature("fra {from} til {until}"), signature("til {until} fra {from}"));
        assert!(signature("{from} {until}").contains("from: impl std::fmt::Display, until: impl"));
    }

    #[test]
    fn all_faults_of_a_file_are_told_at_once() {
        let faults = file::parse("[a.b]\nda = \"x\"\n[a.c]\nen = \"x\"").unwrap_err();
        assert_eq!(faults, ["[a.b] has no en", "[a.c] has no da"]);
    }
}
