//! One table: a letter that passes, one thing wrong with it at a time, and the code it gets.

use brevdue_memo::letter::{DraftFile, LetterDraft};
use brevdue_memo::{
    Action, ContactPoint as NamedPoint, Content, EntryPoint, MemoVersion, MessageType,
};
use uuid::Uuid;

use super::*;
use crate::policy::HtmlPolicy;
use crate::{
    ContactPointId, OrganisationId, OrganisationKind, RegistrationStatus, SystemId, Targets,
};

/// Monday 23 November 2026, 9 o'clock in Denmark.
const NOW: Timestamp = Timestamp::from_millis(1_795_420_800_000);

/// Everything the checks look at, to be changed by each row of the table.
struct Case {
    letter: Message,
    policy: Policy,
    length_bytes: u64,
    claimed_uuid: Option<Uuid>,
    earlier: Earlier,
    sender: SenderFacts,
    recipient: RecipientFacts,
}

fn authority(rights: AuthorityRights) -> SenderFacts {
    SenderFacts { party: town(), kind: SenderKind::Authority(rights), mailbox: None }
}

fn town() -> PartyId {
    PartyId::parse("CVR", "12345678").unwrap()
}

fn vagn() -> PartyId {
    PartyId::parse("CPR", "2211771212").unwrap()
}

impl Case {
    /// A letter from an authority to a citizen.
    fn to_citizen() -> Self {
        let parties = ((town(), "Byen"), (vagn(), None));
        let uuid = uuid::Builder::from_random_bytes([7; 16]).into_uuid();
        let mut draft =
            LetterDraft::new(MemoVersion::V1_2, uuid, NOW, parties.0, parties.1, "Et brev");
        draft.text = Some("Kære Vagn".into());
        draft.attachments.push(DraftFile {
            filename: "bilag.pdf".into(),
            encoding_format: "application/pdf".into(),
            content: b"%PDF-1.7".to_vec(),
        });
        draft.actions.push(Action {
            label: "Betal".into(),
            action_code: "BETALING".into(),
            start_date_time: None,
            end_date_time: None,
            reservation: None,
            entry_point: Some(EntryPoint { url: "https://betal.example/".into() }),
        });
        let contact = Contact {
            id: ContactId(Uuid::from_u128(1)),
            party: vagn(),
            name: "Vagn".into(),
            status: RegistrationStatus::Registered,
            nemsms: None,
        };
        Self {
            letter: draft.build().unwrap(),
            policy: Policy::default(),
            length_bytes: 2_000,
            claimed_uuid: Some(uuid),
            earlier: Earlier::Nothing,
            sender: authority(AuthorityRights { terms_accepted: true, ..Default::default() }),
            recipient: RecipientFacts {
                party: vagn(),
                contact: Some(contact),
                organisation: None,
                contact_point: None,
            },
        }
    }

    /// A letter from a citizen to a contact point of an authority.
    fn to_authority() -> Self {
        let mut case = Self::to_citizen();
        let owner = OrganisationId(Uuid::from_u128(2));
        let point = ContactPoint {
            id: ContactPointId(Uuid::from_u128(3)),
            organisation: owner,
            name: "Borgerservice".into(),
            system: SystemId(Uuid::from_u128(4)),
            active: true,
            targets: Targets { citizens: true, companies: false, authorities: false },
            memo_limit_bytes: None,
            attachment_limit: None,
        };
        let header = &mut case.letter.header;
        (header.sender.sender_id, header.sender.id_type) = ("2211771212".into(), "CPR".into());
        header.recipient.recipient_id = "12345678".into();
        header.recipient.id_type = "CVR".into();
        header.recipient.contact_point = Some(named(&point.id.to_string()));
        case.sender = SenderFacts { party: vagn(), kind: SenderKind::Citizen, mailbox: None };
        case.recipient = RecipientFacts {
            party: town(),
            contact: None,
            organisation: Some(Organisation {
                id: owner,
                cvr: "12345678".parse().unwrap(),
                name: "Byen".into(),
                kind: OrganisationKind::Authority(AuthorityRights::default()),
            }),
            contact_point: Some(point),
        };
        case
    }

