//! Whether a catalogue agrees with itself: references, ids, texts, colours, and tasks that wait in a ring.

use std::collections::{BTreeMap, BTreeSet};

use super::fault::{FAULTS, Fault, FaultKind};
use super::{Catalogue, DoneWhen, ProfileDate};
use crate::checks::WINDOW_DAYS;
use crate::ids::{TaskId, milestones};
use crate::text::Bilingual;

/// Characters of one text at most.
pub const TEXT_CHARACTERS: usize = 4_000;

/// Items of one table at most.
pub const ITEMS: usize = 5_000;

/// Entries of a list of a requirement at most.
pub const LIST_ENTRIES: usize = 500;

/// Characters of one of them at most.
pub const ENTRY_CHARACTERS: usize = 200;

/// Rings of waiting tasks told of at most.
const RINGS: usize = 20;

/// Contrast of text on a colour at least (WCAG 2.2, 1.4.3).
pub const CONTRAST: f64 = 4.5;

/// The pages that may take the place of a document.
pub const TOOLS: &[&str] = &[
    "systems",
    "letters",
    "contact-points",
    "requirements",
    "risks",
    "decisions",
    "suppliers",
    "plan",
    "stakeholders",
    "communication",
    "training",
    "deck",
    "settings",
];

/// Every fault of a catalogue, in the order of its items.
pub(super) fn faults(catalogue: &Catalogue) -> Vec<Fault> {
    let ids = ids(catalogue);
    let known = ids.iter().map(|(table, ids)| (*table, ids.iter().copied().collect())).collect();
    let mut check = Check { known, faults: Vec::new(), at: ("", 0, String::new()) };
    check.unique(&ids);
    check.sizes(&ids);
    check.basics(catalogue);
    check.packages(catalogue);
    check.tasks(catalogue);
    check.requirements_and_letters(catalogue);
    check.cycles(catalogue);
    check.faults
}

/// The ids of every table, by its name.
pub(super) fn ids(catalogue: &Catalogue) -> BTreeMap<&'static str, Vec<&str>> {
    fn of<T>(items: &[T], id: impl Fn(&T) -> &str) -> Vec<&str> {
        items.iter().map(id).collect()
    }
    BTreeMap::from([
        ("area", of(&catalogue.areas, |item| item.id.as_str())),
        ("role", of(&catalogue.roles, |item| item.id.as_str())),
        ("milestone", of(&catalogue.milestones, |item| item.id.as_str())),
        ("profile", of(&catalogue.profiles, |item| item.id.as_str())),
        ("package", of(&catalogue.packages, |item| item.id.as_str())),
        ("task", of(&catalogue.tasks, |item| item.id.as_str())),
        ("requirement", of(&catalogue.requirements, |item| item.id.as_str())),
        ("archetype", of(&catalogue.archetypes, |item| item.id.as_str())),
        ("letter", of(&catalogue.letters, |item| item.id.as_str())),
        ("source", catalogue.sources.keys().map(String::as_str).collect()),
    ])
}

struct Check<'a> {
    known: BTreeMap<&'static str, BTreeSet<&'a str>>,
    faults: Vec<Fault>,
    at: (&'static str, usize, String),
}

