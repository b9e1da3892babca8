//! Running the invented country by hand: waiting until its work is done, keeping it, replacing it.
//!
//! The store is replaced while nobody is inside: doors, workers and deliveries wait at their gates.
//! What is to come is made ready beside the store, and put in its place by renaming folders, so that a
//! crash leaves the old country or the new one; [`mend`] finishes at the next start.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock, PoisonError, RwLock};
use std::time::Duration;

use async_trait::async_trait;
use brevdue_exchange::clock::MovableClock;
use brevdue_exchange::local::live::{Live, What};
use brevdue_exchange::local::{Snapshot, Steering, SteeringError, Still};
use brevdue_exchange::{Batch, Clock as _, Exchange, MailSystem, Op, Store, SystemId};
use brevdue_memo::Timestamp;
use brevdue_programme::Programmes;
use brevdue_server::{Gate, Nudge};
use brevdue_store::{Embedded, ProgrammeFile, Replaceable};
use brevdue_wire::country::Country;
use serde::{Deserialize, Serialize};
use tokio::time::{sleep, timeout};

use crate::config::CountryChoice;
use crate::country::certificates::Authority;
use crate::country::ssh::SshKeys;
use crate::country::{Addresses, Definition, first_letters, first_programmes, published, settle};
use crate::folder::{Folder, write_each_start, write_private};
use crate::machine::{MachineClock, MachineIds};
use crate::serving::watching::Looking;

/// Snapshots kept at once.
const SNAPSHOTS: usize = 20;
/// How long requests and work may take to end before nothing is replaced.
const PATIENCE: Duration = Duration::from_secs(30);
/// How long it is waited for work to end, each time it is asked whether it has.
const REST: Duration = Duration::from_millis(100);
/// Pauses while the last reads of the old store end.
const PAUSE: Duration = Duration::from_millis(5);
const PAUSES: u32 = 2000;
/// Seconds that content may wait for its row, as when sweeping by the hour.
const GRACE_SECONDS: i64 = 3600;

/// The country as it is told, and where.
pub(super) struct Published {
    doors: Addresses,
    country: RwLock<Arc<Country>>,
}

impl Published {
    pub(super) fn new(country: Arc<Country>, doors: Addresses) -> Self {
        Self { doors, country: RwLock::new(country) }
    }

