//! `brevdue queue`.

use clap::Subcommand;
use reqwest::Method;
use serde_json::Value;
use uuid::Uuid;

use crate::config::{ConfigArgs, gather};
use crate::exit::Exit;
use crate::folder::Folder;
use crate::operations::ask;
use crate::report::{Format, Problem, print};

/// Look at the work of a running exchange, hold it, let it go, do it again, or delete it
///
/// Work is what is still to be done with letters and receipts: checking, delivering on a date, pushing.
/// Nothing printed names a person or quotes a letter.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  brevdue queue list
  brevdue queue hold 019abc12-…        nobody does it until it is let go
  brevdue queue release 019abc12-…
  brevdue queue requeue 019abc12-…     due now, its failures forgotten
  brevdue queue delete 019abc12-…      a push; the letter stays, to be fetched
  brevdue queue explain 8a6c1f70-…     a letter, by messageUUID, submission or key

Exit codes: 0 done, 2 there is no such work or no exchange runs, 70 our own fault.")]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
    #[command(flatten)]
    config: ConfigArgs,
    /// How to print it
    #[arg(long, value_enum, default_value_t, global = true)]
    format: Format,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// List the work, what is due first first
    List {
        /// Page, from 0
        #[arg(long, default_value_t = 0)]
        page: u64,
        /// Pieces of work on a page
        #[arg(long, default_value_t = 50)]
        size: u64,
    },
    /// Put work on hold
    Hold {
        /// Its id, as `list` shows it
        id: Uuid,
    },
    /// Let go of work on hold
    Release {
        /// Its id, as `list` shows it
        id: Uuid,
    },
    /// Do work again from the start, now
    Requeue {
        /// Its id, as `list` shows it
        id: Uuid,
    },
    /// Delete a push; the letter or receipt stays, to be fetched
    Delete {
        /// Its id, as `list` shows it
        id: Uuid,
    },
    /// Tell all that is known of a letter, without what it says
    Explain {
        /// messageUUID, id of the submission, or our key
        id: Uuid,
    },
}

/// Asks the running exchange and prints its answer on stdout.
pub(crate) fn run(args: Args) -> Exit {
    let answer = gather(&args.config, std::env::vars_os()).and_then(|gathered| {
        let folder = Folder::at(&gathered.config.data).map_err(|error| {
            Problem::command("data::folder", "the data folder cannot be found").because(&error)
        })?;
        let (method, question) = match &args.command {
            Command::List { page, size } => {
                (Method::GET, format!("/queue?page={page}&size={size}"))
            }
            Command::Hold { id } => (Method::POST, format!("/queue/{id}/hold")),
            Command::Release { id } => (Method::POST, format!("/queue/{id}/release")),
            Command::Requeue { id } => (Method::POST, format!("/queue/{id}/requeue")),
            Command::Delete { id } => (Method::DELETE, format!("/queue/{id}")),
            Command::Explain { id } => (Method::GET, format!("/explain/{id}")),
        };
        asked(&folder, method, &question)
    });
    match answer {
        Ok(answer) => {
            print(&shown(&args.command, &answer, args.format));
            Exit::Done
        }
        Err(problem) => problem.print(args.format),
    }
}

/// The answer of the exchange that runs on a folder.
pub(crate) fn asked(folder: &Folder, method: Method, question: &str) -> Result<Value, Problem> {
    ask(folder, method, question)?.ok_or_else(|| {
        Problem::command("operations::none", "no exchange runs on this data folder")
            .at(folder.root().display().to_string())
            .help("start it with `brevdue up`, or name another folder with --data")
    })
}

fn shown(command: &Command, answer: &Value, format: Format) -> String {
    if format == Format::Json {
        return format!("{answer:#}");
    }
    match command {
        Command::List { .. } => {
            let work = answer["work"].as_array().map_or(&[][..], Vec::as_slice);
            let mut text = String::new();
            for one in work {
                let word = |name: &str| one[name].as_str().unwrap_or("-").to_owned();
                let failures = one["failures"].as_u64().unwrap_or(0);
                text.push_str(&format!(
                    "{}  {:<12} {:<11} {:<7} due {}",
                    word("id"),
                    word("work"),
                    word("lane"),
                    word("state"),
                    word("due")
                ));
                if failures > 0 {
                    text.push_str(&format!(
                        "  failed {failures} times since {}",
                        word("failingSince")
                    ));
                }
                text.push('\n');
            }
            text + &format!("{} of {}", work.len(), answer["total"])
        }
        Command::Explain { .. } => {
            let mut text = String::new();
            for letter in answer["letters"].as_array().map_or(&[][..], Vec::as_slice) {
                let word = |name: &str| letter[name].as_str().unwrap_or("-").to_owned();
                text.push_str(&format!(
                    "letter {} in submission {}: {}, {} bytes, received {}\n",
                    word("messageUuid"),
                    word("transmission"),
                    word("state"),
                    letter["bytes"],
                    word("receivedAt")
                ));
                for (name, what) in [("events", "event"), ("receipts", "receipt"), ("work", "work")]
                {
                    for line in letter[name].as_array().map_or(&[][..], Vec::as_slice) {
                        text.push_str(&format!(
                            "  {what}: {}\n",
                            line.as_str().unwrap_or_default()
                        ));
                    }
                }
            }
            text.trim_end().to_owned()
        }
        Command::Hold { .. } => "on hold".into(),
        Command::Release { .. } => "due now".into(),
        Command::Requeue { .. } => "due now, from the start".into(),
        Command::Delete { .. } => "deleted".into(),
    }
}
