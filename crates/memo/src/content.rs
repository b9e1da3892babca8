//! The content of a file inside a message: Base64 in its place, decoded when somebody asks.

use std::io::{self, Read, Seek, SeekFrom};

use crate::reading::base64::CLASSES;
use crate::reading::characters::{Reference, reference};
use crate::reading::{ByteOrder, Transcoder};

/// The content of one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// The content stands in the document it was read from.
    InPlace(InPlace),
    /// The content is held in memory, decoded; what a builder makes.
    Held(Vec<u8>),
}

/// Where in the source a file's Base64 stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InPlace {
    /// First byte after the start tag, counted from the start of the source; of a source in UTF-16,
    /// from the start of the same text in UTF-8.
    pub offset_bytes: u64,
    /// Bytes between the tags, white space and the rare comment or CDATA section counted too.
    pub encoded_bytes: u64,
    /// Length of the file once decoded.
    pub decoded_bytes: u64,
    /// How the source is encoded.
    pub encoding: Encoding,
}

/// How the document that a file stands in is encoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-8.
    Utf8,
    /// UTF-16, with a place at or before the file where transcoding can begin.
    Utf16(Waypoint),
}

/// A place known in a source of UTF-16 and in the same text in UTF-8.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Waypoint {
    /// The byte order of the source.
    pub order: ByteOrder,
    /// Bytes of the source before it, the byte order mark counted.
    pub source_bytes: u64,
    /// Bytes of the text before it.
    pub text_bytes: u64,
}

impl Content {
    /// Length of the file in bytes, decoded.
    pub fn len_bytes(&self) -> u64 {
        match self {
            Self::InPlace(place) => place.decoded_bytes,
            Self::Held(bytes) => bytes.len() as u64,
        }
    }

    /// A reader of the decoded bytes, in constant memory. `source` is the document the message was
    /// read from; content held in memory does not touch it.
    ///
    /// # Errors
    /// When `source` cannot be moved to the content. The reader itself fails with `UnexpectedEof` or
    /// `InvalidData` when `source` is not the document the message was read from.
    pub fn open<'a, S: Read + Seek + 'a>(
        &'a self,
        mut source: S,
    ) -> io::Result<Box<dyn Read + 'a>> {
        match self {
            Self::Held(bytes) => Ok(Box::new(bytes.as_slice())),
            Self::InPlace(place) => {
                let encoded_bytes = place.encoded_bytes;
                match place.encoding {
                    Encoding::Utf8 => {
                        source.seek(SeekFrom::Start(place.offset_bytes))?;
                        Ok(Box::new(Decoder::new(source.take(encoded_bytes), encoded_bytes)))
                    }
                    Encoding::Utf16(from) => {
                        source.seek(SeekFrom::Start(from.source_bytes))?;
                        let mut text = Transcoder::new(source, from.order);
                        let before = place.offset_bytes.saturating_sub(from.text_bytes);
                        io::copy(&mut text.by_ref().take(before), &mut io::sink())?;
                        Ok(Box::new(Decoder::new(text.take(encoded_bytes), encoded_bytes)))
                    }
                }
            }
        }
    }

    /// The decoded bytes, all in memory.
    ///
    /// # Errors
    /// As [`Content::open`].
    pub fn hold<S: Read + Seek>(&self, source: S) -> io::Result<Vec<u8>> {
        let mut bytes =
            Vec::with_capacity(usize::try_from(self.len_bytes()).unwrap_or(0).min(1 << 20));
        self.open(source)?.read_to_end(&mut bytes)?;
        Ok(bytes)
    }
}

const CHUNK_BYTES: usize = 32 * 1024;

/// Decodes Base64 that reading has found to be right, out of its place in a document.
struct Decoder<S> {
    source: S,
    expected_bytes: u64,
    chunk: Vec<u8>,
    stripper: Stripper,
    /// Characters of Base64, not decoded yet.
    encoded: Vec<u8>,
    /// Decoded bytes, not handed out yet from `handed` on.
    decoded: Vec<u8>,
    handed: usize,
}

impl<S: Read> Decoder<S> {
    fn new(source: S, expected_bytes: u64) -> Self {
        let chunk_bytes =
            usize::try_from(expected_bytes).map_or(CHUNK_BYTES, |bytes| bytes.min(CHUNK_BYTES));
        Self {
            source,
            expected_bytes,
            chunk: vec![0; chunk_bytes],
            stripper: Stripper::default(),
            encoded: Vec::new(),
            decoded: Vec::new(),
            handed: 0,
        }
    }

