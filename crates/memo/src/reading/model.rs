//! From tags and texts to classes, checked against the schema table; goes on after every finding.
//!
//! Not here: what a class holds ([`crate::classes`]) and what a value looks like ([`crate::kinds`]).

use std::borrow::Cow;

use super::Glimpse;
use super::base64::Base64Scan;
use super::elements::Resolved;
use super::fault::{Fault, Stop, presentable};
use super::input::Input;
use super::plain::{Plain, PlainText};
use super::tokens::{Blank, Discard, Tag, TextSink, Tokens};
use crate::content::{Content, Encoding, InPlace};
use crate::finding::{Finding, Findings, Position, Severity, Word};
use crate::kinds::Problem;
use crate::outline::Outline;
use crate::policy::Policy;
use crate::rulebook::{self, Rule};
use crate::schema::{ClassSchema, ElementSchema, Kind};
use crate::values::{MemoVersion, Uuid4};
use crate::walking::{Changer, Halt, Visitor};
use crate::{Limits, MessageHeader};

const FILE_NAME: &str = "filename";

/// No class has more children; a test holds the classes to it.
pub(crate) const MAX_CHILDREN: usize = 18;

/// Reads classes from a document, noting every finding.
pub(crate) struct Reader<'r> {
    pub(crate) tokens: Tokens<'r>,
    pub(crate) limits: &'r Limits,
    pub(crate) findings: Findings,
    pub(crate) glimpse: Glimpse,
    pub(crate) version: MemoVersion,
    /// What a policy tolerates; without one nothing is, and no outline is drawn.
    pub(crate) policy: Option<&'r Policy>,
    pub(crate) outline: Option<Outline>,
    path: Vec<Step>,
    text: TextBuffer,
    repeated: usize,
    text_bytes: usize,
    /// Where the start tag of the latest child begins.
    child: Position,
    /// Its text, when it is plain.
    ahead: Option<PlainText>,
    /// Where the start tag of the root begins.
    pub(super) root: Position,
}

/// One element of a path.
struct Step {
    name: Cow<'static, str>,
    /// Which one, from 1, when there may be several.
    number: Option<u32>,
    /// Its place in the outline, when it has one.
    node: Option<u32>,
}

/// How far the children of one element have been read.
pub(crate) struct Cursor {
    schema: &'static ClassSchema,
    counts: [u32; MAX_CHILDREN],
    /// The child latest in the schema's order.
    at: usize,
    stray_text: bool,
}

/// A class that can be read and written; made by `classes!`.
pub(crate) trait Class: Sized {
    /// Its place in the schema table.
    const SCHEMA: &'static ClassSchema;
    /// Reads the element whose start tag was just passed, to its end. None when something required
    /// is missing or wrong.
    fn read(reader: &mut Reader<'_>) -> Result<Option<Self>, Stop>;
    /// Shows the children, without the element itself.
    fn walk(&self, visitor: &mut dyn Visitor) -> Result<(), Halt>;
    /// Hands the texts and contents to a changer.
    fn change(&mut self, changer: &mut dyn Changer);
}

impl<'r> Reader<'r> {
    pub(crate) fn new(input: Input<'r>, limits: &'r Limits, policy: Option<&'r Policy>) -> Self {
        Self {
            tokens: Tokens::new(input, limits),
            limits,
            findings: Findings::default(),
            glimpse: Glimpse::default(),
            version: MemoVersion::V1_1,
            policy,
            outline: None,
            path: Vec::with_capacity(8),
            text: TextBuffer { bytes: Vec::new(), limit: limits.token_bytes },
            repeated: 0,
            text_bytes: 0,
            child: Position::default(),
            ahead: None,
            root: Position::default(),
        }
    }

    /// Begins the children of the element just opened.
    pub(crate) fn cursor(&self, schema: &'static ClassSchema) -> Cursor {
        Cursor { schema, counts: [0; MAX_CHILDREN], at: 0, stray_text: false }
    }

