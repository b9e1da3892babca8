//! A message as JSON, streamed.

use std::io::{self, BufWriter, Read, Seek, Write};

use super::emitter::Emitter;
use super::{LENGTH_BYTES, MEMO_SCH_VERSION, MEMO_VERSION};
use crate::Message;
use crate::content::Content;
use crate::schema::{ElementSchema, Kind};
use crate::walking::{Halt, Place, Visitor};
use crate::writing::{Source, fill};

/// What becomes of the content of files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Contents {
    /// It is written as Base64; the JSON says all the message says.
    #[default]
    Whole,
    /// Only its length in bytes is told, for whoever looks at the rest. Such JSON cannot become XML again.
    LeftOut,
}

/// Base64 is made from this many bytes at a time: a multiple of three.
const CONTENT_BYTES: usize = 24 * 1024;

/// Writes `message` as JSON in constant memory. `source` is the document it was read from, for content
/// still in place; an empty cursor does for a message whose content is held.
///
/// # Errors
/// When `out` or `source` fails.
pub fn write<W: Write, S: Read + Seek>(
    message: &Message,
    mut source: S,
    contents: Contents,
    out: W,
) -> io::Result<()> {
    let mut out = BufWriter::with_capacity(32 * 1024, out);
    let emitter = Emitter::new(&mut out);
    let mut writer =
        Writer { emitter, source: &mut source, contents, arrays: vec![None], failure: None };
    writer.message(message)?;
    out.flush()
}

struct Writer<'a> {
    emitter: Emitter<'a>,
    source: &'a mut dyn Source,
    contents: Contents,
    /// For each open object, the member whose array is open in it.
    arrays: Vec<Option<&'static ElementSchema>>,
    /// Why the walk through the message halted.
    failure: Option<io::Error>,
}

impl Writer<'_> {
    fn message(&mut self, message: &Message) -> io::Result<()> {
        self.emitter.begin(b'{')?;
        self.emitter.name(MEMO_VERSION)?;
        self.emitter.string(message.version.as_str())?;
        if let Some(schema_version) = &message.schema_version {
            self.emitter.name(MEMO_SCH_VERSION)?;
            self.emitter.string(schema_version)?;
        }
        if message.walk(self).is_err()
            && let Some(failure) = self.failure.take()
        {
            return Err(failure);
        }
        self.close_array()?;
        self.emitter.end(b'}')
    }

    fn halt_on_failure(&mut self, written: io::Result<()>) -> Result<(), Halt> {
        written.map_err(|failure| {
            self.failure = Some(failure);
            Halt
        })
    }

    /// Writes the name of an element, or goes on in its array.
    fn place(&mut self, place: Place) -> io::Result<()> {
        let element = place.element;
        let repeated = element.occurs.max > 1;
        if repeated && place.number > 1 {
            return Ok(());
        }
        self.close_array()?;
        self.emitter.name(element.name)?;
        if repeated {
            self.emitter.begin(b'[')?;
            if let Some(array) = self.arrays.last_mut() {
                *array = Some(element);
            }
        }
        Ok(())
    }

    fn close_array(&mut self) -> io::Result<()> {
        match self.arrays.last_mut().and_then(Option::take) {
            Some(_) => self.emitter.end(b']'),
            None => Ok(()),
        }
    }

    fn open_class(&mut self, place: Place) -> io::Result<()> {
        self.place(place)?;
        self.arrays.push(None);
        self.emitter.begin(b'{')
    }

    fn close_class(&mut self) -> io::Result<()> {
        self.close_array()?;
        self.arrays.pop();
        self.emitter.end(b'}')
    }

    fn value(&mut self, place: Place, text: &str) -> io::Result<()> {
        self.place(place)?;
        if is_switch(place.element) { self.emitter.word(text) } else { self.emitter.string(text) }
    }

    fn base64(&mut self, place: Place, content: &Content) -> io::Result<()> {
        self.place(place)?;
        if self.contents == Contents::LeftOut {
            self.emitter.begin(b'{')?;
            self.emitter.name(LENGTH_BYTES)?;
            self.emitter.word(&content.len_bytes().to_string())?;
            return self.emitter.end(b'}');
        }
        let mut decoded = content.open(&mut *self.source)?;
        self.emitter.plain_string(|out| {
            let length_bytes = usize::try_from(content.len_bytes()).unwrap_or(CONTENT_BYTES);
            let mut chunk = vec![0; CONTENT_BYTES.min(length_bytes.next_multiple_of(3).max(3))];
            let mut encoded = Vec::with_capacity(chunk.len() / 3 * 4);
            loop {
                let filled = fill(&mut *decoded, &mut chunk)?;
                encoded.clear();
                base64_simd::STANDARD.encode_append(&chunk[..filled], &mut encoded);
                out.write_all(&encoded)?;
                if filled < chunk.len() {
                    return Ok(());
                }
            }
        })
    }
}

/// Whether JSON has the element as `true` or `false`.
pub(super) fn is_switch(element: &ElementSchema) -> bool {
    matches!(element.kind, Kind::Value(value) if value.name == "Boolean")
}

impl Visitor for Writer<'_> {
    fn begin(&mut self, place: Place) -> Result<(), Halt> {
        let written = self.open_class(place);
        self.halt_on_failure(written)
    }

    fn end(&mut self, _: Place) -> Result<(), Halt> {
        let written = self.close_class();
        self.halt_on_failure(written)
    }

    fn text(&mut self, place: Place, text: &str) -> Result<(), Halt> {
        let written = self.value(place, text);
        self.halt_on_failure(written)
    }

    fn content(&mut self, place: Place, content: &Content) -> Result<(), Halt> {
        let written = self.base64(place, content);
        self.halt_on_failure(written)
    }
}
