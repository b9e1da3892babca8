//! MK-M1 to MK-M7 and MK-D1: what is asked of systems that receive.

use brevdue_memo::Timestamp;

use super::answer::Answer;
use super::evidence::live;
use super::number::{
    ACTIVE_RECEIVER, MESSAGE, VALID_MESSAGE, all_messages_da, all_messages_en, either,
};
use super::sending::{in_megabytes, megabytes, points_to};
use super::{Asked, Side};
use crate::day::Day;
use crate::ids::Key;
use crate::objects::{Direction, Interface, Purpose, System};
use crate::tally::{Few, Seen, Tally};

const MILLIS_PER_HOUR: i64 = 3_600_000;

/// The receivers in use, with their active interfaces inward.
fn receivers<'a>(asked: &Asked<'a>) -> impl Iterator<Item = (&'a Key, &'a System)> {
    let evidence = asked.evidence;
    evidence
        .systems()
        .filter(|(key, system)| Side::of(system).receives() && evidence.receives_now(key))
}

/// Whether the register knows any system that shall receive.
fn any_registered(asked: &Asked<'_>) -> bool {
    asked.evidence.systems().any(|(_, system)| Side::of(system).receives())
}

fn no_receiver_registered() -> Answer {
    Answer::no_evidence(
        "Der er intet modtagersystem i registret.",
        "There is no receiver system in the register.",
    )
}

fn no_active_receiver() -> Answer {
    Answer::fail(
        "Intet modtagersystem har en aktiv grænseflade i produktion.",
        "No receiver system has an active interface in production.",
    )
    .configured()
}

/// MK-M1.
pub(super) fn one_receiver(asked: &Asked<'_>) -> Answer {
    if !any_registered(asked) {
        return no_receiver_registered();
    }
    let period = asked.period();
    let (mut active, mut working) = (0_i64, 0_i64);
    let mut seen = Seen::default();
    for (key, system) in receivers(asked) {
        active += 1;
        let tested = live(system, Direction::In).any(|one| one.conformance_passed.is_some());
        let tally = asked.evidence.tally(key, Direction::In, period);
        let received = tally.is_some_and(|tally| tally.accepted.count > 0);
        if let Some(tally) = tally {
            seen.merge(&tally.accepted);
        }
        working += i64::from(tested || received);
    }
    if active == 0 {
        return no_active_receiver();
    }
    let least = asked.least("systems_min");
    let (da, en) = (ACTIVE_RECEIVER.da(active), ACTIVE_RECEIVER.en(active));
    let answer = if working >= least {
        Answer::pass(
            format!("{working} af {da} har modtaget post eller bestået selvtesten."),
            format!(
                "{working} of {en} {} received mail or passed the self-test.",
                either(working, "has", "have")
            ),
        )
    } else if active < least {
        Answer::fail(
            format!("{da}; der skal være mindst {least}."),
            format!("{en}; there must be {least} at least."),
        )
    } else {
        Answer::no_evidence(
            format!(
                "{da}; {working} har modtaget noget eller bestået selvtesten (mindst {least})."
            ),
            format!(
                "{en}; {working} {} received anything or passed the self-test (at least {least}).",
                either(working, "has", "have")
            ),
        )
    };
    let answer = answer.configured().over(period).count("active", active).count("working", working);
    if seen.is_nothing() { answer } else { answer.seen(&seen) }
}

/// MK-M2.
pub(super) fn points_to_the_solution(asked: &Asked<'_>, system: &System) -> Answer {
    points_to(asked, system, Direction::In)
}

