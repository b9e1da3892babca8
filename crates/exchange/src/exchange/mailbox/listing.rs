//! Messages of a mailbox: lists, and one with everything in it.

use brevdue_memo::Timestamp;
use brevdue_wire::mailbox as wire;
use brevdue_wire::search::EXAMINED_LIMIT;
use brevdue_wire::{Found, PageRequest, Search, SearchError};
use uuid::Uuid;

use super::MailboxError;
use super::drafts::Draft;
use super::folders::Named;
use super::opening::OpenMailbox;
use crate::{Exchange, Folder, Kept, MailboxLine, MailboxRow, MemoKey, StorageError};

/// What beside fields a reader asks for.
#[derive(Debug, Clone, Copy, Default)]
pub struct Wanted {
    /// In this folder.
    pub folder: Option<Uuid>,
    /// Dated at or after.
    pub date_from: Option<Timestamp>,
    /// Dated before or at.
    pub date_to: Option<Timestamp>,
    /// Arrived at or after.
    pub received_from: Option<Timestamp>,
    /// Arrived before or at.
    pub received_to: Option<Timestamp>,
}

/// A message, or one that is being written.
#[derive(Debug, Clone)]
pub(super) enum Entry {
    Letter(Box<MailboxRow>),
    Draft(Box<Kept<Draft>>),
}

impl Wanted {
    fn is_plain(&self) -> bool {
        let Self { folder: _, date_from, date_to, received_from, received_to } = self;
        date_from.is_none() && date_to.is_none() && received_from.is_none() && received_to.is_none()
    }

    fn holds(&self, line: &MailboxLine) -> bool {
        let within = |at: Timestamp, from: Option<Timestamp>, to: Option<Timestamp>| {
            from.is_none_or(|from| from <= at) && to.is_none_or(|to| at <= to)
        };
        within(line.received_at, self.date_from, self.date_to)
            && within(line.entry.arrived_at, self.received_from, self.received_to)
    }
}

pub(super) fn not_searched(error: SearchError) -> MailboxError {
    MailboxError::field("query", "query", error.message)
}

impl Exchange {
    /// Searches the messages of a mailbox, newest first. A page of a folder or of the whole mailbox reads
    /// no more than that page; any other search looks at the newest 10,000.
    ///
    /// # Errors
    ///
    /// See [`MailboxError`].
    pub async fn list_messages(
        &self,
        open: &OpenMailbox,
        wanted: &Wanted,
        search: &Search,
    ) -> Result<Found, MailboxError> {
        let folder = match wanted.folder {
            None => None,
            Some(id) => match self.named_folder(open, id).await? {
                Some(folder) => Some(folder),
                // Nothing is in a folder that is not there.
                None => return search.page_of::<wire::Message>(&[], 0).map_err(not_searched),
            },
        };
        let drafts = match folder {
            None | Some(Named::Drafts) if wanted.is_plain() => {
                self.newest_drafts(open.id()).await?
            }
            _ => Vec::new(),
        };
        let drafts = drafts.iter().map(|draft| self.show_draft(open, draft));
        let mut shown: Vec<wire::Message> = drafts.collect();
        if folder == Some(Named::Drafts) {
            return search.run(&shown).map_err(not_searched);
        }
        let folder = match folder {
            Some(Named::Folder(folder)) => Some(folder),
            _ => None,
        };
        if search.is_plain() && wanted.is_plain() {
            return self.list_plainly(open, folder, shown, search).await;
        }
        let page = PageRequest { page: 0, size: EXAMINED_LIMIT as u64 };
        let lines = self.store().mailbox_lines(open.owner(), folder, page).await?;
        let lines = lines.items.iter().filter(|line| wanted.holds(line));
        shown.extend(lines.map(|line| self.show_line(open, line)));
        search.run(&shown).map_err(not_searched)
    }

    /// A page as the list stands: first the drafts, then the letters.
    async fn list_plainly(
        &self,
        open: &OpenMailbox,
        folder: Option<Folder>,
        drafts: Vec<wire::Message>,
        search: &Search,
    ) -> Result<Found, MailboxError> {
        let first = usize::try_from(search.page.offset()).unwrap_or(usize::MAX);
        let size = usize::try_from(search.page.size).unwrap_or(usize::MAX);
        let before = drafts.len();
        let mut shown: Vec<_> = drafts.into_iter().skip(first).take(size).collect();
        let start = first.saturating_sub(before);
        let missing = size - shown.len();
        // The store cuts pages of one size, and drafts move their edges: at most two make one of ours.
        let size = search.page.size.max(1);
        let page = start as u64 / size;
        let skip = usize::try_from(start as u64 % size).unwrap_or(0);
        let mut lines =
            self.store().mailbox_lines(open.owner(), folder, PageRequest { page, size }).await?;
        if skip > 0 && missing > 0 {
            let next = PageRequest { page: page + 1, size };
            lines.items.extend(self.store().mailbox_lines(open.owner(), folder, next).await?.items);
        }
        let page = lines.items.iter().skip(skip).take(missing);
        shown.extend(page.map(|line| self.show_line(open, line)));
        search.page_of(&shown, lines.total + before as u64).map_err(not_searched)
    }

    /// A message with everything in it. Looking does not make it read: the reader says so.
    ///
    /// # Errors
    ///
    /// [`MailboxError::NotThere`].
    pub async fn message(
        &self,
        open: &OpenMailbox,
        id: Uuid,
    ) -> Result<wire::Message, MailboxError> {
        match self.entry(open, id).await? {
            Entry::Draft(draft) => Ok(self.show_draft(open, &draft)),
            Entry::Letter(row) => self.show_letter(open, &row),
        }
    }

    pub(super) async fn entry(&self, open: &OpenMailbox, id: Uuid) -> Result<Entry, MailboxError> {
        if let Some(row) = self.store().mailbox_entry(open.owner(), MemoKey(id)).await? {
            return Ok(Entry::Letter(Box::new(row)));
        }
        let draft = self.kept::<Draft>(id).await?.filter(|draft| draft.owner == open.id());
        draft.map(|draft| Entry::Draft(Box::new(draft))).ok_or(MailboxError::NotThere("message"))
    }

    pub(super) fn read_letter(
        &self,
        row: &MailboxRow,
    ) -> Result<brevdue_memo::Message, StorageError> {
        self.read(&row.memo)?.message.ok_or_else(|| {
            StorageError::Damaged("a message in a mailbox can no longer be read".into())
        })
    }
}
