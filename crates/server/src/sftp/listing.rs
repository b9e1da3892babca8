//! What stands in a folder, a page at a time, and what is known of one file.

use brevdue_exchange::files::FileFolder;
use brevdue_exchange::{ReceiptId, SystemId};
use brevdue_memo::Timestamp;
use brevdue_wire::{PageRequest, Receipt};
use russh_sftp::protocol::{File, FileAttributes};
use uuid::Uuid;

use super::path::Place;
use super::refused::Refused;
use super::session::SftpSession;

/// Names in one answer.
const PAGE: u64 = 100;

/// A folder being listed.
pub(super) struct Listing {
    place: Place,
    page: Option<u64>,
}

impl Listing {
    pub(super) fn of(place: Place) -> Self {
        Self { place, page: None }
    }
}

impl SftpSession {
    /// The next names of a folder; the end is a refusal.
    pub(super) async fn next_names(&mut self, listing: &mut Listing) -> Result<Vec<File>, Refused> {
        let Some(page) = listing.page else {
            listing.page = Some(0);
            let mut names = vec![File::new(".", folder()), File::new("..", folder())];
            names.extend(listing.place.folders().map(|(name, _)| File::new(name, folder())));
            return Ok(names);
        };
        if page * PAGE >= self.door.settings.listed_files {
            return Err(Refused::end());
        }
        listing.page = Some(page + 1);
        let request = PageRequest { page, size: PAGE };
        let names = match listing.place {
            Place::Download => self.memos(request).await?,
            Place::Business => self.receipts(request).await?,
            place => match self.kept_in(place) {
                Some((system, folder)) => self.kept(system, folder, request).await?,
                None => Vec::new(),
            },
        };
        if names.is_empty() { Err(Refused::end()) } else { Ok(names) }
    }

    async fn memos(&mut self, page: PageRequest) -> Result<Vec<File>, Refused> {
        let mut names = Vec::new();
        for memo in self.door.exchange.memo_files(&self.caller, page).await?.items {
            let bytes = self.door.exchange.memo_bytes(memo.memo).await?.unwrap_or_default();
            let name = format!("{}.xml", memo.message_uuid);
            names.push(File::new(name, file(bytes, memo.queued_at)));
        }
        Ok(names)
    }

    async fn receipts(&mut self, page: PageRequest) -> Result<Vec<File>, Refused> {
        let mut names = Vec::new();
        for one in self.door.exchange.receipt_files(&self.caller, page).await?.items {
            let bytes = text(&one.receipt).len() as u64;
            names.push(File::new(one.name.clone(), file(bytes, one.created_at)));
            self.receipts.insert(one.name, one.id);
        }
        Ok(names)
    }

    async fn kept(
        &mut self,
        system: SystemId,
        folder: FileFolder,
        page: PageRequest,
    ) -> Result<Vec<File>, Refused> {
        if folder == FileFolder::List && page.page == 0 {
            self.make_list().await?;
        }
        let files = self.door.exchange.files(system, folder, page).await?.items;
        let names = files.into_iter();
        Ok(names
            .map(|one| File::new(one.name, file(one.content.length_bytes, one.kept_at)))
            .collect())
    }

    /// Whose files stand there, and in which folder they are kept.
    pub(super) fn kept_in(&self, place: Place) -> Option<(SystemId, FileFolder)> {
        let own = self.caller.system.id;
        match place {
            Place::Upload => Some((own, FileFolder::Upload)),
            Place::Answers => Some((own, FileFolder::Answers)),
            Place::Technical => Some((own, FileFolder::Technical)),
            Place::Rejected => Some((own, FileFolder::Rejected)),
            Place::List if self.caller.system.sends => {
                Some((SystemId(Uuid::nil()), FileFolder::List))
            }
            _ => None,
        }
    }

    /// The receipt of this name, as long as it waits for the caller.
    pub(super) async fn receipt_named(&mut self, name: &str) -> Result<ReceiptId, Refused> {
        let mut pages = 0..self.door.settings.listed_files / PAGE;
        while !self.receipts.contains_key(name) {
            let Some(page) = pages.next() else { return Err(Refused::no_such_file()) };
            if self.receipts(PageRequest { page, size: PAGE }).await?.is_empty() {
                return Err(Refused::no_such_file());
            }
        }
        self.receipts.get(name).copied().ok_or_else(Refused::no_such_file)
    }

    /// Makes today's list of who is registered, if it is not there.
    pub(super) async fn make_list(&mut self) -> Result<(), Refused> {
        let exchange = self.door.exchange.clone();
        // One at a time: it may be long.
        let _turn = self.door.list.lock().await;
        let runtime = tokio::runtime::Handle::current();
        let made = crate::content::blocking(move || runtime.block_on(exchange.registration_list()));
        made.await
            .map_err(|_| Refused::failure("the list could not be made; try again later"))??;
        Ok(())
    }
}

/// A receipt as its file says it.
pub(super) fn text(receipt: &Receipt) -> Vec<u8> {
    serde_json::to_vec_pretty(receipt).expect("a receipt is text, ids and flags")
}

/// What is told of a folder.
pub(super) fn folder() -> FileAttributes {
    FileAttributes { size: Some(0), permissions: Some(0o040_755), ..FileAttributes::empty() }
}

/// What is told of a file.
pub(super) fn file(bytes: u64, at: Timestamp) -> FileAttributes {
    let seconds = u32::try_from(at.as_millis() / 1000).unwrap_or_default();
    FileAttributes {
        size: Some(bytes),
        permissions: Some(0o100_644),
        atime: Some(seconds),
        mtime: Some(seconds),
        ..FileAttributes::empty()
    }
}