    /// Decodes another chunk; there must be one.
    fn refill(&mut self) -> io::Result<()> {
        let count = loop {
            match self.source.read(&mut self.chunk) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                other => break other?,
            }
        };
        if count == 0 {
            return Err(io::Error::new(
                io::ErrorKind::UnexpectedEof,
                "the document is shorter than when it was read",
            ));
        }
        self.expected_bytes -= count as u64;
        self.stripper.strip(&self.chunk[..count], &mut self.encoded);
        let ended = self.expected_bytes == 0;
        // The last group may end loosely, when a policy let it pass.
        let kept = usize::from(ended);
        let whole = self.encoded.len().saturating_sub(kept) / 4 * 4;
        self.decoded.clear();
        self.handed = 0;
        base64_simd::STANDARD.decode_append(&self.encoded[..whole], &mut self.decoded).map_err(
            |_| {
                io::Error::new(
                    io::ErrorKind::InvalidData,
                    "the document is not the one that was read",
                )
            },
        )?;
        self.encoded.drain(..whole);
        if ended {
            push_last_group(&self.encoded, &mut self.decoded);
            self.encoded.clear();
        }
        Ok(())
    }
}

/// Decodes a last group of at most four characters, with or without its padding.
fn push_last_group(group: &[u8], decoded: &mut Vec<u8>) {
    let end = group.iter().position(|character| *character == b'=').unwrap_or(group.len());
    let bits = |character: &u8| u32::from(CLASSES[usize::from(*character)]);
    let number = group[..end].iter().fold(0, |number, character| number << 6 | bits(character));
    let bytes = (number << (6 * (4 - end.min(4)))).to_be_bytes();
    decoded.extend_from_slice(bytes.get(1..end).unwrap_or_default());
}

impl<S: Read> Read for Decoder<S> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.handed == self.decoded.len() {
            if buffer.is_empty() || self.expected_bytes == 0 {
                return Ok(0);
            }
            self.refill()?;
        }
        let count = buffer.len().min(self.decoded.len() - self.handed);
        buffer[..count].copy_from_slice(&self.decoded[self.handed..self.handed + count]);
        self.handed += count;
        Ok(count)
    }
}

/// Takes the Base64 out of the text of an element: white space, comments, processing instructions
/// and the marks of CDATA sections fall away, character references become characters.
#[derive(Default)]
struct Stripper {
    inside: Inside,
    /// The markup or reference begun, as far as it is needed to see where it ends.
    begun: Vec<u8>,
}

#[derive(Default, Clone, Copy, PartialEq, Eq)]
enum Inside {
    #[default]
    Text,
    Reference,
    /// After `<`, not yet known what it is.
    Markup,
    Comment,
    Instruction,
    CData,
}

impl Stripper {
    fn strip(&mut self, chunk: &[u8], out: &mut Vec<u8>) {
        let mut rest = chunk;
        while !rest.is_empty() {
            rest = match self.inside {
                Inside::Text => self.strip_text(rest, out),
                _ => self.strip_rare(rest, out),
            };
        }
    }

    fn strip_text<'a>(&mut self, rest: &'a [u8], out: &mut Vec<u8>) -> &'a [u8] {
        let plain = memchr::memchr2(b'<', b'&', rest).unwrap_or(rest.len());
        push_without_white(&rest[..plain], out);
        match rest.get(plain) {
            Some(b'<') => self.inside = Inside::Markup,
            Some(_) => self.inside = Inside::Reference,
            None => return &[],
        }
        self.begun.clear();
        &rest[plain + 1..]
    }

    /// One byte at a time: nobody writes this on purpose.
    fn strip_rare<'a>(&mut self, rest: &'a [u8], out: &mut Vec<u8>) -> &'a [u8] {
        self.begun.push(rest[0]);
        match self.inside {
            Inside::Text => {}
            Inside::Reference => {
                if rest[0] == b';' {
                    if let Reference::Character(character) =
                        reference(&self.begun[..self.begun.len() - 1])
                    {
                        push_without_white(character.encode_utf8(&mut [0; 4]).as_bytes(), out);
                    }
                    self.inside = Inside::Text;
                }
            }
            Inside::Markup => match self.begun.as_slice() {
                b"!--" => self.enter(Inside::Comment),
                b"?" => self.enter(Inside::Instruction),
                b"![CDATA[" => self.enter(Inside::CData),
                _ => {}
            },
            Inside::Comment => self.leave_at(b"-->"),
            Inside::Instruction => self.leave_at(b"?>"),
            Inside::CData => {
                if rest[0] != b']' && rest[0] != b'>' {
                    push_without_white(&rest[..1], out);
                }
                self.leave_at(b"]]>");
            }
        }
        &rest[1..]
    }

    fn enter(&mut self, inside: Inside) {
        self.inside = inside;
        self.begun.clear();
    }

    fn leave_at(&mut self, end: &[u8]) {
        if self.begun.ends_with(end) {
            self.enter(Inside::Text);
        } else if self.begun.len() > end.len() {
            self.begun.remove(0);
        }
    }
}

fn push_without_white(text: &[u8], out: &mut Vec<u8>) {
    let mut rest = text;
    while !rest.is_empty() {
        let line = memchr::memchr2(b'\n', b'\r', rest).unwrap_or(rest.len());
        if memchr::memchr2(b' ', b'\t', &rest[..line]).is_none() {
            out.extend_from_slice(&rest[..line]);
        } else {
            out.extend(rest[..line].iter().filter(|byte| !matches!(byte, b' ' | b'\t')));
        }
        rest = rest.get(line + 1..).unwrap_or_default();
    }
}
