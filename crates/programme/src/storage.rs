//! What has to be remembered, for back ends. They remember; they decide nothing.

use async_trait::async_trait;

use crate::change::{HistoryLine, Outcome};
use crate::ids::{Key, ProgrammeId};
use crate::objects::Kind;
use crate::programme::Programme;

/// Why something was not remembered or found.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StorageError {
    /// Somebody was faster. Reckon again from what is there now.
    #[error("{} {key} was changed meanwhile", kind.word())]
    Changed {
        /// Of what kind of object.
        kind: Kind,
        /// Which.
        key: Key,
    },
    /// The store cannot be used now. Trying again later may help.
    #[error("the programmes cannot be read or written now")]
    Failed(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// What is there is not what was written.
    #[error("what is kept is damaged: {0}")]
    Damaged(String),
}

/// Programmes, remembered.
#[async_trait]
pub trait ProgrammeStore: Send + Sync {
    /// Every programme there is.
    async fn programmes(&self) -> Result<Vec<ProgrammeId>, StorageError>;

    /// All objects of one; empty when there is none.
    async fn load(&self, programme: ProgrammeId) -> Result<Programme, StorageError>;

    /// Makes an outcome durable: all writes with their expected versions, and the history; or nothing.
    async fn commit(&self, programme: ProgrammeId, outcome: &Outcome) -> Result<(), StorageError>;

    /// History, newest first, each line with its number: of everything or of one object, below the number
    /// `before`, at most `limit` lines.
    async fn history(
        &self,
        programme: ProgrammeId,
        about: Option<(Kind, &Key)>,
        before: Option<i64>,
        limit: usize,
    ) -> Result<Vec<(i64, HistoryLine)>, StorageError>;
}
