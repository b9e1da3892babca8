//! From one version of MeMo to the other, with everything that is lost named before it is lost.
//!
//! ```
//! use brevdue_memo::convert::{convert, losses};
//! use brevdue_memo::{Language, Limits, MemoVersion, json, read};
//!
//! let with_representative = r#"{ "memoVersion": "1.2", "MessageHeader": {
//!   "messageType": "NEMSMS", "messageUUID": "8c2ea15d-61fb-4ba9-9366-42f8b194c114", "label": "Husk din tid",
//!   "Sender": { "senderID": "12345678", "idType": "CVR", "label": "Kommunen", "Representative": { "label": "Bureauet" } },
//!   "Recipient": { "recipientID": "0101010000", "idType": "CPR" } } }"#;
//! let mut document = Vec::new();
//! json::to_xml(with_representative.as_bytes(), &Limits::default(), &mut document)?;
//! let mut message = read(document.as_slice(), &Limits::default())?.message.expect("no findings");
//!
//! let lost = losses(&message, MemoVersion::V1_1);
//! assert_eq!(lost[0].path, "Message/MessageHeader/Sender/Representative");
//! assert_eq!(lost[0].text(Language::Danish), "afsenderens repræsentant findes først i version 1.2");
//! assert_eq!(convert(&mut message, MemoVersion::V1_1), lost);
//! assert_eq!(message.header.mandatory, Some(false));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Source: the official schemas, see `docs/memo.md`.

use std::fmt;

use crate::outline::{Element, Outline};
use crate::{Language, MemoVersion, Message};

/// What 1.1 has in `memoSchVersion` wherever it was seen.
const SCHEMA_VERSION: &str = "1.1.0";

/// Something a message has and the other version cannot say. Never quotes it.
///
/// Its `Display` is the path and the English text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Loss {
    /// Element names from the root; an attribute has an `@` before it.
    pub path: String,
    danish: String,
    english: String,
}

impl Loss {
    /// What is lost, lower case without a full stop.
    pub fn text(&self, language: Language) -> &str {
        match language {
            Language::Danish => &self.danish,
            Language::English => &self.english,
        }
    }
}

impl fmt::Display for Loss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path, self.english)
    }
}

/// What a message would lose in another version, in document order. Changes nothing.
pub fn losses(message: &Message, version: MemoVersion) -> Vec<Loss> {
    let mut losses = Vec::new();
    if version == MemoVersion::V1_2
        && message.schema_version.as_deref().is_some_and(|written| written != SCHEMA_VERSION)
    {
        losses.push(Loss {
            path: "Message/@memoSchVersion".to_owned(),
            danish: "en anden skemaversion end 1.1.0 kan ikke siges i version 1.2".to_owned(),
            english: "a schema version other than 1.1.0 cannot be said in version 1.2".to_owned(),
        });
    }
    let outline = Outline::of(message);
    for element in outline.elements() {
        let is_within_a_loss = element.parent().is_some_and(|parent| is_newer(parent, version));
        if is_newer(element, version) && !is_within_a_loss {
            losses.push(newer(element));
        }
    }
    losses
}

/// Makes a message one of another version, and says what it lost: exactly what [`losses`] says before.
///
/// To 1.2 the attribute `memoSchVersion` goes. To 1.1 it comes, as `1.1.0`; `mandatory` and
/// `legalNotification` become false when they are absent, which means the same; the sender's
/// representative and the original representative go. A message of the version already is left alone.
pub fn convert(message: &mut Message, version: MemoVersion) -> Vec<Loss> {
    if message.version == version {
        return Vec::new();
    }
    let losses = losses(message, version);
    message.version = version;
    match version {
        MemoVersion::V1_1 => {
            message.schema_version = Some(SCHEMA_VERSION.to_owned());
            let header = &mut message.header;
            header.mandatory.get_or_insert(false);
            header.legal_notification.get_or_insert(false);
            header.sender.representative = None;
            if let Some(forward_data) = &mut header.forward_data {
                forward_data.original_representative = None;
            }
        }
        MemoVersion::V1_2 => message.schema_version = None,
    }
    losses
}

fn is_newer(element: Element<'_>, version: MemoVersion) -> bool {
    element.schema().occurs.since > version
}

fn newer(element: Element<'_>) -> Loss {
    let since = element.schema().occurs.since;
    let (danish, english) = match element.name() {
        "Representative" => ("afsenderens repræsentant", "the sender's representative"),
        "originalRepresentative" => {
            ("den oprindelige afsenders repræsentant", "the original sender's representative")
        }
        name => (name, name),
    };
    Loss {
        path: element.path(),
        danish: format!("{danish} findes først i version {since}"),
        english: format!("{english} exists only from version {since}"),
    }
}
