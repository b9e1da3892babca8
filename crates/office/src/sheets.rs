//! The sheets of the workbook, which are the lists in CSV too: their names, columns and rules.
//!
//! `docs/workbook.md` says the same to people; a test holds the two together.

use brevdue_programme::Language;
use brevdue_programme::objects::{
    Covers, Criticality, Direction, Environment, FigureSource, Hosting, Kind, LegalWeight, Level,
    Lifecycle, MustDo, Path, Purpose, Quality, Rhythm, Route, Status, SystemRole, SystemType,
    Transport,
};

use crate::cells::{Form, Word, plain};

/// A column.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Column {
    pub(crate) da: &'static str,
    pub(crate) en: &'static str,
    /// Other headings by which it is known.
    pub(crate) also: &'static [&'static str],
    /// Where the value lies: names parted by `/`, from the object, or from the item in a list.
    pub(crate) path: &'static str,
    pub(crate) form: Form,
    /// Width in characters.
    pub(crate) width: u16,
}

/// A sheet.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sheet {
    /// Its word in addresses and file names.
    pub(crate) word: &'static str,
    pub(crate) da: &'static str,
    pub(crate) en: &'static str,
    pub(crate) kind: Kind,
    /// The field of the object whose items are the rows; none: the rows are the objects.
    pub(crate) items: Option<&'static str>,
    /// What new ids begin with; none: rows cannot be added.
    pub(crate) prefix: Option<&'static str>,
    /// Columns that are told and never read: reckoned, or of the catalogue. Danish and English heading, width.
    pub(crate) told: &'static [(&'static str, &'static str, u16)],
    pub(crate) columns: &'static [Column],
}

const fn col(da: &'static str, en: &'static str, path: &'static str, form: Form) -> Column {
    let width = match form {
        Form::Day | Form::Time | Form::Yes | Form::Whole { .. } | Form::MaybeWhole { .. } => 13,
        Form::Number | Form::MaybeNumber => 14,
        _ => 22,
    };
    Column { da, en, also: &[], path, form, width }
}

impl Column {
    const fn also(mut self, also: &'static [&'static str]) -> Self {
        self.also = also;
        self
    }

    const fn wide(mut self, width: u16) -> Self {
        self.width = width;
        self
    }

    /// Whether a heading means this column.
    pub(crate) fn is_named(&self, heading: &str) -> bool {
        let heading = plain(heading);
        [self.da, self.en, self.path].iter().chain(self.also).any(|known| plain(known) == heading)
    }

    pub(crate) fn heading(&self, language: Language) -> &'static str {
        if language == Language::Da { self.da } else { self.en }
    }
}

impl Sheet {
    pub(crate) fn name(&self, language: Language) -> &'static str {
        if language == Language::Da { self.da } else { self.en }
    }

    pub(crate) fn is_named(&self, name: &str) -> bool {
        [self.da, self.en, self.word].iter().any(|known| plain(known) == plain(name))
    }
}

macro_rules! words {
    ($Name:ident) => {{
        fn words() -> Vec<Word> {
            let all = $Name::ALL.iter();
            all.map(|c| (c.word(), c.label(Language::Da), c.label(Language::En))).collect()
        }
        words
    }};
}

const COUNT: Form = Form::Whole { least: 0, most: u64::MAX };
const FIVE: Form = Form::Whole { least: 0, most: 5 };

/// How an id column is headed.
pub(crate) const ID: [&str; 4] = ["Id", "Nøgle", "Key", "Nummer"];
/// How the column of versions in a list is headed.
pub(crate) const VERSION: [&str; 2] = ["Version", "Udgave"];

