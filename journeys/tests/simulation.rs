//! Random life on a seeded clock: what is accepted is never lost, never doubled, and always answered.
//!
//! A failure names its seed; `BREVDUE_SEED=<seed> cargo test -p brevdue-journeys --test simulation`
//! lives that life again.
#![allow(
    clippy::unwrap_used,
    clippy::print_stderr,
    reason = "a journey that cannot go on fails; one that cannot begin says why"
)]

use std::collections::{BTreeMap, BTreeSet};

use brevdue_exchange::recall::{RecallActor, RecallError};
use brevdue_exchange::{DeliveryState, MemoState, SMS_GATEWAY, SystemId};
use brevdue_journeys::town::country::{cpr, cvr, who};
use brevdue_journeys::town::pushes::answer;
use brevdue_journeys::town::xml;
use brevdue_journeys::{Answering, Dice, Ground, Line, Town};
use brevdue_memo::{Message, MessageType, PartyId};
use brevdue_wire::{PageRequest, Receipt, ReceiptStatus};
use uuid::Uuid;

#[tokio::test]
async fn whatever_happens_no_letter_is_lost_or_doubled_on_memory() {
    live(Ground::Memory, 40, 120).await;
}

#[tokio::test]
async fn whatever_happens_no_letter_is_lost_or_doubled_on_embedded() {
    live(Ground::Embedded, 4, 80).await;
}

async fn live(ground: Ground, lives: u64, steps: usize) {
    let seeds = match std::env::var("BREVDUE_SEED").ok().and_then(|seed| seed.parse().ok()) {
        Some(seed) => vec![seed],
        None => (1..=lives).map(|n| n * 7919).collect(),
    };
    let mut recalled = 0;
    for seed in seeds {
        let _told = TellsItsSeed(seed);
        let mut life = Life::begin(seed, ground).await;
        for _ in 0..steps {
            life.step().await;
        }
        recalled += life.end().await;
    }
    // One life alone may have none.
    assert!(recalled > 0 || lives < 10, "nobody ever called anything back");
}

/// Says the seed when a life ends in a panic.
struct TellsItsSeed(u64);

impl Drop for TellsItsSeed {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("the life of seed {0} went wrong: BREVDUE_SEED={0}", self.0);
        }
    }
}

struct Life {
    town: Town,
    dice: Dice,
    /// Everything written, to send again or to change.
    written: Vec<(SystemId, Message)>,
    /// Submissions whose technical receipt came back.
    answered: Vec<(SystemId, Receipt)>,
    /// Submissions that got through, seen by their sender or not.
    single: usize,
    in_archives: usize,
    /// Receipts fetched by senders.
    told: BTreeMap<SystemId, Vec<Receipt>>,
    /// What the fetching receiver got.
    fetched: Vec<(Uuid, Vec<u8>)>,
}

const SENDERS: [(SystemId, &str); 4] = [
    (who::TOWN_SENDER, who::TOWN.1),
    (who::TOWN_PUSHED, who::TOWN.1),
    (who::ROADS_SENDER, who::ROADS.1),
    (who::BAKERY_SENDER, who::BAKERY.1),
];

impl Life {
    async fn begin(seed: u64, ground: Ground) -> Self {
        Self {
            town: Town::with_seed(seed, ground).await,
            dice: Dice::new(seed ^ 0xA5A5),
            written: Vec::new(),
            answered: Vec::new(),
            single: 0,
            in_archives: 0,
            told: BTreeMap::new(),
            fetched: Vec::new(),
        }
    }

    async fn step(&mut self) {
        match self.dice.below(100) {
            0..40 => {
                let (system, letter) = self.write();
                self.send(system, &letter).await;
            }
            40..50 => self.send_again().await,
            50..55 => self.send_archive().await,
            55..70 => {
                let seconds = 1 + self.dice.below(4 * 60 * 60) as i64;
                self.town.let_pass(seconds).await;
            }
            70..75 => {
                let seconds = 1 + self.dice.below(30) as i64;
                self.town.let_pass(seconds).await;
            }
            75..82 => self.fetch().await,
            82..88 => self.town.a_worker_dies().await,
            88..91 => self.collect_receipts().await,
            91..95 => self.recall().await,
            _ => self.trouble(),
        }
    }

