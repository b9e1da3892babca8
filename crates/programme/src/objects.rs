//! What an authority keeps: one type for each kind of object, all stored, changed, merged, exported and
//! told about in the same way. See [`crate::change`].
//!
//! Every field has a default, so that an object may begin nearly empty and be filled in over weeks.
//! Names of fields are the words of the JSON, of the columns of exports (by their headings in
//! `docs/workbook.md`) and of the history.

use std::collections::{BTreeMap, BTreeSet};

use brevdue_memo::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::catalogue::{Package, Task, Variant};
use crate::day::Day;
use crate::ids::{ArchetypeId, AreaId, Key, ProfileId, RequirementId, RoleId, TaskId};
use crate::reminding::Reminders;
use crate::text::Language;
use crate::time_of_day::TimeOfDay;

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

/// One of a list to choose from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChoiceOption {
    /// Its word in JSON and exports.
    pub word: &'static str,
    /// Its Danish label.
    pub da: &'static str,
    /// Its English label.
    pub en: &'static str,
}

impl ChoiceOption {
    /// Its label for readers.
    pub fn label(self, language: crate::text::Language) -> &'static str {
        match language {
            crate::text::Language::Da => self.da,
            crate::text::Language::En => self.en,
        }
    }
}

/// A type that is one of a list.
pub trait Choice {
    /// The list, in order.
    const OPTIONS: &'static [ChoiceOption];
}

