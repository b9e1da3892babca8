//! One call: a message as multipart, a receipt as JSON.

use std::sync::Arc;

use brevdue_exchange::exchange::handover::{Handover, HandoverOutcome, Load};
use brevdue_exchange::{ContentRef, StorageError, Store};
use brevdue_wire::names::{FILE_PART, XML};
use reqwest::multipart::{Form, Part};
use reqwest::{Body, RequestBuilder, Response, header};
use uuid::Uuid;

use super::client::{Client, reason};
use crate::content;

/// Bytes of an answer read so that its connection can be used again; nobody looks at them.
const ANSWER_BYTES: usize = 64 * 1024;

/// How a call went.
pub(super) enum Pushed {
    /// Somebody was called, or nobody could be.
    Answered(HandoverOutcome),
    /// What was to be sent could not be read.
    NotSent(StorageError),
}

/// Makes the call.
pub(super) async fn push(client: &Client, store: &Arc<dyn Store>, handover: &Handover) -> Pushed {
    let endpoint = match client.endpoint(&handover.endpoint) {
        Ok(endpoint) => endpoint,
        Err(reason) => {
            return Pushed::Answered(HandoverOutcome::Unreachable { reason: reason.into() });
        }
    };
    let call = client.http.post(endpoint);
    let call = match &handover.load {
        Load::Memo { message_uuid, content } => {
            match with_memo(call, store, *message_uuid, content).await {
                Ok(call) => call,
                Err(fault) => return Pushed::NotSent(fault),
            }
        }
        Load::Receipt(receipt) => call.json(receipt),
    };
    Pushed::Answered(match call.send().await {
        Ok(response) => outcome(response).await,
        Err(error) => HandoverOutcome::Unreachable { reason: reason(error) },
    })
}

/// The message as the part `file`, named by its bare UUID: receivers read the name as a UUID.
async fn with_memo(
    call: RequestBuilder,
    store: &Arc<dyn Store>,
    message_uuid: Uuid,
    content: &ContentRef,
) -> Result<RequestBuilder, StorageError> {
    let stream = content::stream(store, content).await?;
    let part = Part::stream_with_length(Body::wrap_stream(stream), content.length_bytes)
        .file_name(message_uuid.to_string())
        .mime_str(XML)
        .expect("application/xml is a media type");
    Ok(call.multipart(Form::new().part(FILE_PART, part)))
}

async fn outcome(mut response: Response) -> HandoverOutcome {
    let status = response.status();
    let retry_after_seconds = response
        .headers()
        .get(header::RETRY_AFTER)
        .and_then(|value| value.to_str().ok()?.parse().ok())
        .filter(|seconds| *seconds >= 0);
    if !status.is_success() {
        return HandoverOutcome::Refused { status: status.as_u16(), retry_after_seconds };
    }
    let mut read = 0;
    while let Ok(Some(piece)) = response.chunk().await {
        read += piece.len();
        if read > ANSWER_BYTES {
            break;
        }
    }
    HandoverOutcome::Taken
}
