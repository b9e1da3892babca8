use std::io::Read as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use brevdue_memo::Timestamp;
use brevdue_wire::Receipt;

use super::*;
use crate::ids::Ids;
use crate::storage::memory::Memory;
use crate::{
    ApiToken, AuthorityRights, Clock, Door, Lane, MailSystem, Organisation, OrganisationId,
    OrganisationKind, Policy, Receives, ServiceProtocol, Store, TransmissionId,
};

/// A clock that moves when told to, and ids that count.
#[derive(Default)]
struct Hands(AtomicI64, AtomicU64);

impl Clock for Hands {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(1_772_445_600_000 + self.0.load(Ordering::SeqCst))
    }
}

impl Ids for Hands {
    fn random(&self) -> Uuid {
        self.ordered()
    }
    fn ordered(&self) -> Uuid {
        Uuid::from_u128(u128::from(self.1.fetch_add(1, Ordering::SeqCst)) + 1)
    }
}

struct Desk {
    exchange: Exchange,
    store: Arc<dyn Store>,
    hands: Arc<Hands>,
    system: MailSystem,
}

impl Desk {
    async fn open() -> Self {
        let store: Arc<dyn Store> = Memory::open();
        let hands = Arc::new(Hands::default());
        let exchange =
            Exchange::new(store.clone(), hands.clone(), hands.clone(), Policy::default());
        let organisation = Organisation {
            id: OrganisationId(Uuid::from_u128(0xa)),
            cvr: "12345678".parse().unwrap(),
            name: "Byen".into(),
            kind: OrganisationKind::Authority(AuthorityRights::default()),
        };
        let system = MailSystem {
            id: SystemId(Uuid::from_u128(0xb)),
            organisation: organisation.id,
            name: "afsender".into(),
            sends: true,
            receives: Receives::Nothing,
            protocol: ServiceProtocol::RestPull,
            endpoint: None,
            receipt_endpoint: None,
            token: ApiToken("hemmelig".into()),
            certificate: None,
            delegated_cvr: None,
            allowed_ips: Vec::new(),
            active_from: Timestamp::from_millis(0),
            active_to: None,
            failing_since: None,
        };
        let ops = vec![Op::PutOrganisation(organisation), Op::PutSystem(Box::new(system.clone()))];
        store.commit(Batch { ops }).await.unwrap();
        Self { exchange, store, hands, system }
    }

    fn let_pass(&self, seconds: i64) {
        self.hands.0.fetch_add(seconds * 1000, Ordering::SeqCst);
    }

    async fn keep(&self, name: &str, text: &str) -> KeptFile {
        let mut sink = self.store.begin(self.hands.now()).unwrap();
        sink.write(text.as_bytes()).unwrap();
        let content = sink.finish().unwrap();
        let (system, folder) = (self.system.id, FileFolder::Upload);
        self.exchange.keep_file(system, folder, name, content, 5).await.unwrap()
    }

    async fn names(&self, folder: FileFolder) -> Vec<String> {
        let page = PageRequest::default();
        let found = self.exchange.files(self.system.id, folder, page).await.unwrap();
        found.items.into_iter().map(|file| file.name).collect()
    }

    async fn text(&self, folder: FileFolder, name: &str) -> String {
        let file = self.exchange.file(self.system.id, folder, name).await.unwrap().unwrap();
        let mut text = String::new();
        self.store.open(&file.content).unwrap().read_to_string(&mut text).unwrap();
        text
    }
}

#[tokio::test]
async fn a_file_is_taken_in_when_it_was_renamed_or_left_alone_for_a_while() {
    let desk = Desk::open().await;
    let take = async |file: &KeptFile| desk.exchange.take_file(file.id).await.unwrap();

    let part = desk.keep("a.xml.part", "<a/>").await;
    desk.let_pass(3600);
    assert_eq!((part.take_at, take(&part).await), (None, Taken::NotThere));
    let renamed = desk.exchange.rename_file(&part, "a.xml").await.unwrap();
    assert_eq!(take(&renamed).await, Taken::Accepted);

    let first = desk.keep("b.xml", "<a>").await;
    desk.let_pass(4);
    // Written anew, its time begins anew.
    let second = desk.keep("b.xml", "<a/>").await;
    desk.let_pass(4);
    assert_eq!((take(&first).await, take(&second).await), (Taken::NotThere, Taken::NotThere));
    desk.let_pass(1);
    assert_eq!(take(&second).await, Taken::Accepted);
    assert_eq!(take(&second).await, Taken::NotThere, "and not twice");
    assert!(desk.names(FileFolder::Upload).await.is_empty());
    assert_eq!(
        desk.names(FileFolder::Technical).await,
        ["a.xml.receipt.json", "b.xml.receipt.json"]
    );
    let again = desk.keep("a.xml", "<a/>").await;
    desk.let_pass(5);
    assert_eq!(take(&again).await, Taken::Accepted);
    assert_eq!(desk.names(FileFolder::Technical).await.len(), 2, "the newer receipt stands");
}

