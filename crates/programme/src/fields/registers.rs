//! Every register, field by field.

use super::FieldKind::{
    Archetype, Count, Day, Flag, Key, Long, Number, OneOf, Part, Parts, Ref, Refs, Roles, Scale,
    Share, Text, Time, Words,
};
use super::{Field, FieldKind, Register};
use crate::objects::{
    Choice, Covers, Criticality, Direction, Environment, FigureSource, Hosting, Kind, LegalWeight,
    Level, Lifecycle, MustDo, Path, Purpose, Quality, Rhythm, Route, SystemRole, SystemType,
    Transport,
};
use crate::text::LANGUAGES;

/// A field that is neither needed nor in tables.
pub(super) const fn field(
    name: &'static str,
    kind: FieldKind,
    da: &'static str,
    en: &'static str,
) -> Field {
    Field { name, da, en, kind, needed: false, listed: false }
}

impl Field {
    const fn needed(mut self) -> Self {
        self.needed = true;
        self
    }

    const fn listed(mut self) -> Self {
        self.listed = true;
        self
    }
}

const PERSON: FieldKind = Ref(Kind::Person);
const SYSTEM: FieldKind = Ref(Kind::System);

const CERTIFICATE: &[Field] = &[
    field("subject", Text, "Indehaver (subject)", "Subject"),
    field("serial", Text, "Serienummer", "Serial number"),
    field("issuer", Text, "Udsteder", "Issuer"),
    field("valid_from", Day, "Gyldigt fra", "Valid from"),
    field("valid_to", Day, "Gyldigt til", "Valid to"),
    field("purpose", Text, "Formål", "Purpose"),
    field("renewal_owner", PERSON, "Ansvarlig for fornyelse", "Renewal owner"),
    field("where_installed", Text, "Installeret hvor", "Installed where"),
];

const INTERFACE: &[Field] = &[
    field("id", Key, "Id", "Id"),
    field("direction", OneOf(Direction::OPTIONS), "Retning", "Direction"),
    field("transport", OneOf(Transport::OPTIONS), "Transport", "Transport"),
    field("environment", OneOf(Environment::OPTIONS), "Miljø", "Environment"),
    field("endpoint", Text, "Endepunkt", "Endpoint"),
    field("host", Text, "Vært", "Host"),
    field("dp_system_id", Text, "Id i Administrativ Adgang", "Id in Administrativ Adgang"),
    field("active", Flag, "Aktiv", "Active"),
    field(
        "formats",
        Words,
        "Formater (MEMO11, MEMO12, DP1, DP2, EBCDIC)",
        "Formats (MEMO11, MEMO12, DP1, DP2, EBCDIC)",
    ),
    field("declared_memo_version", Text, "Erklæret MeMo-version", "Declared MeMo version"),
    field("max_size_mb", Number, "Største meddelelse, MB", "Largest message, MB"),
    field("attachments_max", Count, "Flest bilag", "Most attachments"),
    field("technical_receipts", Flag, "Tekniske kvitteringer", "Technical receipts"),
    field("business_receipts", Flag, "Forretningskvitteringer", "Business receipts"),
    field("receipts_consumed_by", Text, "Hvem læser kvitteringerne", "Who reads the receipts"),
    field("purpose", OneOf(Purpose::OPTIONS), "Formål (modtager)", "Purpose (receiver)"),
    field("conformance_passed", Day, "Bestod prøvesættet", "Passed the conformance set"),
    field("large_message_passed", Day, "Modtog 99,5 MB i test", "Received 99.5 MB in a test"),
    field(
        "declared_limit_mb",
        Number,
        "Oplyst grænse for borgere og virksomheder, MB",
        "Declared limit for citizens and companies, MB",
    ),
    field("certificate", Part(CERTIFICATE), "Certifikat", "Certificate"),
];

const VOLUME: &[Field] = &[
    field("year", Count, "År", "Year"),
    field("messages_out", Count, "Meddelelser ud", "Messages out"),
    field("messages_in", Count, "Meddelelser ind", "Messages in"),
    field("peak_day", Count, "Største dag", "Peak day"),
    field("peak_hour", Count, "Største time", "Peak hour"),
    field("mass_share", Share, "Andel masseforsendelser", "Share of mass mailings"),
    field("citizens", Count, "Til borgere", "To citizens"),
    field("companies", Count, "Til virksomheder", "To companies"),
    field("authorities", Count, "Til myndigheder", "To authorities"),
    field("nemsms", Count, "NemSMS", "NemSMS"),
    field("source", OneOf(FigureSource::OPTIONS), "Kilde", "Source"),
];

