//! `POST /memos/{id}/receipt`: the receiver tells what became of a message.

use axum::extract::{Path, Request, State};
use axum::http::{StatusCode, header};
use brevdue_wire::Receipt;
use serde_json::Value;

use super::super::Door;
use super::super::body::{self, media_type};
use super::super::caller::Receiver;
use super::super::description::Refused;
use super::super::errors::Failure;
use super::super::parameters::{path_id, uuid};

#[utoipa::path(
    post,
    path = "/memos/{id}/receipt",
    operation_id = "createMemoReceipt",
    tag = "Memos",
    params(("id" = Uuid, Path, description = "messageUUID of the message")),
    request_body = Receipt,
    responses((status = 200, description = "The sender will be told"), Refused)
)]
pub(super) async fn answer(
    State(door): State<Door>,
    Receiver(caller): Receiver,
    Path(id): Path<String>,
    request: Request,
) -> Result<StatusCode, Failure> {
    let id = path_id(&id)?;
    if request.headers().contains_key(header::CONTENT_TYPE) {
        let media_type = media_type(request.headers());
        if !matches!(media_type.as_deref(), Some("application/json" | "text/json")) {
            return Err(Failure::new(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "content.type.not.supported",
                "a receipt is sent as application/json",
            )
            .at("header", "Content-Type"));
        }
    }
    let limit = door.settings.receipt_bytes;
    let bytes = body::whole(&door.settings, request, limit).await?;
    door.exchange.answer_memo(&caller, id, receipt(&bytes)?).await?;
    Ok(StatusCode::OK)
}

/// Reads a receipt. Says which field is at fault, and never what stood there.
fn receipt(bytes: &[u8]) -> Result<Receipt, Failure> {
    // .NET clients begin JSON with a byte order mark.
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let value: Value = serde_json::from_slice(bytes).map_err(|fault| {
        let place = format!("line {}, column {}", fault.line(), fault.column());
        Failure::unprocessable("json.invalid", format!("the body is not JSON: {place}"))
    })?;
    let Value::Object(fields) = &value else {
        return Err(Failure::unprocessable("json.invalid", "the body is not a JSON object"));
    };
    let at = |field: &str, code: &str, message: &str| {
        Failure::unprocessable(code, message).at("Receipt", field)
    };
    match fields.get("receiptStatus") {
        Some(Value::String(status))
            if matches!(status.as_str(), "RECEIVED" | "COMPLETED" | "INVALID" | "NOT_ALLOWED") => {}
        None | Some(Value::Null) => {
            let message = "receiptStatus is missing; a receiver system says COMPLETED or INVALID";
            return Err(at("receiptStatus", "receipt.status.missing", message));
        }
        Some(_) => {
            let message = "a receiver system's receiptStatus is COMPLETED or INVALID";
            return Err(at("receiptStatus", "receipt.status.not.allowed", message));
        }
    }
    for field in ["transmissionId", "messageUUID"] {
        let fits = match fields.get(field) {
            None | Some(Value::Null) => true,
            Some(Value::String(text)) => uuid(text).is_some(),
            Some(_) => false,
        };
        if !fits {
            return Err(at(field, "field.invalid", &format!("{field} is a UUID or null")));
        }
    }
    for field in ["messageId", "errorCode", "errorMessage", "timeStamp"] {
        if !matches!(fields.get(field), None | Some(Value::Null | Value::String(_))) {
            return Err(at(field, "field.invalid", &format!("{field} is text or null")));
        }
    }
    serde_json::from_value(value).map_err(|_| {
        Failure::unprocessable("receipt.invalid", "the body is JSON, but not a Receipt")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_receipt_that_cannot_be_read_says_where_and_never_what() {
        for (body, place) in [
            ("", "json.invalid"),
            ("{", "json.invalid"),
            ("[]", "json.invalid"),
            ("{}", "receiptStatus"),
            (r#"{"receiptStatus":"SECRET"}"#, "receiptStatus"),
            (r#"{"receiptStatus":7}"#, "receiptStatus"),
            (r#"{"receiptStatus":"COMPLETED","messageUUID":"SECRET"}"#, "messageUUID"),
            (r#"{"receiptStatus":"COMPLETED","transmissionId":1}"#, "transmissionId"),
            (r#"{"receiptStatus":"INVALID","errorMessage":["SECRET"]}"#, "errorMessage"),
            (r#"{"receiptStatus":"INVALID","errors":"SECRET"}"#, "receipt.invalid"),
        ] {
            let failure = format!("{:?}", receipt(body.as_bytes()).unwrap_err());
            assert!(failure.contains(place), "{body}: {failure}");
            assert!(!failure.contains("SECRET"), "{failure}");
        }
    }

    #[test]
    fn a_receipt_may_leave_out_whatever_does_not_apply_and_begin_with_a_mark() {
        let read = receipt(b"\xef\xbb\xbf{\"receiptStatus\":\"COMPLETED\"}").unwrap();
        assert_eq!(read.receipt_status, brevdue_wire::ReceiptStatus::Completed);
        assert_eq!(read.error_code, None);
    }
}
