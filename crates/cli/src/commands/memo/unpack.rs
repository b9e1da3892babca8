//! `brevdue memo unpack`.

use std::fs::{self, File};
use std::io::{self, BufReader, Read, Write};
use std::path::{Path, PathBuf};

use brevdue_gateway::limits::own_container;
use brevdue_memo::container::{Entry, Part, Places, walk};
use brevdue_memo::rulebook;
use brevdue_memo::{Finding, Language, Limits, Severity, Uuid4, read_header};
use tempfile::NamedTempFile;

use super::super::send::counted;
use super::check::Lang;
use super::files::unreadable;
use crate::exit::Exit;
use crate::report::{Format, Problem, print, say};

/// Unpack a container into a folder, each message as <messageUUID>.xml
///
/// The names in the container are not used, so it cannot write anywhere else. A message that tells no id
/// becomes entry-<number>.xml. What is wrong with the container is told, and good messages before and
/// after it are unpacked.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Exit codes: 0 unpacked, 1 the container has an error, or holds another message under the name of one that
is there (it is left out), 2 the command line is at fault or a file cannot be read or written.

Example:
  brevdue memo unpack march.tar.lzma letters/")]
pub(super) struct Args {
    /// The container (.tar.lzma, .tar.xz, .tar.gz, .tar.zst)
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The folder; made if it is not there
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    /// Language of the findings
    #[arg(long, value_enum, default_value_t = Lang::En, env = "BREVDUE_LANG")]
    lang: Lang,
}

/// Unpacks.
pub(super) fn run(args: &Args) -> Exit {
    match work(args) {
        Ok(exit) => exit,
        Err(problem) => problem.print(Format::Text),
    }
}

fn work(args: &Args) -> Result<Exit, Problem> {
    let source = args.file.display().to_string();
    let target = args.folder.display().to_string();
    let file = File::open(&args.file).map_err(|error| unreadable(&source, &error))?;
    fs::create_dir_all(&args.folder).map_err(|error| unreadable(&target, &error))?;
    let language = match args.lang {
        Lang::Da => Language::Danish,
        Lang::En => Language::English,
    };
    let mut unpacking = Unpacking {
        folder: &args.folder,
        places: Places::new(),
        source: &source,
        language,
        written: 0,
        at_fault: false,
    };
    let outcome = walk(file, &own_container(), &mut |part| match part {
        Part::File(entry) => unpacking.file(entry),
        Part::Finding(finding) => {
            unpacking.tell(&finding);
            Ok(())
        }
    });
    print(&format!("{} in {target}", counted(unpacking.written, "message", "messages")));
    outcome.map_err(|error| unreadable(&source, &error))?;
    Ok(if unpacking.at_fault { Exit::Message } else { Exit::Done })
}

struct Unpacking<'u> {
    folder: &'u Path,
    places: Places,
    source: &'u str,
    language: Language,
    written: u64,
    at_fault: bool,
}

impl Unpacking<'_> {
    fn file(&mut self, entry: Entry<'_>) -> io::Result<()> {
        let (number, name) = (entry.number, entry.name);
        let (part, uuid) = part(self.folder, entry.reader)?;
        for finding in self.places.judge(number, name, uuid.as_ref()) {
            self.tell(&finding);
        }
        let name = match &uuid {
            Some(uuid) => format!("{}.xml", uuid.value()),
            None => format!("entry-{number:05}.xml"),
        };
        if keep(part, &self.folder.join(&name))? {
            self.written += 1;
        } else {
            self.at_fault = true;
            say(&format!(
                "warning[memo::exists]: other bytes are there under the name of entry {number}\n   at: {name}"
            ));
        }
        Ok(())
    }

    fn tell(&mut self, finding: &Finding) {
        self.at_fault |= finding.severity == Severity::Error;
        say(&text(self.source, finding, self.language));
    }
}

/// A finding as other commands tell theirs.
fn text(source: &str, finding: &Finding, language: Language) -> String {
    let (severity, at, rule, help) = match (language, finding.severity) {
        (Language::Danish, Severity::Error) => ("fejl", " sted", "regel", "hjælp"),
        (Language::Danish, Severity::Warning) => ("advarsel", " sted", "regel", "hjælp"),
        (Language::Danish, Severity::Info) => ("bemærkning", " sted", "regel", "hjælp"),
        (Language::English, Severity::Error) => ("error", "   at", " rule", " help"),
        (Language::English, Severity::Warning) => ("warning", "   at", " rule", " help"),
        (Language::English, Severity::Info) => ("note", "   at", " rule", " help"),
    };
    let mut text =
        format!("{severity}[memo::{}]: {}\n{at}: {source}", finding.rule, finding.text(language));
    if !finding.path.is_empty() {
        text.push_str(&format!(", {}", finding.path));
    }
    text.push_str(&format!("\n{rule}: docs/rules.md#{}", finding.rule.to_ascii_lowercase()));
    if let Some(broken) = rulebook::rule(finding.rule) {
        let fix = match language {
            Language::Danish => broken.fix_danish,
            Language::English => broken.fix_english,
        };
        text.push_str(&format!("\n{help}: {fix}"));
    }
    text
}

/// Writes an entry to a hidden file and finds its UUID.
fn part(folder: &Path, reader: &mut dyn Read) -> io::Result<(NamedTempFile, Option<Uuid4>)> {
    let mut part = NamedTempFile::new_in(folder)?;
    io::copy(reader, &mut part)?;
    part.flush()?;
    let again = BufReader::new(part.reopen()?);
    let uuid = read_header(again, &Limits::default())?.glimpse.message_uuid;
    Ok((part, uuid))
}

/// Gives a file its name; false when other bytes have it.
fn keep(part: NamedTempFile, path: &Path) -> io::Result<bool> {
    match part.persist_noclobber(path) {
        Ok(_) => Ok(true),
        Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => {
            let (mut new, mut old) =
                (BufReader::new(error.file.reopen()?), BufReader::new(File::open(path)?));
            same(&mut new, &mut old)
        }
        Err(error) => Err(error.error),
    }
}

fn same(one: &mut dyn Read, other: &mut dyn Read) -> io::Result<bool> {
    let (mut a, mut b) = (Vec::new(), Vec::new());
    loop {
        a.clear();
        b.clear();
        one.take(64 << 10).read_to_end(&mut a)?;
        other.take(64 << 10).read_to_end(&mut b)?;
        if a != b || a.is_empty() {
            return Ok(a == b);
        }
    }
}
