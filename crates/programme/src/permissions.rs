//! Who may see and change what: one function asks it of every list of changes, from whatever door.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::change::{Change, What, differing};
use crate::ids::Key;
use crate::objects::{Kind, LetterType, Person, Supplier, System, TaskState};
use crate::plan::Plan;
use crate::programme::Programme;

/// Who acts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Actor {
    /// Somebody of the authority.
    Person(Key),
    /// A supplier, by its link.
    Supplier(Key),
    /// Conditions that close and re-open tasks.
    Condition,
}

/// A change that is not theirs to make.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{} {key} is not yours to change: {why}", kind.word())]
pub struct Forbidden {
    /// Of what kind of object.
    pub kind: Kind,
    /// Which.
    pub key: Key,
    /// What would be needed.
    pub why: &'static str,
}

/// CVR numbers that changes add to those whose messages are observed for a programme.
///
/// Who leads a programme may change everything in it; that alone must not show them somebody else's traffic. Nobody
/// here knows who speaks for an organisation, so every door has to ask it of these numbers before it lets them in.
pub fn organisations_added(programme: &Programme, changes: &[Change]) -> BTreeSet<String> {
    let there = programme.settings().map(|settings| settings.cvr).unwrap_or_default();
    let settings = changes.iter().filter(|change| change.kind == Kind::Settings);
    let wanted = settings.filter_map(|change| match &change.what {
        What::Add { body } => body.get("cvr"),
        What::Edit { fields } => fields.get("cvr").map(|edit| &edit.to),
        What::Remove { .. } => None,
    });
    let numbers = wanted.filter_map(Value::as_array).flatten().filter_map(Value::as_str);
    numbers.filter(|cvr| !there.contains(*cvr)).map(str::to_owned).collect()
}

/// Fields of a task that a supplier may set.
const SUPPLIERS_TASK_FIELDS: [&str; 6] =
    ["status", "percent", "forecast", "reason", "note", "done_at"];

/// Fields of itself that a supplier may set.
const SUPPLIERS_OWN_FIELDS: [&str; 3] = ["answers", "answered_at", "contacts"];

/// Whether somebody may make all of these changes.
///
/// # Errors
///
/// The first that they may not.
pub fn check(
    programme: &Programme,
    plan: &Plan,
    actor: &Actor,
    changes: &[Change],
) -> Result<(), Forbidden> {
    let asked = Asked { programme, plan };
    for change in changes {
        let answer = match actor {
            Actor::Condition if change.kind == Kind::TaskState => Ok(()),
            Actor::Condition => Err("conditions change tasks alone"),
            Actor::Supplier(supplier) => asked.supplier(supplier, change),
            Actor::Person(key) => match programme.get::<Person>(key) {
                Some(person) => asked.person(key, &person, change),
                None => Err("an entry in the programme"),
            },
        };
        answer.map_err(|why| Forbidden { kind: change.kind, key: change.key.clone(), why })?;
    }
    Ok(())
}

/// Whether somebody may bring evidence from outside: a log changes what is measured of every system, so
/// it is for those who lead, and for the architect and the tester.
///
/// # Errors
///
/// [`Forbidden`]
pub fn may_bring_evidence(programme: &Programme, actor: &Actor) -> Result<(), Forbidden> {
    let allowed = match actor {
        Actor::Condition => true,
        Actor::Supplier(_) => false,
        Actor::Person(key) => programme.get::<Person>(key).is_some_and(|person| brings(&person)),
    };
    if allowed {
        return Ok(());
    }
    let key = crate::programme::settings_key();
    Err(Forbidden { kind: Kind::Settings, key, why: BRINGERS })
}

/// Who brings evidence from outside.
const BRINGERS: &str = "the role of project manager, owner, architect or tester, for all systems";

fn brings(person: &Person) -> bool {
    ["pm", "owner", "arch", "test"].iter().any(|role| person.roles.contains_role(role))
        && person.systems.is_empty()
}

/// Whether somebody may see an object. People of the authority see all of its programme; a supplier sees
/// itself, its systems and what is to be done for these.
pub fn may_see(programme: &Programme, plan: &Plan, actor: &Actor, kind: Kind, key: &Key) -> bool {
    match actor {
        Actor::Person(person) => programme.held(Kind::Person, person).is_some(),
        Actor::Condition => true,
        Actor::Supplier(supplier) => match kind {
            Kind::Supplier => key == supplier,
            Kind::System => is_supplied_by(programme, key, supplier),
            Kind::TaskState => Asked { programme, plan }.task_of_supplier(key, supplier).is_some(),
            _ => false,
        },
    }
}

