//! The overview of operation (R9): what is measured of each system, and what will soon need somebody.

use brevdue_programme::Language;
use brevdue_programme::checks::{CheckResult, Period, Side, Subject, Verdict};
use brevdue_programme::objects::{Direction, Environment, System};
use brevdue_programme::programmes::Judged;
use brevdue_programme::tally::{Few, Tally};
use brevdue_programme::{Day, Key, RequirementId};

/// The requirement whose window the figures are of: receipts, which are judged by the month.
const WINDOW: &str = "MK-D8";

/// Names of a list told in one cell.
const NAMES: usize = 8;

/// Rows with a heading row: one for each system in use and each direction it has, and one for each name that
/// traffic shows and nobody registered. Where nothing was measured, the cell says so and is never a zero.
pub(super) fn rows(judged: &Judged, language: Language) -> Vec<Vec<String>> {
    let said = |da: &str, en: &str| if language == Language::Da { da } else { en }.to_owned();
    let mut rows = vec![vec![
        said("System", "System"),
        said("Navn", "Name"),
        said("Retning", "Direction"),
        said("Periode", "Period"),
        said("Meddelelser", "Messages"),
        said("Modtaget af løsningen", "Taken by the solution"),
        said("Formater og versioner", "Formats and versions"),
        said("Ugyldige", "Invalid"),
        said("Fejl", "Errors"),
        said("Kvitteringer", "Receipts"),
        said("Venter", "Waiting"),
        said("Transport", "Transport"),
        said("Sidst set", "Last seen"),
        said("Certifikat udløber", "Certificate ends"),
        said("Dage til udløb", "Days to the end"),
        said("Modtager nær deaktivering (MK-D1)", "Receiver near deactivation (MK-D1)"),
    ]];
    let Some(requirement) = judged.evidence.requirement(WINDOW) else { return rows };
    let period = Period::window(requirement, judged.plan.today);
    let nothing = said("intet målt", "nothing measured");
    for (key, system) in judged.evidence.systems() {
        let side = Side::of(system);
        for (has, direction) in [(side.sends(), Direction::Out), (side.receives(), Direction::In)] {
            if !has {
                continue;
            }
            let tally = judged.evidence.tally(key, direction, period);
            let mut row =
                vec![key.to_string(), system.name.clone(), direction.label(language).into()];
            row.extend(figures(tally, period, &nothing));
            let last = judged.evidence.ever(key, direction).and_then(|seen| seen.last());
            let last = last.and_then(|at| Day::of(at).ok()).map(|day| day.to_string());
            row.push(last.unwrap_or_else(|| nothing.clone()));
            row.extend(certificate(system, direction, judged.plan.today));
            row.push(deactivation(judged, key, direction, language));
            rows.push(row);
        }
    }
    for (name, direction, sum) in judged.evidence.unknown() {
        let Some(tally) = sum.over(period).filter(|tally| tally.messages.count > 0) else {
            continue;
        };
        let unknown = said("ikke i registret", "not in the register");
        let mut row = vec![name.to_owned(), unknown, direction.label(language).into()];
        row.extend(figures(Some(tally), period, &nothing));
        let last = tally.messages.last().and_then(|at| Day::of(at).ok());
        row.push(last.map_or_else(String::new, |day| day.to_string()));
        row.extend([String::new(), String::new(), String::new()]);
        rows.push(row);
    }
    rows
}

fn figures(tally: Option<&Tally>, period: Period, nothing: &str) -> Vec<String> {
    let period = period.to_string();
    let Some(tally) = tally else {
        return std::iter::once(period).chain(std::iter::repeat_n(nothing.to_owned(), 8)).collect();
    };
    vec![
        period,
        tally.messages.count.to_string(),
        tally.accepted.count.to_string(),
        named(&tally.formats),
        tally.invalid.count().to_string(),
        named(&tally.errors),
        named(&tally.receipts),
        tally.waiting.count().to_string(),
        named(&tally.transports),
    ]
}

/// Names with their counts, most first.
fn named(few: &Few) -> String {
    let mut names: Vec<(&str, i64)> = few.iter().map(|(name, flaw)| (name, flaw.count())).collect();
    names.retain(|(_, count)| *count > 0);
    names.sort_by_key(|(name, count)| (-count, *name));
    let shown: Vec<String> =
        names.iter().take(NAMES).map(|(name, count)| format!("{name}: {count}")).collect();
    shown.join(", ")
}

/// The first certificate of active interfaces that ends, and in how many days.
fn certificate(system: &System, direction: Direction, today: Day) -> [String; 2] {
    let in_use = system.interfaces.iter().filter(|one| {
        one.active
            && one.direction == Some(direction)
            && one.environment.is_none_or(|environment| environment == Environment::Prod)
    });
    let ends = in_use.filter_map(|one| one.certificate.as_ref()?.valid_to).min();
    match ends {
        Some(day) => [day.to_string(), day.days_since(today).to_string()],
        None => [String::new(), String::new()],
    }
}

fn deactivation(judged: &Judged, key: &Key, direction: Direction, language: Language) -> String {
    let verdict = || -> Option<&Verdict> {
        let id: RequirementId = "MK-D1".parse().ok()?;
        let subject = Subject::System(key.clone());
        judged.matrix.cell(&subject, &id)
    };
    match verdict().filter(|_| direction == Direction::In) {
        Some(verdict) if verdict.result == CheckResult::Pass => {
            verdict.result.label().of(language).to_owned()
        }
        Some(verdict) => {
            let label = verdict.result.label();
            format!("{}: {}", label.of(language), verdict.why.of(language))
        }
        None => String::new(),
    }
}
