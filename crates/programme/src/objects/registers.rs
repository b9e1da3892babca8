//! What people fill in: systems, suppliers, letters, contact points, rules, people, and what is told to whom.

use std::collections::{BTreeMap, BTreeSet};

use brevdue_memo::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    Covers, Criticality, Direction, Environment, FigureSource, Hosting, LegalWeight, Level,
    Lifecycle, MustDo, Path, Purpose, Quality, Rhythm, Route, SystemRole, SystemType, Transport,
};
use crate::day::Day;
use crate::ids::{ArchetypeId, Key, RoleId};
use crate::text::Language;
use crate::time_of_day::TimeOfDay;

/// A system. It is complete when its name, role, type, owner, supplier (or own hosting), path and an
/// interface are set.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[allow(
    missing_docs,
    reason = "the fields are those of the register, documented in docs/workbook.md"
)]
pub struct System {
    pub name: String,
    pub short_name: String,
    pub description: String,
    pub role: Option<SystemRole>,
    #[serde(rename = "type")]
    pub system_type: Option<SystemType>,
    pub criticality: Option<Criticality>,
    pub business_areas: Vec<String>,
    pub units: Vec<String>,
    pub kle: Vec<String>,
    pub owner: Option<Key>,
    pub deputy: Option<Key>,
    pub operations_contact: String,
    pub billing_unit: String,
    pub supplier: Option<Key>,
    pub contract: Option<Key>,
    pub hosting: Option<Hosting>,
    pub lifecycle: Option<Lifecycle>,
    pub replaced_by: Option<Key>,
    pub retire_date: Option<Day>,
    pub path: Option<Path>,
    pub via_system: Option<Key>,
    pub sends_on_behalf_of: BTreeSet<String>,
    pub interfaces: Vec<Interface>,
    pub volumes: Vec<Volume>,
    pub scheduled_jobs: Vec<ScheduledJob>,
    pub milestones: Vec<SystemMilestone>,
    pub scope: Scope,
    pub discontinued_functions: Vec<DiscontinuedFunction>,
    /// Names by which its traffic is known: `GeneratingSystem`, certificate subjects, system ids.
    pub known_as: BTreeSet<String>,
    pub no_in_house_integration: bool,
    pub note: String,
}

/// One transport and direction of a system.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[allow(
    missing_docs,
    reason = "the fields are those of the register, documented in docs/workbook.md"
)]
pub struct Interface {
    pub id: Option<Key>,
    pub direction: Option<Direction>,
    pub transport: Option<Transport>,
    pub environment: Option<Environment>,
    pub endpoint: String,
    pub host: String,
    /// The id in Administrativ Adgang, here: in the exchange.
    pub dp_system_id: String,
    pub active: bool,
    pub formats: BTreeSet<String>,
    pub declared_memo_version: Option<String>,
    pub max_size_mb: Option<f64>,
    pub attachments_max: Option<u32>,
    pub certificate: Option<Certificate>,
    pub technical_receipts: bool,
    pub business_receipts: bool,
    pub receipts_consumed_by: String,
    pub purpose: Option<Purpose>,
    /// When the conformance set was last passed.
    pub conformance_passed: Option<Day>,
    /// When a message of 99.5 MB was last received in a test.
    pub large_message_passed: Option<Day>,
    /// The size it says it takes from citizens and companies, in MB.
    pub declared_limit_mb: Option<f64>,
}

/// A certificate of an interface.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[allow(
    missing_docs,
    reason = "the fields are those of the register, documented in docs/workbook.md"
)]
pub struct Certificate {
    pub subject: String,
    pub serial: String,
    pub issuer: String,
    pub valid_from: Option<Day>,
    pub valid_to: Option<Day>,
    pub purpose: String,
    pub renewal_owner: Option<Key>,
    pub where_installed: String,
}

/// Volumes of a year.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[allow(
    missing_docs,
    reason = "the fields are those of the register, documented in docs/workbook.md"
)]
pub struct Volume {
    pub year: i16,
    pub messages_out: u64,
    pub messages_in: u64,
    pub peak_day: u64,
    pub peak_hour: u64,
    /// 0 to 1.
    pub mass_share: f64,
    pub citizens: u64,
    pub companies: u64,
    pub authorities: u64,
    pub nemsms: u64,
    pub source: Option<FigureSource>,
}

