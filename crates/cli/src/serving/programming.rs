//! Keeping programmes true: judging what was observed, closing and opening tasks by it, telling people.
//!
//! Every few seconds it is asked whether anything was written; only then, and now and then because some
//! checks count hours, a programme is judged again. Where there is no programme, one small read is all.

use std::collections::BTreeMap;
use std::time::Duration;

use brevdue_exchange::exchange::notices::Notice as Mail;
use brevdue_exchange::{Batch, Exchange, StorageError};
use brevdue_programme::closing::Notice;
use brevdue_programme::objects::Person;
use brevdue_programme::programmes::{JudgeError, Judged};
use brevdue_programme::{Programme, ProgrammeId, Programmes};
use sha2::{Digest as _, Sha256};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// Between two looks. With the follower of the log, an observation is judged well within a minute.
const LOOK_EVERY: Duration = Duration::from_secs(3);

/// Keeps every programme true until `stop`.
pub(super) async fn run(programmes: Programmes, exchange: Exchange, stop: CancellationToken) {
    let mut failing: BTreeMap<ProgrammeId, String> = BTreeMap::new();
    loop {
        tokio::select! {
            () = tokio::time::sleep(LOOK_EVERY) => {}
            () = stop.cancelled() => return,
        }
        look(&programmes, &exchange, &mut failing).await;
    }
}

/// Looks once at every programme. What fails is told once, not every few seconds.
async fn look(
    programmes: &Programmes,
    exchange: &Exchange,
    failing: &mut BTreeMap<ProgrammeId, String>,
) {
    let ids = match programmes.ids().await {
        Ok(ids) => ids,
        Err(error) => {
            let nobody = ProgrammeId(Uuid::nil());
            if failing.insert(nobody, error.to_string()).is_none() {
                tracing::error!(%error, "programmes could not be listed");
            }
            return;
        }
    };
    failing.retain(|id, _| ids.contains(id));
    for id in ids {
        match keep_true(programmes, exchange, id).await {
            Ok(()) => {
                failing.remove(&id);
            }
            Err(error) => {
                let told = error.to_string();
                if failing.get(&id) != Some(&told) {
                    tracing::error!(programme = %id, %error, "a programme could not be kept true");
                    failing.insert(id, told);
                }
            }
        }
    }
}

async fn keep_true(
    programmes: &Programmes,
    exchange: &Exchange,
    id: ProgrammeId,
) -> Result<(), JudgeError> {
    let now = exchange.now();
    let trued = programmes.keep_true(id, now).await?;
    let Some((last, _)) = trued.reopened.last() else {
        if trued.closed > 0 {
            tracing::info!(programme = %id, closed = trued.closed, "tasks closed by what was measured");
        }
        return Ok(());
    };
    tracing::info!(
        programme = %id,
        closed = trued.closed,
        reopened = trued.reopened.len(),
        "tasks of a programme closed or opened by what was measured"
    );
    // Judged anew, so that pages find it ready.
    let Some(judged) = programmes.judged(id, now).await? else { return Ok(()) };
    match tell(exchange, id, &judged, &trued.reopened).await {
        Ok(()) => Ok(programmes.has_told(id, *last).await?),
        Err(error) => {
            tracing::error!(programme = %id, %error, "people could not be told of tasks that opened again");
            Ok(())
        }
    }
}

/// One notice for all that opened again at once, for each set of people: those who answer for the tasks
/// and own the project. With nobody's address it is for whoever runs the exchange, like other notices.
/// Telling the same again, as after a stop between telling and noting it, makes no second notice.
async fn tell(
    exchange: &Exchange,
    id: ProgrammeId,
    judged: &Judged,
    reopened: &[(i64, Notice)],
) -> Result<(), StorageError> {
    let mut by_people: BTreeMap<Vec<String>, (Vec<i64>, Vec<&Notice>)> = BTreeMap::new();
    for (number, notice) in reopened {
        let to = addresses(&judged.programme, notice);
        let (numbers, notices) = by_people.entry(to).or_default();
        numbers.push(*number);
        notices.push(notice);
    }
    for (to, (numbers, notices)) in by_people {
        let mail = Mail {
            id: notice_id(id, &to, &numbers),
            to,
            subject: subject(judged, notices.len()),
            text: text(judged, &notices),
            system: None,
            letter: None,
            made_at: exchange.now().to_string(),
        };
        let ops = exchange.send_notice(&mail, id.0);
        match exchange.store().commit(Batch { ops }).await {
            // It was made before, and is on its way or has left.
            Ok(()) | Err(StorageError::Conflict(_)) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// The same for the same people and tasks: a notice is made once.
fn notice_id(programme: ProgrammeId, to: &[String], numbers: &[i64]) -> Uuid {
    let mut hasher = Sha256::new();
    hasher.update(b"brevdue programme notice 1\n");
    hasher.update(programme.0.as_bytes());
    for address in to {
        hasher.update(address.as_bytes());
        hasher.update(b"\n");
    }
    for number in numbers {
        hasher.update(number.to_be_bytes());
    }
    let digest: [u8; 32] = hasher.finalize().into();
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    uuid::Builder::from_custom_bytes(bytes).into_uuid()
}

fn addresses(programme: &Programme, notice: &Notice) -> Vec<String> {
    let people = notice.to.iter().filter_map(|key| programme.get::<Person>(key));
    let mut to: Vec<String> = people.map(|one| one.email).filter(|one| !one.is_empty()).collect();
    to.sort();
    to.dedup();
    to
}

fn subject(judged: &Judged, count: usize) -> String {
    let authority = judged.programme.settings().map(|settings| settings.authority);
    let authority = authority.unwrap_or_default();
    match count {
        1 => format!("{authority}: en opgave er åbnet igen / a task has opened again"),
        count => format!("{authority}: {count} opgaver er åbnet igen / tasks have opened again"),
    }
}

/// What opened and by which requirement, in both languages. A system is named by its register entry; no
/// message is quoted.
fn text(judged: &Judged, notices: &[&Notice]) -> String {
    let mut danish =
        String::from("Disse opgaver er åbnet igen, fordi deres betingelse ikke holder:\n");
    let mut english =
        String::from("These tasks have opened again, because their condition no longer holds:\n");
    for notice in notices {
        let title = judged.plan.task(&notice.task).map(|planned| &planned.task.title);
        let subject = notice.subject.as_ref().map_or(String::new(), |key| format!(" ({key})"));
        let (mut da, mut en) = (Vec::new(), Vec::new());
        for (requirement, result) in &notice.why {
            let label = result.label();
            da.push(format!("{requirement}: {}", label.da));
            en.push(format!("{requirement}: {}", label.en));
        }
        let (da, en) = (da.join(", "), en.join(", "));
        let task = &notice.task;
        danish.push_str(&format!("- {task} {}{subject} {da}\n", title.map_or("", |t| &t.da)));
        english.push_str(&format!("- {task} {}{subject} {en}\n", title.map_or("", |t| &t.en)));
    }
    format!("{danish}\n{english}")
}