/// MK-M3.
pub(super) fn can_receive_memo(asked: &Asked<'_>, system: &System) -> Answer {
    let Some(key) = asked.subject.key() else { return Answer::unknown_check() };
    let period = asked.period();
    let tally = asked.evidence.tally(key, Direction::In, period);
    let refused =
        tally.and_then(|tally| tally.receipts.of("INVALID")).filter(|one| one.count() > 0);
    let passed = newest(system, |one| one.conformance_passed);
    let days = asked.limit("test_days", 365.0) as i32;
    let finish = |answer: Answer| {
        let answer = answer.over(period).count("refused", refused.map_or(0, |one| one.count()));
        let answer = if passed.is_some() { answer.configured() } else { answer };
        match tally {
            Some(tally) => answer.seen(&tally.messages).count("messages", tally.messages.count),
            None => answer,
        }
    };
    let most = asked.limit("failures_max", 0.0);
    if let Some(refused) = refused.filter(|one| one.count() as f64 > most) {
        let count = refused.count();
        let answer = Answer::fail(
            format!("Systemet har afvist {}.", VALID_MESSAGE.da(count)),
            format!("The system has refused {}.", VALID_MESSAGE.en(count)),
        );
        return finish(answer.shown_by([refused]));
    }
    finish(match passed {
        None => Answer::no_evidence(
            "Overensstemmelsesprøven er ikke bestået endnu.",
            "The conformance set has not been passed yet.",
        ),
        Some(day) if day.plus_days(days) < asked.evidence.today => Answer::fail(
            format!("Overensstemmelsesprøven blev bestået {day}, for mere end {days} dage siden."),
            format!("The conformance set was passed on {day}, more than {days} days ago."),
        ),
        Some(day) => Answer::pass(
            format!(
                "Overensstemmelsesprøven bestået {day}; {} afvist (højst {most}).",
                VALID_MESSAGE.da(refused.map_or(0, |one| one.count()))
            ),
            format!(
                "Conformance set passed on {day}; {} refused (at most {most}).",
                VALID_MESSAGE.en(refused.map_or(0, |one| one.count()))
            ),
        ),
    })
}

fn newest(system: &System, day: impl Fn(&Interface) -> Option<Day>) -> Option<Day> {
    system
        .interfaces
        .iter()
        .filter(|one| one.direction == Some(Direction::In))
        .filter_map(day)
        .max()
}

/// MK-M4. A receiver that does not say what it is for counts as one for mail to the authority.
pub(super) fn number_of_receivers(asked: &Asked<'_>) -> Answer {
    if !any_registered(asked) {
        return no_receiver_registered();
    }
    let for_purpose = |purpose: Purpose| {
        let serves = |system: &System| {
            live(system, Direction::In)
                .any(|one| one.purpose.unwrap_or(Purpose::AuthorityMail) == purpose)
        };
        i64::try_from(receivers(asked).filter(|(_, system)| serves(system)).count())
            .unwrap_or(i64::MAX)
    };
    let (authority, company) =
        (for_purpose(Purpose::AuthorityMail), for_purpose(Purpose::CompanyMail));
    let limit = |name, default| asked.limit(name, default).max(0.0) as i64;
    let (most, most_company) = (limit("authority_max", 4.0), limit("company_max", 1.0));
    let most_in_all = limit("total_max", 5.0);
    let kept = authority <= most
        && company <= most_company
        && authority.saturating_add(company) <= most_in_all;
    let da = format!(
        "{} til myndighedspost (højst {most}) og {company} til virksomhedspost (højst {most_company}), \
         i alt højst {most_in_all}.",
        ACTIVE_RECEIVER.da(authority)
    );
    let en = format!(
        "{} for mail to the authority (at most {most}) and {company} for mail to it as a company (at \
         most {most_company}), {most_in_all} in all.",
        ACTIVE_RECEIVER.en(authority)
    );
    let answer = if authority + company == 0 {
        no_active_receiver()
    } else if kept {
        Answer::pass(da, en)
    } else {
        Answer::fail(da, en)
    };
    answer.configured().count("authority_mail", authority).count("company_mail", company)
}

