use std::collections::HashMap;

use brevdue_exchange::people::registered::Role;
use reqwest::{Client, Method, Response, Url};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::covers::covers;
use crate::home::{Home, VAGN, contact_id};

/// Parameters in the query, or as a form.
trait Filled: Sized {
    fn query<T: AsRef<str>>(self, list: &[(&str, T)]) -> Self;
    fn form<T: AsRef<str>>(self, list: &[(&str, T)]) -> Self;
}

impl Filled for reqwest::RequestBuilder {
    fn query<T: AsRef<str>>(self, list: &[(&str, T)]) -> Self {
        let (client, request) = self.build_split();
        let mut request = request.unwrap();
        request.url_mut().query_pairs_mut().extend_pairs(list.iter().map(|(n, v)| (n, v.as_ref())));
        Self::from_parts(client, request)
    }

    fn form<T: AsRef<str>>(self, list: &[(&str, T)]) -> Self {
        let mut url = Url::parse("https://form.example/").unwrap();
        url.query_pairs_mut().extend_pairs(list.iter().map(|(n, v)| (n, v.as_ref())));
        self.header("content-type", "application/x-www-form-urlencoded")
            .body(url.query().unwrap_or_default().to_owned())
    }
}

const STATE: &str = "abcdefghijklmnopqrstuvwx";
const NONCE: &str = "ABCDEFGHIJKLMNOPQRSTUVWX";

fn verifier() -> String {
    "v".repeat(128)
}

/// Base64 for addresses, without padding.
fn base64url(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let bits = chunk.iter().fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte));
        let bits = bits << (8 * (3 - chunk.len()));
        for place in 0..=chunk.len() {
            text.push(LETTERS[(bits >> (18 - 6 * place) & 63) as usize].into());
        }
    }
    text
}

fn parameters() -> Vec<(&'static str, String)> {
    vec![
        ("response_type", "code".into()),
        ("client_id", "visningsklient".into()),
        ("redirect_uri", "http://127.0.0.1:8123/cb".into()),
        ("scope", "openid".into()),
        ("state", STATE.into()),
        ("nonce", NONCE.into()),
        ("code_challenge", base64url(&Sha256::digest(verifier()))),
        ("code_challenge_method", "S256".into()),
    ]
}

/// A browser: it shows no certificate and follows nothing.
fn browser(home: &Home) -> Client {
    let root = reqwest::Certificate::from_pem(home.town.issuer.root().as_bytes()).unwrap();
    let builder = Client::builder().tls_certs_only([root]).no_proxy();
    builder.redirect(reqwest::redirect::Policy::none()).build().unwrap()
}

fn oauth(home: &Home, path: &str) -> Url {
    home.town.url(&format!("/apis/v1/oauth/{path}"))
}

fn sent_back(answer: &Response) -> HashMap<String, String> {
    assert_eq!(answer.status(), 303);
    let url = Url::parse(answer.headers()["location"].to_str().unwrap()).unwrap();
    assert_eq!((url.host_str(), url.port(), url.path()), (Some("127.0.0.1"), Some(8123), "/cb"));
    url.query_pairs().into_owned().collect()
}

/// Signs Vagn in; gives the code.
async fn code(home: &Home) -> String {
    let mut form = parameters();
    form.push(("number", VAGN.into()));
    form.push(("role", "own".into()));
    form.push(("deviceId", "telefon".into()));
    let answer = browser(home).post(oauth(home, "authorize")).form(&form).send().await.unwrap();
    let back = sent_back(&answer);
    assert_eq!(back["state"], STATE);
    back["code"].clone()
}

async fn token(home: &Home, form: &[(&str, &str)]) -> (u16, Value) {
    let request = browser(home).post(oauth(home, "token"));
    let answer =
        request.basic_auth("visningsklient", Some("hemmelighed")).form(form).send().await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

async fn tokens(home: &Home) -> Value {
    let (code, verifier) = (code(home).await, verifier());
    let form = [
        ("grant_type", "authorization_code"),
        ("code", &code),
        ("redirect_uri", "http://127.0.0.1:8123/cb"),
        ("code_verifier", &verifier),
    ];
    let (status, tokens) = token(home, &form).await;
    assert_eq!(status, 200, "{tokens}");
    tokens
}

fn text<'a>(value: &'a Value, field: &str) -> &'a str {
    value[field].as_str().unwrap()
}

