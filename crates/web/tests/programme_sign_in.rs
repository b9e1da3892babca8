//! Signing in to a programme outside local mode: to the provider, back with a code, and who one is there.

#![allow(clippy::unwrap_used, reason = "a test")]

mod town;

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::http::{StatusCode, header};
use brevdue_exchange::people::Person as SignedIn;
use brevdue_exchange::people::consents::Asked;
use brevdue_programme::beginning::{self, Beginning};
use brevdue_programme::catalogue::{Catalogue, Variant};
use brevdue_programme::change::Change;
use brevdue_programme::memory::Memory;
use brevdue_programme::objects::{AuthorityKind, Person, Track};
use brevdue_programme::permissions::Actor;
use brevdue_programme::programmes::By;
use brevdue_programme::{Key, ProgrammeId, Programmes};
use brevdue_web::WebConfig;
use town::{Browser, Town};
use uuid::Uuid;

const ASTA: Uuid = Uuid::from_u128(0xa57a);
const ID: ProgrammeId = ProgrammeId(Uuid::from_u128(0x9209));

/// A programme whose only person signs in as Asta.
async fn town() -> Town {
    let programmes = Programmes::new(Arc::new(Memory::default()));
    let mut town = Town::with_config(false).await;
    let config = WebConfig {
        local_mode: false,
        mail_is_carried: false,
        session_key: [7; 32],
        rest_base: None,
    };
    town.pages = brevdue_web::routes(town.exchange.clone(), programmes.clone(), config);
    town.programmes = programmes.clone();
    let beginning = Beginning {
        name: "På MeMo".into(),
        authority: "Aalund Kommune".into(),
        cvr: BTreeSet::new(),
        kind: AuthorityKind::Kommune,
        track: Track::NewAdoption,
        variant: Variant::Full,
        profile: "NEW".parse().unwrap(),
        start: "2026-11-02".parse().unwrap(),
    };
    let mut changes = beginning::begin(&beginning, Catalogue::shipped()).unwrap();
    let asta = Person {
        name: "Asta Mørk".into(),
        roles: ["pm".parse().unwrap()].into(),
        subject: ASTA.to_string(),
        ..Person::default()
    };
    let me: Key = "M-001".parse().unwrap();
    changes.push(Change::add(me.clone(), &asta));
    let by = By { actor: Actor::Person(me), reason: "", at: town::timestamp(town::NOW) };
    programmes.begin(ID, &changes, by).await.unwrap();
    town
}

/// The value of a parameter of an address.
fn parameter(address: &str, name: &str) -> String {
    let (_, query) = address.split_once('?').unwrap();
    let pair = query.split('&').find_map(|pair| pair.strip_prefix(&format!("{name}=")));
    pair.unwrap_or_default().replace("%3A", ":").replace("%2F", "/")
}

/// Goes to sign in, and gives the address of the provider.
async fn go(browser: &mut Browser) -> String {
    let sent = browser.get(&format!("/programmes/{ID}/sign-in")).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text());
    sent.header(header::LOCATION).to_owned()
}

/// What the provider does when somebody shows who they are: a code.
async fn code(town: &Town, address: &str, identity: Uuid) -> String {
    let asked = Asked {
        client: parameter(address, "client_id"),
        client_name: "Brevdue".into(),
        redirect_uri: parameter(address, "redirect_uri"),
        challenge: parameter(address, "code_challenge"),
        nonce: parameter(address, "nonce"),
        device_id: None,
        device_name: None,
    };
    let person = SignedIn {
        identity,
        name: "Nogen".into(),
        id_type: "CVR".into(),
        number: town::KOMMUNE_CVR.into(),
        organisation: None,
        privileges: BTreeSet::new(),
    };
    town.exchange.grant_code(asked, person).await.unwrap()
}

/// The value of a hidden field.
fn hidden(page: &str, name: &str) -> String {
    let (_, rest) = page.split_once(&format!("name=\"{name}\" value=\"")).unwrap();
    let value = rest.split('"').next().unwrap();
    value.replace("&quot;", "\"").replace("&#34;", "\"").replace("&amp;", "&")
}

