//! Which mailboxes a person may open, and what they may do there.

use brevdue_memo::{PartyId, Timestamp};
use brevdue_wire::mailbox as wire;
use brevdue_wire::{Found, PageRequest, Search};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::accesses::Access;
use super::listing::not_searched;
use super::{MailboxError, must_be};
use crate::exchange::people::{Person, Privilege};
use crate::ids::named;
use crate::storage::{Expect, Record, RecordKind};
use crate::{
    Batch, Contact, ContactId, EventTag, Exchange, Folder, Kept, Op, Receives, RegistrationStatus,
    Resource, StorageError,
};

/// What somebody may do in a mailbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Right {
    /// Read.
    Read,
    /// Read, sort, write and send.
    Write,
    /// All of that, and let others in.
    Own,
}

/// A mailbox that somebody may open.
#[derive(Debug, Clone)]
pub struct OpenMailbox {
    /// Whose it is.
    pub contact: Contact,
    /// Who opens it.
    pub identity: Uuid,
    /// What they may do.
    pub right: Right,
}

/// What a mailbox is set to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settings {
    /// Whether the owner is reminded of what was not read.
    pub reminded: bool,
}

impl Resource for Settings {
    const KIND: RecordKind = RecordKind::Mailbox;
}

impl OpenMailbox {
    /// Id of the mailbox.
    pub fn id(&self) -> Uuid {
        self.contact.id.0
    }

    /// Whose it is.
    pub fn owner(&self) -> ContactId {
        self.contact.id
    }

    /// That they may do it, and the mailbox is open.
    ///
    /// # Errors
    ///
    /// [`MailboxError::NotAllowed`].
    pub fn must(&self, right: Right) -> Result<(), MailboxError> {
        if self.right < right {
            return Err(MailboxError::NotAllowed(match right {
                Right::Own => "only the owner of a mailbox may do this",
                _ => "the access is for reading only",
            }));
        }
        if self.contact.status == RegistrationStatus::Closed && right > Right::Read {
            return Err(MailboxError::NotAllowed("the mailbox is closed and can only be read"));
        }
        Ok(())
    }
}

impl Exchange {
    /// Every mailbox a person may open: their own, and those they have access to.
    ///
    /// # Errors
    ///
    /// When the store fails.
    pub async fn mailboxes_of(&self, person: &Person) -> Result<Vec<OpenMailbox>, StorageError> {
        let mut open = Vec::new();
        if let (Some(party), Some(right)) = (person.party(), own_right(person))
            && let Some(contact) = self.store().contact_by_party(party).await?
        {
            open.push(OpenMailbox { contact, identity: person.identity, right });
        }
        for access in self.kept_named::<Access>(&person.identity.to_string()).await? {
            let Some(right) = access.body.right() else { continue };
            if open.iter().any(|other| other.id() == access.owner) {
                continue;
            }
            if let Some(contact) = self.store().contact(ContactId(access.owner)).await? {
                open.push(OpenMailbox { contact, identity: person.identity, right });
            }
        }
        Ok(open)
    }

    /// Opens a mailbox.
    ///
    /// # Errors
    ///
    /// [`MailboxError::NotThere`] when there is none, or it is not theirs to open.
    pub async fn open_mailbox(
        &self,
        person: &Person,
        id: Uuid,
    ) -> Result<OpenMailbox, MailboxError> {
        let open = self.mailboxes_of(person).await?;
        open.into_iter().find(|open| open.id() == id).ok_or(MailboxError::NotThere("mailbox"))
    }

    /// A page of the mailboxes a person may open.
    ///
    /// # Errors
    ///
    /// See [`MailboxError`].
    pub async fn list_mailboxes(
        &self,
        person: &Person,
        search: &Search,
    ) -> Result<Found, MailboxError> {
        let mut shown = Vec::new();
        for open in self.mailboxes_of(person).await? {
            shown.push(self.show_mailbox(&open).await?);
        }
        search.run(&shown).map_err(not_searched)
    }

