//! Compressed streams, one after another and nothing else after them.

use std::io::{self, BufRead, Read};

use flate2::bufread::GzDecoder;
use liblzma::bufread::XzDecoder;
use liblzma::stream::Stream;

use super::Shared;
use crate::rulebook;

/// A decoder of one stream, which leaves what follows it in its source.
pub(super) trait OneStream: Read + Sized {
    type Source: BufRead;

    fn source(&mut self) -> &mut Self::Source;
    fn into_source(self) -> Self::Source;
}

impl<R: BufRead> OneStream for XzDecoder<R> {
    type Source = R;

    fn source(&mut self) -> &mut R {
        self.get_mut()
    }

    fn into_source(self) -> R {
        self.into_inner()
    }
}

impl<R: BufRead> OneStream for GzDecoder<R> {
    type Source = R;

    fn source(&mut self) -> &mut R {
        self.get_mut()
    }

    fn into_source(self) -> R {
        self.into_inner()
    }
}

/// What may follow a stream.
enum Following<D: OneStream> {
    Nothing,
    /// Another stream, known by its first byte, after any number of padding zeros if they are allowed.
    Stream {
        first_byte: u8,
        padding: Padding,
        open: Open<D>,
    },
}

/// Opens the stream that a source has next.
type Open<D> = Box<dyn Fn(<D as OneStream>::Source) -> io::Result<D>>;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Padding {
    None,
    Zeros,
}

/// Streams as if they were one. Whatever else follows the last is told as that, and not as damage.
pub(super) struct Streams<'a, D: OneStream> {
    /// None only after a stream could not be opened.
    current: Option<D>,
    following: Following<D>,
    shared: &'a Shared,
}

/// A stream that must be the only one.
pub(super) fn nothing_after<'a, D: OneStream + 'a>(
    decoder: D,
    shared: &'a Shared,
) -> Box<dyn Read + 'a> {
    Box::new(Streams { current: Some(decoder), following: Following::Nothing, shared })
}

impl<'a> Streams<'a, XzDecoder<io::Empty>> {
    /// As the format of `.xz` files allows, with zeros between streams.
    pub(super) fn xz<R: BufRead + 'a>(
        source: R,
        memory_bytes: u64,
        shared: &'a Shared,
    ) -> io::Result<Box<dyn Read + 'a>> {
        let open = move |source| {
            let stream = Stream::new_stream_decoder(memory_bytes, 0)?;
            Ok(XzDecoder::new_stream(source, stream))
        };
        let current = Some(open(source)?);
        let open: Open<XzDecoder<R>> = Box::new(open);
        let following = Following::Stream { first_byte: 0xFD, padding: Padding::Zeros, open };
        Ok(Box::new(Streams { current, following, shared }))
    }

    /// As `gzip` reads its members.
    pub(super) fn gzip<R: BufRead + 'a>(
        source: R,
        shared: &'a Shared,
    ) -> io::Result<Box<dyn Read + 'a>> {
        let current = Some(GzDecoder::new(source));
        let open: Open<GzDecoder<R>> = Box::new(|source| Ok(GzDecoder::new(source)));
        let following = Following::Stream { first_byte: 0x1F, padding: Padding::None, open };
        Ok(Box::new(Streams { current, following, shared }))
    }
}

impl<D: OneStream> Streams<'_, D> {
    /// Goes on to the next stream; false when there is none and nothing else either.
    fn go_on(&mut self) -> io::Result<bool> {
        let Some(current) = &mut self.current else { return Ok(false) };
        loop {
            let rest = current.source().fill_buf()?;
            let Some(first) = rest.first() else { return Ok(false) };
            match &self.following {
                Following::Stream { padding: Padding::Zeros, .. } if *first == 0 => {
                    let zeros = rest.iter().take_while(|byte| **byte == 0).count();
                    current.source().consume(zeros);
                }
                Following::Stream { first_byte, .. } if first == first_byte => break,
                _ => return Err(self.shared.stop(&rulebook::STREAM_TRAILING, &[])),
            }
        }
        if let Following::Stream { open, .. } = &self.following
            && let Some(ended) = self.current.take()
        {
            self.current = Some(open(ended.into_source())?);
        }
        Ok(true)
    }
}

impl<D: OneStream> Read for Streams<'_, D> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while let Some(current) = &mut self.current {
            let count = current.read(buffer)?;
            if count > 0 || buffer.is_empty() {
                return Ok(count);
            }
            if !self.go_on()? {
                break;
            }
        }
        Ok(0)
    }
}
