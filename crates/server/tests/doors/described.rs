//! The description of the interface, and the browser for it.

use brevdue_server::rest::{BROWSER_PATH, DESCRIPTION_PATH};
use serde_json::Value;

use crate::town::Town;

#[tokio::test]
async fn the_description_that_is_served_is_the_one_that_is_made_of_the_code() {
    let town = Town::open().await;
    let here = serde_json::to_value(brevdue_server::rest::description()).unwrap();
    // Made when it is first asked for, and given again afterwards.
    for _ in 0..2 {
        let answer = town.acting_as(&town.sender).get(DESCRIPTION_PATH).send().await.unwrap();
        assert_eq!(answer.status(), 200);
        assert_eq!(answer.headers()["content-type"], "application/json");
        let served: Value = answer.json().await.unwrap();
        assert_eq!(served["openapi"], "3.1.0");
        for path in here["paths"].as_object().unwrap().keys() {
            assert_eq!(served["paths"][path], here["paths"][path], "{path}");
        }
    }
    let page = format!("{BROWSER_PATH}/swagger-initializer.js");
    let script = town.acting_as(&town.sender).get(&page).send().await.unwrap();
    let script = script.text().await.unwrap();
    assert!(script.contains(&format!("\"{DESCRIPTION_PATH}\"")), "{script}");
}
