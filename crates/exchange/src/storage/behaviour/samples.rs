//! Records to try a store with. All people and organisations are invented.

use std::sync::Arc;

use brevdue_memo::{PartyId, Timestamp};
use brevdue_wire::{PageRequest, Receipt, ReceiptStatus};
use uuid::Uuid;

use crate::storage::{Claim, ContentRef, Store};
use crate::*;

pub(super) fn id(number: u128) -> Uuid {
    Uuid::from_u128(number)
}

/// Seconds after the beginning of the test.
pub(super) fn at(seconds: i64) -> Timestamp {
    Timestamp::from_millis(1_795_000_000_000).plus_seconds(seconds)
}

pub(super) fn page(page: u64, size: u64) -> PageRequest {
    PageRequest { page, size }
}

pub(super) fn key(number: u128) -> MemoKey {
    MemoKey(id(number))
}

pub(super) fn content(store: &Arc<dyn Store>, bytes: &[u8]) -> ContentRef {
    content_at(store, bytes, at(0))
}

pub(super) fn content_at(store: &Arc<dyn Store>, bytes: &[u8], now: Timestamp) -> ContentRef {
    let mut sink = store.begin(now).expect("writing starts");
    for part in bytes.chunks(10_000) {
        sink.write(part).expect("bytes are taken");
    }
    sink.finish().expect("bytes are durable")
}

/// Bytes too many for a row, different for each `seed`.
pub(super) fn large(seed: u8) -> Vec<u8> {
    (0..100_000u32).map(|n| (n as u8) ^ seed ^ ((n >> 8) as u8)).collect()
}

pub(super) fn origin() -> Origin {
    Origin::System { system: SystemId(id(0xA1)), organisation: OrganisationId(id(0xA0)) }
}

pub(super) fn transmission(number: u128) -> Transmission {
    Transmission {
        id: TransmissionId(id(number)),
        origin: origin(),
        received_at: at(1),
        lane: Lane::Interactive,
        archive: None,
        extracted: true,
        door: None,
    }
}

pub(super) fn memo(store: &Arc<dyn Store>, number: u128) -> Memo {
    Memo {
        key: key(number),
        transmission: TransmissionId(id(0x7000)),
        origin: origin(),
        lane: Lane::Interactive,
        claimed_uuid: Some(id(number + 0x100_0000)),
        message_uuid: None,
        content: content(store, format!("<memo {number}/>").as_bytes()),
        state: MemoState::Received,
        outline: None,
        received_at: at(1),
        available_at: None,
    }
}

pub(super) fn person(number: u64) -> PartyId {
    PartyId::parse("CPR", &format!("22117{number:05}")).expect("ten digits")
}

pub(super) fn firm(number: u64) -> PartyId {
    PartyId::parse("CVR", &format!("{number:08}")).expect("eight digits")
}

pub(super) fn outline() -> Outline {
    Outline {
        message_id: Some("MSG-12345".into()),
        label: "Pladsanvisning æøå \u{1F4EC} \"'<&".into(),
        sender: firm(12_345_678),
        sender_label: "Byen Nørreådal".into(),
        recipient: person(71_212),
        recipient_label: None,
        reply: true,
        reply_by_millis: Some(1_795_000_000_123),
        deadline_millis: None,
        action_codes: vec!["AFTALE".into(), "BETALING".into()],
        mandatory: true,
        legal_notification: false,
        attachments: 3,
        do_not_deliver_until: Some("2026-12-24".into()),
    }
}

pub(super) fn delivery(memo: u128, system: u128, uuid: u128, queued: i64) -> Delivery {
    Delivery {
        memo: key(memo),
        system: SystemId(id(system)),
        message_uuid: id(uuid),
        state: DeliveryState::Waiting,
        queued_at: at(queued),
    }
}

pub(super) fn receipt(number: u128, memo: Option<u128>, created: i64) -> ReceiptRecord {
    ReceiptRecord {
        id: ReceiptId(id(number)),
        system: Some(SystemId(id(0xA1))),
        memo: memo.map(key),
        receipt: Receipt {
            transmission_id: Some(id(0x7000)),
            message_uuid: memo.map(|n| id(n + 0x100_0000)),
            message_id: Some("sag 7 æ".into()),
            error_code: Some("memo.invalid".into()),
            error_message: Some("what, where, by whose rule".into()),
            time_stamp: Some("2026-11-23T08:08:23.000Z".into()),
            receipt_status: ReceiptStatus::Invalid,
            retryable: Some(false),
            channel_fallback: None,
            errors: Vec::new(),
        },
        created_at: at(created),
        delivered: false,
    }
}

