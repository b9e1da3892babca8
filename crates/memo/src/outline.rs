//! A message as a flat list of its elements with their places: what the business rules look at.
//!
//! Unlike [`crate::Message`] an outline also stands for a message that breaks the schema, as far as it
//! could be read, so that one check tells everything. It holds texts, but of a file's content only its
//! length and its first and last bytes.

use std::fmt::Write as _;

use crate::Message;
use crate::content::Content;
use crate::finding::Position;
use crate::reading::MESSAGE;
use crate::rules::{HtmlFlags, HtmlWatch, is_html};
use crate::schema::{ElementSchema, Kind, Namespace, Occurs};
use crate::values::MemoVersion;
use crate::walking::{Halt, Place, Visitor};

/// The elements of one message in document order.
#[derive(Debug)]
pub struct Outline {
    /// The version the message was checked by.
    pub version: MemoVersion,
    /// Attribute `memoSchVersion`, as written.
    pub schema_version: Option<String>,
    nodes: Vec<Node>,
    text: String,
    contents: Vec<ContentFacts>,
}

#[derive(Debug)]
struct Node {
    schema: &'static ElementSchema,
    parent: u32,
    /// The first node that is not within this one; [`UNFINISHED`] until it ends.
    after: u32,
    number: u32,
    value: Value,
    position: Position,
    end_bytes: u64,
}

/// Everything that follows is within an element that has not ended.
const UNFINISHED: u32 = u32::MAX;

#[derive(Debug)]
enum Value {
    Class,
    Text {
        start: u32,
        end: u32,
        valid: bool,
    },
    /// By its place in the outline's contents; few nodes are one, and all are kept small.
    Content(u32),
}

/// Room made at once; enough for most letters.
const FIRST_NODES: usize = 64;
const FIRST_TEXT_BYTES: usize = 1024;

/// Bytes kept of the start and of the end of a file.
pub(crate) const EDGE_BYTES: usize = 18;

/// What is known of a file's content without holding it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ContentFacts {
    /// Whether it is valid Base64.
    pub valid: bool,
    /// Length once decoded, in bytes.
    pub length_bytes: u64,
    first: Edge,
    last: Edge,
    /// What a file of type `text/html` has that MEMO-R-132 tells.
    pub(crate) html: HtmlFlags,
}

impl ContentFacts {
    /// The first bytes of the file, at most 18.
    pub fn first_bytes(&self) -> &[u8] {
        self.first.bytes()
    }

    /// The last bytes of the file, at most 18.
    pub fn last_bytes(&self) -> &[u8] {
        self.last.bytes()
    }

    pub(crate) fn new(valid: bool, length_bytes: u64, first: &[u8], last: &[u8]) -> Self {
        let (first, last) = (Edge::of(first), Edge::of(last));
        Self { valid, length_bytes, first, last, html: HtmlFlags::default() }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Edge {
    bytes: [u8; EDGE_BYTES],
    length: u8,
}

impl Edge {
    fn of(bytes: &[u8]) -> Self {
        let mut edge = Self::default();
        let length = bytes.len().min(EDGE_BYTES);
        edge.bytes[..length].copy_from_slice(&bytes[..length]);
        edge.length = length as u8;
        edge
    }

    fn bytes(&self) -> &[u8] {
        &self.bytes[..usize::from(self.length)]
    }
}

/// The root as an element of the table.
static ROOT: ElementSchema = ElementSchema {
    name: MESSAGE.name,
    namespace: Namespace::Memo,
    kind: Kind::Class(&MESSAGE),
    occurs: Occurs::required(),
};

impl Outline {
    pub(crate) fn new(version: MemoVersion) -> Self {
        Self {
            version,
            schema_version: None,
            nodes: Vec::with_capacity(FIRST_NODES),
            text: String::with_capacity(FIRST_TEXT_BYTES),
            contents: Vec::new(),
        }
    }

    /// The outline of a message in memory. It has no places, and content still in its source has no
    /// first and last bytes.
    pub fn of(message: &Message) -> Self {
        let mut outline = Self::new(message.version);
        outline.schema_version.clone_from(&message.schema_version);
        let root = outline.begin_root(Position::default());
        let mut drawing = Drawing { outline, open: vec![root] };
        // Drawing never halts.
        let _ = message.walk(&mut drawing);
        let mut outline = drawing.outline;
        outline.finish(root, 0);
        outline
    }

    /// The root element; none when there was none.
    pub fn root(&self) -> Option<Element<'_>> {
        (!self.nodes.is_empty()).then_some(Element { outline: self, index: 0 })
    }

    /// Every element in document order.
    pub fn elements(&self) -> impl Iterator<Item = Element<'_>> {
        (0..self.nodes.len()).map(|index| Element { outline: self, index })
    }

