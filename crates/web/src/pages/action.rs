//! What the reader of a message can do, as cards.

use brevdue_memo::{Action, Timestamp};

use crate::links::link;
use crate::texts::Texts;
use crate::times::{self, Deadline, Moment};

/// One card.
pub(crate) struct Card {
    /// Unique in the page.
    pub(crate) id: String,
    pub(crate) icon: &'static str,
    /// Kind of action, in words.
    pub(crate) kind: String,
    /// The sender's words for it.
    pub(crate) label: String,
    /// What the kind asks of the reader, in our words.
    pub(crate) explanation: &'static str,
    pub(crate) deadline: Option<Deadline>,
    /// Not possible before.
    pub(crate) opens: Option<Moment>,
    pub(crate) target: Target,
    order: (bool, i64),
}

/// What its button does.
pub(crate) enum Target {
    /// Leads away from here.
    Link { href: String, host: String },
    /// An address that people are not sent to.
    Withheld { address: String },
    /// A calendar entry.
    Appointment(Box<Appointment>),
    /// Nothing: it only tells something.
    Nothing,
}

/// An appointment.
pub(crate) struct Appointment {
    pub(crate) title: String,
    pub(crate) description: String,
    pub(crate) when: Moment,
    pub(crate) place: String,
    pub(crate) organizer: Option<String>,
    pub(crate) mail: Option<String>,
    pub(crate) calendar: String,
    pub(crate) is_over: bool,
}

/// The card of an action. `base` is the address of its document.
pub(crate) fn card(
    t: Texts,
    action: &Action,
    base: &str,
    number: (usize, usize),
    now: Timestamp,
) -> Card {
    let (icon, kind, explanation) = match action.action_code.as_str() {
        "AFTALE" => ("calendar-month", t.action_aftale(), t.action_aftale_text()),
        "BEKRAEFT" => ("how-to-reg", t.action_bekraeft(), t.action_bekraeft_text()),
        "BETALING" => ("payments", t.action_betaling(), t.action_betaling_text()),
        "FORBEREDELSE" => ("checklist", t.action_forberedelse(), t.action_forberedelse_text()),
        "INFORMATION" => ("info", t.action_information(), t.action_information_text()),
        "SELVBETJENING" => ("desktop", t.action_selvbetjening(), t.action_selvbetjening_text()),
        "TILMELDING" => ("list-add", t.action_tilmelding(), t.action_tilmelding_text()),
        "UNDERSKRIV" => ("edit", t.action_underskriv(), t.action_underskriv_text()),
        // A code of later days is shown for what it is, and can be acted on all the same.
        _ => ("assignment", t.action_other(), t.action_other_text()),
    };
    let target = target(t, action, base, now);
    let ends = match &action.reservation {
        // An appointment is its own deadline; a time bound on putting it in a calendar is not one.
        Some(reservation) => Some(reservation.start_date_time.timestamp()),
        None => action.end_date_time.as_ref().map(|end| end.timestamp()),
    };
    let deadline = match &action.reservation {
        Some(_) => None,
        None => ends.map(|end| Deadline::new(t, end, now)),
    };
    let starts = action.start_date_time.as_ref().map(|start| start.timestamp());
    let (document, position) = number;
    Card {
        id: format!("handling-{document}-{position}"),
        icon,
        kind: kind.to_owned(),
        label: action.label.clone(),
        explanation,
        deadline,
        opens: starts.filter(|start| *start > now).map(|start| times::moment(t, start)),
        target,
        order: (ends.is_some_and(|end| end <= now), ends.map_or(i64::MAX, Timestamp::as_millis)),
    }
}

fn target(t: Texts, action: &Action, base: &str, now: Timestamp) -> Target {
    if let Some(reservation) = &action.reservation {
        let (from, until) =
            (reservation.start_date_time.timestamp(), reservation.end_date_time.timestamp());
        return Target::Appointment(Box::new(Appointment {
            title: reservation.abstract_text.clone(),
            description: reservation.description.clone(),
            when: times::span(t, from, until),
            place: reservation.location.clone(),
            organizer: reservation.organizer_name.clone(),
            mail: reservation.organizer_mail.clone(),
            calendar: format!("{base}/appointment.ics"),
            is_over: until <= now,
        }));
    }
    match &action.entry_point {
        None => Target::Nothing,
        Some(entry) => match link(&entry.url) {
            Some(link) => Target::Link { href: link.href, host: link.host },
            None => Target::Withheld { address: entry.url.clone() },
        },
    }
}

/// Puts the most urgent first and what is over last.
pub(crate) fn sort(cards: &mut [Card]) {
    cards.sort_by_key(|card| card.order);
}

impl Card {
    /// Whether nothing can be done any more.
    pub(crate) fn is_over(&self) -> bool {
        match &self.target {
            Target::Appointment(appointment) => appointment.is_over,
            _ => self.deadline.as_ref().is_some_and(Deadline::is_passed),
        }
    }
}
