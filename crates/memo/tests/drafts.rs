//! Whatever draft builds: it checks without an error and reads back as itself. And what does not build
//! says why.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::io::Cursor;

use brevdue_memo::letter::{
    About, Address, AddressParts, Appointment, Attention, Case, Contact, DraftFile, Education,
    Form, Identified, Kle, LabelledValue, LetterDraft, LetterError, Link, Location, Mail, Markup,
    Named, Negatives, Organiser, Pair, Phone, PostType, ReplyReference, RepresentedBy, SmsDraft,
    TaxUnit, Unit, Vehicle,
};
use brevdue_memo::{
    Action, Checker, Content, EntryPoint, LocalDate, MemoVersion, Message, PartyId, Timestamp,
    Uuid4, write,
};
use proptest::collection::vec;
use proptest::option::of;
use proptest::prelude::*;
use uuid::Uuid;

/// A value from what its type takes; what the generator makes always fits.
fn parsed<T>(pattern: &'static str) -> impl Strategy<Value = T>
where
    T: std::str::FromStr + std::fmt::Debug,
    T::Err: std::fmt::Debug,
{
    proptest::string::string_regex(pattern).unwrap().prop_map(|text| text.parse().unwrap())
}

/// Text with letters, markup, emoji and line breaks, never blank.
fn text<T>() -> impl Strategy<Value = T>
where
    T: std::str::FromStr + std::fmt::Debug,
    T::Err: std::fmt::Debug,
{
    parsed("[a-zæøåÆØÅ][ -~æøå😀\n\t]{0,30}")
}

fn url() -> impl Strategy<Value = brevdue_memo::letter::values::EntryPointUrl> {
    parsed("https://[a-z]{1,10}\\.example(/[a-zæøå0-9&?=#]{0,20})?")
}

fn uuid4() -> impl Strategy<Value = Uuid> {
    any::<[u8; 16]>().prop_map(|bytes| uuid::Builder::from_random_bytes(bytes).into_uuid())
}

/// From 1970 to 2200.
fn time() -> impl Strategy<Value = Timestamp> {
    (0..7_258_118_400_i64).prop_map(|seconds| Timestamp::from_millis(seconds * 1000))
}

fn party() -> impl Strategy<Value = PartyId> {
    prop_oneof![
        "[0-9]{10}".prop_map(|digits| PartyId::parse("CPR", &digits).unwrap()),
        "[0-9]{8}".prop_map(|digits| PartyId::parse("CVR", &digits).unwrap()),
    ]
}

prop_compose! {
    fn link()(label in text(), url in url(), from in of(time()), hours in of(0..10_000_i64)) -> Link {
        let deadline = match (from, hours) {
            (Some(from), Some(hours)) => Some(from.plus_seconds(hours * 3600)),
            (None, Some(hours)) => Some(Timestamp::from_millis(0).plus_seconds(hours * 360_000)),
            _ => None,
        };
        Link { label, url, from, deadline }
    }
}

prop_compose! {
    fn appointment()(
        label in text(), start in time(), minutes in 1..1000_i64, place in text(), summary in of(text()), description in of(text()),
        organiser in of((of(text()), of(parsed("[a-z]{1,9}@[a-z]{1,9}\\.example")))), uuid in of(uuid4()),
    ) -> Appointment {
        let organiser = organiser.map(|(name, email)| Organiser { name, email });
        let uuid = uuid.map(Uuid4::from);
        Appointment { label, start, end: start.plus_seconds(minutes * 60), place, summary, description, organiser, uuid }
    }
}

fn markup() -> impl Strategy<Value = Markup> {
    prop_oneof![
        appointment().prop_map(Markup::Appointment),
        link().prop_map(Markup::Payment),
        link().prop_map(Markup::Confirmation),
        link().prop_map(Markup::Signature),
        link().prop_map(Markup::Preparation),
        link().prop_map(Markup::SelfService),
        link().prop_map(Markup::Registration),
        link().prop_map(Markup::Information),
    ]
}

fn address() -> impl Strategy<Value = Address> {
    prop_oneof![
        text().prop_map(Address::Line),
        (of(text()), of(text()), of(text())).prop_map(|(street, house_number, city)| {
            Address::Parts(Box::new(AddressParts {
                street,
                house_number,
                city,
                ..AddressParts::default()
            }))
        }),
    ]
}

fn named() -> impl Strategy<Value = Named> {
    (of(text()), text()).prop_map(|(id, name)| Named { id, name })
}

fn identified() -> impl Strategy<Value = Identified> {
    (text(), of(text())).prop_map(|(id, name)| Identified { id, name })
}

fn unit() -> impl Strategy<Value = Unit> {
    (parsed("[0-9]{10}"), of(text())).prop_map(|(number, name)| Unit { number, name })
}

prop_compose! {
    fn attention()(
        named in (of(named()), of(named())), identified in (of(identified()), of(identified()), of(identified())), unit in of(unit()), address in of(address()),
        phone in of((text(), of(text()))), mail in of((parsed("[a-z]{1,9}@[a-z]{1,9}\\.example"), of(text()))), se in of(parsed("[0-9]{8}")), gln in any::<bool>(),
    ) -> Attention {
        Attention {
            person: named.0,
            production_unit: unit,
            gln: gln.then(|| Location { number: "5790000000005".parse().unwrap(), name: None }),
            email: mail.map(|(address, agent)| Mail { address, agent }),
            se: se.map(|number| TaxUnit { number, name: None }),
            telephone: phone.map(|(number, agent)| Phone { number, agent }),
            eid: identified.0,
            content_responsible: named.1,
            generating_system: identified.1,
            sor: identified.2,
            address,
        }
    }
}

prop_compose! {
    fn about()(
        person in of(("[0-9]{10}", of(text()))), company in of(("[0-9]{8}", of(text()))), vehicle in of((parsed("[A-ZÆØÅ0-9]{1,7}"), of(text()))),
        property in of(text()), case in of((text(), text())), kle in of((parsed("[0-9]{2}\\.[0-9]{2}\\.[0-9]{2}"), of(parsed("[A-Z][0-9]{2}")), text(), text())),
        form in of((parsed("[0-9]{2}\\.[0-9]{2}\\.[0-9]{2}\\.[0-9]{2}"), text(), text())), rest in (of(unit()), of((text(), of(text()))), of(address())),
        more in vec((of(text()), text(), text()), 0..=10),
    ) -> About {
        About {
            person: person.map(|(cpr, name)| brevdue_memo::letter::PersonAbout { cpr: cpr.parse().unwrap(), name }),
            company: company.map(|(cvr, name)| brevdue_memo::letter::CompanyAbout { cvr: cvr.parse().unwrap(), name }),
            vehicle: vehicle.map(|(plate, chassis)| Vehicle { plate, chassis }),
            property,
            case: case.map(|(id, system)| Case { id, system }),
            kle: kle.map(|(number, facet, label, version)| Kle { number, facet, label, version }),
            form: form.map(|(key, label, version)| Form { key, facet: None, label, version }),
            production_unit: rest.0,
            education: rest.1.map(|(code, name)| Education { code, name }),
            address: rest.2,
            more: more.into_iter().map(|(kind, name, value)| Pair { kind, name, value }).collect(),
        }
    }
}

prop_compose! {
    fn reference()(answers in of(uuid4()), case in of(text()), contact_point in of(uuid4()), comment in of(text()), data in vec((text(), text()), 0..=4)) -> ReplyReference {
        let data = data.into_iter().map(|(label, value)| LabelledValue { label, value }).collect();
        ReplyReference { answers: answers.map(Uuid4::from), case, contact_point, generating_system: None, comment, data }
    }
}

fn file() -> impl Strategy<Value = DraftFile> {
    let kinds = prop_oneof![
        Just(("pdf", "application/pdf")),
        Just(("txt", "text/plain")),
        Just(("bin", "application/x-own"))
    ];
    (kinds, "[a-z æøå/:*?\u{A0}<>|]{1,20}", vec(any::<u8>(), 0..300)).prop_map(
        |(kind, name, content)| DraftFile {
            filename: format!("{name}.{}", kind.0),
            encoding_format: kind.1.to_owned(),
            content,
        },
    )
}

prop_compose! {
    fn draft()(
        ids in (uuid4(), time(), party(), party(), any::<bool>()),
        names in ("[a-zæøå][ -~æøå\u{1}]{0,100}", of("[ -~æøå\u{0}]{0,100}"), "[a-zæøå][ -~æøå]{0,100}"),
        texts in (of(text::<String>()), of(text::<String>()), of("[ -~æøå😀]{0,160}"), of("[ -~æøå]{0,256}")),
        switches in (any::<bool>(), of(1..10_000_i64), any::<bool>(), any::<bool>(), any::<bool>()),
        dates in (of((1970..2200_i32, 1..=12_u8, 1..=28_u8)), of(prop_oneof![Just(PostType::Authority), Just(PostType::Business)])),
        contact in of((uuid4(), of(text()), of(text()), vec((text(), text()), 0..=2))),
        attention in (attention(), attention()), representative in of((party(), text())), reference in of(reference()), about in about(),
        files in (of("[ -~æøå\n]{0,300}"), vec(file(), 1..4), vec(file(), 0..4), vec(file(), 0..2)), markup in vec(markup(), 0..5),
    ) -> LetterDraft {
        let version = if ids.4 { MemoVersion::V1_2 } else { MemoVersion::V1_1 };
        let mut draft = LetterDraft::new(version, ids.0, ids.1, (ids.2, &names.0), (ids.3, names.1.as_deref()), &names.2);
        draft.message_id = texts.0;
        draft.message_code = texts.1;
        draft.notification = texts.2;
        draft.additional_notification = texts.3;
        draft.reply = switches.0;
        draft.reply_by = switches.1.filter(|_| switches.0).map(|hours| ids.1.plus_seconds(hours * 3600));
        draft.mandatory = switches.2;
        draft.legal_notification = switches.3;
        draft.negatives = if switches.4 { Negatives::Written } else { Negatives::LeftOut };
        draft.do_not_deliver_until = dates.0.map(|(year, month, day)| LocalDate::new(year, month, day).unwrap());
        draft.post_type = dates.1;
        draft.sender_contact_point = contact.map(|(id, group, label, info)| {
            let info = info.into_iter().map(|(label, value)| LabelledValue { label, value }).collect();
            Contact { id, group, label, info }.try_into().unwrap()
        });
        draft.sender_attention = attention.0;
        draft.recipient_attention = attention.1;
        draft.representative = representative.filter(|_| ids.4).map(|(party, name)| RepresentedBy { party, name });
        draft.reply_reference = reference;
        draft.about = about;
        draft.text = files.0;
        draft.files = files.1;
        draft.attachments = files.2;
        draft.technical = files.3;
        draft.markup = markup;
        draft
    }
}

/// Checks the written message and gives it back as it reads.
fn read_back(message: &Message) -> Message {
    let mut document = Vec::new();
    write(message, Cursor::new([]), &mut document).unwrap();
    let reading = Checker::default().check(document.as_slice()).unwrap();
    assert!(!reading.findings.has_errors(), "{:?}", reading.findings.list);
    let mut again = reading.message.unwrap();
    if let Some(body) = &mut again.body {
        let additional = body.additional_documents.iter_mut().flat_map(|one| &mut one.files);
        let technical = body.technical_documents.iter_mut().flat_map(|one| &mut one.files);
        for file in body.main_document.files.iter_mut().chain(additional).chain(technical) {
            file.content = Content::Held(file.content.hold(Cursor::new(&document)).unwrap());
        }
    }
    again
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_draft_of_fitting_parts_builds_checks_without_an_error_and_reads_back_as_itself(draft in draft()) {
        let message = draft.build();
        prop_assert!(message.is_ok(), "{:?}", message.err());
        let message = message.unwrap();
        prop_assert_eq!(read_back(&message), message);
    }

    /// Here anything goes: what does not fit is refused, and never gets out as a message with an error.
    #[test]
    fn no_draft_becomes_a_message_with_an_error(
        draft in draft(), title in "\\PC{0,300}", notice in "\\PC{0,200}", media_type in "[a-z/ ;]{0,20}", address in "[a-z:/. ]{0,30}", code in "[A-Z]{0,8}", uuid in any::<[u8; 16]>(),
    ) {
        let mut draft = draft;
        draft.label = title;
        draft.notification = Some(notice);
        draft.message_uuid = Uuid::from_bytes(uuid);
        draft.files[0].encoding_format = media_type;
        draft.actions.push(Action {
            label: "A".to_owned(),
            action_code: code,
            start_date_time: None,
            end_date_time: None,
            reservation: None,
            entry_point: Some(EntryPoint { url: address }),
        });
        if let Ok(message) = draft.build() {
            prop_assert_eq!(read_back(&message), message);
        }
    }

    #[test]
    fn a_text_message_of_fitting_parts_checks_without_an_error_and_reads_back_as_itself(
        uuid in uuid4(), sender in party(), recipient in party(), text in "[a-zæøå][ -~æøå]{0,159}", about in about(), newer: bool,
    ) {
        let version = if newer { MemoVersion::V1_2 } else { MemoVersion::V1_1 };
        let mut draft = SmsDraft::new(version, uuid, (sender, "Ærøby Kommune"), (recipient, None), "Påmindelse", &text);
        draft.about = about;
        let message = draft.build().unwrap();
        prop_assert_eq!(read_back(&message), message);
    }
}

/// Something done to a draft.
type Change = Box<dyn Fn(&mut LetterDraft)>;

fn least() -> LetterDraft {
    let mut draft = LetterDraft::new(
        MemoVersion::V1_1,
        Uuid::from_u128(0x8c2ea15d_61fb_4ba9_9366_42f8b194c114),
        "2026-03-01T12:00:00Z".parse().unwrap(),
        (PartyId::parse("CVR", "12345678").unwrap(), "Ærøby Kommune"),
        (PartyId::parse("CPR", "0101010000").unwrap(), None),
        "Et brev",
    );
    draft.text = Some("Kære Vagn".to_owned());
    draft
}

#[test]
fn what_does_not_build_says_which_part_which_limit_and_what_to_do() {
    let party = PartyId::parse("CVR", "87654321").unwrap();
    let pair = || LabelledValue { label: "A".parse().unwrap(), value: "B".parse().unwrap() };
    let link = || Link::new("Betal", "https://betal.example").unwrap();
    let appointment = Appointment {
        label: "A".parse().unwrap(),
        start: "2026-03-02T12:00:00Z".parse().unwrap(),
        end: "2026-03-02T12:00:00Z".parse().unwrap(),
        place: "B".parse().unwrap(),
        summary: None,
        description: None,
        organiser: None,
        uuid: None,
    };
    let http = Action {
        label: "Betal".to_owned(),
        action_code: "BETALING".to_owned(),
        start_date_time: None,
        end_date_time: None,
        reservation: None,
        entry_point: Some(EntryPoint { url: "http://betal.example".to_owned() }),
    };
    let changes: Vec<Change> = vec![
        Box::new(|draft| draft.label = "x".repeat(257)),
        Box::new(|draft| draft.label = " ".to_owned()),
        Box::new(|draft| draft.sender_label = String::new()),
        Box::new(|draft| draft.notification = Some("x".repeat(161))),
        Box::new(|draft| draft.text = None),
        Box::new(|draft| draft.message_uuid = Uuid::from_u128(1)),
        Box::new(|draft| draft.reply_by = Some("2026-04-01T12:00:00Z".parse().unwrap())),
        Box::new(|draft| {
            draft.reply = true;
            draft.reply_by = Some(draft.created);
        }),
        Box::new(move |draft| {
            let name = "Havnedrift".parse().unwrap();
            draft.representative = Some(RepresentedBy { party, name });
        }),
        Box::new(move |draft| {
            let reference = ReplyReference {
                data: std::iter::repeat_with(pair).take(5).collect(),
                ..ReplyReference::default()
            };
            draft.reply_reference = Some(reference);
        }),
        Box::new(move |draft| {
            draft.markup.push(Markup::Payment(link()));
            draft.markup.push(Markup::Appointment(appointment.clone()));
        }),
        Box::new(move |draft| draft.actions.push(http.clone())),
        Box::new(|draft| {
            draft.files.push(DraftFile {
                filename: "\u{1}".to_owned(),
                encoding_format: "text/plain".to_owned(),
                content: Vec::new(),
            });
        }),
        Box::new(|draft| {
            draft.files.push(DraftFile {
                filename: "a.bin".to_owned(),
                encoding_format: "application/x-own".to_owned(),
                content: vec![0; 75_000_000],
            });
        }),
    ];
    let told: Vec<String> = changes
        .iter()
        .map(|change| {
            let mut draft = least();
            change(&mut draft);
            draft.build().unwrap_err().to_string()
        })
        .collect();
    insta::assert_snapshot!(told.join("\n"));
    assert!(least().build().is_ok());
    let mut large = least();
    large.files.push(DraftFile {
        filename: "a.pdf".to_owned(),
        encoding_format: "application/pdf".to_owned(),
        content: vec![0; 74_000_000],
    });
    assert!(!matches!(large.build(), Err(LetterError::TooLarge { .. })));
}
