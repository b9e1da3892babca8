use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;
use brevdue_server::Delivery;
use brevdue_server::delivery::{Client, ClientSettings, DeliveryLimits, Endpoints};
use serde_json::{Value, json};

use crate::covering::covers;
use crate::office::{Desk, PERSON, PERSON_CPR, faults, open};
use crate::town::{SENDING_CVR, Town};

const CONTACTS: &str = "/contacts/subscriptions/";
const ORGANISATIONS: &str = "/organisations/subscriptions/";

/// What a subscriber was told, and what it answers.
#[derive(Clone)]
struct Subscriber {
    told: Arc<Mutex<Vec<Value>>>,
    answer: Arc<Mutex<StatusCode>>,
    url: String,
}

impl Subscriber {
    async fn open() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/told", listener.local_addr().unwrap());
        let answer = Arc::new(Mutex::new(StatusCode::NO_CONTENT));
        let subscriber = Self { told: Arc::default(), answer, url };
        let router = Router::new().route("/told", post(hear)).with_state(subscriber.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        subscriber
    }

    fn told(&self) -> Vec<Value> {
        self.told.lock().unwrap().clone()
    }
}

async fn hear(State(subscriber): State<Subscriber>, body: axum::Json<Value>) -> StatusCode {
    let answer = *subscriber.answer.lock().unwrap();
    if answer.is_success() {
        subscriber.told.lock().unwrap().push(body.0);
    }
    answer
}

fn delivery(town: &Town) -> Delivery {
    let client = Client::new(&ClientSettings {
        identity: None,
        roots: town.issuer.root().as_bytes(),
        endpoints: Endpoints::HttpsAndLocal,
        connect_seconds: 5,
        stall_seconds: 5,
    });
    Delivery::new(town.exchange.clone(), client.unwrap(), DeliveryLimits::default())
}

#[tokio::test]
async fn a_subscriber_is_told_of_a_change_and_told_again_when_it_did_not_listen() {
    covers("POST /contacts/subscriptions/");
    let town = open().await;
    let desk = Desk::of(&town, &town.sender);
    let subscriber = Subscriber::open().await;
    let command = json!({
        "subscriptionOperations": ["ALL_CITIZENS", "NEW_COMPANIES"],
        "notificationUrl": subscriber.url,
    });
    let (status, made) = desk.post(CONTACTS, command).await;
    assert_eq!((status, &made["version"]), (200, &json!(1)), "{made}");
    *subscriber.answer.lock().unwrap() = StatusCode::SERVICE_UNAVAILABLE;
    let service = Desk::citizen_service(&town).await;
    assert_eq!(service.post("/exemptions/", json!({ "cprNumber": PERSON_CPR })).await.0, 201);
    let delivery = delivery(&town);
    assert_eq!(delivery.round().await.unwrap(), 1);
    assert_eq!((subscriber.told(), delivery.round().await.unwrap()), (vec![], 0));
    *subscriber.answer.lock().unwrap() = StatusCode::NO_CONTENT;
    town.clock.let_pass(60);
    assert_eq!(delivery.round().await.unwrap(), 1);
    let told = subscriber.told();
    assert_eq!(told[0]["contactId"], json!(PERSON));
    assert_eq!((&told[0]["eventType"], &told[0]["nemSms"]), (&json!("UPDATED"), &json!(false)));
    assert_eq!(told[0]["publicRegistrationStatus"], "EXEMPT");
    town.clock.let_pass(24 * 60 * 60);
    assert_eq!((delivery.round().await.unwrap(), told.len()), (0, 1), "once is enough");
}

#[tokio::test]
async fn a_subscription_asks_for_something_and_says_where() {
    let town = open().await;
    let desk = Desk::of(&town, &town.sender);
    for path in [CONTACTS, ORGANISATIONS] {
        let (status, body) = desk.post(path, json!({})).await;
        let expected = vec!["subscriptionOperations", "notificationUrl"];
        assert_eq!((status, faults(&body)), (400, expected), "{path}");
        assert_eq!(Desk::of(&town, &town.receiver).get(path).await.0, 403);
    }
}

