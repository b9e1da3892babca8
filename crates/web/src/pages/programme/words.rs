//! What things of a programme are called, in both languages, and how they are shown.

use brevdue_office::log::Unreadable;
use brevdue_programme::catalogue::{
    AppliesTo, DocumentKind, DoneWhen, Effective, Obligation, Per, Provenance, RegisterQuery,
    Variant,
};
use brevdue_programme::checks::{CheckResult, Source};
use brevdue_programme::closing::NotSet;
use brevdue_programme::leading::NoLeader;
use brevdue_programme::lights::Light;
use brevdue_programme::objects::{Kind, Status};
use brevdue_programme::plan::Instance;
use brevdue_programme::{Day, Key, Language as Reader, TaskId};

use super::desk::{Desk, Standing};
use crate::markup::{self, Html, Tone, badge, span};
use crate::texts::Texts;
use crate::times;

fn pick(reader: Reader, da: &'static str, en: &'static str) -> &'static str {
    match reader {
        Reader::Da => da,
        Reader::En => en,
    }
}

/// A day in words.
pub(crate) fn day(t: Texts, day: Day) -> Html {
    span("time", &[("datetime", &day.to_string())], plain_day(t, day))
}

/// A day in words, without markup.
pub(crate) fn plain_day(t: Texts, day: Day) -> String {
    let (year, month, number) = day.year_month_day();
    let months = t.time_short_months();
    let month = months[usize::from(month.unsigned_abs()).saturating_sub(1).min(11)];
    t.time_date(number, month, year)
}

/// A day in words, or a dash.
pub(crate) fn maybe_day(t: Texts, maybe: Option<Day>) -> Html {
    maybe.map_or_else(|| "–".into(), |known| day(t, known))
}

/// A point in time in words.
pub(crate) fn moment(t: Texts, at: brevdue_memo::Timestamp) -> Html {
    let moment = times::moment(t, at);
    span("time", &[("datetime", &moment.machine)], moment.words)
}

/// A number as people write it, without decimals.
/// A count, with its digits in groups.
pub(crate) fn count(reader: Reader, count: u64) -> String {
    // Up to 2^53 counts are exact, and larger ones are none of ours.
    #[allow(clippy::cast_precision_loss, reason = "counts of letters are far below 2^52")]
    whole(reader, count as f64)
}

pub(crate) fn whole(reader: Reader, number: f64) -> String {
    let digits = format!("{:.0}", number.abs());
    let mut grouped = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            grouped.push_str(pick(reader, ".", ","));
        }
        grouped.push(digit);
    }
    if number < -0.5 { format!("−{grouped}") } else { grouped }
}

/// How much is known of a fact.
pub(crate) fn provenance(reader: Reader, provenance: Provenance) -> Html {
    let (tone, words) = match provenance {
        Provenance::Confirmed => (Tone::Good, pick(reader, "Bekræftet", "Confirmed")),
        Provenance::Inferred => (Tone::Info, pick(reader, "Udledt", "Inferred")),
        Provenance::Proposed => (Tone::Quiet, pick(reader, "Forslag", "Proposed")),
        Provenance::Local => (Tone::Info, pick(reader, "Egen", "Local")),
    };
    badge(tone, words)
}

/// What kind of document.
pub(crate) fn document(reader: Reader, kind: DocumentKind) -> &'static str {
    match kind {
        DocumentKind::Grunddokument => pick(reader, "Grunddokument", "Basic document"),
        DocumentKind::Bilag => pick(reader, "Bilag", "Annex"),
        DocumentKind::Procesguide => pick(reader, "Procesguide", "Step guide"),
        DocumentKind::Praesentation => pick(reader, "Præsentation", "Slide deck"),
        DocumentKind::Video => "Video",
        DocumentKind::Skabelon => pick(reader, "Skabelon", "Template"),
    }
}

