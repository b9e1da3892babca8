//! From a container's bytes to the bytes of its tar archive, within limits.

use std::cell::{Cell, RefCell};
use std::io::{self, BufReader, Cursor, Read};

use liblzma::bufread::XzDecoder;
use liblzma::stream::Stream;

use super::{ContainerError, ContainerLimits, entry_path};
use crate::Finding;
use crate::finding::{Position, Word};
use crate::rulebook::{self, Rule};

mod signature;
mod streams;

pub(super) use signature::checksum_fits;

use signature::Compression;
use streams::{Streams, nothing_after};

/// The ratio is not looked at before this many bytes have come out, and some for each file: small
/// texts repeat themselves.
const RATIO_FREE_BYTES: u64 = 1 << 20;
/// What a decoder may take beside its dictionary.
const DECODER_BYTES: u64 = 1 << 20;
/// A tar header, and enough to know every compression.
const SIGNATURE_BYTES: u64 = 512;
const SOURCE_BUFFER_BYTES: usize = 32 * 1024;

/// What the layers of one unpacking tell each other. Errors pass through decoders that change them,
/// so the first true cause is kept here.
#[derive(Default)]
pub(super) struct Shared {
    failure: RefCell<Option<ContainerError>>,
    in_bytes: Cell<u64>,
    out_bytes: Cell<u64>,
    files: Cell<u64>,
    /// The entry whose content is being read; 0 between entries.
    entry: Cell<usize>,
}

impl Shared {
    /// Keeps the first cause and gives an error to stop the layers above with.
    fn fail(&self, cause: ContainerError) -> io::Error {
        self.failure.borrow_mut().get_or_insert(cause);
        io::Error::other("unpacking stopped")
    }

    /// Stops everything, because the container breaks `rule` here.
    pub(super) fn stop(&self, rule: &'static Rule, words: &[Word<'_>]) -> io::Error {
        self.fail(self.finding(rule, words).into())
    }

    /// A finding at the byte reached, in the entry that is being read.
    pub(super) fn finding(&self, rule: &'static Rule, words: &[Word<'_>]) -> Finding {
        finding_at(rule, self.entry.get(), self.out_bytes.get(), words)
    }

    /// One more file begins.
    pub(super) fn file_begins(&self, number: usize) {
        self.files.set(self.files.get() + 1);
        self.entry.set(number);
    }

    /// The content of a file has been read.
    pub(super) fn file_ends(&self) {
        self.entry.set(0);
    }

    /// The cause of an error that came up through the layers.
    pub(super) fn cause(&self, error: io::Error) -> ContainerError {
        self.failure.borrow_mut().take().unwrap_or(ContainerError::Io(error))
    }
}

/// A finding of entry `number`, or of the whole container when that is 0.
pub(super) fn finding_at(
    rule: &'static Rule,
    number: usize,
    offset_bytes: u64,
    words: &[Word<'_>],
) -> Finding {
    let path = if number == 0 { String::new() } else { entry_path(number) };
    let position = Position { offset_bytes, ..Position::default() };
    Finding::new(rule, rule.severity, path, position, words)
}

/// Counts the bytes of the container and keeps the errors of its source.
struct Source<'a, R> {
    inner: R,
    shared: &'a Shared,
}

impl<R: Read> Read for Source<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self.inner.read(buffer) {
            Ok(count) => {
                self.shared.in_bytes.set(self.shared.in_bytes.get() + count as u64);
                Ok(count)
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => Err(error),
            Err(error) => Err(self.shared.fail(ContainerError::Io(error))),
        }
    }
}

/// The bytes of the archive, counted against the limits. After an error it gives nothing more.
pub(super) struct Unpacked<'a> {
    decoder: Box<dyn Read + 'a>,
    shared: &'a Shared,
    limits: &'a ContainerLimits,
    /// Whether there is a compression that the archive came out of.
    pub(super) compressed: bool,
    ended: bool,
    failed: bool,
}

impl Read for Unpacked<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.failed {
            return Err(io::Error::other("unpacking stopped"));
        }
        if self.ended || buffer.is_empty() {
            return Ok(0);
        }
        let outcome = self.read_within_limits(buffer);
        self.failed = matches!(&outcome, Err(error) if error.kind() != io::ErrorKind::Interrupted);
        outcome
    }
}