fn form(fields: &[(&str, &str)]) -> String {
    let encoded = |text: &str| text.bytes().map(|byte| format!("%{byte:02X}")).collect::<String>();
    let pairs = fields.iter().map(|(name, value)| format!("{}={}", encoded(name), encoded(value)));
    pairs.collect::<Vec<_>>().join("&")
}

fn back(code: &str, state: &str) -> String {
    format!("/programmes/signed-in?code={code}&state={state}")
}

#[tokio::test]
async fn whoever_signs_in_works_as_the_person_whose_entry_names_them() {
    let town = town().await;
    let mut browser = town.browser();
    let page = browser.get(&format!("/programmes/{ID}")).await;
    assert_eq!(page.header(header::LOCATION), format!("/programmes/{ID}/enter"));
    let page = browser.get(&format!("/programmes/{ID}/enter")).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.text().contains("/sign-in\"") && !page.text().contains("Asta"), "{}", page.text());

    let address = go(&mut browser).await;
    assert!(address.starts_with("/apis/v1/oauth/authorize?"), "{address}");
    assert_eq!(parameter(&address, "code_challenge_method"), "S256");
    assert_eq!(parameter(&address, "redirect_uri"), "https://127.0.0.1:8010/programmes/signed-in");
    let code = code(&town, &address, ASTA).await;
    let state = parameter(&address, "state");
    let entered = browser.get(&back(&code, &state)).await;
    assert_eq!(entered.header(header::LOCATION), format!("/programmes/{ID}"), "{}", entered.text());
    let page = browser.get(&format!("/programmes/{ID}")).await;
    assert!(page.text().contains("Asta Mørk"));
    // A code is good once, and so is the way back.
    assert_eq!(browser.get(&back(&code, &state)).await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn who_leads_a_programme_does_not_add_an_organisation_whose_messages_it_would_then_see() {
    let town = town().await;
    let mut browser = town.browser();
    let address = go(&mut browser).await;
    let code = code(&town, &address, ASTA).await;
    browser.get(&back(&code, &parameter(&address, "state"))).await;
    let address = format!("/programmes/{ID}/settings");
    let page = browser.get(&address).await;
    let token = page.token();
    let base = hidden(&page.text(), "base");
    let filled = |cvr: &str| {
        form(&[
            ("token", &token),
            ("base", &base),
            ("name", "På MeMo igen"),
            ("authority", "Aalund Kommune"),
            ("kind", "kommune"),
            ("cvr", cvr),
        ])
    };
    let refused = browser.post_form(&address, &filled(town::KOMMUNE_CVR)).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN, "{}", refused.text());
    assert!(refused.text().contains("grænsefladen for programmer"), "{}", refused.text());
    let saved = browser.post_form(&address, &filled("")).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.text());
}

