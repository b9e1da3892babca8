//! What letters ask of their recipients, in the words they are told in: reviewed like prose.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod support;

use brevdue_memo::explain::{ASKS_LIMIT, AskKind, Explanation, FactKind, Standing, explain};
use brevdue_memo::letter::{DraftFile, LetterDraft};
use brevdue_memo::{
    Action, AttentionData, CaseId, ContactPoint, ContentData, ContentResponsible, CprData,
    EntryPoint, ForwardData, Language, LocalDate, MemoVersion, Message, MessageType, MotorVehicle,
    PartyId, ReplyData, Representative, Reservation, Timestamp, UtcDateTime, Uuid4,
};
use proptest::prelude::*;
use support::official_data;

const LETTER: &str = "11111111-1111-4111-8111-111111111111";
const ORIGINAL: &str = "22222222-2222-4222-8222-222222222222";
/// Monday at 9.30 in Copenhagen.
const NOW: &str = "2026-11-23T08:30:00Z";

fn utc(text: &str) -> UtcDateTime {
    UtcDateTime::parse(text).unwrap()
}

fn now() -> Option<Timestamp> {
    Some(NOW.parse().unwrap())
}

fn draft(recipient: (&str, &str, Option<&str>), label: &str) -> LetterDraft {
    let (id_type, id, name) = recipient;
    let mut draft = LetterDraft::new(
        MemoVersion::V1_2,
        LETTER.parse().unwrap(),
        "2026-11-20T11:00:00Z".parse().unwrap(),
        (PartyId::parse("CVR", "12345678").unwrap(), "Ærøby Kommune"),
        (PartyId::parse(id_type, id).unwrap(), name),
        label,
    );
    draft.text = Some("Se brevet.".to_owned());
    draft
}

/// The letter with its actions put in afterwards: real letters have some that the builder refuses.
fn built(mut draft: LetterDraft) -> Message {
    let actions = std::mem::take(&mut draft.actions);
    let mut message = draft.build().unwrap();
    message.body.as_mut().unwrap().main_document.actions = actions;
    message
}

fn to_vera(label: &str) -> LetterDraft {
    draft(("CPR", "0101010000", Some("Vera Vind")), label)
}

fn action(code: &str, label: &str, end: Option<&str>, url: Option<&str>) -> Action {
    Action {
        label: label.to_owned(),
        action_code: code.to_owned(),
        start_date_time: None,
        end_date_time: end.map(utc),
        reservation: None,
        entry_point: url.map(|url| EntryPoint { url: url.to_owned() }),
    }
}

fn meeting(start: &str, end: &str) -> Action {
    Action {
        reservation: Some(Reservation {
            description: "Kom ti minutter før, og tag dine briller med.".to_owned(),
            reservation_uuid: Uuid4::parse("8C2EA15D-61FB-4BA9-9366-42F8B194D241").unwrap(),
            abstract_text: "Synsprøve".to_owned(),
            location: "Rådhuset, lokale 12".to_owned(),
            start_date_time: utc(start),
            end_date_time: utc(end),
            organizer_mail: Some("tid@syn.example".to_owned()),
            organizer_name: Some("Jette Østergård".to_owned()),
        }),
        ..action("AFTALE", "Læg aftalen i kalenderen", Some("2026-11-24T11:00:00Z"), None)
    }
}

fn appointment() -> Message {
    let mut draft = to_vera("Indkaldelse til synsprøve");
    draft.reply = true;
    draft.reply_by = Some("2026-11-27T22:30:00Z".parse().unwrap());
    draft.sender_contact_point = Some(ContactPoint {
        contact_group: None,
        contact_point_id: "241d39f6-998e-4929-b198-ccacbbf4b330".to_owned(),
        label: Some("Borgerservice".to_owned()),
        contact_info: Vec::new(),
    });
    draft.actions = vec![
        action("INFORMATION", "Om synsprøven", None, Some("https://kommune.example/syn")),
        meeting("2026-11-30T09:00:00Z", "2026-11-30T10:30:00Z"),
        action("FORBEREDELSE", "Udfyld skemaet", Some("2026-11-24T11:00:00Z"), None),
    ];
    built(draft)
}

fn payment() -> Message {
    let mut draft = to_vera("Regning for havneplads 12");
    draft.actions = vec![
        action(
            "BETALING",
            "Betal pladsen",
            Some("2026-12-03T23:00:00Z"),
            Some("https://havn.example/betal/12"),
        ),
        action("BETALING", "Betal depositum", Some("2026-11-20T22:30:00Z"), None),
        action(
            "BETALING",
            "Betal strøm",
            Some("2026-11-23T15:00:00Z"),
            Some("http://havn.example"),
        ),
    ];
    built(draft)
}

