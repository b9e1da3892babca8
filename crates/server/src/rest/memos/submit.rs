//! `POST /memos/`: a sender system hands in one message, or a container of many.
//!
//! 201 is said after the exchange has made it durable, and never before. What the message says is
//! judged later; the verdict comes as a business receipt.

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use brevdue_exchange::ContentRef;
use brevdue_exchange::exchange::accept::Submission;
use brevdue_exchange::exchange::authenticate::Caller;
use brevdue_wire::Receipt;
use brevdue_wire::names::{IDEMPOTENCY_KEY, LZMA, MEMO_MESSAGE_UUID, XML, XML_TEXT};
use bytes::Bytes;
use uuid::Uuid;

use super::super::Door;
use super::super::body::{self, media_type, paced};
use super::super::caller::Sender;
use super::super::description::{FilePart, Refused};
use super::super::errors::Failure;
use super::super::parameters::{Parameters, uuid};
use super::super::repeated::{FirstAnswer, Key};
use super::multipart;

/// The forms a body may have.
enum Form {
    Single(Uuid),
    Archive,
    Multipart,
}

#[utoipa::path(
    post,
    path = "/memos/",
    operation_id = "createMemo",
    tag = "Memos",
    params(
        ("memo-message-uuid" = Option<Uuid>, Query, description = "messageUUID of a single message"),
        ("Idempotency-Key" = Option<String>, Header, description = "Extension: the same key gives the same answer for 24 hours", max_length = 255),
    ),
    request_body(
        content((String = "application/xml"), (String = "text/xml"), (Vec<u8> = "application/x-lzma"), (FilePart = "multipart/form-data")),
        description = "One message as MeMo XML, or a container of many: tar packed with lzma"
    ),
    responses(
        (status = 201, body = Receipt, description = "It is durable; the business receipt follows"),
        Refused
    )
)]
pub(super) async fn submit(
    State(door): State<Door>,
    Sender(caller): Sender,
    parameters: Parameters,
    request: Request,
) -> Result<Response, Failure> {
    let form = form(request.headers(), &parameters)?;
    let key = idempotency_key(request.headers())?;
    let policy = door.exchange.policy();
    let (claimed_uuid, content) = match form {
        Form::Single(claimed) => {
            (Some(claimed), take(&door, request, policy.body_bytes, |_| Ok(())).await?)
        }
        Form::Archive => (None, take(&door, request, policy.archive_bytes, looks_packed).await?),
        Form::Multipart => (None, multipart::take(&door, request, policy.archive_bytes).await?),
    };
    let digest = content.digest;
    let submission = match claimed_uuid {
        Some(_) => Submission::Single { claimed_uuid, content },
        None => Submission::Archive { content },
    };
    let Some(key) = key else {
        let receipt = accept(&door, &caller, submission).await?;
        if door.exchange.local().is_some()
            && door.exchange.loses_the_answer(caller.system.id).await?
        {
            return Ok(lost(receipt.len()));
        }
        return Ok(created(receipt));
    };

    // Held until the answer is known, so that a second call waits for it instead of racing.
    let slot =
        door.first_answers.slot(Key { system: caller.system.id, key }, door.exchange.clock().now());
    let mut slot = slot.lock().await;
    if let Some(first) = &*slot {
        if first.claimed_uuid != claimed_uuid || first.digest != digest {
            return Err(Failure::unprocessable(
                "idempotency.key.reused",
                "this Idempotency-Key was used for another request within 24 hours; take a new one",
            )
            .at("header", "Idempotency-Key"));
        }
        return Ok(created(first.receipt.clone()));
    }
    let receipt = accept(&door, &caller, submission).await?;
    *slot = Some(FirstAnswer { claimed_uuid, digest, receipt: receipt.clone() });
    Ok(created(receipt))
}

async fn accept(door: &Door, caller: &Caller, submission: Submission) -> Result<Bytes, Failure> {
    let receipt = door.exchange.accept(caller.origin(), submission).await?;
    Ok(serde_json::to_vec(&receipt).expect("a receipt is text, ids and flags").into())
}

fn created(receipt: Bytes) -> Response {
    let headers = [(header::CONTENT_TYPE, "application/json")];
    (StatusCode::CREATED, headers, receipt).into_response()
}

/// An answer whose line drops before its body: a fault of local mode.
fn lost(length: usize) -> Response {
    let dropped = std::io::Error::from(std::io::ErrorKind::ConnectionReset);
    let body = futures_util::stream::once(async move { Err::<Bytes, _>(dropped) });
    let headers = [
        (header::CONTENT_TYPE, "application/json".to_owned()),
        (header::CONTENT_LENGTH, length.to_string()),
    ];
    (StatusCode::CREATED, headers, Body::from_stream(body)).into_response()
}

