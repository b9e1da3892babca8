//! Collecting business receipts: looks through what waits at the exchange, keeps what is ours in the
//! journal, and only then removes it there.

use brevdue_wire::{BulkReceipt, PageRequest};
use futures_util::{StreamExt, TryStreamExt, stream};
use tokio::time::{Instant, sleep_until};
use uuid::Uuid;

use super::journal::Entry;
use super::{Desk, Halt};
use crate::limits::{PAGES, POLL_PAUSE, RECEIPTS_PAGE};
use crate::tries::{Pause, Tries, persist};
use crate::CallError;

/// Collects until every message has its receipt, nothing has happened for the time to wait, or the
/// run is stopped.
pub(super) async fn all(desk: &Desk<'_>) {
    if desk.sending.wait.is_zero() {
        return;
    }
    let outcome = tokio::select! {
        outcome = collect(desk) => outcome,
        () = desk.stop.cancelled() => Ok(()),
    };
    if let Err(halt) = outcome {
        desk.halt(halt);
    }
}

async fn collect(desk: &Desk<'_>) -> Result<(), Halt> {
    let mut news = desk.news.subscribe();
    let mut pause = Pause::between(POLL_PAUSE);
    let mut tries = Tries::new(desk.patience());
    remove(desk).await?;
    loop {
        if desk.ledger().tally().waiting() == 0 {
            if !news.borrow_and_update().sending {
                return Ok(());
            }
            // Nothing to ask for; the next confirmed submission, or the end of sending, wakes us.
            if news.changed().await.is_err() {
                return Ok(());
            }
            pause.reset();
            continue;
        }
        match look(desk).await {
            Ok(fresh) => {
                tries.succeeded();
                if fresh > 0 {
                    remove(desk).await?;
                    pause.reset();
                    continue;
                }
            }
            Err(Halt::Exchange(error)) => tries.after(error).await.map_err(Halt::Exchange)?,
            Err(halt) => return Err(halt),
        }
        let now = *news.borrow_and_update();
        let end = now.at + desk.sending.wait;
        if !now.sending && Instant::now() >= end {
            return Ok(());
        }
        let next = Instant::now() + pause.take();
        if now.sending {
            sleep_until(next).await;
        } else {
            // The last look comes when the time is up, not before.
            sleep_until(next.min(end)).await;
        }
    }
}

/// Goes through all receipts at the exchange and journals those of ours that are new; tells how many.
async fn look(desk: &Desk<'_>) -> Result<u64, Halt> {
    let mut fresh = 0;
    for page in 0..PAGES {
        let request = PageRequest { page, size: RECEIPTS_PAGE };
        let found = desk.client.receipts_bulk(request).await.map_err(Halt::Exchange)?;
        let more = !found.receipts.is_empty() && page + 1 < found.total_pages;
        let ours: Vec<BulkReceipt> = {
            let ledger = desk.ledger();
            found.receipts.into_iter().filter(|receipt| ledger.owns(receipt)).collect()
        };
        let new: Vec<Entry> = {
            let ledger = desk.ledger();
            let unknown = ours.iter().filter(|receipt| !ledger.knows(receipt.id));
            unknown.map(|receipt| Entry::Answered { receipt: receipt.clone() }).collect()
        };
        if !new.is_empty() {
            desk.journal.add(&new).await.map_err(Halt::Journal)?;
            desk.something_happened();
        }
        fresh += new.len() as u64;
        desk.change(|ledger| ours.iter().for_each(|receipt| ledger.answered(receipt)));
        if !more {
            break;
        }
    }
    Ok(fresh)
}

/// Removes at the exchange what is safe in the journal. A receipt that is gone already is as good.
async fn remove(desk: &Desk<'_>) -> Result<(), Halt> {
    let ids = desk.ledger().removable.clone();
    if ids.is_empty() {
        return Ok(());
    }
    let gone: Vec<Uuid> = stream::iter(ids)
        .map(|id| async move {
            match persist(desk.patience(), || desk.client.delete_receipt(id)).await {
                Err(error) if !error.is_not_found() => Err(error),
                _ => Ok::<Uuid, CallError>(id),
            }
        })
        .buffer_unordered(desk.connections())
        .try_collect()
        .await
        .map_err(Halt::Exchange)?;
    desk.journal.add(&[Entry::Removed { receipts: gone.clone() }]).await.map_err(Halt::Journal)?;
    desk.ledger().removed(&gone);
    Ok(())
}
