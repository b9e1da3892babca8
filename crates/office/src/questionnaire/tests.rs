use brevdue_programme::questionnaire::QUESTIONS;
use rust_xlsxwriter::Workbook;
use uuid::Uuid;

use super::*;
use crate::cells::Cell;

fn asked(supplier: &str, system: &str) -> Questionnaire {
    Questionnaire {
        programme: ProgrammeId(Uuid::from_u128(7)),
        authority: "Egelev Kommune".into(),
        supplier: supplier.parse().unwrap(),
        name: format!("Nordlys {supplier}"),
        systems: vec![(system.parse().unwrap(), "Omsorg".into())],
        questions: QUESTIONS.iter().map(|one| (one.id, one.kind, one.id.to_owned())).collect(),
        contacts_asked: "Kontakter".into(),
        answers: BTreeMap::from([
            (format!("{system}/plan"), "=1+1 i maj".to_owned()),
            (format!("{system}/ready"), "2026-05-01".to_owned()),
        ]),
        contacts: vec!["Vagn Ø <vagn@nordlys.example>".into(), "Else".into()],
        language: Language::Da,
    }
}

/// A workbook with the same hidden sheet, in which somebody wrote other cells: id, answer.
fn edited(bytes: &[u8], edits: &[(&str, Cell)]) -> Vec<u8> {
    let mut book = Workbook::new();
    for (name, rows) in crate::workbook::rows(bytes).unwrap() {
        let sheet = book.add_worksheet();
        sheet.set_name(&name).unwrap();
        let mut rows = rows;
        if name != BASE_SHEET {
            for (id, answer) in edits {
                let known = rows.iter().position(|row| row[0] == Cell::Text((*id).to_owned()));
                let row = known.unwrap_or_else(|| {
                    rows.push(vec![Cell::Text((*id).to_owned()), Cell::Empty, Cell::Empty]);
                    rows.len() - 1
                });
                rows[row].resize(4, Cell::Empty);
                rows[row][3] = answer.clone();
            }
        }
        for (at, row) in (0u32..).zip(&rows) {
            for (column, cell) in (0u16..).zip(row) {
                match cell {
                    Cell::Text(text) => {
                        sheet.write_string(at, column, text).unwrap();
                    }
                    Cell::Number(number) => {
                        sheet.write_number(at, column, *number).unwrap();
                    }
                    Cell::Day(day) => {
                        sheet.write_string(at, column, day.to_string()).unwrap();
                    }
                    _ => {}
                }
            }
        }
    }
    book.save_to_buffer().unwrap()
}

#[test]
fn what_nobody_changed_changes_nothing() {
    let asked = asked("L-001", "S-001");
    let bytes = asked.write().unwrap();
    assert_eq!(asked.read(&bytes), Ok(Answers::default()));
}

#[test]
fn what_was_answered_is_what_changes_and_an_emptied_answer_goes() {
    let asked = asked("L-001", "S-001");
    let bytes = edited(
        &asked.write().unwrap(),
        &[
            ("S-001/price_dkk", Cell::Number(12_500.0)),
            ("S-001/plan", Cell::Empty),
            ("S-001/markup", Cell::Text("  =SUM(A1)  ".into())),
            ("contacts", Cell::Text("Else\nBo <bo@nordlys.example>".into())),
        ],
    );
    let answers = asked.read(&bytes).unwrap();
    let expected = [("S-001/markup", "=SUM(A1)"), ("S-001/plan", ""), ("S-001/price_dkk", "12500")];
    let found: Vec<(&str, &str)> =
        answers.answers.iter().map(|(id, answer)| (id.as_str(), answer.as_str())).collect();
    assert_eq!(found, expected);
    assert_eq!(answers.contacts.as_deref(), Some("Else\nBo <bo@nordlys.example>"));
}

#[test]
fn another_suppliers_sheet_and_system_are_refused_by_name() {
    let (ours, theirs) = (asked("L-001", "S-001"), asked("L-002", "S-002"));
    let refused = ours.read(&theirs.write().unwrap());
    assert_eq!(refused, Err(NotRead::OthersQuestionnaire { name: "Nordlys L-002".into() }));

    let sly = edited(
        &ours.write().unwrap(),
        &[("S-002/plan", Cell::Text("x".into())), ("S-001/markup", Cell::Text("ja".into()))],
    );
    let Err(NotRead::Faults(faults)) = ours.read(&sly) else { panic!("it was taken") };
    assert_eq!(faults.len(), 1);
    assert!(faults[0].reason.da.contains("S-002"), "{faults:?}");
    assert_eq!((faults[0].place.row, faults[0].place.column.as_str()), (10, "A"));
}

#[test]
fn what_does_not_fit_and_what_was_changed_elsewhere_is_named_and_nothing_is_taken() {
    let asked = asked("L-001", "S-001");
    let bytes = edited(
        &asked.write().unwrap(),
        &[("S-001/ready", Cell::Text("snart".into())), ("S-001/plan", Cell::Text("i juni".into()))],
    );
    let mut meanwhile = asked.clone();
    meanwhile.answers.insert("S-001/plan".into(), "i august".into());
    let Err(NotRead::Faults(faults)) = meanwhile.read(&bytes) else { panic!("it was taken") };
    let reasons: Vec<&str> = faults.iter().map(|fault| fault.reason.en.as_str()).collect();
    assert!(reasons[0].contains("changed elsewhere") && reasons[1] == "write a day", "{reasons:?}");
}

#[test]
fn a_file_that_is_none_of_ours_is_refused() {
    let asked = asked("L-001", "S-001");
    assert!(matches!(asked.read(b"PK\x03\x04 nothing"), Err(NotRead::File(_))));
    let mut book = Workbook::new();
    book.add_worksheet().write_string(0, 0, "Id").unwrap();
    let bytes = book.save_to_buffer().unwrap();
    assert_eq!(asked.read(&bytes), Err(NotRead::NotOurs));
    // The hidden sheet says that another answer stood there.
    let bytes = asked.write().unwrap();
    let altered = {
        let mut book = Workbook::new();
        for (name, rows) in crate::workbook::rows(&bytes).unwrap() {
            let sheet = book.add_worksheet();
            sheet.set_name(&name).unwrap();
            for (at, row) in (0u32..).zip(&rows) {
                for (column, cell) in (0u16..).zip(row) {
                    if let Cell::Text(text) = cell {
                        let text = text.replace("L-001", "L-009");
                        sheet.write_string(at, column, text).unwrap();
                    }
                }
            }
        }
        book.save_to_buffer().unwrap()
    };
    assert_eq!(asked.read(&altered), Err(NotRead::NotOurs));
}
