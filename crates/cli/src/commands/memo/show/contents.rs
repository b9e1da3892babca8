//! What a message is about, its documents and its actions.

use brevdue_memo::explain::when;
use brevdue_memo::rules::entry_point_is_allowed;
use brevdue_memo::{
    Action, Content, ContentData, File, Language, Message, MessageBody, MessageHeader,
};

use super::parties::{address, named};
use super::screen::Screen;

/// Files, and actions, told one by one.
const TOLD: usize = 20;
/// Steps of a conversation told one by one.
const STEPS: usize = 5;

pub(super) fn about_on(screen: &mut Screen, header: &MessageHeader) {
    let Some(data) = &header.content_data else { return };
    let person = data.cpr_data.as_ref();
    let person =
        person.map(|one| named(one.name.as_deref(), &[Some("CPR"), Some(&one.cpr_number)]));
    screen.line("om person", "about person", person.as_deref());
    let company = data.cvr_data.as_ref();
    let company = company
        .map(|one| named(one.company_name.as_deref(), &[Some("CVR"), Some(&one.cvr_number)]));
    screen.line("virksomhed", "company", company.as_deref());
    let unit = data.production_unit.as_ref();
    let unit = unit.map(|one| {
        named(one.production_unit_name.as_deref(), &[Some("P"), Some(&one.production_unit_number)])
    });
    screen.line("P-enhed", "P unit", unit.as_deref());
    let case =
        data.case_id.as_ref().map(|one| named(Some(&one.case_id), &[Some(&one.case_system)]));
    screen.line("sag", "case", case.as_deref());
    let vehicle = data.motor_vehicle.as_ref();
    let vehicle =
        vehicle.map(|one| named(Some(&one.license_number), &[one.chassis_number.as_deref()]));
    screen.line("køretøj", "vehicle", vehicle.as_deref());
    let property = data.property_number.as_ref().map(|one| one.property_number.as_str());
    screen.line("ejendom", "property", property);
    let education = data.education.as_ref();
    let education =
        education.map(|one| named(one.education_name.as_deref(), &[Some(&one.education_code)]));
    screen.line("uddannelse", "education", education.as_deref());
    let home = data.address.as_ref().map(address);
    screen.line("adresse", "address", home.as_deref());
    let free = data.unstructured_address.as_ref().map(|one| one.unstructured.as_str());
    screen.line("adresse", "address", free);
    classified_on(screen, data);
    for pair in &data.additional_content_data {
        let group = pair.content_data_type.as_deref();
        let value = format!("{}: {}", pair.content_data_name, pair.content_data_value);
        screen.line("øvrigt", "other", Some(&named(Some(&value), &[group])));
    }
}

fn classified_on(screen: &mut Screen, data: &ContentData) {
    if let Some(kle) = &data.kle_data {
        let key = [Some(&*kle.subject_key), kle.activity_facet.as_deref(), Some(&*kle.version)];
        screen.line("KLE", "KLE", Some(&named(Some(&kle.label), &key)));
    }
    if let Some(form) = &data.form_data {
        let key = [Some(&*form.task_key), form.activity_facet.as_deref(), Some(&*form.version)];
        screen.line("FORM", "FORM", Some(&named(Some(&form.label), &key)));
    }
}

