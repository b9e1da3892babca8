//! `brevdue memo convert`.

use std::path::PathBuf;

use brevdue_memo::convert::{Loss, convert, losses};
use brevdue_memo::json::{self, Contents};
use brevdue_memo::{Language, MemoVersion, write};

use super::check::Lang;
use super::opened::{Opened, at_fault, open};
use super::output::{STDOUT, unwritten, write_to};
use crate::exit::Exit;
use crate::report::{Format, Problem, say};

/// Make a message one of the other version, or JSON, or XML of JSON
///
/// Whatever the other version cannot say is named first, and nothing is written until --accept-loss says
/// that it may be lost.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Exit codes: 0 written, 1 the message has errors, or something would be lost (nothing is written), 2 the
command line is at fault or a file cannot be read or written.

Examples:
  brevdue memo convert --to 1.1 letter.xml --out old.xml
  brevdue memo convert --to json letter.xml > letter.json
  brevdue memo convert --to xml letter.json --out letter.xml")]
pub(super) struct Args {
    /// What to make of it
    #[arg(long, value_enum)]
    to: To,
    /// The message as XML or JSON, or - for standard input
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Where to write, - for standard output
    #[arg(long, value_name = "FILE", default_value = STDOUT)]
    out: PathBuf,
    /// Let go of what the other version cannot say
    #[arg(long)]
    accept_loss: bool,
    /// Write over a file that is there
    #[arg(long)]
    force: bool,
    /// Language of the losses
    #[arg(long, value_enum, default_value_t = Lang::En, env = "BREVDUE_LANG")]
    lang: Lang,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum To {
    /// MeMo 1.1 as XML
    #[value(name = "1.1")]
    V1_1,
    /// MeMo 1.2 as XML
    #[value(name = "1.2")]
    V1_2,
    /// XML, in the version it has
    Xml,
    /// JSON as docs/json.md shows it
    Json,
}

impl To {
    fn version(self) -> Option<MemoVersion> {
        match self {
            Self::V1_1 => Some(MemoVersion::V1_1),
            Self::V1_2 => Some(MemoVersion::V1_2),
            Self::Xml | Self::Json => None,
        }
    }
}

/// Converts.
pub(super) fn run(args: &Args) -> Exit {
    match work(args) {
        Ok(()) => Exit::Done,
        Err(problem) => problem.print(Format::Text),
    }
}

fn work(args: &Args) -> Result<(), Problem> {
    let language = args.lang.language();
    let Opened { mut message, mut source } = open(&args.file, language)?;
    if let Some(version) = args.to.version() {
        let lost = losses(&message, version);
        if !lost.is_empty() && !args.accept_loss {
            return Err(would_lose(&lost, version, args, language));
        }
        for loss in convert(&mut message, version) {
            say(&format!("lost: {}", line(&loss, language)));
        }
    }
    write_to(&args.out, args.force, &mut |out| match args.to {
        To::Json => json::write(&message, &mut source, Contents::Whole, out),
        _ => write(&message, &mut source, out).map_err(unwritten),
    })
}

fn line(loss: &Loss, language: Language) -> String {
    format!("{}: {}", loss.path, loss.text(language))
}

fn would_lose(lost: &[Loss], version: MemoVersion, args: &Args, language: Language) -> Problem {
    let what = format!("version {version} cannot say all that the message says");
    let place = args.file.display().to_string();
    let mut problem = at_fault("memo::loss", &what, &place);
    problem.why.extend(lost.iter().map(|loss| line(loss, language)));
    problem.help("--accept-loss lets go of it; nothing was written")
}
