//! MK-D5, MK-D6 and MK-S3: certificates, the window without sending, and systems that have gone quiet.

use super::answer::Answer;
use super::counting::Period;
use super::number::{ACTIVE_INTERFACE, DAY, MESSAGE};
use super::{Asked, Side};
use crate::day::Day;
use crate::ids::Key;
use crate::jobs::{Overlap, Runs, overlapping};
use crate::objects::{Direction, Environment, Interface, System, Transport};
use crate::tally::Seen;

/// MK-D5.
pub(super) fn certificate(asked: &Asked<'_>, system: &System) -> Answer {
    let in_use: Vec<&Interface> = system
        .interfaces
        .iter()
        .filter(|one| {
            one.active && one.environment.is_none_or(|environment| environment == Environment::Prod)
        })
        // Another system's certificate is used there.
        .filter(|one| one.transport != Some(Transport::ViaComponent))
        .collect();
    let ends: Vec<Day> = in_use
        .iter()
        .filter_map(|one| one.certificate.as_ref())
        .filter_map(|one| one.valid_to)
        .collect();
    let untold = i64::try_from(in_use.len() - ends.len()).unwrap_or(i64::MAX);
    let Some(first) = ends.iter().min().copied() else {
        return Answer::no_evidence(
            "Ingen aktiv grænseflade har et certifikat med udløbsdato i registret.",
            "No active interface has a certificate with an end date in the register.",
        );
    };
    let least = asked.limit("days", 60.0) as i32;
    let left = first.days_since(asked.evidence.today);
    let answer = if left < 0 {
        Answer::fail(
            format!("Certifikatet udløb {first}."),
            format!("The certificate ended on {first}."),
        )
    } else if left < least {
        Answer::fail(
            format!("Certifikatet udløber {first}, om {} (mindst {least}).", DAY.da(left.into())),
            format!(
                "The certificate ends on {first}, in {} (at least {least}).",
                DAY.en(left.into())
            ),
        )
    } else if untold > 0 {
        Answer::no_evidence(
            format!(
                "{} har intet certifikat med udløbsdato i registret.",
                ACTIVE_INTERFACE.da(untold)
            ),
            format!(
                "{} without a certificate with an end date in the register.",
                ACTIVE_INTERFACE.en(untold)
            ),
        )
    } else {
        Answer::pass(
            format!("Certifikatet gælder til {first}, {} endnu.", DAY.da(left.into())),
            format!("The certificate is valid until {first}, {} more.", DAY.en(left.into())),
        )
    };
    answer.configured().count("days_left", i64::from(left))
}

/// MK-D6.
pub(super) fn silent_in_the_window(asked: &Asked<'_>, _: &System) -> Answer {
    let evidence = asked.evidence;
    let Some(key) = asked.subject.key() else { return Answer::unknown_check() };
    let Some(window) = evidence.cutover() else {
        return Answer::not_applicable(
            "Der er ingen omstillingsperiode.",
            "There is no window without sending.",
        );
    };
    let jobs = jobs_in(asked, key, window);
    if evidence.today < window.from {
        return before_the_window(window, &jobs);
    }
    if let Some(tally) = evidence.tally(key, Direction::Out, window) {
        let sent = tally.messages.count;
        return Answer::fail(
            format!("{} sendt i omstillingsperioden {window}.", MESSAGE.da(sent)),
            format!("{} sent in the window without sending {window}.", MESSAGE.en(sent)),
        )
        .over(window)
        .seen(&tally.messages)
        .count("messages", sent)
        .show(tally.sizes.iter().map(|(_, at, uuid)| (at, uuid)).collect());
    }
    // Silence tells something only of a system that is listened to: one that was seen before it.
    let heard = evidence.ever(key, Direction::Out).filter(|seen| {
        seen.first().and_then(|at| Day::of(at).ok()).is_some_and(|day| day < window.from)
    });
    match heard {
        // What is to run while the window lasts has not been silent yet.
        Some(seen) if !jobs.running.is_empty() && evidence.today <= window.until => {
            let runs = &jobs.running;
            Answer::warn(
                format!("Intet sendt endnu i omstillingsperioden {window}, men det kører i den: {runs}."),
                format!("Nothing sent yet in the window without sending {window}, but these run in it: {runs}."),
            )
            .over(window)
            .seen(seen)
            .configured()
            .count("messages", 0)
            .count("scheduled_jobs", jobs.count)
        }
        Some(seen) => Answer::pass(
            format!("Intet sendt i omstillingsperioden {window}."),
            format!("Nothing sent in the window without sending {window}."),
        )
        .over(window)
        .seen(seen)
        .count("messages", 0),
        None => Answer::no_evidence(
            format!("Systemet blev ikke fulgt før omstillingsperioden {window}."),
            format!("The system was not followed before the window without sending {window}."),
        )
        .over(window),
    }
}

