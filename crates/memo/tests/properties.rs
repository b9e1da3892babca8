//! What holds for every message and for every sequence of bytes.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod support;

use std::io::{Cursor, Read};

use brevdue_memo::letter::{DraftFile, LetterDraft, SampleOptions, sample};
use brevdue_memo::*;
use proptest::collection::vec;
use proptest::option::of;
use proptest::prelude::*;
use support::{minimum_1_1, minimum_1_2, read_bytes};

/// Text as XML can carry it, with what tends to go wrong in it.
fn text(max: usize) -> impl Strategy<Value = String> {
    let character = prop_oneof![
        8 => proptest::char::range(' ', '~'),
        2 => proptest::sample::select(vec!['æ', 'Ø', 'å', '\u{A0}', '\u{85}', '\u{2028}', '\u{FFFD}', '\u{FEFF}', '😀', '\u{10FFFF}']),
        2 => proptest::sample::select(vec!['<', '>', '&', '"', '\'', ']', '\r', '\n', '\t', ' ', '-', '?']),
    ];
    vec(character, 0..=max.min(40)).prop_map(|characters| characters.into_iter().collect())
}

fn text256() -> impl Strategy<Value = String> {
    prop_oneof![9 => text(40).boxed(), 1 => "[a-zæøå😀]{256}".boxed()]
}

fn uuid4() -> impl Strategy<Value = Uuid4> {
    let spelled =
        "[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-4[0-9a-fA-F]{3}-[89abAB][0-9a-fA-F]{3}-[0-9a-fA-F]{12}";
    spelled.prop_map(|spelled| Uuid4::parse(&spelled).unwrap())
}

fn date_time() -> impl Strategy<Value = UtcDateTime> {
    let spelled = "[1-9][0-9]{3}-(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\\.[0-9]{1,9})?Z";
    spelled.prop_map(|spelled| UtcDateTime::parse(&spelled).unwrap())
}

fn date() -> impl Strategy<Value = LocalDate> {
    "[1-9][0-9]{3}-(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])(Z|[+-]0[0-9]:[0-5][0-9])?"
        .prop_map(|spelled| LocalDate::parse(&spelled).unwrap())
}

prop_compose! {
    fn address()(
        texts in vec(of(text256()), 9),
        point in of(vec(of(text256()), 3)),
    ) -> Address {
        let mut texts = texts.into_iter();
        let mut next = || texts.next().unwrap();
        Address {
            id: next(), address_label: next(), house_number: next(), door: next(), floor: next(), co: next(),
            zip_code: next(), city: next(), country: next(),
            address_point: point.map(|mut measures| AddressPoint {
                geographic_easting_measure: measures.pop().unwrap(),
                geographic_northing_measure: measures.pop().unwrap(),
                geographic_height_measure: measures.pop().unwrap(),
            }),
        }
    }
}

prop_compose! {
    fn attention_data()(
        person in of((of(text256()), of(text256()))),
        unit in of(("[+-]?[0-9]{1,9}", of(text256()))),
        location in of(("[0-9]{1,13}", of(text256()))),
        pairs in vec(of((text256(), of(text256()))), 6),
        responsible in of((of(text256()), of(text256()))),
        address in of(address()),
        unstructured in of(text256()),
    ) -> AttentionData {
        let mut pairs = pairs.into_iter();
        let mut next = || pairs.next().unwrap();
        AttentionData {
            attention_person: person.map(|(person_id, label)| AttentionPerson { person_id, label }),
            production_unit: unit.map(|(production_unit_number, production_unit_name)| ProductionUnit { production_unit_number, production_unit_name }),
            global_location_number: location.map(|(global_location_number, location)| GlobalLocationNumber { global_location_number, location }),
            email: next().map(|(email_address, related_agent)| EMail { email_address, related_agent }),
            se_number: next().map(|(se_number, company_name)| SeNumber { se_number, company_name }),
            telephone: next().map(|(telephone_number, related_agent)| Telephone { telephone_number, related_agent }),
            eid: next().map(|(eid, label)| Eid { eid, label }),
            content_responsible: responsible.map(|(content_responsible_id, label)| ContentResponsible { content_responsible_id, label }),
            generating_system: next().map(|(generating_system_id, label)| GeneratingSystem { generating_system_id, label }),
            sor_data: next().map(|(sor_identifier, entry_name)| SorData { sor_identifier, entry_name }),
            address,
            unstructured_address: unstructured.map(|unstructured| UnstructuredAddress { unstructured }),
        }
    }
}

