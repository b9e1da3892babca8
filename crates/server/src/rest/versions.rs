//! Optimistic locking: a change says which version it rests on.

use axum::Json;
use axum::extract::FromRequestParts;
use axum::http::header::{ETAG, IF_MATCH};
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use brevdue_exchange::{Conflict, StorageError};

use super::errors::Failure;

/// The version in `If-Match`: `7`, `"7"` or `W/"7"`. Without one the answer is 422.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct IfMatch(pub(super) i64);

impl<S: Sync> FromRequestParts<S> for IfMatch {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Failure> {
        let Some(value) = parts.headers.get(IF_MATCH) else {
            return Err(Failure::unprocessable(
                "if.match.missing",
                "a change names the version it rests on in If-Match, as read in the field version",
            )
            .at("header", "If-Match"));
        };
        let version = value.to_str().ok().and_then(read);
        version.map(Self).ok_or_else(|| {
            Failure::bad_request("if.match.invalid", "If-Match is the version as a whole number")
                .at("header", "If-Match")
        })
    }
}

fn read(text: &str) -> Option<i64> {
    let text = text.trim();
    let text = text.strip_prefix("W/").unwrap_or(text);
    let bare = text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(text);
    bare.parse().ok().filter(|_| bare.bytes().all(|byte| byte.is_ascii_digit()))
}

/// 409, with the version that is there now.
pub(super) fn changed(there: Option<i64>) -> Failure {
    let now = there.map_or_else(String::new, |version| format!("; its version is {version} now"));
    let message =
        format!("somebody changed it since you read it{now}; read it again and repeat the change");
    Failure::new(StatusCode::CONFLICT, "version.conflict", message).at("header", "If-Match")
}

/// Somebody was faster, or the store failed.
pub(super) fn not_kept(fault: StorageError) -> Failure {
    match fault {
        StorageError::Conflict(Conflict::Changed { .. } | Conflict::Missing { .. }) => {
            changed(None)
        }
        StorageError::Conflict(Conflict::Exists { .. }) => {
            Failure::new(StatusCode::CONFLICT, "exists", "there is one already; change that")
        }
        other => other.into(),
    }
}

/// A resource, with its version as `ETag`.
pub(super) struct Versioned<T>(pub(super) StatusCode, pub(super) i64, pub(super) T);

impl<T: serde::Serialize> IntoResponse for Versioned<T> {
    fn into_response(self) -> Response {
        let Self(status, version, body) = self;
        let mut response = (status, Json(body)).into_response();
        if let Ok(tag) = HeaderValue::from_str(&format!("\"{version}\"")) {
            response.headers_mut().insert(ETAG, tag);
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn a_version_is_read_in_each_spelling_clients_have() {
        for (text, version) in [
            ("7", Some(7)),
            ("\"7\"", Some(7)),
            ("W/\"7\"", Some(7)),
            (" 12 ", Some(12)),
            ("", None),
            ("\"7", None),
            ("-7", None),
            ("+7", None),
            ("*", None),
            ("99999999999999999999", None),
        ] {
            assert_eq!(read(text), version, "{text}");
        }
    }
}
