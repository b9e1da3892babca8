//! Every kind of object as JSON, member by member: what a description of an interface for programs is made
//! of, and what a body that a program writes is held to.
//!
//! Names, choices and labels of registers are those of [`crate::fields`]; those of the other kinds stand in
//! `tables`. Whether a member may be missing or null, and how large a number may be, is asked of the type
//! itself, so that nothing else can be told of it.

mod fitting;
mod tables;

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde_json::{Map, Value, json};

pub use self::fitting::{Unfit, Whole, fitted};
use crate::fields::{Field, FieldKind, Register};
use crate::objects::Kind;

/// Entries of a map at most.
pub const MAP_ENTRIES: usize = 2_000;

/// What may stand in a member.
#[derive(Debug, Clone, PartialEq)]
pub enum Shape {
    /// As in a form; never one of its parts.
    Field(FieldKind),
    /// An object with members of its own.
    Part(Vec<Member>),
    /// A list of such objects.
    Parts(Vec<Member>),
    /// A point in time, UTC.
    Time,
    /// `HH:MM`.
    TimeOfDay,
    /// A whole number, 0 to 100.
    Percent,
    /// Whole numbers from 1.
    Steps,
    /// Days.
    Days,
    /// CVR numbers: eight digits each.
    CvrNumbers,
    /// Texts by name.
    Texts,
    /// Numbers by name, decimals and minus allowed.
    Numbers,
    /// Whole numbers by name.
    Counts,
    /// A SHA-256 in hex.
    Digest,
    /// Anything by name: fields of the catalogue.
    Values,
    /// A package or task of the catalogue, in its own form.
    Catalogue,
}

/// Who sets a member.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Whoever writes the object.
    Written,
    /// Brevdue, by an operation of its own or by rule; left alone when written.
    Told,
    /// It is never told to anybody.
    Secret,
}

/// A member of an object.
#[derive(Debug, Clone, PartialEq)]
pub struct Member {
    /// Its name in JSON.
    pub name: &'static str,
    /// What it is, in English.
    pub says: &'static str,
    /// What may stand in it.
    pub shape: Shape,
    /// Who sets it.
    pub access: Access,
    /// A body without it is refused.
    pub needed: bool,
    /// It may be null.
    pub nullable: bool,
    /// The largest whole number, where it is one.
    pub most: u64,
}

impl Member {
    fn new(name: &'static str, shape: Shape, says: &'static str) -> Self {
        let most = u64::from(u32::MAX);
        let access = Access::Written;
        Self { name, says, shape, access, needed: false, nullable: false, most }
    }

    fn of(field: &Field) -> Self {
        Self::new(field.name, shape_of(field.kind), field.en)
    }

    fn told(self) -> Self {
        Self { access: Access::Told, ..self }
    }

    fn secret(self) -> Self {
        Self { access: Access::Secret, ..self }
    }
}

/// The members of a kind, in the order of forms.
pub fn members(kind: Kind) -> &'static [Member] {
    static ALL: LazyLock<BTreeMap<Kind, Vec<Member>>> = LazyLock::new(|| {
        Kind::ALL.iter().map(|kind| (*kind, asked(*kind, described(*kind)))).collect()
    });
    ALL.get(&kind).map_or(&[], Vec::as_slice)
}

/// Members as they are described, before the type is asked.
fn described(kind: Kind) -> Vec<Member> {
    let register = Register::of(kind).map_or(&[][..], |register| register.fields);
    let mut members: Vec<Member> = register.iter().map(Member::of).collect();
    members.extend(tables::besides(kind));
    members
}

fn shape_of(kind: FieldKind) -> Shape {
    let inner = |fields: &[Field]| fields.iter().map(Member::of).collect();
    match kind {
        FieldKind::Part(fields) => Shape::Part(inner(fields)),
        FieldKind::Parts(fields) => Shape::Parts(inner(fields)),
        FieldKind::Time => Shape::TimeOfDay,
        kind => Shape::Field(kind),
    }
}

/// Asks the type which members it needs, which may be null, and how large their numbers may be.
fn asked(kind: Kind, mut members: Vec<Member>) -> Vec<Member> {
    let whole = sample_of(&members);
    ask(kind, &whole, "", &mut members);
    members
}

fn ask(kind: Kind, whole: &Value, at: &str, members: &mut [Member]) {
    for member in members {
        let takes = |change: &dyn Fn(&mut Map<String, Value>)| {
            let mut changed = whole.clone();
            if let Some(Value::Object(object)) = changed.pointer_mut(at) {
                change(object);
            }
            kind.checked(changed).is_ok()
        };
        let name = member.name;
        member.needed = !takes(&|object| drop(object.remove(name)));
        member.nullable = takes(&|object| drop(object.insert(name.to_owned(), Value::Null)));
        if member.shape == Shape::Field(FieldKind::Count) {
            let most = [u64::from(u32::MAX), 65_535, 32_767, 255];
            let fits =
                |most: &u64| takes(&|object| drop(object.insert(name.to_owned(), json!(most))));
            member.most = most.into_iter().find(fits).unwrap_or(0);
        }
        match &mut member.shape {
            Shape::Part(inner) => ask(kind, whole, &format!("{at}/{name}"), inner),
            Shape::Parts(inner) => ask(kind, whole, &format!("{at}/{name}/0"), inner),
            _ => {}
        }
    }
}

