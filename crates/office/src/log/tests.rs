//! Logs as others write them, and what becomes of each cell.

use brevdue_programme::observation::{Format, Handled, Untold};

use super::*;

const CVR: &str = "11223399";

fn read_of(text: &str) -> Result<Log, Unreadable> {
    let organisations = BTreeSet::from([CVR.to_owned()]);
    let letters = LetterCodes::default();
    let now = "2026-11-23T12:00:00.000Z".parse().unwrap();
    read(text.as_bytes(), &About { organisations: &organisations, letters: &letters, now })
}

fn faults(text: &str) -> Vec<(usize, String, String)> {
    match read_of(text) {
        Err(Unreadable::Faults(faults)) => faults
            .into_iter()
            .map(|one| (one.place.row, one.place.column, one.place.heading))
            .collect(),
        other => panic!("{other:?}"),
    }
}

const FULL: &str = "observed_at;system_id;format;accepted;memo_version;validation;size_bytes;file_count;file_types;recipient_kind;sensitive_title;has_schema_version;receipt_status;message_uuid\n\
    2026-11-20T09:00:00Z;fagsystem;MEMO;true;1.2;ok;12000;1;pdf;CPR;false;false;COMPLETED;00000000-0000-0000-0000-000000000001\n\
    2026-11-20T09:01:00Z;fagsystem;DP2;ja;;;3000;0;pdf;CPR;nej;;;brev-17\n";

#[test]
fn a_row_that_tells_all_leaves_nothing_untold() {
    let log = read_of(FULL).unwrap();
    assert_eq!(log.observations.len(), 2);
    let (memo, dp2) = (&log.observations[0], &log.observations[1]);
    assert!(memo.untold.is_empty() && dp2.untold.is_empty(), "{memo:?} {dp2:?}");
    assert_eq!((memo.format, memo.size_bytes, memo.accepted), (Format::Memo, 12_000, true));
    assert_eq!(memo.receipt_status.as_deref(), Some("COMPLETED"));
    assert_eq!(memo.authority_cvr, CVR, "the only one there is");
    assert_eq!((dp2.format, dp2.accepted, dp2.legacy.len()), (Format::Dp2, true, 1));
    assert_ne!(memo.message_uuid, dp2.message_uuid);
    assert_eq!(read_of(FULL).unwrap(), log, "the same log is the same evidence");
}

#[test]
fn what_a_log_does_not_tell_is_kept_as_untold() {
    let text = "Tidspunkt,System,format,Modtaget,memo_version,Overskrift\n\
                2026-11-20 10:00,fagsystem,memo,ja,1.2,Brev til Ib\n";
    let log = read_of(text).unwrap();
    let one = &log.observations[0];
    assert_eq!(one.observed_at.to_string(), "2026-11-20T09:00:00.000Z", "Danish time");
    let all = [
        Untold::Size,
        Untold::Files,
        Untold::FileTypes,
        Untold::Title,
        Untold::Authority,
        Untold::Validation,
        Untold::Structure,
        Untold::Receipt,
    ];
    assert_eq!(one.untold, BTreeSet::from(all));
    assert_eq!(log.ignored, ["Overskrift"]);
    assert!(!format!("{one:?}").contains("Ib"), "what is not ours is not read");
    let inward = "{\"observed_at\":\"2026-11-20T10:00:00+01:00\",\"system_id\":\"post\",\"format\":\"MEMO\",\
                  \"accepted\":true,\"memo_version\":\"1.2\",\"direction\":\"in\",\"fetched_at\":null}";
    let one = &read_of(inward).unwrap().observations[0];
    assert_eq!(one.observed_at.to_string(), "2026-11-20T09:00:00.000Z");
    assert!(!one.untold.contains(&Untold::Fetched), "it says that it was not fetched");
    assert!(one.untold.contains(&Untold::Kept), "and nothing of where it is kept");
}

#[test]
fn a_log_of_a_receiver_tells_who_sent_what_and_how_it_came_there() {
    let head = "observed_at;system_id;format;accepted;memo_version;direction;sent_by;message_code;handled\n";
    let row = |rest: &str| format!("{head}2026-11-20T09:00:00Z;post;MEMO;true;1.2;{rest}\n");
    for (rest, sender, code, handled) in [
        (
            "in;DK12345678;SKADE-1;automatisk",
            Some("12345678"),
            Some("SKADE-1"),
            Some(Handled::Automatic),
        ),
        ("ind;Borger;;fejlfordelt", Some("person"), None, Some(Handled::Misdirected)),
        ("in;;;", None, None, None),
        ("out;;;", None, None, None),
    ] {
        let log = read_of(&row(rest)).unwrap();
        let one = &log.observations[0];
        assert_eq!(
            (one.sender.as_deref(), one.message_code.as_deref(), one.handled),
            (sender, code, handled),
            "{rest}"
        );
        let inward = rest.starts_with("in");
        assert_eq!(one.untold.contains(&Untold::Markup), inward, "no column tells what it carries");
    }
    for (rest, column) in [
        ("in;0101901234;;", "sent_by"),
        ("in;Strandby Forsyning;;", "sent_by"),
        ("in;;en hel sætning;", "message_code"),
        ("in;;;måske", "handled"),
        ("out;12345678;;", "sent_by"),
        ("out;;SKADE;", "message_code"),
        ("out;;;manual", "handled"),
    ] {
        let found: Vec<String> =
            faults(&row(rest)).into_iter().map(|(_, _, heading)| heading).collect();
        assert_eq!(found, [column], "{rest}");
    }
}

