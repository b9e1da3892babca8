//! `kill -9`, again and again, while eight senders send: nothing that was answered is lost, nothing
//! comes twice, and nothing is left lying about.
//!
//! A failure prints its seed; `BREVDUE_TEST_SEED=… cargo nextest run --test kill` throws the same dice
//! (the machine's own timing stays its own).

#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::disallowed_methods, reason = "a test")]

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read as _;
use std::path::Path;
use std::sync::Mutex;
use std::thread;
use std::time::{Duration, Instant};

use brevdue_exchange::storage::{Claim, Contents as _};
use brevdue_exchange::{
    Contact, ContactId, Folder, MemoState, OrganisationId, Store as _, SystemId, TransmissionId,
    WorkKind, WorkerId,
};
use brevdue_memo::container::Packer;
use brevdue_memo::{PartyId, Timestamp};
use brevdue_store::Embedded;
use brevdue_wire::{PageRequest, Receipt, ReceiptSearchResult, ReceiptStatus};
use sha2::{Digest as _, Sha256};
use support::dice::Dice;
use support::http::Client;
use support::letters::{Parties, letter};
use support::server::Server;
use uuid::Uuid;

const ROUNDS: usize = 50;
const SENDERS: u64 = 8;
/// Longer than the 64 KiB that travel in a row, so that they become files.
const LARGE_BYTES: u64 = 70_000;
/// How long the server may take to finish what it was killed in.
const PATIENCE: Duration = Duration::from_secs(60);

/// A letter that was made, whether it arrived or not.
#[derive(Debug, Clone)]
struct Sent {
    uuid: Uuid,
    organisation: Uuid,
    to: To,
    large: bool,
    digest: [u8; 32],
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum To {
    Person(Uuid),
    Receiver,
}

/// What a sender was told: this submission is durable.
#[derive(Debug, Clone)]
struct Acknowledged {
    transmission: Uuid,
    letters: Vec<Uuid>,
}

/// Something to send: the letters in it, and its bytes. Kept until it was answered.
struct Parcel {
    letters: Vec<Uuid>,
    path: String,
    content_type: &'static str,
    bytes: Vec<u8>,
}

/// The two authorities that send, and everybody who gets.
struct Town {
    senders: Vec<(String, Uuid, String)>,
    people: Vec<(Uuid, String)>,
    receiver: Uuid,
}

struct Sender {
    dice: Dice,
    town: usize,
    pending: Option<Parcel>,
}

#[test]
fn what_was_acknowledged_is_there_once_after_each_of_fifty_kills() {
    let seed = Dice::seed();
    println!("BREVDUE_TEST_SEED={seed}");
    let mut dice = Dice(seed);
    let mut server = Server::start(&[]);
    let town = Town::of(&server);

    let sent: Mutex<BTreeMap<Uuid, Sent>> = Mutex::default();
    let acknowledged: Mutex<Vec<Acknowledged>> = Mutex::default();
    let mut senders: Vec<Sender> = (0..SENDERS)
        .map(|number| Sender {
            dice: Dice(dice.next()),
            town: (number % 2) as usize,
            pending: None,
        })
        .collect();
    let mut settled = 0;

    for round in 0..ROUNDS {
        let so_far = acknowledged.lock().unwrap().len();
        // Every third time the next kill comes while the server is still tidying up after the last.
        if round % 3 != 2 {
            wait_for_receipts(&server, &town, &acknowledged.lock().unwrap());
            settled = so_far;
        }
        thread::scope(|scope| {
            for sender in &mut senders {
                let (town, sent, acknowledged) = (&town, &sent, &acknowledged);
                let client =
                    Client::new(server.http).with("authorization", &town.senders[sender.town].2);
                scope.spawn(move || sender.send_until_killed(client, town, sent, acknowledged));
            }
            thread::sleep(Duration::from_millis(20 + dice.below(500)));
            server.kill();
        });
        check_offline(&server.store(), &town, &sent, &acknowledged, settled, round % 10 == 9);
        server.restart();
    }

    let acknowledged = acknowledged.into_inner().unwrap();
    wait_for_receipts(&server, &town, &acknowledged);
    server.stop();
    check_offline(
        &server.store(),
        &town,
        &sent,
        &Mutex::new(acknowledged.clone()),
        acknowledged.len(),
        true,
    );
    check_files(&server.store(), &sent.into_inner().unwrap(), &acknowledged);
    let letters: usize = acknowledged.iter().map(|one| one.letters.len()).sum();
    println!("{} submissions with {letters} letters, {ROUNDS} kills", acknowledged.len());
    assert!(acknowledged.len() > ROUNDS * 4, "too few were sent to show anything");
}

impl Town {
    fn of(server: &Server) -> Self {
        let country = server.country();
        let sender = |name: &str| {
            let organisation = country
                .organisations
                .iter()
                .find(|one| one.systems.iter().any(|system| system.name == name))
                .unwrap();
            (organisation.cvr.clone(), organisation.id, server.system(name).authorization)
        };
        Self {
            senders: vec![sender("tusindfryd-afsender"), sender("fyrtaarn-afsender")],
            people: country
                .people
                .iter()
                .filter(|one| one.status == "REGISTERED")
                .map(|one| (one.id, one.cpr.clone()))
                .collect(),
            receiver: server.system("tusindfryd-modtager").id,
        }
    }
}

impl Sender {
    /// Sends one parcel after the other on one connection, until the server is gone.
    fn send_until_killed(
        &mut self,
        mut client: Client,
        town: &Town,
        sent: &Mutex<BTreeMap<Uuid, Sent>>,
        acknowledged: &Mutex<Vec<Acknowledged>>,
    ) {
        loop {
            let parcel = match self.pending.take() {
                Some(parcel) => parcel,
                None => self.parcel(town, sent),
            };
            match client.post(&parcel.path, parcel.content_type, &parcel.bytes) {
                Ok(answer) if answer.status == 201 => {
                    let receipt: Receipt = answer.json();
                    assert_eq!(receipt.receipt_status, ReceiptStatus::Received);
                    let transmission = receipt.transmission_id.unwrap();
                    let letters = parcel.letters;
                    acknowledged.lock().unwrap().push(Acknowledged { transmission, letters });
                }
                Ok(answer) if answer.status == 503 => self.pending = Some(parcel),
                Ok(answer) => panic!("{} {}", answer.status, answer.text()),
                Err(_) => {
                    // Most senders send again. Some give up, and may leave a file without a row.
                    self.pending = Some(parcel).filter(|_| self.dice.below(4) > 0);
                    return;
                }
            }
        }
    }

