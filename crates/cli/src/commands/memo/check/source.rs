//! The neighbourhood of a place in a message that has been read, without holding the message.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};

use brevdue_memo::reading::{ByteOrder, Transcoder};

/// Bytes kept of the beginning, and at least as many of the end, of what cannot be read again.
const KEPT_BYTES: usize = 256 * 1024;

/// The bytes around a place.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Around {
    pub(super) bytes: Vec<u8>,
    /// The place among them.
    pub(super) at: usize,
}

/// Whatever can show a part of itself again.
pub(super) trait Again {
    /// The bytes around a place, at most `reach` on each side; none when they are gone.
    fn around(&mut self, offset_bytes: u64, reach: usize) -> Option<Around>;
}

/// A file is opened and read again where it is needed.
impl Again for File {
    fn around(&mut self, offset_bytes: u64, reach: usize) -> Option<Around> {
        let start = offset_bytes.saturating_sub(reach as u64);
        let at = (offset_bytes - start) as usize;
        // With room for all of it, it is read in one go.
        let mut bytes = Vec::with_capacity(at + reach + 1);
        let mut mark = [0; ByteOrder::MARK_BYTES];
        self.rewind().ok()?;
        self.read_exact(&mut mark).ok()?;
        if let Some(order) = ByteOrder::of_mark(&mark) {
            // Places in UTF-16 count the bytes of the same text in UTF-8.
            let mut text = Transcoder::new(self, order);
            io::copy(&mut text.by_ref().take(start), &mut io::sink()).ok()?;
            text.take((at + reach) as u64).read_to_end(&mut bytes).ok()?;
        } else {
            self.seek(SeekFrom::Start(start)).ok()?;
            self.take((at + reach) as u64).read_to_end(&mut bytes).ok()?;
        }
        (bytes.len() >= at).then_some(Around { bytes, at })
    }
}

/// Hands bytes on and keeps the first and the last of them: a fault in a header stands early, one
/// after the files stands late, and what is between them is nearly always the content of files.
pub(super) struct Keeping<R> {
    inner: R,
    first: Vec<u8>,
    last: Vec<u8>,
    length_bytes: u64,
}

impl<R> Keeping<R> {
    pub(super) fn new(inner: R) -> Self {
        Self { inner, first: Vec::new(), last: Vec::new(), length_bytes: 0 }
    }

    fn keep(&mut self, bytes: &[u8]) {
        self.length_bytes += bytes.len() as u64;
        let room = (KEPT_BYTES - self.first.len()).min(bytes.len());
        self.first.extend_from_slice(&bytes[..room]);
        let rest = &bytes[room..];
        let rest = &rest[rest.len().saturating_sub(KEPT_BYTES)..];
        if self.last.len() + rest.len() > 2 * KEPT_BYTES {
            self.last.drain(..self.last.len() - KEPT_BYTES);
        }
        self.last.extend_from_slice(rest);
    }
}

impl<R: Read> Read for Keeping<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.keep(&buffer[..count]);
        Ok(count)
    }
}

impl<R> Again for Keeping<R> {
    fn around(&mut self, offset_bytes: u64, reach: usize) -> Option<Around> {
        if ByteOrder::of_mark(&self.first).is_some() {
            return None;
        }
        let last_start = self.length_bytes - self.last.len() as u64;
        let (kept, start) = if offset_bytes <= self.first.len() as u64 {
            (&self.first, 0)
        } else {
            (&self.last, last_start)
        };
        let at = usize::try_from(offset_bytes.checked_sub(start)?).ok()?;
        let from = at.saturating_sub(reach);
        let to = at.saturating_add(reach).min(kept.len());
        Some(Around { bytes: kept.get(from..to)?.to_vec(), at: at - from })
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    #[test]
    fn a_place_in_utf_16_is_shown_as_text_where_the_file_can_be_read_again() {
        let text = "<æ>😀</æ>\n".repeat(10_000);
        let bytes: Vec<u8> =
            format!("\u{FEFF}{text}").encode_utf16().flat_map(u16::to_be_bytes).collect();
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(&bytes).unwrap();
        for offset in [0, 5, 99_999, text.len()] {
            let around = file.around(offset as u64, 100).unwrap();
            let expected =
                &text.as_bytes()[offset.saturating_sub(100)..(offset + 100).min(text.len())];
            assert_eq!(around.bytes, expected, "at {offset}");
            assert_eq!(around.at, offset.min(100));
        }
        let mut keeping = Keeping::new(bytes.as_slice());
        io::copy(&mut keeping, &mut io::sink()).unwrap();
        assert_eq!(keeping.around(5, 100), None);
    }

    #[test]
    fn what_streamed_by_shows_its_beginning_and_end_as_a_file_does() {
        let bytes: Vec<u8> = (0..3 * KEPT_BYTES + 17).map(|i| (i % 251) as u8).collect();
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(&bytes).unwrap();
        let mut keeping = Keeping::new(bytes.as_slice());
        io::copy(&mut keeping, &mut io::sink()).unwrap();
        let end = bytes.len() as u64;
        for offset in [0, 5, 1000, end - 1000, end - 1, end] {
            let of_file = file.around(offset, 100).unwrap();
            assert_eq!(of_file.bytes[of_file.at..].first(), bytes.get(offset as usize));
            assert_eq!(keeping.around(offset, 100).unwrap(), of_file, "at {offset}");
        }
        // What is between them is gone, and is not mistaken for something else.
        assert_eq!(keeping.around(KEPT_BYTES as u64 + 1000, 100), None);
        assert!(keeping.last.len() <= 2 * KEPT_BYTES);
    }
}