    /// As the exchange does it: written as its sender writes it, and read by the rules.
    fn codes(&self) -> Vec<&'static str> {
        let mut document = Vec::new();
        brevdue_memo::write(&self.letter, std::io::empty(), &mut document).unwrap();
        let rules = FormRules::of(&self.policy);
        let reading = rules.read(document.as_slice(), &self.policy).unwrap();
        let facts = Facts {
            policy: &self.policy,
            calendar: &Calendar::bundled(),
            now: NOW,
            letter: &self.letter,
            findings: &reading.findings,
            length_bytes: self.length_bytes,
            claimed_uuid: self.claimed_uuid,
            earlier: self.earlier,
            sender: &self.sender,
            recipient: &self.recipient,
        };
        check(&facts).iter().map(|failure| failure.code.name).collect()
    }

    fn attachment(&mut self) -> &mut brevdue_memo::File {
        let body = self.letter.body.as_mut().unwrap();
        &mut body.additional_documents[0].files[0]
    }

    fn until(&mut self, date: &str) {
        self.letter.header.do_not_deliver_until_date = Some(date.parse().unwrap());
    }

    fn url(&mut self, url: &str) {
        let body = self.letter.body.as_mut().unwrap();
        body.main_document.actions[0].entry_point = Some(EntryPoint { url: url.into() });
    }

    fn html(&mut self, html: &str) {
        let file = self.attachment();
        file.filename = "brev.html".into();
        file.encoding_format = "text/html".into();
        file.content = Content::Held(html.into());
    }

    fn sms(&mut self, text: &str) {
        self.letter.header.message_type = MessageType::NemSms;
        self.letter.header.notification = Some(text.into());
        self.letter.body = None;
    }

    fn number(&mut self) {
        let number = "20304050".parse().unwrap();
        self.recipient.contact.as_mut().unwrap().nemsms = Some(number);
    }

    fn status(&mut self, status: RegistrationStatus) {
        self.recipient.contact.as_mut().unwrap().status = status;
    }

    fn point(&mut self) -> &mut ContactPoint {
        self.recipient.contact_point.as_mut().unwrap()
    }
}

fn named(id: &str) -> NamedPoint {
    NamedPoint {
        contact_group: None,
        contact_point_id: id.into(),
        label: None,
        contact_info: Vec::new(),
    }
}

type Change = fn(&mut Case);

const NO_NUMBER: &[&str] = &["recipient.nemsms.not.registered"];

