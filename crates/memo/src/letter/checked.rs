//! The last step of building: what was built is written, read and judged before anybody gets it.

use std::io::Cursor;
use std::mem;

use super::LetterError;
use crate::content::Content;
use crate::{Checker, Limits, Message, WriteError, read, write};

/// The message, when it is one.
///
/// The content of its files, which is valid whatever it is, is left out of what is written, so that this
/// costs little however large they are.
pub(super) fn checked(mut message: Message) -> Result<Message, LetterError> {
    let contents: Vec<Content> = files(&mut message)
        .map(|content| mem::replace(content, Content::Held(Vec::new())))
        .collect();
    let mut document = Vec::with_capacity(4096);
    write(&message, Cursor::new([]), &mut document).map_err(|error| match error {
        WriteError::Character { path } => LetterError::Character { path },
        // A vector takes every byte.
        WriteError::Io(error) => LetterError::Unwritable(error.kind()),
    })?;
    let encoded_bytes: u64 =
        contents.iter().map(|content| content.len_bytes().div_ceil(3).saturating_mul(4)).sum();
    let bytes = encoded_bytes + document.len() as u64;
    let checker = Checker::default();
    let limit = checker.policy.message_bytes;
    if bytes > limit {
        return Err(LetterError::TooLarge { bytes, limit });
    }
    let reading = read(document.as_slice(), &Limits::default())
        .map_err(|error| LetterError::Unwritable(error.kind()))?;
    if reading.findings.has_errors() {
        return Err(LetterError::Found(reading.findings));
    }
    let mut again = reading.message.ok_or(LetterError::NotItself)?;
    for content in files(&mut again) {
        *content = Content::Held(Vec::new());
    }
    if again != message {
        return Err(LetterError::NotItself);
    }
    for (place, content) in files(&mut message).zip(contents) {
        *place = content;
    }
    let findings = checker.judge(&message);
    if findings.has_errors() { Err(LetterError::Found(findings)) } else { Ok(message) }
}

/// The content of every file, in document order.
fn files(message: &mut Message) -> impl Iterator<Item = &mut Content> {
    message.body.iter_mut().flat_map(|body| {
        let additional = body.additional_documents.iter_mut().flat_map(|one| &mut one.files);
        let technical = body.technical_documents.iter_mut().flat_map(|one| &mut one.files);
        let main = body.main_document.files.iter_mut();
        main.chain(additional).chain(technical).map(|file| &mut file.content)
    })
}
