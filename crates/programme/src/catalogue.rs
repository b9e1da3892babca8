//! The catalogue: packages, tasks, milestones, profiles, requirements, archetypes and letter types.
//!
//! All of it is data with a provenance. The catalogue that ships stands in `catalogue/*.toml`; what those
//! files may hold is documented in `docs/catalogue.md`. An authority's own changes lie beside it
//! (objects of kind `override`) and win until somebody accepts a newer text.

mod checking;
mod diff;
mod effective;
mod fault;
mod owning;
mod reading;
mod shipped;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::day::Day;
use crate::ids::{
    ArchetypeId, AreaId, MilestoneId, PackageId, ProfileId, RequirementId, RoleId, TaskId,
};
use crate::text::Bilingual;

pub use checking::{CONTRAST, ENTRY_CHARACTERS, ITEMS, LIST_ENTRIES, TEXT_CHARACTERS, TOOLS};
pub use diff::{Difference, FieldDifference, WhatDiffers, accepting, diff, kept_out};
pub use effective::{Effective, SetAside};
pub use fault::{CatalogueErrors, FAULTS, Fault, FaultKind};
pub use owning::{Own, value_of};
pub use reading::CATALOGUE_BYTES;

/// How much is known of a fact, shown as a badge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Provenance {
    /// A public source states it.
    Confirmed,
    /// It follows from what public sources state.
    Inferred,
    /// No public source tells; this is our proposal.
    Proposed,
    /// The authority's own.
    Local,
}

/// The whole catalogue.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Catalogue {
    /// Its version, for example `2026-11`.
    pub version: String,
    /// Who publishes it.
    pub publisher: String,
    /// The areas of the implementation concept, in order.
    #[serde(rename = "area")]
    pub areas: Vec<Area>,
    /// Roles.
    #[serde(rename = "role")]
    pub roles: Vec<Role>,
    /// Milestones, in order.
    #[serde(rename = "milestone")]
    pub milestones: Vec<MilestoneKind>,
    /// Deadline profiles; the first is the default.
    #[serde(rename = "profile")]
    pub profiles: Vec<Profile>,
    /// Packages, both versions, in order.
    #[serde(rename = "package")]
    pub packages: Vec<Package>,
    /// Tasks, in order within their package.
    #[serde(rename = "task")]
    pub tasks: Vec<Task>,
    /// Requirements and checks, in order.
    #[serde(rename = "requirement")]
    pub requirements: Vec<Requirement>,
    /// Archetypes of letters.
    #[serde(rename = "archetype")]
    pub archetypes: Vec<Archetype>,
    /// Letter types that seed the register.
    #[serde(rename = "letter")]
    pub letters: Vec<LetterSeed>,
    /// The sources that provenances rest on, by their key, for example `S1`.
    pub sources: BTreeMap<String, String>,
}

/// An area (implementeringsområde) with its official colour.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Area {
    /// `ORG`, `KOM`, `DAT` or `UDD` as shipped.
    pub id: AreaId,
    /// Its name.
    pub name: Bilingual,
    /// What it is for.
    pub aim: Bilingual,
    /// Fill colour, `#RRGGBB`.
    pub fill: String,
    /// Colour of text on it, `#RRGGBB`, at least 4.5:1.
    pub text: String,
}

/// A role somebody can hold.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Role {
    /// Its id.
    pub id: RoleId,
    /// Its name.
    pub name: Bilingual,
    /// Who it typically is.
    pub typical: Bilingual,
}

/// A milestone that dates hang on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MilestoneKind {
    /// Its id.
    pub id: MilestoneId,
    /// Its name.
    pub name: Bilingual,
    /// What it means.
    pub meaning: Bilingual,
    /// One of the two official deadlines.
    #[serde(default)]
    pub official: bool,
    /// It has an end as well, as a window has.
    #[serde(default)]
    pub window: bool,
    /// Weeks from `GOLIVE`, where a profile says nothing, in the full programme.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weeks_from_golive: Option<i32>,
    /// The same in the light version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weeks_from_golive_light: Option<i32>,
    /// How much is known.
    pub provenance: Provenance,
}

/// A deadline profile (tidsprofil).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    /// Its id.
    pub id: ProfileId,
    /// Its name.
    pub name: Bilingual,
    /// When to choose it.
    pub meaning: Bilingual,
    /// Its dates; a milestone not named goes by its weeks from `GOLIVE`.
    pub dates: BTreeMap<MilestoneId, ProfileDate>,
}