    /// Passes the start tag of the next child that the schema knows and gives its place in the
    /// table; what it does not know is noted and passed over. None at the end of the element.
    pub(crate) fn next_child(&mut self, cursor: &mut Cursor) -> Result<Option<usize>, Stop> {
        loop {
            self.ahead = None;
            let plain = self.tokens.plain(cursor.schema, cursor.at, self.version);
            let is_plain = plain.is_some();
            let known = match plain {
                Some((Plain::End, _)) => None,
                Some((Plain::Child(index), position)) => {
                    self.child = position;
                    Some(Some(index))
                }
                Some((Plain::Text(index, text), position)) => {
                    self.child = position;
                    self.ahead = Some(text);
                    Some(Some(index))
                }
                None => {
                    let known = self.next_tag(cursor)?;
                    self.child = self.tokens.tag_position;
                    known
                }
            };
            let Some(known) = known else {
                self.report_missing(cursor);
                self.leave();
                return Ok(None);
            };
            let Some(index) = known else {
                self.unknown_child(cursor)?;
                continue;
            };
            let element = &cursor.schema.elements[index];
            if element.occurs.since > self.version {
                self.enter(element, 1);
                let words = [Word::Name(element.name), Word::Name(element.occurs.since.as_str())];
                self.report(&rulebook::OTHER_VERSION, self.child, &words);
                self.skip()?;
                continue;
            }
            cursor.counts[index] += 1;
            self.enter(element, cursor.counts[index]);
            self.check_place(cursor, index);
            cursor.at = cursor.at.max(index);
            if !is_plain {
                self.check_attributes(Some(element));
            }
            if element.occurs.max > 1 {
                self.repeated += 1;
                if self.repeated > self.limits.repeated {
                    let words = [Word::Number(self.limits.repeated as u64)];
                    return Err(Stop::fault(
                        Fault::new(&rulebook::TOO_MANY_REPEATED, &words),
                        self.child,
                    ));
                }
            }
            return Ok(Some(index));
        }
    }

    /// Passes the next tag, whatever it is: none for an end tag, otherwise the child's place in the table,
    /// if it has one. Text before it is noted.
    fn next_tag(&mut self, cursor: &mut Cursor) -> Result<Option<Option<usize>>, Stop> {
        let mut blank = Blank::default();
        let tag = self.tokens.next(&mut blank)?;
        if let Some(position) = blank.stray
            && !cursor.stray_text
        {
            cursor.stray_text = true;
            self.report(&rulebook::STRAY_TEXT, position, &[Word::Name(cursor.schema.name)]);
        }
        Ok((tag == Tag::Start).then(|| self.find_child(cursor.schema)))
    }

    fn enter(&mut self, element: &'static ElementSchema, count: u32) {
        let number = (element.occurs.max > 1).then_some(count);
        let parent = self.path.last().and_then(|step| step.node);
        // What stands too often is told, but no rule looks at it: its number has no limit.
        let node = match (&mut self.outline, parent) {
            (Some(outline), Some(parent)) if count <= element.occurs.max => {
                Some(outline.begin(element, parent, count, self.child))
            }
            _ => None,
        };
        self.path.push(Step { name: Cow::Borrowed(element.name), number, node });
    }

    /// Begins the outline with the root just opened.
    pub(crate) fn outline_root(&mut self, schema_version: &Option<String>) {
        if self.policy.is_some() {
            let mut outline = Outline::new(self.version);
            outline.schema_version.clone_from(schema_version);
            let node = outline.begin_root(self.tokens.tag_position);
            self.outline = Some(outline);
            if let Some(root) = self.path.last_mut() {
                root.node = Some(node);
            }
        }
    }

    /// Leaves the element that was read to its end.
    fn leave(&mut self) {
        let step = self.path.pop();
        if let (Some(outline), Some(node)) = (&mut self.outline, step.and_then(|step| step.node)) {
            outline.finish(node, self.tokens.input.offset_bytes());
        }
    }

    /// The place in the table of the element just opened.
    fn find_child(&self, schema: &'static ClassSchema) -> Option<usize> {
        let (name, namespace) = self.tokens.elements.current();
        let Resolved::Known(namespace) = *namespace else { return None };
        schema
            .elements
            .iter()
            .position(|element| element.namespace == namespace && element.name == name)
    }

