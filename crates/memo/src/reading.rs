//! Reading a message in one pass, in constant memory, finding everything that is wrong with it.
//!
//! The way of a document: `input` hands out checked UTF-8 with places, `tokens` makes tags and
//! texts of it (`elements` keeps names and namespaces), and `model` makes classes of those by the
//! schema table. What breaks XML stops the reading; what breaks the schema is noted and passed.

use std::io::{self, Read};

use crate::finding::{Position, Severity, Word};
use crate::outline::Outline;
use crate::policy::Policy;
use crate::rulebook;
use crate::schema::{ClassSchema, ElementSchema, Kind, Namespace, Occurs};
use crate::{Findings, Limits, MemoVersion, Message, MessageBody, MessageHeader, Uuid4};

mod attributes;
#[doc(hidden)]
pub mod bare;
pub(crate) mod base64;
pub(crate) mod characters;
mod declaration;
mod dress;
mod elements;
pub(crate) mod fault;
mod input;
pub(crate) mod model;
mod plain;
mod tokens;
mod transcode;
mod version;

use fault::Stop;
use input::Input;
use model::{Class, Reader};
use tokens::{Discard, Tag};
pub use transcode::{ByteOrder, Transcoder};

/// What reading a document gave.
#[derive(Debug)]
pub struct Reading {
    /// The message, unless its syntax or schema has an error.
    pub message: Option<Message>,
    /// What could be seen of the message's identity even if it has errors.
    pub glimpse: Glimpse,
    /// Everything found, in document order.
    pub findings: Findings,
    /// Every element with its place, as far as the document could be read; only for a
    /// [`crate::Checker`].
    pub outline: Option<Outline>,
    /// Bytes read; the whole document unless an error of syntax stopped the reading.
    pub length_bytes: u64,
}

/// What reading the header alone gave. The body, and everything after the header, is unchecked.
#[derive(Debug)]
pub struct HeaderReading {
    /// The header, unless it has an error.
    pub header: Option<MessageHeader>,
    /// As in [`Reading::glimpse`].
    pub glimpse: Glimpse,
    /// Everything found up to the end of the header.
    pub findings: Findings,
}

/// The identity of a message as far as it could be read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Glimpse {
    /// Attribute `memoVersion`.
    pub version: Option<MemoVersion>,
    /// `MessageHeader/messageUUID`, when it has the right form.
    pub message_uuid: Option<Uuid4>,
    /// `MessageHeader/messageID`, when it is within its limit.
    pub message_id: Option<String>,
}

/// Reads a whole message and checks its syntax and schema.
///
/// # Errors
/// Only when `source` fails. Everything a sender can get wrong is a finding.
pub fn read<R: Read>(source: R, limits: &Limits) -> io::Result<Reading> {
    read_by(source, limits, None)
}

/// Reads a whole message; with a policy, also notes what the business rules look at and grants the
/// policy's tolerances.
pub(crate) fn read_by<R: Read>(
    mut source: R,
    limits: &Limits,
    policy: Option<&Policy>,
) -> io::Result<Reading> {
    let mut reader = Reader::new(Input::new(&mut source, limits.document_bytes), limits, policy);
    let outcome = reader.document(Extent::Whole);
    if let (Err(Stop::Fault(fault)), Some(policy)) = (&outcome, policy)
        && fault.0.rule == &rulebook::UTF16
        && policy.tolerates(&rulebook::UTF_16)
        && let begun = reader.tokens.input.begun()
        && let Some(order) = ByteOrder::of_mark(begun)
    {
        let begun = io::Cursor::new(begun[ByteOrder::MARK_BYTES..].to_vec());
        // It lends the source.
        drop(reader);
        return read_utf_16(begun.chain(source), order, limits, policy);
    }
    finish(reader, outcome)
}

/// Reads a document in UTF-16 from after its byte order mark.
fn read_utf_16<R: Read>(
    source: R,
    order: ByteOrder,
    limits: &Limits,
    policy: &Policy,
) -> io::Result<Reading> {
    let mut text = Transcoder::new(source, order);
    let input = Input::new(&mut text, limits.document_bytes);
    let mut reader = Reader::new(input, limits, Some(policy));
    reader.tokens.transcoded = Some(order);
    reader.tolerates(&rulebook::UTF_16, reader.tokens.tag_position, &[]);
    let outcome = reader.document(Extent::Whole);
    let mut reading = finish(reader, outcome)?;
    reading.length_bytes = ByteOrder::MARK_BYTES as u64 + text.read_bytes();
    if let Some(message) = &mut reading.message {
        text.place(message);
    }
    Ok(reading)
}

