//! What history and reports call kinds and fields: those of registers as their forms do, and those of kinds that
//! are no register, which people never see in a form of this making.

use super::FieldKind::{Count, Day, Flag, Key, Long, OneOf, Ref, Refs, Text, Words};
use super::registers::field;
use super::{Field, Register};
use crate::objects::{AuthorityKind, Choice, ChoiceOption, Kind, Level, Status, Track};
use crate::text::Language;

const VARIANTS: &[ChoiceOption] = &[
    ChoiceOption { word: "full", da: "Fuldt forløb", en: "Full" },
    ChoiceOption { word: "light", da: "Light", en: "Light" },
];

const LIGHTS: &[ChoiceOption] = &[
    ChoiceOption { word: "green", da: "Grøn", en: "Green" },
    ChoiceOption { word: "yellow", da: "Gul", en: "Yellow" },
    ChoiceOption { word: "red", da: "Rød", en: "Red" },
];

const LANGUAGES: &[ChoiceOption] = &[
    ChoiceOption { word: "da", da: "Dansk", en: "Danish" },
    ChoiceOption { word: "en", da: "Engelsk", en: "English" },
];

const SETTINGS: &[Field] = &[
    field("name", Text, "Programmets navn", "Name of the programme"),
    field("authority", Text, "Myndighedens navn", "Name of the authority"),
    field("cvr", Words, "CVR-numre", "CVR numbers"),
    field("kind", OneOf(AuthorityKind::OPTIONS), "Art", "Kind"),
    field("units", Words, "Enheder", "Units"),
    field("contact", Text, "Kontaktperson over for styrelsen", "Contact towards the agency"),
    field("track", OneOf(Track::OPTIONS), "Spor", "Track"),
    field("variant", OneOf(VARIANTS), "Forløb", "Version"),
    field("profile", Key, "Tidsprofil", "Deadline profile"),
    field("start", Day, "Begynder (T0)", "Begins (T0)"),
    field("catalogue_version", Text, "Katalogets version", "Version of the catalogue"),
    field("assessment", Text, "Svar på selvvurderingen", "Answers of the self-assessment"),
    field("ambition", OneOf(Level::OPTIONS), "Ambitionsniveau", "Level of ambition"),
    field("approved_by", Ref(Kind::Decision), "Planen er godkendt med", "The plan is approved by"),
    field(
        "contact_structure_office",
        Text,
        "Kontaktstrukturens kontor",
        "Office of the contact structure",
    ),
    field("contact_structure_deputy", Text, "Dets stedfortræder", "Its deputy"),
    field(
        "contact_structure_reviewed",
        Day,
        "Kontaktstrukturen gennemgået",
        "Contact structure reviewed",
    ),
    field("organisation_changed", Day, "Organisationen ændret", "Organisation changed"),
    field("light_by_hand", OneOf(LIGHTS), "Lys sat i hånden", "Light set by hand"),
    field("light_comment", Long, "Kommentar til lyset", "Comment on the light"),
    field("project_basis", Long, "Projektgrundlag", "Project basis"),
    field("weights", Text, "Vægte for brevtyper", "Weights of letter types"),
    field("reporting", Long, "Statusrytme", "Reporting"),
    field("works_on", Words, "Arbejdsdage ud over de sædvanlige", "Days of custom worked on"),
    field("reminders", Text, "Påmindelser", "Reminders"),
    field("archived", Flag, "Arkiveret", "Archived"),
];

const MILESTONE: &[Field] = &[
    field("day", Day, "Dato", "Date"),
    field("time", Text, "Klokken", "Time"),
    field("until", Day, "Til og med", "Until"),
    field("baseline", Day, "Baseline", "Baseline"),
    field("reached", Day, "Nået", "Reached"),
    field("note", Long, "Note", "Note"),
];

