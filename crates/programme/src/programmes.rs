//! All programmes of one store: opening, changing, telling what was changed.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use brevdue_memo::Timestamp;

use crate::catalogue::Requirement;
use crate::change::{self, Change, HistoryLine, Refused};
use crate::checks::{Counted, Counting, Evidence, Needed};
use crate::day::Day;
use crate::ids::{Key, ProgrammeId};
use crate::objects::{Kind, Settings};
use crate::programme::Programme;
use crate::storage::{ObservationStore, ProgrammeStore, StorageError};

/// Programmes kept ready at most; others are read again when somebody asks.
const READY: usize = 64;

/// How often a change is reckoned again because somebody was faster.
const TRIES: usize = 5;

/// All programmes of one store. Cheap to clone.
#[derive(Clone)]
pub struct Programmes {
    shared: Arc<Shared>,
    observations: Option<Arc<dyn ObservationStore>>,
}

struct Shared {
    store: Arc<dyn ProgrammeStore>,
    ready: Mutex<Ready>,
}

#[derive(Default)]
struct Ready {
    programmes: BTreeMap<ProgrammeId, Arc<Programme>>,
    /// One more with each write: what was read before it is not kept after it.
    generation: u64,
}

impl std::fmt::Debug for Programmes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Programmes").finish_non_exhaustive()
    }
}

/// Why a change was not made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ChangeError {
    /// There is no such programme.
    #[error("there is no such programme")]
    NotFound,
    /// It does not fit, or others changed the same.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// It could not be remembered.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// Who changes something, why and when.
#[derive(Debug, Clone, Copy)]
pub struct By<'a> {
    /// A person's key, or what [`HistoryLine::who`] says.
    pub who: &'a str,
    /// Why; may be empty.
    pub reason: &'a str,
    /// When.
    pub at: Timestamp,
}

impl Programmes {
    /// Those of a store.
    pub fn new(store: Arc<dyn ProgrammeStore>) -> Self {
        Self { shared: Arc::new(Shared { store, ready: Mutex::default() }), observations: None }
    }

    /// The same, with what was observed of messages. Without it every requirement that is measured by
    /// messages is without evidence.
    #[must_use]
    pub fn with_observations(self, observations: Arc<dyn ObservationStore>) -> Self {
        Self { observations: Some(observations), ..self }
    }

    /// What the requirements of a programme are judged by: its registers, and what was counted of the
    /// messages of its organisations.
    ///
    /// # Errors
    ///
    /// [`StorageError`].
    pub async fn evidence(
        &self,
        programme: &Programme,
        requirements: &[Requirement],
        now: Timestamp,
    ) -> Result<Evidence, StorageError> {
        let organisations = programme.settings().map(|settings| settings.cvr).unwrap_or_default();
        let counted = match (&self.observations, Day::of(now)) {
            (Some(store), Ok(today)) => {
                let needed = Needed::by(requirements, programme, today);
                store.count(&organisations, Counting::new(needed)).await?
            }
            _ => Counted::default(),
        };
        Ok(Evidence::new(programme, requirements, counted, now))
    }

    /// Every programme with what it is set to, by name.
    ///
    /// # Errors
    ///
    /// [`StorageError`].
    pub async fn list(&self) -> Result<Vec<(ProgrammeId, Settings)>, StorageError> {
        let mut list = Vec::new();
        for id in self.shared.store.programmes().await? {
            if let Some(settings) = self.load(id).await?.settings() {
                list.push((id, settings));
            }
        }
        list.sort_by(|(_, one), (_, other)| one.name.cmp(&other.name));
        Ok(list)
    }

    /// A programme as it stands; none when there is none.
    ///
    /// # Errors
    ///
    /// [`StorageError`].
    pub async fn open(&self, id: ProgrammeId) -> Result<Option<Arc<Programme>>, StorageError> {
        let programme = self.load(id).await?;
        Ok(programme.settings().is_some().then_some(programme))
    }