#[test]
fn every_cell_that_means_nothing_is_named_by_row_and_column() {
    let head = "observed_at;system_id;format;accepted;memo_version;size_bytes;error_code;sender_id;message_uuid\n";
    let right = "2026-11-20T09:00:00Z;f;MEMO;true;1.2;1;;11223399;a\n";
    for (row, column, heading) in [
        ("i går;f;MEMO;true;1.2;1;;;a", "A", "observed_at"),
        ("2027-01-01T09:00:00Z;f;MEMO;true;1.2;1;;;a", "A", "observed_at"),
        ("2026-03-29T02:30:00;f;MEMO;true;1.2;1;;;a", "A", "observed_at"),
        (";f;MEMO;true;1.2;1;;;a", "A", "observed_at"),
        ("2026-11-20T09:00:00Z;;MEMO;true;1.2;1;;;a", "B", "system_id"),
        ("2026-11-20T09:00:00Z;010190-1234;MEMO;true;1.2;1;;;a", "B", "system_id"),
        ("2026-11-20T09:00:00Z;f;PDF;true;1.2;1;;;a", "C", "format"),
        ("2026-11-20T09:00:00Z;f;MEMO;måske;1.2;1;;;a", "D", "accepted"),
        ("2026-11-20T09:00:00Z;f;MEMO;true;;1;;;a", "E", "memo_version"),
        ("2026-11-20T09:00:00Z;f;MEMO;true;1.2;-1;;;a", "F", "size_bytes"),
        ("2026-11-20T09:00:00Z;f;MEMO;true;1.2;1;en hel sætning;;a", "G", "error_code"),
        ("2026-11-20T09:00:00Z;f;MEMO;true;1.2;1;;99999999;a", "H", "sender_id"),
        ("2026-11-20T09:00:00Z;f;MEMO;true;1.2;1;;;0101901234", "I", "message_uuid"),
    ] {
        let text = format!("{head}{right}{row}\n{right}");
        let found = faults(&text);
        assert_eq!(found, [(3, column.to_owned(), heading.to_owned())], "{row}");
    }
    assert_eq!(read_of("a;b\n1;2\n"), Err(Unreadable::NoColumn("observed_at")));
    assert_eq!(read_of(""), Err(Unreadable::NoColumn("observed_at")));
    let twice = "observed_at;system;system_id;format;accepted\n";
    assert_eq!(read_of(twice), Err(Unreadable::Twice("system_id")));
    let lines = "{\"observed_at\":\"2026-11-20T09:00:00Z\"\n{\"system_id\":{\"a\":1}}\n";
    let found = faults(lines);
    assert_eq!(found[0], (1, String::new(), String::new()), "no JSON");
    assert_eq!(found[1], (2, String::new(), "system_id".to_owned()), "no text");
}

#[test]
fn no_identity_number_comes_out_of_a_log_wherever_it_stands_in_it() {
    let columns = [
        "observed_at",
        "system_id",
        "format",
        "accepted",
        "memo_version",
        "message_uuid",
        "message_type",
        "file_types",
        "contact_point_id",
        "error_code",
        "validation",
        "markup_fields",
        "letter_type_id",
        "endpoint_host",
        "generating_system",
        "legacy",
        "receipt_status",
        "sender_id",
        "cpr",
        "0101901234",
    ];
    let right = |column: &str| match column {
        "observed_at" => "2026-11-20T09:00:00Z",
        "system_id" => "fagsystem",
        "format" => "MEMO",
        "accepted" => "true",
        "memo_version" => "1.2",
        "cpr" => "010190-1234",
        _ => "",
    };
    for bad in columns {
        for number in ["0101901234", "010190-1234"] {
            let cell = |column: &str| if column == bad { number } else { right(column) }.to_owned();
            let row: Vec<String> = columns.iter().map(|column| cell(column)).collect();
            let text = format!("{}\n{}\n", columns.join(";"), row.join(";"));
            let told = format!("{:?}", read_of(&text));
            assert!(!told.contains("0101901234") && !told.contains("010190-1234"), "{bad}: {told}");
        }
    }
}

#[test]
fn a_log_over_a_limit_is_refused_and_faults_are_told_up_to_one() {
    let large = vec![b' '; FILE_BYTES + 1];
    let organisations = BTreeSet::from([CVR.to_owned()]);
    let letters = LetterCodes::default();
    let now = "2026-11-23T12:00:00.000Z".parse().unwrap();
    let about = About { organisations: &organisations, letters: &letters, now };
    assert_eq!(read(&large, &about), Err(Unreadable::TooMuch));
    let mut text = String::from("observed_at;system_id;format;accepted\n");
    for _ in 0..ERRORS {
        text.push_str("x;;y;z\n");
    }
    assert_eq!(faults(&text).len(), ERRORS);
}

#[test]
fn a_log_is_summed_by_system_direction_and_format() {
    let told = read_of(FULL).unwrap().summary();
    let lines: Vec<_> =
        told.iter().map(|one| (one.system.as_str(), one.direction, one.format, one.rows)).collect();
    assert_eq!(lines, [("fagsystem", "out", "DP2", 1), ("fagsystem", "out", "MEMO", 1)]);
}
