//! What one sight adds to the tallies, given what was seen of the same message before.

use brevdue_memo::Timestamp;

use super::counting::{Counts, Few, Flaw, Largest, Open, Seen};
use super::{Group, IncomingKey, IncomingTally, LetterKey, LetterTally, Tally, TallyKey};
use crate::day::Day;
use crate::objects::{Direction, Route};
use crate::observation::{
    Carriage, Format, Handled, Later, Observation, RecipientKind, Sight, Untold, What,
};

/// Hours a receipt takes at most, as they are counted.
const RECEIPT_HOURS: i64 = 168;

const MILLIS_PER_HOUR: i64 = 3_600_000;

/// Characters of any text of an observation at most.
const TEXT_CHARACTERS: usize = 128;

/// Names in any list of an observation at most.
const LIST_NAMES: usize = 64;

/// What comes of a sight.
#[derive(Debug, Clone, PartialEq)]
pub struct Taken {
    /// The message as it is now known, to be kept in place of what was.
    pub observation: Observation,
    /// The message was not seen before.
    pub new: bool,
    /// What is to be added, and to which tally.
    pub tally: (TallyKey, Tally),
    /// The same of its letter type, when that is known.
    pub letter: Option<(LetterKey, LetterTally)>,
    /// The same of its sender, when it is to the authority.
    pub incoming: Option<(IncomingKey, IncomingTally)>,
}

/// What a sight comes to; none when it adds nothing: the message was seen before and nothing is new, it
/// was never seen, or its time is outside 2000 to 2199.
pub fn take(earlier: Option<&Observation>, sight: &Sight) -> Option<Taken> {
    match (earlier, sight) {
        (None, Sight::Message(observation)) => first(observation),
        (Some(earlier), Sight::Message(again)) => again_seen(earlier, again),
        (Some(earlier), Sight::Later(later)) => later_on(earlier.clone(), later),
        (None, Sight::Later(_)) => None,
    }
}

fn first(observation: &Observation) -> Option<Taken> {
    let observation = cleaned(observation.clone());
    let key = key_of(&observation)?;
    let letter = letter_of(&observation, key.day);
    let tally = tally_of(&observation);
    let incoming = incoming_of(&observation, key.day);
    Some(Taken { observation, new: true, tally: (key, tally), letter, incoming })
}

/// A second sight of a message tells only what became of it.
fn again_seen(earlier: &Observation, again: &Observation) -> Option<Taken> {
    let mut now = earlier.clone();
    let mut sum: Option<Taken> = None;
    let mut whats = Vec::new();
    if let Some(status) = &again.receipt_status {
        let at = again.receipt_at.unwrap_or(again.observed_at);
        let receipt = What::Receipt { status: status.clone(), code: again.error_code.clone() };
        whats.push((at, receipt));
    }
    if let Some(at) = again.fetched_at {
        let transport = Some(again.transport).filter(|one| *one != Carriage::Other);
        let system = earlier.system.clone();
        whats.push((at, What::Fetched { system, transport }));
    }
    if let Some(place) = again.stored_in {
        whats.push((again.observed_at, What::Stored(place)));
    }
    if let Some(handled) = again.handled {
        whats.push((again.observed_at, What::Handled(handled)));
    }
    for (at, what) in whats {
        let later = Later { name: earlier.name(), at, what };
        if let Some(next) = later_on(now.clone(), &later) {
            now = next.observation.clone();
            match &mut sum {
                Some(sum) => {
                    sum.tally.1.merge(&next.tally.1);
                    sum.incoming = sum.incoming.take().or(next.incoming);
                    sum.observation = next.observation;
                }
                None => sum = Some(next),
            }
        }
    }
    sum
}

