use brevdue_programme::change::outcome;
use brevdue_programme::objects::TaskState;
use proptest::prelude::*;

use super::*;
use crate::testing::{Sample, at, day, insert, key, sample};

fn with_states() -> Sample {
    let mut sample = sample(3);
    let state = TaskState {
        percent: 40,
        planned_start: Some(day("2026-04-01")),
        forecast: Some(day("2026-08-03")),
        assignee: Some(key("P-001")),
        note: "<ring> & \"spørg\"".into(),
        ..serde_json::from_value(serde_json::json!({
            "task": "OP3-T01", "subject": "S-001", "status": "in_progress"
        }))
        .unwrap()
    };
    insert(&mut sample.programme, "OP3-T01.S-001", &state);
    let done: TaskState = serde_json::from_value(
        serde_json::json!({"task": "OP3-T08", "subject": "S-002", "status": "done"}),
    )
    .unwrap();
    insert(&mut sample.programme, "OP3-T08.S-002", &done);
    sample
}

#[test]
fn an_untouched_project_changes_nothing_and_an_edited_one_what_was_edited() {
    let sample = with_states();
    let xml = project_xml("Plan & mere", &sample.programme, &sample.tasks, at());
    let same = from_project_xml(&xml, &sample.programme, &sample.tasks).unwrap();
    assert_eq!(same, Tasks::default());
    let text =
        String::from_utf8(xml).unwrap().replace("<PercentComplete>40<", "<PercentComplete>100<");
    let found = from_project_xml(text.as_bytes(), &sample.programme, &sample.tasks).unwrap();
    let changes = found.diff.changes(&sample.programme, &found.diff.plain());
    let mut programme = sample.programme.clone();
    programme.put(&outcome(&programme, &changes, "import", "", at()).unwrap().writes);
    let state: TaskState = programme.get(&key("OP3-T01.S-001")).unwrap();
    assert_eq!(state.status, Status::Done);
}

#[test]
fn an_untouched_tracker_file_changes_nothing_and_an_edited_one_what_was_edited() {
    let sample = with_states();
    for (tracker, from, to) in
        [(Tracker::OpenProject, "New", "Closed"), (Tracker::Jira, "To Do", "Done")]
    {
        let csv = tracker_csv(tracker, &sample.programme, &sample.tasks);
        let same = from_tracker_csv(&csv, &sample.programme, &sample.tasks).unwrap();
        assert_eq!(same, Tasks::default());
        let text = String::from_utf8(csv).unwrap().replacen(from, to, 1);
        let found = from_tracker_csv(text.as_bytes(), &sample.programme, &sample.tasks).unwrap();
        assert_eq!(found.diff.lines.len(), 1, "{:?}", found.diff.lines);
    }
}

#[test]
fn what_means_nothing_is_told_by_its_line_and_what_is_not_known_is_left() {
    let sample = with_states();
    let csv = "Issue key,Summary,Status,Due Date\r\n\
        X-1,[OP3-T01.S-001] x,Dancing,31/Dec/26 12:00 AM\r\n\
        X-2,[OP3-T08.S-001] y,Done,32/Dec/26\r\n";
    let Err(Unreadable::Faults(faults)) =
        from_tracker_csv(csv.as_bytes(), &sample.programme, &sample.tasks)
    else {
        panic!()
    };
    let told: Vec<(usize, &str)> =
        faults.iter().map(|fault| (fault.place.row, fault.place.heading.as_str())).collect();
    assert_eq!(told, [(2, "Status"), (3, "Frist")]);
    let csv = "Subject,Status\r\nNoget helt andet,New\r\n";
    let found = from_tracker_csv(csv.as_bytes(), &sample.programme, &sample.tasks).unwrap();
    assert_eq!(found.unknown, [(2, "Noget helt andet".to_owned())]);
    assert_eq!(is_day("31/Dec/26 12:00 AM"), Ok(day("2026-12-31")));
    assert_eq!(is_day("1/mar/27"), Ok(day("2027-03-01")));
    assert_eq!(is_day("1/maj/27"), Ok(day("2027-05-01")));
}

#[test]
fn entities_of_a_document_type_are_refused_by_line() {
    let sample = with_states();
    let bomb = b"<?xml version=\"1.0\"?>\n<!DOCTYPE Project [<!ENTITY a \"aaaa\">]>\n<Project/>";
    let refused = from_project_xml(bomb, &sample.programme, &sample.tasks);
    assert_eq!(refused, Err(Unreadable::NotXml { line: 2 }));
}

proptest! {
    #[test]
    fn damaged_files_are_refused_or_read_and_never_more(at_byte in any::<proptest::sample::Index>(), byte in any::<u8>()) {
        let sample = with_states();
        for mut file in [
            project_xml("Plan", &sample.programme, &sample.tasks, at()),
            tracker_csv(Tracker::Jira, &sample.programme, &sample.tasks),
        ] {
            let place = at_byte.index(file.len());
            file[place] = byte;
            let _ = from_project_xml(&file, &sample.programme, &sample.tasks);
            let _ = from_tracker_csv(&file, &sample.programme, &sample.tasks);
        }
    }
}