    pub(crate) fn begin_root(&mut self, position: Position) -> u32 {
        self.begin(&ROOT, 0, 1, position)
    }

    /// An element begins; what it is called from then on.
    pub(crate) fn begin(
        &mut self,
        schema: &'static ElementSchema,
        parent: u32,
        number: u32,
        position: Position,
    ) -> u32 {
        // Limits of reading keep both counts far below 32 bits.
        let index = self.nodes.len() as u32;
        self.nodes.push(Node {
            schema,
            parent,
            after: UNFINISHED,
            number,
            value: Value::Class,
            position,
            end_bytes: 0,
        });
        index
    }

    /// The element ends before this byte; everything begun since is within it.
    pub(crate) fn finish(&mut self, node: u32, end_bytes: u64) {
        let after = self.nodes.len() as u32;
        let node = &mut self.nodes[node as usize];
        node.after = after;
        node.end_bytes = end_bytes;
    }

    pub(crate) fn set_text(&mut self, node: u32, text: &str, valid: bool) {
        let start = self.text.len() as u32;
        self.text.push_str(text);
        let end = self.text.len() as u32;
        self.nodes[node as usize].value = Value::Text { start, end, valid };
    }

    /// Whether the file around this `content` says before it that it is HTML.
    pub(crate) fn is_in_html_file(&self, content: u32) -> bool {
        let file = self.nodes[content as usize].parent as usize;
        let file = Element { outline: self, index: file };
        file.value("encodingFormat").is_some_and(is_html)
    }

    pub(crate) fn set_content(&mut self, node: u32, facts: ContentFacts) {
        let index = self.contents.len() as u32;
        self.contents.push(facts);
        self.nodes[node as usize].value = Value::Content(index);
    }
}

/// One element of an outline.
#[derive(Debug, Clone, Copy)]
pub struct Element<'o> {
    outline: &'o Outline,
    index: usize,
}