/// The jobs of a system, and of those whose letters leave by it, that run in the window from today on.
struct Jobs {
    /// How many jobs the register has of them, whenever they run.
    known: usize,
    /// How many run in the window and are not stopped for it.
    count: i64,
    /// Their runs, in words that are no language's.
    running: String,
    /// How many are stopped for the window.
    paused: i64,
    /// Those of which nobody says when they run.
    untold: String,
}

fn jobs_in(asked: &Asked<'_>, key: &Key, window: Period) -> Jobs {
    let evidence = asked.evidence;
    let theirs = || {
        evidence
            .systems()
            .filter(move |(other, system)| *other == key || crate::jobs::sends_through(system, key))
    };
    let known = theirs().map(|(_, system)| system.scheduled_jobs.len()).sum();
    let overlaps = overlapping(theirs(), window, evidence.today.max(window.from));
    let (paused, rest): (Vec<&Overlap>, Vec<&Overlap>) =
        overlaps.iter().partition(|one| one.job.paused);
    let mut running = Vec::new();
    let mut untold = Vec::new();
    for one in &rest {
        match &one.runs {
            Runs::None => {}
            Runs::Untold => untold.push(one.name().to_owned()),
            Runs::Some(runs, more) => {
                let times: Vec<String> = runs.iter().take(RUNS).map(ToString::to_string).collect();
                let more = more + runs.len().saturating_sub(RUNS);
                let more = if more > 0 { format!(" + {more}") } else { String::new() };
                running.push(format!("{} ({}{more})", one.name(), times.join(", ")));
            }
        }
    }
    let told = |names: &[String]| {
        let more = names.len().saturating_sub(JOBS);
        let more = if more > 0 { format!(" + {more}") } else { String::new() };
        format!("{}{more}", names.iter().take(JOBS).cloned().collect::<Vec<_>>().join("; "))
    };
    Jobs {
        known,
        count: i64::try_from(running.len()).unwrap_or(i64::MAX),
        running: told(&running),
        paused: i64::try_from(paused.len()).unwrap_or(i64::MAX),
        untold: told(&untold),
    }
}

/// What is known beforehand: nothing was sent in a window that has not begun, but jobs may be planned for it.
fn before_the_window(window: Period, jobs: &Jobs) -> Answer {
    let (count, paused) = (jobs.count, jobs.paused);
    let answer = if count > 0 {
        Answer::warn(
            format!(
                "{count} planlagte kørsler falder i omstillingsperioden {window}: {}. Flyt eller stands dem.",
                jobs.running
            ),
            format!(
                "{count} scheduled jobs run in the window without sending {window}: {}. Move or stop them.",
                jobs.running
            ),
        )
    } else if !jobs.untold.is_empty() {
        Answer::warn(
            format!("Ingen ved, om disse kører i omstillingsperioden {window}: {}.", jobs.untold),
            format!(
                "Nobody knows whether these run in the window without sending {window}: {}.",
                jobs.untold
            ),
        )
    } else if jobs.known == 0 {
        return Answer::not_applicable(
            format!(
                "Omstillingsperioden {window} er ikke begyndt. Ingen planlagte kørsler er skrevet op for systemet."
            ),
            format!(
                "The window without sending {window} has not begun. No scheduled jobs are entered for the system."
            ),
        );
    } else {
        let known = jobs.known;
        Answer::not_applicable(
            format!(
                "Omstillingsperioden {window} er ikke begyndt. Af {known} planlagte kørsler falder ingen i den, bortset fra {paused}, der er standset."
            ),
            format!(
                "The window without sending {window} has not begun. Of {known} scheduled jobs none runs in it but {paused} that are stopped for it."
            ),
        )
    };
    answer.configured().count("scheduled_jobs", count).count("paused_jobs", paused)
}

/// Jobs that are named, at most, and runs of each.
const JOBS: usize = 5;
const RUNS: usize = 3;

/// MK-S3.
pub(super) fn has_traffic(asked: &Asked<'_>, system: &System) -> Answer {
    let Some(key) = asked.subject.key() else { return Answer::unknown_check() };
    let side = Side::of(system);
    let mut seen = Seen::default();
    for (asks, direction) in [(side.sends(), Direction::Out), (side.receives(), Direction::In)] {
        if let Some(ever) = asked.evidence.ever(key, direction).filter(|_| asks) {
            seen.merge(ever);
        }
    }
    let period = asked.period();
    let Some(last) = seen.last().and_then(|at| Day::of(at).ok()) else {
        return Answer::no_evidence(
            "Systemet er aldrig set i trafikken.",
            "The system has never been seen in traffic.",
        );
    };
    let days = asked.evidence.today.days_since(last);
    let answer = if period.holds(last) {
        Answer::pass(format!("Sidst set {last}."), format!("Last seen on {last}."))
    } else {
        Answer::warn(
            format!("Ingen trafik i {days} dage, sidst set {last}. Udfaset? I stykker?"),
            format!("No traffic for {days} days, last seen on {last}. Retired? Broken?"),
        )
    };
    answer.over(period).seen(&seen).count("days_silent", i64::from(days))
}