#[test]
fn each_fault_of_a_letter_to_a_citizen_gets_its_code() {
    let table: &[(&str, Change, &[&str])] = &[
        ("nothing", |_| {}, &[]),
        ("no claimed uuid", |c| c.claimed_uuid = None, &[]),
        ("other uuid", |c| c.claimed_uuid = Some(Uuid::from_u128(9)), &["message.uuid.mismatch"]),
        ("used uuid", |c| c.earlier = Earlier::Other, &["message.uuid.duplicate"]),
        ("at the limit", |c| c.length_bytes = 99_500_000, &[]),
        ("over the limit", |c| c.length_bytes = 99_500_001, &["memo.size.exceeded"]),
        (
            "eleven attachments",
            |c| {
                let documents = &mut c.letter.body.as_mut().unwrap().additional_documents;
                documents.resize(11, documents[0].clone());
            },
            &["attachments.exceeded"],
        ),
        (
            "empty file",
            |c| c.attachment().content = Content::Held(Vec::new()),
            &["file.empty.not.allowed"],
        ),
        (
            "program",
            |c| c.attachment().filename = "bilag.exe".into(),
            &["file.extension.not.allowed"],
        ),
        (
            "name with a colon",
            |c| c.attachment().filename = "bi:lag.pdf".into(),
            &["file.name.not.allowed"],
        ),
        ("http", |c| c.url("http://betal.example/"), &["action.url.not.allowed"]),
        ("relative", |c| c.url("/betal"), &["action.url.not.allowed"]),
        (
            "http and a colon, not strict",
            |c| {
                c.policy.strict_filenames_and_actions = false;
                c.url("http://betal.example/");
                c.attachment().filename = "bi:lag.pdf".into();
            },
            &[],
        ),
        ("yesterday", |c| c.until("2026-11-22"), &["do.not.deliver.until.date.too.early"]),
        ("today", |c| c.until("2026-11-23"), &[]),
        ("in twelve months", |c| c.until("2027-11-23"), &[]),
        (
            "in twelve months and a day",
            |c| c.until("2027-11-24"),
            &["do.not.deliver.until.date.too.late"],
        ),
        (
            "in ten thousand years",
            |c| c.until("12026-11-24"),
            &["do.not.deliver.until.date.too.late"],
        ),
        (
            "contact point on a person",
            |c| c.letter.header.recipient.contact_point = Some(named("skranke 7")),
            &[],
        ),
        (
            "for another",
            |c| c.letter.header.sender.sender_id = "87654321".into(),
            &["sender.not.allowed"],
        ),
        (
            "terms not accepted",
            |c| c.sender = authority(AuthorityRights::default()),
            &["sender.not.allowed"],
        ),
        ("mandatory", |c| c.letter.header.mandatory = Some(true), &["mandatory.not.allowed"]),
        (
            "legal",
            |c| c.letter.header.legal_notification = Some(true),
            &["legal.notification.not.allowed"],
        ),
        ("nobody", |c| c.recipient.contact = None, &["recipient.not.found"]),
        ("closed", |c| c.status(RegistrationStatus::Closed), &["recipient.is.closed"]),
        ("exempt", |c| c.status(RegistrationStatus::Exempt), &["recipient.is.exempt"]),
        ("quarantine", |c| c.status(RegistrationStatus::Unknown), &["recipient.not.registered"]),
        (
            "exempt and mandatory with the right",
            |c| {
                let rights = AuthorityRights {
                    terms_accepted: true,
                    mandatory_post: true,
                    ..Default::default()
                };
                c.sender = authority(rights);
                c.letter.header.mandatory = Some(true);
                c.status(RegistrationStatus::Exempt);
            },
            &[],
        ),
        (
            "quarantine and mandatory with the right",
            |c| {
                let rights = AuthorityRights {
                    terms_accepted: true,
                    mandatory_post: true,
                    ..Default::default()
                };
                c.sender = authority(rights);
                c.letter.header.mandatory = Some(true);
                c.status(RegistrationStatus::Unconfirmed);
            },
            &["recipient.not.registered"],
        ),
        ("script", |c| c.html("<p>Hej<script>a()</script>"), &["html.not.allowed"]),
        ("picture from elsewhere", |c| c.html("<img src='https://a.example/b.png'>"), &[]),
        (
            "picture from elsewhere, strict",
            |c| {
                c.policy.html = HtmlPolicy::Strict;
                c.html("<img src='https://a.example/b.png'>");
            },
            &["html.not.allowed"],
        ),
        (
            "script where anything goes",
            |c| {
                c.policy.html = HtmlPolicy::Any;
                c.html("<p>Hej<script>a()</script>");
            },
            &[],
        ),
        ("NemSMS to somebody without a number", |c| c.sms("Husk din tid"), NO_NUMBER),
        (
            "NemSMS to somebody exempt, who has a number",
            |c| {
                c.sms("Husk din tid");
                c.status(RegistrationStatus::Exempt);
                c.number();
            },
            &[],
        ),
        (
            "NemSMS to somebody in quarantine, who has a number",
            |c| {
                c.sms("Husk din tid");
                c.status(RegistrationStatus::Unconfirmed);
                c.number();
            },
            &[],
        ),
        (
            "NemSMS to the dead",
            |c| {
                c.sms("Husk din tid");
                c.status(RegistrationStatus::Closed);
                c.number();
            },
            &["recipient.is.closed"],
        ),
        (
            "NemSMS without a text",
            |c| c.sms("  "),
            &["empty.notification.not.allowed", "recipient.nemsms.not.registered"],
        ),
        (
            "NemSMS that is too long",
            |c| {
                c.sms(&"ч".repeat(71)); // The schema ends at 160 characters.
                c.number();
            },
            &["nemsms.text.too.long"],
        ),
        (
            "everything, in the order of the checks",
            |c| {
                c.status(RegistrationStatus::Closed);
                c.letter.header.mandatory = Some(true);
                c.until("2026-11-22");
                c.url("http://betal.example/");
                c.attachment().filename = "bi:lag.exe".into();
                c.length_bytes = 100_000_000;
                c.earlier = Earlier::Other;
                c.claimed_uuid = Some(Uuid::from_u128(9));
            },
            &[
                "message.uuid.mismatch",
                "message.uuid.duplicate",
                "memo.size.exceeded",
                "file.extension.not.allowed",
                "file.name.not.allowed",
                "action.url.not.allowed",
                "do.not.deliver.until.date.too.early",
                "mandatory.not.allowed",
                "recipient.is.closed",
            ],
        ),
    ];
    for (name, change, expected) in table {
        let mut case = Case::to_citizen();
        change(&mut case);
        assert_eq!(case.codes(), *expected, "{name}");
    }
}

