//! MK-D2 to MK-D4: what is left of the earlier solution, and versions of MeMo.

use std::collections::BTreeSet;

use brevdue_memo::Timestamp;

use super::answer::Answer;
use super::counting::{Period, formats, memo_of};
use super::evidence::live;
use super::number::{ERROR, MESSAGE, either};
use super::receiving::listed;
use super::verdict::Source;
use super::{Asked, CheckResult, Side};
use crate::day::Day;
use crate::ids::{Key, milestones};
use crate::links::OldAddresses;
use crate::objects::{Direction, System};
use crate::observation::{Format, Legacy};
use crate::tally::{Flaw, Tally};

/// Both directions of a system in a period; none when nothing was seen.
fn both(asked: &Asked<'_>, key: &Key, system: &System, period: Period) -> Option<Tally> {
    let side = Side::of(system);
    let mut sum = Tally::default();
    for (asks, direction) in [(side.sends(), Direction::Out), (side.receives(), Direction::In)] {
        if let Some(tally) = asked.evidence.tally(key, direction, period).filter(|_| asks) {
            sum.merge(tally);
        }
    }
    (sum.messages.count > 0).then_some(sum)
}

/// What was seen at or after an instant. Days are counted whole, so on the day of the instant earlier
/// messages may be among them; their number is then the most it can be.
fn at_or_after(flaw: &Flaw, from: Option<Timestamp>) -> bool {
    flaw.count() > 0 && from.is_none_or(|from| flaw.seen.last().is_some_and(|last| last >= from))
}

/// MK-D2.
pub(super) fn none_in_use(asked: &Asked<'_>, system: &System) -> Answer {
    let Some(key) = asked.subject.key() else { return Answer::unknown_check() };
    let (since, whole) = (asked.period_since(), asked.period());
    let period = since.unwrap_or(whole);
    let Some(tally) = both(asked, key, system, period) else {
        return Answer::nothing_seen(period);
    };
    let from = since.and_then(|_| asked.evidence.milestone_instant(milestones::LEGACY_OFF));
    let formats_closed = asked.list("formats");
    let is_old = |name: &str| {
        if formats_closed.is_empty() {
            [Format::Dp1, Format::Dp2, Format::Ebcdic].iter().any(|one| one.word() == name)
        } else {
            formats_closed.iter().any(|one| one.eq_ignore_ascii_case(name))
        }
    };
    // A format is told both by the message and by the service it used; it is counted once.
    let closed: Vec<(&str, &Flaw)> = formats(&tally, is_old)
        .chain(tally.legacy.iter().filter(|(name, _)| CLOSED.iter().any(|one| one.word() == *name)))
        .filter(|(_, flaw)| at_or_after(flaw, from))
        .collect();
    // No public date is known for lists and links, so they are told of and do not fail.
    let fading: Vec<(&str, &Flaw)> = tally
        .legacy
        .iter()
        .filter(|(name, flaw)| {
            FADING.iter().any(|one| one.word() == *name) && at_or_after(flaw, from)
        })
        .collect();
    let total = |of: &[(&str, &Flaw)]| of.iter().map(|(_, flaw)| flaw.count()).sum::<i64>();
    let (closed_count, fading_count) = (total(&closed), total(&fading));
    let names = |of: &[(&str, &Flaw)]| {
        let shown: Vec<String> =
            of.iter().take(5).map(|(name, flaw)| format!("{name}: {}", flaw.count())).collect();
        shown.join(", ")
    };
    let answer = if closed_count > 0 && since.is_none() {
        Answer::not_applicable(
            format!("Endnu tilladt; i brug: {}.", names(&closed)),
            format!("Still allowed; in use: {}.", names(&closed)),
        )
    } else if closed_count > 0 {
        Answer::fail(
            format!("Lukkede tjenester i brug: {}.", names(&closed)),
            format!("Closed services in use: {}.", names(&closed)),
        )
        .shown_by(closed.iter().map(|(_, flaw)| *flaw))
    } else if fading_count > 0 {
        Answer::warn(
            format!("Gamle lister eller links i brug: {}.", names(&fading)),
            format!("Old lists or links in use: {}.", names(&fading)),
        )
        .shown_by(fading.iter().map(|(_, flaw)| *flaw))
    } else {
        let seen = tally.messages.count;
        Answer::pass(
            match seen {
                1 => "Den ene meddelelse bruger intet af den gamle løsning.".to_owned(),
                _ => format!("Ingen af {seen} meddelelser bruger noget af den gamle løsning."),
            },
            match seen {
                1 => "The one message uses nothing of the earlier solution.".to_owned(),
                _ => format!("None of {seen} messages uses anything of the earlier solution."),
            },
        )
    };
    answer
        .over(period)
        .seen(&tally.messages)
        .count("messages", tally.messages.count)
        .count("closed_services", closed_count)
        .count("lists_and_links", fading_count)
}

