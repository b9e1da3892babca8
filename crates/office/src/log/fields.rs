//! What the columns of a log are called, and what may stand in them.

use std::collections::BTreeSet;

use brevdue_memo::{CvrNumber, Timestamp, copenhagen};
use brevdue_programme::objects::{Direction, Environment};
use brevdue_programme::observation::{
    Carriage, Format, Handled, Legacy, Observation, PERSON, Place, RecipientKind, Untold,
};
use brevdue_programme::tally::{cleaned, holds_cpr_number};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::{About, Row};
use crate::diff::Fault;

/// Columns that every row must have.
pub(super) const NEEDED: [&str; 4] = ["observed_at", "system_id", "format", "accepted"];

/// Each column, with what else it may be called.
const COLUMNS: [(&str, &[&str]); 35] = [
    ("observed_at", &["tidspunkt", "time", "timestamp"]),
    ("environment", &["miljø"]),
    ("direction", &["retning"]),
    ("system_id", &["system"]),
    ("transport", &[]),
    ("format", &[]),
    ("memo_version", &[]),
    ("message_uuid", &["message_id"]),
    ("message_type", &[]),
    ("size_bytes", &["størrelse"]),
    ("file_count", &["filer"]),
    ("file_types", &["filtyper"]),
    ("recipient_kind", &[]),
    ("sender_id", &["authority_cvr"]),
    ("contact_point_id", &["kontaktpunkt"]),
    ("contact_point_known", &[]),
    ("to_authority", &[]),
    ("accepted", &["modtaget"]),
    ("error_code", &["fejlkode"]),
    ("receipt_kind", &[]),
    ("receipt_status", &["kvittering"]),
    ("receipt_at", &[]),
    ("fetched_at", &["hentet"]),
    ("stored_in", &["opbevaret"]),
    ("sent_by", &["afsendt_af"]),
    ("message_code", &["meddelelseskode"]),
    ("handled", &["håndteret"]),
    ("validation", &["fejl"]),
    ("markup_fields", &[]),
    ("letter_type_id", &["brevtype"]),
    ("endpoint_host", &["vært", "host"]),
    ("generating_system", &[]),
    ("sensitive_title", &[]),
    ("has_schema_version", &[]),
    ("legacy", &[]),
];

/// Characters of a text that is kept.
const TEXT_CHARACTERS: usize = 128;

/// Milliseconds that a row may be ahead of us, for clocks that differ.
const AHEAD_MILLIS: i64 = 24 * 60 * 60 * 1000;

/// The first instant an observation can have: the year 2000.
const FIRST_MILLIS: i64 = 946_684_800_000;

/// Our column of a name, however it is written.
pub(super) fn column(name: &str) -> Option<&'static str> {
    let name = name.trim().to_lowercase().replace([' ', '-'], "_");
    COLUMNS
        .iter()
        .find(|(column, others)| *column == name || others.contains(&name.as_str()))
        .map(|(column, _)| *column)
}

/// A row on its way to an observation.
struct Reading<'r> {
    row: &'r Row,
    faults: &'r mut Vec<Fault>,
}

type Said = (&'static str, &'static str);

const A_CODE: Said = (
    "skal være en kode: bogstaver, tal og . _ - : /",
    "must be a code: letters, digits and . _ - : /",
);

