//! The classes of MeMo: every element of every class, in the order of the standard.
//!
//! Each class is declared once, in `classes!`; its type, its place in the schema table, its reading
//! and its writing all come from that one declaration, so they cannot disagree.
//!
//! A required element is a plain field, an optional one an `Option`, a repeated one a `Vec`.
//!
//! Source: the official MeMo schemas 1.1 and 1.2, see `docs/memo.md`.

use crate::kinds;
use crate::reading::fault::Stop;
use crate::reading::model::{Class, Reader, Slot};
use crate::schema::{ClassSchema, ElementSchema, Kind, Namespace, Occurs, UNBOUNDED};
use crate::values::*;
use crate::walking::{Changer, Halt, Place, Visitor, walk_class};

macro_rules! field_type {
    ($T:ident [required $($rest:tt)*]) => { $T };
    ($T:ident [optional $($rest:tt)*]) => { Option<$T> };
    ($T:ident [many $($rest:tt)*]) => { Vec<$T> };
}

/// What a field is gathered in while its class is read.
macro_rules! slot_type {
    ($T:ident [many $($rest:tt)*]) => { Vec<$T> };
    ($T:ident [$($rest:tt)*]) => { Option<$T> };
}

/// The field from what was gathered; a class without a required field is none.
macro_rules! from_slot {
    // Missing is told; only a tolerance lets the message stand without it.
    ($slot:ident [required or_empty]) => {
        $slot.unwrap_or_default()
    };
    ($slot:ident [required $($rest:tt)*]) => {
        match $slot {
            Some(value) => value,
            None => return Ok(None),
        }
    };
    ($slot:ident [$($rest:tt)*]) => {
        $slot
    };
}

macro_rules! occurs {
    (required $(or_empty)?) => {
        Occurs::required()
    };
    (optional) => {
        Occurs::optional()
    };
    (optional required_in $version:ident) => {
        Occurs::required_in(MemoVersion::$version)
    };
    (optional since $version:ident) => {
        Occurs::since(MemoVersion::$version)
    };
    (optional choice) => {
        Occurs::choice()
    };
    (many $min:literal .. $max:tt) => {
        Occurs::many($min, $max)
    };
}

macro_rules! kind {
    (value $T:ident) => {
        Kind::Value(<kinds::$T as kinds::ValueKind>::SCHEMA)
    };
    (class $T:ident) => {
        Kind::Class(<$T as Class>::SCHEMA)
    };
}

macro_rules! read_one {
    ($reader:ident value $T:ident) => {
        <kinds::$T as kinds::ValueKind>::read($reader)
    };
    ($reader:ident class $T:ident) => {
        <$T as Class>::read($reader)
    };
}

macro_rules! each {
    ($this:ident $field:ident [required $($rest:tt)*]) => {
        std::iter::once(&$this.$field)
    };
    ($this:ident $field:ident [$($rest:tt)*]) => {
        $this.$field.iter()
    };
}

macro_rules! each_mut {
    ($this:ident $field:ident [required $($rest:tt)*]) => {
        std::iter::once(&mut $this.$field)
    };
    ($this:ident $field:ident [$($rest:tt)*]) => {
        $this.$field.iter_mut()
    };
}

macro_rules! walk_one {
    ($visitor:ident $place:ident $value:ident value $T:ident) => {
        <kinds::$T as kinds::ValueKind>::walk($value, $place, $visitor)
    };
    ($visitor:ident $place:ident $value:ident class $T:ident) => {
        walk_class($value, $place, $visitor)
    };
}

macro_rules! change_one {
    ($changer:ident $element:ident $value:ident value $T:ident) => {
        <kinds::$T as kinds::ValueKind>::change($value, Self::SCHEMA, $element, $changer)
    };
    ($changer:ident $element:ident $value:ident class $T:ident) => {{
        let _ = $element;
        <$T as Class>::change($value, $changer)
    }};
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

        impl Class for $Name {
            const SCHEMA: &'static ClassSchema = &ClassSchema {
                name: $element,
                namespace: Namespace::$ns,
                elements: &[$( ElementSchema {
                    name: $child,
                    namespace: Namespace::$child_ns,
                    kind: kind!($kind $T),
                    occurs: occurs!($($occurs)*),
                } ),*],
            };

            fn read(reader: &mut Reader<'_>) -> Result<Option<Self>, Stop> {
                $( let mut $field: slot_type!($T [$($occurs)*]) = Default::default(); )*
                let mut cursor = reader.cursor(Self::SCHEMA);
                while let Some(index) = reader.next_child(&mut cursor)? {
                    // Counts the fields; each asks whether it is its turn.
                    let turn = 0;
                    $(
                        if index == turn {
                            if let Some(value) = read_one!(reader $kind $T)? {
                                Slot::put(&mut $field, value);
                            }
                            continue;
                        }
                        let turn = turn + 1;
                    )*
                    let _ = turn;
                }
                Ok(Some(Self { $( $field: from_slot!($field [$($occurs)*]), )* }))
            }

            fn walk(&self, visitor: &mut dyn Visitor) -> Result<(), Halt> {
                let mut elements = Self::SCHEMA.elements.iter();
                $( if let Some(element) = elements.next() {
                    for (number, value) in (1..).zip(each!(self $field [$($occurs)*])) {
                        let place = Place { element, number };
                        walk_one!(visitor place value $kind $T)?;
                    }
                } )*
                Ok(())
            }

            fn change(&mut self, changer: &mut dyn Changer) {
                let mut elements = Self::SCHEMA.elements.iter();
                $( if let Some(element) = elements.next() {
                    for value in each_mut!(self $field [$($occurs)*]) {
                        change_one!(changer element value $kind $T);
                    }
                } )*
            }
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

impl Message {
    /// The schema table of the whole message, from its root.
    pub fn schema() -> &'static ClassSchema {
        &crate::reading::MESSAGE
    }

    /// Visits every value below the root, in the order of the standard.
    ///
    /// # Errors
    /// When the visitor halts.
    pub fn walk(&self, visitor: &mut dyn Visitor) -> Result<(), Halt> {
        let [header, body] = Self::places();
        walk_class(&self.header, header, visitor)?;
        self.body.as_ref().map_or(Ok(()), |body_class| walk_class(body_class, body, visitor))
    }

    /// Hands every text and content below the root to a changer.
    pub fn change(&mut self, changer: &mut dyn Changer) {
        self.header.change(changer);
        if let Some(body) = &mut self.body {
            body.change(changer);
        }
    }

    fn places() -> [Place; 2] {
        let elements = Self::schema().elements;
        [&elements[0], &elements[1]].map(|element| Place { element, number: 1 })
    }
}
