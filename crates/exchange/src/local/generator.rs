//! Letters made on request, as the official test portal makes them, and sent the way any letter is.

use std::io::Cursor;

use brevdue_memo::letter::{DraftFile, LetterDraft, LetterError, Link, Markup};
use brevdue_memo::{
    ContactPoint as MemoContactPoint, CvrNumber, MemoVersion, Message, PartyId, Timestamp,
    WriteError, write,
};
use brevdue_wire::Receipt;
use uuid::Uuid;

use crate::accept::Submission;
use crate::{
    ContactPointId, Exchange, MailSystem, Organisation, OrganisationId, Origin, StorageError,
    SystemId,
};

/// Additional documents that a letter made on request may have.
pub const ATTACHMENTS_LIMIT: u8 = 5;
/// Paragraphs of a long letter; some 40 KB.
const LONG: usize = 200;

/// What to make: `MemoCreateAndSendCommand`.
#[derive(Debug, Clone)]
pub struct MemoOrder {
    /// CVR number of the sender.
    pub cvr: CvrNumber,
    /// The sender.
    pub organisation: OrganisationId,
    /// The system it is sent as.
    pub system: SystemId,
    /// Who gets it.
    pub recipient: PartyId,
    /// Whether the text is long.
    pub long_message: bool,
    /// Additional documents.
    pub attachments: u8,
    /// Whether it may be answered.
    pub reply: bool,
    /// Until when.
    pub reply_by: Option<Timestamp>,
    /// Where it goes within the recipient, when that is an authority.
    pub contact_point: Option<ContactPointId>,
    /// Whether it has an action.
    pub action: bool,
    /// `legalNotification`.
    pub legal_notification: bool,
    /// `mandatory`.
    pub mandatory: bool,
    /// `doNotDeliverUntilDate`: so many days from today.
    pub delayed_days: Option<u16>,
}

