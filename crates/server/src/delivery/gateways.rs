//! Who carries what is neither a message nor a receipt: text messages and notices.

use std::io::Read as _;
use std::sync::Arc;

use async_trait::async_trait;
use brevdue_exchange::exchange::handover::HandoverOutcome;
use brevdue_exchange::exchange::nemsms::{SmsGateway, SmsOutcome, TextMessage};
use brevdue_exchange::exchange::notices::{MailCarrier, NotCarried, Notice};
use brevdue_exchange::{ContentRef, Exchange, Store};
use serde::Serialize;

use super::client::{Client, reason};
use crate::causes::chain;

/// The sink of local mode: text messages go nowhere, and anybody can look at them.
pub struct SmsSink(pub Exchange);

#[async_trait]
impl SmsGateway for SmsSink {
    async fn send(&self, message: &TextMessage) -> SmsOutcome {
        match self.0.sink_text_message(message).await {
            Ok(()) => SmsOutcome::Sent,
            Err(fault) => SmsOutcome::Unavailable { reason: chain(&fault) },
        }
    }
}

/// An SMS gateway that takes a JSON body: `{"id", "to", "text"}`, the number with its country code.
pub struct HttpSmsGateway {
    client: Client,
    endpoint: String,
}

impl HttpSmsGateway {
    /// A gateway at this address, called with the certificate of the client.
    pub fn new(client: Client, endpoint: String) -> Self {
        Self { client, endpoint }
    }
}

#[derive(Serialize)]
struct GatewayMessage<'a> {
    id: uuid::Uuid,
    to: String,
    text: &'a str,
}

#[async_trait]
impl SmsGateway for HttpSmsGateway {
    async fn send(&self, message: &TextMessage) -> SmsOutcome {
        let endpoint = match self.client.endpoint(&self.endpoint) {
            Ok(endpoint) => endpoint,
            Err(reason) => return SmsOutcome::Unavailable { reason: reason.into() },
        };
        let body = GatewayMessage {
            id: message.memo.0,
            to: format!("+45{}", message.to.digits()),
            text: &message.text,
        };
        let call = self.client.http.post(endpoint).timeout(self.client.patience).json(&body);
        match call.send().await.map(|response| response.status()) {
            Ok(status) if status.is_success() => SmsOutcome::Sent,
            // It has understood and says no. Anything else may be different the next time.
            Ok(status) if matches!(status.as_u16(), 400 | 404 | 410 | 413 | 422) => {
                SmsOutcome::Rejected
            }
            Ok(status) => SmsOutcome::Unavailable { reason: format!("the answer was {status}") },
            Err(error) => SmsOutcome::Unavailable { reason: reason(error) },
        }
    }
}

/// Notices stay in the store, where whoever runs the exchange finds them; the log says that there is
/// one.
pub struct NoticesStay;

#[async_trait]
impl MailCarrier for NoticesStay {
    async fn carry(&self, notice: &Notice, _: Option<Vec<u8>>) -> Result<(), NotCarried> {
        match notice.system {
            Some(system) => {
                tracing::warn!(notice = %notice.id, %system, "there is a notice to the owner of a system");
            }
            None => tracing::debug!(notice = %notice.id, "there is a notice to a person"),
        }
        Ok(())
    }
}

pub(super) async fn send(gateway: &dyn SmsGateway, message: &TextMessage) -> HandoverOutcome {
    match gateway.send(message).await {
        SmsOutcome::Sent => HandoverOutcome::Taken,
        SmsOutcome::Rejected => HandoverOutcome::Refused { status: 422, retry_after_seconds: None },
        SmsOutcome::Unavailable { reason } => HandoverOutcome::Unreachable { reason },
    }
}

pub(super) async fn carry(
    carrier: &dyn MailCarrier,
    notice: &Notice,
    store: &Arc<dyn Store>,
) -> HandoverOutcome {
    let letter = match notice.letter.clone() {
        None => None,
        Some(content) => match read(store, content).await {
            Ok(bytes) => Some(bytes),
            Err(reason) => return HandoverOutcome::Unreachable { reason },
        },
    };
    match carrier.carry(notice, letter).await {
        Ok(()) => HandoverOutcome::Taken,
        Err(NotCarried::Later(reason)) => HandoverOutcome::Unreachable { reason },
        Err(NotCarried::Never(reason)) => {
            tracing::warn!(notice = %notice.id, reason, "a notice was refused");
            HandoverOutcome::Refused { status: 550, retry_after_seconds: None }
        }
    }
}

/// The bytes of a letter that goes by mail, of which the exchange has seen to it that they are not many.
async fn read(store: &Arc<dyn Store>, content: ContentRef) -> Result<Vec<u8>, String> {
    let store = Arc::clone(store);
    let read = tokio::task::spawn_blocking(move || {
        let mut bytes = Vec::new();
        let mut source = store.open(&content).map_err(|fault| chain(&fault))?;
        source.read_to_end(&mut bytes).map_err(|fault| chain(&fault))?;
        Ok(bytes)
    });
    read.await.map_err(|fault| chain(&fault))?
}