const JOB: &[Field] = &[
    field("name", Text, "Kørsel", "Job"),
    field("rhythm", OneOf(Rhythm::OPTIONS), "Kører", "Runs"),
    field("day_of_month", Scale(1, 31), "Dag i måneden", "Day of the month"),
    field("next_run", Day, "Næste kørsel", "Next run"),
    field("time", Time, "Begynder kl.", "Begins at"),
    field("minutes", Count, "Varer, minutter", "Takes, minutes"),
    field("letter_types", Refs(Kind::LetterType), "Brevtyper", "Letter types"),
    field("volume", Count, "Breve pr. kørsel", "Letters a run"),
    field(
        "paused",
        Flag,
        "Standses i omstillingsperioden",
        "Stopped for the window without sending",
    ),
    field("note", Text, "Note", "Note"),
];

const SCOPE: &[Field] = &[
    field("level", OneOf(Level::OPTIONS), "Ambitionsniveau", "Ambition level"),
    field("decided_on", Day, "Besluttet den", "Decided on"),
    field("decided_by", PERSON, "Besluttet af", "Decided by"),
    field("letter_types", Refs(Kind::LetterType), "Brevtyper", "Letter types"),
    field("markup_target", Share, "Mål for opmærkning", "Markup target"),
];

const FUNCTION: &[Field] = &[
    field("function", Text, "Funktion der udgår", "Function that lapses"),
    field("used_for", Text, "Bruges til", "Used for"),
    field("alternative", Text, "Alternativ", "Alternative"),
    field("status", Text, "Status", "Status"),
];

const SYSTEMS: &[Field] = &[
    field("name", Text, "Navn", "Name").needed().listed(),
    field("short_name", Text, "Kort navn", "Short name"),
    field("description", Long, "Beskrivelse", "Description"),
    field("role", OneOf(SystemRole::OPTIONS), "Rolle", "Role").needed().listed(),
    field("type", OneOf(SystemType::OPTIONS), "Type", "Type").needed().listed(),
    field("criticality", OneOf(Criticality::OPTIONS), "Kritikalitet", "Criticality").listed(),
    field("owner", PERSON, "Systemejer", "System owner").needed().listed(),
    field("deputy", PERSON, "Stedfortræder", "Deputy"),
    field("supplier", Ref(Kind::Supplier), "Leverandør", "Supplier").needed().listed(),
    field("contract", Ref(Kind::Contract), "Kontrakt", "Contract"),
    field("hosting", OneOf(Hosting::OPTIONS), "Drift", "Hosting"),
    field("lifecycle", OneOf(Lifecycle::OPTIONS), "Livscyklus", "Lifecycle"),
    field("path", OneOf(Path::OPTIONS), "Vej til MeMo", "Path to MeMo").needed().listed(),
    field("via_system", SYSTEM, "Via system", "Via system"),
    field("replaced_by", SYSTEM, "Erstattes af", "Replaced by"),
    field("retire_date", Day, "Udfases den", "Retired on"),
    field("business_areas", Words, "Fagområder", "Business areas"),
    field("units", Words, "Enheder", "Units"),
    field("kle", Words, "KLE-numre", "KLE numbers"),
    field("operations_contact", Text, "Driftskontakt", "Operations contact"),
    field("billing_unit", Text, "Betalende enhed (EAN/GLN)", "Billing unit (EAN/GLN)"),
    field("sends_on_behalf_of", Words, "Sender på vegne af (CVR)", "Sends on behalf of (CVR)"),
    field("known_as", Words, "Kendes i trafikken som", "Known in traffic as"),
    field("no_in_house_integration", Flag, "Ingen egen integration", "No in-house integration"),
    field("interfaces", Parts(INTERFACE), "Snitflader", "Interfaces").needed(),
    field("volumes", Parts(VOLUME), "Volumen", "Volumes"),
    field("scheduled_jobs", Parts(JOB), "Planlagte kørsler", "Scheduled jobs"),
    field("scope", Part(SCOPE), "Scope for opmærkning", "Scope of markup"),
    field("discontinued_functions", Parts(FUNCTION), "Udgåede funktioner", "Functions that lapse"),
    field("note", Long, "Note", "Note"),
];