#[tokio::test]
async fn a_page_offers_whom_to_sign_in_as_in_two_languages() {
    covers("GET /oauth/authorize");
    let home = Home::open().await;
    let get = || browser(&home).get(oauth(&home, "authorize")).query(&parameters());
    let danish = get().send().await.unwrap();
    assert_eq!(danish.status(), 200);
    let danish = danish.text().await.unwrap();
    assert!(
        danish.contains("Log på") && danish.contains("Vagn Opdigtet") && danish.contains(STATE)
    );
    assert!(!danish.contains("<script"));
    let english = get().header("accept-language", "en-GB").send().await.unwrap().text().await;
    assert!(english.unwrap().contains("Sign in"));
}

#[tokio::test]
async fn only_a_registered_client_sends_people_here_and_only_to_its_own_address() {
    let home = Home::open().await;
    for (name, value, outcome) in [
        ("client_id", "ukendt", Err(400)),
        ("redirect_uri", "https://andre.example/cb", Err(400)),
        ("response_type", "token", Ok("unsupported_response_type")),
        ("scope", "profile", Ok("invalid_scope")),
        ("nonce", "for-kort", Ok("invalid_request")),
        ("state", "kort", Ok("invalid_request")),
        ("code_challenge_method", "plain", Ok("invalid_request")),
        ("code_challenge", "kort", Ok("invalid_request")),
    ] {
        let mut query = parameters();
        query.retain(|(other, _)| *other != name);
        query.push((name, value.into()));
        let answer =
            browser(&home).get(oauth(&home, "authorize")).query(&query).send().await.unwrap();
        match outcome {
            Err(status) => assert_eq!(answer.status(), status, "{name}"),
            Ok(error) => assert_eq!(sent_back(&answer)["error"], error, "{name}"),
        }
    }
}

#[tokio::test]
async fn whoever_is_picked_is_sent_back_with_a_code() {
    covers("POST /oauth/authorize");
    let home = Home::open().await;
    assert!(code(&home).await.len() >= 32);
    let mut form = parameters();
    form.push(("number", "0000000000".into()));
    let answer = browser(&home).post(oauth(&home, "authorize")).form(&form).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    assert!(answer.text().await.unwrap().contains("role=\"alert\""));
    form.push(("decline", "1".into()));
    let answer = browser(&home).post(oauth(&home, "authorize")).form(&form).send().await.unwrap();
    assert_eq!(sent_back(&answer)["error"], "access_denied");
}

#[tokio::test]
async fn a_code_is_changed_for_tokens_once_and_only_with_its_verifier() {
    covers("POST /oauth/token");
    let home = Home::open().await;
    let (code, verifier) = (code(&home).await, verifier());
    let form = |verifier| {
        [
            ("grant_type", "authorization_code".to_owned()),
            ("code", code.clone()),
            ("redirect_uri", "http://127.0.0.1:8123/cb".to_owned()),
            ("code_verifier", verifier),
        ]
    };
    let ask = async |verifier: String| {
        let form = form(verifier);
        let form: Vec<_> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
        token(&home, &form).await
    };
    let (status, refused) = ask("w".repeat(128)).await;
    assert_eq!((status, text(&refused, "error")), (400, "invalid_grant"));
    let (status, tokens) = ask(verifier.clone()).await;
    assert_eq!((status, text(&tokens, "token_type")), (200, "Bearer"), "{tokens}");
    assert_eq!(ask(verifier).await.0, 400, "the code was used");
    let access = text(&tokens, "access_token");
    let (status, found) = home.call_as(access, Method::GET, "/mailboxes/", None, None).await;
    assert_eq!((status, &found["mailboxes"][0]["ownerExternalId"]), (200, &VAGN.into()));

    let refresh =
        [("grant_type", "refresh_token"), ("refresh_token", text(&tokens, "refresh_token"))];
    let (status, renewed) = token(&home, &refresh).await;
    assert_eq!(status, 200, "{renewed}");
    assert_eq!(token(&home, &refresh).await.0, 400, "it was used before");
    let newest = text(&renewed, "refresh_token");
    let stolen = token(&home, &[("grant_type", "refresh_token"), ("refresh_token", newest)]).await;
    assert_eq!(stolen.0, 400, "somebody has a copy, so everything has ended");
    assert_eq!(home.call_as(access, Method::GET, "/mailboxes/", None, None).await.0, 401);
}

