//! Letters on paper: jobs for the print supplier, kept until it has them.

use std::io;

use brevdue_memo::Timestamp;
use brevdue_wire::PageRequest;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::status::Channel;
use super::{CombinedError, Sent};
use crate::exchange::Exchange;
use crate::exchange::authenticate::Caller;
use crate::storage::{ContentSource, Expect, Record, RecordKind};
use crate::{Batch, ContentRef, Event, EventTag, Op, StorageError, SystemId, TransmissionId};

/// Days for which a letter that the supplier has is remembered, without its content, for its status.
const REMEMBERED_DAYS: i64 = 90;

/// A letter as handed in: its fields, and what is printed.
#[derive(Debug, Clone)]
pub struct Letter {
    /// The elements with text of `ForsendelseI`, in their order, each by its path; the files left out.
    pub fields: Vec<(String, String)>,
    /// The letter itself.
    pub document: ContentRef,
    /// What is enclosed.
    pub enclosures: Vec<ContentRef>,
}

/// A letter for the print supplier.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PrintJob {
    /// Id.
    pub id: Uuid,
    /// The sender's system.
    pub system: Uuid,
    /// By what status messages name it.
    pub transmission: Uuid,
    /// The sender's name for the call.
    pub transaction: Uuid,
    /// `AfsendelseIdentifikator`, the sender's name for the letter.
    pub shipment: String,
    /// SHA-256 over everything the sender said, as hexadecimal.
    pub digest: String,
    /// The elements of the letter, by path.
    pub fields: Vec<(String, String)>,
}

/// One file of a letter.
pub struct LetterFile {
    /// `document.pdf`, `enclosure-1.pdf`, …
    pub name: String,
    /// Its bytes. Reading may block.
    pub bytes: Box<dyn ContentSource>,
}

/// Hands letters to the print supplier. Called with the same letter again after a crash.
pub trait LetterSender: Send + Sync + 'static {
    /// Hands one over; it is durable on the other side when this returns. May block.
    ///
    /// # Errors
    /// When it could not be handed over; it is tried again.
    fn hand_over(&self, job: &PrintJob, files: Vec<LetterFile>) -> io::Result<()>;
}

const WAITING: &str = "waiting";

/// Name of the records whose status a system has not got yet.
fn untold(system: SystemId) -> String {
    format!("untold/{system}")
}

const TOLD: &str = "told";

impl Exchange {
    /// Keeps a letter for the supplier. The same call again is one letter.
    pub(super) async fn print(
        &self,
        caller: &Caller,
        transaction: Uuid,
        letter: Letter,
    ) -> Result<Sent, CombinedError> {
        let shipment = checked(&letter)?.to_owned();
        let digest = digest(&letter);
        let id = job_id(caller.system.id, transaction);
        let sent = |transmission| Sent { transmission, channel: Channel::Paper };
        if let Some(earlier) = self.store().record(RecordKind::PrintJob, id).await? {
            let job = read(&earlier)?;
            let same = job.digest == digest;
            return if same {
                Ok(sent(job.transmission))
            } else {
                Err(CombinedError::TransactionReused)
            };
        }
        let now = self.clock().now();
        let job = PrintJob {
            id,
            system: caller.system.id.0,
            transmission: self.ids().ordered(),
            transaction,
            shipment,
            digest,
            fields: letter.fields,
        };
        let contents = std::iter::once(letter.document).chain(letter.enclosures).collect();
        let record = Record {
            kind: RecordKind::PrintJob,
            id,
            owner: caller.system.id.0,
            name: WAITING.into(),
            version: 1,
            created_at: now,
            updated_at: now,
            body: written(&job),
            contents,
        };
        let received = Event {
            transmission: Some(TransmissionId(job.transmission)),
            ..self.event(EventTag::MemoSendReceived, now).with_system(&caller.system)
        };
        let mut batch = Batch::of(Op::PutRecord(Box::new(record), Expect::Absent));
        batch.push(received.into_op());
        self.store().commit(batch).await?;
        Ok(sent(job.transmission))
    }

    /// Hands waiting letters to the supplier, oldest first, and returns how many it has taken. May block.
    ///
    /// # Errors
    /// When the store fails, or the supplier does; what was handed over before stays so.
    pub async fn hand_over_letters(&self, to: &dyn LetterSender) -> Result<usize, StorageError> {
        let mut taken = 0;
        loop {
            let waiting = self.store().records_named(RecordKind::PrintJob, WAITING).await?;
            if waiting.is_empty() {
                return Ok(taken);
            }
            for record in waiting {
                let job = read(&record)?;
                let mut files = Vec::with_capacity(record.contents.len());
                for (number, content) in record.contents.iter().enumerate() {
                    let name = match number {
                        0 => "document.pdf".to_owned(),
                        number => format!("enclosure-{number}.pdf"),
                    };
                    files.push(LetterFile { name, bytes: self.store().open(content)? });
                }
                to.hand_over(&job, files).map_err(|fault| StorageError::Failed(Box::new(fault)))?;
                self.letter_is_handed_over(record, job).await?;
                taken += 1;
            }
        }
    }

