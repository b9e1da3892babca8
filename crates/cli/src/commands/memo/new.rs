//! `brevdue memo new`.

use std::fmt::Write as _;
use std::fs::File;
use std::io::{self, Cursor, Read, Write as _};
use std::path::{Path, PathBuf};

use brevdue_exchange::Clock as _;
use brevdue_exchange::ids::Ids as _;
use brevdue_memo::letter::description::{
    BuildError, DESCRIPTION_BYTES_LIMIT, Description, DescriptionError, Given, Syntax,
    TEMPLATE_DANISH, TEMPLATE_ENGLISH,
};
use brevdue_memo::letter::{LetterError, values};
use brevdue_memo::{
    Checker, Findings, MemoVersion, Message, Severity, Timestamp, Uuid4, rulebook, write,
};
use tempfile::NamedTempFile;

use super::super::send::{counted, grouped};
use super::check::{Lang, told};
use super::files::{STDIN, shown, unreadable};
use super::sample::Version;
use crate::exit::Exit;
use crate::machine::{MachineClock, MachineIds};
use crate::report::{Format, Problem, print, say};

/// Most bytes of all files of one letter: no more fit into the largest message as Base64.
const FILES_BYTES_LIMIT: u64 = 75_000_000;

/// Make a letter from a description in TOML or JSON
///
/// Start with `brevdue memo new --template > letter.toml`: it explains every key. Files that a
/// description names are looked for beside it.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Exit codes: 0 written (warnings do not count), 1 the description is no letter, 2 the command
line is at fault or a file cannot be read or written.

Examples:
  brevdue memo new --template --lang da > brev.toml
  brevdue memo new brev.toml
  make-description | brevdue memo new - --out - | brevdue memo check -")]
pub(super) struct Args {
    /// The description (.toml or .json), or - for standard input
    #[arg(value_name = "DESCRIPTION", required_unless_present = "template")]
    description: Option<PathBuf>,
    /// Where to write, or - for standard output; <messageUUID>.xml in this folder by default
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Version of MeMo, over the description's own
    #[arg(long, value_enum)]
    memo: Option<Version>,
    /// UUID (version 4) of the message, over the description's own; a new one by default
    #[arg(long, value_name = "UUID", value_parser = uuid)]
    uuid: Option<Uuid4>,
    /// When it was written, in Danish time or in UTC with Z, over the description's own; now by default
    #[arg(long, value_name = "TIME", value_parser = time)]
    created: Option<Timestamp>,
    /// Write over a file that is there
    #[arg(long)]
    force: bool,
    /// Print a description to start from
    #[arg(long, conflicts_with_all = ["description", "out", "memo", "uuid", "created", "force"])]
    template: bool,
    /// Language of the template and of warnings
    #[arg(long, value_enum, default_value_t = Lang::En, env = "BREVDUE_LANG")]
    lang: Lang,
}

/// Makes.
pub(super) fn run(args: &Args) -> Exit {
    match work(args) {
        Ok(()) => Exit::Done,
        Err(problem) => problem.print(Format::Text),
    }
}

fn work(args: &Args) -> Result<(), Problem> {
    let Some(path) = args.description.as_deref().filter(|_| !args.template) else {
        let template = match args.lang {
            Lang::Da => TEMPLATE_DANISH,
            Lang::En => TEMPLATE_ENGLISH,
        };
        print(template.trim_end());
        return Ok(());
    };
    let (place, bytes) = description(path)?;
    let mut described = Description::parse(&bytes, syntax(path, &bytes))
        .map_err(|error| wrong_description(&place, error))?;
    described.version = args.memo.map(MemoVersion::from).or(described.version);
    described.uuid = args.uuid.or(described.uuid);
    described.created = args.created.or(described.created);
    let given = Given {
        version: MemoVersion::V1_2,
        message_uuid: MachineIds.random(),
        created: MachineClock.now(),
    };
    let folder = path.parent().filter(|_| path.as_os_str() != STDIN).unwrap_or(Path::new(""));
    let mut room_bytes = FILES_BYTES_LIMIT;
    let message = described
        .build(given, &mut |name| file(&folder.join(name), &mut room_bytes))
        .map_err(|error| no_letter(&place, error))?;
    let mut document = Vec::new();
    write(&message, Cursor::new([]), &mut document).map_err(|error| {
        Problem::ours("memo::new", "the letter could not be written").because(&error)
    })?;
    let findings = Checker::default()
        .check(document.as_slice())
        .map_err(|error| unreadable(&place, &error))?
        .findings;
    let out = args
        .out
        .clone()
        .unwrap_or_else(|| PathBuf::from(format!("{}.xml", message.header.message_uuid.value())));
    let to_stdout = out.as_os_str() == STDIN;
    if to_stdout {
        let outcome = io::stdout().lock().write_all(&document);
        outcome.map_err(|error| unreadable("<stdout>", &error))?;
    } else {
        save(&out, &document, args.force)?;
    }
    let out = if to_stdout { "<stdout>".to_owned() } else { out.display().to_string() };
    let text = format!(
        "{}{}",
        told(&out, &findings, args.lang),
        summary(&out, &message, document.len(), &findings)
    );
    // What was asked for is on standard output; what is said about it must not get into it.
    if to_stdout {
        say(&text)
    } else {
        print(&text)
    }
    Ok(())
}

