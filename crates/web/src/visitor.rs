//! Who asks for a page: their language, their session, and the frame around what they get.

use std::convert::Infallible;

use askama::Template;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use brevdue_exchange::{Contact, Exchange};
use brevdue_memo::{PartyId, Timestamp};

use crate::Web;
use crate::assets;
use crate::limits::{LANGUAGE_SECONDS, SESSION_SECONDS};
use crate::planner::{self, Planner};
use crate::session::{self, Session};
use crate::texts::{Language, Texts};

const LANGUAGE_COOKIE: &str = "brevdue-language";

/// One request for a page.
pub(crate) struct Visitor {
    pub(crate) web: Web,
    pub(crate) texts: Texts,
    uri: Uri,
    headers: HeaderMap,
    session: Option<Session>,
    planner: Option<Planner>,
    cookies: Vec<String>,
}

/// A page that says no. Boxed, so that it is cheap to pass on.
pub(crate) struct Refusal(Box<Response>);

impl Refusal {
    /// An answer that ends the page before its time, for example a redirect.
    pub(crate) fn of(response: Response) -> Self {
        Self(Box::new(response))
    }
}

/// What a handler gives.
pub(crate) type Answer = Result<Response, Refusal>;

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        *self.0
    }
}

impl FromRequestParts<Web> for Visitor {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, web: &Web) -> Result<Self, Infallible> {
        let now = web.exchange.now();
        let asked = query_value(&parts.uri, "lang").and_then(|code| Language::from_code(&code));
        let kept = cookie(&parts.headers, LANGUAGE_COOKIE).and_then(Language::from_code);
        let session =
            cookie(&parts.headers, session::COOKIE).and_then(|value| web.key.open(value, now));
        let planner = cookie(&parts.headers, planner::COOKIE)
            .and_then(|value| Planner::open(value, &web.key, now));
        let mut visitor = Self {
            web: web.clone(),
            texts: Texts(asked.or(kept).unwrap_or(Language::Danish)),
            uri: parts.uri.clone(),
            headers: parts.headers.clone(),
            session,
            planner,
            cookies: Vec::new(),
        };
        if let Some(language) = asked {
            visitor.set_cookie(LANGUAGE_COOKIE, language.code(), LANGUAGE_SECONDS);
        }
        Ok(visitor)
    }
}

/// Who is signed in, and what every page of theirs shows.
#[derive(Debug, Clone)]
pub(crate) struct Owner {
    pub(crate) contact: Contact,
    pub(crate) unread: u64,
}

/// The frame around a page.
pub(crate) struct Chrome {
    pub(crate) t: Texts,
    pub(crate) title: String,
    pub(crate) assets: &'static str,
    pub(crate) local_mode: bool,
    pub(crate) owner: Option<OwnerView>,
    /// Which entry of the menu the page stands under.
    pub(crate) section: Section,
    pub(crate) languages: Vec<LanguageView>,
    /// For the forms of the page.
    pub(crate) token: String,
}

/// Entries of the menu.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Section {
    None,
    Inbox,
    Sent,
}

/// The signed-in owner, in the header.
pub(crate) struct OwnerView {
    pub(crate) name: String,
    pub(crate) company: bool,
    pub(crate) unread: i64,
}

/// One entry of the language switch.
pub(crate) struct LanguageView {
    pub(crate) code: &'static str,
    pub(crate) name: &'static str,
    pub(crate) href: String,
    pub(crate) current: bool,
}

impl Chrome {
    /// An icon that says nothing on its own: the text beside it does.
    pub(crate) fn icon(&self, name: &str) -> String {
        format!(
            "<svg class=\"icon-svg\" focusable=\"false\" aria-hidden=\"true\"><use href=\"{}/dkfds/img/all-svg-icons.svg#{name}\"></use></svg>",
            self.assets
        )
    }

    pub(crate) fn is_inbox(&self) -> bool {
        self.section == Section::Inbox
    }

    pub(crate) fn is_sent(&self) -> bool {
        self.section == Section::Sent
    }
}

#[derive(Template)]
#[template(path = "refusal.html")]
struct RefusalPage {
    chrome: Chrome,
    heading: &'static str,
    text: &'static str,
    detail: Option<String>,
    to_sign_in: bool,
}

