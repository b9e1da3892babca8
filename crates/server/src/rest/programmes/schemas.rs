//! Shapes of objects in the words of OpenAPI, made of [`brevdue_programme::shapes`].

use brevdue_programme::fields::{FieldKind, LIST_ENTRIES, LONG_CHARACTERS, TEXT_CHARACTERS};
use brevdue_programme::objects::{ChoiceOption, Kind};
use brevdue_programme::shapes::{Access, MAP_ENTRIES, Member, Shape, Whole, members};
use serde_json::{Map, Value, json};
use utoipa::openapi::{RefOr, Schema};

/// What a key looks like.
pub(super) const KEY_PATTERN: &str = "^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$";

/// A time of day.
const TIME_PATTERN: &str = "^([01][0-9]|2[0-3]):[0-5][0-9]$";

/// Days from 2000 to 2199; which of them a month has, the rule says.
const DAY_PATTERN: &str = "^2[01][0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$";

/// For whom a shape is described.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    /// Whoever reads: what may come.
    Told,
    /// Whoever writes: what is taken.
    Written,
}

/// A schema of its own, for whatever is described in words of OpenAPI.
pub(super) fn schema(json: Value) -> RefOr<Schema> {
    serde_json::from_value(json).expect("these are schemas; a test makes the description")
}

/// An object as it is told.
pub(super) fn told(kind: Kind, says: &str) -> Value {
    let mut properties = Map::new();
    properties.insert("key".into(), json!({ "type": "string", "description": "Its key" }));
    let version = "Raised by each change; If-Match of a change. 0: nobody has touched it";
    properties.insert(
        "version".into(),
        json!({ "type": "integer", "minimum": 0, "description": version }),
    );
    for member in members(kind).iter().filter(|member| member.access != Access::Secret) {
        let mut described = of_member(member, Side::Told);
        if member.access == Access::Told {
            described["description"] = json!(format!("{}; set by Brevdue", member.says));
            // A list has no such word in our writer of descriptions.
            if described.get("items").is_none() {
                described["readOnly"] = json!(true);
            }
        }
        properties.insert(member.name.into(), described);
    }
    if kind == Kind::TaskState {
        let place = format!("#/components/schemas/{}", super::tasks::PLANNED);
        properties.insert("plan".into(), json!({ "$ref": place }));
    }
    json!({ "type": "object", "description": says, "properties": properties })
}

/// An object as it is written: all of it, or the members that change.
pub(super) fn written(kind: Kind, whole: Whole, with_key: bool, says: &str) -> Value {
    let mut properties = Map::new();
    if with_key {
        let described = "Its key; without one the next free number is taken";
        properties.insert(
            "key".into(),
            json!({ "type": "string", "pattern": KEY_PATTERN, "description": described }),
        );
    }
    let mut required = Vec::new();
    for member in members(kind).iter().filter(|member| member.access == Access::Written) {
        properties.insert(member.name.into(), of_member(member, Side::Written));
        if member.needed && whole == Whole::Yes {
            required.push(member.name);
        }
    }
    let mut described = json!({ "type": "object", "description": says, "properties": properties });
    if !required.is_empty() {
        described["required"] = json!(required);
    }
    described
}

fn of_member(member: &Member, side: Side) -> Value {
    let mut described = typed(member, side);
    let null = match side {
        Side::Told => member.nullable,
        Side::Written => !member.needed,
    };
    if null {
        described["type"] = json!([described["type"], "null"]);
        if let Some(Value::Array(words)) = described.get_mut("enum") {
            words.push(Value::Null);
        }
    }
    described["description"] = json!(member.says);
    described
}

