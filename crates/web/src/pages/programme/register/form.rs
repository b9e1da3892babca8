//! The form of one object: its fields as inputs, and what a browser sends back.
//!
//! An input is named after its field; one of a part `interfaces.0.host`. Nothing here needs script: «one
//! more» is a button that sends the form and gets it back with a part more.

use brevdue_programme::fields::{Field, FieldKind, NotAValue};
use brevdue_programme::objects::{ChoiceOption, Kind};
use brevdue_programme::{Key, Language};
use serde_json::{Map, Value};

use super::super::desk::Desk;
use super::super::sent::Sent;

/// Parts of one field at most.
const PARTS: usize = 50;

/// Inputs under one heading, or none.
pub(super) struct Group {
    pub(super) legend: Option<String>,
    pub(super) inputs: Vec<Input>,
    /// The name of the button that adds a part after this group.
    pub(super) more: Option<More>,
}

/// The button that adds a part.
pub(super) struct More {
    pub(super) name: String,
    pub(super) label: &'static str,
}

/// One input.
pub(super) struct Input {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) label: &'static str,
    pub(super) needed: bool,
    pub(super) widget: Widget,
}

/// How a field is filled in.
pub(super) enum Widget {
    Line { value: String, mode: &'static str },
    Area { value: String },
    Day { value: String },
    Tick { ticked: bool },
    Choose { options: Vec<Choice> },
}

/// One entry of a list to choose from.
pub(super) struct Choice {
    pub(super) value: String,
    pub(super) label: String,
    pub(super) chosen: bool,
}

/// The inputs of an object.
pub(super) fn groups(desk: &Desk, fields: &'static [Field], body: &Value) -> Vec<Group> {
    let mut groups = vec![Group { legend: None, inputs: Vec::new(), more: None }];
    add(desk, fields, body, "", None, &mut groups);
    groups.retain(|group| !group.inputs.is_empty() || group.more.is_some());
    groups
}

fn add(
    desk: &Desk,
    fields: &'static [Field],
    body: &Value,
    prefix: &str,
    legend: Option<String>,
    groups: &mut Vec<Group>,
) {
    let reader = desk.reader();
    groups.push(Group { legend: legend.clone(), inputs: Vec::new(), more: None });
    let own = groups.len() - 1;
    for field in fields {
        let name = format!("{prefix}{}", field.name);
        let value = body.get(field.name).unwrap_or(&Value::Null);
        let label = field.label(reader);
        let heading = |heading: String| match &legend {
            Some(legend) => format!("{legend}: {heading}"),
            None => heading,
        };
        match field.kind {
            FieldKind::Part(parts) => {
                add(
                    desk,
                    parts,
                    value,
                    &format!("{name}."),
                    Some(heading(label.to_owned())),
                    groups,
                );
            }
            FieldKind::Parts(parts) => {
                let none = Vec::new();
                let list = value.as_array().unwrap_or(&none);
                for (number, part) in list.iter().enumerate().take(PARTS) {
                    let heading = heading(format!("{label} {}", number + 1));
                    add(desk, parts, part, &format!("{name}.{number}."), Some(heading), groups);
                }
                let more = (list.len() < PARTS).then(|| More { name, label });
                groups.push(Group { legend: None, inputs: Vec::new(), more });
            }
            kind => groups[own].inputs.push(Input {
                id: format!("field-{}", name.replace('.', "-")),
                widget: widget(desk, field, kind, value),
                name,
                label,
                needed: field.needed,
            }),
        }
    }
}

fn widget(desk: &Desk, field: &Field, kind: FieldKind, value: &Value) -> Widget {
    let written = field.write(value);
    match kind {
        FieldKind::Long | FieldKind::Words | FieldKind::Refs(_) | FieldKind::Roles => {
            Widget::Area { value: written }
        }
        FieldKind::Day => Widget::Day { value: written },
        FieldKind::Flag => Widget::Tick { ticked: value.as_bool().unwrap_or(false) },
        FieldKind::OneOf(options) => {
            let choice = |option: &ChoiceOption| Choice {
                value: option.word.to_owned(),
                label: option.label(desk.reader()).to_owned(),
                chosen: option.word == written,
            };
            choose(&written, options.iter().map(choice))
        }
        FieldKind::Ref(kind) => {
            let choice = |key: &Key| Choice {
                value: key.to_string(),
                label: named(desk, kind, key),
                chosen: key.as_str() == written,
            };
            choose(&written, desk.programme.all_held(kind).map(|(key, _)| choice(key)))
        }
        FieldKind::Count | FieldKind::Scale(..) => Widget::Line { value: written, mode: "numeric" },
        FieldKind::Number | FieldKind::Share => Widget::Line { value: written, mode: "decimal" },
        _ => Widget::Line { value: written, mode: "text" },
    }
}

fn named(desk: &Desk, kind: Kind, key: &Key) -> String {
    let name = desk.name_of(kind, key.as_str());
    if name == key.as_str() { name } else { format!("{name} ({key})") }
}

/// A list with an empty entry first, and what is there now even when the list has it no more.
fn choose(written: &str, options: impl Iterator<Item = Choice>) -> Widget {
    let empty =
        Choice { value: String::new(), label: "–".to_owned(), chosen: written.is_empty() };
    let mut options: Vec<Choice> = std::iter::once(empty).chain(options).collect();
    if !options.iter().any(|option| option.chosen) {
        let (value, label) = (written.to_owned(), written.to_owned());
        options.push(Choice { value, label, chosen: true });
    }
    Widget::Choose { options }
}

/// A text that is no value of its field.
pub(super) struct Unread {
    field: &'static Field,
    /// The rule it breaks.
    pub(super) rule: NotAValue,
    /// What was read but for it.
    pub(super) body: Value,
}

impl Unread {
    pub(super) fn label(&self, language: Language) -> &'static str {
        self.field.label(language)
    }
}

