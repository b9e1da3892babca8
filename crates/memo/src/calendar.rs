//! Appointments as calendar entries that Outlook and Thunderbird accept.
//!
//! Source: RFC 5545 (iCalendar) and RFC 5546, method PUBLISH.

use crate::{Reservation, Timestamp};

/// A line is folded before it has more octets than this.
const LINE_BYTES: usize = 75;
/// The first and last second that a date of four digits can name.
const FIRST: Timestamp = Timestamp::from_millis(-62_135_596_800_000);
const LAST: Timestamp = Timestamp::from_millis(253_402_300_799_000);

/// An iCalendar file with one event for an appointment. Times are UTC; the identifier is the
/// reservation's UUID, so that a second import replaces the first. `made` is the time stamp of the file.
///
/// A reservation that ends before it starts becomes an event without an end.
pub fn appointment(reservation: &Reservation, made: Timestamp) -> String {
    let start = reservation.start_date_time.timestamp();
    let end = reservation.end_date_time.timestamp();
    let mut file = String::with_capacity(1024);
    for line in [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Brevdue//MeMo//DA",
        "METHOD:PUBLISH",
        "BEGIN:VEVENT",
    ] {
        push_line(&mut file, line);
    }
    push_line(&mut file, &format!("UID:{}", reservation.reservation_uuid.value()));
    push_line(&mut file, &format!("DTSTAMP:{}", utc(made)));
    push_line(&mut file, &format!("DTSTART:{}", utc(start)));
    if end > start {
        push_line(&mut file, &format!("DTEND:{}", utc(end)));
    }
    push_line(&mut file, &format!("SUMMARY:{}", text(&reservation.abstract_text)));
    push_line(&mut file, &format!("DESCRIPTION:{}", text(&reservation.description)));
    push_line(&mut file, &format!("LOCATION:{}", text(&reservation.location)));
    if let Some(mail) = reservation.organizer_mail.as_deref().filter(|mail| is_mail(mail)) {
        let name =
            reservation.organizer_name.as_deref().map(parameter).filter(|name| !name.is_empty());
        let name = name.map(|name| format!(";CN=\"{name}\"")).unwrap_or_default();
        push_line(&mut file, &format!("ORGANIZER{name}:mailto:{mail}"));
    }
    for line in
        ["CLASS:PRIVATE", "TRANSP:OPAQUE", "STATUS:CONFIRMED", "END:VEVENT", "END:VCALENDAR"]
    {
        push_line(&mut file, line);
    }
    file
}

fn utc(at: Timestamp) -> String {
    let at = at.clamp(FIRST, LAST);
    let (year, month, day) = at.year_month_day();
    let (hour, minute, second, _) = at.hour_minute_second_millis();
    format!("{year:04}{month:02}{day:02}T{hour:02}{minute:02}{second:02}Z")
}

/// Escapes a value of type TEXT.
fn text(value: &str) -> String {
    let mut escaped = String::with_capacity(value.len() + 8);
    for character in value.chars() {
        match character {
            '\\' | ';' | ',' => {
                escaped.push('\\');
                escaped.push(character);
            }
            '\n' => escaped.push_str("\\n"),
            '\t' => escaped.push(' '),
            control if control.is_control() => {}
            other => escaped.push(other),
        }
    }
    escaped
}

/// A parameter's value; it has no escapes, so what would end it is replaced.
fn parameter(value: &str) -> String {
    value.chars().filter(|c| !c.is_control()).map(|c| if c == '"' { '\'' } else { c }).collect()
}

/// Whether an address can stand in a line as it is; more is not checked.
fn is_mail(mail: &str) -> bool {
    let plain =
        |c: char| c.is_ascii_graphic() && !matches!(c, '"' | '<' | '>' | '\\' | '%' | '?' | '&');
    mail.split_once('@').is_some_and(|(name, host)| !name.is_empty() && !host.is_empty())
        && mail.chars().all(plain)
}

