//! Reading a message in one pass, in constant memory, finding everything that is wrong with it.

use std::io::{self, Read};

use crate::{Findings, Limits, MemoVersion, Message, MessageHeader, Uuid4};

/// What reading a document gave.
#[derive(Debug)]
pub struct Reading {
    /// The message, unless its syntax or schema has an error.
    pub message: Option<Message>,
    /// What could be seen of the message's identity even if it has errors.
    pub glimpse: Glimpse,
    /// Everything found, in document order.
    pub findings: Findings,
    /// Bytes read.
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
    let _ = (source, limits);
    unimplemented!()
}

/// Reads up to the end of the header and stops.
///
/// # Errors
/// Only when `source` fails.
pub fn read_header<R: Read>(source: R, limits: &Limits) -> io::Result<HeaderReading> {
    let _ = (source, limits);
    unimplemented!()
}
