//! All programmes of one store: opening, changing, telling what was changed.

mod bringing;
mod incoming;
mod judging;
mod notifying;
mod scanning;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use brevdue_memo::Timestamp;

use crate::catalogue::{Catalogue, Requirement, SetAside};
use crate::change::{self, Change, HistoryLine, Outcome, Refused};
use crate::checks::Evidence;
use crate::closing::{self, BY_CONDITION, NotSet, Notice};
use crate::day::{Day, NotADay};
use crate::ids::{Key, ProgrammeId, TaskId};
use crate::leading::{self, NoLeader};
use crate::objects::{Kind, Person, Settings};
use crate::permissions::{self, Actor, Forbidden};
use crate::plan::{NoPlan, Plan};
use crate::programme::Programme;
use crate::reminding::{STEP_DAYS, STEPS};
use crate::storage::{ObservationStore, ProgrammeStore, StorageError};

pub use incoming::Incoming;
pub use judging::{JudgeError, Judged, Trued};
pub use notifying::Looked;

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
    /// Judgements of some of them.
    judged: BTreeMap<ProgrammeId, Arc<Judged>>,
    /// What other programs have written, as it was last looked at.
    elsewhere: i64,
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
    /// It is not theirs to change.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// It breaks a rule of tasks and attestations.
    #[error(transparent)]
    NotSet(#[from] NotSet),
    /// Nobody would lead the programme any more.
    #[error(transparent)]
    NoLeader(#[from] NoLeader),
    /// The plan would no longer hold, for example because tasks would wait for each other.
    #[error(transparent)]
    NoPlan(#[from] NoPlan),
    /// A change of the catalogue cannot stand.
    #[error("{key}: {reason}")]
    Override {
        /// Its key.
        key: Key,
        /// Why, for its author.
        reason: String,
        /// Tasks that would wait for one another, as in [`SetAside::ring`](crate::catalogue::SetAside::ring).
        ring: Vec<TaskId>,
    },
    /// The day of the change is none a plan can have.
    #[error(transparent)]
    Day(#[from] NotADay),
    /// It could not be remembered.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// Who changes something, why and when.
#[derive(Debug, Clone)]
pub struct By<'a> {
    /// Who.
    pub actor: Actor,
    /// Why; may be empty.
    pub reason: &'a str,
    /// When.
    pub at: Timestamp,
}

impl By<'_> {
    /// Who, in words of the history.
    fn who(&self) -> String {
        match &self.actor {
            Actor::Person(key) => key.to_string(),
            Actor::Supplier(key) => format!("supplier:{key}"),
            Actor::Condition => BY_CONDITION.to_owned(),
        }
    }
}

/// A programme that somebody may read, and who they are in it.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// Which programme.
    pub id: ProgrammeId,
    /// What it is set to.
    pub settings: Settings,
    /// Who they are, among its people.
    pub me: Key,
    /// Their entry.
    pub person: Person,
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

    /// What was observed of messages; none when nobody keeps it.
    pub fn observations(&self) -> Option<&Arc<dyn ObservationStore>> {
        self.observations.as_ref()
    }

    /// The ids of all programmes.
    ///
    /// # Errors
    ///
    /// [`StorageError`].
    pub async fn ids(&self) -> Result<Vec<ProgrammeId>, StorageError> {
        self.shared.store.programmes().await
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
        let counted = self.counted(programme, requirements, now).await?;
        Ok(Evidence::new(programme, requirements, counted, now))
    }

    /// Every programme with what it is set to, by name. None is opened.
    ///
    /// # Errors
    ///
    /// [`StorageError`].
    pub async fn list(&self) -> Result<Vec<(ProgrammeId, Settings)>, StorageError> {
        let parts = self.shared.store.parts(&[Kind::Settings]).await?;
        let with_settings = |(id, part): (ProgrammeId, Programme)| Some((id, part.settings()?));
        let mut list: Vec<_> = parts.into_iter().filter_map(with_settings).collect();
        list.sort_by(|(_, one), (_, other)| one.name.cmp(&other.name));
        Ok(list)
    }

    /// The programmes that somebody may read, by name: those among whose people an entry says that they sign in
    /// under this id. None is opened.
    ///
    /// # Errors
    ///
    /// [`StorageError`].
    pub async fn read_by(&self, subject: &str) -> Result<Vec<Entry>, StorageError> {
        let parts = self.shared.store.parts(&[Kind::Settings, Kind::Person]).await?;
        let entry = |(id, part): (ProgrammeId, Programme)| {
            let (me, person) = permissions::signed_in(&part, subject)?;
            Some(Entry { id, settings: part.settings()?, me, person })
        };
        let mut list: Vec<Entry> = parts.into_iter().filter_map(entry).collect();
        list.sort_by(|one, other| one.settings.name.cmp(&other.settings.name));
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

    /// Makes a new programme of the changes that begin it, its first people among them.
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
        let before = Arc::new(Programme::default());
        let outcome = change::outcome(&before, changes, &by.who(), by.reason, by.at)?;
        stands(&before, &outcome, by.at)?;
        self.shared.store.commit(id, &outcome).await.map_err(|fault| match fault {
            // Its settings are among what is there already.
            StorageError::Changed { kind, key } => Refused::Conflicts(vec![change::Conflict {
                kind,
                key,
                field: None,
                base: serde_json::Value::Null,
                mine: serde_json::Value::Null,
                theirs: serde_json::Value::Null,
            }])
            .into(),
            fault => ChangeError::Storage(fault),
        })?;
        self.forget(id);
        Ok(self.load(id).await?)
    }

    /// Makes changes: all or none. Here, and nowhere else, it is asked whether they are theirs to make,
    /// whether tasks and attestations keep their rules, whether somebody still leads, and whether the plan still
    /// holds.
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
        self.reckon_telling(id, by, &[], decide).await
    }

    /// The same, with who has to be told of the changes when they are made.
    async fn reckon_telling(
        &self,
        id: ProgrammeId,
        by: By<'_>,
        untold: &[Notice],
        decide: impl Fn(&Programme) -> Result<Vec<Change>, ChangeError> + Send + Sync,
    ) -> Result<Arc<Programme>, ChangeError> {
        let mut tries = 0;
        loop {
            let programme = self.load(id).await?;
            let changes = decide(&programme)?;
            let who = by.who();
            let mut outcome = change::outcome(&programme, &changes, &who, by.reason, by.at)?;
            if outcome.writes.is_empty() {
                return Ok(programme);
            }
            outcome.untold = untold.to_vec();
            let effective = Catalogue::shipped().with(&programme);
            let plan = Plan::of(&programme, effective.catalogue(), Day::of(by.at)?)?;
            permissions::check(&programme, &plan, &by.actor, &changes)?;
            closing::guard(&programme, &plan, &outcome.writes, &who)?;
            outcome.rests_on = leading::guard(&programme, &outcome.writes)?;
            stands(&programme, &outcome, by.at)?;
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

    /// What a calendar feed told last. See [`ProgrammeStore::told`].
    ///
    /// # Errors
    ///
    /// [`StorageError`].
    pub async fn told(
        &self,
        id: ProgrammeId,
        feed: &Key,
    ) -> Result<Option<(u32, String)>, StorageError> {
        self.shared.store.told(id, feed).await
    }

    /// Remembers what a calendar feed tells. See [`ProgrammeStore::tell`].
    ///
    /// # Errors
    ///
    /// [`StorageError`].
    pub async fn tell(
        &self,
        id: ProgrammeId,
        feed: &Key,
        expect: u32,
        told: &str,
    ) -> Result<bool, StorageError> {
        self.shared.store.tell(id, feed, expect, told).await
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

    /// Forgets what is kept ready, because the store was replaced.
    pub fn forget_all(&self) {
        let mut ready = self.lock();
        ready.generation += 1;
        ready.programmes.clear();
        ready.judged.clear();
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

/// Whether a programme still has a plan after changes that can take it away.
fn stands(before: &Programme, outcome: &Outcome, at: Timestamp) -> Result<(), ChangeError> {
    for write in outcome.writes.iter().filter(|write| write.kind == Kind::Settings) {
        let settings = write.body.clone().map(serde_json::from_value::<Settings>);
        if settings.is_some_and(|one| one.is_ok_and(|one| !one.reminders.is_within_limits())) {
            let (kind, key) = (write.kind, write.key.clone());
            let field = Some("reminders".to_owned());
            let reason = format!("at most {STEPS} steps in a list, each 1 to {STEP_DAYS} days");
            return Err(Refused::Invalid { kind, key, field, reason }.into());
        }
    }
    let matters = |kind: Kind| {
        matches!(kind, Kind::Settings | Kind::Override | Kind::System | Kind::LetterType)
    };
    if !outcome.writes.iter().any(|write| matters(write.kind)) {
        return Ok(());
    }
    let mut after = before.clone();
    after.put(&outcome.writes);
    let effective = Catalogue::shipped().with(&after);
    let own = |key: &Key| {
        outcome.writes.iter().any(|write| write.kind == Kind::Override && write.key == *key)
    };
    if let Some(aside) = effective.set_aside().iter().find(|aside| own(&aside.key)) {
        let SetAside { key, reason, ring } = aside.clone();
        return Err(ChangeError::Override { key, reason, ring });
    }
    Plan::of(&after, effective.catalogue(), Day::of(at)?)?;
    Ok(())
}
