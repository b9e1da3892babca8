//! Keeping programmes true: judging what was observed, closing and opening tasks by it, reminding people of
//! what is due, telling them.
//!
//! Every few seconds it is asked whether anything was written; only then, and now and then because some
//! checks count hours, a programme is judged again. Where there is no programme, one small read is all.

use std::collections::BTreeMap;
use std::time::Duration;

use brevdue_memo::copenhagen;
use brevdue_programme::programmes::Looked;
use brevdue_programme::{ProgrammeId, Programmes};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::telling::{TellError, Telling};

/// Between two looks. With the follower of the log, an observation is judged well within a minute.
const LOOK_EVERY: Duration = Duration::from_secs(3);

/// What is known from one look to the next.
#[derive(Default)]
struct Before {
    /// What failed, told once and not every few seconds.
    failing: BTreeMap<ProgrammeId, String>,
    /// Of what people were reminded.
    looked: BTreeMap<ProgrammeId, Looked>,
    turn: usize,
}

/// Keeps every programme true until `stop`.
pub(super) async fn run(telling: Telling, stop: CancellationToken) {
    let mut before = Before::default();
    loop {
        tokio::select! {
            () = tokio::time::sleep(LOOK_EVERY) => {}
            () = stop.cancelled() => return,
        }
        before.turn = before.turn.wrapping_add(1);
        look(&telling, &mut before).await;
    }
}

/// Looks once at every programme.
async fn look(telling: &Telling, before: &mut Before) {
    let programmes: &Programmes = &telling.programmes;
    let ids = match programmes.ids().await {
        Ok(ids) => ids,
        Err(error) => {
            let nobody = ProgrammeId(Uuid::nil());
            if before.failing.insert(nobody, error.to_string()).is_none() {
                tracing::error!(%error, "programmes could not be listed");
            }
            return;
        }
    };
    before.failing.retain(|id, _| ids.contains(id));
    before.looked.retain(|id, _| ids.contains(id));
    for id in ids {
        match keep_true(telling, before, id).await {
            Ok(()) => {
                before.failing.remove(&id);
            }
            Err(error) => {
                before.looked.remove(&id);
                let told = error.to_string();
                if before.failing.get(&id) != Some(&told) {
                    tracing::error!(programme = %id, %error, "a programme could not be kept true");
                    before.failing.insert(id, told);
                }
            }
        }
    }
}

async fn keep_true(
    telling: &Telling,
    before: &mut Before,
    id: ProgrammeId,
) -> Result<(), TellError> {
    let (programmes, now) = (&telling.programmes, telling.exchange.now());
    let trued = programmes.keep_true(id, now).await?;
    if trued.closed > 0 || !trued.reopened.is_empty() {
        tracing::info!(
            programme = %id,
            closed = trued.closed,
            reopened = trued.reopened.len(),
            "tasks of a programme closed or opened by what was measured"
        );
    }
    // Judged anew when something was written, so that pages find it ready.
    let Some(judged) = programmes.judged(id, now).await? else { return Ok(()) };
    programmes.notify(id, &judged, &trued.reopened).await?;
    if is_by_day(telling) && before.looked.entry(id).or_default().is_new(&judged) {
        match programmes.remind(id, &judged).await? {
            Some(0) => {}
            Some(notices) => tracing::info!(programme = %id, notices, "people are reminded"),
            // There is no room for more until what waits has left.
            None => drop(before.looked.remove(&id)),
        }
    }
    telling.go_on(id, &judged, before.turn).await
}

/// Whether it is within the hours in which people are told of what can wait for the morning.
fn is_by_day(telling: &Telling) -> bool {
    let hours = &telling.exchange.policy().notice_hours;
    let hour = i8::try_from(copenhagen::local(telling.exchange.now()).hour).unwrap_or(0);
    hours.is_empty() || hours.contains(&hour)
}
