//! Sending: one file after the other, several at the same time.

use std::panic;
use std::sync::{Arc, PoisonError};

use futures_util::{StreamExt, stream};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::inputs::Input;
use super::journal::Entry;
use super::ledger::Outcome;
use super::prepare::{Contents, Prepared, Unreadable, hex, prepare};
use super::{Desk, FaultyHeaders, Halt};
use crate::CallError;
use crate::client::Submission;
use crate::tries::persist;

/// Sends all files; ends early when the run is stopped.
pub(super) async fn all(desk: &Desk<'_>, files: Vec<Input>) {
    stream::iter(files)
        .map(|file| async move {
            if !desk.stop.is_cancelled()
                && let Err(halt) = one(desk, file).await
            {
                desk.halt(halt);
            }
        })
        .buffer_unordered(desk.connections())
        .for_each(|()| async {})
        .await;
    desk.news.send_modify(|news| news.sending = false);
}

async fn one(desk: &Desk<'_>, input: Input) -> Result<(), Halt> {
    let path = input.path.to_string_lossy().into_owned();
    let input = Arc::new(input);
    let for_thread = Arc::clone(&input);
    let looked = tokio::task::spawn_blocking(move || prepare(&for_thread)).await;
    // A panic is a bug of ours and must not be told as a fault of the file.
    let prepared = match looked.unwrap_or_else(|error| panic::resume_unwind(error.into_panic())) {
        Ok(Ok(prepared)) => prepared,
        Ok(Err(why)) => {
            desk.change(|ledger| ledger.refused(path, Outcome::Unreadable, why, 1));
            return Ok(());
        }
        Err(error) => {
            let why = Unreadable { code: "file.unreadable".into(), text: error.to_string() };
            desk.change(|ledger| ledger.refused(path, Outcome::Unreadable, why, 1));
            return Ok(());
        }
    };
    if desk.change(|ledger| ledger.was_accepted(&path, &prepared.sha256)) {
        return Ok(());
    }
    if let Contents::Message { fault: Some(why), .. } = &prepared.contents
        && desk.sending.faulty == FaultyHeaders::Keep
    {
        let why = why.clone();
        desk.change(|ledger| ledger.refused(path, Outcome::Unreadable, why, 1));
        return Ok(());
    }
    let submission = match &prepared.contents {
        Contents::Message { uuid, .. } => Submission::Message(uuid),
        Contents::Container { .. } => Submission::Container,
    };
    let key = idempotency_key(desk.journal.run, &path, &prepared.sha256);
    let sending = persist(desk.patience(), || {
        desk.client.submit(submission, &input.path, prepared.length_bytes, &key)
    });
    // Stopped while sending: whether it was taken will be found out by sending it again.
    let answer = tokio::select! {
        answer = sending => answer,
        () = desk.stop.cancelled() => return Ok(()),
    };
    match answer {
        Ok(receipt) => accepted(desk, path, prepared, receipt).await,
        Err(error) => refused(desk, path, &prepared, error),
    }
}

async fn accepted(
    desk: &Desk<'_>,
    path: String,
    prepared: Prepared,
    receipt: brevdue_wire::Receipt,
) -> Result<(), Halt> {
    let Some(transmission_id) = receipt.transmission_id else {
        let what = "a technical receipt without transmissionId";
        return Err(Halt::Exchange(CallError::Broken { what }));
    };
    let Prepared { sha256, contents, .. } = prepared;
    let (messages, nameless) = match contents {
        Contents::Message { uuid, .. } => (vec![uuid.value()], 0),
        Contents::Container { messages, nameless } => (messages, nameless),
    };
    let entry = Entry::Accepted {
        path: path.clone(),
        sha256: sha256.clone(),
        transmission_id,
        messages: messages.clone(),
        nameless,
        receipt,
    };
    desk.journal.add(&[entry]).await.map_err(Halt::Journal)?;
    *desk.files_sent_now.lock().unwrap_or_else(PoisonError::into_inner) += 1;
    desk.change(|ledger| {
        ledger.accepted(path.clone(), sha256.clone(), transmission_id, &messages, nameless);
        ledger.was_accepted(&path, &sha256)
    });
    desk.something_happened();
    Ok(())
}

fn refused(desk: &Desk<'_>, path: String, prepared: &Prepared, error: CallError) -> Result<(), Halt> {
    let messages = prepared.contents.count();
    match error {
        CallError::Refused { status, error } if !matches!(status, 401 | 403 | 404 | 405) => {
            let code = if error.code.is_empty() { format!("http.{status}") } else { error.code };
            let why = Unreadable { code, text: error.message };
            desk.change(|ledger| ledger.refused(path, Outcome::Refused, why, messages));
            Ok(())
        }
        CallError::Local(error) => {
            let why = Unreadable { code: "file.unreadable".into(), text: error.to_string() };
            desk.change(|ledger| ledger.refused(path, Outcome::Unreadable, why, messages));
            Ok(())
        }
        error => Err(Halt::Exchange(error)),
    }
}

/// The same for the same file of the same journal, also after a restart.
fn idempotency_key(run: Uuid, path: &str, sha256: &str) -> String {
    let mut hash = Sha256::new();
    hash.update(run.as_bytes());
    hash.update(path.as_bytes());
    hash.update([0]);
    hash.update(sha256.as_bytes());
    hex(&hash.finalize())[..32].into()
}
