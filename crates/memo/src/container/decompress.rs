//! From a container's bytes to the bytes of its tar archive, within limits.

use std::cell::{Cell, RefCell};
use std::io::{self, BufRead, BufReader, Cursor, Read};

use liblzma::bufread::XzDecoder;
use liblzma::stream::{CONCATENATED, Stream};

use super::{ContainerError, ContainerLimits};

/// The ratio is not looked at before this many bytes have come out, and some for each file: small
/// texts repeat themselves.
const RATIO_FREE_BYTES: u64 = 1 << 20;
/// What a decoder may take beside its dictionary.
const DECODER_BYTES: u64 = 1 << 20;
/// A tar header, and enough to know every compression.
const SIGNATURE_BYTES: u64 = 512;
const LZMA_HEADER_BYTES: usize = 13;

/// What the layers of one unpacking tell each other. Errors pass through decoders that change them,
/// so the first true cause is kept here.
#[derive(Default)]
pub(super) struct Shared {
    failure: RefCell<Option<ContainerError>>,
    in_bytes: Cell<u64>,
    files: Cell<u64>,
}

impl Shared {
    /// Keeps the first cause and gives an error to stop the layers above with.
    fn fail(&self, cause: ContainerError) -> io::Error {
        self.failure.borrow_mut().get_or_insert(cause);
        io::Error::other("unpacking stopped")
    }

    /// One more file begins.
    pub(super) fn file_begins(&self) {
        self.files.set(self.files.get() + 1);
    }

    /// The cause of an error that came up through the layers.
    pub(super) fn cause(&self, error: &io::Error) -> ContainerError {
        self.failure.borrow_mut().take().unwrap_or_else(|| {
            ContainerError::Unreadable(
                if error.kind() == io::ErrorKind::UnexpectedEof {
                    "it is cut off before its end"
                } else {
                    "its data is damaged"
                }
                .to_owned(),
            )
        })
    }

    /// The cause of an error of whoever took an entry; when the entry's own reader failed, that is why.
    pub(super) fn cause_of_taker(&self, error: io::Error) -> ContainerError {
        self.failure.borrow_mut().take().unwrap_or(ContainerError::Io(error))
    }
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

/// The bytes of the archive, counted against the limits.
pub(super) struct Unpacked<'a> {
    decoder: Box<dyn Read + 'a>,
    shared: &'a Shared,
    limits: &'a ContainerLimits,
    out_bytes: u64,
    /// Zeros read last; an archive ends with at least a block of them.
    pub(super) trailing_zeros: u64,
    ended: bool,
}

impl Read for Unpacked<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.ended || buffer.is_empty() {
            return Ok(0);
        }
        let count = self.decoder.read(buffer)?;
        self.ended = count == 0;
        self.out_bytes += count as u64;
        let limits = self.limits;
        if self.out_bytes > limits.unpacked_bytes {
            let text = format!("more than {} bytes come out of it", limits.unpacked_bytes);
            return Err(self.shared.fail(ContainerError::TooLarge(text)));
        }
        let allowed = self.shared.in_bytes.get().saturating_mul(limits.ratio);
        let free = self.shared.files.get().saturating_mul(limits.ratio_free_entry_bytes);
        if self.out_bytes > RATIO_FREE_BYTES.saturating_add(free) && self.out_bytes > allowed {
            let text = format!("more than {} bytes come out for each byte in", limits.ratio);
            return Err(self.shared.fail(ContainerError::TooLarge(text)));
        }
        match buffer[..count].iter().rposition(|byte| *byte != 0) {
            Some(last) => self.trailing_zeros = (count - last - 1) as u64,
            None => self.trailing_zeros += count as u64,
        }
        Ok(count)
    }
}

/// Finds the compression by signature and opens it.
pub(super) fn open<'a, R: Read + 'a>(
    source: R,
    limits: &'a ContainerLimits,
    shared: &'a Shared,
) -> Result<Unpacked<'a>, ContainerError> {
    let mut source = Source { inner: source, shared };
    let mut start = Vec::new();
    source
        .by_ref()
        .take(SIGNATURE_BYTES)
        .read_to_end(&mut start)
        .map_err(|error| shared.cause(&error))?;
    let compression = Compression::of(&start)?;
    if let Compression::Lzma { dictionary_bytes, .. } = compression
        && dictionary_bytes > limits.dictionary_bytes
    {
        let text = format!(
            "it asks for a dictionary of {dictionary_bytes} bytes, over the limit of {}",
            limits.dictionary_bytes
        );
        return Err(ContainerError::TooLarge(text));
    }
    if let Compression::Lzma { unpacked_bytes: Some(bytes), .. } = compression
        && bytes > limits.unpacked_bytes
    {
        let text = format!(
            "it says {bytes} bytes come out of it, over the limit of {}",
            limits.unpacked_bytes
        );
        return Err(ContainerError::TooLarge(text));
    }
    let source = BufReader::with_capacity(32 * 1024, Cursor::new(start).chain(source));
    let memory_bytes = limits.dictionary_bytes.saturating_add(DECODER_BYTES);
    let unusable = |_| ContainerError::Unreadable("its compression cannot be opened".to_owned());
    let decoder: Box<dyn Read + 'a> = match compression {
        Compression::Tar => Box::new(source),
        Compression::Lzma { .. } => {
            let stream = Stream::new_lzma_decoder(memory_bytes).map_err(unusable)?;
            Box::new(ToTheEnd(XzDecoder::new_stream(source, stream)))
        }
        Compression::Xz => {
            // Concatenated, so that anything after the last stream is looked at, and refused.
            let stream =
                Stream::new_stream_decoder(memory_bytes, CONCATENATED).map_err(unusable)?;
            Box::new(TooMuchMemory { inner: XzDecoder::new_stream(source, stream), shared, limits })
        }
        Compression::Gzip => Box::new(flate2::bufread::MultiGzDecoder::new(source)),
        Compression::Zstandard => {
            let cannot =
                |_| ContainerError::Unreadable("its compression cannot be opened".to_owned());
            let mut decoder = zstd::stream::read::Decoder::with_buffer(source).map_err(cannot)?;
            decoder
                .window_log_max(limits.dictionary_bytes.max(1024).ilog2().min(31))
                .map_err(cannot)?;
            Box::new(decoder)
        }
    };
    Ok(Unpacked { decoder, shared, limits, out_bytes: 0, trailing_zeros: 0, ended: false })
}