prop_compose! {
    fn contact_point()(
        contact_group in of(text256()), contact_point_id in text256(), label in of(text256()),
        info in vec((text256(), text256()), 0..=2),
    ) -> ContactPoint {
        let contact_info = info.into_iter().map(|(label, value)| ContactInfo { label, value }).collect();
        ContactPoint { contact_group, contact_point_id, label, contact_info }
    }
}

prop_compose! {
    fn content_data()(
        pairs in vec(of((text256(), of(text256()))), 3),
        vehicle in of(("[A-ZÆØÅ0-9]{0,7}", of(text256()))),
        property in of(text256()),
        case in of((text256(), text256())),
        classifications in vec(of((text256(), text256(), of(text256()), text256())), 2),
        unit in of(("[0-9]{10}", of(text256()))),
        address in of(address()),
        unstructured in of(text256()),
        additional in vec((of(text256()), text256(), text256()), 0..=10),
    ) -> ContentData {
        let mut pairs = pairs.into_iter();
        let mut next = || pairs.next().unwrap();
        let mut classifications = classifications.into_iter();
        ContentData {
            cpr_data: next().map(|(cpr_number, name)| CprData { cpr_number, name }),
            cvr_data: next().map(|(cvr_number, company_name)| CvrData { cvr_number, company_name }),
            motor_vehicle: vehicle.map(|(license_number, chassis_number)| MotorVehicle { license_number, chassis_number }),
            property_number: property.map(|property_number| PropertyNumber { property_number }),
            case_id: case.map(|(case_id, case_system)| CaseId { case_id, case_system }),
            kle_data: classifications.next().unwrap().map(|(subject_key, version, activity_facet, label)| KleData { subject_key, version, activity_facet, label }),
            form_data: classifications.next().unwrap().map(|(task_key, version, activity_facet, label)| FormData { task_key, version, activity_facet, label }),
            production_unit: unit.map(|(production_unit_number, production_unit_name)| ProductionUnit { production_unit_number, production_unit_name }),
            education: next().map(|(education_code, education_name)| Education { education_code, education_name }),
            address,
            unstructured_address: unstructured.map(|unstructured| UnstructuredAddress { unstructured }),
            additional_content_data: additional.into_iter().map(|(content_data_type, content_data_name, content_data_value)| AdditionalContentData { content_data_type, content_data_name, content_data_value }).collect(),
        }
    }
}

prop_compose! {
    fn reply_data()(
        message_uuid in uuid4(), reply_uuid in of(uuid4()), texts in vec(of(text256()), 7),
        pairs in vec((text256(), text256()), 0..=4),
    ) -> ReplyData {
        let mut texts = texts.into_iter();
        let mut next = || texts.next().unwrap();
        ReplyData {
            message_id: next(), message_uuid, reply_uuid, sender_id: next(), recipient_id: next(), case_id: next(),
            contact_point_id: next(), generating_system_id: next(), comment: next(),
            additional_reply_data: pairs.into_iter().map(|(label, value)| AdditionalReplyData { label, value }).collect(),
        }
    }
}

prop_compose! {
    fn forward_data(version: MemoVersion)(
        message_uuid in uuid4(), original_message_date_time in date_time(), original_sender in text256(), texts in vec(of(text256()), 4),
    ) -> ForwardData {
        let mut texts = texts.into_iter();
        let mut next = || texts.next().unwrap();
        ForwardData {
            message_uuid, original_message_date_time, original_sender, original_content_responsible: next(),
            original_representative: next().filter(|_| version == MemoVersion::V1_2), contact_point_id: next(), comment: next(),
        }
    }
}

prop_compose! {
    fn file()(encoding_format in text256(), filename in text256(), language in "[a-zA-Z]{1,2}", content in vec(any::<u8>(), 0..200)) -> File {
        File { encoding_format, filename, language, content: Content::Held(content) }
    }
}