/// Old links that are told with their places.
const TOLD: usize = 5;

/// Days for which a scan is good where nobody says otherwise.
const SCAN_DAYS: f64 = 90.0;

/// MK-D2, the links of the authority's own pages.
pub(super) fn no_old_links(asked: &Asked<'_>) -> Answer {
    let wanted = OldAddresses::of(asked.requirement);
    if wanted.is_empty() {
        return Answer::no_evidence(
            "Listen over den gamle løsnings adresser er tom, så gamle links kan ikke findes.",
            "The list of addresses of the earlier solution is empty, so no old link can be found.",
        );
    }
    let scan = asked.evidence.scan().and_then(|scan| Some((scan, scan.at?)));
    let Some((scan, at)) = scan else {
        return Answer::no_evidence(
            "Myndighedens sider er ikke gennemgået for gamle links. De meddelelser, der er set, vises ved hvert system.",
            "The authority's pages have not been scanned for old links. Messages that were seen are shown at each system.",
        );
    };
    let day = Day::of(at).unwrap_or(asked.evidence.today);
    let (pages, old, unread) = (scan.pages, scan.old_links, scan.unread_pages);
    let most = asked.limit("scan_days_max", SCAN_DAYS);
    let answer = if old > 0 {
        // What was found stands until another scan finds nothing, however old it is.
        let places = scan.found.iter().take(TOLD);
        let places: Vec<String> =
            places.map(|found| format!("{} → {}", found.page, found.link)).collect();
        let places = places.join("; ");
        Answer::fail(
            format!("{old} gamle links på {pages} sider, set {day}: {places}."),
            format!("{old} old links on {pages} pages, seen on {day}: {places}."),
        )
    } else if f64::from(asked.evidence.today.days_since(day)) > most {
        Answer::no_evidence(
            format!("Siderne blev sidst gennemgået {day}; det er over {most} dage siden."),
            format!("The pages were last scanned on {day}, more than {most} days ago."),
        )
    } else if !wanted.are_among(&scan.addresses) {
        Answer::no_evidence(
            format!("Listen over gamle adresser er ændret, siden siderne blev gennemgået {day}."),
            format!("The list of old addresses has changed since the pages were scanned on {day}."),
        )
    } else if unread > 0 || pages == 0 {
        Answer::no_evidence(
            format!(
                "{unread} sider kunne ikke læses {day}, så ingen ved, hvad de peger på ({pages} blev læst)."
            ),
            format!(
                "{unread} pages could not be read on {day}, so nobody knows where they link to ({pages} were read)."
            ),
        )
    } else {
        Answer::pass(
            format!("Ingen gamle links på {pages} sider med {} links, set {day}.", scan.links),
            format!("No old links on {pages} pages with {} links, seen on {day}.", scan.links),
        )
    };
    let mut answer = answer
        .count("pages", i64::from(pages))
        .count("old_links", i64::try_from(old).unwrap_or(i64::MAX))
        .count("unread_pages", i64::from(unread));
    answer.sources.insert(Source::Scan);
    (answer.first, answer.last) = (Some(at), Some(at));
    if answer.result == CheckResult::Fail {
        answer.failed_at = Some(at);
    }
    answer
}

