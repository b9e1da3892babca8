//! What the registries tell and take: organisations, systems, contacts, contact structure, exemptions.
//!
//! Shapes and names of fields are the official ones. A resource is what is told; a command is what may
//! be changed of it, and names others by their id. Every field may be left out unless it says otherwise;
//! unknown ones are left alone. Times are ISO 8601 in UTC. Rules that a schema can say stand here as its
//! patterns and lengths and are enforced by the exchange.

mod contacts;
mod exemptions;
mod legacy;
mod lookups;
mod organisations;
mod structure;
mod systems;
mod templates;

pub use contacts::*;
pub use exemptions::*;
pub use legacy::*;
pub use lookups::*;
pub use organisations::*;
pub use structure::*;
pub use systems::*;
pub use templates::*;

/// A resource or a command: any field may be missing.
macro_rules! shapes {
    ($($(#[$meta:meta])* $Name:ident { $($(#[$of_field:meta])* $field:ident: $Type:ty,)* })*) => {$(
        $(#[$meta])*
        #[derive(Debug, Clone, Default, PartialEq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
        #[serde(rename_all = "camelCase")]
        pub struct $Name { $($(#[$of_field])* #[serde(default)] pub $field: $Type,)* }
    )*};
}

/// Words that the interface spells in capitals.
macro_rules! words {
    ($($(#[$meta:meta])* $Name:ident { $($(#[$of_word:meta])* $Word:ident)* })*) => {$(
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize,
            serde::Deserialize, utoipa::ToSchema)]
        #[serde(rename_all = "SCREAMING_SNAKE_CASE")]
        pub enum $Name { $($(#[$of_word])* $Word,)* }
    )*};
}

/// The envelope of what a search finds.
macro_rules! search_results {
    ($($(#[$meta:meta])* $Name:ident { $field:ident: $Item:ty })*) => {$(
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
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
            /// How to ask for the next page, if there is one.
            pub next: Option<String>,
            /// The elements on this page.
            pub $field: Vec<$Item>,
        }
    )*};
}

pub(crate) use {search_results, shapes, words};
