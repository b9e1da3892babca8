//! The `Authorization` header: which registered system is calling.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use uuid::Uuid;

/// `Basic base64(<systemId>:<token>)`.
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    /// The system.
    pub system: Uuid,
    /// The secret part, `apiToken.value`.
    pub token: String,
}

/// Why the header does not name a system. Never quotes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the Authorization header is not Basic base64(<systemId>:<token>)")]
pub struct NotCredentials;

/// The name and the secret of any `Basic` header; `None` when it has another form.
pub fn basic(header: &str) -> Option<(String, String)> {
    let (scheme, blob) = header.trim().split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let text = String::from_utf8(STANDARD.decode(blob.trim()).ok()?).ok()?;
    let (name, secret) = text.split_once(':')?;
    Some((name.to_owned(), secret.to_owned()))
}

impl Credentials {
    /// Reads the header's value. The scheme's letter case does not matter.
    ///
    /// # Errors
    /// When scheme, Base64 or system id are of another form.
    pub fn parse(header: &str) -> Result<Self, NotCredentials> {
        let (scheme, blob) = header.trim().split_once(' ').ok_or(NotCredentials)?;
        if !scheme.eq_ignore_ascii_case("basic") {
            return Err(NotCredentials);
        }
        let text = STANDARD.decode(blob.trim()).map_err(|_| NotCredentials)?;
        let text = String::from_utf8(text).map_err(|_| NotCredentials)?;
        let (system, token) = text.split_once(':').ok_or(NotCredentials)?;
        let system = Uuid::try_parse(system).map_err(|_| NotCredentials)?;
        Ok(Self { system, token: token.into() })
    }

    /// The Base64 part, which the registry shows as `apiToken.authenticationToken`.
    pub fn authentication_token(&self) -> String {
        STANDARD.encode(format!("{}:{}", self.system, self.token))
    }

    /// The whole header value.
    pub fn header_value(&self) -> String {
        format!("Basic {}", self.authentication_token())
    }
}

/// Hides the token.
impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials").field("system", &self.system).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_written_read_back_whatever_the_case_of_the_scheme() {
        let credentials =
            Credentials { system: Uuid::from_u128(7), token: "secret:with:colons".into() };
        let header = credentials.header_value();
        assert_eq!(Credentials::parse(&header), Ok(credentials.clone()));
        assert_eq!(Credentials::parse(&header.replace("Basic", "BASIC")), Ok(credentials));
    }

    #[test]
    fn what_is_not_basic_credentials_is_refused() {
        for header in ["", "Basic", "Bearer abc", "Basic !!!", "Basic Og==", "Basic YTpi"] {
            assert_eq!(Credentials::parse(header), Err(NotCredentials), "{header}");
        }
    }
}