#[tokio::test]
async fn an_access_token_and_a_code_end_by_themselves() {
    let home = Home::open().await;
    let tokens = tokens(&home).await;
    let access = text(&tokens, "access_token");
    home.town.clock.let_pass(30 * 60 - 1);
    assert_eq!(home.call_as(access, Method::GET, "/mailboxes/", None, None).await.0, 200);
    home.town.clock.let_pass(1);
    assert_eq!(home.call_as(access, Method::GET, "/mailboxes/", None, None).await.0, 401);
    let (code, verifier) = (code(&home).await, verifier());
    home.town.clock.let_pass(60);
    let form = [
        ("grant_type", "authorization_code"),
        ("code", &code),
        ("redirect_uri", "http://127.0.0.1:8123/cb"),
        ("code_verifier", &verifier),
    ];
    assert_eq!(token(&home, &form).await.0, 400);
}

#[tokio::test]
async fn tokens_are_also_given_by_get_to_a_client_that_shows_its_secret() {
    covers("GET /oauth/token");
    let home = Home::open().await;
    let tokens = tokens(&home).await;
    let query =
        [("grant_type", "refresh_token"), ("refresh_token", text(&tokens, "refresh_token"))];
    let get = || browser(&home).get(oauth(&home, "token")).query(&query);
    assert_eq!(get().send().await.unwrap().status(), 401);
    let wrong = get().basic_auth("visningsklient", Some("gæt")).send().await.unwrap();
    assert_eq!(wrong.status(), 401);
    let right = get().basic_auth("visningsklient", Some("hemmelighed")).send().await.unwrap();
    assert_eq!(right.status(), 200);
}

#[tokio::test]
async fn a_revoked_token_opens_nothing() {
    covers("POST /oauth/revoke");
    let home = Home::open().await;
    let tokens = tokens(&home).await;
    let form = [("token", text(&tokens, "refresh_token"))];
    let answer = browser(&home)
        .post(oauth(&home, "revoke"))
        .basic_auth("visningsklient", Some("hemmelighed"))
        .form(&form)
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 200);
    let access = text(&tokens, "access_token");
    assert_eq!(home.call_as(access, Method::GET, "/mailboxes/", None, None).await.0, 401);
    let nobody = browser(&home).post(oauth(&home, "revoke")).form(&form).send().await.unwrap();
    assert_eq!(nobody.status(), 401);
}

#[tokio::test]
async fn user_info_says_who_has_signed_in() {
    covers("GET /oauth/userinfo");
    let home = Home::open().await;
    let info = home.get("/oauth/userinfo").await;
    assert_eq!((text(&info, "sub"), text(&info, "idNumber")), (&*contact_id(1).to_string(), VAGN));
    assert_eq!(info["privileges"], serde_json::json!(["CITIZEN"]));
    let manager = home.token_of("CVR", "12345678", Role::Administrator).await;
    let (_, info) = home.call_as(&manager, Method::GET, "/oauth/userinfo", None, None).await;
    assert!(info["privileges"].to_string().contains("ORGANISATION_ADMINISTRATOR"));
}

#[tokio::test]
async fn user_info_is_also_given_by_post() {
    covers("POST /oauth/userinfo");
    let home = Home::open().await;
    let (status, info) = home.call(Method::POST, "/oauth/userinfo", None, None).await;
    assert_eq!((status, text(&info, "name")), (200, "Vagn Opdigtet"));
    assert_eq!(home.call_as("x", Method::POST, "/oauth/userinfo", None, None).await.0, 401);
}

