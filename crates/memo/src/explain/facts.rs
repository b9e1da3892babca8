//! What is good to know beside what is asked.

use super::when;
use super::words::{Voice, quoted, said};
use super::{Fact, FactKind};
use crate::{ContentData, Language, Message, MessageHeader, Timestamp};

/// Names of attachments told one by one.
const NAMES: usize = 5;

/// The facts, what weighs most first.
pub(super) fn facts(message: &Message, now: Option<Timestamp>, voice: Voice) -> Vec<Fact> {
    let header = &message.header;
    let mut facts = Vec::new();
    let mut tell = |kind, words: Option<String>| {
        facts.extend(words.map(|words| Fact { kind, words }));
    };
    tell(
        FactKind::LegalNotification,
        header.legal_notification.unwrap_or(false).then(|| legal(voice)),
    );
    tell(FactKind::Mandatory, header.mandatory.unwrap_or(false).then(|| mandatory(voice)));
    tell(FactKind::Answers, answers(header, voice));
    tell(FactKind::About, header.content_data.as_ref().and_then(|data| about(data, voice)));
    tell(FactKind::Behind, behind(header, voice));
    tell(FactKind::NotBefore, not_before(header, now, voice));
    tell(FactKind::Attachments, attachments(message, voice));
    tell(FactKind::Forwarded, forwarded(header, voice));
    tell(FactKind::Conversation, conversation(header, voice));
    facts
}

fn legal(voice: Voice) -> String {
    match voice.language {
        Language::Danish => format!(
            "Brevet er en forkyndelse: en officiel meddelelse, der kan have retlige følger, også hvis {} ikke \
             reagerer. Læs det med det samme.",
            voice.you()
        ),
        Language::English => {
            "The letter is a service of legal documents (forkyndelse): it can have legal \
             consequences even if you do not react. Read it at once."
                .to_owned()
        }
    }
}

fn mandatory(voice: Voice) -> String {
    voice
        .say(
            "Brevet er obligatorisk post: det sendes også til den, der er fritaget for Digital Post.",
            "The letter is mandatory mail: it is sent even to those who are exempt from Digital Post.",
        )
        .to_owned()
}

fn answers(header: &MessageHeader, voice: Voice) -> Option<String> {
    let by = header.reply_by_date_time.as_ref().map(|by| by.timestamp());
    if header.reply != Some(true) {
        let by = when::deadline(by?, voice.language);
        return Some(match voice.language {
            Language::Danish => {
                format!(
                    "Brevet nævner en frist for svar, {by}, men det kan ikke besvares digitalt."
                )
            }
            Language::English => format!(
                "The letter names a deadline for answers, {by}, but it cannot be answered digitally."
            ),
        });
    }
    let point = header.sender.contact_point.as_ref();
    let place = point
        .and_then(|point| said(point.label.as_ref()))
        .or_else(|| said(Some(&header.sender.label)));
    let answer = voice.your_answer();
    let goes = place.map(|place| match voice.language {
        Language::Danish => format!("{answer} går til {place}."),
        Language::English => format!("{answer} goes to {place}."),
    });
    // With a deadline the ask has said it already.
    let may = by.is_none().then(|| match voice.language {
        Language::Danish => format!("{} kan svare på brevet.", voice.you_first()),
        Language::English => "You can answer the letter.".to_owned(),
    });
    let sentences: Vec<String> = may.into_iter().chain(goes).collect();
    (!sentences.is_empty()).then(|| sentences.join(" "))
}

/// Whom and what it is about, by name and never by the number of a person.
fn about(data: &ContentData, voice: Voice) -> Option<String> {
    let with = |danish, english, text: Option<String>| {
        text.map(|text| format!("{} {text}", voice.say(danish, english)))
    };
    let subjects = [
        data.cpr_data.as_ref().and_then(|person| said(person.name.as_ref())),
        data.cvr_data.as_ref().and_then(|company| {
            said(company.company_name.as_ref()).or_else(|| said(Some(&company.cvr_number)))
        }),
        data.production_unit.as_ref().and_then(|unit| said(unit.production_unit_name.as_ref())),
        with("sag", "case", data.case_id.as_ref().and_then(|case| said(Some(&case.case_id)))),
        with(
            "køretøj",
            "vehicle",
            data.motor_vehicle.as_ref().and_then(|car| said(Some(&car.license_number))),
        ),
        with(
            "ejendom",
            "property",
            data.property_number.as_ref().and_then(|home| said(Some(&home.property_number))),
        ),
        data.education.as_ref().and_then(|education| said(education.education_name.as_ref())),
        data.kle_data.as_ref().and_then(|kle| said(Some(&kle.label))),
        data.form_data.as_ref().and_then(|form| said(Some(&form.label))),
    ];
    let subjects: Vec<String> = subjects.into_iter().flatten().collect();
    let about = voice.say("Det handler om", "It is about");
    (!subjects.is_empty()).then(|| format!("{about}: {}.", subjects.join("; ")))
}

