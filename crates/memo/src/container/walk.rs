//! Walking an archive: every file handed on, everything else passed over or refused.
//!
//! The fields of headers are read by the `tar` crate. Its own walk is not used: it says no more of a
//! fault than that there is one, and collects names of any length.

use std::io::{self, Read};

use tar::{EntryType, Header};

use super::decompress::{self, Shared, Unpacked, checksum_fits, finding_at};
use super::names::{forbidden_file_name, unsafe_name};
use super::{ContainerError, ContainerLimits, Entry, Part};
use crate::finding::Word;
use crate::rulebook::{self, Rule};
use crate::{Finding, Severity};

mod extensions;

use extensions::Extensions;

const BLOCK_BYTES: usize = 512;
/// Bytes passed over at a time.
const SCRATCH_BYTES: usize = 16 * 1024;

/// Hands every file of a container to `each`, in order; returns how many.
///
/// Memory is bounded by the container's dictionary and small buffers. Directories are passed over.
///
/// # Errors
/// See [`ContainerError`]; an error of `each` comes back as [`ContainerError::Io`]. A container that is
/// cut off or damaged, or has an entry that is not allowed, fails where that is met, after the entries
/// before it were handed on.
pub fn unpack<R: Read>(
    source: R,
    limits: &ContainerLimits,
    each: &mut dyn FnMut(Entry<'_>) -> io::Result<()>,
) -> Result<usize, ContainerError> {
    go_through(source, limits, &mut |part| match part {
        Part::File(entry) => each(entry).map_err(ContainerError::Io),
        Part::Finding(finding) if finding.severity == Severity::Error => Err(finding.into()),
        Part::Finding(_) => Ok(()),
    })
}

/// Hands every good file and every finding of a container to `each`, in order; returns how many files.
///
/// Entries at fault are passed over with a finding each; of what cannot be read on from, such as a
/// stream that is cut off, there is one finding, the last. When the content of a file cannot be read
/// to its end, its reader fails and `each` should pass that error on; the finding follows.
/// There are never more findings than files and directories that [`ContainerLimits::entries`] allows,
/// and two.
///
/// # Errors
/// When `source` or `each` fails.
pub fn walk<R: Read>(
    source: R,
    limits: &ContainerLimits,
    each: &mut dyn FnMut(Part<'_>) -> io::Result<()>,
) -> io::Result<usize> {
    let mut files = 0;
    let outcome = go_through(source, limits, &mut |part| {
        let is_file = matches!(part, Part::File(_));
        each(part).map_err(ContainerError::Io)?;
        files += usize::from(is_file);
        Ok(())
    });
    if let Err(error) = outcome {
        each(Part::Finding(error.into_finding()?))?;
    }
    Ok(files)
}

type Each<'a> = dyn FnMut(Part<'_>) -> Result<(), ContainerError> + 'a;

fn go_through<R: Read>(
    source: R,
    limits: &ContainerLimits,
    each: &mut Each<'_>,
) -> Result<usize, ContainerError> {
    let shared = Shared::default();
    let unpacked = decompress::open(source, limits, &shared)?;
    let walk = Walk {
        archive: unpacked,
        limits,
        shared: &shared,
        scratch: vec![0; SCRATCH_BYTES],
        entries: 0,
        files: 0,
        directories: 0,
        good: 0,
    };
    walk.go_to_the_end(each)
}

/// The way through one archive.
struct Walk<'a> {
    archive: Unpacked<'a>,
    limits: &'a ContainerLimits,
    shared: &'a Shared,
    scratch: Vec<u8>,
    /// Entries met, directories included.
    entries: usize,
    /// Files met, those at fault included.
    files: usize,
    directories: usize,
    /// Files handed on.
    good: usize,
}

/// Where an entry begins, and what its header says.
struct Head {
    header: Header,
    offset_bytes: u64,
}

