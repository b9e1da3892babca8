//! `brevdue memo show`.

use std::fs::File;
use std::io::{self, BufReader};
use std::path::{Path, PathBuf};

use brevdue_memo::json::Contents;
use brevdue_memo::{Limits, Reading, read};

use super::check::Lang;
use super::explain::language;
use super::files::{STDIN, unreadable};
use crate::exit::Exit;
use crate::report::{Format, Problem, print};

mod contents;
mod json;
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
  brevdue memo show --lang da letter.xml
  brevdue memo show --json letter.xml > letter.json")]
pub(super) struct Args {
    /// The message, or - for standard input
    #[arg(value_name = "FILE", required_unless_present = "json_schema")]
    file: Option<PathBuf>,
    /// Print the whole message as JSON instead; see docs/json.md
    #[arg(long)]
    json: bool,
    /// Print how long each file is instead of its content
    #[arg(long, requires = "json")]
    without_content: bool,
    /// Print the JSON Schema of a version instead of a message
    #[arg(long, value_enum, value_name = "VERSION", conflicts_with_all = ["file", "json"])]
    json_schema: Option<json::SchemaOf>,
    /// Language of the words around the message's own
    #[arg(long, value_enum, default_value_t = Lang::En, env = "BREVDUE_LANG")]
    lang: Lang,
}

/// Shows.
pub(super) fn run(args: &Args) -> Exit {
    let outcome = match (&args.json_schema, &args.file) {
        (Some(version), _) => json::schema(*version),
        (None, Some(file)) if args.json => {
            let contents = if args.without_content { Contents::LeftOut } else { Contents::Whole };
            json::message(file, contents, language(args.lang))
        }
        (None, Some(file)) => return screen(file, args),
        // The command line asks for one of them.
        (None, None) => Ok(()),
    };
    outcome.map_or_else(|problem| problem.print(Format::Text), |()| Exit::Done)
}

fn screen(file: &Path, args: &Args) -> Exit {
    match reading(file) {
        Ok(reading) => {
            print(screen::of(&reading, language(args.lang)).trim_end());
            if reading.message.is_some() { Exit::Done } else { Exit::Message }
        }
        Err(problem) => problem.print(Format::Text),
    }
}

fn reading(file: &Path) -> Result<Reading, Problem> {
    let limits = Limits::default();
    let reading = if file.as_os_str() == STDIN {
        read(io::stdin().lock(), &limits)
    } else {
        File::open(file).and_then(|file| read(BufReader::new(file), &limits))
    };
    reading.map_err(|error| unreadable(&file.display().to_string(), &error))
}