impl Reading<'_> {
    fn fault(&mut self, column: &'static str, said: Said) {
        self.faults.push(self.row.fault(column, said));
    }

    /// One of some words, without regard to case.
    fn word<T: Copy>(
        &mut self,
        column: &'static str,
        words: &[(&str, T)],
        said: Said,
    ) -> Option<T> {
        let text = self.row.text(column)?.to_lowercase();
        let found = words.iter().find(|(word, _)| word.to_lowercase() == text);
        if found.is_none() {
            self.fault(column, said);
        }
        found.map(|(_, value)| *value)
    }

    fn truth(&mut self, column: &'static str) -> Option<bool> {
        let words = [
            ("true", true),
            ("ja", true),
            ("yes", true),
            ("1", true),
            ("sand", true),
            ("sandt", true),
            ("false", false),
            ("nej", false),
            ("no", false),
            ("0", false),
            ("falsk", false),
        ];
        self.word(column, &words, ("skal være true eller false", "must be true or false"))
    }

    fn number(&mut self, column: &'static str) -> Option<u64> {
        let number = self.row.text(column)?.parse::<u64>().ok();
        if number.is_none() {
            self.fault(column, ("skal være et helt tal fra 0", "must be a whole number from 0"));
        }
        number
    }

    /// A text that holds no identity number and is not too long.
    fn text(&mut self, column: &'static str) -> Option<String> {
        let text = self.row.text(column)?;
        if holds_cpr_number(text) {
            let said = (
                "ligner noget med et CPR-nummer; lad det ude af loggen",
                "looks as if it held a CPR number; leave it out of the log",
            );
            self.fault(column, said);
            return None;
        }
        if text.chars().count() > TEXT_CHARACTERS {
            self.fault(column, ("er over 128 tegn", "is over 128 characters"));
            return None;
        }
        Some(text.to_owned())
    }

    fn code(&mut self, column: &'static str) -> Option<String> {
        let text = self.text(column)?;
        if is_code(&text) {
            return Some(text);
        }
        self.fault(column, A_CODE);
        None
    }

    /// Codes parted by bars, commas or blanks.
    fn codes(&mut self, column: &'static str) -> Option<BTreeSet<String>> {
        let text = self.row.text(column)?;
        let mut codes = BTreeSet::new();
        for code in text.split(['|', ',', ' ']).filter(|code| !code.is_empty()) {
            let fits = code.chars().count() <= TEXT_CHARACTERS && is_code(code);
            if !fits || holds_cpr_number(code) {
                self.fault(column, A_CODE);
                return None;
            }
            codes.insert(code.to_owned());
        }
        Some(codes)
    }

    fn instant(&mut self, column: &'static str, now: Timestamp) -> Option<Timestamp> {
        let text = self.row.text(column)?;
        let latest = now.as_millis().saturating_add(AHEAD_MILLIS);
        let found = instant(text).filter(|at| (FIRST_MILLIS..=latest).contains(&at.as_millis()));
        if found.is_none() {
            let said = (
                "skal være et tidspunkt som 2026-11-23T12:00:00Z, ikke i fremtiden; uden zone er det dansk tid",
                "must be a time like 2026-11-23T12:00:00Z, not in the future; without a zone it is Danish time",
            );
            self.fault(column, said);
        }
        found
    }
}

fn is_code(text: &str) -> bool {
    !text.is_empty()
        && text.bytes().all(|byte| {
            byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-' | b':' | b'/' | b'+')
        })
}

/// The observation of a row; none, with the faults, when it cannot be understood.
pub(super) fn observation(
    row: &Row,
    about: &About<'_>,
    faults: &mut Vec<Fault>,
) -> Option<Observation> {
    let before = faults.len();
    let mut reading = Reading { row, faults: &mut *faults };
    for needed in NEEDED {
        if row.text(needed).is_none() {
            reading.fault(needed, ("skal udfyldes", "must be filled in"));
        }
    }
    let seen = seen(&mut reading, about);
    if faults.len() > before { None } else { seen.map(cleaned) }
}

