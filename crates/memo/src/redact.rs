//! A message without what tells of people: for fault reports, test data and examples.
//!
//! Identity numbers, names, addresses, contact data, free text and the content of files are masked. Kept
//! are structure, codes, classifications, dates, times, media types, file extensions and, unless asked
//! otherwise, UUIDs: they name messages, not people. What is masked how stands in one table
//! ([`table`]); a text that is not in it is masked as free text.
//!
//! What was valid stays valid: a CPR number becomes ten digits that nobody has, a name a name. The same
//! text becomes the same mask in all messages of one [`Redactor`], so that conversations stay linked.
//!
//! What it cannot do: hide who is meant when dates, codes and the number of files are enough to tell.
//!
//! ```
//! use brevdue_memo::redact::{Redactor, Uuids};
//! use brevdue_memo::{Limits, json, read};
//!
//! let letter = r#"{ "memoVersion": "1.2", "MessageHeader": {
//!   "messageType": "NEMSMS", "messageUUID": "8c2ea15d-61fb-4ba9-9366-42f8b194c114", "label": "Til Vagn",
//!   "Sender": { "senderID": "12345678", "idType": "CVR", "label": "Ærøby Kommune" },
//!   "Recipient": { "recipientID": "0101010000", "idType": "CPR", "label": "Vagn" } } }"#;
//! let mut document = Vec::new();
//! json::to_xml(letter.as_bytes(), &Limits::default(), &mut document)?;
//! let mut message = read(document.as_slice(), &Limits::default())?.message.expect("no findings");
//!
//! Redactor::new(Uuids::Kept).redact(&mut message);
//! assert_eq!(message.header.recipient.recipient_id, "6101000001");
//! assert_eq!(message.header.recipient.id_type, "CPR");
//! assert_eq!(message.header.sender.label, "Navn 1");
//! assert_eq!(message.header.message_uuid.as_str(), "8c2ea15d-61fb-4ba9-9366-42f8b194c114");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use std::collections::HashSet;

use crate::schema::{ClassSchema, ElementSchema};
use crate::walking::Changer;
use crate::{Action, Content, File, Message, Uuid4};

mod blanks;
mod invented;
mod masks;
mod office;
pub mod table;

use masks::Masks;
use table::mask_of;

/// What becomes of the UUIDs of messages and appointments.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Uuids {
    /// They stay, so that a message can be found again by whoever has it.
    #[default]
    Kept,
    /// They become invented ones.
    Replaced,
}

/// Masks messages, the same text the same way in all of them.
///
/// It remembers every text it masked, so its memory grows with the messages' texts.
#[derive(Debug)]
pub struct Redactor {
    uuids: Uuids,
    masks: Masks,
}

impl Redactor {
    /// One that has seen nothing yet.
    pub fn new(uuids: Uuids) -> Self {
        Self { uuids, masks: Masks::default() }
    }

    /// Masks a message. Its content is held afterwards: a tiny file of the same type that says it was
    /// removed.
    pub fn redact(&mut self, message: &mut Message) {
        let mut originals = Originals(HashSet::new());
        message.change(&mut originals);
        self.masks.avoid(originals.0);
        files(message, &mut |file| {
            if file.content.len_bytes() > 0 {
                let blank = blanks::blank(&file.encoding_format, &file.filename);
                file.content = Content::Held(blank);
            }
        });
        message.change(&mut Masking(&mut self.masks));
        if let Some(schema_version) = &mut message.schema_version
            && !table::is_version(schema_version)
        {
            "0".clone_into(schema_version);
        }
        if self.uuids == Uuids::Replaced {
            self.replace_uuids(message);
        }
    }

    fn replace_uuids(&mut self, message: &mut Message) {
        let masks = &mut self.masks;
        let mut replace = |uuid: &mut Uuid4| *uuid = masks.uuid(uuid.value()).into();
        replace(&mut message.header.message_uuid);
        if let Some(forward_data) = &mut message.header.forward_data {
            replace(&mut forward_data.message_uuid);
        }
        for reply_data in &mut message.header.reply_data {
            replace(&mut reply_data.message_uuid);
            reply_data.reply_uuid.iter_mut().for_each(&mut replace);
        }
        let Some(body) = &mut message.body else { return };
        let additional = body.additional_documents.iter_mut().flat_map(|each| &mut each.actions);
        let actions: &mut dyn Iterator<Item = &mut Action> =
            &mut body.main_document.actions.iter_mut().chain(additional);
        for reservation in actions.filter_map(|action| action.reservation.as_mut()) {
            replace(&mut reservation.reservation_uuid);
        }
    }
}

fn files(message: &mut Message, each: &mut dyn FnMut(&mut File)) {
    let Some(body) = &mut message.body else { return };
    let additional = body.additional_documents.iter_mut().flat_map(|document| &mut document.files);
    let technical = body.technical_documents.iter_mut().flat_map(|document| &mut document.files);
    body.main_document.files.iter_mut().chain(additional).chain(technical).for_each(each);
}

/// Gathers the texts of a message, so that no mask is one of them.
struct Originals(HashSet<String>);

impl Changer for Originals {
    fn text(&mut self, _: &'static ClassSchema, _: &'static ElementSchema, text: &mut String) {
        self.0.insert(text.clone());
    }
    fn content(&mut self, _: &mut Content) {}
}

struct Masking<'r>(&'r mut Masks);

impl Changer for Masking<'_> {
    fn text(
        &mut self,
        class: &'static ClassSchema,
        element: &'static ElementSchema,
        text: &mut String,
    ) {
        // What says nothing says nothing of anybody, and that it is empty may be the fault to report.
        if !text.trim().is_empty() {
            *text = self.0.masked(mask_of(class.name, element.name), text);
        }
    }
    fn content(&mut self, _: &mut Content) {}
}