const SUPPLIERS: &[Field] = &[
    field("name", Text, "Navn", "Name").needed().listed(),
    field("cvr", Text, "CVR-nummer", "CVR number").listed(),
    field("contacts", Words, "Kontaktpersoner", "Contacts").needed().listed(),
    field("framework", Text, "Rammeaftale", "Framework agreement").listed(),
    field("confidence", Scale(1, 5), "Tillid til planen (1-5)", "Confidence in the plan (1-5)")
        .listed(),
    field("last_status", Day, "Sidste status", "Last status").listed(),
    field("notes", Long, "Noter", "Notes"),
];

const CONTRACTS: &[Field] = &[
    field("name", Text, "Navn", "Name").needed().listed(),
    field("supplier", Ref(Kind::Supplier), "Leverandør", "Supplier").needed().listed(),
    field("systems", Refs(Kind::System), "Systemer", "Systems").listed(),
    field("start", Day, "Begynder", "Start"),
    field("end", Day, "Udløber", "End").listed(),
    field("options", Text, "Optioner", "Options"),
    field(
        "covers_conversion",
        OneOf(Covers::OPTIONS),
        "Dækker omlægningen",
        "Covers the conversion",
    )
    .listed(),
    field("price_dkk", Number, "Pris, kr.", "Price, DKK").listed(),
    field("signed", Day, "Underskrevet", "Signed").listed(),
    field(
        "data_processing_agreement",
        Day,
        "Databehandleraftale fra",
        "Data processing agreement of",
    )
    .listed(),
    field("penalties", Text, "Bod", "Penalties"),
    field("tender_due", Day, "Udbud senest", "Tender due"),
    field("note", Long, "Note", "Note"),
];

const MARKUP: &[Field] = &[
    field("field", Text, "Felt (fx action:AFTALE)", "Field (e.g. action:AFTALE)"),
    field("source", Text, "Kilde i fagsystemet", "Source in the business system"),
    field("quality", OneOf(Quality::OPTIONS), "Kvalitet", "Quality"),
    field("legal_basis", Text, "Hjemmel", "Legal basis"),
    field("personal_data", Text, "Persondataklasse", "Class of personal data"),
];

const LETTERS: &[Field] = &[
    field("name", Text, "Navn", "Name").needed().listed(),
    field("description", Long, "Beskrivelse", "Description"),
    field("template_id", Text, "Skabelon-id", "Template id"),
    field("business_area", Text, "Fagområde", "Business area"),
    field("kle", Text, "KLE-nummer", "KLE number"),
    field("form", Text, "FORM-nummer", "FORM number"),
    field("producing_system", SYSTEM, "Brevdannende system", "Producing system"),
    field("sender_system", SYSTEM, "Afsendersystem", "Sender system").needed().listed(),
    field("owner", PERSON, "Brevansvarlig", "Owner"),
    field("archetype", Archetype, "Arketype", "Archetype").needed().listed(),
    field("citizens", Count, "Til borgere om året", "To citizens a year").listed(),
    field("companies", Count, "Til virksomheder om året", "To companies a year"),
    field("authorities", Count, "Til myndigheder om året", "To authorities a year"),
    field("volume_source", OneOf(FigureSource::OPTIONS), "Tallene er", "The figures are"),
    field("form_today", Text, "Form i dag", "Form today"),
    field("must_do", OneOf(MustDo::OPTIONS), "Modtageren skal", "The recipient must").listed(),
    field("has_deadline", Flag, "Har frist", "Has a deadline").listed(),
    field("deadline_field", Text, "Hvor fristen står", "Where the deadline stands"),
    field("legal_weight", OneOf(LegalWeight::OPTIONS), "Retlig vægt", "Legal weight"),
    field("answers_wanted", Flag, "Svar ønskes", "Answers wanted"),
    field(
        "answer_contact_point",
        Ref(Kind::ContactPoint),
        "Kontaktpunkt for svar",
        "Contact point for answers",
    ),
    field("fields", Parts(MARKUP), "Opmærkning", "Markup"),
    field(
        "minutes_own",
        Number,
        "Minutter sparet pr. brev, egne",
        "Minutes saved per letter, own staff",
    ),
    field(
        "minutes_recipient",
        Number,
        "Minutter sparet, modtagende virksomhed/myndighed",
        "Minutes saved, receiving company/authority",
    ),
    field("minutes_citizen", Number, "Minutter sparet, borger", "Minutes saved, citizen"),
    field("fewer_no_shows", Number, "Færre udeblivelser om året", "Fewer no-shows a year"),
    field("fewer_calls", Number, "Færre opkald om året", "Fewer calls a year"),
    field(
        "fewer_late_payments",
        Number,
        "Færre for sene betalinger om året",
        "Fewer late payments a year",
    ),
    field("quality_benefit", Long, "Kvalitet og sikkerhed", "Quality and safety"),
    field("effort_dkk", Number, "Pris, kr.", "Price, DKK"),
    field("effort_hours", Number, "Egne timer", "Own hours"),
    field("level", OneOf(Level::OPTIONS), "Besluttet niveau", "Decided level").listed(),
    field("target_date", Day, "Måldato", "Target date"),
    field("target_coverage", Share, "Måldækning", "Target coverage").listed(),
    field("decided_by", PERSON, "Besluttet af", "Decided by"),
    field("rank_by_hand", Count, "Plads sat i hånden", "Rank set by hand"),
    field("note", Long, "Note", "Note"),
];

