//! Going through a segment record by record, over damage and up to a torn end.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt as _;
use std::sync::Arc;

use brevdue_exchange::storage::{Digest, ROW_BYTES, Spot};

use super::super::sums::Flipped;
use super::mending::{self, State};
use super::record::{ALIGNMENT, HEAD_BYTES, Head, MAGIC};

/// Bytes read at a time while looking for the next record.
const WINDOW_BYTES: usize = 64 * 1024;

/// How closely to look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Look {
    /// At heads alone: where each record begins, and how long it is.
    Heads,
    /// At every byte.
    Everything,
}

/// What is found next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Found {
    /// A record that is what was written, as far as was looked. A flipped bit of the head is put back
    /// here, not in the file.
    Record(Head),
    /// A record of which some bits are others, counted from its first byte; the head is what it was.
    Flipped { head: Head, bits: Vec<Flipped> },
    /// Bytes that are not what was written, and the letter that they were when that can be told.
    Damage { from: u64, to: u64, content: Option<Digest> },
    /// From here on something was not written to its end.
    Torn { from: u64 },
}

/// A walk through one segment.
#[derive(Debug)]
pub(super) struct Scan {
    file: Arc<File>,
    segment: u32,
    offset: u64,
    end: u64,
    look: Look,
}

impl Scan {
    /// From `from`, where a record begins, to `end` or to the end of the file.
    pub(super) fn of(
        file: Arc<File>,
        from: Spot,
        end: Option<u64>,
        look: Look,
    ) -> io::Result<Self> {
        let length = file.metadata()?.len();
        let end = end.map_or(length, |end| end.min(length));
        let offset = u64::from(from.offset).next_multiple_of(ALIGNMENT);
        Ok(Self { file, segment: from.segment, offset, end, look })
    }

    /// Where the next record begins.
    pub(super) fn position(&self) -> u64 {
        self.offset
    }

    /// The next finding; `None` at the end.
    pub(super) fn next(&mut self) -> io::Result<Option<Found>> {
        let from = self.offset;
        if from >= self.end {
            return Ok(None);
        }
        let torn = Some(Found::Torn { from });
        if self.end - from < HEAD_BYTES as u64 {
            self.offset = self.end;
            return Ok(torn);
        }
        let mut head = [0; HEAD_BYTES];
        self.file.read_exact_at(&mut head, from)?;
        let Some(head) = self.head(&head, from).or_else(|| self.mended_head(&head, from)) else {
            return self.beyond_damage(from);
        };
        let to = from + head.record_bytes();
        if to > self.end {
            self.offset = self.end;
            return Ok(torn);
        }
        self.offset = to;
        if self.look == Look::Heads {
            return Ok(Some(Found::Record(head)));
        }
        // At most 64 KiB and a head, by `head`.
        let mut record = vec![0; head.record_bytes() as usize];
        self.file.read_exact_at(&mut record, from)?;
        Ok(Some(match mending::state(&record, head.spot) {
            State::Whole => Found::Record(head),
            State::Flipped(bits) => Found::Flipped { head, bits },
            State::Damaged => Found::Damage { from, to, content: Some(head.digest) },
        }))
    }

    fn head(&self, bytes: &[u8; HEAD_BYTES], at: u64) -> Option<Head> {
        let offset = u32::try_from(at).ok()?;
        let head = Head::read(bytes, Spot { segment: self.segment, offset })?;
        (u64::from(head.length) <= ROW_BYTES).then_some(head)
    }

    fn mended_head(&self, bytes: &[u8; HEAD_BYTES], at: u64) -> Option<Head> {
        let spot = Spot { segment: self.segment, offset: u32::try_from(at).ok()? };
        let (head, _) = mending::head(bytes, spot)?;
        (u64::from(head.length) <= ROW_BYTES).then_some(head)
    }

    /// Nothing that was written begins here: finds where the next record does.
    fn beyond_damage(&mut self, from: u64) -> io::Result<Option<Found>> {
        let mut at = from;
        let mut only_zeros = true;
        let mut window = vec![0; WINDOW_BYTES];
        while at < self.end {
            // At most a window, by `min`.
            let wanted = (self.end - at).min(WINDOW_BYTES as u64) as usize;
            let window = &mut window[..wanted];
            self.file.read_exact_at(window, at)?;
            for (index, word) in window.chunks(ALIGNMENT as usize).enumerate() {
                only_zeros &= word.iter().all(|byte| *byte == 0);
                let here = at + index as u64 * ALIGNMENT;
                if word == MAGIC && here > from && self.begins_at(here)? {
                    self.offset = here;
                    return Ok(Some(Found::Damage { from, to: here, content: None }));
                }
            }
            at += wanted as u64;
        }
        self.offset = self.end;
        if only_zeros {
            return Ok(Some(Found::Torn { from }));
        }
        Ok(Some(Found::Damage { from, to: self.end, content: None }))
    }

    fn begins_at(&self, at: u64) -> io::Result<bool> {
        if self.end - at < HEAD_BYTES as u64 {
            return Ok(false);
        }
        let mut head = [0; HEAD_BYTES];
        self.file.read_exact_at(&mut head, at)?;
        Ok(self.head(&head, at).is_some())
    }
}
