//! `brevdue programme report`.

use std::path::PathBuf;

use brevdue_office::reporting::{self, Asked, Form, NotMade, Report};
use brevdue_programme::Key;
use brevdue_programme::across::Viewer;
use brevdue_programme::change::HistoryLine;

use super::{Opened, Which, unread};
use crate::exit::Exit;
use crate::folder::write_private;
use crate::opening::blocking;
use crate::report::{Format, Problem, print};

/// Lines of history that a report is made of, at most.
const HISTORY: usize = 5_000;

/// Write a report as a file: R1 to R11, or OP0 for the slides
///
/// R1 status on one page, R2 compliance, R3 systems, R4 a supplier, R5 potential, R6 tasks and plan,
/// R7 readiness, R8 training, R9 operation, R10 all programmes side by side, R11 log of changes, OP0 the
/// presentation for communication. R10 is of every programme in the data folder; --programme narrows it.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  brevdue programme report R1
  brevdue programme report R1 --form pptx --out status.pptx
  brevdue programme report R6 --form ics --lang en
  brevdue programme report R10 --out overview.xlsx

Exit codes: 0 done, 2 there is no such programme, report or form.")]
pub(super) struct Args {
    /// Which report
    #[arg(value_parser = report)]
    report: Report,
    /// Form: pdf, xlsx, csv, pptx, ics, project, openproject or jira [default: the report's usual one]
    #[arg(long, value_parser = form)]
    form: Option<Form>,
    /// File to write [default: the report's name and the day, here]
    #[arg(long, alias = "to", value_name = "FILE")]
    out: Option<PathBuf>,
    /// The supplier, for R4 [default: the first]
    #[arg(long, value_name = "KEY")]
    supplier: Option<String>,
    #[command(flatten)]
    which: Which,
}

fn report(word: &str) -> Result<Report, String> {
    Report::from_word(word).ok_or_else(|| {
        let words: Vec<&str> = Report::ALL.iter().map(|one| one.word()).collect();
        words.join(", ")
    })
}

fn form(word: &str) -> Result<Form, String> {
    Form::from_word(word).ok_or_else(|| {
        let words: Vec<&str> = Form::ALL.iter().map(|one| one.word()).collect();
        words.join(", ")
    })
}

/// Writes it and says where.
pub(super) fn run(args: &Args) -> Exit {
    let written = match args.report {
        Report::R10 => across(args),
        _ => args.which.open().and_then(|opened| write(args, &opened)),
    };
    match written {
        Ok((path, bytes)) => {
            let told = path.display().to_string();
            print(&match args.which.format() {
                Format::Json => serde_json::json!({ "file": told, "bytes": bytes }).to_string(),
                Format::Text => told,
            });
            Exit::Done
        }
        Err(problem) => problem.print(args.which.format()),
    }
}

fn write(args: &Args, opened: &Opened) -> Result<(PathBuf, usize), Problem> {
    let form = args.form.unwrap_or(args.report.forms()[0]);
    let history = if args.report == Report::R11 { history(opened)? } else { Vec::new() };
    let supplier: Option<Key> = args
        .supplier
        .as_deref()
        .map(|key| {
            key.parse().map_err(|error: brevdue_programme::ids::NotAKey| {
                Problem::command("programme::supplier", error.to_string())
            })
        })
        .transpose()?;
    let asked = Asked {
        id: opened.id,
        judged: &opened.judged,
        language: args.which.lang.reader(),
        supplier: supplier.as_ref(),
        history: &history,
    };
    let bytes = asked.make(args.report, form).map_err(|error| not_made(&error))?;
    let path = args.out.clone().unwrap_or_else(|| asked.file_name(args.report, form).into());
    save(&path, &bytes)?;
    Ok((path, bytes.len()))
}

/// R10: of all programmes in use, or of those that --programme fits.
fn across(args: &Args) -> Result<(PathBuf, usize), Problem> {
    let form = args.form.unwrap_or(args.report.forms()[0]);
    let (programmes, now) = args.which.all()?;
    let filter = args.which.programme.as_deref().unwrap_or_default();
    let across = blocking(programmes.across(Viewer::HoldsTheData, filter, now))?;
    let across = across.map_err(|error| unread(&error))?;
    if across.lines.is_empty() {
        return Err(Problem::command("programme::which", "that names no programme in use")
            .help("leave --programme out for all of them"));
    }
    let made = reporting::across(&across, args.which.lang.reader(), form);
    let bytes = made.map_err(|error| not_made(&error))?;
    let path = args.out.clone().unwrap_or_else(|| reporting::across_name(&across, form).into());
    save(&path, &bytes)?;
    Ok((path, bytes.len()))
}

/// Newest first.
fn history(opened: &Opened) -> Result<Vec<HistoryLine>, Problem> {
    blocking(async {
        let mut lines = Vec::new();
        let mut before = None;
        while lines.len() < HISTORY {
            let page = opened.programmes.history(opened.id, None, before, 1000).await?;
            let Some((last, _)) = page.last() else { break };
            before = Some(*last);
            lines.extend(page.into_iter().map(|(_, line)| line));
        }
        Ok(lines)
    })?
    .map_err(|error: brevdue_programme::storage::StorageError| unread(&error))
}

fn not_made(error: &NotMade) -> Problem {
    match error {
        NotMade::NoSuchForm(report, _) => {
            let forms: Vec<&str> = report.forms().iter().map(|form| form.word()).collect();
            Problem::command("programme::form", error.to_string())
                .help(format!("choose with --form: {}", forms.join(", ")))
        }
        NotMade::NoSuchSupplier(_) => Problem::command("programme::supplier", error.to_string()),
        other => Problem::ours("programme::report", "the report could not be made").because(other),
    }
}

/// Writes a file that only its owner reads: names of people may be in it.
pub(super) fn save(path: &std::path::Path, bytes: &[u8]) -> Result<(), Problem> {
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    write_private(&absolute, bytes).map_err(|error| {
        Problem::command("programme::file", "the file cannot be written")
            .at(path.display().to_string())
            .because(&error)
    })
}