macro_rules! choices {
    ($($(#[$meta:meta])* $Name:ident { $($(#[$vmeta:meta])* $Variant:ident = $word:literal / $da:literal / $en:literal)* })*) => {$(
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum $Name { $($(#[$vmeta])* #[serde(rename = $word)] $Variant,)* }

        impl $Name {
            /// Every choice, in order.
            pub const ALL: &'static [Self] = &[$(Self::$Variant,)*];

            /// Its word in JSON and exports.
            pub fn word(self) -> &'static str {
                match self { $(Self::$Variant => $word,)* }
            }

            /// The choice of a word.
            pub fn from_word(word: &str) -> Option<Self> {
                match word { $($word => Some(Self::$Variant),)* _ => None }
            }

            /// Its label for readers.
            pub fn label(self, language: crate::text::Language) -> &'static str {
                match (language, self) {
                    $((crate::text::Language::Da, Self::$Variant) => $da,
                      (crate::text::Language::En, Self::$Variant) => $en,)*
                }
            }
        }

        impl Choice for $Name {
            const OPTIONS: &'static [ChoiceOption] =
                &[$(ChoiceOption { word: $word, da: $da, en: $en },)*];
        }
    )*};
}

choices! {
    /// What kind of authority.
    AuthorityKind {
        /// Municipality.
        Kommune = "kommune" / "Kommune" / "Municipality"
        /// Region.
        Region = "region" / "Region" / "Region"
        /// State.
        Stat = "stat" / "Stat" / "State"
        /// Another public sender.
        Anden = "anden" / "Anden offentlig afsender" / "Other public sender"
    }
    /// What a message to the authority can be distributed by; the word is the name of its field.
    Route {
        /// The contact point it is sent to.
        ContactPoint = "to:ContactPoint" / "Kontaktpunkt" / "Contact point"
        /// The att. data of its recipient.
        Attention = "to:AttentionData" / "Modtagerens att.-oplysninger" / "The recipient's att. data"
        /// The case it belongs to.
        Case = "content:CaseID" / "Sagsnummer" / "Case number"
        /// What it answers.
        Reply = "header:ReplyData" / "Svardata" / "Reply data"
        /// The subject in the classification of municipalities.
        Kle = "content:KLEdata" / "KLE-emne" / "KLE subject"
        /// The task in the classification of the state.
        Form = "content:FORMdata" / "FORM-opgave" / "FORM task"
        /// The production unit it is about.
        ProductionUnit = "content:ProductionUnit" / "P-nummer" / "Production unit"
        /// The property it is about.
        Property = "content:PropertyNumber" / "Ejendomsnummer" / "Property number"
        /// The person it is about.
        Person = "content:CPRdata" / "Personen det handler om" / "The person it is about"
        /// The company it is about.
        Company = "content:CVRdata" / "Virksomheden det handler om" / "The company it is about"
        /// The sender's own codes alone.
        Code = "header:messageCode" / "Afsenderens kode" / "The sender's code"
    }
    /// The rollout track; it sets defaults only.
    Track {
        /// Pilot.
        Pilot = "pilot" / "Pilotspor" / "Pilot track"
        /// The largest senders.
        Frontrunner = "frontrunner" / "Frontløberspor" / "Front-runner track"
        /// Everybody else.
        Authority = "authority" / "Myndighedsspor" / "Authority track"
        /// The light version.
        Light = "light" / "Light" / "Light"
        /// Joining now.
        NewAdoption = "new_adoption" / "Ny tilslutning" / "New adoption"
    }
    /// Where a task stands. Overdue is reckoned, not kept.
    Status {
        /// Not started.
        NotStarted = "not_started" / "Ikke startet" / "Not started"
        /// In progress.
        InProgress = "in_progress" / "I gang" / "In progress"
        /// Blocked.
        Blocked = "blocked" / "Blokeret" / "Blocked"
        /// Waiting for the supplier.
        WaitingSupplier = "waiting_supplier" / "Afventer leverandør" / "Waiting for supplier"
        /// Done.
        Done = "done" / "Færdig" / "Done"
        /// Not relevant; needs a reason.
        NotRelevant = "not_relevant" / "Ikke relevant" / "Not relevant"
    }
    /// What a system does.
    SystemRole {
        /// Sends.
        Sender = "sender" / "Afsendersystem" / "Sender system"
        /// Receives.
        Receiver = "receiver" / "Modtagersystem" / "Receiver system"
        /// Both.
        Both = "both" / "Afsender- og modtagersystem" / "Sender and receiver system"
        /// Makes letters that another system sends.
        LetterProducerOnly = "letter_producer_only" / "Kun brevdannende" / "Letter producer only"
        /// A component that others send through.
        SharedComponent = "shared_component" / "Fælles komponent" / "Shared component"
    }
    /// The type of a system.
    SystemType {
        /// Stand-alone sender.
        StandaloneSender = "standalone_sender" / "Selvstændigt afsendersystem" / "Stand-alone sender"
        /// Makes letters and sends them.
        LetterAndSender = "letter_and_sender" / "Brevdannende og afsendende" / "Letter-producing and sending"
        /// Sends and receives.
        SenderAndReceiver = "sender_and_receiver" / "Afsender og modtager" / "Sender and receiver"
        /// A plug-in of a letter-producing system.
        Plugin = "plugin" / "Plug-in" / "Plug-in"
        /// Shared by several.
        SharedComponent = "shared_component" / "Fælles system" / "Shared system"
        /// Output management.
        OutputManagement = "output_management" / "Outputstyring" / "Output management"
        /// A gateway.
        Gateway = "gateway" / "Gateway" / "Gateway"
        /// Something else.
        Other = "other" / "Andet" / "Other"
    }
    /// How much hangs on a system.
    Criticality {
        /// Low.
        Low = "low" / "Lav" / "Low"
        /// Medium.
        Medium = "medium" / "Mellem" / "Medium"
        /// High.
        High = "high" / "Høj" / "High"
        /// Letters with legal deadlines or about health.
        Vital = "vital" / "Vital" / "Vital"
    }
    /// Where a system runs.
    Hosting {
        /// At the supplier.
        Supplier = "supplier" / "Leverandør" / "Supplier"
        /// In house.
        Own = "own" / "Egen drift" / "Own"
        /// Statens It.
        StatensIt = "statens_it" / "Statens It" / "Statens It"
        /// Jointly.
        Joint = "joint" / "Fælles" / "Joint"
        /// Elsewhere.
        Other = "other" / "Andet" / "Other"
    }
    /// Where a system is in its life.
    Lifecycle {
        /// In use.
        InUse = "in_use" / "I brug" / "In use"
        /// To be replaced.
        ToBeReplaced = "to_be_replaced" / "Skal erstattes" / "To be replaced"
        /// To be retired.
        ToBeRetired = "to_be_retired" / "Skal udfases" / "To be retired"
        /// Planned.
        Planned = "planned" / "Planlagt" / "Planned"
    }
    /// How a system gets to MeMo.
    Path {
        /// It is converted.
        Convert = "convert" / "Omlægges" / "Converted"
        /// Through a shared component.
        ViaSharedComponent = "via_shared_component" / "Via fælles komponent" / "Via shared component"
        /// It is replaced.
        Replace = "replace" / "Erstattes" / "Replaced"
        /// It is retired.
        Retire = "retire" / "Udfases" / "Retired"
        /// Nothing has to be done.
        NoChange = "no_change" / "Ingen ændring" / "No change"
    }
    /// Ambition: how far the markup of a system or letter goes.
    Level {
        /// Valid MeMo, nothing more.
        A0 = "A0" / "A0 Kun format" / "A0 Format only"
        /// The minimum standard.
        A1 = "A1" / "A1 Minimumsstandard" / "A1 Minimum standard"
        /// Actions.
        A2 = "A2" / "A2 Handlinger" / "A2 Actions"
        /// Enough data to route by.
        A3 = "A3" / "A3 Automatisering" / "A3 Automation"
    }
    /// Which way mail goes.
    Direction {
        /// From the authority.
        Out = "out" / "Ud" / "Out"
        /// To it.
        In = "in" / "Ind" / "In"
    }
    /// How mail travels.
    Transport {
        /// REST.
        Rest = "REST" / "REST" / "REST"
        /// SMTP with S/MIME.
        SmtpSmime = "SMTP_SMIME" / "SMTP med S/MIME" / "SMTP with S/MIME"
        /// SFTP.
        Sftp = "SFTP" / "SFTP" / "SFTP"
        /// Through a shared component.
        ViaComponent = "via_component" / "Via komponent" / "Via component"
    }
    /// Test or real.
    Environment {
        /// Test.
        Test = "test" / "Test" / "Test"
        /// Production.
        Prod = "prod" / "Produktion" / "Production"
    }
    /// What a receiver is for.
    Purpose {
        /// Mail to the authority.
        AuthorityMail = "authority_mail" / "Post til myndigheden" / "Mail to the authority"
        /// Mail to it as a company.
        CompanyMail = "company_mail" / "Post til virksomheden" / "Mail to it as a company"
    }
    /// Where a figure comes from.
    FigureSource {
        /// Counted.
        Measured = "measured" / "Målt" / "Measured"
        /// Guessed.
        Estimate = "estimate" / "Skøn" / "Estimate"
        /// What the catalogue says until somebody knows better.
        Default = "default" / "Standard" / "Default"
    }
    /// Yes, no, or something between.
    Covers {
        /// Yes.
        Yes = "yes" / "Ja" / "Yes"
        /// No.
        No = "no" / "Nej" / "No"
        /// Partly.
        Partly = "partly" / "Delvist" / "Partly"
        /// Not known.
        Unknown = "unknown" / "Ukendt" / "Unknown"
    }
    /// What the recipient of a letter must do.
    MustDo {
        /// Nothing.
        None = "none" / "Intet" / "Nothing"
        /// Read it.
        Read = "read" / "Læse" / "Read"
        /// Answer.
        Answer = "answer" / "Svare" / "Answer"
        /// Pay.
        Pay = "pay" / "Betale" / "Pay"
        /// Meet.
        Meet = "meet" / "Møde frem" / "Meet"
        /// Sign.
        Sign = "sign" / "Underskrive" / "Sign"
        /// Confirm.
        Confirm = "confirm" / "Bekræfte" / "Confirm"
        /// Prepare.
        Prepare = "prepare" / "Forberede sig" / "Prepare"
        /// Enrol.
        Enrol = "enrol" / "Tilmelde sig" / "Enrol"
        /// Serve themselves.
        SelfService = "self_service" / "Selvbetjene" / "Self-service"
    }
    /// How good the source of a field is.
    Quality {
        /// Good.
        Good = "good" / "God" / "Good"
        /// Partial.
        Partial = "partial" / "Delvis" / "Partial"
        /// Missing.
        Missing = "missing" / "Mangler" / "Missing"
    }
    /// When a scheduled job runs.
    Rhythm {
        /// Every day.
        Daily = "daily" / "Hver dag" / "Every day"
        /// Monday to Friday.
        Workdays = "workdays" / "Mandag til fredag" / "Monday to Friday"
        /// Every Monday.
        Monday = "monday" / "Hver mandag" / "Every Monday"
        /// Every Tuesday.
        Tuesday = "tuesday" / "Hver tirsdag" / "Every Tuesday"
        /// Every Wednesday.
        Wednesday = "wednesday" / "Hver onsdag" / "Every Wednesday"
        /// Every Thursday.
        Thursday = "thursday" / "Hver torsdag" / "Every Thursday"
        /// Every Friday.
        Friday = "friday" / "Hver fredag" / "Every Friday"
        /// Every Saturday.
        Saturday = "saturday" / "Hver lørdag" / "Every Saturday"
        /// Every Sunday.
        Sunday = "sunday" / "Hver søndag" / "Every Sunday"
        /// On a day of the month.
        Monthly = "monthly" / "Hver måned" / "Every month"
        /// On the day of its next run alone.
        Once = "once" / "Kun næste kørsel" / "Its next run alone"
    }
    /// What law says of a letter.
    LegalWeight {
        /// Nothing.
        None = "none" / "Ingen" / "None"
        /// It is mandatory.
        Mandatory = "mandatory" / "Obligatorisk" / "Mandatory"
        /// It is a legal notification.
        LegalNotification = "legal_notification" / "Retlig meddelelse" / "Legal notification"
    }
}

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

/// A risk.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Risk {
    /// What may happen.
    pub title: String,
    /// Why.
    pub cause: String,
    /// 1 to 5.
    pub probability: u8,
    /// 1 to 5.
    pub consequence: u8,
    /// What is done about it.
    pub action: String,
    /// Who has it.
    pub owner: Option<Key>,
    /// For which system, if any.
    pub system: Option<Key>,
    /// When it is to be looked at again.
    pub review: Option<Day>,
    /// It is past.
    pub closed: bool,
}

/// A decision, made or wanted.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Decision {
    /// What is decided.
    pub title: String,
    /// Why.
    pub reason: String,
    /// By whom.
    pub by: Option<Key>,
    /// When; none: still wanted.
    pub day: Option<Day>,
    /// By when it is wanted.
    pub wanted_by: Option<Day>,
    /// What it is about: kinds and keys, `system/S-001`.
    pub about: BTreeSet<String>,
}