impl Sent {
    /// The fields whose value, as others wrote it meanwhile, is to stand.
    pub(super) fn taken(&self) -> impl Iterator<Item = &str> {
        let theirs = self.pairs().filter(|(_, text)| *text == "theirs");
        theirs.filter_map(|(name, _)| name.strip_prefix("take."))
    }

    /// The field that is to get a part more.
    pub(super) fn more(&self, fields: &[Field]) -> Option<&'static str> {
        let wanted = self.pairs().find_map(|(name, _)| name.strip_prefix("more."))?;
        fields.iter().find(|field| field.name == wanted).map(|field| field.name)
    }

    /// Reads every field; what has no input stays as it was.
    pub(super) fn read(
        &self,
        fields: &'static [Field],
        base: &Value,
    ) -> Result<Value, Box<Unread>> {
        let mut unread = None;
        let read = self.read_part(fields, base, "", &mut unread);
        match unread {
            None => Ok(read),
            Some((field, rule)) => Err(Box::new(Unread { field, rule, body: read })),
        }
    }

    fn read_part(
        &self,
        fields: &'static [Field],
        base: &Value,
        prefix: &str,
        unread: &mut Option<(&'static Field, NotAValue)>,
    ) -> Value {
        let mut body = base.as_object().cloned().unwrap_or_default();
        for field in fields {
            let name = format!("{prefix}{}", field.name);
            let there = base.get(field.name).unwrap_or(&Value::Null);
            let value = match field.kind {
                FieldKind::Part(parts) => {
                    let part = self.read_part(parts, there, &format!("{name}."), unread);
                    // A part in which nothing stands is none, where it may be absent.
                    let nothing = there.is_null() && is_blank(&part);
                    if nothing { Value::Null } else { part }
                }
                FieldKind::Parts(parts) => self.read_parts(parts, there, &name, unread),
                _ if !self.has(&name) && field.kind != FieldKind::Flag => continue,
                _ => match field.read(self.one(&name)) {
                    Ok(value) => value,
                    Err(rule) => {
                        unread.get_or_insert((field, rule));
                        Value::String(self.one(&name).to_owned())
                    }
                },
            };
            match value {
                Value::Null => body.remove(field.name),
                value => body.insert(field.name.to_owned(), value),
            };
        }
        Value::Object(body)
    }

    fn read_parts(
        &self,
        parts: &'static [Field],
        there: &Value,
        name: &str,
        unread: &mut Option<(&'static Field, NotAValue)>,
    ) -> Value {
        let mut list = Vec::new();
        for number in 0..PARTS {
            let prefix = format!("{name}.{number}.");
            if !self.pairs().any(|(one, _)| one.starts_with(&prefix)) {
                break;
            }
            let base = there.get(number).unwrap_or(&Value::Null);
            let part = self.read_part(parts, base, &prefix, unread);
            if !is_blank(&part) {
                list.push(part);
            }
        }
        Value::Array(list)
    }
}

/// Puts an empty part at the end of a field's list.
pub(super) fn add_part(body: &mut Value, field: &str) {
    let Some(body) = body.as_object_mut() else { return };
    let list = body.entry(field).or_insert_with(|| Value::Array(Vec::new()));
    if let Some(list) = list.as_array_mut() {
        list.push(Value::Object(Map::new()));
    }
}

/// Nothing was filled in.
fn is_blank(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => true,
        Value::Number(number) => number.as_f64() == Some(0.0),
        Value::String(text) => text.is_empty(),
        Value::Array(list) => list.iter().all(is_blank),
        Value::Object(fields) => fields.values().all(is_blank),
        Value::Bool(true) => false,
    }
}