const CLOSED: [Legacy; 2] = [Legacy::Receipt, Legacy::MailboxSubject];
const FADING: [Legacy; 3] = [Legacy::RegistrationList, Legacy::RecordFormatList, Legacy::DeepLink];

/// What errors say when somebody sends to where the earlier solution was.
const SYMPTOMS: [&str; 2] = ["http.404", "sftp.folder.not.found"];

/// MK-D3.
pub(super) fn no_symptoms(asked: &Asked<'_>, _: &System) -> Answer {
    let Some(key) = asked.subject.key() else { return Answer::unknown_check() };
    let Some(period) = asked.period_since() else {
        return Answer::not_applicable(
            "Gamle formater er ikke lukket endnu.",
            "Legacy formats are not closed yet.",
        );
    };
    let Some(tally) = asked.evidence.tally(key, Direction::Out, period) else {
        return Answer::nothing_seen(period);
    };
    let own: BTreeSet<&str> = asked.list("symptoms").iter().map(String::as_str).collect();
    let is_symptom = |code: &str| {
        if own.is_empty() { SYMPTOMS.contains(&code) } else { own.contains(code) }
    };
    let from = asked.evidence.milestone_instant(milestones::LEGACY_OFF);
    let found: Vec<(&str, &Flaw)> = tally
        .errors
        .iter()
        .filter(|(code, flaw)| is_symptom(code) && at_or_after(flaw, from))
        .collect();
    let count: i64 = found.iter().map(|(_, flaw)| flaw.count()).sum();
    let answer = if count as f64 <= asked.limit("errors_max", 0.0) {
        let seen = tally.messages.count;
        Answer::pass(
            format!("{count} fejl i {} tyder på gamle formater.", MESSAGE.da(seen)),
            format!(
                "{} in {} {} legacy formats.",
                ERROR.en(count),
                MESSAGE.en(seen),
                either(count, "suggests", "suggest")
            ),
        )
    } else {
        Answer::fail(
            format!("{count} fejl som efter lukningen: systemet sender sandsynligvis stadig i et gammelt format."),
            format!("{} as after the shutdown: the system probably still sends in a legacy format.", ERROR.en(count)),
        )
        .shown_by(found.iter().map(|(_, flaw)| *flaw))
    };
    answer.over(period).seen(&tally.messages).count("errors", count)
}

/// MK-D4.
pub(super) fn versions(asked: &Asked<'_>, system: &System) -> Answer {
    let Some(key) = asked.subject.key() else { return Answer::unknown_check() };
    let side = Side::of(system);
    let sent = side.sends().then(|| sent_versions(asked, key));
    let declared = side.receives().then(|| declared_version(system));
    match (sent, declared) {
        (Some(sent), Some(declared)) => worse(sent, declared),
        (Some(one), None) | (None, Some(one)) => one,
        (None, None) => Answer::unknown_check(),
    }
}

/// What is said of a system that does both: the worse of the two, with both texts.
fn worse(one: Answer, two: Answer) -> Answer {
    use super::CheckResult::{Fail, NoEvidence, NotApplicable, Pass, Warn};
    let rank = |answer: &Answer| match answer.result {
        Fail => 0,
        Warn => 1,
        NoEvidence => 2,
        NotApplicable => 3,
        Pass => 4,
    };
    let (mut first, second) = if rank(&one) <= rank(&two) { (one, two) } else { (two, one) };
    first.why.da = format!("{} {}", first.why.da, second.why.da);
    first.why.en = format!("{} {}", first.why.en, second.why.en);
    first.counts.extend(second.counts);
    first.sources.extend(second.sources);
    first.window = first.window.or(second.window);
    first.first = match (first.first, second.first) {
        (Some(one), Some(two)) => Some(one.min(two)),
        (one, two) => one.or(two),
    };
    first.last = first.last.max(second.last);
    first
}

