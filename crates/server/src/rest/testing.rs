//! What local mode adds, and nothing else serves: the clock, letters on request, faults, contacts,
//! snapshots, the conformance run. `docs/developer.md` says how to use it.
//!
//! Nobody has to sign in. What a browser sends from another site is refused all the same: a page that
//! a developer happens to have open must not reset their country.

mod clock;
mod conformance;
mod contacts;
mod country;
mod faults;
mod memos;

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderName, StatusCode, header};
use brevdue_exchange::local::Local;

use super::Door;
use super::described::Described;
use super::errors::Failure;

pub(super) fn describe(door: Described) -> Described {
    let door = clock::describe(door);
    let door = memos::describe(door);
    let door = country::describe(door);
    let door = contacts::describe(door);
    let door = faults::describe(door);
    conformance::describe(door)
}

/// Somebody who may steer the country: anybody on this machine, but no page of another site.
struct Tester(Arc<Local>);

impl FromRequestParts<Door> for Tester {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, door: &Door) -> Result<Self, Failure> {
        let local = door.exchange.local().ok_or_else(|| {
            Failure::new(
                StatusCode::NOT_FOUND,
                "path.not.found",
                "this is there in local mode only",
            )
        })?;
        let text = |name: HeaderName| parts.headers.get(name).and_then(|value| value.to_str().ok());
        let host = text(header::HOST).unwrap_or_default();
        let own_page = match (text(HeaderName::from_static("sec-fetch-site")), text(header::ORIGIN))
        {
            (Some(site), _) => matches!(site, "same-origin" | "none"),
            (None, Some(origin)) => origin.split_once("://").is_some_and(|(_, from)| from == host),
            (None, None) => true,
        };
        if !own_page || !is_this_machine(host) {
            return Err(Failure::new(
                StatusCode::FORBIDDEN,
                "testing.other.site",
                "this is for programs and pages of this machine: call it by 127.0.0.1 or localhost, and not from \
                 a page of another site",
            ));
        }
        Ok(Self(Arc::clone(local)))
    }
}

/// Whether a `Host` names this machine; a name that somebody else's name server points here does not.
fn is_this_machine(host: &str) -> bool {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    };
    let name = name.trim_start_matches('[').trim_end_matches(']');
    name.is_empty()
        || name.eq_ignore_ascii_case("localhost")
        || name.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::is_this_machine;

    #[test]
    fn only_names_of_this_machine_are_taken() {
        for (host, expected) in [
            ("127.0.0.1:8010", true),
            ("localhost", true),
            ("LOCALHOST:1", true),
            ("[::1]:8010", true),
            ("", true),
            ("rebound.example:8010", false),
            ("127.0.0.1.rebound.example", false),
            ("10.0.0.1:8010", false),
        ] {
            assert_eq!(is_this_machine(host), expected, "{host}");
        }
    }
}
