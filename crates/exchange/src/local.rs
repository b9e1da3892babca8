//! The developer's exchange: what local mode adds, and nothing else has. A clock that is moved by hand
//! ([`travel`]), faults on demand ([`faults`]), recipients that make each error ([`magic`]), letters
//! made on request ([`generator`]), letters called back ([`delayed`]) and systems tried ([`knocking`]) by
//! hand, a short memory of what happened ([`live`]) and was removed ([`house`]), and the tests that
//! somebody's receiver system is put to ([`conformance`]).
//!
//! What is absent: a way to any of it from an exchange that was not put into local mode.

pub mod conformance;
pub mod delayed;
pub mod faults;
pub mod generator;
pub mod house;
pub mod knocking;
pub mod live;
pub mod magic;
pub mod travel;

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use async_trait::async_trait;

use self::live::Live;
use crate::StorageError;
use crate::clock::MovableClock;

/// What local mode adds to an exchange.
pub struct Local {
    /// The exchange's clock.
    pub clock: Arc<MovableClock>,
    /// What happened lately.
    pub live: Arc<Live>,
    /// Whoever runs the parts.
    pub steering: Arc<dyn Steering>,
    /// What goes wrong on purpose.
    pub faults: faults::Faults,
    /// Which conformance run is under way.
    pub conformance: conformance::Running,
    travelling: AtomicBool,
}

impl Local {
    /// Puts it together.
    pub fn new(clock: Arc<MovableClock>, live: Arc<Live>, steering: Arc<dyn Steering>) -> Self {
        Self {
            clock,
            live,
            steering,
            faults: faults::Faults::default(),
            conformance: conformance::Running::default(),
            travelling: AtomicBool::new(false),
        }
    }
}

/// Nobody is at work, and nobody begins, until it is dropped.
pub struct Still(Box<dyn std::any::Any + Send + Sync>);

impl Still {
    /// Kept by what holds everybody back.
    pub fn by(guard: impl std::any::Any + Send + Sync) -> Self {
        Self(Box::new(guard))
    }
}

impl std::fmt::Debug for Still {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Still").field(&self.0.type_id()).finish()
    }
}

/// What the exchange asks of whoever runs its workers, its deliveries and its store.
#[async_trait]
pub trait Steering: Send + Sync + 'static {
    /// Wakes whoever sleeps until work falls due, and waits so many milliseconds. When nobody is at work
    /// then, nobody begins until the answer is dropped; none: somebody was.
    async fn rest(&self, milliseconds: u64) -> Option<Still>;

    /// Waits so many milliseconds of real time.
    async fn pause(&self, milliseconds: u64);

    /// The clock has been moved: what is swept by the clock is swept now, and where the clock stands
    /// is kept.
    async fn moved(&self);

    /// Puts the country back to its first day, or to what a snapshot holds.
    ///
    /// # Errors
    /// When it could not be; then everything is as it was.
    async fn begin_again(&self, from: Option<&str>) -> Result<(), SteeringError>;

    /// Keeps the whole country under a name.
    ///
    /// # Errors
    /// When it could not be kept; nothing is left of the attempt.
    async fn snapshot(&self, name: &str) -> Result<Snapshot, SteeringError>;

    /// What is kept, by name.
    ///
    /// # Errors
    /// When it cannot be listed.
    async fn snapshots(&self) -> Result<Vec<Snapshot>, SteeringError>;

    /// Removes one.
    ///
    /// # Errors
    /// See [`SteeringError`].
    async fn forget(&self, name: &str) -> Result<(), SteeringError>;
}

/// A country that was kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    /// Lower-case letters, digits and hyphens; 1 to 40.
    pub name: String,
    /// When, on the clock of the country.
    pub taken_at: brevdue_memo::Timestamp,
    /// Bytes on disk.
    pub size_bytes: u64,
}

/// Why nothing was replaced or kept.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SteeringError {
    /// There is no snapshot of that name.
    #[error("there is no snapshot of that name")]
    Unknown,
    /// There is one of that name.
    #[error("there is a snapshot of that name already")]
    Exists,
    /// There are as many as there may be.
    #[error("there are {limit} snapshots, which is the limit; remove one")]
    TooMany {
        /// The limit.
        limit: usize,
    },
    /// Requests were under way for too long. Trying again may help.
    #[error("requests or work were under way for too long; nothing was changed")]
    Busy,
    /// The disk or the store said no.
    #[error("the country could not be kept or replaced")]
    Failed(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl From<StorageError> for SteeringError {
    fn from(error: StorageError) -> Self {
        Self::Failed(Box::new(error))
    }
}