    pub(super) fn country(&self) -> Arc<Country> {
        Arc::clone(&self.country.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn put(&self, country: Country) {
        *self.country.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(country);
    }
}

/// Runs the country.
pub(super) struct Steer {
    pub(super) nudge: Nudge,
    /// Where requests are while they are answered.
    pub(super) doors: Gate,
    pub(super) store: Arc<Replaceable>,
    pub(super) clock: Arc<MovableClock>,
    pub(super) live: Arc<Live>,
    pub(super) folder: Folder,
    pub(super) definition: Arc<Definition>,
    pub(super) choice: CountryChoice,
    pub(super) programme_file: ProgrammeFile,
    pub(super) programmes: Programmes,
    /// Set once they are there: they are made with this.
    pub(super) exchange: OnceLock<Exchange>,
    pub(super) published: OnceLock<Arc<Published>>,
    pub(super) look: OnceLock<Looking>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct ClockFile {
    ahead_millis: i64,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct SnapshotFile {
    taken_at_millis: i64,
}

/// Writes `country.json`, for programs that read files; on a full disk perhaps not.
pub(super) fn write_country(folder: &Folder, country: &Country) -> io::Result<()> {
    write_each_start(&folder.country(), serde_json::to_string_pretty(country)?.as_bytes())
}

/// How far the clock of a data folder is ahead.
pub(crate) fn kept_clock(folder: &Folder) -> i64 {
    let bytes = fs::read(folder.root().join("clock.json"));
    bytes
        .ok()
        .and_then(|b| serde_json::from_slice::<ClockFile>(&b).ok())
        .map_or(0, |c| c.ahead_millis)
}

/// Finishes what a crash left half done. Before the store is opened.
pub(super) fn mend(data: &Path) -> io::Result<()> {
    let (store, before) = (data.join("store"), data.join("store.before"));
    if before.exists() {
        if store.join("brevdue.sqlite").exists() {
            fs::remove_dir_all(&before)?;
        } else {
            if store.exists() {
                fs::remove_dir_all(&store)?;
            }
            fs::rename(&before, &store)?;
        }
    }
    for left in ["store.next", "print.before"] {
        let left = data.join(left);
        if left.exists() {
            fs::remove_dir_all(left)?;
        }
    }
    Ok(())
}

fn failed(error: impl std::error::Error + Send + Sync + 'static) -> SteeringError {
    SteeringError::Failed(Box::new(error))
}

impl Steer {
    fn at(&self, name: &str) -> PathBuf {
        self.folder.root().join(name)
    }

    fn keep_clock(&self) -> io::Result<()> {
        let file = ClockFile { ahead_millis: self.clock.ahead_millis() };
        write_private(&self.at("clock.json"), &serde_json::to_vec(&file)?)
    }

    /// Nobody inside, from now until the answer is dropped.
    async fn alone(&self) -> Result<impl Drop + use<>, SteeringError> {
        let both = async {
            let doors = self.doors.alone().await;
            self.nudge.ring();
            (doors, self.nudge.gate().alone().await)
        };
        let guards = timeout(PATIENCE, both).await.map_err(|_| SteeringError::Busy)?;
        Ok(Alone { _guards: guards })
    }

    /// Takes the store away and closes it.
    async fn close(&self) -> Result<(), SteeringError> {
        let Some(store) = self.store.take() else { return Err(SteeringError::Busy) };
        for _ in 0..PAUSES {
            if Arc::strong_count(&store) == 1 {
                let closed = tokio::task::spawn_blocking(move || drop(store)).await;
                return closed.map_err(failed);
            }
            // Whoever sleeps until work comes has the store in hand.
            self.nudge.ring();
            sleep(PAUSE).await;
        }
        self.store.put(store);
        Err(SteeringError::Busy)
    }

    /// Opens what stands in the store's place.
    async fn reopen(&self) -> Result<Arc<Embedded>, SteeringError> {
        let folder = self.folder.store();
        let opened = tokio::task::spawn_blocking(move || Embedded::open(folder)).await;
        let store = Arc::new(opened.map_err(failed)?.map_err(failed)?);
        self.store.put(Arc::clone(&store));
        self.nudge.ring();
        Ok(store)
    }

    /// Puts the folder `store.next` in the store's place. When it cannot be opened and settled, the
    /// old one comes back.
    async fn install(&self, systems: &[MailSystem]) -> Result<(), SteeringError> {
        let (store, before, next) =
            (self.folder.store(), self.at("store.before"), self.at("store.next"));
        fs::rename(&store, &before).map_err(failed)?;
        let installed = async {
            fs::rename(&next, &store).map_err(failed)?;
            let opened = self.reopen().await?;
            self.people(&*opened, systems).await
        };
        let outcome = installed.await;
        if outcome.is_err() {
            // Absent when it could not even be opened.
            let _ = self.close().await;
            if store.exists() {
                fs::remove_dir_all(&store).map_err(failed)?;
            }
            fs::rename(&before, &store).map_err(failed)?;
            self.reopen().await?;
            return outcome;
        }
        fs::remove_dir_all(&before).map_err(failed)
    }

    /// Puts the letters on paper that belong to the new store where the print supplier looks. A crash in
    /// between leaves fewer of them: what was handed over is the store's to say.
    fn replace_print(&self, from: Option<&Path>) -> io::Result<()> {
        let (print, before) = (self.folder.print(), self.at("print.before"));
        if before.exists() {
            fs::remove_dir_all(&before)?;
        }
        if print.exists() {
            fs::rename(&print, &before)?;
        }
        if let Some(kept) = from.filter(|kept| kept.exists()) {
            copy(kept, &print)?;
        }
        if before.exists() { fs::remove_dir_all(&before) } else { Ok(()) }
    }

    /// The country of the definition, with the tokens that its systems had.
    async fn people(&self, store: &dyn Store, systems: &[MailSystem]) -> Result<(), SteeringError> {
        let mut batch = Batch::default();
        for system in systems {
            if store.system(system.id).await?.is_none() {
                let kept = MailSystem { active_to: None, failing_since: None, ..system.clone() };
                batch.push(Op::PutSystem(Box::new(kept)));
            }
        }
        if !batch.ops.is_empty() {
            store.commit(batch).await?;
        }
        let now = MachineClock.now();
        let authority =
            Authority::open(&self.folder.certificates(), now, &MachineIds).map_err(failed)?;
        let Some(exchange) = self.exchange.get() else { return Err(SteeringError::Busy) };
        let keys = SshKeys::at(self.folder.ssh());
        let (choice, ids) = (&self.choice, &MachineIds);
        settle(exchange, &self.definition, choice, &authority, &keys, now, ids)
            .await
            .map_err(failed)?;
        if let Some(told) = self.published.get() {
            let (folder, print) = (self.folder.certificates(), self.folder.print());
            let definition = &self.definition;
            let doors = told.doors;
            let country = published(store, definition, &folder, &keys, &print, doors).await?;
            write_country(&self.folder, &country).map_err(failed)?;
            told.put(country);
        }
        Ok(())
    }

    /// The systems of the definition, as they are.
    async fn systems(&self) -> Result<Vec<MailSystem>, SteeringError> {
        let mut systems = Vec::new();
        for entry in self.definition.organisations.iter().flat_map(|one| &one.systems) {
            systems.extend(self.store.system(SystemId(entry.id)).await?);
        }
        Ok(systems)
    }

    fn snapshot_folder(&self, name: &str) -> PathBuf {
        self.at("snapshots").join(name)
    }

    fn told(&self, name: &str) -> Result<Snapshot, SteeringError> {
        let folder = self.snapshot_folder(name);
        if !is_name(name) || !folder.is_dir() {
            return Err(SteeringError::Unknown);
        }
        let bytes = fs::read(folder.join("snapshot.json")).map_err(failed)?;
        let file: SnapshotFile = serde_json::from_slice(&bytes).map_err(failed)?;
        Ok(Snapshot {
            name: name.into(),
            taken_at: Timestamp::from_millis(file.taken_at_millis),
            size_bytes: size(&folder).map_err(failed)?,
        })
    }
}

struct Alone<T> {
    _guards: T,
}

impl<T> Drop for Alone<T> {
    fn drop(&mut self) {}
}

#[async_trait]
impl Steering for Steer {
    async fn rest(&self, milliseconds: u64) -> Option<Still> {
        self.nudge.ring();
        sleep(Duration::from_millis(milliseconds)).await;
        timeout(REST, self.nudge.gate().alone()).await.ok().map(Still::by)
    }

    async fn pause(&self, milliseconds: u64) {
        sleep(Duration::from_millis(milliseconds)).await;
    }

    async fn moved(&self) {
        if let Err(error) = self.keep_clock() {
            tracing::error!(%error, "where the clock stands could not be kept");
        }
        let older_than = self.clock.now().plus_seconds(-GRACE_SECONDS);
        if let Err(error) = self.store.sweep(older_than).await {
            tracing::error!(%error, "the store could not be swept after the clock was moved");
        }
        if let Some(look) = self.look.get() {
            look.look().await;
        }
    }

    async fn begin_again(&self, from: Option<&str>) -> Result<(), SteeringError> {
        let snapshot = from.map(|name| self.told(name)).transpose()?;
        let _alone = self.alone().await?;
        let systems = self.systems().await?;
        let next = self.at("store.next");
        if next.exists() {
            fs::remove_dir_all(&next).map_err(failed)?;
        }
        match &snapshot {
            Some(kept) => copy(&self.snapshot_folder(&kept.name).join("store"), &next),
            None => fs::create_dir(&next),
        }
        .map_err(failed)?;
        self.close().await?;
        self.install(&systems).await?;
        let print = snapshot.as_ref().map(|kept| self.snapshot_folder(&kept.name).join("print"));
        self.replace_print(print.as_deref()).map_err(failed)?;
        let real = MachineClock.now().as_millis();
        let ahead = snapshot.as_ref().map_or(0, |kept| kept.taken_at.as_millis() - real);
        self.clock.put(ahead);
        self.live.forget();
        // A snapshot of before there were programmes has none.
        let kept = snapshot.as_ref().map(|kept| self.snapshot_folder(&kept.name));
        self.programme_file.put_back(kept.as_deref()).await.map_err(failed)?;
        self.programmes.forget_all();
        self.keep_clock().map_err(failed)?;
        if let Some(exchange) = self.exchange.get() {
            exchange.forget_endpoints();
            exchange.begin_keeping_house().await?;
            exchange.take_up_faults().await?;
            if snapshot.is_none() && self.choice.first_letters {
                let (authorities, now) = (self.definition.authorities(), self.clock.now());
                first_programmes(&self.programmes, &authorities, now).await.map_err(failed)?;
                first_letters(exchange, &self.definition).await.map_err(failed)?;
            }
        }
        self.live.note(self.clock.now(), What::Began);
        self.nudge.ring();
        Ok(())
    }

    async fn snapshot(&self, name: &str) -> Result<Snapshot, SteeringError> {
        if !is_name(name) {
            return Err(SteeringError::Unknown);
        }
        let (folder, part) =
            (self.snapshot_folder(name), self.snapshot_folder(&format!("{name}.part")));
        if folder.exists() {
            return Err(SteeringError::Exists);
        }
        if self.snapshots().await?.len() >= SNAPSHOTS {
            return Err(SteeringError::TooMany { limit: SNAPSHOTS });
        }
        let _alone = self.alone().await?;
        let taken_at = self.clock.now();
        self.close().await?;
        let made = (|| {
            if part.exists() {
                fs::remove_dir_all(&part)?;
            }
            fs::create_dir_all(&part)
        })();
        let programmes = match made {
            Ok(()) => self.programme_file.copy_to(&part).await.map_err(io::Error::other),
            Err(error) => Err(error),
        };
        let kept = programmes.and_then(|()| {
            copy(&self.folder.store(), &part.join("store"))?;
            if self.folder.print().exists() {
                copy(&self.folder.print(), &part.join("print"))?;
            }
            let file = SnapshotFile { taken_at_millis: taken_at.as_millis() };
            write_private(&part.join("snapshot.json"), &serde_json::to_vec(&file)?)?;
            fs::rename(&part, &folder)
        });
        // Whatever became of the copy, the country goes on.
        self.reopen().await?;
        kept.map_err(failed)?;
        self.told(name)
    }

    async fn snapshots(&self) -> Result<Vec<Snapshot>, SteeringError> {
        let entries = match fs::read_dir(self.at("snapshots")) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(failed(error)),
        };
        let mut names: Vec<String> = entries
            .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
            .filter(|name| is_name(name))
            .collect();
        names.sort();
        names.iter().map(|name| self.told(name)).collect()
    }

    async fn forget(&self, name: &str) -> Result<(), SteeringError> {
        self.told(name)?;
        let folder = self.snapshot_folder(name);
        let part = self.snapshot_folder(&format!("{name}.part"));
        fs::rename(&folder, &part).and_then(|()| fs::remove_dir_all(&part)).map_err(failed)
    }
}

/// Lower-case letters, digits and hyphens: never a path.
fn is_name(name: &str) -> bool {
    (1..=40).contains(&name.len())
        && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

/// Copies a store that is closed. Content never changes under its name, so it is linked where the
/// file system can.
fn copy(from: &Path, to: &Path) -> io::Result<()> {
    copy_part(from, to, false)
}

fn copy_part(from: &Path, to: &Path, is_content: bool) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let (source, target) = (entry.path(), to.join(entry.file_name()));
        if entry.file_type()?.is_dir() {
            copy_part(&source, &target, is_content || entry.file_name() == "content")?;
        } else if entry.file_name() != "lock"
            && !(is_content && fs::hard_link(&source, &target).is_ok())
        {
            fs::copy(&source, &target)?;
            fs::File::open(&target)?.sync_all()?;
        }
    }
    fs::File::open(to)?.sync_all()
}

fn size(folder: &Path) -> io::Result<u64> {
    let mut bytes = 0;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let about = entry.metadata()?;
        bytes += if about.is_dir() { size(&entry.path())? } else { about.len() };
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_crash_while_the_country_is_replaced_leaves_the_old_one_or_the_new_one() {
        // What is there at the crash: (store, store.before, store.next), each with a database or not.
        for (there, expected) in [
            (["old", "", "new"], "old"),
            (["", "old", "new"], "old"),
            (["new", "old", ""], "new"),
            (["new", "", ""], "new"),
        ] {
            let data = tempfile::tempdir().unwrap();
            for (name, text) in ["store", "store.before", "store.next"].iter().zip(there) {
                if !text.is_empty() {
                    fs::create_dir(data.path().join(name)).unwrap();
                    fs::write(data.path().join(name).join("brevdue.sqlite"), text).unwrap();
                }
            }
            mend(data.path()).unwrap();
            let kept = fs::read_to_string(data.path().join("store/brevdue.sqlite")).unwrap();
            assert_eq!(kept, expected, "{there:?}");
            assert_eq!(fs::read_dir(data.path()).unwrap().count(), 1, "{there:?}");
        }
    }

    #[test]
    fn a_snapshot_has_a_name_and_never_a_path() {
        for (name, expected) in [
            ("before-easter", true),
            ("a1", true),
            ("", false),
            ("..", false),
            ("a/b", false),
            ("A", false),
            ("a.part", false),
        ] {
            assert_eq!(is_name(name), expected, "{name}");
        }
    }
}