const TASKS: Sheet = Sheet {
    word: "opgaver",
    da: "Opgaver",
    en: "Tasks",
    kind: Kind::TaskState,
    items: None,
    prefix: None,
    told: &[
        ("Pakke", "Package", 22),
        ("Område", "Area", 9),
        ("Opgave", "Task", 44),
        ("For", "For", 24),
        ("Binding", "Obligation", 12),
        ("Rolle", "Role", 18),
        ("Frist (beregnet)", "Due (reckoned)", 15),
        ("Prognose (beregnet)", "Forecast (reckoned)", 15),
        ("Efter", "After", 18),
    ],
    columns: &[
        col("Status", "Status", "status", Form::Always(words!(Status))),
        col("Ansvarlig", "Assignee", "assignee", Form::Of(Kind::Person))
            .also(&["Tildelt", "Assigned to"]),
        col("Procent", "Percent", "percent", Form::Whole { least: 0, most: 100 })
            .also(&["Færdig %", "% done"]),
        col("Planlagt start", "Planned start", "planned_start", Form::Day),
        col("Egen frist", "Own due day", "due", Form::Day).also(&["Frist", "Due"]),
        col("Egen prognose", "Own forecast", "forecast", Form::Day).also(&["Prognose", "Forecast"]),
        col("Baseline", "Baseline", "baseline_due", Form::Day),
        col("Begrundelse", "Reason", "reason", Form::Text).wide(30),
        col("Beslutninger", "Decisions", "decisions", Form::AllOf(Kind::Decision)),
        col("Bilag", "Attachments", "attachments", Form::Texts),
        col("Note", "Note", "note", Form::Text).also(&["Bemærkning", "Remark"]).wide(40),
    ],
};

const SYSTEMS: Sheet = Sheet {
    word: "systemer",
    da: "Systemer",
    en: "Systems",
    kind: Kind::System,
    items: None,
    prefix: Some("S"),
    told: &[("Udfyldt %", "Complete %", 10)],
    columns: &[
        col("Navn", "Name", "name", Form::Text)
            .also(&[
                "System",
                "Systemnavn",
                "It-system",
                "Fagsystem",
                "System name",
                "Application",
                "Applikation",
            ])
            .wide(30),
        col("Kort navn", "Short name", "short_name", Form::Text).also(&[
            "Forkortelse",
            "Abbreviation",
            "Alias",
        ]),
        col("Beskrivelse", "Description", "description", Form::Text)
            .also(&["Formål", "Purpose"])
            .wide(40),
        col("Rolle", "Role", "role", Form::Choice(words!(SystemRole))),
        col("Type", "Type", "type", Form::Choice(words!(SystemType)))
            .also(&["Systemtype", "System type"]),
        col("Kritikalitet", "Criticality", "criticality", Form::Choice(words!(Criticality)))
            .also(&["Vigtighed", "Importance"]),
        col("Fagområder", "Business areas", "business_areas", Form::Texts).also(&[
            "Fagområde",
            "Forvaltningsområde",
            "Business area",
            "Område",
        ]),
        col("Enheder", "Units", "units", Form::Texts).also(&[
            "Enhed",
            "Afdeling",
            "Forvaltning",
            "Unit",
            "Department",
        ]),
        col("KLE", "KLE", "kle", Form::Texts).also(&["KLE-numre", "KLE-nummer"]),
        col("Systemejer", "System owner", "owner", Form::Of(Kind::Person)).also(&["Ejer", "Owner"]),
        col("Stedfortræder", "Deputy", "deputy", Form::Of(Kind::Person)),
        col("Driftskontakt", "Operations contact", "operations_contact", Form::Text).also(&[
            "Kontakt",
            "Kontaktperson",
            "Contact",
        ]),
        col("Betalingsenhed (EAN)", "Billing unit (EAN)", "billing_unit", Form::Text)
            .also(&["EAN", "GLN"]),
        col("Leverandør", "Supplier", "supplier", Form::Of(Kind::Supplier))
            .also(&["Vendor", "Firma"]),
        col("Kontrakt", "Contract", "contract", Form::Of(Kind::Contract)),
        col("Drift", "Hosting", "hosting", Form::Choice(words!(Hosting))),
        col("Livscyklus", "Lifecycle", "lifecycle", Form::Choice(words!(Lifecycle))),
        col("Erstattes af", "Replaced by", "replaced_by", Form::Of(Kind::System)),
        col("Udfases", "Retire date", "retire_date", Form::Day).also(&[
            "Udfasningsdato",
            "Slutdato",
            "End date",
        ]),
        col("Vej til MeMo", "Path to MeMo", "path", Form::Choice(words!(Path)))
            .also(&["Vej", "Path"]),
        col("Via system", "Via system", "via_system", Form::Of(Kind::System)),
        col(
            "Sender på vegne af (CVR)",
            "Sends on behalf of (CVR)",
            "sends_on_behalf_of",
            Form::Set,
        ),
        col("Ambition", "Level", "scope/level", Form::Choice(words!(Level))).also(&["Niveau"]),
        col("Ambition besluttet", "Level decided", "scope/decided_on", Form::Day),
        col("Besluttet af", "Decided by", "scope/decided_by", Form::Of(Kind::Person)),
        col("Brevtyper", "Letter types", "scope/letter_types", Form::AllOf(Kind::LetterType)),
        col(
            "Mål for opmærkning (0-1)",
            "Markup target (0-1)",
            "scope/markup_target",
            Form::MaybeNumber,
        ),
        col("Kendes som", "Known as", "known_as", Form::Set).also(&["GeneratingSystem"]),
        col(
            "Ingen egen integration",
            "No in-house integration",
            "no_in_house_integration",
            Form::Yes,
        ),
        col("Note", "Note", "note", Form::Text)
            .also(&["Bemærkning", "Remark", "Noter", "Notes"])
            .wide(40),
    ],
};