const OVERRIDE: &[Field] = &[
    field("fields", Text, "Jeres egne værdier", "Your own values"),
    field("package", Text, "Jeres egen pakke", "Your own package"),
    field("task", Text, "Jeres egen opgave", "Your own task"),
    field("hidden", Flag, "Skjult", "Hidden"),
    field("catalogue_version", Text, "Katalogets version", "Version of the catalogue"),
];

const TASK: &[Field] = &[
    field("task", Key, "Opgave", "Task"),
    field("subject", Key, "Gælder", "For"),
    field("assignee", Ref(Kind::Person), "Tildelt", "Assigned to"),
    field("status", OneOf(Status::OPTIONS), "Status", "Status"),
    field("percent", Count, "Procent færdig", "Per cent done"),
    field("planned_start", Day, "Planlagt start", "Planned start"),
    field("due", Day, "Egen frist", "Own due day"),
    field("forecast", Day, "Ventes færdig", "Expected done"),
    field("baseline_due", Day, "Baseline", "Baseline"),
    field("done_at", Text, "Færdig (UTC)", "Done (UTC)"),
    field("closed_by_condition", Flag, "Lukket af betingelsen", "Closed by its condition"),
    field("reopened", Count, "Genåbnet, antal gange", "Times re-opened"),
    field("reason", Long, "Begrundelse", "Reason"),
    field("attestation", Ref(Kind::Attestation), "Erklæring", "Attestation"),
    field("steps_done", Text, "Trin, der er gjort", "Steps done"),
    field("decisions", Refs(Kind::Decision), "Beslutninger", "Decisions"),
    field("attachments", Words, "Bilag", "Attachments"),
    field("note", Long, "Note", "Note"),
];

const ATTESTATION: &[Field] = &[
    field("requirement", Key, "Krav", "Requirement"),
    field("subject", Key, "Gælder", "For"),
    field("statement", Long, "Hvad er gjort", "What is done"),
    field("evidence", Text, "Fil eller link, der viser det", "File or link that shows it"),
    field("person", Ref(Kind::Person), "Hvem", "Who"),
    field("day", Day, "Dato", "Date"),
    field("expires", Day, "Udløber", "Expires"),
    field("approver", Ref(Kind::Person), "Godkendt af", "Approved by"),
];

const WAIVER: &[Field] = &[
    field("requirement", Key, "Krav", "Requirement"),
    field("subject", Key, "Gælder", "For"),
    field("reason", Long, "Begrundelse", "Reason"),
    field("approved_by", Ref(Kind::Person), "Godkendt af", "Approved by"),
    field("day", Day, "Dato", "Date"),
    field("expires", Day, "Udløber", "Expires"),
];

const COMMENT: &[Field] = &[
    field("about", Text, "Om", "About"),
    field("by", Ref(Kind::Person), "Hvem", "Who"),
    field("at", Text, "Tidspunkt (UTC)", "When (UTC)"),
    field("text", Long, "Tekst", "Text"),
];

const QUESTIONNAIRE: &[Field] = &[
    field("supplier", Ref(Kind::Supplier), "Leverandør", "Supplier"),
    field("expires", Day, "Udløber", "Expires"),
    field("revoked", Flag, "Trukket tilbage", "Taken back"),
    field("sent", Words, "Sendt", "Sent"),
];

const FEED: &[Field] = &[
    field("name", Text, "Navn", "Name"),
    field("person", Ref(Kind::Person), "Hvis opgaver", "Whose tasks"),
    field("area", Key, "Område", "Area"),
    field("language", OneOf(LANGUAGES), "Sprog", "Language"),
    field("expires", Day, "Udløber", "Expires"),
    field("revoked", Flag, "Trukket tilbage", "Taken back"),
];