/// A job of a system that sends by itself.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[allow(
    missing_docs,
    reason = "the fields are those of the register, documented in docs/workbook.md"
)]
pub struct ScheduledJob {
    pub name: String,
    pub rhythm: Option<Rhythm>,
    /// Of a monthly job; a month without such a day has it at its end.
    pub day_of_month: Option<u8>,
    /// Not before this day.
    pub next_run: Option<Day>,
    /// When it begins, in Copenhagen.
    pub time: Option<TimeOfDay>,
    /// How long it runs.
    pub minutes: u32,
    pub letter_types: BTreeSet<Key>,
    /// Letters of a run.
    pub volume: u64,
    /// It is stopped for the window without sending.
    pub paused: bool,
    pub note: String,
}

/// Where a system stands with a milestone.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[allow(
    missing_docs,
    reason = "the fields are those of the register, documented in docs/workbook.md"
)]
pub struct SystemMilestone {
    pub milestone: String,
    pub planned: Option<Day>,
    pub forecast: Option<Day>,
    pub actual: Option<Day>,
    pub status: String,
    pub note: String,
}

/// How far the markup of a system goes.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[allow(
    missing_docs,
    reason = "the fields are those of the register, documented in docs/workbook.md"
)]
pub struct Scope {
    pub level: Option<Level>,
    pub decided_on: Option<Day>,
    pub decided_by: Option<Key>,
    pub letter_types: BTreeSet<Key>,
    /// 0 to 1.
    pub markup_target: Option<f64>,
}

/// A function that lapses.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[allow(
    missing_docs,
    reason = "the fields are those of the register, documented in docs/workbook.md"
)]
pub struct DiscontinuedFunction {
    pub function: String,
    pub used_for: String,
    pub alternative: String,
    pub status: String,
}

/// A supplier.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[allow(
    missing_docs,
    reason = "the fields are those of the register, documented in docs/workbook.md"
)]
pub struct Supplier {
    pub name: String,
    pub cvr: String,
    pub contacts: Vec<String>,
    pub framework: String,
    pub notes: String,
    /// Answers to the questionnaire, by question, for each system `SYSTEM/QUESTION` or for all `QUESTION`.
    pub answers: BTreeMap<String, String>,
    pub answered_at: Option<Timestamp>,
    /// 1 to 5.
    pub confidence: Option<u8>,
    pub last_status: Option<Day>,
}

/// A contract.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[allow(
    missing_docs,
    reason = "the fields are those of the register, documented in docs/workbook.md"
)]
pub struct Contract {
    pub name: String,
    pub supplier: Option<Key>,
    pub systems: BTreeSet<Key>,
    pub start: Option<Day>,
    pub end: Option<Day>,
    pub options: String,
    pub covers_conversion: Option<Covers>,
    pub price_dkk: Option<f64>,
    pub signed: Option<Day>,
    pub data_processing_agreement: Option<Day>,
    pub penalties: String,
    pub tender_due: Option<Day>,
    pub note: String,
}

/// A letter type.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[allow(
    missing_docs,
    reason = "the fields are those of the register, documented in docs/workbook.md"
)]
pub struct LetterType {
    pub name: String,
    pub description: String,
    pub template_id: String,
    pub business_area: String,
    pub kle: String,
    pub form: String,
    pub producing_system: Option<Key>,
    pub sender_system: Option<Key>,
    pub owner: Option<Key>,
    pub archetype: Option<ArchetypeId>,
    pub citizens: u64,
    pub companies: u64,
    pub authorities: u64,
    pub volume_source: Option<FigureSource>,
    pub form_today: String,
    pub must_do: Option<MustDo>,
    pub has_deadline: bool,
    pub deadline_field: String,
    pub legal_weight: Option<LegalWeight>,
    pub answers_wanted: bool,
    pub answer_contact_point: Option<Key>,
    pub fields: Vec<MarkupField>,
    pub minutes_own: f64,
    pub minutes_recipient: f64,
    pub minutes_citizen: f64,
    pub fewer_no_shows: f64,
    pub fewer_calls: f64,
    pub fewer_late_payments: f64,
    pub quality_benefit: String,
    pub effort_dkk: f64,
    pub effort_hours: f64,
    pub level: Option<Level>,
    pub target_date: Option<Day>,
    /// 0 to 1.
    pub target_coverage: Option<f64>,
    pub decided_by: Option<Key>,
    /// A place in the ranking set by hand, from 1.
    pub rank_by_hand: Option<u32>,
    /// The seed of the catalogue it came from.
    pub seed: Option<Key>,
    pub note: String,
}