fn later_on(mut now: Observation, later: &Later) -> Option<Taken> {
    let key = key_of(&now)?;
    let mut tally = Tally::default();
    let mut incoming = None;
    match &later.what {
        What::Receipt { status, code } => {
            let status = clean_text(status);
            if now.receipt_status.as_ref() == Some(&status) {
                return None;
            }
            match &now.receipt_status {
                Some(before) => tally.receipts.merge(&Few::less(before.clone())),
                None if awaits_receipt(&now) => {
                    tally.waiting.merge(&Open::no_more(now.observed_at));
                }
                None => {}
            }
            if now.receipt_status.is_none() {
                tally.receipt_hours.insert(hours(now.observed_at, later.at), 1);
            }
            tally.receipts.merge(&Few::once(status.clone(), later.at, now.message_uuid));
            if let (None, Some(code)) = (&now.error_code, code) {
                let code = clean_text(code);
                tally.errors.merge(&Few::once(code.clone(), later.at, now.message_uuid));
                now.error_code = Some(code);
            }
            now.receipt_status = Some(status);
            now.receipt_at = Some(later.at);
        }
        What::Fetched { transport, .. } => {
            if now.direction != Direction::In || now.fetched_at.is_some() {
                return None;
            }
            tally.fetched = Seen::once(later.at);
            if !now.untold.contains(&Untold::Fetched) {
                tally.waiting = Open::no_more(now.observed_at);
            }
            // What waits is told as REST until somebody takes it by another way.
            if let Some(transport) = transport.filter(|transport| *transport != now.transport) {
                tally.transports = Few::less(now.transport.word());
                let taken = Few::once(transport.word(), later.at, now.message_uuid);
                tally.transports.merge(&taken);
                now.transport = transport;
            }
            now.fetched_at = Some(later.at);
        }
        What::Stored(place) => {
            if now.direction != Direction::In || now.stored_in.is_some() {
                return None;
            }
            tally.places = Few::once(place_word(*place), later.at, now.message_uuid);
            if !now.untold.contains(&Untold::Kept) {
                tally.unkept = Open::no_more(now.observed_at);
            }
            now.stored_in = Some(*place);
        }
        What::Handled(handled) => {
            if now.direction != Direction::In || !now.accepted || now.handled == Some(*handled) {
                return None;
            }
            let mut sum = now.handled.map(|was| Counts::less(was.word())).unwrap_or_default();
            sum.merge(&Counts::each([handled.word()].into_iter()));
            let tally = IncomingTally { handled: sum, ..IncomingTally::default() };
            incoming = Some((incoming_key(&now, key.day), tally));
            now.handled = Some(*handled);
        }
    }
    Some(Taken { observation: now, new: false, tally: (key, tally), letter: None, incoming })
}

fn key_of(observation: &Observation) -> Option<TallyKey> {
    Some(TallyKey {
        authority_cvr: observation.authority_cvr.clone(),
        system: observation.system.clone(),
        environment: observation.environment,
        direction: observation.direction,
        day: Day::of(observation.observed_at).ok()?,
    })
}

fn group_of(seen: &Observation) -> Group {
    Group {
        sender: seen.sender.clone().unwrap_or_default(),
        code: seen.message_code.clone().unwrap_or_default(),
    }
}

/// What is to be added to the tally of a message's sender; none for what is not to the authority.
fn incoming_of(seen: &Observation, day: Day) -> Option<(IncomingKey, IncomingTally)> {
    if seen.direction != Direction::In || !seen.accepted {
        return None;
    }
    let routes = seen.markup.iter().map(String::as_str);
    let tally = IncomingTally {
        messages: Seen::once(seen.observed_at),
        fields: Counts::each(routes.filter(|name| Route::from_word(name).is_some())),
        handled: Counts::each(seen.handled.map(Handled::word).into_iter()),
        unread: match seen.untold.contains(&Untold::Markup) {
            true => Seen::once(seen.observed_at),
            false => Seen::default(),
        },
    };
    Some((incoming_key(seen, day), tally))
}

fn incoming_key(seen: &Observation, day: Day) -> IncomingKey {
    IncomingKey {
        authority_cvr: seen.authority_cvr.clone(),
        environment: seen.environment,
        group: group_of(seen),
        day,
    }
}

/// Codes of refusals for size, in the exchange's words and in the words of logs.
fn is_about_size(code: &str) -> bool {
    code.contains("size.exceeded") || code.contains("too.large") || code == "http.413"
}

/// Only what was accepted gets a business receipt; a refusal is one.
fn awaits_receipt(observation: &Observation) -> bool {
    observation.direction == Direction::Out
        && observation.accepted
        && !observation.untold.contains(&Untold::Receipt)
}

