//! Whether a body fits its kind.

use serde_json::{Map, Value};

use super::{Access, MAP_ENTRIES, Member, Shape, members};
use crate::catalogue::Catalogue;
use crate::day::Day;
use crate::fields::{FieldKind, LIST_ENTRIES, LONG_CHARACTERS, NotAValue, TEXT_CHARACTERS};
use crate::ids::Key;
use crate::objects::Kind;

/// Faults of one body that are told at most.
const FAULTS: usize = 100;

/// Characters of a name in a map at most.
const NAME_CHARACTERS: usize = 200;

/// What a member holds does not fit. Says the rule, not the value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{member}: {rule}")]
pub struct Unfit {
    /// Where: `interfaces[0].direction`.
    pub member: String,
    /// The rule.
    pub rule: String,
}

/// How much of an object a body is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whole {
    /// All of it: what is not there is empty, and what is needed must be there.
    Yes,
    /// The members that change; null makes one empty.
    No,
}

/// What of a body is somebody's to write, when it fits. Members that the kind does not have, and those that
/// are not written by anybody, are left out. Of part of an object, an emptied member is null.
///
/// # Errors
///
/// Everything that does not fit, at most a hundred.
pub fn fitted(
    kind: Kind,
    body: &Map<String, Value>,
    whole: Whole,
    catalogue: &Catalogue,
) -> Result<Map<String, Value>, Vec<Unfit>> {
    let mut fitting = Fitting { catalogue, faults: Vec::new() };
    let mut kept = Map::new();
    for member in members(kind).iter().filter(|member| member.access == Access::Written) {
        let given = body.get(member.name);
        match (given, whole) {
            (None, Whole::No) => {}
            (Some(Value::Null), Whole::No) if !member.needed => {
                kept.insert(member.name.to_owned(), Value::Null);
            }
            _ => {
                if let Some(value) = fitting.member(member, given, member.name) {
                    kept.insert(member.name.to_owned(), value);
                }
            }
        }
    }
    if fitting.faults.is_empty() { Ok(kept) } else { Err(fitting.faults) }
}

struct Fitting<'a> {
    catalogue: &'a Catalogue,
    faults: Vec<Unfit>,
}

impl Fitting<'_> {
    fn fault(&mut self, at: &str, rule: impl ToString) -> Option<Value> {
        if self.faults.len() < FAULTS {
            self.faults.push(Unfit { member: at.to_owned(), rule: rule.to_string() });
        }
        None
    }

    /// What is kept of a member; none when it is absent, or does not fit.
    fn member(&mut self, member: &Member, given: Option<&Value>, at: &str) -> Option<Value> {
        match given {
            None | Some(Value::Null) if member.needed => self.fault(at, "it is missing"),
            None | Some(Value::Null) => None,
            Some(value) => self.value(member, value, at),
        }
    }

    fn value(&mut self, member: &Member, value: &Value, at: &str) -> Option<Value> {
        match &member.shape {
            Shape::Part(inner) => match value {
                Value::Object(object) => Some(self.part(inner, object, at)),
                _ => self.fault(at, "it is an object"),
            },
            Shape::Parts(inner) => {
                let Value::Array(list) = value else { return self.fault(at, "it is a list") };
                if list.len() > LIST_ENTRIES {
                    return self.fault(at, NotAValue::TooMany);
                }
                let mut parts = Vec::new();
                for (index, part) in list.iter().enumerate() {
                    let at = format!("{at}[{index}]");
                    match part {
                        Value::Object(object) => parts.push(self.part(inner, object, &at)),
                        _ => drop(self.fault(&at, "it is an object")),
                    }
                }
                Some(Value::Array(parts))
            }
            Shape::Field(kind) => match self.field(*kind, member.most, value) {
                Ok(()) => Some(value.clone()),
                Err(rule) => self.fault(at, rule),
            },
            shape => match other(shape, value) {
                Ok(()) => Some(value.clone()),
                Err(rule) => self.fault(at, rule),
            },
        }
    }

    fn part(&mut self, members: &[Member], object: &Map<String, Value>, at: &str) -> Value {
        let mut kept = Map::new();
        for member in members {
            let at = format!("{at}.{}", member.name);
            if let Some(value) = self.member(member, object.get(member.name), &at) {
                kept.insert(member.name.to_owned(), value);
            }
        }
        Value::Object(kept)
    }

    fn field(&self, kind: FieldKind, most: u64, value: &Value) -> Result<(), String> {
        let said = |rule: NotAValue| rule.to_string();
        match kind {
            FieldKind::Text => bounded(value, TEXT_CHARACTERS),
            FieldKind::Long => bounded(value, LONG_CHARACTERS),
            FieldKind::Count => {
                let fits = value.as_u64().is_some_and(|count| count <= most);
                if fits { Ok(()) } else { Err(format!("it is a whole number from 0 to {most}")) }
            }
            FieldKind::Number => {
                let fits = value.as_f64().is_some_and(|number| number >= 0.0);
                if fits { Ok(()) } else { Err(said(NotAValue::NotANumber)) }
            }
            FieldKind::Share => {
                let fits = value.as_f64().is_some_and(|share| (0.0..=1.0).contains(&share));
                if fits { Ok(()) } else { Err("it is a number from 0 to 1".to_owned()) }
            }
            FieldKind::Scale(from, to) => {
                let scale = u64::from(from)..=u64::from(to);
                let fits = value.as_u64().is_some_and(|read| scale.contains(&read));
                if fits { Ok(()) } else { Err(said(NotAValue::OffScale(from, to))) }
            }
            FieldKind::Day => {
                let fits = value.as_str().is_some_and(|text| text.parse::<Day>().is_ok());
                if fits { Ok(()) } else { Err(crate::day::NotADay.to_string()) }
            }
            FieldKind::Time => other(&Shape::TimeOfDay, value),
            FieldKind::Flag => {
                if value.is_boolean() {
                    Ok(())
                } else {
                    Err("it is true or false".to_owned())
                }
            }
            FieldKind::OneOf(options) => {
                let fits =
                    value.as_str().is_some_and(|word| options.iter().any(|one| one.word == word));
                let words: Vec<&str> = options.iter().map(|option| option.word).collect();
                if fits { Ok(()) } else { Err(format!("it is one of {}", words.join(", "))) }
            }
            FieldKind::Key | FieldKind::Ref(_) => key(value).map(drop),
            FieldKind::Archetype => {
                let id = key(value)?;
                let known = self.catalogue.archetypes.iter();
                let known = known.map(|one| one.id.as_str());
                one_of_catalogue(&id, known, "archetype")
            }
            FieldKind::Refs(_) => keys(value).map(drop),
            FieldKind::Roles => {
                let known: Vec<&str> =
                    self.catalogue.roles.iter().map(|role| role.id.as_str()).collect();
                keys(value)?
                    .iter()
                    .try_for_each(|role| one_of_catalogue(role, known.iter().copied(), "role"))
            }
            FieldKind::Words => each(value, |word| bounded(word, TEXT_CHARACTERS)),
            FieldKind::Parts(_) | FieldKind::Part(_) => Err(said(NotAValue::NotOneText)),
        }
    }
}