    fn unknown_child(&mut self, cursor: &Cursor) -> Result<(), Stop> {
        let name = presentable(self.tokens.elements.current().0);
        let known = cursor.schema.elements.iter().any(|element| element.name == name);
        let why = if known {
            Word::Phrase("forkert navnerum", "wrong namespace")
        } else {
            Word::Phrase("ukendt i dette element", "unknown in this element")
        };
        self.path.push(Step { name: Cow::Owned(name.clone()), number: None, node: None });
        self.report(&rulebook::NOT_ALLOWED_HERE, self.child, &[Word::Name(&name), why]);
        self.skip()
    }

    /// Passes over the element just opened, with all in it, and leaves it.
    pub(crate) fn skip(&mut self) -> Result<(), Stop> {
        let outside = self.tokens.elements.depth() - 1;
        while self.tokens.elements.depth() > outside {
            self.tokens.next(&mut Discard)?;
        }
        self.leave();
        Ok(())
    }

    /// Checks that a known child may stand where it stands, as often as it does.
    fn check_place(&mut self, cursor: &Cursor, index: usize) {
        let element = &cursor.schema.elements[index];
        let other_choice = || {
            let chosen = |other: &usize| {
                *other != index
                    && cursor.counts[*other] > 0
                    && cursor.schema.elements[*other].occurs.choice
            };
            if !element.occurs.choice {
                return None;
            }
            (0..cursor.schema.elements.len()).find(chosen)
        };
        if cursor.counts[index] > element.occurs.max {
            let words = [Word::Name(element.name), Word::Number(u64::from(element.occurs.max))];
            self.report(&rulebook::TOO_OFTEN, self.child, &words);
        } else if let Some(other) = other_choice() {
            let words = [Word::Name(cursor.schema.elements[other].name), Word::Name(element.name)];
            self.report(&rulebook::BOTH_ALTERNATIVES, self.child, &words);
        } else if index < cursor.at {
            let before = cursor.schema.elements[cursor.at].name;
            let why =
                (format!("det skal stå før {before}"), format!("it must stand before {before}"));
            let words = [Word::Name(element.name), Word::Phrase(&why.0, &why.1)];
            self.report(&rulebook::NOT_ALLOWED_HERE, self.child, &words);
        }
    }

    fn report_missing(&mut self, cursor: &Cursor) {
        for (element, count) in cursor.schema.elements.iter().zip(cursor.counts) {
            if count < element.occurs.min_in(self.version) {
                // Only file names can be done without; see `or_empty` in the class of files.
                if element.name == FILE_NAME
                    && self.tolerates(&rulebook::FILE_WITHOUT_NAME, self.tokens.tag_position, &[])
                {
                    continue;
                }
                self.report(
                    &rulebook::MISSING_ELEMENT,
                    self.tokens.tag_position,
                    &[Word::Name(element.name)],
                );
            }
        }
    }

    /// Checks the attributes of the element just opened; the root's own are checked by the caller.
    pub(crate) fn check_attributes(&mut self, element: Option<&'static ElementSchema>) {
        let attributes = std::mem::take(&mut self.tokens.elements.attributes);
        for attribute in &attributes {
            let elements = &self.tokens.elements;
            let allowed = match (&attribute.namespace, elements.attribute_local(attribute)) {
                (Resolved::Xsi, "schemaLocation" | "noNamespaceSchemaLocation") => true,
                (Resolved::Xsi, "type") => {
                    self.names_its_type(elements.attribute_value(attribute), element)
                }
                (Resolved::None, "memoVersion" | "memoSchVersion") => element.is_none(),
                _ => false,
            };
            if !allowed {
                let name = presentable(elements.attribute_name(attribute));
                self.report(
                    &rulebook::ATTRIBUTE_NOT_ALLOWED,
                    self.tokens.tag_position,
                    &[Word::Name(&name)],
                );
            }
        }
        self.tokens.elements.attributes = attributes;
    }