fn uuid(text: &str) -> Result<Uuid4, String> {
    Uuid4::parse(text).map_err(|error| error.to_string())
}

fn time(text: &str) -> Result<Timestamp, String> {
    values::point_in_time(text).map_err(|refused| format!("{refused}; {}", refused.help))
}

/// The description and what to call it.
fn description(path: &Path) -> Result<(String, Vec<u8>), Problem> {
    let mut bytes = Vec::new();
    // One byte more than the limit shows that there is more.
    let limit = DESCRIPTION_BYTES_LIMIT as u64 + 1;
    let (place, outcome) = if path.as_os_str() == STDIN {
        ("<stdin>".to_owned(), io::stdin().lock().take(limit).read_to_end(&mut bytes))
    } else {
        let read = |file: File| file.take(limit).read_to_end(&mut bytes);
        (shown(path), File::open(path).and_then(read))
    };
    outcome.map_err(|error| unreadable(&place, &error))?;
    Ok((place, bytes))
}

/// By the name's extension, or else by what it begins with.
fn syntax(path: &Path, bytes: &[u8]) -> Syntax {
    match path.extension().and_then(|extension| extension.to_str()) {
        Some(extension) if extension.eq_ignore_ascii_case("toml") => Syntax::Toml,
        Some(extension) if extension.eq_ignore_ascii_case("json") => Syntax::Json,
        _ => Syntax::by_first_character(bytes),
    }
}

/// The content of a file, as long as all files of the letter have room.
fn file(path: &Path, room_bytes: &mut u64) -> io::Result<Vec<u8>> {
    let file = File::open(path)?;
    if !file.metadata()?.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is not a file"));
    }
    let mut content = Vec::new();
    file.take(*room_bytes + 1).read_to_end(&mut content)?;
    *room_bytes = room_bytes.checked_sub(content.len() as u64).ok_or_else(|| {
        let limit = grouped(FILES_BYTES_LIMIT);
        let what = format!("the files of the letter have more than {limit} bytes together");
        io::Error::new(io::ErrorKind::FileTooLarge, what)
    })?;
    Ok(content)
}

fn wrong_description(place: &str, error: DescriptionError) -> Problem {
    let mut at = format!("{place}:{}:{}", error.line, error.column);
    if let Some(key) = &error.key {
        let _ = write!(at, ", {key}");
    }
    let mut problem = Problem::command("memo::description", error.what).at(at);
    problem.exit = Exit::Message;
    if let Some(rule) = &error.rule {
        problem = problem.rule(rule);
    }
    match error.help {
        Some(help) => problem.help(help),
        None => problem,
    }
}

fn no_letter(place: &str, error: BuildError) -> Problem {
    let problem = Problem::command("memo::letter", error.to_string()).at(place);
    match &error {
        BuildError::File { source, .. } => {
            problem.because(source).help("files are looked for beside the description")
        }
        BuildError::Letter(LetterError::Found(findings)) => {
            let first = findings.list.iter().find(|one| one.severity == Severity::Error);
            let mut problem = problem;
            problem.exit = Exit::Message;
            match first.and_then(|one| rulebook::rule(one.rule)) {
                Some(rule) => problem.rule(rule.id).help(rule.fix_english),
                None => problem,
            }
        }
        _ => Problem { exit: Exit::Message, ..problem },
    }
}

/// Gives the file its name when all of it is on disk.
fn save(out: &Path, document: &[u8], force: bool) -> Result<(), Problem> {
    let place = out.display().to_string();
    let folder = out.parent().filter(|folder| !folder.as_os_str().is_empty());
    let mut part = NamedTempFile::new_in(folder.unwrap_or(Path::new(".")))
        .map_err(|error| unreadable(&place, &error))?;
    part.write_all(document).map_err(|error| unreadable(&place, &error))?;
    let persisted = if force { part.persist(out) } else { part.persist_noclobber(out) };
    persisted.map(|_| ()).map_err(|error| match error.error.kind() {
        io::ErrorKind::AlreadyExists => {
            Problem::command("memo::exists", "there is a file of that name")
                .at(place)
                .help("--force writes over it")
        }
        _ => unreadable(&place, &error.error),
    })
}

/// One line on what was made: no name, no number of anybody.
fn summary(place: &str, message: &Message, bytes: usize, findings: &Findings) -> String {
    let mut text = format!(
        "{place}: {} of MeMo {}, {} bytes",
        message.header.message_type.as_str(),
        message.version,
        grouped(bytes as u64)
    );
    if let Some(body) = &message.body {
        let codes: Vec<&str> =
            body.main_document.actions.iter().map(|action| action.action_code.as_str()).collect();
        if !codes.is_empty() {
            let _ = write!(text, ", {}", codes.join(", "));
        }
        let attached = body.additional_documents.len() as u64;
        if attached > 0 {
            let _ = write!(text, ", {}", counted(attached, "attachment", "attachments"));
        }
    }
    let of = |severity| findings.list.iter().filter(|one| one.severity == severity).count() as u64;
    let warnings = counted(of(Severity::Warning), "warning", "warnings");
    let _ = write!(text, "; no errors, {warnings}");
    text
}
