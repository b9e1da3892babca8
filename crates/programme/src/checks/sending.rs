//! MK-A1 to MK-A5: what is asked of systems that send.

use std::collections::BTreeSet;

use super::answer::Answer;
use super::counting::{DayFigures, Period, formats, memo_of};
use super::evidence::live;
use super::number::{MESSAGE, SENDER, all_messages_da, all_messages_en, either};
use super::{Asked, CheckResult, Side, Subject, check};
use crate::day::Day;
use crate::objects::{Direction, System};
use crate::observation::{Format, Legacy};
use crate::tally::{Flaw, Tally};

/// MK-A1.
pub(super) fn points_to_the_solution(asked: &Asked<'_>, system: &System) -> Answer {
    points_to(asked, system, Direction::Out)
}

/// The same question both ways: hosts in the register, hosts that were called, and that it works.
pub(super) fn points_to(asked: &Asked<'_>, system: &System, direction: Direction) -> Answer {
    let allowed = asked.list("hosts");
    let period = asked.period();
    if allowed.is_empty() {
        return Answer::no_evidence(
            "Listen over tilladte værter er tom, så ingen kan sige, om systemet peger rigtigt. \
             Udfyld listen på kravets side.",
            "The list of allowed hosts is empty, so nobody can say whether the system points right. \
             Fill in the list on the requirement's page.",
        );
    }
    let set: BTreeSet<&str> = live(system, direction)
        .map(|one| one.host.as_str())
        .filter(|host| !host.is_empty())
        .collect();
    if let Some(wrong) = set.iter().find(|host| !listed_host(allowed, host)) {
        return Answer::fail(
            format!("Registrets grænseflade peger på {wrong}, som ikke er på listen."),
            format!("The register's interface points to {wrong}, which is not on the list."),
        )
        .configured();
    }
    let Some(key) = asked.subject.key() else { return Answer::unknown_check() };
    let Some(tally) = asked.evidence.tally(key, direction, period) else {
        let answer = Answer::nothing_seen(period);
        return if set.is_empty() { answer } else { answer.configured() };
    };
    // Before the date nothing forbids the earlier solution, so only what was called since then fails.
    let strict = asked.period_since().and_then(|since| asked.evidence.tally(key, direction, since));
    let outside: Vec<(&str, &Flaw)> = strict.map_or_else(Vec::new, |tally| {
        tally.hosts.iter().filter(|(host, _)| !listed_host(allowed, host)).collect()
    });
    let wrong: i64 = outside.iter().map(|(_, flaw)| flaw.count()).sum();
    let accepted = tally.accepted.count;
    let measured = |answer: Answer| {
        let answer = answer.over(period).count("messages", tally.messages.count);
        let answer =
            answer.count("accepted", accepted).count("outside", wrong).seen(&tally.messages);
        if set.is_empty() { answer } else { answer.configured() }
    };
    if let Some((host, _)) = outside.first() {
        let answer = Answer::fail(
            format!("{} gik til værter uden for listen, blandt andre {host}.", MESSAGE.da(wrong)),
            format!("{} went to hosts outside the list, among them {host}.", MESSAGE.en(wrong)),
        );
        return measured(answer).shown_by(outside.into_iter().map(|(_, flaw)| flaw));
    }
    let least = asked.least("accepted_min");
    if accepted < least {
        let seen = tally.messages.count;
        let answer = Answer::fail(
            format!(
                "{} set, men {accepted} blev modtaget af løsningen (mindst {least}).",
                MESSAGE.da(seen)
            ),
            format!(
                "{} seen, but {accepted} taken by the solution (at least {least}).",
                MESSAGE.en(seen)
            ),
        );
        return measured(answer).shown_by(tally.errors.iter().map(|(_, flaw)| flaw));
    }
    if set.is_empty() && tally.hosts.total() == 0 {
        return measured(Answer::no_evidence(
            format!(
                "{} modtaget, men hverken register eller log siger hvor.",
                MESSAGE.da(accepted)
            ),
            format!("{} taken, but neither register nor log says where.", MESSAGE.en(accepted)),
        ));
    }
    measured(Answer::pass(
        match accepted {
            1 => "1 meddelelse modtaget, hos en tilladt vært.".to_owned(),
            _ => format!("{accepted} meddelelser modtaget, alle hos tilladte værter."),
        },
        match accepted {
            1 => "1 message taken, by an allowed host.".to_owned(),
            _ => format!("{accepted} messages taken, all by allowed hosts."),
        },
    ))
}

/// A list may name a host, or with a leading dot all hosts below a domain.
pub(crate) fn listed_host(allowed: &[String], host: &str) -> bool {
    let host = host.to_ascii_lowercase();
    allowed.iter().any(|one| {
        let one = one.to_ascii_lowercase();
        host == one
            || one.strip_prefix('.').is_some_and(|domain| host == domain || host.ends_with(&one))
    })
}

