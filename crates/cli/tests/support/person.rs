//! A person with a browser that knows no script: pages, forms, cookies.

use std::collections::BTreeMap;
use std::io;
use std::net::SocketAddr;

use uuid::Uuid;

use super::http::{Answer, Client};

pub struct Person {
    client: Client,
    /// By name.
    cookies: BTreeMap<String, String>,
}

impl Person {
    /// Signs in as an invented person.
    pub fn sign_in(http: SocketAddr, contact: Uuid, name: &str) -> Self {
        let mut person = Self { client: Client::new(http), cookies: BTreeMap::new() };
        let list = person.get(&format!("/sign-in?q={}", name.replace(' ', "%20")));
        let token = between(&list, "name=\"token\" value=\"", "\"").unwrap();
        let form = format!("token={token}&contact={contact}");
        let answer = person.ask("POST", "/sign-in", form.as_bytes(), &mut io::sink());
        assert_eq!((answer.status, answer.header("location")), (303, Some("/inbox")));
        person
    }

    /// Somebody who has not signed in, as the pages of programmes ask nobody to.
    pub fn visitor(http: SocketAddr) -> Self {
        Self { client: Client::new(http), cookies: BTreeMap::new() }
    }

    /// Sends a form; the status of the answer and its text.
    pub fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> (u16, String) {
        let encoded = |text: &str| text.bytes().map(|b| format!("%{b:02X}")).collect::<String>();
        let pairs: Vec<String> = fields
            .iter()
            .map(|(name, value)| format!("{}={}", encoded(name), encoded(value)))
            .collect();
        let mut page = Vec::new();
        let answer = self.ask("POST", path, pairs.join("&").as_bytes(), &mut page);
        (answer.status, String::from_utf8_lossy(&page).into_owned())
    }

    /// A page, as text.
    pub fn get(&mut self, path: &str) -> String {
        let mut page = Vec::new();
        let answer = self.ask("GET", path, &[], &mut page);
        let page = String::from_utf8(page).unwrap();
        assert_eq!(answer.status, 200, "{path}: {page}");
        page
    }

    /// Something else than a page, written to `out`.
    pub fn download(&mut self, path: &str, out: &mut dyn io::Write) -> Answer {
        self.ask("GET", path, &[], out)
    }

    fn ask(&mut self, method: &str, path: &str, form: &[u8], out: &mut dyn io::Write) -> Answer {
        let mut headers = Vec::new();
        let cookies: Vec<String> =
            self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let cookies = cookies.join("; ");
        if !cookies.is_empty() {
            headers.push(("cookie", cookies.as_str()));
        }
        if method == "POST" {
            headers.push(("content-type", "application/x-www-form-urlencoded"));
        }
        let length = form.len() as u64;
        let answer =
            self.client.exchange(method, path, &headers, length, &mut &*form, out).unwrap();
        let set = answer.headers.iter().filter(|(name, _)| name.eq_ignore_ascii_case("set-cookie"));
        for (_, set) in set {
            let pair = set.split(';').next().and_then(|pair| pair.split_once('='));
            if let Some((name, value)) = pair {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        answer
    }
}

/// The first text between two others.
pub fn between<'a>(text: &'a str, before: &str, after: &str) -> Option<&'a str> {
    let (_, rest) = text.split_once(before)?;
    rest.split_once(after).map(|(found, _)| found)
}