impl<'o> Element<'o> {
    fn node(&self) -> &'o Node {
        &self.outline.nodes[self.index]
    }

    /// Its place among the elements of the outline, from 0 for the root.
    pub fn index(&self) -> usize {
        self.index
    }

    /// Its row in the schema table.
    pub fn schema(&self) -> &'static ElementSchema {
        self.node().schema
    }

    /// Its local name.
    pub fn name(&self) -> &'static str {
        self.node().schema.name
    }

    /// Which one of those with its name, from 1.
    pub fn number(&self) -> u32 {
        self.node().number
    }

    /// The element around it; none for the root.
    pub fn parent(&self) -> Option<Self> {
        (self.index > 0).then(|| self.at(self.node().parent as usize))
    }

    /// The elements directly in it, in document order.
    pub fn children(&self) -> impl Iterator<Item = Self> + use<'o> {
        let outline = self.outline;
        let after = (self.node().after as usize).min(outline.nodes.len());
        let mut next = self.index + 1;
        std::iter::from_fn(move || {
            let child = (next < after).then_some(Self { outline, index: next })?;
            next = child.node().after as usize;
            Some(child)
        })
    }

    /// The first child of this name.
    pub fn child(&self, name: &str) -> Option<Self> {
        self.children().find(|child| child.name() == name)
    }

    /// The children of this name.
    pub fn all<'n>(&self, name: &'n str) -> impl Iterator<Item = Self> + use<'o, 'n> {
        self.children().filter(move |child| child.name() == name)
    }

    /// Its text as read, valid or not; none for a class or content.
    pub fn text(&self) -> Option<&'o str> {
        match self.node().value {
            Value::Text { start, end, .. } => self.outline.text.get(start as usize..end as usize),
            _ => None,
        }
    }

    /// Whether its text or content has the form the schema asks for; true for a class.
    pub fn is_valid(&self) -> bool {
        match &self.node().value {
            Value::Class => true,
            Value::Text { valid, .. } => *valid,
            Value::Content(_) => self.content().is_some_and(|facts| facts.valid),
        }
    }

    /// Whether it was read to its end tag; what is absent from one that was not may have followed.
    pub fn is_whole(&self) -> bool {
        self.node().after != UNFINISHED
    }

    /// The text of the first child of this name.
    pub fn value(&self, name: &str) -> Option<&'o str> {
        self.child(name)?.text()
    }

    /// What is known of its content, when it is one.
    pub fn content(&self) -> Option<&'o ContentFacts> {
        match &self.node().value {
            Value::Content(index) => self.outline.contents.get(*index as usize),
            _ => None,
        }
    }

    /// Where its start tag begins; the beginning of everything in an outline of a message in memory.
    pub fn position(&self) -> Position {
        self.node().position
    }

    /// The byte after its end tag; 0 in an outline of a message in memory.
    pub fn end_bytes(&self) -> u64 {
        self.node().end_bytes
    }

    /// Element names from the root, e.g. `Message/MessageBody/MainDocument/File[2]/filename`.
    pub fn path(&self) -> String {
        let mut path = String::with_capacity(96);
        self.push_path(&mut path);
        path
    }

    /// As deep as the classes of the standard, so never more than a few calls.
    fn push_path(&self, path: &mut String) {
        if let Some(parent) = self.parent() {
            parent.push_path(path);
            path.push('/');
        }
        path.push_str(self.name());
        if self.schema().occurs.max > 1 {
            // Writing to a string never fails.
            let _ = write!(path, "[{}]", self.number());
        }
    }

    fn at(&self, index: usize) -> Self {
        Self { outline: self.outline, index }
    }
}

/// Draws the outline of a message in memory.
struct Drawing {
    outline: Outline,
    open: Vec<u32>,
}

impl Drawing {
    fn node(&mut self, place: Place) -> u32 {
        let parent = self.open.last().copied().unwrap_or(0);
        self.outline.begin(place.element, parent, place.number, Position::default())
    }
}

impl Visitor for Drawing {
    fn begin(&mut self, place: Place) -> Result<(), Halt> {
        let node = self.node(place);
        self.open.push(node);
        Ok(())
    }

    fn end(&mut self, _: Place) -> Result<(), Halt> {
        if let Some(node) = self.open.pop() {
            self.outline.finish(node, 0);
        }
        Ok(())
    }

    fn text(&mut self, place: Place, text: &str) -> Result<(), Halt> {
        let node = self.node(place);
        self.outline.set_text(node, text, true);
        self.outline.finish(node, 0);
        Ok(())
    }

    fn content(&mut self, place: Place, content: &Content) -> Result<(), Halt> {
        let node = self.node(place);
        let held: &[u8] = match content {
            Content::Held(bytes) => bytes,
            Content::InPlace(_) => &[],
        };
        let last = &held[held.len().saturating_sub(EDGE_BYTES)..];
        let mut facts = ContentFacts::new(true, content.len_bytes(), held, last);
        if self.outline.is_in_html_file(node) {
            let mut watch = HtmlWatch::default();
            watch.take(held);
            facts.html = watch.found();
        }
        self.outline.set_content(node, facts);
        self.outline.finish(node, 0);
        Ok(())
    }
}
