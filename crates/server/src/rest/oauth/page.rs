//! The page of the test identity provider: plain HTML, Danish or English, without a script.

use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse as _, Response};
use brevdue_exchange::people::registered::Role;
use brevdue_wire::names::BASE_PATH;

use super::form::Given;

/// Somebody who can be picked.
pub(super) struct Offer {
    pub(super) number: String,
    pub(super) name: String,
}

/// What a page is written in.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Language {
    Danish,
    English,
}

impl Language {
    /// By the parameter `ui_locales`, else by what the browser prefers.
    pub(super) fn of(given: &Given) -> Self {
        let header = given.parts.headers.get(header::ACCEPT_LANGUAGE);
        let wanted = given.one("ui_locales").or(header.and_then(|value| value.to_str().ok()));
        let first = wanted.unwrap_or("da").trim().to_ascii_lowercase();
        if first.starts_with("en") { Self::English } else { Self::Danish }
    }

    fn say(self, danish: &'static str, english: &'static str) -> &'static str {
        match self {
            Self::Danish => danish,
            Self::English => english,
        }
    }

    fn role(self, role: Role) -> &'static str {
        match role {
            Role::Own => self.say("Sig selv / tegningsberettiget", "Themselves / who signs"),
            Role::Employee => self.say("Medarbejder", "Employee"),
            Role::Administrator => self.say("Administrator", "Administrator"),
            Role::CaseWorker => self.say("Sagsbehandler i borgerservice", "Citizen service"),
            Role::SystemManager => self.say("Systemforvalter", "System manager"),
        }
    }
}

const STYLE: &str = "body{font:1rem/1.5 system-ui,sans-serif;max-width:40rem;margin:2rem auto;\
    padding:0 1rem;color:#1a1a1a;background:#fff}fieldset{border:1px solid #767676;margin:1rem 0}\
    label{display:block;padding:.35rem 0}input[type=text],select{font:inherit;padding:.5rem;\
    width:100%;box-sizing:border-box}button{font:inherit;padding:.6rem 1.2rem;margin-right:1rem}\
    .people{max-height:24rem;overflow:auto}.wrong{border-left:.3rem solid #cc0000;padding-left:1rem}\
    :focus-visible{outline:.2rem solid #0b5563;outline-offset:.15rem}";

/// Parameters the page itself sets.
const OWN: [&str; 4] = ["who", "number", "role", "decline"];

pub(super) fn page(
    language: Language,
    client: &str,
    offers: &[Offer],
    is_wrong: bool,
    given: &Given,
) -> Response {
    let t = |danish, english| language.say(danish, english);
    let kept: String = given
        .list()
        .iter()
        .filter(|(name, _)| !OWN.contains(&name.as_str()))
        .map(|(name, value)| {
            let (name, value) = (escape(name), escape(value));
            format!("<input type=\"hidden\" name=\"{name}\" value=\"{value}\">\n")
        })
        .collect();
    let people: String = offers
        .iter()
        .map(|Offer { number, name }| {
            let (number, name) = (escape(number), escape(name));
            format!(
                "<label><input type=\"radio\" name=\"who\" value=\"{number}\"> {name} \
                 <small>{number}</small></label>\n"
            )
        })
        .collect();
    let roles: String = Role::ALL
        .into_iter()
        .map(|role| format!("<option value=\"{}\">{}</option>", role.word(), language.role(role)))
        .collect();
    let wrong = if is_wrong {
        let text = t(
            "Ingen er registreret med det nummer i den rolle.",
            "Nobody is registered under that number in that role.",
        );
        format!("<p class=\"wrong\" role=\"alert\">{text}</p>")
    } else {
        String::new()
    };
    let html = format!(
        "<!doctype html>\n<html lang=\"{code}\">\n<head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <title>{title}</title><style>{STYLE}</style></head>\n<body><main>\n<h1>{title}</h1>\n\
         <p>{asks}</p>\n<p>{test}</p>\n{wrong}\n\
         <form method=\"post\" action=\"{BASE_PATH}/oauth/authorize\">\n{kept}\
         <label for=\"number\">{number}</label>\
         <input id=\"number\" name=\"number\" type=\"text\" inputmode=\"numeric\" autocomplete=\"off\">\n\
         <fieldset><legend>{pick}</legend><div class=\"people\" tabindex=\"0\">{people}</div></fieldset>\n\
         <label for=\"role\">{role}</label><select id=\"role\" name=\"role\">{roles}</select>\n\
         <p><button type=\"submit\">{go}</button>\
         <button type=\"submit\" name=\"decline\" value=\"1\">{back}</button></p>\n\
         </form>\n</main></body>\n</html>\n",
        code = t("da", "en"),
        title = t("Log på som en anden", "Sign in as somebody"),
        asks = match language {
            Language::Danish => format!("{} beder dig logge på.", escape(client)),
            Language::English => format!("{} asks you to sign in.", escape(client)),
        },
        test = t(
            "Dette er en testudbyder: her kan alle registrerede vælges, uden bevis.",
            "This is a test provider: anybody registered can be picked, without proof.",
        ),
        number = t("CPR- eller CVR-nummer", "CPR or CVR number"),
        pick = t("Eller vælg en", "Or pick one"),
        role = t("Rolle", "Role"),
        go = t("Log på", "Sign in"),
        back = t("Fortryd", "Cancel"),
    );
    answer(html)
}

/// The page that says somebody has signed out.
pub(super) fn signed_out(language: Language) -> Response {
    let (code, text) =
        (language.say("da", "en"), language.say("Du er logget af.", "You are signed out."));
    answer(format!(
        "<!doctype html>\n<html lang=\"{code}\"><head><meta charset=\"utf-8\"><title>{text}</title>\
         <style>{STYLE}</style></head><body><main><h1>{text}</h1></main></body></html>\n"
    ))
}

fn answer(html: String) -> Response {
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8")),
        (
            // No form-action: browsers hold the redirect to the client's own address against it.
            header::CONTENT_SECURITY_POLICY,
            HeaderValue::from_static(
                "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'",
            ),
        ),
        (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    ];
    (headers, html).into_response()
}

fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            c => escaped.push(c),
        }
    }
    escaped
}
