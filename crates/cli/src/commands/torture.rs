//! `brevdue torture`.

mod books;
mod child;
mod dice;
mod faults;
mod judging;
mod life;
mod load;
mod receivers;
mod run;
mod town;

use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::exit::Exit;
use crate::report::{Format, Problem, print};

/// Kill an exchange of its own again and again, and compare what senders and receivers then have
///
/// Starts an exchange as a process of its own, sends letters to it over many connections, and kills it
/// at random moments; makes its writes fail, its disk full; tears what it wrote last and flips bits in
/// its files. In the end the books of the senders and of the receivers must agree: no acknowledged
/// letter is lost, none is delivered twice to a receiver that drops what it has, no receipt contradicts
/// another, every letter is accounted for, and the exchange was up again in time after each kill.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  brevdue torture
  brevdue torture --kills 1000 --write-errors 200 --full-disk 200 --torn-pages 200 --flipped-bits 200
  brevdue torture --seed 7 --keep

A seed throws the same dice again; the machine's own timing stays its own. A full disk needs a small
disk, which only root can mount: run `unshare -Urm brevdue torture …` without being root.

Exit codes: 0 all is well, 70 something was lost, doubled or late.")]
pub(crate) struct Args {
    /// Rounds that end in `kill -9`
    #[arg(long, default_value_t = 20)]
    kills: u32,
    /// Rounds in which writes fail
    #[arg(long, default_value_t = 3)]
    write_errors: u32,
    /// Rounds in which the disk is full
    #[arg(long, default_value_t = 3)]
    full_disk: u32,
    /// Rounds after which what was written last is torn
    #[arg(long, default_value_t = 3)]
    torn_pages: u32,
    /// Rounds after which one bit is flipped
    #[arg(long, default_value_t = 3)]
    flipped_bits: u32,
    /// Connections that send
    #[arg(long, default_value_t = 64)]
    connections: usize,
    /// Milliseconds of load before a fault, at most
    #[arg(long, default_value_t = 600)]
    load_milliseconds: u64,
    /// Rounds after which an empty store begins anew, so that no run needs more than a small disk
    #[arg(long, default_value_t = 30)]
    town_rounds: usize,
    /// Seconds in which the exchange must be up again after a kill
    #[arg(long, default_value_t = 2.0)]
    open_within: f64,
    /// What the dice start from; a new one if not given
    #[arg(long)]
    seed: Option<u64>,
    /// Folder to work in; one of its own under the system's temporary folder if not given
    #[arg(long)]
    work: Option<PathBuf>,
    /// Keep the folder even when all is well
    #[arg(long)]
    keep: bool,
    /// How to print the outcome
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// How a run went.
#[derive(Debug, Default, serde::Serialize)]
#[serde(rename_all = "camelCase")]
struct Outcome {
    seed: u64,
    rounds: BTreeMap<faults::Fault, u32>,
    /// Rounds that could not be made, and why.
    skipped: Vec<String>,
    totals: books::Totals,
    /// Stores that were begun.
    towns: usize,
    /// Starts after a fault.
    starts: usize,
    /// Milliseconds from a start after a fault to open doors.
    open_milliseconds_median: u64,
    open_milliseconds_longest: u64,
    /// Milliseconds that the threads of that longest start worked, and waited for a processor.
    longest_worked_milliseconds: u64,
    longest_waited_milliseconds: u64,
    /// Milliseconds of the start that worked most.
    most_worked_milliseconds: u64,
    /// What must not be.
    findings: Vec<String>,
    /// What is left to look at.
    #[serde(skip_serializing_if = "Option::is_none")]
    folder: Option<PathBuf>,
}

/// Tortures and prints the outcome on stdout.
pub(crate) fn run(args: Args) -> Exit {
    let ended = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| {
            Problem::ours("torture::runtime", "the machine gives no threads").because(&error)
        })
        .and_then(|runtime| runtime.block_on(run::run(&args)));
    match ended {
        Ok(outcome) => {
            print(&shown(&outcome, args.format));
            if outcome.findings.is_empty() { Exit::Done } else { Exit::Ours }
        }
        Err(problem) => problem.print(args.format),
    }
}

fn shown(outcome: &Outcome, format: Format) -> String {
    if format == Format::Json {
        return serde_json::to_string_pretty(outcome).unwrap_or_default();
    }
    let mut text = format!("seed {}\n", outcome.seed);
    let rounds: Vec<String> = outcome
        .rounds
        .iter()
        .map(|(fault, count)| {
            let name = match fault {
                faults::Fault::Kill => "kills",
                faults::Fault::WriteErrors => "with write errors",
                faults::Fault::FullDisk => "with a full disk",
                faults::Fault::TornPage => "with a torn page",
                faults::Fault::FlippedBit => "with a flipped bit",
            };
            format!("{count} {name}")
        })
        .collect();
    text.push_str(&format!("rounds: {}\n", rounds.join(", ")));
    outcome.skipped.iter().for_each(|why| text.push_str(&format!("not made: {why}\n")));
    let totals = &outcome.totals;
    text.push_str(&format!(
        "{} letters acknowledged in {} submissions, {} with a receipt; {} handed to receiver systems, {} of them again and dropped there; {} hit by a flipped bit and named\n",
        totals.acknowledged,
        totals.submissions,
        totals.receipts,
        totals.received,
        totals.repeats,
        totals.named
    ));
    text.push_str(&format!(
        "up again after {} ms at the median of {} starts in {} towns, {} ms at the longest (its threads worked {} ms and waited {} ms for a processor); {} ms of work at the most\n",
        outcome.open_milliseconds_median,
        outcome.starts,
        outcome.towns,
        outcome.open_milliseconds_longest,
        outcome.longest_worked_milliseconds,
        outcome.longest_waited_milliseconds,
        outcome.most_worked_milliseconds
    ));
    for finding in &outcome.findings {
        text.push_str(&format!("finding: {finding}\n"));
    }
    if let Some(folder) = &outcome.folder {
        text.push_str(&format!("kept in {}\n", folder.display()));
    }
    text.push_str(if outcome.findings.is_empty() {
        "nothing was lost, doubled or contradicted"
    } else {
        "something was lost, doubled, contradicted or late"
    });
    text
}