/// What can go wrong besides the thing asked for not being there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refused {
    /// Not there, or not theirs: the two look the same.
    NotFound,
    /// The form did not come from one of our pages, or its session is over.
    Form,
    /// Signing in as an invented person is for local mode.
    SignIn,
    /// The form is larger than it may be.
    TooLarge,
    /// Our own fault.
    Failed,
}

impl Visitor {
    pub(crate) fn exchange(&self) -> &Exchange {
        &self.web.exchange
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.web.exchange.now()
    }

    /// Value of a query parameter, decoded.
    pub(crate) fn query(&self, name: &str) -> Option<String> {
        query_value(&self.uri, name)
    }

    /// Every query parameter, decoded, in order.
    pub(crate) fn queries(&self) -> Vec<(String, String)> {
        query_values(&self.uri)
    }

    /// Page number of the query, from 0; the first page when there is none or it is no number.
    pub(crate) fn page_number(&self) -> u64 {
        let number = self.query("page").and_then(|text| text.parse::<u64>().ok()).unwrap_or(1);
        number.clamp(1, brevdue_wire::PageRequest::PAGE_LIMIT) - 1
    }

    /// The browser has what this tag names.
    pub(crate) fn has_tag(&self, tag: &str) -> bool {
        let tags = self.headers.get_all(header::IF_NONE_MATCH).iter();
        tags.filter_map(|line| line.to_str().ok())
            .flat_map(|line| line.split(','))
            .any(|one| one.trim().trim_start_matches("W/") == tag)
    }

    /// An address of ours as others write it, as far as the browser tells where it found us.
    pub(crate) fn absolute(&self, path: &str) -> String {
        let origin = self.headers.get("origin").and_then(|value| value.to_str().ok());
        let host = self.headers.get("host").and_then(|value| value.to_str().ok());
        match (origin.filter(|origin| origin.starts_with("http")), host) {
            (Some(origin), _) => format!("{origin}{path}"),
            (None, Some(host)) if self.web.config.local_mode => format!("http://{host}{path}"),
            (None, Some(host)) => format!("https://{host}{path}"),
            (None, None) => path.to_owned(),
        }
    }

    fn set_cookie(&mut self, name: &str, value: &str, seconds: i64) {
        // Local mode has no TLS, and a browser would drop a cookie that asks for it.
        let secure = if self.web.config.local_mode { "" } else { "; Secure" };
        self.cookies.push(format!(
            "{name}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}"
        ));
    }

    /// Begins a session and puts its cookie on the answer.
    pub(crate) async fn begin_session(&mut self, owner: Option<&Contact>) -> Result<(), Refusal> {
        match Session::begin(owner.map(|owner| owner.id), self.now()) {
            Ok(session) => {
                self.set_cookie(session::COOKIE, &self.web.key.seal(&session), SESSION_SECONDS);
                self.session = Some(session);
                Ok(())
            }
            Err(error) => Err(self.failed("a session could not begin", &error).await),
        }
    }

    /// Ends the session.
    pub(crate) fn end_session(&mut self) {
        self.set_cookie(session::COOKIE, "", 0);
        self.session = None;
    }

    /// Sees to it that the page's forms can be signed, before anybody is signed in.
    pub(crate) async fn need_session(&mut self) -> Result<(), Refusal> {
        match self.session {
            Some(_) => Ok(()),
            None => self.begin_session(None).await,
        }
    }

    /// Who works on a programme, if anybody.
    pub(crate) fn planner(&self) -> Option<&Planner> {
        self.planner.as_ref()
    }

    /// Lets somebody work on a programme.
    pub(crate) fn begin_planning(&mut self, planner: Planner) {
        self.set_cookie(planner::COOKIE, &planner.seal(&self.web.key), SESSION_SECONDS);
        self.planner = Some(planner);
    }

    /// Lets somebody who works on a programme work on another one; what they have shown is good for no longer.
    pub(crate) fn continue_planning(&mut self, planner: Planner) {
        let seconds = planner.seconds_left(self.now());
        self.set_cookie(planner::COOKIE, &planner.seal(&self.web.key), seconds);
        self.planner = Some(planner);
    }