const LINK_SCAN: &[Field] = &[
    field("at", Text, "Tidspunkt (UTC)", "When (UTC)"),
    field("by", Ref(Kind::Person), "Hvem", "Who"),
    field("addresses", Words, "Adresser, der blev ledt efter", "Addresses looked for"),
    field("pages", Count, "Sider læst", "Pages read"),
    field("links", Count, "Links på dem", "Links on them"),
    field("old_links", Count, "Gamle links", "Old links"),
    field("found", Text, "Nogle af dem", "Some of them"),
    field("unread_pages", Count, "Sider, der ikke kunne læses", "Pages that could not be read"),
    field("unread", Words, "Nogle af deres adresser", "Addresses of some of them"),
];

/// Fields that registers have besides those of their forms.
const BESIDES: &[(Kind, Field)] = &[
    (Kind::System, field("milestones", Text, "Milepæle", "Milestones")),
    (
        Kind::Supplier,
        field("answers", Text, "Svar på spørgeskemaet", "Answers to the questionnaire"),
    ),
    (Kind::Supplier, field("answered_at", Text, "Besvaret (UTC)", "Answered (UTC)")),
    (Kind::LetterType, field("seed", Key, "Fra kataloget", "From the catalogue")),
];

/// What one object of a kind is called.
pub fn kind_name(kind: Kind, language: Language) -> &'static str {
    if let Some(register) = Register::of(kind) {
        return register.one(language);
    }
    let (da, en) = match kind {
        Kind::Settings => ("Indstillinger", "Settings"),
        Kind::Milestone => ("Milepæl", "Milestone"),
        Kind::Override => ("Katalog", "Catalogue"),
        Kind::TaskState => ("Opgave", "Task"),
        Kind::Attestation => ("Erklæring", "Attestation"),
        Kind::Waiver => ("Fravalg", "Waiver"),
        Kind::Comment => ("Kommentar", "Comment"),
        Kind::Questionnaire => ("Spørgeskema", "Questionnaire"),
        Kind::Feed => ("Kalenderlink", "Calendar link"),
        Kind::LinkScan => ("Scanning for gamle links", "Scan for old links"),
        other => return other.word(),
    };
    if language == Language::Da { da } else { en }
}

/// Whether the line of a task's status says it already: when it was done, and that its condition did it.
pub fn is_told_by_status(kind: Kind, field: Option<&str>) -> bool {
    kind == Kind::TaskState && matches!(field, Some("done_at" | "closed_by_condition"))
}

/// The field of a name in objects of a kind, in a form or not; none when nobody is told of it.
pub fn recorded(kind: Kind, name: &str) -> Option<&'static Field> {
    let fields = match kind {
        Kind::Settings => SETTINGS,
        Kind::Milestone => MILESTONE,
        Kind::Override => OVERRIDE,
        Kind::TaskState => TASK,
        Kind::Attestation => ATTESTATION,
        Kind::Waiver => WAIVER,
        Kind::Comment => COMMENT,
        Kind::Questionnaire => QUESTIONNAIRE,
        Kind::Feed => FEED,
        Kind::LinkScan => LINK_SCAN,
        kind => Register::of(kind).map_or(&[][..], |register| register.fields),
    };
    let besides = BESIDES.iter().filter(|(of, _)| *of == kind).map(|(_, field)| field);
    fields.iter().chain(besides).find(|field| field.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shapes::{Access, members};

    #[test]
    fn every_member_that_is_told_of_has_words_in_both_languages() {
        for kind in Kind::ALL {
            for language in [Language::Da, Language::En] {
                assert_ne!(kind_name(*kind, language), kind.word());
            }
            for member in members(*kind).iter().filter(|one| one.access != Access::Secret) {
                let field = recorded(*kind, member.name);
                assert!(field.is_some(), "{} of {}", member.name, kind.word());
            }
        }
    }

    #[test]
    fn a_status_is_told_by_its_label() {
        let status = recorded(Kind::TaskState, "status").unwrap();
        assert_eq!(status.label(Language::Da), "Status");
        assert_eq!(status.show(&"in_progress".into(), Language::Da), "I gang");
    }
}