fn seen(reading: &mut Reading<'_>, about: &About<'_>) -> Option<Observation> {
    let row = reading.row;
    let observed_at = reading.instant("observed_at", about.now);
    let system = reading.text("system_id");
    let formats = [
        ("MEMO", Format::Memo),
        ("DP1", Format::Dp1),
        ("DP2", Format::Dp2),
        ("EBCDIC", Format::Ebcdic),
        ("OTHER", Format::Other),
    ];
    let said =
        ("skal være MEMO, DP1, DP2, EBCDIC eller OTHER", "must be MEMO, DP1, DP2, EBCDIC or OTHER");
    let format = reading.word("format", &formats, said);
    let accepted = reading.truth("accepted");
    let directions = [
        ("out", Direction::Out),
        ("ud", Direction::Out),
        ("in", Direction::In),
        ("ind", Direction::In),
    ];
    let direction =
        reading.word("direction", &directions, ("skal være out eller in", "must be out or in"));
    let direction = direction.unwrap_or(Direction::Out);
    let environments = [
        ("prod", Environment::Prod),
        ("produktion", Environment::Prod),
        ("test", Environment::Test),
    ];
    let said = ("skal være prod eller test", "must be prod or test");
    let environment = reading.word("environment", &environments, said).unwrap_or(Environment::Prod);
    let carriages = [
        ("REST", Carriage::Rest),
        ("SMTP", Carriage::Smtp),
        ("SFTP", Carriage::Sftp),
        ("other", Carriage::Other),
        ("andet", Carriage::Other),
    ];
    let said = ("skal være REST, SMTP, SFTP eller other", "must be REST, SMTP, SFTP or other");
    let transport = reading.word("transport", &carriages, said).unwrap_or(Carriage::Other);
    let authority_cvr = organisation(reading, about);
    let message_uuid = message_uuid(reading);
    let mut untold = BTreeSet::new();
    let is_memo = format == Some(Format::Memo);
    let memo_version = reading.code("memo_version");
    if is_memo && memo_version.is_none() {
        reading.fault("memo_version", ("skal udfyldes for MeMo", "must be filled in for MeMo"));
    }
    let validation_errors = match row.text("validation").map(str::to_lowercase).as_deref() {
        Some("ok") => Some(BTreeSet::new()),
        _ => reading.codes("validation"),
    };
    let size_bytes = reading.number("size_bytes");
    let file_count =
        reading.number("file_count").map(|count| u32::try_from(count).unwrap_or(u32::MAX));
    let file_types = reading.codes("file_types");
    let sensitive_title = reading.truth("sensitive_title");
    let has_schema_version = reading.truth("has_schema_version");
    let (recipient_kind, contact_point_id, to_authority) = recipient(reading);
    for (is_untold, what) in [
        (size_bytes.is_none(), Untold::Size),
        (file_count.is_none(), Untold::Files),
        (file_types.is_none(), Untold::FileTypes),
        (sensitive_title.is_none(), Untold::Title),
        (is_memo && validation_errors.is_none(), Untold::Validation),
        (is_memo && has_schema_version.is_none(), Untold::Structure),
        (direction == Direction::Out && to_authority.is_none(), Untold::Authority),
        (!row.has("receipt_status"), Untold::Receipt),
        (direction == Direction::In && !row.has("fetched_at"), Untold::Fetched),
        (direction == Direction::In && !row.has("stored_in"), Untold::Kept),
    ] {
        if is_untold {
            untold.insert(what);
        }
    }
    let (receipt_status, receipt_at) = receipt(reading, about.now, &mut untold);
    let fetched_at = reading.instant("fetched_at", about.now);
    let places = [
        ("journal", Place::Journal),
        ("case", Place::Case),
        ("sag", Place::Case),
        ("mailbox", Place::Mailbox),
        ("postkasse", Place::Mailbox),
    ];
    let said = ("skal være journal, case eller mailbox", "must be journal, case or mailbox");
    let stored_in = reading.word("stored_in", &places, said);
    let ways = [
        ("automatic", Handled::Automatic),
        ("automatisk", Handled::Automatic),
        ("manual", Handled::Manual),
        ("manuelt", Handled::Manual),
        ("misdirected", Handled::Misdirected),
        ("fejlfordelt", Handled::Misdirected),
    ];
    let said = (
        "skal være automatic, manual eller misdirected",
        "must be automatic, manual or misdirected",
    );
    let handled = reading.word("handled", &ways, said);
    let sender = sent_by(reading);
    let message_code = reading.code("message_code");
    let inward = direction == Direction::In;
    for (column, told) in [
        ("handled", handled.is_some()),
        ("sent_by", sender.is_some()),
        ("message_code", message_code.is_some()),
    ] {
        if told && !inward {
            reading.fault(column, ("gælder kun meddelelser ind", "is of messages in alone"));
        }
    }
    let legacy = legacy(reading, format);
    let markup = reading.codes("markup_fields");
    if inward && markup.is_none() {
        untold.insert(Untold::Markup);
    }
    // Where the log says nothing of markup, the letter is no evidence of what its type carries.
    let letter_type = reading.text("letter_type_id").filter(|_| markup.is_some());
    Some(Observation {
        observed_at: observed_at?,
        environment,
        direction,
        authority_cvr: authority_cvr?,
        system: system?,
        generating_system: reading.text("generating_system"),
        transport,
        format: format?,
        memo_version,
        message_uuid: message_uuid?,
        message_type: reading.code("message_type").unwrap_or_else(|| "DIGITALPOST".to_owned()),
        size_bytes: size_bytes.unwrap_or(0),
        file_count: file_count.unwrap_or(0),
        file_types: file_types.unwrap_or_default().iter().map(|one| one.to_lowercase()).collect(),
        recipient_kind,
        contact_point_id,
        contact_point_known: reading.truth("contact_point_known"),
        to_authority: to_authority.unwrap_or(false),
        accepted: accepted?,
        error_code: reading.code("error_code"),
        receipt_status,
        receipt_at,
        fetched_at,
        stored_in,
        sender,
        message_code,
        handled,
        validation_errors: validation_errors.unwrap_or_default(),
        markup: markup.unwrap_or_default(),
        letter_type: letter_type.and_then(|code| about.letters.find(&code)),
        endpoint_host: reading.code("endpoint_host").map(|host| host.to_lowercase()),
        sensitive_title: sensitive_title.unwrap_or(false),
        has_schema_version: has_schema_version.unwrap_or(false),
        legacy,
        untold,
    })
}