/// Somebody's word for what cannot be measured. A measured failure that is newer wins over it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Attestation {
    /// Of which requirement; none: of a task that was closed by hand.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub requirement: Option<RequirementId>,
    /// For which system, contact point or letter type; none: the authority.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<Key>,
    /// What is stated.
    pub statement: String,
    /// A file or link that shows it.
    #[serde(default)]
    pub evidence: String,
    /// Who states it.
    pub person: Key,
    /// When.
    pub day: Day,
    /// At most 12 months later.
    pub expires: Day,
    /// Who approves it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approver: Option<Key>,
}

/// A requirement set aside; printed in every report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Waiver {
    /// Which.
    pub requirement: RequirementId,
    /// For which system, contact point or letter type; none: for all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<Key>,
    /// Why.
    pub reason: String,
    /// The owner of the project who approves it.
    pub approved_by: Key,
    /// When.
    pub day: Day,
    /// Until when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<Day>,
}

/// A line in the thread of an object.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Comment {
    /// Of what: kind and key, `task/OP3-T01`.
    pub about: String,
    /// Who.
    pub by: Key,
    /// When.
    pub at: Timestamp,
    /// What.
    pub text: String,
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

/// A supplier's link to its questionnaire. The token itself is not kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Questionnaire {
    /// Whose.
    pub supplier: Key,
    /// SHA-256 of the token in the link, in hex.
    pub token_sha256: String,
    /// The last day it opens.
    pub expires: Day,
    /// It was taken back.
    #[serde(default)]
    pub revoked: bool,
    /// Days on which it was sent or a reminder was.
    #[serde(default)]
    pub sent: Vec<Day>,
}