/// Who of a programme's people signs in under an id; the first by key. An entry without one is nobody's.
pub fn signed_in(programme: &Programme, subject: &str) -> Option<(Key, Person)> {
    let is_theirs = |person: &Person| {
        let own = person.subject.trim();
        !own.is_empty() && own.eq_ignore_ascii_case(subject)
    };
    let mut people = programme.all::<Person>();
    people.find(|(_, person)| is_theirs(person)).map(|(key, person)| (key.clone(), person))
}

/// What somebody may see of a programme, and nothing besides.
pub fn seen_by(programme: &Programme, plan: &Plan, actor: &Actor) -> Programme {
    let mut seen = Programme::default();
    for kind in Kind::ALL {
        for (key, held) in programme.all_held(*kind) {
            if may_see(programme, plan, actor, *kind, key) {
                seen.insert(*kind, key.clone(), held.clone());
            }
        }
    }
    seen
}

fn is_supplied_by(programme: &Programme, system: &Key, supplier: &Key) -> bool {
    programme.get::<System>(system).is_some_and(|system| system.supplier.as_ref() == Some(supplier))
}

struct Asked<'a> {
    programme: &'a Programme,
    plan: &'a Plan,
}

impl Asked<'_> {
    fn person(&self, key: &Key, person: &Person, change: &Change) -> Result<(), &'static str> {
        let has = |roles: &[&str]| roles.iter().any(|role| person.roles.contains_role(role));
        let leads = has(&["pm", "owner"]);
        let allowed = |roles: &[&str], why| if leads || has(roles) { Ok(()) } else { Err(why) };
        let is_self = |field: &str| {
            body_field(self.programme, change, field).as_ref().and_then(Value::as_str)
                == Some(key.as_str())
        };
        match change.kind {
            Kind::Settings | Kind::Milestone | Kind::Override => {
                allowed(&[], "the role of project manager or owner")
            }
            Kind::Person => allowed(&[], "the role of project manager or owner"),
            Kind::Decision => allowed(&[], "the role of project manager or owner"),
            Kind::Waiver => {
                if has(&["owner"])
                    && (matches!(change.what, What::Remove { .. }) || is_self("approved_by"))
                {
                    Ok(())
                } else {
                    Err("the role of owner, who approves it in their own name")
                }
            }
            Kind::Attestation => {
                if !person.roles.is_empty() && is_self("person") {
                    Ok(())
                } else {
                    Err("a role, and to state it in your own name")
                }
            }
            Kind::Comment => {
                if is_self("by") {
                    Ok(())
                } else {
                    Err("to write in your own name")
                }
            }
            Kind::Absence | Kind::Feed => {
                if leads || is_self("person") {
                    Ok(())
                } else {
                    Err("to be whose it is")
                }
            }
            Kind::System => {
                self.within_systems(person, Some(&change.key))?;
                self.within_areas(person, "DAT")?;
                let own = self.programme.get::<System>(&change.key).is_some_and(|system| {
                    system.owner.as_ref() == Some(key) || system.deputy.as_ref() == Some(key)
                });
                let listed = has(&["sysowner"]) && person.systems.contains(&change.key);
                if own || listed {
                    return Ok(());
                }
                allowed(
                    &["arch", "admin", "contract"],
                    "to own the system, or the role of architect",
                )
            }
            Kind::LetterType => {
                let letter = self.programme.get::<LetterType>(&change.key);
                let system = letter.and_then(|letter| letter.sender_system);
                self.within_systems(person, system.as_ref())?;
                self.within_areas(person, "DAT")?;
                allowed(&["letters", "arch", "sysowner"], "the role of answering for letters")
            }
            Kind::ContactPoint | Kind::DistributionRule => {
                self.within_areas(person, "DAT")?;
                allowed(
                    &["mailroom", "admin", "arch", "comms"],
                    "the role of mail room or administrator",
                )
            }
            Kind::Supplier | Kind::Contract | Kind::Questionnaire => {
                allowed(&["contract", "legal"], "the role of answering for contracts")
            }
            Kind::Stakeholder | Kind::Communication => {
                self.within_areas(person, "KOM")?;
                allowed(&["comms"], "the role of communication")
            }
            Kind::Training => {
                self.within_areas(person, "UDD")?;
                allowed(&["train"], "the role of training and support")
            }
            Kind::Risk => {
                if person.roles.is_empty() {
                    Err("a role")
                } else {
                    Ok(())
                }
            }
            Kind::LinkScan => match change.what {
                What::Edit { .. } => Err("nobody's: what was found stays as it was"),
                _ if brings(person) => Ok(()),
                _ => Err(BRINGERS),
            },
            Kind::TaskState => self.task(key, person, leads, change),
        }
    }

    fn task(
        &self,
        key: &Key,
        person: &Person,
        leads: bool,
        change: &Change,
    ) -> Result<(), &'static str> {
        let Some(instance) = self.plan.instance(&change.key) else {
            return if leads { Ok(()) } else { Err("the role of project manager or owner") };
        };
        let planned = self.plan.task_of(instance);
        if let Some(area) = &planned.area {
            self.within_areas(person, area.as_str())?;
        }
        if planned.task.per == crate::catalogue::Per::System {
            self.within_systems(person, instance.subject.as_ref())?;
        }
        let fields = fields(self.programme, change, instance, &planned.task.id);
        if fields.contains("task") || fields.contains("subject") {
            return Err("nobody's: a state stays with its task and subject");
        }
        if leads {
            return Ok(());
        }
        if fields.contains("baseline_due") || fields.contains("due") {
            return Err("the role of project manager or owner, who move due days");
        }
        let mine = instance.responsible.as_ref() == Some(key)
            || planned.task.roles.iter().any(|role| person.roles.contains(role));
        if mine { Ok(()) } else { Err("one of the task's roles, or to be who was asked to do it") }
    }

    fn within_areas(&self, person: &Person, area: &str) -> Result<(), &'static str> {
        let within = person.areas.is_empty() || person.areas.contains(area);
        if within { Ok(()) } else { Err("an area that is yours") }
    }

    fn within_systems(&self, person: &Person, system: Option<&Key>) -> Result<(), &'static str> {
        let Some(system) = system else { return Ok(()) };
        let within = person.systems.is_empty() || person.systems.contains(system);
        if within { Ok(()) } else { Err("a system that is yours") }
    }

    fn supplier(&self, supplier: &Key, change: &Change) -> Result<(), &'static str> {
        match (change.kind, &change.what) {
            (Kind::Supplier, What::Edit { fields }) if change.key == *supplier => {
                let theirs = |name: &String| SUPPLIERS_OWN_FIELDS.contains(&name.as_str());
                if !fields.keys().all(theirs) {
                    return Err("the authority fills in the rest");
                }
                self.answers_are_theirs(supplier, fields.get("answers").map(|edit| &edit.to))
            }
            (Kind::TaskState, What::Edit { .. } | What::Add { .. }) => {
                let task = self.task_of_supplier(&change.key, supplier);
                let instance = task.ok_or("a task of a system of yours")?;
                let task = &self.plan.task_of(instance).task;
                if !task.roles.iter().any(|role| role.as_str() == "supplier") {
                    return Err("a task that the supplier does");
                }
                let fields = fields(self.programme, change, instance, &task.id);
                let theirs = |name: &String| SUPPLIERS_TASK_FIELDS.contains(&name.as_str());
                if fields.iter().all(theirs) { Ok(()) } else { Err("the authority sets the rest") }
            }
            _ => Err("a supplier answers its questionnaire and its tasks"),
        }
    }

    /// Answers for a system are written `SYSTEM/QUESTION`: the system must be theirs.
    fn answers_are_theirs(
        &self,
        supplier: &Key,
        answers: Option<&Value>,
    ) -> Result<(), &'static str> {
        let held = self.programme.get::<Supplier>(supplier).unwrap_or_default().answers;
        let Some(answers) = answers.and_then(Value::as_object) else { return Ok(()) };
        for (question, answer) in answers {
            let unchanged = held.get(question).map(String::as_str) == answer.as_str();
            let Some((system, _)) = question.split_once('/') else { continue };
            let system = system.parse::<Key>().map_err(|_| "a system of yours")?;
            if !unchanged && !is_supplied_by(self.programme, &system, supplier) {
                return Err("a system of yours");
            }
        }
        Ok(())
    }

    /// A task of one of its systems; or one about the supplier itself that the supplier does.
    fn task_of_supplier(&self, key: &Key, supplier: &Key) -> Option<&crate::plan::Instance> {
        let instance = self.plan.instance(key)?;
        let task = &self.plan.task_of(instance).task;
        let subject = instance.subject.as_ref()?;
        let theirs = match task.per {
            crate::catalogue::Per::System => is_supplied_by(self.programme, subject, supplier),
            crate::catalogue::Per::Supplier => {
                subject == supplier && task.roles.iter().any(|role| role.as_str() == "supplier")
            }
            _ => false,
        };
        theirs.then_some(instance)
    }
}

