//! Looking at a file before it is sent: its checksum, and which messages it holds.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek};

use brevdue_memo::container::{ContainerError, ContainerLimits, unpack};
use brevdue_memo::{Limits, Severity, Uuid4, read_header};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::inputs::{Input, InputKind};

/// A file that can be sent.
#[derive(Debug, Clone)]
pub(super) struct Prepared {
    /// Checksum of its bytes, in hexadecimal.
    pub(super) sha256: String,
    pub(super) length_bytes: u64,
    pub(super) contents: Contents,
}

/// The messages of a file.
#[derive(Debug, Clone)]
pub(super) enum Contents {
    /// One. `fault` is what is wrong with its header, if anything.
    Message { uuid: Uuid4, fault: Option<Unreadable> },
    /// Many: the ids that could be read, and how many messages have none that could.
    Container { messages: Vec<Uuid>, nameless: u64 },
}

/// Why a file is not worth sending.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Unreadable {
    /// Rule or error code.
    pub(super) code: String,
    /// What and where.
    pub(super) text: String,
}

impl Contents {
    /// Messages in all.
    pub(super) fn count(&self) -> u64 {
        match self {
            Self::Message { .. } => 1,
            Self::Container { messages, nameless } => messages.len() as u64 + nameless,
        }
    }
}

/// Looks at a file. Reads it twice, in constant memory.
pub(super) fn prepare(input: &Input) -> io::Result<Result<Prepared, Unreadable>> {
    let mut file = File::open(&input.path)?;
    let mut hash = Sha256::new();
    let mut length_bytes = 0;
    let mut piece = vec![0; 128 << 10];
    loop {
        let read = file.read(&mut piece)?;
        if read == 0 {
            break;
        }
        hash.update(&piece[..read]);
        length_bytes += read as u64;
    }
    file.rewind()?;
    let sha256 = hex(&hash.finalize());
    let contents = match input.kind {
        InputKind::Message => message(file)?,
        InputKind::Container => container(file)?,
    };
    Ok(contents.map(|contents| Prepared { sha256, length_bytes, contents }))
}

fn message(file: File) -> io::Result<Result<Contents, Unreadable>> {
    let reading = read_header(BufReader::new(file), &Limits::default())?;
    // Without a header there is an error; one against a rule beside the schema is left to the exchange.
    let mut errors = reading.findings.list.iter().filter(|f| f.severity == Severity::Error);
    let fault = errors.next().filter(|_| reading.header.is_none()).map(|finding| Unreadable {
        code: finding.rule.into(),
        text: finding.to_string(),
    });
    Ok(match (reading.glimpse.message_uuid, fault) {
        (Some(uuid), fault) => Ok(Contents::Message { uuid, fault }),
        (None, Some(fault)) => Err(fault),
        (None, None) => Err(Unreadable {
            code: "memo.invalid".into(),
            text: "there is no messageUUID in the header".into(),
        }),
    })
}

fn container(file: File) -> io::Result<Result<Contents, Unreadable>> {
    let limits = Limits::default();
    let (mut messages, mut nameless) = (Vec::new(), 0);
    let outcome = unpack(BufReader::new(file), &ContainerLimits::default(), &mut |entry| {
        match read_header(entry.reader, &limits)?.glimpse.message_uuid {
            Some(uuid) => messages.push(uuid.value()),
            None => nameless += 1,
        }
        Ok(())
    });
    let unreadable = |code: &str, text: String| Ok(Err(Unreadable { code: code.into(), text }));
    match outcome {
        Ok(_) if messages.is_empty() && nameless == 0 => {
            unreadable("container.invalid", "the container holds no message".into())
        }
        Ok(_) => Ok(Ok(Contents::Container { messages, nameless })),
        Err(ContainerError::Io(error)) => Err(error),
        Err(error @ ContainerError::TooLarge(_)) => unreadable("container.too.large", error.to_string()),
        Err(error) => unreadable("container.invalid", error.to_string()),
    }
}

pub(super) fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let nibbles = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    nibbles.map(|nibble| char::from(DIGITS[usize::from(nibble)])).collect()
}
