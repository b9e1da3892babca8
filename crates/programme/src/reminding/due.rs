//! What people are to be reminded of on a day.

use std::collections::{BTreeMap, BTreeSet};

use brevdue_memo::Timestamp;

use super::{Item, Mark, Notice, Posting, Recipient, Reminders, addresses, gathered};
use crate::calendar::Calendar;
use crate::catalogue::{Again, Obligation};
use crate::day::Day;
use crate::ids::Key;
use crate::objects::{Attestation, Person, Questionnaire, Status, Supplier, System};
use crate::plan::Plan;
use crate::programme::Programme;

/// Rounds of what is late that are looked at before the newest: more than the longest row of days off.
const ROUNDS: i32 = 16;

/// The notices of a day, with what they change of what was told before (`told`, by the thing). Empty on a day
/// off, when reminders are off, and when everything has been told.
pub fn due(
    programme: &Programme,
    plan: &Plan,
    told: &BTreeMap<String, String>,
    at: Timestamp,
) -> Posting {
    let nothing = Posting { notices: Vec::new(), marks: Vec::new(), told_until: None, at };
    let Some(settings) = programme.settings() else { return nothing };
    let today = plan.today;
    if settings.archived || settings.reminders.off || !plan.calendar().is_working_day(today) {
        return nothing;
    }
    let mut asked = Asked {
        programme,
        plan,
        reminders: &settings.reminders,
        leads: leads(programme),
        told,
        marks: Vec::new(),
        found: Vec::new(),
    };
    asked.tasks();
    asked.attestations();
    asked.certificates();
    asked.questionnaires();
    let Asked { marks, found, .. } = asked;
    Posting { notices: gathered(found, today), marks, ..nothing }
}

/// Who is told where nobody answers: the first project manager, else the first owner.
fn leads(programme: &Programme) -> Recipient {
    let first = |role: &str| {
        let mut people = programme.all::<Person>();
        let found = people.find(|(_, person)| person.roles.iter().any(|one| one.as_str() == role));
        found.map(|(key, _)| key.clone())
    };
    first("pm").or_else(|| first("owner")).map_or(Recipient::Nobody, Recipient::Person)
}

struct Asked<'a> {
    programme: &'a Programme,
    plan: &'a Plan,
    reminders: &'a Reminders,
    leads: Recipient,
    told: &'a BTreeMap<String, String>,
    marks: Vec<Mark>,
    found: Vec<(Recipient, Item)>,
}

