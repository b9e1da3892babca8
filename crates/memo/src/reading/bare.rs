//! Parts of reading by themselves, for the tests and benches of reading; no part of the interface.

use std::io::{self, Read};

use super::fault::Stop;
use super::input::Input;
use super::model::Reader;
use super::tokens::{Discard, Tag, Tokens};
use super::{Extent, Reading, finish};
use crate::{Limits, Policy};

/// Passes over the tags and texts of a document, checks its syntax and builds nothing; how many tags
/// there were. None when the syntax has an error.
///
/// # Errors
/// Only when `source` fails.
pub fn tokens<R: Read>(mut source: R, limits: &Limits) -> io::Result<Option<u64>> {
    let mut tokens = Tokens::new(Input::new(&mut source, limits.document_bytes), limits);
    let mut count = 0;
    let mut outcome = tokens.begin();
    while outcome.is_ok() {
        match tokens.next(&mut Discard) {
            Ok(Tag::Document) => return Ok(Some(count)),
            Ok(Tag::Start | Tag::End) => count += 1,
            Err(stop) => outcome = Err(stop),
        }
    }
    match outcome {
        Err(Stop::Io(error)) => Err(error),
        _ => Ok(None),
    }
}

/// Reads a message as [`crate::read`], or with a policy as [`crate::Checker`] does before the rules, but
/// never compares with what is expected first. It comes to the same.
///
/// # Errors
/// Only when `source` fails.
pub fn read_the_long_way<R: Read>(
    mut source: R,
    limits: &Limits,
    policy: Option<&Policy>,
) -> io::Result<Reading> {
    let input = Input::new(&mut source, limits.document_bytes);
    let mut reader = Reader::new(input, limits, policy);
    reader.tokens.short_way = false;
    let outcome = reader.document(Extent::Whole);
    finish(reader, outcome)
}

/// How many start tags of a document the short way has left to the long one.
///
/// # Errors
/// Only when `source` fails.
pub fn tags_gone_the_long_way<R: Read>(mut source: R, limits: &Limits) -> io::Result<u64> {
    let input = Input::new(&mut source, limits.document_bytes);
    let mut reader = Reader::new(input, limits, None);
    match reader.document(Extent::Whole) {
        Err(Stop::Io(error)) => Err(error),
        _ => Ok(reader.tokens.long_tags),
    }
}

/// Reads with a policy as [`crate::Checker`] does, without applying the rules.
///
/// # Errors
/// Only when `source` fails.
pub fn read_for_rules<R: Read>(source: R, limits: &Limits, policy: &Policy) -> io::Result<Reading> {
    super::read_by(source, limits, Some(policy))
}