/// To a company, with everything a letter can have around it.
fn everything() -> Message {
    let mut draft = draft(("CVR", "22334455", Some("Ærøby Bådeværft ApS")), "Afgørelse om støj");
    draft.mandatory = true;
    draft.do_not_deliver_until = Some(LocalDate::new(2026, 12, 1).unwrap());
    draft.attachments = (1..=7)
        .map(|number| DraftFile {
            filename: format!("bilag-{number}.pdf"),
            encoding_format: "application/pdf".to_owned(),
            content: b"%PDF-1.7".to_vec(),
        })
        .collect();
    draft.actions = vec![
        action("BEKRAEFT", "Bekræft modtagelsen", Some("2026-12-08T11:00:00Z"), None),
        action("UNDERSKRIV", "Underskriv planen", Some("2026-12-15T11:00:00Z"), None),
        action("TILMELDING", "Tilmeld jer høringen", None, None),
        action("SELVBETJENING", "Se sagen", None, Some("https://kommune.example/sag")),
        action("FORBEREDELSE", "Læs referatet", None, None),
        action("AFTALE", "Møde", None, None),
        Action {
            start_date_time: Some(utc("2026-12-24T11:00:00Z")),
            ..action("NYT", "Svar på spørgeskemaet", Some("2027-01-05T11:00:00Z"), None)
        },
    ];
    let mut message = built(draft);
    let header = &mut message.header;
    header.legal_notification = Some(true);
    header.reply = Some(true);
    header.sender.representative = Some(Representative {
        representative_id: None,
        id_type: None,
        id_type_label: None,
        label: Some("Advokat Aage And".to_owned()),
    });
    header.sender.attention_data = Some(AttentionData {
        content_responsible: Some(ContentResponsible {
            content_responsible_id: None,
            label: Some("Teknik og Miljø".to_owned()),
        }),
        ..no_attention()
    });
    header.content_data = Some(ContentData {
        cpr_data: Some(CprData {
            cpr_number: "0101010000".to_owned(),
            name: Some("Bo Båd".to_owned()),
        }),
        motor_vehicle: Some(MotorVehicle {
            license_number: "AB12345".to_owned(),
            chassis_number: None,
        }),
        case_id: Some(CaseId {
            case_id: "2026-114".to_owned(),
            case_system: "Sagssystemet".to_owned(),
        }),
        ..no_content()
    });
    header.forward_data = Some(ForwardData {
        message_uuid: ORIGINAL.parse().unwrap(),
        original_message_date_time: utc("2026-11-01T23:30:00Z"),
        original_sender: "Miljøstyrelsen i Ærøby".to_owned(),
        original_content_responsible: None,
        original_representative: None,
        contact_point_id: None,
        comment: Some("Til jeres\norientering".to_owned()),
    });
    header.reply_data = vec![step(ORIGINAL, None), step(LETTER, Some(ORIGINAL))];
    message
}

fn text_message() -> Message {
    let mut message = to_vera("Husk din tid").build().unwrap();
    message.header.message_type = MessageType::NemSms;
    message.header.notification = Some("Du har tid hos tandlægen på tirsdag kl. 9.".to_owned());
    message.body = None;
    message
}

fn nothing_asked() -> Message {
    let mut message = draft(("CPR", "0101010000", None), "Ny asfalt på din vej").build().unwrap();
    message.header.reply_by_date_time = Some(utc("2026-12-01T11:00:00Z"));
    message.header.reply_data = vec![step(ORIGINAL, None)];
    message
}

fn step(uuid: &str, answers: Option<&str>) -> ReplyData {
    ReplyData {
        message_id: None,
        message_uuid: uuid.parse().unwrap(),
        reply_uuid: answers.map(|uuid| uuid.parse().unwrap()),
        sender_id: None,
        recipient_id: None,
        case_id: None,
        contact_point_id: None,
        generating_system_id: None,
        comment: None,
        additional_reply_data: Vec::new(),
    }
}

fn no_attention() -> AttentionData {
    AttentionData {
        attention_person: None,
        production_unit: None,
        global_location_number: None,
        email: None,
        se_number: None,
        telephone: None,
        eid: None,
        content_responsible: None,
        generating_system: None,
        sor_data: None,
        address: None,
        unstructured_address: None,
    }
}

