//! One SFTP session: what each request means for the folders of one system.

use std::collections::HashMap;
use std::net::IpAddr;

use brevdue_exchange::ReceiptId;
use brevdue_exchange::authenticate::Caller;
use brevdue_exchange::files::{FileFolder, KeptFile};
use brevdue_exchange::receipts::Take;
use russh_sftp::protocol::{Attrs, Data, File, FileAttributes, Handle, Name, OpenFlags, Packet};
use uuid::Uuid;

use super::Door;
use super::listing::{self, Listing};
use super::path::{NoPath, Path, Place};
use super::reading::Reading;
use super::refused::Refused;
use super::writing::Writing;

pub(super) struct SftpSession {
    pub(super) door: Door,
    pub(super) caller: Caller,
    signed_in: SignedIn,
    open: HashMap<String, Open>,
    opened: u64,
    /// Receipts by the names they were listed under.
    pub(super) receipts: HashMap<String, ReceiptId>,
}

/// By what a system was let in.
#[derive(Debug, Clone)]
pub(super) struct SignedIn {
    pub(super) user: String,
    pub(super) key: String,
    pub(super) address: IpAddr,
}

/// What a handle stands for.
enum Open {
    Folder(Listing),
    Read(Reading),
    Write(Box<Writing>),
}

impl SftpSession {
    pub(super) fn new(door: Door, caller: Caller, signed_in: SignedIn) -> Self {
        let (open, receipts) = (HashMap::new(), HashMap::new());
        Self { door, caller, signed_in, open, opened: 0, receipts }
    }

    pub(super) async fn open(
        &mut self,
        id: u32,
        path: &str,
        flags: OpenFlags,
    ) -> Result<Packet, Refused> {
        self.must_have_room()?;
        self.must_still_be_let_in().await?;
        let (place, name) = file_of(path)?;
        let open = if flags.contains(OpenFlags::WRITE) {
            Open::Write(Box::new(self.begin(place, name, flags).await?))
        } else {
            Open::Read(self.read_from(place, &name).await?)
        };
        Ok(self.handle(id, open))
    }

    async fn begin(
        &mut self,
        place: Place,
        name: String,
        flags: OpenFlags,
    ) -> Result<Writing, Refused> {
        let folder = match place {
            Place::Upload => {
                self.caller.must_send()?;
                FileFolder::Upload
            }
            Place::Answers => {
                self.caller.must_receive()?;
                FileFolder::Answers
            }
            _ => {
                return Err(Refused::denied(
                    "files are written to /memo/upload and /receipts/upload",
                ));
            }
        };
        if flags.contains(OpenFlags::APPEND) {
            return Err(Refused::unsupported("nothing is added to a file; send it whole"));
        }
        let system = self.caller.system.id;
        if flags.contains(OpenFlags::EXCLUDE)
            && self.door.exchange.file(system, folder, &name).await?.is_some()
        {
            return Err(Refused::failure("a file of this name is there already"));
        }
        let Some(writing) = self.door.writing.take(system) else {
            return Err(Refused::failure(
                "too many files are being written at once; close some and try again",
            ));
        };
        Writing::begin(&self.door.exchange, system, folder, name, writing).await
    }

    async fn read_from(&mut self, place: Place, name: &str) -> Result<Reading, Refused> {
        let exchange = self.door.exchange.clone();
        match place {
            Place::Download => {
                let content = exchange.fetch_memo_file(&self.caller, message_uuid(name)?).await?;
                Reading::of_content(exchange.store(), &content).await
            }
            Place::Business => {
                let id = self.receipt_named(name).await?;
                let found = exchange.take_receipt(&self.caller, id, Take::Keep).await?;
                Ok(Reading::of_bytes(listing::text(&found.receipt).into()))
            }
            _ => {
                let kept = self.kept_file(place, name).await?;
                Reading::of_content(exchange.store(), &kept.content).await
            }
        }
    }

    pub(super) async fn close(&mut self, handle: &str) -> Result<(), Refused> {
        match self.open.remove(handle) {
            None => Err(Refused::no_such_handle()),
            Some(Open::Write(writing)) => {
                let seconds = self.door.settings.stable_seconds;
                let kept = writing.close(&self.door.exchange, seconds).await?;
                self.door.takings.add(&kept);
                Ok(())
            }
            Some(_) => Ok(()),
        }
    }

