//! What the municipal facade asks: who can be reached, sending on whichever channel fits, and how it
//! went. A letter on paper is kept as a job for the print supplier (`print`); everything else is an
//! ordinary message.

mod print;
mod status;

use std::str::FromStr;

use brevdue_memo::{MessageType, PartyId};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::Exchange;
use super::accept::Submission;
use super::authenticate::Caller;
use crate::storage::{Expect, Record, RecordKind};
use crate::{Batch, ContentRef, Op, RegistrationStatus, StorageError};

pub use print::{Letter, LetterFile, LetterSender, PrintJob};
pub use status::{Channel, StatusId, StatusMessage};

/// `KombiValgKode`: which channel the sender wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Choice {
    /// `Automatisk Valg`: Digital Post when the recipient can get it, else paper.
    Automatic,
    /// `Digital Post`.
    DigitalPost,
    /// `Fysisk Post`.
    Paper,
    /// `NemSMS`.
    NemSms,
}

/// The text is none of the four choices.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a choice is Automatisk Valg, Digital Post, Fysisk Post or NemSMS")]
pub struct NotAChoice;

impl FromStr for Choice {
    type Err = NotAChoice;

    fn from_str(text: &str) -> Result<Self, NotAChoice> {
        match text {
            "Automatisk Valg" => Ok(Self::Automatic),
            "Digital Post" => Ok(Self::DigitalPost),
            "Fysisk Post" => Ok(Self::Paper),
            "NemSMS" => Ok(Self::NemSms),
            _ => Err(NotAChoice),
        }
    }
}

/// What somebody can be registered for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Service {
    /// Digital Post.
    DigitalPost,
    /// NemSMS.
    NemSms,
}

/// What a sender hands in.
#[derive(Debug, Clone)]
pub struct Combined {
    /// `x-TransaktionsId`: the sender's name for this call.
    pub transaction: Uuid,
    /// The channel it wants.
    pub choice: Choice,
    /// The message, for Digital Post and NemSMS.
    pub message: Option<ContentRef>,
    /// The letter, for paper.
    pub letter: Option<Letter>,
}

/// What became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sent {
    /// By what status messages name it.
    pub transmission: Uuid,
    /// Which way it goes.
    pub channel: Channel,
}

/// Why nothing was sent.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CombinedError {
    /// The choice needs a part that is not there.
    #[error("{0} is missing, which this KombiValgKode needs")]
    Missing(&'static str),
    /// The letter cannot be printed.
    #[error("{0}")]
    Letter(&'static str),
    /// The call was made before, with other content.
    #[error("this x-TransaktionsId was used for another letter; take a new one")]
    TransactionReused,
    /// The store.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// What a [`RecordKind::KombiCall`] says.
#[derive(Serialize, Deserialize)]
pub(super) struct Call {
    pub(super) transaction: Uuid,
    pub(super) channel: Channel,
}

impl Exchange {
    /// Whether somebody can be reached in this way now.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn is_registered(
        &self,
        party: PartyId,
        service: Service,
    ) -> Result<bool, StorageError> {
        let contact = self.store().contact_by_party(party).await?;
        match service {
            Service::NemSms => Ok(contact.is_some_and(|contact| contact.nemsms.is_some())),
            Service::DigitalPost => {
                if contact.is_some_and(|c| c.status == RegistrationStatus::Registered) {
                    return Ok(true);
                }
                let PartyId::Cvr(cvr) = party else { return Ok(false) };
                let Some(owner) = self.store().organisation_by_cvr(cvr).await? else {
                    return Ok(false);
                };
                let (systems, now) = (self.store().systems_of(owner.id).await?, self.clock().now());
                let receives = |one: &crate::MailSystem| {
                    one.receives != crate::Receives::Nothing && one.is_active(now)
                };
                Ok(owner.is_authority() && systems.iter().any(receives))
            }
        }
    }

    /// Sends on the channel that was chosen. Durable when this returns. May block.
    ///
    /// # Errors
    /// See [`CombinedError`].
    pub async fn send_combined(
        &self,
        caller: &Caller,
        combined: Combined,
    ) -> Result<Sent, CombinedError> {
        const MESSAGE: &str = "the MeMo Message";
        const LETTER: &str = "ForsendelseISamling/ForsendelseI";
        let Combined { transaction, choice, message, letter } = combined;
        match (choice, message, letter) {
            (Choice::DigitalPost | Choice::NemSms, Some(message), _) => {
                let channel = match choice {
                    Choice::NemSms => Channel::NemSms,
                    _ => Channel::DigitalPost,
                };
                self.send_message(caller, transaction, channel, message).await
            }
            (Choice::Paper, _, Some(letter)) => self.print(caller, transaction, letter).await,
            (Choice::Automatic, Some(message), Some(letter)) => {
                if self.reaches(&message).await? {
                    self.send_message(caller, transaction, Channel::DigitalPost, message).await
                } else {
                    self.print(caller, transaction, letter).await
                }
            }
            (Choice::Automatic, None, Some(_))
            | (Choice::DigitalPost | Choice::NemSms, None, _) => {
                Err(CombinedError::Missing(MESSAGE))
            }
            (Choice::Automatic | Choice::Paper, _, None) => Err(CombinedError::Missing(LETTER)),
        }
    }

    async fn send_message(
        &self,
        caller: &Caller,
        transaction: Uuid,
        channel: Channel,
        content: ContentRef,
    ) -> Result<Sent, CombinedError> {
        let submission = Submission::Single { claimed_uuid: None, content };
        let receipt = self.accept(caller.origin(), submission).await?;
        let transmission = receipt.transmission_id.unwrap_or_default();
        // Only so that status messages can name the call; without it they name the message.
        let call = Call { transaction, channel };
        let now = self.clock().now();
        let record = Record {
            kind: RecordKind::KombiCall,
            id: transmission,
            owner: caller.system.id.0,
            name: String::new(),
            version: 1,
            created_at: now,
            updated_at: now,
            body: serde_json::to_string(&call).expect("a call is an id and a word"),
            contents: Vec::new(),
        };
        self.store().commit(Batch::of(Op::PutRecord(Box::new(record), Expect::Anything))).await?;
        Ok(Sent { transmission, channel })
    }

    /// Whether the recipient of a message can get it. One that cannot be read goes the digital way,
    /// where its receipt says what is wrong with it.
    async fn reaches(&self, message: &ContentRef) -> Result<bool, StorageError> {
        let source = self.store().open(message)?;
        let reading = brevdue_memo::read_header(source, &self.policy().reading)
            .map_err(|fault| StorageError::Failed(Box::new(fault)))?;
        let Some(header) = reading.header else { return Ok(true) };
        let Ok(party) = header.recipient.party() else { return Ok(true) };
        let service = match header.message_type {
            MessageType::NemSms => Service::NemSms,
            MessageType::DigitalPost => Service::DigitalPost,
        };
        self.is_registered(party, service).await
    }
}

#[cfg(test)]
mod tests;