async fn subscribed(desk: &Desk<'_>, path: &str) -> Value {
    let (singles, operations) = match path {
        CONTACTS => ("singleContactSubscriptions", json!([PERSON])),
        _ => ("organisationSubscriptions", json!([SENDING_CVR])),
    };
    let command = json!({ singles: operations, "notificationUrl": "https://post.example/told" });
    let (status, made) = desk.post(path, command).await;
    assert!(status == 200 || status == 201, "{made}");
    made
}

#[tokio::test]
async fn the_callers_subscriptions_to_contacts_are_told() {
    covers("GET /contacts/subscriptions/");
    let town = open().await;
    let desk = Desk::of(&town, &town.sender);
    let made = subscribed(&desk, CONTACTS).await;
    assert_eq!(desk.get(CONTACTS).await, (200, json!([made])));
}

#[tokio::test]
async fn a_subscription_to_contacts_is_changed() {
    covers("PUT /contacts/subscriptions/{id}");
    let town = open().await;
    let desk = Desk::of(&town, &town.sender);
    let made = subscribed(&desk, CONTACTS).await;
    let path = format!("{CONTACTS}{}", made["id"].as_str().unwrap());
    let command = json!({
        "subscriptionOperations": ["NEW_CITIZENS"],
        "notificationUrl": "https://post.example/told",
    });
    let (status, changed) = desk.put(&path, &json!(1), command.clone()).await;
    assert_eq!((status, &changed["version"]), (200, &json!(2)));
    assert_eq!(changed["singleContactSubscriptions"], json!([]));
    assert_eq!(desk.put(&path, &json!(1), command).await.0, 409);
}

#[tokio::test]
async fn a_subscription_to_contacts_ends() {
    covers("DELETE /contacts/subscriptions/{id}");
    let town = open().await;
    let desk = Desk::of(&town, &town.sender);
    let made = subscribed(&desk, CONTACTS).await;
    let path = format!("{CONTACTS}{}", made["id"].as_str().unwrap());
    assert_eq!(desk.delete(&path, &json!(1)).await.0, 204);
    assert_eq!(desk.get(CONTACTS).await, (200, json!([])));
}

#[tokio::test]
async fn a_subscriber_is_told_of_a_change_to_an_organisation() {
    covers("POST /organisations/subscriptions/");
    let town = open().await;
    let desk = Desk::of(&town, &town.sender);
    let subscriber = Subscriber::open().await;
    let command = json!({
        "organisationSubscriptions": [SENDING_CVR],
        "notificationUrl": subscriber.url,
    });
    assert_eq!(desk.post(ORGANISATIONS, command).await.0, 201);
    let own = "/organisations/00000000-0000-0000-0000-000000000001";
    assert_eq!(desk.put(own, &json!(1), json!({ "name": "Opdigtet By" })).await.0, 200);
    assert_eq!(delivery(&town).round().await.unwrap(), 1);
    assert_eq!(subscriber.told()[0]["cvrNumber"], SENDING_CVR);
}

#[tokio::test]
async fn the_callers_subscriptions_to_organisations_are_told() {
    covers("GET /organisations/subscriptions/");
    let town = open().await;
    let desk = Desk::of(&town, &town.sender);
    let made = subscribed(&desk, ORGANISATIONS).await;
    assert_eq!(desk.get(ORGANISATIONS).await, (200, json!([made])));
}

#[tokio::test]
async fn a_subscription_to_organisations_is_changed() {
    covers("PUT /organisations/subscriptions/{id}");
    let town = open().await;
    let desk = Desk::of(&town, &town.sender);
    let made = subscribed(&desk, ORGANISATIONS).await;
    let path = format!("{ORGANISATIONS}{}", made["id"].as_str().unwrap());
    let command = json!({
        "subscriptionOperations": ["ALL_ORGANISATIONS"],
        "notificationUrl": "https://post.example/told",
    });
    let (status, changed) = desk.put(&path, &json!(1), command).await;
    assert_eq!((status, &changed["version"]), (200, &json!(2)), "{changed}");
}
