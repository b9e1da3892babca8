//! `brevdue programme status` and `brevdue programme check`.

use brevdue_programme::catalogue::{Requirement, RequirementKind};
use brevdue_programme::checks::Verdict;
use brevdue_programme::lights::Light;
use brevdue_programme::status::InTheWay;
use serde_json::json;

use super::{Lang, Opened, Which, unread};
use crate::exit::Exit;
use crate::report::{Format, Problem, print};

/// Lines of what is in the way, at most.
const IN_THE_WAY: usize = 15;

/// Tell where a programme stands: its light, milestones, tasks, deadlines and what is in the way
///
/// The same figures as the status report on one page. Nothing that nobody has measured is told as met.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  brevdue programme status
  brevdue programme status --programme tusindfryd --lang en
  brevdue programme status --json

Exit codes: 0 done, 2 there is no such programme.")]
pub(super) struct StatusArgs {
    #[command(flatten)]
    which: Which,
}

/// Fail when a requirement is broken, so that a pipeline stops
///
/// Judges every requirement of every system by the messages that were seen and by the registers. Broken is
/// what fails; what nobody has measured is listed apart, and breaks with --strict once its day has come.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  brevdue programme check
  brevdue programme check --strict --further --json

Exit codes: 0 nothing is broken, 1 a requirement is, 2 there is no such programme.")]
pub(super) struct CheckArgs {
    /// What is required already and nobody has measured is broken, too
    #[arg(long)]
    strict: bool,
    /// The further checks count as well as the official requirements
    #[arg(long)]
    further: bool,
    /// This requirement alone, for example MK-A2; may be given again
    #[arg(long, value_name = "ID")]
    only: Vec<String>,
    #[command(flatten)]
    which: Which,
}

pub(super) fn status(args: &StatusArgs) -> Exit {
    let told = args.which.open().and_then(|opened| standing(&opened, &args.which));
    match told {
        Ok(text) => {
            print(&text);
            Exit::Done
        }
        Err(problem) => problem.print(args.which.format()),
    }
}

fn standing(opened: &Opened, which: &Which) -> Result<String, Problem> {
    let judged = &opened.judged;
    let report = judged.status().map_err(|error| unread(&error))?;
    if which.format() == Format::Json {
        let told = json!({ "id": opened.id, "as_of": opened.now, "report": report });
        return Ok(format!("{told:#}"));
    }
    let (lang, reader) = (which.lang, which.lang.reader());
    let mut text = format!("{} ({}) {}\n", report.programme, report.authority, report.today);
    let mut line = |name: &str, value: String| text.push_str(&format!("  {name:<12} {value}\n"));
    line(lang.pick("lys", "light"), light(report.light.computed, lang).to_owned());
    if let Some((by_hand, why)) = &report.light.by_hand {
        line(lang.pick("sat i hånden", "by hand"), format!("{}: {why}", light(*by_hand, lang)));
    }
    let counts = &report.counts;
    line(
        lang.pick("opgaver", "tasks"),
        format!(
            "{} {} {}, {} {}, {} {}, {} {}",
            counts.done,
            lang.pick("af", "of"),
            counts.all,
            counts.overdue,
            lang.pick("over frist", "overdue"),
            counts.blocked,
            lang.pick("blokeret", "blocked"),
            counts.by_condition,
            lang.pick("lukket af målinger", "closed by what was measured"),
        ),
    );
    for (id, compliance) in &report.compliance {
        let name = judged.plan.milestone(id.as_str());
        let name = name.map_or(id.as_str(), |one| one.kind.name.of(reader));
        line(
            id.as_str(),
            format!(
                "{name}: {} {} / {}, {} {} / {}",
                lang.pick("systemer", "systems"),
                compliance.systems_compliant,
                compliance.systems_in_scope,
                lang.pick("beskeder", "messages"),
                compliance.messages_compliant,
                compliance.messages_sent,
            ),
        );
    }
    for milestone in &report.milestones {
        let day = |day: Option<brevdue_programme::Day>| {
            day.map_or("–".to_owned(), |day| day.to_string())
        };
        let state = match milestone.reached {
            Some(reached) => format!("{} {reached}", lang.pick("nået", "reached")),
            None => format!("{} {}", lang.pick("ventes", "expected"), day(milestone.forecast)),
        };
        line(milestone.id.as_str(), format!("{} ({state})", day(milestone.baseline)));
    }
    if !report.in_the_way.is_empty() {
        text.push_str(lang.pick("i vejen:\n", "in the way:\n"));
        for one in report.in_the_way.iter().take(IN_THE_WAY) {
            text.push_str(&format!("  {}\n", in_the_way(opened, one, lang)));
        }
        let more = report.in_the_way.len().saturating_sub(IN_THE_WAY);
        if more > 0 {
            text.push_str(&format!("  {} {more}\n", lang.pick("og flere:", "and more:")));
        }
    }
    text.push_str(&format!(
        "{} {}, {} {}; {} {}",
        report.basis.measured,
        lang.pick("resultater er målt", "results are measured"),
        report.basis.stated,
        lang.pick("er oplyst eller ukendt", "are stated or unknown"),
        lang.pick("katalog", "catalogue"),
        report.catalogue_version,
    ));
    Ok(text)
}

