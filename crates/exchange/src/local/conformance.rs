//! The conformance run: somebody's receiver system is sent a fixed list of letters and watched. What
//! is seen is what the exchange sees: what was taken, when, what was answered, and how it called.
//!
//! Not seen, and therefore not judged: what the receiver does with a letter once it has it.

mod letters;
pub mod report;
mod run;
pub mod words;

use std::sync::Mutex;

use brevdue_memo::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::storage::RecordKind;
use crate::{Exchange, Kept, Receives, Resource, ServiceProtocol, StorageError, SystemId};

pub use letters::Case;

/// Seconds that a receiver system has for each letter, unless another time is asked for.
pub const PATIENCE_SECONDS: u32 = 60;
/// The most that can be asked for.
pub const PATIENCE_LIMIT_SECONDS: u32 = 900;
/// Bytes of the large letter's file, unless another size is asked for.
pub const LARGE_BYTES: u64 = 10_000_000;
/// The most that can be asked for: as a letter, it is just under 99.5 MB.
pub const LARGE_LIMIT_BYTES: u64 = 74_000_000;

/// What to try.
#[derive(Debug, Clone, Copy)]
pub struct RunOrder {
    /// The receiver system.
    pub system: SystemId,
    /// Seconds it has for each letter.
    pub patience_seconds: u32,
    /// Bytes of the large letter's file.
    pub large_bytes: u64,
}

/// A run, as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ConformanceRun {
    /// The receiver system.
    pub system: Uuid,
    /// Its name.
    pub system_name: String,
    /// Whose it is.
    pub organisation: String,
    /// `REST_PUSH`, or `REST_PULL`.
    pub protocol: String,
    /// Seconds it had for each letter.
    pub patience_seconds: u32,
    /// Bytes of the large letter's file.
    pub large_bytes: u64,
    /// Version of Brevdue.
    pub version: String,
    /// When it began, on the clock of the machine.
    #[serde(default)]
    pub made: String,
    /// When it began, on the clock of the country.
    pub started: String,
    /// When it ended.
    pub ended: Option<String>,
    /// How it stands.
    pub state: RunState,
    /// Why it was broken off, in English.
    pub broken_off: Option<String>,
    /// Why it was broken off, in Danish.
    #[serde(default)]
    pub broken_off_da: Option<String>,
    /// The letters.
    pub cases: Vec<CaseResult>,
    /// What was asked of the receiver system.
    pub requirements: Vec<Requirement>,
}

impl Resource for ConformanceRun {
    const KIND: RecordKind = RecordKind::ConformanceRun;
}

/// How a run stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum RunState {
    /// Under way.
    Running,
    /// Every requirement was met.
    Passed,
    /// At least one was not.
    Failed,
    /// It could not be finished.
    BrokenOff,
}

/// What became of one letter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CaseResult {
    /// Which.
    pub case: Case,
    /// `messageUUID`.
    pub message_uuid: Uuid,
    /// Bytes of the letter.
    pub size_bytes: u64,
    /// When it was there to be taken.
    pub ready: Option<String>,
    /// When it was taken; each time.
    pub taken: Vec<String>,
    /// Pushes that failed.
    pub failed_pushes: u32,
    /// When it was answered; each time.
    pub answered: Vec<String>,
    /// What the answers said.
    pub answers: Vec<String>,
    /// Error codes in the answers.
    pub error_codes: Vec<String>,
    /// Milliseconds from the first taking to the first answer.
    pub answered_after_milliseconds: Option<i64>,
    /// Why the exchange refused it itself: then the receiver is not to blame.
    pub refused: Option<String>,
}

/// Something asked of a receiver system, and whether it was met.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Requirement {
    /// Which.
    pub id: RequirementId,
    /// Whether it was met.
    pub verdict: Verdict,
    /// The letters that did not meet it.
    pub cases: Vec<Case>,
    /// What was seen, in Danish.
    pub why_da: String,
    /// What was seen, in English.
    pub why_en: String,
}

/// Whether a requirement was met.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Verdict {
    /// It was.
    Passed,
    /// It was not.
    Failed,
    /// Met here, and to be changed before production.
    Remark,
    /// It did not come to be tried, because something before it failed.
    NotTried,
}

/// What is asked of a receiver system.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum RequirementId {
    /// Every letter is taken.
    Takes,
    /// Every letter is answered with a business receipt, in time.
    Answers,
    /// Every letter is right, so every answer is `COMPLETED`.
    Accepts,
    /// A letter handed over twice is taken twice and answered alike.
    Repeats,
    /// A letter whose date has come is taken like any other.
    Delayed,
    /// Nothing is left waiting.
    Empties,
    /// It calls, and is called, over TLS, with a certificate.
    Tls,
    /// Its calls follow the interface.
    Calls,
    /// Every letter came so far that the receiver could take it; told only when one did not.
    Tried,
}

