//! What was sent and what came back, counted so that it adds up.

use std::collections::{BTreeMap, HashMap, HashSet};

use brevdue_wire::{BulkReceipt, ReceiptStatus};
use serde::Serialize;
use uuid::Uuid;

use super::prepare::Unreadable;
use crate::limits::FAULTS_TOLD;
use crate::masked::masked;

/// The count of a run. `messages = sent + refused`, `sent = completed + invalid + not_allowed + waiting`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Tally {
    /// Files to send.
    pub files: u64,
    /// Of these, files that the run has not come to, or could not get through.
    pub files_left: u64,
    /// Messages in the files looked at.
    pub messages: u64,
    /// Messages the exchange has confirmed as received.
    pub sent: u64,
    /// Messages delivered.
    pub completed: u64,
    /// Messages at fault.
    pub invalid: u64,
    /// Messages that a permission or registration refuses.
    pub not_allowed: u64,
    /// Messages that were not sent because they cannot be read, or that the exchange did not take.
    pub refused: u64,
}

impl Tally {
    /// Messages received whose business receipt has not come.
    pub fn waiting(&self) -> u64 {
        self.sent - self.completed - self.invalid - self.not_allowed
    }

    fn count(&mut self, status: ReceiptStatus) -> &mut u64 {
        match status {
            ReceiptStatus::Completed | ReceiptStatus::Received => &mut self.completed,
            ReceiptStatus::Invalid => &mut self.invalid,
            ReceiptStatus::NotAllowed => &mut self.not_allowed,
        }
    }

    /// Messages that are not delivered and will not be.
    pub fn negative(&self) -> u64 {
        self.invalid + self.not_allowed + self.refused
    }
}

/// What became of a message that is not delivered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Outcome {
    /// Not sent: there is no telling which message it is.
    Unreadable,
    /// The exchange did not take the file.
    Refused,
    /// Business receipt `INVALID`.
    Invalid,
    /// Business receipt `NOT_ALLOWED`.
    NotAllowed,
}

/// A message, or a whole file, that is not delivered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Fault {
    /// The file.
    pub path: String,
    /// Which message, when it is known.
    #[serde(rename = "messageUUID")]
    pub message: Option<Uuid>,
    /// What became of it.
    pub outcome: Outcome,
    /// Error code or rule; may be empty.
    pub code: String,
    /// In words; masked, and absent once there are very many.
    pub text: Option<String>,
    /// Messages concerned.
    pub messages: u64,
}

/// How many messages met with the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FaultCount {
    /// What became of them.
    pub outcome: Outcome,
    /// Error code or rule.
    pub code: String,
    /// Messages.
    pub messages: u64,
}

#[derive(Debug, Default)]
pub(super) struct Ledger {
    submissions: HashMap<Uuid, Submission>,
    by_file: HashMap<(String, String), Uuid>,
    receipts: HashSet<Uuid>,
    /// Receipts in the journal that may still be at the exchange.
    pub(super) removable: Vec<Uuid>,
    refused: Vec<Fault>,
    texts_kept: usize,
    tally: Tally,
}

/// One file that the exchange has taken.
#[derive(Debug)]
struct Submission {
    path: String,
    /// Sorted by id.
    messages: Vec<(Uuid, Slot)>,
    /// Messages whose id could not be read, by us or by the exchange.
    nameless: Slot,
    faults: Vec<Fault>,
    /// Whether it belongs to this run's files as they are now.
    current: bool,
}

/// The messages of a submission that share an id; almost always one.
#[derive(Debug, Clone, Copy, Default)]
struct Slot {
    expected: u64,
    completed: u64,
    invalid: u64,
    not_allowed: u64,
}

impl Slot {
    fn open(&self) -> u64 {
        self.expected - self.completed - self.invalid - self.not_allowed
    }

    fn count(&mut self, status: ReceiptStatus) -> &mut u64 {
        match status {
            ReceiptStatus::Completed | ReceiptStatus::Received => &mut self.completed,
            ReceiptStatus::Invalid => &mut self.invalid,
            ReceiptStatus::NotAllowed => &mut self.not_allowed,
        }
    }
}

