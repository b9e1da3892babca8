//! Waiting for business receipts, as a sender system does.

use std::thread;
use std::time::{Duration, Instant};

use brevdue_wire::{Receipt, ReceiptSearchResult};
use uuid::Uuid;

use super::http::Client;

/// The business receipt of a message, once it is there.
pub fn wait_for_receipt(client: &mut Client, message: Uuid, patience: Duration) -> Receipt {
    let begun = Instant::now();
    loop {
        let list: ReceiptSearchResult =
            client.get("/apis/v1/receipts-bulk/?size=1000").unwrap().json();
        let found = list.receipts.into_iter().find(|one| one.receipt.message_uuid == Some(message));
        if let Some(found) = found {
            return found.receipt;
        }
        assert!(begun.elapsed() < patience, "no receipt for {message}");
        thread::sleep(Duration::from_millis(50));
    }
}
