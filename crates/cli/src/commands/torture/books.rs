//! What the senders and the receivers have written down, each for themselves, and whether it agrees.
//!
//! The books stand outside the exchange and survive it. Whatever contradicts is written down as one
//! line; a run without lines is a good one.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use brevdue_wire::{Receipt, ReceiptStatus};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::town::{Destination, Letter};

/// Lines kept; the rest are counted.
const LINES: usize = 100;

/// SHA-256 of a letter.
pub(super) type Digest = [u8; 32];

/// A letter that was made, whether it arrived or not.
#[derive(Debug, Clone)]
pub(super) struct Sent {
    pub(super) destination: Destination,
    pub(super) digest: Digest,
    /// The submissions that were acknowledged: more than one when an answer was lost.
    pub(super) transmissions: Vec<Uuid>,
    /// What the business receipts say: all the same.
    outcome: Option<(ReceiptStatus, Option<String>)>,
    /// Submissions with a business receipt.
    receipted: BTreeSet<Uuid>,
    /// When the receiver has it: by which digest.
    received: Option<Digest>,
    /// The receiver answered, and the exchange has taken the answer.
    concluded: bool,
}

/// All the books.
#[derive(Debug, Default)]
pub(super) struct Books(Mutex<Pages>);

#[derive(Debug, Default)]
struct Pages {
    sent: BTreeMap<Uuid, Sent>,
    /// Receipts that were fetched and removed.
    removed: BTreeSet<Uuid>,
    /// Letters that a receiver got again and dropped.
    repeats: u64,
    lines: Vec<String>,
    more: u64,
    /// Content that a flipped bit has hit and the exchange has named.
    named: BTreeSet<Digest>,
}

/// What is still to come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Open {
    pub(super) receipts: usize,
    pub(super) letters: usize,
}

/// What has happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Totals {
    /// Letters that were acknowledged.
    pub(super) acknowledged: usize,
    /// Submissions that were acknowledged.
    pub(super) submissions: usize,
    /// Letters that a receiver system got.
    pub(super) received: usize,
    /// Letters that a receiver system got again and dropped.
    pub(super) repeats: u64,
    /// Letters with a business receipt.
    pub(super) receipts: usize,
    /// Letters damaged by a flipped bit, and named.
    pub(super) named: usize,
}

impl std::ops::AddAssign for Totals {
    fn add_assign(&mut self, more: Self) {
        self.acknowledged += more.acknowledged;
        self.submissions += more.submissions;
        self.received += more.received;
        self.repeats += more.repeats;
        self.receipts += more.receipts;
        self.named += more.named;
    }
}

impl Books {
    /// A letter is about to be sent.
    pub(super) fn written(&self, letter: &Letter) {
        let sent = Sent {
            destination: letter.destination,
            digest: Sha256::digest(&letter.bytes).into(),
            transmissions: Vec::new(),
            outcome: None,
            receipted: BTreeSet::new(),
            received: None,
            concluded: false,
        };
        self.lock().sent.insert(letter.uuid, sent);
    }

    /// The exchange said that it has the letter.
    pub(super) fn acknowledged(&self, letter: Uuid, receipt: &Receipt) {
        let mut pages = self.lock();
        let Some(transmission) =
            receipt.transmission_id.filter(|_| receipt.receipt_status == ReceiptStatus::Received)
        else {
            return pages.line(format!("letter {letter}: its technical receipt is none"));
        };
        if let Some(sent) = pages.sent.get_mut(&letter) {
            sent.transmissions.push(transmission);
        }
    }

