//! The faults: what is done to the exchange while it works, and to its files while it is dead.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::dice::Dice;

/// What is done in a round.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Fault {
    /// `kill -9`.
    Kill,
    /// No file can grow: writes fail for a while.
    WriteErrors,
    /// Nothing is free on the disk for a while.
    FullDisk,
    /// After a kill, what was being written last is half there.
    TornPage,
    /// After a kill, one bit of one file is another.
    FlippedBit,
}

/// Bytes of the small disk: room for one town, see [`SmallDisk::is_filling`].
const DISK_BYTES: u64 = 2 << 30;

/// With less free, the store takes no letters (docs/store.md).
const NEARLY_FULL_BYTES: u64 = 32 << 20;

/// A disk of our own, small and empty, for filling it. Gone when dropped.
#[derive(Debug)]
pub(super) struct SmallDisk {
    place: PathBuf,
}

impl SmallDisk {
    /// Mounts one in memory. Needs the rights of root, be it in a namespace of one's own.
    pub(super) fn mount(place: &Path) -> Result<Self, String> {
        fs::create_dir_all(place).map_err(|error| error.to_string())?;
        let done = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &format!("size={DISK_BYTES},mode=0700"), "tmpfs"])
            .arg(place)
            .stdin(Stdio::null())
            .output();
        match done {
            Ok(output) if output.status.success() => Ok(Self { place: place.to_owned() }),
            Ok(output) => Err(String::from_utf8_lossy(&output.stderr).trim().to_owned()),
            Err(error) => Err(error.to_string()),
        }
    }

    /// Whether the letters themselves have taken most of it.
    pub(super) fn is_filling(&self) -> bool {
        self.free_bytes().is_some_and(|free| free < DISK_BYTES / 4)
    }

    /// Whether so little is free that no letter may be taken. A log or a segment that a start or a stop
    /// removed leaves more.
    pub(super) fn is_nearly_full(&self) -> bool {
        self.free_bytes().is_some_and(|free| free < NEARLY_FULL_BYTES)
    }

    fn free_bytes(&self) -> Option<u64> {
        let disk = rustix::fs::statvfs(&self.place).ok()?;
        Some(disk.f_bavail.saturating_mul(disk.f_frsize))
    }

    /// Takes all that is free. It is free again when what is answered is dropped.
    pub(super) fn fill(&self) -> io::Result<Filler> {
        let path = self.place.join("filler");
        let mut file = File::create(&path)?;
        let filler = Filler { path };
        for piece in [1 << 20, 4096, 1] {
            let zeros = vec![0; piece];
            loop {
                match file.write_all(&zeros) {
                    Ok(()) => {}
                    Err(error) if error.kind() == io::ErrorKind::StorageFull => break,
                    Err(error) => return Err(error),
                }
            }
        }
        Ok(filler)
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // Lazily: whoever still looks into it does not keep it.
        let _ = Command::new("umount").arg("-l").arg(&self.place).status();
    }
}

/// All that was free.
#[derive(Debug)]
pub(super) struct Filler {
    path: PathBuf,
}

impl Drop for Filler {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.path);
    }
}

/// A bit that was flipped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Flip {
    /// Its file, seen from the store's folder.
    pub(super) file: String,
    pub(super) byte: u64,
    pub(super) bit: u8,
}

/// Bytes of the header of a write-ahead log, of a frame's header, and of a page.
const WAL_HEADER: u64 = 32;
const FRAME_HEADER: u64 = 24;
const PAGE: u64 = 4096;
const FRAME: u64 = FRAME_HEADER + PAGE;

/// Flips one bit of one file of a dead store. Every kind of file is as likely as the others. What holds
/// nothing is left alone: the lock, the index of the log, which is made anew, and what lies behind the
/// end of the log.
pub(super) fn flip(store: &Path, dice: &mut Dice) -> io::Result<Flip> {
    let mut kinds: Vec<Vec<(String, u64)>> = Vec::new();
    for name in ["brevdue.sqlite", "brevdue.sqlite-wal", "brevdue.sums", "brevdue.mark"] {
        let length = match name {
            "brevdue.sqlite-wal" => match log_frames(store)? {
                0 => 0,
                frames => WAL_HEADER + frames * FRAME,
            },
            // What stands behind is left from a longer log.
            "brevdue.mark" => noted_bytes(store)?,
            _ => fs::metadata(store.join(name)).map_or(0, |file| file.len()),
        };
        if length > 0 && store.join(name).exists() {
            kinds.push(vec![(name.to_owned(), length)]);
        }
    }
    for folder in ["content", "journal"] {
        let mut files = Vec::new();
        walk(store, Path::new(folder), &mut files)?;
        files.retain(|(name, length)| *length > 0 && !name.starts_with("content/tmp"));
        files.sort();
        if !files.is_empty() {
            kinds.push(files);
        }
    }
    let nothing = || io::Error::other("the store has no files");
    let kind = dice.one_of(&kinds).ok_or_else(nothing)?;
    let (file, length) = dice.one_of(kind).ok_or_else(nothing)?.clone();
    let flip = Flip { byte: dice.below(length), bit: (dice.below(8)) as u8, file };
    let opened = File::options().read(true).write(true).open(store.join(&flip.file))?;
    let mut byte = [0];
    opened.read_exact_at(&mut byte, flip.byte)?;
    opened.write_all_at(&[byte[0] ^ (1 << flip.bit)], flip.byte)?;
    Ok(flip)
}

