//! One message read whole, from XML or JSON, with the document its content stands in.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek, Write};
use std::path::Path;

use brevdue_memo::json::{JsonError, to_xml};
use brevdue_memo::{Findings, Language, Limits, Message, read};

use super::files::{STDIN, spooled, unreadable};
use crate::exit::Exit;
use crate::report::Problem;

/// Findings and faults told one by one.
const TOLD: usize = 20;

/// A message and the document it was read from.
pub(super) struct Opened {
    pub(super) message: Message,
    pub(super) source: BufReader<File>,
}

/// Opens a file, or standard input. Memory grows with JSON, not with XML.
pub(super) fn open(path: &Path, language: Language) -> Result<Opened, Problem> {
    let is_stdin = path.as_os_str() == STDIN;
    let place = if is_stdin { "<stdin>".to_owned() } else { path.display().to_string() };
    let failed = |error: io::Error| unreadable(&place, &error);
    let file = if is_stdin {
        spooled(&mut io::stdin().lock()).map_err(failed)?.0
    } else {
        File::open(path).map_err(failed)?
    };
    opened(file, &place, language)
}

/// Reads a message from a file that stands at its beginning.
pub(super) fn opened(mut file: File, place: &str, language: Language) -> Result<Opened, Problem> {
    let failed = |error: io::Error| unreadable(place, &error);
    let is_json = begins_json(&mut file).map_err(failed)?;
    if is_json {
        file = from_json(file, place, language)?;
    }
    let reading = read(BufReader::new(&mut file), &Limits::default()).map_err(failed)?;
    let message =
        reading.message.ok_or_else(|| with_findings(&reading.findings, place, language))?;
    Ok(Opened { message, source: BufReader::new(file) })
}

/// No XML begins with a brace.
fn begins_json(file: &mut File) -> io::Result<bool> {
    let mut first = Vec::new();
    (&mut *file).take(512).read_to_end(&mut first)?;
    file.rewind()?;
    let text = first.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&first);
    Ok(text.trim_ascii_start().starts_with(b"{"))
}

fn from_json(file: File, place: &str, language: Language) -> Result<File, Problem> {
    let failed = |error: io::Error| unreadable(place, &error);
    let limits = Limits::default();
    let mut json = Vec::new();
    // One byte more than is allowed shows that there is too much.
    file.take(limits.document_bytes + 1).read_to_end(&mut json).map_err(failed)?;
    let mut document = tempfile::tempfile().map_err(failed)?;
    match to_xml(&json, &limits, &mut document) {
        Ok(()) => {}
        Err(JsonError::Io(error)) => return Err(failed(error)),
        Err(JsonError::Faults(faults)) => {
            let mut problem = at_fault("memo::json", "the JSON is not a message", place);
            problem.why.extend(faults.list.iter().take(TOLD).map(|fault| {
                let at = fault.line_column.map(|(line, column)| format!(" at {line}:{column}"));
                format!("{}{}: {}", fault.path, at.unwrap_or_default(), fault.text(language))
            }));
            more(&mut problem, faults.list.len() as u64 + faults.omitted);
            return Err(problem.help("docs/json.md shows the shape"));
        }
        Err(error) => return Err(at_fault("memo::json", &error.to_string(), place)),
    }
    document.flush().and_then(|()| document.rewind()).map_err(failed)?;
    Ok(document)
}

fn with_findings(findings: &Findings, place: &str, language: Language) -> Problem {
    let mut problem = at_fault("memo::not-in-order", "the message cannot be read whole", place);
    problem.why.extend(findings.list.iter().take(TOLD).map(|finding| {
        let position = finding.position;
        let text = finding.text(language);
        format!(
            "{} at {}:{} in {}: {text}",
            finding.rule, position.line, position.column, finding.path
        )
    }));
    more(&mut problem, findings.list.len() as u64 + findings.omitted);
    problem.help("`brevdue memo check` tells every finding and how to mend it")
}

fn more(problem: &mut Problem, count: u64) {
    if count > TOLD as u64 {
        problem.why.push(format!("and {} more", count - TOLD as u64));
    }
}

/// What was read is at fault, not the command.
pub(super) fn at_fault(code: &'static str, what: &str, place: &str) -> Problem {
    let mut problem = Problem::command(code, what).at(place);
    problem.exit = Exit::Message;
    problem
}