/// What a profile says of a milestone.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged, deny_unknown_fields)]
pub enum ProfileDate {
    /// On a day, perhaps at a time of day in Copenhagen (`HH:MM`), perhaps until a day.
    On {
        /// The day.
        day: Day,
        /// `HH:MM` in Copenhagen.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        time: Option<String>,
        /// The last day of a window.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        until: Option<Day>,
    },
    /// The same as another milestone.
    As {
        /// Which.
        same_as: MilestoneId,
    },
    /// Weeks after the day the user gives (T0).
    AfterStart {
        /// In the full programme.
        weeks: i32,
        /// In the light version.
        weeks_light: i32,
    },
    /// None; the user may enter one.
    Empty {
        /// Always true.
        empty: bool,
    },
}

/// Which version of the programme a package belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Variant {
    /// Ten packages.
    Full,
    /// Five tasks.
    Light,
}

/// A task package (opgavepakke).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Package {
    /// Stable.
    pub id: PackageId,
    /// The number shown; may be changed. None for the light version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<u8>,
    /// Its name.
    pub name: Bilingual,
    /// Its area; none for the light version, which is all of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub area: Option<AreaId>,
    /// What it is for.
    pub purpose: Bilingual,
    /// Which version it belongs to.
    pub variant: Variant,
    /// How much of its name is known.
    pub name_provenance: Provenance,
    /// How much of its purpose is known.
    pub purpose_provenance: Provenance,
    /// Keys into `sources`.
    #[serde(default)]
    pub sources: Vec<String>,
    /// What comes with it.
    #[serde(default, rename = "document")]
    pub documents: Vec<Document>,
}

/// A document of a package: a slot to fill, a link, or a tool of ours.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Document {
    /// What it is.
    pub kind: DocumentKind,
    /// Its title.
    pub title: Bilingual,
    /// Number of an annex.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<u8>,
    /// The tool of ours that takes its place: a path of the pages below a programme, for example `systems`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub built_in_tool: Option<String>,
    /// What to know of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<Bilingual>,
    /// How much is known.
    pub provenance: Provenance,
}

/// Kinds of documents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DocumentKind {
    /// The basic document.
    Grunddokument,
    /// An annex.
    Bilag,
    /// A step guide.
    Procesguide,
    /// A slide deck.
    Praesentation,
    /// A video.
    Video,
    /// A template.
    Skabelon,
}

/// How binding a task is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Obligation {
    /// A minimum requirement needs it.
    Must,
    /// A must when `MEMO_ONLY` comes.
    MustAtMemoOnly,
    /// A must when there is a window without sending.
    MustIfWindow,
    /// Recommended.
    Should,
    /// Allowed.
    May,
}

/// What a task is done once for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Per {
    /// The programme.
    Programme,
    /// Each system.
    System,
    /// Each supplier.
    Supplier,
    /// Each letter type.
    LetterType,
    /// Each contact point.
    ContactPoint,
}

/// A task of a package.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Task {
    /// Stable.
    pub id: TaskId,
    /// Its package.
    pub package: PackageId,
    /// Its title.
    pub title: Bilingual,
    /// What is to be done.
    pub description: Bilingual,
    /// How to go about it, and how one knows that it is done.
    pub help: Bilingual,
    /// How binding.
    pub obligation: Obligation,
    /// Who does it; the first is accountable.
    pub roles: Vec<RoleId>,
    /// What it is done once for.
    pub per: Per,
    /// Systems it is done for, when per system: senders, receivers or both.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub systems: Option<SystemSide>,
    /// What it rests on.
    #[serde(default)]
    pub inputs: Vec<Bilingual>,
    /// What comes of it.
    #[serde(default)]
    pub outputs: Vec<Bilingual>,
    /// When; none: continuously.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<Due>,
    /// The day from which it lasts until `due`, for tasks that are a stretch of time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Due>,
    /// It comes again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub again: Option<Again>,
    /// What has to be done before.
    #[serde(default)]
    pub depends_on: Vec<TaskId>,
    /// When it is done.
    pub done_when: DoneWhen,
    /// The requirements it serves.
    #[serde(default)]
    pub requirements: Vec<RequirementId>,
    /// Tasks of the full programme that a light task stands for; empty for full tasks.
    #[serde(default)]
    pub condenses: Vec<TaskId>,
    /// Checkboxes of a light task.
    #[serde(default, rename = "step")]
    pub steps: Vec<Step>,
    /// Keys into `sources`.
    #[serde(default)]
    pub sources: Vec<String>,
    /// How much is known.
    pub provenance: Provenance,
}

/// One checkbox of a light task.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// What to do.
    pub title: Bilingual,
    /// How.
    pub help: Bilingual,
}

/// The side of systems a task or requirement is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SystemSide {
    /// Those that send.
    Sender,
    /// Those that receive.
    Receiver,
    /// Both.
    Both,
}

/// A day that hangs on a milestone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Due {
    /// Which.
    pub milestone: MilestoneId,
    /// Weeks after it; before it when negative.
    #[serde(default)]
    pub weeks: i32,
}

