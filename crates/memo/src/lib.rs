//! MeMo, the message format of Danish Digital Post, versions 1.1 and 1.2.
//!
//! What is here: the classes of the format as types, reading and writing, checking against the
//! schema, containers of many messages, calendar entries, and answers. What is not: sockets, clocks,
//! databases, an async runtime. Everything works on `std::io`.
//!
//! A message is read in one pass and in constant memory: the content of its files stays where it
//! stands, as Base64 in the source, until somebody asks for it ([`Content`]).
//!
//! ```
//! use std::io::{Cursor, Read};
//! use brevdue_memo::letter::{DraftFile, LetterDraft};
//! use brevdue_memo::{Limits, MemoVersion, PartyId, Timestamp, read, write};
//!
//! // A letter of our own, written as XML …
//! let sender = PartyId::parse("CVR", "12345678")?;
//! let recipient = PartyId::parse("CPR", "0101010000")?;
//! let uuid = uuid::Uuid::from_u128(0x8c2ea15d_61fb_4ba9_9366_42f8b194c114);
//! let created = "2026-03-01T12:00:00Z".parse::<Timestamp>()?;
//! let mut draft =
//!     LetterDraft::new(MemoVersion::V1_2, uuid, created, (sender, "Ærøby Kommune"), (recipient, None), "Plads i børnehave");
//! draft.text = Some("Der er plads fra den første.".to_owned());
//! let mut document = Vec::new();
//! write(&draft.build()?, Cursor::new([]), &mut document)?;
//!
//! // … read back, with its content still in place …
//! let reading = read(document.as_slice(), &Limits::default())?;
//! let message = reading.message.expect("no findings");
//! let file = &message.body.expect("a letter has a body").main_document.files[0];
//! let mut text = String::new();
//! file.content.open(Cursor::new(&document))?.read_to_string(&mut text)?;
//! assert_eq!(text, "Der er plads fra den første.");
//!
//! // … and a broken one, with everything that is wrong with it.
//! let broken = String::from_utf8(document)?.replace("<memo:idType>CPR</memo:idType>", "");
//! let reading = read(broken.as_bytes(), &Limits::default())?;
//! assert!(reading.message.is_none());
//! let finding = reading.findings.list[0].to_string();
//! assert!(finding.ends_with("in Message/MessageHeader/Recipient: required element idType is missing"), "{finding}");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub mod calendar;
mod checker;
pub mod classes;
pub mod container;
pub mod content;
pub mod context;
pub mod convert;
pub mod copenhagen;
pub mod diff;
pub mod explain;
pub mod finding;
pub mod fix;
pub mod identity;
pub mod json;
mod kinds;
pub mod letter;
pub mod limits;
pub mod outline;
pub mod policy;
pub mod reading;
pub mod redact;
pub mod reply;
pub mod rulebook;
pub mod rules;
pub mod schema;
pub mod time;
pub mod values;
pub mod walking;
pub mod writing;

pub use checker::{Checker, check_by};
pub use classes::*;
pub use content::Content;
pub use context::{Answer, Context, NoContext};
pub use finding::{Finding, Findings, Language, Position, Severity};
pub use identity::{CprNumber, CvrNumber, PartyId};
pub use limits::Limits;
pub use policy::{HtmlProfile, Policy};
pub use reading::{Glimpse, HeaderReading, Reading, read, read_header};
pub use time::Timestamp;
pub use values::{LocalDate, MemoVersion, MessageType, UtcDateTime, Uuid4};
pub use writing::{WriteError, write};
