//! The far ends of the road: a sender system and a receiver system for Digital Post.
//!
//! What is here: one client for the official REST interface, a sender that does not lose or repeat a
//! letter however often it is interrupted, and a receiver that gives a receipt only for what is safe
//! on disk. What is not: the exchange itself, and the reading of configuration files.
//!
//! Source: the official API description 1.68.0, as told in `docs/exchange.md`; how to use it is in
//! `docs/gateway.md`.

pub mod account;
pub mod client;
pub mod limits;
mod masked;
pub mod receiver;
pub mod sender;
mod tries;

pub use account::{Account, ClientCertificate};
pub use client::{CallError, Client};
pub use limits::Patience;

use brevdue_memo::Timestamp;
use uuid::Uuid;

/// Where new ids and the time come from; handed in by whoever runs the gateway.
pub trait Stamps: Send + Sync {
    /// A fresh random UUID.
    fn id(&self) -> Uuid;
    /// Now.
    fn now(&self) -> Timestamp;
}
