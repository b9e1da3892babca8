//! Letters that wait for their day, and the button that calls one back.

use axum::Form;
use axum::extract::rejection::FormRejection;
use axum::response::Redirect;
use brevdue_exchange::{MemoKey, StorageError};
use serde::Deserialize;
use uuid::Uuid;

use super::{local, refused};
use crate::limits::{LIVE_DELAYED, LIVE_FILING_LOOKS, LIVE_FILING_MILLIS};
use crate::times;
use crate::visitor::{Answer, Refused, Visitor};

/// A letter that waits.
pub(super) struct DelayedView {
    pub(super) key: Uuid,
    pub(super) words: String,
}

pub(super) async fn part(visitor: &Visitor) -> Result<Vec<DelayedView>, StorageError> {
    let t = visitor.texts;
    let mut letters = Vec::new();
    for letter in visitor.exchange().delayed_letters().await?.into_iter().take(LIVE_DELAYED) {
        let sender = match letter.sender {
            Some(system) => visitor.exchange().store().system(system).await?,
            None => None,
        };
        let sender = sender.map(|system| system.name).unwrap_or_default();
        let day = times::day(t, &letter.day).unwrap_or(letter.day);
        let words = t.live_delayed_one(day, sender, letter.message_uuid);
        letters.push(DelayedView { key: letter.key.0, words });
    }
    Ok(letters)
}

/// Waits until a letter that was just sent stands among those that wait, so that the page shows it.
pub(super) async fn filed(visitor: &Visitor, message_uuid: Uuid) {
    let Some(local) = visitor.exchange().local() else { return };
    for _ in 0..LIVE_FILING_LOOKS {
        let letters = visitor.exchange().delayed_letters().await.unwrap_or_default();
        if letters.iter().any(|letter| letter.message_uuid == message_uuid) {
            return;
        }
        local.steering.pause(LIVE_FILING_MILLIS).await;
    }
}

/// The button that calls a letter back.
#[derive(Deserialize)]
pub(crate) struct RecallForm {
    token: String,
    letter: Uuid,
}

/// `POST /live/recall`
pub(crate) async fn recall(
    visitor: Visitor,
    form: Result<Form<RecallForm>, FormRejection>,
) -> Answer {
    let local = local(&visitor).await?;
    let Some(Form(form)) = form.ok().filter(|form| visitor.is_own_form(&form.token)) else {
        return Err(visitor.refuse(Refused::Form).await);
    };
    match visitor.exchange().call_back(MemoKey(form.letter)).await {
        Ok(()) => Ok(visitor.finish(Redirect::to("/live?said=recalled"))),
        Err(error) => refused(visitor, &local, &error).await,
    }
}