fn sent_versions(asked: &Asked<'_>, key: &Key) -> Answer {
    let only_newest = asked.period_since();
    let period = only_newest.unwrap_or_else(|| asked.period());
    let Some(tally) = asked.evidence.tally(key, Direction::Out, period) else {
        return Answer::nothing_seen(period);
    };
    let mut old: Vec<&Flaw> = Vec::new();
    let mut foreign: Vec<&Flaw> = Vec::new();
    let allowed = asked.list("versions");
    for (name, flaw) in formats(tally, |format| format == Format::Memo.word()) {
        let version = name.split_once(' ').map_or("", |(_, version)| version);
        let is_allowed = if allowed.is_empty() {
            matches!(version, "1.1" | "1.2")
        } else {
            allowed.iter().any(|one| one == version)
        };
        if !is_allowed && flaw.count() > 0 {
            foreign.push(flaw);
        } else if matches!(version, "1.0" | "1.1") && flaw.count() > 0 {
            old.push(flaw);
        }
    }
    let count = |of: &[&Flaw]| of.iter().map(|flaw| flaw.count()).sum::<i64>();
    let (foreign_count, old_count) = (count(&foreign), count(&old));
    let schema_version = tally.schema_version.count();
    let dated = asked.evidence.from_day(asked.requirement).is_some();
    let versions = listed(&tally.formats);
    let answer = if foreign_count > 0 || schema_version > 0 {
        Answer::fail(
            format!(
                "{} i en version, der ikke er tilladt; {schema_version} i 1.2 med memoSchVersion. \
                 {versions}.",
                MESSAGE.da(foreign_count)
            ),
            format!(
                "{} in a version that is not allowed; {schema_version} in 1.2 with memoSchVersion. \
                 {versions}.",
                MESSAGE.en(foreign_count)
            ),
        )
        .shown_by(foreign.into_iter().chain((schema_version > 0).then_some(&tally.schema_version)))
    } else if old_count > 0 && dated {
        // Before the date the requirement is only coming, and what is settled elsewhere makes it a warning.
        Answer::fail(
            format!("{} er endnu i version 1.1. {versions}.", MESSAGE.da(old_count)),
            format!("{} still in version 1.1. {versions}.", MESSAGE.en(old_count)),
        )
        .shown_by(old)
    } else if memo_of(tally) == 0 {
        Answer::no_evidence(
            format!("Ingen MeMo i perioden {period}."),
            format!("No MeMo in {period}."),
        )
    } else {
        Answer::pass(
            format!("Kun tilladte versioner. {versions}."),
            format!("Allowed versions only. {versions}."),
        )
    };
    answer
        .over(period)
        .seen(&tally.messages)
        .count("not_allowed", foreign_count)
        .count("version_1_1", old_count)
        .count("schema_version", schema_version)
}

fn declared_version(system: &System) -> Answer {
    let interfaces: Vec<_> = live(system, Direction::In).collect();
    let declared: Vec<&str> =
        interfaces.iter().filter_map(|one| one.declared_memo_version.as_deref()).collect();
    if declared.is_empty() {
        return Answer::no_evidence(
            "Registret siger ikke, hvilken version systemet modtager.",
            "The register does not say which version the system receives.",
        );
    }
    let unproved = interfaces
        .iter()
        .any(|one| one.declared_memo_version.is_some() && one.conformance_passed.is_none());
    let versions = declared.join(", ");
    if unproved {
        Answer::no_evidence(
            format!("Modtager siger {versions}, men har ikke bestået overensstemmelsesprøven."),
            format!("The receiver says {versions}, but has not passed the conformance set."),
        )
        .configured()
    } else {
        Answer::pass(
            format!("Modtager {versions}, og prøven er bestået."),
            format!("Receives {versions}, and has passed the set."),
        )
        .configured()
    }
}
