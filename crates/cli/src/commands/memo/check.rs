//! `brevdue memo check`.

use std::fmt::Write as _;
use std::path::PathBuf;

use brevdue_gateway::sender::Subfolders;
use brevdue_memo::rulebook;
use brevdue_memo::{Finding, Language, Limits, Reading, Severity, read};
use serde::Serialize;

use super::super::send::counted;
use super::files::walk;
use crate::exit::Exit;
use crate::report::{Format, Problem, print};

/// Check the syntax and schema of messages, also those in folders and containers
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Syntax and schema are checked. What an exchange decides besides (file names and types, links, dates,
who may write to whom) is told by its business receipt; docs/exchange.md lists it.

Exit codes: 0 no message has an error, 1 one has, 2 the command line is at fault or a file cannot be
read. Warnings do not count as errors.

Examples:
  brevdue memo check letter.xml
  brevdue memo check --lang da outbox/ many.tar.lzma
  make-letter | brevdue memo check --format json -")]
pub(super) struct Args {
    /// Messages, containers, folders of them, or - for standard input
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Look into folders in folders too
    #[arg(long)]
    recursive: bool,
    /// Language of the findings
    #[arg(long, value_enum, default_value_t = Lang::En, env = "BREVDUE_LANG")]
    lang: Lang,
    /// How to report
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// The languages findings are told in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Lang {
    /// Danish
    Da,
    /// English
    En,
}

impl Lang {
    /// The language of the library's texts.
    pub(super) fn language(self) -> Language {
        match self {
            Self::Da => Language::Danish,
            Self::En => Language::English,
        }
    }
}

/// The words around findings.
struct Words {
    language: Language,
    error: &'static str,
    warning: &'static str,
    info: &'static str,
    at: &'static str,
    rule: &'static str,
    help: &'static str,
}

const ENGLISH: Words = Words {
    language: Language::English,
    error: "error",
    warning: "warning",
    info: "info",
    at: "   at",
    rule: " rule",
    help: " help",
};

const DANISH: Words = Words {
    language: Language::Danish,
    error: "fejl",
    warning: "advarsel",
    info: "oplysning",
    at: " sted",
    rule: "regel",
    help: "hjælp",
};

/// The count of a check.
#[derive(Debug, Default, Clone, Copy, Serialize)]
#[serde(rename_all = "camelCase")]
struct Count {
    messages: u64,
    in_order: u64,
    errors: u64,
    warnings: u64,
    containers_broken: u64,
}

/// One message as programs read it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Told<'a> {
    file: &'a str,
    #[serde(rename = "messageUUID")]
    message_uuid: Option<String>,
    memo_version: Option<&'static str>,
    in_order: bool,
    findings: Vec<ToldFinding<'a>>,
    findings_omitted: u64,
}

#[derive(Serialize)]
struct ToldFinding<'a> {
    rule: &'a str,
    severity: &'static str,
    path: &'a str,
    line: u64,
    column: u64,
    text: &'a str,
    help: Option<&'static str>,
}

/// Checks.
pub(super) fn run(args: &Args) -> Exit {
    match work(args) {
        Ok(exit) => exit,
        Err(problem) => problem.print(args.format),
    }
}

fn work(args: &Args) -> Result<Exit, Problem> {
    let words = match args.lang {
        Lang::Da => &DANISH,
        Lang::En => &ENGLISH,
    };
    let subfolders = if args.recursive { Subfolders::Included } else { Subfolders::LeftOut };
    let json = args.format == Format::Json;
    let count = std::cell::Cell::new(Count::default());
    let first = std::cell::Cell::new(true);
    // Told one by one, so that a container of thousands costs no memory.
    let tell = |text: String| {
        let comma = if json && !first.replace(false) { "," } else { "" };
        print(&format!("{comma}{text}"));
    };
    if json {
        print("{\"messages\":[");
    }
    let outcome = walk(
        &args.paths,
        subfolders,
        &mut |found| {
            let reading = read(found.reader, &Limits::default())?;
            count.set(counted_with(count.get(), &reading));
            if json {
                tell(serde_json::to_string(&told(&found.place, &reading, words.language))?);
            } else {
                let findings = reading.findings.list.iter();
                findings.for_each(|finding| tell(text(&found.place, finding, words)));
                if reading.findings.omitted > 0 {
                    tell(format!("   at: {}: {} more\n", found.place, reading.findings.omitted));
                }
            }
            Ok(())
        },
        &mut |place, error| {
            let before = count.get();
            count.set(Count { containers_broken: before.containers_broken + 1, ..before });
            if json {
                let why = error.to_string();
                tell(
                    serde_json::json!({ "file": place, "inOrder": false, "error": why })
                        .to_string(),
                );
            } else {
                let (word, at) = (words.error, words.at);
                tell(format!("{word}[container.invalid]: {error}\n{at}: {place}\n"));
            }
        },
    );
    let count = count.get();
    if json {
        let summary = serde_json::to_string(&count).unwrap_or_default();
        print(&format!("],\"summary\":{summary}}}"));
    } else if outcome.is_ok() {
        print(&summary(&count, words.language));
    }
    outcome?;
    let wrong = count.in_order < count.messages || count.containers_broken > 0;
    Ok(if wrong { Exit::Message } else { Exit::Done })
}