trait ContainsRole {
    fn contains_role(&self, role: &str) -> bool;
}

impl ContainsRole for BTreeSet<crate::ids::RoleId> {
    fn contains_role(&self, role: &str) -> bool {
        self.iter().any(|held| held.as_str() == role)
    }
}

/// A field as it will be; of what is removed, as it is. A change of it needs both to be so, so a line of
/// somebody else cannot be taken over.
fn body_field(programme: &Programme, change: &Change, field: &str) -> Option<Value> {
    let held =
        programme.held(change.kind, &change.key).and_then(|held| held.body.get(field).cloned());
    match &change.what {
        What::Add { body } => body.get(field).cloned(),
        What::Remove { .. } => held,
        What::Edit { fields } => match fields.get(field) {
            Some(edit) if held.as_ref() != Some(&edit.to) => None,
            _ => held,
        },
    }
}

/// The fields of a task's state that a change alters; of a new one, those that differ from an untouched
/// one.
fn fields(
    programme: &Programme,
    change: &Change,
    instance: &crate::plan::Instance,
    task: &crate::ids::TaskId,
) -> BTreeSet<String> {
    match &change.what {
        What::Edit { fields } => fields.keys().cloned().collect(),
        What::Remove { .. } => BTreeSet::from(["due".to_owned()]),
        What::Add { body } => {
            let held = programme.get::<TaskState>(&change.key);
            let fresh = held.unwrap_or_else(|| instance.fresh_state(task));
            let fresh = serde_json::to_value(fresh).unwrap_or_default();
            let differing: BTreeMap<String, _> = differing(&fresh, body);
            differing
                .into_iter()
                .filter(|(_, edit)| !edit.to.is_null())
                .map(|(name, _)| name)
                .collect()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{apply, catalogue, day, key, programme, system};
    use crate::objects::{Comment, Decision, Status, SystemRole, Waiver};

    struct Ground {
        programme: Programme,
        plan: Plan,
    }

    fn ground() -> Ground {
        let mut programme = programme("ACTUAL", "2020-08-01");
        let mut catalogue = catalogue();
        catalogue.tasks[1].roles.push("supplier".parse().unwrap());
        let supplied = System { supplier: Some(key("L-1")), ..system(SystemRole::Sender) };
        let person = |role: &str| Person {
            roles: BTreeSet::from([role.parse().unwrap()]),
            ..Person::default()
        };
        let narrow = Person { systems: BTreeSet::from([key("S-2")]), ..person("sysowner") };
        let elsewhere = Person { areas: BTreeSet::from(["KOM".to_owned()]), ..person("pm") };
        let changes = [
            Change::add(key("S-3"), &supplied),
            Change::add(key("L-1"), &Supplier::default()),
            Change::add(key("L-2"), &Supplier::default()),
            Change::add(key("pm"), &person("pm")),
            Change::add(key("owner"), &person("owner")),
            Change::add(key("narrow"), &narrow),
            Change::add(key("elsewhere"), &elsewhere),
            Change::add(key("nobody"), &Person::default()),
        ];
        apply(&mut programme, &changes);
        let plan = Plan::of(&programme, &catalogue, day("2021-01-04")).unwrap();
        Ground { programme, plan }
    }

    impl Ground {
        fn asks(&self, who: &str, changes: &[Change]) -> Result<(), &'static str> {
            self.check(&Actor::Person(key(who)), changes)
        }

        fn check(&self, actor: &Actor, changes: &[Change]) -> Result<(), &'static str> {
            check(&self.programme, &self.plan, actor, changes).map_err(|forbidden| forbidden.why)
        }

        fn doing(&self, instance: &str, change: impl Fn(&mut TaskState)) -> [Change; 1] {
            let instance = self.plan.instance(&key(instance)).unwrap();
            let mut state = instance.fresh_state(&self.plan.task_of(instance).task.id);
            change(&mut state);
            [Change::add(instance.key.clone(), &state)]
        }
    }

    #[test]
    fn acceptance_14_a_supplier_sees_and_changes_its_own_systems_tasks_and_answers_alone() {
        let ground = ground();
        let actor = Actor::Supplier(key("L-1"));
        let seen = seen_by(&ground.programme, &ground.plan, &actor);
        let kinds: Vec<_> = Kind::ALL
            .iter()
            .flat_map(|kind| seen.all_held(*kind).map(|(key, _)| (kind.word(), key.as_str())))
            .collect();
        assert_eq!(kinds, [("system", "S-3"), ("supplier", "L-1")]);
        let sees = |instance: &str| {
            may_see(&ground.programme, &ground.plan, &actor, Kind::TaskState, &key(instance))
        };
        assert!(sees("OP3-T04.S-3") && sees("OP3-T09.S-3"));
        assert!(!sees("OP3-T04.S-1") && !sees("OP3-T01") && !sees("OP3-T12.L-1"));

        let begins = |state: &mut TaskState| state.status = Status::InProgress;
        assert_eq!(ground.check(&actor, &ground.doing("OP3-T04.S-3", begins)), Ok(()));
        assert!(ground.check(&actor, &ground.doing("OP3-T09.S-3", begins)).is_err());
        assert!(ground.check(&actor, &ground.doing("OP3-T04.S-1", begins)).is_err());
        let later = ground.doing("OP3-T04.S-3", |state| state.due = Some(day("2022-01-03")));
        assert!(ground.check(&actor, &later).is_err());
        let answering = |supplier: &str, question: &str| {
            let answers = BTreeMap::from([(question.to_owned(), "ja".to_owned())]);
            let after = Supplier { answers, ..Supplier::default() };
            [Change::edit(key(supplier), &Supplier::default(), &after).unwrap()]
        };
        assert_eq!(ground.check(&actor, &answering("L-1", "S-3/memo")), Ok(()));
        assert!(ground.check(&actor, &answering("L-1", "S-1/memo")).is_err());
        assert!(ground.check(&actor, &answering("L-2", "memo")).is_err());
    }

    #[test]
    fn systems_and_areas_narrow_what_roles_allow() {
        let ground = ground();
        let begins = |state: &mut TaskState| state.status = Status::InProgress;
        assert_eq!(ground.asks("narrow", &ground.doing("OP3-T10.S-2", begins)), Ok(()));
        assert_eq!(
            ground.asks("narrow", &ground.doing("OP3-T04.S-1", begins)),
            Err("a system that is yours")
        );
        assert_eq!(
            ground.asks("elsewhere", &ground.doing("OP3-T01", begins)),
            Err("an area that is yours")
        );
        assert_eq!(ground.asks("pm", &ground.doing("OP3-T01", begins)), Ok(()));
        assert!(ground.asks("nobody", &ground.doing("OP3-T01", begins)).is_err());
        assert!(ground.asks("stranger", &ground.doing("OP3-T01", begins)).is_err());
    }

    #[test]
    fn only_those_who_lead_move_due_days_and_only_the_owner_sets_a_requirement_aside() {
        let ground = ground();
        let later = |state: &mut TaskState| state.due = Some(day("2022-01-03"));
        assert!(ground.asks("narrow", &ground.doing("OP3-T10.S-2", later)).is_err());
        assert_eq!(ground.asks("pm", &ground.doing("OP3-T10.S-2", later)), Ok(()));
        let waiver = |by: &str| {
            let waiver = Waiver {
                requirement: "MK-A2".parse().unwrap(),
                subject: None,
                reason: "Udfases".into(),
                approved_by: key(by),
                day: day("2021-01-04"),
                expires: None,
            };
            [Change::add(key("W-1"), &waiver)]
        };
        assert_eq!(ground.asks("owner", &waiver("owner")), Ok(()));
        assert!(ground.asks("pm", &waiver("pm")).is_err());
        assert!(ground.asks("owner", &waiver("pm")).is_err());
        let decision = [Change::add(key("D-1"), &Decision::default())];
        assert!(ground.asks("narrow", &decision).is_err());
    }

    #[test]
    fn somebody_is_whose_entry_has_the_id_they_sign_in_under() {
        let mut ground = ground();
        let with = |subject: &str| Person { subject: subject.into(), ..Person::default() };
        apply(&mut ground.programme, &[Change::add(key("vera"), &with(" 0A6d "))]);
        let who = |subject: &str| signed_in(&ground.programme, subject).map(|(key, _)| key);
        assert_eq!(who("0a6D"), Some(key("vera")));
        assert_eq!((who(""), who("0a6"), who(" ")), (None, None, None));
    }

    #[test]
    fn nobody_writes_in_the_name_of_another() {
        let ground = ground();
        let comment = |by: &str| {
            let at = crate::fixture::at("2021-01-04T09:00:00Z");
            let comment =
                Comment { about: "task/OP3-T01".into(), by: key(by), at, text: "?".into() };
            [Change::add(key("C-1"), &comment)]
        };
        assert_eq!(ground.asks("nobody", &comment("nobody")), Ok(()));
        assert!(ground.asks("pm", &comment("owner")).is_err());
    }
}