#[test]
fn each_fault_of_a_letter_to_an_authority_gets_its_code() {
    let table: &[(&str, Change, &[&str])] = &[
        ("nothing", |_| {}, &[]),
        (
            "contact point that is no uuid",
            |c| c.letter.header.recipient.contact_point = Some(named("skranke 7")),
            &["contact.point.id.format.not.allowed"],
        ),
        (
            "unknown contact point",
            |c| c.recipient.contact_point = None,
            &["contact.point.not.found"],
        ),
        (
            "contact point of another",
            |c| c.point().organisation = OrganisationId(Uuid::from_u128(99)),
            &["contact.point.not.found"],
        ),
        (
            "not for citizens",
            |c| c.point().targets.citizens = false,
            &["contact.point.target.not.allowed"],
        ),
        ("at the public limit", |c| c.length_bytes = 10_000_000, &[]),
        ("over the public limit", |c| c.length_bytes = 10_000_001, &["memo.size.exceeded"]),
        (
            "over the public limit, where the authority has raised it",
            |c| {
                c.length_bytes = 60_000_000;
                c.point().memo_limit_bytes = Some(60_000_000);
            },
            &[],
        ),
        (
            "over what an authority may raise it to",
            |c| {
                c.length_bytes = 60_000_001;
                c.point().memo_limit_bytes = Some(99_500_000);
            },
            &["memo.size.exceeded"],
        ),
        (
            "over what an authority may raise it to for companies",
            |c| {
                c.sender.kind = SenderKind::Company;
                c.point().targets.companies = true;
                c.length_bytes = 40_000_001;
                c.point().memo_limit_bytes = Some(99_500_000);
            },
            &["memo.size.exceeded"],
        ),
        (
            "an attachment where none is wanted",
            |c| c.point().attachment_limit = Some(0),
            &["attachments.exceeded"],
        ),
        (
            "to a company",
            |c| c.recipient.organisation.as_mut().unwrap().kind = OrganisationKind::Company,
            &["recipient.type.not.allowed", "recipient.not.found"],
        ),
        (
            "to nobody",
            |c| {
                c.recipient.organisation = None;
                c.recipient.contact_point = None;
                c.letter.header.recipient.contact_point = None;
            },
            &["recipient.not.found"],
        ),
        (
            "mandatory from a citizen",
            |c| c.letter.header.mandatory = Some(true),
            &["mandatory.not.allowed"],
        ),
    ];
    for (name, change, expected) in table {
        let mut case = Case::to_authority();
        change(&mut case);
        assert_eq!(case.codes(), *expected, "{name}");
    }
}

#[test]
fn what_the_schema_leaves_open_is_invalid_too() {
    let table: &[(Change, &[&str])] = &[
        (|_| {}, &[]),
        (|c| c.letter.header.sender.id_type = "MyndighedsID".into(), &["MEMO-R-012"]),
        (|c| c.letter.header.recipient.recipient_id = "221177-1212".into(), &["MEMO-R-013"]),
        (|c| c.letter.body = None, &["MEMO-R-021"]),
    ];
    for (change, expected) in table {
        let mut case = Case::to_citizen();
        change(&mut case);
        let failures = incomplete(&case.letter);
        let rules: Vec<_> = failures.iter().filter_map(|f| f.format_rule).collect();
        assert_eq!(rules, *expected);
        assert!(failures.iter().all(|f| f.code == &MEMO_INVALID && !f.message.contains("2211")));
    }
}

#[test]
fn a_thousand_faults_are_told_up_to_the_limit_of_findings() {
    let mut case = Case::to_citizen();
    let files = &mut case.letter.body.as_mut().unwrap().additional_documents[0].files;
    files[0].filename = "a:b.exe".into();
    files.resize(1000, files[0].clone());
    assert_eq!(case.codes().len(), case.policy.reading.findings);
}
