//! Members that stand in no form of a register, and those of kinds that are no register.

use super::{Member, Shape};
use crate::fields::FieldKind::{Count, Day, Flag, Key, Long, OneOf, Ref, Refs, Text, Words};
use crate::objects::{AuthorityKind, Choice, ChoiceOption, Kind, Level, Status, Track};
use crate::text::LANGUAGES;

const VARIANTS: &[ChoiceOption] = &[
    ChoiceOption { word: "full", da: "Fuld", en: "Full" },
    ChoiceOption { word: "light", da: "Light", en: "Light" },
];

const LIGHTS: &[ChoiceOption] = &[
    ChoiceOption { word: "green", da: "Grøn", en: "Green" },
    ChoiceOption { word: "yellow", da: "Gul", en: "Yellow" },
    ChoiceOption { word: "red", da: "Rød", en: "Red" },
];

fn text(name: &'static str, says: &'static str) -> Member {
    Member::new(name, Shape::Field(Text), says)
}

fn long(name: &'static str, says: &'static str) -> Member {
    Member::new(name, Shape::Field(Long), says)
}

fn day(name: &'static str, says: &'static str) -> Member {
    Member::new(name, Shape::Field(Day), says)
}

fn flag(name: &'static str, says: &'static str) -> Member {
    Member::new(name, Shape::Field(Flag), says)
}

fn words(name: &'static str, says: &'static str) -> Member {
    Member::new(name, Shape::Field(Words), says)
}

/// A key of something that is no object: of the catalogue.
fn key(name: &'static str, says: &'static str) -> Member {
    Member::new(name, Shape::Field(Key), says)
}

fn object(name: &'static str, kind: Kind, says: &'static str) -> Member {
    Member::new(name, Shape::Field(Ref(kind)), says)
}

fn one_of(name: &'static str, options: &'static [ChoiceOption], says: &'static str) -> Member {
    Member::new(name, Shape::Field(OneOf(options)), says)
}

/// What is to be told of a kind besides the fields of its register.
pub(super) fn besides(kind: Kind) -> Vec<Member> {
    match kind {
        Kind::Settings => settings(),
        Kind::Milestone => milestone(),
        Kind::Override => changed_catalogue(),
        Kind::TaskState => task(),
        Kind::System => vec![Member::new(
            "milestones",
            Shape::Parts(system_milestone()),
            "Where it stands with each milestone",
        )],
        Kind::Supplier => vec![
            Member::new(
                "answers",
                Shape::Texts,
                "Answers to the questionnaire, by QUESTION or SYSTEM/QUESTION",
            ),
            Member::new("answered_at", Shape::Time, "When it last answered").told(),
        ],
        Kind::LetterType => vec![key("seed", "The letter type of the catalogue that it came from")],
        Kind::Attestation => attestation(),
        Kind::Waiver => waiver(),
        Kind::Comment => vec![
            text("about", "Of what: kind and key, for example task/OP3-T01"),
            object("by", Kind::Person, "Who").told(),
            Member::new("at", Shape::Time, "When").told(),
            long("text", "What"),
        ],
        Kind::Questionnaire => vec![
            object("supplier", Kind::Supplier, "Whose"),
            Member::new("token_sha256", Shape::Digest, "Of the token in the link").secret(),
            day("expires", "The last day it opens"),
            flag("revoked", "It was taken back"),
            Member::new("sent", Shape::Days, "Days on which it was sent or a reminder was").told(),
        ],
        Kind::Feed => vec![
            text("name", "What whoever made it calls it").told(),
            object("person", Kind::Person, "Whose tasks; none: the whole programme's").told(),
            key("area", "Of which area; none: of all").told(),
            one_of("language", LANGUAGES, "The language of its words").told(),
            day("expires", "The last day it opens; none: until it is taken back").told(),
            Member::new("token_sha256", Shape::Digest, "Of the token in the address").secret(),
            flag("revoked", "It was taken back"),
        ],
        Kind::LinkScan => link_scan(),
        _ => Vec::new(),
    }
}

fn settings() -> Vec<Member> {
    vec![
        text("name", "The programme's name"),
        text("authority", "The authority's name"),
        Member::new(
            "cvr",
            Shape::CvrNumbers,
            "CVR numbers whose messages are observed; one is added by whoever administers it",
        ),
        one_of("kind", AuthorityKind::OPTIONS, "What kind of authority"),
        words("units", "Its units"),
        text("contact", "Who the agency can ask"),
        one_of("track", Track::OPTIONS, "The rollout track; it sets defaults only"),
        one_of("variant", VARIANTS, "Full or light; set by switching").told(),
        key("profile", "The deadline profile it began with").told(),
        day("start", "The day it began").told(),
        text("catalogue_version", "The version of the catalogue it was last brought up to").told(),
        Member::new("assessment", Shape::Counts, "Answers of the self-assessment, by question"),
        one_of("ambition", Level::OPTIONS, "The level of markup to begin with"),
        object("approved_by", Kind::Decision, "The decision that froze the baseline").told(),
        text("contact_structure_office", "The office that answers for the contact structure"),
        text("contact_structure_deputy", "Its deputy"),
        day("contact_structure_reviewed", "When the contact structure was last gone through"),
        day("organisation_changed", "When the organisation last changed"),
        one_of("light_by_hand", LIGHTS, "The light of the status report, set by hand"),
        long("light_comment", "Why; a light by hand counts only with it"),
        long("project_basis", "Purpose, scope, benefits, budget and resources"),
        Member::new("weights", Shape::Numbers, "Weights of the score of letter types, by name"),
        long("reporting", "Reporting day, recipients, template"),
        words("works_on", "Days of custom on which people work here"),
        Member::new("reminders", Shape::Part(reminders()), "When people are reminded of what"),
        flag("archived", "No longer in use"),
    ]
}