const INTERFACES: Sheet = Sheet {
    word: "snitflader",
    da: "Snitflader",
    en: "Interfaces",
    kind: Kind::System,
    items: Some("interfaces"),
    prefix: None,
    told: &[("System", "System", 26)],
    columns: &[
        col("Retning", "Direction", "direction", Form::Choice(words!(Direction))),
        col("Transport", "Transport", "transport", Form::Choice(words!(Transport))),
        col("Miljø", "Environment", "environment", Form::Choice(words!(Environment))),
        col("Adresse", "Endpoint", "endpoint", Form::Text),
        col("Vært", "Host", "host", Form::Text),
        col("System-id i Digital Post", "System id in Digital Post", "dp_system_id", Form::Text)
            .wide(38),
        col("Aktiv", "Active", "active", Form::Yes),
        col("Formater", "Formats", "formats", Form::Set),
        col(
            "Oplyst MeMo-version",
            "Declared MeMo version",
            "declared_memo_version",
            Form::MaybeText,
        ),
        col("Største besked (MB)", "Largest message (MB)", "max_size_mb", Form::MaybeNumber),
        col(
            "Bilag højst",
            "Attachments at most",
            "attachments_max",
            Form::MaybeWhole { least: 0, most: 100_000 },
        ),
        col("Tekniske kvitteringer", "Technical receipts", "technical_receipts", Form::Yes),
        col("Forretningskvitteringer", "Business receipts", "business_receipts", Form::Yes),
        col("Kvitteringer læses af", "Receipts consumed by", "receipts_consumed_by", Form::Text),
        col("Modtager til", "Purpose", "purpose", Form::Choice(words!(Purpose))),
        col("Certifikat", "Certificate", "certificate/subject", Form::Text),
        col("Serienummer", "Serial", "certificate/serial", Form::Text),
        col("Udsteder", "Issuer", "certificate/issuer", Form::Text),
        col("Gyldigt fra", "Valid from", "certificate/valid_from", Form::Day),
        col("Gyldigt til", "Valid to", "certificate/valid_to", Form::Day),
        col("Certifikatets formål", "Certificate purpose", "certificate/purpose", Form::Text),
        col("Fornyes af", "Renewed by", "certificate/renewal_owner", Form::Of(Kind::Person)),
        col("Installeret hvor", "Installed where", "certificate/where_installed", Form::Text),
        col("Prøvesæt bestået", "Conformance passed", "conformance_passed", Form::Day),
        col("99,5 MB modtaget", "99.5 MB received", "large_message_passed", Form::Day),
        col("Oplyst grænse (MB)", "Declared limit (MB)", "declared_limit_mb", Form::MaybeNumber),
    ],
};