fn one_of_catalogue<'a>(
    id: &Key,
    known: impl Iterator<Item = &'a str>,
    what: &str,
) -> Result<(), String> {
    let known: Vec<&str> = known.collect();
    match known.contains(&id.as_str()) {
        true => Ok(()),
        false => Err(format!("there is no such {what}; there are {}", known.join(", "))),
    }
}

/// What is no field of a form.
fn other(shape: &Shape, value: &Value) -> Result<(), String> {
    let held = |fits: bool, rule: &str| if fits { Ok(()) } else { Err(rule.to_owned()) };
    match shape {
        Shape::Time => held(
            value.as_str().is_some_and(|text| text.parse::<brevdue_memo::Timestamp>().is_ok()),
            "it is a time, written 2026-03-01T12:00:00.000Z",
        ),
        Shape::TimeOfDay => {
            held(value.as_str().is_some_and(is_time_of_day), "it is a time of day, written 12:00")
        }
        Shape::Percent => held(
            value.as_u64().is_some_and(|percent| percent <= 100),
            "it is a whole number from 0 to 100",
        ),
        Shape::Steps => each(value, |step| {
            held(
                step.as_u64().is_some_and(|step| (1..=255).contains(&step)),
                "it is a whole number from 1 to 255",
            )
        }),
        Shape::Days => each(value, |day| {
            held(
                day.as_str().is_some_and(|text| text.parse::<Day>().is_ok()),
                &crate::day::NotADay.to_string(),
            )
        }),
        Shape::CvrNumbers => each(value, |cvr| {
            held(
                cvr.as_str().is_some_and(|cvr| {
                    cvr.len() == 8 && cvr.bytes().all(|byte| byte.is_ascii_digit())
                }),
                "a CVR number is eight digits",
            )
        }),
        Shape::Texts => by_name(value, |text| bounded(text, LONG_CHARACTERS)),
        Shape::Numbers => by_name(value, |number| held(number.is_number(), "it is a number")),
        Shape::Counts => by_name(value, |count| held(count.is_i64(), "it is a whole number")),
        Shape::Values => by_name(value, |_| Ok(())),
        Shape::Catalogue => held(value.is_object(), "it is an object, as in the catalogue"),
        Shape::Digest | Shape::Field(_) | Shape::Part(_) | Shape::Parts(_) => {
            Err("it is not written".to_owned())
        }
    }
}