pub(super) fn entry(owner: u128, memo: u128, folder: Folder, arrived: i64) -> MailboxEntry {
    MailboxEntry {
        owner: ContactId(id(owner)),
        memo: key(memo),
        folder,
        arrived_at: at(arrived),
        read_at: None,
    }
}

pub(super) fn event(number: u128, tag: EventTag, memo: Option<u128>, when: i64) -> Event {
    Event {
        id: EventId(id(number)),
        at: at(when),
        tag,
        transmission: Some(TransmissionId(id(0x7000))),
        memo: memo.map(key),
        message_uuid: Some(id(0x55)),
        system: Some(SystemId(id(0xA1))),
        organisation: Some(OrganisationId(id(0xA0))),
        receipt_status: Some(ReceiptStatus::NotAllowed),
        error_code: Some("recipient.is.closed".into()),
        size_bytes: Some(99_500_000),
        owner: Some(id(0xC1)),
        actor: Some(id(0xC2)),
        door: None,
    }
}

/// A check that is due at `due`.
pub(super) fn check(number: u128, lane: Lane, due: i64) -> Job {
    Job {
        id: JobId(id(number)),
        work: Work::Check(key(number)),
        lane,
        account: None,
        due: at(due),
        failures: 0,
        failing_since: None,
    }
}

/// A push to `system` that is due at `due`.
pub(super) fn push(number: u128, system: u128, due: i64) -> Job {
    Job {
        work: Work::PushMemo(key(number), SystemId(id(system))),
        ..check(number, Lane::Interactive, due)
    }
}

pub(super) fn worker(number: u128) -> WorkerId {
    WorkerId(id(0xB000 + number))
}

/// A claim of at most 100 at `now` for 60 seconds.
pub(super) fn claim(kind: WorkKind, by: u128, now: i64) -> Claim {
    let (now, lease_until) = (at(now), at(now + 60));
    Claim { kind, worker: worker(by), now, lease_until, limit: 100, for_bulk: 0, most_bulk: 100 }
}

/// Claims and gives the numbers of the jobs.
pub(super) async fn claimed(store: &Arc<dyn Store>, claim: Claim) -> Vec<u128> {
    let jobs = store.claim(claim).await.expect("claiming works");
    jobs.iter().map(|job| job.id.0.as_u128()).collect()
}

pub(super) fn organisation(number: u128, name: &str, kind: OrganisationKind) -> Organisation {
    Organisation {
        id: OrganisationId(id(number)),
        cvr: format!("{number:08}").parse().expect("eight digits"),
        name: name.into(),
        kind,
    }
}

pub(super) fn system(number: u128, owner: u128, name: &str) -> MailSystem {
    MailSystem {
        id: SystemId(id(number)),
        organisation: OrganisationId(id(owner)),
        name: name.into(),
        sends: true,
        receives: Receives::Default,
        protocol: ServiceProtocol::RestPush,
        endpoint: Some("https://modtager.example/memo".into()),
        receipt_endpoint: None,
        token: ApiToken("hemmelig:med:kolon".into()),
        certificate: Some(RegisteredCertificate {
            public_key_sha256: [7; 32],
            serial: vec![1, 2, 255],
            not_after: Some(at(2_000_000)),
        }),
        delegated_cvr: Some("87654321".parse().expect("eight digits")),
        allowed_ips: vec![
            IpRange { address: [192, 0, 2, 1].into(), prefix: 28 },
            IpRange { address: [0x2001, 0xdb8, 0, 0, 0, 0, 0, 1].into(), prefix: 128 },
        ],
        active_from: at(-1000),
        active_to: Some(at(1_000_000)),
        failing_since: Some(at(-5)),
    }
}

pub(super) fn contact(number: u128, party: PartyId, name: &str) -> Contact {
    Contact {
        id: ContactId(id(number)),
        party,
        name: name.into(),
        status: RegistrationStatus::Registered,
        nemsms: Some("20304050".parse().expect("eight digits")),
    }
}

pub(super) fn contact_point(number: u128, owner: u128, name: &str) -> ContactPoint {
    ContactPoint {
        id: ContactPointId(id(number)),
        organisation: OrganisationId(id(owner)),
        name: name.into(),
        system: SystemId(id(0xA1)),
        active: true,
        targets: Targets { citizens: true, companies: false, authorities: true },
        memo_limit_bytes: Some(40_000_000),
        attachment_limit: None,
    }
}
