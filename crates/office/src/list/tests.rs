use brevdue_programme::Language;
use brevdue_programme::objects::{Kind, System};
use brevdue_programme::programme::Held;

use super::*;
use crate::diff::Differs;
use crate::testing::{key, sample};

#[test]
fn a_list_has_a_byte_order_mark_semicolons_and_guards_what_looks_like_a_formula() {
    let sample = sample(2);
    let file = export(&sample.export(Language::Da), "systemer", Days::Danish).unwrap();
    let text = String::from_utf8(file).unwrap();
    assert!(text.starts_with("\u{feff}Id;Version;Udfyldt %;Navn;"), "{text}");
    assert!(text.contains(";'=1+1;"), "{text}");
}

#[test]
fn an_edited_line_is_a_change_and_after_others_changes_a_conflict() {
    let sample = sample(2);
    let file = export(&sample.export(Language::Da), "systemer", Days::Danish).unwrap();
    let file = String::from_utf8(file).unwrap().replace("Fagsystem 2", "Byggesag");
    let diff = read(file.as_bytes(), "systemer", &sample.programme).unwrap();
    assert_eq!((diff.lines.len(), diff.lines[0].conflict), (1, false));
    let Differs::Cell { path, .. } = &diff.lines[0].what else { panic!() };
    assert_eq!(path, "name");

    let mut now = sample.programme.clone();
    let system = System { note: "nyt".into(), ..now.get(&key("S-002")).unwrap() };
    now.insert(
        Kind::System,
        key("S-002"),
        Held { version: 2, body: serde_json::to_value(&system).unwrap() },
    );
    let diff = read(file.as_bytes(), "systemer", &now).unwrap();
    assert!(diff.lines.iter().all(|line| line.conflict), "{:?}", diff.lines);
}

#[test]
fn an_open_quotation_mark_is_named_by_its_line() {
    assert_eq!(table(b"a;b\r\n1;\"2\r\n3;4"), Err(Malformed::OpenQuote { line: 2 }));
}
