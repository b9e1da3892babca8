//! Rules about what a letter asks for: actions, appointments, addresses.

use std::net::Ipv6Addr;

use uuid::Uuid;

use super::Report;
use super::delivery;
use super::message::not_blank;
use super::overview::Overview;
use super::values::{date, mail_problem, text, time, trimmed, uuid};
use crate::context::Context;
use crate::finding::{Severity, Word};
use crate::outline::Element;
use crate::rulebook;
use crate::time::{DateForm, Timestamp};

/// The codes in use.
///
/// Source: Vejledning til Actions og frister i MeMo, by way of integrations in production use.
pub const ACTION_CODES: [&str; 8] = [
    APPOINTMENT,
    "BEKRAEFT",
    "BETALING",
    "FORBEREDELSE",
    "INFORMATION",
    "SELVBETJENING",
    "TILMELDING",
    "UNDERSKRIV",
];

/// The code that carries a `Reservation`; all others carry an `EntryPoint`.
const APPOINTMENT: &str = "AFTALE";

/// Checks the actions of a message, one after the other.
pub(super) struct Actions<'o> {
    /// The day before which the letter is not delivered.
    not_until: Option<DateForm>,
    /// The time it is.
    now: Option<Timestamp>,
    reservations: Vec<(Uuid, Element<'o>)>,
}

impl<'o> Actions<'o> {
    pub(super) fn new(overview: &Overview<'o>, context: &dyn Context) -> Self {
        Self { not_until: date(overview.not_until), now: context.now(), reservations: Vec::new() }
    }

    /// Checks one `Action`.
    pub(super) fn action(&mut self, action: Element<'o>, report: &mut Report<'_>) {
        let (mut code, mut start, mut end) = (None, None, None);
        let (mut reservation, mut entry_point) = (None, None);
        for child in action.children() {
            match child.name() {
                "label" => _ = not_blank(child, report),
                "actionCode" => code = Some(child),
                "startDateTime" => start = time(Some(child)),
                "endDateTime" => end = time(Some(child)).map(|end| (end, child)),
                "Reservation" => reservation = Some(child),
                "EntryPoint" => entry_point = Some(child),
                _ => {}
            }
        }
        if start.zip(end).is_some_and(|(start, (end, _))| start > end) {
            report.at(action, &rulebook::ACTION_ENDS_BEFORE_START, &[]);
        }
        if let Some((end, element)) = end {
            if let Some(not_until) = &self.not_until {
                delivery::deadline(element, not_until, report);
            }
            if self.now.is_some_and(|now| end < now) {
                report.at(element, &rulebook::ACTION_IN_THE_PAST, &[]);
            }
        }
        if let Some(code) = code {
            carries_what_its_code_asks(action, code, reservation, entry_point, report);
        }
        if let Some(reservation) = reservation {
            self.reservation(reservation, report);
        }
        if let Some(url) = entry_point.and_then(|entry_point| entry_point.child("url")) {
            address(url, report);
        }
    }

    fn reservation(&mut self, reservation: Element<'o>, report: &mut Report<'_>) {
        let (mut start, mut end) = (None, None);
        for child in reservation.children() {
            match child.name() {
                "reservationUUID" => {
                    let known = uuid(Some(child)).map(|uuid| (uuid, child));
                    self.reservations.extend(known);
                }
                "startDateTime" => start = time(Some(child)),
                "endDateTime" => end = time(Some(child)),
                "organizerMail" => {
                    if let Some((danish, english)) = text(child).and_then(mail_problem) {
                        let why = Word::Phrase(danish, english);
                        report.at(child, &rulebook::ORGANIZER_MAIL, &[why]);
                    }
                }
                _ => {}
            }
        }
        if start.zip(end).is_some_and(|(start, end)| start >= end) {
            report.at(reservation, &rulebook::APPOINTMENT_ENDS_BEFORE_START, &[]);
        }
    }

    /// MEMO-R-109, when all actions have been seen.
    pub(super) fn finish(mut self, report: &mut Report<'_>) {
        // A stable sort: of two with the same UUID the later in the document is told.
        self.reservations.sort_by_key(|(uuid, _)| *uuid);
        for pair in self.reservations.windows(2) {
            if pair[0].0 == pair[1].0 {
                report.at(pair[1].1, &rulebook::RESERVATION_TWICE, &[]);
            }
        }
    }
}

