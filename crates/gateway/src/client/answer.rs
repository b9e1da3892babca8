//! What a call may come to, and the bounded reading of answers.

use std::error::Error;
use std::io;
use std::time::Duration;

use brevdue_wire::ErrorMessage;
use bytes::Bytes;
use reqwest::Response;
use reqwest::header::RETRY_AFTER;

use crate::limits::ANSWER_BYTES;
use crate::masked::masked;

/// Why a call came to nothing, by what the caller may do next. Never holds personal data: texts from
/// the exchange are masked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CallError {
    /// The exchange said no. The same call again gets the same answer.
    #[error("the exchange answered {status}{}", said(error))]
    Refused {
        /// HTTP status, 400 to 499.
        status: u16,
        /// What it says was wrong; empty texts when it did not say.
        error: ErrorMessage,
    },

    /// The exchange cannot just now. Trying again later may help.
    #[error("the exchange answered {status}, not able to serve just now")]
    Busy {
        /// HTTP status: 408, 425, 429 or 500 to 599.
        status: u16,
        /// How long it asks to be left alone.
        retry_after: Option<Duration>,
    },

    /// No connection, or it broke. Whether the call was carried out is unknown; trying again may help.
    #[error("the exchange could not be reached")]
    Unreachable {
        /// The line's error.
        source: Box<dyn Error + Send + Sync>,
    },

    /// The two sides do not trust each other's certificates. Certificates or authorities must change.
    #[error("no trust between us and the exchange")]
    Untrusted {
        /// What TLS says.
        source: rustls::Error,
    },

    /// Whoever answered does not speak this interface. The address is likely wrong.
    #[error("the answer is not an exchange's: {what}")]
    Broken {
        /// What was odd.
        what: &'static str,
    },

    /// A file on our side could not be read or written.
    #[error("a file could not be read or written")]
    Local(#[source] io::Error),
}

impl CallError {
    /// Sorts a failure of the HTTP library. The address is left out: it may hold a message's id.
    pub(super) fn of(error: reqwest::Error) -> Self {
        match tls_error(&error) {
            Some(source) => Self::Untrusted { source },
            None => Self::Unreachable { source: error.without_url().into() },
        }
    }

    /// Whether the same call may succeed later.
    pub fn may_pass(&self) -> bool {
        matches!(self, Self::Busy { .. } | Self::Unreachable { .. })
    }

    /// Whether system, token, certificate or address are at fault, rather than what was sent.
    pub fn is_about_the_account(&self) -> bool {
        match self {
            Self::Refused { status, .. } => matches!(status, 401 | 403),
            Self::Untrusted { .. } => true,
            _ => false,
        }
    }

    /// Whether the exchange says that it does not have the thing.
    pub fn is_not_found(&self) -> bool {
        matches!(self, Self::Refused { status: 404, .. })
    }
}

/// A TLS failure that a new try will not mend, if that is at the bottom of `error`.
fn tls_error(error: &(dyn Error + 'static)) -> Option<rustls::Error> {
    let mut cause = Some(error);
    while let Some(here) = cause {
        if let Some(tls) = here.downcast_ref::<rustls::Error>() {
            let lasting = matches!(
                tls,
                rustls::Error::InvalidCertificate(_)
                    | rustls::Error::AlertReceived(_)
                    | rustls::Error::PeerIncompatible(_)
                    | rustls::Error::NoCertificatesPresented
            );
            return lasting.then(|| tls.clone());
        }
        // An I/O error that wraps another names that one's source as its own, and so hides it.
        let wrapped = here.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        cause = match wrapped {
            Some(inner) => Some(inner),
            None => here.source(),
        };
    }
    None
}

/// What the exchange said, after its status.
fn said(error: &ErrorMessage) -> String {
    let ErrorMessage { code, message, .. } = error;
    if code.is_empty() { format!(": {message}") } else { format!(" {code}: {message}") }
}

/// Lets a response with a status in `good` through and turns any other into its error.
pub(super) async fn expect(response: Response, good: &[u16]) -> Result<Response, CallError> {
    let status = response.status().as_u16();
    if good.contains(&status) {
        return Ok(response);
    }
    match status {
        408 | 425 | 429 | 500..=599 => {
            let seconds = response.headers().get(RETRY_AFTER).and_then(|v| v.to_str().ok());
            let retry_after = seconds.and_then(|s| s.trim().parse().ok()).map(Duration::from_secs);
            Err(CallError::Busy { status, retry_after })
        }
        400..=499 => {
            // The refusal stands even when its body does not arrive.
            let body = body(response, Duration::from_secs(5)).await.unwrap_or_default();
            let mut error = serde_json::from_slice::<ErrorMessage>(&body)
                .unwrap_or_else(|_| ErrorMessage::new("", "no reason given"));
            error.code = masked(&error.code);
            error.message = masked(&error.message);
            for field in &mut error.field_errors {
                field.message = masked(&field.message);
                field.rejected_value = None;
            }
            Err(CallError::Refused { status, error })
        }
        300..=399 => Err(CallError::Broken { what: "a redirection" }),
        _ => Err(CallError::Broken { what: "a status that this call does not have" }),
    }
}

/// The next piece of a body.
pub(super) async fn chunk(
    response: &mut Response,
    stall: Duration,
) -> Result<Option<Bytes>, CallError> {
    tokio::time::timeout(stall, response.chunk())
        .await
        .map_err(|_| super::silence())?
        .map_err(CallError::of)
}

/// A whole body of at most [`ANSWER_BYTES`].
pub(super) async fn body(mut response: Response, stall: Duration) -> Result<Vec<u8>, CallError> {
    let mut body = Vec::new();
    while let Some(chunk) = chunk(&mut response, stall).await? {
        if body.len() + chunk.len() > ANSWER_BYTES {
            return Err(CallError::Broken { what: "a body over the limit of 16 MiB" });
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lack_of_trust_is_found_however_deep_it_is_wrapped() {
        let unknown = || rustls::Error::InvalidCertificate(rustls::CertificateError::UnknownIssuer);
        let wrapped = io::Error::new(io::ErrorKind::InvalidData, unknown());
        assert_eq!(tls_error(&io::Error::other(wrapped)), Some(unknown()));
        assert_eq!(tls_error(&unknown()), Some(unknown()));
        assert_eq!(tls_error(&io::Error::from(io::ErrorKind::ConnectionReset)), None);
        let passing = rustls::Error::General("a bad record".into());
        assert_eq!(tls_error(&io::Error::other(passing)), None);
    }

    #[test]
    fn a_refusal_without_words_is_told_without_a_gap() {
        let refused = |error| CallError::Refused { status: 404, error }.to_string();
        let silent = ErrorMessage::new("", "no reason given");
        assert_eq!(refused(silent), "the exchange answered 404: no reason given");
        let told = ErrorMessage::new("a.b", "why");
        assert_eq!(refused(told), "the exchange answered 404 a.b: why");
    }
}
