//! From JSON to a tree in the order of the schema; every fault of structure is noted and passed.
//!
//! The tree borrows from the JSON, so reading takes little more memory than the JSON itself.

use std::borrow::Cow;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess};
use serde_json::error::Category;

use super::fault::{Expected, Found, JsonFault, JsonFaults, Problem};
use super::writing::is_switch;
use super::{MEMO_SCH_VERSION, MEMO_VERSION, SCHEMA_HINT};
use crate::reading::characters::is_allowed;
use crate::reading::fault::presentable;
use crate::schema::{ClassSchema, ElementSchema, Kind, Namespace};
use crate::{Limits, Message};

/// A message as JSON told it.
pub(super) struct Tree<'de> {
    pub(super) root: Vec<Member<'de>>,
    pub(super) memo_version: Option<Cow<'de, str>>,
    pub(super) memo_sch_version: Option<Cow<'de, str>>,
    /// Which namespaces it uses, by their order in [`Namespace::ALL`].
    pub(super) used: [bool; Namespace::ALL.len()],
}

/// A member of an object: its row in the table and what it holds. They stand in the table's order.
pub(super) struct Member<'de> {
    pub(super) element: &'static ElementSchema,
    pub(super) node: Node<'de>,
}

pub(super) enum Node<'de> {
    Text(Cow<'de, str>),
    Class(Vec<Member<'de>>),
    Many(Vec<Self>),
}

/// Reads the structure of a message.
pub(super) fn parse<'de>(json: &'de [u8], limits: &Limits) -> Result<Tree<'de>, JsonFaults> {
    let mut reader = Reader {
        json,
        limits,
        faults: Vec::new(),
        near: 0,
        omitted: 0,
        path: Vec::new(),
        repeated: 0,
        used: [false; Namespace::ALL.len()],
        attributes: [None, None],
        stopped: false,
    };
    // The root itself is in this namespace.
    reader.used[Namespace::Memo as usize] = true;
    let length_bytes = json.len() as u64;
    if length_bytes > limits.document_bytes {
        let problem = Problem::TooLarge { bytes: length_bytes, limit: limits.document_bytes };
        reader.fault(problem, None);
        return Err(reader.faults());
    }
    // Some editors put a byte order mark first.
    let mark_bytes = if json.starts_with(b"\xEF\xBB\xBF") { 3 } else { 0 };
    let mut deserializer = serde_json::Deserializer::from_slice(&json[mark_bytes..]);
    let root = Value { reader: &mut reader, shape: Shape::Root, at: Some(mark_bytes) };
    let read =
        root.deserialize(&mut deserializer).and_then(|root| deserializer.end().map(|()| root));
    match read {
        Ok(Some(Node::Class(root))) if reader.faults.is_empty() => {
            let [memo_version, memo_sch_version] = reader.attributes;
            Ok(Tree { root, memo_version, memo_sch_version, used: reader.used })
        }
        Ok(_) => Err(reader.faults()),
        Err(error) => {
            if !reader.stopped {
                reader.syntax(&error);
            }
            Err(reader.faults())
        }
    }
}

struct Reader<'l, 'de> {
    json: &'de [u8],
    limits: &'l Limits,
    /// Faults with the byte they are told at.
    faults: Vec<(JsonFault, Option<usize>)>,
    /// Where the latest member stood whose name could be found in the JSON.
    near: usize,
    omitted: u64,
    path: Vec<Step>,
    repeated: usize,
    used: [bool; Namespace::ALL.len()],
    attributes: [Option<Cow<'de, str>>; 2],
    /// The fault that ended the reading has been noted.
    stopped: bool,
}

enum Step {
    Member(&'static str),
    Position(usize),
}

impl<'de> Reader<'_, 'de> {
    fn fault(&mut self, problem: Problem, at: Option<usize>) {
        if self.faults.len() >= self.limits.findings {
            self.omitted += 1;
            return;
        }
        let mut path = String::new();
        for step in &self.path {
            match step {
                Step::Member(name) => path.extend(["/", *name]),
                Step::Position(position) => path.push_str(&format!("/{position}")),
            }
        }
        self.faults.push((JsonFault { path, line_column: None, problem }, at));
    }

    /// What serde_json says of a text that is not JSON. Its words never quote the text.
    fn syntax(&mut self, error: &serde_json::Error) {
        let problem = match error.classify() {
            Category::Eof => Problem::EndsTooEarly,
            _ => {
                let said = error.to_string();
                let why = SYNTAX.into_iter().find(|why| said.starts_with(why));
                Problem::NotJson { why: why.unwrap_or("syntax error") }
            }
        };
        let lines = self.json.split_inclusive(|byte| *byte == b'\n');
        let before: usize = lines.take(error.line().saturating_sub(1)).map(<[u8]>::len).sum();
        let at = before + error.column().saturating_sub(1);
        // The one fault that ends the reading is kept even when others fill the list.
        if self.faults.len() >= self.limits.findings && self.faults.pop().is_some() {
            self.omitted += 1;
        }
        self.fault(problem, Some(at));
    }