    pub(super) async fn read(
        &mut self,
        id: u32,
        handle: &str,
        offset: u64,
        length: u32,
    ) -> Result<Packet, Refused> {
        let most = length.min(self.door.settings.read_bytes) as usize;
        match self.open.get_mut(handle) {
            Some(Open::Read(reading)) => {
                Ok(Packet::Data(Data { id, data: reading.read(offset, most).await? }))
            }
            _ => Err(Refused::no_such_handle()),
        }
    }

    pub(super) async fn write(
        &mut self,
        handle: &str,
        offset: u64,
        data: &[u8],
    ) -> Result<(), Refused> {
        match self.open.get_mut(handle) {
            Some(Open::Write(writing)) => writing.write(offset, data).await,
            _ => Err(Refused::no_such_handle()),
        }
    }

    pub(super) async fn stat(&mut self, id: u32, path: &str) -> Result<Packet, Refused> {
        let attrs = match Path::parse(path).map_err(no_path)? {
            Path::Folder(_) => listing::folder(),
            Path::File(place, name) => self.attributes(place, &name).await?,
        };
        Ok(Packet::Attrs(Attrs { id, attrs }))
    }

    async fn attributes(&mut self, place: Place, name: &str) -> Result<FileAttributes, Refused> {
        let exchange = self.door.exchange.clone();
        match place {
            Place::Download => {
                let found = exchange.memo_file(&self.caller, message_uuid(name)?).await?;
                let (bytes, at) = found.ok_or_else(Refused::no_such_file)?;
                Ok(listing::file(bytes, at))
            }
            Place::Business => {
                let id = self.receipt_named(name).await?;
                let found = exchange.take_receipt(&self.caller, id, Take::Keep).await?;
                let bytes = listing::text(&found.receipt).len() as u64;
                Ok(FileAttributes {
                    size: Some(bytes),
                    permissions: Some(0o100_644),
                    ..FileAttributes::empty()
                })
            }
            _ => {
                let kept = self.kept_file(place, name).await?;
                Ok(listing::file(kept.content.length_bytes, kept.kept_at))
            }
        }
    }

    pub(super) fn fstat(&self, id: u32, handle: &str) -> Result<Packet, Refused> {
        let bytes = match self.open.get(handle) {
            Some(Open::Read(reading)) => reading.length(),
            Some(Open::Write(writing)) => writing.come(),
            Some(Open::Folder(_)) => {
                return Ok(Packet::Attrs(Attrs { id, attrs: listing::folder() }));
            }
            None => return Err(Refused::no_such_handle()),
        };
        let attrs = listing::file(bytes, self.door.exchange.clock().now());
        Ok(Packet::Attrs(Attrs { id, attrs }))
    }

    /// Times and rights are ours to set: asking for others is answered as if it were done, because
    /// programs that copy files ask so by themselves.
    pub(super) async fn set_stat(&mut self, path: &str) -> Result<(), Refused> {
        match Path::parse(path).map_err(no_path)? {
            Path::Folder(_) => Ok(()),
            Path::File(place, name) => self.attributes(place, &name).await.map(drop),
        }
    }

    pub(super) fn set_fstat(&self, handle: &str, attrs: &FileAttributes) -> Result<(), Refused> {
        match (self.open.get(handle), attrs.size) {
            (None, _) => Err(Refused::no_such_handle()),
            (Some(Open::Write(writing)), Some(bytes)) if bytes != writing.come() => {
                Err(Refused::unsupported("a file is as long as what was written to it"))
            }
            _ => Ok(()),
        }
    }

    pub(super) async fn open_folder(&mut self, id: u32, path: &str) -> Result<Packet, Refused> {
        self.must_have_room()?;
        self.must_still_be_let_in().await?;
        match Path::parse(path).map_err(no_path)? {
            Path::Folder(place) => Ok(self.handle(id, Open::Folder(Listing::of(place)))),
            Path::File(..) => Err(Refused::no_such_file()),
        }
    }

    pub(super) async fn read_folder(&mut self, id: u32, handle: &str) -> Result<Packet, Refused> {
        let Some(Open::Folder(mut listing)) = self.open.remove(handle) else {
            return Err(Refused::no_such_handle());
        };
        let files = self.next_names(&mut listing).await;
        self.open.insert(handle.to_owned(), Open::Folder(listing));
        Ok(Packet::Name(Name { id, files: files? }))
    }

