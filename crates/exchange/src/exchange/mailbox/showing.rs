//! A MeMo message in the words of the mailbox API.

use brevdue_memo as memo;
use brevdue_wire::mailbox as wire;
use uuid::Uuid;

use super::MailboxError;
use super::folders::folder_id;
use super::opening::{OpenMailbox, time};
use crate::ids::named;
use crate::{Exchange, MailboxLine, MailboxRow, Memo, MemoState, Origin, Outline};

/// What MeMo keeps about time, as text.
fn when(at: &memo::UtcDateTime) -> String {
    time(at.timestamp())
}

fn millis(at: i64) -> String {
    time(memo::Timestamp::from_millis(at))
}

impl Exchange {
    /// A message as lists show it.
    pub(super) fn show_line(&self, open: &OpenMailbox, line: &MailboxLine) -> wire::Message {
        let (entry, marks) = (&line.entry, &line.marks);
        let is_sent = line.origin == Origin::Mailbox(open.owner());
        let outline = line.outline.as_ref();
        let updated = marks.changed_millis.map(memo::Timestamp::from_millis);
        let updated = updated.max(entry.read_at).unwrap_or(entry.arrived_at);
        let label = marks.label.clone().or(outline.map(|outline| outline.label.clone()));
        wire::Message {
            id: Some(entry.memo.0),
            version: Some(marks.version),
            created_date_time: Some(time(entry.arrived_at)),
            last_updated: Some(time(updated)),
            message_date_time: Some(time(line.received_at)),
            mailbox_id: Some(open.id()),
            folder_id: Some(folder_id(open.owner(), entry.folder)),
            message_type: outline.map(kind),
            message_state: Some(if is_sent {
                wire::MessageState::Sent
            } else {
                wire::MessageState::Received
            }),
            message_identifier: outline.and_then(|outline| outline.message_id.clone()),
            message_code: marks.code.clone(),
            received_date_time: (!is_sent)
                .then(|| time(line.available_at.unwrap_or(entry.arrived_at))),
            send_date_time: is_sent.then(|| time(line.received_at)),
            label,
            reply: outline.map(|outline| outline.reply),
            reply_by_date_time: outline.and_then(|outline| outline.reply_by_millis).map(millis),
            flag: Some(marks.flag),
            legally_notified: Some(marks.served_millis.is_some()),
            legally_notified_date_time: marks.served_millis.map(millis),
            read: Some(entry.read_at.is_some()),
            error_message: Some(is_sent && line.state == MemoState::Refused),
            sender: outline.map(|outline| wire::Sender {
                sender_id: Some(outline.sender.digits().to_owned()),
                sender_id_type: sender_id_type(outline.sender.id_type()),
                label: Some(outline.sender_label.clone()),
                ..wire::Sender::default()
            }),
            recipient: outline.map(|outline| wire::Recipient {
                recipient_id: Some(outline.recipient.digits().to_owned()),
                recipient_id_type: recipient_id_type(outline.recipient.id_type()),
                label: outline.recipient_label.clone(),
                ..wire::Recipient::default()
            }),
            note: marks.note.clone(),
            ..wire::Message::default()
        }
    }

    /// A message with everything in it. May block while it is read.
    pub(super) fn show_letter(
        &self,
        open: &OpenMailbox,
        row: &MailboxRow,
    ) -> Result<wire::Message, MailboxError> {
        let letter = self.read_letter(row)?;
        let line = line_of(row);
        let shown = self.show_line(open, &line);
        let header = &letter.header;
        Ok(wire::Message {
            message_code: row.marks.code.clone().or(header.message_code.clone()),
            memo_created_date_time: letter.body.as_ref().map(|b| when(&b.created_date_time)),
            label: row.marks.label.clone().or(Some(header.label.clone())),
            forward: Some(header.forward_data.is_some()),
            sender: Some(sender(&header.sender)),
            recipient: Some(recipient(&header.recipient)),
            transaction_id: Some(row.memo.transmission.to_string()),
            documents: Some(documents(open, row, &letter)),
            reply_data: Some(header.reply_data.iter().map(reply_data).collect()),
            forward_data: header.forward_data.as_ref().map(forward_data),
            content_data: header.content_data.as_ref().map(content_data),
            post_type: header.post_type.clone(),
            ..shown
        })
    }
}

