//! MeMo, the message format of Danish Digital Post, versions 1.1 and 1.2.
//!
//! What is here: the classes of the format as types, reading and writing, checking against the
//! schema, containers of many messages, calendar entries, and answers. What is not: sockets, clocks,
//! databases, an async runtime. Everything works on `std::io`.
//!
//! A message is read in one pass and in constant memory: the content of its files stays where it
//! stands, as Base64 in the source, until somebody asks for it ([`Content`]).

pub mod calendar;
pub mod classes;
pub mod container;
pub mod content;
pub mod finding;
pub mod identity;
mod kinds;
pub mod letter;
pub mod limits;
pub mod reading;
pub mod reply;
pub mod rulebook;
pub mod rules;
pub mod schema;
pub mod time;
pub mod values;
pub mod writing;

pub use classes::*;
pub use content::Content;
pub use finding::{Finding, Findings, Language, Position, Severity};
pub use identity::{CprNumber, CvrNumber, PartyId};
pub use limits::Limits;
pub use reading::{Glimpse, HeaderReading, Reading, read, read_header};
pub use time::Timestamp;
pub use values::{LocalDate, MemoVersion, MessageType, UtcDateTime, Uuid4};
pub use writing::{WriteError, write};