prop_compose! {
    fn reservation()(texts in vec(text256(), 3), reservation_uuid in uuid4(), start_date_time in date_time(), end_date_time in date_time(), organizer_mail in of(text256()), organizer_name in of(text256())) -> Reservation {
        let mut texts = texts.into_iter();
        let mut next = || texts.next().unwrap();
        Reservation { description: next(), reservation_uuid, abstract_text: next(), location: next(), start_date_time, end_date_time, organizer_mail, organizer_name }
    }
}

prop_compose! {
    fn action()(
        label in text256(), action_code in text256(), start_date_time in of(date_time()), end_date_time in of(date_time()),
        choice in prop_oneof![
            Just((None, None)),
            reservation().prop_map(|reservation| (Some(reservation), None)),
            // White space collapses in addresses, so only one without any comes back as it was.
            "[a-zæ:/?#&;<]{0,40}".prop_map(|url| (None, Some(EntryPoint { url }))),
        ],
    ) -> Action {
        Action { label, action_code, start_date_time, end_date_time, reservation: choice.0, entry_point: choice.1 }
    }
}

prop_compose! {
    fn body()(
        created_date_time in date_time(),
        main in (of(text256()), of(text256()), vec(file(), 1..3), vec(action(), 0..3)),
        additional in vec((of(text256()), of(text256()), vec(file(), 1..3), vec(action(), 0..2)), 0..3),
        technical in vec((of(text256()), of(text256()), vec(file(), 1..3)), 0..2),
    ) -> MessageBody {
        let (main_document_id, label, files, actions) = main;
        MessageBody {
            created_date_time,
            main_document: MainDocument { main_document_id, label, files, actions },
            additional_documents: additional.into_iter().map(|(additional_document_id, label, files, actions)| AdditionalDocument { additional_document_id, label, files, actions }).collect(),
            technical_documents: technical.into_iter().map(|(technical_document_id, label, files)| TechnicalDocument { technical_document_id, label, files }).collect(),
        }
    }
}

prop_compose! {
    fn sender(version: MemoVersion)(
        texts in vec(text256(), 3), id_type_label in of(text256()), attention_data in of(attention_data()), contact_point in of(contact_point()),
        representative in of(vec(of(text256()), 4)),
    ) -> Sender {
        let mut texts = texts.into_iter();
        let mut next = || texts.next().unwrap();
        let representative = representative.filter(|_| version == MemoVersion::V1_2).map(|mut texts| Representative {
            representative_id: texts.pop().unwrap(), id_type: texts.pop().unwrap(), id_type_label: texts.pop().unwrap(), label: texts.pop().unwrap(),
        });
        Sender { sender_id: next(), id_type: next(), id_type_label, label: next(), attention_data, contact_point, representative }
    }
}

prop_compose! {
    fn recipient()(recipient_id in text256(), id_type in text256(), id_type_label in of(text256()), label in of(text256()), attention_data in of(attention_data()), contact_point in of(contact_point())) -> Recipient {
        Recipient { recipient_id, id_type, id_type_label, label, attention_data, contact_point }
    }
}

prop_compose! {
    fn header(version: MemoVersion)(
        message_type in prop_oneof![Just(MessageType::DigitalPost), Just(MessageType::NemSms)],
        message_uuid in uuid4(),
        texts in vec(of(text256()), 4),
        label in text256(),
        notification in of("[a-zæøå 😀]{0,160}"),
        switches in (of(any::<bool>()), of(any::<bool>()), of(any::<bool>())),
        dates in (of(date_time()), of(date())),
        sender in sender(version),
        recipient in recipient(),
        data in (of(content_data()), of(forward_data(version)), vec(reply_data(), 0..3)),
    ) -> MessageHeader {
        let mut texts = texts.into_iter();
        let mut next = || texts.next().unwrap();
        let required = version == MemoVersion::V1_1;
        MessageHeader {
            message_type, message_uuid, message_id: next(), message_code: next(), label, notification, additional_notification: next(),
            reply: switches.0, reply_by_date_time: dates.0, do_not_deliver_until_date: dates.1,
            mandatory: switches.1.or(required.then_some(false)), legal_notification: switches.2.or(required.then_some(true)),
            post_type: next(), sender, recipient, content_data: data.0, forward_data: data.1, reply_data: data.2,
        }
    }
}