fn line_of(row: &MailboxRow) -> MailboxLine {
    let MailboxRow { entry, marks, memo } = row;
    let Memo { origin, state, outline, received_at, available_at, .. } = memo.clone();
    let (entry, marks) = (entry.clone(), marks.clone());
    MailboxLine { entry, marks, origin, state, outline, received_at, available_at }
}

fn kind(outline: &Outline) -> wire::MessageKind {
    if outline.legal_notification {
        wire::MessageKind::LegalNotification
    } else if outline.mandatory {
        wire::MessageKind::Mandatory
    } else {
        wire::MessageKind::Regular
    }
}

fn sender_id_type(text: &str) -> Option<wire::SenderIdType> {
    match text.to_ascii_uppercase().as_str() {
        "CPR" => Some(wire::SenderIdType::Cpr),
        "CVR" => Some(wire::SenderIdType::Cvr),
        _ => None,
    }
}

fn recipient_id_type(text: &str) -> Option<wire::RecipientIdType> {
    match text.to_ascii_uppercase().as_str() {
        "CPR" => Some(wire::RecipientIdType::Cpr),
        "CVR" => Some(wire::RecipientIdType::Cvr),
        _ => None,
    }
}

fn sender(from: &memo::Sender) -> wire::Sender {
    wire::Sender {
        sender_id: Some(from.sender_id.clone()),
        sender_id_type: sender_id_type(&from.id_type),
        sender_id_type_label: from.id_type_label.clone(),
        label: Some(from.label.clone()),
        attention_data: from.attention_data.as_ref().map(attention_data),
        contact_point: from.contact_point.as_ref().map(contact_point),
        organisation_id: None,
    }
}

/// A recipient as a draft keeps it too.
pub(super) fn recipient(to: &memo::Recipient) -> wire::Recipient {
    wire::Recipient {
        recipient_id: Some(to.recipient_id.clone()),
        recipient_id_type: recipient_id_type(&to.id_type),
        recipient_id_type_label: to.id_type_label.clone(),
        label: to.label.clone(),
        attention_data: to.attention_data.as_ref().map(attention_data),
        contact_point: to.contact_point.as_ref().map(contact_point),
    }
}

fn contact_point(point: &memo::ContactPoint) -> wire::MessageContactPoint {
    let info = point.contact_info.iter().map(|info| wire::ContactInfo {
        label: Some(info.label.clone()),
        value: Some(info.value.clone()),
    });
    wire::MessageContactPoint {
        contact_group: point.contact_group.clone(),
        contact_point_id: Uuid::try_parse(point.contact_point_id.trim()).ok(),
        label: point.label.clone(),
        contact_info: Some(info.collect()),
    }
}

fn address(at: &memo::Address) -> wire::Address {
    wire::Address {
        address_label: at.address_label.clone(),
        house_number: at.house_number.clone(),
        door: at.door.clone(),
        floor: at.floor.clone(),
        co: at.co.clone(),
        zip_code: at.zip_code.clone(),
        city: at.city.clone(),
        country: at.country.clone(),
    }
}

fn attention_data(data: &memo::AttentionData) -> wire::AttentionData {
    let person = data.attention_person.as_ref();
    let unit = data.production_unit.as_ref();
    let place = data.global_location_number.as_ref();
    let mail = data.email.as_ref();
    let tax = data.se_number.as_ref();
    let phone = data.telephone.as_ref();
    let responsible = data.content_responsible.as_ref();
    let system = data.generating_system.as_ref();
    let sor = data.sor_data.as_ref();
    let eid = data.eid.as_ref();
    wire::AttentionData {
        person_id: person.and_then(|person| person.person_id.clone()),
        person_label: person.and_then(|person| person.label.clone()),
        production_unit_number: unit.map(|unit| unit.production_unit_number.to_string()),
        production_unit_name: unit.and_then(|unit| unit.production_unit_name.clone()),
        global_location_number: place.map(|place| place.global_location_number.to_string()),
        location: place.and_then(|place| place.location.clone()),
        email_address: mail.map(|mail| mail.email_address.clone()),
        related_email_agent: mail.and_then(|mail| mail.related_agent.clone()),
        se_number: tax.map(|tax| tax.se_number.clone()),
        se_company_name: tax.and_then(|tax| tax.company_name.clone()),
        telephone_number: phone.map(|phone| phone.telephone_number.clone()),
        related_telephone_agent: phone.and_then(|phone| phone.related_agent.clone()),
        content_responsible_id: responsible.and_then(|r| r.content_responsible_id.clone()),
        content_responsible_label: responsible.and_then(|r| r.label.clone()),
        generating_system_id: system.map(|system| system.generating_system_id.clone()),
        generating_system_label: system.and_then(|system| system.label.clone()),
        unstructured_address: data.unstructured_address.as_ref().map(|a| a.unstructured.clone()),
        address: data.address.as_ref().map(address),
        sor_data_sor_identifier: sor.map(|sor| sor.sor_identifier.clone()),
        sor_data_entry_name: sor.and_then(|sor| sor.entry_name.clone()),
        eid: eid.map(|eid| eid.eid.clone()),
        eid_label: eid.and_then(|eid| eid.label.clone()),
    }
}