    /// Whether `xsi:type` says what the schema says anyway. Classes have types without names.
    fn names_its_type(&self, value: &str, element: Option<&'static ElementSchema>) -> bool {
        let Some(ElementSchema { kind: Kind::Value(schema), .. }) = element else { return false };
        let value = value.trim_matches(' ');
        let (prefix, local) = value.split_once(':').unwrap_or(("", value));
        local == schema.type_name && self.tokens.elements.uri_of(prefix) == Some(schema.type_uri)
    }

    /// Reads the simple value of the element just opened, to its end.
    pub(crate) fn text_value<V>(
        &mut self,
        parse: fn(&str) -> Result<V, Problem>,
    ) -> Result<Option<V>, Stop> {
        let parsed = if let Some(plain) = self.ahead {
            self.count_text(plain.length)?;
            let text = &self.tokens.input.available_text()[..plain.length];
            let parsed = parse(text);
            note_text(&self.path, &mut self.glimpse, &mut self.outline, text, parsed.is_ok());
            self.tokens.pass_text(&plain);
            Some(parsed)
        } else if self.any_text()? {
            self.count_text(self.text.bytes.len())?;
            // The input is checked to be UTF-8, and pieces end between characters.
            let text = std::str::from_utf8(&self.text.bytes).unwrap_or_default();
            let parsed = parse(text);
            note_text(&self.path, &mut self.glimpse, &mut self.outline, text, parsed.is_ok());
            Some(parsed)
        } else {
            None
        };
        let value = match parsed {
            Some(Ok(value)) => Some(value),
            Some(Err(problem)) => {
                self.report_value(self.child, &problem);
                None
            }
            None => None,
        };
        self.leave();
        Ok(value)
    }

    /// Gathers the text of the element just opened, to its end. False when an element stands in it.
    fn any_text(&mut self) -> Result<bool, Stop> {
        self.text.bytes.clear();
        let mut whole = true;
        while self.tokens.next(&mut self.text)? == Tag::Start {
            whole = false;
            self.element_in_value()?;
        }
        Ok(whole)
    }

    fn count_text(&mut self, bytes: usize) -> Result<(), Stop> {
        self.text_bytes += bytes;
        if self.text_bytes > self.limits.text_bytes {
            let words = [Word::Number(self.limits.text_bytes as u64)];
            return Err(Stop::fault(Fault::new(&rulebook::TOO_MUCH_TEXT, &words), self.child));
        }
        Ok(())
    }

    fn report_value(&mut self, position: Position, problem: &Problem) {
        let name = self.path.last().map(|step| step.name.clone()).unwrap_or_default();
        let mut words = vec![Word::Name(&name)];
        words.extend(problem.words.iter().flatten().cloned());
        self.report(problem.rule, position, &words);
    }

    /// An element where only text may stand.
    fn element_in_value(&mut self) -> Result<(), Stop> {
        let position = self.tokens.tag_position;
        let name = presentable(self.tokens.elements.current().0);
        self.path.push(Step { name: Cow::Owned(name.clone()), number: None, node: None });
        let words =
            [Word::Name(&name), Word::Phrase("her står kun tekst", "only text may stand here")];
        self.report(&rulebook::NOT_ALLOWED_HERE, position, &words);
        self.skip()
    }