const VOLUMES: Sheet = Sheet {
    word: "maengder",
    da: "Mængder",
    en: "Volumes",
    kind: Kind::System,
    items: Some("volumes"),
    prefix: None,
    told: &[("System", "System", 26)],
    columns: &[
        col("År", "Year", "year", Form::Whole { least: 0, most: 2199 }),
        col("Beskeder ud", "Messages out", "messages_out", COUNT),
        col("Beskeder ind", "Messages in", "messages_in", COUNT),
        col("Travleste dag", "Peak day", "peak_day", COUNT),
        col("Travleste time", "Peak hour", "peak_hour", COUNT),
        col("Andel masseudsendelse (0-1)", "Mass share (0-1)", "mass_share", Form::Number),
        col("Borgere", "Citizens", "citizens", COUNT),
        col("Virksomheder", "Companies", "companies", COUNT),
        col("Myndigheder", "Authorities", "authorities", COUNT),
        col("NemSMS", "NemSMS", "nemsms", COUNT),
        col("Kilde", "Source", "source", Form::Choice(words!(FigureSource))),
    ],
};

const JOBS: Sheet = Sheet {
    word: "koersler",
    da: "Kørsler",
    en: "Scheduled jobs",
    kind: Kind::System,
    items: Some("scheduled_jobs"),
    prefix: None,
    told: &[("System", "System", 26)],
    columns: &[
        col("Kørsel", "Job", "name", Form::Text).also(&["Navn", "Name"]).wide(30),
        col("Kører", "Runs", "rhythm", Form::Choice(words!(Rhythm))),
        col(
            "Dag i måneden",
            "Day of the month",
            "day_of_month",
            Form::MaybeWhole { least: 1, most: 31 },
        ),
        col("Næste kørsel", "Next run", "next_run", Form::Day),
        col("Begynder kl.", "Begins at", "time", Form::Time),
        col(
            "Varer (minutter)",
            "Takes (minutes)",
            "minutes",
            Form::Whole { least: 0, most: 1_000_000 },
        ),
        col("Brevtyper", "Letter types", "letter_types", Form::AllOf(Kind::LetterType)),
        col("Breve pr. kørsel", "Letters a run", "volume", COUNT),
        col(
            "Standses i omstillingsperioden",
            "Stopped for the cut-over window",
            "paused",
            Form::Yes,
        ),
        col("Note", "Note", "note", Form::Text).wide(40),
    ],
};

const SUPPLIERS: Sheet = Sheet {
    word: "leverandoerer",
    da: "Leverandører",
    en: "Suppliers",
    kind: Kind::Supplier,
    items: None,
    prefix: Some("L"),
    told: &[("Systemer", "Systems", 10)],
    columns: &[
        col("Navn", "Name", "name", Form::Text)
            .also(&["Leverandør", "Supplier", "Firma", "Company"])
            .wide(30),
        col("CVR", "CVR", "cvr", Form::Text).also(&["CVR-nummer", "CVR-nr."]),
        col("Kontakter", "Contacts", "contacts", Form::Texts)
            .also(&["Kontakt", "Contact"])
            .wide(34),
        col("Rammeaftale", "Framework", "framework", Form::Text),
        col(
            "Tillid (1-5)",
            "Confidence (1-5)",
            "confidence",
            Form::MaybeWhole { least: 1, most: 5 },
        ),
        col("Seneste status", "Last status", "last_status", Form::Day),
        col("Note", "Note", "notes", Form::Text).also(&["Noter", "Notes", "Bemærkning"]).wide(40),
    ],
};