/// Why a run did not begin.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RunError {
    /// Runs are for local mode.
    #[error("a conformance run is there in local mode only")]
    NotLocal,
    /// One is under way.
    #[error("a conformance run is under way; wait for its end")]
    Running,
    /// There is no such system.
    #[error("there is no system with this id")]
    Unknown,
    /// It does not receive.
    #[error("this system does not receive")]
    NoReceiver,
    /// It is switched off.
    #[error("this system is switched off: name an endpoint for it, or switch it on")]
    Off,
    /// Nothing would be routed to it.
    #[error(
        "no letter would go to this system: it is neither the default nor named by a contact point"
    )]
    NoPlace,
    /// Nobody can send to it.
    #[error("there is no authority with a system that sends")]
    NoSender,
    /// The store failed.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

impl RunError {
    /// Why a run that had begun was broken off, in Danish.
    fn in_danish(&self) -> &'static str {
        match self {
            Self::NotLocal => "en afprøvning findes kun i den lokale udgave",
            Self::Running => "en anden afprøvning er i gang",
            Self::Unknown => "systemet er der ikke mere",
            Self::NoReceiver => "systemet modtager ikke",
            Self::Off => "systemet er slået fra",
            Self::NoPlace => {
                "intet brev når systemet: det er hverken standardsystem eller nævnt af et kontaktpunkt"
            }
            Self::NoSender => "der er ingen myndighed med et system, der sender",
            Self::Storage(_) => "lageret svigtede",
        }
    }
}

/// Which run is under way; one at a time.
#[derive(Debug, Default)]
pub struct Running(Mutex<Option<Uuid>>);

impl Running {
    fn begin(&self, id: Uuid) -> bool {
        let mut running = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        running.is_none() && running.replace(id).is_none()
    }

    fn end(&self) {
        *self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = None;
    }

    fn is(&self, id: Uuid) -> bool {
        *self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner) == Some(id)
    }
}

/// The word of a protocol.
fn protocol_word(protocol: ServiceProtocol) -> &'static str {
    match protocol {
        ServiceProtocol::RestPush => "REST_PUSH",
        _ => "REST_PULL",
    }
}

impl Exchange {
    /// Begins a run: what is to be done is written down and returned; [`Exchange::conform`] does it.
    ///
    /// # Errors
    /// See [`RunError`].
    pub async fn begin_conformance(
        &self,
        order: RunOrder,
    ) -> Result<Kept<ConformanceRun>, RunError> {
        let local = self.local().ok_or(RunError::NotLocal)?;
        let now = self.now();
        let system = self.store().system(order.system).await?.ok_or(RunError::Unknown)?;
        if system.receives == Receives::Nothing {
            return Err(RunError::NoReceiver);
        }
        if !system.is_active(now) {
            return Err(RunError::Off);
        }
        letters::Road::to(self, &system).await?;
        let organisation = self.store().organisation(system.organisation).await?;
        let run = ConformanceRun {
            system: system.id.0,
            system_name: system.name.clone(),
            organisation: organisation.map(|one| one.name).unwrap_or_default(),
            protocol: protocol_word(system.protocol).into(),
            patience_seconds: order.patience_seconds.clamp(1, PATIENCE_LIMIT_SECONDS),
            large_bytes: order.large_bytes.clamp(1, LARGE_LIMIT_BYTES),
            version: env!("CARGO_PKG_VERSION").into(),
            made: now.plus_millis(-local.clock.ahead_millis()).to_string(),
            started: now.to_string(),
            ended: None,
            state: RunState::Running,
            broken_off: None,
            broken_off_da: None,
            cases: Vec::new(),
            requirements: Vec::new(),
        };
        let kept = Kept::new(self.ids().ordered(), system.id.0, now, run);
        if !local.conformance.begin(kept.id) {
            return Err(RunError::Running);
        }
        let added = match kept.add() {
            Ok(op) => self.store().commit(crate::Batch::of(op)).await,
            Err(error) => Err(error),
        };
        if let Err(error) = added {
            local.conformance.end();
            return Err(error.into());
        }
        Ok(kept)
    }

    /// A run. One that was under way when the exchange stopped has been broken off.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn conformance(
        &self,
        id: Uuid,
    ) -> Result<Option<Kept<ConformanceRun>>, StorageError> {
        let Some(mut run) = self.kept::<ConformanceRun>(id).await? else { return Ok(None) };
        let under_way = self.local().is_some_and(|local| local.conformance.is(id));
        if run.body.state == RunState::Running && !under_way {
            run.body.state = RunState::BrokenOff;
            run.body.broken_off = Some("the exchange stopped meanwhile".into());
            run.body.broken_off_da = Some("udvekslingen stoppede imens".into());
        }
        Ok(Some(run))
    }
}

/// Milliseconds between two times as written.
fn between(from: Timestamp, to: Timestamp) -> i64 {
    to.as_millis().saturating_sub(from.as_millis())
}
