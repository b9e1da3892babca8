use reqwest::Method;
use serde_json::json;

use crate::covers::covers;
use crate::home::Home;

async fn made(home: &Home, name: &str) -> serde_json::Value {
    let path = format!("{}folders/", home.base);
    let (status, folder) = home
        .call(Method::POST, &path, None, Some(json!({"name": name, "folderType": "USER_DEFINED"})))
        .await;
    assert_eq!(status, 201, "{folder}");
    folder
}

#[tokio::test]
async fn every_mailbox_has_four_folders_whose_ids_stay() {
    covers("GET /mailboxes/{mailboxId}/folders/");
    let home = Home::open().await;
    let path = format!("{}folders/", home.base);
    let found = home.get(&path).await;
    let kinds: Vec<_> =
        found["folders"].as_array().unwrap().iter().map(|f| f["folderType"].clone()).collect();
    assert_eq!(kinds, ["INBOX", "DRAFTS", "SENT", "DELETED"]);
    assert_eq!(home.get(&path).await, found);
    let id = found["folders"][0]["id"].as_str().unwrap();
    assert_eq!(uuid::Uuid::parse_str(id).unwrap().get_version_num(), 5);
    let filtered = home.get(&format!("{path}?folderType=SENT&fields=name")).await;
    assert_eq!(filtered["folders"], json!([{"name": "SENT"}]));
}

#[tokio::test]
async fn a_folder_is_made_once_by_each_name() {
    covers("POST /mailboxes/{mailboxId}/folders/");
    let home = Home::open().await;
    let folder = made(&home, "Børnehave").await;
    assert_eq!((&folder["version"], &folder["folderType"]), (&json!(1), &json!("USER_DEFINED")));
    let path = format!("{}folders/", home.base);
    let again = json!({"name": "Børnehave"});
    assert_eq!(home.call(Method::POST, &path, None, Some(again)).await.0, 409);
    let (status, refused) = home.call(Method::POST, &path, None, Some(json!({"name": " "}))).await;
    assert_eq!((status, &refused["fieldErrors"][0]["field"]), (422, &json!("name")));
    let fixed = json!({"name": "Endnu en", "folderType": "INBOX"});
    assert_eq!(home.call(Method::POST, &path, None, Some(fixed)).await.0, 422);
}

#[tokio::test]
async fn folders_are_summed_up() {
    covers("GET /mailboxes/{mailboxId}/folders/summary/");
    let home = Home::open().await;
    home.draft().await;
    let summary = home.get(&format!("{}folders/summary/", home.base)).await;
    let counts: Vec<_> = summary["folderMessageSummaries"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| {
            (
                one["messageCount"]["totalMessages"].clone(),
                one["messageCount"]["unreadMessages"].clone(),
            )
        })
        .collect();
    assert_eq!(
        counts,
        [(json!(1), json!(1)), (json!(1), json!(0)), (json!(0), json!(0)), (json!(0), json!(0))]
    );
}

#[tokio::test]
async fn a_folder_is_read_by_its_id() {
    covers("GET /mailboxes/{mailboxId}/folders/{id}");
    let home = Home::open().await;
    let folder = made(&home, "Skat").await;
    let path = format!("{}folders/{}", home.base, folder["id"].as_str().unwrap());
    assert_eq!(home.get(&path).await, folder);
    let other = format!("{}folders/{}", home.base, uuid::Uuid::from_u128(5));
    assert_eq!(home.call(Method::GET, &other, None, None).await.0, 404);
}

#[tokio::test]
async fn a_folder_is_renamed_and_put_into_another_but_not_into_itself() {
    covers("PUT /mailboxes/{mailboxId}/folders/{id}");
    let home = Home::open().await;
    let (outer, inner) = (made(&home, "Ydre").await, made(&home, "Indre").await);
    let path =
        |f: &serde_json::Value| format!("{}folders/{}", home.base, f["id"].as_str().unwrap());
    let body = json!({"name": "Inderst", "parentFolderId": outer["id"]});
    let (status, moved) = home.call(Method::PUT, &path(&inner), Some(1), Some(body)).await;
    assert_eq!(
        (status, &moved["parentFolderId"], &moved["version"]),
        (200, &outer["id"], &json!(2))
    );
    let circle = json!({"name": "Ydre", "parentFolderId": inner["id"]});
    assert_eq!(home.call(Method::PUT, &path(&outer), Some(1), Some(circle)).await.0, 422);
    let body = json!({"name": "Indre"});
    assert_eq!(home.call(Method::PUT, &path(&inner), Some(1), Some(body)).await.0, 409);
}

#[tokio::test]
async fn a_folder_with_something_in_it_is_not_deleted() {
    covers("DELETE /mailboxes/{mailboxId}/folders/{id}");
    let home = Home::open().await;
    let folder = made(&home, "Arkiv").await;
    let path = format!("{}folders/{}", home.base, folder["id"].as_str().unwrap());
    let (letter, message) = home.letter().await;
    let moved = Some(json!({"folderId": folder["id"]}));
    let (status, message) =
        home.call(Method::PATCH, &letter, message["version"].as_i64(), moved).await;
    assert_eq!(status, 200);
    assert_eq!(home.call(Method::DELETE, &path, Some(1), None).await.0, 409);
    assert_eq!(home.call(Method::DELETE, &letter, message["version"].as_i64(), None).await.0, 204);
    assert_eq!(home.call(Method::DELETE, &path, Some(1), None).await.0, 204);
    assert_eq!(home.call(Method::GET, &path, None, None).await.0, 404);
    let inbox = home.get(&format!("{}folders/?folderType=INBOX", home.base)).await;
    let inbox = format!("{}folders/{}", home.base, inbox["folders"][0]["id"].as_str().unwrap());
    assert_eq!(home.call(Method::DELETE, &inbox, Some(1), None).await.0, 409);
}