const CONTRACTS: Sheet = Sheet {
    word: "kontrakter",
    da: "Kontrakter",
    en: "Contracts",
    kind: Kind::Contract,
    items: None,
    prefix: Some("K"),
    told: &[],
    columns: &[
        col("Navn", "Name", "name", Form::Text).wide(30),
        col("Leverandør", "Supplier", "supplier", Form::Of(Kind::Supplier)),
        col("Systemer", "Systems", "systems", Form::AllOf(Kind::System)),
        col("Start", "Start", "start", Form::Day),
        col("Slut", "End", "end", Form::Day),
        col("Optioner", "Options", "options", Form::Text),
        col(
            "Dækker omlægning",
            "Covers conversion",
            "covers_conversion",
            Form::Choice(words!(Covers)),
        ),
        col("Pris (kr.)", "Price (DKK)", "price_dkk", Form::MaybeNumber),
        col("Underskrevet", "Signed", "signed", Form::Day),
        col(
            "Databehandleraftale",
            "Data processing agreement",
            "data_processing_agreement",
            Form::Day,
        ),
        col("Bod", "Penalties", "penalties", Form::Text),
        col("Udbud senest", "Tender due", "tender_due", Form::Day),
        col("Note", "Note", "note", Form::Text).wide(40),
    ],
};

const LETTERS: Sheet = Sheet {
    word: "brevtyper",
    da: "Brevtyper",
    en: "Letter types",
    kind: Kind::LetterType,
    items: None,
    prefix: Some("B"),
    told: &[
        ("Score", "Score", 9),
        ("Målt om året", "Measured a year", 12),
        ("Målt over", "Measured over", 30),
        ("Regnet med", "Reckoned with", 12),
    ],
    columns: &[
        col("Navn", "Name", "name", Form::Text)
            .also(&["Brev", "Brevtype", "Letter", "Letter type"])
            .wide(34),
        col("Beskrivelse", "Description", "description", Form::Text).wide(40),
        col("Skabelon", "Template", "template_id", Form::Text),
        col("Fagområde", "Business area", "business_area", Form::Text),
        col("KLE", "KLE", "kle", Form::Text),
        col("FORM", "FORM", "form", Form::Text),
        col("Brevdannende system", "Producing system", "producing_system", Form::Of(Kind::System)),
        col("Afsendersystem", "Sender system", "sender_system", Form::Of(Kind::System)),
        col("Brevansvarlig", "Owner", "owner", Form::Of(Kind::Person)),
        col("Arketype", "Archetype", "archetype", Form::MaybeText),
        col("Til borgere pr. år", "To citizens a year", "citizens", COUNT),
        col("Til virksomheder pr. år", "To companies a year", "companies", COUNT),
        col("Til myndigheder pr. år", "To authorities a year", "authorities", COUNT),
        col(
            "Kilde til mængde",
            "Source of volume",
            "volume_source",
            Form::Choice(words!(FigureSource)),
        ),
        col("Form i dag", "Form today", "form_today", Form::Text),
        col("Modtageren skal", "Recipient must", "must_do", Form::Choice(words!(MustDo))),
        col("Har frist", "Has a deadline", "has_deadline", Form::Yes),
        col("Felt med frist", "Field of the deadline", "deadline_field", Form::Text),
        col("Retsvirkning", "Legal weight", "legal_weight", Form::Choice(words!(LegalWeight))),
        col("Svar ønskes", "Answers wanted", "answers_wanted", Form::Yes),
        col(
            "Svar til kontaktpunkt",
            "Answers to contact point",
            "answer_contact_point",
            Form::Of(Kind::ContactPoint),
        ),
        col("Minutter hos os", "Minutes, own", "minutes_own", Form::Number),
        col("Minutter hos modtager", "Minutes, recipient", "minutes_recipient", Form::Number),
        col("Minutter hos borger", "Minutes, citizen", "minutes_citizen", Form::Number),
        col("Færre udeblivelser (0-1)", "Fewer no-shows (0-1)", "fewer_no_shows", Form::Number),
        col("Færre opkald (0-1)", "Fewer calls (0-1)", "fewer_calls", Form::Number),
        col(
            "Færre sene betalinger (0-1)",
            "Fewer late payments (0-1)",
            "fewer_late_payments",
            Form::Number,
        ),
        col("Kvalitetsgevinst", "Benefit in quality", "quality_benefit", Form::Text),
        col("Indsats (kr.)", "Effort (DKK)", "effort_dkk", Form::Number),
        col("Indsats (timer)", "Effort (hours)", "effort_hours", Form::Number),
        col("Ambition", "Level", "level", Form::Choice(words!(Level))),
        col("Måldato", "Target date", "target_date", Form::Day),
        col("Mål for dækning (0-1)", "Target coverage (0-1)", "target_coverage", Form::MaybeNumber),
        col("Besluttet af", "Decided by", "decided_by", Form::Of(Kind::Person)),
        col(
            "Plads (håndsat)",
            "Rank (by hand)",
            "rank_by_hand",
            Form::MaybeWhole { least: 1, most: 1_000_000 },
        ),
        col("Note", "Note", "note", Form::Text).wide(40),
    ],
};