impl Check<'_> {
    fn item(&mut self, table: &'static str, index: usize, id: &str) {
        self.at = (table, index, id.to_owned());
    }

    fn fault(&mut self, field: &str, kind: FaultKind) {
        if self.faults.len() >= FAULTS {
            return;
        }
        let (table, index, item) = self.at.clone();
        let field = (!field.is_empty()).then(|| field.to_owned());
        self.faults.push(Fault { table, item, field, line: None, kind, index });
    }

    fn text(&mut self, field: &str, text: &Bilingual) {
        for (language, text) in [("Danish", &text.da), ("English", &text.en)] {
            if text.trim().is_empty() {
                self.fault(field, FaultKind::Empty(language));
            }
            let characters = text.chars().count();
            if characters > TEXT_CHARACTERS {
                self.fault(field, FaultKind::Long { characters, limit: TEXT_CHARACTERS });
            }
        }
    }

    fn knows(&mut self, field: &str, what: &'static str, id: &str) {
        if !self.known[what].contains(id) {
            self.fault(field, FaultKind::Unknown { what, id: id.to_owned() });
        }
    }

    fn sources(&mut self, sources: &[String]) {
        for source in sources {
            self.knows("sources", "source", source);
        }
    }

    fn unique(&mut self, ids: &BTreeMap<&'static str, Vec<&str>>) {
        let mut seen: BTreeMap<&str, &'static str> = BTreeMap::new();
        for (&table, ids) in ids.iter().filter(|(table, _)| **table != "source") {
            for (index, &id) in ids.iter().enumerate() {
                if let Some(holder) = seen.insert(id, table) {
                    self.item(table, index, id);
                    self.fault("id", FaultKind::Duplicate(holder));
                }
            }
        }
    }

    fn sizes(&mut self, ids: &BTreeMap<&'static str, Vec<&str>>) {
        for (table, ids) in ids {
            if ids.len() > ITEMS {
                self.item("", 0, "");
                let (what, count, limit) = ("items", ids.len(), ITEMS);
                self.fault(table, FaultKind::TooMuch { what, count, limit });
            }
        }
    }

    fn basics(&mut self, catalogue: &Catalogue) {
        self.item("", 0, "");
        for needed in [milestones::START, milestones::GOLIVE, milestones::MEMO_ONLY] {
            self.knows("milestone", "milestone", needed);
        }
        if catalogue.profiles.is_empty() {
            self.fault("profile", FaultKind::Value("there has to be at least one profile"));
        }
        for (index, area) in catalogue.areas.iter().enumerate() {
            self.item("area", index, area.id.as_str());
            self.text("name", &area.name);
            self.text("aim", &area.aim);
            self.colours(&area.fill, &area.text);
        }
        for (index, role) in catalogue.roles.iter().enumerate() {
            self.item("role", index, role.id.as_str());
            self.text("name", &role.name);
            self.text("typical", &role.typical);
        }
        for (index, milestone) in catalogue.milestones.iter().enumerate() {
            self.item("milestone", index, milestone.id.as_str());
            self.text("name", &milestone.name);
            self.text("meaning", &milestone.meaning);
            self.weeks("weeks_from_golive", milestone.weeks_from_golive);
            self.weeks("weeks_from_golive_light", milestone.weeks_from_golive_light);
        }
        for (index, profile) in catalogue.profiles.iter().enumerate() {
            self.item("profile", index, profile.id.as_str());
            self.text("name", &profile.name);
            self.text("meaning", &profile.meaning);
            for (milestone, date) in &profile.dates {
                self.knows("dates", "milestone", milestone.as_str());
                self.date(date, &profile.dates);
            }
        }
    }

    fn weeks(&mut self, field: &str, weeks: Option<i32>) {
        if weeks.is_some_and(|weeks| weeks.abs() > 1_000) {
            self.fault(field, FaultKind::Value("weeks lie between -1000 and 1000"));
        }
    }

    fn date(&mut self, date: &ProfileDate, dates: &BTreeMap<crate::MilestoneId, ProfileDate>) {
        match date {
            ProfileDate::On { day, time, until } => {
                if until.is_some_and(|until| until < *day) {
                    self.fault("dates", FaultKind::Value("the window ends before it begins"));
                }
                if time.as_deref().is_some_and(|time| !is_time(time)) {
                    self.fault("dates", FaultKind::Value("a time is written HH:MM"));
                }
            }
            ProfileDate::As { same_as } => {
                self.knows("dates", "milestone", same_as.as_str());
                if matches!(dates.get(same_as), Some(ProfileDate::As { .. })) {
                    let what =
                        "a milestone follows one that has a date, not one that follows another";
                    self.fault("dates", FaultKind::Value(what));
                }
            }
            ProfileDate::AfterStart { weeks, weeks_light } => {
                self.weeks("dates", Some(*weeks));
                self.weeks("dates", Some(*weeks_light));
            }
            ProfileDate::Empty { empty } => {
                if !empty {
                    self.fault("dates", FaultKind::Value("`empty` is true or left out"));
                }
            }
        }
    }

    fn colours(&mut self, fill: &str, text: &str) {
        for (field, colour) in [("fill", fill), ("text", text)] {
            if luminance(colour).is_none() {
                self.fault(field, FaultKind::Colour(colour.chars().take(20).collect()));
            }
        }
        if let (Some(fill), Some(text)) = (luminance(fill), luminance(text)) {
            let contrast = (fill.max(text) + 0.05) / (fill.min(text) + 0.05);
            if contrast < CONTRAST {
                self.fault("text", FaultKind::Contrast(format!("{contrast:.2}")));
            }
        }
    }

    fn packages(&mut self, catalogue: &Catalogue) {
        for (index, package) in catalogue.packages.iter().enumerate() {
            self.item("package", index, package.id.as_str());
            self.text("name", &package.name);
            self.text("purpose", &package.purpose);
            if let Some(area) = &package.area {
                self.knows("area", "area", area.as_str());
            }
            self.sources(&package.sources);
            for document in &package.documents {
                self.text("document", &document.title);
                if let Some(note) = &document.note {
                    self.text("document", note);
                }
                if let Some(tool) = &document.built_in_tool
                    && !TOOLS.contains(&tool.as_str())
                {
                    self.fault("document", FaultKind::Unknown { what: "tool", id: tool.clone() });
                }
            }
        }
    }

    fn tasks(&mut self, catalogue: &Catalogue) {
        for (index, task) in catalogue.tasks.iter().enumerate() {
            self.item("task", index, task.id.as_str());
            self.text("title", &task.title);
            self.text("description", &task.description);
            self.text("help", &task.help);
            self.knows("package", "package", task.package.as_str());
            if task.roles.is_empty() {
                self.fault("roles", FaultKind::Value("somebody has to do it: name a role"));
            }
            for role in &task.roles {
                self.knows("roles", "role", role.as_str());
            }
            task.inputs.iter().for_each(|text| self.text("inputs", text));
            task.outputs.iter().for_each(|text| self.text("outputs", text));
            for (field, due) in [("due", &task.due), ("from", &task.from)] {
                if let Some(due) = due {
                    self.knows(field, "milestone", due.milestone.as_str());
                    self.weeks(field, Some(due.weeks));
                }
            }
            for other in &task.depends_on {
                self.knows("depends_on", "task", other.as_str());
            }
            for other in &task.condenses {
                self.knows("condenses", "task", other.as_str());
            }
            if let DoneWhen::ChecksPass(checks) = &task.done_when {
                if checks.is_empty() {
                    self.fault("done_when", FaultKind::Value("name at least one check"));
                }
                for check in checks {
                    self.knows("done_when", "requirement", check.as_str());
                }
            }
            for requirement in &task.requirements {
                self.knows("requirements", "requirement", requirement.as_str());
            }
            for step in &task.steps {
                self.text("step", &step.title);
                self.text("step", &step.help);
            }
            self.sources(&task.sources);
        }
    }

    fn requirements_and_letters(&mut self, catalogue: &Catalogue) {
        for (index, requirement) in catalogue.requirements.iter().enumerate() {
            self.item("requirement", index, requirement.id.as_str());
            self.text("title", &requirement.title);
            self.text("passes_when", &requirement.passes_when);
            self.text("remedy", &requirement.remedy);
            if let Some(from) = &requirement.from {
                self.knows("from", "milestone", from.as_str());
            }
            if requirement.limits.values().any(|limit| !limit.is_finite() || *limit < 0.0) {
                self.fault("limits", FaultKind::Value("a limit is a number from 0"));
            }
            let is_share = |name: &str| name.contains("share") || name.contains("coverage");
            if requirement.limits.iter().any(|(name, limit)| is_share(name) && *limit > 1.0) {
                self.fault("limits", FaultKind::Value("a share is a number from 0 to 1"));
            }
            if !(1..=WINDOW_DAYS).contains(&requirement.window_days) {
                self.fault(
                    "window_days",
                    FaultKind::Value("the window is one day at least and 400 at most"),
                );
            }
            self.lists(&requirement.lists);
            self.sources(&requirement.sources);
        }
        for (index, archetype) in catalogue.archetypes.iter().enumerate() {
            self.item("archetype", index, archetype.id.as_str());
            self.text("name", &archetype.name);
            self.text("meaning", &archetype.meaning);
        }
        for (index, letter) in catalogue.letters.iter().enumerate() {
            self.item("letter", index, letter.id.as_str());
            self.text("name", &letter.name);
            self.text("benefit", &letter.benefit);
            self.knows("archetype", "archetype", letter.archetype.as_str());
            self.sources(&letter.sources);
        }
    }

    fn lists(&mut self, lists: &BTreeMap<String, Vec<String>>) {
        for (name, list) in lists {
            if list.len() > LIST_ENTRIES {
                let (what, count, limit) = ("entries of a list", list.len(), LIST_ENTRIES);
                self.fault("lists", FaultKind::TooMuch { what, count, limit });
            }
            for entry in list {
                let characters = entry.chars().count();
                if entry.trim().is_empty() {
                    self.fault("lists", FaultKind::Value("an entry of a list is empty"));
                } else if characters > ENTRY_CHARACTERS {
                    let limit = ENTRY_CHARACTERS;
                    self.fault("lists", FaultKind::Long { characters, limit });
                } else if name == "hosts" && !is_host(entry) {
                    let what = "a host is written without https:// and without a path";
                    self.fault("lists", FaultKind::Value(what));
                }
            }
        }
    }

    fn cycles(&mut self, catalogue: &Catalogue) {
        for cycle in cycles(catalogue) {
            let at = catalogue.tasks.iter().position(|task| task.id == cycle[0]).unwrap_or(0);
            self.item("task", at, cycle[0].as_str());
            self.fault("depends_on", FaultKind::Cycle(cycle));
        }
    }
}

