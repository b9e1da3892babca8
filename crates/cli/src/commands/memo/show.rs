//! `brevdue memo show`.

use std::fs::File;
use std::io::{self, BufReader};
use std::path::PathBuf;

use brevdue_memo::{Limits, Reading, read};

use super::check::Lang;
use super::explain::language;
use super::files::{STDIN, unreadable};
use crate::exit::Exit;
use crate::report::{Format, Problem, print};

mod contents;
mod parties;
mod screen;

/// Show on one screen what a message is: from whom, to whom, by when, which documents and actions
///
/// It shows what stands in the message, personal data included. Times are those of Denmark.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Exit codes: 0 shown, 1 the message has errors, 2 the file cannot be read.

Examples:
  brevdue memo show letter.xml
  brevdue memo show --lang da letter.xml")]
pub(super) struct Args {
    /// The message, or - for standard input
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Language of the words around the message's own
    #[arg(long, value_enum, default_value_t = Lang::En, env = "BREVDUE_LANG")]
    lang: Lang,
}

/// Shows.
pub(super) fn run(args: &Args) -> Exit {
    match reading(args) {
        Ok(reading) => {
            print(screen::of(&reading, language(args.lang)).trim_end());
            if reading.message.is_some() { Exit::Done } else { Exit::Message }
        }
        Err(problem) => problem.print(Format::Text),
    }
}

fn reading(args: &Args) -> Result<Reading, Problem> {
    let limits = Limits::default();
    let reading = if args.file.as_os_str() == STDIN {
        read(io::stdin().lock(), &limits)
    } else {
        File::open(&args.file).and_then(|file| read(BufReader::new(file), &limits))
    };
    reading.map_err(|error| unreadable(&args.file.display().to_string(), &error))
}
