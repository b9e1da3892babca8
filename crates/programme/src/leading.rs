//! That a programme keeps somebody who leads it: nobody else could ever give somebody the right to again.

use std::collections::BTreeMap;

use crate::change::Write;
use crate::ids::Key;
use crate::objects::{Kind, Person};
use crate::programme::Programme;

/// The role of whoever runs a programme: project manager.
pub const LEADER: &str = "pm";

/// A change after which nobody would lead.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NoLeader {
    /// Nobody would have the role any more.
    #[error("nobody would be project manager any more; give somebody else the role {LEADER} first")]
    Role,
    /// Of those who have the role nobody could sign in any more, and somebody can.
    #[error(
        "no project manager could sign in any more; let the entry of another one say who signs in as it first"
    )]
    SignIn,
}

/// Whether somebody still leads after writes. A programme that nobody leads can be changed all the same, so that
/// somebody is found.
///
/// Gives those who then lead and are not written, each in the version that was seen: by them it is decided, so
/// they must still be there when the writes are made. Otherwise of two who let each other go both would succeed.
///
/// # Errors
///
/// [`NoLeader`].
pub fn guard(programme: &Programme, writes: &[Write]) -> Result<Vec<(Kind, Key, u32)>, NoLeader> {
    let written: BTreeMap<&Key, Option<Person>> = writes
        .iter()
        .filter(|write| write.kind == Kind::Person)
        .map(|write| (&write.key, write.body.as_ref().and_then(person)))
        .collect();
    if written.is_empty() {
        return Ok(Vec::new());
    }
    let before: BTreeMap<&Key, Person> =
        programme.all::<Person>().filter(|(_, person)| leads(person)).collect();
    let lets_go = |(key, was): (&&Key, &Person)| match written.get(*key) {
        None => false,
        Some(None) => true,
        Some(Some(is)) => !leads(is) || signs_in(was) && !signs_in(is),
    };
    if !before.iter().any(lets_go) {
        return Ok(Vec::new());
    }
    let stay: Vec<(&Key, &Person)> = before
        .iter()
        .filter(|(key, _)| !written.contains_key(**key))
        .map(|(key, person)| (*key, person))
        .collect();
    let new: Vec<&Person> = written.values().flatten().filter(|person| leads(person)).collect();
    let after = || stay.iter().map(|(_, person)| *person).chain(new.iter().copied());
    if after().next().is_none() {
        return Err(NoLeader::Role);
    }
    if before.values().any(signs_in) && !after().any(signs_in) {
        return Err(NoLeader::SignIn);
    }
    let version = |key: &Key| programme.held(Kind::Person, key).map_or(0, |held| held.version);
    Ok(stay.iter().map(|(key, _)| (Kind::Person, (*key).clone(), version(key))).collect())
}

fn person(body: &serde_json::Value) -> Option<Person> {
    serde_json::from_value(body.clone()).ok()
}

fn leads(person: &Person) -> bool {
    person.roles.iter().any(|role| role.as_str() == LEADER)
}

fn signs_in(person: &Person) -> bool {
    !person.subject.trim().is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::change::{Change, What, outcome};
    use crate::fixture::{apply, at, key, programme};

    fn somebody(roles: &[&str], subject: &str) -> Person {
        Person {
            roles: roles.iter().map(|role| role.parse().unwrap()).collect(),
            subject: subject.into(),
            ..Person::default()
        }
    }

    fn with(people: &[(&str, Person)]) -> Programme {
        let mut programme = programme("NEW", "2026-01-05");
        let add = people.iter().map(|(name, person)| Change::add(key(name), person));
        apply(&mut programme, &add.collect::<Vec<_>>());
        programme
    }

    fn asked(programme: &Programme, changes: &[Change]) -> Result<usize, NoLeader> {
        let outcome = outcome(programme, changes, "x", "", at("2026-01-06T08:00:00Z")).unwrap();
        guard(programme, &outcome.writes).map(|rests| rests.len())
    }

    fn becomes(programme: &Programme, name: &str, person: &Person) -> Change {
        let is: Person = programme.get(&key(name)).unwrap();
        Change::edit(key(name), &is, person).unwrap()
    }

    fn goes(name: &str) -> Change {
        Change { kind: Kind::Person, key: key(name), what: What::Remove { version: 1 } }
    }

    #[test]
    fn the_last_project_manager_neither_goes_nor_becomes_something_else() {
        let one = with(&[("asta", somebody(&["pm"], "")), ("bo", somebody(&["owner"], ""))]);
        assert_eq!(asked(&one, &[goes("asta")]), Err(NoLeader::Role));
        let demoted = becomes(&one, "asta", &somebody(&["arch"], ""));
        assert_eq!(asked(&one, std::slice::from_ref(&demoted)), Err(NoLeader::Role));
        // Who takes over may do so in the same stroke, and the owner is nobody's concern.
        let takes_over = becomes(&one, "bo", &somebody(&["owner", "pm"], ""));
        assert_eq!(asked(&one, &[demoted, takes_over]), Ok(0));
        assert_eq!(asked(&one, &[goes("bo")]), Ok(0));
        let new = Change::add(key("carl"), &somebody(&["pm"], ""));
        assert_eq!(asked(&one, &[goes("asta"), new]), Ok(0));
    }

    #[test]
    fn of_two_project_managers_one_may_go_and_it_rests_on_the_other() {
        let two = with(&[("asta", somebody(&["pm"], "")), ("bo", somebody(&["pm"], ""))]);
        assert_eq!(asked(&two, &[goes("asta")]), Ok(1));
        assert_eq!(asked(&two, &[goes("asta"), goes("bo")]), Err(NoLeader::Role));
        let renamed = Person { name: "Asta".into(), ..somebody(&["pm"], "") };
        assert_eq!(asked(&two, &[becomes(&two, "asta", &renamed)]), Ok(0));
    }

    #[test]
    fn the_last_one_who_can_sign_in_stays_able_to() {
        let two = with(&[("asta", somebody(&["pm"], "0a6d")), ("bo", somebody(&["pm"], ""))]);
        assert_eq!(asked(&two, &[goes("asta")]), Err(NoLeader::SignIn));
        let unknown = becomes(&two, "asta", &somebody(&["pm"], " "));
        assert_eq!(asked(&two, std::slice::from_ref(&unknown)), Err(NoLeader::SignIn));
        let signs_in = becomes(&two, "bo", &somebody(&["pm"], "77af"));
        assert_eq!(asked(&two, &[unknown, signs_in]), Ok(0));
        let other = becomes(&two, "asta", &somebody(&["pm"], "77af"));
        assert_eq!(asked(&two, &[other]), Ok(0));
    }

    #[test]
    fn a_programme_that_nobody_leads_takes_changes() {
        let none = with(&[("bo", somebody(&["owner"], "77af"))]);
        assert_eq!(asked(&none, &[goes("bo")]), Ok(0));
    }
}