/// How binding a task is.
pub(crate) fn obligation(reader: Reader, obligation: Obligation) -> &'static str {
    match obligation {
        Obligation::Must => pick(reader, "Skal", "Must"),
        Obligation::MustAtMemoOnly => {
            pick(reader, "Skal, når kun MeMo gælder", "Must, when MeMo alone counts")
        }
        Obligation::MustIfWindow => {
            pick(reader, "Skal, hvis der er en omstillingsperiode", "Must, if there is a cut-over")
        }
        Obligation::Should => pick(reader, "Bør", "Should"),
        Obligation::May => pick(reader, "Kan", "May"),
    }
}

/// What a task is done once for.
pub(crate) fn per(reader: Reader, per: Per) -> &'static str {
    match per {
        Per::Programme => pick(reader, "én gang", "once"),
        Per::System => pick(reader, "for hvert system", "for each system"),
        Per::Supplier => pick(reader, "for hver leverandør", "for each supplier"),
        Per::LetterType => pick(reader, "for hver brevtype", "for each letter type"),
        Per::ContactPoint => pick(reader, "for hvert kontaktpunkt", "for each contact point"),
    }
}

/// What a requirement is judged for.
pub(crate) fn applies_to(reader: Reader, to: AppliesTo) -> &'static str {
    match to {
        AppliesTo::Authority => pick(reader, "Myndigheden", "The authority"),
        AppliesTo::Sender => pick(reader, "Afsendersystemer", "Sender systems"),
        AppliesTo::Receiver => pick(reader, "Modtagersystemer", "Receiver systems"),
        AppliesTo::Both => pick(reader, "Alle systemer", "All systems"),
        AppliesTo::ContactPoint => pick(reader, "Kontaktpunkter", "Contact points"),
        AppliesTo::LetterType => pick(reader, "Brevtyper", "Letter types"),
    }
}

/// The version of the programme.
pub(crate) fn variant(reader: Reader, variant: Variant) -> &'static str {
    match variant {
        Variant::Full => pick(reader, "Fuldt forløb (ti pakker)", "Full (ten packages)"),
        Variant::Light => pick(reader, "Light (fem opgaver)", "Light (five tasks)"),
    }
}

/// The kind of object a task is done for.
pub(crate) fn kind_of(per: Per) -> Option<Kind> {
    match per {
        Per::Programme => None,
        Per::System => Some(Kind::System),
        Per::Supplier => Some(Kind::Supplier),
        Per::LetterType => Some(Kind::LetterType),
        Per::ContactPoint => Some(Kind::ContactPoint),
    }
}

/// A light in a word.
pub(crate) fn light(reader: Reader, light: Light) -> Html {
    match light {
        Light::Green => badge(Tone::Good, pick(reader, "Grøn", "Green")),
        Light::Yellow => badge(Tone::Warning, pick(reader, "Gul", "Yellow")),
        Light::Red => badge(Tone::Bad, pick(reader, "Rød", "Red")),
    }
}

/// What a check says.
pub(crate) fn result(reader: Reader, result: CheckResult) -> Html {
    let tone = match result {
        CheckResult::Pass => Tone::Good,
        CheckResult::Fail => Tone::Bad,
        CheckResult::Warn | CheckResult::NoEvidence => Tone::Warning,
        CheckResult::NotApplicable => Tone::Quiet,
    };
    badge(tone, result.label().of(reader))
}

/// What an answer rests on.
pub(crate) fn source(reader: Reader, source: Source) -> &'static str {
    match source {
        Source::Messages => pick(reader, "meddelelser", "messages"),
        Source::Configuration => pick(reader, "registre", "registers"),
        Source::Scan => pick(reader, "gennemgang af sider", "scan of pages"),
        Source::Attestation => pick(reader, "erklæring", "attestation"),
        Source::Waiver => pick(reader, "fravalg", "waiver"),
    }
}

/// Where a task stands, and whether it is late.
pub(crate) fn status(t: Texts, reader: Reader, instance: &Instance) -> Html {
    let tone = match instance.status {
        Status::Done => Tone::Good,
        Status::Blocked => Tone::Bad,
        Status::WaitingSupplier => Tone::Warning,
        Status::InProgress => Tone::Info,
        Status::NotStarted | Status::NotRelevant => Tone::Quiet,
    };
    let mut shown = badge(tone, instance.status.label(reader));
    if instance.overdue {
        shown.push(" ");
        shown.push(badge(Tone::Bad, t.work_overdue()));
    }
    shown
}

