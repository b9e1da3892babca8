//! `brevdue send`.

pub(crate) mod calling;
mod summary;
pub(crate) mod who;

use std::io::IsTerminal as _;
use std::path::PathBuf;
use std::time::Duration;

use brevdue_gateway::account::Role;
use brevdue_gateway::limits::CONNECTIONS;
use brevdue_gateway::sender::{
    FaultyHeaders, Halt, InputError, JournalError, Progress, SendError, SendReport, Sending, Start,
    Subfolders, Tally, send,
};
use brevdue_gateway::Patience;
use indicatif::{ProgressBar, ProgressStyle};
use tokio_util::sync::CancellationToken;

use self::calling::{MachineStamps, listen_for_interruption, runtime, stopped_by};
pub(crate) use self::summary::{counted, grouped};
use self::who::Who;
use crate::exit::Exit;
use crate::report::{Format, Problem, print};

/// Send messages, folders of messages and containers, and wait for their receipts
///
/// Every file is sent once, however often the command is interrupted and run again: what the exchange
/// has confirmed is in a journal, and so is every business receipt before it is removed at the exchange.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Exit codes: 0 everything was delivered (with --wait 0: received), 1 a message was not, 2 the command
line, the token or the certificate is at fault, 3 the exchange could not be reached or receipts did
not come in time (run it again: it goes on), 70 our own fault.

Examples:
  brevdue send --as 12345678 letter.xml
  brevdue send --as 12345678 --tls outbox/ many.tar.lzma
  brevdue send --to https://api.test.digitalpost.dk --cert own.pem --key own.key outbox/")]
pub(crate) struct Args {
    /// Messages (.xml), containers (.tar.lzma, .tar.xz, .tar.gz, .tar.zst) and folders of them
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Give up when no business receipt has come for this many seconds; 0 waits for none
    #[arg(long, value_name = "SECONDS", default_value_t = 60, value_parser = clap::value_parser!(u64).range(..=86_400))]
    wait: u64,
    /// Calls at the same time
    #[arg(long, value_name = "N", default_value_t = 4, value_parser = clap::value_parser!(u64).range(1..=CONNECTIONS as u64))]
    connections: u64,
    /// Start over: set the journal aside and send everything again
    #[arg(long)]
    again: bool,
    /// Look into folders in folders too
    #[arg(long)]
    recursive: bool,
    /// Send messages whose header has errors, as long as it tells which message it is
    #[arg(long)]
    force: bool,
    /// Folder of the journals [default: the user's state folder; with --as, the data folder]
    #[arg(long, value_name = "DIR", env = "BREVDUE_STATE")]
    state: Option<PathBuf>,
    /// How to report
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    #[command(flatten)]
    who: Who,
}

/// Sends and waits.
pub(crate) fn run(args: Args) -> Exit {
    match work(&args) {
        Ok(exit) => exit,
        Err(problem) => problem.print(args.format),
    }
}

fn work(args: &Args) -> Result<Exit, Problem> {
    let caller = args.who.caller(Role::Sender, Patience::default())?;
    let journals = match (&args.state, &caller.country) {
        (Some(folder), _) => folder.clone(),
        (None, Some(data)) => data.join("sent"),
        (None, None) => state_folder()?,
    };
    let sending = Sending {
        paths: args.paths.clone(),
        subfolders: if args.recursive { Subfolders::Included } else { Subfolders::LeftOut },
        journals,
        start: if args.again { Start::Over } else { Start::WhereItWas },
        wait: Duration::from_secs(args.wait),
        connections: usize::try_from(args.connections).unwrap_or(CONNECTIONS),
        faulty: if args.force { FaultyHeaders::Send } else { FaultyHeaders::Keep },
    };
    let bar = Bar::new(args.format);
    let runtime = runtime()?;
    let report = runtime.block_on(async {
        let stop = CancellationToken::new();
        let listening = tokio::spawn(listen_for_interruption(stop.clone()));
        let report = Box::pin(send(&caller.client, &sending, &MachineStamps, &bar, &stop)).await;
        listening.abort();
        report
    });
    runtime.shutdown_background();
    bar.0.finish_and_clear();
    let report = report.map_err(|error| not_begun(&error))?;
    match args.format {
        Format::Text => print(summary::text(&report).trim_end()),
        Format::Json => print(&serde_json::to_string_pretty(&report.json()).map_err(|error| {
            Problem::ours("send::report", "the report could not be written").because(&error)
        })?),
    }
    let told = problem(&report, args.wait).map(|problem| problem.print(args.format));
    Ok(told.unwrap_or(if report.tally.negative() > 0 { Exit::Message } else { Exit::Done }))
}