impl Ledger {
    pub(super) fn tally(&self) -> Tally {
        self.tally
    }

    /// How many files there are; none has been looked at.
    pub(super) fn expect_files(&mut self, files: u64) {
        self.tally.files = files;
        self.tally.files_left = files;
    }

    /// Whether this file was taken before, as it is now; it then counts.
    pub(super) fn was_accepted(&mut self, path: &str, sha256: &str) -> bool {
        let Some(transmission) = self.by_file.get(&(path.into(), sha256.into())) else {
            return false;
        };
        if let Some(submission) = self.submissions.get_mut(transmission)
            && !submission.current
        {
            submission.current = true;
            let slots = submission.messages.iter().map(|(_, slot)| slot);
            for slot in slots.chain([&submission.nameless]) {
                self.tally.messages += slot.expected;
                self.tally.sent += slot.expected;
                self.tally.completed += slot.completed;
                self.tally.invalid += slot.invalid;
                self.tally.not_allowed += slot.not_allowed;
            }
            self.tally.files_left -= 1;
        }
        true
    }

    /// The exchange took a file.
    pub(super) fn accepted(
        &mut self,
        path: String,
        sha256: String,
        transmission: Uuid,
        ids: &[Uuid],
        nameless: u64,
    ) {
        let mut sorted = ids.to_vec();
        sorted.sort_unstable();
        let mut messages: Vec<(Uuid, Slot)> = Vec::with_capacity(sorted.len());
        for id in sorted {
            match messages.last_mut() {
                Some((last, slot)) if *last == id => slot.expected += 1,
                _ => messages.push((id, Slot { expected: 1, ..Slot::default() })),
            }
        }
        let submission = Submission {
            path: path.clone(),
            messages,
            nameless: Slot { expected: nameless, ..Slot::default() },
            faults: Vec::new(),
            current: false,
        };
        self.submissions.insert(transmission, submission);
        self.by_file.insert((path, sha256), transmission);
    }

    /// A file that is not sent, or was not taken.
    pub(super) fn refused(&mut self, path: String, outcome: Outcome, why: Unreadable, messages: u64) {
        let text = (self.texts_kept < FAULTS_TOLD).then(|| masked(&why.text));
        self.texts_kept += 1;
        let code = masked(&why.code);
        self.refused.push(Fault { path, message: None, outcome, code, text, messages });
        self.tally.messages += messages;
        self.tally.refused += messages;
        self.tally.files_left -= 1;
    }

    /// Whether a receipt answers one of our submissions.
    pub(super) fn owns(&self, receipt: &BulkReceipt) -> bool {
        let Some(transmission) = receipt.receipt.transmission_id else { return false };
        let Some(submission) = self.submissions.get(&transmission) else { return false };
        match receipt.receipt.message_uuid {
            Some(id) => submission.position(id).is_some() || submission.nameless.expected > 0,
            None => true,
        }
    }

    /// Whether the receipt is in the journal.
    pub(super) fn knows(&self, id: Uuid) -> bool {
        self.receipts.contains(&id)
    }

    /// A receipt came. It must be in the journal.
    pub(super) fn answered(&mut self, receipt: &BulkReceipt) {
        if !self.receipts.insert(receipt.id) {
            return;
        }
        self.removable.push(receipt.id);
        let Some(transmission) = receipt.receipt.transmission_id else { return };
        let Some(submission) = self.submissions.get_mut(&transmission) else { return };
        let status = receipt.receipt.receipt_status;
        let settled = submission.settle(receipt);
        if submission.current {
            *self.tally.count(status) += settled.messages;
            self.tally.completed -= settled.taken_back;
        }
        let settled = settled.messages;
        let outcome = match status {
            ReceiptStatus::Invalid => Outcome::Invalid,
            ReceiptStatus::NotAllowed => Outcome::NotAllowed,
            ReceiptStatus::Completed | ReceiptStatus::Received => return,
        };
        if settled > 0 {
            let text = receipt.receipt.error_message.as_deref();
            let text = text.filter(|_| self.texts_kept < FAULTS_TOLD).map(masked);
            self.texts_kept += usize::from(text.is_some());
            submission.faults.push(Fault {
                path: submission.path.clone(),
                message: receipt.receipt.message_uuid,
                outcome,
                code: masked(receipt.receipt.error_code.as_deref().unwrap_or_default()),
                text,
                messages: settled,
            });
        }
    }

