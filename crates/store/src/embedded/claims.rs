//! Finding work that is due, and leasing it.

use brevdue_exchange::storage::Claim;
use brevdue_exchange::{
    Job, JobId, Lane, MemoKey, ReceiptId, SystemId, TransmissionId, Work, WorkKind,
};
use brevdue_memo::Timestamp;
use rusqlite::types::Type;
use rusqlite::{Connection, Row, params};
use uuid::Uuid;

use super::columns::Sql;
use super::leases::Held;

/// In the order they are served.
const LANES: [Lane; 2] = [Lane::Interactive, Lane::Bulk];

/// Work, as [`job`] reads it.
pub(super) const JOB: &str =
    "SELECT id, work, subject, system, lane, due, failures, failing_since, account, part FROM jobs";

/// Of one account, in its order.
const DUE: &str =
    "SELECT id, work, subject, system, lane, due, failures, failing_since, account, part
    FROM jobs WHERE kind = ?1 AND lane = ?2 AND account = ?3 AND due <= ?4 ORDER BY due, id";

/// Accounts looked at in one claim; who comes after them comes first in the next.
const ACCOUNTS: usize = 256;

/// Leases what is due to the one who claims. Steps over what others have, which is no more than all
/// workers claim at a time.
pub(super) fn claim(
    connection: &Connection,
    leases: &mut Held,
    claim: &Claim,
) -> rusqlite::Result<Vec<Job>> {
    let limit = usize::try_from(claim.limit).unwrap_or(usize::MAX);
    let for_bulk = usize::try_from(claim.for_bulk).unwrap_or(usize::MAX).min(limit);
    let most_bulk = usize::try_from(claim.most_bulk).unwrap_or(usize::MAX);
    let mut jobs = lane_in_turns(connection, leases, claim, Lane::Bulk, for_bulk)?;
    for lane in LANES {
        let left = match lane {
            Lane::Interactive => limit - jobs.len(),
            // What it has by now, it has of its share.
            Lane::Bulk => {
                let taken = jobs.iter().filter(|job| job.lane == lane).count();
                (limit - jobs.len()).min(most_bulk.saturating_sub(taken))
            }
        };
        jobs.extend(lane_in_turns(connection, leases, claim, lane, left)?);
    }
    jobs.sort_unstable_by_key(|job| (job.lane, job.due, job.id));
    Ok(jobs)
}

/// At most `limit` of one lane: the same number of each account, from the one after the last, then what
/// room is left in the same order.
fn lane_in_turns(
    connection: &Connection,
    leases: &mut Held,
    claim: &Claim,
    lane: Lane,
    limit: usize,
) -> rusqlite::Result<Vec<Job>> {
    let mut jobs = Vec::new();
    if limit == 0 {
        return Ok(jobs);
    }
    let accounts = accounts(connection, claim.kind, lane, leases.served(claim.kind, lane))?;
    let share = (limit / accounts.len().max(1)).max(1);
    for (round, most) in [share, limit].into_iter().enumerate() {
        for account in &accounts {
            let room = most.min(limit - jobs.len());
            if room == 0 {
                break;
            }
            let found = of_account(connection, leases, claim, lane, account, room)?;
            if !found.is_empty() && round == 0 {
                leases.serve(claim.kind, lane, account.clone());
            }
            jobs.extend(found);
        }
    }
    Ok(jobs)
}

/// The accounts that have work of this kind, beginning with the one after `last`. Finds each with one
/// step in the index, however much work it has.
fn accounts(
    connection: &Connection,
    kind: WorkKind,
    lane: Lane,
    last: &[u8],
) -> rusqlite::Result<Vec<Vec<u8>>> {
    let mut first =
        connection.prepare_cached("SELECT min(account) FROM jobs WHERE kind = ?1 AND lane = ?2")?;
    let mut next = connection.prepare_cached(
        "SELECT min(account) FROM jobs WHERE kind = ?1 AND lane = ?2 AND account > ?3",
    )?;
    let mut after = |account: &[u8]| -> rusqlite::Result<Option<Vec<u8>>> {
        next.query_row(params![Sql(kind), Sql(lane), account], |row| row.get(0))
    };
    let mut accounts: Vec<Vec<u8>> = Vec::new();
    let mut account = after(last)?;
    let mut has_turned = false;
    while accounts.len() < ACCOUNTS {
        match account {
            Some(found) if has_turned && found.as_slice() > last => break,
            Some(found) => {
                account = after(&found)?;
                accounts.push(found);
            }
            None if has_turned => break,
            None => {
                has_turned = true;
                account = first.query_row(params![Sql(kind), Sql(lane)], |row| row.get(0))?;
            }
        }
    }
    Ok(accounts)
}