    /// Passes over the Base64 of the element just opened, to its end.
    pub(crate) fn content_value(&mut self) -> Result<Option<Content>, Stop> {
        let offset_bytes = self.tokens.input.position().offset_bytes;
        let empty = self.tokens.at_end_of_empty_element();
        let mut scan = Base64Scan::default();
        let node = self.path.last().and_then(|step| step.node);
        if let (Some(outline), Some(node)) = (&self.outline, node)
            && outline.is_in_html_file(node)
        {
            scan.html = Some(Box::default());
        }
        let mut whole = true;
        while self.tokens.content(&mut scan)? == Tag::Start {
            whole = false;
            self.element_in_value()?;
        }
        let end = self.tokens.tag_position;
        scan.finish(end);
        // What only ends loosely can be read all the same.
        let problem = scan.problem.or_else(|| {
            scan.loose.filter(|(_, at)| !self.tolerates(&rulebook::LOOSE_BASE64, *at, &[]))
        });
        if let Some((problem, position)) = problem {
            let why = problem.why();
            self.report(
                &rulebook::WRONG_FORM,
                position,
                &[Word::Name("content"), Word::Phrase(why.0, why.1)],
            );
            whole = false;
        }
        if let (Some(outline), Some(node)) = (&mut self.outline, node) {
            outline.set_content(node, scan.facts(whole));
        }
        self.leave();
        let encoded_bytes = if empty { 0 } else { end.offset_bytes - offset_bytes };
        // Of a document in UTF-16 the places are mapped when it has been read.
        let (decoded_bytes, encoding) = (scan.decoded_bytes(), Encoding::Utf8);
        let place = InPlace { offset_bytes, encoded_bytes, decoded_bytes, encoding };
        Ok(whole.then_some(Content::InPlace(place)))
    }

    /// Enters the root element.
    pub(crate) fn enter_root(&mut self) {
        let name = presentable(self.tokens.elements.current().0);
        self.path.push(Step { name: Cow::Owned(name), number: None, node: None });
    }

    /// Notes a finding at the element being read.
    pub(crate) fn report(&mut self, rule: &'static Rule, position: Position, words: &[Word<'_>]) {
        self.report_as(rule.severity, rule, position, words);
    }

    pub(super) fn report_as(
        &mut self,
        severity: Severity,
        rule: &'static Rule,
        position: Position,
        words: &[Word<'_>],
    ) {
        let path = &self.path;
        self.findings.add(severity, self.limits.findings, || {
            Finding::new(rule, severity, path_of(path), position, words)
        });
    }
}

/// Keeps a value's text for the rules, and what tells which message this is for answers to messages that
/// cannot be read.
fn note_text(
    path: &[Step],
    glimpse: &mut Glimpse,
    outline: &mut Option<Outline>,
    text: &str,
    valid: bool,
) {
    if let (Some(outline), Some(Step { node: Some(node), .. })) = (outline, path.last()) {
        outline.set_text(*node, text, valid);
    }
    let [_, header, step] = path else { return };
    if header.name != MessageHeader::SCHEMA.name {
        return;
    }
    match &*step.name {
        "messageUUID" if glimpse.message_uuid.is_none() => {
            glimpse.message_uuid = Uuid4::parse(text).ok()
        }
        "messageID" if glimpse.message_id.is_none() && text.chars().count() <= 256 => {
            glimpse.message_id = Some(text.to_owned());
        }
        _ => {}
    }
}

fn path_of(steps: &[Step]) -> String {
    let mut path = String::with_capacity(64);
    for step in steps {
        if !path.is_empty() {
            path.push('/');
        }
        path.push_str(&step.name);
        if let Some(number) = step.number {
            path.push_str(&format!("[{number}]"));
        }
    }
    path
}

/// Collects the text of a simple value, up to the limit of one token.
struct TextBuffer {
    bytes: Vec<u8>,
    limit: usize,
}

impl TextSink for TextBuffer {
    fn take(&mut self, piece: &[u8], input: &Input<'_>) -> Result<(), Stop> {
        if self.bytes.len() + piece.len() > self.limit {
            let words = [Word::Phrase("en tekst", "a text"), Word::Number(self.limit as u64)];
            return Err(input.fault_at(0, Fault::new(&rulebook::TOKEN_TOO_LONG, &words)));
        }
        self.bytes.extend_from_slice(piece);
        Ok(())
    }
}

/// Where the values of one field gather: at most one, or many.
pub(crate) trait Slot<T> {
    fn put(&mut self, value: T);
}

impl<T> Slot<T> for Option<T> {
    fn put(&mut self, value: T) {
        *self = Some(value);
    }
}

impl<T> Slot<T> for Vec<T> {
    fn put(&mut self, value: T) {
        self.push(value);
    }
}
