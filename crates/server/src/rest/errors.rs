//! What a caller is told when the answer is no: always an `ErrorMessage` that says what is wrong,
//! where, by whose rule, and what to do. No value of the request is repeated.

use std::any::Any;

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use brevdue_exchange::StorageError;
use brevdue_exchange::exchange::authenticate::Refusal;
use brevdue_exchange::exchange::fetch::FetchError;
use brevdue_exchange::exchange::recall::RecallError;
use brevdue_exchange::exchange::receipts::ReceiptError;
use brevdue_exchange::exchange::registering::RegisteringError;
use brevdue_wire::{ErrorMessage, FieldError};

use super::versions;
use crate::causes::chain;

/// Seconds after which a caller may try again when the store cannot write.
const STORE_RETRY_SECONDS: u32 = 30;

/// Seconds after which a caller may try again when too many letters wait.
const QUEUE_RETRY_SECONDS: u32 = 10;

/// The code of a no, beside its answer, for whoever watches.
#[derive(Debug, Clone)]
pub(super) struct Code(pub(super) String);

/// A no.
#[derive(Debug)]
pub(crate) struct Failure {
    status: StatusCode,
    body: Box<ErrorMessage>,
    retry_after_seconds: Option<u32>,
}

impl Failure {
    pub(crate) fn new(
        status: StatusCode,
        code: impl Into<String>,
        message: impl Into<String>,
    ) -> Self {
        let body = Box::new(ErrorMessage::new(code, message));
        Self { status, body, retry_after_seconds: None }
    }

    /// 400.
    pub(crate) fn bad_request(code: &str, message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, code, message)
    }

    /// 422.
    pub(crate) fn unprocessable(code: &str, message: impl Into<String>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, code, message)
    }

    /// 503.
    pub(crate) fn unavailable(code: &str, message: &str, retry_after_seconds: u32) -> Self {
        let mut failure = Self::new(StatusCode::SERVICE_UNAVAILABLE, code, message);
        failure.retry_after_seconds = Some(retry_after_seconds);
        failure
    }

    /// 429, as a fault of local mode asks for it.
    pub(super) fn turned_away(retry_after_seconds: i64) -> Self {
        let mut failure = Self::new(
            StatusCode::TOO_MANY_REQUESTS,
            "too.many.requests",
            "a fault of local mode turns this system away; try again when Retry-After says",
        );
        failure.retry_after_seconds = u32::try_from(retry_after_seconds).ok();
        failure
    }

    /// Status, code and message, for a door whose answers have another form.
    pub(crate) fn told(&self) -> (StatusCode, &str, &str) {
        (self.status, &self.body.code, &self.body.message)
    }

    /// Names each field at fault, with what is wrong with it.
    pub(super) fn with_errors(mut self, list: Vec<FieldError>) -> Self {
        self.body.field_errors = list;
        self
    }

    /// Names the field, header or parameter at fault.
    pub(crate) fn at(mut self, resource: &str, field: &str) -> Self {
        let (code, message) = (self.body.code.clone(), self.body.message.clone());
        *self.body = self.body.with_field(resource, field, &code, &message);
        self
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let code = Code(self.body.code.clone());
        let mut response = (self.status, Json(self.body)).into_response();
        response.extensions_mut().insert(code);
        let headers = response.headers_mut();
        if self.status == StatusCode::UNAUTHORIZED {
            let challenge = r#"Basic realm="Digital Post", charset="UTF-8""#;
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static(challenge));
        }
        if let Some(seconds) = self.retry_after_seconds {
            headers.insert(header::RETRY_AFTER, seconds.into());
        }
        response
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Unauthenticated { code, message } => {
                Self::new(StatusCode::UNAUTHORIZED, code, message)
            }
            Refusal::Forbidden { code, message } => Self::new(StatusCode::FORBIDDEN, code, message),
            Refusal::Storage(fault) => fault.into(),
            other => unexpected(&other),
        }
    }
}

impl From<FetchError> for Failure {
    fn from(error: FetchError) -> Self {
        let text = error.to_string();
        match error {
            FetchError::Unknown => Self::new(StatusCode::NOT_FOUND, "memo.not.found", text),
            FetchError::AnsweredOtherwise { .. } => Self::new(
                StatusCode::CONFLICT,
                "memo.answered.otherwise",
                format!("{text}; the first answer stands"),
            ),
            FetchError::Status => Self::unprocessable("receipt.status.not.allowed", text)
                .at("Receipt", "receiptStatus"),
            FetchError::Storage(fault) => fault.into(),
            other => unexpected(&other),
        }
    }
}

impl From<RecallError> for Failure {
    fn from(error: RecallError) -> Self {
        let text = error.to_string();
        match error {
            RecallError::Unknown => Self::new(StatusCode::NOT_FOUND, "memo.not.found", text),
            RecallError::Delivered => {
                Self::new(StatusCode::CONFLICT, "memo.delivered.already", text)
            }
            RecallError::Storage(fault) => fault.into(),
            other => unexpected(&other),
        }
    }
}

impl From<RegisteringError> for Failure {
    fn from(error: RegisteringError) -> Self {
        let text = error.to_string();
        match error {
            RegisteringError::Unknown { .. } => Self::new(StatusCode::NOT_FOUND, "not.found", text),
            RegisteringError::Refused(refusal) => refusal.into(),
            RegisteringError::Fields(list) => {
                let first = list.first().map(|fault| format!("{}: {}", fault.field, fault.message));
                let mut failure = Self::bad_request("fields.invalid", first.unwrap_or(text));
                failure.body.field_errors = list;
                failure
            }
            RegisteringError::Version { there } => versions::changed(Some(there)),
            RegisteringError::DoesNotFit { code, message } => {
                Self::new(StatusCode::CONFLICT, code, message)
            }
            RegisteringError::Storage(fault) => versions::not_kept(fault),
            other => unexpected(&other),
        }
    }
}

impl From<ReceiptError> for Failure {
    fn from(error: ReceiptError) -> Self {
        match error {
            ReceiptError::Unknown => {
                Self::new(StatusCode::NOT_FOUND, "receipt.not.found", error.to_string())
            }
            ReceiptError::Storage(fault) => fault.into(),
            other => unexpected(&other),
        }
    }
}

/// The caller hears that it may try again; the log hears what happened, here and only here.
impl From<StorageError> for Failure {
    fn from(fault: StorageError) -> Self {
        if let StorageError::Full = fault {
            // Not an error, and it comes in thousands.
            tracing::debug!("too many letters wait");
            return Self::unavailable(
                "exchange.queue.full",
                "so many letters wait that no more are taken now; send the same request again later",
                QUEUE_RETRY_SECONDS,
            );
        }
        tracing::error!(fault = %chain(&fault), "storage did not do as asked");
        Self::unavailable(
            "exchange.unavailable",
            "the exchange cannot do this now and has taken nothing in; send the same request again later",
            STORE_RETRY_SECONDS,
        )
    }
}

/// An error without an answer of its own.
pub(super) fn unexpected(error: &dyn std::error::Error) -> Failure {
    tracing::error!(fault = %chain(error), "an error without an answer of its own");
    our_fault()
}

fn our_fault() -> Failure {
    Failure::new(
        StatusCode::INTERNAL_SERVER_ERROR,
        "exchange.fault",
        "the exchange is at fault and has logged it under the X-Request-Id of this answer",
    )
}

/// A bug in a handler: the caller gets an answer, and the service goes on.
pub(crate) fn panicked(panic: Box<dyn Any + Send + 'static>) -> Response {
    let text = panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    tracing::error!(panic = text, "a handler panicked");
    our_fault().into_response()
}
