//! Checks 4 to 8: how much there is, and what.
//!
//! Check 9, the policy for HTML, is lenient and never refuses: pages clean what they show. Check 10,
//! the search for malware, is not built.

use brevdue_memo::rules::{
    DocumentKind, entry_point_is_allowed, file_type_is_allowed, filename_is_allowed,
};
use brevdue_memo::{Action, File, Message};

use super::{
    ACTION_URL, ATTACHMENTS_EXCEEDED, FILE_EMPTY, FILE_NAME, FILE_TYPE, Facts, Found,
    SIZE_EXCEEDED, SenderKind,
};

pub(super) fn check(facts: &Facts<'_>, found: &mut Found) {
    size(facts, found);
    let files = files(facts.letter);
    for (path, _, file) in &files {
        if file.content.len_bytes() == 0 {
            found.add(FILE_EMPTY.failure(format!("{path}/content: the file is empty")));
        }
    }
    for (path, kind, file) in &files {
        if !file_type_is_allowed(&file.filename, &file.encoding_format, *kind) {
            found.add(FILE_TYPE.failure(format!(
                "{path}: the file's extension and encodingFormat are not on the list of allowed \
                 types [MEMO-R-121]"
            )));
        }
    }
    if facts.policy.strict_filenames_and_actions {
        for (path, _, file) in &files {
            if !filename_is_allowed(&file.filename) {
                found.add(FILE_NAME.failure(format!(
                    "{path}/filename: the file name holds a character that is not allowed \
                     [MEMO-R-010]"
                )));
            }
        }
        for (path, action) in actions(facts.letter) {
            let Some(entry_point) = &action.entry_point else { continue };
            if !entry_point_is_allowed(&entry_point.url) {
                found.add(ACTION_URL.failure(format!(
                    "{path}/EntryPoint/url: the address is not an absolute https address \
                     [MEMO-R-011]"
                )));
            }
        }
    }
}

/// Check 4.
fn size(facts: &Facts<'_>, found: &mut Found) {
    let policy = facts.policy;
    // Contact points raise or lower the limits of citizens and companies alone: what authorities may
    // send anybody is fixed.
    let point = facts.recipient.contact_point.as_ref();
    let (bytes, attachments) = match facts.sender.kind {
        SenderKind::Authority(_) => (policy.authority_memo_bytes, policy.attachments),
        SenderKind::Company | SenderKind::Citizen => (
            point
                .and_then(|p| p.memo_limit_bytes)
                .unwrap_or(policy.public_memo_bytes)
                .min(policy.authority_memo_bytes),
            point.and_then(|p| p.attachment_limit).unwrap_or(policy.attachments),
        ),
    };
    if facts.length_bytes > bytes {
        found.add(SIZE_EXCEEDED.failure(format!(
            "the message is {} bytes, over the limit of {bytes} bytes",
            facts.length_bytes
        )));
    }
    let documents = facts.letter.body.as_ref().map_or(0, |b| b.additional_documents.len());
    if documents > attachments as usize {
        found.add(ATTACHMENTS_EXCEEDED.failure(format!(
            "the message has {documents} additional documents, over the limit of {attachments}"
        )));
    }
}

/// Every file with its place, in document order.
fn files(letter: &Message) -> Vec<(String, DocumentKind, &File)> {
    let Some(body) = &letter.body else { return Vec::new() };
    let people = DocumentKind::ForPeople;
    let mut documents = vec![(MAIN.to_owned(), people, &body.main_document.files)];
    for (number, document) in body.additional_documents.iter().enumerate() {
        documents.push((additional(number), people, &document.files));
    }
    for (number, document) in body.technical_documents.iter().enumerate() {
        documents.push((technical(number), DocumentKind::Technical, &document.files));
    }
    let mut all = Vec::new();
    for (path, kind, files) in documents {
        for (number, file) in files.iter().enumerate() {
            all.push((format!("{path}/File[{}]", number + 1), kind, file));
        }
    }
    all
}

/// Every action with its place, in document order.
pub(in crate::exchange) fn actions(letter: &Message) -> Vec<(String, &Action)> {
    let Some(body) = &letter.body else { return Vec::new() };
    let mut documents = vec![(MAIN.to_owned(), &body.main_document.actions)];
    for (number, document) in body.additional_documents.iter().enumerate() {
        documents.push((additional(number), &document.actions));
    }
    let mut all = Vec::new();
    for (path, actions) in documents {
        for (number, action) in actions.iter().enumerate() {
            all.push((format!("{path}/Action[{}]", number + 1), action));
        }
    }
    all
}

const MAIN: &str = "Message/MessageBody/MainDocument";

fn additional(number: usize) -> String {
    format!("Message/MessageBody/AdditionalDocument[{}]", number + 1)
}

fn technical(number: usize) -> String {
    format!("Message/MessageBody/TechnicalDocument[{}]", number + 1)
}
