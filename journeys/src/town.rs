//! A town with its exchange, its senders and its receivers.

pub mod country;
pub mod pushes;
mod time;

use std::collections::BTreeMap;
use std::io::Read as _;
use std::sync::Arc;

use brevdue_exchange::accept::Submission;
use brevdue_exchange::authenticate::{Caller, Channel, Presented};
use brevdue_exchange::receipts::Take;
use brevdue_exchange::storage::Claim;
use brevdue_exchange::storage::memory::Memory;
use brevdue_exchange::{
    Clock as _, ContactId, ContentRef, Exchange, Folder, MailSystem, Memo, MemoKey, Op, Policy,
    ReceiptId, Store, SystemId, WorkKind, WorkerId,
};
use brevdue_memo::container::Packer;
use brevdue_memo::letter::LetterDraft;
use brevdue_memo::{MemoVersion, Message, PartyId, Timestamp};
use brevdue_store::Embedded;
use brevdue_wire::{Credentials, PageRequest, Receipt};
use uuid::Uuid;

use crate::Dice;
use country::{cpr, cvr, who};
use time::{TownClock, TownIds};

pub use pushes::{Answering, Receiver};

/// When a town begins: Monday 23 November 2026, 9 o'clock in Denmark.
pub const START: Timestamp = Timestamp::from_millis(1_795_420_800_000);

/// What the exchange stands on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ground {
    /// The store in memory.
    Memory,
    /// The embedded store, in a folder of its own.
    Embedded,
}

/// A sender's line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Line {
    /// Everything gets through.
    Holds,
    /// The letter gets through, the answer does not.
    DropsBeforeReceipt,
    /// The letter is written to the store, and the line drops before it is accepted.
    DropsBeforeAcceptance,
}

/// A real exchange, scripted systems around it, and a clock.
pub struct Town {
    /// The exchange.
    pub exchange: Exchange,
    /// What it stands on.
    pub store: Arc<dyn Store>,
    /// Chance.
    pub dice: Dice,
    /// What stands at the other end of pushes.
    pub receivers: BTreeMap<SystemId, Receiver>,
    clock: Arc<TownClock>,
    workers: u128,
}

impl Town {
    /// A town with the usual limits.
    pub async fn with_seed(seed: u64, ground: Ground) -> Self {
        Self::with_policy(seed, ground, Policy::default()).await
    }

    /// A town with its own limits.
    pub async fn with_policy(seed: u64, ground: Ground, policy: Policy) -> Self {
        let store: Arc<dyn Store> = match ground {
            Ground::Memory => Memory::open(),
            Ground::Embedded => Arc::new(Embedded::temporary().expect("a store in a new folder")),
        };
        let clock = Arc::new(TownClock::at(START));
        let ids = Arc::new(TownIds::new(seed));
        let exchange = Exchange::new(store.clone(), clock.clone(), ids, policy);
        store.commit(country::settle_in(START)).await.expect("everybody moves in");
        let receivers = [who::ROADS_RECEIVER, who::TOWN_PUSHED]
            .map(|system| (system, Receiver::default()))
            .into();
        Self { exchange, store, dice: Dice::new(seed), receivers, clock, workers: 0 }
    }

    /// Now.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// A letter from an organisation to anybody, valid in every way.
    pub fn letter(&mut self, from: &str, to: PartyId) -> LetterDraft {
        let number = self.dice.below(100_000);
        let mut draft = LetterDraft::new(
            MemoVersion::V1_2,
            self.dice.uuid(),
            self.now(),
            (cvr(from), "Afsenderen"),
            (to, None),
            &format!("Brev om sag {number:05}"),
        );
        draft.message_id = Some(format!("MSG-{number:05}"));
        draft.text = Some(format!("Kære modtager\n\nDette er brev nummer {number}. Æ, ø og å."));
        draft
    }

    /// A letter from the town to a citizen.
    pub fn letter_to(&mut self, (_, digits): (ContactId, &str)) -> LetterDraft {
        self.letter(who::TOWN.1, cpr(digits))
    }

    /// Sends a letter from a system. Gives the technical receipt if the line held.
    pub async fn send(&self, system: SystemId, letter: &Message, line: Line) -> Option<Receipt> {
        self.send_bytes(system, letter.header.message_uuid.value(), &xml(letter), line).await
    }

