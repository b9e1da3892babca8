//! UTF-16 as UTF-8 in passing, so that everything after reads one encoding.
//!
//! Not here: whether UTF-16 is let pass at all; that is a tolerance of the policy.
//!
//! Source: RFC 2781; Extensible Markup Language (XML) 1.0, fifth edition, section 4.3.3.

use std::io::{self, Read};

use crate::Message;
use crate::content::{Content, Encoding, Waypoint};
use crate::schema::{ClassSchema, ElementSchema};
use crate::walking::Changer;

/// Which byte of a unit of UTF-16 comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ByteOrder {
    /// The high one.
    BigEndian,
    /// The low one.
    LittleEndian,
}

impl ByteOrder {
    /// Length of the mark at the start of a document.
    pub const MARK_BYTES: usize = 2;

    /// The order told by the byte order mark that a document begins with; none when it begins with
    /// something else.
    pub fn of_mark(document: &[u8]) -> Option<Self> {
        match document {
            [0xFE, 0xFF, ..] => Some(Self::BigEndian),
            [0xFF, 0xFE, ..] => Some(Self::LittleEndian),
            _ => None,
        }
    }

    fn unit(self, bytes: [u8; 2]) -> u16 {
        match self {
            Self::BigEndian => u16::from_be_bytes(bytes),
            Self::LittleEndian => u16::from_le_bytes(bytes),
        }
    }
}

const CHUNK_BYTES: usize = 16 * 1024;

/// Hands out a source of UTF-16 as UTF-8, in constant memory.
///
/// Half a pair of surrogates, and half a unit at the end, come out as bytes that are no UTF-8 either, so
/// that whoever reads the text finds them where they stand.
///
/// ```
/// use std::io::Read;
/// use brevdue_memo::reading::{ByteOrder, Transcoder};
///
/// let document = b"\xFF\xFE<\0\xE6\0/\0>\0";
/// let order = ByteOrder::of_mark(document).expect("a byte order mark");
/// let mut text = String::new();
/// Transcoder::new(&document[ByteOrder::MARK_BYTES..], order).read_to_string(&mut text)?;
/// assert_eq!(text, "<æ/>");
/// # Ok::<(), std::io::Error>(())
/// ```
pub struct Transcoder<R> {
    source: R,
    order: ByteOrder,
    /// Bytes taken from the source up to `held`, and not yet made text: less than a character.
    chunk: Box<[u8]>,
    held: usize,
    /// Text not handed out yet from `handed` on.
    text: Vec<u8>,
    handed: usize,
    /// Bytes of the source that became text, the mark not counted.
    source_bytes: u64,
    /// Bytes of text made of them.
    text_bytes: u64,
    ended: bool,
    map: Map,
}

impl<R: Read> Transcoder<R> {
    /// A transcoder of a source that stands after its byte order mark, if it has one.
    pub fn new(source: R, order: ByteOrder) -> Self {
        Self {
            source,
            order,
            chunk: vec![0; CHUNK_BYTES].into(),
            held: 0,
            text: Vec::new(),
            handed: 0,
            source_bytes: 0,
            text_bytes: 0,
            ended: false,
            map: Map::default(),
        }
    }

    /// Bytes taken from the source, the mark not counted.
    pub fn read_bytes(&self) -> u64 {
        self.source_bytes + self.held as u64
    }

    /// Makes text of another chunk of the source.
    fn refill(&mut self) -> io::Result<()> {
        self.map.note(self.source_bytes, self.text_bytes);
        let count = self.source.read(&mut self.chunk[self.held..])?;
        self.held += count;
        self.ended = count == 0;
        self.text.clear();
        self.handed = 0;
        let taken = self.decode();
        self.chunk.copy_within(taken..self.held, 0);
        self.held -= taken;
        self.source_bytes += taken as u64;
        self.text_bytes += self.text.len() as u64;
        Ok(())
    }

    /// Makes text of what is held; returns how many bytes it took.
    fn decode(&mut self) -> usize {
        let mut taken = 0;
        while let Some(unit) = self.unit_at(taken) {
            let pair = || Some([unit, self.unit_at(taken + 2)?]);
            let units = match unit {
                // The other half may be in the next chunk.
                0xD800..0xDC00 if !self.ended && self.unit_at(taken + 2).is_none() => break,
                0xD800..0xDC00 => pair().and_then(|pair| char::decode_utf16(pair).next()?.ok()),
                _ => char::from_u32(u32::from(unit)),
            };
            let Some(character) = units else {
                // Half a pair, written as if it were a character.
                let half = u32::from(unit);
                self.text.extend([
                    0xED,
                    0x80 | (half >> 6 & 0x3F) as u8,
                    0x80 | (half & 0x3F) as u8,
                ]);
                taken += 2;
                continue;
            };
            self.text.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
            taken += 2 * character.len_utf16();
        }
        if self.ended && taken < self.held {
            self.text.push(0xFF);
            taken = self.held;
        }
        taken
    }

    fn unit_at(&self, at: usize) -> Option<u16> {
        self.chunk[..self.held].get(at..at + 2).map(|bytes| self.order.unit([bytes[0], bytes[1]]))
    }

    /// Says of every content of a message that was read from the text where it stands in the source.
    pub(crate) fn place(&self, message: &mut Message) {
        message.change(&mut Placer { map: &self.map, order: self.order });
    }
}