#[tokio::test]
async fn letters_handed_in_as_files_wait_behind_those_somebody_waits_for() {
    let desk = Desk::open().await;
    let part = desk.keep("a.part", "<a/>").await;
    let file = desk.exchange.rename_file(&part, "a.xml").await.unwrap();
    desk.exchange.take_file(file.id).await.unwrap();
    let text = desk.text(FileFolder::Technical, "a.xml.receipt.json").await;
    let receipt: Receipt = serde_json::from_str(&text).unwrap();
    let transmission = TransmissionId(receipt.transmission_id.unwrap());
    let sent = desk.store.transmission(transmission).await.unwrap().unwrap();
    assert_eq!(sent.lane, Lane::Bulk);
    assert_eq!(sent.door, Some(Door::Sftp));
}

#[tokio::test]
async fn an_archive_handed_in_as_a_file_says_by_which_door_it_came() {
    let desk = Desk::open().await;
    let mut sink = desk.store.begin(desk.hands.now()).unwrap();
    sink.write(b"\x1f\x8b\x08").unwrap();
    let (system, content) = (desk.system.id, sink.finish().unwrap());
    let file = desk.exchange.keep_file(system, FileFolder::Upload, "a.gz", content, 0).await;
    assert_eq!(desk.exchange.take_file(file.unwrap().id).await.unwrap(), Taken::Accepted);
    let text = desk.text(FileFolder::Technical, "a.gz.receipt.json").await;
    let receipt: Receipt = serde_json::from_str(&text).unwrap();
    let transmission = TransmissionId(receipt.transmission_id.unwrap());
    let sent = desk.store.transmission(transmission).await.unwrap().unwrap();
    assert_eq!((sent.door, sent.archive.is_some()), (Some(Door::Sftp), true));
}

#[tokio::test]
async fn what_cannot_be_taken_in_is_put_aside_with_its_reason_and_the_newest_stands() {
    let desk = Desk::open().await;
    for (text, code) in [
        ("", "body.empty"),
        ("%PDF-1.7", "content.type.not.supported"),
        ("<a/>", "system.not.active"),
    ] {
        if code == "system.not.active" {
            let switched_off =
                MailSystem { active_to: Some(desk.hands.now()), ..desk.system.clone() };
            let op = Op::PutSystem(Box::new(switched_off));
            desk.store.commit(Batch::of(op)).await.unwrap();
        }
        let file = desk.keep("a.xml", text).await;
        desk.let_pass(5);
        assert_eq!(desk.exchange.take_file(file.id).await.unwrap(), Taken::Rejected);
        let reason = desk.text(FileFolder::Rejected, "a.xml.error.json").await;
        assert!(reason.contains(&format!("\"{code}\"")), "{reason}");
        assert_eq!(desk.text(FileFolder::Rejected, "a.xml").await, text);
        assert_eq!(desk.names(FileFolder::Rejected).await.len(), 2);
    }
}

#[tokio::test]
async fn who_was_slower_is_told_that_the_file_is_gone() {
    let desk = Desk::open().await;
    let file = desk.keep("a.part", "1").await;
    let other = desk.keep("b.part", "2").await;
    assert!(matches!(desk.exchange.rename_file(&file, "b.part").await, Err(FileError::Exists)));
    let renamed = desk.exchange.rename_file(&file, "c.part").await.unwrap();
    assert!(matches!(desk.exchange.rename_file(&file, "d.part").await, Err(FileError::Gone)));
    assert!(matches!(desk.exchange.remove_file(&file).await, Err(FileError::Gone)));
    desk.exchange.remove_file(&renamed).await.unwrap();
    desk.exchange.remove_file(&other).await.unwrap();
    assert!(desk.names(FileFolder::Upload).await.is_empty());
}

#[tokio::test]
async fn files_are_shown_for_thirty_days_and_then_forgotten() {
    let desk = Desk::open().await;
    desk.keep("old.part", "1").await;
    desk.let_pass(FILE_DAYS * 24 * 3600);
    desk.keep("new.part", "1").await;
    assert_eq!(desk.exchange.forget_old_files().await.unwrap(), 0);
    desk.let_pass(1);
    assert_eq!(desk.names(FileFolder::Upload).await, ["new.part"]);
    assert_eq!(desk.exchange.forget_old_files().await.unwrap(), 1);
    let page = PageRequest::default();
    let kept = desk.store.records_of_kind(RecordKind::SftpFile, page).await.unwrap();
    assert_eq!(kept.total, 1);
}

#[tokio::test]
async fn finished_files_are_found_again_after_a_restart() {
    let desk = Desk::open().await;
    desk.keep("a.part", "1").await;
    let waiting = desk.keep("a.xml", "<a/>").await;
    let due = desk.exchange.files_to_take().await.unwrap();
    assert_eq!(due, [(waiting.id, waiting.take_at.unwrap())]);
}

#[test]
fn only_finished_names_are_taken_in() {
    for (name, upload, answer) in [
        ("a.xml", true, false),
        ("A.XML", true, false),
        ("a.tar.lzma", true, false),
        ("a.json", false, true),
        ("a.xml.part", false, false),
        ("a.xml.filepart", false, false),
        ("xml", false, false),
    ] {
        assert_eq!(FileFolder::Upload.takes(name), upload, "{name}");
        assert_eq!(FileFolder::Answers.takes(name), answer, "{name}");
        assert!(!FileFolder::Technical.takes(name) && !FileFolder::List.takes(name));
    }
}