    /// Keeps, or with no seconds forgets, what belongs to a sign-in that somebody has gone to.
    pub(crate) fn set_signing(&mut self, name: &str, value: &str, seconds: i64) {
        self.set_cookie(name, value, seconds);
    }

    /// A cookie of the browser's.
    pub(crate) fn cookie(&self, name: &str) -> Option<String> {
        cookie(&self.headers, name).map(str::to_owned)
    }

    /// Ends it.
    pub(crate) fn end_planning(&mut self) {
        self.set_cookie(planner::COOKIE, "", 0);
        self.planner = None;
    }

    /// Who is signed in, if anybody.
    pub(crate) async fn owner(&self) -> Result<Option<Owner>, Refusal> {
        let Some(id) = self.session.and_then(|session| session.owner) else { return Ok(None) };
        let store = self.exchange().store();
        let contact = store.contact(id).await;
        let unread = store.unread(id).await;
        match (contact, unread) {
            (Ok(Some(contact)), Ok(unread)) => Ok(Some(Owner { contact, unread })),
            (Ok(None), _) => Ok(None),
            (Err(error), _) | (_, Err(error)) => {
                Err(self.failed_bare("a mailbox could not be opened", &error))
            }
        }
    }

    /// Who is signed in; anybody else is sent to sign in.
    pub(crate) async fn need_owner(&self) -> Result<Owner, Refusal> {
        match self.owner().await? {
            Some(owner) => Ok(owner),
            None => Err(Refusal(Box::new(self.finish(Redirect::to("/sign-in"))))),
        }
    }

    /// Whether a form came from one of our own pages, in this session.
    ///
    /// Two proofs: what the browser says of where the form came from, and the token in it.
    pub(crate) fn is_own_form(&self, token: &str) -> bool {
        let text =
            |name| self.headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
        let from_here = match (text("sec-fetch-site"), text("origin"), text("host")) {
            (Some(site), ..) => site == "same-origin",
            (None, Some(origin), Some(host)) => {
                origin.split_once("://").is_some_and(|(_, authority)| authority == host)
            }
            (None, Some(_), None) => false,
            (None, None, _) => true, // an old browser: the token alone must do
        };
        from_here && self.session.is_some_and(|session| self.web.key.is_form_token(&session, token))
    }

    /// The frame for a page.
    pub(crate) async fn chrome(
        &self,
        title: impl Into<String>,
        section: Section,
        owner: Option<&Owner>,
    ) -> Result<Chrome, Refusal> {
        let token = match self.session.map(|session| self.web.key.form_token(&session)) {
            None => String::new(),
            Some(Ok(token)) => token,
            Some(Err(error)) => return Err(self.failed_bare("a form could not be signed", &error)),
        };
        Ok(Chrome {
            t: self.texts,
            title: title.into(),
            assets: assets::base(),
            local_mode: self.web.config.local_mode,
            owner: owner.map(|owner| OwnerView {
                name: owner.contact.name.clone(),
                company: matches!(owner.contact.party, PartyId::Cvr(_)),
                unread: i64::try_from(owner.unread).unwrap_or(i64::MAX),
            }),
            section,
            languages: Language::ALL
                .into_iter()
                .map(|language| LanguageView {
                    code: language.code(),
                    name: language.own_name(),
                    href: self.address_in(language),
                    current: language == self.texts.language(),
                })
                .collect(),
            token,
        })
    }

    /// The same page in another language.
    fn address_in(&self, language: Language) -> String {
        let mut address = format!("{}?", self.uri.path());
        for pair in self.uri.query().unwrap_or_default().split('&') {
            if !pair.is_empty() && !pair.starts_with("lang=") {
                address.push_str(pair);
                address.push('&');
            }
        }
        format!("{address}lang={}", language.code())
    }

    /// A page, with its cookies.
    pub(crate) fn page(&self, template: &impl Template) -> Answer {
        self.page_with(StatusCode::OK, template)
    }

    /// A page with a status of its own.
    pub(crate) fn page_with(&self, status: StatusCode, template: &impl Template) -> Answer {
        match template.render() {
            Ok(html) => Ok(self.finish((status, Html(html)))),
            Err(error) => Err(self.failed_bare("a page could not be written", &error)),
        }
    }

