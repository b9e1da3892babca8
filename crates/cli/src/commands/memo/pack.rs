//! `brevdue memo pack`.

use std::num::{NonZeroU64, NonZeroUsize};
use std::path::PathBuf;

use brevdue_gateway::sender::Subfolders;
use brevdue_memo::container::{DictionarySize, PackOptions};

use super::files::walk;
use crate::exit::Exit;
use crate::report::{Format, Problem, print};

mod container;
mod many;

pub(super) use container::Container;

/// Pack messages into a container that the official libraries read
///
/// Entries are named <messageUUID>.xml. Messages of other containers are packed anew. With --per-archive
/// or --bytes-per-archive the messages are cut into several containers, packed at the same time, in a
/// folder; each is named by a UUID of its own.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Exit codes: 0 packed, 1 a message tells no id, two tell the same, or a container among the inputs is broken
(nothing is written), 2 the command line is at fault or a file cannot be read or written.

Examples:
  brevdue memo pack march.tar.lzma outbox/
  brevdue memo pack --per-archive 1000 containers/ outbox/")]
pub(super) struct Args {
    /// The container to write (.tar.lzma), or the folder for several
    #[arg(value_name = "OUT")]
    out: PathBuf,
    /// Messages, containers, folders of them, or - for standard input
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Look into folders in folders too
    #[arg(long)]
    recursive: bool,
    /// Write over a file that is there
    #[arg(long, conflicts_with_all = ["per_archive", "bytes_per_archive"])]
    force: bool,
    /// Begin another container after so many messages
    #[arg(long, value_name = "N")]
    per_archive: Option<NonZeroUsize>,
    /// Begin another container before it holds more than so many bytes of messages
    #[arg(long, value_name = "BYTES")]
    bytes_per_archive: Option<NonZeroU64>,
    /// Containers packed at the same time; as many as there are processors unless told
    #[arg(long, value_name = "N")]
    jobs: Option<NonZeroUsize>,
    /// MiB of the dictionary the header declares: 4, 8, 16, 32, 64 or 128
    #[arg(long, value_name = "MIB", default_value = "16", value_parser = dictionary)]
    dictionary: DictionarySize,
}

fn dictionary(text: &str) -> Result<DictionarySize, String> {
    let size = text.parse().ok().and_then(DictionarySize::from_mebibytes);
    size.ok_or_else(|| "the official libraries read 4, 8, 16, 32, 64 and 128".to_owned())
}

/// Packs.
pub(super) fn run(args: &Args) -> Exit {
    match work(args) {
        Ok(packed) => {
            print(&packed);
            Exit::Done
        }
        Err(problem) => problem.print(Format::Text),
    }
}

fn work(args: &Args) -> Result<String, Problem> {
    let subfolders = if args.recursive { Subfolders::Included } else { Subfolders::LeftOut };
    let options = PackOptions { dictionary: args.dictionary };
    let cut = many::Cut { messages: args.per_archive, bytes: args.bytes_per_archive };
    if args.per_archive.is_some() || args.bytes_per_archive.is_some() {
        let processors = || std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
        let jobs = args.jobs.unwrap_or_else(processors);
        return many::pack(&args.out, &args.paths, subfolders, &cut, &options, jobs);
    }
    let mut container = Container::with_options(&args.out, args.force, &options)?;
    let (mut fault, mut broken) = (None, None);
    walk(
        &args.paths,
        subfolders,
        &mut |found| {
            if fault.is_none()
                && let Some(what) = container.add(found.reader)?
            {
                fault = Some((found.place, what.to_owned()));
            }
            Ok(())
        },
        // What cannot be read to its end may have lost letters.
        &mut |place, error| broken = broken.take().or(Some((place, error.to_string()))),
    )?;
    if let Some((place, what)) = fault.or(broken) {
        return Err(not_packable(place, what));
    }
    container.finish()
}

fn not_packable(place: String, what: String) -> Problem {
    let mut problem = Problem::command("memo::pack", what).at(place);
    problem.exit = Exit::Message;
    problem.help("`brevdue memo check` tells what is wrong with it")
}
