//! Writing a message as the official libraries read it: UTF-8, declaration, the standard prefixes.
//!
//! Values are written as they were read: the case of a UUID, a fraction of a second. Base64 goes out
//! on one line, encoded while it streams by.

use std::io::{self, BufWriter, Read, Seek, Write};

use crate::Message;
use crate::content::Content;
use crate::reading::characters::is_allowed;
use crate::schema::Namespace;
use crate::walking::{Halt, Place, Visitor};

/// Why a message was not written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WriteError {
    /// The target, or the source of content in place, failed.
    #[error("could not write the message")]
    Io(#[from] io::Error),
    /// A text holds a character that XML cannot carry.
    #[error("{path} holds a character that XML does not allow")]
    Character {
        /// Where in the message.
        path: String,
    },
}

/// Writes `message` to `out`. `source` is the document it was read from, for content still in place;
/// an empty cursor does for a message whose content is held.
///
/// The writer does not check the schema: what is missing in the message is missing in the document.
///
/// # Errors
/// See [`WriteError`].
pub fn write<W: Write, S: Read + Seek>(
    message: &Message,
    mut source: S,
    out: W,
) -> Result<(), WriteError> {
    let mut out = BufWriter::with_capacity(32 * 1024, out);
    let path = Vec::with_capacity(8);
    let mut writer = Writer { out: &mut out, source: &mut source, path, failure: None };
    writer.message(message)?;
    out.flush()?;
    Ok(())
}

/// Read and seek as one trait, so that the classes need not be made anew for every source.
pub(crate) trait Source: Read + Seek {}
impl<S: Read + Seek> Source for S {}

/// Which namespaces a message uses.
#[derive(Default)]
struct Namespaces([bool; Namespace::ALL.len()]);

impl Namespaces {
    fn note(&mut self, place: Place) -> Result<(), Halt> {
        self.0[place.element.namespace as usize] = true;
        Ok(())
    }

    fn used(&self) -> impl Iterator<Item = Namespace> + '_ {
        Namespace::ALL.into_iter().filter(|namespace| self.0[*namespace as usize])
    }
}

impl Visitor for Namespaces {
    fn begin(&mut self, place: Place) -> Result<(), Halt> {
        self.note(place)
    }
    fn end(&mut self, _: Place) -> Result<(), Halt> {
        Ok(())
    }
    fn text(&mut self, place: Place, _: &str) -> Result<(), Halt> {
        self.note(place)
    }
    fn content(&mut self, place: Place, _: &Content) -> Result<(), Halt> {
        self.note(place)
    }
}

/// Base64 is made from this many bytes at a time: a multiple of three.
const CONTENT_BYTES: usize = 24 * 1024;

struct Writer<'a> {
    out: &'a mut dyn Write,
    source: &'a mut dyn Source,
    path: Vec<&'static str>,
    /// Why the walk through the message halted.
    failure: Option<WriteError>,
}

impl Visitor for Writer<'_> {
    fn begin(&mut self, place: Place) -> Result<(), Halt> {
        self.path.push(place.element.name);
        let written = self.open(place);
        self.halt_on_failure(written)
    }

    fn end(&mut self, place: Place) -> Result<(), Halt> {
        self.path.pop();
        let written = self.close(place);
        self.halt_on_failure(written)
    }

    fn text(&mut self, place: Place, text: &str) -> Result<(), Halt> {
        let written = self.value(place, |writer| writer.plain(text));
        self.halt_on_failure(written)
    }

    fn content(&mut self, place: Place, content: &Content) -> Result<(), Halt> {
        let written = self.value(place, |writer| writer.base64(content));
        self.halt_on_failure(written)
    }
}

