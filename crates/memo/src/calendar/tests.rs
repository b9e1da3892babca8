use proptest::prelude::*;

use super::lines::LINE_BYTES;
use super::*;
use crate::letter::LetterDraft;
use crate::{EntryPoint, MemoVersion, PartyId, UtcDateTime};

const MADE: Timestamp = Timestamp::from_millis(1_790_000_000_000);
const LETTER: &str = "11111111-1111-4111-8111-111111111111";
const APPOINTMENT: &str = "8C2EA15D-61FB-4BA9-9366-42F8B194D241";

fn reservation() -> Reservation {
    Reservation {
        description: "Medbring: sygesikringskort, briller; og \\ntid\ntil at vente".to_owned(),
        reservation_uuid: Uuid4::parse(APPOINTMENT).unwrap(),
        abstract_text: "Synsprøve".to_owned(),
        location: "Rødgrødstræde 61, 9999 Ærøby, på første sal til venstre, bag den grønne dør med messingskilt".to_owned(),
        start_date_time: UtcDateTime::parse("2026-11-30T08:30:00Z").unwrap(),
        end_date_time: UtcDateTime::parse("2026-11-30T09:00:00Z").unwrap(),
        organizer_mail: Some("tid@syn.example".to_owned()),
        organizer_name: Some("Jette \"Syn\" Østergård".to_owned()),
    }
}

fn letter(uuid: &str, created: &str, actions: Vec<Action>) -> Message {
    let sender = PartyId::parse("CVR", "12345678").unwrap();
    let recipient = PartyId::parse("CPR", "0101010000").unwrap();
    let mut draft = LetterDraft::new(
        MemoVersion::V1_2,
        uuid.parse().unwrap(),
        created.parse().unwrap(),
        (sender, "Ærøby Havn"),
        (recipient, Some("Vera")),
        "Havneplads 12",
    );
    draft.text = Some("Se her.".to_owned());
    let mut letter = draft.build().unwrap();
    // Put in afterwards: real letters have actions that the builder refuses.
    letter.body.as_mut().unwrap().main_document.actions = actions;
    letter
}

fn due(code: &str, label: &str, end: &str) -> Action {
    Action {
        label: label.to_owned(),
        action_code: code.to_owned(),
        start_date_time: None,
        end_date_time: Some(UtcDateTime::parse(end).unwrap()),
        reservation: None,
        entry_point: Some(EntryPoint { url: "https://havn.example/betal?plads=æ".to_owned() }),
    }
}

fn meet(start: &str, end: &str) -> Action {
    let mut reservation = reservation();
    reservation.start_date_time = UtcDateTime::parse(start).unwrap();
    reservation.end_date_time = UtcDateTime::parse(end).unwrap();
    Action {
        label: "Læg i kalenderen".to_owned(),
        action_code: "AFTALE".to_owned(),
        start_date_time: None,
        end_date_time: Some(UtcDateTime::parse("2026-01-01T00:00:00Z").unwrap()),
        reservation: Some(reservation),
        entry_point: None,
    }
}

fn calendar<'a>(messages: impl IntoIterator<Item = &'a Message>) -> Calendar {
    let mut calendar = Calendar::new(Language::Danish);
    messages.into_iter().for_each(|message| calendar.add(message));
    calendar
}

fn published<'a>(messages: impl IntoIterator<Item = &'a Message>) -> String {
    calendar(messages).file(Method::Publish, MADE)
}

/// The values of a property, unfolded, in the order of the file.
fn values(file: &str, name: &str) -> Vec<String> {
    let unfolded = file.replace("\r\n ", "");
    let lines = unfolded.split("\r\n").filter_map(|line| line.split_once(':'));
    let named = lines.filter(|(found, _)| found.split(';').next() == Some(name));
    named.map(|(_, value)| value.to_owned()).collect()
}

fn assert_well_formed(file: &str) {
    assert!(file.ends_with("END:VCALENDAR\r\n"));
    for line in file.split("\r\n") {
        assert!(line.len() <= LINE_BYTES && !line.contains(['\n', '\r']), "{line:?}");
    }
    let unfolded = file.replace("\r\n ", "");
    let mut open = Vec::new();
    for line in unfolded.trim_end().split("\r\n") {
        let name = line.split([':', ';']).next().unwrap();
        assert!(name.len() < line.len(), "{line}");
        assert!(name.bytes().all(|b| b.is_ascii_uppercase() || b == b'-'), "{line}");
        match line.split_once(':') {
            Some(("BEGIN", name)) => open.push(name),
            Some(("END", name)) => assert_eq!(open.pop(), Some(name)),
            _ => {}
        }
    }
    assert!(open.is_empty());
}