impl<R: Read> Read for Transcoder<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.handed == self.text.len() {
            if self.ended || buffer.is_empty() {
                return Ok(0);
            }
            self.refill()?;
        }
        let count = buffer.len().min(self.text.len() - self.handed);
        buffer[..count].copy_from_slice(&self.text[self.handed..self.handed + count]);
        self.handed += count;
        Ok(count)
    }
}

/// Points kept of a document, however long.
const POINTS: usize = 4096;

/// Places known both in the source and in the text, so that content can be found without reading all
/// that stands before it. Points get sparser as the document gets longer.
struct Map {
    /// Bytes of the source and of the text before a character, in order.
    points: Vec<(u64, u64)>,
    /// Points lie at least so many bytes of text apart.
    apart_bytes: u64,
}

impl Default for Map {
    fn default() -> Self {
        Self { points: vec![(0, 0)], apart_bytes: CHUNK_BYTES as u64 }
    }
}

impl Map {
    fn note(&mut self, source_bytes: u64, text_bytes: u64) {
        let far = |point: &(u64, u64)| text_bytes - point.1 >= self.apart_bytes;
        if !self.points.last().is_some_and(far) {
            return;
        }
        if self.points.len() == POINTS {
            let mut even = false;
            self.points.retain(|_| {
                even = !even;
                even
            });
            self.apart_bytes *= 2;
        }
        self.points.push((source_bytes, text_bytes));
    }

    /// The last point at or before a byte of the text.
    fn before(&self, text_bytes: u64) -> (u64, u64) {
        let after = self.points.partition_point(|point| point.1 <= text_bytes);
        self.points.get(after.wrapping_sub(1)).copied().unwrap_or_default()
    }
}

struct Placer<'m> {
    map: &'m Map,
    order: ByteOrder,
}

impl Changer for Placer<'_> {
    fn text(&mut self, _: &'static ClassSchema, _: &'static ElementSchema, _: &mut String) {}

    fn content(&mut self, content: &mut Content) {
        if let Content::InPlace(place) = content {
            let (source_bytes, text_bytes) = self.map.before(place.offset_bytes);
            let source_bytes = source_bytes + ByteOrder::MARK_BYTES as u64;
            place.encoding =
                Encoding::Utf16(Waypoint { order: self.order, source_bytes, text_bytes });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text_of(units: &[u16], order: ByteOrder, tail: &[u8]) -> Vec<u8> {
        let bytes = units.iter().flat_map(|unit| match order {
            ByteOrder::BigEndian => unit.to_be_bytes(),
            ByteOrder::LittleEndian => unit.to_le_bytes(),
        });
        let bytes: Vec<u8> = bytes.chain(tail.iter().copied()).collect();
        let mut text = Vec::new();
        Transcoder::new(bytes.as_slice(), order).read_to_end(&mut text).expect("a slice");
        let mut dribbled = Vec::new();
        let mut one_by_one = Transcoder::new(OneByOne(&bytes), order);
        one_by_one.read_to_end(&mut dribbled).expect("a slice");
        assert_eq!(text, dribbled);
        assert_eq!(one_by_one.read_bytes(), bytes.len() as u64);
        text
    }

    struct OneByOne<'a>(&'a [u8]);
    impl Read for OneByOne<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let count = buffer.len().min(1);
            self.0.read(&mut buffer[..count])
        }
    }

    #[test]
    fn every_character_comes_out_as_itself_in_either_byte_order() {
        let all: String = (0..=0x10_FFFF).filter_map(char::from_u32).collect();
        let units: Vec<u16> = all.encode_utf16().collect();
        for order in [ByteOrder::BigEndian, ByteOrder::LittleEndian] {
            assert!(text_of(&units, order, b"") == all.as_bytes());
        }
    }

    #[test]
    fn half_a_pair_and_half_a_unit_are_no_utf_8_where_they_stand() {
        for (units, tail, valid_up_to) in [
            (&[0x61, 0xD800, 0x61][..], &b""[..], 1),
            (&[0x61, 0xD800], b"", 1),
            (&[0x61, 0xDC00, 0x61], b"", 1),
            (&[0xD83D, 0xD83D, 0xDE00], b"", 0),
            (&[0xE6, 0xDE00, 0xD83D], b"", 2),
            (&[0xE6], b"a", 2),
            (&[0xD83D], b"a", 0),
            (&[], b"a", 0),
        ] {
            for order in [ByteOrder::BigEndian, ByteOrder::LittleEndian] {
                let text = text_of(units, order, tail);
                let error = std::str::from_utf8(&text).expect_err("half of something");
                assert_eq!(error.valid_up_to(), valid_up_to, "{units:04X?}");
                assert!(error.error_len().is_some(), "{units:04X?}");
            }
        }
    }

    #[test]
    fn a_map_of_any_length_keeps_its_size_and_its_order() {
        let mut map = Map::default();
        for step in 0..1_000_000u64 {
            map.note(step * 20_000, step * 10_000);
        }
        assert!(map.points.len() <= POINTS);
        assert!(map.points.is_sorted());
        let (source_bytes, text_bytes) = map.before(5_000_000_123);
        assert_eq!(source_bytes, text_bytes * 2);
        assert!(text_bytes <= 5_000_000_123 && text_bytes > 4_990_000_000);
        assert_eq!(map.before(0), (0, 0));
    }
}
