//! How a command says what went wrong: what, where, why, and what to do, in text or as JSON.

use std::fmt;
use std::io::Write as _;

use serde::Serialize;

use crate::exit::Exit;

/// How reports are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub(crate) enum Format {
    /// For people.
    #[default]
    Text,
    /// For programs.
    Json,
}

/// Why a command could not do its work. Holds no personal data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Problem {
    /// Stable, e.g. `config::unknown-setting`.
    pub(crate) code: &'static str,
    /// What happened, lower case without a full stop.
    pub(crate) what: Box<str>,
    /// Where: a file with line and column, a flag, a variable.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) at: Option<Box<str>>,
    /// The causes, outermost first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) why: Vec<String>,
    /// Whose rule it is: an anchor of `docs/rules.md`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) rule: Option<Box<str>>,
    /// What to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) help: Option<Box<str>>,
    /// How the command ends.
    #[serde(skip)]
    pub(crate) exit: Exit,
}

impl Problem {
    /// The command line or the configuration is at fault.
    pub(crate) fn command(code: &'static str, what: impl Into<String>) -> Self {
        Self::new(Exit::Command, code, what)
    }

    /// The machine or we are at fault.
    pub(crate) fn ours(code: &'static str, what: impl Into<String>) -> Self {
        Self::new(Exit::Ours, code, what)
    }

    /// Somebody outside did not answer.
    pub(crate) fn outside(code: &'static str, what: impl Into<String>) -> Self {
        Self::new(Exit::Outside, code, what)
    }

    fn new(exit: Exit, code: &'static str, what: impl Into<String>) -> Self {
        Self {
            code,
            what: what.into().into(),
            at: None,
            why: Vec::new(),
            rule: None,
            help: None,
            exit,
        }
    }

    /// Says where.
    #[must_use]
    pub(crate) fn at(mut self, at: impl Into<String>) -> Self {
        self.at = Some(at.into().into());
        self
    }

    /// Says why: the error and everything behind it, each once.
    #[must_use]
    pub(crate) fn because(mut self, error: &(dyn std::error::Error + 'static)) -> Self {
        let mut next = Some(error);
        while let Some(error) = next {
            let text = error.to_string();
            if self.why.last() != Some(&text) {
                self.why.push(text);
            }
            next = error.source();
        }
        self
    }

    /// Says whose rule it is, by the rule's id.
    #[must_use]
    pub(crate) fn rule(mut self, id: &str) -> Self {
        self.rule = Some(format!("docs/rules.md#{}", id.to_ascii_lowercase()).into());
        self
    }

    /// Says what to do.
    #[must_use]
    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into().into());
        self
    }

    /// Prints it on stderr and gives the exit code.
    pub(crate) fn print(&self, format: Format) -> Exit {
        match format {
            Format::Text => say(&self.to_string()),
            Format::Json => {
                say(&serde_json::json!({ "error": self }).to_string());
            }
        }
        self.exit
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "error[{}]: {}", self.code, self.what)?;
        if let Some(at) = &self.at {
            write!(f, "\n   at: {at}")?;
        }
        for why in &self.why {
            write!(f, "\n  why: {why}")?;
        }
        if let Some(rule) = &self.rule {
            write!(f, "\n rule: {rule}")?;
        }
        if let Some(help) = &self.help {
            write!(f, "\n help: {help}")?;
        }
        Ok(())
    }
}

/// A line on stderr. That nobody reads it is no reason to stop.
pub(crate) fn say(line: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{line}");
}

/// A line on stdout. That nobody reads it is no reason to stop.
pub(crate) fn print(line: &str) {
    let _ = writeln!(std::io::stdout().lock(), "{line}");
}
