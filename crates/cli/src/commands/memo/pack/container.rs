//! One container on its way to a file: nothing is seen of it until it is whole.

use std::collections::HashSet;
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Seek};
use std::path::{Path, PathBuf};

use brevdue_memo::container::{ContainerLimits, PackOptions, Packer, unpack};
use brevdue_memo::{Limits, read_header};
use tempfile::{NamedTempFile, TempPath};
use uuid::Uuid;

use super::super::files::{spooled, unreadable};
use crate::commands::send::{counted, grouped};
use crate::report::Problem;

pub(super) const NO_UUID: &str = "this message tells no messageUUID";
pub(super) const UUID_TWICE: &str = "another message has the same messageUUID";

/// A container that will have a name of the caller's choice.
pub(in super::super) struct Container {
    out: PathBuf,
    force: bool,
    part: Part,
    ids: HashSet<Uuid>,
}

impl Container {
    /// Starts one as the official libraries write it.
    pub(in super::super) fn create(out: &Path, force: bool) -> Result<Self, Problem> {
        Self::with_options(out, force, &PackOptions::default())
    }

    pub(super) fn with_options(
        out: &Path,
        force: bool,
        options: &PackOptions,
    ) -> Result<Self, Problem> {
        let place = out.display().to_string();
        if !place.to_ascii_lowercase().ends_with(".lzma") {
            return Err(Problem::command(
                "memo::container-name",
                "a container's name ends in .tar.lzma",
            )
            .at(place)
            .help("--per-archive N writes several containers into a folder"));
        }
        if out.exists() && !force {
            return Err(Problem::command("memo::exists", "there is a file of that name")
                .at(place)
                .help("--force writes over it"));
        }
        let folder =
            out.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let part = Part::in_folder(folder, options).map_err(|error| unreadable(&place, &error))?;
        Ok(Self { out: out.to_owned(), force, part, ids: HashSet::new() })
    }

    /// Adds a message, or says why it cannot be one of this container.
    pub(in super::super) fn add(
        &mut self,
        reader: &mut dyn Read,
    ) -> io::Result<Option<&'static str>> {
        let (mut file, length_bytes) = spooled(reader)?;
        let reading = read_header(BufReader::new(&mut file), &Limits::default())?;
        let Some(uuid) = reading.glimpse.message_uuid else { return Ok(Some(NO_UUID)) };
        if !self.ids.insert(uuid.value()) {
            return Ok(Some(UUID_TWICE));
        }
        file.rewind()?;
        self.part.append(uuid.value(), length_bytes, &mut BufReader::new(file))?;
        Ok(None)
    }

    /// Gives the container its name and says what it holds.
    pub(in super::super) fn finish(self) -> Result<String, Problem> {
        let place = self.out.display().to_string();
        let disk = |error: io::Error| unreadable(&place, &error);
        if self.ids.is_empty() {
            return Err(nothing());
        }
        let whole = self.part.finish().map_err(disk)?;
        let mut text = format!(
            "{} in {place}, {} bytes from {}",
            counted(whole.messages, "message", "messages"),
            grouped(whole.packed_bytes),
            grouped(whole.bytes)
        );
        if let Some(why) = &whole.may_be_refused {
            text.push_str(&format!("\nwarning: an exchange may refuse it: {why}"));
        }
        let persisted = if self.force {
            whole.path.persist(&self.out)
        } else {
            whole.path.persist_noclobber(&self.out)
        };
        persisted.map_err(|error| disk(error.error))?;
        Ok(text)
    }
}

pub(super) fn nothing() -> Problem {
    Problem::command("memo::nothing", "there is nothing to pack")
}

/// A container without a name yet.
pub(super) struct Part {
    packer: Packer<BufWriter<NamedTempFile>>,
    messages: u64,
    bytes: u64,
}

impl Part {
    /// Starts one as a hidden file.
    pub(super) fn in_folder(folder: &Path, options: &PackOptions) -> io::Result<Self> {
        let out = BufWriter::new(NamedTempFile::new_in(folder)?);
        Ok(Self { packer: Packer::with_options(out, options)?, messages: 0, bytes: 0 })
    }

    pub(super) fn append(
        &mut self,
        uuid: Uuid,
        length_bytes: u64,
        content: &mut dyn Read,
    ) -> io::Result<()> {
        self.packer.append(&format!("{uuid}.xml"), length_bytes, content)?;
        self.messages += 1;
        self.bytes += length_bytes;
        Ok(())
    }

    /// Ends it, makes it durable, and looks at it as an exchange would.
    pub(super) fn finish(self) -> io::Result<Whole> {
        let part = self.packer.finish()?.into_inner().map_err(io::IntoInnerError::into_error)?;
        part.as_file().sync_all()?;
        let path = part.into_temp_path();
        // Letters that are much alike shrink so far that an exchange takes them for a bomb.
        let again = BufReader::new(File::open(&path)?);
        let look = unpack(again, &ContainerLimits::default(), &mut |entry| {
            io::copy(entry.reader, &mut io::sink()).map(|_| ())
        });
        Ok(Whole {
            packed_bytes: path.metadata()?.len(),
            path,
            messages: self.messages,
            bytes: self.bytes,
            may_be_refused: look.err().map(|error| error.to_string()),
        })
    }
}

/// A container that is whole, and gone when dropped without a name.
pub(super) struct Whole {
    pub(super) path: TempPath,
    pub(super) messages: u64,
    /// Bytes of the messages.
    pub(super) bytes: u64,
    pub(super) packed_bytes: u64,
    /// Which rule an exchange may refuse it by.
    pub(super) may_be_refused: Option<String>,
}