    /// Receipts were removed at the exchange.
    pub(super) fn removed(&mut self, ids: &[Uuid]) {
        let gone: HashSet<&Uuid> = ids.iter().collect();
        self.removable.retain(|id| !gone.contains(id));
    }

    /// What is not delivered, file by file, at most [`FAULTS_TOLD`].
    pub(super) fn faults(&self) -> Vec<Fault> {
        let mut faults: Vec<Fault> = self.all_faults().take(FAULTS_TOLD).cloned().collect();
        faults.sort_by(|a, b| (&a.path, a.message).cmp(&(&b.path, b.message)));
        faults
    }

    /// What is not delivered, by error code, most frequent first.
    pub(super) fn fault_counts(&self) -> Vec<FaultCount> {
        let mut counts = BTreeMap::new();
        for fault in self.all_faults() {
            *counts.entry((fault.outcome, fault.code.clone())).or_insert(0) += fault.messages;
        }
        let mut counts: Vec<_> = counts
            .into_iter()
            .map(|((outcome, code), messages)| FaultCount { outcome, code, messages })
            .collect();
        counts.sort_by_key(|count| std::cmp::Reverse(count.messages));
        counts
    }

    fn all_faults(&self) -> impl Iterator<Item = &Fault> {
        let sent = self.submissions.values().filter(|s| s.current).flat_map(|s| &s.faults);
        self.refused.iter().chain(sent)
    }
}

impl Submission {
    fn position(&self, id: Uuid) -> Option<usize> {
        self.messages.binary_search_by_key(&id, |(id, _)| *id).ok()
    }

    /// Books a receipt.
    fn settle(&mut self, receipt: &BulkReceipt) -> Settled {
        let status = receipt.receipt.receipt_status;
        if status == ReceiptStatus::Received {
            return Settled::default();
        }
        let only_one = self.messages.len() == 1 && self.messages[0].1.expected == 1;
        let about_all = receipt.receipt.message_uuid.is_none()
            && (is_about_the_container(receipt) || (only_one && self.nameless.expected == 0));
        if about_all {
            let slots = self.messages.iter_mut().map(|(_, slot)| slot).chain([&mut self.nameless]);
            let mut settled = Settled::default();
            for slot in slots {
                let open = slot.open();
                *slot.count(status) += open;
                settled.messages += open;
            }
            return settled;
        }
        let named = receipt.receipt.message_uuid.and_then(|id| self.position(id));
        let slot = match named {
            Some(position) => &mut self.messages[position].1,
            None => &mut self.nameless,
        };
        if slot.open() > 0 {
            *slot.count(status) += 1;
            Settled { messages: 1, taken_back: 0 }
        } else if status != ReceiptStatus::Completed && slot.completed > 0 {
            // A receiver system may find fault with what the exchange had found in order.
            slot.completed -= 1;
            *slot.count(status) += 1;
            Settled { messages: 1, taken_back: 1 }
        } else {
            Settled::default()
        }
    }
}

/// What a receipt decided.
#[derive(Debug, Clone, Copy, Default)]
struct Settled {
    /// Messages it is the answer to.
    messages: u64,
    /// Of these, messages that an earlier receipt had called completed.
    taken_back: u64,
}

fn is_about_the_container(receipt: &BulkReceipt) -> bool {
    receipt.receipt.error_code.as_deref().is_some_and(|code| code.starts_with("container."))
}