/// MK-A2.
pub(super) fn sends_memo(asked: &Asked<'_>, _: &System) -> Answer {
    let Some(key) = asked.subject.key() else { return Answer::unknown_check() };
    let Some(period) = asked.period_since() else { return on_the_way(asked) };
    let Some(tally) = asked.evidence.tally(key, Direction::Out, period) else {
        return Answer::nothing_seen(period);
    };
    let (sent, invalid) = (tally.messages.count, tally.invalid.count());
    let other = sent - memo_of(tally);
    let good = sent - other - invalid;
    let (da, en, are) = (MESSAGE.da(sent), MESSAGE.en(sent), either(good, "is", "are"));
    let answer = if good == sent {
        Answer::pass(
            format!("{} er gyldig MeMo.", all_messages_da(sent)),
            format!("{} {} valid MeMo.", all_messages_en(sent), either(sent, "is", "are")),
        )
    } else if is_share(asked, good, sent) {
        Answer::pass(
            format!("{good} af {da} er gyldig MeMo; myndigheden kræver ikke flere."),
            format!("{good} of {en} {are} valid MeMo; the authority asks for no more."),
        )
    } else {
        Answer::fail(
            format!("{good} af {da} er gyldig MeMo; {other} i andet format, {invalid} ugyldige."),
            format!(
                "{good} of {en} {are} valid MeMo; {other} in another format, {invalid} invalid."
            ),
        )
        .shown_by(bad(tally))
    };
    answer
        .over(period)
        .seen(&tally.messages)
        .count("messages", sent)
        .count("memo_valid", good)
        .count("other_format", other)
        .count("invalid", invalid)
}

/// Whether a part is as much of the whole as the requirement asks for; all, where nobody says otherwise.
fn is_share(asked: &Asked<'_>, part: i64, whole: i64) -> bool {
    part as f64 >= asked.limit("share_min", 1.0) * whole as f64
}

/// Messages that are not valid MeMo.
fn bad(tally: &Tally) -> impl Iterator<Item = &Flaw> {
    let others = formats(tally, |format| format != Format::Memo.word()).map(|(_, flaw)| flaw);
    let invalid = (tally.invalid.count() > 0).then_some(&tally.invalid);
    others.filter(|flaw| flaw.count() > 0).chain(invalid)
}

/// Before the date: how far it has come, and whether it will be there in time.
fn on_the_way(asked: &Asked<'_>) -> Answer {
    let Some(key) = asked.subject.key() else { return Answer::unknown_check() };
    let (evidence, period) = (asked.evidence, asked.period());
    let Some(tally) = evidence.tally(key, Direction::Out, period) else {
        return Answer::nothing_seen(period);
    };
    let sent = tally.messages.count;
    let good = memo_of(tally) - tally.invalid.count();
    let share = percent(good, sent);
    let deadline = evidence.from_day(asked.requirement);
    let days = evidence.traffic(key, Direction::Out).into_iter().flat_map(|sum| sum.days());
    let forecast = forecast(days.filter(|(day, _)| period.holds(*day)), evidence.today);
    let answer = match (good == sent, deadline, forecast) {
        (true, _, _) => Answer::pass(
            format!("{} er allerede gyldig MeMo.", all_messages_da(sent)),
            format!("{} {} valid MeMo already.", all_messages_en(sent), either(sent, "is", "are")),
        ),
        (false, None, _) => Answer::not_applicable(
            format!("{share} % er gyldig MeMo. Datoen er ikke sat."),
            format!("{share} % are valid MeMo. No date is set."),
        ),
        (false, Some(deadline), Some(done)) if done <= deadline => Answer::not_applicable(
            format!(
                "Kravet gælder fra {deadline}. {share} % er gyldig MeMo; i samme takt alt {done}."
            ),
            format!(
                "Required from {deadline}. {share} % are valid MeMo; at this pace all on {done}."
            ),
        ),
        (false, Some(deadline), Some(done)) => Answer::warn(
            format!("{share} % er gyldig MeMo; i samme takt først alt {done}, efter {deadline}."),
            format!("{share} % are valid MeMo; at this pace all only on {done}, after {deadline}."),
        ),
        (false, Some(deadline), None) => Answer::warn(
            format!("{share} % er gyldig MeMo, og andelen stiger ikke; fristen er {deadline}."),
            format!(
                "{share} % are valid MeMo, and the share is not rising; the date is {deadline}."
            ),
        ),
    };
    let failing = answer.result == CheckResult::Warn;
    let answer = answer
        .over(period)
        .seen(&tally.messages)
        .count("messages", sent)
        .count("memo_valid", good)
        .count("share_percent", share);
    if failing { answer.shown_by(bad(tally)) } else { answer }
}

