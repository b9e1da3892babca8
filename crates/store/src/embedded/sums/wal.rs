//! Reading SQLite's write-ahead log: which pages stand in it, up to the last commit that is whole.
//!
//! The format is SQLite's (<https://www.sqlite.org/fileformat2.html#walformat>): 32 bytes of header,
//! then frames of 24 bytes and a page each. Every frame carries a checksum over itself and all before it,
//! so that SQLite stops at the first one that does not fit, and silently drops what comes after.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt as _;

use super::super::schema::PAGE_BYTES;
use super::bits::{Flipped, WalSum, Words, flipped_of_crc};

/// Bytes of the log's header.
const HEADER_BYTES: usize = 32;

/// Bytes of a frame: its header and a page.
pub(super) const FRAME_BYTES: usize = FRAME_HEADER_BYTES + PAGE_BYTES;
pub(super) const FRAME_HEADER_BYTES: usize = 24;

/// Bytes of a frame's header that its checksum covers.
const SUMMED_BYTES: usize = 8;

/// Frames read at a time.
pub(super) const READ_FRAMES: usize = 64;

/// The two numbers that change whenever the log starts over. Frames with others are left from before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(in super::super) struct Salts(pub(in super::super) u32, pub(in super::super) u32);

/// A page in the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) struct Frame {
    /// From 1.
    pub(in super::super) number: u64,
    /// From 1.
    pub(in super::super) page: u32,
    /// CRC-32 of the page.
    pub(in super::super) sum: u32,
}

/// Where reading stands: after a whole commit.
#[derive(Debug, Clone, Copy)]
pub(in super::super) struct Position {
    pub(in super::super) salts: Salts,
    words: Words,
    /// Frames read.
    pub(in super::super) frames: u64,
    sum: WalSum,
}

/// What is wrong with a log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Fault {
    /// In the header.
    Header,
    /// In this frame.
    Frame(u64),
}

/// What came of mending a fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) struct Mend {
    /// Byte of the file.
    pub(in super::super) offset: u64,
    pub(in super::super) bit: u8,
}

/// The start of a log; `None` when it is empty or its header is not whole.
pub(in super::super) fn start(file: &File) -> io::Result<Option<Position>> {
    let mut header = [0; HEADER_BYTES];
    match file.read_exact_at(&mut header, 0) {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        other => other?,
    }
    Ok(read_header(&header))
}

/// The salts the header names, without looking at the rest.
pub(in super::super) fn salts(file: &File) -> io::Result<Salts> {
    let mut bytes = [0; 8];
    file.read_exact_at(&mut bytes, 16)?;
    Ok(Salts(word(&bytes, 0), word(&bytes, 4)))
}

/// Reads on from a position to the end of the last commit that is whole, and tells every page on the way.
pub(in super::super) fn read_on(
    file: &File,
    from: Position,
    mut tell: impl FnMut(Frame),
) -> io::Result<Position> {
    let (mut position, mut next) = (from, from);
    let mut open: Vec<Frame> = Vec::new();
    let mut piece = vec![0; READ_FRAMES * FRAME_BYTES];
    loop {
        let read = read_at_most(file, &mut piece, offset_of(next.frames))?;
        let whole = read / FRAME_BYTES;
        for frame in piece[..whole * FRAME_BYTES].chunks_exact(FRAME_BYTES) {
            let Some((sum, commits)) = check(&next, frame) else { return Ok(position) };
            next = Position { frames: next.frames + 1, sum, ..next };
            let (page, bytes) = (word(frame, 0), &frame[FRAME_HEADER_BYTES..]);
            open.push(Frame { number: next.frames, page, sum: crc32fast::hash(bytes) });
            if commits {
                open.drain(..).for_each(&mut tell);
                position = next;
            }
        }
        if whole < READ_FRAMES {
            return Ok(position);
        }
    }
}

/// The first fault that keeps SQLite from reading the `acknowledged` frames of the generation `salts`;
/// `None` when it can, or when the log is of another generation.
pub(in super::super) fn fault(
    file: &File,
    salts: Salts,
    acknowledged: u64,
) -> io::Result<Option<Fault>> {
    if acknowledged == 0 {
        return Ok(None);
    }
    let Some(start) = start(file)? else { return Ok(Some(Fault::Header)) };
    if start.salts != salts {
        return Ok(None);
    }
    let end = read_frames(file, start, acknowledged)?;
    Ok((end.frames < acknowledged).then_some(Fault::Frame(end.frames + 1)))
}

