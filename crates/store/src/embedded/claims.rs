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

const DUE: &str = "SELECT id, work, subject, system, lane, due, failures, failing_since FROM jobs
    WHERE kind = ?1 AND lane = ?2 AND due <= ?3 ORDER BY due, id";

/// Leases what is due to the one who claims. Steps over what others have, which is no more than all
/// workers claim at a time.
pub(super) fn claim(
    connection: &Connection,
    leases: &mut Held,
    claim: &Claim,
) -> rusqlite::Result<Vec<Job>> {
    let limit = usize::try_from(claim.limit).unwrap_or(usize::MAX);
    let mut jobs = Vec::new();
    for lane in LANES {
        let mut due = connection.prepare_cached(DUE)?;
        let mut rows = due.query(params![Sql(claim.kind), Sql(lane), Sql(claim.now)])?;
        while jobs.len() < limit
            && let Some(row) = rows.next()?
        {
            let Sql(id): Sql<Uuid> = row.get(0)?;
            if !leases.is_leased(JobId(id), claim.now) {
                jobs.push(job(row)?);
            }
        }
    }
    for job in &jobs {
        leases.give(job, claim);
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

fn job(row: &Row<'_>) -> rusqlite::Result<Job> {
    let Sql(job): Sql<Uuid> = row.get(0)?;
    let Sql(subject): Sql<Uuid> = row.get(2)?;
    let system = || row.get(3).map(|Sql(system): Sql<Uuid>| SystemId(system));
    let work = match row.get_ref(1)?.as_str()? {
        "extract" => Work::Extract(TransmissionId(subject)),
        "check" => Work::Check(MemoKey(subject)),
        "release" => Work::Release(MemoKey(subject)),
        "push-memo" => Work::PushMemo(MemoKey(subject), system()?),
        "push-receipt" => Work::PushReceipt(ReceiptId(subject), system()?),
        "send-sms" => Work::SendSms(MemoKey(subject)),
        "send-notice" => Work::SendNotice(subject),
        "resume" => Work::Resume(SystemId(subject)),
        "keep-house" => Work::KeepHouse,
        _ => return Err(rusqlite::Error::InvalidColumnType(1, "work".into(), Type::Text)),
    };
    let Sql(lane) = row.get(4)?;
    let Sql(due) = row.get(5)?;
    let failing_since: Option<Sql<Timestamp>> = row.get(7)?;
    Ok(Job {
        id: JobId(job),
        work,
        lane,
        due,
        failures: row.get(6)?,
        failing_since: failing_since.map(|Sql(at)| at),
    })
}
