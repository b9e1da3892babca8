//! The words around findings, in both languages.

use brevdue_memo::rulebook::{Mark, Rule};
use brevdue_memo::{Language, Severity};

/// The languages findings are told in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(in super::super) enum Lang {
    /// Danish
    Da,
    /// English
    En,
}

impl Lang {
    pub(in super::super) fn language(self) -> Language {
        match self {
            Self::Da => Language::Danish,
            Self::En => Language::English,
        }
    }
}

/// The words of one language.
pub(super) struct Words {
    pub(super) language: Language,
    error: &'static str,
    warning: &'static str,
    info: &'static str,
    /// Labels of lines, all of one width.
    pub(super) at: &'static str,
    pub(super) rule: &'static str,
    pub(super) help: &'static str,
    confirmed: &'static str,
    inferred: &'static str,
    choice: &'static str,
}

static ENGLISH: Words = Words {
    language: Language::English,
    error: "error",
    warning: "warning",
    info: "note",
    at: "   at",
    rule: " rule",
    help: " help",
    confirmed: "confirmed:",
    inferred: "inferred:",
    choice: "choice:",
};

static DANISH: Words = Words {
    language: Language::Danish,
    error: "fejl",
    warning: "advarsel",
    info: "bemærkning",
    at: " sted",
    rule: "regel",
    help: "hjælp",
    confirmed: "bekræftet:",
    inferred: "udledt:",
    choice: "valg:",
};

impl Words {
    pub(super) fn of(language: Language) -> &'static Self {
        match language {
            Language::English => &ENGLISH,
            Language::Danish => &DANISH,
        }
    }

    pub(super) fn severity(&self, severity: Severity) -> &'static str {
        match severity {
            Severity::Error => self.error,
            Severity::Warning => self.warning,
            Severity::Info => self.info,
        }
    }

    /// Whose rule it is, and how sure that is.
    pub(super) fn origin(&self, rule: &Rule) -> String {
        let mark = match rule.mark {
            Mark::Confirmed => self.confirmed,
            Mark::Inferred => self.inferred,
            Mark::Choice => self.choice,
        };
        format!("{mark} {}", rule.source)
    }

    /// How to mend what breaks it.
    pub(super) fn fix(&self, rule: &Rule) -> &'static str {
        match self.language {
            Language::English => rule.fix_english,
            Language::Danish => rule.fix_danish,
        }
    }
}

/// Where a rule is explained.
pub(super) fn page(rule: &str) -> String {
    format!("docs/rules.md#{}", rule.to_ascii_lowercase())
}
