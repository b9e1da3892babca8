//! What reading clients ask and are told: mailboxes, folders, messages, accesses.
//!
//! One shape serves both ways, as in the official description: what is not known is left out, and
//! what a client may not decide is left alone when it sends it. What must be there when something is
//! made is said by the exchange, field by field.

/// Shapes whose fields may each be left out.
macro_rules! shapes {
    ($( $(#[$meta:meta])* $Name:ident { $( $(#[$field_meta:meta])* $field:ident : $T:ty, )* } )*) => {$(
        $(#[$meta])*
        #[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
        #[serde(rename_all = "camelCase", default)]
        #[allow(missing_docs, reason = "the fields have the official names and nothing to add to them")]
        pub struct $Name {
            $( $(#[$field_meta])* #[serde(skip_serializing_if = "Option::is_none")] pub $field: Option<$T>, )*
        }
    )*};
}

/// Words for kinds of things.
macro_rules! words {
    ($( $(#[$meta:meta])* $Name:ident { $($(#[$variant_meta:meta])* $Variant:ident)* } )*) => {$(
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
        #[serde(rename_all = "SCREAMING_SNAKE_CASE")]
        #[allow(missing_docs, reason = "the words are the official ones")]
        pub enum $Name { $($(#[$variant_meta])* $Variant),* }
    )*};
}

/// Envelopes of searches.
macro_rules! envelopes {
    ($( $(#[$meta:meta])* $Name:ident { $items:ident : $T:ty } )*) => {$(
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
        #[serde(rename_all = "camelCase")]
        pub struct $Name {
            /// From 0.
            pub current_page: u64,
            /// Pages there are.
            pub total_pages: u64,
            /// Elements on this page.
            pub elements_on_page: u64,
            /// Elements there are.
            pub total_elements: u64,
            /// To be sent as the parameter `next` for the next page, if there is one.
            pub next: Option<String>,
            /// What was found.
            pub $items: Vec<$T>,
        }
    )*};
}

mod accesses;
mod boxes;
mod documents;
mod messages;
mod parties;

pub use accesses::*;
pub use boxes::*;
pub use documents::*;
pub use messages::*;
pub use parties::*;
