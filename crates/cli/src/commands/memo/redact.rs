//! `brevdue memo redact`.

use std::io;
use std::path::{Path, PathBuf};

use brevdue_gateway::sender::Subfolders;
use brevdue_memo::redact::{Redactor, Uuids};
use brevdue_memo::{Language, write};

use super::super::send::counted;
use super::check::Lang;
use super::files::{spooled, unreadable, walk};
use super::opened::{at_fault, opened};
use super::output::{STDOUT, unwritten, write_to};
use crate::exit::Exit;
use crate::report::{Format, Problem, say};

/// Mask what tells of people, so that a message can be shown to others
///
/// Identity numbers, names, addresses, contact data, free text and the content of files are replaced by
/// invented ones; codes, dates, types and structure stay, and what was valid stays valid. The same text
/// becomes the same mask in all messages given at once. Look at the result before you hand it on: dates
/// and codes stay, and can be enough to tell who is meant.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Exit codes: 0 redacted, 1 a message cannot be read whole (it is left out), 2 the command line is at fault
or a file cannot be read or written.

Examples:
  brevdue memo redact letter.xml > shown.xml
  brevdue memo redact inbox/ many.tar.lzma --out shown/")]
pub(super) struct Args {
    /// Messages, containers, folders of them, or - for standard input
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// A folder (it gets <messageUUID>.xml of each), a file for one message, or - for standard output
    #[arg(long, value_name = "OUT", default_value = STDOUT)]
    out: PathBuf,
    /// Look into folders in folders too
    #[arg(long)]
    recursive: bool,
    /// Replace the UUIDs of messages and appointments too, the same ones the same way
    #[arg(long)]
    uuids: bool,
    /// Write over files that are there
    #[arg(long)]
    force: bool,
    /// Language of findings
    #[arg(long, value_enum, default_value_t = Lang::En, env = "BREVDUE_LANG")]
    lang: Lang,
}

/// Redacts.
pub(super) fn run(args: &Args) -> Exit {
    work(args).unwrap_or_else(|problem| problem.print(Format::Text))
}

fn work(args: &Args) -> Result<Exit, Problem> {
    let subfolders = if args.recursive { Subfolders::Included } else { Subfolders::LeftOut };
    let into_folder = args.out.is_dir() || args.out.to_string_lossy().ends_with('/');
    if into_folder {
        std::fs::create_dir_all(&args.out)
            .map_err(|error| unreadable(&args.out.display().to_string(), &error))?;
    }
    let uuids = if args.uuids { Uuids::Replaced } else { Uuids::Kept };
    let mut work = Work {
        redactor: Redactor::new(uuids),
        folder: into_folder.then_some(args.out.as_path()),
        args,
        language: args.lang.language(),
        written: 0,
        fault: None,
    };
    let exit = std::cell::Cell::new(Exit::Done);
    walk(
        &args.paths,
        subfolders,
        &mut |found| {
            if work.fault.is_none()
                && let Err(problem) = work.one(&found.place, found.reader)?
            {
                if problem.exit == Exit::Message {
                    exit.set(problem.print(Format::Text));
                } else {
                    work.fault = Some(problem);
                }
            }
            Ok(())
        },
        &mut |place, error| {
            let problem = at_fault("memo::container", "a container is not in order", &place);
            exit.set(problem.because(&error).print(Format::Text));
        },
    )?;
    if let Some(problem) = work.fault {
        return Err(problem);
    }
    if into_folder {
        let place = args.out.display();
        say(&format!("{} in {place}", counted(work.written, "message", "messages")));
    }
    Ok(exit.get())
}

struct Work<'a> {
    redactor: Redactor,
    folder: Option<&'a Path>,
    args: &'a Args,
    language: Language,
    written: u64,
    /// What ends the work: the command or the disk is at fault.
    fault: Option<Problem>,
}

impl Work<'_> {
    fn one(&mut self, place: &str, reader: &mut dyn io::Read) -> io::Result<Result<(), Problem>> {
        let (file, _) = spooled(reader)?;
        Ok(opened(file, place, self.language).and_then(|opened| {
            let (mut message, source) = (opened.message, opened.source);
            self.redactor.redact(&mut message);
            let out = match self.folder {
                Some(folder) => folder.join(format!("{}.xml", message.header.message_uuid.value())),
                None if self.written > 0 => {
                    let what = "there are several messages and --out is not a folder";
                    return Err(Problem::command("memo::paths", what)
                        .help("name a folder, with a slash at its end when it is not there yet"));
                }
                None => self.args.out.clone(),
            };
            let mut source = source;
            write_to(&out, self.args.force, &mut |out| {
                write(&message, &mut source, out).map_err(unwritten)
            })?;
            self.written += 1;
            Ok(())
        }))
    }
}