fn no_content() -> ContentData {
    ContentData {
        cpr_data: None,
        cvr_data: None,
        motor_vehicle: None,
        property_number: None,
        case_id: None,
        kle_data: None,
        form_data: None,
        production_unit: None,
        education: None,
        address: None,
        unstructured_address: None,
        additional_content_data: Vec::new(),
    }
}

/// In both languages, one after the other.
fn both(message: &Message, now: Option<Timestamp>) -> String {
    let say = |language| explain(message, now, language).to_string();
    format!("{}\n=====\n\n{}", say(Language::Danish), say(Language::English))
}

#[test]
fn an_appointment_is_told_with_time_place_and_what_to_do_before() {
    insta::assert_snapshot!(both(&appointment(), now()));
}

#[test]
fn a_payment_is_told_with_its_deadline_and_whether_it_has_passed() {
    insta::assert_snapshot!(both(&payment(), now()));
}

#[test]
fn a_decision_to_a_company_is_told_with_all_that_surrounds_it() {
    insta::assert_snapshot!(both(&everything(), now()));
}

#[test]
fn a_text_message_is_told_in_its_own_words() {
    insta::assert_snapshot!(both(&text_message(), now()));
}

#[test]
fn a_letter_that_asks_nothing_says_so() {
    insta::assert_snapshot!(both(&nothing_asked(), now()));
}

#[test]
fn without_a_clock_nothing_has_passed_and_no_days_are_counted() {
    let explanation = explain(&payment(), None, Language::English);
    let text = explanation.to_string();
    assert!(!text.contains("passed") && !text.contains("(in") && !text.contains("today"), "{text}");
    assert!(explanation.asks.iter().all(|ask| ask.standing.is_none()));
    assert!(explanation.deadlines.iter().all(|deadline| deadline.standing.is_none()));
}

#[test]
fn deadlines_stand_by_date_with_how_they_stand() {
    let told = |message: &Message| -> Vec<(AskKind, String, Option<Standing>)> {
        let deadlines = explain(message, now(), Language::Danish).deadlines.into_iter();
        deadlines.map(|one| (one.kind, one.at.to_string(), one.standing)).collect()
    };
    assert_eq!(
        told(&appointment()),
        [
            (AskKind::Prepare, "2026-11-24T11:00:00.000Z".into(), Some(Standing::DaysLeft(1))),
            (AskKind::Answer, "2026-11-27T22:30:00.000Z".into(), Some(Standing::DaysLeft(4))),
            (AskKind::Meet, "2026-11-30T09:00:00.000Z".into(), Some(Standing::DaysLeft(7))),
        ]
    );
    assert_eq!(
        told(&payment()),
        [
            (AskKind::Pay, "2026-11-20T22:30:00.000Z".into(), Some(Standing::Passed)),
            (AskKind::Pay, "2026-11-23T15:00:00.000Z".into(), Some(Standing::DaysLeft(0))),
            (AskKind::Pay, "2026-12-03T23:00:00.000Z".into(), Some(Standing::DaysLeft(10))),
        ]
    );
}

#[test]
fn an_appointment_is_over_when_it_ends_and_not_when_it_begins() {
    let told = |now: &str| {
        explain(&appointment(), Some(now.parse().unwrap()), Language::English).asks[2].standing
    };
    assert_eq!(told("2026-11-30T09:30:00Z"), Some(Standing::DaysLeft(0)));
    assert_eq!(told("2026-11-30T10:30:00Z"), Some(Standing::Passed));
}

#[test]
fn a_number_of_a_person_is_not_told() {
    for language in [Language::Danish, Language::English] {
        assert!(!explain(&everything(), None, language).to_string().contains("0101010000"));
    }
}

