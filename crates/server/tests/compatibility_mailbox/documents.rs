use reqwest::Method;
use serde_json::json;

use crate::covers::covers;
use crate::home::Home;

#[tokio::test]
async fn the_documents_of_a_letter_are_listed() {
    covers("GET /mailboxes/{mailboxId}/messages/{messageId}/documents/");
    let home = Home::open().await;
    let (path, message) = home.letter().await;
    let list = home.get(&format!("{path}/documents/")).await;
    assert_eq!(list["documents"], message["documents"]);
    assert_eq!(list["documents"][0]["documentType"], "MAIN");
}

#[tokio::test]
async fn a_document_of_a_letter_is_read_by_its_id() {
    covers("GET /mailboxes/{mailboxId}/messages/{messageId}/documents/{id}");
    let home = Home::open().await;
    let (path, message) = home.letter().await;
    let document = &message["documents"][0];
    let found = home.get(&format!("{path}/documents/{}", document["id"].as_str().unwrap())).await;
    assert_eq!(&found, document);
}

#[tokio::test]
async fn a_draft_gets_one_main_document() {
    covers("POST /mailboxes/{mailboxId}/messages/{messageId}/documents/");
    let home = Home::open().await;
    let (draft, _) = home.draft().await;
    let path = format!("{draft}/documents/");
    let main = || Some(json!({"documentType": "MAIN"}));
    assert_eq!(home.call(Method::POST, &path, None, main()).await.0, 201);
    let (status, refused) = home.call(Method::POST, &path, None, main()).await;
    assert_eq!((status, &refused["fieldErrors"][0]["field"]), (422, &json!("documentType")));
    let (letter, _) = (format!("{}messages/", home.base), ());
    let sent = home.get(&letter).await["messages"][1]["id"].as_str().unwrap().to_owned();
    let path = format!("{letter}{sent}/documents/");
    assert_eq!(home.call(Method::POST, &path, None, main()).await.0, 409, "a letter stays");
}

#[tokio::test]
async fn a_document_of_a_draft_is_changed() {
    covers("PUT /mailboxes/{mailboxId}/messages/{messageId}/documents/{id}");
    let home = Home::open().await;
    let (draft, _) = home.draft().await;
    let body = Some(json!({"documentType": "ADDITIONAL"}));
    let (_, document) = home.call(Method::POST, &format!("{draft}/documents/"), None, body).await;
    let path = format!("{draft}/documents/{}", document["id"].as_str().unwrap());
    let body = || Some(json!({"documentType": "ADDITIONAL", "label": "Bilag 1"}));
    let (status, changed) = home.call(Method::PUT, &path, Some(1), body()).await;
    assert_eq!(
        (status, &changed["label"], &changed["version"]),
        (200, &json!("Bilag 1"), &json!(2))
    );
    assert_eq!(home.call(Method::PUT, &path, Some(1), body()).await.0, 409);
}

#[tokio::test]
async fn a_document_of_a_draft_is_taken_out() {
    covers("DELETE /mailboxes/{mailboxId}/messages/{messageId}/documents/{id}");
    let home = Home::open().await;
    let (draft, _) = home.draft().await;
    home.write(&draft, "Kære kommune").await;
    let document = home.get(&draft).await["documents"][0].clone();
    let path = format!("{draft}/documents/{}", document["id"].as_str().unwrap());
    assert_eq!(home.call(Method::DELETE, &path, Some(99), None).await.0, 409);
    let version = document["version"].as_i64();
    assert_eq!(home.call(Method::DELETE, &path, version, None).await.0, 204);
    assert_eq!(home.get(&draft).await["documents"], json!([]));
}

#[tokio::test]
async fn the_files_of_a_document_are_listed() {
    covers("GET /mailboxes/{mailboxId}/messages/{messageId}/documents/{documentId}/files/");
    let home = Home::open().await;
    let (path, message) = home.letter().await;
    let document = &message["documents"][0];
    let list =
        home.get(&format!("{path}/documents/{}/files/", document["id"].as_str().unwrap())).await;
    assert_eq!(list["files"], document["files"]);
}

