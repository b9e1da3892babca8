//! How the values of a letter are written in a description: as a text, or as a table of parts, and how a
//! refusal gets through serde, whose errors are one line of text.

use std::fmt;
use std::marker::PhantomData;
use std::str::FromStr;

use serde::de::{Deserializer, Error as _, Visitor};

use super::values::Refused;

impl Refused {
    /// As an error of serde, from which [`Refused::from_words`] makes it again.
    pub(crate) fn into_error<E: serde::de::Error>(self) -> E {
        E::custom(ErrorText(self))
    }

    /// The parts of an error made by [`Refused::into_error`]: what, rule (may be empty), help.
    pub(crate) fn from_words(message: &str) -> Option<(&str, &str, &str)> {
        let (what, rest) = message.split_once(SEPARATOR)?;
        let (rule, help) = rest.split_once(SEPARATOR)?;
        Some((what, rule, help))
    }
}

/// Between the parts of a refusal while serde carries it; a control character, so in none of them.
const SEPARATOR: char = '\u{1F}';

/// Reads a value from a text of a description.
pub(crate) fn parsed<'de, D, T>(from: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: FromStr<Err = Refused>,
{
    from.deserialize_str(TextVisitor(PhantomData))
}

struct TextVisitor<T>(PhantomData<T>);

impl<T: FromStr<Err = Refused>> Visitor<'_> for TextVisitor<T> {
    type Value = T;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text in quotes")
    }
    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<T, E> {
        text.parse().map_err(Refused::into_error)
    }
}

/// An optional value written either as one text or as a table of its parts.
pub(crate) fn text_or_table<'de, D, T>(from: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: FromStr<Err = Refused> + serde::Deserialize<'de>,
{
    from.deserialize_any(TextOrTable(PhantomData)).map(Some)
}

pub(crate) struct TextOrTable<T>(pub(crate) PhantomData<T>);

impl<'de, T: FromStr<Err = Refused> + serde::Deserialize<'de>> Visitor<'de> for TextOrTable<T> {
    type Value = T;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text in quotes or a table")
    }
    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<T, E> {
        text.parse().map_err(Refused::into_error)
    }
    fn visit_map<A: serde::de::MapAccess<'de>>(self, table: A) -> Result<T, A::Error> {
        T::deserialize(serde::de::value::MapAccessDeserializer::new(table))
    }
}

/// Reads one with a function of its own.
pub(crate) fn read_text<'de, D, T>(
    from: D,
    read: impl FnOnce(&str) -> Result<T, Refused>,
) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
{
    let text: Plain = parsed(from)?;
    read(&text.0).map_err(|refused| D::Error::custom(ErrorText(refused)))
}

/// Any text, not checked yet.
struct Plain(String);

impl FromStr for Plain {
    type Err = Refused;
    fn from_str(text: &str) -> Result<Self, Refused> {
        Ok(Self(text.to_owned()))
    }
}

/// As [`Refused::into_error`] writes it.
pub(crate) struct ErrorText(pub(crate) Refused);

impl fmt::Display for ErrorText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Refused { what, rule, help } = &self.0;
        write!(f, "{what}{SEPARATOR}{}{SEPARATOR}{help}", rule.unwrap_or_default())
    }
}