fn of_account(
    connection: &Connection,
    leases: &mut Held,
    claim: &Claim,
    lane: Lane,
    account: &[u8],
    limit: usize,
) -> rusqlite::Result<Vec<Job>> {
    let mut jobs = Vec::new();
    let mut due = connection.prepare_cached(DUE)?;
    let mut rows = due.query(params![Sql(claim.kind), Sql(lane), account, Sql(claim.now)])?;
    while jobs.len() < limit
        && let Some(row) = rows.next()?
    {
        let Sql(id): Sql<Uuid> = row.get(0)?;
        if !leases.is_leased(JobId(id), claim.now) {
            let job = job(row)?;
            leases.give(&job, claim);
            jobs.push(job);
        }
    }
    Ok(jobs)
}

/// When the next job of a kind may be claimed.
pub(super) fn next_due(
    connection: &Connection,
    leases: &Held,
    kind: WorkKind,
) -> rusqlite::Result<Option<Timestamp>> {
    let mut next = leases.next_end(kind);
    for lane in LANES {
        let mut free = connection.prepare_cached(
            "SELECT id, due FROM jobs WHERE kind = ?1 AND lane = ?2 ORDER BY due",
        )?;
        let mut rows = free.query(params![Sql(kind), Sql(lane)])?;
        while let Some(row) = rows.next()? {
            let (Sql(id), Sql(due)): (Sql<Uuid>, Sql<Timestamp>) = (row.get(0)?, row.get(1)?);
            if !leases.is_known(JobId(id)) {
                next = Some(next.map_or(due, |next| next.min(due)));
                break;
            }
        }
    }
    Ok(next)
}

pub(super) fn job(row: &Row<'_>) -> rusqlite::Result<Job> {
    let Sql(job): Sql<Uuid> = row.get(0)?;
    let Sql(subject): Sql<Uuid> = row.get(2)?;
    let system = || row.get(3).map(|Sql(system): Sql<Uuid>| SystemId(system));
    let work = match row.get_ref(1)?.as_str()? {
        "extract" => Work::Extract(TransmissionId(subject)),
        "set-going" => Work::SetGoing(TransmissionId(subject), row.get(9)?),
        "check" => Work::Check(MemoKey(subject)),
        "release" => Work::Release(MemoKey(subject)),
        "push-memo" => Work::PushMemo(MemoKey(subject), system()?),
        "push-receipt" => Work::PushReceipt(ReceiptId(subject), system()?),
        "send-sms" => Work::SendSms(MemoKey(subject)),
        "send-notice" => Work::SendNotice(subject),
        "push-notification" => Work::PushNotification(subject, system()?),
        "resume" => Work::Resume(SystemId(subject)),
        "keep-house" => Work::KeepHouse,
        _ => return Err(rusqlite::Error::InvalidColumnType(1, "work".into(), Type::Text)),
    };
    let Sql(lane) = row.get(4)?;
    let Sql(due) = row.get(5)?;
    let failing_since: Option<Sql<Timestamp>> = row.get(7)?;
    let account = match row.get_ref(8)?.as_blob()? {
        [] => None,
        account => Some(
            Uuid::from_slice(account)
                .map_err(|_| rusqlite::Error::InvalidColumnType(8, "account".into(), Type::Blob))?,
        ),
    };
    Ok(Job {
        id: JobId(job),
        work,
        lane,
        account,
        due,
        failures: row.get(6)?,
        failing_since: failing_since.map(|Sql(at)| at),
    })
}
