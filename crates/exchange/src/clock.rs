//! Time, handed in.

use brevdue_memo::Timestamp;

/// Tells the time. Only `cli` has one that reads the machine's.
pub trait Clock: Send + Sync + 'static {
    /// Now.
    fn now(&self) -> Timestamp;
}