/// What a figure behind a verdict is called; the name itself where we have no word.
pub(crate) fn figure(reader: Reader, name: &str) -> String {
    let (da, en) = match name {
        "accepted" => ("Modtaget af løsningen", "Taken by the solution"),
        "active" => ("Aktive modtagersystemer", "Active receiver systems"),
        "authority_mail" => ("Modtagere af myndighedspost", "Receivers of authority mail"),
        "closed_services" => ("Brug af lukkede tjenester", "Uses of closed services"),
        "company_mail" => ("Modtagere af virksomhedspost", "Receivers of company mail"),
        "connected" => ("Tilsluttede systemer", "Connected systems"),
        "contact_points" => ("Kontaktpunkter", "Contact points"),
        "days_left" => ("Dage tilbage", "Days left"),
        "days_silent" => ("Dage uden trafik", "Days without traffic"),
        "delivered" => ("Leveret til modtagersystemer", "Delivered to receiver systems"),
        "errors" => ("Fejl", "Errors"),
        "fetched" => ("Hentet", "Fetched"),
        "hours" => ("Timer siden noget blev hentet", "Hours since anything was fetched"),
        "invalid" => ("Ugyldige", "Invalid"),
        "kept" => ("Opbevaret i egne systemer", "Kept in own systems"),
        "largest_bytes" => ("Største meddelelse, bytes", "Largest message, bytes"),
        "late" => ("Kvittering for sent", "Receipt too late"),
        "letters" => ("Breve", "Letters"),
        "lists_and_links" => ("Brug af gamle lister og links", "Uses of old lists and links"),
        "memo_valid" => ("Gyldig MeMo", "Valid MeMo"),
        "messages" => ("Meddelelser", "Messages"),
        "most_files" => ("Flest filer i én meddelelse", "Most files in one message"),
        "negative" => ("Negative kvitteringer", "Negative receipts"),
        "no_contact_point" => ("Uden kendt kontaktpunkt", "Without a known contact point"),
        "not_allowed" => ("I en version, der ikke er tilladt", "In a version that is not allowed"),
        "not_fetched" => ("Ikke hentet i tide", "Not fetched in time"),
        "not_kept" => ("Uden sted i egne systemer", "Without a place in own systems"),
        "old_identifiers" => ("Til gamle postkasser", "To old mailboxes"),
        "other_format" => ("I andet format", "In another format"),
        "outside" => ("Til værter uden for listen", "To hosts outside the list"),
        "receipts" => ("Kvitteringer", "Receipts"),
        "refused" => ("Afvist, selv om de var gyldige", "Refused although valid"),
        "refused_for_size" => ("Afvist for størrelse", "Refused for size"),
        "schema_version" => ("I 1.2 med memoSchVersion", "In 1.2 with memoSchVersion"),
        "senders" => ("Afsendersystemer", "Sender systems"),
        "sensitive" => ("Titler, der ligner et CPR-nummer", "Titles that look like a CPR number"),
        "share_percent" => ("Procent gyldig MeMo", "Per cent valid MeMo"),
        "to_authorities" => ("Til myndigheder", "To authorities"),
        "unknown" => ("Ukendte navne", "Unknown names"),
        "unknown_messages" => ("Meddelelser fra ukendte", "Messages from unknown"),
        "version_1_1" => ("Endnu i version 1.1", "Still in version 1.1"),
        "visible_authorities" => ("Synlige for myndigheder", "Visible to authorities"),
        "visible_citizens" => ("Synlige for borgere", "Visible to citizens"),
        "visible_companies" => ("Synlige for virksomheder", "Visible to companies"),
        "waiting" => ("Venter på at blive hentet", "Waiting to be fetched"),
        "without_receipt" => ("Uden kvittering", "Without a receipt"),
        "working" => ("Har modtaget eller bestået prøven", "Received or passed the test"),
        "scheduled_jobs" => ("Kørsler i perioden", "Jobs in the window"),
        "paused_jobs" => ("Standset i perioden", "Stopped for the window"),
        "pages" => ("Sider", "Pages"),
        "old_links" => ("Gamle links", "Old links"),
        "unread_pages" => ("Sider, der ikke blev læst", "Pages not read"),
        other => return other.replace('_', " "),
    };
    pick(reader, da, en).to_owned()
}