/// What kept the run from its end, if anything did.
fn problem(report: &SendReport, wait: u64) -> Option<Problem> {
    let again = "run the same command again; it goes on where it was";
    match &report.halt {
        Some(Halt::Exchange(error)) => Some(stopped_by(error)),
        Some(Halt::Interrupted) => {
            let mut problem = Problem::command("send::interrupted", "interrupted").help(again);
            problem.exit = Exit::Outside;
            Some(problem)
        }
        Some(halt) => Some(Problem::command("send::journal", "the run was ended to be safe").because(halt)),
        None if report.tally.waiting() > 0 && wait > 0 => {
            let what = format!("no receipt has come for {}", counted(wait, "second", "seconds"));
            let mut problem = Problem::command("send::waiting", what)
                .help(format!("{again}. A system that has its receipts pushed to it gets none here"));
            problem.exit = Exit::Outside;
            Some(problem)
        }
        None => None,
    }
}

fn not_begun(error: &SendError) -> Problem {
    match error {
        SendError::Input(input) => {
            let code = match input {
                InputError::Unreadable { .. } => "send::no-such-file",
                InputError::NotOurs { .. } => "send::not-a-message",
                InputError::Empty { .. } => "send::empty-folder",
                _ => "send::paths",
            };
            told(code, input)
        }
        SendError::Journal(journal) => match journal {
            JournalError::InUse { .. } => told("send::in-use", journal).help("wait for the other run to end"),
            JournalError::Damaged { .. } => {
                told("send::journal", journal).help("--again sets it aside and sends everything again")
            }
            _ => told("send::journal", journal).help("--state DIR names another folder for journals"),
        },
        _ => told("send", error),
    }
}

fn told(code: &'static str, error: &(dyn std::error::Error + 'static)) -> Problem {
    let problem = Problem::command(code, error.to_string());
    match error.source() {
        Some(cause) => problem.because(cause),
        None => problem,
    }
}

/// Where the user's programs keep their state.
fn state_folder() -> Result<PathBuf, Problem> {
    let variable = |name| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    variable("XDG_STATE_HOME")
        .or_else(|| variable("HOME").map(|home| home.join(".local/state")))
        .map(|state| state.join("brevdue/send"))
        .ok_or_else(|| {
            Problem::command("send::no-state", "there is no folder for the journal")
                .help("--state DIR names one")
        })
}

/// A bar on a terminal; nothing anywhere else.
struct Bar(ProgressBar);

impl Bar {
    fn new(format: Format) -> Self {
        if format != Format::Text || !std::io::stderr().is_terminal() {
            return Self(ProgressBar::hidden());
        }
        let style = ProgressStyle::with_template("{bar:40} {pos}/{len} answered  {msg}");
        let bar = ProgressBar::new(0);
        Self(match style {
            Ok(style) => bar.with_style(style),
            Err(_) => bar,
        })
    }
}

impl Progress for Bar {
    fn changed(&self, tally: &Tally) {
        self.0.set_length(tally.messages);
        self.0.set_position(tally.messages - tally.waiting());
        if tally.files_left > 0 {
            self.0.set_message(format!("{} to go", counted(tally.files_left, "file", "files")));
        } else {
            self.0.set_message("");
        }
    }
}
