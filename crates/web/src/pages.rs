//! The pages, one module each: what they ask of the exchange and what they show of its answer.

pub(crate) mod action;
pub(crate) mod file;
pub(crate) mod folder;
pub(crate) mod front;
pub(crate) mod message;
pub(crate) mod paging;
pub(crate) mod reply;
pub(crate) mod sign_in;

use brevdue_exchange::exchange::mailbox::{MailboxError, Opened};
use brevdue_exchange::{ContactId, MemoKey};
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
    match visitor.exchange().open_message(owner, MemoKey(key)).await {
        Ok(opened) => Ok(opened),
        Err(MailboxError::Unknown) => Err(visitor.refuse(Refused::NotFound).await),
        Err(error) => Err(visitor.failed("a message could not be opened", &error).await),
    }
}