pub(super) fn conversation_on(screen: &mut Screen, header: &MessageHeader) {
    if let Some(forward) = &header.forward_data {
        let at = screen.moment(forward.original_message_date_time.timestamp());
        let from = format!("{}, {at} ({})", forward.original_sender, forward.message_uuid);
        screen.line("videresendt", "forwarded", Some(&from));
        let behind = [&forward.original_content_responsible, &forward.original_representative];
        behind.into_iter().for_each(|name| screen.line("", "", name.as_deref()));
        screen.line("  bemærkning", "  remark", forward.comment.as_deref());
    }
    for step in header.reply_data.iter().take(STEPS) {
        let own = step.message_uuid == header.message_uuid;
        let mut told = match own {
            true => screen.say("denne meddelelse", "this message").to_owned(),
            false => step.message_uuid.to_string(),
        };
        if let Some(parent) = step.reply_uuid {
            told.push_str(&format!(" {} {parent}", screen.say("besvarer", "answers")));
        }
        let case = step.case_id.as_deref().filter(|case| !case.is_empty());
        if let Some(case) = case {
            told.push_str(&format!(", {} {case}", screen.say("sag", "case")));
        }
        if let Some(comment) = &step.comment {
            told.push_str(&format!(": {comment}"));
        }
        screen.line("samtale", "conversation", Some(&told));
    }
    screen.more(header.reply_data.len().saturating_sub(STEPS));
}

pub(super) fn documents_on(screen: &mut Screen, body: &MessageBody) {
    let main = (("hovedbrev", "main"), &body.main_document.label, &body.main_document.files);
    let attached = body.additional_documents.iter();
    let attached = attached.map(|one| (("bilag", "attached"), &one.label, &one.files));
    let technical = body.technical_documents.iter();
    let technical = technical.map(|one| (("teknisk", "technical"), &one.label, &one.files));
    let documents = std::iter::once(main).chain(attached).chain(technical);
    let mut files = documents
        .flat_map(|(kind, label, files)| files.iter().map(move |file| (kind, label, file)));
    for ((danish, english), label, file) in files.by_ref().take(TOLD) {
        let told = told_file(screen, label.as_deref(), file);
        screen.line(danish, english, Some(&told));
    }
    screen.more(files.count());
}

fn told_file(screen: &Screen, label: Option<&str>, file: &File) -> String {
    let size = screen.size(Content::len_bytes(&file.content));
    let told = format!("{}, {}, {}, {size}", file.filename, file.encoding_format, file.language);
    match label.filter(|label| !label.is_empty() && *label != file.filename) {
        Some(label) => format!("{told} – {label}"),
        None => told,
    }
}

pub(super) fn actions_on(screen: &mut Screen, message: &Message) {
    let Some(body) = &message.body else { return };
    let attached = body.additional_documents.iter().flat_map(|document| &document.actions);
    let mut actions = body.main_document.actions.iter().chain(attached);
    for action in actions.by_ref().take(TOLD) {
        action_on(screen, action);
    }
    screen.more(actions.count());
}

fn action_on(screen: &mut Screen, action: &Action) {
    let language = screen.language;
    let told = named(Some(&action.label), &[Some(&action.action_code)]);
    screen.line("handling", "action", Some(&told));
    if let Some(start) = &action.start_date_time {
        let from = screen.moment(start.timestamp());
        screen.line("  fra", "  from", Some(&from));
    }
    if let Some(end) = &action.end_date_time {
        let by = when::deadline(end.timestamp(), language);
        screen.line("  frist", "  deadline", Some(&by));
    }
    if let Some(reservation) = &action.reservation {
        let (start, end) =
            (reservation.start_date_time.timestamp(), reservation.end_date_time.timestamp());
        screen.line("  aftale", "  meeting", Some(&reservation.abstract_text));
        screen.line("  tid", "  time", Some(&when::span(start, end, language)));
        screen.line("  sted", "  place", Some(&reservation.location));
        screen.line("  tekst", "  text", Some(&reservation.description));
        let (name, mail) = (&reservation.organizer_name, &reservation.organizer_mail);
        let organizer = named(name.as_deref(), &[mail.as_deref()]);
        screen.line("  vært", "  organizer", Some(&organizer));
    }
    if let Some(entry) = &action.entry_point {
        let unsafe_word = match (entry_point_is_allowed(&entry.url), language) {
            (true, _) => "",
            (false, Language::Danish) => " (ikke en fuld https-adresse)",
            (false, Language::English) => " (not a full https address)",
        };
        screen.line("  link", "  link", Some(&format!("{}{unsafe_word}", entry.url)));
    }
}
