//! `brevdue memo pack`.

use std::collections::HashSet;
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Seek, Write};
use std::path::{Path, PathBuf};

use brevdue_gateway::sender::Subfolders;
use brevdue_memo::container::{ContainerLimits, Packer, unpack};
use brevdue_memo::{Limits, read_header};
use tempfile::NamedTempFile;

use super::super::send::{counted, grouped};
use super::files::{spooled, unreadable, walk};
use crate::exit::Exit;
use crate::report::{Format, Problem, print};

/// Pack messages into a container that the official libraries read
///
/// Entries are named <messageUUID>.xml. Messages of other containers are packed anew.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Exit codes: 0 packed, 1 a message tells no id, or two tell the same (nothing is written), 2 the command
line is at fault or a file cannot be read or written.

Example:
  brevdue memo pack march.tar.lzma outbox/")]
pub(super) struct Args {
    /// The container to write (.tar.lzma)
    #[arg(value_name = "OUT")]
    out: PathBuf,
    /// Messages, containers, folders of them, or - for standard input
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Look into folders in folders too
    #[arg(long)]
    recursive: bool,
    /// Write over a file that is there
    #[arg(long)]
    force: bool,
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
    let mut container = Container::create(&args.out, args.force)?;
    let mut fault = None;
    walk(
        &args.paths,
        subfolders,
        &mut |found| {
            if fault.is_none()
                && let Some(what) = container.add(found.reader)?
            {
                fault = Some((found.place, what));
            }
            Ok(())
        },
        &mut |_, _| {},
    )?;
    if let Some((place, what)) = fault {
        let mut problem = Problem::command("memo::pack", what).at(place);
        problem.exit = Exit::Message;
        return Err(problem.help("`brevdue memo check` tells what is wrong with it"));
    }
    container.finish()
}

/// A container on its way to a file; nothing is seen of it until it is whole.
pub(super) struct Container {
    out: PathBuf,
    force: bool,
    packer: Packer<BufWriter<NamedTempFile>>,
    ids: HashSet<uuid::Uuid>,
    bytes: u64,
}

impl Container {
    pub(super) fn create(out: &Path, force: bool) -> Result<Self, Problem> {
        let place = out.display().to_string();
        if !place.to_ascii_lowercase().ends_with(".lzma") {
            return Err(Problem::command(
                "memo::container-name",
                "a container's name ends in .tar.lzma",
            )
            .at(place));
        }
        if out.exists() && !force {
            return Err(Problem::command("memo::exists", "there is a file of that name")
                .at(place)
                .help("--force writes over it"));
        }
        let folder =
            out.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let part = NamedTempFile::new_in(folder).map_err(|error| unreadable(&place, &error))?;
        let packer =
            Packer::new(BufWriter::new(part)).map_err(|error| unreadable(&place, &error))?;
        Ok(Self { out: out.to_owned(), force, packer, ids: HashSet::new(), bytes: 0 })
    }

    /// Adds a message, or says why it cannot be one of this container.
    pub(super) fn add(&mut self, reader: &mut dyn Read) -> io::Result<Option<&'static str>> {
        let (mut file, length_bytes) = spooled(reader)?;
        let reading = read_header(BufReader::new(&mut file), &Limits::default())?;
        let Some(uuid) = reading.glimpse.message_uuid else {
            return Ok(Some("this message tells no messageUUID"));
        };
        if !self.ids.insert(uuid.value()) {
            return Ok(Some("another message has the same messageUUID"));
        }
        file.rewind()?;
        let name = format!("{}.xml", uuid.value());
        self.packer.append(&name, length_bytes, &mut BufReader::new(file))?;
        self.bytes += length_bytes;
        Ok(None)
    }

    /// Gives the container its name and says what it holds.
    pub(super) fn finish(self) -> Result<String, Problem> {
        let place = self.out.display().to_string();
        let disk = |error: io::Error| unreadable(&place, &error);
        if self.ids.is_empty() {
            return Err(Problem::command("memo::nothing", "there is nothing to pack"));
        }
        let mut part = self.packer.finish().map_err(disk)?;
        part.flush().map_err(disk)?;
        let part = part.into_inner().map_err(|error| disk(error.into_error()))?;
        part.as_file().sync_all().map_err(disk)?;
        let persisted =
            if self.force { part.persist(&self.out) } else { part.persist_noclobber(&self.out) };
        persisted.map_err(|error| disk(error.error))?;
        let packed_bytes = std::fs::metadata(&self.out).map_err(disk)?.len();
        let mut text = format!(
            "{} in {place}, {} bytes from {}",
            counted(self.ids.len() as u64, "message", "messages"),
            grouped(packed_bytes),
            grouped(self.bytes)
        );
        // Letters that are much alike shrink so far that an exchange takes them for a bomb.
        let again = File::open(&self.out).map_err(disk)?;
        if let Err(error) =
            unpack(BufReader::new(again), &ContainerLimits::default(), &mut |entry| {
                io::copy(entry.reader, &mut io::sink()).map(|_| ())
            })
        {
            text.push_str(&format!("\nwarning: an exchange may refuse it: {error}"));
        }
        Ok(text)
    }
}
