//! What is asked: the actions of the documents, and an answer that has a deadline.

use super::when;
use super::words::{Voice, plain, quoted, said};
use super::{ASKS_LIMIT, Appointment, Ask, AskKind, Standing, actions};
use crate::rules::entry_point_is_allowed;
use crate::{Action, Language, Message, Reservation, Timestamp};

/// The asks in the order of their dates, and how many are left out beyond the limit.
pub(super) fn asks(message: &Message, now: Option<Timestamp>, voice: Voice) -> (Vec<Ask>, usize) {
    let mut found: Vec<(i64, Asked<'_>)> = Vec::new();
    let header = &message.header;
    if let Some(by) = &header.reply_by_date_time
        && header.reply == Some(true)
    {
        found.push((by.timestamp().as_millis(), Asked::Answer(by.timestamp())));
    }
    for action in actions(message) {
        found.push((date_of(action).map_or(i64::MAX, Timestamp::as_millis), Asked::Action(action)));
    }
    // Stable, so that what has no date stays in the order of the letter.
    found.sort_by_key(|(at, _)| *at);
    let omitted = found.len().saturating_sub(ASKS_LIMIT);
    let told = found.into_iter().take(ASKS_LIMIT).map(|(_, asked)| match asked {
        Asked::Answer(by) => answer(by, now, voice),
        Asked::Action(action) => ask(action, now, voice),
    });
    (told.collect(), omitted)
}

enum Asked<'a> {
    Answer(Timestamp),
    Action(&'a Action),
}

/// An appointment is its own deadline; a time bound on putting it in a calendar is not one.
fn date_of(action: &Action) -> Option<Timestamp> {
    match &action.reservation {
        Some(reservation) => Some(reservation.start_date_time.timestamp()),
        None => action.end_date_time.as_ref().map(|end| end.timestamp()),
    }
}

fn answer(by: Timestamp, now: Option<Timestamp>, voice: Voice) -> Ask {
    let standing = now.map(|now| standing(by, by, now));
    let (you, by_when) = (voice.you_first(), when::deadline(by, voice.language));
    let can = voice.say("kan svare", "can answer");
    let words = format!("{you} {can} {by_when}{}.{}", left(standing, voice), gone(standing, voice));
    Ask {
        kind: AskKind::Answer,
        label: String::new(),
        opens: None,
        deadline: Some(by),
        appointment: None,
        url: None,
        standing,
        words,
    }
}

fn ask(action: &Action, now: Option<Timestamp>, voice: Voice) -> Ask {
    match &action.reservation {
        Some(reservation) => meeting(action, reservation, now, voice),
        None => task(action, now, voice),
    }
}

fn task(action: &Action, now: Option<Timestamp>, voice: Voice) -> Ask {
    let kind = AskKind::of_code(&action.action_code);
    let label = plain(&action.label);
    let deadline = date_of(action);
    let standing = deadline.zip(now).map(|(at, now)| standing(at, at, now));
    let start = action.start_date_time.as_ref().map(|start| start.timestamp());
    // Real letters have actions that end before they begin; a start like that tells nobody anything.
    let opens = start.filter(|start| deadline.is_none_or(|end| *start < end));
    let mut words = imperative(kind, voice);
    if let Some(at) = deadline {
        words.push_str(&format!(" {}", when::deadline(at, voice.language)));
        words.push_str(&left(standing, voice));
    }
    match quoted(&label, voice.language) {
        quote if quote.is_empty() => words.push('.'),
        quote => words.push_str(&format!(": {quote}.")),
    }
    words.push_str(gone(standing, voice));
    if let Some(opens) = opens.filter(|opens| now.is_none_or(|now| *opens > now)) {
        let from = voice.say("Det kan gøres fra", "It can be done from");
        words.push_str(&format!(" {from} {}.", when::moment(opens, voice.language)));
    }
    if kind == AskKind::Meet {
        let missing = voice.say(
            " Meddelelsen siger ikke, hvornår og hvor; se i brevet.",
            " The message does not say when and where; see the letter.",
        );
        words.push_str(missing);
    }
    let url = action.entry_point.as_ref().map(|entry| entry.url.as_str());
    let safe = url.filter(|url| entry_point_is_allowed(url)).map(plain);
    match (&safe, url) {
        (Some(url), _) => words.push_str(&format!(" Link: {url}")),
        (None, Some(_)) => words.push_str(voice.say(
            " Linket i meddelelsen er ikke en sikker adresse (https) og vises ikke her.",
            " The link in the message is not a secure address (https) and is not shown here.",
        )),
        (None, None) => {}
    }
    Ask { kind, label, opens, deadline, appointment: None, url: safe, standing, words }
}

pub(super) fn imperative(kind: AskKind, voice: Voice) -> String {
    let you = voice.you_object();
    match (kind, voice.language) {
        (AskKind::Answer, Language::Danish) => "Svar".to_owned(),
        (AskKind::Answer, Language::English) => "Answer".to_owned(),
        (AskKind::Meet, Language::Danish) => "Aftale".to_owned(),
        (AskKind::Meet, Language::English) => "Appointment".to_owned(),
        (AskKind::Confirm, Language::Danish) => "Bekræft".to_owned(),
        (AskKind::Confirm, Language::English) => "Confirm".to_owned(),
        (AskKind::Pay, Language::Danish) => "Betal".to_owned(),
        (AskKind::Pay, Language::English) => "Pay".to_owned(),
        (AskKind::Prepare, Language::Danish) => format!("Forbered {you}"),
        (AskKind::Prepare, Language::English) => "Prepare".to_owned(),
        (AskKind::Read, Language::Danish) => "Læs mere".to_owned(),
        (AskKind::Read, Language::English) => "Read more".to_owned(),
        (AskKind::SelfService, Language::Danish) => "Brug selvbetjeningen".to_owned(),
        (AskKind::SelfService, Language::English) => "Use the self-service".to_owned(),
        (AskKind::Enrol, Language::Danish) => format!("Tilmeld {you}"),
        (AskKind::Enrol, Language::English) => "Sign up".to_owned(),
        (AskKind::Sign, Language::Danish) => "Skriv under".to_owned(),
        (AskKind::Sign, Language::English) => "Sign".to_owned(),
        (AskKind::Other, Language::Danish) => "Gør dette".to_owned(),
        (AskKind::Other, Language::English) => "Do this".to_owned(),
    }
}

fn meeting(
    action: &Action,
    reservation: &Reservation,
    now: Option<Timestamp>,
    voice: Voice,
) -> Ask {
    let appointment = Appointment {
        title: plain(&reservation.abstract_text),
        description: plain(&reservation.description),
        start: reservation.start_date_time.timestamp(),
        end: reservation.end_date_time.timestamp(),
        place: plain(&reservation.location),
        organizer: said(reservation.organizer_name.as_ref()),
        mail: said(reservation.organizer_mail.as_ref()),
    };
    let (start, end) = (appointment.start, appointment.end);
    let standing = now.map(|now| standing(start, end.max(start), now));
    let several_days = end > start && when::day_of(start) != when::day_of(end);
    let have = match (voice.language, several_days) {
        (Language::Danish, false) => "har en aftale",
        (Language::Danish, true) => "har en aftale fra",
        (Language::English, false) => "have an appointment on",
        (Language::English, true) => "have an appointment from",
    };
    let span = when::span(start, end, voice.language);
    let mut words = format!("{} {have} {span}{}", voice.you_first(), left(standing, voice));
    match quoted(&appointment.title, voice.language) {
        title if title.is_empty() => words.push('.'),
        title => words.push_str(&format!(": {title}.")),
    }
    if standing == Some(Standing::Passed) {
        words.push_str(voice.say(" Den er forbi.", " It is over."));
    }
    if !appointment.place.is_empty() {
        let place = voice.say("Sted", "Place");
        words.push_str(&format!(" {place}: {}.", without_stop(&appointment.place)));
    }
    if !appointment.description.is_empty() && appointment.description != appointment.title {
        words.push_str(&format!(" {}.", without_stop(&appointment.description)));
    }
    let contact: Vec<&str> =
        [&appointment.organizer, &appointment.mail].into_iter().flatten().map(|s| &**s).collect();
    if !contact.is_empty() {
        let contact_word = voice.say("Kontakt", "Contact");
        words.push_str(&format!(" {contact_word}: {}.", contact.join(", ")));
    }
    Ask {
        kind: AskKind::Meet,
        label: plain(&action.label),
        opens: None,
        deadline: None,
        appointment: Some(appointment),
        url: None,
        standing,
        words,
    }
}

/// We end sentences ourselves.
fn without_stop(text: &str) -> &str {
    text.strip_suffix('.').unwrap_or(text)
}

fn standing(at: Timestamp, over: Timestamp, now: Timestamp) -> Standing {
    if over <= now {
        return Standing::Passed;
    }
    Standing::DaysLeft(when::days_left(at, now).max(0).unsigned_abs())
}

/// How long is left, in parentheses.
fn left(standing: Option<Standing>, voice: Voice) -> String {
    match (standing, voice.language) {
        (None | Some(Standing::Passed), _) => String::new(),
        (Some(Standing::DaysLeft(0)), Language::Danish) => " (i dag)".to_owned(),
        (Some(Standing::DaysLeft(0)), Language::English) => " (today)".to_owned(),
        (Some(Standing::DaysLeft(1)), Language::Danish) => " (i morgen)".to_owned(),
        (Some(Standing::DaysLeft(1)), Language::English) => " (tomorrow)".to_owned(),
        (Some(Standing::DaysLeft(days)), Language::Danish) => format!(" (om {days} dage)"),
        (Some(Standing::DaysLeft(days)), Language::English) => format!(" (in {days} days)"),
    }
}

fn gone(standing: Option<Standing>, voice: Voice) -> &'static str {
    match standing {
        Some(Standing::Passed) => voice.say(" Fristen er udløbet.", " The deadline has passed."),
        _ => "",
    }
}