    /// A letter of any kind, right or wrong.
    fn write(&mut self) -> (SystemId, Message) {
        let (system, sender) = *self.dice.pick(&SENDERS);
        let recipient: PartyId = match self.dice.below(12) {
            0..3 => cpr(who::VAGN.1),
            3..5 => cpr(who::KAREN.1),
            5 => cpr(who::ELSE.1),
            6 => cpr(who::OVE.1),
            7..9 => cvr(who::TOWN.1),
            9..11 => cvr(who::ROADS.1),
            _ => cvr(who::BAKERY.1),
        };
        let mut draft = self.town.letter(sender, recipient);
        draft.mandatory = self.dice.happens(10);
        if self.dice.happens(10) {
            let date = *self.dice.pick(&["2026-11-22", "2026-11-25", "2026-11-28", "2028-01-01"]);
            draft.do_not_deliver_until = Some(date.parse().expect("a date"));
        }
        if self.dice.happens(5) {
            draft.text = Some("x".repeat(100_000));
        }
        let mut letter = draft.build().expect("a letter");
        if matches!(recipient, PartyId::Cpr(_)) && self.dice.happens(15) {
            letter.header.message_type = MessageType::NemSms;
            letter.header.notification = Some("Husk din tid".into());
            letter.body = None;
        }
        self.written.push((system, letter.clone()));
        (system, letter)
    }

    async fn send(&mut self, system: SystemId, letter: &Message) {
        let line = match self.dice.below(10) {
            0 => Line::DropsBeforeAcceptance,
            1 => Line::DropsBeforeReceipt,
            _ => Line::Holds,
        };
        self.single += usize::from(line != Line::DropsBeforeAcceptance);
        if let Some(receipt) = self.town.send(system, letter, line).await {
            self.answered.push((system, receipt));
        }
    }

    /// Something sent before, as it was or changed.
    async fn send_again(&mut self) {
        if self.written.is_empty() {
            return;
        }
        let (system, mut letter) = self.dice.pick(&self.written).clone();
        if self.dice.happens(30) {
            letter.header.label = "Ændret".into();
        }
        self.send(system, &letter).await;
    }

    /// The sender thinks better of something it has sent, in time or not.
    async fn recall(&mut self) {
        if self.written.is_empty() {
            return;
        }
        let waits = |letter: &Message| letter.header.do_not_deliver_until_date.is_some();
        let delayed: Vec<_> = self.written.iter().filter(|(_, letter)| waits(letter)).collect();
        let (system, letter) = match delayed.is_empty() {
            true => self.dice.pick(&self.written).clone(),
            false => (*self.dice.pick(&delayed)).clone(),
        };
        let caller = self.town.caller(system).await;
        let uuid = letter.header.message_uuid.value();
        match self.town.exchange.recall(RecallActor::Sender(&caller), uuid).await {
            Ok(_) | Err(RecallError::Unknown | RecallError::Delivered) => {}
            Err(error) => panic!("{error}"),
        }
    }

    async fn send_archive(&mut self) {
        let count = 1 + self.dice.below(12);
        let system = self.dice.pick(&SENDERS).0;
        let mut letters: Vec<Message> = (0..count).map(|_| self.write().1).collect();
        if self.dice.happens(30) {
            letters.push(letters[0].clone());
        }
        if let Some(receipt) = self.town.send_archive(system, &letters, Line::Holds).await {
            self.in_archives += letters.len();
            self.answered.push((system, receipt));
        }
    }

    async fn fetch(&mut self) {
        let caller = self.town.caller(who::TOWN_RECEIVER).await;
        let page = PageRequest { page: 0, size: 1 + self.dice.below(10) as u64 };
        let waiting = self.town.exchange.waiting_memos(&caller, page).await.expect("a list");
        for uuid in waiting.content {
            let content = self.town.exchange.fetch_memo(&caller, uuid).await.expect("it is there");
            self.fetched.push((uuid, self.town.bytes(&content)));
            match self.dice.below(10) {
                0..2 => continue, // The receiver is stopped before it answers.
                2 => {
                    let no = answer(ReceiptStatus::Invalid);
                    self.town.exchange.answer_memo(&caller, uuid, no).await.expect("taken");
                }
                3..5 => self.town.exchange.remove_memo(&caller, uuid).await.expect("it goes"),
                _ => {
                    let yes = answer(ReceiptStatus::Completed);
                    self.town.exchange.answer_memo(&caller, uuid, yes).await.expect("taken");
                }
            }
        }
    }

    async fn collect_receipts(&mut self) {
        for (system, _) in SENDERS {
            let fetched = self.town.receipts(system).await;
            self.told.entry(system).or_default().extend(fetched);
        }
    }

    fn trouble(&mut self) {
        let system = *self.dice.pick(&[who::ROADS_RECEIVER, who::TOWN_PUSHED, SMS_GATEWAY]);
        let receiver = self.town.receivers.entry(system).or_default();
        match self.dice.below(4) {
            0 => receiver.down = true,
            1 => {
                let wait = self.dice.happens(50).then(|| self.dice.below(7200) as i64);
                receiver.refuses = Some((503, wait));
            }
            2 => receiver.lost_answers = self.dice.below(3),
            _ => {
                (receiver.down, receiver.refuses) = (false, None);
                receiver.answers = Answering::Completed;
            }
        }
    }

