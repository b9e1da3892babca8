//! Repairing what can be repaired safely: the document is edited where it is wrong and nowhere else.
//!
//! A repair never guesses what somebody meant and never touches the content of a file. What a repair
//! brings to light is repaired in the next round, and a round that would make a message worse is not
//! taken. `values` says which values are mended, `plan` which markup.

use std::cmp::Ordering;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::ops::Range;

use crate::Checker;
use crate::finding::{Findings, Language, Position, Severity};
use crate::reading::{ByteOrder, Reading};
use crate::rulebook::{self, Level};

mod markup;
mod plan;
mod values;

/// Each round repairs everything it sees; rounds beyond these could only be a mistake of ours.
const ROUNDS: usize = 24;

/// One thing that was repaired. Quotes no value of the message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repair {
    /// The rule that was broken, or bent.
    pub rule: &'static str,
    /// The element, e.g. `Message/MessageHeader/Sender/idType`.
    pub path: String,
    /// Where it began in the document of its round; the first round's is the document as given.
    pub position: Position,
    danish: &'static str,
    english: &'static str,
}

impl Repair {
    /// What was done, lower case without a full stop.
    pub fn text(&self, language: Language) -> &'static str {
        match language {
            Language::Danish => self.danish,
            Language::English => self.english,
        }
    }
}

/// A file to write a repaired document to and read it again, empty at first.
pub trait Scratch: Read + Write + Seek {}
impl<T: Read + Write + Seek> Scratch for T {}

/// What became of a document.
pub struct Fixed {
    /// What was repaired, in the order it was done.
    pub repairs: Vec<Repair>,
    /// What the check found in the document as given.
    pub before: Findings,
    /// What it finds now.
    pub after: Findings,
    /// The repaired document; none when nothing was repaired.
    pub document: Option<Box<dyn Scratch>>,
}

/// Repairs a document; one in UTF-16 is checked and left as it is. `scratch` makes files for the documents of the rounds; memory does not grow
/// with the document.
///
/// # Errors
/// When `source` or a scratch file fails.
pub fn fix<S: Read + Seek>(
    mut source: S,
    checker: &Checker<'_>,
    scratch: &mut dyn FnMut() -> io::Result<Box<dyn Scratch>>,
) -> io::Result<Fixed> {
    let mut reading = check(&mut source, checker)?;
    let before = reading.findings.clone();
    let mut document: Option<Box<dyn Scratch>> = None;
    let mut repairs = Vec::new();
    // Repairs are made by bytes of UTF-8.
    let rounds = if in_utf_16(&mut source)? { 0 } else { ROUNDS };
    for _ in 0..rounds {
        let mut round = match &mut document {
            Some(document) => Round::new(document, &reading)?,
            None => Round::new(&mut source, &reading)?,
        };
        if round.edits.is_empty() {
            break;
        }
        let mut candidate = scratch()?;
        round.write(&mut candidate)?;
        let done = round.repairs();
        let checked = check(&mut candidate, checker)?;
        if badness(&checked.findings).cmp(&badness(&reading.findings)) == Ordering::Greater {
            break;
        }
        repairs.extend(done);
        reading = checked;
        document = Some(candidate);
    }
    if let Some(document) = &mut document {
        document.seek(SeekFrom::Start(0))?;
    }
    Ok(Fixed { repairs, before, after: reading.findings, document })
}

fn in_utf_16<D: Read + Seek>(document: &mut D) -> io::Result<bool> {
    let mut mark = Vec::new();
    document.seek(SeekFrom::Start(0))?;
    document.take(ByteOrder::MARK_BYTES as u64).read_to_end(&mut mark)?;
    Ok(ByteOrder::of_mark(&mark).is_some())
}

fn check<D: Read + Seek>(document: &mut D, checker: &Checker<'_>) -> io::Result<Reading> {
    document.seek(SeekFrom::Start(0))?;
    checker.check(document)
}

/// How bad a message is: broken syntax hides the schema's faults, and those may hide others.
fn badness(findings: &Findings) -> [u64; 4] {
    let mut counts = [0, 0, findings.omitted_errors, 0];
    for finding in &findings.list {
        let level = rulebook::rule(finding.rule).map(|rule| rule.level);
        match (finding.severity, level) {
            (Severity::Error, Some(Level::Syntax)) => counts[0] += 1,
            (Severity::Error, Some(Level::Schema)) => counts[1] += 1,
            (Severity::Error, _) => counts[2] += 1,
            _ => counts[3] += 1,
        }
    }
    counts
}

/// A piece of the document, replaced.
struct Edit {
    /// Bytes of the document that go.
    range: Range<u64>,
    /// What stands in their place.
    with: Vec<Piece>,
    repairs: Vec<Repair>,
}

enum Piece {
    Text(String),
    /// Bytes from elsewhere in the document.
    Copy(Range<u64>),
}

impl Edit {
    fn text(range: Range<u64>, text: String, repair: Repair) -> Self {
        Self { range, with: vec![Piece::Text(text)], repairs: vec![repair] }
    }
}

/// A source of bytes as one trait, so that planning need not be made anew for each.
trait Document: Read + Seek {}
impl<T: Read + Seek> Document for T {}

/// The edits of one round on one document.
struct Round<'d> {
    document: &'d mut dyn Document,
    edits: Vec<Edit>,
}

impl<'d> Round<'d> {
    fn new<D: Read + Seek>(document: &'d mut D, reading: &Reading) -> io::Result<Self> {
        let document: &mut dyn Document = document;
        let mut edits = plan::plan(document, reading)?;
        edits.sort_by_key(|edit| (edit.range.start, edit.range.end));
        // What overlaps an earlier edit waits for the next round.
        let mut free_from = 0;
        edits.retain(|edit| {
            let fits = edit.range.start >= free_from;
            if fits {
                free_from = edit.range.end.max(edit.range.start + 1);
            }
            fits
        });
        Ok(Self { document, edits })
    }

    fn write(&mut self, out: &mut dyn Scratch) -> io::Result<()> {
        let mut at = 0;
        for edit in &self.edits {
            copy(self.document, at..edit.range.start, out)?;
            for piece in &edit.with {
                match piece {
                    Piece::Text(text) => out.write_all(text.as_bytes())?,
                    Piece::Copy(range) => copy(self.document, range.clone(), out)?,
                }
            }
            at = edit.range.end;
        }
        self.document.seek(SeekFrom::Start(at))?;
        io::copy(&mut self.document, out)?;
        out.flush()
    }

    fn repairs(self) -> Vec<Repair> {
        self.edits.into_iter().flat_map(|edit| edit.repairs).collect()
    }
}

fn copy(document: &mut dyn Document, range: Range<u64>, out: &mut dyn Scratch) -> io::Result<()> {
    document.seek(SeekFrom::Start(range.start))?;
    let length = range.end - range.start;
    let copied = io::copy(&mut document.take(length), out)?;
    if copied == length { Ok(()) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
}
