//! A message as JSON and back, without loss.
//!
//! Members are named like the elements of the standard; what may stand repeatedly is always an array,
//! switches are `true` and `false`, and every other value is a string exactly as it is written in XML.
//! `docs/json.md` shows the shape.
//!
//! Not here: whether values are right. [`to_xml`] judges the structure alone; what it writes is read and
//! checked like any other document.
//!
//! ```
//! use std::io::Cursor;
//! use brevdue_memo::json::{self, Contents};
//! use brevdue_memo::{Limits, read};
//!
//! let nem_sms = r#"{
//!   "memoVersion": "1.2",
//!   "MessageHeader": {
//!     "label": "Husk din tid", "notification": "Du har en tid i morgen kl. 9",
//!     "messageType": "NEMSMS", "messageUUID": "8c2ea15d-61fb-4ba9-9366-42f8b194c114",
//!     "Sender": { "idType": "CVR", "senderID": "12345678", "label": "Ærøby Kommune" },
//!     "Recipient": { "recipientID": "0101010000", "idType": "CPR" }
//!   }
//! }"#;
//! let mut document = Vec::new();
//! json::to_xml(nem_sms.as_bytes(), &Limits::default(), &mut document)?;
//! let message = read(document.as_slice(), &Limits::default())?.message.expect("no findings");
//! assert_eq!(message.header.sender.label, "Ærøby Kommune");
//!
//! let mut again = Vec::new();
//! json::write(&message, Cursor::new(&document), Contents::Whole, &mut again)?;
//! assert!(String::from_utf8(again)?.contains(r#""senderID": "12345678""#));
//!
//! // What is wrong is told by its place in the JSON, never by its value.
//! let broken = nem_sms.replace("\"12345678\"", "12345678");
//! let error = json::to_xml(broken.as_bytes(), &Limits::default(), Vec::new()).unwrap_err();
//! assert_eq!(error.to_string(), "/MessageHeader/Sender/senderID at 6:34: expected a string, found a number");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod emitter;
mod fault;
mod reading;
mod schema;
mod writing;
mod xml;

pub use fault::{JsonError, JsonFault, JsonFaults};
pub use schema::write_schema;
pub use writing::{Contents, write};
pub use xml::to_xml;

/// Attributes of the root, which JSON has as members.
const MEMO_VERSION: &str = "memoVersion";
const MEMO_SCH_VERSION: &str = "memoSchVersion";
/// Where an editor is told the JSON Schema; has no meaning for the message.
const SCHEMA_HINT: &str = "$schema";
/// What stands in place of content that was left out: its length in bytes.
const LENGTH_BYTES: &str = "lengthBytes";
