//! Reading the configuration file, with a line and column for everything that is wrong in it.

use std::fs;
use std::path::Path;

use toml::de::{DeTable, DeValue};

use super::settings::nearest;
use super::{SETTINGS, Setting};
use crate::report::Problem;

/// A value of the file.
pub(super) struct FromFile {
    pub(super) setting: usize,
    pub(super) text: String,
    /// `file:line:column`.
    pub(super) place: String,
}

/// Reads a file. Every key must be known.
pub(super) fn read(path: &Path) -> Result<Vec<FromFile>, Problem> {
    let text = fs::read_to_string(path).map_err(|error| {
        Problem::command("config::unreadable", "the configuration file cannot be read")
            .at(path.display().to_string())
            .because(&error)
            .help("name another file with --config, or leave it out to use what is built in")
    })?;
    values(&text, path)
}

fn values(text: &str, path: &Path) -> Result<Vec<FromFile>, Problem> {
    let place = |offset: usize| {
        let (line, column) = line_and_column(text, offset);
        format!("{}:{line}:{column}", path.display())
    };
    let table = DeTable::parse(text).map_err(|error| {
        let offset = error.span().map_or(0, |span| span.start);
        Problem::command("config::not-toml", error.message().trim().to_owned()).at(place(offset))
    })?;

    let mut found = Vec::new();
    for (key, value) in table.into_inner() {
        match value.get_ref() {
            DeValue::Table(section) => {
                for (inner, value) in section {
                    let name = format!("{}.{}", key.get_ref(), inner.get_ref());
                    let setting = known(&name, &place(inner.span().start))?;
                    found.push(one(setting, value.get_ref(), place(value.span().start))?);
                }
                let prefix = format!("{}.", key.get_ref());
                if !SETTINGS.iter().any(|setting| setting.name.starts_with(&prefix)) {
                    return Err(unknown(key.get_ref(), &place(key.span().start)));
                }
            }
            other => {
                let setting = known(key.get_ref(), &place(key.span().start))?;
                found.push(one(setting, other, place(value.span().start))?);
            }
        }
    }
    Ok(found)
}

fn one(setting: usize, value: &DeValue<'_>, place: String) -> Result<FromFile, Problem> {
    let text = plain(value).ok_or_else(|| {
        Problem::command(
            "config::wrong-kind",
            format!("{} cannot be a {}", SETTINGS[setting].name, value.type_str()),
        )
        .at(place.clone())
    })?;
    Ok(FromFile { setting, text, place })
}

/// The text of a value, as a flag or a variable would give it.
fn plain(value: &DeValue<'_>) -> Option<String> {
    match value {
        DeValue::String(text) => Some(text.to_string()),
        DeValue::Integer(number) => Some(number.to_string()),
        DeValue::Boolean(yes) => Some(yes.to_string()),
        DeValue::Array(list) => {
            let parts: Option<Vec<String>> = list.iter().map(|one| plain(one.get_ref())).collect();
            Some(parts?.join(","))
        }
        _ => None,
    }
}

fn known(name: &str, place: &str) -> Result<usize, Problem> {
    SETTINGS.iter().position(|setting| setting.name == name).ok_or_else(|| unknown(name, place))
}

/// That a name is no setting, and which was probably meant.
pub(super) fn unknown(name: &str, place: &str) -> Problem {
    let problem =
        Problem::command("config::unknown-setting", format!("there is no setting {name}"))
            .at(place);
    match nearest(name, SETTINGS.iter().map(|setting: &Setting| setting.name)) {
        Some(meant) => problem.help(format!("did you mean {meant}?")),
        None => problem.help("`brevdue config` lists every setting"),
    }
}

/// Line and column in characters, both from 1.
pub(crate) fn line_and_column(text: &str, offset: usize) -> (usize, usize) {
    let before = text.get(..offset).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().map_or(0, |part| part.chars().count()) + 1;
    (line, column)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_in_a_file_is_told_with_its_place_and_what_was_meant() {
        for (text, code, place, help) in [
            ("htpp = 1", "config::unknown-setting", "f:1:1", Some("did you mean http?")),
            (
                "\n[limits]\n  atachments = 3",
                "config::unknown-setting",
                "f:3:3",
                Some("did you mean limits.attachments?"),
            ),
            (
                "[colours]\nred = 1",
                "config::unknown-setting",
                "f:2:1",
                Some("`brevdue config` lists every setting"),
            ),
            ("[colours]", "config::unknown-setting", "f:1:2", None),
            ("http = 2020-01-01", "config::wrong-kind", "f:1:8", None),
            ("http = \"x", "config::not-toml", "f:1:10", None),
            ("æ = 1\nhttp = = 3", "config::not-toml", "f:2:8", None),
        ] {
            let problem = values(text, Path::new("f")).err().unwrap();
            assert_eq!((problem.code, problem.at.as_deref()), (code, Some(place)), "{text}");
            if help.is_some() {
                assert_eq!(problem.help.as_deref(), help, "{text}");
            }
        }
    }

    #[test]
    fn values_of_every_kind_are_taken() {
        let text = "http = \"none\"\n[limits]\nattachments = 1_0\n[delivery]\nretry_seconds = [1, 2]\n[country]\nfirst_letters = false";
        let found = values(text, Path::new("f")).unwrap();
        let list: Vec<(&str, &str)> =
            found.iter().map(|one| (SETTINGS[one.setting].name, one.text.as_str())).collect();
        for expected in [
            ("http", "none"),
            ("limits.attachments", "10"),
            ("delivery.retry_seconds", "1,2"),
            ("country.first_letters", "false"),
        ] {
            assert!(list.contains(&expected), "{expected:?} in {list:?}");
        }
    }
}