    /// An answer, with its cookies and language.
    pub(crate) fn finish(&self, response: impl IntoResponse) -> Response {
        let mut response = response.into_response();
        for cookie in &self.cookies {
            if let Ok(value) = HeaderValue::from_str(cookie) {
                response.headers_mut().append(header::SET_COOKIE, value);
            }
        }
        response
            .headers_mut()
            .entry(header::CONTENT_LANGUAGE)
            .or_insert(HeaderValue::from_static(self.texts.language().code()));
        response
    }

    /// A page that says no.
    pub(crate) async fn refuse(&self, refused: Refused) -> Refusal {
        self.refuse_with(refused, None).await
    }

    /// Logs what failed, once, and says sorry.
    pub(crate) async fn failed(
        &self,
        what: &str,
        error: &(dyn std::error::Error + Sync),
    ) -> Refusal {
        log(what, error);
        self.refuse_with(Refused::Failed, None).await
    }

    /// As [`Self::failed`], where even the frame of a page cannot be had.
    fn failed_bare(&self, what: &str, error: &(dyn std::error::Error + Sync)) -> Refusal {
        log(what, error);
        Refusal(Box::new(bare_failure()))
    }

    async fn refuse_with(&self, refused: Refused, detail: Option<String>) -> Refusal {
        let t = self.texts;
        let (status, heading, text) = match refused {
            Refused::NotFound => {
                (StatusCode::NOT_FOUND, t.refusal_not_found(), t.refusal_not_found_text())
            }
            Refused::Form => (StatusCode::FORBIDDEN, t.refusal_form(), t.refusal_form_text()),
            Refused::SignIn => {
                (StatusCode::FORBIDDEN, t.refusal_sign_in(), t.refusal_sign_in_text())
            }
            Refused::TooLarge => {
                (StatusCode::PAYLOAD_TOO_LARGE, t.refusal_too_large(), t.refusal_too_large_text())
            }
            Refused::Failed => {
                (StatusCode::INTERNAL_SERVER_ERROR, t.refusal_failed(), t.refusal_failed_text())
            }
        };
        // When we are at fault, the store is not asked again for the name in the header.
        let owner = match refused {
            Refused::Failed => None,
            _ => match self.owner().await {
                Ok(owner) => owner,
                Err(refusal) => return refusal,
            },
        };
        let chrome = match self.chrome(heading, Section::None, owner.as_ref()).await {
            Ok(chrome) => chrome,
            Err(refusal) => return refusal,
        };
        let to_sign_in = owner.is_none() && self.web.config.local_mode;
        let page = RefusalPage { chrome, heading, text, detail, to_sign_in };
        match self.page_with(status, &page) {
            Ok(response) => Refusal(Box::new(response)),
            Err(refusal) => refusal,
        }
    }
}

/// Without personal data: the store's errors name kinds of records and keys, never people.
fn log(what: &str, error: &dyn std::error::Error) {
    let mut chain = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        chain.push_str(": ");
        chain.push_str(&error.to_string());
        cause = error.source();
    }
    tracing::error!(error = chain, "{what}");
}

/// The last resort, in both languages, with nothing that could fail again.
pub(crate) fn bare_failure() -> Response {
    let html = "<!DOCTYPE html>\n<html lang=\"da\">\n<head>\n<meta charset=\"utf-8\">\n<title>Der skete en fejl</title>\n</head>\n\
         <body>\n<main>\n<h1>Der skete en fejl</h1>\n<p>Det er vores fejl, ikke din. Prøv igen om lidt.</p>\n\
         <p lang=\"en\">Something went wrong on our side. Please try again in a moment.</p>\n\
         <p><a href=\"/\">Til forsiden</a></p>\n</main>\n</body>\n</html>\n";
    (StatusCode::INTERNAL_SERVER_ERROR, Html(html)).into_response()
}

fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(key, _)| *key == name)
        .map(|(_, value)| value)
}

fn query_value(uri: &Uri, name: &str) -> Option<String> {
    query_values(uri).into_iter().find(|(key, _)| key == name).map(|(_, value)| value)
}

fn query_values(uri: &Uri) -> Vec<(String, String)> {
    axum::extract::Query::try_from_uri(uri).map(|query| query.0).unwrap_or_default()
}