#[tokio::test]
async fn whoever_signs_out_is_out_and_sent_on() {
    covers("GET /oauth/logout");
    let home = Home::open().await;
    let tokens = tokens(&home).await;
    let query = [
        ("id_token_hint", text(&tokens, "id_token")),
        ("post_logout_redirect_uri", "http://127.0.0.1:8123/farvel"),
        ("state", "farvel"),
    ];
    let answer = browser(&home).get(oauth(&home, "logout")).query(&query).send().await.unwrap();
    assert_eq!(answer.status(), 303);
    assert_eq!(answer.headers()["location"], "http://127.0.0.1:8123/farvel?state=farvel");
    let access = text(&tokens, "access_token");
    assert_eq!(home.call_as(access, Method::GET, "/mailboxes/", None, None).await.0, 401);
    let elsewhere = [query[0], ("post_logout_redirect_uri", "https://andre.example/")];
    let answer = browser(&home).get(oauth(&home, "logout")).query(&elsewhere).send().await.unwrap();
    assert_eq!(answer.status(), 400);
}

#[tokio::test]
async fn signing_out_by_form_ends_on_a_page() {
    covers("POST /oauth/logout");
    let home = Home::open().await;
    let tokens = tokens(&home).await;
    let form = [("id_token_hint", text(&tokens, "id_token"))];
    let answer = browser(&home).post(oauth(&home, "logout")).form(&form).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    assert!(answer.text().await.unwrap().contains("logget af"));
    let forged = [("id_token_hint", "a.b.c")];
    let answer = browser(&home).post(oauth(&home, "logout")).form(&forged).send().await.unwrap();
    assert_eq!(answer.status(), 400);
}

#[tokio::test]
async fn an_id_token_is_checked_with_the_published_key() {
    covers("GET /oauth/jwks.json");
    let home = Home::open().await;
    let tokens = tokens(&home).await;
    let keys: jsonwebtoken::jwk::JwkSet =
        browser(&home).get(oauth(&home, "jwks.json")).send().await.unwrap().json().await.unwrap();
    let id_token = text(&tokens, "id_token");
    let kid = jsonwebtoken::decode_header(id_token).unwrap().kid.unwrap();
    let key = jsonwebtoken::DecodingKey::from_jwk(keys.find(&kid).unwrap()).unwrap();
    let mut validation = jsonwebtoken::Validation::new(jsonwebtoken::Algorithm::ES256);
    validation.set_audience(&["visningsklient"]);
    validation.set_issuer(&[format!("https://{}/apis/v1/oauth", home.town.https)]);
    // The country's clock stands still in March.
    validation.validate_exp = false;
    let claims: HashMap<String, Value> =
        jsonwebtoken::decode(id_token, &key, &validation).unwrap().claims;
    assert_eq!(
        (claims["nonce"].as_str(), claims["name"].as_str()),
        (Some(NONCE), Some("Vagn Opdigtet"))
    );
    assert!(!id_token.contains(VAGN));
}

#[tokio::test]
async fn clients_find_everything_by_themselves() {
    covers("GET /oauth/.well-known/openid-configuration");
    let home = Home::open().await;
    let found: Value = browser(&home)
        .get(oauth(&home, ".well-known/openid-configuration"))
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    let issuer = format!("https://{}/apis/v1/oauth", home.town.https);
    assert_eq!(text(&found, "issuer"), issuer);
    assert_eq!(text(&found, "token_endpoint"), format!("{issuer}/token"));
}

#[tokio::test]
async fn a_person_sees_what_they_have_allowed() {
    covers("GET /consents");
    let home = Home::open().await;
    let tokens = tokens(&home).await;
    let access = text(&tokens, "access_token");
    let (status, found) = home.call_as(access, Method::GET, "/consents", None, None).await;
    assert_eq!((status, &found["totalElements"]), (200, &1.into()));
    assert_eq!(text(&found["content"][0], "clientName"), "Visningsklienten");
}

#[tokio::test]
async fn a_consent_is_taken_back_with_its_tokens() {
    covers("DELETE /consents/{id}");
    let home = Home::open().await;
    let tokens = tokens(&home).await;
    let access = text(&tokens, "access_token");
    let (_, found) = home.call_as(access, Method::GET, "/consents", None, None).await;
    let path = format!("/consents/{}", text(&found["content"][0], "id"));
    let other = home.token_of("CPR", crate::home::KARLA, Role::Own).await;
    assert_eq!(home.call_as(&other, Method::DELETE, &path, None, None).await.0, 404);
    let (status, left) = home.call(Method::DELETE, &path, None, None).await;
    assert_eq!((status, &left["totalElements"]), (200, &0.into()));
    assert_eq!(home.call_as(access, Method::GET, "/mailboxes/", None, None).await.0, 401);
}