/// What a weight of the score of letter types is called; the name itself where we have no word.
pub(crate) fn weight(reader: Reader, name: &str) -> String {
    let (da, en) = match name {
        "recipient_time" => ("Vægt af modtagerens tid", "Weight of the recipient's time"),
        "own_time" => ("Vægt af egen tid", "Weight of own time"),
        "citizen_time" => ("Vægt af borgerens tid", "Weight of the citizen's time"),
        "hourly_rate_dkk" => ("Timepris, kr.", "Hourly rate, DKK"),
        "no_show_dkk" => ("En udeblivelse koster, kr.", "A no-show costs, DKK"),
        "call_dkk" => ("Et opkald koster, kr.", "A call costs, DKK"),
        "readiness_good" | "readiness_partial" | "readiness_missing" => {
            ("Vægt af, hvor klar data er", "Weight of how ready the data is")
        }
        "measured_days_min" => ("Dage, før en optælling bruges", "Days before a count is used"),
        "measured_letters_min" => {
            ("Breve, før en optælling bruges", "Letters before a count is used")
        }
        other => return other.replace('_', " "),
    };
    pick(reader, da, en).to_owned()
}

/// What a field of the catalogue is called, as in `title.da` or `limits.size_mb`; the name itself where we have
/// no word.
pub(crate) fn own_field(t: Texts, reader: Reader, field: &str) -> String {
    let (first, rest) = field.split_once('.').unwrap_or((field, ""));
    match (first, rest) {
        ("limits" | "lists", name) if !name.is_empty() => limit(reader, name),
        ("window_days", "") => t.own_window().to_owned(),
        ("obligation", "") => t.catalogue_obligation().to_owned(),
        ("number", "") => t.catalogue_number().to_owned(),
        ("depends_on", "") => t.catalogue_waits_for().to_owned(),
        ("due", _) => t.work_due().to_owned(),
        ("name" | "purpose" | "title" | "description" | "help" | "passes_when" | "remedy", _) => {
            let called = catalogue_field(reader, first);
            match rest {
                "da" => format!("{called} ({})", t.catalogue_danish()),
                "en" => format!("{called} ({})", t.catalogue_english()),
                _ => called.to_owned(),
            }
        }
        _ => field.to_owned(),
    }
}

/// Tasks that wait for one another, in words: each for the next.
pub(crate) fn ring(reader: Reader, effective: &Effective, ring: &[TaskId]) -> String {
    let mut told = String::new();
    for (at, id) in ring.iter().enumerate() {
        told.push_str(match at {
            0 => "",
            1 => pick(reader, " venter på ", " waits for "),
            _ => pick(reader, ", som venter på ", ", which waits for "),
        });
        told.push_str(id.as_str());
        // The last is the first once more.
        if let Some(task) = effective.task(id).filter(|_| at + 1 < ring.len()) {
            told.push(' ');
            told.push_str(task.title.of(reader));
        }
    }
    told
}

/// What a text of the catalogue is called.
pub(crate) fn catalogue_field(reader: Reader, field: &str) -> &'static str {
    match field {
        "name" => pick(reader, "Navn", "Name"),
        "purpose" => pick(reader, "Formål", "Purpose"),
        "title" => pick(reader, "Titel", "Title"),
        "description" => pick(reader, "Beskrivelse", "Description"),
        "help" => pick(reader, "Hjælp", "Help"),
        "passes_when" => pick(reader, "Opfyldt når", "Passes when"),
        _ => pick(reader, "Gør dette", "Do this"),
    }
}