    /// A business receipt came.
    pub(super) fn told(&self, receipt: &Receipt) {
        let mut pages = self.lock();
        let (Some(letter), Some(transmission)) = (receipt.message_uuid, receipt.transmission_id)
        else {
            return pages.line("a business receipt names no letter or no submission".into());
        };
        let Some(sent) = pages.sent.get_mut(&letter) else {
            return pages.line(format!("letter {letter}: a receipt for what nobody sent"));
        };
        let says = (receipt.receipt_status, receipt.error_code.clone());
        let wanted = match sent.destination {
            Destination::Refused => ReceiptStatus::NotAllowed,
            _ => ReceiptStatus::Completed,
        };
        sent.receipted.insert(transmission);
        let earlier = sent.outcome.get_or_insert_with(|| says.clone()).clone();
        let is_named = {
            let digest = sent.digest;
            pages.named.contains(&digest)
        };
        if earlier != says {
            pages.line(format!("letter {letter}: receipts contradict: {earlier:?}, then {says:?}"));
        } else if says.0 != wanted && !is_named {
            pages.line(format!("letter {letter}: its receipt says {says:?}, not {wanted:?}"));
        }
    }

    /// Whether a receipt on the list was removed before, and the exchange had confirmed it.
    pub(super) fn listed(&self, receipt: Uuid) {
        let mut pages = self.lock();
        if pages.removed.contains(&receipt) {
            pages.line(format!("receipt {receipt}: on the list again after its removal"));
        }
    }

    /// The exchange confirmed the removal of a receipt.
    pub(super) fn removed(&self, receipt: Uuid) {
        self.lock().removed.insert(receipt);
    }

    /// A receiver got a letter, and drops it when it has it already, as every receiver must.
    pub(super) fn received(&self, letter: Uuid, bytes: &[u8], by: Destination) {
        let digest: Digest = Sha256::digest(bytes).into();
        let mut pages = self.lock();
        let Some(sent) = pages.sent.get_mut(&letter) else {
            return pages.line(format!("letter {letter}: received, and nobody sent it"));
        };
        let (destination, original) = (sent.destination, sent.digest);
        let is_repeat = sent.received.replace(digest).is_some();
        if is_repeat {
            pages.repeats += 1;
        }
        if destination != by {
            pages.line(format!("letter {letter}: went to {by:?}, not to {destination:?}"));
        }
        if original != digest {
            pages.line(format!("letter {letter}: received with other bytes than were sent"));
        }
    }

    /// A letter stands on the list of what a receiver may fetch.
    pub(super) fn offered(&self, letter: Uuid) {
        let mut pages = self.lock();
        if pages.sent.get(&letter).is_some_and(|sent| sent.concluded) {
            pages.line(format!("letter {letter}: delivered again after the receiver's answer"));
        }
    }

    /// The exchange confirmed a receiver's answer.
    pub(super) fn concluded(&self, letter: Uuid) {
        if let Some(sent) = self.lock().sent.get_mut(&letter) {
            sent.concluded = true;
        }
    }

    /// A flipped bit hit this content, and the exchange has named it.
    pub(super) fn named(&self, digest: Digest) {
        self.lock().named.insert(digest);
    }

    /// Something else that must not be.
    pub(super) fn line(&self, line: String) {
        self.lock().line(line);
    }

    /// What senders and receivers still wait for.
    pub(super) fn open(&self) -> Open {
        let pages = self.lock();
        let mut open = Open::default();
        for sent in pages.acknowledged().map(|(_, sent)| sent) {
            let excused = pages.named.contains(&sent.digest);
            let told = sent.transmissions.iter().all(|one| sent.receipted.contains(one));
            open.receipts += usize::from(!told && !excused);
            let is_delivered_by_us =
                matches!(sent.destination, Destination::Fetched | Destination::Pushed);
            open.letters += usize::from(is_delivered_by_us && sent.received.is_none() && !excused);
        }
        open
    }

    /// The letters that were acknowledged, with their UUIDs.
    pub(super) fn all(&self) -> Vec<(Uuid, Sent)> {
        self.lock().acknowledged().map(|(uuid, sent)| (*uuid, sent.clone())).collect()
    }

    /// Whether this letter was sent, acknowledged or not.
    pub(super) fn knows(&self, letter: Uuid) -> bool {
        self.lock().sent.contains_key(&letter)
    }

    pub(super) fn is_named(&self, digest: &Digest) -> bool {
        self.lock().named.contains(digest)
    }