fn tally_of(seen: &Observation) -> Tally {
    let (at, uuid) = (seen.observed_at, seen.message_uuid);
    let named = |name: &str| Few::once(name, at, uuid);
    let maybe = |name: &Option<String>| name.as_deref().map(named).unwrap_or_default();
    let each = |names: &mut dyn Iterator<Item = &str>| {
        let mut sum = Few::default();
        names.for_each(|name| sum.merge(&named(name)));
        sum
    };
    let flaw = |there: bool| if there { Flaw::once(at, uuid) } else { Flaw::default() };
    let once = |there: bool| if there { Seen::once(at) } else { Seen::default() };
    let is_memo = seen.format == Format::Memo;
    let inward = seen.direction == Direction::In;
    let contact_point_missing =
        seen.contact_point_id.is_none() || seen.contact_point_known == Some(false);
    let too_large = !seen.accepted && seen.error_code.as_deref().is_some_and(is_about_size);
    let mut tally = Tally {
        refused_for_size: flaw(too_large),
        smallest_refused: (too_large && !seen.untold.contains(&Untold::Size))
            .then_some(seen.size_bytes),
        messages: Seen::once(at),
        accepted: once(seen.accepted),
        formats: named(&format_name(seen)),
        invalid: flaw(is_memo && !seen.validation_errors.is_empty()),
        rules: each(&mut seen.validation_errors.iter().map(String::as_str)),
        errors: maybe(&seen.error_code),
        hosts: maybe(&seen.endpoint_host),
        transports: named(seen.transport.word()),
        types: named(&seen.message_type),
        recipients: named(match seen.recipient_kind {
            RecipientKind::Cpr => "CPR",
            RecipientKind::Cvr => "CVR",
        }),
        file_types: each(&mut seen.file_types.iter().map(String::as_str)),
        sizes: Largest::once(seen.size_bytes, at, uuid),
        files: Largest::once(u64::from(seen.file_count), at, uuid),
        to_authorities: once(seen.to_authority),
        no_contact_point: flaw(seen.to_authority && contact_point_missing),
        contact_points: maybe(&seen.contact_point_id),
        generating: maybe(&seen.generating_system),
        sensitive: flaw(seen.sensitive_title),
        schema_version: flaw(is_memo && seen.has_schema_version && !is_memo_1_1(seen)),
        legacy: each(&mut seen.legacy.iter().map(|legacy| legacy.word())),
        untold: Counts::each(seen.untold.iter().map(|untold| untold.word())),
        ..Tally::default()
    };
    if let Some(status) = &seen.receipt_status {
        let receipt_at = seen.receipt_at.unwrap_or(at);
        tally.receipts = Few::once(status.clone(), receipt_at, uuid);
        tally.receipt_hours.insert(hours(at, receipt_at), 1);
    } else if awaits_receipt(seen) {
        tally.waiting = Open::since(at);
    }
    if inward && seen.accepted {
        match seen.fetched_at {
            Some(fetched) => tally.fetched = Seen::once(fetched),
            None if seen.untold.contains(&Untold::Fetched) => {}
            None => tally.waiting = Open::since(at),
        }
        match seen.stored_in {
            Some(place) => tally.places = named(place_word(place)),
            None if seen.untold.contains(&Untold::Kept) => {}
            None => tally.unkept = Open::since(at),
        }
    }
    tally
}

fn letter_of(seen: &Observation, day: Day) -> Option<(LetterKey, LetterTally)> {
    let letter_type = seen.letter_type.clone().filter(|_| seen.direction == Direction::Out)?;
    let (at, uuid) = (seen.observed_at, seen.message_uuid);
    let key = LetterKey {
        authority_cvr: seen.authority_cvr.clone(),
        environment: seen.environment,
        letter_type,
        day,
    };
    let recipients = match (seen.recipient_kind, seen.to_authority) {
        (RecipientKind::Cpr, _) => "citizens",
        (RecipientKind::Cvr, true) => "authorities",
        (RecipientKind::Cvr, false) => "companies",
    };
    let recipients = Counts::each([recipients].into_iter());
    let mut tally = LetterTally { recipients, ..LetterTally::default() };
    if seen.format == Format::Memo {
        tally.messages = Seen::once(at);
        tally.fields = Counts::each(seen.markup.iter().map(String::as_str));
        if seen.markup.is_empty() {
            tally.bare = Flaw::once(at, uuid);
        }
    } else {
        tally.others = Seen::once(at);
    }
    Some((key, tally))
}

