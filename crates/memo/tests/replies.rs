//! Answers: who gets them, where, and what they carry back.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod support;

use std::io::Cursor;

use brevdue_memo::letter::{DraftFile, LetterDraft, LetterError};
use brevdue_memo::reply::{ReplyDraft, ReplyError, reply};
use brevdue_memo::{
    AdditionalReplyData, AttentionData, CaseId, ContactPoint, ContentData, MemoVersion, Message,
    PartyId, ReplyData, Timestamp, Uuid4, write,
};
use support::read_bytes;
use uuid::Uuid;

const UUID: &str = "8c2ea15d-61fb-4ba9-9366-42f8b194c114";

fn letter(version: MemoVersion) -> Message {
    let sender = PartyId::parse("CVR", "12345678").unwrap();
    let recipient = PartyId::parse("CPR", "2211771212").unwrap();
    let created = Timestamp::from_millis(1_700_000_000_000);
    let mut draft = LetterDraft::new(
        version,
        UUID.parse().unwrap(),
        created,
        (sender, "Kommunen"),
        (recipient, Some("Mette")),
        "Plads",
    );
    draft.text = Some("Vil du have pladsen?".to_owned());
    draft.reply = true;
    draft.message_id = Some("MSG-1".to_owned());
    draft.sender_contact_point = Some(ContactPoint {
        contact_group: None,
        contact_point_id: "241d39f6-998e-4929-b198-ccacbbf4b330".to_owned(),
        label: Some("Pladsanvisningen".to_owned()),
        contact_info: Vec::new(),
    });
    draft.build().unwrap()
}

fn draft() -> ReplyDraft {
    ReplyDraft {
        message_uuid: "00000000-0000-4000-8000-000000000001".parse().unwrap(),
        created: Timestamp::from_millis(1_700_000_100_000),
        label: "Ja tak".to_owned(),
        sender_label: "Mette".to_owned(),
        text: "Ja, meget gerne.\n".to_owned(),
        attachments: vec![("tegning: hus.png".to_owned(), "image/png".to_owned(), vec![1, 2, 3])],
    }
}

/// Writes, checks and reads back.
fn assert_valid(message: &Message) -> Message {
    let mut out = Vec::new();
    write(message, Cursor::new([]), &mut out).unwrap();
    let reading = read_bytes(&out);
    assert_eq!(reading.findings.list, []);
    reading.message.unwrap()
}

fn with_case(mut message: Message) -> Message {
    message.header.content_data = Some(ContentData {
        cpr_data: None,
        cvr_data: None,
        motor_vehicle: None,
        property_number: None,
        case_id: Some(CaseId { case_id: "SAG-1".to_owned(), case_system: "Sager".to_owned() }),
        kle_data: None,
        form_data: None,
        production_unit: None,
        education: None,
        address: None,
        unstructured_address: None,
        additional_content_data: Vec::new(),
    });
    message
}

fn entry(message_uuid: &str) -> ReplyData {
    ReplyData {
        message_id: None,
        message_uuid: Uuid4::parse(message_uuid).unwrap(),
        reply_uuid: None,
        sender_id: None,
        recipient_id: None,
        case_id: Some(format!("case of {message_uuid}")),
        contact_point_id: Some("point".to_owned()),
        generating_system_id: Some("system".to_owned()),
        comment: Some("kept".to_owned()),
        additional_reply_data: vec![AdditionalReplyData {
            label: "note".to_owned(),
            value: "text".to_owned(),
        }],
    }
}

#[test]
fn an_answer_changes_the_places_of_the_parties_and_goes_to_the_contact_point() {
    for version in [MemoVersion::V1_1, MemoVersion::V1_2] {
        let original = letter(version);
        let answer = assert_valid(&reply(&original, draft()).unwrap());
        assert_eq!(answer.version, version);
        assert_eq!(answer.header.sender.party(), original.header.recipient.party());
        assert_eq!(answer.header.recipient.party(), original.header.sender.party());
        assert_eq!(answer.header.recipient.label.as_deref(), Some("Kommunen"));
        assert_eq!(answer.header.recipient.contact_point, original.header.sender.contact_point);
        assert_eq!(answer.header.sender.label, "Mette");
        assert_ne!(answer.header.message_uuid, original.header.message_uuid);
        let body = answer.body.unwrap();
        assert_eq!(body.main_document.files[0].encoding_format, "text/plain");
        assert_eq!(body.additional_documents[0].files[0].filename, "tegning- hus.png");
    }
}

#[test]
fn an_answer_to_a_first_message_makes_an_entry_for_it_and_one_for_itself() {
    let original = with_case(letter(MemoVersion::V1_2));
    let entries = reply(&original, draft()).unwrap().header.reply_data;
    let [first, own] = entries.as_slice() else { panic!("two entries") };
    assert_eq!((first.message_uuid, first.reply_uuid), (original.header.message_uuid, None));
    assert_eq!(first.message_id.as_deref(), Some("MSG-1"));
    assert_eq!(
        (first.sender_id.as_deref(), first.recipient_id.as_deref()),
        (Some("12345678"), Some("2211771212"))
    );
    assert_eq!(first.case_id.as_deref(), Some("SAG-1"));
    assert_eq!(own.message_uuid.value(), draft().message_uuid);
    assert_eq!(own.reply_uuid, Some(original.header.message_uuid));
    assert_eq!(own.case_id.as_deref(), Some("SAG-1"));
    assert_eq!(own.message_id, None);
}