/// Rings of tasks that wait for one another, each beginning and ending with the same task.
pub(super) fn cycles(catalogue: &Catalogue) -> Vec<Vec<TaskId>> {
    let tasks = &catalogue.tasks;
    let place: BTreeMap<&TaskId, usize> =
        tasks.iter().enumerate().map(|(index, task)| (&task.id, index)).collect();
    let mut done = vec![false; tasks.len()];
    let mut found = Vec::new();
    // Where each task stands on the path.
    let mut standing: Vec<Option<usize>> = vec![None; tasks.len()];
    for start in 0..tasks.len() {
        if done[start] {
            continue;
        }
        standing[start] = Some(0);
        // By hand rather than by recursion: a ring, or a long row, is a stranger's.
        let mut path: Vec<(usize, usize)> = vec![(start, 0)];
        while let Some((task, next)) = path.pop() {
            let Some(other) = tasks[task].depends_on.get(next) else {
                done[task] = true;
                standing[task] = None;
                continue;
            };
            path.push((task, next + 1));
            let Some(&other) = place.get(other) else { continue };
            if let Some(at) = standing[other] {
                if found.len() >= RINGS {
                    continue;
                }
                let ring = path[at..].iter().map(|(task, _)| tasks[*task].id.clone());
                found.push(ring.chain([tasks[other].id.clone()]).collect());
            } else if !done[other] {
                standing[other] = Some(path.len());
                path.push((other, 0));
            }
        }
    }
    found.sort();
    found.dedup();
    found
}

/// A name or an address of a machine, or with a leading dot a domain; no scheme, port or path.
fn is_host(text: &str) -> bool {
    let is_address = text.parse::<std::net::IpAddr>().is_ok();
    let is_part = |part: &str| {
        !part.is_empty()
            && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
    };
    is_address || text.strip_prefix('.').unwrap_or(text).split('.').all(is_part)
}

fn is_time(time: &str) -> bool {
    let part = |range: std::ops::Range<usize>| time.get(range).and_then(|p| p.parse::<u8>().ok());
    time.len() == 5
        && time.as_bytes()[2] == b':'
        && part(0..2).is_some_and(|hour| hour < 24)
        && part(3..5).is_some_and(|minute| minute < 60)
}

/// Relative luminance of `#RRGGBB` (WCAG 2.2).
fn luminance(colour: &str) -> Option<f64> {
    let hex = colour.strip_prefix('#')?;
    if hex.len() != 6 || !hex.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    let channel = |at: usize| {
        let value = f64::from(u8::from_str_radix(hex.get(at..at + 2)?, 16).ok()?) / 255.0;
        Some(if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) })
    };
    Some(0.2126 * channel(0)? + 0.7152 * channel(2)? + 0.0722 * channel(4)?)
}
