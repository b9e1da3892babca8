//! The pages, one module each: what they ask of the exchange and what they show of its answer.

pub(crate) mod action;
pub(crate) mod file;
pub(crate) mod folder;
pub(crate) mod front;
pub(crate) mod live;
pub(crate) mod message;
pub(crate) mod paging;
pub(crate) mod programme;
pub(crate) mod reply;
pub(crate) mod sign_in;

use brevdue_exchange::exchange::mailbox::{MailboxError, Opened};
use brevdue_exchange::{ContactId, MemoKey};
use tokio::runtime::Handle;
use tokio::task::JoinError;
use uuid::Uuid;

use crate::visitor::{Refusal, Refused, Visitor};

/// Opens a message of the owner's. Another person's message, or none, looks the same: not found.
pub(crate) async fn open(
    visitor: &Visitor,
    owner: ContactId,
    key: &str,
) -> Result<Opened, Refusal> {
    let Ok(key) = key.parse::<Uuid>() else {
        return Err(visitor.refuse(Refused::NotFound).await);
    };
    let exchange = visitor.exchange().clone();
    let opened = blocking(async move { exchange.open_message(owner, MemoKey(key)).await });
    match opened.await {
        Ok(Ok(opened)) => Ok(opened),
        Ok(Err(MailboxError::Unknown)) => Err(visitor.refuse(Refused::NotFound).await),
        Ok(Err(error)) => Err(visitor.failed("a message could not be opened", &error).await),
        Err(error) => Err(visitor.failed("a message could not be opened", &error).await),
    }
}

/// Runs on a thread that may block: reading or writing a whole message takes as long as it is, and
/// other pages should not wait for it.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl Future<Output = T> + Send + 'static,
) -> Result<T, JoinError> {
    let runtime = Handle::current();
    tokio::task::spawn_blocking(move || runtime.block_on(work)).await
}
