//! The doors of a Digital Post exchange: REST ([`rest`]), SFTP ([`sftp`]) and the municipal facade
//! ([`facade`]) inward, delivery outward
//! ([`delivery`]), the sockets they stand on ([`listen`], [`tls`]), and the threads that do the work inside ([`workers`]).
//!
//! What is absent: rules. A door asks [`brevdue_exchange::Exchange`] and says what it answered. Time
//! and ids come from the exchange too; only time-outs of sockets are measured here.

pub mod delivery;
pub mod facade;
pub mod listen;
pub mod malware;
pub mod metrics;
pub mod nudge;
pub mod rest;
pub mod sftp;
pub mod tls;
pub mod workers;

mod causes;
mod content;
mod waiting;

pub use delivery::Delivery;
pub use metrics::Metrics;
pub use nudge::{Gate, Nudge};
