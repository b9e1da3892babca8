//! What two messages say differently: by meaning, not by bytes.
//!
//! White space between elements, prefixes, CDATA and line breaks in Base64 mean nothing. Beyond that:
//! UUIDs and language codes are compared without case; times by their instant, so that a fraction of zero
//! is none and `24:00:00` is the next day's midnight; numbers by value; and an absent switch is `false`.
//! Files are compared by their decoded bytes, in a stream.
//!
//! Elements that may stand repeatedly are paired: first where they stand, from both ends, then by what
//! names them (a file by its name, an answer by its UUID), then in order.
//!
//! ```
//! use std::io::Cursor;
//! use brevdue_memo::diff::diff;
//! use brevdue_memo::{Limits, json, read};
//!
//! let of = |label: &str, uuid: &str| {
//!     let json = format!(r#"{{ "memoVersion": "1.2", "MessageHeader": {{
//!       "messageType": "NEMSMS", "messageUUID": "{uuid}", "label": "{label}",
//!       "Sender": {{ "senderID": "12345678", "idType": "CVR", "label": "Kommunen" }},
//!       "Recipient": {{ "recipientID": "0101010000", "idType": "CPR" }} }} }}"#);
//!     let mut document = Vec::new();
//!     json::to_xml(json.as_bytes(), &Limits::default(), &mut document).expect("JSON");
//!     read(document.as_slice(), &Limits::default()).expect("a slice never fails").message.expect("no findings")
//! };
//! let before = of("Husk din tid", "8c2ea15d-61fb-4ba9-9366-42f8b194c114");
//! let after = of("Husk din nye tid", "8C2EA15D-61FB-4BA9-9366-42F8B194C114");
//! let none = || Cursor::new([]);
//! assert!(diff(&before, none(), &before, none())?.is_empty());
//! let differences = diff(&before, none(), &after, none())?;
//! assert_eq!(differences.len(), 1);
//! assert_eq!(differences[0].path, "Message/MessageHeader/label");
//! # Ok::<(), std::io::Error>(())
//! ```

use std::io::{self, Read, Seek};

use crate::Message;
use crate::content::Content;
use crate::schema::{ElementSchema, Kind};
use crate::writing::{Source, fill};

mod meaning;
mod pairing;
mod tree;

use meaning::means_the_same;
use pairing::{Pairing, pair};
use tree::{Node, tree};

/// One thing that two messages say differently.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// Element names from the root as in a finding, an attribute with `@` before it: in the second message
    /// for what was added, in the first for everything else.
    pub path: String,
    /// How they differ.
    pub change: Change,
}

/// How two messages differ at a place.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Change {
    /// Only the second has it.
    Added(Value),
    /// Only the first has it.
    Removed(Value),
    /// Both have it, with another value.
    Changed(Value, Value),
    /// Both have it, in another order among its like.
    Moved {
        /// Which one it is in the second message, from 1.
        to: u32,
    },
}

/// What stands at a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// A simple value, as written.
    Text(String),
    /// A file's content; its bytes are not told.
    Content {
        /// Length in bytes, decoded.
        length_bytes: u64,
    },
    /// A class: what is in it, with paths from itself.
    Class(Vec<(String, Self)>),
}

/// What `second` says differently from `first`, in the order of the standard. The sources are the
/// documents they were read from; empty cursors do for messages whose content is held.
///
/// Memory grows with the texts of the messages, not with their files.
///
/// # Errors
/// When a source fails, or is not the document its message was read from.
pub fn diff<S: Read + Seek, T: Read + Seek>(
    first: &Message,
    mut first_source: S,
    second: &Message,
    mut second_source: T,
) -> io::Result<Vec<Difference>> {
    let mut differing = Differing {
        found: Vec::new(),
        first_source: &mut first_source,
        second_source: &mut second_source,
    };
    let versions = [first, second].map(|message| Some(message.version.as_str()));
    differing.attribute("Message/@memoVersion", versions);
    let schema_versions = [first, second].map(|message| message.schema_version.as_deref());
    differing.attribute("Message/@memoSchVersion", schema_versions);
    tree(first, |first| tree(second, |second| differing.classes(first, second)))?;
    Ok(differing.found)
}

struct Differing<'s> {
    found: Vec<Difference>,
    first_source: &'s mut dyn Source,
    second_source: &'s mut dyn Source,
}

