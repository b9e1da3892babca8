//! Any message: every class with every value the schema allows, to be held against what must hold for all.
#![allow(dead_code, reason = "each test file uses its own part")]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

use std::io::Cursor;

use brevdue_memo::*;
use proptest::collection::vec;
use proptest::option::of;
use proptest::prelude::*;

/// Text as XML can carry it, with what tends to go wrong in it.
pub(crate) fn text(max: usize) -> impl Strategy<Value = String> {
    let character = prop_oneof![
        8 => proptest::char::range(' ', '~'),
        2 => proptest::sample::select(vec!['æ', 'Ø', 'å', '\u{A0}', '\u{85}', '\u{2028}', '\u{FFFD}', '\u{FEFF}', '😀', '\u{10FFFF}']),
        2 => proptest::sample::select(vec!['<', '>', '&', '"', '\'', ']', '\r', '\n', '\t', ' ', '-', '?']),
    ];
    vec(character, 0..=max.min(40)).prop_map(|characters| characters.into_iter().collect())
}

pub(crate) fn text256() -> impl Strategy<Value = String> {
    prop_oneof![9 => text(40).boxed(), 1 => "[a-zæøå😀]{256}".boxed()]
}

pub(crate) fn uuid4() -> impl Strategy<Value = Uuid4> {
    let spelled =
        "[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-4[0-9a-fA-F]{3}-[89abAB][0-9a-fA-F]{3}-[0-9a-fA-F]{12}";
    spelled.prop_map(|spelled| Uuid4::parse(&spelled).unwrap())
}

pub(crate) fn date_time() -> impl Strategy<Value = UtcDateTime> {
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
        sender in sender(version).boxed(),
        recipient in recipient().boxed(),
        data in (of(content_data().boxed()), of(forward_data(version).boxed()), vec(reply_data().boxed(), 0..3)),
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

pub(crate) fn message() -> impl Strategy<Value = Message> {
    prop_oneof![Just(MemoVersion::V1_1), Just(MemoVersion::V1_2)].prop_flat_map(|version| {
        (header(version).boxed(), of(body().boxed()), text256()).prop_map(
            move |(header, body, schema_version)| Message {
                version,
                schema_version: (version == MemoVersion::V1_1).then_some(schema_version),
                header,
                body,
            },
        )
    })
}

pub(crate) fn files(message: &mut Message) -> Vec<&mut File> {
    let Some(body) = &mut message.body else { return Vec::new() };
    let additional = body.additional_documents.iter_mut().flat_map(|document| &mut document.files);
    let technical = body.technical_documents.iter_mut().flat_map(|document| &mut document.files);
    body.main_document.files.iter_mut().chain(additional).chain(technical).collect()
}

/// The message with the content of its files in memory.
pub(crate) fn held(mut message: Message, source: &[u8]) -> Message {
    for file in files(&mut message) {
        let decoded = file.content.hold(Cursor::new(source)).unwrap();
        assert_eq!(decoded.len() as u64, file.content.len_bytes());
        file.content = Content::Held(decoded);
    }
    message
}

pub(crate) fn written(message: &Message) -> Vec<u8> {
    let mut out = Vec::new();
    write(message, Cursor::new([]), &mut out).unwrap();
    out
}