fn reminders() -> Vec<Member> {
    let steps = |name, says| Member::new(name, Shape::Steps, says);
    vec![
        flag("off", "Nobody is reminded"),
        one_of(
            "language",
            LANGUAGES,
            "The language of notices to suppliers, and to people without one of their own",
        ),
        steps("task_days", "Days before a task is due"),
        Member::new(
            "late_every_days",
            Shape::Field(Count),
            "Days between reminders of a task or certificate that is late; 0: none",
        ),
        steps("attestation_days", "Days before an attestation expires"),
        steps("certificate_days", "Days before a certificate ends"),
        steps("unanswered_days", "Days after a questionnaire was sent, while it is not answered"),
        steps("link_days", "Days before the link of a questionnaire without an answer expires"),
    ]
}

fn milestone() -> Vec<Member> {
    vec![
        day("day", "When; set alone here, with what hangs on it by moving it"),
        Member::new("time", Shape::TimeOfDay, "HH:MM in Copenhagen"),
        day("until", "The last day of a window"),
        day("baseline", "The day when the plan was approved").told(),
        day("reached", "When it came to pass"),
        long("note", "Anything"),
    ]
}

fn changed_catalogue() -> Vec<Member> {
    vec![
        Member::new("fields", Shape::Values, "The fields that differ, by their names"),
        Member::new("package", Shape::Catalogue, "A package of the authority's own"),
        Member::new("task", Shape::Catalogue, "A task of the authority's own"),
        flag("hidden", "Not used here"),
        text("catalogue_version", "The version of the catalogue that was changed"),
    ]
}

fn task() -> Vec<Member> {
    vec![
        key("task", "Which task").told(),
        key("subject", "For which system, supplier, letter type or contact point").told(),
        object("assignee", Kind::Person, "Who has it"),
        one_of("status", Status::OPTIONS, "Where it stands"),
        Member::new("percent", Shape::Percent, "0 to 100"),
        day("planned_start", "When it is planned to begin"),
        day("due", "A due day of its own, in place of the task's"),
        day("forecast", "When whoever does it believes that it will be done"),
        day("baseline_due", "The due day when the plan was approved").told(),
        Member::new("done_at", Shape::Time, "When it was done"),
        flag("closed_by_condition", "Closed by its own condition").told(),
        Member::new(
            "reopened",
            Shape::Field(Count),
            "How often its condition stopped holding after it was done",
        )
        .told(),
        long("reason", "Why it is blocked or not relevant; needed then"),
        object("attestation", Kind::Attestation, "What closed it against its condition"),
        Member::new("steps_done", Shape::Steps, "Checkboxes that are ticked, counted from 1"),
        Member::new("decisions", Shape::Field(Refs(Kind::Decision)), "Decisions about it"),
        words("attachments", "Links to files"),
        long("note", "Anything"),
    ]
}

fn system_milestone() -> Vec<Member> {
    vec![
        text("milestone", "Which"),
        day("planned", "Planned"),
        day("forecast", "Forecast"),
        day("actual", "When it came to pass"),
        text("status", "Where it stands"),
        text("note", "Anything"),
    ]
}

fn link_scan() -> Vec<Member> {
    let count = |name, says| Member::new(name, Shape::Field(Count), says).told();
    vec![
        Member::new("at", Shape::Time, "When").told(),
        object("by", Kind::Person, "Who brought it").told(),
        words("addresses", "The addresses of the earlier solution that were looked for").told(),
        count("pages", "Pages that were read"),
        count("links", "Links on them"),
        count("old_links", "Of these, to the earlier solution"),
        Member::new(
            "found",
            Shape::Parts(vec![
                text("page", "The address of the page, or the name of its file"),
                text("link", "Where it goes, without what follows ?"),
            ]),
            "The first two hundred of them",
        )
        .told(),
        count("unread_pages", "Pages that could not be read"),
        words("unread", "The addresses of the first fifty of them").told(),
    ]
}

fn attestation() -> Vec<Member> {
    vec![
        key("requirement", "Of which requirement; none: of a task that was closed by hand"),
        key("subject", "For which system, contact point or letter type; none: the authority"),
        long("statement", "What is stated"),
        text("evidence", "A file or link that shows it"),
        object("person", Kind::Person, "Who states it: in their own name alone"),
        day("day", "When"),
        day("expires", "At most 12 months later"),
        object("approver", Kind::Person, "Who approves it; it counts once somebody does"),
    ]
}

fn waiver() -> Vec<Member> {
    vec![
        key("requirement", "Which"),
        key("subject", "For which system, contact point or letter type; none: for all"),
        long("reason", "Why"),
        object("approved_by", Kind::Person, "The owner who approves it: in their own name alone"),
        day("day", "When"),
        day("expires", "Until when"),
    ]
}