    /// Sends bytes as a single message.
    pub async fn send_bytes(
        &self,
        system: SystemId,
        uuid: Uuid,
        bytes: &[u8],
        line: Line,
    ) -> Option<Receipt> {
        let content = self.put(bytes);
        self.submit(system, Submission::Single { claimed_uuid: Some(uuid), content }, line).await
    }

    /// Sends letters as one archive.
    pub async fn send_archive(
        &self,
        system: SystemId,
        letters: &[Message],
        line: Line,
    ) -> Option<Receipt> {
        self.send_archive_bytes(system, &packed(letters), line).await
    }

    /// Sends bytes as an archive.
    pub async fn send_archive_bytes(
        &self,
        system: SystemId,
        bytes: &[u8],
        line: Line,
    ) -> Option<Receipt> {
        let content = self.put(bytes);
        self.submit(system, Submission::Archive { content }, line).await
    }

    async fn submit(
        &self,
        system: SystemId,
        submission: Submission,
        line: Line,
    ) -> Option<Receipt> {
        if line == Line::DropsBeforeAcceptance {
            return None;
        }
        let caller = self.caller(system).await;
        caller.must_send().expect("it is a sender system");
        let receipt =
            self.exchange.accept(caller.origin(), submission).await.expect("it is accepted");
        (line == Line::Holds).then_some(receipt)
    }

    /// Writes bytes into the store, as a door does.
    pub fn put(&self, bytes: &[u8]) -> ContentRef {
        let mut sink = self.store.begin(self.now()).expect("writing starts");
        for part in bytes.chunks(64 * 1024) {
            sink.write(part).expect("bytes are taken");
        }
        sink.finish().expect("bytes are durable")
    }