/// Whole percent, rounded down, so that 100 means all.
pub(super) fn percent(part: i64, whole: i64) -> i64 {
    if whole > 0 { part.max(0).saturating_mul(100) / whole } else { 0 }
}

/// The day on which all will be valid MeMo, if the share goes on as between the first and the second half
/// of the days that were seen; none when it does not rise, or there are not two days to compare.
fn forecast(days: impl Iterator<Item = (Day, DayFigures)>, today: Day) -> Option<Day> {
    let days: Vec<(Day, DayFigures)> = days.collect();
    let (first, last) = (days.first()?.0, days.last()?.0);
    let length = last.days_since(first);
    if length < 1 {
        return None;
    }
    let middle = first.plus_days((length + 1) / 2);
    let share = |half: &mut dyn Iterator<Item = &(Day, DayFigures)>| {
        let (good, all) =
            half.fold((0, 0), |(good, all), (_, one)| (good + one.good, all + one.messages));
        (all > 0).then(|| good as f64 / all as f64)
    };
    let before = share(&mut days.iter().filter(|(day, _)| *day < middle))?;
    let after = share(&mut days.iter().filter(|(day, _)| *day >= middle))?;
    // The middles of the two halves lie half the length apart.
    let per_day = (after - before) / (f64::from(length + 1) / 2.0);
    if per_day <= 0.0 {
        return None;
    }
    let quarter = f64::from(length + 1) / 4.0;
    let left = ((1.0 - after) / per_day - quarter).max(0.0).ceil();
    Some(today.plus_days(left.min(100_000.0) as i32))
}

/// MK-A3.
pub(super) fn uses_contact_points(asked: &Asked<'_>, _: &System) -> Answer {
    let Some(key) = asked.subject.key() else { return Answer::unknown_check() };
    let period = asked.period_since().unwrap_or_else(|| asked.period());
    let Some(tally) = asked.evidence.tally(key, Direction::Out, period) else {
        return Answer::nothing_seen(period);
    };
    let (all, missing) = (tally.to_authorities.count, tally.no_contact_point.count());
    let old = old_identifiers(asked, tally);
    let old_count: i64 = old.iter().map(|flaw| flaw.count()).sum();
    let answer = if missing == 0 && old_count == 0 && all == 0 {
        let sent = tally.messages.count;
        Answer::not_applicable(
            match sent {
                1 => "Den ene meddelelse er hverken til en myndighed eller et svar.".to_owned(),
                _ => format!("Ingen af {sent} meddelelser er til myndigheder eller er svar."),
            },
            match sent {
                1 => "The one message is neither to an authority nor an answer.".to_owned(),
                _ => format!("None of {sent} messages is to an authority or an answer."),
            },
        )
    } else if missing == 0 && old_count == 0 {
        Answer::pass(
            match all {
                1 => "Den ene meddelelse til en myndighed har et kontaktpunkt.".to_owned(),
                _ => format!("Alle {all} meddelelser til myndigheder har et kontaktpunkt."),
            },
            match all {
                1 => "The one message to an authority has a contact point.".to_owned(),
                _ => format!("All {all} messages to authorities have a contact point."),
            },
        )
    } else {
        Answer::fail(
            format!(
                "{missing} af {} til myndigheder mangler et kendt kontaktpunkt; \
                 {old_count} bruger en gammel postkasse.",
                MESSAGE.da(all)
            ),
            format!(
                "{missing} of {} to authorities without a known contact point; \
                 {old_count} to an old mailbox.",
                MESSAGE.en(all)
            ),
        )
        .shown_by(old.into_iter().chain((missing > 0).then_some(&tally.no_contact_point)))
    };
    answer
        .over(period)
        .seen(&tally.messages)
        .count("to_authorities", all)
        .count("no_contact_point", missing)
        .count("old_identifiers", old_count)
}

/// Mailboxes and subjects of the earlier solution: told by whoever saw the message, or known from the
/// register as the old id of one of our own points.
fn old_identifiers<'t>(asked: &Asked<'_>, tally: &'t Tally) -> Vec<&'t Flaw> {
    let is_old =
        |id: &str| asked.evidence.contact_points().any(|(_, point)| point.old_ids.contains(id));
    let told = tally.legacy.of(Legacy::MailboxSubject.word());
    let known = tally.contact_points.iter().filter(|(id, _)| is_old(id)).map(|(_, flaw)| flaw);
    told.into_iter().chain(known).filter(|flaw| flaw.count() > 0).collect()
}