fn content_data(data: &memo::ContentData) -> wire::ContentData {
    let (cpr, cvr) = (data.cpr_data.as_ref(), data.cvr_data.as_ref());
    let (car, case) = (data.motor_vehicle.as_ref(), data.case_id.as_ref());
    let (kle, form) = (data.kle_data.as_ref(), data.form_data.as_ref());
    let (unit, education) = (data.production_unit.as_ref(), data.education.as_ref());
    let pairs = data.additional_content_data.iter().map(|pair| wire::AdditionalContentData {
        content_data_type: pair.content_data_type.clone(),
        content_data_name: Some(pair.content_data_name.clone()),
        content_data_value: Some(pair.content_data_value.clone()),
    });
    wire::ContentData {
        cpr_data_cpr_number: cpr.map(|cpr| cpr.cpr_number.clone()),
        cpr_data_name: cpr.and_then(|cpr| cpr.name.clone()),
        cvr_data_cvr_number: cvr.map(|cvr| cvr.cvr_number.clone()),
        cvr_data_company_name: cvr.and_then(|cvr| cvr.company_name.clone()),
        motor_vehicle_license_number: car.map(|car| car.license_number.clone()),
        motor_vehicle_chassis_number: car.and_then(|car| car.chassis_number.clone()),
        property_number: data.property_number.as_ref().map(|p| p.property_number.clone()),
        case_id: case.map(|case| case.case_id.clone()),
        case_system: case.map(|case| case.case_system.clone()),
        kle_data_subject_key: kle.map(|kle| kle.subject_key.clone()),
        kle_data_version: kle.map(|kle| kle.version.clone()),
        kle_data_activity_facet: kle.and_then(|kle| kle.activity_facet.clone()),
        kle_data_label: kle.map(|kle| kle.label.clone()),
        form_data_task_key: form.map(|form| form.task_key.clone()),
        form_data_version: form.map(|form| form.version.clone()),
        form_data_activity_facet: form.and_then(|form| form.activity_facet.clone()),
        form_data_label: form.map(|form| form.label.clone()),
        production_unit_number: unit
            .and_then(|unit| unit.production_unit_number.to_string().parse().ok()),
        production_unit_name: unit.and_then(|unit| unit.production_unit_name.clone()),
        education_code: education.map(|education| education.education_code.clone()),
        education_name: education.and_then(|education| education.education_name.clone()),
        unstructured_address: data.unstructured_address.as_ref().map(|a| a.unstructured.clone()),
        address: data.address.as_ref().map(address),
        additional_content_data: Some(pairs.collect()),
    }
}

fn reply_data(step: &memo::ReplyData) -> wire::ReplyData {
    let pairs = step.additional_reply_data.iter().map(|pair| wire::AdditionalReplyData {
        label: Some(pair.label.clone()),
        value: Some(pair.value.clone()),
    });
    wire::ReplyData {
        child_message_id: Some(step.message_uuid.value()),
        parent_message_id: step.reply_uuid.as_ref().map(memo::Uuid4::value),
        message_identifier: step.message_id.clone(),
        sender_id: step.sender_id.clone(),
        recipient_id: step.recipient_id.clone(),
        case_id: step.case_id.clone(),
        contact_point_id: step.contact_point_id.clone(),
        generating_system_id: step.generating_system_id.clone(),
        comment: step.comment.clone(),
        additional_reply_data: Some(pairs.collect()),
    }
}

