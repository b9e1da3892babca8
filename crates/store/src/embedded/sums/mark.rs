//! How far the write-ahead log was acknowledged.
//!
//! SQLite reads the log up to the first frame that does not fit, and takes everything after it for what a
//! crash left half written. One flipped bit makes it forget commits that were acknowledged, without a word.
//! So the writer notes after each commit, before anybody is answered, how many frames there are. The note is
//! not synced: after a loss of power it may be behind, and then tells nothing; it is never ahead.
//!
//! The file `brevdue.mark`, numbers big endian: `brvdmrk1`, two salts, the frames (4 bytes), the CRC-32 of
//! the 20 bytes before it, and then the CRC-32 of each frame's page. What stands behind those is left
//! from a longer log.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};

use super::super::schema::FILE_NAME;
use super::wal::{self, FRAME_BYTES, FRAME_HEADER_BYTES, READ_FRAMES, Salts};

/// Name of the file.
pub(in super::super) const MARK_NAME: &str = "brevdue.mark";

const MAGIC: &[u8; 8] = b"brvdmrk1";
const BYTES: usize = 24;

/// What the file says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in super::super) enum Marked {
    /// Nothing yet.
    Nothing,
    /// Of this generation as many frames were acknowledged as there are sums of pages.
    Frames(Salts, Vec<u32>),
    /// It is not what was written.
    Damaged,
}

/// Writes the note.
#[derive(Debug)]
pub(in super::super) struct Mark {
    folder: PathBuf,
    /// The note and the log, once there is a commit.
    files: Option<(File, File)>,
    last: Option<(Salts, u64)>,
    failing: bool,
}

impl Mark {
    pub(in super::super) fn new(folder: &Path) -> Self {
        Self { folder: folder.to_owned(), files: None, last: None, failing: false }
    }

    /// Notes that so many frames are committed. A note that cannot be written is left: it guards against
    /// damage, and the commit is durable without it.
    pub(in super::super) fn note(&mut self, frames: u64) {
        let noted = self.write(frames);
        if let Err(error) = &noted
            && !self.failing
        {
            tracing::warn!(%error, "how far the log was acknowledged could not be noted");
        }
        self.failing = noted.is_err();
    }

    fn write(&mut self, frames: u64) -> io::Result<()> {
        if frames == 0 {
            // Nothing was committed to a log that is new.
            return Ok(());
        }
        let (note, log) = match &self.files {
            Some(files) => files,
            None => {
                let note = File::options()
                    .create(true)
                    .truncate(false)
                    .write(true)
                    .open(self.folder.join(MARK_NAME))?;
                let log = File::open(self.folder.join(format!("{FILE_NAME}-wal")))?;
                self.files.insert((note, log))
            }
        };
        let salts = wal::salts(log)?;
        let noted = match self.last {
            Some((last, noted)) if last == salts && noted <= frames => noted,
            _ => 0,
        };
        let mut piece = Vec::new();
        let mut next = noted;
        while next < frames {
            let count = usize::try_from(frames - next).unwrap_or(READ_FRAMES).min(READ_FRAMES);
            piece.resize(count * FRAME_BYTES, 0);
            log.read_exact_at(&mut piece, wal::offset_of(next))?;
            let sums: Vec<u8> = piece
                .chunks_exact(FRAME_BYTES)
                .flat_map(|frame| crc32fast::hash(&frame[FRAME_HEADER_BYTES..]).to_be_bytes())
                .collect();
            note.write_all_at(&sums, place(next))?;
            next += count as u64;
        }
        // Last: the number of frames is not ahead of their sums.
        if self.last != Some((salts, frames)) {
            note.write_all_at(&written(salts, frames), 0)?;
            self.last = Some((salts, frames));
        }
        Ok(())
    }

    /// Writes the sum of a frame anew; frames are counted from 1.
    pub(in super::super) fn put_right(folder: &Path, frame: u64, sum: u32) -> io::Result<()> {
        let note = File::options().write(true).open(folder.join(MARK_NAME))?;
        note.write_all_at(&sum.to_be_bytes(), place(frame - 1))
    }

    /// The log is empty: nothing in it was acknowledged.
    pub(in super::super) fn clear(folder: &Path) -> io::Result<()> {
        let file =
            File::options().create(true).truncate(true).write(true).open(folder.join(MARK_NAME))?;
        file.write_all_at(&written(Salts::default(), 0), 0)
    }
}

/// Reads the note in a folder.
pub(in super::super) fn read(folder: &Path) -> io::Result<Marked> {
    let bytes = match std::fs::read(folder.join(MARK_NAME)) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Marked::Nothing),
        other => other?,
    };
    if bytes.is_empty() {
        return Ok(Marked::Nothing);
    }
    if bytes.len() < BYTES {
        return Ok(Marked::Damaged);
    }
    let number = |at: usize| -> u32 {
        bytes[at..at + 4].iter().fold(0, |number, byte| number << 8 | u32::from(*byte))
    };
    if !bytes.starts_with(MAGIC) || number(20) != crc32fast::hash(&bytes[..20]) {
        return Ok(Marked::Damaged);
    }
    let frames = number(16) as usize;
    let sums = &bytes[BYTES..];
    if sums.len() / 4 < frames {
        return Ok(Marked::Damaged);
    }
    let sums = sums.chunks_exact(4).take(frames);
    let sums = sums.map(|sum| sum.iter().fold(0, |number, byte| number << 8 | u32::from(*byte)));
    Ok(Marked::Frames(Salts(number(8), number(12)), sums.collect()))
}

/// Where the sum of a frame stands, counted from 0.
fn place(frame: u64) -> u64 {
    BYTES as u64 + 4 * frame
}

fn written(salts: Salts, frames: u64) -> [u8; BYTES] {
    let mut bytes = [0; BYTES];
    bytes[..8].copy_from_slice(MAGIC);
    bytes[8..12].copy_from_slice(&salts.0.to_be_bytes());
    bytes[12..16].copy_from_slice(&salts.1.to_be_bytes());
    // A log of more frames than that would be 16 TB long.
    bytes[16..20].copy_from_slice(&u32::try_from(frames).unwrap_or(u32::MAX).to_be_bytes());
    let check = crc32fast::hash(&bytes[..20]);
    bytes[20..].copy_from_slice(&check.to_be_bytes());
    bytes
}