/// Who sent a message to the authority: an organisation, or a person of whom no more is kept.
fn sent_by(reading: &mut Reading<'_>) -> Option<String> {
    let text = reading.row.text("sent_by")?;
    if ["person", "cpr", "borger"].contains(&text.to_lowercase().as_str()) {
        return Some(PERSON.to_owned());
    }
    let cvr = text.strip_prefix("DK").unwrap_or(text).parse::<CvrNumber>().ok();
    if cvr.is_none() {
        let said = ("skal være et CVR-nummer eller person", "must be a CVR number or person");
        reading.fault("sent_by", said);
    }
    cvr.map(|cvr| cvr.to_string())
}

fn organisation(reading: &mut Reading<'_>, about: &About<'_>) -> Option<String> {
    let said = reading.row.text("sender_id").map(|text| text.trim_start_matches("DK").to_owned());
    match said {
        Some(cvr) if about.organisations.contains(&cvr) => Some(cvr),
        Some(_) => {
            let said = (
                "skal være et af myndighedens CVR-numre",
                "must be one of the authority's CVR numbers",
            );
            reading.fault("sender_id", said);
            None
        }
        None if about.organisations.len() == 1 => about.organisations.first().cloned(),
        None => {
            let said = (
                "skal udfyldes, for programmet har ikke netop ét CVR-nummer",
                "must be filled in, for the programme does not have just one CVR number",
            );
            reading.fault("sender_id", said);
            None
        }
    }
}

/// The id of a message. Another id than a UUID, or the whole row where there is none, stands in for it by
/// its checksum, so that importing the same log again counts nothing twice.
fn message_uuid(reading: &mut Reading<'_>) -> Option<Uuid> {
    let Some(text) = reading.row.text("message_uuid") else {
        let mut digest = Sha256::new();
        for (column, (_, text)) in &reading.row.cells {
            digest.update(column.as_bytes());
            digest.update([0]);
            digest.update(text.trim().as_bytes());
            digest.update([0]);
        }
        return Some(checksum(&digest.finalize()));
    };
    if let Ok(uuid) = text.parse() {
        return Some(uuid);
    }
    let text = reading.text("message_uuid")?;
    Some(checksum(&Sha256::digest(text.as_bytes())))
}

fn checksum(digest: &[u8]) -> Uuid {
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    uuid::Builder::from_custom_bytes(bytes).into_uuid()
}

fn recipient(reading: &mut Reading<'_>) -> (RecipientKind, Option<String>, Option<bool>) {
    let kinds = [("CPR", RecipientKind::Cpr), ("CVR", RecipientKind::Cvr)];
    let kind =
        reading.word("recipient_kind", &kinds, ("skal være CPR eller CVR", "must be CPR or CVR"));
    let point = reading.code("contact_point_id");
    let told = reading.truth("to_authority");
    let to_authority = match (told, &point, kind) {
        (Some(told), ..) => Some(told),
        (None, Some(_), _) => Some(true),
        (None, None, Some(RecipientKind::Cpr)) => Some(false),
        (None, None, _) => None,
    };
    (kind.unwrap_or(RecipientKind::Cvr), point, to_authority)
}