/// MK-A4.
pub(super) fn keeps_to_sizes(asked: &Asked<'_>, _: &System) -> Answer {
    let Some(key) = asked.subject.key() else { return Answer::unknown_check() };
    let period = asked.period_since().unwrap_or_else(|| asked.period());
    let Some(tally) = asked.evidence.tally(key, Direction::Out, period) else {
        return Answer::nothing_seen(period);
    };
    let bytes = megabytes(asked.limit("size_mb", 99.5));
    let files = asked.limit("files", 10.0).max(0.0) as u64;
    let over: Vec<_> = tally
        .sizes
        .iter()
        .filter(|(size, ..)| *size > bytes)
        .chain(tally.files.iter().filter(|(count, ..)| *count > files))
        .map(|(_, at, uuid)| (at, uuid))
        .collect();
    let (largest, most) = (tally.sizes.most().unwrap_or(0), tally.files.most().unwrap_or(0));
    let (mb, limit_mb) = (in_megabytes(largest), in_megabytes(bytes));
    let answer = if over.is_empty() {
        Answer::pass(
            format!("Største er {mb} MB af {limit_mb} MB; flest filer er {most} af {files}."),
            format!("The largest is {mb} MB of {limit_mb} MB; most files are {most} of {files}."),
        )
    } else {
        Answer::fail(
            format!("Største er {mb} MB, grænsen {limit_mb} MB; flest filer er {most}, grænsen {files}."),
            format!("The largest is {mb} MB, the limit {limit_mb} MB; most files are {most}, the limit {files}."),
        )
        .show(over)
    };
    answer
        .over(period)
        .seen(&tally.messages)
        .count("messages", tally.messages.count)
        .count("largest_bytes", i64::try_from(largest).unwrap_or(i64::MAX))
        .count("most_files", i64::try_from(most).unwrap_or(i64::MAX))
}

/// Bytes of so many megabytes, of a million bytes each, as the exchange counts them.
pub(super) fn megabytes(mb: f64) -> u64 {
    (mb.max(0.0) * 1_000_000.0).round() as u64
}

/// With one decimal, rounded up, so that what is over a limit never looks as if it kept it.
pub(super) fn in_megabytes(bytes: u64) -> String {
    let tenths = bytes.div_ceil(100_000);
    format!("{}.{}", tenths / 10, tenths % 10)
}

/// MK-A5.
pub(super) fn one_sender(asked: &Asked<'_>) -> Answer {
    let evidence = asked.evidence;
    let Some(points) = evidence.requirement("MK-A1") else { return Answer::unknown_check() };
    let senders: Vec<_> = evidence
        .systems()
        .filter(|(_, system)| Side::of(system).sends() && evidence.out_of_scope(system).is_none())
        .collect();
    if senders.is_empty() {
        return Answer::no_evidence(
            "Der er intet afsendersystem i registret.",
            "There is no sender system in the register.",
        );
    }
    let mut passed = 0_i64;
    let mut failed = 0_i64;
    let mut seen = crate::tally::Seen::default();
    for (key, _) in &senders {
        let verdict = check(evidence, points, &Subject::System((*key).clone()));
        match verdict.result {
            CheckResult::Pass => passed += 1,
            CheckResult::Fail | CheckResult::Warn => failed += 1,
            _ => continue,
        }
        for at in [verdict.first, verdict.last].into_iter().flatten() {
            seen.merge(&crate::tally::Seen::once(at));
        }
    }
    let all = i64::try_from(senders.len()).unwrap_or(i64::MAX);
    let least = asked.least("systems_min");
    let (da, en, are) = (SENDER.da(all), SENDER.en(all), either(passed, "is", "are"));
    let answer = if passed >= least {
        Answer::pass(
            format!("{passed} af {da} er tilsluttet."),
            format!("{passed} of {en} {are} connected."),
        )
    } else if failed > 0 || all < least {
        Answer::fail(
            format!("{passed} af {da} er tilsluttet (mindst {least}); {failed} peger forkert."),
            format!(
                "{passed} of {en} {are} connected (at least {least}); {failed} {} wrong.",
                either(failed, "points", "point")
            ),
        )
    } else if asked
        .evidence
        .requirement("MK-A1")
        .is_some_and(|one| one.lists.get("hosts").is_none_or(Vec::is_empty))
    {
        Answer::no_evidence(
            "Listen over tilladte værter (MK-A1) er tom, så ingen kan sige, om et system er tilsluttet.",
            "The list of allowed hosts (MK-A1) is empty, so nobody can say whether a system is connected.",
        )
    } else {
        Answer::no_evidence(
            format!("{passed} af {da} er set sende (mindst {least})."),
            format!("{passed} of {en} seen sending (at least {least})."),
        )
    };
    let answer = answer.configured().over(Period::window(points, evidence.today));
    let answer = answer.count("senders", all).count("connected", passed);
    if seen.is_nothing() { answer } else { answer.seen(&seen) }
}