/// Folds between characters, each further line begun by a space.
fn push_line(file: &mut String, line: &str) {
    let mut on_line = 0;
    for character in line.chars() {
        if on_line + character.len_utf8() > LINE_BYTES {
            file.push_str("\r\n ");
            on_line = 1;
        }
        file.push(character);
        on_line += character.len_utf8();
    }
    file.push_str("\r\n");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{UtcDateTime, Uuid4};

    fn reservation() -> Reservation {
        Reservation {
            description: "Medbring: sygesikringskort, briller; og \\ntid\ntil at vente".to_owned(),
            reservation_uuid: Uuid4::parse("8C2EA15D-61FB-4BA9-9366-42F8B194D241").unwrap(),
            abstract_text: "Synsprøve".to_owned(),
            location: "Rødgrødstræde 61, 9999 Ærøby, på første sal til venstre, bag den grønne dør med messingskilt".to_owned(),
            start_date_time: UtcDateTime::parse("2026-11-30T08:30:00Z").unwrap(),
            end_date_time: UtcDateTime::parse("2026-11-30T09:00:00Z").unwrap(),
            organizer_mail: Some("tid@syn.example".to_owned()),
            organizer_name: Some("Jette \"Syn\" Østergård".to_owned()),
        }
    }

    #[test]
    fn an_appointment_is_a_calendar_file_with_one_event() {
        let file = appointment(&reservation(), Timestamp::from_millis(1_708_243_703_000));
        insta::assert_snapshot!(file.replace("\r\n", "\n"), @r#"
        BEGIN:VCALENDAR
        VERSION:2.0
        PRODID:-//Brevdue//MeMo//DA
        METHOD:PUBLISH
        BEGIN:VEVENT
        UID:8c2ea15d-61fb-4ba9-9366-42f8b194d241
        DTSTAMP:20240218T080823Z
        DTSTART:20261130T083000Z
        DTEND:20261130T090000Z
        SUMMARY:Synsprøve
        DESCRIPTION:Medbring: sygesikringskort\, briller\; og \\ntid\ntil at vente
        LOCATION:Rødgrødstræde 61\, 9999 Ærøby\, på første sal til venstre\,
          bag den grønne dør med messingskilt
        ORGANIZER;CN="Jette 'Syn' Østergård":mailto:tid@syn.example
        CLASS:PRIVATE
        TRANSP:OPAQUE
        STATUS:CONFIRMED
        END:VEVENT
        END:VCALENDAR
        "#);
        assert!(file.split("\r\n").all(|line| line.len() <= LINE_BYTES && !line.contains('\n')));
    }

    #[test]
    fn no_value_can_begin_a_line_of_its_own() {
        let mut hostile = reservation();
        hostile.abstract_text = "a\r\nATTENDEE:mailto:x@y.example".to_owned();
        hostile.organizer_name = Some("a\"\r\nATTENDEE:mailto:x@y.example".to_owned());
        hostile.organizer_mail = Some("a@b.example\r\nATTENDEE:x".to_owned());
        let file = appointment(&hostile, Timestamp::default());
        assert!(!file.contains("\nATTENDEE") && !file.contains("ORGANIZER"));
        assert!(file.contains("SUMMARY:a\\nATTENDEE"));
    }

    #[test]
    fn an_appointment_that_ends_before_it_starts_has_no_end_and_odd_years_stay_in_the_calendar() {
        let mut odd = reservation();
        odd.start_date_time = UtcDateTime::parse("-12345-01-01T00:00:00Z").unwrap();
        assert!(appointment(&odd, Timestamp::default()).contains("DTSTART:00010101T000000Z"));
        odd.start_date_time = UtcDateTime::parse("123456-01-01T00:00:00Z").unwrap();
        let file = appointment(&odd, Timestamp::default());
        assert!(file.contains("DTSTART:99991231T235959Z") && !file.contains("DTEND"));
    }
}