fn format_name(seen: &Observation) -> String {
    match (seen.format, &seen.memo_version) {
        (Format::Memo, Some(version)) => format!("MEMO {version}"),
        (format, _) => format.word().to_owned(),
    }
}

fn is_memo_1_1(seen: &Observation) -> bool {
    matches!(seen.memo_version.as_deref(), None | Some("1.0" | "1.1"))
}

fn place_word(place: crate::observation::Place) -> &'static str {
    use crate::observation::Place;
    match place {
        Place::Journal => "journal",
        Place::Case => "case",
        Place::Mailbox => "mailbox",
    }
}

fn hours(from: Timestamp, until: Timestamp) -> u16 {
    let hours = until.as_millis().saturating_sub(from.as_millis()).div_euclid(MILLIS_PER_HOUR);
    u16::try_from(hours.clamp(0, RECEIPT_HOURS)).unwrap_or(0)
}

/// An observation that can hold no CPR number and nothing without bounds: texts lose what looks like
/// such a number and what is over 128 characters, lists what is over 64 names.
pub fn cleaned(mut seen: Observation) -> Observation {
    for text in [&mut seen.authority_cvr, &mut seen.system, &mut seen.message_type] {
        *text = clean_text(text);
    }
    for text in [
        &mut seen.generating_system,
        &mut seen.memo_version,
        &mut seen.contact_point_id,
        &mut seen.error_code,
        &mut seen.receipt_status,
        &mut seen.endpoint_host,
        &mut seen.sender,
        &mut seen.message_code,
    ] {
        *text = text.take().map(|text| clean_text(&text));
    }
    for list in [&mut seen.file_types, &mut seen.validation_errors, &mut seen.markup] {
        *list = std::mem::take(list).iter().take(LIST_NAMES).map(|name| clean_text(name)).collect();
    }
    seen.letter_type = seen.letter_type.filter(|key| !holds_cpr_number(key.as_str()));
    seen
}

fn clean_text(text: &str) -> String {
    let short: String = text.chars().filter(|c| !c.is_control()).take(TEXT_CHARACTERS).collect();
    if holds_cpr_number(&short) { without_digits(&short) } else { short }
}

fn without_digits(text: &str) -> String {
    text.chars().map(|c| if c.is_ascii_digit() { '#' } else { c }).collect()
}

/// Whether a text holds what looks like a CPR number: six digits that can be a day (of a real number, or
/// with 60 added as in numbers for tests), perhaps a hyphen or a blank, and four digits, with no letter
/// or digit next to them.
pub fn holds_cpr_number(text: &str) -> bool {
    let bytes = text.as_bytes();
    (0..bytes.len()).any(|start| {
        let alone_before = start == 0 || !bytes[start - 1].is_ascii_alphanumeric();
        alone_before
            && cpr_length(&bytes[start..]).is_some_and(|length| {
                bytes.get(start + length).is_none_or(|next| !next.is_ascii_alphanumeric())
            })
    })
}

fn cpr_length(bytes: &[u8]) -> Option<usize> {
    let digits = |range: std::ops::Range<usize>| {
        bytes.get(range).filter(|part| part.iter().all(u8::is_ascii_digit))
    };
    let date = digits(0..6)?;
    let number = |at: usize| u32::from(date[at] - b'0') * 10 + u32::from(date[at + 1] - b'0');
    let (day, month) = (number(0), number(2));
    let a_day = (1..=31).contains(&day) || (61..=91).contains(&day);
    if !a_day || !(1..=12).contains(&month) {
        return None;
    }
    match bytes.get(6)? {
        b'-' | b' ' => digits(7..11).map(|_| 11),
        _ => digits(6..10).map(|_| 10),
    }
}