fn message() -> impl Strategy<Value = Message> {
    prop_oneof![Just(MemoVersion::V1_1), Just(MemoVersion::V1_2)].prop_flat_map(|version| {
        (header(version), of(body()), text256()).prop_map(move |(header, body, schema_version)| {
            Message {
                version,
                schema_version: (version == MemoVersion::V1_1).then_some(schema_version),
                header,
                body,
            }
        })
    })
}

fn files(message: &mut Message) -> Vec<&mut File> {
    let Some(body) = &mut message.body else { return Vec::new() };
    let additional = body.additional_documents.iter_mut().flat_map(|document| &mut document.files);
    let technical = body.technical_documents.iter_mut().flat_map(|document| &mut document.files);
    body.main_document.files.iter_mut().chain(additional).chain(technical).collect()
}

/// The message with the content of its files in memory.
fn held(mut message: Message, source: &[u8]) -> Message {
    for file in files(&mut message) {
        let decoded = file.content.hold(Cursor::new(source)).unwrap();
        assert_eq!(decoded.len() as u64, file.content.len_bytes());
        file.content = Content::Held(decoded);
    }
    message
}

fn written(message: &Message) -> Vec<u8> {
    let mut out = Vec::new();
    write(message, Cursor::new([]), &mut out).unwrap();
    out
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_message_we_write_reads_back_as_itself(message in message()) {
        let out = written(&message);
        let reading = read_bytes(&out);
        prop_assert_eq!(&reading.findings.list, &[]);
        prop_assert_eq!(reading.length_bytes, out.len() as u64);
        let header = read_header(out.as_slice(), &Limits::default()).unwrap();
        prop_assert_eq!(header.header.as_ref(), Some(&message.header));
        prop_assert_eq!(held(reading.message.unwrap(), &out), message);
    }

    #[test]
    fn no_bytes_make_reading_panic_and_findings_stay_within_their_limit(bytes in vec(any::<u8>(), 0..2000)) {
        check(&bytes)?;
    }

    #[test]
    fn no_markup_makes_reading_panic(pieces in vec(proptest::sample::select(PIECES), 0..60)) {
        check(pieces.concat().as_bytes())?;
    }

    #[test]
    fn no_change_of_bytes_makes_reading_panic(changes in vec((any::<proptest::sample::Index>(), any::<u8>(), 0..4u8), 1..12)) {
        for message in [minimum_1_1(), minimum_1_2()] {
            let mut bytes = message.into_bytes();
            for (index, byte, how) in &changes {
                if bytes.is_empty() {
                    break;
                }
                let at = index.index(bytes.len());
                match how {
                    0 => bytes[at] = *byte,
                    1 => { bytes.remove(at); }
                    2 => bytes.insert(at, *byte),
                    _ => bytes.truncate(at.max(1)),
                }
            }
            check(&bytes)?;
        }
    }

    #[test]
    fn base64_in_any_dress_decodes_as_it_should(content in vec(any::<u8>(), 0..20_000), dress in vec(0..12u8, 1..40)) {
        let clean = base64_simd::STANDARD.encode_to_string(&content);
        let mut dressed = String::new();
        let step = dress.len() * 7;
        for (number, piece) in clean.as_bytes().chunks(step).enumerate() {
            dressed.push_str(std::str::from_utf8(piece).unwrap());
            dressed.push_str(match dress[number % dress.len()] {
                0 => "\r\n", 1 => "\n", 2 => " ", 3 => "\t", 4 => "<!-- AAAA -->", 5 => "<?a AAAA?>", 6 => "<![CDATA[ \n]]>", 7 => "&#10;",
                _ => "",
            });
        }
        let document = minimum_1_2().replace("VGhpcyBpcyBhIHRlc3Q=", &dressed);
        let reading = read_bytes(document.as_bytes());
        prop_assert_eq!(&reading.findings.list, &[]);
        let mut message = reading.message.unwrap();
        let place = files(&mut message)[0].content.clone();
        prop_assert_eq!(place.len_bytes(), content.len() as u64);
        let mut decoded = Vec::new();
        place.open(Cursor::new(document.as_bytes())).unwrap().read_to_end(&mut decoded).unwrap();
        prop_assert_eq!(decoded, content);
    }

    #[test]
    fn a_sample_is_valid_and_the_same_for_the_same_seed(seed: u64, text_bytes in 0..5000usize, newer: bool) {
        let recipients = [PartyId::parse("CPR", "0101010000").unwrap(), PartyId::parse("CVR", "12345678").unwrap()];
        let options = SampleOptions {
            version: if newer { MemoVersion::V1_2 } else { MemoVersion::V1_1 },
            sender: (PartyId::parse("CVR", "87654321").unwrap(), "Ærøby Kommune"),
            recipients: &recipients,
            created: Timestamp::from_millis(1_700_000_000_000),
            text_bytes,
        };
        let letters: Vec<Message> = sample(seed, 10, &options).collect();
        prop_assert_eq!(letters.len(), 10);
        for letter in &letters {
            let out = written(letter);
            let reading = read_bytes(&out);
            prop_assert_eq!(&reading.findings.list, &[]);
            prop_assert_eq!(&held(reading.message.unwrap(), &out), letter);
        }
        prop_assert_eq!(sample(seed, 10, &options).collect::<Vec<_>>(), letters);
    }
}

