//! Folders: four that every mailbox has, and a tree of the owner's own.

use std::collections::{HashMap, HashSet};

use brevdue_wire::mailbox as wire;
use brevdue_wire::{Found, PageRequest, Search};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::listing::not_searched;
use super::opening::{OpenMailbox, Right, id_type, time, transaction};
use super::{MailboxError, limits, must_be, text};
use crate::ids::named;
use crate::storage::RecordKind;
use crate::{
    Batch, ContactId, EventTag, Exchange, Folder, FolderCount, Kept, Resource, StorageError,
};

/// A folder of an owner's own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnFolder {
    name: String,
    parent: Option<Uuid>,
}

impl Resource for OwnFolder {
    const KIND: RecordKind = RecordKind::Folder;
}

const FIXED: [wire::FolderType; 4] = [
    wire::FolderType::Inbox,
    wire::FolderType::Drafts,
    wire::FolderType::Sent,
    wire::FolderType::Deleted,
];

fn word(kind: wire::FolderType) -> &'static str {
    match kind {
        wire::FolderType::Inbox => "INBOX",
        wire::FolderType::Drafts => "DRAFTS",
        wire::FolderType::Sent => "SENT",
        wire::FolderType::Deleted => "DELETED",
        wire::FolderType::UserDefined => "USER_DEFINED",
    }
}

/// The id of a folder that every mailbox has.
pub(super) fn fixed_id(mailbox: Uuid, kind: wire::FolderType) -> Uuid {
    named(mailbox, word(kind))
}

/// The id that a reading client knows a folder by.
pub(super) fn folder_id(owner: ContactId, folder: Folder) -> Uuid {
    match folder {
        Folder::Inbox => fixed_id(owner.0, wire::FolderType::Inbox),
        Folder::Sent => fixed_id(owner.0, wire::FolderType::Sent),
        Folder::Deleted => fixed_id(owner.0, wire::FolderType::Deleted),
        Folder::Own(id) => id,
    }
}

/// A folder that a reading client named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Named {
    /// `DRAFTS`.
    Drafts,
    /// One that messages are in.
    Folder(Folder),
}

fn fixed(mailbox: Uuid, kind: wire::FolderType) -> wire::Folder {
    wire::Folder {
        id: Some(fixed_id(mailbox, kind)),
        version: Some(1),
        transaction_id: Some(transaction(fixed_id(mailbox, kind), 1)),
        mailbox_id: Some(mailbox),
        folder_type: Some(kind),
        name: Some(word(kind).to_owned()),
        ..wire::Folder::default()
    }
}

fn shown(kept: &Kept<OwnFolder>) -> wire::Folder {
    wire::Folder {
        id: Some(kept.id),
        version: Some(kept.version),
        transaction_id: Some(transaction(kept.id, kept.version)),
        created_date_time: Some(time(kept.created_at)),
        last_updated: Some(time(kept.updated_at)),
        mailbox_id: Some(kept.owner),
        parent_folder_id: kept.body.parent,
        folder_type: Some(wire::FolderType::UserDefined),
        name: Some(kept.body.name.clone()),
    }
}

const NEITHER: MailboxError = MailboxError::Stands {
    code: "folder.fixed",
    message: "INBOX, DRAFTS, SENT and DELETED cannot be changed or deleted",
};

impl Exchange {
    /// The folders of a mailbox, the fixed ones first.
    ///
    /// # Errors
    ///
    /// See [`MailboxError`].
    pub async fn folders(&self, open: &OpenMailbox) -> Result<Vec<wire::Folder>, StorageError> {
        let own = self.own_folders(open.id()).await?;
        let fixed = FIXED.into_iter().map(|kind| fixed(open.id(), kind));
        Ok(fixed.chain(own.iter().map(shown)).collect())
    }

    /// Searches the folders of a mailbox.
    ///
    /// # Errors
    ///
    /// See [`MailboxError`].
    pub async fn list_folders(
        &self,
        open: &OpenMailbox,
        search: &Search,
    ) -> Result<Found, MailboxError> {
        search.run(&self.folders(open).await?).map_err(not_searched)
    }

    /// A folder.
    ///
    /// # Errors
    ///
    /// [`MailboxError::NotThere`].
    pub async fn folder(&self, open: &OpenMailbox, id: Uuid) -> Result<wire::Folder, MailboxError> {
        if let Some(kind) = FIXED.into_iter().find(|kind| fixed_id(open.id(), *kind) == id) {
            return Ok(fixed(open.id(), kind));
        }
        Ok(shown(&self.own_folder(open, id).await?))
    }

