//! What a browser sent in a form.

use brevdue_programme::Day;

use crate::limits::OBJECT_FORM_FIELDS;

/// Names and texts, in the order of the form.
#[derive(Default)]
pub(crate) struct Sent(Vec<(String, String)>);

/// What was written is no day.
pub(crate) struct NoDay;

impl Sent {
    /// None when there are more fields than a form has.
    pub(crate) fn new(pairs: Vec<(String, String)>) -> Option<Self> {
        (pairs.len() <= OBJECT_FORM_FIELDS).then_some(Self(pairs))
    }

    /// All of it.
    pub(crate) fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, text)| (name.as_str(), text.as_str()))
    }

    /// The first text of a name; empty when there is none.
    pub(crate) fn one(&self, name: &str) -> &str {
        self.pairs().find(|(one, _)| *one == name).map_or("", |(_, text)| text)
    }

    /// Every text of a name.
    pub(crate) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.pairs().filter(move |(one, _)| *one == name).map(|(_, text)| text)
    }

    /// There is one of that name.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.pairs().any(|(one, _)| one == name)
    }

    /// The day of a name; none when nothing was written.
    pub(crate) fn day(&self, name: &str) -> Result<Option<Day>, NoDay> {
        match self.one(name).trim() {
            "" => Ok(None),
            text => text.parse().map(Some).map_err(|_| NoDay),
        }
    }
}