fn forward_data(data: &memo::ForwardData) -> wire::ForwardData {
    wire::ForwardData {
        original_message_id: Some(data.message_uuid.value()),
        original_sender: Some(data.original_sender.clone()),
        original_content_responsible: data.original_content_responsible.clone(),
        contact_point_id: data.contact_point_id.as_deref().and_then(|id| id.parse().ok()),
        comment: data.comment.clone(),
        original_message_date_time: Some(when(&data.original_message_date_time)),
    }
}

/// Its documents with ids that stay the same as long as the message is there.
pub(super) fn documents(
    open: &OpenMailbox,
    row: &MailboxRow,
    letter: &memo::Message,
) -> Vec<wire::Document> {
    let message = row.entry.memo.0;
    let is_received = row.memo.origin != Origin::Mailbox(open.owner());
    let received = is_received.then(|| row.memo.available_at.unwrap_or(row.entry.arrived_at));
    let Some(body) = &letter.body else { return Vec::new() };
    let main = &body.main_document;
    let mut all = vec![document(
        named(message, "main"),
        wire::DocumentType::Main,
        (&main.main_document_id, &main.label),
        &main.files,
        (&main.actions, received),
    )];
    for (number, one) in body.additional_documents.iter().enumerate() {
        all.push(document(
            named(message, &format!("additional {number}")),
            wire::DocumentType::Additional,
            (&one.additional_document_id, &one.label),
            &one.files,
            (&one.actions, received),
        ));
    }
    for (number, one) in body.technical_documents.iter().enumerate() {
        all.push(document(
            named(message, &format!("technical {number}")),
            wire::DocumentType::Technical,
            (&one.technical_document_id, &one.label),
            &one.files,
            (&[], None),
        ));
    }
    all
}

/// The id of a file by its place in its document.
pub(super) fn file_id(document: Uuid, number: usize) -> Uuid {
    named(document, &format!("file {number}"))
}

fn document(
    id: Uuid,
    document_type: wire::DocumentType,
    (document_id, label): (&Option<String>, &Option<String>),
    files: &[memo::File],
    (actions, received): (&[memo::Action], Option<memo::Timestamp>),
) -> wire::Document {
    let files = files.iter().enumerate().map(|(number, file)| wire::File {
        id: Some(file_id(id, number)),
        version: Some(1),
        encoding_format: Some(file.encoding_format.clone()),
        filename: Some(file.filename.clone()),
        language: Some(file.language.clone()),
        file_size: Some(file.content.len_bytes()),
    });
    let actions = actions.iter().enumerate().map(|(number, one)| action(id, number, one, received));
    wire::Document {
        id: Some(id),
        version: Some(1),
        document_type: Some(document_type),
        document_id: document_id.clone(),
        label: label.clone(),
        files: Some(files.collect()),
        actions: Some(actions.collect()),
    }
}

/// An action of a document. How far it has come is for the sender's system to tell, and no operation of
/// the interface tells it: what was `received` stands at that.
fn action(
    document: Uuid,
    number: usize,
    action: &memo::Action,
    received: Option<memo::Timestamp>,
) -> wire::Action {
    let appointment = action.reservation.as_ref();
    let id = named(document, &format!("action {number}"));
    let action_status = received.map(|at| wire::ActionStatus {
        id: Some(named(id, "status")),
        version: Some(1),
        created_date_time: Some(time(at)),
        last_updated: Some(time(at)),
        status_code_last_updated: Some(time(at)),
        status_code: Some(wire::ActionStatusCode::Received),
        note: None,
    });
    wire::Action {
        id: Some(id),
        version: Some(1),
        label: Some(action.label.clone()),
        action_code: Some(action.action_code.clone()),
        action_start_time: action.start_date_time.as_ref().map(when),
        action_end_time: action.end_date_time.as_ref().map(when),
        entry_point_url: action.entry_point.as_ref().map(|entry| entry.url.clone()),
        description: appointment.map(|a| a.description.clone()),
        reservation_uuid: appointment.map(|a| a.reservation_uuid.value()),
        reservation_abstract: appointment.map(|a| a.abstract_text.clone()),
        location: appointment.map(|a| a.location.clone()),
        reservation_start_time: appointment.map(|a| when(&a.start_date_time)),
        reservation_end_time: appointment.map(|a| when(&a.end_date_time)),
        organizer_mail: appointment.and_then(|a| a.organizer_mail.clone()),
        organizer_name: appointment.and_then(|a| a.organizer_name.clone()),
        action_status,
    }
}