/// How often a task comes again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Again {
    /// Each day.
    Daily,
    /// Each fourth week.
    FourWeekly,
    /// Each month.
    Monthly,
    /// Each quarter.
    Quarterly,
    /// Each year.
    Yearly,
}

/// When a task is done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DoneWhen {
    /// Somebody says so.
    Manual,
    /// A register holds what it should.
    RegisterComplete(RegisterQuery),
    /// These checks pass for the task's subject.
    ChecksPass(Vec<RequirementId>),
}

/// What a register should hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RegisterQuery {
    /// The authority's name, CVR number, kind and contact person are set.
    Authority,
    /// Every role that the tasks name as accountable has a holder.
    Roles,
    /// There is a sender system, and every one is complete.
    SenderSystems,
    /// There is a receiver system, and every one is complete.
    ReceiverSystems,
    /// The subject has volumes.
    Volumes,
    /// The subject has a path.
    Path,
    /// The subject has a decided scope.
    Scope,
    /// The subject has an archetype.
    Archetype,
    /// The subject lists letter types.
    LetterTypes,
    /// Every system that is not our own has a supplier, and every supplier a contact.
    Suppliers,
    /// The subject has answered the questionnaire.
    SupplierAnswers,
    /// The subject's contract has a price and an end, and says whether it covers the conversion.
    Contract,
    /// The subject's contract has a data processing agreement.
    DataProcessing,
    /// The subject has a certificate with its expiry.
    Certificates,
    /// Receivers are chosen, within the limits on their number.
    ReceiversChosen,
    /// There is a contact point, and each has a group and an owner.
    ContactPoints,
    /// The subject is visible to somebody and has a description.
    Visibility,
    /// The subject is tied to an active receiver system.
    ReceiverBinding,
    /// The variant is chosen.
    Variant,
    /// The profile is chosen and `GOLIVE` has a date.
    Profile,
    /// There is a risk.
    Risks,
    /// The plan is approved.
    Approved,
}

/// Whether a requirement is one of the official ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RequirementKind {
    /// Of Bilag 1.
    Official,
    /// A further check; shown apart and never counted as Bilag 1.
    Further,
}

/// What a requirement is judged for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AppliesTo {
    /// The authority as a whole.
    Authority,
    /// Each sender system.
    Sender,
    /// Each receiver system.
    Receiver,
    /// Each system.
    Both,
    /// Each contact point.
    ContactPoint,
    /// Each letter type.
    LetterType,
}

/// A requirement or further check. What it means to pass is code: `checks`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Requirement {
    /// Its id.
    pub id: RequirementId,
    /// Official or further.
    pub kind: RequirementKind,
    /// What is required.
    pub title: Bilingual,
    /// When it passes, in words.
    pub passes_when: Bilingual,
    /// What to do when it does not.
    pub remedy: Bilingual,
    /// For what it is judged.
    pub applies_to: AppliesTo,
    /// From when; none: from when it is decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<MilestoneId>,
    /// How many days of observations it looks at.
    pub window_days: u16,
    /// Its limits, by name; all can be changed by the authority.
    #[serde(default)]
    pub limits: BTreeMap<String, f64>,
    /// Its lists, by name, for example `hosts`; all can be changed by the authority.
    #[serde(default)]
    pub lists: BTreeMap<String, Vec<String>>,
    /// Raised when its meaning changes.
    pub rule_version: u16,
    /// Keys into `sources`.
    #[serde(default)]
    pub sources: Vec<String>,
    /// How much is known.
    pub provenance: Provenance,
}

/// An archetype of letters.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Archetype {
    /// Its id.
    pub id: ArchetypeId,
    /// Its name.
    pub name: Bilingual,
    /// What belongs to it.
    pub meaning: Bilingual,
}

/// A typical letter with its markup, to seed the register with.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LetterSeed {
    /// A key for it.
    pub id: crate::ids::Key,
    /// Its name.
    pub name: Bilingual,
    /// Its archetype.
    pub archetype: ArchetypeId,
    /// Action codes of MeMo, for example `AFTALE`.
    #[serde(default)]
    pub actions: Vec<String>,
    /// Header fields of MeMo that matter, for example `mandatory`, `replyByDateTime`.
    #[serde(default)]
    pub header: Vec<String>,
    /// Content and attention data of MeMo, by class, for example `CaseID`.
    #[serde(default)]
    pub data: Vec<String>,
    /// What it gives.
    pub benefit: Bilingual,
    /// Keys into `sources`.
    #[serde(default)]
    pub sources: Vec<String>,
    /// How much is known.
    pub provenance: Provenance,
}

#[cfg(test)]
mod tests;