impl Writer<'_> {
    fn message(&mut self, message: &Message) -> Result<(), WriteError> {
        let mut used = Namespaces::default();
        // Noting namespaces never halts.
        let _ = message.walk(&mut used);
        self.path.push(Message::schema().name);
        self.out.write_all(b"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<memo:Message")?;
        for namespace in used.used() {
            write!(self.out, " xmlns:{}=\"{}\"", namespace.prefix(), namespace.uri())?;
        }
        write!(self.out, " memoVersion=\"{}\"", message.version)?;
        if let Some(schema_version) = &message.schema_version {
            self.out.write_all(b" memoSchVersion=\"")?;
            self.escaped(schema_version, b"<&>\"\t\n\r")?;
            self.out.write_all(b"\"")?;
        }
        self.out.write_all(b">")?;
        if message.walk(self).is_err()
            && let Some(failure) = self.failure.take()
        {
            return Err(failure);
        }
        self.out.write_all(b"</memo:Message>\n")?;
        Ok(())
    }

    fn halt_on_failure(&mut self, written: Result<(), WriteError>) -> Result<(), Halt> {
        written.map_err(|failure| {
            self.failure = Some(failure);
            Halt
        })
    }

    fn value(
        &mut self,
        place: Place,
        write: impl FnOnce(&mut Self) -> Result<(), WriteError>,
    ) -> Result<(), WriteError> {
        self.open(place)?;
        self.path.push(place.element.name);
        write(self)?;
        self.path.pop();
        self.close(place)
    }

    fn open(&mut self, place: Place) -> Result<(), WriteError> {
        self.tag("<", place)
    }

    fn close(&mut self, place: Place) -> Result<(), WriteError> {
        self.tag("</", place)
    }

    fn tag(&mut self, opening: &str, place: Place) -> Result<(), WriteError> {
        let element = place.element;
        for part in [opening, element.namespace.prefix(), ":", element.name, ">"] {
            self.out.write_all(part.as_bytes())?;
        }
        Ok(())
    }

    /// Text between tags. A carriage return would be read back as a line feed if it were not escaped.
    fn plain(&mut self, text: &str) -> Result<(), WriteError> {
        self.escaped(text, b"<&>\r")
    }

    fn escaped(&mut self, text: &str, special: &[u8]) -> Result<(), WriteError> {
        if !text.chars().all(is_allowed) {
            return Err(WriteError::Character { path: self.path.join("/") });
        }
        let mut rest = text.as_bytes();
        while let Some(at) = rest.iter().position(|byte| special.contains(byte)) {
            self.out.write_all(&rest[..at])?;
            match rest[at] {
                b'<' => self.out.write_all(b"&lt;")?,
                b'>' => self.out.write_all(b"&gt;")?,
                b'&' => self.out.write_all(b"&amp;")?,
                b'"' => self.out.write_all(b"&quot;")?,
                other => write!(self.out, "&#{other};")?,
            }
            rest = &rest[at + 1..];
        }
        self.out.write_all(rest)?;
        Ok(())
    }

    /// The content of a file, encoded as it streams by.
    fn base64(&mut self, content: &Content) -> Result<(), WriteError> {
        let mut encoded = Vec::with_capacity(CONTENT_BYTES / 3 * 4);
        if let Content::Held(bytes) = content {
            for chunk in bytes.chunks(CONTENT_BYTES) {
                self.encode(chunk, &mut encoded)?;
            }
            return Ok(());
        }
        let mut decoded = content.open(&mut *self.source)?;
        let mut chunk = vec![0; CONTENT_BYTES];
        loop {
            let filled = fill(&mut *decoded, &mut chunk)?;
            encoded.clear();
            base64_simd::STANDARD.encode_append(&chunk[..filled], &mut encoded);
            self.out.write_all(&encoded)?;
            if filled < chunk.len() {
                return Ok(());
            }
        }
    }

    fn encode(&mut self, chunk: &[u8], encoded: &mut Vec<u8>) -> io::Result<()> {
        encoded.clear();
        base64_simd::STANDARD.encode_append(chunk, encoded);
        self.out.write_all(encoded)
    }
}

/// Reads until `buffer` is full or the reader ends; a short read alone must not cut the Base64 in two.
pub(crate) fn fill(reader: &mut dyn Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match reader.read(&mut buffer[filled..]) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}