    /// Reads bytes from the store, as a door does.
    pub fn bytes(&self, content: &ContentRef) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut source = self.store.open(content).expect("they are there");
        source.read_to_end(&mut bytes).expect("they can be read");
        bytes
    }

    /// A system that has shown its token.
    pub async fn caller(&self, system: SystemId) -> Caller {
        let system = self.system(system).await;
        let credentials = Credentials { system: system.id.0, token: system.token.0 };
        let presented = Presented {
            credentials: Some(credentials),
            channel: Channel::LocalPlain,
            address: [127, 0, 0, 1].into(),
        };
        self.exchange.authenticate(presented).await.expect("the system is let in")
    }

    /// A registered system.
    pub async fn system(&self, system: SystemId) -> MailSystem {
        self.store.system(system).await.expect("the store answers").expect("it is registered")
    }

    /// Changes a registered system.
    pub async fn change_system(&self, system: SystemId, change: impl FnOnce(&mut MailSystem)) {
        let mut system = self.system(system).await;
        change(&mut system);
        self.commit(Op::PutSystem(Box::new(system))).await;
    }

    /// Makes a change past the exchange, as the registry does.
    pub async fn commit(&self, op: Op) {
        self.store.commit(brevdue_exchange::Batch::of(op)).await.expect("the change is made");
    }

    /// Lets all work that is due now be done.
    pub async fn settle(&mut self) {
        for _ in 0..10_000 {
            let worker = self.worker();
            let limit = 1 + self.dice.below(60) as u32;
            let inside = self.exchange.work_inside(worker, limit).await.expect("work is done");
            let outside = self.push(limit).await;
            if inside + outside == 0 {
                return;
            }
        }
        panic!("work never ends: something is due again and again");
    }

    /// Lets time pass, in steps from one due time to the next.
    pub async fn let_pass(&mut self, seconds: i64) {
        let end = self.now().plus_seconds(seconds);
        loop {
            self.settle().await;
            let mut next = end;
            for kind in [WorkKind::Inside, WorkKind::Archives, WorkKind::Outside] {
                let due = self.store.next_due(kind).await.expect("the store answers");
                next = due.map_or(next, |due| next.min(due));
            }
            if next >= end {
                break;
            }
            assert!(next > self.now(), "work that is due now is done now");
            self.clock.set(next);
        }
        self.clock.set(end);
        self.settle().await;
    }

    /// Lets time pass in which nobody does anything.
    pub fn let_pass_idle(&mut self, seconds: i64) {
        self.clock.set(self.now().plus_seconds(seconds));
    }

    /// A worker claims work of both kinds and is killed before it does any.
    pub async fn a_worker_dies(&mut self) {
        let worker = self.worker();
        let now = self.now();
        for kind in [WorkKind::Inside, WorkKind::Archives, WorkKind::Outside] {
            let limit = 1 + self.dice.below(10) as u32;
            let lease_until = now.plus_seconds(self.exchange.policy().lease_seconds);
            let claim =
                Claim { kind, worker, now, lease_until, limit, for_bulk: 0, most_bulk: limit };
            self.store.claim(claim.clone()).await.expect("work is claimed");
            if kind == WorkKind::Inside {
                self.store.claim_incoming(claim).await.expect("letters are claimed");
            }
        }
    }

    fn worker(&mut self) -> WorkerId {
        self.workers += 1;
        WorkerId(Uuid::from_u128(self.workers))
    }

    /// The `messageUUID`s in a mailbox, oldest first.
    pub async fn inbox(&self, owner: ContactId) -> Vec<Uuid> {
        let rows = self.folder(owner, Folder::Inbox).await;
        rows.iter().rev().filter_map(|memo| memo.message_uuid).collect()
    }

    /// The messages of a folder, newest first.
    pub async fn folder(&self, owner: ContactId, folder: Folder) -> Vec<Memo> {
        let mut all = Vec::new();
        for page in 0.. {
            let request = PageRequest { page, size: PageRequest::SIZE_LIMIT };
            let found = self.exchange.mailbox(owner, folder, request).await.expect("it opens");
            if found.items.is_empty() {
                break;
            }
            all.extend(found.items.into_iter().map(|row| row.memo));
        }
        all
    }

    /// Fetches every receipt that waits for a system, as a careful client does: read, then delete.
    pub async fn receipts(&self, system: SystemId) -> Vec<Receipt> {
        let caller = self.caller(system).await;
        let mut all = Vec::new();
        loop {
            let page = self.exchange.waiting_receipts(&caller, PageRequest::default()).await;
            let page = page.expect("the store answers");
            if page.content.is_empty() {
                return all;
            }
            for id in page.content.into_iter().map(ReceiptId) {
                let taken = self.exchange.take_receipt(&caller, id, Take::Keep).await;
                all.push(taken.expect("it is there").receipt);
                self.exchange.remove_receipt(&caller, id).await.expect("it can go");
                self.exchange.remove_receipt(&caller, id).await.expect("twice is fine");
            }
        }
    }

    /// The one message of a submission.
    pub async fn memo_of(&self, receipt: &Receipt) -> Memo {
        let mut memos = self.memos_of(receipt).await;
        assert_eq!(memos.len(), 1, "a single message");
        memos.remove(0)
    }

    /// The messages of a submission.
    pub async fn memos_of(&self, receipt: &Receipt) -> Vec<Memo> {
        let id = receipt.transmission_id.expect("technical receipts name their submission");
        let id = brevdue_exchange::TransmissionId(id);
        let mut all = Vec::new();
        for page in 0.. {
            let request = PageRequest { page, size: PageRequest::SIZE_LIMIT };
            let found = self.store.memos_of(id, request).await.expect("the store answers");
            if found.items.is_empty() {
                break;
            }
            all.extend(found.items);
        }
        all
    }

    /// The official names of what happened to a message, in order.
    pub async fn events(&self, memo: MemoKey) -> Vec<&'static str> {
        let events = self.store.events_of(memo).await.expect("the store answers");
        events.iter().map(|event| event.tag.name()).collect()
    }
}

/// A letter as its sender writes it.
pub fn xml(letter: &Message) -> Vec<u8> {
    let mut bytes = Vec::new();
    brevdue_memo::write(letter, std::io::empty(), &mut bytes).expect("letters can be written");
    bytes
}

/// Letters in an archive.
pub fn packed(letters: &[Message]) -> Vec<u8> {
    let mut packer = Packer::new(Vec::new()).expect("packing starts");
    for letter in letters {
        let bytes = xml(letter);
        let name = format!("{}.xml", letter.header.message_uuid);
        packer.append(&name, bytes.len() as u64, &mut bytes.as_slice()).expect("it goes in");
    }
    packer.finish().expect("packing ends")
}