    /// Where in the JSON a borrowed text stands, its quotation mark included.
    fn offset_of(&self, text: &'de str) -> Option<usize> {
        let at = (text.as_ptr() as usize).checked_sub(self.json.as_ptr() as usize)?;
        (at <= self.json.len()).then(|| at.saturating_sub(1))
    }

    /// The faults with lines and columns, counted in one go.
    fn faults(self) -> JsonFaults {
        let Self { json, faults, omitted, .. } = self;
        let (mut from, mut line, mut line_start) = (0, 1, 0);
        let list = faults.into_iter().map(|(mut fault, at)| {
            let Some(at) = at.map(|at| at.min(json.len())) else { return fault };
            if at < from {
                (from, line, line_start) = (0, 1, 0);
            }
            for feed in memchr::memchr_iter(b'\n', &json[from..at]) {
                line += 1;
                line_start = from + feed + 1;
            }
            from = at;
            let before = json[line_start..at].iter();
            let column = before.filter(|byte| **byte & 0xC0 != 0x80).count() as u64 + 1;
            fault.line_column = Some((line, column));
            fault
        });
        JsonFaults { list: list.collect(), omitted }
    }
}

/// How serde_json begins its words about text that is not JSON.
const SYNTAX: [&str; 14] = [
    "expected `:`",
    "expected `,` or `]`",
    "expected `,` or `}`",
    "expected ident",
    "expected value",
    "invalid escape",
    "invalid number",
    "number out of range",
    "invalid unicode code point",
    "control character (\\u0000-\\u001F) found while parsing a string",
    "key must be a string",
    "lone leading surrogate in hex escape",
    "trailing comma",
    "trailing characters",
];

/// What must stand at a place.
#[derive(Clone, Copy)]
enum Shape {
    Root,
    Class(&'static ClassSchema),
    Many(&'static ElementSchema),
    Text,
    Switch,
    Content,
}

impl Shape {
    fn of(element: &'static ElementSchema) -> Self {
        if element.occurs.max > 1 { Self::Many(element) } else { Self::of_one(element) }
    }

    fn of_one(element: &'static ElementSchema) -> Self {
        match element.kind {
            Kind::Class(class) => Self::Class(class),
            Kind::Value(_) if is_switch(element) => Self::Switch,
            Kind::Value(value) if value.name == "Base64" => Self::Content,
            Kind::Value(_) => Self::Text,
        }
    }

    fn expected(self) -> Expected {
        match self {
            Self::Root | Self::Class(_) => Expected::Object,
            Self::Many(_) => Expected::Array,
            Self::Text | Self::Content => Expected::String,
            Self::Switch => Expected::Switch,
        }
    }
}

/// A value to come, and what it must be. None when it is something else.
struct Value<'r, 'l, 'de> {
    reader: &'r mut Reader<'l, 'de>,
    shape: Shape,
    /// The byte its faults are told at.
    at: Option<usize>,
}

impl<'de> DeserializeSeed<'de> for Value<'_, '_, 'de> {
    type Value = Option<Node<'de>>;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> serde::de::Visitor<'de> for Value<'_, '_, 'de> {
    type Value = Option<Node<'de>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }
    fn visit_bool<E>(self, value: bool) -> Result<Self::Value, E> {
        if matches!(self.shape, Shape::Switch) {
            return Ok(Some(Node::Text(Cow::Borrowed(if value { "true" } else { "false" }))));
        }
        Ok(self.other(Found::Switch))
    }
    fn visit_i64<E>(self, _: i64) -> Result<Self::Value, E> {
        Ok(self.other(Found::Number))
    }
    fn visit_u64<E>(self, _: u64) -> Result<Self::Value, E> {
        Ok(self.other(Found::Number))
    }
    fn visit_f64<E>(self, _: f64) -> Result<Self::Value, E> {
        Ok(self.other(Found::Number))
    }
    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(self.other(Found::Null))
    }
    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(self.text(Cow::Borrowed(text)))
    }
    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(self.text(Cow::Owned(text.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
        let Shape::Many(element) = self.shape else {
            while items.next_element::<IgnoredAny>()?.is_some() {}
            return Ok(self.other(Found::Array));
        };
        let mut nodes = Vec::new();
        for position in 0.. {
            self.reader.path.push(Step::Position(position));
            let shape = Shape::of_one(element);
            let value = Value { reader: &mut *self.reader, shape, at: self.at };
            let Some(node) = items.next_element_seed(value)? else {
                self.reader.path.pop();
                break;
            };
            self.reader.repeated += 1;
            if self.reader.repeated > self.reader.limits.repeated {
                let limit = self.reader.limits.repeated;
                self.reader.fault(Problem::TooManyRepeated { limit }, self.at);
                self.reader.stopped = true;
                return Err(A::Error::custom("too many repeated elements"));
            }
            self.reader.path.pop();
            nodes.extend(node);
        }
        Ok(Some(Node::Many(nodes)))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Self::Value, A::Error> {
        let (class, is_root) = match self.shape {
            Shape::Root => (Message::schema(), true),
            Shape::Class(class) => (class, false),
            _ => {
                while members.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
                return Ok(self.other(Found::Object));
            }
        };
        let reader = self.reader;
        let mut seen = [false; crate::reading::model::MAX_CHILDREN];
        let mut seen_attributes = [false; 2];
        let mut read = Vec::new();
        while let Some(name) = members.next_key_seed(Name)? {
            let at = match &name {
                Cow::Borrowed(name) => reader.offset_of(name),
                // Written with escapes, so it stands nowhere as it is.
                Cow::Owned(_) => Some(reader.near),
            };
            reader.near = at.unwrap_or(reader.near);
            if is_root && name == SCHEMA_HINT {
                members.next_value::<IgnoredAny>()?;
                continue;
            }
            let attributes = [MEMO_VERSION, MEMO_SCH_VERSION];
            if let Some(index) = attributes.iter().position(|known| is_root && name == *known) {
                reader.path.push(Step::Member(attributes[index]));
                if std::mem::replace(&mut seen_attributes[index], true) {
                    reader.fault(Problem::Duplicate, at);
                    members.next_value::<IgnoredAny>()?;
                } else {
                    let value = Value { reader: &mut *reader, shape: Shape::Text, at };
                    if let Some(Node::Text(text)) = members.next_value_seed(value)? {
                        reader.attributes[index] = Some(text);
                    }
                }
                reader.path.pop();
                continue;
            }
            let Some(index) = class.elements.iter().position(|element| element.name == name) else {
                let problem = Problem::Unknown { name: presentable(&name), class: class.name };
                reader.fault(problem, at);
                members.next_value::<IgnoredAny>()?;
                continue;
            };
            let element = &class.elements[index];
            reader.path.push(Step::Member(element.name));
            if std::mem::replace(&mut seen[index], true) {
                reader.fault(Problem::Duplicate, at);
                members.next_value::<IgnoredAny>()?;
            } else {
                let value = Value { reader: &mut *reader, shape: Shape::of(element), at };
                if let Some(node) = members.next_value_seed(value)? {
                    reader.used[element.namespace as usize] = true;
                    read.push((index, Member { element, node }));
                }
            }
            reader.path.pop();
        }
        read.sort_by_key(|(index, _)| *index);
        Ok(Some(Node::Class(read.into_iter().map(|(_, member)| member).collect())))
    }
}

impl<'de> Value<'_, '_, 'de> {
    fn text(self, text: Cow<'de, str>) -> Option<Node<'de>> {
        if !matches!(self.shape, Shape::Text | Shape::Content) {
            return self.other(Found::String);
        }
        // Content is long and hardly ever anything but printable ASCII.
        let plain = text.bytes().all(|byte| matches!(byte, b' '..=b'~'));
        if !plain && !text.chars().all(is_allowed) {
            self.reader.fault(Problem::Character, self.at);
            return None;
        }
        Some(Node::Text(text))
    }

    /// Something else stands here.
    fn other(self, found: Found) -> Option<Node<'de>> {
        let problem = match (self.shape, found) {
            (Shape::Content, Found::Object) => Problem::ContentLeftOut,
            (shape, found) => Problem::Type { expected: shape.expected(), found },
        };
        self.reader.fault(problem, self.at);
        None
    }
}

/// The name of a member, borrowed when it has no escapes.
struct Name;

impl<'de> DeserializeSeed<'de> for Name {
    type Value = Cow<'de, str>;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de> serde::de::Visitor<'de> for Name {
    type Value = Cow<'de, str>;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }
    fn visit_borrowed_str<E>(self, name: &'de str) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(name))
    }
    fn visit_str<E>(self, name: &str) -> Result<Self::Value, E> {
        Ok(Cow::Owned(name.to_owned()))
    }
}
