//! New moments as they come (server-sent events).

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::http::HeaderMap;
use axum::response::sse::{Event, Sse};
use axum::response::{IntoResponse as _, Response};
use brevdue_exchange::Exchange;
use brevdue_exchange::local::Local;
use futures_util::stream;

use super::rows::Rows;
use crate::limits::{LIVE_BATCH, LIVE_LOOK_MILLIS, LIVE_LOOKS};
use crate::texts::Texts;
use crate::visitor::{Refusal, Visitor};

/// One who watches.
struct Watching {
    exchange: Exchange,
    local: Arc<Local>,
    texts: Texts,
    after: u64,
    waiting: std::collections::VecDeque<(u64, String)>,
    looks: u32,
}

/// `GET /live/stream?after=`: each moment after that number, one by one. Ends after a while, and the
/// browser asks again from where it was.
pub(crate) async fn stream(visitor: Visitor, headers: HeaderMap) -> Result<Response, Refusal> {
    let local = super::local(&visitor).await?;
    let last = headers.get("last-event-id").and_then(|value| value.to_str().ok()?.parse().ok());
    let after = last.or_else(|| visitor.query("after")?.parse().ok());
    let after = after.unwrap_or_else(|| local.live.last());
    let watching = Watching {
        exchange: visitor.exchange().clone(),
        local,
        texts: visitor.texts,
        after,
        waiting: std::collections::VecDeque::new(),
        looks: LIVE_LOOKS,
    };
    let events = stream::unfold(watching, |mut watching| async move {
        let (number, html) = watching.next().await?;
        let event = Event::default().id(number.to_string()).data(html.replace('\n', ""));
        Some((Ok::<_, Infallible>(event), watching))
    });
    Ok(Sse::new(events).into_response())
}

impl Watching {
    async fn next(&mut self) -> Option<(u64, String)> {
        loop {
            if let Some(next) = self.waiting.pop_front() {
                return Some(next);
            }
            if self.local.live.is_closed() || self.looks == 0 {
                return None;
            }
            self.looks -= 1;
            let mut rows = Rows::new(self.texts, &self.exchange);
            for moment in self.local.live.after(self.after, LIVE_BATCH) {
                self.after = moment.number;
                self.waiting.push_back((moment.number, rows.html(&moment).await));
            }
            if self.waiting.is_empty() {
                tokio::time::sleep(Duration::from_millis(LIVE_LOOK_MILLIS)).await;
            }
        }
    }
}