fn walk(root: &Path, folder: &Path, files: &mut Vec<(String, u64)>) -> io::Result<()> {
    let entries = match fs::read_dir(root.join(folder)) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        other => other?,
    };
    for entry in entries {
        let entry = entry?;
        let path = folder.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            walk(root, &path, files)?;
        } else {
            files.push((path.to_string_lossy().into_owned(), entry.metadata()?.len()));
        }
    }
    Ok(())
}

/// Whole frames of the log up to its last commit: with the salts of its header, and with the sums that run on
/// from it. Behind that stands what is left from a longer log, or of a write that failed.
fn log_frames(store: &Path) -> io::Result<u64> {
    let log = match File::open(store.join("brevdue.sqlite-wal")) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(0),
        other => other?,
    };
    let mut header = [0; WAL_HEADER as usize];
    if log.read_exact_at(&mut header, 0).is_err() {
        return Ok(0);
    }
    let (mut frame, mut number, mut committed) = ([0; FRAME as usize], 0, 0);
    // Bit 0 of the magic number says in which order the sums read the bytes of a word.
    let big = header[3] & 1 == 1;
    let mut sums = summed((0, 0), &header[..24], big);
    while log.read_exact_at(&mut frame, WAL_HEADER + number * FRAME).is_ok()
        && frame[8..16] == header[16..24]
    {
        sums = summed(summed(sums, &frame[..8], big), &frame[FRAME_HEADER as usize..], big);
        if frame[16..20] != sums.0.to_be_bytes() || frame[20..24] != sums.1.to_be_bytes() {
            break;
        }
        number += 1;
        if frame[4..8] != [0; 4] {
            committed = number;
        }
    }
    Ok(committed)
}

/// SQLite's checksum of its log, run on over more bytes: <https://www.sqlite.org/fileformat2.html#checksum_algorithm>.
fn summed((mut first, mut second): (u32, u32), bytes: &[u8], big: bool) -> (u32, u32) {
    let word = |bytes: &[u8]| match bytes.try_into() {
        Ok(bytes) if big => u32::from_be_bytes(bytes),
        Ok(bytes) => u32::from_le_bytes(bytes),
        Err(_) => 0,
    };
    for pair in bytes.chunks_exact(8) {
        first = first.wrapping_add(word(&pair[..4])).wrapping_add(second);
        second = second.wrapping_add(word(&pair[4..])).wrapping_add(first);
    }
    (first, second)
}

/// Bytes of the note of how far the log was acknowledged: a header that says how many frames, and a sum
/// for each.
fn noted_bytes(store: &Path) -> io::Result<u64> {
    let bytes = match fs::read(store.join("brevdue.mark")) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(0),
        other => other?,
    };
    let frames =
        bytes.get(16..20).and_then(|frames| frames.try_into().ok()).map(u32::from_be_bytes);
    Ok(frames.map_or(0, |frames| 24 + 4 * u64::from(frames)).min(bytes.len() as u64))
}

/// Tears what was written last: half a frame stands behind the end of the log, a page of the database
/// that the log still holds is half another, and half a record stands at the end of the journal.
/// All of that a loss of power can do; none of it was acknowledged, or only it.
pub(super) fn tear(store: &Path, dice: &mut Dice) -> io::Result<&'static str> {
    let frames = log_frames(store)?;
    let journal = last_segment(store)?;
    match (dice.below(3), frames, journal) {
        (0, 1.., _) => {
            let log =
                File::options().read(true).write(true).open(store.join("brevdue.sqlite-wal"))?;
            // A frame that looks right in its head and is cut off in its page.
            let mut frame = vec![0; FRAME as usize];
            log.read_exact_at(&mut frame, WAL_HEADER + dice.below(frames) * FRAME)?;
            let cut = 1 + dice.below(FRAME - 1);
            let begin = WAL_HEADER + frames * FRAME;
            log.write_all_at(&frame[..cut as usize], begin)?;
            log.set_len(begin + cut)?;
            Ok("half a frame at the end of the log")
        }
        (1, 1.., _) => {
            let log = File::open(store.join("brevdue.sqlite-wal"))?;
            let mut number = [0; 4];
            log.read_exact_at(&mut number, WAL_HEADER + dice.below(frames) * FRAME)?;
            let page = u64::from(u32::from_be_bytes(number)) - 1;
            let database = File::options().write(true).open(store.join("brevdue.sqlite"))?;
            if (page + 1) * PAGE > database.metadata()?.len() {
                database.set_len((page + 1) * PAGE)?;
            }
            let noise: Vec<u8> = (0..PAGE / 2).map(|_| dice.next() as u8).collect();
            database.write_all_at(&noise, page * PAGE + dice.below(2) * PAGE / 2)?;
            Ok("half a page of the database")
        }
        (2, _, Some(segment)) => {
            let mut file = File::options().append(true).open(segment)?;
            let noise: Vec<u8> = (0..1 + dice.below(300)).map(|_| dice.next() as u8).collect();
            file.write_all(&noise)?;
            Ok("half a record at the end of the journal")
        }
        _ => Ok("nothing, as nothing was being written"),
    }
}

fn last_segment(store: &Path) -> io::Result<Option<PathBuf>> {
    let mut files = Vec::new();
    walk(store, Path::new("journal"), &mut files)?;
    files.sort();
    Ok(files.pop().map(|(name, _)| store.join(name)))
}