/// MK-M5.
pub(super) fn large_messages(asked: &Asked<'_>) -> Answer {
    if !any_registered(asked) {
        return no_receiver_registered();
    }
    let needed = asked.limit("size_mb", 99.5);
    let days = asked.limit("test_days", 365.0) as i32;
    let today = asked.evidence.today;
    let interfaces: Vec<&Interface> =
        receivers(asked).flat_map(|(_, system)| live(system, Direction::In)).collect();
    if interfaces.is_empty() {
        return no_active_receiver();
    }
    if interfaces.iter().all(|one| one.max_size_mb.is_none()) {
        return Answer::no_evidence(
            "Intet aktivt modtagersystem siger, hvor store meddelelser det kan tage.",
            "No active receiver system says how large messages it can take.",
        );
    }
    let able: Vec<&Interface> = interfaces
        .into_iter()
        .filter(|one| one.max_size_mb.is_some_and(|size| size >= needed))
        .collect();
    let tested = able.iter().filter_map(|one| one.large_message_passed).max();
    match tested {
        _ if able.is_empty() => Answer::fail(
            format!("Intet aktivt modtagersystem kan tage {needed} MB."),
            format!("No active receiver system can take {needed} MB."),
        ),
        None => Answer::no_evidence(
            format!("{} kan tage {needed} MB, men ingen har prøvet det.", able.len()),
            format!("{} can take {needed} MB, but nobody has tried it.", able.len()),
        ),
        Some(day) if day.plus_days(days) < today => Answer::fail(
            format!("Prøven med {needed} MB er fra {day}, ældre end {days} dage."),
            format!("The test with {needed} MB is from {day}, older than {days} days."),
        ),
        Some(day) => Answer::pass(
            format!("En meddelelse på {needed} MB blev modtaget {day}."),
            format!("A message of {needed} MB was received on {day}."),
        ),
    }
    .configured()
}

/// MK-M6.
pub(super) fn everything_fetched_and_kept(asked: &Asked<'_>) -> Answer {
    let period = asked.period_since().unwrap_or_else(|| asked.period());
    let mut all = Tally::default();
    for tally in asked.evidence.sums(Direction::In).filter_map(|sum| sum.over(period)) {
        all.merge(tally);
    }
    if all.accepted.count == 0 {
        return Answer::nothing_seen(period);
    }
    let hours = asked.limit("hours", 24.0) as i64;
    let old = asked.evidence.now.plus_millis(-hours * MILLIS_PER_HOUR);
    let (left, unkept) = (all.waiting.before(old), all.unkept.before(old));
    let (delivered, kept) = (all.accepted.count, all.places.total());
    let (da, en) = (all_messages_da(delivered), all_messages_en(delivered));
    let are = either(delivered, "is", "are");
    let finish = |answer: Answer| {
        answer
            .over(period)
            .seen(&all.accepted)
            .count("delivered", delivered)
            .count("not_fetched", left)
            .count("not_kept", unkept)
            .count("kept", kept)
    };
    if left > 0 {
        return finish(Answer::fail(
            format!("{left} af {} er ikke hentet efter {hours} timer.", MESSAGE.da(delivered)),
            format!(
                "{left} of {} {} not been fetched after {hours} hours.",
                MESSAGE.en(delivered),
                either(left, "has", "have")
            ),
        ));
    }
    if unkept > 0 && kept == 0 {
        return finish(Answer::no_evidence(
            format!("{da} er hentet, men intet fortæller om opbevaring i egne systemer."),
            format!("{en} {are} fetched, but nothing tells of a place in own systems."),
        ));
    }
    if unkept > 0 {
        return finish(Answer::fail(
            format!(
                "{unkept} af {} har intet sted i egne systemer efter {hours} timer.",
                MESSAGE.da(delivered)
            ),
            format!(
                "{unkept} of {} {} no place in own systems after {hours} hours.",
                MESSAGE.en(delivered),
                either(unkept, "has", "have")
            ),
        ));
    }
    finish(Answer::pass(
        format!(
            "{da} er hentet og opbevares, eller er under {hours} timer {}.",
            either(delivered, "gammel", "gamle")
        ),
        format!("{en} {are} fetched and kept, or younger than {hours} hours."),
    ))
}