/// Why a log was not read.
pub(crate) fn unreadable_log(reader: Reader, error: &Unreadable) -> String {
    match error {
        Unreadable::TooMuch => pick(
            reader,
            "Loggen er over grænsen; del den i flere.",
            "The log is over the limit; split it.",
        )
        .to_owned(),
        Unreadable::NoColumn(column) => match reader {
            Reader::Da => format!("Kolonnen {column} mangler."),
            Reader::En => format!("The column {column} is missing."),
        },
        Unreadable::Twice(column) => match reader {
            Reader::Da => format!("Kolonnen {column} står to gange."),
            Reader::En => format!("The column {column} stands twice."),
        },
        other => match reader {
            Reader::Da => format!("Filen kan ikke læses som CSV eller JSON-linjer: {other}."),
            Reader::En => format!("The file cannot be read as CSV or JSON lines: {other}."),
        },
    }
}

/// What a limit or list of a requirement is called; the name itself where we have no word.
pub(crate) fn limit(reader: Reader, name: &str) -> String {
    let (da, en) = match name {
        "accepted_min" => ("Modtagne meddelelser, mindst", "Messages taken, at least"),
        "share_min" => {
            ("Andel gyldig MeMo, mindst (0 til 1)", "Share of valid MeMo, at least (0 to 1)")
        }
        "size_mb" => ("Størrelse i MB", "Size in MB"),
        "files" => ("Filer, højst", "Files, at most"),
        "systems_min" => ("Systemer, mindst", "Systems, at least"),
        "test_days" => ("Dage, en prøve gælder", "Days a test is good for"),
        "failures_max" => ("Afviste gyldige meddelelser, højst", "Valid messages refused, at most"),
        "authority_max" => {
            ("Modtagere af myndighedspost, højst", "Receivers of authority mail, at most")
        }
        "company_max" => {
            ("Modtagere af virksomhedspost, højst", "Receivers of company mail, at most")
        }
        "total_max" => ("Modtagere i alt, højst", "Receivers in all, at most"),
        "hours" => ("Timer", "Hours"),
        "citizens_max_mb" => ("MB fra borgere, højst", "MB from citizens, at most"),
        "companies_max_mb" => ("MB fra virksomheder, højst", "MB from companies, at most"),
        "visible_min" => ("Synlige kontaktpunkter, mindst", "Visible contact points, at least"),
        "review_months" => ("Måneder mellem gennemgange", "Months between reviews"),
        "warn_hours" => ("Timer til advarsel", "Hours to a warning"),
        "fail_hours" => ("Timer til brud", "Hours to a failure"),
        "scan_days_max" => {
            ("Dage, en gennemgang af siderne gælder", "Days a scan of the pages is good for")
        }
        "off_hours" => ("Timer, til systemet slås fra", "Hours until the system is switched off"),
        "errors_max" => ("Fejl, højst", "Errors, at most"),
        "days" => ("Dage", "Days"),
        "negative_share_max" => (
            "Andel negative kvitteringer, højst (0 til 1)",
            "Share of negative receipts, at most (0 to 1)",
        ),
        "error_share_max" => {
            ("Andel med fejl, højst (0 til 1)", "Share with errors, at most (0 to 1)")
        }
        "coverage_min" => ("Dækning, mindst (0 til 1)", "Coverage, at least (0 to 1)"),
        "unknown_max" => ("Meddelelser fra ukendte, højst", "Messages from unknown, at most"),
        "hosts" => ("Tilladte værter", "Allowed hosts"),
        "links" => ("Den gamle løsnings adresser", "Addresses of the earlier solution"),
        "formats" => ("Lukkede formater", "Closed formats"),
        "versions" => ("Tilladte versioner", "Allowed versions"),
        "file_types" => ("Tilladte filtyper", "Allowed file types"),
        other => return other.replace('_', " "),
    };
    pick(reader, da, en).to_owned()
}