fn is_time_of_day(text: &str) -> bool {
    let bytes = text.as_bytes();
    let two = |at: usize| text.get(at..at + 2).and_then(|two| two.parse::<u8>().ok());
    bytes.len() == 5
        && bytes.iter().enumerate().all(|(at, byte)| match at {
            2 => *byte == b':',
            _ => byte.is_ascii_digit(),
        })
        && two(0).is_some_and(|hours| hours < 24)
        && two(3).is_some_and(|minutes| minutes < 60)
}

fn bounded(value: &Value, characters: usize) -> Result<(), String> {
    match value.as_str() {
        None => Err("it is a text".to_owned()),
        Some(text) if text.chars().count() > characters => {
            Err(NotAValue::TooLong(characters).to_string())
        }
        Some(_) => Ok(()),
    }
}

fn key(value: &Value) -> Result<Key, String> {
    let text = value.as_str().ok_or_else(|| "it is a text".to_owned())?;
    text.parse().map_err(|error: crate::ids::NotAKey| error.to_string())
}

fn keys(value: &Value) -> Result<Vec<Key>, String> {
    let mut keys = Vec::new();
    each(value, |one| {
        keys.push(key(one)?);
        Ok(())
    })?;
    Ok(keys)
}

fn each(value: &Value, mut fits: impl FnMut(&Value) -> Result<(), String>) -> Result<(), String> {
    let Value::Array(list) = value else { return Err("it is a list".to_owned()) };
    if list.len() > LIST_ENTRIES {
        return Err(NotAValue::TooMany.to_string());
    }
    list.iter().try_for_each(&mut fits)
}

fn by_name(value: &Value, fits: impl Fn(&Value) -> Result<(), String>) -> Result<(), String> {
    let Value::Object(map) = value else { return Err("it is an object".to_owned()) };
    if map.len() > MAP_ENTRIES {
        return Err(format!("it has more than {MAP_ENTRIES} entries"));
    }
    for (name, value) in map {
        if name.is_empty() || name.chars().count() > NAME_CHARACTERS {
            return Err(format!("a name has 1 to {NAME_CHARACTERS} characters"));
        }
        fits(value)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn fits(kind: Kind, whole: Whole, body: Value) -> Result<Map<String, Value>, Vec<String>> {
        let Value::Object(body) = body else { panic!("an object") };
        fitted(kind, &body, whole, Catalogue::shipped())
            .map_err(|faults| faults.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn what_does_not_fit_is_named_by_its_place_and_never_repeated() {
        let body = json!({
            "name": 7,
            "role": "SECRET",
            "owner": "not a key",
            "retire_date": "2026-13-01",
            "interfaces": [{ "direction": "out" }, { "max_size_mb": -1, "certificate": [] }],
            "volumes": [{ "year": 99_999 }],
            "colour": "red",
        });
        let faults = fits(Kind::System, Whole::Yes, body).unwrap_err();
        let places: Vec<&str> =
            faults.iter().map(|fault| fault.split(':').next().unwrap()).collect();
        assert_eq!(
            places,
            [
                "name",
                "role",
                "owner",
                "retire_date",
                "interfaces[1].max_size_mb",
                "interfaces[1].certificate",
                "volumes[0].year"
            ]
        );
        assert!(!faults.concat().contains("SECRET"), "{faults:?}");
    }

    #[test]
    fn what_a_kind_does_not_have_or_nobody_writes_is_left_out() {
        let body = json!({ "status": "in_progress", "reopened": 7, "colour": "red" });
        assert_eq!(
            Value::from(fits(Kind::TaskState, Whole::No, body).unwrap()),
            json!({ "status": "in_progress" })
        );
        let body = json!({ "name": "A", "interfaces": [{ "host": "a", "colour": 1 }] });
        assert_eq!(
            Value::from(fits(Kind::System, Whole::Yes, body).unwrap()),
            json!({ "name": "A", "interfaces": [{ "host": "a" }] })
        );
    }

    #[test]
    fn a_whole_body_has_what_is_needed_and_a_part_has_what_changes() {
        let faults = fits(Kind::Absence, Whole::Yes, json!({ "name": "Ferie" })).unwrap_err();
        assert_eq!(faults, ["from: it is missing", "until: it is missing"]);
        let part = json!({ "name": null });
        assert_eq!(Value::from(fits(Kind::Absence, Whole::No, part.clone()).unwrap()), part);
        assert!(fits(Kind::Absence, Whole::No, json!({ "from": null })).is_err());
    }

    #[test]
    fn roles_and_archetypes_are_those_of_the_catalogue() {
        assert!(fits(Kind::Person, Whole::Yes, json!({ "roles": ["pm", "arch"] })).is_ok());
        let faults = fits(Kind::Person, Whole::Yes, json!({ "roles": ["emperor"] })).unwrap_err();
        assert!(faults[0].contains("there is no such role"), "{faults:?}");
        assert!(fits(Kind::LetterType, Whole::Yes, json!({ "archetype": "AR99" })).is_err());
    }
}