/// Why no letter was made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum GenerateError {
    /// Making letters is for local mode.
    #[error("letters are made on request in local mode only")]
    NotLocal,
    /// A field does not fit the country.
    #[error("{message}")]
    Field {
        /// Its official name.
        field: &'static str,
        /// What is wrong.
        message: &'static str,
    },
    /// The letter could not be built.
    #[error("the letter could not be built")]
    Letter(#[from] LetterError),
    /// Nor written.
    #[error("the letter could not be written")]
    Write(#[from] WriteError),
    /// The store failed.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// A letter that was made and sent.
#[derive(Debug, Clone)]
pub struct Generated {
    /// Its UUID.
    pub message_uuid: Uuid,
    /// The technical receipt.
    pub receipt: Receipt,
}

impl Exchange {
    /// Makes a letter and sends it as a system of the country would. Writes a file when the letter is
    /// long, so it may block.
    ///
    /// # Errors
    /// See [`GenerateError`].
    pub async fn generate(&self, order: &MemoOrder) -> Result<Generated, GenerateError> {
        if self.local().is_none() {
            return Err(GenerateError::NotLocal);
        }
        let (organisation, system) = self.sender_of(order).await?;
        let message = self.letter_for(order, &organisation).await?;
        self.send_made(&system, &message).await
    }

    /// Sends a message that was made here as a system of the country. May block.
    ///
    /// # Errors
    /// See [`GenerateError`].
    pub async fn send_made(
        &self,
        system: &MailSystem,
        message: &Message,
    ) -> Result<Generated, GenerateError> {
        let mut bytes = Vec::new();
        write(message, Cursor::new(&[][..]), &mut bytes)?;
        self.send_bytes(system, message.header.message_uuid.value(), &bytes).await
    }

    /// As [`Exchange::send_made`], for bytes.
    ///
    /// # Errors
    /// See [`GenerateError`].
    pub async fn send_bytes(
        &self,
        system: &MailSystem,
        message_uuid: Uuid,
        bytes: &[u8],
    ) -> Result<Generated, GenerateError> {
        let mut sink = self.store().begin(self.now())?;
        sink.write(bytes)?;
        let content = sink.finish()?;
        let origin = Origin::System { system: system.id, organisation: system.organisation };
        let submission = Submission::Single { claimed_uuid: Some(message_uuid), content };
        let receipt = self.accept(origin, submission).await?;
        Ok(Generated { message_uuid, receipt })
    }

    async fn sender_of(
        &self,
        order: &MemoOrder,
    ) -> Result<(Organisation, MailSystem), GenerateError> {
        let wrong = |field, message| GenerateError::Field { field, message };
        let organisation = self.store().organisation(order.organisation).await?;
        let organisation = organisation
            .ok_or_else(|| wrong("organisationId", "there is no organisation with this id"))?;
        if organisation.cvr != order.cvr {
            return Err(wrong("cvr", "the organisation has another CVR number"));
        }
        let system = self.store().system(order.system).await?;
        let system = system
            .filter(|system| system.organisation == organisation.id)
            .ok_or_else(|| wrong("senderSystemId", "the organisation has no such system"))?;
        if !system.sends {
            return Err(wrong("senderSystemId", "this system does not send"));
        }
        Ok((organisation, system))
    }

    async fn letter_for(
        &self,
        order: &MemoOrder,
        organisation: &Organisation,
    ) -> Result<Message, GenerateError> {
        let now = self.now();
        let contact = self.store().contact_by_party(order.recipient).await?;
        let name = contact.map(|contact| contact.name);
        let mut draft = LetterDraft::new(
            MemoVersion::V1_2,
            self.ids().random(),
            now,
            (PartyId::Cvr(organisation.cvr), &organisation.name),
            (order.recipient, name.as_deref()),
            "Brev fra generatoren",
        );
        let own = self.store().contact_points_of(organisation.id).await?;
        draft.sender_contact_point = own.first().map(|point| MemoContactPoint {
            contact_group: None,
            contact_point_id: point.id.to_string(),
            label: Some(point.name.clone()),
            contact_info: Vec::new(),
        });
        draft.recipient_contact_point = order.contact_point.map(|id| MemoContactPoint {
            contact_group: None,
            contact_point_id: id.to_string(),
            label: None,
            contact_info: Vec::new(),
        });
        let greeting = format!("Kære {}", name.as_deref().unwrap_or("modtager"));
        let line = "Dette brev er lavet af generatoren i den lokale udgave. Det er opdigtet fra \
                    først til sidst, og ingen skal gøre noget ved det.";
        let paragraphs = if order.long_message { LONG } else { 1 };
        let body: Vec<String> =
            (1..=paragraphs).map(|number| format!("{number}. {line}")).collect();
        draft.text = Some(format!(
            "{greeting}\n\n{}\n\nVenlig hilsen\n{}",
            body.join("\n\n"),
            organisation.name
        ));
        draft.attachments = (1..=order.attachments.min(ATTACHMENTS_LIMIT))
            .map(|number| DraftFile {
                filename: format!("bilag-{number}.txt"),
                encoding_format: "text/plain".into(),
                content: format!("Bilag {number}\n\n{line}\n").into_bytes(),
            })
            .collect();
        draft.reply = order.reply;
        draft.reply_by = order.reply_by.filter(|_| order.reply);
        draft.mandatory = order.mandatory;
        draft.legal_notification = order.legal_notification;
        draft.do_not_deliver_until =
            order.delayed_days.map(|days| self.day(now.plus_seconds(i64::from(days) * 86_400)));
        if order.action {
            let link =
                Link::new("Læs mere", "https://generator.brevdue.example/om").map_err(|_| {
                    GenerateError::Field {
                        field: "action",
                        message: "the action's address is refused",
                    }
                })?;
            draft.markup.push(Markup::Information(link));
        }
        Ok(draft.build()?)
    }
}
