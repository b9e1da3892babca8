//! What a Digital Post exchange decides: who may send, whether a message is right, where it goes,
//! what its sender is told. Owns the storage traits.
//!
//! What is absent: sockets, SQL, HTML, a clock, random numbers, an async runtime. Time, ids and
//! storage are handed in.

pub mod clock;
pub mod event;
pub mod exchange;
pub mod ids;
pub mod ledger;
pub mod local;
pub mod policy;
pub mod registry;
pub mod resource;
pub mod storage;

pub use clock::Clock;
pub use event::{Door, Event, EventTag};
pub use exchange::Exchange;
pub use exchange::work::Bulk;
pub use exchange::{
    accept, authenticate, fetch, files, handover, mailbox, municipal, nemsms, notices, people,
    recall, receipts, registering,
};
pub use ids::*;
pub use ledger::*;
pub use policy::Policy;
pub use registry::*;
pub use resource::{Kept, Resource};
pub use storage::{Batch, Conflict, ContentRef, Op, StorageError, Store};