/// MK-M7.
pub(super) fn takes_the_sizes_it_says(asked: &Asked<'_>, system: &System) -> Answer {
    let least = asked.limit("size_mb", 10.0);
    let declared =
        live(system, Direction::In).filter_map(|one| one.declared_limit_mb).reduce(f64::min);
    let Some(declared) = declared else {
        return Answer::no_evidence(
            "Registret siger ikke, hvor store meddelelser systemet tager fra borgere og virksomheder.",
            "The register does not say how large messages the system takes from citizens and companies.",
        );
    };
    if declared < least {
        return Answer::fail(
            format!("Systemet siger {declared} MB; det skal tage mindst {least} MB."),
            format!("The system says {declared} MB; it must take at least {least} MB."),
        )
        .configured();
    }
    // An authority may take more from citizens than from companies; the register has one figure for both.
    let most = asked.limit("citizens_max_mb", 60.0).max(asked.limit("companies_max_mb", 40.0));
    if declared > most {
        return Answer::warn(
            format!("Systemet siger {declared} MB; en myndighed må højst tage {most} MB imod."),
            format!("The system says {declared} MB; an authority may take {most} MB at most."),
        )
        .configured();
    }
    let Some(key) = asked.subject.key() else { return Answer::unknown_check() };
    let period = asked.period_since().unwrap_or_else(|| asked.period());
    let Some(tally) = asked.evidence.tally(key, Direction::In, period) else {
        return Answer::nothing_seen(period).configured();
    };
    let refused = &tally.refused_for_size;
    let too_small = tally.smallest_refused.filter(|size| *size <= megabytes(declared));
    let answer = match too_small {
        Some(size) => Answer::fail(
            format!(
                "{} afvist for størrelse, den mindste på {} MB; systemet siger {declared} MB.",
                MESSAGE.da(refused.count()),
                in_megabytes(size)
            ),
            format!(
                "{} refused for size, the smallest of {} MB; the system says {declared} MB.",
                MESSAGE.en(refused.count()),
                in_megabytes(size)
            ),
        )
        .shown_by([refused]),
        None => Answer::pass(
            format!(
                "Systemet siger {declared} MB; ingen meddelelse under grænsen er afvist for størrelse."
            ),
            format!(
                "The system says {declared} MB; no message below the limit was refused for size."
            ),
        ),
    };
    answer
        .configured()
        .over(period)
        .seen(&tally.messages)
        .count("messages", tally.messages.count)
        .count("refused_for_size", refused.count())
}

/// MK-D1. The clock runs from the last success or, when nothing waited then, from when the oldest message
/// began to wait: a system for which there was no mail has failed at nothing.
pub(super) fn not_near_deactivation(asked: &Asked<'_>, _: &System) -> Answer {
    let Some(key) = asked.subject.key() else { return Answer::unknown_check() };
    let period = asked.period();
    let Some(tally) = asked.evidence.tally(key, Direction::In, period) else {
        return Answer::nothing_seen(period);
    };
    let waiting = tally.waiting.count();
    let finish = |answer: Answer| {
        let answer = answer.over(period).seen(&tally.messages).seen(&tally.fetched);
        answer.count("waiting", waiting).count("fetched", tally.fetched.count)
    };
    let oldest = tally.waiting.oldest().filter(|_| waiting > 0);
    let Some(oldest) = oldest else {
        return finish(Answer::pass(
            "Ingen post venter på at blive hentet.",
            "No mail waits to be fetched.",
        ));
    };
    let since = tally.fetched.last().map_or(oldest, |last| last.max(oldest));
    let hours = hours_between(since, asked.evidence.now);
    let (warn, fail) =
        (asked.limit("warn_hours", 24.0) as i64, asked.limit("fail_hours", 72.0) as i64);
    let off = asked.limit("off_hours", 168.0) as i64;
    let da = format!("{} venter, og intet er hentet i {hours} timer.", MESSAGE.da(waiting));
    let en = format!(
        "{} {}, and nothing was fetched for {hours} hours.",
        MESSAGE.en(waiting),
        either(waiting, "waits", "wait")
    );
    finish(if hours >= fail {
        Answer::fail(
            format!("{da} Efter {off} timer uden modtagelse slås systemet fra."),
            format!("{en} After {off} hours without receiving, the system is switched off."),
        )
    } else if hours >= warn {
        Answer::warn(da, en)
    } else {
        Answer::pass(da, en)
    })
    .count("hours", hours)
}

/// Whole hours.
fn hours_between(from: Timestamp, until: Timestamp) -> i64 {
    (until.as_millis() - from.as_millis()).max(0) / MILLIS_PER_HOUR
}

/// Names and counts in one line, most first, at most five.
pub(super) fn listed(few: &Few) -> String {
    let mut names: Vec<(&str, i64)> = few.iter().map(|(name, flaw)| (name, flaw.count())).collect();
    names.retain(|(_, count)| *count > 0);
    names.sort_by_key(|(name, count)| (-count, *name));
    let shown: Vec<String> =
        names.iter().take(5).map(|(name, count)| format!("{name}: {count}")).collect();
    shown.join(", ")
}