    /// Looks at a mailbox.
    ///
    /// # Errors
    ///
    /// See [`MailboxError`].
    pub async fn look_at_mailbox(&self, open: &OpenMailbox) -> Result<wire::Mailbox, MailboxError> {
        let tag = match open.right {
            Right::Own => EventTag::MailboxRead,
            Right::Read | Right::Write => EventTag::MailboxReadByPartyRepresentative,
        };
        let shown = self.show_mailbox(open).await?;
        let now = self.clock().now();
        let event = self.event_in(open, tag, now).into_op();
        self.store().commit(Batch { ops: vec![event, visited(open, now)] }).await?;
        Ok(shown)
    }

    /// Changes what a mailbox is set to: of what is sent, `reminded` alone is the owner's to decide.
    ///
    /// # Errors
    ///
    /// See [`MailboxError`].
    pub async fn change_mailbox(
        &self,
        open: &OpenMailbox,
        version: i64,
        wanted: &wire::Mailbox,
    ) -> Result<wire::Mailbox, MailboxError> {
        open.must(Right::Own)?;
        let now = self.clock().now();
        let kept = self.kept::<Settings>(open.id()).await?;
        must_be(version, kept.as_ref().map_or(1, |kept| kept.version))?;
        let op = match kept {
            Some(mut kept) => {
                kept.body.reminded = wanted.reminded.unwrap_or(kept.body.reminded);
                kept.change(now)?.1
            }
            None => {
                let settings = Settings { reminded: wanted.reminded.unwrap_or_default() };
                // Version 1 is what a mailbox has that nobody has changed.
                let mut kept = Kept::new(open.id(), open.id(), now, settings);
                kept.version = 2;
                kept.add()?
            }
        };
        self.store().commit(Batch::of(op)).await?;
        self.show_mailbox(open).await
    }

    /// When somebody last looked at a mailbox.
    async fn last_visit(&self, open: &OpenMailbox) -> Result<Option<Timestamp>, StorageError> {
        let visit = self.store().record(RecordKind::MailboxVisit, open.id()).await?;
        Ok(visit.map(|visit| visit.updated_at))
    }

    pub(super) async fn show_mailbox(
        &self,
        open: &OpenMailbox,
    ) -> Result<wire::Mailbox, MailboxError> {
        let contact = &open.contact;
        let kept = self.kept::<Settings>(open.id()).await?;
        let organisation = match contact.party {
            PartyId::Cpr(_) => None,
            PartyId::Cvr(cvr) => self.store().organisation_by_cvr(cvr).await?,
        };
        let now = self.clock().now();
        let has_receiver = match &organisation {
            Some(organisation) => self
                .store()
                .systems_of(organisation.id)
                .await?
                .iter()
                .any(|system| system.receives != Receives::Nothing && system.is_active(now)),
            None => false,
        };
        let is_citizen = matches!(contact.party, PartyId::Cpr(_));
        let version = kept.as_ref().map_or(1, |kept| kept.version);
        Ok(wire::Mailbox {
            id: Some(open.id()),
            version: Some(version),
            transaction_id: Some(transaction(open.id(), version)),
            last_accessed_date: self.last_visit(open).await?.map(time),
            created_date_time: kept.as_ref().map(|kept| time(kept.created_at)),
            last_updated: kept.as_ref().map(|kept| time(kept.updated_at)),
            owner_type: Some(if is_citizen {
                wire::OwnerType::Citizen
            } else {
                wire::OwnerType::Organisation
            }),
            owner_identity_id: Some(match &organisation {
                Some(organisation) => organisation.id.0,
                None => contact.id.0,
            }),
            owner_name: Some(contact.name.clone()),
            owner_external_id: Some(contact.party.digits().to_owned()),
            status_type: Some(match contact.status {
                RegistrationStatus::Registered | RegistrationStatus::Exempt => {
                    wire::StatusType::Active
                }
                RegistrationStatus::Closed => wire::StatusType::Closed,
                _ => wire::StatusType::Inactive,
            }),
            status_date: None,
            recipient_system_available: Some(has_receiver),
            exempt: Some(contact.status == RegistrationStatus::Exempt),
            reminded: Some(kept.is_some_and(|kept| kept.body.reminded)),
            access: Some(self.access_of(open).await?),
        })
    }