/// Finds the one flipped bit behind a fault.
///
/// The log's own sum does not tell which: it is linear, and high bits of many words weigh the same in
/// it. So the writer notes a CRC-32 of each page, `sums`, which does.
pub(in super::super) fn mend(
    file: &File,
    fault: Fault,
    salts: Salts,
    sums: &[u32],
) -> io::Result<Option<Mend>> {
    match fault {
        Fault::Header => {
            let mut header = [0; HEADER_BYTES];
            if file.read_exact_at(&mut header, 0).is_err() {
                return Ok(None);
            }
            for (byte, bit) in (0..HEADER_BYTES).flat_map(|byte| (0..8).map(move |bit| (byte, bit)))
            {
                Flipped { byte, bit }.mend(&mut header);
                if read_header(&header).is_some_and(|start| start.salts == salts) {
                    return Ok(Some(Mend { offset: byte as u64, bit }));
                }
                Flipped { byte, bit }.mend(&mut header);
            }
            Ok(None)
        }
        Fault::Frame(number) => {
            let Some(start) = start(file)? else { return Ok(None) };
            let before = read_frames(file, start, number - 1)?;
            if before.frames + 1 != number {
                return Ok(None);
            }
            let mut frame = vec![0; FRAME_BYTES];
            if file.read_exact_at(&mut frame, offset_of(before.frames)).is_err() {
                // Cut off: no bit was flipped.
                return Ok(None);
            }
            let sum = usize::try_from(number - 1).ok().and_then(|index| sums.get(index));
            let Some(sum) = sum.copied() else { return Ok(None) };
            Ok(flipped_in(&before, &frame, sum).map(|Flipped { byte, bit }| Mend {
                offset: offset_of(before.frames) + byte as u64,
                bit,
            }))
        }
    }
}

/// Bytes of a log with so many frames.
pub(in super::super) fn offset_of(frames: u64) -> u64 {
    HEADER_BYTES as u64 + frames * FRAME_BYTES as u64
}

/// Every frame that fits, committed or not, up to `limit`.
fn read_frames(file: &File, mut position: Position, limit: u64) -> io::Result<Position> {
    let mut frame = vec![0; FRAME_BYTES];
    while position.frames < limit {
        match file.read_exact_at(&mut frame, offset_of(position.frames)) {
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => break,
            other => other?,
        }
        let Some((sum, _)) = check(&position, &frame) else { break };
        position = Position { frames: position.frames + 1, sum, ..position };
    }
    Ok(position)
}

/// The sum after a frame and whether it ends a commit; `None` when it does not follow.
fn check(before: &Position, frame: &[u8]) -> Option<(WalSum, bool)> {
    let fits = word(frame, 0) != 0
        && Salts(word(frame, 8), word(frame, 12)) == before.salts
        && summed(before, frame) == WalSum(word(frame, 16), word(frame, 20));
    fits.then(|| (WalSum(word(frame, 16), word(frame, 20)), word(frame, 4) != 0))
}

fn summed(before: &Position, frame: &[u8]) -> WalSum {
    before
        .sum
        .after(&frame[..SUMMED_BYTES], before.words)
        .after(&frame[FRAME_HEADER_BYTES..], before.words)
}

fn flipped_in(before: &Position, frame: &[u8], sum: u32) -> Option<Flipped> {
    let mut copy = frame.to_vec();
    let page = &frame[FRAME_HEADER_BYTES..];
    if crc32fast::hash(page) != sum {
        let Flipped { byte, bit } = flipped_of_crc(page, sum)?;
        let flipped = Flipped { byte: byte + FRAME_HEADER_BYTES, bit };
        flipped.mend(&mut copy);
        return check(before, &copy).is_some().then_some(flipped);
    }
    // The page is right, so it is in the frame's header.
    let bits =
        (0..FRAME_HEADER_BYTES).flat_map(|byte| (0..8).map(move |bit| Flipped { byte, bit }));
    let mut fitting = bits.filter(|flipped| {
        flipped.mend(&mut copy);
        let fits = check(before, &copy).is_some();
        flipped.mend(&mut copy);
        fits
    });
    let flipped = fitting.next()?;
    // Two that fit: which it was cannot be told.
    fitting.next().is_none().then_some(flipped)
}

fn read_header(header: &[u8; HEADER_BYTES]) -> Option<Position> {
    let words = match word(header, 0) {
        0x377F_0682 => Words::Little,
        0x377F_0683 => Words::Big,
        _ => return None,
    };
    let sum = WalSum::default().after(&header[..24], words);
    let fits = word(header, 4) == 3_007_000
        && word(header, 8) as usize == PAGE_BYTES
        && sum == WalSum(word(header, 24), word(header, 28));
    let salts = Salts(word(header, 16), word(header, 20));
    fits.then_some(Position { salts, words, frames: 0, sum })
}

fn word(bytes: &[u8], at: usize) -> u32 {
    u32::from_be_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
}

fn read_at_most(file: &File, piece: &mut [u8], offset: u64) -> io::Result<usize> {
    let mut read = 0;
    while read < piece.len() {
        match file.read_at(&mut piece[read..], offset + read as u64) {
            Ok(0) => break,
            Ok(more) => read += more,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(read)
}
