//! `brevdue memo calendar`.

use std::fs;
use std::io::{self, Write as _};
use std::path::PathBuf;

use brevdue_exchange::Clock as _;
use brevdue_gateway::sender::Subfolders;
use brevdue_memo::calendar::{Calendar, ENTRIES_LIMIT, Method};

use super::super::send::counted;
use super::check::Lang;
use super::explain::language;
use super::files::{STDIN, unreadable};
use super::messages::every;
use crate::exit::Exit;
use crate::machine::MachineClock;
use crate::report::{Format, Problem, print, say};

/// Put the appointments and deadlines of letters in a calendar file (iCalendar)
///
/// An appointment becomes an event, a deadline a whole day that keeps nobody busy. Each has the same
/// identifier every time, so a second import replaces the first, and a later letter about the same
/// appointment moves it. Give it all letters at once or one at a time.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Letters without appointments and deadlines give no file, and that is said.

Exit codes: 0 done, 1 a message has errors and is left out, 2 the command line is at fault or a file
cannot be read or written.

Examples:
  brevdue memo calendar letter.xml --out letter.ics
  brevdue memo calendar --lang da inbox/ > all.ics
  brevdue memo calendar --cancel letter.xml --out away.ics")]
pub(super) struct Args {
    /// Messages, containers, folders of them, or - for standard input
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Look into folders in folders too
    #[arg(long)]
    recursive: bool,
    /// The calendar file, or - for standard output
    #[arg(long, value_name = "FILE", default_value = STDIN)]
    out: PathBuf,
    /// Write over a file that is there
    #[arg(long)]
    force: bool,
    /// Take the entries of these letters out of the calendar again
    #[arg(long)]
    cancel: bool,
    /// Language of the words around the letters' own
    #[arg(long, value_enum, default_value_t = Lang::En, env = "BREVDUE_LANG")]
    lang: Lang,
}

/// Makes the file.
pub(super) fn run(args: &Args) -> Exit {
    work(args).unwrap_or_else(|problem| problem.print(Format::Text))
}

fn work(args: &Args) -> Result<Exit, Problem> {
    let subfolders = if args.recursive { Subfolders::Included } else { Subfolders::LeftOut };
    let mut calendar = Calendar::new(language(args.lang));
    let (mut exit, mut messages) = (Exit::Done, 0);
    every(&args.paths, subfolders, &mut |_, message| match message {
        Ok(message) => {
            messages += 1;
            calendar.add(&message);
        }
        Err(problem) => exit = problem.print(Format::Text),
    })?;
    let messages = counted(messages, "message", "messages");
    if calendar.is_empty() {
        say(&format!("no appointment and no deadline in {messages}"));
        return Ok(exit);
    }
    if calendar.omitted() > 0 {
        let limit = counted(ENTRIES_LIMIT as u64, "entry", "entries");
        let omitted = counted(calendar.omitted(), "entry is", "entries are");
        return Err(Problem::command(
            "memo::calendar",
            format!("{omitted} over the limit of {limit} in one calendar"),
        )
        .help("make a calendar of fewer letters at a time"));
    }
    let method = if args.cancel { Method::Cancel } else { Method::Publish };
    let file = calendar.file(method, MachineClock.now());
    if args.out.as_os_str() == STDIN {
        let written = io::stdout().lock().write_all(file.as_bytes());
        written.map_err(|error| unreadable("<stdout>", &error))?;
    } else {
        save(args, file.as_bytes())?;
        let entries = counted(calendar.len() as u64, "entry", "entries");
        print(&format!("{entries} of {messages} in {}", args.out.display()));
    }
    Ok(exit)
}

fn save(args: &Args, bytes: &[u8]) -> Result<(), Problem> {
    let mut options = fs::File::options();
    options.write(true).create(true).truncate(true).create_new(!args.force);
    let outcome = options.open(&args.out).and_then(|mut file| file.write_all(bytes));
    outcome.map_err(|error| {
        let place = args.out.display().to_string();
        match error.kind() {
            io::ErrorKind::AlreadyExists => {
                Problem::command("memo::exists", "there is a file of that name")
                    .at(place)
                    .help("--force writes over it")
            }
            _ => unreadable(&place, &error),
        }
    })
}