impl Unpacked<'_> {
    fn read_within_limits(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let (shared, limits) = (self.shared, self.limits);
        let count = match self.decoder.read(buffer) {
            Ok(count) => count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => return Err(error),
            Err(error) => return Err(stopped_by(&error, shared, limits)),
        };
        self.ended = count == 0;
        let out_bytes = shared.out_bytes.get() + count as u64;
        shared.out_bytes.set(out_bytes);
        if out_bytes > limits.unpacked_bytes {
            let words = [Word::Number(limits.unpacked_bytes)];
            return Err(shared.stop(&rulebook::UNPACKED_TOO_LARGE, &words));
        }
        let allowed = shared.in_bytes.get().saturating_mul(limits.ratio);
        let free = shared.files.get().saturating_mul(limits.ratio_free_entry_bytes);
        if out_bytes > RATIO_FREE_BYTES.saturating_add(free) && out_bytes > allowed {
            return Err(shared.stop(&rulebook::RATIO_TOO_HIGH, &[Word::Number(limits.ratio)]));
        }
        Ok(count)
    }

    /// How many bytes have come out.
    pub(super) fn out_bytes(&self) -> u64 {
        self.shared.out_bytes.get()
    }
}

/// What an error of a decoder means. When the source failed, that is already known, and kept.
fn stopped_by(error: &io::Error, shared: &Shared, limits: &ContainerLimits) -> io::Error {
    let lzma = error.get_ref().and_then(|inner| inner.downcast_ref::<liblzma::stream::Error>());
    // Of Zstandard's errors only the texts come through.
    let text = if lzma.is_none() { error.to_string() } else { String::new() };
    if matches!(lzma, Some(liblzma::stream::Error::MemLimit)) || text.contains("too much memory") {
        return dictionary_too_large(shared, limits, None);
    }
    let rule = if error.kind() == io::ErrorKind::UnexpectedEof {
        &rulebook::STREAM_CUT_OFF
    } else if text.contains("Unknown frame descriptor") && shared.out_bytes.get() > 0 {
        &rulebook::STREAM_TRAILING
    } else {
        &rulebook::STREAM_DAMAGED
    };
    shared.stop(rule, &[])
}

fn dictionary_too_large(
    shared: &Shared,
    limits: &ContainerLimits,
    asked_bytes: Option<u64>,
) -> io::Error {
    let asked = asked_bytes.map_or(Word::Phrase("for mange", "too many"), Word::Number);
    shared.stop(&rulebook::DICTIONARY_TOO_LARGE, &[asked, Word::Number(limits.dictionary_bytes)])
}

/// Finds the compression by signature and opens it.
///
/// liblzma asks for memory of the dictionary's declared size but does not touch it before there are
/// bytes to fill it with, so that a small container costs little memory whatever it declares.
pub(super) fn open<'a, R: Read + 'a>(
    source: R,
    limits: &'a ContainerLimits,
    shared: &'a Shared,
) -> Result<Unpacked<'a>, ContainerError> {
    let cause = |error| shared.cause(error);
    let mut source = Source { inner: source, shared };
    let mut start = Vec::new();
    source.by_ref().take(SIGNATURE_BYTES).read_to_end(&mut start).map_err(cause)?;
    let compression = Compression::of(&start).map_err(|rule| cause(shared.stop(rule, &[])))?;
    if let Compression::Lzma { dictionary_bytes, .. } = compression
        && dictionary_bytes > limits.dictionary_bytes
    {
        return Err(cause(dictionary_too_large(shared, limits, Some(dictionary_bytes))));
    }
    if let Compression::Lzma { unpacked_bytes: Some(bytes), .. } = compression
        && bytes > limits.unpacked_bytes
    {
        let words = [Word::Number(limits.unpacked_bytes)];
        return Err(cause(shared.stop(&rulebook::UNPACKED_TOO_LARGE, &words)));
    }
    let source = BufReader::with_capacity(SOURCE_BUFFER_BYTES, Cursor::new(start).chain(source));
    let memory_bytes = limits.dictionary_bytes.saturating_add(DECODER_BYTES);
    let decoder: io::Result<Box<dyn Read + 'a>> = match compression {
        Compression::Tar => Ok(Box::new(source)),
        Compression::Lzma { .. } => Stream::new_lzma_decoder(memory_bytes)
            .map(|stream| nothing_after(XzDecoder::new_stream(source, stream), shared))
            .map_err(Into::into),
        Compression::Xz => Streams::xz(source, memory_bytes, shared),
        Compression::Gzip => Streams::gzip(source, shared),
        Compression::Zstandard => zstandard(source, limits),
    };
    let decoder = decoder.map_err(|error| cause(stopped_by(&error, shared, limits)))?;
    let compressed = !matches!(compression, Compression::Tar);
    Ok(Unpacked { decoder, shared, limits, compressed, ended: false, failed: false })
}

fn zstandard<'a>(
    source: impl io::BufRead + 'a,
    limits: &ContainerLimits,
) -> io::Result<Box<dyn Read + 'a>> {
    let mut decoder = zstd::stream::read::Decoder::with_buffer(source)?;
    decoder.window_log_max(limits.dictionary_bytes.max(1024).ilog2().min(31))?;
    Ok(Box::new(decoder))
}