#[test]
fn a_hostile_letter_is_told_in_bounded_words_on_lines_of_ours() {
    const EVIL: &str = "x\n - Betal her: https://ond.example\u{1b}[2J\u{202e}\u{2028} y";
    let mut message = everything();
    let header = &mut message.header;
    EVIL.clone_into(&mut header.label);
    EVIL.clone_into(&mut header.sender.label);
    header.recipient.label = Some(EVIL.to_owned());
    header.sender.representative.as_mut().unwrap().label = Some(EVIL.to_owned());
    header.forward_data.as_mut().unwrap().comment = Some(EVIL.to_owned());
    let document = &mut message.body.as_mut().unwrap().main_document;
    let mut meeting = meeting("-9999-01-01T00:00:00Z", "99999-01-01T00:00:00Z");
    let reservation = meeting.reservation.as_mut().unwrap();
    EVIL.clone_into(&mut reservation.abstract_text);
    EVIL.clone_into(&mut reservation.description);
    EVIL.clone_into(&mut reservation.location);
    reservation.organizer_mail = Some(EVIL.to_owned());
    document.actions = vec![meeting];
    document.actions.extend((0..ASKS_LIMIT + 9).map(|_| {
        action(EVIL, EVIL, Some("2026-12-08T11:00:00Z"), Some("https://a.example/\u{1b}"))
    }));
    for language in [Language::Danish, Language::English] {
        let explanation: Explanation = explain(&message, now(), language);
        assert_eq!((explanation.asks.len(), explanation.asks_omitted), (ASKS_LIMIT, 10));
        assert!(explanation.asks.iter().all(|ask| ask.url.is_none()));
        let text = explanation.to_string();
        assert!(!text.contains(['\u{1b}', '\u{202e}', '\u{2028}']));
        assert!(text.lines().all(|line| !line.starts_with(" - Betal her")));
    }
}

#[test]
fn the_official_examples_are_explained() {
    let Some(data) = official_data() else { return };
    let explained = |name: &str| {
        let bytes = std::fs::read(data.join("examples").join(name)).unwrap();
        let message = support::read_bytes(&bytes).message.unwrap();
        explain(&message, now(), Language::Danish)
    };
    let full = explained("MeMo_Full_Example_v1.2.xml");
    let kinds = |wanted| full.facts.iter().any(|fact| fact.kind == wanted);
    for kind in [
        FactKind::Mandatory,
        FactKind::Answers,
        FactKind::About,
        FactKind::Behind,
        FactKind::NotBefore,
        FactKind::Attachments,
        FactKind::Forwarded,
        FactKind::Conversation,
    ] {
        assert!(kinds(kind), "{kind:?} in {full}");
    }
    assert!(!kinds(FactKind::LegalNotification));
    assert!(full.asks.iter().any(|ask| ask.kind == AskKind::Meet && ask.appointment.is_some()));
    assert!(full.deadlines.is_sorted_by_key(|deadline| deadline.at));
    assert!(explained("MeMo_NemSMS_v1.2.xml").opening.contains("sms"));
    assert!(explained("MeMo_Minimum_Example_v1.1.xml").asks.is_empty());
}

proptest! {
    #[test]
    fn whatever_stands_in_a_letter_every_line_of_its_explanation_is_ours(
        texts in prop::array::uniform6("\\PC*|[a-z.\r\n\t\u{1b}\u{85}\u{2028}\u{202e}æø€𝄞-]{0,90}"),
        times in prop::array::uniform4(any::<i64>()),
        recipient in "CPR|CVR|[a-z]{0,3}",
    ) {
        let at = |millis| UtcDateTime::from(Timestamp::from_millis(millis));
        let mut message = everything();
        let header = &mut message.header;
        header.label.clone_from(&texts[0]);
        header.sender.label.clone_from(&texts[1]);
        header.recipient.label = Some(texts[2].clone());
        header.recipient.id_type = recipient;
        header.reply_by_date_time = Some(at(times[0]));
        header.forward_data.as_mut().unwrap().comment = Some(texts[3].clone());
        let mut meeting = meeting("2026-11-30T09:00:00Z", "2026-11-30T10:30:00Z");
        let reservation = meeting.reservation.as_mut().unwrap();
        reservation.abstract_text.clone_from(&texts[4]);
        reservation.location.clone_from(&texts[5]);
        reservation.start_date_time = at(times[1]);
        reservation.end_date_time = at(times[2]);
        let body = message.body.as_mut().unwrap();
        body.main_document.actions.push(meeting);
        body.main_document.actions.push(Action {
            end_date_time: Some(at(times[3])),
            ..action(&texts[0], &texts[1], None, Some(&texts[2]))
        });
        for language in [Language::Danish, Language::English] {
            let explanation = explain(&message, Some(Timestamp::from_millis(times[3])), language);
            prop_assert!(explanation.deadlines.is_sorted_by_key(|deadline| deadline.at));
            let text = explanation.to_string();
            // The opening, two headings with an empty line before each, and a line for each thing.
            let lines = 5 + explanation.asks.len() + explanation.facts.len();
            prop_assert_eq!(text.lines().count(), lines);
            let commands = text.contains(['\u{1b}', '\u{85}', '\u{2028}', '\u{202e}']);
            prop_assert!(!commands);
        }
    }
}
