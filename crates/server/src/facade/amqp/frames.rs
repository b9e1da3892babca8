//! Frames of AMQP 0-9-1, and the few kinds of value in them. Numbers are big endian.
//!
//! Source: AMQP 0-9-1 specification, 4.2 (wire format).

use std::io;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::time::timeout;

/// The first bytes of a connection.
pub(super) const GREETING: &[u8; 8] = b"AMQP\x00\x00\x09\x01";
const END: u8 = 0xce;

/// What a frame holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FrameKind {
    Method,
    Header,
    Body,
    Heartbeat,
}

impl FrameKind {
    fn number(self) -> u8 {
        match self {
            Self::Method => 1,
            Self::Header => 2,
            Self::Body => 3,
            Self::Heartbeat => 8,
        }
    }

    fn from_number(number: u8) -> Option<Self> {
        let all = [Self::Method, Self::Header, Self::Body, Self::Heartbeat];
        all.into_iter().find(|kind| kind.number() == number)
    }
}

/// A frame.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Frame {
    pub(super) kind: FrameKind,
    pub(super) channel: u16,
    pub(super) payload: Vec<u8>,
}

impl Frame {
    /// Reads the next one; over the limit, or not ended as it should be, it is a fault.
    pub(super) async fn read(
        stream: &mut (impl AsyncRead + Unpin),
        limit_bytes: u32,
        patience: Duration,
    ) -> io::Result<Self> {
        let read = async {
            let kind = stream.read_u8().await?;
            let channel = stream.read_u16().await?;
            let length = stream.read_u32().await?;
            if length > limit_bytes {
                return Err(fault("a frame is over the limit"));
            }
            let mut payload = vec![0; length as usize];
            stream.read_exact(&mut payload).await?;
            let end = stream.read_u8().await?;
            let kind = FrameKind::from_number(kind).filter(|_| end == END);
            let kind = kind.ok_or_else(|| fault("no frame"))?;
            Ok(Self { kind, channel, payload })
        };
        timeout(patience, read).await.map_err(|_| io::Error::from(io::ErrorKind::TimedOut))?
    }

    pub(super) fn write_to(&self, bytes: &mut Vec<u8>) {
        bytes.push(self.kind.number());
        bytes.extend(self.channel.to_be_bytes());
        // What we send is far below the limit that the other end may set.
        bytes.extend(u32::try_from(self.payload.len()).unwrap_or(u32::MAX).to_be_bytes());
        bytes.extend(&self.payload);
        bytes.push(END);
    }
}

pub(super) async fn send(
    stream: &mut (impl AsyncWrite + Unpin),
    frames: &[Frame],
    patience: Duration,
) -> io::Result<()> {
    let mut bytes = Vec::new();
    frames.iter().for_each(|frame| frame.write_to(&mut bytes));
    let write = async {
        stream.write_all(&bytes).await?;
        stream.flush().await
    };
    timeout(patience, write).await.map_err(|_| io::Error::from(io::ErrorKind::TimedOut))?
}

/// A method being written: its class and number, then its fields.
pub(super) struct Method(Vec<u8>);

impl Method {
    pub(super) fn new(class: u16, method: u16) -> Self {
        Self([class.to_be_bytes(), method.to_be_bytes()].concat())
    }

    pub(super) fn octet(mut self, value: u8) -> Self {
        self.0.push(value);
        self
    }

    pub(super) fn short(mut self, value: u16) -> Self {
        self.0.extend(value.to_be_bytes());
        self
    }

    pub(super) fn long(mut self, value: u32) -> Self {
        self.0.extend(value.to_be_bytes());
        self
    }

    pub(super) fn longlong(mut self, value: u64) -> Self {
        self.0.extend(value.to_be_bytes());
        self
    }

    /// Text of at most 255 bytes; what is over is cut.
    pub(super) fn short_text(mut self, text: &str) -> Self {
        let bytes = &text.as_bytes()[..text.len().min(255)];
        self.0.push(u8::try_from(bytes.len()).unwrap_or(u8::MAX));
        self.0.extend(bytes);
        self
    }

    pub(super) fn long_text(self, text: &str) -> Self {
        let mut method = self.long(u32::try_from(text.len()).unwrap_or(u32::MAX));
        method.0.extend(text.as_bytes());
        method
    }

    pub(super) fn frame(self, channel: u16) -> Frame {
        Frame { kind: FrameKind::Method, channel, payload: self.0 }
    }
}

/// The fields of a method being read.
pub(super) struct Fields<'a>(pub(super) &'a [u8]);

impl<'a> Fields<'a> {
    pub(super) fn octet(&mut self) -> Option<u8> {
        self.bytes(1).map(|bytes| bytes[0])
    }

    pub(super) fn short(&mut self) -> Option<u16> {
        self.bytes(2)?.try_into().ok().map(u16::from_be_bytes)
    }

    pub(super) fn long(&mut self) -> Option<u32> {
        self.bytes(4)?.try_into().ok().map(u32::from_be_bytes)
    }

    pub(super) fn longlong(&mut self) -> Option<u64> {
        self.bytes(8)?.try_into().ok().map(u64::from_be_bytes)
    }

    pub(super) fn short_text(&mut self) -> Option<&'a str> {
        let length = self.octet()?;
        std::str::from_utf8(self.bytes(length.into())?).ok()
    }

    /// A long text, or a table, whose bytes begin with their length as well.
    pub(super) fn long_bytes(&mut self) -> Option<&'a [u8]> {
        let length = self.long()?;
        self.bytes(length as usize)
    }

    fn bytes(&mut self, count: usize) -> Option<&'a [u8]> {
        let (first, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(first)
    }
}

pub(super) fn fault(what: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_frame_reads_back_and_what_is_none_is_refused() {
        let patience = Duration::from_secs(5);
        let frame = Method::new(10, 11).octet(1).short(2).short_text("æ").long_text("b").frame(3);
        let mut bytes = Vec::new();
        frame.write_to(&mut bytes);
        assert_eq!(Frame::read(&mut &bytes[..], 100, patience).await.unwrap(), frame);
        let mut fields = Fields(&frame.payload[4..]);
        assert_eq!((fields.octet(), fields.short()), (Some(1), Some(2)));
        assert_eq!((fields.short_text(), fields.long_bytes()), (Some("æ"), Some(&b"b"[..])));
        assert_eq!(fields.octet(), None);

        assert!(Frame::read(&mut &bytes[..], 3, patience).await.is_err(), "too long");
        let last = bytes.len() - 1;
        assert!(Frame::read(&mut &bytes[..last], 100, patience).await.is_err(), "too short");
        bytes[last] = 0;
        assert!(Frame::read(&mut &bytes[..], 100, patience).await.is_err(), "no end");
        assert!(Fields(&[0, 0, 0, 9, 1]).long_bytes().is_none());
    }
}
