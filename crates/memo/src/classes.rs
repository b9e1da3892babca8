//! The classes of MeMo: every element of every class, in the order of the standard.
//!
//! Each class is declared once, in [`classes!`]; its type, its place in the schema table, its reading
//! and its writing all come from that one declaration, so they cannot disagree.
//!
//! A required element is a plain field, an optional one an `Option`, a repeated one a `Vec`.
//!
//! Source: the official MeMo schemas 1.1 and 1.2, see `docs/memo.md`.

use crate::content::Content;
use crate::values::*;

macro_rules! field_type {
    ($T:ident [required $($rest:tt)*]) => { $T };
    ($T:ident [optional $($rest:tt)*]) => { Option<$T> };
    ($T:ident [many $($rest:tt)*]) => { Vec<$T> };
}

macro_rules! classes {
    ($(
        $(#[$meta:meta])*
        class $Name:ident $element:literal in $ns:ident {
            $( $(#[$field_meta:meta])* $field:ident : $kind:ident $T:ident $child:literal in $child_ns:ident [$($occurs:tt)*]; )*
        }
    )*) => {$(
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub struct $Name {
            $( $(#[$field_meta])* pub $field: field_type!($T [$($occurs)*]), )*
        }
    )*};
}

mod addresses;
mod body;
mod content_data;
mod conversation;
mod message;
mod parties;
mod registers;

pub use addresses::*;
pub use body::*;
pub use content_data::*;
pub use conversation::*;
pub use message::*;
pub use parties::*;
pub use registers::*;

/// A MeMo message (Meddelelse), the root of every document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Which version of the format the message is written in (attribute `memoVersion`).
    pub version: MemoVersion,
    /// Attribute `memoSchVersion` as written: required in 1.1, not allowed in 1.2.
    pub schema_version: Option<String>,
    /// All metadata; always first, so that it can be read without the body.
    pub header: MessageHeader,
    /// The documents. Absent in NemSMS messages.
    pub body: Option<MessageBody>,
}
