//! One programme judged: its plan, what every requirement says of everything, and what follows from it.
//!
//! Judging is work, so a judgement is kept ready and handed out for as long as nothing it rests on has
//! changed: the programme, what was observed, the day, and — since some checks count hours — a few minutes.

use std::collections::BTreeMap;
use std::sync::Arc;

use brevdue_memo::Timestamp;

use super::{By, ChangeError, Programmes, READY};
use crate::catalogue::{Catalogue, Effective, Requirement, RequirementKind};
use crate::checks::{CheckResult, Counted, Counting, Evidence, Matrix, Needed, Verdict};
use crate::closing::{self, Closing, Judgements, Notice};
use crate::day::{Day, NotADay};
use crate::ids::{MilestoneId, ProgrammeId, RequirementId};
use crate::permissions::Actor;
use crate::plan::{NoPlan, Plan};
use crate::programme::Programme;
use crate::status::{self, Compliance, StatusReport};
use crate::storage::StorageError;

/// Milliseconds for which a judgement is good while nothing it rests on changes.
const GOOD_FOR_MILLIS: i64 = 5 * 60 * 1000;

/// Characters that the history says of why tasks closed or opened again, at most.
const REASON_CHARACTERS: usize = 400;

/// Why a programme was not judged.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum JudgeError {
    /// It has no plan.
    #[error(transparent)]
    NoPlan(#[from] NoPlan),
    /// The clock stands outside the years that plans have.
    #[error(transparent)]
    Day(#[from] NotADay),
    /// It could not be read.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// What follows from it could not be written.
    #[error(transparent)]
    Change(#[from] ChangeError),
}

/// A programme judged.
#[derive(Debug)]
pub struct Judged {
    /// When.
    pub at: Timestamp,
    /// As it stood.
    pub programme: Arc<Programme>,
    /// The catalogue, with what the authority has changed of it.
    pub effective: Arc<Effective>,
    /// Every task with its dates.
    pub plan: Arc<Plan>,
    /// What checks looked at.
    pub evidence: Evidence,
    /// What they say.
    pub matrix: Matrix,
    /// The same, as tasks are closed by it.
    pub judgements: Judgements,
    /// The state of the store it rests on; see [`ProgrammeStore::revision`](crate::storage::ProgrammeStore::revision).
    revision: i64,
}

impl Judged {
    /// Judges a programme by what was counted.
    ///
    /// # Errors
    ///
    /// [`JudgeError::NoPlan`], [`JudgeError::Day`].
    pub fn of(
        programme: Arc<Programme>,
        effective: Effective,
        counted: Counted,
        now: Timestamp,
    ) -> Result<Self, JudgeError> {
        let plan = Arc::new(Plan::of(&programme, effective.catalogue(), Day::of(now)?)?);
        let requirements = asked(&effective);
        let evidence = Evidence::new(&programme, &requirements, counted, now);
        Ok(Self::by(programme, Arc::new(effective), plan, evidence, &requirements))
    }

    /// The same programme on the same day, judged by what was counted since.
    fn again(&self, counted: Counted, now: Timestamp) -> Self {
        let evidence = self.evidence.renewed(counted, now);
        let (programme, effective) = (Arc::clone(&self.programme), Arc::clone(&self.effective));
        let requirements = asked(&effective);
        Self::by(programme, effective, Arc::clone(&self.plan), evidence, &requirements)
    }

    fn by(
        programme: Arc<Programme>,
        effective: Arc<Effective>,
        plan: Arc<Plan>,
        evidence: Evidence,
        requirements: &[Requirement],
    ) -> Self {
        let matrix = Matrix::of(&evidence, requirements);
        let judgements = Judgements::of_matrix(&matrix);
        let at = evidence.now;
        Self { at, programme, effective, plan, evidence, matrix, judgements, revision: 0 }
    }

    /// Tasks that close or open again by what is judged.
    pub fn closing(&self) -> Closing {
        let catalogue = self.effective.catalogue();
        closing::close(&self.plan, &self.programme, catalogue, &self.judgements, self.at)
    }

    /// The status report (R1).
    ///
    /// # Errors
    ///
    /// [`NoPlan`].
    pub fn status(&self) -> Result<StatusReport, NoPlan> {
        let catalogue = self.effective.catalogue();
        status::report(&self.programme, catalogue, &self.plan, &self.judgements, self.compliance())
    }

    /// How many comply at each deadline.
    pub fn compliance(&self) -> BTreeMap<MilestoneId, Compliance> {
        let count = |number: i64| u64::try_from(number).unwrap_or(0);
        let headlines = self.matrix.headlines.iter();
        headlines
            .map(|headline| {
                let compliance = Compliance {
                    systems_compliant: count(headline.systems.part),
                    systems_in_scope: count(headline.systems.whole),
                    messages_compliant: count(headline.messages.part),
                    messages_sent: count(headline.messages.whole),
                };
                (headline.milestone.clone(), compliance)
            })
            .collect()
    }

    /// A requirement of the catalogue in effect.
    pub fn requirement(&self, id: &RequirementId) -> Option<&Requirement> {
        self.effective.requirement(id)
    }

    /// What fails now, the official requirements first, each with its verdict.
    pub fn broken(&self) -> Vec<(&Requirement, &Verdict)> {
        self.saying(|verdict| verdict.result == CheckResult::Fail)
    }

    /// What is asked for already and nobody knows of, the official requirements first.
    pub fn unproven(&self) -> Vec<(&Requirement, &Verdict)> {
        let today = self.plan.today;
        self.saying(|verdict| {
            verdict.result == CheckResult::NoEvidence && verdict.due.is_some_and(|due| due <= today)
        })
    }

    fn saying(&self, what: impl Fn(&Verdict) -> bool) -> Vec<(&Requirement, &Verdict)> {
        let mut found: Vec<_> = self
            .matrix
            .verdicts()
            .filter(|verdict| what(verdict))
            .filter_map(|verdict| Some((self.requirement(&verdict.requirement)?, verdict)))
            .collect();
        found.sort_by_key(|(requirement, _)| requirement.kind != RequirementKind::Official);
        found
    }

    fn is_good(&self, programme: &Arc<Programme>, revision: i64, now: Timestamp) -> bool {
        let age = now.as_millis().saturating_sub(self.at.as_millis()).abs();
        self.is_of(programme, now) && self.revision == revision && age < GOOD_FOR_MILLIS
    }

    /// Whether plan and registers are those of a programme on the day of `now`.
    fn is_of(&self, programme: &Arc<Programme>, now: Timestamp) -> bool {
        Arc::ptr_eq(&self.programme, programme) && Day::of(now) == Ok(self.plan.today)
    }
}

/// The requirements that are asked: those the authority has not hidden.
fn asked(effective: &Effective) -> Vec<Requirement> {
    let all = effective.catalogue().requirements.iter();
    all.filter(|one| !effective.is_hidden(one.id.as_str())).cloned().collect()
}

/// What keeping a programme true has done.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Trued {
    /// Tasks that closed.
    pub closed: usize,
    /// Tasks that opened again, and who has to know: those that nobody was told of yet, each with its number.
    pub reopened: Vec<(i64, Notice)>,
}

impl Programmes {
    /// A programme judged as of now; none when there is none. What is ready is handed out again.
    ///
    /// # Errors
    ///
    /// [`JudgeError`].
    pub async fn judged(
        &self,
        id: ProgrammeId,
        now: Timestamp,
    ) -> Result<Option<Arc<Judged>>, JudgeError> {
        let revision = self.look().await?;
        let Some(programme) = self.open(id).await? else { return Ok(None) };
        let ready = self.lock().judged.get(&id).map(Arc::clone);
        let ready = ready.filter(|one| one.is_of(&programme, now));
        let judged = match ready {
            Some(ready) if ready.is_good(&programme, revision, now) => return Ok(Some(ready)),
            Some(ready) => {
                let counted = self.counted(&programme, &asked(&ready.effective), now).await?;
                ready.again(counted, now)
            }
            None => {
                let effective = Catalogue::shipped().with(&programme);
                let counted = self.counted(&programme, &asked(&effective), now).await?;
                Judged::of(programme, effective, counted, now)?
            }
        };
        let judged = Arc::new(Judged { revision, ..judged });
        let mut ready = self.lock();
        if ready.judged.len() >= READY {
            ready.judged.clear();
        }
        ready.judged.insert(id, Arc::clone(&judged));
        Ok(Some(judged))
    }

    /// As [`Programmes::keep_true`], for whoever cannot tell people: those who have to know of tasks that
    /// opened again are told by the next [`Programmes::keep_true`].
    ///
    /// # Errors
    ///
    /// [`JudgeError`].
    pub async fn settle(&self, id: ProgrammeId, now: Timestamp) -> Result<(), JudgeError> {
        self.make_true(id, now).await.map(|_| ())
    }

    /// Closes the tasks whose condition holds and opens those whose condition stopped holding. Writes
    /// only what changes; what somebody changes meanwhile is left to the next call. Who has to know of
    /// what opened is told again by each call until [`Programmes::notify`] has made notices of it: it is kept
    /// with the change, so that nobody is forgotten when the process dies.
    ///
    /// # Errors
    ///
    /// [`JudgeError`].
    pub async fn keep_true(&self, id: ProgrammeId, now: Timestamp) -> Result<Trued, JudgeError> {
        // What waits to be told is told as it is, so that telling it again says the same.
        let mut reopened = self.shared.store.untold(id).await?;
        let closed = self.make_true(id, now).await?;
        if reopened.is_empty() {
            reopened = self.shared.store.untold(id).await?;
        }
        Ok(Trued { closed, reopened })
    }

    /// How many tasks closed.
    async fn make_true(&self, id: ProgrammeId, now: Timestamp) -> Result<usize, JudgeError> {
        let Some(judged) = self.judged(id, now).await? else { return Ok(0) };
        let closing = judged.closing();
        if closing.changes.is_empty() {
            return Ok(0);
        }
        let reason = reason(&closing);
        let by = By { actor: Actor::Condition, reason: &reason, at: now };
        let after = self
            .reckon_telling(id, by, &closing.reopened, |programme| {
                let same = std::ptr::eq(programme, &raw const *judged.programme);
                Ok(if same { closing.changes.clone() } else { Vec::new() })
            })
            .await?;
        if Arc::ptr_eq(&after, &judged.programme) || !was_written(&after, &closing) {
            return Ok(0);
        }
        Ok(closing.closed.len())
    }

    /// What was counted of the messages of a programme's organisations.
    pub(super) async fn counted(
        &self,
        programme: &Programme,
        requirements: &[Requirement],
        now: Timestamp,
    ) -> Result<Counted, StorageError> {
        let organisations = programme.settings().map(|settings| settings.cvr).unwrap_or_default();
        match (&self.observations, Day::of(now)) {
            (Some(store), Ok(today)) if !organisations.is_empty() => {
                let needed = Needed::by(requirements, programme, today);
                store.count(&organisations, Counting::new(needed)).await
            }
            _ => Ok(Counted::default()),
        }
    }

    /// Forgets what is kept ready when another program has changed it, and tells the state of the store.
    async fn look(&self) -> Result<i64, StorageError> {
        let revision = self.shared.store.revision().await?;
        let mut ready = self.lock();
        if ready.elsewhere != revision.elsewhere {
            ready.elsewhere = revision.elsewhere;
            ready.generation += 1;
            ready.programmes.clear();
        }
        Ok(revision.observed)
    }
}

/// Whether the first of the changes stands.
fn was_written(after: &Programme, closing: &Closing) -> bool {
    let closed = closing.closed.iter().all(|key| {
        after.get::<crate::objects::TaskState>(key).is_some_and(|state| state.done_at.is_some())
    });
    closed
        && closing.reopened.iter().all(|notice| {
            let state = after.get::<crate::objects::TaskState>(&notice.key);
            state.is_some_and(|state| state.done_at.is_none())
        })
}

/// What the history says of why: the requirements that speak against what opens again.
fn reason(closing: &Closing) -> String {
    let mut said: Vec<String> = Vec::new();
    for notice in &closing.reopened {
        for (requirement, result) in &notice.why {
            let about = notice.subject.as_ref().map_or(String::new(), |key| format!(" {key}"));
            let line = format!("{requirement}{about}: {}", result.word());
            if !said.contains(&line) {
                said.push(line);
            }
        }
    }
    let mut text = said.join(", ");
    if text.chars().count() > REASON_CHARACTERS {
        text = text.chars().take(REASON_CHARACTERS - 1).collect();
        text.push('…');
    }
    text
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::catalogue::Variant;
    use crate::change::Change;
    use crate::fixture::{at, beginning, key, ready};
    use crate::memory::Memory;
    use crate::objects::{Person, Status, TaskState};

    fn begun(programmes: &Programmes, id: ProgrammeId) {
        let asked = beginning("NEW", Variant::Full, "2026-01-05");
        let mut changes = crate::beginning::begin(&asked, Catalogue::shipped()).unwrap();
        if let crate::change::What::Add { body } = &mut changes[0].what {
            body["contact"] = "Åse Holm".into();
        }
        let roles = ["owner", "pm"].map(|role| role.parse().unwrap()).into();
        let owner = Person { name: "Åse Holm".into(), roles, ..Person::default() };
        changes.push(Change::add(key("P-1"), &owner));
        let by =
            By { actor: Actor::Person(key("P-1")), reason: "", at: at("2026-01-05T08:00:00Z") };
        ready(programmes.begin(id, &changes, by)).unwrap();
    }

    #[test]
    fn a_judgement_is_handed_out_again_until_something_it_rests_on_changes() {
        let programmes = Programmes::new(Arc::new(Memory::default()));
        let id = ProgrammeId(uuid::Uuid::from_u128(7));
        let now = at("2026-02-02T08:00:00Z");
        assert!(ready(programmes.judged(id, now)).unwrap().is_none());
        begun(&programmes, id);
        let first = ready(programmes.judged(id, now)).unwrap().unwrap();
        let again = ready(programmes.judged(id, now.plus_seconds(60))).unwrap().unwrap();
        assert!(Arc::ptr_eq(&first, &again));
        let later = ready(programmes.judged(id, now.plus_seconds(600))).unwrap().unwrap();
        assert!(!Arc::ptr_eq(&first, &later), "hours count");
        let by = By { actor: Actor::Person(key("P-1")), reason: "", at: now };
        let risk = [Change::add(key("R-1"), &crate::objects::Risk::default())];
        ready(programmes.change(id, &risk, by)).unwrap();
        let changed = ready(programmes.judged(id, now.plus_seconds(600))).unwrap().unwrap();
        assert!(!Arc::ptr_eq(&later, &changed));
    }

    #[test]
    fn what_a_register_holds_closes_its_task_once_and_opens_it_when_it_is_gone() {
        let programmes = Programmes::new(Arc::new(Memory::default()));
        let id = ProgrammeId(uuid::Uuid::from_u128(7));
        begun(&programmes, id);
        let now = at("2026-02-02T08:00:00Z");
        let trued = ready(programmes.keep_true(id, now)).unwrap();
        assert!(trued.closed > 0, "the authority is registered from the start");
        assert_eq!(ready(programmes.keep_true(id, now)).unwrap(), Trued::default());
        let judged = ready(programmes.judged(id, now)).unwrap().unwrap();
        let state: TaskState = judged.programme.get(&key("OP1-T01")).unwrap();
        assert!(state.status == Status::Done && state.closed_by_condition);
        let before = judged.programme.settings().unwrap();
        let after = crate::objects::Settings { cvr: BTreeSet::new(), ..before.clone() };
        let change = Change::edit(crate::programme::settings_key(), &before, &after).unwrap();
        let by = By { actor: Actor::Person(key("P-1")), reason: "", at: now };
        ready(programmes.change(id, &[change], by)).unwrap();
        // A page that opens it again has nobody to tell; who keeps programmes true tells them, once.
        ready(programmes.settle(id, now)).unwrap();
        let trued = ready(programmes.keep_true(id, now)).unwrap();
        assert_eq!(
            ready(programmes.keep_true(id, now)).unwrap(),
            trued,
            "no notice was made of it"
        );
        let judged = ready(programmes.judged(id, now)).unwrap().unwrap();
        assert!(ready(programmes.notify(id, &judged, &trued.reopened)).unwrap() > 0);
        assert_eq!(ready(programmes.keep_true(id, now)).unwrap(), Trued::default());
        let opened = trued.reopened.iter().map(|(_, notice)| notice);
        let opened = opened.clone().find(|notice| notice.key == key("OP1-T01")).unwrap();
        assert!(opened.to.contains(&key("P-1")), "the owner has to know");
    }

    #[test]
    fn nothing_is_green_for_lack_of_evidence() {
        let programmes = Programmes::new(Arc::new(Memory::default()));
        let id = ProgrammeId(uuid::Uuid::from_u128(7));
        begun(&programmes, id);
        let judged = ready(programmes.judged(id, at("2028-02-02T08:00:00Z"))).unwrap().unwrap();
        let passing: Vec<_> =
            judged.matrix.verdicts().filter(|one| one.result == CheckResult::Pass).collect();
        assert!(
            passing.iter().all(|one| !one.sources.is_empty()),
            "what passes says by what: {passing:?}"
        );
        let report = judged.status().unwrap();
        assert!(!report.in_the_way.is_empty());
    }
}
