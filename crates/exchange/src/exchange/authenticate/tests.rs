//! Who is let in, as one table.

use std::sync::Arc;

use brevdue_memo::Timestamp;
use uuid::Uuid;

use super::*;
use crate::ids::Ids;
use crate::storage::memory::Memory;
use crate::{
    Batch, Clock, Op, OrganisationId, OrganisationKind, Policy, RegisteredCertificate,
    ServiceProtocol, Store as _,
};

struct Noon;
impl Clock for Noon {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(1_000_000)
    }
}

struct NoIds;
impl Ids for NoIds {
    fn random(&self) -> Uuid {
        Uuid::nil()
    }
    fn ordered(&self) -> Uuid {
        Uuid::nil()
    }
}

fn cvr(digits: &str) -> CvrNumber {
    digits.parse().unwrap()
}

fn certificate(owner: &str, key: u8, serial: u8) -> Channel {
    Channel::Tls(Some(PresentedCertificate {
        cvr: Some(cvr(owner)),
        public_key_sha256: [key; 32],
        serial: vec![serial],
        valid: (Timestamp::from_millis(0), Timestamp::from_millis(1_000_000)),
    }))
}

/// The system as registered, and the call, both to be changed by each row.
struct Case {
    system: MailSystem,
    presented: Presented,
}

impl Case {
    fn good() -> Self {
        let id = Uuid::from_u128(1);
        Self {
            system: MailSystem {
                id: SystemId(id),
                organisation: OrganisationId(Uuid::from_u128(2)),
                name: "afsender".into(),
                sends: true,
                receives: Receives::Nothing,
                protocol: ServiceProtocol::RestPull,
                endpoint: None,
                receipt_endpoint: None,
                token: ApiToken("hemmelig".into()),
                certificate: Some(RegisteredCertificate {
                    public_key_sha256: [7; 32],
                    serial: vec![7],
                    not_after: None,
                }),
                delegated_cvr: Some(cvr("87654321")),
                allowed_ips: Vec::new(),
                active_from: Timestamp::from_millis(0),
                active_to: None,
                failing_since: None,
            },
            presented: Presented {
                credentials: Some(Credentials { system: id, token: "hemmelig".into() }),
                channel: certificate("12345678", 7, 7),
                address: [192, 0, 2, 17].into(),
            },
        }
    }

    /// `None` when let in.
    async fn code(self) -> Option<(u16, &'static str)> {
        let store = Memory::open();
        let organisation = Organisation {
            id: self.system.organisation,
            cvr: cvr("12345678"),
            name: "Byen".into(),
            kind: OrganisationKind::Company,
        };
        let ops = vec![Op::PutOrganisation(organisation), Op::PutSystem(Box::new(self.system))];
        store.commit(Batch { ops }).await.unwrap();
        let exchange = Exchange::new(store, Arc::new(Noon), Arc::new(NoIds), Policy::default());
        match exchange.authenticate(self.presented).await {
            Ok(_) => None,
            Err(Refusal::Unauthenticated { code, .. }) => Some((401, code)),
            Err(Refusal::Forbidden { code, .. }) => Some((403, code)),
            Err(Refusal::Storage(error)) => panic!("{error}"),
        }
    }
}

#[tokio::test]
async fn each_fault_of_a_call_gets_its_answer() {
    type Change = fn(&mut Case);
    type Answer = Option<(u16, &'static str)>;
    let credentials = Some((401, "credentials.invalid"));
    let table: &[(&str, Change, Answer)] = &[
        ("nothing", |_| {}, None),
        ("renewed, same key", |c| c.presented.channel = certificate("12345678", 7, 8), None),
        ("same certificate", |c| c.presented.channel = certificate("12345678", 8, 7), None),
        ("the delegate's", |c| c.presented.channel = certificate("87654321", 7, 7), None),
        (
            "none registered",
            |c| {
                c.system.certificate = None;
                c.presented.channel = certificate("12345678", 1, 1);
            },
            None,
        ),
        ("local, without TLS", |c| c.presented.channel = Channel::LocalPlain, None),
        (
            "no certificate",
            |c| c.presented.channel = Channel::Tls(None),
            Some((401, "certificate.missing")),
        ),
        ("no header", |c| c.presented.credentials = None, Some((401, "authorization.missing"))),
        (
            "another organisation's certificate",
            |c| c.presented.channel = certificate("11111111", 7, 7),
            Some((401, "certificate.cvr.mismatch")),
        ),
        (
            "another certificate",
            |c| c.presented.channel = certificate("12345678", 8, 8),
            Some((401, "certificate.not.registered")),
        ),
        (
            "unknown system",
            |c| c.presented.credentials.as_mut().unwrap().system = Uuid::from_u128(404),
            credentials,
        ),
        (
            "wrong token",
            |c| c.presented.credentials.as_mut().unwrap().token = "hemmelig ".into(),
            credentials,
        ),
        (
            "no token at all",
            |c| {
                c.system.token = ApiToken(String::new());
                c.presented.credentials.as_mut().unwrap().token = String::new();
            },
            credentials,
        ),
        (
            "wrong token, without TLS",
            |c| {
                c.presented.channel = Channel::LocalPlain;
                c.presented.credentials.as_mut().unwrap().token = "gæt".into();
            },
            credentials,
        ),
        (
            "wrong certificate and wrong token: the certificate comes first",
            |c| {
                c.presented.channel = certificate("11111111", 7, 7);
                c.presented.credentials.as_mut().unwrap().token = "gæt".into();
            },
            Some((401, "certificate.cvr.mismatch")),
        ),
        (
            "an allowed range",
            |c| {
                let range = IpRange { address: [192, 0, 2, 16].into(), prefix: 28 };
                c.system.allowed_ips = vec![range];
            },
            None,
        ),
        (
            "outside the allowed range",
            |c| {
                let range = IpRange { address: [192, 0, 2, 32].into(), prefix: 28 };
                c.system.allowed_ips = vec![range];
            },
            Some((403, "address.not.allowed")),
        ),
        (
            "not yet active",
            |c| c.system.active_from = Timestamp::from_millis(1_000_001),
            Some((403, "system.not.active")),
        ),
        (
            "no longer active",
            |c| c.system.active_to = Some(Timestamp::from_millis(1_000_000)),
            Some((403, "system.not.active")),
        ),
    ];
    for (name, change, expected) in table {
        let mut case = Case::good();
        change(&mut case);
        assert_eq!(case.code().await, *expected, "{name}");
    }
}

#[test]
fn ranges_hold_what_they_say() {
    for (range, prefix, address, expected) in [
        ("192.0.2.16", 32, "192.0.2.16", true),
        ("192.0.2.16", 32, "192.0.2.17", false),
        ("192.0.2.16", 28, "192.0.2.31", true),
        ("192.0.2.16", 28, "192.0.2.32", false),
        ("192.0.2.16", 28, "::ffff:192.0.2.31", true),
        ("192.0.2.16", 0, "8.8.8.8", true),
        ("192.0.2.16", 200, "192.0.2.16", true),
        ("2001:db8::10", 124, "2001:db8::1f", true),
        ("2001:db8::10", 124, "2001:db8::20", false),
        ("2001:db8::10", 0, "192.0.2.16", false),
    ] {
        let range = IpRange { address: range.parse().unwrap(), prefix };
        assert_eq!(range.contains(address.parse().unwrap()), expected, "{address}");
    }
}