const CONTACT_POINTS: &[Field] = &[
    field("name", Text, "Navn", "Name").needed().listed(),
    field("group", Text, "Gruppe", "Group").needed().listed(),
    field("description", Long, "Beskrivelse", "Description").needed(),
    field("search_words", Words, "Søgeord", "Search words"),
    field("visible_to_citizens", Flag, "Synligt for borgere", "Visible to citizens").listed(),
    field("visible_to_companies", Flag, "Synligt for virksomheder", "Visible to companies")
        .listed(),
    field("visible_to_authorities", Flag, "Synligt for myndigheder", "Visible to authorities")
        .listed(),
    field("receiver_system", SYSTEM, "Modtagersystem", "Receiver system").needed().listed(),
    field("unit", Text, "Enhed", "Unit"),
    field("owner", PERSON, "Ansvarlig", "Owner").needed(),
    field("old_ids", Words, "Gamle postkasser og emner", "Old mailboxes and subjects"),
    field("last_review", Day, "Sidst gennemgået", "Last review").listed(),
    field("dp_contact_point_id", Text, "Id i Digital Post", "Id in Digital Post"),
];

const PEOPLE: &[Field] = &[
    field("name", Text, "Navn", "Name").needed().listed(),
    field("roles", Roles, "Roller", "Roles").needed().listed(),
    field("unit", Text, "Enhed", "Unit").listed(),
    field("email", Text, "E-mail", "E-mail"),
    field("language", OneOf(LANGUAGES), "Sprog i mails", "Language of mails"),
    field("areas", Words, "Må kun ændre i områderne", "May only change these areas"),
    field(
        "systems",
        Refs(Kind::System),
        "Må kun ændre systemerne",
        "May only change these systems",
    ),
    field("subject", Text, "Logger på som", "Signs in as"),
];

const DISTRIBUTION_RULES: &[Field] = &[
    field("name", Text, "Regel", "Rule").needed().listed(),
    field(
        "sender",
        Text,
        "Afsender (CVR-nummer eller person; tomt: alle)",
        "Sender (CVR number or person; empty: any)",
    )
    .listed(),
    field("message_code", Text, "Afsenderens kode (tomt: alle)", "The sender's code (empty: any)")
        .listed(),
    field("route", OneOf(Route::OPTIONS), "Fordeles efter", "Distributed by").needed().listed(),
    field("to", Text, "Fordeles til", "Distributed to").needed().listed(),
    field("system", SYSTEM, "Modtagersystem", "Receiver system").needed(),
    field("active_from", Day, "Følges fra", "Followed from").listed(),
    field("active_until", Day, "Følges til og med", "Followed until"),
    field("note", Long, "Note", "Note"),
];

const RISKS: &[Field] = &[
    field("title", Text, "Risiko", "Risk").needed().listed(),
    field("cause", Text, "Årsag", "Cause"),
    field("probability", Scale(0, 5), "Sandsynlighed (1-5)", "Probability (1-5)").needed().listed(),
    field("consequence", Scale(0, 5), "Konsekvens (1-5)", "Consequence (1-5)").needed().listed(),
    field("action", Long, "Handling", "Action").listed(),
    field("owner", PERSON, "Ansvarlig", "Owner").listed(),
    field("system", SYSTEM, "System", "System"),
    field("review", Day, "Ses på igen", "Review").listed(),
    field("closed", Flag, "Lukket", "Closed").listed(),
];

const DECISIONS: &[Field] = &[
    field("title", Text, "Beslutning", "Decision").needed().listed(),
    field("reason", Long, "Begrundelse", "Reason").listed(),
    field("by", PERSON, "Truffet af", "Made by").listed(),
    field("day", Day, "Truffet den", "Made on").listed(),
    field("wanted_by", Day, "Ønskes senest", "Wanted by").listed(),
    field("about", Words, "Handler om", "About"),
];