impl Asked<'_> {
    /// Whether a step of a thing has come that was not told; then it is, from now on.
    fn is_news(&mut self, about: String, anchor: Day, step: Option<i32>) -> bool {
        let Some(step) = step else { return false };
        let was = self.told.get(&about);
        let before = was.and_then(|was| {
            let (day, step) = was.split_once('/')?;
            Some((day.parse::<Day>().ok()?, step.parse::<i32>().ok()?))
        });
        if before.is_some_and(|(day, last)| day == anchor && step <= last) {
            return false;
        }
        self.marks.push(Mark { about, was: was.cloned(), is: format!("{anchor}/{step}") });
        true
    }

    /// A person who is still there, else whoever leads.
    fn person(&self, key: Option<&Key>) -> Recipient {
        let there = key.filter(|key| self.programme.get::<Person>(key).is_some());
        there.map_or_else(|| self.leads.clone(), |key| Recipient::Person(key.clone()))
    }

    fn tasks(&mut self) {
        let (calendar, today) = (self.plan.calendar(), self.plan.today);
        let none = BTreeSet::new();
        let nearest: BTreeSet<u16> =
            self.reminders.task_days.first().copied().into_iter().collect();
        for instance in self.plan.instances() {
            let planned = self.plan.task_of(instance);
            let Some(due) = instance.due.filter(|_| !instance.is_closed()) else { continue };
            // What nobody has to do and nobody has taken up is nobody's to be reminded of.
            let is_idle = instance.assignee.is_none() && instance.status == Status::NotStarted;
            if planned.obligation == Obligation::May && is_idle {
                continue;
            }
            let before = match planned.task.again {
                // It is there every day.
                Some(Again::Daily) => &none,
                // A round begins soon after the last one ends: the reminder nearest to its day is enough.
                Some(_) => &nearest,
                None => &self.reminders.task_days,
            };
            let step = newest(due, before, self.reminders.late_every_days, calendar, today);
            if self.is_news(format!("task/{}", instance.key), due, step) {
                let item = Item::Task {
                    key: instance.key.clone(),
                    task: planned.task.id.clone(),
                    subject: instance.subject.clone(),
                    due,
                };
                self.found.push((self.person(instance.responsible.as_ref()), item));
            }
        }
    }

    fn attestations(&mut self) {
        let (calendar, today) = (self.plan.calendar(), self.plan.today);
        let mut all: Vec<(Key, Attestation)> = Vec::new();
        all.extend(self.programme.all().map(|(key, one)| (key.clone(), one)));
        // One that was renewed for the same is not asked for again.
        let newest_of = |one: &Attestation| {
            let same = all.iter().filter(|(_, other)| {
                other.requirement == one.requirement
                    && other.subject == one.subject
                    && one.requirement.is_some()
            });
            same.map(|(_, other)| other.expires).max()
        };
        for (key, one) in &all {
            let is_renewed = newest_of(one).is_some_and(|newest| newest > one.expires);
            // What has expired shows itself: its task opens again, its cell is without evidence.
            if is_renewed || one.expires < today {
                continue;
            }
            let step = newest(one.expires, &self.reminders.attestation_days, 0, calendar, today);
            if self.is_news(format!("attestation/{key}"), one.expires, step) {
                let item = Item::Attestation { key: key.clone(), expires: one.expires };
                self.found.push((self.person(Some(&one.person)), item));
            }
        }
    }

    fn certificates(&mut self) {
        let (calendar, today) = (self.plan.calendar(), self.plan.today);
        for (key, system) in self.programme.all::<System>() {
            for (index, interface) in system.interfaces.iter().enumerate() {
                let Some(certificate) = &interface.certificate else { continue };
                let Some(ends) = certificate.valid_to else { continue };
                let days = &self.reminders.certificate_days;
                let step = newest(ends, days, self.reminders.late_every_days, calendar, today);
                if self.is_news(format!("certificate/{key}#{}", index + 1), ends, step) {
                    let item =
                        Item::Certificate { system: key.clone(), interface: index + 1, ends };
                    let owner = certificate.renewal_owner.as_ref().or(system.owner.as_ref());
                    self.found.push((self.person(owner), item));
                }
            }
        }
    }

    fn questionnaires(&mut self) {
        let (calendar, today) = (self.plan.calendar(), self.plan.today);
        for (link, one) in self.programme.all::<Questionnaire>() {
            let (Some(sent), false) = (one.sent.iter().max().copied(), one.revoked) else {
                continue;
            };
            let Some(supplier) = self.programme.get::<Supplier>(&one.supplier) else { continue };
            let first = one.sent.iter().min().copied().unwrap_or(sent);
            let answered = supplier.answered_at.and_then(|at| Day::of(at).ok());
            if one.expires < today || answered.is_some_and(|day| day >= first) {
                continue;
            }
            let silent = newest_after(sent, &self.reminders.unanswered_days, calendar, today);
            let ending = newest(one.expires, &self.reminders.link_days, 0, calendar, today);
            let silent = self.is_news(format!("unanswered/{link}"), sent, silent);
            let ending = self.is_news(format!("link/{link}"), one.expires, ending);
            if !silent && !ending {
                continue;
            }
            let item = Item::Unanswered {
                supplier: one.supplier.clone(),
                link: link.clone(),
                sent,
                expires: one.expires,
            };
            let to = addresses(&supplier);
            if to.is_empty() {
                self.found.push((self.leads.clone(), item));
                continue;
            }
            let key = &one.supplier;
            for address in to {
                self.found.push((Recipient::Supplier { key: key.clone(), address }, item.clone()));
            }
        }
    }
}

/// The newest step that has come, in days from the anchor: negative before it. `late_every` days is from one
/// step after it to the next, 0 for none.
fn newest(
    anchor: Day,
    before: &BTreeSet<u16>,
    late_every: u16,
    calendar: &Calendar,
    today: Day,
) -> Option<i32> {
    let every = i32::from(late_every);
    if every > 0 && today > anchor {
        let rounds = today.days_since(anchor) / every;
        let late = (1.max(rounds - ROUNDS)..=rounds).rev().map(|round| round * every);
        let mut come = late.filter(|days| has_come(anchor, *days, calendar, today));
        if let Some(days) = come.next() {
            return Some(days);
        }
    }
    let steps = before.iter().map(|days| -i32::from(*days));
    steps.filter(|days| has_come(anchor, *days, calendar, today)).max()
}

/// The same for steps after the anchor, each once.
fn newest_after(
    anchor: Day,
    after: &BTreeSet<u16>,
    calendar: &Calendar,
    today: Day,
) -> Option<i32> {
    let steps = after.iter().map(|days| i32::from(*days));
    steps.filter(|days| has_come(anchor, *days, calendar, today)).max()
}

/// Whether the day of a step is here: the working day before it where it is before the anchor, so that nobody
/// learns of it too late; else the one after.
fn has_come(anchor: Day, days: i32, calendar: &Calendar, today: Day) -> bool {
    let nominal = anchor.plus_days(days);
    let day = match days {
        ..=0 => calendar.working_day_at_or_before(nominal),
        _ => calendar.working_day_at_or_after(nominal),
    };
    day <= today
}

impl Posting {
    /// There is nothing to tell.
    pub fn is_empty(&self) -> bool {
        self.notices.is_empty() && self.marks.is_empty() && self.told_until.is_none()
    }
}

impl Notice {
    /// How many things it tells.
    pub fn count(&self) -> usize {
        self.items.len() + self.more
    }
}