/// What has to hold for a task to close, in words.
pub(crate) fn condition(standing: &Standing, reader: Reader, done: &DoneWhen) -> Option<String> {
    match done {
        DoneWhen::Manual => None,
        DoneWhen::RegisterComplete(query) => Some(query_words(reader, *query).to_owned()),
        DoneWhen::ChecksPass(requirements) => {
            let named = requirements.iter().map(|id| {
                let known = standing.effective.requirement(id);
                known.map_or_else(|| id.to_string(), |one| format!("{id} {}", one.title.of(reader)))
            });
            Some(named.collect::<Vec<_>>().join("; "))
        }
    }
}

fn query_words(reader: Reader, query: RegisterQuery) -> &'static str {
    let (da, en) = match query {
        RegisterQuery::Authority => (
            "myndighedens navn, CVR-nummer, art og kontaktperson er udfyldt",
            "the authority's name, CVR number, kind and contact are set",
        ),
        RegisterQuery::Roles => {
            ("hver rolle, som opgaverne kræver, har en person", "every role the tasks need is held")
        }
        RegisterQuery::SenderSystems => (
            "der er et afsendersystem, og alle er fuldt udfyldt",
            "there is a sender system, and every one is complete",
        ),
        RegisterQuery::ReceiverSystems => (
            "der er et modtagersystem, og alle er fuldt udfyldt",
            "there is a receiver system, and every one is complete",
        ),
        RegisterQuery::Volumes => ("systemet har mængder", "the system has volumes"),
        RegisterQuery::Path => ("systemets vej er valgt", "the system's path is chosen"),
        RegisterQuery::Scope => ("systemets scope er besluttet", "the system's scope is decided"),
        RegisterQuery::Archetype => ("brevtypen har en arketype", "the letter has an archetype"),
        RegisterQuery::LetterTypes => {
            ("systemets brevtyper er oplistet", "the system's letter types are listed")
        }
        RegisterQuery::Suppliers => (
            "hvert system har en leverandør, og hver leverandør en kontakt",
            "every system has a supplier, and every supplier a contact",
        ),
        RegisterQuery::SupplierAnswers => {
            ("leverandøren har svaret på spørgeskemaet", "the supplier has answered")
        }
        RegisterQuery::Contract => (
            "kontrakten har pris, udløb og svar på omlægning",
            "the contract has a price, an end and says whether it covers the conversion",
        ),
        RegisterQuery::DataProcessing => {
            ("kontrakten har en databehandleraftale", "there is a data processing agreement")
        }
        RegisterQuery::Certificates => {
            ("systemet har et certifikat med udløb", "the system has a certificate with its expiry")
        }
        RegisterQuery::ReceiversChosen => {
            ("modtagersystemer er valgt inden for grænserne", "receivers are chosen within limits")
        }
        RegisterQuery::ContactPoints => (
            "der er kontaktpunkter, og hvert har gruppe og ansvarlig",
            "there are contact points, each with a group and an owner",
        ),
        RegisterQuery::Visibility => (
            "punktet er synligt for nogen og har en beskrivelse",
            "the point is visible to somebody and described",
        ),
        RegisterQuery::ReceiverBinding => (
            "punktet er knyttet til et aktivt modtagersystem",
            "the point is tied to an active receiver",
        ),
        RegisterQuery::Variant => ("fuldt forløb eller light er valgt", "full or light is chosen"),
        RegisterQuery::Profile => {
            ("tidsprofilen er valgt, og idriftsættelsen har en dato", "the profile has a go-live")
        }
        RegisterQuery::Risks => ("der er en risiko i loggen", "there is a risk in the log"),
        RegisterQuery::Approved => ("planen er godkendt", "the plan is approved"),
    };
    pick(reader, da, en)
}

