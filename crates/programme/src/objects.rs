//! What an authority keeps: one type for each kind of object, all stored, changed, merged, exported and
//! told about in the same way. See [`crate::change`].
//!
//! Every field has a default, so that an object may begin nearly empty and be filled in over weeks.
//! Names of fields are the words of the JSON, of the columns of exports (by their headings in
//! `docs/workbook.md`) and of the history.

mod choices;
mod plan;
mod records;
mod registers;

use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use self::choices::{
    AuthorityKind, Choice, ChoiceOption, Covers, Criticality, Direction, Environment, FigureSource,
    Hosting, LegalWeight, Level, Lifecycle, MustDo, Path, Purpose, Quality, Rhythm, Route, Status,
    SystemRole, SystemType, Track, Transport,
};
pub use self::plan::{Milestone, Override, Settings, TaskState};
pub use self::records::{
    Attestation, Comment, Decision, Feed, LinkScan, OldLink, Questionnaire, Risk, Waiver,
};
pub use self::registers::{
    Absence, Certificate, Communication, ContactPoint, Contract, DiscontinuedFunction,
    DistributionRule, Interface, LetterType, MarkupField, Person, ScheduledJob, Scope, Stakeholder,
    Supplier, System, SystemMilestone, Training, Volume,
};

macro_rules! kinds {
    ($($(#[$meta:meta])* $Kind:ident = $word:literal)*) => {
        /// What an object is.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum Kind { $($(#[$meta])* #[serde(rename = $word)] $Kind,)* }

        impl Kind {
            /// Every kind.
            pub const ALL: &'static [Self] = &[$(Self::$Kind,)*];

            /// Its word in stores, addresses and exports.
            pub fn word(self) -> &'static str {
                match self { $(Self::$Kind => $word,)* }
            }

            /// The kind of a word.
            pub fn from_word(word: &str) -> Option<Self> {
                match word { $($word => Some(Self::$Kind),)* _ => None }
            }

            /// Reads a body as its type and writes it again, so that only what the type knows is kept.
            ///
            /// # Errors
            ///
            /// When a field is unknown or does not fit; the text names the field.
            pub fn checked(self, body: Value) -> Result<Value, serde_json::Error> {
                match self { $(Self::$Kind => serde_json::from_value::<$Kind>(body).and_then(serde_json::to_value),)* }
            }
        }

        $(impl Object for $Kind { const KIND: Kind = Kind::$Kind; })*
    };
}

/// A type of object.
pub trait Object:
    Serialize + serde::de::DeserializeOwned + Clone + PartialEq + Send + Sync
{
    /// Its kind.
    const KIND: Kind;
}

kinds! {
    /// What the programme is set to; one, keyed `settings`.
    Settings = "settings"
    /// The date of a milestone; keyed by its id.
    Milestone = "milestone"
    /// A change of the catalogue, or an addition to it; keyed by what it changes.
    Override = "override"
    /// What is known of one task for one subject; keyed `TASK` or `TASK.SUBJECT`.
    TaskState = "task"
    /// A system.
    System = "system"
    /// A supplier.
    Supplier = "supplier"
    /// A contract.
    Contract = "contract"
    /// A letter type (brevtype).
    LetterType = "letter-type"
    /// A contact point (kontaktpunkt).
    ContactPoint = "contact-point"
    /// Somebody with roles.
    Person = "person"
    /// A risk.
    Risk = "risk"
    /// A decision.
    Decision = "decision"
    /// Somebody's word for what cannot be measured.
    Attestation = "attestation"
    /// A requirement set aside.
    Waiver = "waiver"
    /// A line in the thread of an object.
    Comment = "comment"
    /// Days on which somebody, or everybody, is away.
    Absence = "absence"
    /// A supplier's link to its questionnaire.
    Questionnaire = "questionnaire"
    /// A calendar feed.
    Feed = "feed"
    /// Who is affected (interessent).
    Stakeholder = "stakeholder"
    /// A line of the communication plan.
    Communication = "communication"
    /// A course, and who has taken it.
    Training = "training"
    /// What a scan of the authority's pages for old links came to.
    LinkScan = "link-scan"
    /// A rule by which mail distributes itself (fordelingsregel).
    DistributionRule = "distribution-rule"
}