const ABSENCES: &[Field] = &[
    field("name", Text, "Navn", "Name").listed(),
    field("person", PERSON, "Hvem (tomt: alle)", "Who (empty: everybody)").listed(),
    field("from", Day, "Første dag", "First day").needed().listed(),
    field("until", Day, "Sidste dag", "Last day").needed().listed(),
];

const STAKEHOLDERS: &[Field] = &[
    field("name", Text, "Interessent", "Stakeholder").needed().listed(),
    field("affected", Scale(0, 5), "Berørt hvor meget (1-5)", "Affected how much (1-5)")
        .needed()
        .listed(),
    field("by", Text, "Berørt af", "Affected by").listed(),
    field("note", Long, "Note", "Note").listed(),
];

const COMMUNICATION: &[Field] = &[
    field("message", Text, "Budskab", "Message").needed().listed(),
    field("audience", Text, "Målgruppe", "Audience").needed().listed(),
    field("channel", Text, "Kanal", "Channel").listed(),
    field("sender", PERSON, "Afsender", "Sender").listed(),
    field("day", Day, "Dato", "Date").listed(),
    field("done", Flag, "Sendt", "Sent").listed(),
];

const TRAINING: &[Field] = &[
    field("name", Text, "Kursus", "Course").needed().listed(),
    field("audience", Text, "Målgruppe", "Audience").needed().listed(),
    field("unit", Text, "Enhed", "Unit").listed(),
    field("form", Text, "Form", "Form"),
    field("day", Day, "Dato", "Date").listed(),
    field("needed", Count, "Antal der skal uddannes", "Number who need it").listed(),
    field("trained", Count, "Antal uddannet", "Number trained").listed(),
    field("teacher", Text, "Underviser", "Teacher"),
];

const fn register(
    (kind, prefix, path): (Kind, &'static str, &'static str),
    (da, en): (&'static str, &'static str),
    (one_da, one_en): (&'static str, &'static str),
    fields: &'static [Field],
) -> Register {
    Register { kind, prefix, path, da, en, one_da, one_en, fields }
}

pub(super) const ALL: &[Register] = &[
    register(
        (Kind::System, "S", "systems"),
        ("Systemer", "Systems"),
        ("System", "System"),
        SYSTEMS,
    ),
    register(
        (Kind::Supplier, "L", "suppliers"),
        ("Leverandører", "Suppliers"),
        ("Leverandør", "Supplier"),
        SUPPLIERS,
    ),
    register(
        (Kind::Contract, "K", "contracts"),
        ("Kontrakter", "Contracts"),
        ("Kontrakt", "Contract"),
        CONTRACTS,
    ),
    register(
        (Kind::LetterType, "B", "letters"),
        ("Brevtyper", "Letter types"),
        ("Brevtype", "Letter type"),
        LETTERS,
    ),
    register(
        (Kind::ContactPoint, "P", "contact-points"),
        ("Kontaktpunkter", "Contact points"),
        ("Kontaktpunkt", "Contact point"),
        CONTACT_POINTS,
    ),
    register(
        (Kind::Person, "M", "people"),
        ("Personer og roller", "People and roles"),
        ("Person", "Person"),
        PEOPLE,
    ),
    register(
        (Kind::DistributionRule, "FR", "distribution-rules"),
        ("Fordelingsregler", "Distribution rules"),
        ("Fordelingsregel", "Distribution rule"),
        DISTRIBUTION_RULES,
    ),
    register((Kind::Risk, "R", "risks"), ("Risici", "Risks"), ("Risiko", "Risk"), RISKS),
    register(
        (Kind::Decision, "D", "decisions"),
        ("Beslutninger", "Decisions"),
        ("Beslutning", "Decision"),
        DECISIONS,
    ),
    register(
        (Kind::Stakeholder, "I", "stakeholders"),
        ("Interessenter", "Stakeholders"),
        ("Interessent", "Stakeholder"),
        STAKEHOLDERS,
    ),
    register(
        (Kind::Communication, "O", "communication"),
        ("Kommunikationsplan", "Communication plan"),
        ("Budskab", "Message"),
        COMMUNICATION,
    ),
    register(
        (Kind::Training, "U", "training"),
        ("Uddannelse", "Training"),
        ("Kursus", "Course"),
        TRAINING,
    ),
    register(
        (Kind::Absence, "F", "absences"),
        ("Ferie og fravær", "Absences"),
        ("Fravær", "Absence"),
        ABSENCES,
    ),
];
