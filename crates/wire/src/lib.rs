//! What the programs of Digital Post tell each other over REST: bodies, parameters, headers and file
//! names, exactly as the official API spells them. No sockets here.
//!
//! Source: the official API description 1.68.0, as told in `docs/exchange.md`.

pub mod authorization;
pub mod country;
pub mod error;
pub mod event;
pub mod names;
pub mod paging;
pub mod receipt;
pub mod registry;
pub mod search;

pub use authorization::Credentials;
pub use error::{ErrorMessage, FieldError};
pub use paging::{PageRequest, PagingArguments, PagingResultUuid};
pub use receipt::{BulkReceipt, Receipt, ReceiptSearchResult, ReceiptStatus};
pub use search::{Found, Search, SearchError};