fn finish(mut reader: Reader<'_>, outcome: Result<Option<Root>, Stop>) -> io::Result<Reading> {
    let read = reader.settle(outcome)?;
    reader.tell_dress();
    let message = match read {
        Some(Root { version, schema_version, header: Some(header), body, .. })
            if !reader.findings.has_errors() =>
        {
            Some(Message { version, schema_version, header, body })
        }
        _ => None,
    };
    let length_bytes = reader.tokens.input.read_bytes();
    let Reader { glimpse, findings, outline, .. } = reader;
    Ok(Reading { message, glimpse, findings, outline, length_bytes })
}

/// Reads up to the end of the header and stops.
///
/// # Errors
/// Only when `source` fails.
pub fn read_header<R: Read>(mut source: R, limits: &Limits) -> io::Result<HeaderReading> {
    let mut reader = Reader::new(Input::new(&mut source, limits.document_bytes), limits, None);
    let outcome = reader.document(Extent::HeaderAlone);
    let read = reader.settle(outcome)?;
    let header = read.and_then(|root| root.header).filter(|_| !reader.findings.has_errors());
    Ok(HeaderReading { header, glimpse: reader.glimpse, findings: reader.findings })
}

/// How much of a document to read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Extent {
    Whole,
    HeaderAlone,
}

/// The root element as read.
struct Root {
    version: MemoVersion,
    schema_version: Option<String>,
    header: Option<MessageHeader>,
    body: Option<MessageBody>,
}

/// The schema of the root; its attributes are in `version`.
pub(crate) static MESSAGE: ClassSchema = ClassSchema {
    name: "Message",
    namespace: Namespace::Memo,
    elements: &[
        ElementSchema {
            name: MessageHeader::SCHEMA.name,
            namespace: Namespace::Memo,
            kind: Kind::Class(MessageHeader::SCHEMA),
            occurs: Occurs::required(),
        },
        ElementSchema {
            name: MessageBody::SCHEMA.name,
            namespace: Namespace::Memo,
            kind: Kind::Class(MessageBody::SCHEMA),
            occurs: Occurs::optional(),
        },
    ],
};

impl Reader<'_> {
    fn document(&mut self, extent: Extent) -> Result<Option<Root>, Stop> {
        self.tokens.begin()?;
        self.tokens.next(&mut Discard)?;
        self.root = self.tokens.tag_position;
        self.enter_root();
        if let Some(why) = self.wrong_root() {
            self.report(&rulebook::WRONG_ROOT, self.tokens.tag_position, &[why]);
            self.skip()?;
            self.pass_the_rest()?;
            return Ok(None);
        }
        let root = self.message(extent)?;
        if extent == Extent::Whole {
            self.pass_the_rest()?;
        }
        Ok(Some(root))
    }

    fn wrong_root(&self) -> Option<Word<'static>> {
        let (name, namespace) = self.tokens.elements.current();
        let right_namespace = *namespace == elements::Resolved::Known(Namespace::Memo);
        match (name == MESSAGE.name, right_namespace) {
            (true, true) => None,
            (true, false) => Some(Word::Phrase("forkert navnerum", "wrong namespace")),
            (false, _) => Some(Word::Phrase("forkert navn", "wrong name")),
        }
    }

    fn message(&mut self, extent: Extent) -> Result<Root, Stop> {
        let (version, schema_version) = self.root_attributes();
        self.outline_root(&schema_version);
        let mut root = Root { version, schema_version, header: None, body: None };
        let mut cursor = self.cursor(&MESSAGE);
        while let Some(index) = self.next_child(&mut cursor)? {
            if index == 0 {
                root.header = MessageHeader::read(self)?;
                if extent == Extent::HeaderAlone {
                    break;
                }
            } else {
                root.body = MessageBody::read(self)?;
            }
        }
        Ok(root)
    }

    fn pass_the_rest(&mut self) -> Result<(), Stop> {
        while self.tokens.next(&mut Discard)? != Tag::Document {}
        Ok(())
    }

    /// Turns what stopped the reading into a finding.
    fn settle<T>(&mut self, outcome: Result<Option<T>, Stop>) -> io::Result<Option<T>> {
        match outcome {
            Ok(read) => Ok(read),
            Err(Stop::Io(error)) => Err(error),
            Err(Stop::Fault(fault)) => {
                let (fault, position): (fault::Fault, Position) = *fault;
                // The one finding that stops the reading is kept even when the others fill the list.
                if self.findings.list.len() >= self.limits.findings {
                    let dropped = self.findings.list.pop();
                    self.findings.omitted += 1;
                    let was_error = dropped.is_some_and(|f| f.severity == Severity::Error);
                    self.findings.omitted_errors += u64::from(was_error);
                }
                self.report(fault.rule, position, &fault.words());
                Ok(None)
            }
        }
    }
}