impl Differing<'_> {
    fn found(&mut self, path: String, change: Change) {
        self.found.push(Difference { path, change });
    }

    fn attribute(&mut self, path: &str, values: [Option<&str>; 2]) {
        let change = match values.map(|value| value.map(|text| Value::Text(text.to_owned()))) {
            [Some(before), Some(after)] if before != after => Change::Changed(before, after),
            [Some(before), None] => Change::Removed(before),
            [None, Some(after)] => Change::Added(after),
            _ => return,
        };
        self.found(path.to_owned(), change);
    }

    /// The elements of a class that stands in both. Classes nest a few levels deep, so this does too.
    fn classes(&mut self, first: &Node<'_>, second: &Node<'_>) -> io::Result<()> {
        let Kind::Class(class) = first.element.schema().kind else { return Ok(()) };
        for schema in class.elements {
            let of = |node| named(node, schema.name, class.elements);
            let (before, after): (Vec<_>, Vec<_>) = (of(first).collect(), of(second).collect());
            for pairing in pair(&before, &after) {
                self.pairing(&pairing)?;
            }
        }
        Ok(())
    }

    fn pairing(&mut self, pairing: &Pairing<'_, '_>) -> io::Result<()> {
        match pairing {
            Pairing::First(node) => {
                if !means_false(node) {
                    self.found(node.element.path(), Change::Removed(value(node)));
                }
            }
            Pairing::Second(node) => {
                if !means_false(node) {
                    self.found(node.element.path(), Change::Added(value(node)));
                }
            }
            Pairing::Both { first, second, moved } => {
                if *moved {
                    let to = second.element.number();
                    self.found(first.element.path(), Change::Moved { to });
                }
                self.both(first, second)?;
            }
        }
        Ok(())
    }

    fn both(&mut self, first: &Node<'_>, second: &Node<'_>) -> io::Result<()> {
        let same = match (first.element.schema().kind, first.content, second.content) {
            (Kind::Class(_), ..) => return self.classes(first, second),
            (_, Some(one), Some(other)) => self.same_bytes(one, other)?,
            (Kind::Value(schema), ..) => {
                let texts = (first.element.text(), second.element.text());
                means_the_same(schema, texts.0.unwrap_or_default(), texts.1.unwrap_or_default())
            }
        };
        if !same {
            self.found(first.element.path(), Change::Changed(value(first), value(second)));
        }
        Ok(())
    }

    fn same_bytes(&mut self, first: &Content, second: &Content) -> io::Result<bool> {
        if first.len_bytes() != second.len_bytes() {
            return Ok(false);
        }
        let mut first = first.open(&mut *self.first_source)?;
        let mut second = second.open(&mut *self.second_source)?;
        let (mut one, mut other) = (vec![0; CHUNK_BYTES], vec![0; CHUNK_BYTES]);
        loop {
            let read = (fill(&mut *first, &mut one)?, fill(&mut *second, &mut other)?);
            if one[..read.0] != other[..read.1] {
                return Ok(false);
            }
            if read.0 < CHUNK_BYTES {
                return Ok(true);
            }
        }
    }
}

/// Content is compared this many bytes at a time.
const CHUNK_BYTES: usize = 32 * 1024;

/// The children of one name. They stand in the order of the class, so finding them takes no search
/// through all.
fn named<'n, 'm>(
    node: &'n Node<'m>,
    name: &'static str,
    order: &'static [ElementSchema],
) -> impl Iterator<Item = &'n Node<'m>> {
    let place = |name: &str| order.iter().position(|each| each.name == name);
    let precedes = |child: &Node<'_>| place(child.element.name()) < place(name);
    let from = node.children.partition_point(precedes);
    node.children[from..].iter().take_while(move |child| child.element.name() == name)
}

/// Whether it says what its absence says.
fn means_false(node: &Node<'_>) -> bool {
    let is_switch =
        matches!(node.element.schema().kind, Kind::Value(value) if value.name == "Boolean");
    is_switch && node.element.text() == Some("false")
}

fn value(node: &Node<'_>) -> Value {
    match (node.element.text(), node.content) {
        (Some(text), _) => Value::Text(text.to_owned()),
        (None, Some(content)) => Value::Content { length_bytes: content.len_bytes() },
        (None, None) => {
            let mut leaves = Vec::new();
            gather(node, "", &mut leaves);
            Value::Class(leaves)
        }
    }
}

/// The simple values in a class, and the classes that have none, with paths from it.
fn gather(node: &Node<'_>, path: &str, leaves: &mut Vec<(String, Value)>) {
    for child in &node.children {
        let element = child.element;
        let mut below = format!("{path}{}", element.name());
        if element.schema().occurs.max > 1 {
            below.push_str(&format!("[{}]", element.number()));
        }
        if child.children.is_empty() {
            leaves.push((below, value(child)));
        } else {
            gather(child, &format!("{below}/"), leaves);
        }
    }
}