    /// Makes a folder.
    ///
    /// # Errors
    ///
    /// See [`MailboxError`].
    pub async fn add_folder(
        &self,
        open: &OpenMailbox,
        wanted: &wire::Folder,
    ) -> Result<wire::Folder, MailboxError> {
        open.must(Right::Write)?;
        let there = self.own_folders(open.id()).await?;
        if there.len() >= limits::FOLDERS {
            return Err(MailboxError::Stands {
                code: "folders.exceeded",
                message: "the mailbox has as many folders as it may have; delete one first",
            });
        }
        let id = self.ids().random();
        let body = placed(id, wanted, &there)?;
        let now = self.clock().now();
        let kept = Kept::new(id, open.id(), now, body);
        let event = self.event_in(open, EventTag::FolderCreated, now);
        self.store().commit(Batch { ops: vec![kept.add()?, event.into_op()] }).await?;
        Ok(shown(&kept))
    }

    /// Renames a folder, or puts it into another.
    ///
    /// # Errors
    ///
    /// See [`MailboxError`].
    pub async fn change_folder(
        &self,
        open: &OpenMailbox,
        id: Uuid,
        version: i64,
        wanted: &wire::Folder,
    ) -> Result<wire::Folder, MailboxError> {
        open.must(Right::Write)?;
        if FIXED.into_iter().any(|kind| fixed_id(open.id(), kind) == id) {
            return Err(NEITHER);
        }
        let mut kept = self.own_folder(open, id).await?;
        must_be(version, kept.version)?;
        let there = self.own_folders(open.id()).await?;
        let body = placed(id, wanted, &there)?;
        let now = self.clock().now();
        let mut ops = Vec::new();
        if body.name != kept.body.name {
            ops.push(self.event_in(open, EventTag::FolderUpdated, now).into_op());
        }
        if body.parent != kept.body.parent {
            ops.push(self.event_in(open, EventTag::FolderMoved, now).into_op());
        }
        kept.body = body;
        let (kept, op) = kept.change(now)?;
        ops.push(op);
        self.store().commit(Batch { ops }).await?;
        Ok(shown(&kept))
    }

    /// Deletes a folder with nothing in it.
    ///
    /// # Errors
    ///
    /// See [`MailboxError`].
    pub async fn remove_folder(
        &self,
        open: &OpenMailbox,
        id: Uuid,
        version: i64,
    ) -> Result<(), MailboxError> {
        open.must(Right::Write)?;
        if FIXED.into_iter().any(|kind| fixed_id(open.id(), kind) == id) {
            return Err(NEITHER);
        }
        let kept = self.own_folder(open, id).await?;
        must_be(version, kept.version)?;
        let counts = self.store().mailbox_counts(open.owner()).await?;
        let is_parent =
            self.own_folders(open.id()).await?.iter().any(|other| other.body.parent == Some(id));
        if is_parent || counts.iter().any(|count| count.folder == Folder::Own(id)) {
            return Err(MailboxError::Stands {
                code: "folder.not.empty",
                message: "the folder holds messages or folders; move or delete them first",
            });
        }
        let event = self.event_in(open, EventTag::FolderDeleted, self.clock().now());
        self.store().commit(Batch { ops: vec![kept.remove(), event.into_op()] }).await?;
        Ok(())
    }

    /// How much is in each folder.
    ///
    /// # Errors
    ///
    /// When the store fails.
    pub async fn folder_summary(
        &self,
        open: &OpenMailbox,
    ) -> Result<wire::FolderMessageSummaryResult, MailboxError> {
        let counts = self.store().mailbox_counts(open.owner()).await?;
        let by_id: HashMap<Uuid, FolderCount> =
            counts.into_iter().map(|c| (folder_id(open.owner(), c.folder), c)).collect();
        let drafts = self.newest_drafts(open.id()).await?;
        let summaries = self.folders(open).await?.into_iter().map(|folder| {
            let label = folder.name.clone();
            let message_count = match folder.folder_type {
                Some(wire::FolderType::Drafts) => wire::MessageCount {
                    label,
                    unread_messages: Some(0),
                    total_messages: Some(drafts.len() as u64),
                    latest_message_from: drafts.first().map(|draft| time(draft.updated_at)),
                },
                _ => {
                    let count = folder.id.and_then(|id| by_id.get(&id));
                    wire::MessageCount {
                        label,
                        unread_messages: Some(count.map_or(0, |count| count.unread)),
                        total_messages: Some(count.map_or(0, |count| count.total)),
                        latest_message_from: count.map(|count| time(count.latest)),
                    }
                }
            };
            let (folder, message_count) = (Some(folder), Some(message_count));
            wire::FolderMessageSummary { folder, message_count }
        });
        let folder_message_summaries = Some(summaries.collect());
        Ok(wire::FolderMessageSummaryResult { folder_message_summaries })
    }