fn typed(member: &Member, side: Side) -> Value {
    let kept = matches!(side, Side::Written);
    let list = |items: Value| match kept {
        true => json!({ "type": "array", "items": items, "maxItems": LIST_ENTRIES }),
        false => json!({ "type": "array", "items": items }),
    };
    let map = |values: Value| match kept {
        true => {
            json!({ "type": "object", "additionalProperties": values, "maxProperties": MAP_ENTRIES })
        }
        false => json!({ "type": "object", "additionalProperties": values }),
    };
    let text = |characters: usize| match kept {
        true => json!({ "type": "string", "maxLength": characters }),
        false => json!({ "type": "string" }),
    };
    let like = |pattern: &str, format: Option<&str>| match (kept, format) {
        (true, _) => json!({ "type": "string", "pattern": pattern }),
        (false, Some(format)) => json!({ "type": "string", "format": format }),
        (false, None) => json!({ "type": "string" }),
    };
    let parts = |members: &[Member]| object(members, side);
    match &member.shape {
        Shape::Field(kind) => match kind {
            FieldKind::Text => text(TEXT_CHARACTERS),
            FieldKind::Long => text(LONG_CHARACTERS),
            FieldKind::Count => match kept {
                true => json!({ "type": "integer", "minimum": 0, "maximum": member.most }),
                false => json!({ "type": "integer", "minimum": 0 }),
            },
            FieldKind::Number => match kept {
                true => json!({ "type": "number", "minimum": 0 }),
                false => json!({ "type": "number" }),
            },
            FieldKind::Share => match kept {
                true => json!({ "type": "number", "minimum": 0, "maximum": 1 }),
                false => json!({ "type": "number" }),
            },
            FieldKind::Scale(from, to) => match kept {
                true => json!({ "type": "integer", "minimum": from, "maximum": to }),
                false => json!({ "type": "integer", "minimum": 0 }),
            },
            FieldKind::Day => like(DAY_PATTERN, Some("date")),
            FieldKind::Time => like(TIME_PATTERN, None),
            FieldKind::Flag => json!({ "type": "boolean" }),
            FieldKind::OneOf(options) => {
                json!({ "type": "string", "enum": words(options) })
            }
            FieldKind::Key | FieldKind::Ref(_) | FieldKind::Archetype => like(KEY_PATTERN, None),
            FieldKind::Refs(_) | FieldKind::Roles => list(like(KEY_PATTERN, None)),
            FieldKind::Words => list(text(TEXT_CHARACTERS)),
            FieldKind::Part(_) | FieldKind::Parts(_) => json!({ "type": "object" }),
        },
        Shape::Part(members) => parts(members),
        Shape::Parts(members) => list(parts(members)),
        Shape::Time => json!({ "type": "string", "format": "date-time" }),
        Shape::TimeOfDay => like(TIME_PATTERN, None),
        Shape::Percent => match kept {
            true => json!({ "type": "integer", "minimum": 0, "maximum": 100 }),
            false => json!({ "type": "integer", "minimum": 0 }),
        },
        Shape::Steps => list(match kept {
            true => json!({ "type": "integer", "minimum": 1, "maximum": 255 }),
            false => json!({ "type": "integer", "minimum": 0 }),
        }),
        Shape::Days => list(like(DAY_PATTERN, Some("date"))),
        Shape::CvrNumbers => list(like("^[0-9]{8}$", None)),
        Shape::Texts => map(text(LONG_CHARACTERS)),
        Shape::Numbers => map(json!({ "type": "number" })),
        Shape::Counts => map(json!({ "type": "integer", "format": "int64" })),
        Shape::Digest => json!({ "type": "string" }),
        Shape::Values | Shape::Catalogue => json!({ "type": "object" }),
    }
}

fn object(members: &[Member], side: Side) -> Value {
    let properties: Map<String, Value> =
        members.iter().map(|one| (one.name.to_owned(), of_member(one, side))).collect();
    json!({ "type": "object", "properties": properties })
}

fn words(options: &[ChoiceOption]) -> Vec<&'static str> {
    options.iter().map(|option| option.word).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_and_what_is_told_of_a_kind_differ_where_the_rules_do() {
        let (told, written) =
            (told(Kind::Attestation, ""), written(Kind::Attestation, Whole::Yes, true, ""));
        assert_eq!(told["properties"]["day"]["format"], "date");
        assert_eq!(written["properties"]["day"]["pattern"], DAY_PATTERN);
        assert_eq!(written["required"], json!(["statement", "person", "day", "expires"]));
        assert!(told.get("required").is_none());
    }

    #[test]
    fn a_secret_is_in_no_description() {
        let told = told(Kind::Questionnaire, "").to_string();
        let written = written(Kind::Questionnaire, Whole::Yes, true, "").to_string();
        assert!(!told.contains("sha256") && !written.contains("sha256"));
    }

    #[test]
    fn every_shape_is_a_schema_that_says_all_it_was_given() {
        for kind in Kind::ALL {
            for json in [told(*kind, "x"), written(*kind, Whole::No, true, "x")] {
                assert_eq!(serde_json::to_value(schema(json.clone())).unwrap(), json, "{kind:?}");
            }
        }
    }
}
