//! Who lives in the town. All people and organisations are invented.

use brevdue_exchange::{
    ApiToken, AuthorityRights, Batch, Contact, ContactId, ContactPoint, ContactPointId, MailSystem,
    Op, Organisation, OrganisationId, OrganisationKind, Receives, RegistrationStatus,
    ServiceProtocol, SystemId, Targets,
};
use brevdue_memo::{PartyId, Timestamp};
use uuid::Uuid;

/// Ids and numbers of everybody.
pub mod who {
    use super::*;

    const fn id(number: u128) -> Uuid {
        Uuid::from_u128(0x1000_0000_0000_4000_8000_0000_0000_0000 | number)
    }

    /// The town, an authority that may do everything. Its CVR is that of the official examples.
    pub const TOWN: (OrganisationId, &str) = (OrganisationId(id(1)), "12345678");
    /// Its sender system, which fetches its receipts.
    pub const TOWN_SENDER: SystemId = SystemId(id(11));
    /// Its second sender system, to which receipts are pushed.
    pub const TOWN_PUSHED: SystemId = SystemId(id(12));
    /// Its receiver system, which fetches.
    pub const TOWN_RECEIVER: SystemId = SystemId(id(13));
    /// Its contact point for citizens.
    pub const TOWN_DESK: ContactPointId = ContactPointId(id(14));

    /// An authority with fewer rights, whose mail is pushed.
    pub const ROADS: (OrganisationId, &str) = (OrganisationId(id(2)), "11223344");
    /// Its sender system.
    pub const ROADS_SENDER: SystemId = SystemId(id(21));
    /// Its receiver system.
    pub const ROADS_RECEIVER: SystemId = SystemId(id(22));

    /// An authority that has neither accepted the terms nor a receiver system.
    pub const LATE: (OrganisationId, &str) = (OrganisationId(id(3)), "33445566");
    /// Its sender system.
    pub const LATE_SENDER: SystemId = SystemId(id(31));

    /// A company with a mailbox.
    pub const BAKERY: (OrganisationId, &str) = (OrganisationId(id(4)), "22334455");
    /// Its sender system.
    pub const BAKERY_SENDER: SystemId = SystemId(id(41));
    /// Its mailbox.
    pub const BAKERY_BOX: ContactId = ContactId(id(42));

    /// A citizen, the recipient of the official examples.
    pub const VAGN: (ContactId, &str) = (ContactId(id(51)), "2211771212");
    /// His number for NemSMS.
    pub const VAGN_NUMBER: &str = "20000001";
    /// The number for NemSMS of somebody who is exempt.
    pub const ELSE_NUMBER: &str = "20000002";
    /// A citizen.
    pub const KAREN: (ContactId, &str) = (ContactId(id(52)), "0101501234");
    /// A citizen who is exempt.
    pub const ELSE: (ContactId, &str) = (ContactId(id(53)), "0202402345");
    /// A citizen who has died.
    pub const OVE: (ContactId, &str) = (ContactId(id(54)), "0303303456");
    /// A citizen whose registration is not confirmed.
    pub const NYE: (ContactId, &str) = (ContactId(id(55)), "0404104567");
}

/// Where the roads' receiver system listens.
pub const ROADS_ENDPOINT: &str = "https://veje.example/memo";
/// Where the town's second sender system takes receipts.
pub const RECEIPT_ENDPOINT: &str = "https://byen.example/kvittering";

/// A person's party id.
pub fn cpr(digits: &str) -> PartyId {
    PartyId::parse("CPR", digits).expect("the town's people have ten digits")
}

/// An organisation's party id.
pub fn cvr(digits: &str) -> PartyId {
    PartyId::parse("CVR", digits).expect("the town's organisations have eight digits")
}

