//! Writing a container that the official libraries read.

use std::io::{self, Read, Write};

use liblzma::stream::{LzmaOptions, Stream};
use liblzma::write::XzEncoder;
use tar::{Builder, Header};

const BLOCK_BYTES: u64 = 512;
/// Archives are padded to a multiple of this, as tar does.
const RECORD_BYTES: u64 = 20 * BLOCK_BYTES;
const MODE: u32 = 0o644;

/// The fastest preset whose properties are 0x5D. Letters are mostly Base64 of compressed files, which no
/// preset makes smaller.
const PRESET: u32 = 1;

/// The dictionary a container declares: one of the six sizes that the official Java reader takes. A reader
/// may set aside as much memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum DictionarySize {
    /// 4 MiB.
    MiB4,
    /// 8 MiB.
    MiB8,
    /// 16 MiB, as the official Java library writes.
    #[default]
    MiB16,
    /// 32 MiB.
    MiB32,
    /// 64 MiB.
    MiB64,
    /// 128 MiB, as the official .NET library writes.
    MiB128,
}

impl DictionarySize {
    /// All six, the smallest first.
    pub const ALL: [Self; 6] =
        [Self::MiB4, Self::MiB8, Self::MiB16, Self::MiB32, Self::MiB64, Self::MiB128];

    /// The size in bytes.
    pub fn bytes(self) -> u32 {
        self.mebibytes() << 20
    }

    /// The size in MiB.
    pub fn mebibytes(self) -> u32 {
        match self {
            Self::MiB4 => 4,
            Self::MiB8 => 8,
            Self::MiB16 => 16,
            Self::MiB32 => 32,
            Self::MiB64 => 64,
            Self::MiB128 => 128,
        }
    }

    /// The size of so many MiB, if it is one of the six.
    pub fn from_mebibytes(mebibytes: u32) -> Option<Self> {
        Self::ALL.into_iter().find(|size| size.mebibytes() == mebibytes)
    }
}

/// What can be chosen about a container. Everything else is as the official libraries need it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PackOptions {
    /// The dictionary declared. What is written is the same bytes after the header: the encoder works
    /// with less than the smallest.
    pub dictionary: DictionarySize,
}

/// Writes a `.tar.lzma` that the official libraries read: properties 0x5D, one of six dictionary sizes,
/// unknown length with end marker.
///
/// After an error the container is broken and must be thrown away.
pub struct Packer<W: Write> {
    archive: Builder<XzEncoder<WithDictionary<W>>>,
    tar_bytes: u64,
}

impl<W: Write> Packer<W> {
    /// Starts a container on `out` with a dictionary of 16 MiB.
    ///
    /// # Errors
    /// When the encoder cannot be made or `out` fails.
    pub fn new(out: W) -> io::Result<Self> {
        Self::with_options(out, &PackOptions::default())
    }

    /// Starts a container on `out`.
    ///
    /// # Errors
    /// When the encoder cannot be made or `out` fails.
    pub fn with_options(out: W, options: &PackOptions) -> io::Result<Self> {
        let stream = Stream::new_lzma_encoder(&LzmaOptions::new_preset(PRESET)?)?;
        let out = WithDictionary { out, at: 0, declared_bytes: options.dictionary.bytes() };
        let encoder = XzEncoder::new_stream(out, stream);
        Ok(Self { archive: Builder::new(encoder), tar_bytes: 0 })
    }

    /// Adds a file of exactly `length_bytes`, named `name` (by custom `<messageUUID>.xml`).
    ///
    /// The time of the file is 1 January 1970: there is no clock here.
    ///
    /// # Errors
    /// When `content` is shorter or longer than said, the name is not ASCII or has more than 100
    /// characters, or `out` fails.
    pub fn append(
        &mut self,
        name: &str,
        length_bytes: u64,
        content: &mut dyn Read,
    ) -> io::Result<()> {
        let invalid = |text| io::Error::new(io::ErrorKind::InvalidInput, text);
        if !name.is_ascii() || name.len() > 100 || super::names::unsafe_name(name).is_some() {
            return Err(invalid(
                "the name of an entry is relative, ASCII, and at most 100 characters",
            ));
        }
        let mut header = Header::new_ustar();
        header.set_path(name)?;
        header.set_size(length_bytes);
        header.set_mode(MODE);
        header.set_uid(0);
        header.set_gid(0);
        header.set_mtime(0);
        header.set_cksum();
        let mut exactly = Exactly { inner: content, left_bytes: length_bytes };
        self.archive.append(&header, &mut exactly)?;
        if exactly.inner.read(&mut [0])? > 0 {
            return Err(invalid("the content is longer than said"));
        }
        self.tar_bytes += BLOCK_BYTES + length_bytes.next_multiple_of(BLOCK_BYTES);
        Ok(())
    }

    /// Ends the container and gives back the target.
    ///
    /// # Errors
    /// When `out` fails.
    pub fn finish(self) -> io::Result<W> {
        let mut encoder = self.archive.into_inner()?;
        let with_end = self.tar_bytes + 2 * BLOCK_BYTES;
        let padding = with_end.next_multiple_of(RECORD_BYTES) - with_end;
        io::copy(&mut io::repeat(0).take(padding), &mut encoder)?;
        Ok(encoder.finish()?.out)
    }
}

/// Ends after so many bytes, and fails when the inner reader ends before.
struct Exactly<'a> {
    inner: &'a mut dyn Read,
    left_bytes: u64,
}

impl Read for Exactly<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let wanted =
            usize::try_from(self.left_bytes).map_or(buffer.len(), |left| left.min(buffer.len()));
        let count = self.inner.read(&mut buffer[..wanted])?;
        if count == 0 && wanted > 0 {
            return Err(io::Error::new(
                io::ErrorKind::UnexpectedEof,
                "the content is shorter than said",
            ));
        }
        self.left_bytes -= count as u64;
        Ok(count)
    }
}

/// Puts the dictionary size that readers expect into the header as it goes by.
///
/// The encoder works with the smaller dictionary of its preset (1 MiB), which costs a tenth of the
/// memory; a reader only has to have at least as much as the encoder used.
struct WithDictionary<W> {
    out: W,
    at: usize,
    declared_bytes: u32,
}

impl<W: Write> Write for WithDictionary<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.at >= 5 || bytes.is_empty() {
            return self.out.write(bytes);
        }
        // Byte 0 holds the properties, bytes 1 to 4 the dictionary size.
        let byte = match self.at {
            0 => bytes[0],
            at => self.declared_bytes.to_le_bytes()[at - 1],
        };
        self.out.write_all(&[byte])?;
        self.at += 1;
        Ok(1)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}