fn form(headers: &HeaderMap, parameters: &Parameters) -> Result<Form, Failure> {
    let identity =
        |value: &axum::http::HeaderValue| value.as_bytes().eq_ignore_ascii_case(b"identity");
    if headers.get(header::CONTENT_ENCODING).is_some_and(|value| !identity(value)) {
        return Err(Failure::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "content.encoding.not.supported",
            "a body is sent without Content-Encoding; many messages may be packed as application/x-lzma",
        )
        .at("header", "Content-Encoding"));
    }
    match media_type(headers).as_deref() {
        Some(XML | XML_TEXT) => Ok(Form::Single(claimed_uuid(parameters)?)),
        Some(LZMA) => Ok(Form::Archive),
        Some("multipart/form-data") => Ok(Form::Multipart),
        _ => Err(Failure::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "content.type.not.supported",
            "send one message as application/xml or text/xml, many as application/x-lzma, or as \
             multipart/form-data with one part named file",
        )
        .at("header", "Content-Type")),
    }
}

fn claimed_uuid(parameters: &Parameters) -> Result<Uuid, Failure> {
    let Some(text) = parameters.one(MEMO_MESSAGE_UUID)? else {
        return Err(Failure::bad_request(
            "memo.message.uuid.missing",
            "a single message is sent with the query parameter memo-message-uuid, the messageUUID of its header",
        )
        .at("query", MEMO_MESSAGE_UUID));
    };
    uuid(text).ok_or_else(|| {
        Failure::bad_request(
            "memo.message.uuid.invalid",
            "memo-message-uuid is a UUID with hyphens, 36 characters",
        )
        .at("query", MEMO_MESSAGE_UUID)
    })
}

fn idempotency_key(headers: &HeaderMap) -> Result<Option<String>, Failure> {
    let Some(value) = headers.get(IDEMPOTENCY_KEY) else { return Ok(None) };
    match value.to_str() {
        Ok(key) if (1..=255).contains(&key.len()) => Ok(Some(key.into())),
        _ => Err(Failure::bad_request(
            "idempotency.key.invalid",
            "an Idempotency-Key is 1 to 255 visible ASCII characters",
        )
        .at("header", "Idempotency-Key")),
    }
}

/// Takes the body as it is.
async fn take(
    door: &Door,
    request: Request,
    limit_bytes: u64,
    begins_well: fn(&[u8]) -> Result<(), Failure>,
) -> Result<ContentRef, Failure> {
    body::refuse_announced(request.headers(), limit_bytes)?;
    let announced = body::announced_bytes(request.headers());
    if announced == Some(0) {
        return Err(Failure::bad_request(
            "body.empty",
            "the body is empty; send the message in it",
        ));
    }
    let pieces = paced(request.into_body(), &door.settings);
    body::keep(door, pieces, announced, limit_bytes, begins_well).await
}

/// Refuses at once what cannot be a container. Whether it can be read to its end shows when it is
/// taken apart, and is told in a business receipt.
pub(super) fn looks_packed(start: &[u8]) -> Result<(), Failure> {
    let known = start.starts_with(b"\xfd7zXZ\0")
        || start.starts_with(b"\x1f\x8b")
        || start.starts_with(b"\x28\xb5\x2f\xfd")
        || is_lzma(start);
    if known {
        return Ok(());
    }
    Err(Failure::bad_request(
        "container.invalid",
        "the body is not a tar archive packed with lzma (xz, gzip and zstd are read too)",
    ))
}

/// LZMA-alone has no magic number, but its header is narrow: one byte of properties below 225, four
/// of dictionary size, eight of length that are all ones or a length that fits a disk.
fn is_lzma(start: &[u8]) -> bool {
    let Some((&[properties, _, _, _, _], rest)) = start.split_first_chunk::<5>() else {
        return false;
    };
    let Some((length, _)) = rest.split_first_chunk::<8>() else { return false };
    let length = u64::from_le_bytes(*length);
    properties < 225 && (length == u64::MAX || length < 1 << 38)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_a_container_is_refused_by_its_first_bytes() {
        let lzma = b"\x5d\x00\x00\x00\x08\xff\xff\xff\xff\xff\xff\xff\xff\x00";
        for (start, expected) in [
            (&lzma[..], true),
            (&lzma[..12], false),
            (b"\xfd7zXZ\0\0\x04", true),
            (b"\x1f\x8b\x08", true),
            (b"\x28\xb5\x2f\xfd\x04", true),
            (b"<?xml version=\"1.0\"?><a/>", false),
            (b"PK\x03\x04\x14\x00\x08\x00\x08\x00\x21\x58\x99\x57", false),
            (b"a tar without packing begins with a file name", false),
            (b"", false),
        ] {
            assert_eq!(looks_packed(start).is_ok(), expected, "{start:?}");
        }
    }
}