    fn parcel(&mut self, town: &Town, sent: &Mutex<BTreeMap<Uuid, Sent>>) -> Parcel {
        match self.dice.below(20) {
            0 => {
                let count = 2 + self.dice.below(6);
                let mut packer = Packer::new(Vec::new()).unwrap();
                let mut letters = Vec::new();
                // Some archives are large enough to be files, until they are taken apart.
                let large = self.dice.below(2);
                for number in 0..count {
                    let (uuid, bytes) = self.letter(town, sent, number < large);
                    packer
                        .append(&format!("{uuid}.xml"), bytes.len() as u64, &mut &bytes[..])
                        .unwrap();
                    letters.push(uuid);
                }
                Parcel {
                    letters,
                    path: "/apis/v1/memos/".into(),
                    content_type: "application/x-lzma",
                    bytes: packer.finish().unwrap(),
                }
            }
            dice => {
                let (uuid, bytes) = self.letter(town, sent, dice <= 2);
                Parcel {
                    letters: vec![uuid],
                    path: format!("/apis/v1/memos/?memo-message-uuid={uuid}"),
                    content_type: "application/xml",
                    bytes,
                }
            }
        }
    }

    fn letter(
        &mut self,
        town: &Town,
        sent: &Mutex<BTreeMap<Uuid, Sent>>,
        large: bool,
    ) -> (Uuid, Vec<u8>) {
        let uuid = self.dice.uuid();
        let (cvr, organisation, _) = &town.senders[self.town];
        // The second authority writes to the first one's receiver now and then.
        let to_receiver = self.town == 1 && self.dice.below(4) == 0;
        let (to, parties) = if to_receiver {
            (To::Receiver, Parties::to_organisation(cvr, &town.senders[0].0, None))
        } else {
            let person = self.dice.below(town.people.len() as u64) as usize;
            let (id, cpr) = &town.people[person];
            (To::Person(*id), Parties::to_person(cvr, cpr))
        };
        let size = if large { LARGE_BYTES + self.dice.below(60_000) } else { 1_500 };
        let bytes = letter(uuid, &parties, size as usize);
        let digest = Sha256::digest(&bytes).into();
        let letter = Sent { uuid, organisation: *organisation, to, large, digest };
        sent.lock().unwrap().insert(uuid, letter);
        (uuid, bytes)
    }
}

/// Reads receipts until each letter of each submission has one; then looks at all of them.
fn wait_for_receipts(server: &Server, town: &Town, acknowledged: &[Acknowledged]) {
    let wanted: BTreeSet<(Uuid, Uuid)> = acknowledged
        .iter()
        .flat_map(|one| one.letters.iter().map(|uuid| (one.transmission, *uuid)))
        .collect();
    let begun = Instant::now();
    loop {
        let mut told: BTreeMap<(Uuid, Uuid), usize> = BTreeMap::new();
        for (_, _, authorization) in &town.senders {
            let mut client = Client::new(server.http).with("authorization", authorization);
            let mut page = 0;
            loop {
                let path = format!("/apis/v1/receipts-bulk/?page={page}&size=1000");
                let list: ReceiptSearchResult = client.get(&path).unwrap().json();
                for one in list.receipts {
                    let receipt = one.receipt;
                    assert_eq!(receipt.receipt_status, ReceiptStatus::Completed, "{receipt:?}");
                    let key = (receipt.transmission_id.unwrap(), receipt.message_uuid.unwrap());
                    *told.entry(key).or_default() += 1;
                }
                page += 1;
                if page >= list.total_pages {
                    break;
                }
            }
        }
        let twice: Vec<_> = told.iter().filter(|(_, count)| **count > 1).collect();
        assert_eq!(twice, [], "a submission has one business receipt for each letter");
        let missing = wanted.iter().filter(|key| !told.contains_key(*key)).count();
        if missing == 0 {
            return;
        }
        assert!(begun.elapsed() < PATIENCE, "{missing} of {} receipts are missing", wanted.len());
        thread::sleep(Duration::from_millis(50));
    }
}

/// Looks into the store that the kill left, before any server does.
fn check_offline(
    folder: &Path,
    town: &Town,
    sent: &Mutex<BTreeMap<Uuid, Sent>>,
    acknowledged: &Mutex<Vec<Acknowledged>>,
    settled: usize,
    everything: bool,
) {
    let sent = sent.lock().unwrap();
    let acknowledged = acknowledged.lock().unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let store = Embedded::open(folder).unwrap();
    runtime.block_on(async {
        if everything {
            assert_eq!(store.verify().await.unwrap(), Vec::<String>::new());
        }
        // What was answered is there, with the very bytes, and what was settled has arrived. Those
        // checked after earlier rounds are looked at again when everything is.
        let from = if everything { 0 } else { settled.saturating_sub(200) };
        let unfiled = unfiled(&store).await;
        for (number, one) in acknowledged.iter().enumerate().skip(from) {
            let id = TransmissionId(one.transmission);
            let Some(transmission) = store.transmission(id).await.unwrap() else {
                let waits = unfiled.get(&id).expect("an acknowledged submission is kept");
                assert_eq!(sent[&one.letters[0]].digest, *waits);
                assert!(number >= settled, "a letter waits after its receipt");
                continue;
            };
            assert!(!unfiled.contains_key(&id), "a letter is filed and waits");
            let memos = store.memos_of(id, all()).await.unwrap().items;
            if transmission.extracted {
                assert_eq!(memos.len(), one.letters.len());
                let kept: BTreeSet<[u8; 32]> =
                    memos.iter().map(|memo| memo.content.digest.0).collect();
                let bytes: BTreeSet<[u8; 32]> =
                    one.letters.iter().map(|uuid| sent[uuid].digest).collect();
                assert_eq!(kept, bytes);
            }
            if number < settled {
                for memo in &memos {
                    let arrived = [MemoState::Available, MemoState::Queued, MemoState::Repeated];
                    assert!(arrived.contains(&memo.state), "{:?} after its receipt", memo.state);
                }
            }
        }
        if everything {
            let arrivals = arrivals(&store, town).await;
            let twice = arrivals.iter().filter(|(_, places)| places.len() > 1).count();
            assert_eq!(twice, 0, "letters that arrived twice");
            for uuid in acknowledged[..settled].iter().flat_map(|one| &one.letters) {
                assert_eq!(arrivals.get(uuid), Some(&vec![sent[uuid].to]));
            }
            for uuid in arrivals.keys() {
                assert!(sent.contains_key(uuid), "a letter that nobody sent");
            }
        }
    });
}

/// The digests of the letters that were received and not filed.
async fn unfiled(store: &Embedded) -> BTreeMap<TransmissionId, [u8; 32]> {
    let mut unfiled = BTreeMap::new();
    loop {
        let (now, lease_until) = (Timestamp::from_millis(0), Timestamp::from_millis(i64::MAX));
        let (kind, worker) = (WorkKind::Inside, WorkerId(Uuid::nil()));
        let claim =
            Claim { kind, worker, now, lease_until, limit: 1000, for_bulk: 0, most_bulk: 1000 };
        let letters = store.claim_incoming(claim).await.unwrap();
        if letters.is_empty() {
            return unfiled;
        }
        for letter in letters {
            let mut text = Vec::new();
            store.open(&letter.content).unwrap().read_to_end(&mut text).unwrap();
            let digest: [u8; 32] = Sha256::digest(&text).into();
            assert_eq!(digest, letter.content.digest.0);
            assert_eq!(unfiled.insert(letter.transmission, digest), None, "it waits once");
        }
    }
}

/// Where each letter has arrived: mailboxes, and the list of the receiver.
async fn arrivals(store: &Embedded, town: &Town) -> BTreeMap<Uuid, Vec<To>> {
    let mut arrivals: BTreeMap<Uuid, Vec<To>> = BTreeMap::new();
    for (person, cpr) in &town.people {
        let owner = ContactId(*person);
        let contact: Contact = store.contact(owner).await.unwrap().unwrap();
        assert_eq!(contact.party, PartyId::parse("CPR", cpr).unwrap());
        let mut page = all();
        loop {
            let rows = store.mailbox(owner, Folder::Inbox, page).await.unwrap();
            for row in &rows.items {
                let uuid = row.memo.message_uuid.unwrap();
                arrivals.entry(uuid).or_default().push(To::Person(*person));
            }
            page.page += 1;
            if page.offset() >= rows.total {
                break;
            }
        }
    }
    let mut page = all();
    loop {
        let waiting = store.deliveries_waiting(SystemId(town.receiver), page).await.unwrap();
        for delivery in &waiting.items {
            arrivals.entry(delivery.message_uuid).or_default().push(To::Receiver);
        }
        page.page += 1;
        if page.offset() >= waiting.total {
            return arrivals;
        }
    }
}

/// After a sweep, the files on disk are the large letters that the store has, and no others.
fn check_files(folder: &Path, sent: &BTreeMap<Uuid, Sent>, acknowledged: &[Acknowledged]) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let store = Embedded::open(folder).unwrap();
    let later =
        Timestamp::from_millis(jiff::Timestamp::now().as_millisecond()).plus_seconds(86_400);
    let swept = runtime.block_on(store.sweep(later)).unwrap();
    assert_eq!(swept.missing, 0);
    assert!(swept.removed > 0, "archives that were taken apart should have left files to sweep");
    let again = runtime.block_on(store.sweep(later)).unwrap();
    assert_eq!((again.removed, again.missing), (0, 0));