fn counted_with(before: Count, reading: &Reading) -> Count {
    let of =
        |severity| reading.findings.list.iter().filter(|f| f.severity == severity).count() as u64;
    Count {
        messages: before.messages + 1,
        in_order: before.in_order + u64::from(is_in_order(reading)),
        errors: before.errors + of(Severity::Error) + reading.findings.omitted,
        warnings: before.warnings + of(Severity::Warning),
        ..before
    }
}

fn is_in_order(reading: &Reading) -> bool {
    reading.message.is_some() && !reading.findings.has_errors()
}

fn help(finding: &Finding, language: Language) -> Option<&'static str> {
    rulebook::rule(finding.rule).map(|rule| match language {
        Language::Danish => rule.fix_danish,
        Language::English => rule.fix_english,
    })
}

fn told<'a>(file: &'a str, reading: &'a Reading, language: Language) -> Told<'a> {
    let findings = reading.findings.list.iter().map(|finding| ToldFinding {
        rule: finding.rule,
        severity: match finding.severity {
            Severity::Info => "info",
            Severity::Warning => "warning",
            Severity::Error => "error",
        },
        path: &finding.path,
        line: finding.position.line,
        column: finding.position.column,
        text: finding.text(language),
        help: help(finding, language),
    });
    Told {
        file,
        message_uuid: reading.glimpse.message_uuid.map(|uuid| uuid.value().to_string()),
        memo_version: reading.glimpse.version.map(|version| version.as_str()),
        in_order: is_in_order(reading),
        findings: findings.collect(),
        findings_omitted: reading.findings.omitted,
    }
}

/// A finding for people, with an empty line after it.
fn text(place: &str, finding: &Finding, words: &Words) -> String {
    let severity = match finding.severity {
        Severity::Info => words.info,
        Severity::Warning => words.warning,
        Severity::Error => words.error,
    };
    let mut text =
        format!("{severity}[memo::{}]: {}\n", finding.rule, finding.text(words.language));
    let position = finding.position;
    let _ = write!(text, "{}: {place}:{}:{}", words.at, position.line, position.column);
    if !finding.path.is_empty() {
        let _ = write!(text, ", {}", finding.path);
    }
    let anchor = finding.rule.to_ascii_lowercase();
    let _ = writeln!(text, "\n{}: docs/rules.md#{anchor}", words.rule);
    if let Some(help) = help(finding, words.language) {
        let _ = writeln!(text, "{}: {help}", words.help);
    }
    text
}

fn summary(count: &Count, language: Language) -> String {
    let wrong = count.messages - count.in_order;
    let mut text = match language {
        Language::English => format!(
            "{}: {} in order by syntax and schema, {wrong} not ({}, {})",
            counted(count.messages, "message", "messages"),
            count.in_order,
            counted(count.errors, "error", "errors"),
            counted(count.warnings, "warning", "warnings"),
        ),
        Language::Danish => format!(
            "{}: {} i orden efter syntaks og skema, {wrong} ikke ({} fejl, {})",
            counted(count.messages, "meddelelse", "meddelelser"),
            count.in_order,
            count.errors,
            counted(count.warnings, "advarsel", "advarsler"),
        ),
    };
    if count.containers_broken > 0 {
        let _ = match language {
            Language::English => write!(
                text,
                "; {} could not be read to the end",
                counted(count.containers_broken, "container", "containers")
            ),
            Language::Danish => write!(
                text,
                "; {} kunne ikke læses til ende",
                counted(count.containers_broken, "container", "containere")
            ),
        };
    }
    text
}
