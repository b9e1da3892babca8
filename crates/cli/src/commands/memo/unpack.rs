//! `brevdue memo unpack`.

use std::fs::{self, File};
use std::io::{self, BufReader, Read, Write};
use std::path::{Path, PathBuf};

use brevdue_gateway::limits::own_container;
use brevdue_memo::container::{ContainerError, unpack};
use brevdue_memo::{Limits, read_header};
use tempfile::NamedTempFile;

use super::super::send::counted;
use super::files::unreadable;
use crate::exit::Exit;
use crate::report::{Format, Problem, print, say};

/// Unpack a container into a folder, each message as <messageUUID>.xml
///
/// The names in the container are not used, so it cannot write anywhere else. A message that tells no id
/// becomes entry-<number>.xml.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Exit codes: 0 unpacked, 1 the container is broken, or holds another message under the name of one that is
there (it is left out), 2 the command line is at fault or a file cannot be read or written.

Example:
  brevdue memo unpack march.tar.lzma letters/")]
pub(super) struct Args {
    /// The container (.tar.lzma, .tar.xz, .tar.gz, .tar.zst)
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The folder; made if it is not there
    #[arg(value_name = "DIR")]
    folder: PathBuf,
}

/// Unpacks.
pub(super) fn run(args: &Args) -> Exit {
    match work(args) {
        Ok(exit) => exit,
        Err(problem) => problem.print(Format::Text),
    }
}

fn work(args: &Args) -> Result<Exit, Problem> {
    let source = args.file.display().to_string();
    let target = args.folder.display().to_string();
    let file = File::open(&args.file).map_err(|error| unreadable(&source, &error))?;
    fs::create_dir_all(&args.folder).map_err(|error| unreadable(&target, &error))?;
    let (mut written, mut left_out) = (0, 0);
    let outcome = unpack(BufReader::new(file), &own_container(), &mut |entry| {
        let (part, name) = part(&args.folder, entry.number, entry.reader)?;
        if keep(part, &args.folder.join(&name))? {
            written += 1;
        } else {
            left_out += 1;
            say(&format!(
                "warning[memo::exists]: other bytes are there under the name of entry {}\n   at: {name}",
                entry.number
            ));
        }
        Ok(())
    });
    print(&format!("{} in {target}", counted(written, "message", "messages")));
    match outcome {
        Ok(_) if left_out == 0 => Ok(Exit::Done),
        Ok(_) => Ok(Exit::Message),
        Err(ContainerError::Io(error)) => Err(unreadable(&source, &error)),
        Err(error) => {
            let mut problem = Problem::command("memo::container", error.to_string()).at(source);
            problem.exit = Exit::Message;
            Err(problem)
        }
    }
}

/// Writes an entry to a hidden file and finds its name.
fn part(
    folder: &Path,
    number: usize,
    reader: &mut dyn Read,
) -> io::Result<(NamedTempFile, String)> {
    let mut part = NamedTempFile::new_in(folder)?;
    io::copy(reader, &mut part)?;
    part.flush()?;
    let again = BufReader::new(part.reopen()?);
    let name = match read_header(again, &Limits::default())?.glimpse.message_uuid {
        Some(uuid) => format!("{}.xml", uuid.value()),
        None => format!("entry-{number:05}.xml"),
    };
    Ok((part, name))
}

/// Gives a file its name; false when other bytes have it.
fn keep(part: NamedTempFile, path: &Path) -> io::Result<bool> {
    match part.persist_noclobber(path) {
        Ok(_) => Ok(true),
        Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => {
            let (mut new, mut old) =
                (BufReader::new(error.file.reopen()?), BufReader::new(File::open(path)?));
            same(&mut new, &mut old)
        }
        Err(error) => Err(error.error),
    }
}

fn same(one: &mut dyn Read, other: &mut dyn Read) -> io::Result<bool> {
    let (mut a, mut b) = (Vec::new(), Vec::new());
    loop {
        a.clear();
        b.clear();
        one.take(64 << 10).read_to_end(&mut a)?;
        other.take(64 << 10).read_to_end(&mut b)?;
        if a != b || a.is_empty() {
            return Ok(a == b);
        }
    }
}