    async fn letter_is_handed_over(
        &self,
        record: Record,
        job: PrintJob,
    ) -> Result<(), StorageError> {
        let now = self.clock().now();
        let version = record.version;
        let system = SystemId(job.system);
        let organisation = self.store().system(system).await?.map(|one| one.organisation);
        let sent = Event {
            transmission: Some(TransmissionId(job.transmission)),
            system: Some(system),
            organisation,
            ..self.event(EventTag::PhysicalLetterSent, now)
        };
        // The supplier has it: neither its files nor whom it is to are needed here any more.
        let job = PrintJob { fields: Vec::new(), ..job };
        let record = Record {
            name: untold(system),
            version: version + 1,
            updated_at: now,
            body: written(&job),
            contents: Vec::new(),
            ..record
        };
        let mut batch = Batch::of(Op::PutRecord(Box::new(record), Expect::Version(version)));
        batch.push(sent.into_op());
        self.store().commit(batch).await
    }

    /// Letters that the supplier has and whose sender has not been told, oldest first.
    pub(super) async fn untold_letters(
        &self,
        system: SystemId,
    ) -> Result<Vec<(PrintJob, Timestamp)>, StorageError> {
        let records = self.store().records_named(RecordKind::PrintJob, &untold(system)).await?;
        records.iter().map(|record| Ok((read(record)?, record.updated_at))).collect()
    }

    /// The sender of a letter has been told.
    pub(super) async fn letter_is_told(
        &self,
        system: SystemId,
        id: Uuid,
    ) -> Result<(), StorageError> {
        let record = self.store().record(RecordKind::PrintJob, id).await?;
        let Some(record) = record.filter(|record| record.name == untold(system)) else {
            return Ok(());
        };
        let version = record.version;
        let record = Record { name: TOLD.into(), version: version + 1, ..record };
        self.store()
            .commit(Batch::of(Op::PutRecord(Box::new(record), Expect::Version(version))))
            .await
    }

    /// Forgets letters and calls of long ago, and returns how many.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn forget_old_calls(&self) -> Result<usize, StorageError> {
        let oldest = self.clock().now().plus_seconds(-REMEMBERED_DAYS * 24 * 3600);
        let mut forgotten = 0;
        for kind in [RecordKind::PrintJob, RecordKind::KombiCall] {
            loop {
                let page = PageRequest { page: 0, size: PageRequest::SIZE_LIMIT };
                let found = self.store().records_of_kind(kind, page).await?;
                let old = found.items.iter().filter(|r| r.updated_at < oldest && r.name != WAITING);
                let ops: Vec<Op> =
                    old.map(|r| Op::RemoveRecord(kind, r.id, Expect::Version(r.version))).collect();
                if ops.is_empty() {
                    break;
                }
                forgotten += ops.len();
                self.store().commit(Batch { ops }).await?;
            }
        }
        Ok(forgotten)
    }
}

/// The letter's own name, when everything that printing needs is there.
fn checked(letter: &Letter) -> Result<&str, CombinedError> {
    let field = |name: &str| {
        let mut fields = letter.fields.iter();
        fields
            .find(|(path, _)| path.rsplit('/').next() == Some(name))
            .map(|(_, text)| text.as_str())
    };
    let needed =
        |name, message| field(name).filter(|t| !t.is_empty()).ok_or(CombinedError::Letter(message));
    let shipment = needed("AfsendelseIdentifikator", "AfsendelseIdentifikator is missing")?;
    let kind = needed("ForsendelseTypeIdentifikator", "ForsendelseTypeIdentifikator is missing")?;
    if !kind.parse::<u64>().is_ok_and(|kind| kind > 0) {
        return Err(CombinedError::Letter(
            "ForsendelseTypeIdentifikator is a positive whole number, agreed with the print supplier",
        ));
    }
    let format = needed("FilformatNavn", "FilformatNavn is missing")?;
    if !format.eq_ignore_ascii_case("PDF") {
        return Err(CombinedError::Letter("FilformatNavn is PDF: nothing else is printed"));
    }
    let to = ["CPRnummerIdentifikator", "CVRnummerIdentifikator"];
    if !to.into_iter().any(|name| field(name).is_some()) {
        return Err(CombinedError::Letter(
            "AfsendelseModtager is missing: CPRnummerIdentifikator or CVRnummerIdentifikator",
        ));
    }
    if letter.document.length_bytes == 0 {
        return Err(CombinedError::Letter("MeddelelseIndholdData is missing or empty"));
    }
    Ok(shipment)
}

fn digest(letter: &Letter) -> String {
    let mut digest = Sha256::new();
    for (path, text) in &letter.fields {
        digest.update(path);
        digest.update([0]);
        digest.update(text);
        digest.update([0]);
    }
    for content in std::iter::once(&letter.document).chain(&letter.enclosures) {
        digest.update(content.digest.0);
    }
    digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

fn job_id(system: SystemId, transaction: Uuid) -> Uuid {
    let digest = Sha256::new_with_prefix(b"print-job")
        .chain_update(system.0.as_bytes())
        .chain_update(transaction.as_bytes())
        .finalize();
    let mut id = [0; 16];
    id.copy_from_slice(&digest[..16]);
    uuid::Builder::from_custom_bytes(id).into_uuid()
}

fn written(job: &PrintJob) -> String {
    serde_json::to_string(job).expect("a job is text and ids")
}

fn read(record: &Record) -> Result<PrintJob, StorageError> {
    serde_json::from_str(&record.body)
        .map_err(|_| StorageError::Damaged(format!("print job {}", record.id)))
}