    /// Makes a new programme of the changes that begin it.
    ///
    /// # Errors
    ///
    /// [`ChangeError`]; a conflict when there is one of that id.
    pub async fn begin(
        &self,
        id: ProgrammeId,
        changes: &[Change],
        by: By<'_>,
    ) -> Result<Arc<Programme>, ChangeError> {
        self.reckon(id, by, |_| Ok(changes.to_vec())).await
    }

    /// Makes changes: all or none.
    ///
    /// # Errors
    ///
    /// [`ChangeError`].
    pub async fn change(
        &self,
        id: ProgrammeId,
        changes: &[Change],
        by: By<'_>,
    ) -> Result<Arc<Programme>, ChangeError> {
        self.reckon(id, by, |programme| match programme.settings() {
            Some(_) => Ok(changes.to_vec()),
            None => Err(ChangeError::NotFound),
        })
        .await
    }

    /// Makes the changes that `decide` finds for the programme as it stands, again when somebody was
    /// faster. What it finds empty is not written.
    ///
    /// # Errors
    ///
    /// [`ChangeError`]; what `decide` refuses.
    pub async fn reckon(
        &self,
        id: ProgrammeId,
        by: By<'_>,
        decide: impl Fn(&Programme) -> Result<Vec<Change>, ChangeError> + Send + Sync,
    ) -> Result<Arc<Programme>, ChangeError> {
        let mut tries = 0;
        loop {
            let programme = self.load(id).await?;
            let changes = decide(&programme)?;
            let outcome = change::outcome(&programme, &changes, by.who, by.reason, by.at)?;
            if outcome.writes.is_empty() {
                return Ok(programme);
            }
            tries += 1;
            match self.shared.store.commit(id, &outcome).await {
                Ok(()) => return self.adopt(id, programme, &outcome.writes).await,
                Err(StorageError::Changed { .. }) if tries < TRIES => self.forget(id),
                Err(fault) => {
                    self.forget(id);
                    return Err(fault.into());
                }
            }
        }
    }

    /// History, newest first, each line with its number. See [`ProgrammeStore::history`].
    ///
    /// # Errors
    ///
    /// [`StorageError`].
    pub async fn history(
        &self,
        id: ProgrammeId,
        about: Option<(Kind, &Key)>,
        before: Option<i64>,
        limit: usize,
    ) -> Result<Vec<(i64, HistoryLine)>, StorageError> {
        self.shared.store.history(id, about, before, limit).await
    }

    async fn load(&self, id: ProgrammeId) -> Result<Arc<Programme>, StorageError> {
        let generation = {
            let ready = self.lock();
            if let Some(programme) = ready.programmes.get(&id) {
                return Ok(Arc::clone(programme));
            }
            ready.generation
        };
        let programme = Arc::new(self.shared.store.load(id).await?);
        let mut ready = self.lock();
        if ready.generation == generation {
            if ready.programmes.len() >= READY {
                ready.programmes.clear();
            }
            ready.programmes.insert(id, Arc::clone(&programme));
        }
        drop(ready);
        Ok(programme)
    }

    /// Puts what was written into what is kept ready, unless others wrote meanwhile as well.
    async fn adopt(
        &self,
        id: ProgrammeId,
        before: Arc<Programme>,
        writes: &[change::Write],
    ) -> Result<Arc<Programme>, ChangeError> {
        {
            let mut ready = self.lock();
            ready.generation += 1;
            if ready.programmes.get(&id).is_some_and(|there| Arc::ptr_eq(there, &before)) {
                ready.programmes.remove(&id);
                let mut after = Arc::unwrap_or_clone(before);
                after.put(writes);
                let after = Arc::new(after);
                ready.programmes.insert(id, Arc::clone(&after));
                return Ok(after);
            }
        }
        self.forget(id);
        Ok(self.load(id).await?)
    }

    fn forget(&self, id: ProgrammeId) {
        let mut ready = self.lock();
        ready.generation += 1;
        ready.programmes.remove(&id);
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Ready> {
        // An insert or a remove is whole before anything can panic.
        self.shared.ready.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
