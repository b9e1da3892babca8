//! `POST /service/KombiPostAfsend_1/{kombi,memos}`: a letter, with the channel its sender wants.
//!
//! The body goes to the store as it comes; then `parts` takes it apart in pieces, so that memory does
//! not grow with it. What was handed in is swept when nothing names it.

mod base64;
mod parts;
mod scanner;

use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use brevdue_exchange::municipal::{Combined, CombinedError, Sent};
use tokio::runtime::Handle;

use super::Facade;
use super::caller::{admit, transaction_of};
use super::tokens::KOMBI;
use crate::content::blocking;
use crate::rest::body;
use crate::rest::errors::Failure;
use parts::PartsError;

/// Bytes of what may stand around the message: the letter for print, whose limit is the same, and the
/// envelope.
const AROUND_BYTES: u64 = 1_000_000;

pub(super) async fn send(State(facade): State<Facade>, request: Request) -> Response {
    match sent(&facade, request).await {
        Ok(sent) => answer(StatusCode::OK, true, Some(&sent.transmission.to_string()), "", ""),
        Err(failure) => {
            let (status, code, message) = failure.told();
            answer(status, false, None, code, message)
        }
    }
}

async fn sent(facade: &Facade, request: Request) -> Result<Sent, Failure> {
    let (parts, body) = request.into_parts();
    let caller = admit(facade, &parts, KOMBI).await?;
    caller.must_send()?;
    let transaction = transaction_of(&parts)?;
    let media_type = body::media_type(&parts.headers);
    if !matches!(media_type.as_deref(), Some("application/xml" | "text/xml") | None) {
        return Err(Failure::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "content.type.not.supported",
            "a kombi_request is sent as application/xml",
        ));
    }
    let policy = facade.door.exchange.policy();
    // With both parts, the message and what is printed.
    let limit = policy.body_bytes.saturating_mul(2).saturating_add(AROUND_BYTES);
    body::refuse_announced(&parts.headers, limit)?;
    let announced = body::announced_bytes(&parts.headers);
    let pieces = body::paced(body, &facade.door.settings);
    let content = body::keep(&facade.door, pieces, announced, limit, |_| Ok(())).await?;

    let (exchange, runtime) = (facade.door.exchange.clone(), Handle::current());
    let done = blocking(move || {
        let found = parts::take_apart(&exchange, &content)?;
        let combined = Combined {
            transaction,
            choice: found.choice,
            message: found.message,
            letter: found.letter,
        };
        runtime.block_on(exchange.send_combined(&caller, combined)).map_err(Failure::from)
    });
    done.await
        .map_err(|fault| Failure::from(brevdue_exchange::StorageError::Failed(Box::new(fault))))?
}

impl From<PartsError> for Failure {
    fn from(error: PartsError) -> Self {
        match error {
            PartsError::Storage(fault) => fault.into(),
            PartsError::Form(message) => Self::bad_request("kombi.request.invalid", message),
        }
    }
}

impl From<CombinedError> for Failure {
    fn from(error: CombinedError) -> Self {
        let text = error.to_string();
        match error {
            CombinedError::Storage(fault) => fault.into(),
            CombinedError::Missing(_) => Self::bad_request("kombi.part.missing", text),
            CombinedError::TransactionReused => {
                Self::new(StatusCode::CONFLICT, "transaction.id.reused", text)
            }
            _ => Self::bad_request("letter.invalid", text),
        }
    }
}

fn answer(
    status: StatusCode,
    result: bool,
    transmission: Option<&str>,
    code: &str,
    message: &str,
) -> Response {
    let transmission =
        transmission.map(|id| format!("<TransmissionID>{id}</TransmissionID>")).unwrap_or_default();
    let advice = if result {
        String::new()
    } else {
        // Our own words, but some of them are brackets.
        let message = message.replace('&', "&amp;").replace('<', "&lt;");
        format!(
            "<HovedoplysningerSvarREST><SvarReaktion><Fejl><FejlId>{code}</FejlId>\
             <FejlTekst>{message}</FejlTekst></Fejl></SvarReaktion></HovedoplysningerSvarREST>"
        )
    };
    let body = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<kombi_response><Result>{result}</Result>\
         {transmission}{advice}</kombi_response>\n"
    );
    (status, [(header::CONTENT_TYPE, "application/xml")], body).into_response()
}
