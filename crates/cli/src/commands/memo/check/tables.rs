//! Reading TOML with a line, a column and a hint for everything that is wrong in it. Never quotes a value:
//! it may be the number of a person.

use std::fmt::Display;
use std::fs;
use std::ops::Range;
use std::path::Path;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::config::{line_and_column, nearest};
use crate::report::Problem;

/// A TOML file.
pub(super) struct Document {
    text: String,
    name: String,
    code: &'static str,
}

/// A value with the key or keys it stands under.
pub(super) type Value<'d> = Spanned<DeValue<'d>>;

impl Document {
    pub(super) fn open(path: &Path, code: &'static str) -> Result<Self, Problem> {
        let name = path.display().to_string();
        match fs::read_to_string(path) {
            Ok(text) => Ok(Self { text, name, code }),
            Err(error) => {
                Err(Problem::command(code, "the file cannot be read").at(name).because(&error))
            }
        }
    }

    #[cfg(test)]
    pub(super) fn of(text: &str) -> Self {
        Self { text: text.to_owned(), name: "f".to_owned(), code: "c" }
    }

    /// The whole file.
    pub(super) fn table(&self) -> Result<DeTable<'_>, Problem> {
        let table = DeTable::parse(&self.text).map_err(|error| {
            let span = error.span().unwrap_or_default();
            self.wrong(&span, error.message().trim().to_owned())
        })?;
        Ok(table.into_inner())
    }

    /// Something is wrong at a place.
    pub(super) fn wrong(&self, span: &Range<usize>, what: impl Into<String>) -> Problem {
        let (line, column) = line_and_column(&self.text, span.start);
        Problem::command(self.code, what).at(format!("{}:{line}:{column}", self.name))
    }

    /// A name is none of those there are.
    pub(super) fn unknown<'n>(
        &self,
        span: &Range<usize>,
        what: &str,
        wrong: &str,
        names: impl IntoIterator<Item = &'n str> + Clone,
    ) -> Problem {
        let problem = self.wrong(span, what);
        match nearest(wrong, names.clone()) {
            Some(meant) => problem.help(format!("did you mean {meant}?")),
            None => {
                let all: Vec<&str> = names.into_iter().collect();
                problem.help(format!("there are {}", all.join(", ")))
            }
        }
    }

    /// Refuses a table's key that is none of those there are.
    pub(super) fn known(&self, table: &DeTable<'_>, names: &[&str]) -> Result<(), Problem> {
        for key in table.keys() {
            if !names.contains(&key.get_ref().as_ref()) {
                let names = names.iter().copied();
                return Err(self.unknown(
                    &key.span(),
                    "there is no such key",
                    key.get_ref(),
                    names,
                ));
            }
        }
        Ok(())
    }

    pub(super) fn as_table<'v, 'd>(
        &self,
        value: &'v Value<'d>,
    ) -> Result<&'v DeTable<'d>, Problem> {
        value.get_ref().as_table().ok_or_else(|| self.kind(value, "a table"))
    }

    pub(super) fn as_list<'v, 'd>(&self, value: &'v Value<'d>) -> Result<&'v [Value<'d>], Problem> {
        match value.get_ref().as_array() {
            Some(list) => Ok(list),
            None => Err(self.kind(value, "a list")),
        }
    }

    pub(super) fn as_text<'v>(&self, value: &'v Value<'_>) -> Result<&'v str, Problem> {
        value.get_ref().as_str().ok_or_else(|| self.kind(value, "a text in quotes"))
    }

    pub(super) fn as_bool(&self, value: &Value<'_>) -> Result<bool, Problem> {
        value.get_ref().as_bool().ok_or_else(|| self.kind(value, "true or false"))
    }

    /// A text that is read as something.
    pub(super) fn parsed<T, E: Display>(
        &self,
        value: &Value<'_>,
        read: impl FnOnce(&str) -> Result<T, E>,
    ) -> Result<T, Problem> {
        let text = self.as_text(value)?;
        read(text).map_err(|error| self.wrong(&value.span(), error.to_string()))
    }

    /// A whole number that is not negative and fits.
    pub(super) fn as_number<T: TryFrom<u64>>(&self, value: &Value<'_>) -> Result<T, Problem> {
        let number = value.get_ref().as_integer();
        let number = number.and_then(|n| u64::from_str_radix(n.as_str(), n.radix()).ok());
        let number = number.and_then(|number| T::try_from(number).ok());
        number.ok_or_else(|| self.kind(value, "a whole number from 0"))
    }

    fn kind(&self, value: &Value<'_>, wanted: &str) -> Problem {
        self.wrong(&value.span(), format!("here stands {wanted}"))
    }
}

/// The value of a key, when it is there.
pub(super) fn get<'t, 'd>(table: &'t DeTable<'d>, name: &str) -> Option<&'t Value<'d>> {
    table.iter().find(|(key, _)| key.get_ref().as_ref() == name).map(|(_, value)| value)
}
