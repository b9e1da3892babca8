//! What a programme is set to, its dates, and what is known of its tasks.

use std::collections::{BTreeMap, BTreeSet};

use brevdue_memo::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{AuthorityKind, Level, Status, Track};
use crate::catalogue::{Package, Task, Variant};
use crate::day::Day;
use crate::ids::{Key, ProfileId, TaskId};
use crate::reminding::Reminders;

/// What the programme is set to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Its name.
    pub name: String,
    /// The authority's name.
    pub authority: String,
    /// Its CVR numbers, digits alone; observations of these organisations belong to the programme.
    #[serde(default)]
    pub cvr: BTreeSet<String>,
    /// What kind of authority.
    pub kind: AuthorityKind,
    /// Its units.
    #[serde(default)]
    pub units: Vec<String>,
    /// Who the agency can ask.
    #[serde(default)]
    pub contact: String,
    /// The track.
    pub track: Track,
    /// Full or light.
    pub variant: Variant,
    /// The deadline profile.
    pub profile: ProfileId,
    /// The day it began (T0).
    pub start: Day,
    /// The version of the catalogue it was last brought up to.
    pub catalogue_version: String,
    /// Answers of the self-assessment, by question.
    #[serde(default)]
    pub assessment: BTreeMap<String, i64>,
    /// The level of markup to begin with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ambition: Option<Level>,
    /// The decision that froze the baseline; none before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approved_by: Option<Key>,
    /// The office that answers for the contact structure, and its deputy.
    #[serde(default)]
    pub contact_structure_office: String,
    /// The deputy.
    #[serde(default)]
    pub contact_structure_deputy: String,
    /// When the contact structure was last gone through.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact_structure_reviewed: Option<Day>,
    /// When the organisation last changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organisation_changed: Option<Day>,
    /// The light of the status report, set by hand: `green`, `yellow` or `red`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub light_by_hand: Option<String>,
    /// Why; needed with it.
    #[serde(default)]
    pub light_comment: String,
    /// Purpose, scope, benefits, budget and resources.
    #[serde(default)]
    pub project_basis: String,
    /// Weights of the score, by name; the catalogue's where none.
    #[serde(default)]
    pub weights: BTreeMap<String, f64>,
    /// Reporting day, recipients, template.
    #[serde(default)]
    pub reporting: String,
    /// Days of custom on which people work here, by the words of [`crate::calendar::CustomDay`].
    #[serde(default)]
    pub works_on: BTreeSet<String>,
    /// When people are reminded, and in which language.
    #[serde(default, skip_serializing_if = "Reminders::is_default")]
    pub reminders: Reminders,
    /// No longer in use; shown in the archive alone.
    #[serde(default)]
    pub archived: bool,
}

/// The date of a milestone.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Milestone {
    /// When; none: not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub day: Option<Day>,
    /// `HH:MM` in Copenhagen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time: Option<String>,
    /// The last day of a window.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Day>,
    /// The day when the plan was approved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub baseline: Option<Day>,
    /// When it came to pass.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reached: Option<Day>,
    /// Anything.
    #[serde(default)]
    pub note: String,
}

/// A change of the catalogue: fields of a package, task or requirement; or a whole new one.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Override {
    /// The fields that differ, by their names in the catalogue.
    #[serde(default)]
    pub fields: BTreeMap<String, Value>,
    /// A package of the authority's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub package: Option<Package>,
    /// A task of the authority's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub task: Option<Task>,
    /// Not used here.
    #[serde(default)]
    pub hidden: bool,
    /// The catalogue version the change was made to.
    #[serde(default)]
    pub catalogue_version: String,
}

/// What is known of one task for one subject.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TaskState {
    /// Which task.
    pub task: TaskId,
    /// For which system, supplier, letter type or contact point.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<Key>,
    /// Who has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assignee: Option<Key>,
    /// Where it stands.
    #[serde(default = "not_started")]
    pub status: Status,
    /// 0 to 100.
    #[serde(default)]
    pub percent: u8,
    /// When it is planned to begin.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub planned_start: Option<Day>,
    /// A due day of its own, in place of the task's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<Day>,
    /// When whoever does it believes that it will be done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub forecast: Option<Day>,
    /// The due day when the plan was approved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub baseline_due: Option<Day>,
    /// When it was done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub done_at: Option<Timestamp>,
    /// Closed by its own condition, not by somebody.
    #[serde(default)]
    pub closed_by_condition: bool,
    /// How often its condition stopped holding after it was done.
    #[serde(default)]
    pub reopened: u32,
    /// Why it is blocked or not relevant.
    #[serde(default)]
    pub reason: String,
    /// The attestation that closed it against its condition.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attestation: Option<Key>,
    /// Checkboxes that are ticked, counted from 1.
    #[serde(default)]
    pub steps_done: BTreeSet<u8>,
    /// Decisions about it.
    #[serde(default)]
    pub decisions: BTreeSet<Key>,
    /// Links to files.
    #[serde(default)]
    pub attachments: Vec<String>,
    /// Anything.
    #[serde(default)]
    pub note: String,
}

fn not_started() -> Status {
    Status::NotStarted
}
