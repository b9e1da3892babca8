//! What comes in, and the rules by which it could distribute itself.

use brevdue_programme::Day;
use brevdue_programme::objects::{Direction, Environment, Route};
use brevdue_programme::observation::{Carriage, Handled, Observation, Sight};
use brevdue_programme::reading::{About, LetterCodes, of_message};
use brevdue_programme::storage::ObservationStore as _;
use serde_json::json;
use uuid::Uuid;

use crate::covering::covers;
use crate::hall::Hall;
use crate::town::SENDING_CVR;

fn observation(hall: &Hall, number: u128, handled: Option<Handled>) -> Observation {
    let about = About {
        observed_at: hall.town.exchange.now(),
        environment: Environment::Prod,
        direction: Direction::In,
        authority_cvr: SENDING_CVR.into(),
        system: "modtager".into(),
        transport: Carriage::Rest,
        endpoint_host: None,
        message_uuid: Uuid::from_u128(number),
        to_authority: Some(true),
        contact_point_known: None,
        accepted: true,
        error_code: None,
    };
    let mut seen = of_message(&b""[..], about, &LetterCodes::default()).unwrap();
    seen.sender = Some("22117712".into());
    seen.message_code = Some("SKADE".into());
    seen.handled = handled;
    seen.markup.insert(Route::Case.word().into());
    seen
}

#[tokio::test]
async fn who_sends_what_is_told_with_the_rule_that_would_pay_and_what_came_of_it() {
    covers("GET /programmes/{programme}/incoming/");
    covers("GET /programmes/{programme}/incoming/proposals/");
    covers("GET /programmes/{programme}/incoming/outcomes/");
    let folder = tempfile::tempdir().unwrap();
    let (hall, file) = Hall::watched(folder.path()).await;
    assert_eq!(hall.get("/incoming/").await["totalElements"], 0);
    let came = |handled: Option<Handled>, from: u128, until: u128| {
        let all = (from..until).map(|number| observation(&hall, number, handled));
        all.map(|seen| Sight::Message(Box::new(seen))).collect::<Vec<_>>()
    };
    file.observe(came(None, 0, 20), Vec::new()).await.unwrap();
    file.observe(came(Some(Handled::Automatic), 20, 29), Vec::new()).await.unwrap();
    file.observe(came(Some(Handled::Misdirected), 29, 30), Vec::new()).await.unwrap();

    let flows = hall.get("/incoming/").await;
    let flow = &flows["items"][0];
    assert_eq!((&flow["sender"], &flow["messages"]), (&json!("22117712"), &json!(30)));
    assert_eq!(flow["carried"], json!([{ "route": "content:CaseID", "messages": 30 }]));
    assert_eq!(
        flow["handled"],
        json!({ "automatic": 9, "manual": 0, "misdirected": 1, "untold": 20 })
    );
    let proposals = hall.get("/incoming/proposals/?sortFields=yearly:desc").await;
    let proposal = &proposals["items"][0];
    assert_eq!(proposal["predicted"], json!({ "hits": 30, "of": 30 }));
    assert_eq!((&proposal["route"], &proposal["yearly"]), (&json!("content:CaseID"), &json!(121)));

    let today = Day::of(hall.town.exchange.now()).unwrap().to_string();
    let rule = json!({
        "name": "Skader", "sender": "22117712", "message_code": "SKADE",
        "route": "content:CaseID", "to": "Skadekontoret", "active_from": today,
    });
    hall.add("/distribution-rules/", rule).await;
    assert_eq!(hall.get("/incoming/proposals/").await["totalElements"], 0, "it is made");
    let outcomes = hall.get("/incoming/outcomes/").await;
    assert_eq!(
        outcomes["items"],
        json!([{
            "rule": "FR-001", "name": "Skader", "active_from": today, "predicted": null,
            "messages": 30, "hit": { "hits": 9, "of": 10 }, "wrong": { "hits": 1, "of": 10 },
        }])
    );
}