impl Walk<'_> {
    fn go_to_the_end(mut self, each: &mut Each<'_>) -> Result<usize, ContainerError> {
        let mut extensions = Extensions::default();
        while let Some(head) = self.head()? {
            let kind = head.header.entry_type();
            if Extensions::are_in(kind) {
                let length_bytes = self.length_bytes(&head)?;
                let content = self.extension(length_bytes)?;
                extensions
                    .read(kind, content)
                    .map_err(|rule| self.fault(rule, self.entries + 1, head.offset_bytes, &[]))?;
                self.pass_over(padding_after(length_bytes))?;
                continue;
            }
            self.entries += 1;
            self.entry(&head, std::mem::take(&mut extensions), each)?;
        }
        if !extensions.is_empty() {
            return Err(self.fault(
                &rulebook::NAME_WITHOUT_ENTRY,
                0,
                self.archive.out_bytes(),
                &[],
            ));
        }
        self.nothing_follows()?;
        if self.files == 0 {
            let at = self.archive.out_bytes();
            each(Part::Finding(finding_at(&rulebook::NO_MESSAGES, 0, at, &[])))?;
        }
        Ok(self.good)
    }

    /// The next header; none at the zeros that end an archive.
    fn head(&mut self) -> Result<Option<Head>, ContainerError> {
        let offset_bytes = self.archive.out_bytes();
        let mut block = [0; BLOCK_BYTES];
        let count = self.fill(&mut block)?;
        if count < BLOCK_BYTES {
            // Nothing that is compressed and shorter than a header is an archive at all.
            let rule = if self.archive.compressed && offset_bytes == 0 {
                &rulebook::CONTAINER_NOT_TAR
            } else {
                &rulebook::ARCHIVE_CUT_OFF
            };
            return Err(self.fault(rule, 0, self.archive.out_bytes(), &[]));
        }
        if block.iter().all(|byte| *byte == 0) {
            return Ok(None);
        }
        if !checksum_fits(&block) {
            return Err(if self.archive.compressed && offset_bytes == 0 {
                self.fault(&rulebook::CONTAINER_NOT_TAR, 0, 0, &[])
            } else {
                self.fault(&rulebook::ENTRY_HEADER_DAMAGED, self.entries + 1, offset_bytes, &[])
            });
        }
        Ok(Some(Head { header: Header::from_byte_slice(&block).clone(), offset_bytes }))
    }

    fn length_bytes(&self, head: &Head) -> Result<u64, ContainerError> {
        head.header.entry_size().map_err(|_| {
            let number = self.entries + 1;
            self.fault(&rulebook::ENTRY_HEADER_DAMAGED, number, head.offset_bytes, &[])
        })
    }

    fn extension(&mut self, length_bytes: u64) -> Result<Vec<u8>, ContainerError> {
        let limit_bytes = self.limits.name_bytes;
        if length_bytes > limit_bytes {
            let (number, at) = (self.entries + 1, self.archive.out_bytes());
            let words = [Word::Number(limit_bytes)];
            return Err(self.fault(&rulebook::ENTRY_NAME_TOO_LONG, number, at, &words));
        }
        let mut content = Vec::new();
        let read = (&mut self.archive).take(length_bytes).read_to_end(&mut content);
        read.map_err(|error| self.shared.cause(error))?;
        if (content.len() as u64) < length_bytes {
            return Err(self.cut_off());
        }
        Ok(content)
    }

    /// Hands on one entry, or tells why not, and goes to the next header.
    fn entry(
        &mut self,
        head: &Head,
        extensions: Extensions,
        each: &mut Each<'_>,
    ) -> Result<(), ContainerError> {
        let number = self.entries;
        let length_bytes = match extensions.size_bytes {
            Some(bytes) => bytes,
            None => head.header.entry_size().map_err(|_| {
                self.fault(&rulebook::ENTRY_HEADER_DAMAGED, number, head.offset_bytes, &[])
            })?,
        };
        let content_and_padding = length_bytes.saturating_add(padding_after(length_bytes));
        let find = |rule, words: &[Word<'_>]| finding_at(rule, number, head.offset_bytes, words);
        let sparse = extensions.sparse;
        let name = extensions.name.unwrap_or_else(|| head.header.path_bytes().into_owned());
        let name = String::from_utf8(name);
        let kind = head.header.entry_type();
        // A name with a slash at its end is a directory of archives from before ustar.
        let is_directory = kind == EntryType::Directory
            || (kind == EntryType::Regular
                && length_bytes == 0
                && name.as_ref().is_ok_and(|name| name.ends_with('/')));
        self.count(is_directory, head.offset_bytes)?;
        let broken = if is_directory {
            match &name {
                Ok(name) => unsafe_name(name),
                Err(_) => Some(&rulebook::ENTRY_NAME_NOT_UTF8),
            }
        } else if let Some(rule) = forbidden_kind(kind, sparse) {
            Some(rule)
        } else {
            match &name {
                Ok(name) => forbidden_file_name(name),
                Err(_) => Some(&rulebook::ENTRY_NAME_NOT_UTF8),
            }
        };
        let finding: Option<Finding> = if let Some(rule) = broken {
            Some(find(rule, &[]))
        } else if is_directory {
            Some(find(&rulebook::DIRECTORY_PASSED_OVER, &[]))
        } else if length_bytes > self.limits.entry_bytes {
            let words = [Word::Number(length_bytes), Word::Number(self.limits.entry_bytes)];
            Some(find(&rulebook::ENTRY_TOO_LARGE, &words))
        } else {
            None
        };
        match (finding, name) {
            (None, Ok(name)) => self.hand_on(&name, length_bytes, each),
            (finding, _) => {
                if let Some(finding) = finding {
                    each(Part::Finding(finding))?;
                }
                self.pass_over(content_and_padding)
            }
        }
    }

    /// Counts an entry against the limits.
    fn count(&mut self, is_directory: bool, offset_bytes: u64) -> Result<(), ContainerError> {
        let (count, rule) = if is_directory {
            (&mut self.directories, &rulebook::TOO_MANY_DIRECTORIES)
        } else {
            (&mut self.files, &rulebook::TOO_MANY_FILES)
        };
        *count += 1;
        if *count > self.limits.entries {
            let words = [Word::Number(self.limits.entries as u64)];
            return Err(self.fault(rule, 0, offset_bytes, &words));
        }
        Ok(())
    }

    fn hand_on(
        &mut self,
        name: &str,
        length_bytes: u64,
        each: &mut Each<'_>,
    ) -> Result<(), ContainerError> {
        let shared = self.shared;
        shared.file_begins(self.entries);
        let mut content =
            Content { archive: &mut self.archive, shared, left_bytes: length_bytes, failed: false };
        let entry = Entry { number: self.entries, name, length_bytes, reader: &mut content };
        let outcome = each(Part::File(entry));
        let (left_bytes, failed) = (content.left_bytes, content.failed);
        match outcome {
            // When the content could not be read, that is why whoever took it failed.
            Err(ContainerError::Io(error)) if failed => return Err(shared.cause(error)),
            outcome => outcome?,
        }
        self.pass_over(left_bytes)?;
        shared.file_ends();
        self.pass_over(padding_after(length_bytes))?;
        self.good += 1;
        Ok(())
    }

    fn pass_over(&mut self, mut bytes: u64) -> Result<(), ContainerError> {
        while bytes > 0 {
            let wanted = usize::try_from(bytes).unwrap_or(usize::MAX).min(self.scratch.len());
            let count = retried(&mut self.archive, &mut self.scratch[..wanted])
                .map_err(|error| self.shared.cause(error))?;
            if count == 0 {
                return Err(self.cut_off());
            }
            bytes -= count as u64;
        }
        Ok(())
    }

    /// Reads until the block is full or the archive ends.
    fn fill(&mut self, block: &mut [u8; BLOCK_BYTES]) -> Result<usize, ContainerError> {
        let mut filled = 0;
        while filled < block.len() {
            match retried(&mut self.archive, &mut block[filled..])
                .map_err(|error| self.shared.cause(error))?
            {
                0 => break,
                count => filled += count,
            }
        }
        Ok(filled)
    }

    /// After the first block of zeros there are only zeros. With one such block an archive is whole
    /// enough.
    fn nothing_follows(&mut self) -> Result<(), ContainerError> {
        loop {
            let count = retried(&mut self.archive, &mut self.scratch)
                .map_err(|error| self.shared.cause(error))?;
            if count == 0 {
                return Ok(());
            }
            if let Some(at) = self.scratch[..count].iter().position(|byte| *byte != 0) {
                let offset_bytes = self.archive.out_bytes() - (count - at) as u64;
                return Err(self.fault(&rulebook::ARCHIVE_TRAILING, 0, offset_bytes, &[]));
            }
        }
    }

    fn cut_off(&self) -> ContainerError {
        self.shared.finding(&rulebook::ARCHIVE_CUT_OFF, &[]).into()
    }

    fn fault(
        &self,
        rule: &'static Rule,
        number: usize,
        offset_bytes: u64,
        words: &[Word<'_>],
    ) -> ContainerError {
        finding_at(rule, number, offset_bytes, words).into()
    }
}

fn forbidden_kind(kind: EntryType, sparse: bool) -> Option<&'static Rule> {
    match kind {
        EntryType::Regular if !sparse => None,
        EntryType::Symlink | EntryType::Link => Some(&rulebook::ENTRY_IS_LINK),
        EntryType::Char | EntryType::Block | EntryType::Fifo => Some(&rulebook::ENTRY_IS_DEVICE),
        _ => Some(&rulebook::ENTRY_UNUSUAL),
    }
}

/// An entry's bytes; fails instead of ending early, so that no cut-off message looks whole.
struct Content<'w, 'a> {
    archive: &'w mut Unpacked<'a>,
    shared: &'w Shared,
    left_bytes: u64,
    failed: bool,
}

impl Read for Content<'_, '_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.left_bytes).unwrap_or(usize::MAX);
        let wanted = left.min(buffer.len());
        if wanted == 0 {
            return Ok(0);
        }
        let outcome = match self.archive.read(&mut buffer[..wanted]) {
            Ok(0) => Err(self.shared.stop(&rulebook::ARCHIVE_CUT_OFF, &[])),
            outcome => outcome,
        };
        match &outcome {
            Ok(count) => self.left_bytes -= *count as u64,
            Err(error) => self.failed |= error.kind() != io::ErrorKind::Interrupted,
        }
        outcome
    }
}

/// Reads, and again when a signal got in the way.
fn retried(archive: &mut Unpacked<'_>, buffer: &mut [u8]) -> io::Result<usize> {
    loop {
        match archive.read(buffer) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            outcome => return outcome,
        }
    }
}

/// Bytes to the next block.
fn padding_after(length_bytes: u64) -> u64 {
    length_bytes.wrapping_neg() % BLOCK_BYTES as u64
}