const MARKUP: Sheet = Sheet {
    word: "opmaerkning",
    da: "Opmærkning",
    en: "Markup",
    kind: Kind::LetterType,
    items: Some("fields"),
    prefix: None,
    told: &[("Brevtype", "Letter type", 34)],
    columns: &[
        col("Felt", "Field", "field", Form::Text),
        col("Kilde", "Source", "source", Form::Text),
        col("Datakvalitet", "Data quality", "quality", Form::Choice(words!(Quality))),
        col("Hjemmel", "Legal basis", "legal_basis", Form::Text),
        col("Personoplysninger", "Personal data", "personal_data", Form::Text),
    ],
};

const CONTACT_POINTS: Sheet = Sheet {
    word: "kontaktpunkter",
    da: "Kontaktpunkter",
    en: "Contact points",
    kind: Kind::ContactPoint,
    items: None,
    prefix: Some("KP"),
    told: &[("Post, 90 dage", "Mail, 90 days", 12)],
    columns: &[
        col("Navn", "Name", "name", Form::Text).also(&["Kontaktpunkt", "Contact point"]).wide(30),
        col("Gruppe", "Group", "group", Form::Text),
        col("Beskrivelse", "Description", "description", Form::Text).wide(40),
        col("Søgeord", "Search words", "search_words", Form::Texts).wide(30),
        col("Synlig for borgere", "Visible to citizens", "visible_to_citizens", Form::Yes),
        col("Synlig for virksomheder", "Visible to companies", "visible_to_companies", Form::Yes),
        col(
            "Synlig for myndigheder",
            "Visible to authorities",
            "visible_to_authorities",
            Form::Yes,
        ),
        col("Modtagersystem", "Receiver system", "receiver_system", Form::Of(Kind::System)),
        col("Enhed", "Unit", "unit", Form::Text),
        col("Ejer", "Owner", "owner", Form::Of(Kind::Person)),
        col("Gamle id'er", "Old ids", "old_ids", Form::Set),
        col("Sidst gennemgået", "Last review", "last_review", Form::Day),
        col("Id i Digital Post", "Id in Digital Post", "dp_contact_point_id", Form::Text).wide(38),
    ],
};