/// A calendar feed. The token itself is not kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Feed {
    /// What whoever made it calls it.
    #[serde(default)]
    pub name: String,
    /// Whose tasks; none: everybody's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<Key>,
    /// Of which area; none: of all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub area: Option<AreaId>,
    /// The language of its words: an entry must not change because its reader has another.
    #[serde(default = "danish")]
    pub language: Language,
    /// The last day it opens; none: until it is taken back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<Day>,
    /// SHA-256 of the token in the address, in hex.
    pub token_sha256: String,
    /// It was taken back.
    #[serde(default)]
    pub revoked: bool,
}

fn danish() -> Language {
    Language::Da
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

/// What a scan of the authority's pages for old links came to: addresses alone, never what stands on a page.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LinkScan {
    /// When.
    pub at: Option<Timestamp>,
    /// Who brought it.
    pub by: Option<Key>,
    /// The addresses of the earlier solution that were looked for.
    pub addresses: BTreeSet<String>,
    /// Pages that were read.
    pub pages: u32,
    /// Links on them.
    pub links: u64,
    /// Of these, to the earlier solution.
    pub old_links: u64,
    /// Some of them.
    pub found: Vec<OldLink>,
    /// Pages that could not be read.
    pub unread_pages: u32,
    /// The addresses of some of them.
    pub unread: Vec<String>,
}

/// A link to the earlier solution.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct OldLink {
    /// The address of the page, or the name of the file it was saved as.
    pub page: String,
    /// Where it goes, without what follows `?`.
    pub link: String,
}
