//! Writing a container that the official libraries read.

use std::io::{self, Read, Write};

use liblzma::stream::{LzmaOptions, Stream};
use liblzma::write::XzEncoder;
use tar::{Builder, Header};

const BLOCK_BYTES: u64 = 512;
/// Archives are padded to a multiple of this, as tar does.
const RECORD_BYTES: u64 = 20 * BLOCK_BYTES;
const MODE: u32 = 0o644;

/// The dictionary the header names: one of the six sizes that the official Java reader takes.
const HEADER_DICTIONARY_BYTES: u32 = 16 << 20;
/// The fastest preset. Letters are mostly Base64 of compressed files, which no preset makes smaller.
const PRESET: u32 = 1;

/// Writes a `.tar.lzma` that the official libraries read: properties 0x5D, 16 MiB dictionary, end marker.
///
/// After an error the container is broken and must be thrown away.
pub struct Packer<W: Write> {
    archive: Builder<XzEncoder<WithDictionary<W>>>,
    tar_bytes: u64,
}

impl<W: Write> Packer<W> {
    /// Starts a container on `out`.
    ///
    /// # Errors
    /// When the encoder cannot be made or `out` fails.
    pub fn new(out: W) -> io::Result<Self> {
        let options = LzmaOptions::new_preset(PRESET)?;
        let stream = Stream::new_lzma_encoder(&options)?;
        let encoder = XzEncoder::new_stream(WithDictionary { out, at: 0 }, stream);
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
/// The encoder works with the smaller dictionary of its preset, which costs a tenth of the memory; a
/// reader only has to have at least as much as the encoder used.
struct WithDictionary<W> {
    out: W,
    at: usize,
}

impl<W: Write> Write for WithDictionary<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.at >= 5 || bytes.is_empty() {
            return self.out.write(bytes);
        }
        // Byte 0 holds the properties, bytes 1 to 4 the dictionary size.
        let byte = match self.at {
            0 => bytes[0],
            at => HEADER_DICTIONARY_BYTES.to_le_bytes()[at - 1],
        };
        self.out.write_all(&[byte])?;
        self.at += 1;
        Ok(1)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}