const PIECES: &[&str] = &[
    "<memo:Message xmlns:memo=\"https://DigitalPost.dk/MeMo-1\" memoVersion=\"1.2\">",
    "<memo:MessageHeader>",
    "</memo:MessageHeader>",
    "<memo:content>",
    "</memo:content>",
    "</memo:Message>",
    "<memo:label>",
    "</memo:label>",
    "<a/>",
    "<a ",
    "b='c'",
    "xmlns='d'",
    ">",
    "/>",
    "<!--",
    "-->",
    "<![CDATA[",
    "]]>",
    "<?",
    "?>",
    "&amp;",
    "&#65;",
    "&",
    ";",
    "]",
    "=",
    "AAAA",
    " ",
    "\r",
    "\n",
    "æ",
    "\u{FFFE}",
    "\0",
    "<",
    "\"",
];

fn check(bytes: &[u8]) -> Result<(), TestCaseError> {
    let limits = Limits { findings: 5, ..Limits::default() };
    let reading = read(bytes, &limits).unwrap();
    prop_assert!(reading.findings.list.len() <= 5);
    prop_assert_eq!(reading.message.is_some(), !reading.findings.has_errors());
    for finding in &reading.findings.list {
        prop_assert!(finding.position.offset_bytes <= bytes.len() as u64);
        prop_assert!(finding.position.line >= 1 && finding.position.column >= 1);
    }
    // What was read can be written, and read again.
    if let Some(message) = reading.message {
        let mut out = Vec::new();
        write(&message, Cursor::new(bytes), &mut out).unwrap();
        let again = read(out.as_slice(), &limits).unwrap();
        prop_assert_eq!(held(again.message.unwrap(), &out), held(message, bytes));
    }
    Ok(())
}

#[test]
fn a_text_that_xml_cannot_carry_is_named_by_its_place() {
    let party = PartyId::parse("CVR", "12345678").unwrap();
    let mut draft = LetterDraft::new(
        MemoVersion::V1_2,
        uuid::Uuid::from_u128(0x8c2ea15d_61fb_4ba9_9366_42f8b194c114),
        Timestamp::default(),
        (party, "A"),
        (party, None),
        "B",
    );
    draft.files.push(DraftFile {
        filename: "a.txt".to_owned(),
        encoding_format: "text/plain".to_owned(),
        content: vec![1],
    });
    let mut message = draft.build().unwrap();
    message.header.sender.label = "\u{1}".to_owned();
    let error = write(&message, Cursor::new([]), Vec::new()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "Message/MessageHeader/Sender/label holds a character that XML does not allow"
    );
}