/// The business receipt. A technical one tells nothing of what became of the message.
fn receipt(
    reading: &mut Reading<'_>,
    now: Timestamp,
    untold: &mut BTreeSet<Untold>,
) -> (Option<String>, Option<Timestamp>) {
    let kinds =
        [("business", true), ("forretning", true), ("technical", false), ("teknisk", false)];
    let said = ("skal være business eller technical", "must be business or technical");
    let is_business = reading.word("receipt_kind", &kinds, said).unwrap_or(true);
    let statuses = [
        ("COMPLETED", "COMPLETED"),
        ("INVALID", "INVALID"),
        ("NOT_ALLOWED", "NOT_ALLOWED"),
        ("RECEIVED", "RECEIVED"),
    ];
    let said = (
        "skal være COMPLETED, INVALID, NOT_ALLOWED eller RECEIVED",
        "must be COMPLETED, INVALID, NOT_ALLOWED or RECEIVED",
    );
    let status = reading.word("receipt_status", &statuses, said);
    let at = reading.instant("receipt_at", now);
    if !is_business {
        untold.insert(Untold::Receipt);
        return (None, None);
    }
    (status.map(str::to_owned), at)
}

fn legacy(reading: &mut Reading<'_>, format: Option<Format>) -> BTreeSet<Legacy> {
    const ALL: [Legacy; 6] = [
        Legacy::Format,
        Legacy::Receipt,
        Legacy::RegistrationList,
        Legacy::RecordFormatList,
        Legacy::MailboxSubject,
        Legacy::DeepLink,
    ];
    let mut used: BTreeSet<Legacy> =
        format.filter(|format| format.is_legacy()).map(|_| Legacy::Format).into_iter().collect();
    for code in reading.codes("legacy").unwrap_or_default() {
        match ALL.iter().find(|one| one.word() == code.to_lowercase()) {
            Some(one) => _ = used.insert(*one),
            None => {
                let said = (
                    "kendes ikke; skriv for eksempel receipt, registration-list eller deep-link",
                    "is not known; write for example receipt, registration-list or deep-link",
                );
                reading.fault("legacy", said);
                break;
            }
        }
    }
    used
}

/// A point in time: with a zone, or without one as clocks in Denmark show it.
fn instant(text: &str) -> Option<Timestamp> {
    if let Ok(at) = text.parse::<Timestamp>() {
        return Some(at);
    }
    let bytes = text.as_bytes();
    if !text.is_ascii() || bytes.len() < 16 || !matches!(bytes[10], b'T' | b' ') {
        return None;
    }
    let number = |from: usize, until: usize| -> Option<i64> {
        let part = text.get(from..until)?;
        part.bytes().all(|byte| byte.is_ascii_digit()).then(|| part.parse().ok())?
    };
    let dashes = bytes[4] == b'-' && bytes[7] == b'-' && bytes[13] == b':';
    let (year, month, day) = (number(0, 4)?, number(5, 7)?, number(8, 10)?);
    let (hour, minute) = (number(11, 13)?, number(14, 16)?);
    let mut rest = &text[16..];
    let mut second = 0;
    if let Some(after) = rest.strip_prefix(':') {
        second = number(17, 19)?;
        rest = after.get(2..)?;
        if let Some(fraction) = rest.strip_prefix(['.', ',']) {
            rest = fraction.trim_start_matches(|c: char| c.is_ascii_digit());
        }
    }
    let small = |number: i64| u8::try_from(number).ok();
    let (date, time) =
        ((year, small(month)?, small(day)?), (small(hour)?, small(minute)?, small(second)?));
    if !dashes {
        return None;
    }
    match rest {
        "" => match copenhagen::to_utc(date, time) {
            Ok(at) => Some(at),
            Err(copenhagen::NotOneTime::Twice { first, .. }) => Some(first),
            Err(_) => None,
        },
        zone => {
            let at =
                format!("{}T{hour:02}:{minute:02}:{second:02}Z", &text[..10]).parse::<Timestamp>();
            Some(at.ok()?.plus_millis(-offset_minutes(zone)? * 60_000))
        }
    }
}

/// Minutes ahead of UTC.
fn offset_minutes(zone: &str) -> Option<i64> {
    if zone == "Z" || zone == "z" {
        return Some(0);
    }
    let sign = match zone.as_bytes().first()? {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let digits: String = zone[1..].chars().filter(|c| *c != ':').collect();
    if digits.len() != 4 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let (hours, minutes) = (digits[..2].parse::<i64>().ok()?, digits[2..].parse::<i64>().ok()?);
    (hours <= 14 && minutes < 60).then_some(sign * (hours * 60 + minutes))
}