    pub(super) fn totals(&self) -> Totals {
        let pages = self.lock();
        let count = |which: &dyn Fn(&Sent) -> bool| {
            pages.acknowledged().filter(|(_, sent)| which(sent)).count()
        };
        Totals {
            acknowledged: count(&|_| true),
            submissions: pages.acknowledged().map(|(_, sent)| sent.transmissions.len()).sum(),
            received: count(&|sent| sent.received.is_some()),
            repeats: pages.repeats,
            receipts: count(&|sent| sent.outcome.is_some()),
            named: pages.named.len(),
        }
    }

    /// Everything that must not be.
    pub(super) fn lines(&self) -> Vec<String> {
        let pages = self.lock();
        let mut lines = pages.lines.clone();
        if pages.more > 0 {
            lines.push(format!("and {} more", pages.more));
        }
        lines
    }

    fn lock(&self) -> MutexGuard<'_, Pages> {
        // Each entry is whole before anything can panic.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Pages {
    fn line(&mut self, line: String) {
        if self.lines.len() < LINES {
            self.lines.push(line);
        } else {
            self.more += 1;
        }
    }

    fn acknowledged(&self) -> impl Iterator<Item = (&Uuid, &Sent)> {
        self.sent.iter().filter(|(_, sent)| !sent.transmissions.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::torture::dice::Dice;

    fn receipt(letter: Uuid, transmission: Uuid, status: ReceiptStatus) -> Receipt {
        Receipt {
            transmission_id: Some(transmission),
            message_uuid: Some(letter),
            message_id: None,
            error_code: None,
            error_message: None,
            time_stamp: None,
            receipt_status: status,
            retryable: None,
            channel_fallback: None,
            errors: Vec::new(),
        }
    }

    fn books_with_a_letter() -> (Books, Letter) {
        let uuid = Dice(1).uuid();
        let letter =
            Letter { uuid, sender: 0, destination: Destination::Fetched, bytes: b"brev".to_vec() };
        let books = Books::default();
        books.written(&letter);
        books.acknowledged(uuid, &receipt(uuid, Uuid::from_u128(7), ReceiptStatus::Received));
        (books, letter)
    }

    #[test]
    fn a_letter_that_went_its_way_leaves_no_line() {
        let (books, letter) = books_with_a_letter();
        assert_eq!(books.open(), Open { receipts: 1, letters: 1 });
        for _ in 0..2 {
            books.told(&receipt(letter.uuid, Uuid::from_u128(7), ReceiptStatus::Completed));
            books.offered(letter.uuid);
            books.received(letter.uuid, b"brev", Destination::Fetched);
        }
        books.concluded(letter.uuid);
        assert_eq!(books.lines(), Vec::<String>::new());
        assert_eq!(books.open(), Open::default());
        assert_eq!(books.totals().repeats, 1);
    }

    #[test]
    fn what_must_not_be_is_written_down() {
        type Wrong = fn(&Books, Uuid);
        let wrongs: [Wrong; 7] = [
            |books, letter| {
                books.told(&receipt(letter, Uuid::nil(), ReceiptStatus::Completed));
                books.told(&receipt(letter, Uuid::nil(), ReceiptStatus::Invalid));
            },
            |books, letter| books.told(&receipt(letter, Uuid::nil(), ReceiptStatus::NotAllowed)),
            |books, letter| books.received(letter, b"other", Destination::Fetched),
            |books, letter| books.received(letter, b"brev", Destination::Pushed),
            |books, _| books.received(Uuid::nil(), b"brev", Destination::Fetched),
            |books, letter| {
                books.concluded(letter);
                books.offered(letter);
            },
            |books, _| {
                books.removed(Uuid::nil());
                books.listed(Uuid::nil());
            },
        ];
        for (number, wrong) in wrongs.into_iter().enumerate() {
            let (books, letter) = books_with_a_letter();
            wrong(&books, letter.uuid);
            assert_eq!(books.lines().len(), 1, "wrong {number}: {:?}", books.lines());
        }
    }
}
