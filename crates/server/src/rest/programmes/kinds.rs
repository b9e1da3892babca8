//! Which kinds of objects stand where, and what may be done with them.

use std::sync::LazyLock;

use brevdue_programme::fields::Register;
use brevdue_programme::objects::Kind;

/// What may be done with the objects of a kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verb {
    /// A page of them.
    List,
    /// A new one.
    Add,
    /// One.
    Read,
    /// All of one is replaced.
    Replace,
    /// Some members of one are changed.
    Change,
    /// One is taken away.
    Remove,
}

use Verb::{Add, Change, List, Read, Remove, Replace};

const EVERYTHING: &[Verb] = &[List, Add, Read, Replace, Change, Remove];

/// A kind of object as it is served.
#[derive(Debug)]
pub(super) struct Exposed {
    pub(super) kind: Kind,
    /// Its part of the path.
    pub(super) path: &'static str,
    /// What the keys of new ones begin with; none: whoever adds one names its key.
    pub(super) prefix: Option<&'static str>,
    pub(super) verbs: &'static [Verb],
    /// What several are called, in English.
    pub(super) many: &'static str,
}

impl Exposed {
    /// The name of its shape.
    pub(super) fn name(&self) -> String {
        match self.kind {
            Kind::TaskState => "ProgrammeTask".to_owned(),
            kind => format!("Programme{kind:?}"),
        }
    }

    pub(super) fn can(&self, verb: Verb) -> bool {
        self.verbs.contains(&verb)
    }

    /// There is one, under a path of its own.
    pub(super) fn is_single(&self) -> bool {
        self.kind == Kind::Settings
    }
}

const fn besides(
    kind: Kind,
    path: &'static str,
    prefix: Option<&'static str>,
    verbs: &'static [Verb],
    many: &'static str,
) -> Exposed {
    Exposed { kind, path, prefix, verbs, many }
}

/// Every kind.
pub(super) fn all() -> &'static [Exposed] {
    static ALL: LazyLock<Vec<Exposed>> = LazyLock::new(|| {
        let registers = Register::ALL.iter().map(|register| Exposed {
            kind: register.kind,
            path: register.path,
            prefix: Some(register.prefix),
            verbs: EVERYTHING,
            many: register.en,
        });
        let mut all: Vec<Exposed> = registers.collect();
        all.extend([
            besides(Kind::Settings, "settings", None, &[Read, Replace, Change], "Settings"),
            besides(
                Kind::Milestone,
                "milestones",
                None,
                &[List, Read, Replace, Change],
                "Milestones",
            ),
            besides(Kind::Override, "overrides", None, EVERYTHING, "Changes of the catalogue"),
            besides(Kind::TaskState, "tasks", None, &[List, Read, Replace, Change], "Tasks"),
            besides(Kind::Attestation, "attestations", Some("A"), EVERYTHING, "Attestations"),
            besides(Kind::Waiver, "waivers", Some("W"), EVERYTHING, "Requirements set aside"),
            besides(Kind::Comment, "comments", Some("C"), &[List, Add, Read, Remove], "Comments"),
            besides(
                Kind::Questionnaire,
                "questionnaires",
                Some("Q"),
                &[List, Add, Read, Change, Remove],
                "Links to questionnaires",
            ),
            besides(
                Kind::LinkScan,
                "link-scans",
                None,
                &[List, Read, Remove],
                "Scans of pages for old links",
            ),
            besides(Kind::Feed, "feeds", None, &[List, Read, Change, Remove], "Calendar feeds"),
        ]);
        all
    });
    &ALL
}

/// How a kind is served.
pub(super) fn of(kind: Kind) -> Option<&'static Exposed> {
    all().iter().find(|exposed| exposed.kind == kind)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_kind_of_object_is_served_under_a_path_of_its_own() {
        let served: BTreeSet<Kind> = all().iter().map(|exposed| exposed.kind).collect();
        assert_eq!(served, Kind::ALL.iter().copied().collect());
        let paths: BTreeSet<&str> = all().iter().map(|exposed| exposed.path).collect();
        assert_eq!(paths.len(), all().len());
        assert!(all().iter().all(|exposed| of(exposed.kind).is_some() && exposed.can(Verb::Read)));
    }
}