    /// Whether somebody's inbox holds ordinary mail they have not read. Without a number it is the
    /// person's own inbox.
    ///
    /// # Errors
    ///
    /// [`MailboxError::NotThere`] when it is not theirs to open.
    pub async fn unread_exists(
        &self,
        person: &Person,
        owner: Option<PartyId>,
    ) -> Result<wire::Unread, MailboxError> {
        let open = self.mailboxes_of(person).await?;
        let wanted = owner.or(person.party());
        let open = open.into_iter().find(|open| Some(open.contact.party) == wanted);
        let open = open.ok_or(MailboxError::NotThere("mailbox"))?;
        let counts = self.store().mailbox_counts(open.owner()).await?;
        let inbox = counts.iter().find(|count| count.folder == Folder::Inbox);
        let unread = inbox.filter(|inbox| inbox.unread > 0);
        Ok(wire::Unread {
            mailbox_id: Some(open.id()),
            unread_regular_messages_exist: Some(unread.is_some()),
            from_date: unread.map(|inbox| time(inbox.latest)),
        })
    }

    /// Who mail of a person's own mailbox may be forwarded to: those who have access to it.
    ///
    /// # Errors
    ///
    /// When the store fails.
    pub async fn trustees(&self, person: &Person) -> Result<Vec<wire::Trustee>, MailboxError> {
        let mut trustees = Vec::new();
        for open in self.mailboxes_of(person).await?.iter().filter(|o| o.right == Right::Own) {
            for contact in self.trusted_by(open.owner()).await? {
                trustees.push(wire::Trustee {
                    id: Some(contact.party.digits().to_owned()),
                    id_type: Some(id_type(contact.party)),
                    name: Some(contact.name),
                });
            }
        }
        Ok(trustees)
    }

    /// The people with access to a mailbox that have one of their own.
    pub(super) async fn trusted_by(&self, owner: ContactId) -> Result<Vec<Contact>, StorageError> {
        let mut trusted = Vec::new();
        let page = PageRequest { page: 0, size: super::limits::ACCESSES as u64 };
        for access in self.kept_by::<Access>(owner.0, page).await?.items {
            if access.body.right().is_none() {
                continue;
            }
            trusted.extend(self.store().contact(ContactId(access.body.identity)).await?);
        }
        Ok(trusted)
    }
}

/// What a person may do in the mailbox of their own number.
fn own_right(person: &Person) -> Option<Right> {
    use Privilege::*;
    let any = |list: &[Privilege]| list.iter().any(|privilege| person.may(*privilege));
    if any(&[Citizen, LegalRepresentative, Curator, Liquidator, ExecutorOfEstate]) {
        Some(Right::Own)
    } else if any(&[MessageWrite, FullPowerOfAttorney]) {
        Some(Right::Write)
    } else if any(&[MessageBasic]) {
        Some(Right::Read)
    } else {
        None
    }
}

/// The change that notes that somebody has looked at a mailbox.
fn visited(open: &OpenMailbox, now: Timestamp) -> Op {
    let record = Record {
        kind: RecordKind::MailboxVisit,
        id: open.id(),
        owner: open.id(),
        name: String::new(),
        version: 1,
        created_at: now,
        updated_at: now,
        body: "{}".to_owned(),
        contents: Vec::new(),
    };
    Op::PutRecord(Box::new(record), Expect::Anything)
}

/// `transactionId`: another with each change of what has this id.
pub(super) fn transaction(id: Uuid, version: i64) -> String {
    named(id, &format!("version {version}")).to_string()
}

/// As the official API spells times.
pub(super) fn time(at: Timestamp) -> String {
    crate::exchange::receipts::time_stamp(at)
}

pub(super) fn id_type(party: PartyId) -> wire::IdType {
    match party {
        PartyId::Cpr(_) => wire::IdType::Cpr,
        PartyId::Cvr(_) => wire::IdType::Cvr,
    }
}