/// MEMO-R-100 to R-103. A code in lower case is told, and then judged as what it means.
fn carries_what_its_code_asks(
    action: Element<'_>,
    element: Element<'_>,
    reservation: Option<Element<'_>>,
    entry_point: Option<Element<'_>>,
    report: &mut Report<'_>,
) {
    let Some(code) = text(element) else { return };
    if not_blank(element, report) {
        return;
    }
    if !ACTION_CODES.contains(&code) {
        let meant = |known: &&str| known.eq_ignore_ascii_case(code.trim());
        let why = if ACTION_CODES.iter().any(meant) {
            Word::Phrase(
                "ikke skrevet nøjagtig som koden: store bogstaver, ingen blanktegn",
                "not written exactly as the code: upper case, no white space",
            )
        } else {
            Word::Phrase("ingen af de otte kendte koder", "none of the eight known codes")
        };
        report.at(element, &rulebook::ACTION_CODE, &[why]);
    }
    let is_appointment = code.trim().eq_ignore_ascii_case(APPOINTMENT);
    match (is_appointment, reservation, entry_point) {
        (true, None, _) => report.at(action, &rulebook::APPOINTMENT_WITHOUT_RESERVATION, &[]),
        (false, Some(reservation), _) => {
            report.at(reservation, &rulebook::RESERVATION_OF_OTHER_CODE, &[]);
        }
        (false, None, None) => report.at(action, &rulebook::ACTION_WITHOUT_ENTRY_POINT, &[]),
        _ => {}
    }
}

fn address(element: Element<'_>, report: &mut Report<'_>) {
    let Some(url) = trimmed(element) else { return };
    if let Some((danish, english)) = address_problem(url) {
        report.at(element, &rulebook::ENTRY_POINT, &[Word::Phrase(danish, english)]);
    } else if !url.starts_with(SCHEME) {
        let why = Word::Phrase(
            "https er ikke skrevet med små bogstaver",
            "https is not written in lower case",
        );
        report.at_most(Severity::Warning, element, &rulebook::ENTRY_POINT, &[why]);
    }
}

/// MEMO-R-011: whether an address of an action is absolute, `https`, and has a host.
///
/// The scheme may be in any case, and letters outside ASCII are fine; official examples have them.
///
/// Source: Digital Post, «Øget validering af filnavne og URI i Actions», 15 November 2024.
pub fn entry_point_is_allowed(url: &str) -> bool {
    address_problem(url).is_none()
}

const SCHEME: &str = "https://";

/// What keeps an address from being allowed: Danish, English.
fn address_problem(url: &str) -> Option<(&'static str, &'static str)> {
    if url.is_empty() {
        return Some(("den er tom", "it is empty"));
    }
    let is_strange = |c: char| c.is_control() || c.is_whitespace() || c == '\\';
    if url.chars().any(is_strange) {
        return Some((
            "den har blanktegn, styretegn eller omvendt skråstreg",
            "it has white space, control characters or a backslash",
        ));
    }
    let rest = match url.split_at_checked(SCHEME.len()) {
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case(SCHEME) => rest,
        _ if starts_with(url, "http://") => {
            return Some(("den begynder med http uden s", "it begins with http without s"));
        }
        _ => return Some(("den begynder ikke med https://", "it does not begin with https://")),
    };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    (!names_a_host(authority)).then_some((
        "der er intet gyldigt værtsnavn efter https://",
        "there is no valid host after https://",
    ))
}

fn starts_with(text: &str, beginning: &str) -> bool {
    text.get(..beginning.len()).is_some_and(|start| start.eq_ignore_ascii_case(beginning))
}

fn names_a_host(authority: &str) -> bool {
    let host_and_port = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let (host, port) = match host_and_port.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((address, port)) if address.parse::<Ipv6Addr>().is_ok() => {
            (address, port.strip_prefix(':'))
        }
        Some(_) => return false,
        None => match host_and_port.split_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (host_and_port, None),
        },
    };
    let port_fits = port.is_none_or(|port| port.is_empty() || port.parse::<u16>().is_ok());
    let is_host_character = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | '_' | ':');
    port_fits && host.chars().any(char::is_alphanumeric) && host.chars().all(is_host_character)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_point_is_an_absolute_https_address_with_a_host() {
        for (url, allowed) in [
            ("https://www.tusindfryd.example/spørgeskema.html", true),
            ("HTTPS://borger.example", true),
            ("https://borger.example:8443/a?b=c#d", true),
            ("https://[2001:db8::1]/", true),
            ("https://bruger@borger.example/", true),
            ("http://borger.example", false),
            ("https://", false),
            ("https:///side", false),
            ("https://?a", false),
            ("https://:443/", false),
            ("https://borger.example:99999/", false),
            ("https:borger.example", false),
            ("//borger.example", false),
            ("/side", false),
            ("borger.example", false),
            ("javascript:alert(1)", false),
            ("https://borger .example/", false),
            ("https://borger.example\\@ond.example/", false),
            ("https://a<b>/", false),
            ("https://[ikke-en-adresse]/", false),
            ("", false),
            ("httpsø//", false),
        ] {
            assert_eq!(entry_point_is_allowed(url), allowed, "{url:?}");
        }
    }
}