#[test]
fn an_answer_carries_all_entries_unchanged_and_gives_back_what_the_message_asks_for() {
    let mut original = letter(MemoVersion::V1_2);
    // The spelling of the original's own UUID differs, which does not make it another message.
    original.header.reply_data =
        vec![entry(&UUID.to_uppercase()), entry("8c2ea15d-61fb-4ba9-9366-42f8b194c999")];
    let entries = assert_valid(&reply(&original, draft()).unwrap()).header.reply_data;
    assert_eq!(entries[..2], original.header.reply_data);
    let own = &entries[2];
    assert_eq!(own.reply_uuid.map(|uuid| uuid.value()), UUID.parse::<Uuid>().ok());
    assert_eq!(own.case_id, original.header.reply_data[0].case_id);
    assert_eq!(
        (own.contact_point_id.as_deref(), own.generating_system_id.as_deref()),
        (Some("point"), Some("system"))
    );
    assert_eq!(own.additional_reply_data, original.header.reply_data[0].additional_reply_data);
    assert_eq!((own.comment.as_deref(), own.sender_id.as_deref()), (None, None));
    assert_eq!(entries.len(), 3);
}

#[test]
fn an_answer_to_an_answer_goes_on_with_the_conversation() {
    let first = letter(MemoVersion::V1_1);
    let second = reply(&first, draft()).unwrap();
    let third_draft = ReplyDraft {
        message_uuid: "00000000-0000-4000-8000-000000000002".parse().unwrap(),
        ..draft()
    };
    let third = assert_valid(&reply(&second, third_draft).unwrap());
    let chain: Vec<_> = third
        .header
        .reply_data
        .iter()
        .map(|entry| (entry.message_uuid, entry.reply_uuid))
        .collect();
    let (one, two, three) =
        (first.header.message_uuid, second.header.message_uuid, third.header.message_uuid);
    assert_eq!(chain, [(one, None), (two, Some(one)), (three, Some(two))]);
    assert_eq!(third.header.recipient.party(), first.header.recipient.party());
}

#[test]
fn a_message_that_wants_no_answer_gets_none() {
    for wants in [None, Some(false)] {
        let mut original = letter(MemoVersion::V1_2);
        original.header.reply = wants;
        assert_eq!(reply(&original, draft()), Err(ReplyError::NotAllowed));
    }
}

#[test]
fn texts_over_their_limits_are_refused_and_characters_that_xml_cannot_carry_are_left_out() {
    let original = letter(MemoVersion::V1_2);
    let too_long = ReplyDraft { label: "æ".repeat(257), ..draft() };
    assert_eq!(
        reply(&original, too_long).unwrap_err().to_string(),
        "label has 257 characters, over the limit of 256"
    );
    let longest = ReplyDraft { label: "æ".repeat(256), ..draft() };
    assert!(reply(&original, longest).is_ok());
    let too_long = ReplyDraft { sender_label: "a".repeat(300), ..draft() };
    assert!(matches!(
        reply(&original, too_long),
        Err(ReplyError::TooLong { field: "sender label", length: 300, limit: 256 })
    ));
    let odd = ReplyDraft { label: "a\u{0}b\u{FFFF}".to_owned(), ..draft() };
    assert_eq!(assert_valid(&reply(&original, odd).unwrap()).header.label, "ab");
}

#[test]
fn an_answer_keeps_who_inside_an_organisation_it_is_for() {
    let mut original = letter(MemoVersion::V1_2);
    let attention = AttentionData {
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
    };
    original.header.sender.attention_data = Some(attention.clone());
    let answer = assert_valid(&reply(&original, draft()).unwrap());
    assert_eq!(answer.header.recipient.attention_data, Some(attention));
}

#[test]
fn a_letter_needs_a_document() {
    let party = PartyId::parse("CVR", "12345678").unwrap();
    let empty = || {
        LetterDraft::new(
            MemoVersion::V1_2,
            UUID.parse().unwrap(),
            Timestamp::default(),
            (party, "A"),
            (party, None),
            "B",
        )
    };
    assert_eq!(empty().build(), Err(LetterError::NoDocument));
    let mut draft = empty();
    draft.files.push(DraftFile {
        filename: "a/b.pdf".to_owned(),
        encoding_format: "application/pdf".to_owned(),
        content: Vec::new(),
    });
    assert_eq!(
        assert_valid(&draft.build().unwrap()).body.unwrap().main_document.files[0].filename,
        "a-b.pdf"
    );
    let mut draft = empty();
    draft.text = Some(String::new());
    draft.notification = Some("a".repeat(161));
    assert!(matches!(draft.build(), Err(LetterError::TooLong(_))));
}