#[tokio::test]
async fn somebody_without_an_entry_is_told_their_id_and_sees_nothing() {
    let town = town().await;
    let mut browser = town.browser();
    let address = go(&mut browser).await;
    let stranger = Uuid::from_u128(0x5123);
    let code = code(&town, &address, stranger).await;
    let page = browser.get(&back(&code, &parameter(&address, "state"))).await;
    assert_eq!(page.status, StatusCode::FORBIDDEN);
    assert!(page.text().contains(&stranger.to_string()) && !page.text().contains("Asta"));
    let page = browser.get(&format!("/programmes/{ID}")).await;
    assert_eq!(page.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn a_way_back_that_is_not_of_this_browsers_own_sign_in_leads_nowhere() {
    let town = town().await;
    let mut browser = town.browser();
    let address = go(&mut browser).await;
    let theirs = code(&town, &address, ASTA).await;
    let state = parameter(&address, "state");
    // Somebody else's browser, with a link it was sent.
    let mut other = town.browser();
    assert_eq!(other.get(&back(&theirs, &state)).await.status, StatusCode::FORBIDDEN);
    let own = go(&mut other).await;
    assert_eq!(other.get(&back(&theirs, &state)).await.status, StatusCode::FORBIDDEN);
    let _ = go(&mut other).await;
    // The right state and somebody else's code.
    let again = go(&mut other).await;
    assert_ne!(parameter(&own, "state"), parameter(&again, "state"));
    let answer = other.get(&back(&theirs, &parameter(&again, "state"))).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    // Who turns round at the provider is asked again.
    let address = go(&mut other).await;
    let declined =
        format!("/programmes/signed-in?error=access_denied&state={}", parameter(&address, "state"));
    let answer = other.get(&declined).await;
    assert_eq!(answer.header(header::LOCATION), format!("/programmes/{ID}/enter"));
}

/// Another programme, with these people: the id each signs in under, and a role.
async fn another(
    town: &Town,
    number: u128,
    authority: &str,
    people: &[(Uuid, &str)],
) -> ProgrammeId {
    let beginning = Beginning {
        name: "Også på MeMo".into(),
        authority: authority.into(),
        cvr: BTreeSet::new(),
        kind: AuthorityKind::Kommune,
        track: Track::NewAdoption,
        variant: Variant::Light,
        profile: "NEW".parse().unwrap(),
        start: "2026-11-02".parse().unwrap(),
    };
    let mut changes = beginning::begin(&beginning, Catalogue::shipped()).unwrap();
    for (at, (subject, role)) in people.iter().enumerate() {
        let person = Person {
            name: format!("Person {at}"),
            roles: role.parse().into_iter().collect(),
            subject: subject.to_string(),
            ..Person::default()
        };
        changes.push(Change::add(format!("P-{at}").parse().unwrap(), &person));
    }
    let id = ProgrammeId(Uuid::from_u128(number));
    let by = By { actor: Actor::Condition, reason: "", at: town::timestamp(town::NOW) };
    town.programmes.begin(id, &changes, by).await.unwrap();
    id
}

#[tokio::test]
async fn who_signed_in_sees_side_by_side_what_they_may_read_and_not_what_their_entry_claims() {
    let town = town().await;
    let bo = Uuid::from_u128(0xb0);
    // In the second she has an entry and no role; the third is none of hers.
    let second = another(&town, 2, "Bredsted Kommune", &[(bo, "pm"), (ASTA, "")]).await;
    let third = another(&town, 3, "Cedervig Kommune", &[(bo, "pm")]).await;
    let mut browser = town.browser();
    let nobody = browser.get(&format!("/programmes/{ID}/across")).await;
    assert_eq!(nobody.header(header::LOCATION), format!("/programmes/{ID}/enter"));
    let nobody = browser.get(&format!("/programmes/{ID}/reports/R10.xlsx")).await;
    assert_eq!(nobody.status, StatusCode::SEE_OTHER);

    let address = go(&mut browser).await;
    let code = code(&town, &address, ASTA).await;
    browser.get(&back(&code, &parameter(&address, "state"))).await;
    let seen = browser.get(&format!("/programmes/{ID}/across")).await.text();
    assert!(seen.contains("Aalund Kommune") && seen.contains("Bredsted Kommune"), "{seen}");
    assert!(!seen.contains("Cedervig"), "{seen}");
    let file = browser.get(&format!("/programmes/{ID}/reports/R10.xlsx")).await;
    assert_eq!(file.status, StatusCode::OK);
    // From one to the other without signing in again, and to no other.
    assert_eq!(browser.get(&format!("/programmes/{second}")).await.status, StatusCode::OK);
    let page = browser.get(&format!("/programmes/{third}")).await;
    assert_eq!(page.header(header::LOCATION), format!("/programmes/{third}/enter"));
    assert_eq!(browser.get(&format!("/programmes/{ID}")).await.status, StatusCode::OK);

    // She leads the first, and writes into her own entry that it is somebody else's.
    let me: Key = "M-001".parse().unwrap();
    let entry = town.programmes.open(ID).await.unwrap().unwrap().get::<Person>(&me).unwrap();
    let claims = Person { subject: bo.to_string(), ..entry.clone() };
    let change = [Change::edit(me.clone(), &entry, &claims).unwrap()];
    let by = By { actor: Actor::Person(me), reason: "", at: town::timestamp(town::NOW) };
    town.programmes.change(ID, &change, by).await.unwrap();
    let page = browser.get(&format!("/programmes/{ID}/across")).await;
    assert_eq!(page.header(header::LOCATION), format!("/programmes/{ID}/enter"));
    let seen = browser.get(&format!("/programmes/{second}/across")).await.text();
    assert!(seen.contains("Bredsted Kommune"), "{seen}");
    assert!(!seen.contains("Cedervig") && !seen.contains("Aalund"), "{seen}");
}
