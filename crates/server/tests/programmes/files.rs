//! A programme as files: exports, imports, reports.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::covering::covers;
use crate::hall::Hall;

const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

impl Hall {
    /// A file: its media type and bytes.
    async fn file(&self, path: &str) -> (String, Vec<u8>) {
        let path = format!("{}{path}", self.base);
        let request = self.request(Method::GET, &path).bearer_auth(&self.token);
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK, "{path}");
        let media_type = answer.headers()["content-type"].to_str().unwrap().to_owned();
        (media_type, answer.bytes().await.unwrap().to_vec())
    }

    async fn import(&self, query: &str, media_type: &str, bytes: Vec<u8>) -> (u16, Value) {
        let path = format!("{}/import{query}", self.base);
        let request = self.request(Method::POST, &path).bearer_auth(&self.token);
        let answer = request.header("content-type", media_type).body(bytes).send().await.unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap())
    }
}

#[tokio::test]
async fn an_untouched_workbook_changes_nothing_and_a_broken_one_neither() {
    covers("GET /programmes/{programme}/export");
    covers("POST /programmes/{programme}/import");
    let hall = Hall::open().await;
    hall.add("/systems/", json!({ "name": "Byg", "role": "sender" })).await;
    let (media_type, workbook) = hall.file("/export").await;
    assert_eq!(media_type, XLSX);
    let (status, told) = hall.import("?apply=true", XLSX, workbook).await;
    assert_eq!((status, &told["differences"]), (200, &json!(0)), "{told}");
    let (status, said) = hall.import("?apply=true", XLSX, b"PK not a workbook".to_vec()).await;
    assert_eq!((status, &said["code"]), (422, &json!("import.unreadable")), "{said}");
    let (status, said) = hall.import("", "application/json", b"{}".to_vec()).await;
    assert_eq!((status, &said["code"]), (415, &json!("content.type.not.supported")), "{said}");
    let (status, said) = hall.import("", "text/csv", b"a;b\r\n".to_vec()).await;
    assert_eq!((status, &said["code"]), (400, &json!("import.list.unknown")), "{said}");
}

#[tokio::test]
async fn an_edited_list_is_shown_first_and_taken_in_by_who_may() {
    let hall = Hall::open().await;
    hall.add("/risks/", json!({ "title": "Sen leverandør", "probability": 2 })).await;
    let (media_type, csv) = hall.file("/export?form=csv&list=risici").await;
    assert!(media_type.starts_with("text/csv"));
    let text = String::from_utf8(csv).unwrap();
    let edited = text.replace("Sen leverandør", "Meget sen leverandør");
    assert_ne!(text, edited);
    let (status, told) = hall.import("?list=risici", "text/csv", edited.clone().into()).await;
    assert_eq!((status, &told["differences"], &told["applied"]), (200, &json!(1), &json!(false)));
    assert_eq!(told["lines"][0]["mine"], "Meget sen leverandør", "{told}");
    assert_eq!(hall.get("/risks/R-001").await["title"], "Sen leverandør");
    let (status, told) = hall.import("?list=risici&apply=true", "text/csv", edited.into()).await;
    assert_eq!((status, &told["objects"], &told["applied"]), (200, &json!(1), &json!(true)));
    assert_eq!(hall.get("/risks/R-001").await["title"], "Meget sen leverandør");
    let bad = text.replace(";2;", ";mange;");
    let (status, said) = hall.import("?list=risici&apply=true", "text/csv", bad.into()).await;
    assert_eq!((status, &said["code"]), (422, &json!("import.not.understood")), "{said}");
    assert_eq!(said["fieldErrors"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn everything_is_exported_but_what_opens_a_link() {
    let hall = Hall::open().await;
    hall.add("/questionnaires/", json!({ "supplier": "L-001", "expires": "2026-04-01" })).await;
    let (_, json) = hall.file("/export?form=json").await;
    let text = String::from_utf8(json).unwrap();
    assert!(text.contains("\"settings\"") && !text.contains("sha256"));
    let (media_type, ics) = hall.file("/export?form=ics").await;
    assert!(media_type.starts_with("text/calendar") && ics.starts_with(b"BEGIN:VCALENDAR"));
    let (media_type, _) = hall.file("/export?form=xml").await;
    assert_eq!(media_type, "application/xml");
}

#[tokio::test]
async fn reports_come_as_files_in_the_forms_they_have() {
    covers("GET /programmes/{programme}/reports/{report}");
    let hall = Hall::open().await;
    let (media_type, pdf) = hall.file("/reports/R1?language=en").await;
    assert_eq!((media_type.as_str(), &pdf[..5]), ("application/pdf", &b"%PDF-"[..]));
    let (media_type, log) = hall.file("/reports/R11?form=csv").await;
    assert!(media_type.starts_with("text/csv"));
    assert!(String::from_utf8(log).unwrap().contains("settings/settings"));
    for (path, code) in [
        ("/reports/R99", "report.unknown"),
        ("/reports/R1?form=jira", "report.form.unknown"),
        ("/reports/R1?form=odt", "report.form.unknown"),
        ("/reports/R4", "supplier.unknown"),
        ("/reports/R1?language=fr", "parameter.invalid"),
        ("/export?form=doc", "export.form.unknown"),
        ("/export?form=csv", "export.list.unknown"),
    ] {
        let (status, said) =
            hall.call(Method::GET, &format!("{}{path}", hall.base), None, None).await;
        assert!((400..500).contains(&status) && said["code"] == code, "{path}: {said}");
    }
}
