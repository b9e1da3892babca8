use std::io::{Cursor, Read as _, Write as _};

use brevdue_programme::change::outcome;
use brevdue_programme::objects::{Kind, Risk, System};
use brevdue_programme::programme::Held;
use brevdue_programme::{Language, Programme};
use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::diff::{Differs, letters};
use crate::sheets::SHEETS;
use crate::testing::{at, day, id, insert, key, sample};

/// What a hand writes into a cell.
enum Written<'a> {
    Text(&'a str),
    Number(f64),
    Formula(&'a str),
    Nothing,
}

/// The file with cells written anew, as an office program would leave it.
fn edited(bytes: &[u8], edits: &[(usize, &str, Written<'_>)]) -> Vec<u8> {
    repacked(bytes, |name, text| {
        let mut text = text;
        for (sheet, cell, written) in edits {
            if name != format!("xl/worksheets/sheet{}.xml", sheet + 1) {
                continue;
            }
            if !text.contains(&format!("<c r=\"{cell}\"")) {
                text = with_blank(&text, cell);
            }
            let start = text
                .find(&format!("<c r=\"{cell}\""))
                .unwrap_or_else(|| panic!("{cell} in {name}"));
            let rest = &text[start..];
            let open = rest.find('>').unwrap();
            let end =
                if rest[..open].ends_with('/') { open + 1 } else { rest.find("</c>").unwrap() + 4 };
            let new = match written {
                Written::Text(value) => {
                    format!("<c r=\"{cell}\" t=\"inlineStr\"><is><t>{value}</t></is></c>")
                }
                Written::Number(value) => format!("<c r=\"{cell}\"><v>{value}</v></c>"),
                Written::Formula(value) => format!("<c r=\"{cell}\"><f>{value}</f><v>3</v></c>"),
                Written::Nothing => String::new(),
            };
            text = format!("{}{new}{}", &text[..start], &rest[end..]);
        }
        text
    })
}

/// A sheet with one more cell, in a row of its own when there is none.
fn with_blank(text: &str, cell: &str) -> String {
    let row: String = cell.chars().filter(char::is_ascii_digit).collect();
    let new = format!("<c r=\"{cell}\"/>");
    match text.find(&format!("<row r=\"{row}\"")) {
        Some(start) => {
            let end = start + text[start..].find("</row>").unwrap();
            format!("{}{new}{}", &text[..end], &text[end..])
        }
        None => text.replace("</sheetData>", &format!("<row r=\"{row}\">{new}</row></sheetData>")),
    }
}

fn repacked(bytes: &[u8], change: impl Fn(&str, String) -> String) -> Vec<u8> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut out = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for index in 0..archive.len() {
        let mut part = archive.by_index(index).unwrap();
        let name = part.name().unwrap().into_owned();
        let mut text = String::new();
        part.read_to_string(&mut text).unwrap();
        out.start_file(&name, zip::write::SimpleFileOptions::default()).unwrap();
        out.write_all(change(&name, text).as_bytes()).unwrap();
    }
    out.finish().unwrap().into_inner()
}

/// The cell of a field in a row (from 1, the heading not counted).
fn cell(list: &str, path: &str, row: usize) -> (usize, String) {
    let index = SHEETS.iter().position(|sheet| sheet.word == list).unwrap();
    let sheet = SHEETS[index];
    let column = sheet.columns.iter().position(|column| column.path == path).unwrap();
    (index, format!("{}{}", letters(1 + sheet.told.len() + column), row + 1))
}

#[test]
fn acceptance_10_ten_edited_cells_are_ten_changes_and_an_untouched_file_is_none() {
    for language in [Language::Da, Language::En] {
        let sample = sample(12);
        let file = write(&sample.export(language)).unwrap();
        let untouched = read(&file, id(), &sample.programme).unwrap();
        assert!(untouched.is_empty(), "{:?}", untouched.lines);
        assert_eq!(untouched.notices, []);

        let cells = [
            (cell("opgaver", "status", 1), Written::Text("I gang")),
            (cell("opgaver", "due", 3), Written::Number(46_388.0)),
            (cell("systemer", "name", 2), Written::Text("Omsorg Øst")),
            (cell("systemer", "criticality", 3), Written::Text("vital")),
            (cell("systemer", "scope/level", 4), Written::Text("A2 Handlinger")),
            (cell("systemer", "supplier", 5), Written::Text("Leverandør 1 A/S")),
            (cell("snitflader", "active", 1), Written::Text("Nej")),
            (cell("brevtyper", "citizens", 1), Written::Number(5000.0)),
            (cell("risici", "probability", 1), Written::Number(5.0)),
            (cell("milepaele", "day", 2), Written::Text("31-12-2027")),
        ];
        let edits: Vec<_> =
            cells.into_iter().map(|((sheet, cell), written)| (sheet, cell, written)).collect();
        let edits: Vec<_> = edits
            .iter()
            .map(|(sheet, cell, written)| {
                (
                    *sheet,
                    cell.as_str(),
                    match written {
                        Written::Text(text) => Written::Text(text),
                        Written::Number(number) => Written::Number(*number),
                        _ => unreachable!(),
                    },
                )
            })
            .collect();
        let diff = read(&edited(&file, &edits), id(), &sample.programme).unwrap();
        assert_eq!(diff.lines.len(), 10, "{:#?}", diff.lines);
        assert!(diff.lines.iter().all(|line| !line.conflict));

        let changes = diff.changes(&sample.programme, &diff.plain());
        let mut programme = sample.programme.clone();
        programme.put(&outcome(&programme, &changes, "import", "", at()).unwrap().writes);
        let system: System = programme.get(&key("S-004")).unwrap();
        assert_eq!(system.scope.level.unwrap().word(), "A2");
        assert_eq!(system.description, "Breve; nr. 4\nanden linje");
        assert_eq!(
            programme.held(Kind::Milestone, &key("MEMO_ONLY")).unwrap().body["day"],
            "2027-12-31"
        );
        let task = &programme.held(Kind::TaskState, &key("OP3-T01.S-001")).unwrap().body;
        assert_eq!(
            (task["status"].as_str(), task["subject"].as_str()),
            (Some("in_progress"), Some("S-001"))
        );
        let again = read(&edited(&file, &edits), id(), &programme).unwrap();
        assert!(again.is_empty(), "what was taken in differs no more: {:?}", again.lines);
    }
}

#[test]
fn what_others_changed_meanwhile_stands_and_the_same_cell_is_a_conflict_with_all_three() {
    let sample = sample(3);
    let file = write(&sample.export(Language::Da)).unwrap();
    let mut now = sample.programme.clone();
    let mut system: System = now.get(&key("S-002")).unwrap();
    system.name = "Deres navn".into();
    system.scope.markup_target = Some(0.5);
    now.insert(
        Kind::System,
        key("S-002"),
        Held { version: 2, body: serde_json::to_value(&system).unwrap() },
    );

    let (sheet, name) = cell("systemer", "name", 2);
    let (_, level) = cell("systemer", "scope/level", 2);
    let edits = [
        (sheet, name.as_str(), Written::Text("Mit navn")),
        (sheet, level.as_str(), Written::Text("A1")),
    ];
    let diff = read(&edited(&file, &edits), id(), &now).unwrap();
    let conflicts: Vec<_> = diff.lines.iter().filter(|line| line.conflict).collect();
    assert_eq!(conflicts.len(), 1);
    let Differs::Cell { base, mine, theirs, .. } = &conflicts[0].what else { panic!() };
    assert_eq!(
        (base, mine, theirs),
        (&json!("Fagsystem 2"), &json!("Mit navn"), &json!("Deres navn"))
    );

    now.put(&outcome(&now, &diff.changes(&now, &diff.plain()), "import", "", at()).unwrap().writes);
    let merged: System = now.get(&key("S-002")).unwrap();
    assert_eq!(merged.name, "Deres navn");
    assert_eq!(
        (merged.scope.markup_target, merged.scope.level.map(|l| l.word())),
        (Some(0.5), Some("A1"))
    );

    let all = (0..diff.lines.len()).collect();
    now.put(&outcome(&now, &diff.changes(&now, &all), "import", "", at()).unwrap().writes);
    assert_eq!(now.get::<System>(&key("S-002")).unwrap().name, "Mit navn");
}

#[test]
fn new_rows_get_the_next_id_and_rows_that_are_gone_stay_until_chosen() {
    let sample = sample(3);
    let file = write(&sample.export(Language::Da)).unwrap();
    let (risks, title) = cell("risici", "title", 2);
    let (_, probability) = cell("risici", "probability", 2);
    let gone = repacked(
        &edited(
            &file,
            &[
                (risks, &title, Written::Text("Nøgleperson rejser")),
                (risks, &probability, Written::Number(2.0)),
            ],
        ),
        |name, text| {
            if name != "xl/worksheets/sheet2.xml" {
                return text;
            }
            let start = text.find("<row r=\"3\"").unwrap();
            let end = start + text[start..].find("</row>").unwrap() + 6;
            format!("{}{}", &text[..start], &text[end..])
        },
    );
    let diff = read(&gone, id(), &sample.programme).unwrap();
    assert_eq!(diff.lines.len(), 2, "{:?}", diff.lines);
    assert!(matches!(diff.lines[0].what, Differs::Gone { version: 1, .. }), "{:?}", diff.lines[0]);
    assert_eq!(diff.lines[0].key, key("S-002"));
    let mut programme = sample.programme.clone();
    let changes = diff.changes(&programme, &diff.plain());
    programme.put(&outcome(&programme, &changes, "import", "", at()).unwrap().writes);
    assert!(programme.held(Kind::System, &key("S-002")).is_some());
    let risk: Risk = programme.get(&key("R-002")).unwrap();
    assert_eq!((risk.title.as_str(), risk.probability), ("Nøgleperson rejser", 2));
    let all = (0..diff.lines.len()).collect();
    let changes = diff.changes(&sample.programme, &all);
    programme = sample.programme.clone();
    programme.put(&outcome(&programme, &changes, "import", "", at()).unwrap().writes);
    assert!(programme.held(Kind::System, &key("S-002")).is_none());
}

#[test]
fn cells_that_mean_nothing_are_told_with_sheet_row_column_and_why_and_nothing_is_changed() {
    let sample = sample(3);
    let file = write(&sample.export(Language::Da)).unwrap();
    let bad = [
        (cell("systemer", "role", 1), Written::Text("Chef")),
        (cell("systemer", "retire_date", 2), Written::Text("31-02-2027")),
        (cell("systemer", "owner", 3), Written::Text("P-999")),
        (cell("risici", "probability", 1), Written::Number(6.0)),
        (cell("brevtyper", "citizens", 1), Written::Formula("1+2")),
    ];
    let edits: Vec<_> = bad
        .iter()
        .map(|((sheet, cell), written)| {
            (
                *sheet,
                cell.as_str(),
                match written {
                    Written::Text(text) => Written::Text(text),
                    Written::Number(number) => Written::Number(*number),
                    Written::Formula(formula) => Written::Formula(formula),
                    Written::Nothing => Written::Nothing,
                },
            )
        })
        .collect();
    let refused = read(&edited(&file, &edits), id(), &sample.programme).unwrap_err();
    let Unreadable::Faults(faults) = refused else { panic!("{refused:?}") };
    let told: Vec<String> =
        faults.iter().map(|fault| format!("{} {}", fault.place, fault.reason.da)).collect();
    let place = |index: usize, sheet: &str| format!("{sheet}!{}", bad[index].0.1);
    assert_eq!(told.len(), 5, "{told:?}");
    for (index, sheet) in
        [(0, "Systemer"), (1, "Systemer"), (2, "Systemer"), (3, "Risici"), (4, "Brevtyper")]
    {
        assert!(
            told.iter().any(|line| line.starts_with(&place(index, sheet))),
            "{index} in {told:?}"
        );
    }
    assert!(told.iter().any(|line| line.contains("formel")), "{told:?}");
    assert!(told.iter().all(|line| !line.contains("Chef")), "the cell is not repeated: {told:?}");
}

#[test]
fn a_formula_in_a_text_is_text() {
    let sample = sample(2);
    let file = write(&sample.export(Language::Da)).unwrap();
    let (sheet, note) = cell("systemer", "note", 1);
    let diff = read(
        &edited(&file, &[(sheet, &note, Written::Formula("HYPERLINK(1)"))]),
        id(),
        &sample.programme,
    );
    let diff = diff.unwrap();
    let Differs::Cell { mine, .. } = &diff.lines[0].what else { panic!() };
    assert_eq!(mine, &json!("=HYPERLINK(1)"));
}

#[test]
fn an_emptied_cell_empties_the_field() {
    let sample = sample(2);
    let file = write(&sample.export(Language::Da)).unwrap();
    let (sheet, supplier) = cell("systemer", "supplier", 1);
    let diff =
        read(&edited(&file, &[(sheet, &supplier, Written::Nothing)]), id(), &sample.programme)
            .unwrap();
    let Differs::Cell { mine, .. } = &diff.lines[0].what else { panic!() };
    assert_eq!((diff.lines.len(), mine), (1, &serde_json::Value::Null));
}

#[test]
fn what_is_no_workbook_of_ours_is_refused_by_name() {
    let sample = sample(1);
    let file = write(&sample.export(Language::Da)).unwrap();
    let other = "6c3b2f30-0f8e-4a52-9d0a-1f63a4a7a002".parse().unwrap();
    assert_eq!(read(&file, other, &sample.programme), Err(Unreadable::OtherProgramme));
    let altered = repacked(&file, |_, text| text.replace("Fagsystem\\u00201", "Fagsystem\\u00202"));
    assert_eq!(read(&altered, id(), &sample.programme), Err(Unreadable::AlteredBase));
    let lost = repacked(&file, |_, text| text.replace("_base", "_bas"));
    assert_eq!(read(&lost, id(), &sample.programme), Err(Unreadable::NoBase));
    assert!(matches!(read(b"PK\x03\x04", id(), &sample.programme), Err(Unreadable::File(_))));
    let mut bomb = zip::ZipWriter::new(Cursor::new(Vec::new()));
    bomb.start_file("xl/workbook.xml", zip::write::SimpleFileOptions::default()).unwrap();
    let zeros = vec![0; 1 << 20];
    for _ in 0..100 {
        bomb.write_all(&zeros).unwrap();
    }
    let bomb = bomb.finish().unwrap().into_inner();
    assert!(bomb.len() < 1 << 20);
    assert_eq!(
        read(&bomb, id(), &sample.programme),
        Err(Unreadable::File(crate::packed::Unpackable::Bomb))
    );
}

#[test]
fn a_cell_far_out_costs_nothing_and_is_refused() {
    let sample = sample(1);
    let file = write(&sample.export(Language::Da)).unwrap();
    let far = repacked(&file, |name, text| {
        if name == "xl/worksheets/sheet2.xml" {
            let far = "<row r=\"1048576\"><c r=\"XFD1048576\"><v>1</v></c></row></sheetData>";
            text.replace("</sheetData>", far)
        } else {
            text
        }
    });
    assert_eq!(read(&far, id(), &sample.programme), Err(Unreadable::TooMuch { sheet: 2 }));
}

fn any_text() -> impl Strategy<Value = String> {
    prop_oneof![
        "\\PC{0,40}",
        "[=+@' _x0A;\\\\\n\t-]{0,12}",
        "_x[0-9A-F]{4}_",
        Just("31-12-2026".to_owned()),
        Just("1.5".to_owned()),
        Just("Ja".to_owned()),
        Just(" luft ".to_owned()),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn any_programme_comes_back_as_it_was(
        names in proptest::collection::vec((any_text(), any_text(), proptest::collection::vec(any_text(), 0..4)), 1..6),
        numbers in proptest::collection::vec((any::<u64>(), 0f64..1e12, 0f64..1.0), 1..6),
    ) {
        let mut sample = sample(2);
        for (n, (name, note, units)) in names.iter().enumerate() {
            let system = System {
                name: name.clone(), note: note.clone(), units: units.clone(),
                known_as: units.iter().cloned().collect(),
                replaced_by: Some(key("GONE")), retire_date: Some(day("2099-12-31")),
                ..System::default()
            };
            insert(&mut sample.programme, &format!("X{n}"), &system);
        }
        for (n, (citizens, minutes, share)) in numbers.iter().enumerate() {
            let letter = brevdue_programme::objects::LetterType {
                citizens: *citizens, minutes_own: *minutes, target_coverage: Some(*share),
                ..Default::default()
            };
            insert(&mut sample.programme, &format!("X{n}"), &letter);
        }
        let file = write(&sample.export(Language::Da)).unwrap();
        let diff = read(&file, id(), &sample.programme).unwrap();
        prop_assert!(diff.is_empty(), "{:?}", diff.lines);
        for list in crate::lists() {
            for days in [crate::list::Days::Danish, crate::list::Days::Iso] {
                let file = crate::list::export(&sample.export(Language::En), list, days).unwrap();
                let diff = crate::list::read(&file, list, &sample.programme).unwrap();
                prop_assert!(diff.is_empty(), "{:?}", diff.lines);
            }
        }
    }

    #[test]
    fn damaged_workbooks_are_refused_or_read_and_never_more(
        at in any::<proptest::sample::Index>(), byte in any::<u8>(), inside in any::<bool>(),
    ) {
        let sample = sample(1);
        let mut file = write(&sample.export(Language::Da)).unwrap();
        if inside {
            file = repacked(&file, |name, text| {
                if !name.contains("sheet2") && !name.contains("shared") { return text; }
                let mut bytes = text.into_bytes();
                let place = at.index(bytes.len());
                bytes[place] = byte & 0x7f;
                String::from_utf8_lossy(&bytes).into_owned()
            });
        } else {
            let place = at.index(file.len());
            file[place] = byte;
        }
        let _ = read(&file, id(), &Programme::default());
        let _ = rows(&file);
    }
}

#[test]
fn scheduled_jobs_have_a_sheet_that_reads_back_as_it_was_and_takes_times() {
    use brevdue_programme::objects::{Rhythm, ScheduledJob};

    use crate::list::Days;

    let mut sample = sample(1);
    let jobs = [
        ScheduledJob {
            name: "Natbreve".into(),
            rhythm: Some(Rhythm::Workdays),
            time: "22:30".parse().ok(),
            minutes: 90,
            volume: 4_000,
            paused: true,
            ..ScheduledJob::default()
        },
        ScheduledJob {
            rhythm: Some(Rhythm::Monthly),
            day_of_month: Some(31),
            next_run: Some(day("2026-12-31")),
            ..ScheduledJob::default()
        },
    ];
    let system = System {
        scheduled_jobs: jobs.to_vec(),
        ..sample.programme.get::<System>(&key("S-001")).unwrap()
    };
    insert(&mut sample.programme, "S-001", &system);
    for language in [Language::Da, Language::En] {
        let file = write(&sample.export(language)).unwrap();
        let diff = read(&file, id(), &sample.programme).unwrap();
        assert!(diff.is_empty(), "{:?}", diff.lines);
        let list = crate::list::export(&sample.export(language), "koersler", Days::Danish).unwrap();
        let diff = crate::list::read(&list, "koersler", &sample.programme).unwrap();
        assert!(diff.is_empty(), "{:?}", diff.lines);
    }
    let list = crate::list::export(&sample.export(Language::Da), "koersler", Days::Iso).unwrap();
    let text = String::from_utf8(list).unwrap();
    let edited = text.replace("22:30", "6.15");
    let diff = crate::list::read(edited.as_bytes(), "koersler", &sample.programme).unwrap();
    let [line] = diff.lines.as_slice() else { panic!("{:?}", diff.lines) };
    let Differs::Cell { path, mine, .. } = &line.what else { panic!("{line:?}") };
    assert_eq!((path.as_str(), mine), ("scheduled_jobs/0/time", &serde_json::json!("06:15")));
    let edited = text.replace("22:30", "25:00");
    let refused = crate::list::read(edited.as_bytes(), "koersler", &sample.programme);
    assert!(matches!(refused, Err(crate::list::Unreadable::Faults(_))), "no such time");
}
