//! Check 4: how much there is; and where in a message its files and actions stand.

use brevdue_memo::{Action, File, Message};

use super::{Facts, Found, SenderKind};
use crate::exchange::codes::{ATTACHMENTS_EXCEEDED, SIZE_EXCEEDED};

/// Check 4.
pub(super) fn size(facts: &Facts<'_>, found: &mut Found) {
    let policy = facts.policy;
    // Contact points raise or lower the limits of citizens and companies alone: what authorities may
    // send anybody is fixed.
    let point = facts.recipient.contact_point.as_ref();
    let (bytes, attachments) = match facts.sender.kind {
        SenderKind::Authority(_) => (policy.authority_memo_bytes, policy.attachments),
        SenderKind::Company | SenderKind::Citizen => {
            let most = match facts.sender.kind {
                SenderKind::Company => policy.company_memo_bytes_most,
                _ => policy.citizen_memo_bytes_most,
            };
            let bytes = point.and_then(|p| p.memo_limit_bytes.map(|bytes| bytes.min(most)));
            (
                bytes.unwrap_or(policy.public_memo_bytes).min(policy.authority_memo_bytes),
                point.and_then(|p| p.attachment_limit).unwrap_or(policy.attachments),
            )
        }
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
pub(in crate::exchange) fn files(letter: &Message) -> impl Iterator<Item = (String, &File)> {
    let main = letter.body.iter().map(|body| (MAIN.to_owned(), &body.main_document.files));
    let further = letter.body.iter().flat_map(|body| {
        let additional = body.additional_documents.iter().enumerate();
        let technical = body.technical_documents.iter().enumerate();
        let additional = additional.map(|(number, it)| (self::additional(number), &it.files));
        additional.chain(technical.map(|(number, it)| (self::technical(number), &it.files)))
    });
    main.chain(further).flat_map(|(path, files)| {
        let numbered = files.iter().enumerate();
        numbered.map(move |(number, file)| (format!("{path}/File[{}]", number + 1), file))
    })
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