/// A candidate field of markup.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[allow(
    missing_docs,
    reason = "the fields are those of the register, documented in docs/workbook.md"
)]
pub struct MarkupField {
    /// In words of the palette, for example `action:AFTALE`, `content:CaseID`, `header:mandatory`.
    pub field: String,
    pub source: String,
    pub quality: Option<Quality>,
    pub legal_basis: String,
    pub personal_data: String,
}

/// A contact point.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[allow(
    missing_docs,
    reason = "the fields are those of the register, documented in docs/workbook.md"
)]
pub struct ContactPoint {
    pub name: String,
    pub group: String,
    pub description: String,
    pub search_words: Vec<String>,
    pub visible_to_citizens: bool,
    pub visible_to_companies: bool,
    pub visible_to_authorities: bool,
    /// The system whose interface takes its mail.
    pub receiver_system: Option<Key>,
    pub unit: String,
    pub owner: Option<Key>,
    pub old_ids: BTreeSet<String>,
    pub last_review: Option<Day>,
    /// Its id in the exchange.
    pub dp_contact_point_id: String,
}

/// A rule by which messages to the authority distribute themselves. Brevdue measures what comes of it; the
/// receiver system follows it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DistributionRule {
    /// What it is called.
    pub name: String,
    /// Messages of this sender: digits of a CVR number, or `person`; empty: of any.
    pub sender: String,
    /// Messages that their sender calls so, by `messageCode`; empty: any.
    pub message_code: String,
    /// By what they are distributed.
    pub route: Option<Route>,
    /// To which unit, case or system.
    pub to: String,
    /// In which receiver system.
    pub system: Option<Key>,
    /// The first day on which it is followed; none: not yet.
    pub active_from: Option<Day>,
    /// The last; none: until further notice.
    pub active_until: Option<Day>,
    /// More about it.
    pub note: String,
}

/// Somebody with roles. Permissions are by role, area and system.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Person {
    /// Their name.
    pub name: String,
    /// Their address for notices.
    pub email: String,
    /// The language of their notices; none: the programme's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<Language>,
    /// Their unit.
    pub unit: String,
    /// What they are.
    pub roles: BTreeSet<RoleId>,
    /// The areas they may change; empty: all that their roles allow.
    pub areas: BTreeSet<String>,
    /// The systems they may change; empty: all that their roles allow.
    pub systems: BTreeSet<Key>,
    /// The id under which they sign in.
    pub subject: String,
}

/// Who is affected.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Stakeholder {
    /// Who.
    pub name: String,
    /// How much, 1 to 5.
    pub affected: u8,
    /// By what.
    pub by: String,
    /// Anything.
    pub note: String,
}

/// A line of the communication plan.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Communication {
    /// What is said.
    pub message: String,
    /// To whom.
    pub audience: String,
    /// How.
    pub channel: String,
    /// By whom.
    pub sender: Option<Key>,
    /// When.
    pub day: Option<Day>,
    /// It has been said.
    pub done: bool,
}

/// A course, and who has taken it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Training {
    /// What.
    pub name: String,
    /// For whom.
    pub audience: String,
    /// In which unit.
    pub unit: String,
    /// How it is held.
    pub form: String,
    /// When.
    pub day: Option<Day>,
    /// Who needs it, in number.
    pub needed: u32,
    /// Who has taken it, in number.
    pub trained: u32,
    /// By whom.
    pub teacher: String,
}

/// Days on which somebody, or everybody, is away.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Absence {
    /// Who; none: everybody.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<Key>,
    /// The first day.
    pub from: Day,
    /// The last day.
    pub until: Day,
    /// What it is called.
    #[serde(default)]
    pub name: String,
}
