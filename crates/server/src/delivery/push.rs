//! One call: a message as multipart, a receipt as JSON.

use std::sync::Arc;
use std::time::Duration;

use brevdue_exchange::exchange::handover::{Handover, HandoverOutcome, Load};
use brevdue_exchange::{ContentRef, StorageError, Store};
use brevdue_wire::names::{FILE_PART, XML};
use futures_util::StreamExt as _;
use reqwest::multipart::{Form, Part};
use reqwest::{Body, RequestBuilder, Response, header};
use tokio::sync::Notify;
use tokio::time::timeout;
use uuid::Uuid;

use super::client::{Client, reason};
use crate::content;

/// Bytes of an answer read so that its connection can be used again; nobody looks at them.
const ANSWER_BYTES: usize = 64 * 1024;
const ANSWER_TIME: Duration = Duration::from_secs(2);

/// The header of W3C trace context.
const TRACEPARENT: &str = "traceparent";

/// How a call went.
pub(super) enum Pushed {
    /// Somebody was called, or nobody could be.
    Answered(HandoverOutcome),
    /// What was to be sent could not be read.
    NotSent(StorageError),
}

/// Makes the call. Given up when nothing moves for the client's patience: no piece of the message
/// goes out, no answer comes in.
pub(super) async fn push(client: &Client, store: &Arc<dyn Store>, handover: &Handover) -> Pushed {
    if let Some(outcome) = &handover.fault {
        return Pushed::Answered(outcome.clone());
    }
    let endpoint = match client.endpoint(&handover.endpoint) {
        Ok(endpoint) => endpoint,
        Err(reason) => {
            return Pushed::Answered(HandoverOutcome::Unreachable { reason: reason.into() });
        }
    };
    let call = client.http.post(endpoint).header(TRACEPARENT, traceparent(handover));
    let moved = Arc::new(Notify::new());
    let call = match &handover.load {
        Load::Memo { message_uuid, content } => {
            match with_memo(call, store, *message_uuid, content, Arc::clone(&moved)).await {
                Ok(call) => call,
                Err(fault) => return Pushed::NotSent(fault),
            }
        }
        Load::Receipt(receipt) => call.json(receipt),
        Load::Notification(told) => call.json(told),
        // They have no endpoint: see `gateways`.
        Load::Sms(_) | Load::Notice(_) => {
            let reason = "this is not for an endpoint".into();
            return Pushed::Answered(HandoverOutcome::Unreachable { reason });
        }
    };
    let standstill = async { while timeout(client.patience, moved.notified()).await.is_ok() {} };
    Pushed::Answered(tokio::select! {
        answer = call.send() => match answer {
            Ok(response) => outcome(response).await,
            Err(error) => HandoverOutcome::Unreachable { reason: reason(error) },
        },
        () = standstill => {
            let reason = format!("nothing moved for {} seconds", client.patience.as_secs());
            HandoverOutcome::Unreachable { reason }
        }
    })
}

/// W3C trace context, so that a receiver's trace and our log meet: the trace is the message's UUID, which
/// every hop knows; the parent is the work that makes this call.
fn traceparent(handover: &Handover) -> String {
    let trace = match &handover.load {
        Load::Memo { message_uuid, .. } => Some(*message_uuid),
        Load::Receipt(receipt) => receipt.message_uuid.or(receipt.transmission_id),
        _ => None,
    };
    let trace = trace.filter(|id| !id.is_nil()).unwrap_or(handover.job.id.0);
    // The last half of an id of version 7 is random.
    let (_, parent) = handover.job.id.0.as_u64_pair();
    format!("00-{}-{:016x}-01", trace.simple(), parent.max(1))
}

/// The message as the part `file`, named by its bare UUID: receivers read the name as a UUID.
async fn with_memo(
    call: RequestBuilder,
    store: &Arc<dyn Store>,
    message_uuid: Uuid,
    content: &ContentRef,
    moved: Arc<Notify>,
) -> Result<RequestBuilder, StorageError> {
    let stream = content::stream(store, content).await?;
    let stream = stream.inspect(move |_| moved.notify_one());
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
    // The receiver has said yes; what else it says changes nothing, nor does how long it takes.
    let _ = timeout(ANSWER_TIME, async {
        let mut read = 0;
        while let Ok(Some(piece)) = response.chunk().await {
            read += piece.len();
            if read > ANSWER_BYTES {
                break;
            }
        }
    })
    .await;
    HandoverOutcome::Taken
}
