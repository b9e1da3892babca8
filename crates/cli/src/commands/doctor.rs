//! `brevdue doctor`.

mod checks;

use std::collections::BTreeMap;

use serde::Serialize;

use crate::config::{ConfigArgs, gather};
use crate::exit::Exit;
use crate::report::{Format, print};

/// Try what the configuration promises, and say what to do about each finding
///
/// Ports, disk space, the time a write takes to be safe, certificates and their expiry, the clock, and
/// the store against itself. Safe beside a running server; the store is read only when none runs.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  brevdue doctor
  brevdue doctor --data /srv/brevdue --format json

Exit codes: 0 nothing that stops us, 2 the configuration or its surroundings, 70 the store is damaged.")]
pub(crate) struct Args {
    #[command(flatten)]
    config: ConfigArgs,
    /// How to print it
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
enum Verdict {
    Good,
    Warning,
    Problem,
    Damage,
}

/// What one check found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Finding {
    check: &'static str,
    verdict: Verdict,
    what: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    todo: Option<String>,
}

impl Finding {
    fn good(check: &'static str, what: impl Into<String>) -> Self {
        Self { check, verdict: Verdict::Good, what: what.into(), todo: None }
    }

    fn bad(
        check: &'static str,
        verdict: Verdict,
        what: impl Into<String>,
        todo: impl Into<String>,
    ) -> Self {
        Self { check, verdict, what: what.into(), todo: Some(todo.into()) }
    }
}

/// Runs every check and prints the findings on stdout.
pub(crate) fn run(args: Args) -> Exit {
    let gathered = match gather(&args.config, std::env::vars_os()) {
        Ok(gathered) => gathered,
        Err(problem) => return problem.print(args.format),
    };
    let findings = checks::all(&gathered.config);
    print(&shown(&findings, args.format));
    exit_of(&findings)
}

fn exit_of(findings: &[Finding]) -> Exit {
    match findings.iter().map(|finding| finding.verdict).max() {
        Some(Verdict::Damage) => Exit::Ours,
        Some(Verdict::Problem) => Exit::Command,
        Some(Verdict::Good | Verdict::Warning) | None => Exit::Done,
    }
}

fn shown(findings: &[Finding], format: Format) -> String {
    if format == Format::Json {
        return format!("{:#}", serde_json::json!({ "findings": findings }));
    }
    let mut text = String::new();
    for finding in findings {
        let mark = match finding.verdict {
            Verdict::Good => "ok     ",
            Verdict::Warning => "warning",
            Verdict::Problem => "problem",
            Verdict::Damage => "damage ",
        };
        text.push_str(&format!("{mark}  {}: {}\n", finding.check, finding.what));
        if let Some(todo) = &finding.todo {
            text.push_str(&format!("         to do: {todo}\n"));
        }
    }
    let mut counts: BTreeMap<Verdict, usize> = BTreeMap::new();
    for finding in findings {
        *counts.entry(finding.verdict).or_default() += 1;
    }
    let count = |verdict| counts.get(&verdict).copied().unwrap_or(0);
    text.push_str(&format!(
        "\n{} checks: {} ok, {} warnings, {} problems, {} damaged",
        findings.len(),
        count(Verdict::Good),
        count(Verdict::Warning),
        count(Verdict::Problem),
        count(Verdict::Damage)
    ));
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worst_finding_decides_how_doctor_ends() {
        let good = Finding::good("disk", "plenty");
        let warning = Finding::bad("clock", Verdict::Warning, "it went back", "set it");
        let problem = Finding::bad("port", Verdict::Problem, "it is taken", "free it");
        let damage = Finding::bad("store", Verdict::Damage, "a file is missing", "restore it");
        for (findings, exit) in [
            (vec![], Exit::Done),
            (vec![good.clone(), warning.clone()], Exit::Done),
            (vec![problem.clone(), warning.clone()], Exit::Command),
            (vec![problem, damage, good], Exit::Ours),
        ] {
            assert_eq!(exit_of(&findings), exit);
        }
    }
}