const DISTRIBUTION_RULES: Sheet = Sheet {
    word: "fordelingsregler",
    da: "Fordelingsregler",
    en: "Distribution rules",
    kind: Kind::DistributionRule,
    items: None,
    prefix: Some("FR"),
    told: &[],
    columns: &[
        col("Regel", "Rule", "name", Form::Text).wide(34),
        col("Afsender", "Sender", "sender", Form::Text),
        col("Afsenderens kode", "Sender's code", "message_code", Form::Text),
        col("Fordeles efter", "Distributed by", "route", Form::Choice(words!(Route))).wide(26),
        col("Fordeles til", "Distributed to", "to", Form::Text).wide(34),
        col("Modtagersystem", "Receiver system", "system", Form::Of(Kind::System)),
        col("Følges fra", "Followed from", "active_from", Form::Day),
        col("Følges til og med", "Followed until", "active_until", Form::Day),
        col("Note", "Note", "note", Form::Text).wide(40),
    ],
};

const RISKS: Sheet = Sheet {
    word: "risici",
    da: "Risici",
    en: "Risks",
    kind: Kind::Risk,
    items: None,
    prefix: Some("R"),
    told: &[],
    columns: &[
        col("Risiko", "Risk", "title", Form::Text).also(&["Titel", "Title"]).wide(40),
        col("Årsag", "Cause", "cause", Form::Text).wide(34),
        col("Sandsynlighed (1-5)", "Probability (1-5)", "probability", FIVE),
        col("Konsekvens (1-5)", "Consequence (1-5)", "consequence", FIVE),
        col("Handling", "Action", "action", Form::Text).wide(40),
        col("Ejer", "Owner", "owner", Form::Of(Kind::Person)),
        col("System", "System", "system", Form::Of(Kind::System)),
        col("Genbesøges", "Review", "review", Form::Day),
        col("Lukket", "Closed", "closed", Form::Yes),
    ],
};

const MILESTONES: Sheet = Sheet {
    word: "milepaele",
    da: "Milepæle",
    en: "Milestones",
    kind: Kind::Milestone,
    items: None,
    prefix: None,
    told: &[("Milepæl", "Milestone", 30)],
    columns: &[
        col("Dato", "Date", "day", Form::Day),
        col("Klokken", "Time", "time", Form::MaybeText),
        col("Til og med", "Until", "until", Form::Day),
        col("Baseline", "Baseline", "baseline", Form::Day),
        col("Nået", "Reached", "reached", Form::Day),
        col("Note", "Note", "note", Form::Text).wide(40),
    ],
};

const PEOPLE: Sheet = Sheet {
    word: "personer",
    da: "Personer",
    en: "People",
    kind: Kind::Person,
    items: None,
    prefix: Some("P"),
    told: &[],
    columns: &[
        col("Navn", "Name", "name", Form::Text).wide(30),
        col("E-mail", "E-mail", "email", Form::Text).also(&["Mail", "Email"]).wide(30),
        col("Enhed", "Unit", "unit", Form::Text),
        col("Roller", "Roles", "roles", Form::Set),
    ],
};

const DECISIONS: Sheet = Sheet {
    word: "beslutninger",
    da: "Beslutninger",
    en: "Decisions",
    kind: Kind::Decision,
    items: None,
    prefix: Some("D"),
    told: &[],
    columns: &[
        col("Beslutning", "Decision", "title", Form::Text).also(&["Titel", "Title"]).wide(40),
        col("Begrundelse", "Reason", "reason", Form::Text).wide(40),
        col("Truffet af", "By", "by", Form::Of(Kind::Person)),
        col("Dato", "Date", "day", Form::Day),
        col("Ønskes senest", "Wanted by", "wanted_by", Form::Day),
        col("Om", "About", "about", Form::Set),
    ],
};

const STAKEHOLDERS: Sheet = Sheet {
    word: "interessenter",
    da: "Interessenter",
    en: "Stakeholders",
    kind: Kind::Stakeholder,
    items: None,
    prefix: Some("I"),
    told: &[],
    columns: &[
        col("Hvem", "Who", "name", Form::Text).wide(30),
        col("Berørt (1-5)", "Affected (1-5)", "affected", FIVE),
        col("Af hvad", "By what", "by", Form::Text).wide(40),
        col("Note", "Note", "note", Form::Text).wide(40),
    ],
};