fn light(light: Light, lang: Lang) -> &'static str {
    match light {
        Light::Green => lang.pick("grønt", "green"),
        Light::Yellow => lang.pick("gult", "yellow"),
        Light::Red => lang.pick("rødt", "red"),
    }
}

fn in_the_way(opened: &Opened, one: &InTheWay, lang: Lang) -> String {
    let (judged, reader) = (&opened.judged, lang.reader());
    let task = |key: &brevdue_programme::Key| {
        let instance = judged.plan.instance(key);
        let title = instance.map(|one| judged.plan.task_of(one).task.title.of(reader));
        format!("{key} {}", title.unwrap_or_default())
    };
    match one {
        InTheWay::Overdue { key, holds_up } => {
            let word = lang.pick("over frist, holder op", "overdue, holds up");
            format!("{}: {word} {holds_up}", task(key))
        }
        InTheWay::Blocked { key, reason } => {
            format!("{}: {} ({reason})", task(key), lang.pick("blokeret", "blocked"))
        }
        InTheWay::Requirement { requirement, subject, result } => {
            let title = judged.requirement(requirement).map(|one| one.title.of(reader));
            let subject = subject.as_ref().map_or(String::new(), |key| format!(" {key}"));
            let label = result.label();
            format!("{requirement}{subject} {}: {}", title.unwrap_or_default(), label.of(reader))
        }
        InTheWay::Decision { key, wanted_by } => {
            let word = lang.pick("beslutning ønsket inden", "decision wanted by");
            format!("{key}: {word} {wanted_by}")
        }
    }
}

pub(super) fn check(args: &CheckArgs) -> Exit {
    let opened = match args.which.open() {
        Ok(opened) => opened,
        Err(problem) => return problem.print(args.which.format()),
    };
    let judged = &opened.judged;
    let is_known = |id: &String| id.parse().is_ok_and(|id| judged.requirement(&id).is_some());
    if let Some(unknown) = args.only.iter().find(|id| !is_known(id)) {
        return Problem::command("programme::requirement", "there is no such requirement")
            .at(unknown.clone())
            .print(args.which.format());
    }
    let asked = |requirement: &Requirement| {
        args.only.is_empty() || args.only.iter().any(|id| id == requirement.id.as_str())
    };
    let counts = |requirement: &Requirement| {
        let official = requirement.kind == RequirementKind::Official;
        official || args.further || !args.only.is_empty()
    };
    let (mut broken, mut unproven) = (judged.broken(), judged.unproven());
    broken.retain(|(requirement, _)| asked(requirement));
    unproven.retain(|(requirement, _)| asked(requirement));
    let (broken, besides): (Vec<_>, Vec<_>) =
        broken.into_iter().partition(|(requirement, _)| counts(requirement));
    let lacking = unproven.iter().filter(|(requirement, _)| counts(requirement)).count();
    let fails = !broken.is_empty() || (args.strict && lacking > 0);
    if args.which.format() == Format::Json {
        let list = |found: &[(&Requirement, &Verdict)]| -> Vec<serde_json::Value> {
            found.iter().map(|(_, verdict)| json!(verdict)).collect()
        };
        let told = json!({
            "id": opened.id,
            "as_of": opened.now,
            "broken": list(&broken),
            "further": list(&besides),
            "unproven": list(&unproven),
            "ok": !fails,
        });
        print(&format!("{told:#}"));
    } else {
        let lang = args.which.lang;
        let mut text = String::new();
        let mut tell = |mark: &str, found: &[(&Requirement, &Verdict)]| {
            for (requirement, verdict) in found {
                text.push_str(&format!("{mark} {}\n", verdict_line(requirement, verdict, lang)));
            }
        };
        tell(lang.pick("brudt  ", "broken "), &broken);
        tell(lang.pick("kontrol", "further"), &besides);
        tell(lang.pick("ukendt ", "unknown"), &unproven);
        text.push_str(&format!(
            "{} {}, {} {}",
            broken.len(),
            lang.pick("krav er brudt", "requirements are broken"),
            unproven.len(),
            lang.pick("mangler evidens", "lack evidence"),
        ));
        print(&text);
    }
    if fails { Exit::Message } else { Exit::Done }
}

fn verdict_line(requirement: &Requirement, verdict: &Verdict, lang: Lang) -> String {
    let reader = lang.reader();
    let subject = verdict.subject.key().map_or(String::new(), |key| format!(" {key}"));
    let why = verdict.why.of(reader);
    let mut line = format!("{}{subject} {}: {why}", requirement.id, requirement.title.of(reader));
    if !verdict.examples.is_empty() {
        let shown: Vec<String> = verdict.examples.iter().take(3).map(ToString::to_string).collect();
        line.push_str(&format!(" [{}]", shown.join(", ")));
    }
    line
}