    pub(super) async fn remove(&mut self, path: &str) -> Result<(), Refused> {
        self.must_still_be_let_in().await?;
        let exchange = self.door.exchange.clone();
        let (place, name) = file_of(path)?;
        match place {
            Place::Download => {
                self.caller.must_receive()?;
                Ok(exchange.remove_memo(&self.caller, message_uuid(&name)?).await?)
            }
            Place::Business => {
                let id = self.receipt_named(&name).await?;
                exchange.remove_receipt(&self.caller, id).await?;
                self.receipts.remove(&name);
                Ok(())
            }
            Place::List => Err(Refused::denied("the list is everybody's")),
            _ => {
                let kept = self.kept_file(place, &name).await?;
                self.must_be_open_to_change(&kept)?;
                Ok(exchange.remove_file(&kept).await?)
            }
        }
    }

    pub(super) async fn rename(&mut self, from: &str, to: &str) -> Result<(), Refused> {
        self.must_still_be_let_in().await?;
        let ((place, name), (new_place, new_name)) = (file_of(from)?, file_of(to)?);
        if place != new_place || !place.takes_files() {
            return Err(Refused::denied(
                "a file gets another name in the folder it was written to",
            ));
        }
        let kept = self.kept_file(place, &name).await?;
        self.must_be_open_to_change(&kept)?;
        let renamed = self.door.exchange.rename_file(&kept, &new_name).await?;
        self.door.takings.add(&renamed);
        Ok(())
    }

    pub(super) fn real_path(&self, id: u32, path: &str) -> Result<Packet, Refused> {
        let path = Path::canonical(path).ok_or_else(|| no_path(NoPath::Refused))?;
        Ok(Packet::Name(Name { id, files: vec![File::dummy(path)] }))
    }

    async fn kept_file(&mut self, place: Place, name: &str) -> Result<KeptFile, Refused> {
        let (system, folder) = self.kept_in(place).ok_or_else(Refused::no_such_file)?;
        if folder == FileFolder::List {
            self.make_list().await?;
        }
        let found = self.door.exchange.file(system, folder, name).await?;
        found.ok_or_else(Refused::no_such_file)
    }

    /// What is being taken in is gone for its writer.
    fn must_be_open_to_change(&self, file: &KeptFile) -> Result<(), Refused> {
        let now = self.door.exchange.clock().now();
        if file.is_open_to_change(now) { Ok(()) } else { Err(Refused::no_such_file()) }
    }

    fn must_have_room(&self) -> Result<(), Refused> {
        if self.open.len() < self.door.settings.handles {
            return Ok(());
        }
        Err(Refused::failure("too many files are open in this session; close some"))
    }

    /// A session can last: the system may have been switched off meanwhile, or have another key.
    async fn must_still_be_let_in(&mut self) -> Result<(), Refused> {
        let SignedIn { user, key, address } = &self.signed_in;
        let caller = self.door.exchange.authenticate_key(user, key, *address).await?;
        if caller.system.id != self.caller.system.id {
            return Err(Refused::denied("the key is another system's now; sign in again"));
        }
        self.caller = caller;
        Ok(())
    }

    fn handle(&mut self, id: u32, open: Open) -> Packet {
        self.opened += 1;
        let handle = self.opened.to_string();
        self.open.insert(handle.clone(), open);
        Packet::Handle(Handle { id, handle })
    }
}

fn file_of(path: &str) -> Result<(Place, String), Refused> {
    match Path::parse(path).map_err(no_path)? {
        Path::File(place, name) => Ok((place, name)),
        Path::Folder(_) => Err(Refused::failure("it is a folder")),
    }
}

fn no_path(no: NoPath) -> Refused {
    match no {
        NoPath::Refused => Refused::denied(
            "a path has no .., no backslash, no hidden name and no control character in it, and a name \
             is 200 bytes at most",
        ),
        NoPath::Nothing => Refused::no_such_file(),
    }
}

/// The message a file is named by.
fn message_uuid(name: &str) -> Result<Uuid, Refused> {
    let stem = name.strip_suffix(".xml").ok_or_else(Refused::no_such_file)?;
    Uuid::try_parse(stem).map_err(|_| Refused::no_such_file())
}