/// The right that a change needs, as the reader calls it.
pub(crate) fn needed_right(reader: Reader, why: &'static str) -> &'static str {
    if reader == Reader::En {
        return why;
    }
    match why {
        "an entry in the programme" => "at stå i programmets personliste",
        "the role of project manager or owner" => "rollen projektleder eller projektejer",
        "the role of owner, who approves it in their own name" => {
            "rollen projektejer, som godkender i eget navn"
        }
        "a role, and to state it in your own name" => "en rolle, og at erklære i eget navn",
        "the role of project manager, owner, architect or tester, for all systems" => {
            "rollen projektleder, projektejer, it-arkitekt eller testansvarlig, for alle systemer"
        }
        "to write in your own name" => "at skrive i eget navn",
        "to be whose it is" => "at det er dit eget",
        "to own the system, or the role of architect" => {
            "at eje systemet, eller rollen it-arkitekt"
        }
        "the role of answering for letters" => "rollen brevansvarlig",
        "the role of mail room or administrator" => "rollen postansvarlig eller administrator",
        "the role of answering for contracts" => "rollen kontraktansvarlig",
        "the role of communication" => "rollen kommunikationsansvarlig",
        "the role of training and support" => "rollen uddannelsesansvarlig",
        "a role" => "en rolle",
        "the role of project manager or owner, who move due days" => {
            "rollen projektleder eller projektejer, som flytter frister"
        }
        "one of the task's roles, or to be who was asked to do it" => {
            "en af opgavens roller, eller at opgaven er tildelt dig"
        }
        "an area that is yours" => "et område, der er dit",
        "a system that is yours" => "et system, der er dit",
        other => other,
    }
}

/// Why a task's state was not set.
pub(crate) fn not_set(t: Texts, why: &NotSet) -> String {
    match why {
        NotSet::NoReason(..) => t.work_needs_reason().to_owned(),
        NotSet::NoAttestation(_) => t.work_needs_attestation().to_owned(),
        NotSet::BadAttestation => t.work_bad_attestation().to_owned(),
        other => t.programme_refused(other.to_string()),
    }
}

/// Why a programme would be without somebody who leads it.
pub(crate) fn no_leader(t: Texts, why: NoLeader) -> String {
    match why {
        NoLeader::SignIn => t.across_no_leader_signs_in().to_owned(),
        _ => t.across_no_leader().to_owned(),
    }
}

/// A task for its subject, by its names.
pub(crate) fn instance(desk: &Desk, standing: &Standing, instance: &Instance) -> String {
    let task = &standing.plan.task_of(instance).task;
    let title = task.title.of(desk.reader());
    match (&instance.subject, kind_of(task.per)) {
        (Some(subject), Some(kind)) => {
            format!("{} {title}: {}", task.id, desk.name_of(kind, subject.as_str()))
        }
        _ => format!("{} {title}", task.id),
    }
}

/// The same as a link to its page.
pub(crate) fn instance_link(desk: &Desk, standing: &Standing, one: &Instance) -> Html {
    markup::a(&desk.to(&format!("task/{}", one.key)), instance(desk, standing, one))
}

/// The name of a person; a dash when there is none.
pub(crate) fn person(desk: &Desk, key: Option<&Key>) -> String {
    key.map_or_else(|| "–".to_owned(), |key| desk.name_of(Kind::Person, key.as_str()))
}

/// The badge of an area: its colours and its name.
pub(crate) fn area(
    desk: &Desk,
    standing: &Standing,
    id: Option<&brevdue_programme::AreaId>,
) -> Html {
    let Some(area) = id.and_then(|id| standing.effective.area(id)) else { return Html::none() };
    let class = format!("area area-{}", area.id);
    span("span", &[("class", &class)], area.name.of(desk.reader()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_figure_of_a_check_has_words() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../programme/src/checks");
        let mut figures = 0;
        for file in std::fs::read_dir(folder).unwrap() {
            let path = file.unwrap().path();
            if !path.is_file() || path.file_name().is_some_and(|name| name == "tests.rs") {
                continue;
            }
            let source = std::fs::read_to_string(&path).unwrap();
            for rest in source.split("count(\"").skip(1) {
                let name = rest.split('"').next().unwrap();
                figures += 1;
                assert_ne!(figure(Reader::Da, name), name.replace('_', " "), "{name} in {path:?}");
            }
        }
        assert!(figures > 30, "figures were found: {figures}");
        for (name, _) in brevdue_programme::potential::WEIGHTS {
            assert_ne!(weight(Reader::Da, name), name.replace('_', " "), "{name}");
        }
    }
}