#[tokio::test]
async fn a_file_of_a_draft_has_a_type_and_a_name_that_letters_may_carry() {
    covers("POST /mailboxes/{mailboxId}/messages/{messageId}/documents/{documentId}/files/");
    let home = Home::open().await;
    let (draft, _) = home.draft().await;
    let body = Some(json!({"documentType": "MAIN"}));
    let (_, document) = home.call(Method::POST, &format!("{draft}/documents/"), None, body).await;
    let path = format!("{draft}/documents/{}/files/", document["id"].as_str().unwrap());
    for (format, name, language, field) in [
        ("application/pdf", "brev.pdf", "da", None),
        ("application/pdf", "br<ev.pdf", "da", Some("filename")),
        ("application/x-msdownload", "brev.exe", "da", Some("encodingFormat")),
        ("application/pdf", "brev.pdf", "dansk", Some("language")),
    ] {
        let body = json!({"encodingFormat": format, "filename": name, "language": language});
        let (status, answer) = home.call(Method::POST, &path, None, Some(body)).await;
        match field {
            None => assert_eq!((status, &answer["fileSize"]), (201, &json!(0))),
            Some(field) => {
                assert_eq!((status, &answer["fieldErrors"][0]["field"]), (422, &json!(field)))
            }
        }
    }
}

#[tokio::test]
async fn a_file_is_told_of_by_its_id() {
    covers("GET /mailboxes/{mailboxId}/messages/{messageId}/documents/{documentId}/files/{id}");
    let home = Home::open().await;
    let (path, message) = home.letter().await;
    let (document, file) = (&message["documents"][0], &message["documents"][0]["files"][0]);
    let path = format!(
        "{path}/documents/{}/files/{}",
        document["id"].as_str().unwrap(),
        file["id"].as_str().unwrap()
    );
    assert_eq!(&home.get(&path).await, file);
}

#[tokio::test]
async fn a_file_of_a_draft_gets_another_name() {
    covers("PUT /mailboxes/{mailboxId}/messages/{messageId}/documents/{documentId}/files/{id}");
    let home = Home::open().await;
    let (draft, _) = home.draft().await;
    let path = home.write(&draft, "Kære kommune").await;
    let body =
        || Some(json!({"encodingFormat": "text/plain", "filename": "nyt.txt", "language": "DA"}));
    let (status, file) = home.call(Method::PUT, &path, Some(2), body()).await;
    assert_eq!(
        (status, &file["filename"], &file["language"]),
        (200, &json!("nyt.txt"), &json!("da"))
    );
    assert_eq!(file["fileSize"], 13, "its content stays");
    assert_eq!(home.call(Method::PUT, &path, Some(2), body()).await.0, 409);
}

#[tokio::test]
async fn a_file_of_a_draft_is_taken_out() {
    covers("DELETE /mailboxes/{mailboxId}/messages/{messageId}/documents/{documentId}/files/{id}");
    let home = Home::open().await;
    let (draft, _) = home.draft().await;
    let path = home.write(&draft, "Kære kommune").await;
    assert_eq!(home.call(Method::DELETE, &path, Some(2), None).await.0, 204);
    assert_eq!(home.call(Method::GET, &path, None, None).await.0, 404);
    let draft: uuid::Uuid = draft.rsplit('/').next().unwrap().parse().unwrap();
    let kind = brevdue_exchange::storage::RecordKind::Draft;
    let kept = home.town.store.record(kind, draft).await.unwrap().unwrap();
    assert!(kept.contents.is_empty(), "its bytes are let go");
}

#[tokio::test]
async fn the_content_of_a_file_comes_out_of_the_letter() {
    covers(
        "GET /mailboxes/{mailboxId}/messages/{messageId}/documents/{documentId}/files/{id}/content",
    );
    let home = Home::open().await;
    let (path, message) = home.letter().await;
    let (document, file) = (&message["documents"][0], &message["documents"][0]["files"][0]);
    let path = format!(
        "{path}/documents/{}/files/{}/content",
        document["id"].as_str().unwrap(),
        file["id"].as_str().unwrap()
    );
    assert_eq!(home.bytes(&path).await, [0; 30]);
}

#[tokio::test]
async fn content_is_put_into_a_file_of_a_draft_and_replaced() {
    covers(
        "PUT /mailboxes/{mailboxId}/messages/{messageId}/documents/{documentId}/files/{id}/content",
    );
    let home = Home::open().await;
    let (draft, _) = home.draft().await;
    let path = home.write(&draft, "Kære kommune").await;
    assert_eq!(home.bytes(&format!("{path}/content")).await, "Kære kommune".as_bytes());
    let long = "æ".repeat(100_000);
    let (status, put) = home.upload(&path, 2, &long).await;
    assert_eq!(
        (status, &put["fileSize"], &put["version"]),
        (200, &json!(200_000), &json!(3)),
        "{put}"
    );
    assert_eq!(home.bytes(&format!("{path}/content")).await, long.as_bytes());
    assert_eq!(home.upload(&path, 2, "for sent").await.0, 409);
    let json = home.call(Method::PUT, &format!("{path}/content"), Some(3), Some(json!({}))).await;
    assert_eq!(json.0, 415);
}
