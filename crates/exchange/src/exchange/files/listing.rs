//! What waits for a system, as files: messages, business receipts, and the list of who is registered.

use brevdue_memo::Timestamp;
use brevdue_wire::{PageRequest, Receipt, ReceiptStatus};
use uuid::Uuid;

use super::{FileError, FileFolder, KeptFile};
use crate::exchange::Exchange;
use crate::exchange::authenticate::Caller;
use crate::exchange::fetch::FetchError;
use crate::storage::Page;
use crate::{
    Contact, ContentRef, Door, MemoKey, ReceiptId, RegistrationStatus, StorageError, SystemId,
};

/// First line of the list of who is registered.
pub const REGISTRATION_LIST_HEADER: &str = "idType;id;digitalPost;nemSms\n";

/// A message that waits for a receiver system.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MemoFile {
    /// `messageUUID`; the file is `<messageUUID>.xml`.
    pub message_uuid: Uuid,
    /// Our key.
    pub memo: MemoKey,
    /// Since when it waits.
    pub queued_at: Timestamp,
}

/// A business receipt that waits for a sender system.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReceiptFile {
    /// Id.
    pub id: ReceiptId,
    /// `<transmissionId>_<messageUUID>.json`. Further receipts of a message, and those whose message
    /// has no readable UUID, have the receipt's id as well, so that a name never means another receipt.
    pub name: String,
    /// What it says.
    pub receipt: Receipt,
    /// When it was made.
    pub created_at: Timestamp,
}

impl Exchange {
    /// The messages that wait for the caller, oldest first.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn memo_files(
        &self,
        caller: &Caller,
        page: PageRequest,
    ) -> Result<Page<MemoFile>, StorageError> {
        let found = self.store().deliveries_waiting(caller.system.id, page).await?;
        let files = found.items.into_iter().map(|delivery| MemoFile {
            message_uuid: delivery.message_uuid,
            memo: delivery.memo,
            queued_at: delivery.queued_at,
        });
        Ok(Page { items: files.collect(), total: found.total })
    }

    /// Bytes of a message, and since when it waits; `None` when it does not wait for the caller.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn memo_file(
        &self,
        caller: &Caller,
        message_uuid: Uuid,
    ) -> Result<Option<(u64, Timestamp)>, StorageError> {
        use crate::DeliveryState::{Taken, Waiting};
        let delivery = self.store().delivery(caller.system.id, message_uuid).await?;
        let Some(delivery) = delivery.filter(|d| matches!(d.state, Waiting | Taken)) else {
            return Ok(None);
        };
        Ok(self.memo_bytes(delivery.memo).await?.map(|bytes| (bytes, delivery.queued_at)))
    }

    /// A message, byte for byte as sent, for whoever fetches it as a file. It stays listed until answered
    /// or removed.
    ///
    /// # Errors
    /// See [`FetchError`].
    pub async fn fetch_memo_file(
        &self,
        caller: &Caller,
        message_uuid: Uuid,
    ) -> Result<ContentRef, FetchError> {
        self.fetch_through(caller, message_uuid, Some(Door::Sftp)).await
    }

    /// Bytes of a message.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn memo_bytes(&self, memo: MemoKey) -> Result<Option<u64>, StorageError> {
        Ok(self.store().memo(memo).await?.map(|memo| memo.content.length_bytes))
    }

    /// The business receipts that wait for the caller, oldest first.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn receipt_files(
        &self,
        caller: &Caller,
        page: PageRequest,
    ) -> Result<Page<ReceiptFile>, StorageError> {
        let found = self.store().receipts_waiting(caller.system.id, page).await?;
        let mut files = Vec::with_capacity(found.items.len());
        for record in found.items {
            let receipt = record.receipt;
            let first = match record.memo {
                // A message has one positive receipt; what follows it is a refusal.
                Some(memo) if receipt.receipt_status != ReceiptStatus::Completed => {
                    let all = self.store().receipts_of(memo).await?;
                    all.first().is_none_or(|first| first.id == record.id)
                }
                _ => true,
            };
            files.push(ReceiptFile {
                id: record.id,
                name: receipt_name(&receipt, record.id, first),
                receipt,
                created_at: record.created_at,
            });
        }
        Ok(Page { items: files, total: found.total })
    }

    /// The list of who is registered, as it is today; made if it is not there. CSV: a line of names,
    /// [`REGISTRATION_LIST_HEADER`], then one line for each person and company. May block.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn registration_list(&self) -> Result<KeptFile, FileError> {
        let now = self.clock().now();
        let today = self.calendar.today(now);
        let name = format!("tilmeldingsliste_{}.csv", today.strftime("%Y%m%d"));
        let nobody = SystemId(Uuid::nil());
        if let Some(list) = self.file(nobody, FileFolder::List, &name).await? {
            return Ok(list);
        }
        let mut sink = self.store().begin(now)?;
        sink.write(REGISTRATION_LIST_HEADER.as_bytes())?;
        for page in 0.. {
            let request = PageRequest { page, size: PageRequest::SIZE_LIMIT };
            let contacts = self.store().contacts(request).await?.items;
            let lines: String = contacts.iter().map(line).collect();
            sink.write(lines.as_bytes())?;
            if (contacts.len() as u64) < request.size {
                break;
            }
        }
        self.keep_file(nobody, FileFolder::List, &name, sink.finish()?, 0).await
    }
}

fn line(contact: &Contact) -> String {
    let digital_post = contact.status == RegistrationStatus::Registered;
    let (id_type, id) = (contact.party.id_type(), contact.party.digits());
    let nem_sms = contact.nemsms.is_some();
    format!("{id_type};{id};{digital_post};{nem_sms}\n")
}

fn receipt_name(receipt: &Receipt, id: ReceiptId, first: bool) -> String {
    let transmission = receipt.transmission_id.unwrap_or_default();
    match receipt.message_uuid {
        Some(message) if first => format!("{transmission}_{message}.json"),
        Some(message) => format!("{transmission}_{message}_{id}.json"),
        None => format!("{transmission}_{id}.json"),
    }
}