    let large: BTreeMap<String, &Sent> = sent
        .values()
        .filter(|one| one.large)
        .map(|one| (one.digest.iter().map(|byte| format!("{byte:02x}")).collect(), one))
        .collect();
    let mut files = BTreeSet::new();
    for place in std::fs::read_dir(folder.join("content")).unwrap() {
        let place = place.unwrap();
        let start = place.file_name().into_string().unwrap();
        for file in std::fs::read_dir(place.path()).unwrap() {
            let name = format!("{start}{}", file.unwrap().file_name().to_str().unwrap());
            let letter = large.get(&name).unwrap_or_else(|| panic!("{name} belongs to no letter"));
            let holder = OrganisationId(letter.organisation);
            let memo = runtime.block_on(store.memo_by_identity(holder.0, letter.uuid)).unwrap();
            assert!(memo.is_some(), "{name} belongs to a letter the store does not have");
            files.insert(name);
        }
    }
    for uuid in acknowledged.iter().flat_map(|one| &one.letters) {
        if sent[uuid].large {
            let name: String = sent[uuid].digest.iter().map(|byte| format!("{byte:02x}")).collect();
            assert!(files.contains(&name), "the file of an acknowledged letter is gone");
        }
    }
    println!("{} files, {} swept away", files.len(), swept.removed);
}

fn all() -> PageRequest {
    PageRequest { page: 0, size: PageRequest::SIZE_LIMIT }
}
