//! Every rule a message can break, in one table: id, severity, what to say, how to mend it, whose rule.
//!
//! `docs/rules.md` is made from this table. A `{}` in a text is filled with names, numbers and fixed
//! phrases, never with a value of the message.
//!
//! The entries stand in a file for each level; what finds them is in [`crate::reading`] (syntax, schema,
//! tolerances), [`crate::rules`] (business, context) and [`crate::container`].

use crate::finding::Severity;

/// Which check finds it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Level {
    /// Not XML as Digital Post takes it, or over a limit; reading stops.
    Syntax,
    /// Not what the schema of the message's version says; reading goes on.
    Schema,
    /// Bends the standard as real messages do; accepted unless a policy says otherwise.
    Tolerance,
    /// Against a rule beside the schema.
    Business,
    /// Against a rule that needs more than the message: registers, permissions, a clock.
    Context,
    /// About a container, or a message's place in it.
    Container,
}

/// How sure it is that Digital Post has this rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Mark {
    /// Found in the named source.
    Confirmed,
    /// Concluded from examples, names, or what existing software does.
    Inferred,
    /// No source says; our own choice.
    Choice,
}

/// The versions of the format that a rule is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Versions {
    /// Both.
    All,
    /// 1.1 alone.
    V1_1,
    /// 1.2 alone.
    V1_2,
}

/// One rule.
#[derive(Debug)]
pub struct Rule {
    /// The stable id, e.g. `MEMO-S-003`.
    pub id: &'static str,
    /// How bad it is to break it, unless a [`crate::Policy`] says otherwise.
    pub severity: Severity,
    /// Which check finds it.
    pub level: Level,
    /// For which versions of the format.
    pub versions: Versions,
    /// How sure it is.
    pub mark: Mark,
    /// Whose rule it is.
    pub source: &'static str,
    /// Off unless a policy gives it a severity.
    pub off: bool,
    /// The rules of the schema that find it, when those do; findings then carry their ids.
    pub reported_as: &'static [&'static str],
    /// The text of a finding in Danish.
    pub danish: &'static str,
    /// The text of a finding in English.
    pub english: &'static str,
    /// How to mend it, in Danish.
    pub fix_danish: &'static str,
    /// How to mend it, in English.
    pub fix_english: &'static str,
}

impl PartialEq for Rule {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
    }
}

impl Eq for Rule {}

/// One file's part of the table. An entry without versions, mark and source in parentheses is for all
/// versions and has those of the file; `off` after the source turns a rule off by default, `as` names
/// the rules of the schema that find it.
macro_rules! rules {
    (
        source $mark:ident $source:literal;
        $( $NAME:ident = $id:literal $level:ident $severity:ident $(($($origin:tt)*))? {
            $danish:literal / $english:literal,
            $fix_danish:literal / $fix_english:literal
        } )*
    ) => {
        $(
            pub(crate) static $NAME: Rule = {
                let (versions, mark, source, off, reported_as) = origin!($mark $source; $($($origin)*)?);
                Rule {
                    id: $id,
                    severity: Severity::$severity,
                    level: Level::$level,
                    versions,
                    mark,
                    source,
                    off,
                    reported_as,
                    danish: $danish,
                    english: $english,
                    fix_danish: $fix_danish,
                    fix_english: $fix_english,
                }
            };
        )*

        pub(super) static TABLE: &[&Rule] = &[$(&$NAME),*];
    };
}

macro_rules! origin {
    ($mark:ident $source:literal;) => {
        (Versions::All, Mark::$mark, $source, false, &[])
    };
    ($_:ident $__:literal; $versions:ident $mark:ident $source:literal) => {
        (Versions::$versions, Mark::$mark, $source, false, &[])
    };
    ($_:ident $__:literal; $versions:ident $mark:ident $source:literal off) => {
        (Versions::$versions, Mark::$mark, $source, true, &[])
    };
    ($_:ident $__:literal; $versions:ident $mark:ident $source:literal as $($id:literal)*) => {
        (Versions::$versions, Mark::$mark, $source, false, &[$($id),*])
    };
}

mod business;
mod container;
mod context;
mod documents;
mod schema;
mod syntax;
mod tolerance;

#[allow(unused_imports, reason = "a level may have no rule that others name")]
pub(crate) use {
    business::*, container::*, context::*, documents::*, schema::*, syntax::*, tolerance::*,
};

static TABLES: [&[&Rule]; 7] = [
    syntax::TABLE,
    schema::TABLE,
    tolerance::TABLE,
    business::TABLE,
    documents::TABLE,
    context::TABLE,
    container::TABLE,
];

/// All rules, level by level, subject by subject.
pub fn rules() -> impl Iterator<Item = &'static Rule> {
    TABLES.iter().flat_map(|table| table.iter().copied())
}

/// The rule of an id.
pub fn rule(id: &str) -> Option<&'static Rule> {
    rules().find(|rule| rule.id == id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_unique_and_texts_follow_the_style() {
        for (index, rule) in rules().enumerate() {
            assert!(rules().take(index).all(|other| other.id != rule.id), "{} twice", rule.id);
            let prefixes: &[&str] = match rule.level {
                Level::Syntax => &["MEMO-X-"],
                Level::Schema => &["MEMO-S-"],
                Level::Tolerance => &["MEMO-T-"],
                Level::Business | Level::Context => &["MEMO-R-"],
                Level::Container => &["MEMO-C-", "MEMO-R-"],
            };
            assert!(prefixes.iter().any(|prefix| rule.id.starts_with(prefix)), "{}", rule.id);
            for text in [rule.danish, rule.english, rule.fix_danish, rule.fix_english] {
                assert!(!text.is_empty() && !text.ends_with('.'), "{}: {text}", rule.id);
            }
            assert_eq!(
                rule.danish.matches("{}").count(),
                rule.english.matches("{}").count(),
                "{}",
                rule.id
            );
        }
    }
}
