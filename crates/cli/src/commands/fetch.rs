//! `brevdue fetch`.

use std::fmt::Write as _;
use std::io::IsTerminal as _;
use std::path::PathBuf;

use brevdue_gateway::Patience;
use brevdue_gateway::account::Role;
use brevdue_gateway::limits::CONNECTIONS;
use brevdue_gateway::receiver::{
    FetchHalt, FetchReport, FetchTally, Fetching, FolderError, Progress, Until, fetch,
};
use indicatif::{ProgressBar, ProgressStyle};
use tokio_util::sync::CancellationToken;

use super::send::calling::{MachineStamps, listen_for_interruption, runtime, stopped_by};
use super::send::who::Who;
use super::send::{counted, grouped};
use crate::exit::Exit;
use crate::report::{Format, Problem, print};

/// Remarks told one by one in a text.
const TOLD: usize = 10;

/// Fetch the messages that wait for a receiver system, keep them in a folder, and give the receipts
///
/// A message gets its receipt, and leaves the exchange, only when it is safe in the folder as
/// <messageUUID>.xml. Interrupted anywhere, the next run does what is left. Messages that are not valid
/// are kept in DIR/invalid; other bytes under a known id are kept in DIR/aside and not answered.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Exit codes: 0 everything was fetched and in order, 1 a message was not in order, 2 the command line,
the token, the certificate or the folder is at fault, 3 the exchange could not be reached (run it again:
it goes on), 70 our own fault.

Examples:
  brevdue fetch --as 87654321 --out inbox
  brevdue fetch --to https://api.test.digitalpost.dk --cert own.pem --key own.key --out inbox --follow")]
pub(crate) struct Args {
    /// The folder for messages; made if it is not there
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Keep fetching until stopped
    #[arg(long)]
    follow: bool,
    /// Messages fetched at the same time
    #[arg(long, value_name = "N", default_value_t = 4, value_parser = clap::value_parser!(u64).range(1..=CONNECTIONS as u64))]
    connections: u64,
    /// How to report
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    #[command(flatten)]
    who: Who,
}

/// Fetches.
pub(crate) fn run(args: Args) -> Exit {
    match work(&args) {
        Ok(exit) => exit,
        Err(problem) => problem.print(args.format),
    }
}

fn work(args: &Args) -> Result<Exit, Problem> {
    let caller = args.who.caller(Role::Receiver, Patience::default())?;
    let fetching = Fetching {
        folder: args.out.clone(),
        until: if args.follow { Until::Stopped } else { Until::Empty },
        connections: usize::try_from(args.connections).unwrap_or(CONNECTIONS),
    };
    let bar = Bar::new(args.format);
    let runtime = runtime()?;
    let report = runtime.block_on(async {
        let stop = CancellationToken::new();
        let listening = tokio::spawn(listen_for_interruption(stop.clone()));
        let report = Box::pin(fetch(&caller.client, &fetching, &MachineStamps, &bar, &stop)).await;
        listening.abort();
        report
    });
    runtime.shutdown_background();
    bar.0.finish_and_clear();
    let report = report.map_err(|error| unusable(&error))?;
    match args.format {
        Format::Text => print(text(&report).trim_end()),
        Format::Json => print(&serde_json::to_string_pretty(&report.json()).map_err(|error| {
            Problem::ours("fetch::report", "the report could not be written").because(&error)
        })?),
    }
    let told = problem(&report, args.follow).map(|problem| problem.print(args.format));
    let wrong = report.tally.invalid + report.tally.aside > 0;
    Ok(told.unwrap_or(if wrong { Exit::Message } else { Exit::Done }))
}

/// The report for people.
fn text(report: &FetchReport) -> String {
    let tally = &report.tally;
    let mut text = format!("{} fetched\n", counted(tally.seen, "message", "messages"));
    for (name, count) in [
        ("in order", tally.completed),
        ("invalid", tally.invalid),
        ("aside", tally.aside),
        ("gone", tally.gone),
    ] {
        if count > 0 {
            let _ = writeln!(text, "  {name:<12} {:>10}", grouped(count));
        }
    }
    if tally.already_there > 0 {
        let there = counted(tally.already_there, "message was", "messages were");
        let _ = writeln!(text, "{there} in the folder already");
    }
    if !report.remarks.is_empty() {
        text.push_str("\nnot in order:\n");
    }
    for remark in report.remarks.iter().take(TOLD) {
        let path = remark.path.as_deref().unwrap_or("not kept");
        let _ = writeln!(text, "  {}, {path}: {}: {}", remark.message, remark.code, remark.text);
    }
    if report.remarks.len() > TOLD {
        let more = grouped((report.remarks.len() - TOLD) as u64);
        let _ = writeln!(text, "  and {more} more; --format json tells them all");
    }
    text
}

/// What kept the run from its end, if anything did. Stopping is the end of a run that keeps going.
fn problem(report: &FetchReport, follow: bool) -> Option<Problem> {
    match report.halt.as_ref()? {
        FetchHalt::Interrupted if follow => None,
        FetchHalt::Interrupted => {
            let mut problem = Problem::command("fetch::interrupted", "interrupted")
                .help("run the same command again; it goes on where it was");
            problem.exit = Exit::Outside;
            Some(problem)
        }
        FetchHalt::Exchange(error) => Some(stopped_by(error)),
        halt @ FetchHalt::Folder(_) => {
            Some(Problem::command("fetch::folder", "the run was ended to be safe").because(halt))
        }
        halt => Some(
            Problem::command("fetch::aside", halt.to_string())
                .help("look at what is in the folder aside, and remove what has been dealt with"),
        ),
    }
}

fn unusable(error: &FolderError) -> Problem {
    let problem = Problem::command("fetch::folder", error.to_string()).at("--out");
    match std::error::Error::source(error) {
        Some(cause) => problem.because(cause),
        None => problem,
    }
}

/// A bar on a terminal; nothing anywhere else.
struct Bar(ProgressBar);

impl Bar {
    fn new(format: Format) -> Self {
        if format != Format::Text || !std::io::stderr().is_terminal() {
            return Self(ProgressBar::hidden());
        }
        let bar = ProgressBar::new_spinner();
        Self(match ProgressStyle::with_template("{spinner} {pos} fetched  {msg}") {
            Ok(style) => bar.with_style(style),
            Err(_) => bar,
        })
    }
}

impl Progress for Bar {
    fn changed(&self, tally: &FetchTally, waiting: u64) {
        self.0.set_position(tally.seen);
        self.0.set_message(format!("{} on the list at the last look", grouped(waiting)));
    }
}