/// LZMA-alone has one stream and nothing after it, but its decoder would not look.
struct ToTheEnd<R>(XzDecoder<R>);

impl<R: BufRead> Read for ToTheEnd<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.0.read(buffer)?;
        if count == 0 && !buffer.is_empty() && !self.0.get_mut().fill_buf()?.is_empty() {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "data after the end"));
        }
        Ok(count)
    }
}

/// Tells a dictionary over the limit from damaged data.
struct TooMuchMemory<'a, R> {
    inner: R,
    shared: &'a Shared,
    limits: &'a ContainerLimits,
}

impl<R: Read> Read for TooMuchMemory<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.inner.read(buffer).map_err(|error| {
            let inner =
                error.get_ref().and_then(|inner| inner.downcast_ref::<liblzma::stream::Error>());
            if matches!(inner, Some(liblzma::stream::Error::MemLimit)) {
                let limit = self.limits.dictionary_bytes;
                let text = format!("it asks for a dictionary over the limit of {limit} bytes");
                self.shared.fail(ContainerError::TooLarge(text))
            } else {
                error
            }
        })
    }
}

#[derive(Clone, Copy)]
enum Compression {
    Tar,
    Lzma { dictionary_bytes: u64, unpacked_bytes: Option<u64> },
    Xz,
    Gzip,
    Zstandard,
}

impl Compression {
    fn of(start: &[u8]) -> Result<Self, ContainerError> {
        let unreadable = |text: &str| Err(ContainerError::Unreadable(text.to_owned()));
        match start {
            [] => unreadable("it is empty"),
            [0xFD, b'7', b'z', b'X', b'Z', 0, ..] => Ok(Self::Xz),
            [0x1F, 0x8B, ..] => Ok(Self::Gzip),
            [0x28, 0xB5, 0x2F, 0xFD, ..] => Ok(Self::Zstandard),
            [b'P', b'K', ..] => unreadable("it is a zip archive; send .tar.lzma"),
            [b'7', b'z', 0xBC, 0xAF, ..] => unreadable("it is a 7z archive; send .tar.lzma"),
            [b'<', ..] | [0xEF, 0xBB, 0xBF, b'<', ..] => {
                unreadable("it is XML; send single messages as application/xml")
            }
            _ if is_tar(start) => Ok(Self::Tar),
            _ => Self::lzma(start)
                .map_or_else(|| unreadable("it is no tar archive in a compression we know"), Ok),
        }
    }

    /// LZMA-alone has no signature, only a header that makes sense or does not.
    fn lzma(start: &[u8]) -> Option<Self> {
        let header: &[u8; LZMA_HEADER_BYTES] = start.first_chunk()?;
        let properties = header[0];
        let (lc, lp) = (properties % 9, properties / 9 % 5);
        if properties >= 225 || lc + lp > 4 {
            return None;
        }
        let dictionary_bytes =
            u64::from(u32::from_le_bytes([header[1], header[2], header[3], header[4]]));
        let size = u64::from_le_bytes(*header.last_chunk()?);
        Some(Self::Lzma { dictionary_bytes, unpacked_bytes: (size != u64::MAX).then_some(size) })
    }
}

/// Whether a block is a tar header: by its magic, or by its checksum for those before ustar.
fn is_tar(start: &[u8]) -> bool {
    let Some(block) = start.first_chunk::<512>() else { return false };
    if block[257..262] == *b"ustar" {
        return true;
    }
    let sum: u32 = block
        .iter()
        .enumerate()
        .map(|(at, byte)| if (148..156).contains(&at) { 32 } else { u32::from(*byte) })
        .sum();
    let written =
        std::str::from_utf8(&block[148..156]).unwrap_or_default().trim_matches([' ', '\0']);
    block[0] != 0 && u32::from_str_radix(written, 8) == Ok(sum)
}