    /// Everything is mended, a week passes, and the books must balance.
    async fn end(mut self) -> usize {
        for receiver in self.town.receivers.values_mut() {
            (receiver.down, receiver.refuses, receiver.lost_answers) = (false, None, 0);
        }
        self.town.let_pass(6 * 24 * 60 * 60).await;
        for _ in 0..self.written.len() {
            self.fetch().await;
        }
        self.town.let_pass(60).await; // receipts of what the receiver has just refused
        self.collect_receipts().await;
        let pushed = self.town.receivers[&who::TOWN_PUSHED].receipts.clone();
        self.told.entry(who::TOWN_PUSHED).or_default().extend(pushed);
        self.check_books().await
    }

    /// How many letters were called back.
    async fn check_books(&self) -> usize {
        let counts = self.town.store.counts().await.expect("counts");
        assert_eq!(counts.memos as usize, self.single + self.in_archives, "accepted, and no other");
        assert_eq!(counts.jobs, 0, "no work is left");
        assert_eq!(counts.receipts_waiting, 0, "every receipt reached its sender");
        assert_eq!(self.town.store.verify().await.expect("a verdict"), Vec::<String>::new());

        let mut delivered: BTreeMap<(Uuid, Uuid), usize> = BTreeMap::new();
        let (mut receipts, mut recalled) = (0, 0);
        for (system, technical) in &self.answered {
            for memo in self.town.memos_of(technical).await {
                let told = self.town.store.receipts_of(memo.key).await.expect("receipts");
                receipts += told.len();
                let positive =
                    told.iter().filter(|r| r.receipt.receipt_status == ReceiptStatus::Completed);
                let positive = positive.count();
                let extra = told.len() - 1; // refused on its day, or by its receiver
                match memo.state {
                    MemoState::Available | MemoState::Queued | MemoState::HandedOver => {
                        assert_eq!(positive, 1, "{memo:?}");
                        assert!(extra <= 1);
                        let uuid = memo.message_uuid.expect("it was read");
                        *delivered.entry((memo.origin.holder(), uuid)).or_default() += 1;
                    }
                    MemoState::Refused | MemoState::Recalled => {
                        recalled += usize::from(memo.state == MemoState::Recalled);
                        assert!(positive == extra, "{memo:?} {told:?}");
                    }
                    MemoState::Repeated => assert_eq!(told.len(), 1, "{memo:?}"),
                    MemoState::Received | MemoState::Delayed => {
                        panic!("still on its way: {memo:?}")
                    }
                }
                // The sender has them, each once.
                for record in &told {
                    assert_eq!(record.system, Some(*system));
                    let same = |r: &&Receipt| **r == record.receipt;
                    let seen = self.told[system].iter().filter(same).count();
                    assert!(seen >= 1, "{record:?} never reached its sender");
                }
                if memo.state == MemoState::Available {
                    assert!(memo.available_at.is_some());
                }
            }
        }
        assert!(receipts >= self.answered.len());
        for (letter, times) in delivered {
            assert_eq!(times, 1, "{letter:?} was delivered {times} times");
        }
        self.check_receivers().await;
        recalled
    }

    /// What receivers got is what was sent, byte for byte, and nothing else.
    async fn check_receivers(&self) {
        let sent: BTreeSet<Vec<u8>> = {
            let mut all: BTreeSet<_> = self.written.iter().map(|(_, letter)| xml(letter)).collect();
            for (_, letter) in &self.written {
                let mut changed = letter.clone();
                changed.header.label = "Ændret".into();
                all.insert(xml(&changed));
            }
            all
        };
        let pushed = &self.town.receivers[&who::ROADS_RECEIVER].memos;
        for (uuid, bytes) in pushed.iter().chain(&self.fetched) {
            assert!(sent.contains(bytes), "{uuid} was never sent like this");
        }
        let got: BTreeSet<Uuid> = pushed.iter().map(|(uuid, _)| *uuid).collect();
        for (system, got) in [
            (who::ROADS_RECEIVER, got),
            (who::TOWN_RECEIVER, self.fetched.iter().map(|(uuid, _)| *uuid).collect()),
        ] {
            for (_, letter) in &self.written {
                let uuid = letter.header.message_uuid.value();
                let delivery = self.town.store.delivery(system, uuid).await.expect("an answer");
                let Some(delivery) = delivery else { continue };
                assert!(delivery.state != DeliveryState::Waiting, "{uuid} still waits");
                assert!(got.contains(&uuid), "{uuid} is said to be with {system}");
            }
        }
    }
}