const COMMUNICATION: Sheet = Sheet {
    word: "kommunikation",
    da: "Kommunikation",
    en: "Communication",
    kind: Kind::Communication,
    items: None,
    prefix: Some("M"),
    told: &[],
    columns: &[
        col("Budskab", "Message", "message", Form::Text).wide(44),
        col("Målgruppe", "Audience", "audience", Form::Text),
        col("Kanal", "Channel", "channel", Form::Text),
        col("Afsender", "Sender", "sender", Form::Of(Kind::Person)),
        col("Dato", "Date", "day", Form::Day),
        col("Udført", "Done", "done", Form::Yes),
    ],
};

const TRAINING: Sheet = Sheet {
    word: "uddannelse",
    da: "Uddannelse",
    en: "Training",
    kind: Kind::Training,
    items: None,
    prefix: Some("U"),
    told: &[],
    columns: &[
        col("Kursus", "Course", "name", Form::Text).wide(30),
        col("Målgruppe", "Audience", "audience", Form::Text),
        col("Enhed", "Unit", "unit", Form::Text),
        col("Form", "Form", "form", Form::Text),
        col("Dato", "Date", "day", Form::Day),
        col("Skal oplæres", "Needed", "needed", Form::Whole { least: 0, most: 1_000_000 }),
        col("Oplært", "Trained", "trained", Form::Whole { least: 0, most: 1_000_000 }),
        col("Underviser", "Teacher", "teacher", Form::Text),
    ],
};

/// Every sheet that is read back, in the order of the workbook. `Krav` and `Læs mig` are told only.
pub(crate) const SHEETS: &[&Sheet] = &[
    &TASKS,
    &SYSTEMS,
    &INTERFACES,
    &VOLUMES,
    &JOBS,
    &SUPPLIERS,
    &CONTRACTS,
    &LETTERS,
    &MARKUP,
    &CONTACT_POINTS,
    &DISTRIBUTION_RULES,
    &RISKS,
    &MILESTONES,
    &PEOPLE,
    &DECISIONS,
    &STAKEHOLDERS,
    &COMMUNICATION,
    &TRAINING,
];

/// The sheet of the systems, for inventories of others.
pub(crate) const SYSTEM_SHEET: &Sheet = &SYSTEMS;

/// The words of all lists, as they stand in addresses and file names.
pub fn lists() -> impl Iterator<Item = &'static str> {
    SHEETS.iter().map(|sheet| sheet.word)
}

/// The words of all lists, each with its name for readers.
pub fn lists_named(language: Language) -> impl Iterator<Item = (&'static str, &'static str)> {
    SHEETS.iter().map(move |sheet| (sheet.word, sheet.name(language)))
}

/// The sheet of a list's word, Danish or English name.
pub(crate) fn sheet(name: &str) -> Option<&'static Sheet> {
    SHEETS.iter().copied().find(|sheet| sheet.is_named(name))
}

/// The columns of a kind's own sheet, or of the sheet of one of its lists.
pub(crate) fn columns(kind: Kind, items: Option<&str>) -> impl Iterator<Item = &'static Column> {
    let sheet = SHEETS.iter().find(|sheet| sheet.kind == kind && sheet.items == items);
    sheet.map(|sheet| sheet.columns).unwrap_or_default().iter()
}

/// The column of a value by its path in the object, `name` or `interfaces/0/host`.
pub(crate) fn column(kind: Kind, path: &str) -> Option<&'static Column> {
    columns(kind, None).find(|column| column.path == path).or_else(|| {
        let (list, rest) = path.split_once('/')?;
        let (place, rest) = rest.split_once('/')?;
        place.parse::<usize>().ok()?;
        columns(kind, Some(list)).find(|column| column.path == rest)
    })
}