fn behind(header: &MessageHeader, voice: Voice) -> Option<String> {
    let sender = &header.sender;
    let responsible = sender
        .attention_data
        .as_ref()
        .and_then(|attention| attention.content_responsible.as_ref())
        .and_then(|responsible| said(responsible.label.as_ref()));
    let representative = sender.representative.as_ref().and_then(|one| said(one.label.as_ref()));
    let responsible = responsible.map(|name| {
        let words = voice.say("Ansvarlig for indholdet er", "Responsible for the content is");
        format!("{words} {name}.")
    });
    let representative = representative.map(|name| {
        let words = voice.say("Afsenderen er repræsenteret af", "The sender is represented by");
        format!("{words} {name}.")
    });
    let sentences: Vec<String> = responsible.into_iter().chain(representative).collect();
    (!sentences.is_empty()).then(|| sentences.join(" "))
}

fn not_before(header: &MessageHeader, now: Option<Timestamp>, voice: Voice) -> Option<String> {
    let date = when::day_named(header.do_not_deliver_until_date.as_ref()?);
    let day = when::day(date, voice.language);
    let is_ahead = now.is_none_or(|now| when::day_of(now) < date);
    Some(match (voice.language, is_ahead) {
        (Language::Danish, true) => format!("Brevet afleveres tidligst {day}."),
        (Language::Danish, false) => format!("Brevet kunne tidligst afleveres {day}."),
        (Language::English, true) => format!("The letter is delivered on {day} at the earliest."),
        (Language::English, false) => {
            format!("The letter could be delivered on {day} at the earliest.")
        }
    })
}

fn attachments(message: &Message, voice: Voice) -> Option<String> {
    let documents = &message.body.as_ref()?.additional_documents;
    if documents.is_empty() {
        return None;
    }
    let names = documents.iter().take(NAMES).filter_map(|document| {
        let file = document.files.first().map(|file| &file.filename);
        let name = said(document.label.as_ref()).or_else(|| said(file))?;
        Some(quoted(&name, voice.language))
    });
    let mut names: Vec<String> = names.collect();
    let count = documents.len();
    if count > NAMES {
        names.push(match voice.language {
            Language::Danish => format!("og {} til", count - NAMES),
            Language::English => format!("and {} more", count - NAMES),
        });
    }
    let words = match (voice.language, count) {
        (Language::Danish, _) => format!("Brevet har {count} bilag"),
        (Language::English, 1) => "The letter has 1 attachment".to_owned(),
        (Language::English, _) => format!("The letter has {count} attachments"),
    };
    let colon = if names.is_empty() { "" } else { ": " };
    Some(format!("{words}{colon}{}.", names.join(", ")))
}

fn forwarded(header: &MessageHeader, voice: Voice) -> Option<String> {
    let forward = header.forward_data.as_ref()?;
    let day =
        when::day(when::day_of(forward.original_message_date_time.timestamp()), voice.language);
    let from = said(Some(&forward.original_sender))
        .unwrap_or_else(|| voice.say("en anden afsender", "another sender").to_owned());
    let mut words = match voice.language {
        Language::Danish => {
            format!("Brevet er videresendt. Det kom oprindelig fra {from} {day}.")
        }
        Language::English => {
            format!("The letter is forwarded. It first came from {from} on {day}.")
        }
    };
    if let Some(comment) = said(forward.comment.as_ref()) {
        let comment = quoted(&comment, voice.language);
        words.push_str(&format!(" {}: {comment}.", voice.say("Bemærkning", "Remark")));
    }
    Some(words)
}

fn conversation(header: &MessageHeader, voice: Voice) -> Option<String> {
    let own = header.message_uuid;
    let is_answer =
        header.reply_data.iter().any(|step| step.message_uuid == own && step.reply_uuid.is_some());
    let others = header.reply_data.iter().filter(|step| step.message_uuid != own).count();
    let answer =
        voice.say("Brevet er et svar på et tidligere brev.", "The letter answers an earlier one.");
    match (is_answer, others, voice.language) {
        (true, _, _) => Some(answer.to_owned()),
        (false, 0, _) => None,
        (false, 1, Language::Danish) => Some("Brevet hører sammen med et andet brev.".to_owned()),
        (false, 1, Language::English) => Some("The letter belongs with another one.".to_owned()),
        (false, _, Language::Danish) => {
            Some(format!("Brevet hører sammen med {others} andre breve."))
        }
        (false, _, Language::English) => Some(format!("The letter belongs with {others} others.")),
    }
}
