//! Finding work that is due, and leasing it.

use brevdue_exchange::storage::Claim;
use brevdue_exchange::{
    Job, JobId, Lane, MemoKey, ReceiptId, SystemId, TransmissionId, Work, WorkKind,
};
use brevdue_memo::Timestamp;
use rusqlite::types::Type;
use rusqlite::{Connection, OptionalExtension as _, Row, params};
use uuid::Uuid;

use super::columns::{Sql, id};

/// In the order they are served.
const LANES: [Lane; 2] = [Lane::Interactive, Lane::Bulk];

const DUE: &str = "SELECT id, work, subject, system, lane, due, failures, failing_since FROM jobs
    WHERE kind = ?1 AND lane = ?2 AND due <= ?3 AND (lease_until IS NULL OR lease_until <= ?3)
    ORDER BY due, id LIMIT ?4";

/// Whether a claim would find anything. Costs no write.
pub(super) fn any_due(connection: &Connection, claim: &Claim) -> rusqlite::Result<bool> {
    for lane in LANES {
        let found = connection.prepare_cached(DUE)?.exists(params![
            Sql(claim.kind),
            Sql(lane),
            Sql(claim.now),
            1
        ])?;
        if found {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Leases what is due to the one who claims.
pub(super) fn claim(connection: &Connection, claim: &Claim) -> rusqlite::Result<Vec<Job>> {
    let mut jobs = Vec::new();
    for lane in LANES {
        let left = i64::from(claim.limit) - i64::try_from(jobs.len()).unwrap_or(i64::MAX);
        if left <= 0 {
            break;
        }
        let mut due = connection.prepare_cached(DUE)?;
        let found =
            due.query_map(params![Sql(claim.kind), Sql(lane), Sql(claim.now), left], job)?;
        for job in found {
            jobs.push(job?);
        }
    }
    let mut lease =
        connection.prepare_cached("UPDATE jobs SET worker = ?2, lease_until = ?3 WHERE id = ?1")?;
    for job in &jobs {
        lease.execute(params![id(&job.id.0), id(&claim.worker.0), Sql(claim.lease_until)])?;
    }
    Ok(jobs)
}

/// Lets go of every lease: whoever held one belonged to a process that is gone.
pub(super) fn let_go(connection: &Connection) -> rusqlite::Result<()> {
    connection.execute(
        "UPDATE jobs SET worker = NULL, lease_until = NULL WHERE lease_until IS NOT NULL",
        [],
    )?;
    Ok(())
}

/// When the next job of a kind may be claimed.
pub(super) fn next_due(
    connection: &Connection,
    kind: WorkKind,
) -> rusqlite::Result<Option<Timestamp>> {
    let mut next: Option<Timestamp> = connection
        .prepare_cached(
            "SELECT lease_until FROM jobs WHERE kind = ?1 AND lease_until IS NOT NULL
             ORDER BY lease_until LIMIT 1",
        )?
        .query_row([Sql(kind)], |row| row.get(0))
        .optional()?
        .map(|Sql(at)| at);
    for lane in LANES {
        let free: Option<Sql<Timestamp>> = connection
            .prepare_cached(
                "SELECT due FROM jobs WHERE kind = ?1 AND lane = ?2 AND lease_until IS NULL
                 ORDER BY due LIMIT 1",
            )?
            .query_row(params![Sql(kind), Sql(lane)], |row| row.get(0))
            .optional()?;
        if let Some(Sql(due)) = free {
            next = Some(next.map_or(due, |next| next.min(due)));
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