#[test]
fn an_appointment_is_a_calendar_file_with_one_event() {
    let written = "2026-11-01T09:00:00Z".parse().unwrap();
    let file = appointment(&reservation(), Some(written), MADE);
    insta::assert_snapshot!(file.replace("\r\n", "\n"), @r#"
    BEGIN:VCALENDAR
    VERSION:2.0
    PRODID:-//Brevdue//MeMo//DA
    CALSCALE:GREGORIAN
    METHOD:PUBLISH
    BEGIN:VEVENT
    UID:8c2ea15d-61fb-4ba9-9366-42f8b194d241
    DTSTAMP:20260921T141320Z
    LAST-MODIFIED:20261101T090000Z
    SEQUENCE:278758800
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
    BEGIN:VALARM
    ACTION:DISPLAY
    DESCRIPTION:Synsprøve
    TRIGGER:-P1D
    END:VALARM
    END:VEVENT
    END:VCALENDAR
    "#);
    assert_well_formed(&file);
}

#[test]
fn a_letter_with_deadlines_and_an_appointment_is_one_file_in_the_order_of_time() {
    let mut message = letter(
        LETTER,
        "2026-11-01T09:00:00Z",
        vec![
            meet("2026-11-30T08:30:00Z", "2026-11-30T09:00:00Z"),
            due("BETALING", "Betal pladsen", "2026-12-03T11:00:00Z"),
            due("BETALING", "Betal depositum", "2026-12-01T23:00:00Z"),
            due("UKENDT", "", "2026-12-05T11:00:00Z"),
        ],
    );
    message.header.reply_by_date_time = Some(UtcDateTime::parse("2026-11-20T11:00:00Z").unwrap());
    let file = published([&message]);
    insta::assert_snapshot!(file.replace("\r\n", "\n"), @r#"
    BEGIN:VCALENDAR
    VERSION:2.0
    PRODID:-//Brevdue//MeMo//DA
    CALSCALE:GREGORIAN
    METHOD:PUBLISH
    BEGIN:VEVENT
    UID:11111111-1111-4111-8111-111111111111-answer
    DTSTAMP:20260921T141320Z
    LAST-MODIFIED:20261101T090000Z
    SEQUENCE:278758800
    DTSTART;VALUE=DATE:20261120
    DTEND;VALUE=DATE:20261121
    SUMMARY:Frist kl. 12.00: Svar på brevet (Ærøby Havn)
    DESCRIPTION:Senest fredag den 20. november 2026 kl. 12.00.\nBrev fra Ærøb
     y Havn: Havneplads 12
    CLASS:PRIVATE
    TRANSP:TRANSPARENT
    X-MICROSOFT-CDO-ALLDAYEVENT:TRUE
    X-MICROSOFT-CDO-BUSYSTATUS:FREE
    STATUS:CONFIRMED
    BEGIN:VALARM
    ACTION:DISPLAY
    DESCRIPTION:Frist kl. 12.00: Svar på brevet (Ærøby Havn)
    TRIGGER:-PT15H
    END:VALARM
    END:VEVENT
    BEGIN:VEVENT
    UID:8c2ea15d-61fb-4ba9-9366-42f8b194d241
    DTSTAMP:20260921T141320Z
    LAST-MODIFIED:20261101T090000Z
    SEQUENCE:278758800
    DTSTART:20261130T083000Z
    DTEND:20261130T090000Z
    SUMMARY:Synsprøve
    DESCRIPTION:Medbring: sygesikringskort\, briller\; og \\ntid\ntil at vente\
     nBrev fra Ærøby Havn: Havneplads 12
    LOCATION:Rødgrødstræde 61\, 9999 Ærøby\, på første sal til venstre\,
      bag den grønne dør med messingskilt
    ORGANIZER;CN="Jette 'Syn' Østergård":mailto:tid@syn.example
    CLASS:PRIVATE
    TRANSP:OPAQUE
    STATUS:CONFIRMED
    BEGIN:VALARM
    ACTION:DISPLAY
    DESCRIPTION:Synsprøve
    TRIGGER:-P1D
    END:VALARM
    END:VEVENT
    BEGIN:VEVENT
    UID:11111111-1111-4111-8111-111111111111-pay-2
    DTSTAMP:20260921T141320Z
    LAST-MODIFIED:20261101T090000Z
    SEQUENCE:278758800
    DTSTART;VALUE=DATE:20261201
    DTEND;VALUE=DATE:20261202
    SUMMARY:Frist: Betal depositum (Ærøby Havn)
    DESCRIPTION:Senest ved udgangen af tirsdag den 1. december 2026.\nBrev fra 
     Ærøby Havn: Havneplads 12\nhttps://havn.example/betal?plads=%C3%A6
    URL:https://havn.example/betal?plads=%C3%A6
    CLASS:PRIVATE
    TRANSP:TRANSPARENT
    X-MICROSOFT-CDO-ALLDAYEVENT:TRUE
    X-MICROSOFT-CDO-BUSYSTATUS:FREE
    STATUS:CONFIRMED
    BEGIN:VALARM
    ACTION:DISPLAY
    DESCRIPTION:Frist: Betal depositum (Ærøby Havn)
    TRIGGER:-PT15H
    END:VALARM
    END:VEVENT
    BEGIN:VEVENT
    UID:11111111-1111-4111-8111-111111111111-pay
    DTSTAMP:20260921T141320Z
    LAST-MODIFIED:20261101T090000Z
    SEQUENCE:278758800
    DTSTART;VALUE=DATE:20261203
    DTEND;VALUE=DATE:20261204
    SUMMARY:Frist kl. 12.00: Betal pladsen (Ærøby Havn)
    DESCRIPTION:Senest torsdag den 3. december 2026 kl. 12.00.\nBrev fra Ærøb
     y Havn: Havneplads 12\nhttps://havn.example/betal?plads=%C3%A6
    URL:https://havn.example/betal?plads=%C3%A6
    CLASS:PRIVATE
    TRANSP:TRANSPARENT
    X-MICROSOFT-CDO-ALLDAYEVENT:TRUE
    X-MICROSOFT-CDO-BUSYSTATUS:FREE
    STATUS:CONFIRMED
    BEGIN:VALARM
    ACTION:DISPLAY
    DESCRIPTION:Frist kl. 12.00: Betal pladsen (Ærøby Havn)
    TRIGGER:-PT15H
    END:VALARM
    END:VEVENT
    BEGIN:VEVENT
    UID:11111111-1111-4111-8111-111111111111-other
    DTSTAMP:20260921T141320Z
    LAST-MODIFIED:20261101T090000Z
    SEQUENCE:278758800
    DTSTART;VALUE=DATE:20261205
    DTEND;VALUE=DATE:20261206
    SUMMARY:Frist kl. 12.00: Gør dette (Ærøby Havn)
    DESCRIPTION:Senest lørdag den 5. december 2026 kl. 12.00.\nBrev fra Ærøb
     y Havn: Havneplads 12\nhttps://havn.example/betal?plads=%C3%A6
    URL:https://havn.example/betal?plads=%C3%A6
    CLASS:PRIVATE
    TRANSP:TRANSPARENT
    X-MICROSOFT-CDO-ALLDAYEVENT:TRUE
    X-MICROSOFT-CDO-BUSYSTATUS:FREE
    STATUS:CONFIRMED
    BEGIN:VALARM
    ACTION:DISPLAY
    DESCRIPTION:Frist kl. 12.00: Gør dette (Ærøby Havn)
    TRIGGER:-PT15H
    END:VALARM
    END:VEVENT
    END:VCALENDAR
    "#);
    assert_well_formed(&file);
}

#[test]
fn a_cancellation_names_the_same_entries_and_stands_above_the_letter_it_cancels() {
    let message = letter(
        LETTER,
        "2026-11-01T09:00:00Z",
        vec![
            meet("2026-11-30T08:30:00Z", "2026-11-30T09:00:00Z"),
            due("BETALING", "Betal pladsen", "2026-12-03T11:00:00Z"),
        ],
    );
    let mut calendar = Calendar::new(Language::English);
    calendar.add(&message);
    let (before, file) =
        (calendar.file(Method::Publish, MADE), calendar.file(Method::Cancel, MADE));
    assert_eq!(values(&file, "UID"), values(&before, "UID"));
    assert_eq!(values(&file, "METHOD"), ["CANCEL", "CANCEL"]); // an object for each
    assert_eq!(values(&file, "STATUS"), ["CANCELLED", "CANCELLED"]);
    let sequences = |file| {
        let values = values(file, "SEQUENCE").into_iter();
        values.map(|value| value.parse::<i64>().unwrap()).collect::<Vec<_>>()
    };
    let raised: Vec<i64> = sequences(&before).iter().map(|sequence| sequence + 1).collect();
    assert_eq!(sequences(&file), raised);
    assert!(!file.contains("VALARM") && !file.contains("OPAQUE"));
    assert!(file.contains("SUMMARY:Cancelled: Synsprøve\r\n"), "{file}");
    assert_well_formed(&file);
}

#[test]
fn the_later_letter_moves_the_appointment_in_whatever_order_and_files_they_come() {
    const LATER: &str = "22222222-2222-4222-8222-222222222222";
    let first = letter(
        LETTER,
        "2026-11-01T09:00:00Z",
        vec![meet("2026-11-30T08:30:00Z", "2026-11-30T09:00:00Z")],
    );
    let second = letter(
        LATER,
        "2026-11-02T09:00:00Z",
        vec![meet("2026-12-01T08:30:00Z", "2026-12-01T09:00:00Z")],
    );
    let file = published([&first, &second]);
    assert_eq!(file, published([&second, &first]));
    assert_eq!(file, published([&second, &first, &second]));
    assert_eq!(values(&file, "UID"), [APPOINTMENT.to_lowercase()]);
    assert_eq!(values(&file, "DTSTART"), ["20261201T083000Z"]);
    assert_eq!(values(&file, "LAST-MODIFIED"), ["20261102T090000Z"]);

    let sequence = |file: &str| values(file, "SEQUENCE")[0].parse::<i64>().unwrap();
    assert!(sequence(&published([&first])) < sequence(&published([&second])));
    assert_eq!(sequence(&file), sequence(&published([&second])));
    // Cancelling the first letter leaves what the second moved.
    let cancelled = calendar([&first]).file(Method::Cancel, MADE);
    assert!(sequence(&cancelled) < sequence(&file));
}

#[test]
fn the_same_message_gives_the_same_file_and_a_corrected_deadline_keeps_its_identifier() {
    let with = |end| letter(LETTER, "2026-11-01T09:00:00Z", vec![due("BETALING", "Betal", end)]);
    let (one, other) = (with("2026-12-03T11:00:00Z"), with("2026-12-10T11:00:00Z"));
    assert_eq!(published([&one]), published([&one, &one]));
    assert_eq!(values(&published([&one]), "UID"), [format!("{LETTER}-pay")]);
    assert_eq!(values(&published([&one]), "UID"), values(&published([&other]), "UID"));
}

#[test]
fn two_appointments_with_one_identifier_in_a_letter_are_both_kept_and_a_repeated_one_is_not() {
    let first = meet("2026-11-30T08:30:00Z", "2026-11-30T09:00:00Z");
    let second = meet("2026-12-07T08:30:00Z", "2026-12-07T09:00:00Z");
    let message = letter(LETTER, "2026-11-01T09:00:00Z", vec![first.clone(), second, first]);
    let uid = APPOINTMENT.to_lowercase();
    assert_eq!(values(&published([&message]), "UID"), [uid.clone(), format!("{uid}-2")]);
}

#[test]
fn times_are_right_across_every_change_to_and_from_summer_time() {
    // Days in Copenhagen of deadlines in UTC; midnight belongs to the day it ends.
    for (end, day, next, clock) in [
        ("2026-03-28T22:30:00Z", "20260328", "20260329", "Frist kl. 23.30"),
        ("2026-03-28T23:00:00Z", "20260328", "20260329", "Frist"),
        ("2026-03-28T23:30:00Z", "20260329", "20260330", "Frist kl. 00.30"),
        ("2026-03-29T01:30:00Z", "20260329", "20260330", "Frist kl. 03.30"),
        ("2026-03-29T21:59:59Z", "20260329", "20260330", "Frist kl. 23.59"),
        ("2026-03-29T22:30:00Z", "20260330", "20260331", "Frist kl. 00.30"),
        ("2026-10-24T22:30:00Z", "20261025", "20261026", "Frist kl. 00.30"),
        ("2026-10-25T00:30:00Z", "20261025", "20261026", "Frist kl. 02.30 (sommertid)"),
        ("2026-10-25T01:30:00Z", "20261025", "20261026", "Frist kl. 02.30 (vintertid)"),
        ("2026-10-25T22:30:00Z", "20261025", "20261026", "Frist kl. 23.30"),
        ("2026-10-25T23:30:00Z", "20261026", "20261027", "Frist kl. 00.30"),
        ("2027-03-27T23:30:00Z", "20270328", "20270329", "Frist kl. 00.30"),
        ("2027-03-28T22:30:00Z", "20270329", "20270330", "Frist kl. 00.30"),
        ("2027-10-30T22:30:00Z", "20271031", "20271101", "Frist kl. 00.30"),
        ("2027-10-31T22:30:00Z", "20271031", "20271101", "Frist kl. 23.30"),
        ("2027-10-31T23:30:00Z", "20271101", "20271102", "Frist kl. 00.30"),
        ("2026-12-31T23:30:00Z", "20270101", "20270102", "Frist kl. 00.30"),
    ] {
        let message = letter(LETTER, "2026-01-01T09:00:00Z", vec![due("BETALING", "Betal", end)]);
        let file = published([&message]);
        assert_eq!(values(&file, "DTSTART"), [day], "{end}");
        assert_eq!(values(&file, "DTEND"), [next], "{end}");
        assert_eq!(values(&file, "SUMMARY"), [format!("{clock}: Betal (Ærøby Havn)")], "{end}");
    }
    // Appointments keep their points in time, also one that spans a change: three hours on the clock
    // that are two hours of waiting in March, and four in October.
    for (start, end, starts, ends) in [
        ("2026-03-29T00:30:00Z", "2026-03-29T02:30:00Z", "20260329T003000Z", "20260329T023000Z"),
        ("2026-10-25T00:30:00Z", "2026-10-25T04:30:00Z", "20261025T003000Z", "20261025T043000Z"),
        ("2027-03-28T00:59:59Z", "2027-03-28T01:00:00Z", "20270328T005959Z", "20270328T010000Z"),
        ("2027-10-31T00:30:00Z", "2027-10-31T01:30:00Z", "20271031T003000Z", "20271031T013000Z"),
    ] {
        let message = letter(LETTER, "2026-01-01T09:00:00Z", vec![meet(start, end)]);
        let file = published([&message]);
        assert_eq!(values(&file, "DTSTART"), [starts]);
        assert_eq!(values(&file, "DTEND"), [ends]);
    }
}

#[test]
fn no_value_can_begin_a_line_of_its_own() {
    const EVIL: &str = "a\r\nATTENDEE:mailto:x@y.example\u{2028}ATTENDEE:b\u{85}ATTENDEE:c\u{b}d";
    let mut hostile = meet("2026-11-30T08:30:00Z", "2026-11-30T09:00:00Z");
    let reservation = hostile.reservation.as_mut().unwrap();
    reservation.abstract_text = EVIL.to_owned();
    reservation.location = EVIL.to_owned();
    reservation.description = EVIL.to_owned();
    reservation.organizer_name = Some(EVIL.replacen('a', "a\"", 1));
    reservation.organizer_mail = Some("a@b.example\r\nATTENDEE:x".to_owned());
    let mut pay = due("BETALING", EVIL, "2026-12-03T11:00:00Z");
    pay.entry_point = Some(EntryPoint { url: format!("https://havn.example/{EVIL}") });
    let mut message = letter(LETTER, "2026-11-01T09:00:00Z", vec![hostile, pay]);
    EVIL.clone_into(&mut message.header.label);
    EVIL.clone_into(&mut message.header.sender.label);
    for method in [Method::Publish, Method::Cancel] {
        let file = calendar([&message]).file(method, MADE);
        assert_well_formed(&file);
        assert!(
            file.split(['\n', '\r', '\u{b}', '\u{c}', '\u{85}', '\u{2028}', '\u{2029}'])
                .all(|line| !line.trim_start().starts_with("ATTENDEE")),
            "{file}"
        );
        assert!(!file.contains("ORGANIZER") && !file.contains("URL:"));
    }
}

#[test]
fn an_appointment_that_ends_before_it_starts_has_no_end_and_odd_years_stay_in_the_calendar() {
    let mut odd = reservation();
    odd.start_date_time = UtcDateTime::parse("-12345-01-01T00:00:00Z").unwrap();
    assert!(appointment(&odd, None, MADE).contains("DTSTART:00010101T000000Z"));
    odd.start_date_time = UtcDateTime::parse("123456-01-01T00:00:00Z").unwrap();
    let file = appointment(&odd, None, MADE);
    assert!(file.contains("DTSTART:99991231T235959Z") && !file.contains("DTEND"));
    for end in ["-12345-01-01T00:00:00Z", "123456-01-01T00:00:00Z", "9999-12-31T12:00:00Z"] {
        let message = letter(LETTER, end, vec![due("BETALING", "Betal", end)]);
        assert_well_formed(&published([&message]));
        assert!(!published([&message]).contains("DTEND"));
    }
}

#[test]
fn a_calendar_holds_a_limited_number_of_entries_and_says_how_many_it_left_out() {
    let actions = (0..ENTRIES_LIMIT + 7).map(|_| due("BETALING", "Betal", "2026-12-03T11:00:00Z"));
    let actions = actions.enumerate().map(|(number, mut action)| {
        action.label = format!("Betal {number}");
        action
    });
    let message = letter(LETTER, "2026-11-01T09:00:00Z", actions.collect());
    let mut calendar = calendar([&message]);
    assert_eq!((calendar.len(), calendar.omitted()), (ENTRIES_LIMIT, 7));
    let another = letter(
        "22222222-2222-4222-8222-222222222222",
        "2026-11-01T09:00:00Z",
        vec![due("BETALING", "Betal", "2026-12-03T11:00:00Z")],
    );
    calendar.add(&another);
    assert_eq!((calendar.len(), calendar.omitted()), (ENTRIES_LIMIT, 8));
}

#[test]
fn a_message_without_times_puts_nothing_in_a_calendar() {
    let message = letter(LETTER, "2026-11-01T09:00:00Z", Vec::new());
    assert!(calendar([&message]).is_empty());
}

proptest! {
    #[test]
    fn whatever_stands_in_a_letter_its_calendar_is_well_formed(
        texts in prop::array::uniform7("\\PC*|[a-z;,:\\\\\"\r\n\t\u{85}\u{2028}æø€𝄞]{0,90}"),
        times in prop::array::uniform3(any::<i64>()),
        code in "AFTALE|BETALING|[a-z]{0,9}",
    ) {
        let at = |millis| UtcDateTime::from(Timestamp::from_millis(millis));
        let mut meeting = meet("2026-11-30T08:30:00Z", "2026-11-30T09:00:00Z");
        let reservation = meeting.reservation.as_mut().unwrap();
        reservation.abstract_text.clone_from(&texts[0]);
        reservation.description.clone_from(&texts[1]);
        reservation.location.clone_from(&texts[2]);
        reservation.organizer_name = Some(texts[3].clone());
        reservation.organizer_mail = Some(format!("a@b.example{}", texts[4]));
        reservation.start_date_time = at(times[0]);
        reservation.end_date_time = at(times[1]);
        let mut task = due(&code, &texts[5], "2026-12-03T11:00:00Z");
        task.end_date_time = Some(at(times[2]));
        task.entry_point = Some(EntryPoint { url: format!("https://havn.example/{}", texts[6]) });
        let mut message = letter(LETTER, "2026-11-01T09:00:00Z", vec![meeting, task]);
        message.header.label.clone_from(&texts[6]);
        message.header.sender.label.clone_from(&texts[5]);
        message.body.as_mut().unwrap().created_date_time = at(times[1]);
        for method in [Method::Publish, Method::Cancel] {
            let file = calendar([&message]).file(method, Timestamp::from_millis(times[0]));
            assert_well_formed(&file);
            prop_assert_eq!(values(&file, "BEGIN").iter().filter(|name| **name == "VEVENT").count(), 2);
        }
    }
}