    /// Who has written to a mailbox, the one with the newest message first; of the newest 10,000.
    ///
    /// # Errors
    ///
    /// When the store fails.
    pub async fn sender_information(
        &self,
        open: &OpenMailbox,
    ) -> Result<wire::SenderInformationResult, MailboxError> {
        let size = brevdue_wire::search::EXAMINED_LIMIT as u64;
        let page = PageRequest { page: 0, size };
        let lines = self.store().mailbox_lines(open.owner(), None, page).await?.items;
        let mut order = Vec::new();
        let mut senders: HashMap<_, (u64, u64, String, _)> = HashMap::new();
        for line in lines.iter().filter(|line| line.entry.folder != Folder::Sent) {
            let Some(outline) = &line.outline else { continue };
            let sender = senders.entry(outline.sender).or_insert_with(|| {
                order.push(outline.sender);
                (0, 0, outline.sender_label.clone(), line.entry.arrived_at)
            });
            sender.0 += u64::from(line.entry.read_at.is_none());
            sender.1 += 1;
        }
        let mut information = Vec::new();
        for party in order {
            let Some((unread, total, label, latest)) = senders.remove(&party) else { continue };
            let organisation = match party {
                brevdue_memo::PartyId::Cpr(_) => None,
                brevdue_memo::PartyId::Cvr(cvr) => self.store().organisation_by_cvr(cvr).await?,
            };
            information.push(wire::SenderInformation {
                sender_id: Some(party.digits().to_owned()),
                sender_id_type: Some(id_type(party)),
                message_count_list: Some(vec![wire::MessageCount {
                    label: Some(label),
                    unread_messages: Some(unread),
                    total_messages: Some(total),
                    latest_message_from: Some(time(latest)),
                }]),
                organisation_id: organisation.map(|organisation| organisation.id.0),
            });
        }
        Ok(wire::SenderInformationResult { sender_information: Some(information) })
    }

    /// The folder of an id.
    pub(super) async fn named_folder(
        &self,
        open: &OpenMailbox,
        id: Uuid,
    ) -> Result<Option<Named>, StorageError> {
        if id == fixed_id(open.id(), wire::FolderType::Drafts) {
            return Ok(Some(Named::Drafts));
        }
        let fixed = [Folder::Inbox, Folder::Sent, Folder::Deleted];
        if let Some(folder) = fixed.into_iter().find(|f| folder_id(open.owner(), *f) == id) {
            return Ok(Some(Named::Folder(folder)));
        }
        let own = self.kept::<OwnFolder>(id).await?.filter(|own| own.owner == open.id());
        Ok(own.map(|own| Named::Folder(Folder::Own(own.id))))
    }

    async fn own_folder(
        &self,
        open: &OpenMailbox,
        id: Uuid,
    ) -> Result<Kept<OwnFolder>, MailboxError> {
        let kept = self.kept::<OwnFolder>(id).await?.filter(|kept| kept.owner == open.id());
        kept.ok_or(MailboxError::NotThere("folder"))
    }

    async fn own_folders(&self, mailbox: Uuid) -> Result<Vec<Kept<OwnFolder>>, StorageError> {
        Ok(self.kept_all::<OwnFolder>(Some(mailbox), limits::FOLDERS).await?.items)
    }
}

/// A folder with a name that no other beside it has, in a place that is there and not inside itself.
fn placed(
    id: Uuid,
    wanted: &wire::Folder,
    there: &[Kept<OwnFolder>],
) -> Result<OwnFolder, MailboxError> {
    let kind = wanted.folder_type.unwrap_or(wire::FolderType::UserDefined);
    if kind != wire::FolderType::UserDefined {
        let message = "folders that are made are USER_DEFINED; every mailbox has the others";
        return Err(MailboxError::field("Folder", "folderType", message));
    }
    let name = text("Folder", "name", wanted.name.as_deref().unwrap_or_default(), limits::TEXT)?;
    let parent = wanted.parent_folder_id;
    let mut above = HashSet::from([id]);
    let mut next = parent;
    while let Some(folder) = next {
        let Some(found) = there.iter().find(|other| other.id == folder) else {
            let message = "parentFolderId names no folder of the owner's own in this mailbox";
            return Err(MailboxError::field("Folder", "parentFolderId", message));
        };
        if !above.insert(folder) || above.len() > limits::FOLDER_DEPTH {
            let limit = limits::FOLDER_DEPTH;
            let message =
                format!("a folder lies in no folder of its own, and at most {limit} deep");
            return Err(MailboxError::field("Folder", "parentFolderId", message));
        }
        next = found.body.parent;
    }
    let is_taken = there
        .iter()
        .any(|other| other.id != id && other.body.parent == parent && other.body.name == name);
    if is_taken {
        return Err(MailboxError::Stands {
            code: "folder.name.taken",
            message: "there is a folder of this name in the same place; take another name",
        });
    }
    Ok(OwnFolder { name, parent })
}