/// An object with something in every member.
fn sample_of(members: &[Member]) -> Value {
    let entry = |member: &Member| (member.name.to_owned(), sample(&member.shape));
    Value::Object(members.iter().map(entry).collect())
}

/// A value that a shape takes.
fn sample(shape: &Shape) -> Value {
    match shape {
        Shape::Field(kind) => match kind {
            FieldKind::Text | FieldKind::Long => json!("Ærøby"),
            FieldKind::Count => json!(3),
            FieldKind::Number => json!(2.5),
            FieldKind::Share => json!(0.5),
            FieldKind::Scale(from, _) => json!((*from).max(1)),
            FieldKind::Day => json!("2026-03-01"),
            FieldKind::Time => json!("12:00"),
            FieldKind::Flag => json!(true),
            FieldKind::OneOf(options) => json!(options[0].word),
            FieldKind::Key | FieldKind::Ref(_) => json!("S-001"),
            FieldKind::Archetype => json!("AR1"),
            FieldKind::Refs(_) | FieldKind::Words => json!(["S-001"]),
            FieldKind::Roles => json!(["pm"]),
            FieldKind::Part(_) | FieldKind::Parts(_) => Value::Null,
        },
        Shape::Part(members) => sample_of(members),
        Shape::Parts(members) => json!([sample_of(members)]),
        Shape::Time => json!("2026-03-01T08:00:00.000Z"),
        Shape::TimeOfDay => json!("12:00"),
        Shape::Percent => json!(50),
        Shape::Steps => json!([1]),
        Shape::Days => json!(["2026-03-01"]),
        Shape::CvrNumbers => json!(["12345678"]),
        Shape::Texts => json!({ "plan": "ja" }),
        Shape::Numbers => json!({ "own_time": 0.5 }),
        Shape::Counts => json!({ "suppliers": 3 }),
        Shape::Digest => json!("0".repeat(64)),
        Shape::Values => json!({}),
        Shape::Catalogue => Value::Null,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// The names a type itself tells when it is shown one that it does not have.
    fn told_by_type(kind: Kind, whole: &Value, at: &str) -> BTreeSet<String> {
        let mut odd = whole.clone();
        odd.pointer_mut(at).unwrap()["nonesuch"] = json!(1);
        let text = kind.checked(odd).unwrap_err().to_string();
        let names = text.split('`').skip(1).step_by(2).map(str::to_owned);
        names.filter(|name| name != "nonesuch").collect()
    }

    fn compare(kind: Kind, whole: &Value, at: &str, members: &[Member]) {
        let ours: BTreeSet<String> = members.iter().map(|one| one.name.to_owned()).collect();
        assert_eq!(ours.len(), members.len(), "{kind:?}{at}: a member is described twice");
        assert_eq!(ours, told_by_type(kind, whole, at), "{kind:?}{at}");
        for member in members {
            match &member.shape {
                Shape::Part(inner) => {
                    compare(kind, whole, &format!("{at}/{}", member.name), inner);
                }
                Shape::Parts(inner) => {
                    compare(kind, whole, &format!("{at}/{}/0", member.name), inner);
                }
                _ => {}
            }
        }
    }

    #[test]
    fn every_member_of_every_type_is_described_and_no_other() {
        for kind in Kind::ALL {
            let whole = sample_of(members(*kind));
            kind.checked(whole.clone()).unwrap_or_else(|error| panic!("{kind:?}: {error}"));
            compare(*kind, &whole, "", members(*kind));
        }
    }

    #[test]
    fn what_is_needed_and_what_may_be_null_is_what_the_type_says() {
        let of = |kind: Kind, name: &str| {
            members(kind).iter().find(|member| member.name == name).unwrap().clone()
        };
        assert!(of(Kind::Attestation, "person").needed);
        assert!(!of(Kind::System, "name").needed && !of(Kind::System, "name").nullable);
        assert!(of(Kind::System, "owner").nullable);
        let Shape::Parts(volume) = of(Kind::System, "volumes").shape else { panic!() };
        let year = volume.iter().find(|member| member.name == "year").unwrap();
        assert_eq!((year.most, year.nullable), (32_767, false));
    }

    #[test]
    fn what_opens_a_link_is_secret() {
        for kind in [Kind::Questionnaire, Kind::Feed] {
            let token = members(kind).iter().find(|one| one.name == "token_sha256").unwrap();
            assert_eq!(token.access, Access::Secret);
        }
    }
}