/// Everybody, as one batch.
pub(super) fn settle_in(start: Timestamp) -> Batch {
    let mut batch = Batch::default();
    let all =
        AuthorityRights { mandatory_post: true, legal_notification: true, terms_accepted: true };
    let few = AuthorityRights { mandatory_post: false, legal_notification: false, ..all };
    let none = AuthorityRights::default();
    for ((id, digits), name, kind) in [
        (who::TOWN, "Skovby Kommune", OrganisationKind::Authority(all)),
        (who::ROADS, "Vejvæsenet i Skovby", OrganisationKind::Authority(few)),
        (who::LATE, "Nævnet for Sene Sager", OrganisationKind::Authority(none)),
        (who::BAKERY, "Skovby Bageri ApS", OrganisationKind::Company),
    ] {
        let cvr = digits.parse().expect("eight digits");
        batch.push(Op::PutOrganisation(Organisation { id, cvr, name: name.into(), kind }));
    }
    let system = |id, (organisation, _): (OrganisationId, &str), name: &str| MailSystem {
        id,
        organisation,
        name: name.into(),
        sends: true,
        receives: Receives::Nothing,
        protocol: ServiceProtocol::RestPull,
        endpoint: None,
        receipt_endpoint: None,
        token: ApiToken(format!("token-{name}")),
        certificate: None,
        delegated_cvr: None,
        allowed_ips: Vec::new(),
        active_from: start.plus_seconds(-1),
        active_to: None,
        failing_since: None,
    };
    for system in [
        system(who::TOWN_SENDER, who::TOWN, "byen-afsender"),
        MailSystem {
            receipt_endpoint: Some(RECEIPT_ENDPOINT.into()),
            ..system(who::TOWN_PUSHED, who::TOWN, "byen-skub")
        },
        MailSystem {
            sends: false,
            receives: Receives::Default,
            ..system(who::TOWN_RECEIVER, who::TOWN, "byen-modtager")
        },
        system(who::ROADS_SENDER, who::ROADS, "veje-afsender"),
        MailSystem {
            sends: false,
            receives: Receives::Default,
            protocol: ServiceProtocol::RestPush,
            endpoint: Some(ROADS_ENDPOINT.into()),
            ..system(who::ROADS_RECEIVER, who::ROADS, "veje-modtager")
        },
        system(who::LATE_SENDER, who::LATE, "sen-afsender"),
        system(who::BAKERY_SENDER, who::BAKERY, "bager-afsender"),
    ] {
        batch.push(Op::PutSystem(Box::new(system)));
    }
    batch.push(Op::PutContactPoint(ContactPoint {
        id: who::TOWN_DESK,
        organisation: who::TOWN.0,
        name: "Borgerservice".into(),
        system: who::TOWN_RECEIVER,
        active: true,
        targets: Targets { citizens: true, companies: false, authorities: true },
        memo_limit_bytes: None,
        attachment_limit: None,
    }));
    use RegistrationStatus::{Closed, Exempt, Registered, Unknown};
    let numbers = [(who::VAGN.0, who::VAGN_NUMBER), (who::ELSE.0, who::ELSE_NUMBER)];
    for ((id, digits), name, status) in [
        (who::VAGN, "Vagn Bjerg", Registered),
        (who::KAREN, "Karen Å", Registered),
        (who::ELSE, "Else Lund", Exempt),
        (who::OVE, "Ove Dam", Closed),
        (who::NYE, "Nye Borger", Unknown),
    ] {
        let nemsms = numbers.iter().find(|(owner, _)| *owner == id);
        let nemsms = nemsms.map(|(_, number)| number.parse().expect("eight digits"));
        let party = cpr(digits);
        batch.push(Op::PutContact(Contact { id, party, name: name.into(), status, nemsms }));
    }
    batch.push(Op::PutContact(Contact {
        id: who::BAKERY_BOX,
        party: cvr(who::BAKERY.1),
        name: "Skovby Bageri ApS".into(),
        status: Registered,
        nemsms: None,
    }));
    batch
}
